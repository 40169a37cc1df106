"""Which nouns are offences as such, how far the phrase goes, and what is one case instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from annotator.labels import LabelScheme
from annotator.suggest.rules.analyzed_document import AnalyzedDocument
from annotator.suggest.rules.stages import EntityRules
from tests.suggest.conftest import make_document

Marker = Callable[..., list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "offences"),
    [
        ("Fue acusado de homicidio agravado y fraude.", ["homicidio agravado", "fraude"]),
        ("Lo investigan por lavado de dinero.", ["lavado de dinero"]),
        ("Crece el tráfico ilegal de drogas y armas en la frontera.", ["tráfico ilegal de drogas y armas"]),
        ("Combaten el robo de cable y el contrabando.", ["robo de cable", "contrabando"]),
        ("Firmó tras el desvío de recursos públicos.", ["desvío de recursos públicos"]),
        ("Pidió unidad contra el terrorismo.", ["terrorismo"]),
        ("Los casos de desvío de fondos crecen.", ["desvío de fondos"]),
        ("Hubo un robo en la casa.", []),
        ("Recordó el asesinato de Marta Luna.", []),
        ("Se trata de personas cercanas.", []),
        ("El tráfico de vehículos fue intenso.", []),
    ],
)
def test_spanish(marked: Marker, text: str, offences: list[str]) -> None:
    assert [phrase for phrase, label in marked(text) if label == "CRIME"] == offences


@pytest.mark.parametrize(
    ("text", "offences"),
    [
        ("He was charged with attempted murder and armed robbery.", ["attempted murder", "armed robbery"]),
        ("They curb arms trafficking and tax evasion.", ["arms trafficking", "tax evasion"]),
        ("The theft of copper rose.", ["theft of copper"]),
        ("They want to fight terrorism.", ["terrorism"]),
        ("A robbery was reported.", []),
        ("The fraud charges were dropped.", []),
        ("The murder of Owen Pike shocked them.", []),
    ],
)
def test_english(marked: Marker, text: str, offences: list[str]) -> None:
    assert [phrase for phrase, label in marked(text, "en") if label == "CRIME"] == offences


def test_a_scheme_without_such_labels_gets_none(foreign_scheme: LabelScheme) -> None:
    text = "He was charged with attempted murder after the attack in Toledo."
    doc = AnalyzedDocument(make_document(text, "en"), "en")
    assert not [span for span in EntityRules(foreign_scheme, "en").spans(doc) if span.label in {"CRIME", "EVENT"}]
