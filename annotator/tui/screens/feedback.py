"""The feedback screen: a curator's work on one document, compared with its gold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from annotator.annotation import Relation, RelationKey, SpanKey
from annotator.tui.layout.painting import Highlights
from annotator.tui.layout.palette import Palette
from annotator.tui.screens.base import WorkScreen
from annotator.tui.screens.returning import Returning
from annotator.tui.widgets.entry_line import EntryLine
from annotator.tui.widgets.feedback_panel import FeedbackPanel
from annotator.tui.widgets.one_layout import SideBySide
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.text_view import TextView
from annotator.tui.widgets.versions_bar import VersionLine, VersionsBar
from annotator.tui.widgets.versions_view import DisplayedCases, VersionsView
from annotator.workflow.adjudicating.case_list import CaseList
from annotator.workflow.adjudicating.cases import SpanCase
from annotator.workflow.adjudicating.feedback import AttributeFeedback, Feedback, SpanFeedback, tally
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.description import item_in_words, quote
from annotator.workflow.desk import Desk


class FeedbackScreen(WorkScreen):
    """The text with gold under it; where the curator differs, their version has a lane of its own."""

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
        Binding("f4", "return", "return the document, with a note", id="feedback.return"),
        Binding("u", "undo", "take the return back", id="feedback.undo"),
        Binding("enter", "open", "open the document on this item", id="feedback.open"),
        Binding("question_mark", "app.help", "help", id="feedback.help"),
        Binding("escape,q,Q", "leave", "back", id="feedback.leave"),
    ]

    def __init__(self, desk: Desk, session: GoldSession, items: Sequence[Feedback], curator: str) -> None:
        super().__init__(desk)
        self.curator = curator
        self._returning = Returning(self, session.document.key, self._tell)
        self.session = session
        self.all_items = items
        self._shows_all = False

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        bench, session = self.workbench, self.session
        self.view = VersionsView(session.document, session.content, palette, bench.mode, numbered=bench.line_numbers)
        self.panel = FeedbackPanel(self.session.document.text, palette)
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                SideBySide(self.view, self.panel, id="body"),
                VersionsBar(palette, 2),
                StatusLine(palette, id="focus"),
                StatusLine(palette, id="message"),
                EntryLine(id="entry"),
            ]
        )

    def on_mount(self) -> None:
        """Start at the first difference."""
        summary = " · ".join(
            f"{sum(counts.values())} {kind}: " + ", ".join(f"{count} {finding}" for finding, count in counts.items())
            for kind, counts in tally(self.all_items).items() if counts
        )  # fmt: skip
        self.query_one("#header", StatusLine).show(
            (f" {self.session.document.key}", "bold"),
            (f"  {self._whose} work against gold", ""),
            right=f"{self.desk.curator} ",
        )
        self.query_one("#message", StatusLine).show((f" {summary}", "faint"))
        self._list()

    @property
    def _whose(self) -> str:
        return "your" if self.curator == self.desk.curator else f"{self.curator}'s"

    def _tell(self, text: str) -> None:
        self.query_one("#message", StatusLine).show((f" {text}", ""))

    def apply_palette(self, palette: Palette) -> None:
        """Change to the colours of another theme."""
        super().apply_palette(palette)
        self.view.restyle(palette, self.workbench.mode)

    def _list(self) -> None:
        """List what differs, or all items, and show the first."""
        self.panel.items = [item for item in self.all_items if self._shows_all or item.finding != "as in gold"]
        self.panel.refresh_entries()
        self._show(0)

    def _show(self, index: int) -> None:
        """Show an item, or none when the list is empty."""
        item = self.panel.items[index] if index < len(self.panel.items) else None
        self.panel.choose(None if item is None else index)
        cases = [case for case in map(self._case, self.all_items) if case is not None]
        self.view.show_cases(DisplayedCases([self.desk.curator], CaseList(cases)))
        self.view.repaint_all()
        self.view.set_highlights(self._highlights(item))
        if item is not None:
            self.view.reveal(item.position[0], ahead=True)
        self._show_versions(item)

    def _highlights(self, item: Feedback | None) -> Highlights:
        """The highlights for an item; for a relation, with the arcs of both versions."""
        if item is None:
            return Highlights()
        key = item.gold or item.own
        focused = frozenset({str(item.gold)} if item.gold else {str(key)})
        arcs = tuple(_arc(key, own=key is item.own) for key in (item.gold, item.own) if isinstance(key, RelationKey))
        return Highlights(focused=focused, arcs=arcs, cursor=(item.position[0], item.position[0]))

    def _case(self, item: Feedback) -> SpanCase | None:
        """A span that differs, as a case with the curator's version alone; ``None`` for any other item."""
        if item.finding == "as in gold" or not isinstance(item, SpanFeedback):
            return None
        own = () if item.own is None else (item.own,)
        gold = () if item.gold is None else (item.gold,)
        return SpanCase(str(item.gold or item.own), "missing", {self.curator: own}, "adjudicator", gold, own)

    def _show_versions(self, item: Feedback | None) -> None:
        """Show both versions of an item in words, and where in the list it stands."""
        bar, focus = self.query_one(VersionsBar), self.query_one("#focus", StatusLine)
        if item is None:
            bar.show_versions(())
            focus.show((" nothing differs", "bold"), keys=" \\ lists all ")
            return
        bar.show_versions(
            [
                self._version_line("yours" if self._whose == "your" else self.curator, item, own=True),
                self._version_line("gold", item, own=False),
            ],
            numbered=1,
        )
        where = f"{(self.panel.index or 0) + 1} of {len(self.panel.items)}"
        notes = [c.text for c in self.session.content.comments.values() if c.target in self._targets(item)]
        note = f"  “{notes[0]}”" if notes else ""
        focus.show((f" {item.finding} ", "alarm" if item.finding != "as in gold" else "bold"), (f" {where}{note}", ""),
                  keys=" tab next · \\ all · enter open · esc back ")  # fmt: skip

    def _targets(self, item: Feedback) -> set[str]:
        """The ids that the adjudicator's comments on an item may have as their target."""
        ids = {str(key) for key in (item.own, item.gold) if key is not None}
        cases = (self.session.gold.case_of(item_id) for item_id in ids)
        return ids | {case.id for case in cases if case is not None}

    def _version_line(self, name: str, item: Feedback, *, own: bool) -> VersionLine:
        text, stands = self.session.document.text, not own
        if isinstance(item, AttributeFeedback):
            return VersionLine(name, "", item.in_words(own=own), stands=stands)
        key = item.own if own else item.gold
        if key is None:
            return VersionLine(name, "", "nothing", stands=stands)
        if isinstance(key, SpanKey):
            return VersionLine(name, key.label, quote(text[key.start : key.end], 60), stands=stands)
        return VersionLine(name, "", item_in_words(key, text), stands=stands)

    # Actions

    def action_move(self, by: int) -> None:
        """Show the item ``by`` lines on."""
        line = self.panel.line_after(by)
        if line is not None:
            self._show(line)

    def action_differing(self, by: int) -> None:
        """Show the next (or previous) difference, going round."""
        items, current = self.panel.items, self.panel.index or 0
        order = [(current + by * step) % len(items) for step in range(1, len(items) + 1)] if items else []
        index = next((i for i in order if items[i].finding != "as in gold"), None)
        if index is not None:
            self._show(index)

    def action_all(self) -> None:
        """List what differs, or all items."""
        self._shows_all = not self._shows_all
        self._list()

    def action_open(self) -> None:
        """Open the document on the item that is shown: one's own work to annotate, somebody else's to adjudicate."""
        key, index = self.session.document.key, self.panel.index
        shown = None if index is None else self.panel.items[index]
        item = None if shown is None else shown.own or shown.gold
        own = self.curator == self.desk.curator
        opening = self.workbench.open_document if own else self.workbench.open_adjudication
        self.app.pop_screen()
        self.run_or_report(lambda: opening(key, item=item))

    def action_return(self) -> None:
        """Ask what the curator is to do again, and return the document to them."""
        self._returning.ask(self.curator, self.curator)

    def action_undo(self) -> None:
        """Take back that the document was returned just now."""
        if not self._returning.undo():
            self._tell("nothing was returned just now")

    def action_leave(self) -> None:
        """Go back."""
        self.app.pop_screen()

    async def choose_entry(self, index: int, *, twice: bool) -> None:  # noqa: ARG002 - one click shows it
        """Show the item of a line that was clicked."""
        self._show(index)

    def on_text_view_pointed(self, event: TextView.Pointed) -> None:
        """Show the item under the mouse, if one is listed."""
        indices = (i for i, item in enumerate(self.panel.items) if isinstance(item, SpanFeedback)
                   and item.position[0] <= event.offset < item.position[1])  # fmt: skip
        index = next(indices, None)
        if index is not None:
            self._show(index)


def _arc(key: RelationKey, *, own: bool) -> Relation:
    """A relation to draw as an arc; the curator's is dotted and has the number of their lane."""
    ends = (str(key.head), str(key.child), key.label)
    return Relation(str(key), *ends, "suggested", curator="1") if own else Relation(str(key), *ends)
