"""The adjudicate screen: the cases on which curators differ, and the keys that settle them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

from annotator.annotation import Relation, RelationKey, SpanKey
from annotator.errors import AnnotatorError
from annotator.text import Segment
from annotator.tui.key_names import typed_character
from annotator.tui.screens.adjudicate.case_walk import CaseWalk
from annotator.tui.screens.adjudicate.decision_actions import DecisionActions
from annotator.tui.screens.adjudicate.editing_actions import EditingActions
from annotator.tui.screens.adjudicate.leaving import LeavingActions
from annotator.tui.screens.adjudicate.relation_case_actions import RelationCaseActions
from annotator.tui.screens.adjudicate.status_lines import show_focus, show_header, version_lines
from annotator.tui.screens.adjudicate.version_arcs import version_arcs
from annotator.tui.screens.document.action_groups import add_actions
from annotator.tui.screens.document.attribute_actions import AttributeActions
from annotator.tui.screens.document.attribute_bars import AttributeBars
from annotator.tui.screens.document.bindings import ATTRIBUTES, EDITING, FINDING, LEAVING, LINE_NUMBER, PANEL
from annotator.tui.screens.document.commenting import ask_for_comment
from annotator.tui.screens.document.prompts import WHICH_LABEL
from annotator.tui.screens.document.screen import DocumentScreen
from annotator.tui.screens.help_topic import HelpTopic, conflict_topic
from annotator.tui.screens.returning import Returning
from annotator.tui.widgets.case_panel import CasePanel
from annotator.tui.widgets.label_bar import LabelBar
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.versions_bar import VersionsBar
from annotator.tui.widgets.versions_view import DisplayedCases, VersionsView
from annotator.workflow.adjudicating.case_list import CaseFilter
from annotator.workflow.adjudicating.cases import Case, RelationCase, SpanCase
from annotator.workflow.adjudicating.confirmation import UnconfirmedError
from annotator.workflow.adjudicating.hidden_names import displayed_names
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.annotating.entry_search import EntrySearch, candidates_said
from annotator.workflow.desk import Desk
from annotator.workflow.editing.editor import Outcome

MOST_VERSIONS = 9
OPEN_SPANS = CaseFilter(only_open=True, only_spans=True)


class AdjudicateScreen(DocumentScreen):
    """A document's gold with a case in focus; keys become decisions, and what they lead to is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "case(1)", "next conflict", id="case.next"),
        Binding("shift+tab", "case(-1)", "previous conflict", id="case.previous"),
        *(
            Binding(str(n), f"choose({n})", "choose a version by its number" if n == 1 else "", id=f"version.{n}")
            for n in range(1, MOST_VERSIONS + 1)
        ),
        Binding("a,enter", "choose_most_common", "choose what most say", id="version.most"),
        Binding(
            "A", "choose_majority_everywhere", "choose what most say, wherever more than half do", id="version.most_all"
        ),
        Binding("x", "choose_none", "none: nothing stands here", id="version.none"),
        Binding("equals_sign", "relabel", "another label", id="case.label"),
        Binding("backslash", "kind", "walk conflicts of another kind", id="case.kind"),
        Binding("f3", "names", "show or hide names", id="case.names"),
        Binding("f4", "return", "return the document to a curator, with a note", id="gold.return"),
        *EDITING,
        *ATTRIBUTES,
        LINE_NUMBER,
        *FINDING,
        PANEL,
        *LEAVING,
        Binding("space", "done", "this gold is complete, next document", id="gold.complete"),
        Binding("s", "skip", "next document, as it is", id="gold.skip"),
        Binding("P", "previous_document", "the document before", id="gold.previous"),
    ]

    session: GoldSession
    view: VersionsView
    panel: CasePanel

    def __init__(
        self,
        desk: Desk,
        session: GoldSession,
        item: SpanKey | RelationKey | None = None,
        before: tuple[str, ...] = (),
        told: str = "",
    ) -> None:
        super().__init__(desk, session, cursor=session.bookmark.cursor)
        self._told_at_first = told
        self._first_item = item
        self.walk = CaseWalk(session.gold)
        self.case_id: str | None = None
        self._last_key = ""
        self._displayed = DisplayedCases()
        self._deciding = DecisionActions(self)
        self._entries = EntrySearch(candidates_said(session), desk.catalog)
        self.attributes = AttributeActions(self, session.attributes, self._entries)
        add_actions(
            self,
            self._deciding,
            self.attributes,
            EditingActions(self, self._deciding.action_choose_none, super().action_delete),
            RelationCaseActions(self, lambda: self.case, self.label),
            LeavingActions(self, session, before),
        )
        self._returning = Returning(self, session.document.key, self.show_message)

    def make_view(self) -> VersionsView:
        """The text with gold, and with each curator's spans where curators differ."""
        bench, session = self.workbench, self.session
        return VersionsView(session.document, session.content, bench.palette, bench.mode, numbered=bench.line_numbers)

    def make_panel(self) -> CasePanel:
        """The cases."""
        return CasePanel(self.session.document.text, self.workbench.palette)

    def allows(self, action: str) -> bool:
        """Whether an action means something here: that on attributes only where the scheme has any."""
        return (action != "attribute" or bool(self.session.scheme.attributes)) and super().allows(action)

    def strips(self) -> list[Widget]:
        """The attributes of the document, where the scheme has any."""
        self._bars = AttributeBars(self.session.scheme, self.workbench.palette)
        return [*self._bars.strips]

    def bars(self) -> list[Widget]:
        """The curators' versions of the case in focus, and the keys that set attributes."""
        return [VersionsBar(self.workbench.palette, len(self.names)), self._bars.menu]

    async def on_document_strip_clicked(self) -> None:
        """Ask for the attributes of the document."""
        self.withdraw_question()
        await self.waiting_keys.run(partial(self.attributes.ask, None))

    def focus_first_item(self) -> None:
        """Go to the case of the item that was asked for, else to where the adjudicator was, else to the first one."""
        self._refresh_cases()
        asked = self.session.gold.case_about(self._first_item) if self._first_item is not None else None
        first = asked or self.walk.resumed(self.session.bookmark)
        if self._first_item is not None and asked is None:  # its ends are not settled, or it is not in question
            self.go(self._first_item.start)
        else:
            self.focus_case(first.id if first else None)
        self.show_default_message()
        notes = [self._told_at_first] if self._told_at_first else []
        notes += [
            f"{name} on the document: “{comment.text}”"
            for curator, name in self.names.items()
            for comment in self.session.gold.work.work[curator].comments.values()
            if comment.target is None
        ]
        if notes:
            self.show_message(" · ".join(notes))

    @property
    def names(self) -> Mapping[str, str]:
        """What each curator is called, in the order of their numbers."""
        hidden = self.workbench.hide_names
        return displayed_names(self.session.document.key, self.session.gold.work.work, hidden=hidden)

    @property
    def case(self) -> Case | None:
        """The case in focus."""
        return self.session.gold.find(self.case_id)

    # Focus

    def focus_case(self, case_id: str | None) -> None:
        """Put a case in focus, and the cursor on it."""
        case = self.session.gold.find(case_id)
        self.end_selection()
        self._set_case(case)
        self.item_id = None if case is None or case.gold_item is None else str(case.gold_item)
        if case is not None:
            self.caret.go(case.start)
        self.refresh_highlights(scroll_ahead=True)

    def action_clear(self) -> None:
        """Let go of selection, focus and case."""
        self.focus_case(None)
        self.show_default_message()

    def _set_case(self, case: Case | None) -> None:
        """Make a case the one in focus; it and the one before it are repainted with the next highlights."""
        previous = self.case
        self.case_id = case.id if case is not None else None
        self._refresh_cases()
        self.view.repaint_with_highlights(*(c.range for c in (previous, case) if c is not None))

    def focus_item(self, item_id: str | None, *, move_cursor: bool = True) -> None:
        """Put the focus on a gold item, or on the open case under the cursor, or on none."""
        gold_id = item_id if item_id is not None and item_id in self.session.content else None
        case = self.session.gold.case_of(gold_id) if gold_id is not None else self._case_at_caret()
        if (None if case is None else case.id) != self.case_id:
            self._set_case(case)
        super().focus_item(gold_id, move_cursor=move_cursor)

    def _case_at_caret(self) -> Case | None:
        if self.caret.selection is not None:
            return self.case  # a span marked over a case settles it
        offset = self.caret.offset
        cases = self._displayed.overlapping(offset, offset + 1)
        return next((case for case in cases if case.settled is None), None)

    def _refresh_cases(self) -> None:
        """Show the cases as they are now: in the text the open ones and the one in focus, in the panel those walked."""
        case = self.case
        in_dispute = isinstance(case, SpanCase) and case.settled and len(set(case.versions.values())) > 1
        in_focus = case if isinstance(case, SpanCase) and in_dispute else None
        self._displayed = DisplayedCases(list(self.names), self.session.gold.parts.listed(OPEN_SPANS), in_focus)
        self.view.show_cases(self._displayed)
        self.panel.show_cases(self.walk.listed())

    def highlighted(self) -> frozenset[str]:
        """The ids of what is shown reversed: the case in focus and its gold items."""
        case = self.case
        return super().highlighted() | ({case.id} if case is not None else frozenset())

    def relations_to_draw(self) -> list[Relation]:
        """The relations drawn as arcs: all versions of a relation case in focus, else as on any document."""
        case = self.case
        if not isinstance(case, RelationCase):
            return super().relations_to_draw()
        return version_arcs(case, list(self.names))

    def refresh_highlights(self, *, scroll_ahead: bool = False) -> None:
        """Show focus, cursor, selection and hints as they are now, and move the bookmark there."""
        self.session.bookmark.move_to(self.caret.offset, self.case_id)
        super().refresh_highlights(scroll_ahead=scroll_ahead)

    def help_topic(self) -> HelpTopic | None:
        """The open case in focus, with the keys that settle it; else as on any document."""
        case = self.case
        if case is None or case.settled is not None or self.caret.selection is not None:
            return super().help_topic()
        return conflict_topic(case)

    def save_before_quitting(self) -> None:
        """Store where the adjudicator is, for the next time that the document is opened."""
        self.run_or_report(partial(self.session.bookmark.save, opened=False), can_wait=False)

    def leave(self) -> None:
        """Store where the adjudicator is, close the document, and show the queue."""
        self.save_before_quitting()
        super().leave()

    def show_status(self) -> None:
        """Update the lines around the text, and choose what is in focus in the panel."""
        asks_for_label = self.prompts.current is not None and self.prompts.current.text == WHICH_LABEL
        self.query_one(LabelBar).display = self.caret.selection is not None or asks_for_label  # else digits choose
        if self.panel.display:
            self.choose_in_panel()
        show_header(self.query_one("#header", StatusLine), self.session, wide=self.is_wide)
        versions = version_lines(self.session, self.case, self.names, self._entries)
        self.query_one(VersionsBar).show_versions(versions)
        self._bars.show(self.session.content, {}, self.prompts)
        bar = self.query_one("#focus", StatusLine)
        show_focus(bar, self.session, self.case, self.walk, self.prompts.current, self.caret, self.cursor_line)

    def show_default_message(self) -> None:
        """Show in the line at the bottom which keys to use next."""
        if self.session.gold.open:
            numbers = f"1–{len(self.names)}" if len(self.names) > 1 else "1"
            self.show_message(
                f"tab next · {numbers} choose · a most say · x none · [ ] {{ }} = edit · u undo · ? help", "keys"
            )
        else:
            self.show_message("P the document before · Q queue · ? help", "keys")

    def choose_in_panel(self) -> None:
        """Choose the case in focus in the panel."""
        self.panel.choose_case(self.case)

    def focus_entry(self, entry_id: str) -> None:
        """Put the case of a panel row in focus."""
        self.focus_case(entry_id)

    async def press_key(self, event: events.Key) -> None:
        """Label, or do what the key is bound to; without a selection digits choose versions."""
        if event.key != self._last_key:
            self._last_key = event.key
            self.session.confirmation.forget()
        character = typed_character(event)
        digit = character is not None and character.isdigit() and character != "0"
        entity = self.session.scheme.entity_for_key(character) if character else None
        if entity is not None and (self.caret.selection is not None or not digit):
            self.label(entity.name)
        else:
            await super().press_key(event)

    # The walk

    def action_case(self, by: int) -> None:
        """Put the next or previous open case in focus."""
        case = self.walk.next_case(self.case, self.caret.offset, by)
        self.focus_case(case.id if case is not None else None)
        if case is None:
            self.show_default_message()

    def action_kind(self) -> None:
        """Walk, and list, the cases of the next kind, then all again."""
        self.walk.select_next_kind()
        self._refresh_cases()
        case = self.walk.first()
        if case is not None:
            self.focus_case(case.id)
        self.refresh_highlights()
        listed, waiting = self.panel.count(), len(self.walk.open_cases())
        self.show_message(f"{listed} {self.walk.kind or 'of all kinds'}, {waiting} open", "faint")

    # Decisions

    def carry_out(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Take a step and show its outcome, and the cases that changed with it."""
        before = self.session.gold.parts

        def step() -> Outcome:
            outcome = action()
            changed = self.session.gold.parts.changed_since(before)
            return replace(outcome, touched=(*outcome.touched, *(case.range for case in changed)))

        outcome = super().carry_out(step)
        if outcome is not None:
            self._returning.forget()
        return outcome

    def show_outcome(self, outcome: Outcome) -> None:
        """Show the cases as they are after a step, repaint what it touched, and show its message."""
        self._refresh_cases()
        super().show_outcome(outcome)

    def show_error(self, error: AnnotatorError) -> None:
        """Show what is wrong; what the same key does when it is pressed again is a question, beside the keys."""
        if isinstance(error, UnconfirmedError):
            self.show_message(str(error), "alarm")
        else:
            super().show_error(error)

    def recover(self) -> None:
        """Show everything as the store has it now, after another adjudicator or a curator changed it."""
        super().recover()
        self._refresh_cases()
        self.view.repaint_all()
        if self.case is None:
            self.case_id = None
        self.refresh_highlights()

    async def on_versions_bar_version_chosen(self, event: VersionsBar.VersionChosen) -> None:
        """Choose a version by mouse; a question that is open is withdrawn."""
        self.withdraw_question()
        await self.waiting_keys.run(partial(self._deciding.action_choose, event.number))

    def replay(self, action: Callable[[], Outcome]) -> None:
        """Undo or redo a step, and put the first case that it changed in focus, an open one before others."""
        before = self.session.gold.parts
        outcome = self.carry_out(action)
        if outcome is None:
            return
        found = (self.session.gold.find(case.id) for case in self.session.gold.parts.changed_since(before))
        changed = sorted((case for case in found if case is not None), key=lambda case: case.settled is not None)
        self.focus_case(next((case.id for case in changed), None))  # one that is open again, where there is any
        self.show_message(outcome.message)

    # Edits

    def label(self, label: str) -> None:
        """Label the selection; else settle the open case in focus with the label, or relabel the gold span in focus."""
        selection, case, span_id = self.caret.selection, self.case, self.item_id
        if selection is not None:
            self.marking.mark(selection, label)
        elif isinstance(case, SpanCase) and case.settled is None:
            self.edit(partial(self.session.amend, case.id, label=label))
        elif span_id is not None and span_id != self.marking.just_marked and span_id in self.session.content.spans:
            self.edit(lambda: self.session.relabel(span_id, label), move_cursor=True)
        else:
            self.marking.offer_phrases(label)

    def add_span(self, segment: Segment, label: str) -> Outcome:
        """Mark a stretch of text; the case in focus is settled by what is marked over it."""
        return self.session.add(*segment, label, case_id=self.case_id)

    def edit(self, action: Callable[[], Outcome], *, move_cursor: bool = False) -> None:
        """Edit an item, and keep it in focus for the next edit."""
        outcome = self.carry_out(action)
        if outcome is not None:
            self.focus_item(outcome.focus, move_cursor=move_cursor)

    def relate(self, head: str, child: str, label: str) -> None:
        """Link two gold spans."""
        self.edit(lambda: self.session.relate(head, child, label, case_id=self.case_id))

    # The document

    def action_names(self) -> None:
        """Show or hide who said what."""
        self.workbench.hide_names = not self.workbench.hide_names
        self._refresh_cases()
        self.view.repaint_all()
        self.refresh_highlights()
        hidden = "names are hidden: A, B, C in an order of this document"
        self.show_message(hidden if self.workbench.hide_names else "names are shown", "faint")

    def action_return(self) -> None:
        """Ask which curator is to do the document again, and what."""
        self._returning.ask_whom(self.names, self.prompts)

    def action_undo(self) -> None:
        """Undo the last step, which may be a return."""
        if not self._returning.undo():
            super().action_undo()

    def action_comment(self) -> None:
        """Comment the case in focus, or the document, for its curators to read."""
        ask_for_comment(self, "on this decision" if self.case_id else "on the document", self.case_id)
