"""Places found by a noun that says what they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Marked = list[tuple[str, str]]
Marker = Callable[..., Marked]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Cerraron la presa La Lumbrera ayer.", ("presa La Lumbrera", "LOC")),
        ("Cerraron el aeropuerto de Toronto ayer.", ("aeropuerto de Toronto", "LOC")),
        ("Vive en la delegación Altamar desde ayer.", ("Altamar", "GPE")),
        ("Es del municipio de Lumbrera de los Pinos.", ("Lumbrera de los Pinos", "GPE")),
        ("Cayó el Muro de Berlín.", ("Muro de Berlín", "LOC")),
        ("Cerraron la autopista Lumbrera-Altamar ayer.", ("autopista Lumbrera-Altamar", "LOC")),
        ("Cerraron el puente internacional Lumbrera ayer.", ("puente internacional Lumbrera", "LOC")),
        ("Crece poco la zona euro ahora.", ("zona euro", "LOC")),
        ("Llenaron el Zócalo ayer.", ("Zócalo", "LOC")),
    ],
)
def test_spanish_places(marked: Marker, text: str, place: tuple[str, str]) -> None:
    assert marked(text) == [place]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("They sailed on Lake Lumbrera again.", ("Lake Lumbrera", "LOC")),
        ("It lies in the Gulf of Lumbrera.", ("Gulf of Lumbrera", "LOC")),
        ("They left Lumbrera Station at noon.", ("Lumbrera Station", "LOC")),
        ("It happened on Seven Springs Road at noon.", ("Seven Springs Road", "LOC")),
        ("He is from the town of Lumbrera there.", ("Lumbrera", "GPE")),
    ],
)
def test_english_places(marked: Marker, text: str, place: tuple[str, str]) -> None:
    assert marked(text, "en") == [place]


def test_a_site_ends_before_the_body_that_it_belongs_to(marked: Marker) -> None:
    found = marked("Habló en la Torre Norte de la Universidad de Lumbrera ayer.")
    assert found == [("Torre Norte", "LOC"), ("Universidad de Lumbrera", "ORG")]


def test_what_one_mention_shows_to_be_a_place_holds_for_the_others(marked: Marker) -> None:
    text = "El alcalde calla en el municipio de Lumbrera. Lo dijo Altamar. Es de Lumbrera."
    assert marked(text).count(("Lumbrera", "GPE")) == 2


def test_what_the_model_takes_for_a_body_is_a_site_by_its_last_word(marked: Marker) -> None:
    name = "Old Marrow Quillon Bremsey Station"
    assert marked(f"They met near {name} again.", "en", model=((name, "ORG"),)) == [(name, "LOC")]
    house = marked("They met at Quillon House again.", "en", (("Quillon House", "ORG"),), "model repair")
    assert house == [("Quillon House", "ORG")]
