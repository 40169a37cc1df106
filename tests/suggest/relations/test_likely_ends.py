"""Posts and bodies that are proposed because a relation asks for them."""

from __future__ import annotations

import pytest

from annotator.labels import LabelScheme
from annotator.suggest.relations.likely_ends import LikelyEnds
from tests.suggest.relations.conftest import marked_spans


def added(scheme: LabelScheme, marked: str, lang: str) -> set[tuple[str, str]]:
    document, spans = marked_spans(marked, lang)
    found = LikelyEnds(scheme, lang).added(document, spans)
    assert [span.start for span in found] == sorted(span.start for span in found)
    return {(document.text[s.start : s.end], s.label) for s in found if s not in spans}


@pytest.mark.parametrize(
    ("marked", "lang", "expected"),
    [
        ("Mis primas [Ana Solís|PERSON] y [Rita Sosa|PERSON], consejeras del grupo, fueron.", "es",
         {("consejeras", "ROLE")}),
        ("Vino el enlace empresarial de [Luis Prado|PERSON].", "es", set()),
        ("[Luis Prado|PERSON], enlace empresarial del alcalde, calló.", "es", {("enlace empresarial", "ROLE")}),
        ("An [Ottawa|GPE] paper quoted [Owen Pike|PERSON], trustee of the trust.", "en", {("trustee", "ROLE")}),
        ("Fue [Luis Prado|PERSON], [dirigente|ROLE] de Alborada, quien calló.", "es", {("Alborada", "ORG")}),
        ("La [senadora|ROLE] de Alborada [Ana Solís|PERSON] calló.", "es", {("Alborada", "ORG")}),
        ("[Luis Prado|PERSON], [director general|ROLE] de [Viento|PERSON], calló.", "es", {("Viento", "ORG")}),
        ("Later Pinwheel [co-founder|ROLE] [Owen Pike|PERSON] agreed.", "en", {("Pinwheel", "ORG")}),
    ],
)  # fmt: skip
def test_an_end_is_proposed_with_its_relation(
    scheme: LabelScheme, marked: str, lang: str, expected: set[tuple[str, str]]
) -> None:
    assert added(scheme, marked, lang) == expected


@pytest.mark.parametrize(
    ("marked", "lang"),
    [
        ("Los consejeros votaron ante [Luis Prado|PERSON].", "es"),
        ("[Luis Prado|PERSON] volvió. Las consejeras del grupo callaron.", "es"),
        ("[Luis Prado|PERSON], [gobernador|ROLE] de Jalisco, calló.", "es"),
        ("[Luis Prado|PERSON], [subsecretario|ROLE] de Gobierno, calló.", "es"),
        ("[Luis Prado|PERSON], [dirigente|ROLE] de Costa [Brava|ORG], calló.", "es"),
        ("[Luis Prado|PERSON], [vocero|ROLE] de [Solís|PERSON], calló.", "es"),
        ("French [coach|ROLE] [Owen Pike|PERSON] agreed.", "en"),
        ("The [coach|ROLE] of the Pinwheel team agreed.", "en"),
    ],
)
def test_what_no_relation_asks_for_stays_unmarked(scheme: LabelScheme, marked: str, lang: str) -> None:
    assert added(scheme, marked, lang) == set()


def test_a_language_without_rules_gets_nothing(scheme: LabelScheme) -> None:
    assert added(scheme, "[Luis Prado|PERSON], [dirigente|ROLE] de Alborada, calou.", "pt") == set()
