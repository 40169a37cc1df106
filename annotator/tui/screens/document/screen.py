"""The base of the annotate and adjudicate screens: one document's text with a cursor and an item in focus."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget

from annotator.annotation import Relation
from annotator.errors import AnnotatorError, LockedError
from annotator.text import Segment
from annotator.tui.key_names import label_to_add, typed_character
from annotator.tui.layout.caret import Caret
from annotator.tui.layout.painting import Highlights
from annotator.tui.layout.palette import Palette
from annotator.tui.screens.base import WorkScreen
from annotator.tui.screens.document.action_groups import add_actions
from annotator.tui.screens.document.copy_actions import CopyActions
from annotator.tui.screens.document.focus import relations_at, spans_of, with_ends
from annotator.tui.screens.document.marking import Marking
from annotator.tui.screens.document.navigation import Navigation
from annotator.tui.screens.document.navigation_actions import NavigationActions
from annotator.tui.screens.document.prompts import Prompts
from annotator.tui.screens.document.relation_actions import RelationActions
from annotator.tui.screens.document.selection_actions import SelectionActions
from annotator.tui.screens.document.session import DocumentSession
from annotator.tui.screens.document.typed_ahead import TypedAhead
from annotator.tui.screens.document.view_actions import ViewActions
from annotator.tui.screens.help_topic import HelpTopic, topic_of
from annotator.tui.widgets.entry_line import EntryLine
from annotator.tui.widgets.label_bar import LabelBar
from annotator.tui.widgets.one_layout import SideBySide
from annotator.tui.widgets.side_panel import SidePanel
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.desk import Desk
from annotator.workflow.editing.editor import Outcome

PANEL_FROM = 110
"""Columns from which the side panel stands beside the text by itself."""


class DocumentScreen(WorkScreen):
    """A document's text, its side panel and the lines around them, with a cursor (``caret``) and an item in focus.

    Subclasses make the text view and the panel, choose the first item in focus, and define what labelling, editing and
    finishing do.
    """

    DEFAULT_CSS = """
    DocumentScreen #body { height: 1fr; }
    DocumentScreen.-entering #message { display: none; }
    DocumentScreen #panel, DocumentScreen #column { display: none; }
    DocumentScreen.-panel #panel, DocumentScreen.-panel #column { display: block; }
    """

    session: DocumentSession
    view: TextView
    panel: SidePanel

    def __init__(self, desk: Desk, session: DocumentSession, *, cursor: int = 0, needle: str = "") -> None:
        super().__init__(desk)
        self.session = session
        self.caret = Caret(session.document, cursor, session.units)
        self.prompts = Prompts(self._show_question)
        self.withdraw_question, self.has_open_question = self.prompts.drop, self.prompts.is_open
        self._needle = needle
        self.item_id: str | None = None
        self.panel_wanted: bool | None = None
        self.all_arcs = self.selecting = False
        self.typed_ahead = TypedAhead()
        self.marking = Marking(self)
        self.view_actions, self.selection, copying = ViewActions(self), SelectionActions(self), CopyActions(self)
        add_actions(self, NavigationActions(self), RelationActions(self), self.selection, self.view_actions, copying)

    # What is shown

    @abstractmethod
    def make_view(self) -> TextView:
        """The widget that shows the text."""

    @abstractmethod
    def make_panel(self) -> SidePanel:
        """The side panel."""

    def strips(self) -> list[Widget]:
        """Lines between the header and the text."""
        return []

    def beside_text(self) -> Widget:
        """What stands beside the text: the panel."""
        return self.panel

    def bars(self) -> list[Widget]:
        """Lines between the labels and the line that says what is in focus."""
        return []

    @abstractmethod
    def focus_first_item(self) -> None:
        """Put the first item in focus, once the screen is laid out."""

    @abstractmethod
    def show_status(self) -> None:
        """Update the lines around the text, and choose the item in focus in the panel."""

    @abstractmethod
    def show_default_message(self) -> None:
        """Show in the line at the bottom which keys to use next."""

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette, self.view, self.panel = self.workbench.palette, self.make_view(), self.make_panel()
        self.navigation = Navigation(self.session.document, self.caret, self.view, self._needle)
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                *self.strips(),
                SideBySide(self.view, self.beside_text(), id="body"),
                LabelBar(self.session.scheme, palette),
                *self.bars(),
                StatusLine(palette, id="focus"),
                StatusLine(palette, id="message"),
                EntryLine(id="entry"),
            ]
        )

    def on_mount(self) -> None:
        """Put the first item in focus."""
        self.focus_first_item()

    def apply_palette(self, palette: Palette) -> None:
        """Show the colours of another theme."""
        super().apply_palette(palette)
        self.view.restyle(palette, self.workbench.mode)

    def adapt(self, width: int) -> None:
        """Let the panel stand beside the text where there is room."""
        self.set_class(width >= PANEL_FROM if self.panel_wanted is None else self.panel_wanted, "-panel")

    @property
    def is_wide(self) -> bool:
        """Whether there is room for whole sentences in the header."""
        return self.size.width >= PANEL_FROM

    @property
    def cursor_line(self) -> str:
        """On which line of the screen's text the cursor is."""
        return "line {} of {}".format(*self.navigation.line)

    def help_topic(self) -> HelpTopic | None:
        """The item in focus, or the selection."""
        return topic_of(self.session.layer_view, self.item_id, selecting=self.caret.selection is not None)

    def show_training_status(self) -> None:
        """Say what the training in the background does."""
        self.show_status()

    def show_message(self, text: str, style: str = "") -> None:
        """Show a message in the line at the bottom; ``style`` is as for :meth:`StatusLine.show`."""
        self.query_one("#message", StatusLine).show((f" {text}", style))

    # Focus

    def focus_item(self, item_id: str | None, *, move_cursor: bool = True) -> None:
        """Put an item (or none) in focus; with ``move_cursor`` the cursor goes there too."""
        spans = spans_of(self.session.layer_view, item_id)
        self.item_id = item_id if spans else None
        self.marking.focus_moved(self.item_id)
        if spans and move_cursor:
            self.caret.go(max(span.start for span in spans))
        self.refresh_highlights(scroll_ahead=move_cursor)

    def refresh_highlights(self, *, scroll_ahead: bool = False) -> None:
        """Show focus, cursor, selection and hints as they are now, and scroll the cursor into view.

        With ``scroll_ahead``, as on the way from item to item, a whole screenful of text comes into view at a time.
        """
        self.view.set_highlights(
            Highlights(
                focused=self.highlighted(),
                arcs=None if self.all_arcs else tuple(self.relations_to_draw()),
                cursor=(self.caret.unit.start, self.caret.unit.end),
                selection=self.caret.selection,
                hints=self.prompts.hints,
                stretches=self.prompts.stretches,
            ),
            revealed=True,
        )
        self.view.reveal(self.caret.offset, ahead=scroll_ahead)
        self.show_status()

    def highlighted(self) -> frozenset[str]:
        """The ids of what is shown reversed: the focused item, and for a relation its ends."""
        return with_ends(self.session.layer_view, self.item_id)

    def relations_to_draw(self) -> list[Relation]:
        """The relations drawn as arcs: the focused one, or those at the focused span."""
        return relations_at(self.session.layer_view, self.item_id)

    def focused_span(self, *, asks: bool = False) -> str | None:
        """The id of the focused span; where there is none, ``None``, and a message says so.

        With ``asks`` letters were to follow the key: typed on, they do nothing then.
        """
        if self.item_id is not None and self.session.layer_view.span(self.item_id) is not None:
            return self.item_id
        say = self.refuse if asks else self.show_hint
        say("no span in focus: tab, the cursor or a click chooses one")
        return None

    def span_at_caret(self) -> str | None:
        """The id of the innermost span under the cursor, the curator's own first."""
        return self.session.layer_view.span_id_at(self.caret.offset)

    def go(self, offset: int, *, select: bool = False) -> None:
        """Put the cursor on an offset and the span there in focus; a selection that has begun is extended."""
        self.caret.go(offset, select=select or self.selecting)
        self.marking.focus_moved(None)
        self.focus_item(None if self.caret.anchor else self.span_at_caret(), move_cursor=False)

    def end_selection(self) -> None:
        """End the selection."""
        self.selecting = False
        self.caret.clear_selection()

    # Questions

    async def handle(self, event: events.Key) -> None:
        """Act on a key; should it fail, the letters that follow belong to it."""
        self.typed_ahead.note(event)
        await super().handle(event)

    async def press(self, event: events.Key) -> None:
        """Answer the open question with a key, else run the key's action."""
        if self.prompts.current is not None:
            await self._press_in_question(event, self.prompts.current.more)
        elif self.typed_ahead.takes(event):
            self.show_message(f"{event.character} did nothing · {self.typed_ahead.refusal}", "alarm")
        else:
            await self.press_key(event)

    async def _press_in_question(self, event: events.Key, more: Callable[[], None] | None) -> None:
        """Answer with a letter; ``tab`` may show other places, other keys withdraw the question, those with alt act."""
        character = typed_character(event)
        if event.key == "tab" and more is not None:
            more()
        elif character is not None:
            await self._answer(character)
        else:
            self.prompts.drop()
            self.show_default_message()
            if event.key.startswith("alt+"):
                await self.press_key(event)

    async def press_key(self, event: events.Key) -> None:
        """Run a key's action while no question is open; says so where a key has none."""
        if (label := label_to_add(event.key, self.session.scheme)) is not None:
            self.marking.add(label)
        else:
            await super().press(event)

    def show_hint(self, text: str) -> None:
        """Show something in the line at the bottom."""
        self.show_message(text, "faint")

    async def _answer(self, character: str) -> None:
        try:
            action = self.prompts.answer(character)
        except KeyError as error:
            self.refuse(error.args[0])
            return
        shown = self.view.highlights
        if action is not None:
            await self.waiting_keys.run(action)
        if self.view.highlights is shown:
            self.refresh_highlights()

    def refuse(self, text: str) -> None:
        """Say why a key could not do its work; letters typed on for it do nothing."""
        self.typed_ahead.begin(text)
        self.show_message(text, "alarm")

    def _show_question(self) -> None:
        if self.prompts.current is not None:
            self.show_message(self.prompts.current.told)  # that of the last key is not about this question
        self.refresh_highlights()

    # Steps

    def carry_out(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Run an action of the session and show its outcome; an error is shown in its place, and gives ``None``.

        Raises :class:`LockedError`, so that the key is tried again when the lock is free.
        """
        try:
            outcome = action()
        except LockedError:
            raise
        except AnnotatorError as error:
            self.show_message("")
            self.show_error(error)
            self.recover()
            return None
        self.end_selection()
        self.show_outcome(outcome)
        return outcome

    def show_outcome(self, outcome: Outcome) -> None:
        """Show a step's message and warning; what it touched is repainted with the focus that the caller sets then."""
        self.view.repaint_with_highlights(*outcome.touched)
        self.panel.update_entries()
        self.show_message(outcome.message)
        if outcome.warning is not None:
            self.show_error(outcome.warning)

    def recover(self) -> None:
        """Read and show the layer again, if it was changed elsewhere."""
        if self.run_or_report(self.session.recover) and self.view.layer_view is not self.session.layer_view:
            self.view.show_layer(self.session.layer_view)
            self.panel.refresh_entries()
            self.focus_item(self.item_id, move_cursor=False)

    def replay(self, action: Callable[[], Outcome]) -> None:
        """Undo or redo a step, and put the item that it changed in focus."""
        outcome = self.carry_out(action)
        if outcome is not None:
            self.focus_item(outcome.focus or self.span_at_caret())

    def action_undo(self) -> None:
        """Undo the last step."""
        self.replay(self.session.undo)

    def action_redo(self) -> None:
        """Redo the step that was undone last."""
        self.replay(self.session.redo)

    def action_delete(self) -> None:
        """Delete the focused item."""
        item_id = self.item_id
        if item_id is None:
            self.show_message("nothing in focus to delete", "faint")
        elif self.carry_out(lambda: self.session.delete(item_id)) is not None:
            self.focus_item(self.span_at_caret(), move_cursor=False)

    def action_flag(self) -> None:
        """Flag the document, or take the flag away."""
        self.carry_out(self.session.flag)
        self.refresh_highlights()

    # Marking

    @abstractmethod
    def add_span(self, segment: Segment, label: str) -> Outcome:
        """Add a span."""

    def select(self, segment: Segment) -> None:
        """Select the units that a range touches, so that a label's key marks them; the span there is in focus."""
        self.caret.select(segment)
        self.item_id = self.session.layer_view.span_id_at(segment.start)
        self.marking.focus_moved(None)
        self.refresh_highlights()

    def action_clear(self) -> None:
        """End the selection, and put nothing in focus."""
        self.end_selection()
        self.focus_item(None)
        self.show_default_message()

    @abstractmethod
    def relate(self, head: str, child: str, label: str) -> None:
        """Link two spans."""

    # View

    @abstractmethod
    def choose_in_panel(self) -> None:
        """Choose the item in focus in the panel."""

    def on_text_view_laid_out(self) -> None:
        """Scroll the cursor back into view."""
        self.refresh_highlights(scroll_ahead=True)

    async def on_text_view_pointed(self, event: TextView.Pointed) -> None:
        """Follow the mouse: a click focuses, a drag selects whole tokens, a double click selects a word."""
        await self.waiting_keys.run(partial(self._point, event))

    def _point(self, event: TextView.Pointed) -> None:
        self.prompts.current = None
        if event.double_click:
            self.caret.go(event.offset)
            self.caret.select(self.caret.unit)
        elif event.origin is not None:
            self.caret.drag(event.origin, event.offset)
        else:
            self.go(event.offset)
            return
        self.item_id = None
        self.refresh_highlights()

    async def choose_entry(self, index: int, *, twice: bool) -> None:  # noqa: ARG002 - one click is enough
        """Put the item or case of a panel row in focus; a question that is open is withdrawn."""
        self.withdraw_question()
        await self.waiting_keys.run(partial(self.focus_entry, self.panel.item_id(index)))

    @abstractmethod
    def focus_entry(self, entry_id: str) -> None:
        """Put the item or case of a panel row in focus."""

    def action_leave(self) -> None:
        """Go back to the queue."""
        self.leave()

    def leave(self) -> None:
        """Close the document, and show the queue."""
        self.app.pop_screen()
