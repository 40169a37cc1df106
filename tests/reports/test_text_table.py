"""Tables as text: columns stand under one another, and what does not fit says so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from rich.cells import cell_len

from annotator.reports.text_table import text_table

COLUMNS = ("document", "spans", "title")
ROWS = [("a", 7, "Nota"), ("news-002", 1234, "México y EU reforzarán intercambio")]


def lines(width: int | None = None, cut: str = "title", rows: Sequence[Sequence[object]] = ROWS) -> list[str]:
    return list(text_table(COLUMNS, rows, numbers=("spans",), cut=cut, width=width))


def test_columns_stand_under_one_another() -> None:
    assert lines() == [
        "document   spans   title",
        "─" * 53,
        "a              7   Nota",
        "news-002    1234   México y EU reforzarán intercambio",
    ]


@pytest.mark.parametrize("width", [30, 40, 53, 200])
def test_a_column_gives_way_where_there_is_no_room(width: int) -> None:
    shown = lines(width)
    assert max(map(cell_len, shown)) <= width
    assert all(line.startswith(("document   spans", "─", "a              7", "news-002    1234")) for line in shown)
    assert shown[-1].endswith("…") == (width < 53)


def test_the_widest_gives_way_where_that_is_not_enough() -> None:
    shown = lines(25, cut="", rows=[("a-very-long-key-of-a-document", 1, "a title of some length")])
    assert max(map(cell_len, shown)) <= 25
    assert shown[-1].count("…") == 2


def test_letters_that_take_two_cells_count_as_two() -> None:
    first, _, second, third = lines(rows=[("日本語", 1, "x"), ("aaaaaa", 1, "y")])
    assert first.index("title") == third.index("y") == cell_len(second[: second.index("x")])


def test_letters_of_two_cells_are_not_cut_in_halves() -> None:
    shown = lines(26, rows=[("日本語", 1, "日本語日本語日本語")])
    assert max(map(cell_len, shown)) <= 26


def test_what_could_act_on_a_terminal_does_not() -> None:
    assert "\x1b" not in "\n".join(lines(rows=[("a", 1, "\x1b]0;x\x07")]))


def test_a_table_without_rows_is_its_columns() -> None:
    assert lines(rows=[]) == ["document   spans   title", "─" * 24]
