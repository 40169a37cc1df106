"""The measures: what each is computed from, over which universe, and why it may be undefined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from annotator.agreement import formulas as f
from annotator.agreement import length_formulas as old
from annotator.agreement import set_formulas as sets
from annotator.agreement.coefficients import Array

Level = Literal["span", "label", "token", "unit", "relation", "document", "attribute", "group"]
Formula = Callable[[Any, Any], Array]
"""Computes one value a resample from sums over documents and from what they are sums of: :class:`Totals` of
:class:`Features`, or :class:`DocumentSums` of :class:`DocumentTables`."""


@dataclass(frozen=True, slots=True)
class Universe:
    """What is counted: in words, as a number (``items``), and what to say when there is nothing."""

    level: Level
    text: str
    items: Formula
    nothing: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The categories that chance is taken to choose from: how many (K), and which, in words.

    ``beyond`` stands in the place of ``text`` where more are in use than the label scheme has.
    """

    categories: Formula
    text: str
    of_scheme: Callable[[Any], int] = lambda _: 0
    beyond: str = ""

    def told(self, count: int, features: Any) -> str:
        """Which categories these are, of which there are so many."""
        return self.beyond if self.beyond and count > self.of_scheme(features) else self.text


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure, or one a label.

    ``name`` is stable, ``title`` is what people read.  ``degenerate`` says why a measure that is corrected for
    agreement by chance is undefined although there are items; the others have none.  ``choice`` is what
    chance is taken to choose from, where the measure goes by how many categories there are.
    """

    name: str
    title: str
    universe: Universe
    value: Formula
    degenerate: str = ""
    choice: Choice | None = None

    @property
    def lowest(self) -> float:
        """The least value that an interval may reach."""
        return -1.0 if self.degenerate else 0.0


SPANS = Universe("span", "spans of both layers", f.spans, "no layer has a span")
LEFT = Universe("span", "spans of the left layer", f.left_spans, "the left layer has no span")
RIGHT = Universe("span", "spans of the right layer", f.right_spans, "the right layer has no span")
NAMED = Universe(
    *("label", "places where two layers or more have spans with the same borders", f.named_items),
    "no two layers have spans with the same borders",
)
TOKENS = Universe("token", "all tokens, those without a span (O) included", f.tokens, "the texts have no tokens")
MARKED = Universe("token", "tokens that at least one layer marks", f.marked_tokens, "no layer marks a token")
CHARACTERS = Universe(
    *("unit", "all characters, those without a span included", f.characters),
    "spans of one layer overlap: see the figures by label",
)
UNITS = Universe(
    *("unit", "all characters, label by label", old.texts_of_units),
    "spans of one layer with the same label overlap",
)
RELATIONS = Universe("relation", "relations of both layers", f.relations, "no layer has a relation")
REACHED = Universe(
    *("relation", "relations whose two spans the other layer has too", f.reached),
    "no layer has a relation between spans that the other has too",
)
RELATED = Universe(
    *("relation", "pairs of spans that both layers relate in the same direction", f.related),
    "no two layers relate the same spans",
)
PRESENCES = Universe(
    "document", "every label of the scheme in every document: there or not", f.presences, "there are no labels"
)

ONE_CATEGORY = "everything is in one category, so that chance alone would agree too"

HEADLINE = Measure("span.f1", "Span F1, strict", SPANS, f.span_f1)

USED_LABELS = Choice(f.named_used, "the labels that are used")
USED_VALUES = Choice(f.token_used, "the values that are used")
LABELS = Choice(f.named_choices, "the scheme's labels", f.choices, "the labels that are used, more than the scheme has")
VALUES = Choice(
    *(f.token_choices, "the scheme's labels and O", lambda features: f.choices(features) + 1),
    "the values that are used, more than the scheme has",
)

OVERALL: tuple[Measure, ...] = (
    HEADLINE,
    Measure("span.boundary_f1", "Span F1, borders only", SPANS, f.boundary_f1),
    Measure("span.partial_f1", "Span F1, partial (SemEval)", SPANS, f.partial_f1),
    Measure("span.type_f1", "Span F1, label, any overlap", SPANS, f.type_f1),
    Measure("span.iou_f1", "Span F1, half shared (IoU ≥ .5)", SPANS, f.iou_f1),
    Measure("label.coverage", "Label: share of spans compared", SPANS, f.boundary_f1),
    Measure("label.observed", "Label: observed agreement", NAMED, f.named_observed),
    Measure("label.kappa", "Label: Cohen κ", NAMED, f.named_kappa, ONE_CATEGORY),
    Measure("label.alpha", "Label: Krippendorff α", NAMED, f.named_alpha, ONE_CATEGORY),
    Measure("label.ac1", "Label: Gwet AC1", NAMED, f.named_ac1, ONE_CATEGORY, LABELS),
    Measure(*("label.ac1_used", "Label: AC1, K of used labels", NAMED, f.named_ac1_used, ONE_CATEGORY), USED_LABELS),
    Measure("label.pi", "Label: Scott π", NAMED, f.named_pi, ONE_CATEGORY),
    Measure("label.fleiss", "Label: Fleiss κ", NAMED, f.named_fleiss, ONE_CATEGORY),
    Measure("label.s", "Label: S (uniform chance)", NAMED, f.named_s, ONE_CATEGORY, LABELS),
    Measure("token.observed", "Token: observed agreement", TOKENS, f.token_observed),
    Measure("token.kappa", "Token: Cohen κ", TOKENS, f.token_kappa, ONE_CATEGORY),
    Measure("token.kappa_max", "Token: largest κ attainable", TOKENS, f.token_greatest, ONE_CATEGORY),
    Measure("token.fleiss", "Token: Fleiss κ, pooled shares", TOKENS, f.token_fleiss, ONE_CATEGORY),
    Measure("token.alpha", "Token: Krippendorff α", TOKENS, f.token_alpha, ONE_CATEGORY),
    Measure("token.ac1", "Token: Gwet AC1", TOKENS, f.token_ac1, ONE_CATEGORY, VALUES),
    Measure(*("token.ac1_used", "Token: AC1, K of used values", TOKENS, f.token_ac1_used, ONE_CATEGORY), USED_VALUES),
    Measure("token.s", "Token: S (uniform chance)", TOKENS, f.token_s, ONE_CATEGORY, VALUES),
    Measure(*("token.s_used", "Token: S, K of used values", TOKENS, f.token_s_used, ONE_CATEGORY), USED_VALUES),
    Measure("token.pi", "Token: Scott π", TOKENS, f.token_pi, ONE_CATEGORY),
    Measure("token.marked_kappa", "Token: Cohen κ without O", MARKED, f.token_marked_kappa, ONE_CATEGORY),
    Measure("token.tag_kappa", "Token: Cohen κ of B/I tags", TOKENS, f.token_tag_kappa, ONE_CATEGORY),
    Measure("token.jaccard_alpha", "Token: α of label sets, Jaccard", TOKENS, sets.token_jaccard_alpha, ONE_CATEGORY),
    Measure("token.masi_alpha", "Token: α of label sets, MASI", TOKENS, sets.token_masi_alpha, ONE_CATEGORY),
    Measure("token.ac2", "Token: Gwet AC2, MASI weights", TOKENS, sets.token_ac2, ONE_CATEGORY, VALUES),
    Measure("unit.alpha", "Unitizing uα", CHARACTERS, f.unit_alpha, ONE_CATEGORY),
    Measure("unit.border_alpha", "Unitizing |uα", CHARACTERS, f.unit_borders, ONE_CATEGORY),
    Measure("unit.alpha_1995", "Unitizing α of 1995", UNITS, old.unit_alpha_1995, ONE_CATEGORY),
    Measure("relation.f1", "Relation F1, strict", RELATIONS, f.relation_f1),
    Measure("relation.endpoints_f1", "Relation F1, ends only", RELATIONS, f.endpoints_f1),
    Measure("relation.relaxed_f1", "Relation F1, over aligned spans", RELATIONS, f.relaxed_f1),
    Measure("relation.f1_given_spans", "Relation F1, both have the spans", REACHED, f.f1_given_spans),
    Measure("relation.label_observed", "Relation label: observed", RELATED, f.related_observed),
    Measure("relation.label_kappa", "Relation label: Cohen κ", RELATED, f.related_kappa, ONE_CATEGORY),
    Measure("document.alpha", "Label present: Krippendorff α", PRESENCES, f.presence_alpha, ONE_CATEGORY),
    Measure("document.ac1", "Label present: Gwet AC1", PRESENCES, f.presence_ac1, ONE_CATEGORY),
)
"""Measured over all pairs of layers together, and for each pair."""

DIRECTED: tuple[Measure, ...] = (
    Measure("span.precision", "Span precision", LEFT, f.precision),
    Measure("span.recall", "Span recall", RIGHT, f.recall),
)
"""Measured for a pair of layers beside :data:`OVERALL`: the left layer judged by the right one."""

SLICED: tuple[Measure, ...] = tuple(
    m for m in OVERALL if m.name in {"span.f1", "span.boundary_f1", "span.type_f1", "relation.f1"}
)
"""Measured for parts of the comparisons: languages, times, shown or blind, single documents."""

OF_LABEL = Universe("span", "spans of both layers with this label", f.label_spans, "no layer uses the label")
OF_LABEL_CHARACTERS = Universe(
    *("unit", "characters that either layer gives this label", f.label_unit_items),
    "spans of one layer with this label overlap",
)
OF_TYPE = Universe("relation", "relations of both layers with this label", f.type_relations, "no layer uses the label")

BY_LABEL: tuple[Measure, ...] = (
    Measure("span.f1", "Span F1, strict", OF_LABEL, f.label_f1),
    Measure("span.type_f1", "Span F1, any overlap", OF_LABEL, f.label_type_f1),
    Measure("unit.alpha", "Unitizing uα", OF_LABEL_CHARACTERS, f.label_unit_alpha, ONE_CATEGORY),
)
"""One value a span label."""

BY_RELATION: tuple[Measure, ...] = (
    Measure("relation.f1", "Relation F1, strict", OF_TYPE, f.type_relation_f1),
    Measure("relation.relaxed_f1", "Relation F1, over aligned spans", OF_TYPE, f.type_relaxed_f1),
)
"""One value a relation label."""
