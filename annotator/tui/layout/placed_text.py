"""A piece of text at a cell of a line, drawn on behalf of a span or relation."""

from __future__ import annotations

from typing import NamedTuple


class PlacedText(NamedTuple):
    """Text that begins at ``cell``; ``id`` is the span or relation that it belongs to, empty for neither."""

    cell: int
    text: str
    id: str


class PlacedMark(PlacedText):
    """The mark of the group that a span is in."""
