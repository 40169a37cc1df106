"""Phrases are found again however they are written, and told apart where writing tells."""

from __future__ import annotations

import pytest
from hypothesis import given

from annotator.suggest.phrases import UNIT_TOKENS, PhraseIndex, TokenRange, form_similarity
from annotator.text import Document
from tests.strategies import documents
from tests.suggest.conftest import make_document


@pytest.mark.parametrize(
    ("remembered", "here", "alike"),
    [
        ("México", "México", True),
        ("México", "MÉXICO", True),
        ("México", "Mexico", True),
        ("México", "mexico", False),
        ("Grupo", "grupo", False),
        ("US", "us", False),
        ("US", "Us", False),
        ("reunión", "Reunión", True),
        ("reunión", "reuniones", True),
        ("tráfico de armas", "Tráfico de Armas", True),
        ("Torres", "Torre", False),
        ("año", "ano", False),
    ],
)
def test_case_accents_and_number_are_minded_where_they_tell_something(remembered: str, here: str, alike: bool) -> None:
    text = f"{remembered} . {here}"
    index = PhraseIndex(make_document(text))
    first = index.token_range(0, len(remembered))
    second = index.token_range(len(text) - len(here), len(text))
    assert first is not None
    assert second is not None
    found = index.phrase(first) == index.phrase(second)
    assert (found and form_similarity(index.form_and_context(first)[0], index.form_and_context(second)[0]) > 0) == alike


def test_what_is_no_phrase_has_no_place() -> None:
    text = "uno, " * 20
    index = PhraseIndex(make_document(text))
    assert index.token_range(0, 3) == (0, 1)
    assert index.token_range(0, 2) is None
    assert index.token_range(3, 4) is None
    assert index.token_range(0, len(text) - 1) is None


@given(document=documents())
def test_units_part_all_tokens_and_stay_small(document: Document) -> None:
    index = PhraseIndex(document)
    for token in range(len(document.tokens)):
        first, behind = index.unit_range(index.unit_of(token))
        assert first <= token < behind <= first + UNIT_TOKENS
        assert TokenRange(token, token + 1) in index.occurrences((index.stems[token],))
