"""The line under the header that shows the attributes of the document."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from annotator.annotation import Attributes
from annotator.labels import AttributeType
from annotator.labels.attributes import value_text
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.palette_widget import PaletteWidget

NOTHING = "—"


class DocumentStrip(PaletteWidget):
    """Shows each attribute of the document with its value; what is only suggested is faint, with a question mark.

    A click asks for them.
    """

    DEFAULT_CSS = """
    DocumentStrip { height: 1; width: 1fr; }
    """

    class Clicked(Message):
        """The strip was clicked on."""

    def __init__(self, palette: Palette, known: Sequence[AttributeType]) -> None:
        super().__init__(id="strip")
        self.palette = palette
        self._known = known
        self._shown: tuple[Attributes, Attributes] = ({}, {})

    def show_attributes(self, present: Attributes, suggested: Attributes) -> None:
        """Show other values."""
        if (present, suggested) != self._shown:
            self._shown = present, suggested
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the line; where there is no room, attributes without a value go first."""
        width = self.size.width
        if y:
            return Strip.blank(width, self.palette.style())
        parts = [self._segments(attribute) for attribute in self._known]
        if sum(cell_len(s.text) for part in parts for s in part) > width:
            parts.sort(key=lambda part: part[1].text == NOTHING)
        segments = [segment for part in parts for segment in part]
        return Strip(segments).adjust_cell_length(width, self.palette.style())

    def _segments(self, attribute: AttributeType) -> list[Segment]:
        """The name and the value of an attribute."""
        present, suggested = self._shown
        faint = self.palette.style(self.palette.faint)
        value = value_text(attribute.value_in(present))
        maybe = "" if attribute.name in present else value_text(suggested.get(attribute.name))
        shown = Segment(sanitize(value), self.palette.style(bold=True)) if value else Segment(NOTHING, faint)
        if maybe:
            shown = Segment(f"{sanitize(maybe)}?", self.palette.style(self.palette.faint, italic=True))
        return [Segment(f" {sanitize(attribute.name)}: ", faint), shown, Segment("  ", faint)]

    def on_click(self) -> None:
        """Ask for the attributes of the document."""
        self.post_message(self.Clicked())
