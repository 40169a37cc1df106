"""The disagreements behind a figure, one by one, with both versions of the text in view."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import ClassVar

from rich.segment import Segment
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widgets import Input
from textual.worker import get_current_worker

from annotator.annotation import RelationKey, SpanKey
from annotator.tui.layout.figures import fit
from annotator.tui.layout.find import fold
from annotator.tui.layout.painting import Highlights, Mode
from annotator.tui.layout.palette import Palette
from annotator.tui.screens.base import WorkScreen
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.text_view import TextView
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.comparing.agreement_sample import AgreementSample, display_name
from annotator.workflow.comparing.disagreements import (
    MISSED,
    Disagreement,
    DisagreementFilter,
    LayerVersion,
    find_disagreements,
    read_version,
)
from annotator.workflow.description import item_in_words
from annotator.workflow.desk import Desk

SIDE_BY_SIDE_FROM = 120
"""Columns from which the two versions stand beside one another."""

KEY, WHO = 16, 18


class DisagreementList(VirtualList):
    """One line a disagreement: where, who, and what each says."""

    DEFAULT_CSS = """
    DisagreementList { height: 30%; min-height: 4; padding: 0 1; }
    """

    EDGES = (" ", " ")

    def __init__(self, palette: Palette, text_of: Callable[[str], str]) -> None:
        super().__init__(palette, id="differences")
        self.text_of = text_of
        self.shown: list[Disagreement] = []

    def count(self) -> int:
        """Return the number of disagreements."""
        return len(self.shown)

    def cache_key(self, index: int) -> Disagreement:
        """Return the disagreement in a line."""
        return self.shown[index]

    def line(self, index: int, width: int) -> list[Segment]:
        """Return how a disagreement looks in the list."""
        found = self.shown[index]
        who = f"{display_name(found.left_layer)} · {display_name(found.right_layer)}"
        room = max(8, (width - KEY - WHO) // 2 - 2)
        text = self.text_of(found.document)
        sides = [fit(said(side, text), room) for side in found.match[:2]]
        return [
            Segment(fit(found.document, KEY), self.palette.style()),
            Segment(fit(who, WHO), self.palette.style(self.palette.faint)),
            Segment(f"{sides[0]}  {sides[1]}", self.palette.style()),
        ]


def said(item: SpanKey | RelationKey | None, text: str) -> str:
    """Return what one side of a disagreement says."""
    if item is None:
        return MISSED
    return item_in_words(item, text)


class LayerPane(Vertical):
    """One layer's version of the text, under a line that says what it says there."""

    DEFAULT_CSS = """
    LayerPane { width: 1fr; height: 1fr; }
    """

    def __init__(self, palette: Palette, side: str) -> None:
        super().__init__(id=side)
        self.palette = palette
        self.view: TextView | None = None

    def compose(self) -> ComposeResult:
        """Begin with the line alone."""
        yield StatusLine(self.palette, reverse=True, id=f"{self.id}-says")

    def show(
        self, version: LayerVersion, item: SpanKey | RelationKey | None, place: tuple[int, int], mode: Mode
    ) -> None:
        """Show a version with what it says in focus, or selected ``place`` where it says nothing."""
        view = self.view
        if view is None or view.session is not version:
            if view is not None:
                view.remove()
            view = self.view = TextView(version, self.palette, mode)
            self.mount(view)
        ids = version.ids(item)
        relations = tuple(version.layer.relations[i] for i in ids if i in version.layer.relations)
        selection = place if item is None else None
        view.set_highlights(Highlights(focused=frozenset(ids), arcs=relations, selection=selection))
        view.call_after_refresh(view.show, place[0], middle=True)
        told = "nothing here" if item is None else said(item, version.document.text)
        self.query_one(StatusLine).show((f" {version.name}: ", "bold"), (told, ""))


class DisagreementsScreen(WorkScreen):
    """The disagreements behind a figure."""

    DEFAULT_CSS = """
    DisagreementsScreen #versions { layout: vertical; height: 1fr; }
    DisagreementsScreen.-wide #versions { layout: horizontal; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j,tab,enter", "move(1)", "next disagreement", id="differences.down"),
        Binding("up,k,shift+tab", "move(-1)", "disagreement before", id="differences.up"),
        Binding("pagedown", "page(1)", "page down", id="differences.page_down"),
        Binding("pageup", "page(-1)", "page up", id="differences.page_up"),
        Binding("home,g", "move(-1000000000)", "first disagreement", id="differences.first"),
        Binding("end,G", "move(1000000000)", "last disagreement", id="differences.last"),
        Binding("slash", "filter", "only those with some words", id="differences.filter"),
        Binding("question_mark", "app.help", "help", id="differences.help"),
        Binding("escape,q", "close", "back to the figures", id="differences.close"),
    ]

    class Found(Message):
        """The worker has gathered the disagreements."""

        def __init__(self, found: list[Disagreement]) -> None:
            super().__init__()
            self.found = found

    def __init__(self, desk: Desk, sample: AgreementSample, which: DisagreementFilter, hidden: frozenset[str]) -> None:
        super().__init__(desk)
        self.sample, self.which, self.hidden = sample, which, hidden
        self.found: list[Disagreement] = []
        self._words: tuple[str, ...] = ()
        self._texts: dict[str, str] = {}
        self._read = lru_cache(maxsize=8)(partial(read_version, desk.workspace))

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                DisagreementList(palette, self._text),
                Container(LayerPane(palette, "left"), LayerPane(palette, "right"), id="versions"),
                StatusLine(palette, id="keys"),
                Input(id="entry", compact=True),
            ]
        )

    @property
    def entries(self) -> DisagreementList:
        """Return the list of disagreements."""
        return self.query_one(DisagreementList)

    def on_mount(self) -> None:
        """Begin to gather."""
        self.query_one("#keys", StatusLine).show(
            ("↓ ↑", "bold"), (" disagreements  ", ""), ("/", "bold"), (" filter  ", ""), ("?", "bold"), (" help  ", ""),
            ("q", "bold"), (" back", ""),
        )  # fmt: skip
        self._tell("looking …")
        self._gather()

    @work(thread=True, exclusive=True, group="differences")
    def _gather(self) -> None:
        worker = get_current_worker()
        found = []
        for difference in find_disagreements(self.sample, self.which, self.hidden):
            if worker.is_cancelled:
                return
            found.append(difference)
        self.post_message(self.Found(found))

    def on_disagreements_screen_found(self, event: Found) -> None:
        """Show the first disagreement."""
        self.found = event.found
        self._list()

    def _list(self) -> None:
        """List those that have all the words of the filter."""
        self.entries.shown = [d for d in self.found if not self._words or self._passes(d)]
        self.entries.refresh_entries()
        self._go(0 if self.entries.shown else None)

    def _passes(self, difference: Disagreement) -> bool:
        names = display_name(difference.left_layer), display_name(difference.right_layer)
        text = self._text(difference.document)
        sides = (said(side, text) for side in difference.match[:2])
        searched = fold(" ".join([difference.document, *names, difference.match.kind, *sides]))
        return all(word in searched for word in self._words)

    def _text(self, document: str) -> str:
        if document not in self._texts:
            found = self.desk.workspace.store.document(document)
            self._texts[document] = "" if found is None else found.text
        return self._texts[document]

    def _tell(self, state: str) -> None:
        words = f" with “{' '.join(self._words)}”" if self._words else ""
        self.query_one("#header", StatusLine).show(
            (" disagreements  ", "bold"), (f"{self.which.title}{words}", ""), right=f"{state} "
        )

    def _go(self, index: int | None) -> None:
        self.entries.choose(index)
        if index is None:
            concealed = self.which.documents is None or self.which.documents & self.hidden
            theirs = f"; {len(self.hidden):,} documents are kept from you until you are done with them"
            self._tell(f"none{theirs if self.hidden and concealed else ''}")
            return
        self._tell(f"{index + 1:,} of {self.entries.count():,}")
        self.run_or_report(partial(self._show, self.entries.shown[index]))

    def _show(self, difference: Disagreement) -> None:
        """Show both versions of the text where they differ."""
        place = (difference.start, max(span.end for side in difference.spans for span in side))
        layers = difference.left_layer, difference.right_layer
        for side, layer, item in zip(("left", "right"), layers, difference.match[:2], strict=True):
            pane = self.query_one(f"#{side}", LayerPane)
            pane.palette = self.workbench.palette
            pane.show(self._read(difference.document, layer), item, place, self.workbench.mode)

    # Keys

    def action_move(self, by: int) -> None:
        """Go to another disagreement."""
        if self.entries.count():
            self._go(max(0, min((self.entries.index or 0) + by, self.entries.count() - 1)))

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self.action_move(by * max(1, self.entries.size.height - 1))

    def on_virtual_list_entry_chosen(self, event: VirtualList.EntryChosen) -> None:
        """Go to the disagreement under the mouse."""
        self._go(event.index)

    def action_filter(self) -> None:
        """Ask for words."""
        self.ask_for_text("words of document, curator, label, kind or text", " ".join(self._words), self._filter)

    def _filter(self, given: str) -> None:
        self._words = tuple(fold(word) for word in given.split())
        self._list()

    def adapt(self, width: int) -> None:
        """Put the versions beside one another where there is room."""
        self.set_class(width >= SIDE_BY_SIDE_FROM, "-wide")

    def apply_palette(self, palette: Palette) -> None:
        """Show the colours of another theme."""
        super().apply_palette(palette)
        for view in self.query(TextView):
            view.restyle(palette, self.workbench.mode)

    def action_close(self) -> None:
        """Go back to the figures."""
        self.app.pop_screen()
