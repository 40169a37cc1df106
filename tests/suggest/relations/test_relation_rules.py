"""Relations between ends that are marked in the sentence: ``[name|LABEL]``."""

from __future__ import annotations

import pytest

from annotator.annotation import Relation
from annotator.labels import LabelScheme
from annotator.suggest.relations.candidates import RelationSuggester
from tests.suggest.relations.conftest import marked_spans

Triples = set[tuple[str, str, str]]


def related(scheme: LabelScheme, marked: str, lang: str) -> tuple[list[Relation], dict[str, str]]:
    """The relations suggested between the marked ends, and the text of each end by its id."""
    document, ends = marked_spans(marked, lang)
    relations = RelationSuggester(scheme, lang).relations(document, ends)
    return relations, {span.id: document.text[span.start : span.end] for span in ends}


def found(scheme: LabelScheme, marked: str, lang: str) -> Triples:
    relations, names = related(scheme, marked, lang)
    return {(names[r.head], r.label, names[r.child]) for r in relations}


@pytest.mark.parametrize(
    ("marked", "lang", "expected"),
    [
        (
            "Habló la [secretaria general|ROLE] de la [AMP|ORG], la [exdiputada|ROLE] local [Rita Sosa|PERSON].",
            "es",
            {
                ("Rita Sosa", "holds_position", "secretaria general"),
                ("Rita Sosa", "holds_position", "exdiputada"),
                ("Rita Sosa", "works_for", "AMP"),
            },
        ),
        (
            "Habló [Rita Sosa|PERSON], [fundadora|ROLE] y [directora|ROLE] de [Radio Litoral|ORG].",
            "es",
            {
                ("Rita Sosa", "holds_position", "fundadora"),
                ("Rita Sosa", "holds_position", "directora"),
                ("Rita Sosa", "works_for", "Radio Litoral"),
            },
        ),
        (
            "Los [consejeros|ROLE] [Luis Prado|PERSON] y [Ana Solís|PERSON] callaron.",
            "es",
            {("Luis Prado", "holds_position", "consejeros"), ("Ana Solís", "holds_position", "consejeros")},
        ),
        (
            "El [dirigente|ROLE] de los pescadores, [Luis Prado|PERSON], explicó el plan.",
            "es",
            {("Luis Prado", "holds_position", "dirigente")},
        ),
        (
            "[Luis Prado|PERSON], [candidato|ROLE] de la coalición “[Mar Abierto|ORG]”, llegó.",
            "es",
            {("Luis Prado", "holds_position", "candidato"), ("Luis Prado", "works_for", "Mar Abierto")},
        ),
        (
            "[Owen Pike|PERSON], [Harbor Watch|ORG] [director|ROLE], agreed.",
            "en",
            {("Owen Pike", "holds_position", "director"), ("Owen Pike", "works_for", "Harbor Watch")},
        ),
        (
            "[Owen Pike|PERSON] was elected as [mayor|ROLE] of [Toledo|GPE].",
            "en",
            {("Owen Pike", "holds_position", "mayor"), ("Owen Pike", "represents", "Toledo")},
        ),
        (
            "Habló [Luis Prado|PERSON], [diputado|ROLE] por [Jalisco|GPE], antes.",
            "es",
            {("Luis Prado", "holds_position", "diputado"), ("Luis Prado", "represents", "Jalisco")},
        ),
        ("It was [Harbor Watch|ORG]'s [Owen Pike|PERSON] again.", "en", {("Owen Pike", "works_for", "Harbor Watch")}),
        (
            "[Ana Solís|PERSON], quien dirige el [Museo del Mar|ORG], habló.",
            "es",
            {("Ana Solís", "works_for", "Museo del Mar")},
        ),
        (
            "A report by [Owen Pike|PERSON] of the [Harbor Gazette|ORG]",
            "en",
            {("Owen Pike", "works_for", "Harbor Gazette")},
        ),
        (
            "[Harbor Steel|ORG] appointed [Owen Pike|PERSON] as its new [chief executive|ROLE].",
            "en",
            {("Owen Pike", "holds_position", "chief executive"), ("Owen Pike", "works_for", "Harbor Steel")},
        ),
        (
            "[Presidents|ROLE] [Ada Quill|PERSON] of [Chile|GPE] and [Owen Pike|PERSON] of [Norway|GPE] met.",
            "en",
            {
                ("Ada Quill", "holds_position", "Presidents"),
                ("Ada Quill", "represents", "Chile"),
                ("Owen Pike", "holds_position", "Presidents"),
                ("Owen Pike", "represents", "Norway"),
            },
        ),
        ("Said [Owen Pike|PERSON], the agency's [director|ROLE].", "en", {("Owen Pike", "holds_position", "director")}),
        (
            "[Owen Pike|PERSON], a [Harbor Steel|ORG] engineer, wept.",
            "en",
            {("Owen Pike", "works_for", "Harbor Steel")},
        ),
        ("[Harbor Steel|ORG] attorney [Owen Pike|PERSON] wept.", "en", {("Owen Pike", "works_for", "Harbor Steel")}),
        (
            "[Owen Pike|PERSON] and [Ada Quill|PERSON], both of the [Harbor Museum|ORG], agreed.",
            "en",
            {("Owen Pike", "works_for", "Harbor Museum"), ("Ada Quill", "works_for", "Harbor Museum")},
        ),
        ("[Coast Guard|ORG] Lt. [Owen Pike|PERSON] wept.", "en", {("Owen Pike", "works_for", "Coast Guard")}),
        ("In the running: [Owen Pike|PERSON] ([Greens|ORG]).", "en", {("Owen Pike", "works_for", "Greens")}),
        (
            "[Peru|GPE]'s [coach|ROLE], [Owen Pike|PERSON], wept.",
            "en",
            {("Owen Pike", "holds_position", "coach"), ("Owen Pike", "represents", "Peru")},
        ),
        ("[Toledo|GPE] [coach|ROLE] [Owen Pike|PERSON] wept.", "en", {("Owen Pike", "holds_position", "coach")}),
    ],
)
def test_persons_posts_and_bodies(scheme: LabelScheme, marked: str, lang: str, expected: Triples) -> None:
    assert found(scheme, marked, lang) == expected


@pytest.mark.parametrize(
    ("marked", "lang", "expected"),
    [
        ("At the [ceremony|EVENT], [Owen Pike|PERSON] wept.", "en", {("Owen Pike", "participates_in", "ceremony")}),
        ("[Owen Pike|PERSON] won the [election|EVENT].", "en", {("Owen Pike", "participates_in", "election")}),
        (
            "[Luis Prado|PERSON] y [Ana Solís|PERSON] asistieron a la [cumbre|EVENT].",
            "es",
            {("Luis Prado", "participates_in", "cumbre"), ("Ana Solís", "participates_in", "cumbre")},
        ),
        (
            "Tras la [reunión|EVENT] con la [ministra|ROLE] [Ana Solís|PERSON] hubo lluvia.",
            "es",
            {("Ana Solís", "participates_in", "reunión"), ("Ana Solís", "holds_position", "ministra")},
        ),
        (
            "[Harbor Rovers|ORG] beat [Toledo Albion|ORG] 3-1 in the [final|EVENT].",
            "en",
            {("Harbor Rovers", "participates_in", "final"), ("Toledo Albion", "participates_in", "final")},
        ),
        (
            "[Chile|GPE] enfrentará a [Perú|GPE] en el [partido|EVENT] de hoy en [Lima|GPE].",
            "es",
            {
                ("Chile", "participates_in", "partido"),
                ("Perú", "participates_in", "partido"),
                ("partido", "held_in", "Lima"),
            },
        ),
        (
            "Guests at the [premiere|EVENT] included [Owen Pike|PERSON] and [Ada Quill|PERSON].",
            "en",
            {("Owen Pike", "participates_in", "premiere"), ("Ada Quill", "participates_in", "premiere")},
        ),
        (
            "Al [acto|EVENT] asistieron [Luis Prado|PERSON] y [Ana Solís|PERSON].",
            "es",
            {("Luis Prado", "participates_in", "acto"), ("Ana Solís", "participates_in", "acto")},
        ),
        (
            "The [exhibition|EVENT] features photographs by [Ada Quill|PERSON].",
            "en",
            {("Ada Quill", "participates_in", "exhibition")},
        ),
        (
            "[Owen Pike|PERSON] went on [trial|EVENT] in [Denver|GPE].",
            "en",
            {("Owen Pike", "participates_in", "trial"), ("trial", "held_in", "Denver")},
        ),
        (
            "The [match|EVENT] between [Peru|GPE] and [Ghana|GPE] was played in [Lyon|GPE].",
            "en",
            {
                ("Peru", "participates_in", "match"),
                ("Ghana", "participates_in", "match"),
                ("match", "held_in", "Lyon"),
            },
        ),
        (
            "[Italy|GPE] won gold ahead of [Cuba|GPE] in the [relay|EVENT].",
            "en",
            {("Italy", "participates_in", "relay"), ("Cuba", "participates_in", "relay")},
        ),
        (
            "[Owen Pike|PERSON] was convicted after a six-week [trial|EVENT] in [Leeds|GPE].",
            "en",
            {("Owen Pike", "participates_in", "trial"), ("trial", "held_in", "Leeds")},
        ),
        (
            "[Owen Pike|PERSON] arrived in [Chile|GPE] for a three-day [visit|EVENT].",
            "en",
            {("Owen Pike", "participates_in", "visit"), ("visit", "held_in", "Chile")},
        ),
        (
            "Delegates from [Chad|GPE] and [Mali|GPE] attended the [forum|EVENT].",
            "en",
            {("Chad", "participates_in", "forum"), ("Mali", "participates_in", "forum")},
        ),
        (
            "[Protests|EVENT] erupted in [Tunis|GPE] and [Cairo|GPE].",
            "en",
            {("Protests", "held_in", "Tunis"), ("Protests", "held_in", "Cairo")},
        ),
        ("[Chad|GPE] has been hit by severe [floods|EVENT].", "en", {("floods", "held_in", "Chad")}),
        (
            "[Peru|GPE] and [Chile|GPE] will co-host the [games|EVENT].",
            "en",
            {("games", "held_in", "Peru"), ("games", "held_in", "Chile")},
        ),
        ("An [earthquake|EVENT] struck [Nepal|GPE].", "en", {("earthquake", "held_in", "Nepal")}),
        ("En [Kabul|GPE], un [atentado|EVENT] dejó 12 muertos.", "es", {("atentado", "held_in", "Kabul")}),
        ("[Bonn|GPE] will host the [summit|EVENT].", "en", {("summit", "held_in", "Bonn")}),
        ("[Malta|GPE]'s [election|EVENT] is near.", "en", {("election", "held_in", "Malta")}),
        ("La [elección|EVENT] de [Chile|GPE] será en mayo.", "es", {("elección", "held_in", "Chile")}),
        ("Llegó [Luis Prado|PERSON] en su [visita|EVENT].", "es", {("Luis Prado", "participates_in", "visita")}),
        ("Tras la [visita|EVENT] importante de hoy a [Chile|GPE] hubo lluvia.", "es", {("visita", "held_in", "Chile")}),
        ("La [visita|EVENT] de [Luis Prado|PERSON] a [Quito|GPE]", "es",
         {("Luis Prado", "participates_in", "visita"), ("visita", "held_in", "Quito")}),
    ],
)  # fmt: skip
def test_events(scheme: LabelScheme, marked: str, lang: str, expected: Triples) -> None:
    assert found(scheme, marked, lang) == expected


@pytest.mark.parametrize(
    ("marked", "lang", "expected"),
    [
        ("It moved from [Toledo|GPE], [Ohio|GPE], and slept.", "en", {("Toledo", "located_in", "Ohio")}),
        ("El [Museo del Mar|ORG], con sede en [Quito|GPE], abrió.", "es", {("Museo del Mar", "located_in", "Quito")}),
        ("The [Harbor Gazette|ORG] of [Chile|GPE] said so.", "en", set()),
        ("Según [Radio Litoral|ORG] de [Chile|GPE], llueve.", "es", set()),
        ("La empresa [Uber|ORG] en [China|GPE] crece.", "es", set()),
        (
            "Crews from [Dayton|GPE] and [Akron|GPE], [Ohio|GPE], came.",
            "en",
            {("Dayton", "located_in", "Ohio"), ("Akron", "located_in", "Ohio")},
        ),
        ("The [Dayton|GPE]-based [Harbor Steel|ORG] cut jobs.", "en", {("Harbor Steel", "located_in", "Dayton")}),
        ("[Norway|GPE]'s [Ministry of Trade|ORG] agreed.", "en", {("Ministry of Trade", "located_in", "Norway")}),
        ("[Norway|GPE]'s [Harbor Steel|ORG] agreed.", "en", set()),
        ("They live in [Austin|GPE], the capital of [Texas|GPE].", "en", {("Austin", "located_in", "Texas")}),
        ("Nació en [Lugo|GPE], ciudad de [Galicia|GPE].", "es", {("Lugo", "located_in", "Galicia")}),
        ("The [Harbor Museum|ORG] in [Toledo|GPE] opened.", "en", {("Harbor Museum", "located_in", "Toledo")}),
    ],
)
def test_places(scheme: LabelScheme, marked: str, lang: str, expected: Triples) -> None:
    assert found(scheme, marked, lang) == expected


@pytest.mark.parametrize(
    ("marked", "lang"),
    [
        ("Respecto a [Luis Prado|PERSON], el [senador|ROLE] dijo que no.", "es"),
        ("La [ministra|ROLE] dijo que [Luis Prado|PERSON] no quiere ser [alcalde|ROLE] de [Quito|GPE].", "es"),
        ("Investigan la [muerte|EVENT] de [Luis Prado|PERSON].", "es"),
        ("Al conocer la oferta de [Chile|GPE], [Luis Prado|PERSON] calló.", "es"),
        ("[Harbor Watch|ORG] announced on [Friday|DATE] that it will close.", "en"),
        ("[Harbor Rovers|ORG] after [Owen Pike|PERSON] were calm.", "en"),
        ("[Owen Pike|PERSON] cancelled his [trip|EVENT].", "en"),
        ("[Owen Pike|PERSON] died in the [crash|EVENT].", "en"),
        ("[Owen Pike|PERSON] was not invited to the [ceremony|EVENT].", "en"),
        ("[Owen Pike|PERSON] condemned the [attack|EVENT] on [Friday|DATE].", "en"),
        ("[Owen Pike|PERSON] was told that [Peru|GPE] likes the [final|EVENT].", "en"),
        ("The tensions between [Chile|GPE] and [Peru|GPE] grew.", "en"),
        ("Como [Luis Prado|PERSON], el [candidato|ROLE] del partido está cansado.", "es"),
    ],
)
def test_no_relation(scheme: LabelScheme, marked: str, lang: str) -> None:
    assert found(scheme, marked, lang) == set()


def test_a_post_in_the_singular_has_one_holder(scheme: LabelScheme) -> None:
    marked = "[Luis Prado|PERSON] se fue y quedó como [presidente|ROLE] del consejo, [Ana Solís|PERSON], experta."
    assert found(scheme, marked, "es") == {("Ana Solís", "holds_position", "presidente")}


def test_the_source_names_the_rule(scheme: LabelScheme) -> None:
    relations, _ = related(scheme, "Habló la [ministra|ROLE] de [Chile|GPE], [Ana Solís|PERSON].", "es")
    assert {(r.label, r.source) for r in relations} == {("holds_position", "title@2"), ("represents", "title-body@2")}
