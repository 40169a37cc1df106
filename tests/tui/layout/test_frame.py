"""How wide a text stands in its view, and what is kept free around it."""

from __future__ import annotations

import pytest

from annotator.tui.layout.frame import MEASURE, Frame


@pytest.mark.parametrize("width", range(4, 260, 3))
@pytest.mark.parametrize("lines", [0, 9, 120, 1_000_000])
def test_a_frame_is_as_wide_as_its_view_and_the_text_no_wider_than_can_be_read(width: int, lines: int) -> None:
    frame = Frame.within(width, lines=lines, marks=2)
    assert 2 <= frame.text <= MEASURE
    if width > 20:
        assert frame.left + frame.text + frame.right == width
        assert frame.margin >= 1
        assert frame.right >= 1


def test_a_narrow_view_has_no_margins_beside_its_edges() -> None:
    assert Frame.within(80) == Frame(1, 0, 0, 78, 1)
    assert Frame.within(80, lines=7, marks=2) == Frame(1, 3, 2, 73, 1)


def test_a_wide_view_has_the_text_in_the_middle() -> None:
    frame = Frame.within(181, lines=99)
    assert (frame.text, frame.right - frame.margin) == (MEASURE, 0)


def test_numbers_have_as_much_room_as_the_last_one_needs() -> None:
    assert [Frame.within(80, lines=lines).numbers for lines in (0, 9, 99, 100, 12345)] == [0, 3, 3, 4, 6]
