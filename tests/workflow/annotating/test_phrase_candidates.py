"""Phrases that get a hint when a label key is pressed with nothing chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.text import Document
from annotator.workflow.annotating.phrase_candidates import phrase_candidates
from tests.strategies import documents
from tests.workspaces import make_document


def phrases(text: str) -> list[str]:
    document = make_document(text=text)
    return [text[start:end] for start, end in phrase_candidates(document, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("ayer Ana Ruiz volvió", "Ana Ruiz"),
        ("la Secretaría de Seguridad y Protección informó", "Secretaría de Seguridad y Protección"),
        ("llegó el 5 de mayo de 2024", "5"),
        ("dijo «trabajo y paz» ayer", "trabajo y paz"),
        ("contra el tráfico de armas hoy", "tráfico de armas"),
        ("combaten el tráfico de armas", "tráfico de armas"),
        ("the theft of fuel", "theft of fuel"),
    ],
)
def test_what_looks_like_a_mention_is_offered(text: str, phrase: str) -> None:
    assert phrase in phrases(text)


def test_the_likelier_come_first_and_each_once() -> None:
    candidates = phrases("el robo de Ana Ruiz y otra vez")
    assert candidates[0] == "Ana Ruiz"
    assert len(candidates) == len(set(candidates))


def test_a_run_never_ends_in_a_small_word() -> None:
    assert "Ana de" not in phrases("con Ana de la tarde")


def test_small_words_are_not_offered_by_themselves() -> None:
    assert phrases("de la y el") == []


@given(documents(), st.integers(0, 40), st.integers(0, 40))
def test_all_fall_on_token_borders_and_say_something(document: Document, start: int, size: int) -> None:
    for segment in phrase_candidates(document, start, start + size):
        assert document.tokens.exact(*segment) is not None
