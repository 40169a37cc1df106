"""Which nouns are single happenings, how far the phrase goes, and the names of happenings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Marker = Callable[..., list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("Durante la reunión del comité nadie habló.", ["reunión"]),
        ("Hubo heridos en el atentado terrorista contra la sede.", ["atentado terrorista"]),
        ("Antes de las próximas elecciones legislativas callará.", ["próximas elecciones legislativas"]),
        ("Lo dijo en conferencia de prensa.", ["conferencia de prensa"]),
        ("Encabezó un mitin en Toledo.", ["mitin"]),
        ("Lamentó la muerte de Marta Luna.", ["muerte"]),
        ("Asistió a la Cumbre de los Océanos.", ["Cumbre de los Océanos"]),
        ("Estalló la Segunda Guerra Mundial.", ["Segunda Guerra Mundial"]),
        ("Hubo una gresca provocada por aficionados.", ["gresca"]),
        ("Persigue al crimen organizado.", []),
        ("El alcalde visita los barrios cada mes.", []),
        ("Reabrió el debate sobre el agua.", []),
        ("Teme a la muerte.", []),
        ("Cualquier protesta o reunión se castiga.", []),
    ],
)
def test_spanish(marked: Marker, text: str, events: list[str]) -> None:
    assert [phrase for phrase, label in marked(text) if label == "EVENT"] == events


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("They left before the inaugural meeting of the panel.", ["inaugural meeting"]),
        ("Calder's official visit began late.", ["official visit"]),
        ("The 2010 killing of an agent was recalled.", ["killing"]),
        ("After the plane crash near Toledo, crews searched.", ["plane crash"]),
        ("She spoke at a press conference.", ["press conference"]),
        ("He won the Harbor City Marathon.", ["Harbor City Marathon"]),
        ("Crowds saw the 2010 World Expo.", ["2010 World Expo"]),
        ("She visits the harbor and attacks the plan.", []),
        ("The election commission met.", []),
        ("The attack-minded side lost.", []),
        ("They held talks with Peru on Friday.", ["talks"]),
        ("He fought in World War II.", ["World War II"]),
        ("The paper called for a general strike and it's fair.", []),
        ("Crowds saw Fan Expo Canada 2016 close.", ["Fan Expo Canada 2016"]),
        ("She recalled her death and that match.", ["death", "match"]),
        ("Nations that oppose linking trade talks met.", []),
        ("Fear of attack kept them home.", []),
    ],
)
def test_english(marked: Marker, text: str, events: list[str]) -> None:
    assert [phrase for phrase, label in marked(text, "en") if label == "EVENT"] == events
