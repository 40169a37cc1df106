"""What stands inside a longer name is not suggested by itself: acronyms, places, given names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Marked = list[tuple[str, str]]
Marker = Callable[..., Marked]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Estudió en la UNPL Punta Brava dos años.", "es"),
        ("He bought the Lumbrera XR today.", "en"),
        ("It is told in part XVII of the book.", "en"),
    ],
)
def test_an_acronym_inside_a_longer_name_is_no_name(marked: Marker, text: str, lang: str) -> None:
    assert marked(text, lang) == []


def test_an_acronym_before_a_post_or_a_person_is_a_body(marked: Marker) -> None:
    assert ("OCTA", "ORG") in marked("Then OCTA Director Ada Quill spoke.", "en")
    assert ("SEPEMA", "ORG") in marked("Lo dijo la vocera de SEPEMA Elena Robles.")


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Jugó con los Chile Cometas en casa.", "es"),
        ("Llegó hasta la Alta California de entonces.", "es"),
        ("He played for the Canada Comets again.", "en"),
    ],
)
def test_a_place_inside_a_longer_name_is_no_place(marked: Marker, text: str, lang: str) -> None:
    assert "GPE" not in {label for _, label in marked(text, lang)}


def test_a_place_before_a_post_or_a_person_is_a_place(marked: Marker) -> None:
    assert ("Canada", "GPE") in marked("He met Canada Prime Minister Ada Quill.", "en")
    assert ("Canadá", "GPE") in marked("Habló el embajador de Canadá Luis Prado.")


def test_a_saint_is_no_person(marked: Marker) -> None:
    assert "PERSON" not in {label for _, label in marked("Vive en San Juan Chivato desde ayer.")}


@pytest.mark.parametrize(
    "text",
    [
        "Viajó a Lumbrera (Villarrica) con ella.",
        "Villarrica, 3 de mayo. Llueve poco.",
        "Los vecinos de Villarrica callan.",
        "La carretera entre Villarrica y otra villa.",
    ],
)
def test_a_place_of_the_model_may_be_supported_by_what_stands_around_it(marked: Marker, text: str) -> None:
    assert ("Villarrica", "GPE") in marked(text, model=(("Villarrica", "GPE"),))


def test_a_short_form_in_parentheses_is_no_place(marked: Marker) -> None:
    text = "Lo dijo la Secretaría de Finanzas y Puertos (Sefipu) ayer."
    assert ("Sefipu", "GPE") not in marked(text, model=(("Sefipu", "GPE"),))


def test_what_ends_in_a_place_or_begins_with_an_acronym_is_a_body_and_no_person(marked: Marker) -> None:
    assert marked("Lo cuenta Lumbrera México ayer.", model=(("Lumbrera México", "PERSON"),)) == [
        ("Lumbrera México", "ORG")
    ]
    assert marked("Lo estima OCT Research hoy.", model=(("OCT Research", "PERSON"),)) == [("OCT Research", "ORG")]
