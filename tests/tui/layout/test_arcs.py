"""Arcs over a row: all are shown, none overlap, and head and child differ."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from annotator.tui.layout.arcs import MAX_LEVELS, Arc, arc_lines

WIDTHS = st.integers(4, 60)
LABELS = st.sampled_from(["held_on", "cooperates_with", "x", "所属"])


@st.composite
def rows(draw: st.DrawFn, most: int = 10) -> tuple[list[Arc], int]:
    """Draw arcs over a row, and its width."""
    width = draw(WIDTHS)
    cells = st.integers(0, width - 1)
    arcs = []
    for number in range(draw(st.integers(0, most))):
        head, child = draw(st.one_of(st.tuples(cells, cells), st.tuples(cells, st.none()), st.tuples(st.none(), cells)))
        other_line = draw(st.integers(1, 2000)) if None in (head, child) else 0
        label, pending, symmetric = draw(LABELS), draw(st.booleans()), draw(st.booleans())
        arcs.append(Arc(f"r{number}", head, child, label, pending, symmetric, other_line))
    return arcs, width


def picture(arcs: list[Arc], width: int) -> list[str]:
    """Return the lines over the row as text."""
    lines = []
    for pieces in arc_lines(arcs, width):
        line = ""
        for cell, text, _ in pieces:
            line += " " * (cell - cell_len(line)) + text
        lines.append(line)
    return lines


def relation(head: int | None, child: int | None, label: str = "works_for", *, row: int = 0) -> Arc:
    return Arc(f"{head}-{child}-{label}", head, child, label, pending=False, other_line=row)


@given(rows())
@example(([Arc("r", 3, 3, "x", pending=False)], 4))
def test_pieces_neither_overlap_nor_leave_the_row(row: tuple[list[Arc], int]) -> None:
    arcs, width = row
    for line in arc_lines(arcs, width):
        free = 0
        for cell, text, _ in line:
            assert cell >= free
            assert text
            free = cell + cell_len(text)
        assert free <= width


@given(rows(most=25))
def test_every_arc_is_seen_or_counted(row: tuple[list[Arc], int]) -> None:
    arcs, width = row
    lines = arc_lines(arcs, width)
    seen = {relation_id for line in lines for _, _, relation_id in line if relation_id}
    left_out = len(arcs) - len(seen)
    assert left_out >= 0
    if left_out:
        assert len(lines) == MAX_LEVELS + 1
        assert lines[0] == [(0, f"+{left_out} more relations"[:width], "")]
    else:
        assert len(lines) <= MAX_LEVELS


@given(rows(most=1))
@example(([Arc("r", 3, 3, "x", pending=False)], 4))
def test_an_arc_alone_has_its_ends_over_head_and_child(row: tuple[list[Arc], int]) -> None:
    arcs, width = row
    for arc in arcs:
        ((cell, text, _),) = arc_lines([arc], width)[0]
        cells = [c for character in text for c in (character, *[""] * (cell_len(character) - 1))]
        for end, tips in ((arc.head, "▼" if arc.symmetric else "╭╮"), (arc.child, "▼")):
            if end is not None and arc.head != arc.child:
                assert cells[end - cell] in tips


@given(rows(most=1))
def test_a_name_is_whole_where_there_is_room(row: tuple[list[Arc], int]) -> None:
    arcs, width = row
    for arc in arcs:
        if arc.head is None or arc.child is None or arc.head == arc.child:
            continue
        left, right = sorted((arc.head, arc.child))
        name = arc.label
        cells = cell_len(name)
        room = cells <= right - left - 3 or cells <= width - right - 1 or cells <= left
        assert (name in picture([arc], width)[0]) is room


def test_an_arc_points_at_its_child() -> None:
    assert picture([relation(2, 20)], 30) == ["  ╭────works_for────▼"]
    assert picture([relation(20, 2)], 30) == ["  ▼────works_for────╮"]


def test_a_symmetric_arc_points_both_ways_and_a_suggested_one_is_dotted() -> None:
    arc = Arc("r", 1, 22, "cooperates_with?", pending=True, symmetric=True)
    assert picture([arc], 30) == [" ▼┄┄cooperates_with?┄┄▼"]


def test_a_short_arc_has_its_name_beside_it() -> None:
    assert picture([relation(2, 6)], 30) == ["  ╭───▼works_for"]
    assert picture([relation(22, 28)], 30) == ["             works_for╭─────▼"]


def test_a_name_without_room_on_either_side_is_cut_at_the_roomier() -> None:
    assert picture([relation(1, 5)], 10) == [" ╭───▼work"]
    assert picture([relation(4, 9)], 10) == ["work╭────▼"]


def test_long_arcs_lie_over_short_ones_and_their_stems_cross_them() -> None:
    assert picture([relation(0, 30, "held_on"), relation(12, 38, "held_in")], 40) == [
        "╭───────────held_on───────────▼",
        "│           ╭─────────held_in─┼───────▼",
    ]


def test_arcs_from_one_head_are_stacked() -> None:
    assert picture([relation(4, 18, "held_in"), relation(4, 32, "held_on")], 40) == [
        "    ╭──────────held_on──────────▼",
        "    ╭───held_in───▼             │",
    ]


def test_an_arc_to_another_row_is_a_stub_that_names_it() -> None:
    assert picture([relation(4, None, row=7)], 40) == ["    ╭╴works_for → line 7"]
    assert picture([relation(None, 4, row=3)], 40) == ["    ▼╴works_for ← line 3"]


def test_a_stub_at_the_right_edge_runs_to_the_left() -> None:
    assert picture([relation(38, None, row=7)], 40) == ["                   works_for → line 7╶╮"]
    assert picture([relation(None, 38, row=3)], 40) == ["                   works_for ← line 3╶▼"]


def test_a_stub_without_room_keeps_its_tip() -> None:
    assert picture([relation(3, None, row=7)], 12) == ["   ╭╴works_f"]
    assert picture([relation(9, None, row=7)], 12) == ["works_fo╶╮"]


def test_both_ends_over_one_cell_stay_on_the_row() -> None:
    assert picture([relation(3, 3, "x")], 10) == ["   ╭▼x"]
    assert picture([relation(9, 9, "x")], 10) == ["       x╭▼"]


def test_more_arcs_than_lines_are_counted() -> None:
    lines = picture([relation(0, 20 + n, "held_on") for n in range(8)], 40)
    assert len(lines) == 7
    assert lines[0] == "+2 more relations"
