"""The annotate screen: one article, its suggestions, and the keys that decide them."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

from annotator.annotation import RelationKey, SpanKey
from annotator.text import Segment
from annotator.tui.key_names import typed_character
from annotator.tui.layout.item_filter import ItemFilter
from annotator.tui.layout.palette import RETIRED
from annotator.tui.screens.annotate.catching_up import CatchingUp
from annotator.tui.screens.annotate.document_actions import DocumentActions
from annotator.tui.screens.annotate.filter_actions import FilterActions
from annotator.tui.screens.annotate.group_actions import GROUP_ACTIONS, GroupActions
from annotator.tui.screens.annotate.status_lines import show_focus, show_header
from annotator.tui.screens.annotate.verdict_actions import VerdictActions
from annotator.tui.screens.document.action_groups import add_actions
from annotator.tui.screens.document.attribute_actions import AttributeActions
from annotator.tui.screens.document.attribute_bars import AttributeBars
from annotator.tui.screens.document.bindings import ATTRIBUTES, EDITING, FINDING, GROUPS, LEAVING, LINE_NUMBER, PANEL
from annotator.tui.screens.document.commenting import ask_for_comment
from annotator.tui.screens.document.focus import waits_for_verdict
from annotator.tui.screens.document.prompts import WHICH_LABEL
from annotator.tui.screens.document.screen import DocumentScreen
from annotator.tui.widgets.group_list import GroupList, PanelColumn
from annotator.tui.widgets.item_panel import ItemPanel
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.text_view import TextView
from annotator.tui.workbench import LeftDocument
from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.annotating.entry_search import EntrySearch, candidates_in
from annotator.workflow.annotating.group_steps import GroupSteps
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.description import quote
from annotator.workflow.desk import Desk
from annotator.workflow.editing.editor import Outcome


class AnnotateScreen(DocumentScreen):
    """A curator's layer of one document; each key calls an action of the session, and its outcome is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "suggestion(1)", "next undecided suggestion", id="suggestion.next"),
        Binding("shift+tab", "suggestion(-1)", "previous undecided suggestion", id="suggestion.previous"),
        Binding("a,enter", "accept", "accept and move on", id="suggestion.accept"),
        Binding("x", "reject", "reject and move on", id="suggestion.reject"),
        Binding("A", "accept_all", "accept all likely suggestions", id="suggestion.accept_all"),
        Binding("X", "reject_all", "reject all that remain", id="suggestion.reject_all"),
        Binding("plus", "accept_alike", "accept this and all alike", id="suggestion.accept_alike"),
        Binding("minus", "reject_alike", "reject this and all alike", id="suggestion.reject_alike"),
        Binding("V", "review", "review what is decided", id="suggestion.review"),
        Binding("equals_sign", "relabel", "another label for the focused span", id="span.label"),
        *EDITING,
        *ATTRIBUTES,
        *GROUPS,
        Binding("space", "done", "done, next document", id="document.done"),
        Binding("s", "skip", "skip, next document", id="document.skip"),
        Binding("P", "previous", "previous document", id="document.previous"),
        LINE_NUMBER,
        Binding("ctrl+o", "go_to", "find a document, and go there", id="document.go"),
        *FINDING,
        Binding("backslash", "filter", "filter the side panel", id="view.filter"),
        PANEL,
        Binding("f3", "feedback", "see your work against gold", id="document.feedback"),
        *LEAVING,
    ]

    session: AnnotationSession
    panel: ItemPanel
    guide: Widget | None = None
    """A panel that tells a beginner what to press."""

    def __init__(
        self,
        desk: Desk,
        session: AnnotationSession,
        needle: str = "",
        item: SpanKey | RelationKey | None = None,
        *,
        left: LeftDocument | None = None,
        why: str = "",
        undo: bool = False,
        listed: ItemFilter | None = None,
    ) -> None:
        super().__init__(desk, session, cursor=session.bookmark.cursor, needle=needle)
        self._left = left
        self._why = why
        self.listed = listed or ItemFilter()
        self._undo_on_opening = undo
        self._steps_on_opening = session.editor.length
        self._first_item = None if item is None else session.content.item_id_with(item)
        self.verdicts, self._catching_up = VerdictActions(self), CatchingUp(self)
        self.finish_step, self.follow = self._catching_up.finish_step, self._catching_up.follow
        self.entries = EntrySearch(candidates_in(session), desk.catalog)
        self.attributes = AttributeActions(self, AttributeSteps(session), self.entries)
        add_actions(self, self.verdicts, DocumentActions(self), FilterActions(self))
        add_actions(self, self.attributes, GroupActions(self, GroupSteps(session)))
        self._first_place = None if item is None else item.start
        self._asked_to_finish = False
        self._labelled_everywhere: SpanKey | None = None
        self._progress: dict[str, int] = {}
        self._counted_state: tuple[bool, bool] | None = None

    def make_view(self) -> TextView:
        """The text, with the curator's own and the pending items."""
        bench = self.workbench
        return TextView(
            self.session.document, self.session.layer, bench.palette, bench.mode, numbered=bench.line_numbers
        )

    def make_panel(self) -> ItemPanel:
        """All spans and relations."""
        self._bars = AttributeBars(self.session.scheme, self.workbench.palette)
        return ItemPanel(self.session, self.workbench.palette, self.listed)

    def beside_text(self) -> Widget:
        """The panel, and the groups under it where the scheme has any."""
        some = bool(self.session.scheme.equivalences)
        self._groups = GroupList(self.session, self.workbench.palette) if some else None
        return self.panel if self._groups is None else PanelColumn(self.panel, self._groups)

    def allows(self, action: str) -> bool:
        """Whether an action means something here: those on attributes and groups only where the scheme has any."""
        scheme = self.session.scheme
        if action in GROUP_ACTIONS and not scheme.equivalences:
            return False
        return (action != "attribute" or bool(scheme.attributes)) and super().allows(action)

    def strips(self) -> list[Widget]:
        """The attributes of the document, where the scheme has any."""
        return [*self._bars.strips]

    def bars(self) -> list[Widget]:
        """The panel for a beginner, if there is one, and the keys that set attributes."""
        return [*([] if self.guide is None else [self.guide]), self._bars.menu]

    def focus_first_item(self) -> None:
        """Go to the item that was asked for, to where the curator stopped, or to the first suggestion."""
        match, bookmark = self.navigation.first_match(), self.session.bookmark
        if self._first_item is not None:
            self.focus_item(self._first_item)
        elif self._first_place is not None:  # somebody else's item, which is not here
            self.go(self._first_place)
        elif match is not None:
            self.select(match)
        elif bookmark.focus is not None:
            self.focus_item(bookmark.focus)
        elif bookmark.cursor == 0 and self.session.state in ("todo", "doing"):
            self.focus_item(self.session.layer.order.next_undecided((-1,)))
        else:
            self.focus_item(self.span_at_caret())
        self.show_default_message()
        self._tell_how_it_came()
        if self._undo_on_opening:
            self.call_later(self.waiting_keys.run, self._take_leaving_back)

    def _tell_how_it_came(self) -> None:
        """Say which document was left for this one, which key takes that back, and why this one is next."""
        left = [self._left.told] if self._left else []
        told = " · ".join([*left, f"next: {self._why}"] if self._why else left)
        if told and self.session.returned is None and not self.session.content.retired:
            self.show_message(f"{told} · ? help")
        elif told:  # the line says what is to be done here
            self.notify(told, markup=False)

    def on_mount(self) -> None:
        """Load what the first decision needs."""
        self._catching_up.prepare_soon()

    def action_undo(self) -> None:
        """Undo the last step; before the first one here, go back to the document that was left, and undo that."""
        left = self._left
        if left is None or self.session.editor.length != self._steps_on_opening:
            super().action_undo()
            return
        self.leave()
        self.run_or_report(lambda: self.workbench.open_document(left.key, left=left.before, undo=True))

    def _take_leaving_back(self) -> None:
        """Undo that this document was left; the next undo is about the one that was left before it, if any."""
        super().action_undo()
        if self._left is not None and self.session.editor.length != self._steps_on_opening:
            self.show_message(f"taken back · {self._left.told}")
        self._steps_on_opening = self.session.editor.length

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what a step did, and let suggestions follow that are behind."""
        super().show_outcome(outcome)
        self._catching_up.begin()

    def show_status(self) -> None:
        """Update the lines around the text, and choose what is in focus in the panel."""
        if self.panel.display:
            self.choose_in_panel()
        show_header(
            self.query_one("#header", StatusLine),
            self.session,
            self._current_progress(),
            self.workbench.training_status,
            wide=self.is_wide,
        )
        self._bars.show(self.session.content, self.session.layer.suggested_attributes, self.prompts)
        if self._groups is not None:
            self._groups.show_groups(self.item_id)
        bar = self.query_one("#focus", StatusLine)
        prompt, place, names = self.prompts.current, self.verdicts.place(), self.entries.name
        show_focus(bar, self.session, self.item_id, prompt, self.caret, self.cursor_line, place, names)

    async def on_document_strip_clicked(self) -> None:
        """Ask for the attributes of the document."""
        self.withdraw_question()
        await self.waiting_keys.run(partial(self.attributes.ask, None))

    async def on_group_list_group_chosen(self, event: GroupList.GroupChosen) -> None:
        """Go to a mention of the group that was clicked on."""
        self.withdraw_question()
        await self.waiting_keys.run(partial(self.focus_entry, event.span_id))

    def _current_progress(self) -> dict[str, int]:
        """The curator's progress, counted anew where a step finished or reopened the document."""
        state = self.session.state == "done", self.session.returned is None
        if state != self._counted_state:
            self._progress, self._counted_state = self.desk.progress(), state
        return self._progress

    def refresh_highlights(self, *, scroll_ahead: bool = False) -> None:
        """Show focus, cursor, selection and hints as they are now, and move the bookmark there."""
        self.session.bookmark.move_to(self.caret.offset, self.item_id)
        super().refresh_highlights(scroll_ahead=scroll_ahead)

    def save_before_quitting(self) -> None:
        """Store this document, and where the cursor is, for the next start."""
        self.run_or_report(partial(self.session.bookmark.save, opened=True), can_wait=False)

    def leave(self) -> None:
        """Store where the curator is, close the document, and show the queue."""
        self.run_or_report(partial(self.session.bookmark.save, opened=False), can_wait=False)
        super().leave()

    def show_message(self, text: str, style: str = "") -> None:
        """Show a message in the line at the bottom; where that asked whether to finish, it does so no more."""
        self._asked_to_finish = False
        super().show_message(text, style)

    def show_default_message(self) -> None:
        """Show in the line at the bottom why the document was returned, else which keys to use next."""
        returned = self.session.returned
        if returned is not None:
            told = f"returned by {returned.by}: {quote(returned.note, 1000)}"
            self.show_message(told, "alarm")
            if len(told) >= self.size.width:  # the line has no room for all of it
                self.notify(told, severity="warning", markup=False, timeout=20)
        elif self.session.content.retired:
            count = len(self.session.content.retired)
            them = "item: tab goes to it" if count == 1 else "items: tab goes to them"
            self.show_message(f"{count} retired ({RETIRED}) {them} · space done · ? help", "alarm")
        elif self.session.layer.order.pending:
            way = ", join" if self.session.scheme.equivalences else "; jump"
            self.show_message(f"tab next · a accept · x reject · {way} · u undo · space done · ? help", "keys")
        else:
            self.show_message("nothing left to decide · space done · labels' keys mark more · ? help", "keys")

    def choose_in_panel(self) -> None:
        """Choose the focused item in the panel."""
        self.panel.choose_item(self.item_id)

    def focus_entry(self, entry_id: str) -> None:
        """Focus the item of a panel row."""
        self.end_selection()
        self.focus_item(entry_id)

    async def press(self, event: events.Key) -> None:
        """Act on a key, once all suggestions follow the one before."""
        self.finish_step()
        await super().press(event)

    async def press_key(self, event: events.Key) -> None:
        """Label, or do what the key is bound to."""
        if event.key != "space":
            self._asked_to_finish = False
        character = typed_character(event)
        entity = self.session.scheme.entity_for_key(character) if character else None
        if entity is not None:
            self._label(entity.name)
        else:
            await super().press_key(event)

    async def on_text_view_pointed(self, event: TextView.Pointed) -> None:  # noqa: ARG002 - the base follows the mouse
        """Ask anew before the document is finished: the mouse went elsewhere."""
        self._asked_to_finish = False

    def action_clear(self) -> None:
        """End the selection, else the walk through what is decided; without either, put nothing in focus."""
        if self.caret.selection is not None or not self.verdicts.end_review():
            super().action_clear()

    # Spans and relations

    def _label(self, label: str) -> None:
        """Label the selection, else relabel the focused span, unless it was only just marked; else offer phrases."""
        selection, item_id, layer = self.caret.selection, self.item_id, self.session.layer
        if selection is not None:
            self.marking.mark(selection, label)
        elif item_id is not None and item_id != self.marking.just_marked and layer.span(item_id) is not None:
            self._relabel(item_id, label)
        else:
            self.marking.offer_phrases(label)

    def _relabel(self, span_id: str, label: str) -> None:
        """Give a span another label; a suggestion is thereby accepted as corrected, and the next comes into focus."""
        pending_at = self.session.layer.order.pending_position(span_id)
        outcome = self.carry_out(lambda: self.session.relabel(span_id, label))
        if outcome is not None:
            self.focus_item(self.verdicts.following(pending_at) if pending_at is not None else outcome.focus)

    def action_relabel(self) -> None:
        """Ask for another label for the focused span, also for one that was only just marked."""
        span_id = self.focused_span(asks=True)
        if span_id is not None:
            entities = self.session.scheme.entities.values()
            options = {e.key: partial(self._relabel, span_id, e.name) for e in entities}
            self.prompts.ask(WHICH_LABEL, options)

    def add_span(self, segment: Segment, label: str) -> Outcome:
        """Add a span."""
        return self.session.add(*segment, label)

    def action_boundary(self, side: str, by: int) -> None:
        """Move a boundary of the focused span, else of the selection."""
        if self.selection.resize(side, by):
            return
        span_id = self.focused_span()
        if span_id is None:
            return
        outcome = self.carry_out(lambda: self.session.move_boundary(span_id, side, by))
        if outcome is not None:
            self.focus_item(outcome.focus)

    def action_everywhere(self) -> None:
        """Label every identical mention; a second time, propose it in all other documents."""
        span_id = self.focused_span()
        if span_id is None:
            return
        span = self.session.checks.span(span_id)
        if self._labelled_everywhere == span.key:
            self.carry_out(lambda: self.session.propose(span_id))
            self.refresh_highlights()
            return
        outcome = self.carry_out(lambda: self.session.everywhere(span_id))
        if outcome is not None:
            self._labelled_everywhere = span.key
            self.focus_item(outcome.focus)
            self.show_message(f"{outcome.message}; * again proposes it in all other documents")

    def relate(self, head: str, child: str, label: str) -> None:
        """Link two spans; pending ends are accepted with it.  The focus stays on what waits, or can be related more."""
        before, layer = self.item_id, self.session.layer
        start = layer.span(before) if before else None
        outcome = self.carry_out(lambda: self.session.relate(head, child, label))
        if outcome is None:
            return
        span_id = self.session.content.span_id_with(start.key) if start is not None else None
        if waits_for_verdict(layer, before):
            self.focus_item(before, move_cursor=False)
        elif span_id is not None and self.session.checks.partners(span_id):
            self.focus_item(span_id, move_cursor=False)
            self.show_message(f"{outcome.message} · r another")
        else:
            self.focus_item(outcome.focus, move_cursor=False)

    # The document

    def action_comment(self) -> None:
        """Comment the focused item, or the document."""
        target = self.item_id
        if target is not None and self.session.layer.order.is_pending(target):
            target = None
        ask_for_comment(self, f"on {self.session.checks.name_of(target)}" if target else "on the document", target)

    def action_done(self) -> None:
        """Finish the document; asks once while suggestions are undecided."""
        pending, retired = len(self.session.layer.order.pending), len(self.session.content.retired)
        if (pending or retired) and not self._asked_to_finish:
            waiting = [f"{pending} still undecided"] if pending else []
            waiting += [f"{retired} retired"] if retired else []
            self.show_message(f"{', '.join(waiting)}: space again finishes, tab goes to the next", "alarm")
            self._asked_to_finish = True
            return
        if self.carry_out(self.session.finish) is not None:
            if self.workbench.training is not None:
                self.workbench.training.document_done()
            self._open_next("done")

    def action_skip(self) -> None:
        """Put the document aside."""
        if self.carry_out(self.session.skip) is not None:
            self._open_next("skipped")

    def _open_next(self, how: str) -> None:
        """Open the next document with work to do, or go back to the queue."""
        self.session.bookmark.move_to(self.caret.offset, None)
        before = self._left if self.session.editor.length == self._steps_on_opening + 1 else None
        left = LeftDocument(self.session.document.key, how, before)
        following = self.desk.next_document(left.key)
        self.leave()
        if following is None:
            told = f"{left.key} is {how}; enter opens it again, u there takes that back."
            self.notify(f"Every document is done or skipped.\n{told}", markup=False)
        else:
            self.run_or_report(lambda: self.workbench.open_document(following.key, left=left, why=following.why))

    def action_feedback(self) -> None:
        """Show the curator's work on the document against its gold."""
        self.run_or_report(lambda: self.workbench.open_feedback(self.session.document.key))
