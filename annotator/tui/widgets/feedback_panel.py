"""The side panel of the feedback screen."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.cells import set_cell_size
from rich.segment import Segment

from annotator.tui.layout.item_text import item_text
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.beside_text import BesideText
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.adjudicating.feedback import AttributeFeedback, Feedback

FINDING_CELLS = 12


class FeedbackPanel(BesideText, VirtualList):
    """Lists items of a document with what the comparison with gold found; ``items`` are set by the screen."""

    EDGES = ("│", "")

    DEFAULT_CSS = """
    FeedbackPanel { width: auto; min-width: 34; max-width: 80; padding: 0 0 0 1; }
    """

    def __init__(self, text: str, palette: Palette) -> None:
        super().__init__(palette, id="panel")
        self._text = text
        self.items: Sequence[Feedback] = ()

    def count(self) -> int:
        """Count the items."""
        return len(self.items)

    def cache_key(self, index: int) -> Hashable:
        """The item of a line."""
        return self.items[index]

    def line(self, index: int, width: int) -> list[Segment]:
        """Build the line of an item: whether it differs from gold, how, and its text."""
        item = self.items[index]
        key = item.own or item.gold
        same = item.finding == "as in gold"
        cells = max(0, width - FINDING_CELLS - 3)
        text = "the document" if key is None else item_text(key, self._text, cells)
        if isinstance(item, AttributeFeedback):
            text = sanitize(f"{item.in_words(own=True)} · {text}")
        return [
            Segment("✓ " if same else "≠ ", self.palette.style(None if same else self.palette.hint, bold=not same)),
            Segment(set_cell_size(item.finding, FINDING_CELLS) + " ", self.palette.style(self.palette.faint)),
            Segment(set_cell_size(text, cells), self.palette.style()),
        ]
