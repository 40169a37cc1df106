"""Rows of text: nothing is lost, nothing is displayed twice, nothing reaches beyond the edge."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from annotator.tui.layout.rows import Rows
from tests.strategies import texts

WIDTHS = st.integers(2, 40)
BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
BIDI = {chr(c) for c in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}

_PLAIN = st.lists(st.text("abcñéü-.,", min_size=1, max_size=12), max_size=20).map(" ".join)
_MIXED = st.lists(st.sampled_from(["word", "日本語", "👩\u200d🚀", "a\u0301", " ", "\t", "\u3000", "x"]), max_size=30)
any_text = st.one_of(texts(), _PLAIN, _MIXED.map("".join))


def lines(text: str, width: int) -> list[str]:
    """Return what each row displays."""
    rows = Rows(text, width)
    return ["".join(g.displayed for g in rows.glyphs(row)) for row in range(len(rows))]


@given(any_text, WIDTHS)
@example("", 2)
@example("\n", 2)
@example("a\r\n\r\nb\rc\n", 2)
def test_rows_concatenate_to_the_text(text: str, width: int) -> None:
    rows = Rows(text, width)
    assert "".join(text[slice(*rows.bounds(row))] for row in range(len(rows))) == text
    assert all(rows.bounds(row)[0] < rows.bounds(row)[1] for row in range(len(rows))) or not text


@given(any_text, WIDTHS)
@example("日\u3000本", 3)
@example("\t\t", 2)
@example("❤\ufe0f\u200d🔥", 2)
@example("日\u200d本", 2)
def test_no_row_is_wider_than_the_view(text: str, width: int) -> None:
    rows = Rows(text, width)
    for row in range(len(rows)):
        glyphs = rows.glyphs(row)
        displayed = "".join(g.displayed for g in glyphs)
        assert cell_len(displayed) == sum(g.width for g in glyphs) <= width


@given(any_text, WIDTHS)
def test_no_cell_is_drawn_twice_and_none_is_skipped(text: str, width: int) -> None:
    rows = Rows(text, width)
    for row in range(len(rows)):
        cell, offset = 0, rows.bounds(row)[0]
        for glyph in rows.glyphs(row):
            assert (glyph.cell, glyph.start) == (cell, offset)
            assert glyph.end > glyph.start
            assert cell_len(glyph.displayed) == glyph.width
            cell, offset = cell + glyph.width, glyph.end
        assert offset == rows.bounds(row)[1]


@given(any_text, WIDTHS, WIDTHS)
def test_wrapping_again_gives_what_wrapping_at_first_would(text: str, width: int, before: int) -> None:
    again, rows = Rows(text, before).wrapped_to(width), Rows(text, width)
    assert (again.starts, again.begins_line) == (rows.starts, rows.begins_line)


@given(any_text, WIDTHS, st.data())
def test_the_rows_of_many_places_are_those_of_each(text: str, width: int, data: st.DataObject) -> None:
    rows = Rows(text, width)
    offsets = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    assert list(rows.rows_at(offsets)) == [rows.row_of(offset) for offset in offsets]


@given(any_text, WIDTHS)
def test_a_place_in_the_text_and_its_cell_find_each_other(text: str, width: int) -> None:
    rows = Rows(text, width)
    for row in range(len(rows)):
        for glyph in rows.glyphs(row):
            for offset in range(glyph.start, glyph.end):
                assert rows.row_of(offset) == row
                assert rows.cell_of(row, offset) == glyph.cell
            for cell in range(glyph.cell, glyph.cell + glyph.width):
                assert rows.offset_at(row, cell) == glyph.start


@given(any_text, WIDTHS, st.data())
def test_a_range_is_displayed_as_the_graphemes_that_begin_in_it(text: str, width: int, data: st.DataObject) -> None:
    rows = Rows(text, width)
    for row in range(len(rows)):
        cuts = sorted(data.draw(st.lists(st.integers(*rows.bounds(row)), min_size=1)))
        pieces = [
            "".join(glyph.displayed for glyph in rows.glyphs(row) if start <= glyph.start < end)
            for start, end in pairwise(cuts)
        ]
        assert rows.pieces(row, cuts) == pieces


@given(any_text, WIDTHS, st.integers(0, 50))
def test_the_first_grapheme_from_a_cell_on(text: str, width: int, cell: int) -> None:
    rows = Rows(text, width)
    for row in range(len(rows)):
        later = [(g.start, g.cell) for g in rows.glyphs(row) if g.width and g.cell >= cell]
        assert rows.first_from_cell(row, cell) == (later[0] if later else (rows.bounds(row)[1], cell))


@given(any_text.filter(bool), WIDTHS, st.data())
@example("uno dos", 3, None)
def test_a_range_takes_cells_of_the_row_and_at_least_one(text: str, width: int, data: st.DataObject | None) -> None:
    rows = Rows(text, width)
    start = data.draw(st.integers(0, len(text) - 1)) if data else 3
    end = data.draw(st.integers(start + 1, len(text))) if data else 4
    for row in rows.rows_of(start, end):
        left, right = rows.cells(row, start, end)
        assert 0 <= left < right <= width
        displayed = [g for g in rows.glyphs(row) if g.width and start < g.end and g.start < end]
        if displayed:
            assert left == displayed[0].cell
            assert right == displayed[-1].cell + displayed[-1].width


@given(any_text, WIDTHS)
def test_a_cell_behind_the_row_means_its_last_visible_character(text: str, width: int) -> None:
    rows = Rows(text, width)
    for row in range(len(rows)):
        visible = [g.start for g in rows.glyphs(row) if g.width]
        assert rows.offset_at(row, width + 5) == (visible[-1] if visible else rows.bounds(row)[0])


@given(any_text, WIDTHS)
def test_a_stretch_of_text_lies_on_the_rows_that_hold_its_ends(text: str, width: int) -> None:
    rows = Rows(text, width)
    for row in range(len(rows)):
        start, end = rows.bounds(row)
        assert rows.rows_of(start, end) == range(row, row + 1)
    assert rows.rows_of(0, len(text)) == range(len(rows))
    assert rows.row_of(len(text)) == len(rows) - 1


@given(any_text, WIDTHS)
def test_what_is_drawn_cannot_act_on_the_terminal(text: str, width: int) -> None:
    for line in lines(text, width):
        assert not BIDI & set(line)
        assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]


@given(any_text, WIDTHS)
def test_a_line_break_ends_its_row(text: str, width: int) -> None:
    rows = Rows(text, width)
    for row in range(len(rows)):
        start, end = rows.bounds(row)
        piece = text[start:end]
        body = piece[:-2] if piece.endswith("\r\n") else piece[:-1]
        assert not set(body) & set(BREAKS)
        continued = row > 0 and text[start - 1] not in BREAKS
        assert bool(rows.begins_line[row]) is not continued


@given(st.one_of(_PLAIN, _MIXED.map("".join)), WIDTHS)
def test_a_word_is_split_only_when_it_does_not_fit(text: str, width: int) -> None:
    rows = Rows(text, width)
    gaps = " \t\u3000\n"
    for row in range(1, len(rows)):
        cut = rows.bounds(row)[0]
        wide = cell_len(text[cut - 1]) == 2 or cell_len(text[cut]) == 2 or "\u200d" in text[cut - 2 : cut]
        if text[cut - 1] in gaps or text[cut] in gaps or wide:
            continue
        first = max(text.rfind(gap, 0, cut) for gap in gaps) + 1
        last = min((at for gap in gaps if (at := text.find(gap, cut)) >= 0), default=len(text))
        assert cell_len(text[first:last]) > width


def test_long_plain_lines_break_behind_spaces() -> None:
    assert lines("uno dos tres cuatro cinco", 8) == ["uno dos ", "tres ", "cuatro ", "cinco"]


def test_a_space_that_does_not_fit_is_swallowed() -> None:
    assert lines("uno dos", 3) == ["uno", "dos"]


def test_a_word_longer_than_the_row_is_cut_at_the_edge() -> None:
    assert lines("abcdefgh ij", 3) == ["abc", "def", "gh ", "ij"]


def test_mixed_lines_break_between_wide_characters() -> None:
    assert lines("año 日本語の本 fin", 7) == ["año 日", "本語の", "本 fin"]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a\u0301b", [(0, 2, 0, 1), (2, 3, 1, 1)]),
        ("👩\u200d🚀!", [(0, 3, 0, 2), (3, 4, 2, 1)]),
        ("❤\ufe0f.", [(0, 2, 0, 2), (2, 3, 2, 1)]),
        ("日x", [(0, 1, 0, 2), (1, 2, 2, 1)]),
        ("a\tb", [(0, 1, 0, 1), (1, 2, 1, 3), (2, 3, 4, 1)]),
        ("\x1b[m", [(0, 1, 0, 1), (1, 2, 1, 1), (2, 3, 2, 1)]),
    ],
)
def test_each_visible_character_takes_its_own_cells(text: str, cells: list[tuple[int, int, int, int]]) -> None:
    assert [(g.start, g.end, g.cell, g.width) for g in Rows(text, 20).glyphs(0)] == cells


def test_windows_line_ends_are_as_invisible_as_others() -> None:
    assert lines("uno\r\ndos\ntres\rx", 9) == ["uno", "dos", "tres␍", "x"]


def test_tabs_go_to_the_next_stop() -> None:
    assert lines("\ta\tbcd\te", 20) == ["    a   bcd e"]


def test_a_mark_without_a_letter_gets_a_place_to_sit_on() -> None:
    assert lines("\u0301a", 5) == ["◌\u0301a"]


def test_a_row_narrower_than_a_wide_character_is_refused() -> None:
    with pytest.raises(ValueError, match="two cells"):
        Rows("日本", 1)
