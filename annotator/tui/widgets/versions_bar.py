"""The bar with each curator's version of the case in focus, one numbered line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from annotator.tui.layout.cutting import cut_middle
from annotator.tui.layout.palette import RETIRED, Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.palette_widget import PaletteWidget

NAME_CELLS = 10


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A curator's version in words.

    ``label`` is shown in its colour before ``text``; ``note`` says where the version comes from; ``stands`` marks the
    one that was chosen, ``retired`` one that the label scheme does not allow.
    """

    name: str
    label: str
    text: str
    note: str = ""
    comment: str = ""
    stands: bool = False
    retired: bool = False


class VersionsBar(PaletteWidget):
    """Shows a line for each curator; a click chooses the version."""

    DEFAULT_CSS = """
    VersionsBar { height: auto; width: 1fr; max-height: 9; }
    """

    class VersionChosen(Message):
        """A line was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, palette: Palette, count: int) -> None:
        super().__init__(id="versions")
        self.palette = palette
        self._count = self._numbered = count
        self._lines: Sequence[VersionLine] = ()

    def show_versions(self, lines: Sequence[VersionLine], numbered: int | None = None) -> None:
        """Show versions, numbered all or only the first ``numbered``."""
        self._numbered = len(lines) if numbered is None else numbered
        resized = len(lines) != self._count
        self._lines, self._count = lines, len(lines)
        self.refresh(layout=resized)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Count the lines: one for each version."""
        return self._count

    def render_line(self, y: int) -> Strip:
        """Paint the line of one version."""
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, self.palette.style())
        line = self._lines[y]
        mark = RETIRED if line.retired else ""
        color = self.palette.label(line.label, retired=line.retired)
        segments = [
            Segment(" ", self.palette.style()),
            Segment(
                str(y + 1) if y < self._numbered else " ", self.palette.style(bold=True, underline=y < self._numbered)
            ),
            Segment(f" {'✓' if line.stands else ' '} ", self.palette.style(bold=True)),
            Segment(set_cell_size(sanitize(line.name), NAME_CELLS) + " ", self.palette.style()),
        ]
        if line.label:
            segments.append(Segment(f"{sanitize(line.label)}{mark} ", self.palette.style(color, bold=True)))
        comment = f"  “{sanitize(line.comment)}”" if line.comment else ""
        room = width - sum(cell_len(segment.text) for segment in segments)
        room = max(room - cell_len(comment), 2 * room // 3)  # versions differ at their ends, a comment can be cut
        segments.append(Segment(cut_middle(sanitize(line.text), room), self.palette.style(bold=line.stands)))
        segments.append(Segment(comment, self.palette.style(self.palette.hint)))
        used = sum(cell_len(segment.text) for segment in segments)
        if line.note and used + cell_len(line.note) + 2 <= width:
            segments.append(Segment(f"  {sanitize(line.note)}", self.palette.style(self.palette.faint)))
        return Strip(segments).adjust_cell_length(width, self.palette.style())

    def on_click(self, event: events.Click) -> None:
        """Choose the version under the mouse."""
        if event.y < len(self._lines):
            self.post_message(self.VersionChosen(event.y + 1))
