"""Brackets under a row: all are shown, none overlap, and labels are whole where there is room."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from annotator.tui.layout.lanes import MAX_LANES, Bracket, bracket_text, lane_lines
from annotator.tui.layout.placed_text import PlacedText

WIDTHS = st.integers(2, 60)
LABELS = st.sampled_from(["ORG", "INITIATIVE", "X", "人物"])


@st.composite
def rows(draw: st.DrawFn, most: int = 12) -> tuple[list[Bracket], int]:
    """Draw brackets on a row, and its width."""
    width = draw(WIDTHS)
    brackets = []
    for number in range(draw(st.integers(0, most))):
        left = draw(st.integers(0, width - 1))
        right = draw(st.integers(left + 1, width))
        opens, closes = draw(st.booleans()) or left > 0, draw(st.booleans()) or right < width
        brackets.append(Bracket(f"s{number}", left, right, draw(LABELS), draw(st.booleans()), opens, closes))
    return brackets, width


def picture(brackets: list[Bracket], width: int) -> list[str]:
    """Return the lanes as text."""
    lines = []
    for lane in lane_lines(brackets, width):
        line = ""
        for piece in lane:
            line += " " * (piece.cell - cell_len(line)) + piece.text
        lines.append(line)
    return lines


def spans(text: str, *marked: tuple[str, str]) -> list[Bracket]:
    """Return brackets for pieces of a text and their labels; a label with ``?`` is a suggestion's."""
    brackets = []
    for number, (piece, label) in enumerate(marked):
        left = text.index(piece)
        brackets.append(Bracket(str(number), left, left + len(piece), label, label.endswith("?")))
    return brackets


@given(rows())
@example(([Bracket("s0", 1, 2, "INITIATIVE", pending=False)], 2))
def test_pieces_neither_overlap_nor_leave_the_row(row: tuple[list[Bracket], int]) -> None:
    brackets, width = row
    for lane in lane_lines(brackets, width):
        free = 0
        for cell, text, _ in lane:
            assert cell >= free
            free = cell + cell_len(text)
        assert free <= width


@given(rows(most=30))
def test_every_bracket_is_seen_or_counted(row: tuple[list[Bracket], int]) -> None:
    brackets, width = row
    lanes = lane_lines(brackets, width)
    seen = [piece.id for lane in lanes for piece in lane if piece.id]
    assert len(set(seen)) == len(seen)
    left_out = len(brackets) - len(seen)
    if left_out:
        assert len(lanes) == MAX_LANES + 1
        assert lanes[-1] == [PlacedText(0, f"+{left_out} more here"[:width], "")]
    else:
        assert len(lanes) <= MAX_LANES


@given(rows())
def test_a_bracket_stands_under_the_cells_of_its_span(row: tuple[list[Bracket], int]) -> None:
    brackets, width = row
    for bracket in brackets:
        cell, text = bracket_text(bracket, width)
        corners = "└┄┘┆" if bracket.pending else "╰─╯│"
        first, last = bracket.left - cell, bracket.right - cell - 1
        cells = [c for character in text for c in (character, *[""] * (cell_len(character) - 1))]
        assert cells[first] in corners
        assert cells[last] in corners


@given(rows())
def test_a_name_is_whole_where_there_is_room(row: tuple[list[Bracket], int]) -> None:
    brackets, width = row
    for bracket in brackets:
        name = bracket.label
        size, cells = bracket.right - bracket.left, cell_len(name)
        room = cells <= size - 2 or cells <= width - bracket.right or cells <= bracket.left
        text = bracket_text(bracket, width)[1]
        assert (name in text) is (bracket.opens and room)


@given(rows())
def test_an_inner_span_lies_below_the_outer(row: tuple[list[Bracket], int]) -> None:
    brackets, width = row
    by_id = {b.id: b for b in brackets}
    depth = {p.id: level for level, lane in enumerate(lane_lines(brackets, width)) for p in lane if p.id}
    for inner in depth:
        for outer in depth:
            one, other = by_id[inner], by_id[outer]
            if other.left < one.left and one.right <= other.right:
                assert depth[outer] < depth[inner]


@given(rows())
def test_names_beside_their_brackets_touch_nothing_else(row: tuple[list[Bracket], int]) -> None:
    brackets, width = row
    for lane in lane_lines(brackets, width):
        for one, other in pairwise(lane):
            if one.cell + cell_len(one.text) == other.cell:
                assert one.text[-1] in "╯─┘┄│┆"
                assert other.text[0] in "╰─└┄│┆"


def test_spans_side_by_side_share_a_lane() -> None:
    text = "Ana Ruiz trabaja para Cruz Roja"
    assert picture(spans(text, ("Ana Ruiz", "PERSON"), ("Cruz Roja", "ORG?")), 40) == [
        "╰PERSON╯              └┄ORG?┄┄┘",
    ]


def test_nested_spans_are_stacked_inside_out() -> None:
    text = "la Secretaría de Marina de México informó"
    marked = spans(text, ("Secretaría de Marina de México", "ORG"), ("Marina", "LOC"), ("México", "GPE"))
    assert picture(marked, 50) == [
        "   ╰────────────ORG─────────────╯",
        "                 ╰LOC─╯    ╰GPE─╯",
    ]


def test_crossing_spans_are_stacked_in_reading_order() -> None:
    text = "primera reunión de trabajo conjunta"
    marked = spans(text, ("primera reunión de trabajo", "EVENT"), ("reunión de trabajo conjunta", "EVENT?"))
    assert picture(marked, 50) == [
        "╰─────────EVENT──────────╯",
        "        └┄┄┄┄┄┄┄┄┄EVENT?┄┄┄┄┄┄┄┄┄┄┘",
    ]


def test_a_short_name_makes_way_for_a_span_that_holds_the_next() -> None:
    marked = [
        Bracket("a", 0, 2, "PERSON", pending=False),
        Bracket("b", 4, 30, "ORG", pending=False),
        Bracket("c", 12, 20, "GPE", pending=False),
    ]
    assert picture(marked, 40) == [
        "╰╯PERSON",
        "    ╰──────────ORG───────────╯",
        "            ╰─GPE──╯",
    ]


def test_tiny_spans_at_the_right_edge_have_their_names_at_the_left() -> None:
    marked = [Bracket("a", 16, 18, "DATE?", pending=True), Bracket("b", 19, 20, "GPE", pending=False)]
    assert picture(marked, 20) == [
        "           DATE?└┘",
        "                GPE│",
    ]


def test_a_name_without_room_on_either_side_is_cut_at_the_roomier() -> None:
    assert picture([Bracket("a", 3, 5, "INITIATIVE", pending=False)], 10) == ["   ╰╯INITI"]
    assert picture([Bracket("a", 7, 9, "INITIATIVE", pending=False)], 10) == ["INITIAT╰╯"]


def test_a_span_that_goes_on_has_open_ends() -> None:
    marked = [
        Bracket("a", 8, 20, "EVENT", pending=False, closes=False),
        Bracket("b", 0, 6, "EVENT", pending=True, opens=False),
        Bracket("c", 0, 20, "ORG", pending=False, opens=False, closes=False),
    ]
    assert picture(marked, 20) == [
        "────────────────────",
        "┄┄┄┄┄┘  ╰──EVENT────",
    ]


def test_names_side_by_side_do_not_run_together() -> None:
    marked = [Bracket("a", 0, 1, "DATE", pending=False), Bracket("b", 5, 6, "GPE", pending=False)]
    assert picture(marked, 12) == ["│DATE", "     │GPE"]


def test_more_spans_than_lanes_are_counted() -> None:
    marked = [Bracket(f"{n:02}", n, 30, "ORG", pending=False) for n in range(9)]
    lines = picture(marked, 30)
    assert len(lines) == 7
    assert lines[-1] == "+3 more here"


def test_wide_names_are_measured_in_cells() -> None:
    assert picture([Bracket("a", 0, 8, "人物", pending=False)], 20) == ["╰─人物─╯"]
