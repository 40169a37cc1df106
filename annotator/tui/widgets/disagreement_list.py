"""The list of the disagreements behind a figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment

from annotator.annotation import RelationKey, SpanKey
from annotator.tui.layout.figures import fit
from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.comparing.agreement_sample import display_name
from annotator.workflow.comparing.disagreements import MISSED, Disagreement
from annotator.workflow.description import item_in_words

DOCUMENT_CELLS, LAYERS_CELLS = 16, 18


class DisagreementList(VirtualList):
    """Shows one line for each disagreement: the document, the two layers, and what each says."""

    DEFAULT_CSS = """
    DisagreementList { height: 30%; min-height: 4; padding: 0 1; }
    """

    EDGES = (" ", " ")

    def __init__(self, palette: Palette, text_of: Callable[[str], str]) -> None:
        super().__init__(palette, id="differences")
        self.text_of = text_of
        self.disagreements: Sequence[Disagreement] = ()

    def count(self) -> int:
        """Count the disagreements."""
        return len(self.disagreements)

    def cache_key(self, index: int) -> Disagreement:
        """The disagreement of a line."""
        return self.disagreements[index]

    def line(self, index: int, width: int) -> list[Segment]:
        """Build the line of a disagreement."""
        disagreement = self.disagreements[index]
        layers = f"{display_name(disagreement.left_layer)} · {display_name(disagreement.right_layer)}"
        room = max(8, (width - DOCUMENT_CELLS - LAYERS_CELLS) // 2 - 2)
        text = self.text_of(disagreement.document)
        left, right = (fit(side_in_words(side, text), room) for side in disagreement.match[:2])
        return [
            Segment(f"{fit(disagreement.document, DOCUMENT_CELLS)} ", self.palette.style()),
            Segment(f"{fit(layers, LAYERS_CELLS)} ", self.palette.style(self.palette.faint)),
            Segment(f"{left}  {right}", self.palette.style()),
        ]


def side_in_words(item: SpanKey | RelationKey | None, text: str) -> str:
    """Describe one side of a disagreement in a document with this text."""
    return MISSED if item is None else item_in_words(item, text)
