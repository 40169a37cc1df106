"""What each measure is for, its formula, and when it misleads: said once, for the screen, the HTML and the docs."""

from __future__ import annotations

from typing import NamedTuple

from annotator.agreement.attributes import ATTRIBUTE_MEASURES
from annotator.agreement.groups import GROUP_MEASURES
from annotator.agreement.measures import BY_LABEL, BY_RELATION, DIRECTED, OVERALL, Level, Measure


class MeasureNote(NamedTuple):
    """What there is to say about a measure; names of measures in backquotes, as in the docs."""

    formula: str
    use: str
    misleads: str = ""


LEVEL_TITLES: dict[Level, str] = {
    "span": "Spans",
    "label": "Labels of spans with the same borders",
    "token": "Tokens",
    "unit": "Stretches of text",
    "relation": "Relations",
    "document": "Documents",
    "attribute": "Attributes",
    "group": "Groups",
}

NOTES: dict[str, MeasureNote] = {
    "span.f1": MeasureNote(
        "2·|A∩B| / (|A|+|B|) on start, end and label",
        "the headline: what a trained model will be scored by. It is the limit of κ as the text without spans grows"
        " (Hripcsak & Rothschild 2005)",
        "a border off by one token costs as much as a missed span",
    ),
    "span.boundary_f1": MeasureNote(
        "as `span.f1`, label ignored", "beside `span.f1`: the difference is what labels cost", "says nothing of labels"
    ),
    "span.partial_f1": MeasureNote(
        "2·(COR + ½·PAR) / (|A|+|B|); COR the same borders, PAR any overlap (SemEval-2013 task 9, *partial*)",
        "where borders are known to be loose",
        "label ignored; half a point is a convention",
    ),
    "span.type_f1": MeasureNote(
        "COR: any overlap with the same label (SemEval *type*)",
        "beside `span.f1`: the difference is what borders cost",
        "one long span over three short ones counts once",
    ),
    "span.iou_f1": MeasureNote(
        "COR: aligned spans with the same label and |text of both| / |text of either| ≥ .5 (intersection over union)",
        "papers on detection print it; between `span.f1` and `span.type_f1`",
        "short spans fail for one token more or less; .5 is a convention",
    ),
    "span.precision": MeasureNote(
        "|A∩B| / |A| of a pair", "left layer judged by the right: `suggestions,gold`", "between equals neither is right"
    ),
    "span.recall": MeasureNote(
        "|A∩B| / |B| of a pair", "left layer judged by the right: `ana,gold`", "between equals neither is right"
    ),
    "label.coverage": MeasureNote(
        "the same as `span.boundary_f1`", "first: the share of spans that the figures on labels are about"
    ),
    "label.observed": MeasureNote(
        "share of pairs of values that are equal, mean over places",
        "beside κ",
        "high by itself where one label is frequent",
    ),
    "label.kappa": MeasureNote(
        "(p − p̂)/(1 − p̂), p̂ = Σ p_c·q_c (Cohen 1960); of several pairs the mean (Light 1971)",
        "two curators, one label scheme",
        "prevalence: nearly all in one label gives a low κ with high agreement",
    ),
    "label.alpha": MeasureNote(
        "1 − (n−1)(n − Σo_cc)/(n² − Σn_c²) on coincidences o (Krippendorff 2011)",
        "any number of curators, some missing",
        "prevalence, as `label.kappa`",
    ),
    "label.ac1": MeasureNote(
        "(p − p̂)/(1 − p̂), p̂ = Σπ_c(1−π_c)/(K−1) (Gwet 2008), K the labels of the scheme",
        "where κ collapses because of prevalence",
        "generous where there are many unused labels",
    ),
    "label.ac1_used": MeasureNote(
        "the same, K the labels that are used",
        "comparisons with programs that count categories in the data",
        "less agreement by chance is taken off as soon as anybody uses one more label",
    ),
    "label.pi": MeasureNote(
        "as κ, p̂ = Σ p̄_c², p̄ the share of both layers together (Scott 1955); of several pairs the mean",
        "comparisons with papers that print it",
        "as `label.kappa`; curators who use labels unevenly lower it",
    ),
    "label.fleiss": MeasureNote(
        "(P̄ − Σp_c²)/(1 − Σp_c²), p_c the share of all values (Fleiss 1971)",
        "several curators; comparisons with papers that print it",
        "as `label.kappa`; where not all have a place, others average the shares place by place",
    ),
    "label.s": MeasureNote(
        "(p − 1/K)/(1 − 1/K) (Bennett, Alpert & Goldstein 1954), K the labels of the scheme",
        "beside κ: chance does not depend on how often labels are used",
        "generous where there are many unused labels",
    ),
    "token.observed": MeasureNote(
        "share of agreeing pairs of layers, mean over tokens",
        "never alone",
        "most tokens are O, on which everybody agrees",
    ),
    "token.kappa": MeasureNote(
        "Cohen's κ; of several pairs the mean",
        "comparisons with papers that print it",
        "borders hardly matter: half of a long span is half right",
    ),
    "token.kappa_max": MeasureNote(
        "the largest κ that the layers' shares allow (Cohen 1960)",
        "beside `token.kappa`: what is missing to it is not a matter of how much each marks",
        "says nothing of agreement itself",
    ),
    "token.fleiss": MeasureNote(
        "(P̄ − Σp_c²)/(1 − Σp_c²), p_c the share of all values (Fleiss 1971)",
        "several curators",
        "as `token.kappa`; where documents have unequal numbers of curators, one with more counts more"
        " in p_c (pooled shares), where others take the mean over tokens",
    ),
    "token.alpha": MeasureNote(
        "as `label.alpha`", "several curators, some of whom have not finished a document", "as `token.kappa`"
    ),
    "token.ac1": MeasureNote(
        "Gwet's AC1; K the labels of the scheme and O, or the values that are used where these are more",
        "beside κ",
        "with O in the universe it is high by nature",
    ),
    "token.ac1_used": MeasureNote("the same, K the values that are used", "as `label.ac1_used`", "as `label.ac1_used`"),
    "token.s": MeasureNote(
        "(p − 1/K)/(1 − 1/K), K as for `token.ac1`", "beside κ", "with O in the universe it is high by nature"
    ),
    "token.s_used": MeasureNote("the same, K the values that are used", "as `label.ac1_used`", "as `label.ac1_used`"),
    "token.pi": MeasureNote("as `label.pi`", "comparisons with papers that print it", "as `token.kappa`"),
    "token.marked_kappa": MeasureNote(
        "Cohen's κ of the tokens that either layer of a pair marks; of several pairs the mean",
        "beside `token.kappa`: whether agreement is more than that on what is not marked",
        "low by nature: what both leave out is missing, what one misses counts in full; may be far below 0",
    ),
    "token.tag_kappa": MeasureNote(
        "Cohen's κ where the first token of a span has a value of its own (B), the others another (I)",
        "what a tagger learns; neighbours with the same label are told apart",
        "a border off by one token makes two tokens wrong",
    ),
    "token.jaccard_alpha": MeasureNote(
        "1 − D/D̂, α with the distance 1 − |A∩B|/|A∪B| of two tokens' sets of labels",
        "nested and stacked spans: half the labels right is half right",
        "the same as `token.alpha` where no spans overlap",
    ),
    "token.masi_alpha": MeasureNote(
        "the same with MASI: |A∩B|/|A∪B| counts 1 of equal sets, 2/3 of one inside the other, 1/3 of others (Passonneau"
        " 2006)",
        "the same; papers on sets of labels print it",
        "its weights are a convention",
    ),
    "token.ac2": MeasureNote(
        "as AC1, p with MASI as the weight w of unlike sets, p̂ = Σw·Σπ_c(1−π_c)/(K(K−1)) (Gwet 2014)",
        "nested and stacked spans, where κ collapses because of prevalence",
        "the same as `token.ac1` where no spans overlap",
    ),
    "unit.alpha": MeasureNote(
        "uα = 1 − (ℓ − Σo_cc)/(ℓ − Σe_cc), e_ck = ℓ(ℓ_cℓ_k − [c=k]s_c)/(ℓ² − Σs) (Krippendorff, Mathet, Bouvry &"
        " Widlöcher 2016)",
        "chance-corrected, and borders count by how much text they are off",
        "long spans weigh more; null where spans of one layer overlap: then see the labels one by one",
    ),
    "unit.border_alpha": MeasureNote(
        "|uα: marked or not, whatever the label", "beside uα: the difference is what labels cost", "as `unit.alpha`"
    ),
    "unit.alpha_1995": MeasureNote(
        "1 − ΣD_o/ΣD_e over labels, each by itself: overlapping spans are off by Δstart² + Δend², others by length²"
        " (Krippendorff 1995; 2004, p. 254); documents count by their length",
        "comparisons with papers that print it; spans of different labels may overlap",
        "squares: one long span that is missed outweighs many short ones",
    ),
    "relation.f1": MeasureNote(
        "F on head, child and label", "the headline", "a missed or shifted span takes all its relations with it"
    ),
    "relation.endpoints_f1": MeasureNote("label ignored", "beside `relation.f1`: what labels cost"),
    "relation.relaxed_f1": MeasureNote(
        "head and child need only be aligned spans", "beside `relation.f1`: what borders cost"
    ),
    "relation.f1_given_spans": MeasureNote(
        "F among relations whose two spans the other layer has too",
        "whether the *relations* are the trouble, or the spans under them",
        "leaves out the hard spans",
    ),
    "relation.label_observed": MeasureNote(
        "share of relations between the same spans, in the same direction, with the same label",
        "whether two labels are told apart",
        "high by itself where one label is frequent",
    ),
    "relation.label_kappa": MeasureNote("Cohen's κ of these labels", "beside it", "as `label.kappa`"),
    "document.alpha": MeasureNote(
        "α of whether a label is anywhere in a document",
        "search and sorting, where it matters what a document is about",
        "says nothing of places",
    ),
    "document.ac1": MeasureNote("AC1 of the same, K = 2", "beside it: most labels are absent", "as `label.ac1`"),
    "attribute.alpha": MeasureNote(
        "as `label.alpha`; of numbers and dates with the distance (x − y)², of several values with MASI's (see"
        " `token.masi_alpha`)",
        "the headline of an attribute, of items and of documents; any number of curators",
        "prevalence: nearly all at the default gives a low α with high agreement",
    ),
    "attribute.observed": MeasureNote(
        "share of pairs of layers that set the same, mean over items",
        "beside α",
        "high by itself where nearly all items are at the default",
    ),
    "attribute.kappa": MeasureNote("Cohen's κ; of several pairs the mean", "as `label.kappa`", "as `label.kappa`"),
    "attribute.ac1": MeasureNote(
        "Gwet's AC1; K the values of the scheme, and nothing where there is no default",
        "where κ and α collapse because of prevalence",
        "generous where there are many unused values",
    ),
    "attribute.coverage": MeasureNote(
        "2·|A∩B| / (|A|+|B|) of the items that may have the attribute",
        "first: the share of items that the figures on the attribute are about",
        "says nothing of the attribute itself",
    ),
    "group.conll_f1": MeasureNote(
        "the mean of MUC, B³ and CEAFe, F1 each",
        "the headline of groups: what shared tasks on coreference rank by",
        "a mean of three figures that weigh differently: look at each",
    ),
    "group.muc_f1": MeasureNote(
        "F of links: Σ(|K| − parts of K) / Σ(|K| − 1), and the same the other way round (Vilain et al. 1995)",
        "comparisons with papers that print it",
        "joining everything into one group costs next to nothing",
    ),
    "group.b3_f1": MeasureNote(
        "F of the means over mentions of |K∩R|/|K| and |K∩R|/|R| (Bagga & Baldwin 1998)",
        "mention by mention: how much of the group each is found with",
        "large groups count by the square",
    ),
    "group.ceafe_f1": MeasureNote(
        "each group aligned with one at most; Σ 2|K∩R|/(|K|+|R|) over the number of groups (Luo 2005, φ4)",
        "whether the groups themselves are found",
        "a group of two counts as much as one of twenty; what is not aligned counts nothing",
    ),
    "group.lea_f1": MeasureNote(
        "F of |K|·(links of K that are found)/(links of K) over mentions (Moosavi & Strube 2016)",
        "beside the others: no known way to be misled as they are",
        "large groups weigh more",
    ),
}


def every_measure() -> tuple[Measure, ...]:
    """All measures once, those by label under what they are called there."""
    known = {
        measure.name: measure
        for measure in (*BY_RELATION, *BY_LABEL, *DIRECTED, *OVERALL, *ATTRIBUTE_MEASURES, *GROUP_MEASURES)
    }
    return tuple(known[name] for name in NOTES)


def measure_named(name: str) -> Measure:
    """The measure with this name."""
    return next(measure for measure in every_measure() if measure.name == name)


def explanation(measure: Measure) -> list[tuple[str, str]]:
    """What a measure says, in parts under headings, without marks."""
    note = NOTES[measure.name]
    parts = [
        ("for", note.use),
        ("misleads", note.misleads),
        ("formula", note.formula),
        ("of", measure.universe.text),
    ]
    return [(heading, _plain(text)) for heading, text in parts if text]


def _plain(text: str) -> str:
    """Words without the marks of Markdown; names of measures become their titles."""
    titles = {measure.name: measure.title for measure in every_measure()}
    pieces = text.split("`")
    said = [titles.get(piece, piece) if number % 2 else piece.replace("*", "") for number, piece in enumerate(pieces)]
    return "".join(said)
