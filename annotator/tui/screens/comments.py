"""The comments screen: all comments, flags and returns, one by one, with the work that they are on in view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from time import monotonic
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from annotator.find import fold
from annotator.tui.layout.palette import Palette
from annotator.tui.screens.base import WorkScreen
from annotator.tui.widgets.comment_list import CommentList
from annotator.tui.widgets.entry_line import EntryLine
from annotator.tui.widgets.layer_pane import LayerPane
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.comments import ListedComment
from annotator.workflow.comparing.disagreements import read_version
from annotator.workflow.desk import Desk

FILTER_HELP = "words of document, curator, label, text or comment; flag, return"
AT_ONCE_SECONDS = 0.015
"""How long comments are read before keys are looked at again."""


@dataclass(slots=True)
class _Reading:
    """Comments as they are read, a few at a time."""

    source: Iterator[ListedComment]
    comments: list[ListedComment] = field(default_factory=list)
    over: bool = False


class CommentsScreen(WorkScreen):
    """A list of comments, and the layer that the chosen one is in, where it is on; ``enter`` goes there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "open the document there", id="comments.go"),
        Binding("down,j,tab", "move(1)", "next comment", id="comments.down"),
        Binding("up,k,shift+tab", "move(-1)", "comment before", id="comments.up"),
        Binding("pagedown", "page(1)", "page down", id="comments.page_down"),
        Binding("pageup", "page(-1)", "page up", id="comments.page_up"),
        Binding("home,g", "move(-1000000000)", "first comment", id="comments.first"),
        Binding("end,G", "move(1000000000)", "last comment", id="comments.last"),
        Binding("slash", "filter", "only those with some words", id="comments.filter"),
        Binding("question_mark", "app.help", "help", id="comments.help"),
        Binding("escape,q,Q", "close", "back to the queue", id="comments.close"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._words: tuple[str, ...] = ()
        self._reading = _Reading(iter(()))
        self._chosen: tuple[int, ListedComment | None] = (0, None)
        self._read = lru_cache(maxsize=8)(partial(read_version, desk.workspace))

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                EntryLine(id="entry"),
                CommentList(palette),
                LayerPane(palette, "work"),
                StatusLine(palette, id="keys"),
            ]
        )

    @property
    def list_view(self) -> CommentList:
        """The widget that lists the comments."""
        return self.query_one(CommentList)

    def on_mount(self) -> None:
        """Show the keys."""
        self.query_one("#keys", StatusLine).show(
            ("enter", "key"), (" go there  ", ""), ("↓ ↑", "bold"), (" comments  ", ""), ("/", "key"),
            (" filter  ", ""), ("?", "key"), (" help  ", ""), ("q", "key"), (" back", ""),
        )  # fmt: skip

    def on_screen_resume(self) -> None:
        """Read the comments, also after another screen was open."""
        self._read.cache_clear()
        self.run_or_report(self._begin)

    def _begin(self) -> None:
        self._reading = _Reading(self.desk.comments())
        self._read_more(self._reading)

    def _read_more(self, reading: _Reading) -> None:
        """Read comments for a moment, and list those with the words of the filter."""
        if reading is not self._reading:
            return
        until = monotonic() + AT_ONCE_SECONDS
        while not reading.over and monotonic() < until:
            comment = next(reading.source, None)
            if comment is None:
                reading.over = True
            else:
                reading.comments.append(comment)
        self._list()
        if not reading.over:
            self.set_timer(0.001, partial(self.run_or_report, partial(self._read_more, reading)))

    def _list(self) -> None:
        """List the comments with all the words of the filter; the one that was chosen stays so, or else its line."""
        comments = self.list_view.comments = [c for c in self._reading.comments if self._passes(c)]
        self.list_view.refresh_entries()
        line, chosen = self._chosen
        if chosen in comments:
            self._show_chosen(comments.index(chosen))
        else:
            self._show_chosen(min(line, len(comments) - 1) if comments else None)

    def _passes(self, comment: ListedComment) -> bool:
        if not self._words:
            return True
        told = (*comment.layer, comment.kind_in_words, comment.by, comment.on, comment.text)
        searched = fold(" ".join(told))
        return all(word in searched for word in self._words)

    def _choose(self, index: int) -> None:
        """Choose a comment, which stays so while others are read or filtered."""
        self._chosen = index, self.list_view.comments[index]
        self._show_chosen(index)

    def _show_chosen(self, index: int | None) -> None:
        """Show which comment is chosen, and the work that it is on."""
        self.list_view.choose(index)
        words = f"  with “{' '.join(self._words)}”" if self._words else ""
        count, reading = self.list_view.count(), "" if self._reading.over else "reading … "
        where = "none" if index is None else f"{index + 1:,} of {count:,}"
        self.query_one("#header", StatusLine).show((" comments", "bold"), (words, ""), right=f"{reading}{where} ")
        pane = self.query_one(LayerPane)
        pane.visible = index is not None
        if index is not None:
            pane.visible = self.run_or_report(partial(self._show, pane, self.list_view.comments[index]))

    def _show(self, pane: LayerPane, comment: ListedComment) -> None:
        version = self._read(*comment.layer)
        item = comment.item if version.ids(comment.item) else None
        pane.palette, pane.line_numbers = self.workbench.palette, self.workbench.line_numbers
        said = f"{comment.on}: “{comment.text}”" if comment.text else comment.on
        pane.show(version, item, comment.bounds, self.workbench.mode, said=said)

    # Keys

    def action_go(self) -> None:
        """Open the document of the chosen comment, on what it is on: one's own work to annotate, else to adjudicate."""
        if self.list_view.index is None:
            return
        comment = self.list_view.comments[self.list_view.index]
        own = comment.layer.author == self.desk.curator
        opening = self.workbench.open_document if own else self.workbench.open_adjudication
        self.run_or_report(partial(opening, comment.layer.document, item=comment.item))

    def action_move(self, by: int) -> None:
        """Choose the comment ``by`` lines on."""
        line = self.list_view.line_after(by)
        if line is not None:
            self._choose(line)

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self.action_move(by * self.list_view.lines_on_a_page)

    async def choose_entry(self, index: int, *, twice: bool) -> None:
        """Choose the comment under the mouse; a double click goes there."""
        self._choose(index)
        if twice:
            self.action_go()

    def action_filter(self) -> None:
        """Open the line for the filter, which is applied while typing."""
        self.ask_for_text(FILTER_HELP, " ".join(self._words), lambda _text: None, self._filter)

    def _filter(self, text: str) -> None:
        """Apply what was typed so far of the filter."""
        self._words = tuple(map(fold, text.split()))
        self._list()

    def apply_palette(self, palette: Palette) -> None:
        """Change to the colours of another theme."""
        super().apply_palette(palette)
        for view in self.query(TextView):
            view.restyle(palette, self.workbench.mode)

    def action_close(self) -> None:
        """Take the filter away, else go back."""
        if self._words:
            self._words = ()
            self._list()
        else:
            self.app.pop_screen()
