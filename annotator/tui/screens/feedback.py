"""The feedback screen: a curator's work on one document against its gold."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from annotator.annotation import Relation, RelationKey, SpanKey
from annotator.tui.layout.painting import Highlights
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.screens.base import WorkScreen
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.text_view import TextView
from annotator.tui.widgets.versions_bar import VersionLine, VersionsBar
from annotator.tui.widgets.versions_view import DisplayedCases, VersionsView
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.adjudicating.cases import SpanCase
from annotator.workflow.adjudicating.feedback import Feedback, SpanFeedback, tally
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.description import item_in_words, quote
from annotator.workflow.desk import Desk

FINDING_CELLS = 12


class FeedbackPanel(VirtualList):
    """Lists what differs, then (or instead) all there is."""

    EDGES = ("│", "")

    DEFAULT_CSS = """
    FeedbackPanel { width: 40%; min-width: 34; max-width: 72; padding: 0 0 0 1; }
    """

    def __init__(self, text: str, palette: Palette) -> None:
        super().__init__(palette, id="panel")
        self._text = text
        self.items: Sequence[Feedback] = ()

    def count(self) -> int:
        """Return the number of items."""
        return len(self.items)

    def cache_key(self, index: int) -> Hashable:
        """Return the item."""
        return self.items[index]

    def line(self, index: int, width: int) -> list[Segment]:
        """Return what was found of an item, and what it is."""
        item = self.items[index]
        key = item.mine or item.gold
        same = item.finding == "as in gold"
        assert key is not None
        text = sanitize(_words(key, self._text))
        return [
            Segment("✓ " if same else "≠ ", self.palette.style(None if same else self.palette.hint, bold=not same)),
            Segment(set_cell_size(item.finding, FINDING_CELLS) + " ", self.palette.style(self.palette.faint)),
            Segment(set_cell_size(text, max(0, width - FINDING_CELLS - 3)), self.palette.style()),
        ]


class FeedbackScreen(WorkScreen):
    """The text with gold under it, and where the curator differs their own version in a lane of its own."""

    DEFAULT_CSS = """
    FeedbackScreen #body { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,n", "differing(1)", "next difference", id="feedback.next"),
        Binding("shift+tab,N", "differing(-1)", "previous difference", id="feedback.previous"),
        Binding("down,j", "move(1)", "next item", id="feedback.down"),
        Binding("up,k", "move(-1)", "previous item", id="feedback.up"),
        Binding("g,home", "move(-1000000000)", "first item", id="feedback.first"),
        Binding("G,end", "move(1000000000)", "last item", id="feedback.last"),
        Binding("backslash", "all", "what differs, or all items", id="feedback.all"),
        Binding("enter", "annotate", "open the document to annotate", id="feedback.annotate"),
        Binding("question_mark", "app.help", "help", id="feedback.help"),
        Binding("escape,q,Q", "leave", "back", id="feedback.leave"),
    ]

    def __init__(self, desk: Desk, session: GoldSession, items: Sequence[Feedback]) -> None:
        super().__init__(desk)
        self.session = session
        self.every = items
        self._all = False

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        self.view = VersionsView(self.session, palette, self.workbench.mode)
        self.panel = FeedbackPanel(self.session.document.text, palette)
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                Horizontal(self.view, self.panel, id="body"),
                VersionsBar(palette, 2),
                StatusLine(palette, id="focus"),
                StatusLine(palette, id="message"),
                Input(id="entry", compact=True),
            ]
        )

    def on_mount(self) -> None:
        """Begin at the first difference."""
        self.view.focus()
        counts = tally(self.every)
        told = " · ".join(
            f"{sum(found.values())} {kind}: " + ", ".join(f"{count} {finding}" for finding, count in found.items())
            for kind, found in counts.items() if found
        )  # fmt: skip
        self.query_one("#header", StatusLine).show(
            (f" {self.session.document.key}", "bold"), ("  your work against gold", ""), right=f"{self.desk.curator} "
        )
        self.query_one("#message", StatusLine).show((f" {told}", "faint"))
        self._list()

    def apply_palette(self, palette: Palette) -> None:
        """Show the colours of another theme."""
        super().apply_palette(palette)
        self.view.restyle(palette, self.workbench.mode)

    def _list(self) -> None:
        """List what differs, or all there is, and go to the first of it."""
        self.panel.items = [i for i in self.every if self._all or i.finding != "as in gold"]
        self.panel.refresh_entries()
        self._show(0)

    def _show(self, index: int) -> None:
        """Look at an item."""
        item = self.panel.items[index] if index < len(self.panel.items) else None
        self.panel.choose(None if item is None else index)
        cases = [case for case in map(self._case, self.every) if case is not None]
        self.view.show_cases(DisplayedCases.of([self.desk.curator], cases))
        self.view.repaint_all()
        self.view.set_highlights(self._marks(item))
        if item is not None:
            self.view.show(item.place[0], middle=True)
        self._tell(item)

    def _marks(self, item: Feedback | None) -> Highlights:
        """Return what is reversed, and for a relation the arcs of both versions."""
        if item is None:
            return Highlights()
        key = item.gold or item.mine
        focused = frozenset({str(item.gold)} if item.gold else {str(key)})
        arcs = tuple(_arc(key, mine=key is item.mine) for key in (item.gold, item.mine) if isinstance(key, RelationKey))
        return Highlights(focused=focused, arcs=arcs, cursor=(item.place[0], item.place[0]))

    def _case(self, item: Feedback) -> SpanCase | None:
        """Return a span that differs as a case of one version."""
        if item.finding == "as in gold" or not isinstance(item, SpanFeedback):
            return None
        mine = () if item.mine is None else (item.mine,)
        gold = () if item.gold is None else (item.gold,)
        return SpanCase(str(item.gold or item.mine), "missing", {self.desk.curator: mine}, "adjudicator", gold, mine)

    def _tell(self, item: Feedback | None) -> None:
        bar, focus = self.query_one(VersionsBar), self.query_one("#focus", StatusLine)
        if item is None:
            bar.show_versions(())
            focus.show((" nothing differs", "bold"), right=" \\ lists all ")
            return
        bar.show_versions([self._line("yours", item.mine), self._line("gold", item.gold, stands=True)], numbered=1)
        where = f"{(self.panel.index or 0) + 1} of {len(self.panel.items)}"
        notes = [c.text for c in self.session.layer.comments.values() if c.target in self._targets(item)]
        note = f"  “{notes[0]}”" if notes else ""
        focus.show((f" {item.finding} ", "alarm" if item.finding != "as in gold" else "bold"), (f" {where}{note}", ""),
                  right=" tab next · \\ all · enter annotate · esc back ")  # fmt: skip

    def _targets(self, item: Feedback) -> set[str]:
        """Return what the adjudicator's comment on an item can be attached to."""
        ids = {str(key) for key in (item.mine, item.gold) if key is not None}
        cases = (self.session.case_of(i) for i in ids)
        return ids | {case.id for case in cases if case is not None}

    def _line(self, name: str, key: SpanKey | RelationKey | None, *, stands: bool = False) -> VersionLine:
        text = self.session.document.text
        if key is None:
            return VersionLine(name, "", "nothing", stands=stands)
        if isinstance(key, SpanKey):
            return VersionLine(name, key.label, quote(text[key.start : key.end], 60), stands=stands)
        return VersionLine(name, "", item_in_words(key, text), stands=stands)

    # Actions

    def action_move(self, by: int) -> None:
        """Look at another item."""
        if self.panel.count():
            self._show(max(0, min((self.panel.index or 0) + by, self.panel.count() - 1)))

    def action_differing(self, by: int) -> None:
        """Look at the next difference, going round."""
        items, here = self.panel.items, self.panel.index or 0
        order = [(here + by * step) % len(items) for step in range(1, len(items) + 1)] if items else []
        found = next((i for i in order if items[i].finding != "as in gold"), None)
        if found is not None:
            self._show(found)

    def action_all(self) -> None:
        """List what differs, or all items."""
        self._all = not self._all
        self._list()

    def action_annotate(self) -> None:
        """Open the document to annotate."""
        self.app.pop_screen()
        self.run_or_report(lambda: self.workbench.open_document(self.session.document.key))

    def action_leave(self) -> None:
        """Go back."""
        self.app.pop_screen()

    def on_virtual_list_entry_chosen(self, event: VirtualList.EntryChosen) -> None:
        """Look at the item of a row."""
        self._show(event.index)

    def on_text_view_pointed(self, event: TextView.Pointed) -> None:
        """Look at the item under the mouse, where one is listed."""
        found = (i for i, item in enumerate(self.panel.items) if isinstance(item, SpanFeedback)
                 and item.place[0] <= event.offset < item.place[1])  # fmt: skip
        index = next(found, None)
        if index is not None:
            self._show(index)


def _words(key: SpanKey | RelationKey, text: str) -> str:
    if isinstance(key, SpanKey):
        return f"{' '.join(text[key.start : key.end].split())} {key.label}"
    head, child = (" ".join(text[end.start : end.end].split()) for end in (key.head, key.child))
    return f"{head} {key.label}→ {child}"


def _arc(key: RelationKey, *, mine: bool) -> Relation:
    """Return a relation to draw: dotted and numbered like its curator's lane where it is not gold's."""
    ends = (str(key.head), str(key.child), key.label)
    return Relation(str(key), *ends, "suggested", curator="1") if mine else Relation(str(key), *ends)
