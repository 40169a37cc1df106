"""The lines that list what a question can be answered with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from annotator.tui.key_prompt import MenuChoice, MenuRow
from annotator.tui.layout.cutting import cut_middle
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.clickable_keys import ClickableKeys, KeyClicked, KeyPlace

TITLE_CELLS = 18
"""Cells that the names of what is chosen from take at most."""
GAP = 2
"""Cells between two choices."""
MOST_LINES = 10


class KeyMenu(ClickableKeys):
    """Lists the keys that answer the open question, in rows under names; hidden while there is none to list.

    A click on a choice answers with it.  What holds now has a check mark.
    """

    DEFAULT_CSS = f"""
    KeyMenu {{ height: auto; max-height: {MOST_LINES}; width: 1fr; display: none; }}
    """

    def __init__(self, palette: Palette) -> None:
        super().__init__(id="menu")
        self.palette = palette
        self._rows: Sequence[MenuRow] = ()

    def show_rows(self, rows: Sequence[MenuRow]) -> None:
        """List other choices; without any, the menu is hidden."""
        if rows is not self._rows:
            self._rows = rows
            self.display = bool(rows)
            self.refresh(layout=bool(rows))

    def _lines(self, width: int) -> list[tuple[str, list[MenuChoice]]]:
        """The choices on each line of so many cells, with the name that stands before them."""
        room, lines = width - self._title_cells() - 2, list[tuple[str, list[MenuChoice]]]()
        for title, choices in self._rows:
            lines.append((title, []))
            used = 0
            for choice in choices:
                if used + _cells(choice) > room and lines[-1][1]:
                    lines.append(("", []))
                    used = 0
                lines[-1][1].append(choice)
                used += _cells(choice) + GAP
        return lines

    def _title_cells(self) -> int:
        return min(TITLE_CELLS, max((cell_len(row.title) for row in self._rows), default=0))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Count the lines that the choices take."""
        return len(self._lines(width))

    def key_places(self) -> Iterator[KeyPlace]:
        """Yield where each choice stands, with its key."""
        for y, (_, choices) in enumerate(self._lines(self.size.width)):
            start = self._title_cells() + 2
            for choice in choices:
                if choice.key:
                    yield KeyPlace(y, start, start + _cells(choice), choice.key)
                start += _cells(choice) + GAP

    def clicked(self, key: str) -> None:
        """Answer the question with what is under the mouse."""
        self.screen.post_message(KeyClicked(key).event)

    def render_line(self, y: int) -> Strip:
        """Paint one line of choices."""
        width, lines = self.size.width, self._lines(self.size.width)
        if y >= len(lines):
            return Strip.blank(width, self.palette.style())
        title, choices = lines[y]
        cells = self._title_cells()
        name = cut_middle(sanitize(title), cells)
        before = f" {name}{' ' * (cells - cell_len(name) + 1)}"
        segments = [Segment(before, self.palette.style(self.palette.faint))]
        for choice in choices:
            segments.append(Segment(choice.key, self.palette.style(self.palette.hint, bold=True)))
            text = f"{_text(choice)}{' ' * GAP}"
            segments.append(Segment(text, self.palette.style(bold=choice.chosen)))
        return self.underlined(y, Strip(segments).adjust_cell_length(width, self.palette.style()))


def _text(choice: MenuChoice) -> str:
    text = f"{' ' if choice.key else ''}{sanitize(choice.text)}"
    return f"{text} ✓" if choice.chosen else text


def _cells(choice: MenuChoice) -> int:
    return cell_len(choice.key) + cell_len(_text(choice))
