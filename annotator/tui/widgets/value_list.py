"""The list of values, or entries of a catalog, that were found."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.cells import cell_len
from rich.segment import Segment

from annotator.tui.layout.cutting import cut_middle
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.annotating.entry_search import FoundValue


class ValueList(VirtualList):
    """Shows one line for each value that was found: its name, the id of an entry, and what tells it from others."""

    DEFAULT_CSS = """
    ValueList { height: 1fr; padding: 0 1; }
    """

    EDGES = (" ", " ")

    def __init__(self, palette: Palette, present: Collection[str]) -> None:
        super().__init__(palette, id="values")
        self.found: Sequence[FoundValue] = ()
        self._present = present

    def show_found(self, found: Sequence[FoundValue]) -> None:
        """List other values, the first of them chosen."""
        self.found = found
        self.index = None
        self.refresh_entries()
        self.choose(0 if found else None)

    def count(self) -> int:
        """Count the values."""
        return len(self.found)

    def cache_key(self, index: int) -> FoundValue:
        """The value of a line."""
        return self.found[index]

    def line(self, index: int, width: int) -> list[Segment]:
        """Build the line of a value; one that holds now has a check mark."""
        value, name, about = map(sanitize, self.found[index])
        mark = "✓ " if self.found[index].value in self._present else "  "
        first = cut_middle(name or value, max(8, width // 2))
        second = f"  {value}" if name else ""
        room = width - cell_len(mark + first + second) - 2
        return [
            Segment(mark + first, self.palette.style(bold=True)),
            Segment(second, self.palette.style(self.palette.hint)),
            Segment(f"  {cut_middle(about, room)}" if room > 2 else "", self.palette.style(self.palette.faint)),
        ]
