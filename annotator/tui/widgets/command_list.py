"""The list of the commands that were found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import SystemCommand

from annotator.tui.layout.cutting import cut_middle
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.virtual_list import VirtualList


class CommandList(VirtualList):
    """Shows one line for each command: what it does, and its keys or more about it."""

    DEFAULT_CSS = """
    CommandList { height: 1fr; padding: 0 1; }
    """

    EDGES = (" ", " ")

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="commands")
        self.found: Sequence[SystemCommand] = ()
        self._longest = 0

    def show_found(self, found: Sequence[SystemCommand]) -> None:
        """List other commands, the first of them chosen."""
        self.found = found
        self._longest = max((cell_len(command.title) for command in found), default=0)
        self.index = None
        self.refresh_entries()
        self.choose(0 if found else None)

    def count(self) -> int:
        """Count the commands."""
        return len(self.found)

    def cache_key(self, index: int) -> tuple[str, str, int]:
        """What the line of a command says, and how wide the titles are."""
        command = self.found[index]
        return command.title, command.help, self._longest

    def line(self, index: int, width: int) -> list[Segment]:
        """Build the line of a command."""
        command = self.found[index]
        about = sanitize(command.help)
        first = cut_middle(sanitize(command.title), width)
        first += " " * (min(self._longest, width * 2 // 5) - cell_len(first))
        room = width - cell_len(first) - 2
        return [
            Segment(first, self.palette.style(bold=True)),
            Segment(f"  {cut_middle(about, room)}" if room > 2 else "", self.palette.style(self.palette.faint)),
        ]
