"""The list of comments on the comments screen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from annotator.tui.layout.figures import fit
from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.comments import ListedComment

DOCUMENT_CELLS, BY_CELLS = 16, 10
SIGNS = {"comment": " ", "flag": "⚑", "return": "↩"}


class CommentList(VirtualList):
    """Shows one line for each comment, flag or return: the document, whose it is, what it is on, and its text."""

    DEFAULT_CSS = """
    CommentList { height: 40%; min-height: 4; padding: 0 1; }
    """

    EDGES = (" ", " ")

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="comments")
        self.comments: Sequence[ListedComment] = ()

    def count(self) -> int:
        """Count the comments."""
        return len(self.comments)

    def cache_key(self, index: int) -> ListedComment:
        """The comment of a line."""
        return self.comments[index]

    def line(self, index: int, width: int) -> list[Segment]:
        """Build the line of a comment."""
        comment = self.comments[index]
        room = max(8, width - DOCUMENT_CELLS - BY_CELLS - 5)
        on = fit(comment.on, room * 2 // 5)
        text = comment.text or "flagged"
        answered = " (answered)" if comment.kind == "return" and not comment.open else ""
        faint = self.palette.style(self.palette.faint)
        return [
            Segment(f"{SIGNS[comment.kind]} {fit(comment.layer.document, DOCUMENT_CELLS)} ", self.palette.style()),
            Segment(f"{fit(comment.by, BY_CELLS)} {on} ", faint),
            Segment(fit(f"{text}{answered}", room - room * 2 // 5), self.palette.style()),
        ]
