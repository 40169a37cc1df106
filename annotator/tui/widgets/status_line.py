"""A line of status above or below the main part of a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from annotator.tui.layout.key_hints import key_hints, with_names
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.clickable_keys import ClickableKeys, KeyPlace

ELLIPSIS = "… "
"""Ends a left part that was cut."""


def training_prefix(training_status: str) -> str:
    """The status of the training, to begin a header's right part; empty while no training runs."""
    return f"{training_status} · " if training_status else ""


class StatusLine(ClickableKeys):
    """One line with a left and a right part; the left one is cut when there is no room for both.

    The keys in its hints can be clicked on; ``key_names`` says which of the usual ones are to be named otherwise.
    """

    DEFAULT_CSS = """
    StatusLine { height: 1; width: 1fr; }
    """

    def __init__(self, palette: Palette, *, reverse: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.palette = palette
        self._reverse = reverse
        self._left: list[tuple[str, str]] = []
        self._right = ""
        self._right_is_keys = False
        self.key_names: Mapping[str, str] = {}

    def show(self, *left: tuple[str, str], right: str = "", keys: str = "") -> None:
        """Show pairs of text and style: ``bold``, ``faint``, ``alarm``, ``retired``, a label's name or empty.

        Text in the style ``key`` is a key, and what follows says what it does.  Text in the style ``keys``, and
        ``keys`` in place of ``right``, consist of hints that begin with a key.
        """
        now = list(left), right or keys, bool(keys)
        if now != (self._left, self._right, self._right_is_keys):
            self._left, self._right, self._right_is_keys = now
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the line."""
        style, width = self.palette.style(reverse=self._reverse), self.size.width
        if y:
            return Strip.blank(width, style)
        written = self._written_right()
        right = set_cell_size(sanitize(written), min(cell_len(written), width))
        segments = [Segment(sanitize(text), self._style(style_name)) for text, style_name in self._written_left()]
        room = max(0, width - cell_len(right))
        left = Strip(segments)
        if left.cell_length > room > len(ELLIPSIS):
            kept = room - len(ELLIPSIS)
            left = Strip([*left.crop(0, kept).adjust_cell_length(kept, style), Segment(ELLIPSIS, style)])
        return self.underlined(y, Strip([*left.adjust_cell_length(room, style), Segment(right, style)]))

    def key_places(self) -> Iterator[KeyPlace]:
        """Yield where hints stand in either part."""
        width = self.size.width
        written, left = self._written_right(), self._written_left()
        room = max(0, width - cell_len(written))
        parts = [(written, room, width)] if self._right_is_keys else []
        cell = 0
        for (text, style_name), (following, _) in zip(left, [*left[1:], ("", "")], strict=True):
            if style_name == "keys":
                parts.append((text, cell, room))
            elif style_name == "key" and cell < room:
                yield KeyPlace(0, cell, cell + cell_len(text + following.rstrip()), text)
            cell += cell_len(text)
        for text, at, limit in parts:
            yield from (KeyPlace(0, at + h.start, at + h.end, h.key) for h in key_hints(text) if at + h.start < limit)

    def _written_left(self) -> list[tuple[str, str]]:
        """The left part, with the keys as they are to be named."""
        return [(self._with_names(text) if style in ("key", "keys") else text, style) for text, style in self._left]

    def _written_right(self) -> str:
        return self._with_names(self._right) if self._right_is_keys else self._right

    def _with_names(self, text: str) -> str:
        return with_names(text, self.key_names) if self.key_names else text

    def _style(self, style_name: str) -> Style:
        if style_name in self.palette.labels:
            return self.palette.style(self.palette.labels[style_name], bold=True, reverse=self._reverse)
        if style_name in ("faint", "keys"):
            return self.palette.style(self.palette.faint, reverse=self._reverse)
        if style_name == "retired":
            return self.palette.style(self.palette.retired, bold=True, reverse=self._reverse)
        if style_name == "alarm":
            return self.palette.style(self.palette.hint, bold=True, reverse=self._reverse)
        return self.palette.style(bold=style_name in ("bold", "key"), reverse=self._reverse)
