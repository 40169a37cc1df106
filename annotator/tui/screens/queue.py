"""The queue screen: the documents, with filter and sort, and the keys that open them."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from annotator.errors import AnnotatorError
from annotator.tui.background_search import BackgroundSearch
from annotator.tui.screens.base import WorkScreen
from annotator.tui.widgets.entry_line import EntryLine
from annotator.tui.widgets.queue_view import FoundDocuments, QueueView
from annotator.tui.widgets.status_line import StatusLine, training_prefix
from annotator.tuning import CLOSING_SECONDS
from annotator.workflow.desk import WAITING, Desk, LeadRow, QueueFilter, QueueSort

STATES = ("", "todo", "doing", "done", "skipped", "returned", "flagged")
LEAD_STATES = ("waiting", *WAITING, "")
LEAD_SORTS: tuple[QueueSort, ...] = ("key", "disagreement", "title", "date")
SORTS: tuple[QueueSort, ...] = ("key", "state", "uncertainty", "disagreement", "title", "date")
FILTER_HELP = "piece of a key or title, or words of the text (case and accents do not matter)"


class QueueScreen(WorkScreen):
    """The list of documents with their states and counts; ``enter`` opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open the document", id="queue.open"),
        Binding("n,space", "next", "open the next document with work to do", id="queue.next"),
        Binding("a", "adjudicate", "settle what curators differ on", id="queue.adjudicate"),
        Binding("N", "adjudicate_next", "settle the next document that waits for it", id="queue.adjudicate_next"),
        Binding("f", "feedback", "see your work against gold; for who leads, anybody's", id="queue.feedback"),
        Binding("down,j", "move(1)", "down", id="queue.down"),
        Binding("up,k", "move(-1)", "up", id="queue.up"),
        Binding("pagedown", "page(1)", "page down", id="queue.page_down"),
        Binding("pageup", "page(-1)", "page up", id="queue.page_up"),
        Binding("home,g", "move(-1000000000)", "first document", id="queue.first"),
        Binding("end,G", "move(1000000000)", "last document", id="queue.last"),
        Binding("tab", "cycle_state", "show another state", id="queue.state"),
        Binding("s", "cycle_sort", "sort otherwise", id="queue.sort"),
        Binding("slash", "filter", "filter by key, title or words of the text", id="queue.filter"),
        Binding("escape", "clear", "clear the filter", id="queue.clear"),
        Binding("c", "comments", "comments, flags and returns on all documents", id="queue.comments"),
        Binding("A", "agreement", "agreement of curators", id="queue.agreement"),
        Binding("question_mark", "app.help", "help", id="queue.help"),
        Binding("q", "app.quit", "quit", id="queue.quit"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._search = BackgroundSearch[FoundDocuments](self, self._show_found, self._report)

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                EntryLine(id="entry"),
                QueueView(self.desk, palette),
                StatusLine(palette, id="columns"),
                StatusLine(palette, id="keys"),
            ]
        )

    @property
    def view(self) -> QueueView:
        """The widget that lists the documents."""
        return self.query_one(QueueView)

    def _show_keys(self) -> None:
        keys = (
            (("a", "settle"), ("N", "next"), ("f", "feedback"), ("c", "comments"), ("tab", "state"))
            if self.view.leads
            else (("n", "next to do"), ("/", "filter"), ("tab", "state"), ("s", "sort"))
        )
        if not self.view.leads and self.allows("adjudicate"):
            keys = (*keys, ("a", "settle"))
        shown = (("enter", "open"), *keys, ("?", "help"), ("q", "quit"))
        parts = [part for key, what in shown for part in ((key, "key"), (f" {what}", ""), ("  ", ""))]
        self.query_one("#keys", StatusLine).show(*parts[:-1])

    def on_screen_resume(self) -> None:
        """Read the queue again after another screen was open, and have what that kept freed when it is gone."""
        self.run_or_report(self._show_changes)
        self.set_timer(CLOSING_SECONDS, self.workbench.free_document)

    def on_screen_suspend(self) -> None:
        """Close the connection that was used to search."""
        self._search.close()

    def on_unmount(self) -> None:
        """Close the connection that was used to search."""
        self._search.close()

    def _show_changes(self) -> None:
        self.view.reload()
        self._show_keys()
        self.show_status()

    def show_status(self) -> None:
        """Show in the header how much is done or waits, and above the keys which documents are listed."""
        if self.view.leads:
            self._show_waiting()
        else:
            self._show_progress()
        self._show_listed()

    def _show_listed(self, sought: QueueFilter | None = None) -> None:
        """Show above the keys which documents are listed, or which are ``sought`` and not yet found."""
        current = sought or self.view.filter
        matching = f" matching “{current.text}”" if current.text else ""
        count = f"{self.view.count():,} shown" if sought is None else "…"
        signs = "? undecided ✓ spans → relations "
        if self.view.leads:
            signs = "● done ◐ doing ↩ returned ≠ differ ★ gold "
        elif self.view.shows_gold:
            signs += "≠ differ ★ gold "
        listed = f" {count}: {current.state or 'all'}{matching}, by {current.sort}"
        if sought is None and not self.view.leads and self.workbench.offers_tutorial and self.desk.is_new():
            listed += " · new? ctrl+p tutorial"
        self.query_one("#columns", StatusLine).show((listed, "faint"), right=signs)

    def _show_waiting(self) -> None:
        """Show in the header what waits for whoever leads."""
        counts = self.desk.lead_queue().counts()
        waiting = " · ".join(f"{count:,} {name}" for name, count in counts.items() if count)
        self.query_one("#header", StatusLine).show(
            (" annotator  ", "bold"), (waiting or "nothing waits for you", ""), right=f"{self.desk.curator} "
        )

    def _show_progress(self) -> None:
        """Show in the header how much is done."""
        counts = self.desk.progress()
        done, total, returned = counts.get("done", 0), counts["total"], counts.get("returned", 0)
        self.query_one("#header", StatusLine).show(
            (" annotator  ", "bold"),
            (f"{done} of {total} done{f' · {returned} returned' if returned else ''}{self._pace()}", ""),
            right=f"{training_prefix(self.workbench.training_status)}{self.desk.learning()}{self.desk.curator} ",
        )

    def show_training_status(self) -> None:
        """Show in the header what the training does."""
        self.show_status()

    def _pace(self) -> str:
        pace = self.desk.pace()
        return "" if pace is None else f" · {pace:.1f} minutes a document"

    def action_open(self) -> None:
        """Open the chosen document; for whoever leads its conflicts, once two have finished it."""
        row = self.view.row(self.view.index) if self.view.index is not None else None
        if row is None:
            return
        if isinstance(row, LeadRow) and sum(charge.state == "done" for _, charge in row.charges) > 1:
            self.run_or_report(lambda: self.workbench.open_adjudication(row.key))
        else:
            self.run_or_report(lambda: self.workbench.open_document(row.key, self.view.filter.text))

    def action_next(self) -> None:
        """Open the next document with work to do."""
        following = self.desk.next_document()
        if following is None:
            self.notify("Every document is done or skipped.", markup=False)
        else:
            self.run_or_report(lambda: self.workbench.open_document(following.key, why=following.why))

    def action_agreement(self) -> None:
        """Open the figures on agreement."""
        self.workbench.open_agreement()

    def action_comments(self) -> None:
        """Open the list of all comments."""
        self.workbench.open_comments()

    def _chosen(self) -> str | None:
        """The key of the chosen document."""
        row = self.view.row(self.view.index) if self.view.index is not None else None
        return None if row is None else row.key

    def action_adjudicate(self) -> None:
        """Open the conflicts of the chosen document."""
        key = self._chosen()
        if key is not None:
            self.run_or_report(lambda: self.workbench.open_adjudication(key))

    def action_adjudicate_next(self) -> None:
        """Open the next document that waits to be adjudicated."""
        key = self.desk.next_to_adjudicate()
        if key is None:
            self.notify("No document waits to be adjudicated.", markup=False)
        else:
            self.run_or_report(lambda: self.workbench.open_adjudication(key))

    def action_feedback(self) -> None:
        """Compare the curator's work on the chosen document with its gold; whoever leads is asked whose."""
        key = self._chosen()
        if key is None:
            return
        finished = self.desk.finished_by(key) if self.desk.leads() else []
        if len(finished) > 1:
            ask = f"whose work: {', '.join(finished)}"
            self.ask_for_text(ask, "", lambda name: self._open_feedback(key, name.strip() or finished[0]))
        else:
            self._open_feedback(key, finished[0] if finished else None)

    def _open_feedback(self, key: str, curator: str | None) -> None:
        self.run_or_report(lambda: self.workbench.open_feedback(key, curator))

    def action_move(self, by: int) -> None:
        """Choose the document ``by`` lines on."""
        self.view.choose_after(by)

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self.action_move(by * self.view.lines_on_a_page)

    def _list(self, queue_filter: QueueFilter) -> None:
        """List the documents that pass another filter."""
        self._search.stop()
        self.view.set_filter(queue_filter)
        self.show_status()

    def action_cycle_state(self) -> None:
        """List the documents of the next state."""
        states = LEAD_STATES if self.view.leads else STATES
        state = states[(states.index(self.view.filter.state) + 1) % len(states)]
        self._list(replace(self.view.filter, state=state))

    def action_cycle_sort(self) -> None:
        """Sort by the next criterion."""
        sorts = LEAD_SORTS if self.view.leads else SORTS
        sort = sorts[(sorts.index(self.view.filter.sort) + 1) % len(sorts)]
        self.desk.queue_sort = sort
        self._list(replace(self.view.filter, sort=sort))

    def action_filter(self) -> None:
        """Open the line for the filter, which is applied while typing."""
        self.ask_for_text(FILTER_HELP, self.view.filter.text, lambda _text: self._search.finish(), self._seek)

    def _seek(self, text: str) -> None:
        """Search for what was typed so far of the filter; the list shows it once it is found."""
        if self._search.is_running or text != self.view.filter.text:
            sought = replace(self.view.filter, text=text)
            self._show_listed(sought)
            self._search.begin(self.desk.workspace.store, self.view.search(sought))

    def _show_found(self, found: FoundDocuments) -> None:
        self.view.show_found(found)
        self._show_listed()

    def _report(self, error: AnnotatorError) -> None:
        """Report why nothing could be found; what was listed before still is."""
        self._show_listed()
        self.show_error(error)

    async def press(self, event: events.Key) -> None:
        """Run a key's action, on what was searched for last."""
        self._search.finish()
        await super().press(event)

    def action_clear(self) -> None:
        """Remove the filter."""
        self._list(replace(self.view.filter, text="", state=""))

    async def choose_entry(self, index: int, *, twice: bool) -> None:
        """Choose a document by click, open it by double click."""
        self.view.choose(index)
        if twice:
            self.action_open()
