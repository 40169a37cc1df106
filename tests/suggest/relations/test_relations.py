from __future__ import annotations

import pytest

from annotator.annotation import Annotations
from annotator.suggest.pipeline import SuggestionPipeline
from tests.suggest.conftest import make_document

Triples = set[tuple[str, str, str]]


def triples(pipeline: SuggestionPipeline, text: str, lang: str) -> Triples:
    document = make_document(text, lang)
    (layer,) = pipeline.suggest([document])
    return {named(text, layer, relation) for relation in layer.relations}


def named(text: str, layer: Annotations, relation: str) -> tuple[str, str, str]:
    key = layer.relation_key(layer.relations[relation])
    return text[key.head.start : key.head.end], key.label, text[key.child.start : key.child.end]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        (
            "Habló el embajador de Canadá, Luis Prado.",
            "es",
            {("Luis Prado", "holds_position", "embajador"), ("Luis Prado", "represents", "Canadá")},
        ),
        (
            "Ana Solís, directora de la Agencia de Puertos, calló.",
            "es",
            {("Ana Solís", "holds_position", "directora"), ("Ana Solís", "works_for", "Agencia de Puertos")},
        ),
        ("Llegó a Toronto, Canadá.", "es", {("Toronto", "located_in", "Canadá")}),
        ("Chile y Perú firmaron un acuerdo.", "es", {("Chile", "cooperates_with", "Perú")}),
        (
            "La Secretaría de Pesca y Mares (SEPEMA) calló.",
            "es",
            {("SEPEMA", "alias_of", "Secretaría de Pesca y Mares")},
        ),
        (
            "La segunda reunión fue el 3 de mayo en Quito.",
            "es",
            {("segunda reunión", "held_on", "3 de mayo"), ("segunda reunión", "held_in", "Quito")},
        ),
        (
            "La Operación Marea Alta busca frenar el tráfico de aves.",
            "es",
            {("Operación Marea Alta", "targets", "tráfico de aves")},
        ),
        ("said Foreign Minister Ada Quill.", "en", {("Ada Quill", "holds_position", "Foreign Minister")}),
        (
            "Chile's foreign minister, Ada Quill, spoke.",
            "en",
            {("Ada Quill", "holds_position", "foreign minister"), ("Ada Quill", "represents", "Chile")},
        ),
        ("Chile and Peru agreed to a joint patrol.", "en", {("Chile", "cooperates_with", "Peru")}),
    ],
)
def test_constructions(rules_only: SuggestionPipeline, text: str, lang: str, expected: Triples) -> None:
    assert triples(rules_only, text, lang) == expected


def test_a_list_of_countries_is_no_address(rules_only: SuggestionPipeline) -> None:
    found = triples(rules_only, "Viajó por Chile, Perú, Bolivia y Ecuador.", "es")
    assert not {label for _, label, _ in found} & {"located_in"}


def test_a_symmetric_relation_holds_once_a_sentence_and_forwards(rules_only: SuggestionPipeline) -> None:
    found = triples(rules_only, "Perú y Chile firmaron un acuerdo; Chile y Perú cooperan.", "es")
    assert len([label for _, label, _ in found if label == "cooperates_with"]) == 1


def test_relations_do_not_leave_their_sentence(rules_only: SuggestionPipeline) -> None:
    assert triples(rules_only, "Chile calló. Perú firmó un acuerdo.", "es") == set()
