"""What the annotate screen is made of: its widgets, the focus, and how actions are carried out and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from annotator.annotation import Relation, Span, SpanKey
from annotator.tui.key_prompt import KeyPrompt
from annotator.tui.layout.caret import Caret
from annotator.tui.layout.find import Searchable, fold
from annotator.tui.layout.hints import codes
from annotator.tui.layout.painting import Highlights
from annotator.tui.layout.palette import Palette
from annotator.tui.screens.annotate.status_lines import tell_focus, tell_header
from annotator.tui.screens.base import WorkScreen
from annotator.tui.widgets.item_panel import ItemPanel
from annotator.tui.widgets.label_bar import LabelBar
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.annotating.session import Session
from annotator.workflow.desk import Desk
from annotator.workflow.editing.layer_session import Outcome

Value = TypeVar("Value")

PANEL_FROM = 110
"""Columns from which the side panel stands beside the text by itself."""


class AnnotateBase(WorkScreen):
    """Widgets and state of the annotate screen; its actions are in groups beside this module."""

    DEFAULT_CSS = """
    AnnotateBase #body { height: 1fr; }
    AnnotateBase.-entering #message { display: none; }
    AnnotateBase #panel { display: none; }
    AnnotateBase.-panel #panel { display: block; }
    """

    def __init__(self, desk: Desk, session: Session, needle: str = "") -> None:
        super().__init__(desk)
        self.session = session
        self.caret = Caret(session.document, session.cursor, session.units)
        self.prompt: KeyPrompt | None = None
        self._sure = False
        self._spread: SpanKey | None = None
        self._selecting = False
        self._panel_wanted: bool | None = None
        self._all_arcs = False
        self._match: int | None = None
        self._needle = fold(needle)

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        self.view = TextView(self.session, palette, self.workbench.mode)
        self.panel = ItemPanel(self.session, palette)
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                Horizontal(self.view, self.panel, id="body"),
                LabelBar(self.session.scheme, palette),
                StatusLine(palette, id="focus"),
                StatusLine(palette, id="message"),
                Input(id="entry", compact=True),
            ]
        )

    def on_mount(self) -> None:
        """Begin."""
        self.view.focus()
        self.begin()

    def begin(self) -> None:
        """Go to where the curator stopped, or to the first suggestion."""
        self._progress = self.desk.progress()
        found = self.searchable.occurrence(self._needle, 0) if self._needle else None
        if found is not None:
            self._go(found, False)
        elif self.session.focus is not None:
            self._show_focus(self.session.focus)
        elif self.session.cursor == 0 and self.session.state in ("todo", "doing"):
            self._show_focus(self.session.next_pending((-1,)))
        else:
            self._show_focus(self._span_at_caret())
        self._say_default()

    def apply_palette(self, palette: Palette) -> None:
        """Show the colours of another theme."""
        super().apply_palette(palette)
        self.view.restyle(palette, self.workbench.mode)

    def focused_label(self) -> str | None:
        """Return the label of the span in focus, if a span is in focus."""
        span = self.session.layer.span(self.session.focus) if self.session.focus else None
        return None if span is None else span.label

    def save_before_quitting(self) -> None:
        """Remember this document, and where the cursor stands, for the next start."""
        self.run_or_report(partial(self.session.save_bookmark, opened=True), can_wait=False)

    def adapt(self, width: int) -> None:
        """Let the panel stand beside the text where there is room."""
        wanted = width >= PANEL_FROM if self._panel_wanted is None else self._panel_wanted
        self.set_class(wanted, "-panel")

    def _show_focus(self, identity: str | None, *, follow: bool = True) -> None:
        """Put the focus on an item (or on none) and the cursor with it."""
        self.session.focus = identity if identity is not None and identity in self.session.layer else None
        place = self._anchor_of(self.session.focus)
        if place is not None and follow:
            self.caret.go(place)
        self._refresh_marks(walking=follow)

    @cached_property
    def searchable(self) -> Searchable:
        """Return the text made ready for finding; made when first asked for."""
        return Searchable(self.session.document.text)

    def _anchor_of(self, identity: str | None) -> int | None:
        """Return the offset at which an item is looked at."""
        ends = self._ends(identity)
        return max(span.start for span in ends) if ends else None

    def _ends(self, identity: str | None) -> list[Span]:
        """Return the span with this id, or both ends of the relation with this id."""
        if identity is None:
            return []
        layer = self.session.layer
        span, relation = layer.span(identity), layer.relation(identity)
        found = [span] if span else [layer.span(relation.head), layer.span(relation.child)] if relation else []
        return [s for s in found if s is not None]

    def _refresh_marks(self, *, walking: bool = False) -> None:
        """Show focus, cursor, selection and hints as they are now.

        Who walks from item to item gets a screenful ahead at a time, who moves by lines a line.
        """
        self.session.cursor = self.caret.offset
        self.view.set_highlights(
            Highlights(
                focused=self._in_focus(),
                arcs=None if self._all_arcs else tuple(self._focused_relations()),
                cursor=(self.caret.unit.start, self.caret.unit.end),
                selection=self.caret.selection,
                hints=self.prompt.remaining_hints() if self.prompt else {},
            )
        )
        self.view.show(self.caret.offset, middle=walking)
        self._tell()

    def _tell(self) -> None:
        """Say in the lines around the text what is in focus, and follow it in the panel."""
        if self.panel.display:
            self.panel.follow(self.session.focus)
        wide = self.size.width >= PANEL_FROM
        where = f"line {self.view.rows.row_of(self.caret.offset) + 1} of {len(self.view.rows)}"
        tell_header(
            self.query_one("#header", StatusLine),
            self.session,
            self._progress,
            self.workbench.training_status,
            wide=wide,
        )
        tell_focus(self.query_one("#focus", StatusLine), self.session, self.prompt, self.caret, where)

    def show_training_status(self) -> None:
        """Say what goes on in the background in the header."""
        self._tell()

    def _in_focus(self) -> frozenset[str]:
        """Return the focused item, and for a relation its ends too."""
        identity = self.session.focus
        ends = {span.id for span in self._ends(identity)}
        return frozenset(ends | {identity} if identity else ends)

    def _focused_relations(self) -> list[Relation]:
        """Return the relations to draw: the focused one, or those at the focused span."""
        identity = self.session.focus
        if identity is None:
            return []
        relation = self.session.layer.relation(identity)
        return [relation] if relation is not None else self.session.layer.relations_of(identity)

    def _focused_span(self) -> str | None:
        """Return the focused span, or say that there is none."""
        identity = self.session.focus
        if identity is None or self.session.layer.span(identity) is None:
            self._say("no span in focus: tab, the cursor or a click chooses one", "faint")
            return None
        return identity

    def drop_selection(self) -> None:
        """Let go of what is selected."""
        self._selecting = False
        self.caret.clear_selection()

    def _say(self, text: str, look: str = "") -> None:
        self.query_one("#message", StatusLine).show((f" {text}", look))

    def _say_default(self) -> None:
        if self.session.layer.pending:
            self._say("tab next · a accept · x reject · ; jump · u undo · space done · ? help", "faint")
        else:
            self._say("nothing left to decide · space done · a label's key marks more · ? help", "faint")

    def _ask(self, prompt: KeyPrompt | None) -> None:
        self.prompt = prompt
        if prompt is not None:
            self._say("")  # what came of the last key says nothing about this question
        self._refresh_marks()

    def _hint(self, text: str, places: Sequence[tuple[int, Value]], action: Callable[[Value], None]) -> None:
        """Put hints at offsets, the first ones shortest, and call ``action`` with what the chosen one stands for.

        Two that begin at one place stand side by side.
        """
        options: dict[str, Callable[[], None]] = {}
        shown: dict[int, str] = {}
        for code, (place, value) in zip(codes(len(places)), places, strict=False):
            while place in shown:
                place += len(shown[place])
            shown[place] = code
            options[code] = partial(action, value)
        self._ask(KeyPrompt(text, options, shown))

    def _do(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Carry an action out and show what became of it."""
        outcome: list[Outcome] = []
        if not self.run_or_report(lambda: outcome.append(action())):
            self._recover()
            return None
        self.view.repaint(self.session.touched)
        self.panel.update_entries()
        self._say(outcome[0].message)
        return outcome[0]

    def _recover(self) -> None:
        if self.run_or_report(self.session.recover) and self.view.painter.layer is not self.session.layer:
            self.view.repaint_all()
            self.panel.refresh_entries()
            self._show_focus(None)

    def _go(self, offset: int, select: bool) -> None:
        self.caret.go(offset, select=select or self._selecting)
        self._show_focus(None if self.caret.anchor else self._span_at_caret(), follow=False)

    def close_entry(self) -> None:
        """Close the entry line and go back to the text."""
        super().close_entry()
        self.view.focus()

    def _span_at_caret(self) -> str | None:
        """Return the innermost span under the cursor, the curator's own first."""
        layer = self.session.layer
        own, waiting = (index.at(self.caret.offset) for index in (layer.index, layer.pending_spans))
        found = own or waiting
        return min(found, key=lambda i: i.end - i.start).id if found else None
