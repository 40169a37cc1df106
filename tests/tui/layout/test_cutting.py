"""Names that are cut keep both ends, never take more room than there is, and lose no part of a visible character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from annotator.text import graphemes
from annotator.tui.layout.cutting import cut_middle, cut_together

TEXTS = st.text(alphabet="ab ñé人物e\u0301👩\u200d🚀", max_size=40)


@pytest.mark.parametrize(
    ("text", "cells", "cut"),
    [
        ("Ana Ruiz", 8, "Ana Ruiz"),
        ("Ronald Reagan Trump", 15, "Ronald … Trump"),
        ("Ministerio de Asuntos Exteriores", 23, "Ministerio … Exteriores"),
        ("abcdefghij", 5, "ab…ij"),
        ("abcdefghij", 1, "…"),
        ("abcdefghij", 0, ""),
        ("人物人物人物", 7, "人物…物"),
        ("", 0, ""),
    ],
)
def test_both_ends_stay(text: str, cells: int, cut: str) -> None:
    assert cut_middle(text, cells) == cut


@given(TEXTS, st.integers(0, 40))
def test_what_is_cut_fits_and_consists_of_both_ends(text: str, cells: int) -> None:
    cut = cut_middle(text, cells)
    assert cell_len(cut) <= cells
    if cut == text or not cells:
        return
    start, _, end = cut.partition("…")
    borders = {border for piece in graphemes(text) for border in (piece.start, piece.end)} | {0, len(text)}
    assert text.startswith(start)
    assert text.endswith(end)
    assert {len(start), len(text) - len(end)} <= borders


@given(TEXTS, TEXTS, st.integers(2, 60))
def test_of_two_names_the_short_one_stays_whole(one: str, other: str, cells: int) -> None:
    cut = cut_together((one, other), cells)
    assert sum(map(cell_len, cut)) <= cells
    for text, shown in zip((one, other), cut, strict=True):
        assert shown == text or cell_len(text) > cells // 2
