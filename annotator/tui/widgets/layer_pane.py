"""A pane with one layer's version of a document, under a line that says what it has at the place in question."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from annotator.annotation import RelationKey, SpanKey
from annotator.tui.layout.painting import Highlights, Mode
from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.comparing.disagreements import LayerVersion
from annotator.workflow.description import item_in_words


class LayerPane(Vertical):
    """Shows a layer's version; ``side`` is the widget's id."""

    DEFAULT_CSS = """
    LayerPane { width: 1fr; height: 1fr; }
    """

    def __init__(self, palette: Palette, side: str) -> None:
        super().__init__(id=side)
        self.palette = palette
        self.line_numbers = True
        self.view: TextView | None = None

    def compose(self) -> ComposeResult:
        """Create the line; the text view comes with the first version."""
        yield StatusLine(self.palette, reverse=True, id=f"{self.id}-says")

    def show(
        self,
        version: LayerVersion,
        item: SpanKey | RelationKey | None,
        bounds: tuple[int, int],
        mode: Mode,
        *,
        said: str = "",
    ) -> None:
        """Show a version with its item in focus; where it has none, ``bounds`` are selected instead.

        ``said`` stands over it in place of the item's own words.
        """
        view = self.view
        if view is None or view.layer_view is not version.layer:
            if view is not None:
                view.remove()
            numbered = self.line_numbers
            view = self.view = TextView(version.document, version.layer, self.palette, mode, numbered=numbered)
            self.mount(view)
        length = len(version.document.text)  # it may be another text by now
        start, end = min(bounds[0], length), min(bounds[1], length)
        ids = version.ids(item)
        relations = tuple(version.layer.relations[i] for i in ids if i in version.layer.relations)
        selection = (start, end) if item is None and start < end else None
        view.set_highlights(Highlights(focused=frozenset(ids), arcs=relations, selection=selection))
        view.call_after_refresh(view.reveal, start, ahead=True)
        description = said or ("nothing here" if item is None else item_in_words(item, version.document.text))
        self.query_one(StatusLine).show((f" {version.name}: ", "bold"), (description, ""))
