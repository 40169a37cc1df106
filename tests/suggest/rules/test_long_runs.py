"""Texts that are no prose, such as one endless word or one word over and over, take no more than linear time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Marked = list[tuple[str, str]]
Marker = Callable[..., Marked]


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("nasty", ["A", "Á", "Ab", "FC ", "Lake ", "Lago ", "Juan ", "Juan de la "])
def test_no_text_takes_more_than_linear_time(marked: Marker, nasty: str, lang: str) -> None:
    text = nasty * (40_000 // len(nasty))
    assert all(len(name.split()) <= 13 for name, _ in marked(text, lang))
