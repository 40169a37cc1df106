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
