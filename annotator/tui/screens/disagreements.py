"""The disagreements screen: the disagreements behind a figure, one by one, with both versions in view."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.worker import get_current_worker

from annotator.annotation import SpanKey
from annotator.find import fold
from annotator.history import curator_layer
from annotator.tui.layout.cutting import quote_within
from annotator.tui.layout.palette import Palette
from annotator.tui.screens.base import WorkScreen
from annotator.tui.widgets.disagreement_list import DisagreementList, side_in_words
from annotator.tui.widgets.entry_line import EntryLine
from annotator.tui.widgets.layer_pane import LayerPane
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.comparing.agreement_sample import AgreementSample, display_name
from annotator.workflow.comparing.disagreements import (
    Disagreement,
    DisagreementFilter,
    find_disagreements,
    read_version,
)
from annotator.workflow.desk import Desk

SIDE_BY_SIDE_FROM = 120
"""Width in cells from which the two versions stand side by side."""

GONE = "changed since, and no longer so: measure again"


class DisagreementsScreen(WorkScreen):
    """A list of disagreements, and both versions of the text where the chosen one is."""

    DEFAULT_CSS = """
    DisagreementsScreen #versions { layout: vertical; height: 1fr; }
    DisagreementsScreen.-wide #versions { layout: horizontal; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open the document on it", id="differences.open"),
        Binding("down,j,tab", "move(1)", "next disagreement", id="differences.down"),
        Binding("up,k,shift+tab", "move(-1)", "disagreement before", id="differences.up"),
        Binding("pagedown", "page(1)", "page down", id="differences.page_down"),
        Binding("pageup", "page(-1)", "page up", id="differences.page_up"),
        Binding("home,g", "move(-1000000000)", "first disagreement", id="differences.first"),
        Binding("end,G", "move(1000000000)", "last disagreement", id="differences.last"),
        Binding("slash", "filter", "only those with some words", id="differences.filter"),
        Binding("s", "sort", "the hardest first, or in order of the text again", id="differences.sort"),
        Binding("question_mark", "app.help", "help", id="differences.help"),
        Binding("escape,q", "close", "back to the figures", id="differences.close"),
    ]

    class Gathered(Message):
        """The worker has gathered the disagreements."""

        def __init__(self, disagreements: list[Disagreement]) -> None:
            super().__init__()
            self.disagreements = disagreements

    class Judged(Message):
        """The worker knows how hard the places of spans are, or the ``reason`` why that cannot be said."""

        def __init__(self, bits: dict[tuple[str, SpanKey], float], reason: str) -> None:
            super().__init__()
            self.bits, self.reason = bits, reason

    def __init__(self, desk: Desk, sample: AgreementSample, which: DisagreementFilter, hidden: frozenset[str]) -> None:
        super().__init__(desk)
        self.sample, self.which, self.hidden = sample, which, hidden
        self.disagreements: list[Disagreement] = []
        self._words: tuple[str, ...] = ()
        self._texts: dict[str, str] = {}
        self._bits: dict[tuple[str, SpanKey], float] | None = None
        self._hardest_first = False
        self._read = lru_cache(maxsize=8)(partial(read_version, desk.workspace))

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                DisagreementList(palette, self._text_of),
                Container(LayerPane(palette, "left"), LayerPane(palette, "right"), id="versions"),
                StatusLine(palette, id="keys"),
                EntryLine(id="entry"),
            ]
        )

    @property
    def list_view(self) -> DisagreementList:
        """The widget that lists the disagreements."""
        return self.query_one(DisagreementList)

    def on_mount(self) -> None:
        """Start to gather the disagreements."""
        self.query_one("#keys", StatusLine).show(
            ("enter", "key"), (" open the document  ", ""),
            ("↓ ↑", "bold"), (" disagreements  ", ""), ("/", "key"), (" filter  ", ""),
            ("s", "key"), (" hardest  ", ""), ("?", "key"), (" help  ", ""),
            ("q", "key"), (" back", ""),
        )  # fmt: skip
        self._show_header("looking …")
        self._gather()

    @work(thread=True, exclusive=True, group="differences")
    def _gather(self) -> None:
        worker = get_current_worker()
        disagreements = []
        for disagreement in find_disagreements(self.sample, self.which, self.hidden):
            if worker.is_cancelled:
                return
            disagreements.append(disagreement)
        self.post_message(self.Gathered(disagreements))

    def on_disagreements_screen_gathered(self, event: Gathered) -> None:
        """Show the first disagreement."""
        self.disagreements = event.disagreements
        self._list()

    def _list(self) -> None:
        """List the disagreements with all the words of the filter, and show the first."""
        shown = [d for d in self.disagreements if not self._words or self._passes(d)]
        self.list_view.disagreements = sorted(shown, key=self._ease) if self._hardest_first else shown
        self.list_view.refresh_entries()
        self._choose(0 if self.list_view.disagreements else None)

    def _passes(self, disagreement: Disagreement) -> bool:
        names = display_name(disagreement.left_layer), display_name(disagreement.right_layer)
        text = self._text_of(disagreement.document)
        sides = (side_in_words(side, text) for side in disagreement.match[:2])
        searched = fold(" ".join([disagreement.document, *names, disagreement.match.kind, *sides]))
        return all(word in searched for word in self._words)

    def _ease(self, disagreement: Disagreement) -> float:
        bits = self._bits or {}
        spans = (span for side in disagreement.spans for span in side)
        return -max(bits.get((disagreement.document, span), 0.0) for span in spans)

    def _text_of(self, key: str) -> str:
        """The text of a document; empty when it is no longer there."""
        if key not in self._texts:
            document = self.desk.workspace.store.document(key)
            self._texts[key] = "" if document is None else document.text
        return self._texts[key]

    def _show_header(self, state: str) -> None:
        words = f"with {quote_within(' '.join(self._words), 24)}" if self._words else ""
        order = "hardest first" if self._hardest_first else ""
        narrowed = " · ".join(part for part in (words, order, state) if part)
        self.query_one("#header", StatusLine).show(
            (" disagreements  ", "bold"), (self.which.title, ""), right=f"  {narrowed} "
        )

    def _choose(self, index: int | None) -> None:
        self.list_view.choose(index)
        versions = self.query_one("#versions")
        versions.visible = index is not None
        if index is None:
            some_hidden = self.hidden and (self.which.documents is None or self.which.documents & self.hidden)
            reason = f"; {len(self.hidden):,} documents are kept from you until you are done with them"
            self._show_header(f"none{reason if some_hidden else ''}")
            return
        self._show_header(f"{index + 1:,} of {self.list_view.count():,}")
        versions.visible = self.run_or_report(partial(self._show, self.list_view.disagreements[index]))

    def _show(self, disagreement: Disagreement) -> None:
        """Show both versions of the text where they differ."""
        bounds = (disagreement.start, max(span.end for side in disagreement.spans for span in side))
        layers = disagreement.left_layer, disagreement.right_layer
        for side, layer, item in zip(("left", "right"), layers, disagreement.match[:2], strict=True):
            pane = self.query_one(f"#{side}", LayerPane)
            pane.palette = self.workbench.palette
            pane.line_numbers = self.workbench.line_numbers
            version = self._read(disagreement.document, layer)
            gone = version.lacks(item)
            pane.show(version, None if gone else item, bounds, self.workbench.mode, said=GONE if gone else "")

    # Keys

    def action_move(self, by: int) -> None:
        """Choose the disagreement ``by`` lines on."""
        line = self.list_view.line_after(by)
        if line is not None:
            self._choose(line)

    def action_open(self) -> None:
        """Open the document on the chosen disagreement: on one's own version to annotate, else to adjudicate."""
        if self.list_view.index is None:
            return
        chosen = self.list_view.disagreements[self.list_view.index]
        left, right = chosen.match[:2]
        own = curator_layer(self.desk.curator)
        if own in (chosen.left_layer, chosen.right_layer):
            item = (left or right) if own == chosen.left_layer else (right or left)
            self.run_or_report(lambda: self.workbench.open_document(chosen.document, item=item))
        else:
            self.run_or_report(lambda: self.workbench.open_adjudication(chosen.document, left or right))

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self.action_move(by * self.list_view.lines_on_a_page)

    async def choose_entry(self, index: int, *, twice: bool) -> None:
        """Choose the disagreement under the mouse; a double click opens its document."""
        self._choose(index)
        if twice:
            self.action_open()

    def action_filter(self) -> None:
        """Ask for the words of the filter."""
        self.ask_for_text("words of document, curator, label, kind or text", " ".join(self._words), self._filter)

    def _filter(self, typed: str) -> None:
        self._words = tuple(fold(word) for word in typed.split())
        self._list()

    def action_sort(self) -> None:
        """Put the disagreements first where the right answer is least certain, or all in order of the text again."""
        if self._bits is None:
            self._show_header("looking …")
            self._judge()
            return
        self._hardest_first = not self._hardest_first
        self._list()

    @work(thread=True, exclusive=True, group="judge")
    def _judge(self) -> None:
        from annotator.reports.curator_competence import difficulty_of_spans

        self.post_message(self.Judged(*difficulty_of_spans(self.sample)))

    def on_disagreements_screen_judged(self, event: Judged) -> None:
        """Sort, or say why there is nothing to sort by."""
        self._bits = event.bits
        if event.bits:
            self.action_sort()
            return
        self._list()
        self.notify(f"How hard places are is not known: {event.reason}.", markup=False)

    def adapt(self, width: int) -> None:
        """Put the versions side by side where there is room."""
        self.set_class(width >= SIDE_BY_SIDE_FROM, "-wide")

    def apply_palette(self, palette: Palette) -> None:
        """Change to the colours of another theme."""
        super().apply_palette(palette)
        for view in self.query(TextView):
            view.restyle(palette, self.workbench.mode)

    def action_close(self) -> None:
        """Go back to the figures."""
        self.app.pop_screen()
