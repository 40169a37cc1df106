"""The adjudicate screen: where curators differ, and the keys that settle it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

from annotator.annotation import Relation
from annotator.text import Segment
from annotator.tui.screens.adjudicate.case_walk import CaseWalk
from annotator.tui.screens.adjudicate.status_lines import show_focus, show_header, version_lines
from annotator.tui.screens.document.bindings import EDITING, FINDING, LEAVING, LINE_NUMBER, PANEL
from annotator.tui.screens.document.screen import DocumentScreen
from annotator.tui.widgets.case_panel import CasePanel
from annotator.tui.widgets.label_bar import LabelBar
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.versions_bar import VersionsBar
from annotator.tui.widgets.versions_view import DisplayedCases, VersionsView
from annotator.workflow.adjudicating.cases import Case, RelationCase, SpanCase
from annotator.workflow.adjudicating.hidden_names import displayed_names
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.desk import Desk
from annotator.workflow.editing.editor import Outcome

MOST_VERSIONS = 9


class AdjudicateScreen(DocumentScreen):
    """A document's gold with a case in focus; keys become decisions, and what they lead to is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "case(1)", "next conflict", id="case.next"),
        Binding("shift+tab", "case(-1)", "previous conflict", id="case.previous"),
        *(
            Binding(str(n), f"choose({n})", "choose a version by its number" if n == 1 else "", id=f"version.{n}")
            for n in range(1, MOST_VERSIONS + 1)
        ),
        Binding("a,enter", "favoured", "choose what most say", id="version.most"),
        Binding("A", "favoured_everywhere", "choose what most say, wherever more than half do", id="version.most_all"),
        Binding("x", "nothing", "none: nothing stands here", id="version.none"),
        Binding("equals_sign", "relabel", "another label", id="case.label"),
        Binding("backslash", "kind", "walk conflicts of another kind", id="case.kind"),
        Binding("f3", "names", "show or hide names", id="case.names"),
        *EDITING,
        LINE_NUMBER,
        *FINDING,
        PANEL,
        *LEAVING,
        Binding("space", "done", "this gold is complete, next document", id="gold.complete"),
        Binding("s", "skip", "next document, as it is", id="gold.skip"),
    ]

    session: GoldSession
    view: VersionsView
    panel: CasePanel

    def __init__(self, desk: Desk, session: GoldSession) -> None:
        super().__init__(desk, session)
        self.walk = CaseWalk(session.gold)
        self.case_id: str | None = None

    def make_view(self) -> VersionsView:
        """The text, with gold and where curators differ what each of them marked."""
        return VersionsView(self.session.document, self.session.content, self.workbench.palette, self.workbench.mode)

    def make_panel(self) -> CasePanel:
        """The cases."""
        return CasePanel(self.session.document.text, self.workbench.palette)

    def bars(self) -> list[Widget]:
        """The curators' versions of the case in focus."""
        return [VersionsBar(self.workbench.palette, len(self.names))]

    def begin(self) -> None:
        """Go to the first open case."""
        self._refresh_cases()
        first = self.walk.first()
        self.show_case(first.id if first else None)
        self.say_default()
        notes = [
            f"{name}: “{comment.text}”"
            for curator, name in self.names.items()
            for comment in self.session.gold.work.work[curator].comments.values()
            if comment.target is None
        ]
        if notes:
            self.say(f"on the document: {' · '.join(notes)}")

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

    def show_case(self, case_id: str | None) -> None:
        """Put a case in focus, and the cursor on it."""
        case = self.session.gold.find(case_id)
        self.clear_selection()
        self._look_at(case)
        self.item_id = str(case.outcome[0]) if case is not None and case.outcome else None
        if case is not None:
            self.caret.go(case.range[0] if isinstance(case, SpanCase) else case.position[0])
        self.refresh_highlights(walking=True)

    def action_clear(self) -> None:
        """Let go of selection, focus and case."""
        self.show_case(None)
        self.say_default()

    def _look_at(self, case: Case | None) -> None:
        """Take another case into view, and have both painted again."""
        before = self.case
        self.case_id = case.id if case is not None else None
        self._refresh_cases()
        self.view.repaint([c.range for c in (before, case) if c is not None])

    def show_item(self, item_id: str | None, *, follow: bool = True) -> None:
        """Put the focus on a gold item, or on the open case under the cursor, or on none."""
        there = item_id if item_id is not None and item_id in self.session.content else None
        case = self.session.gold.case_of(there) if there is not None else self._case_at_caret()
        if case is None or case.id != self.case_id:
            self._look_at(case)
        super().show_item(there, follow=follow)

    def _case_at_caret(self) -> Case | None:
        if self.caret.selection is not None:
            return self.case  # what is marked over a case settles it
        at = self.caret.offset
        cases = (c for c in self.session.gold.open if isinstance(c, SpanCase) and c.range[0] <= at < c.range[1])
        return next(cases, None)

    def _refresh_cases(self) -> None:
        """Let the widgets show what is open now, and the case in focus."""
        drawn = [c for c in self.session.gold.open if isinstance(c, SpanCase)]
        case = self.case
        if isinstance(case, SpanCase) and case.settled is not None and len(set(case.versions.values())) > 1:
            drawn.append(case)
        self.view.show_cases(DisplayedCases.of(list(self.names), drawn))
        self.panel.show_cases(self.walk.listed())

    def highlighted(self) -> frozenset[str]:
        """The ids of what is shown reversed: the case in focus and what stands by it."""
        case = self.case
        return super().highlighted() | ({case.id} if case is not None else frozenset())

    def relations_to_draw(self) -> list[Relation]:
        """The relations drawn as arcs: the versions of the case in focus, each with the numbers of who says so."""
        case = self.case
        if not isinstance(case, RelationCase):
            return super().relations_to_draw()
        numbers: dict[str, list[str]] = {}
        relations = {str(key): key for version in (*case.versions.values(), case.outcome) for key in version}
        for number, curator in enumerate(self.names, 1):
            for key in case.versions.get(curator, ()):
                numbers.setdefault(str(key), []).append(str(number))
        stands = {str(key) for key in case.outcome}
        return [
            Relation(i, str(key.head), str(key.child), key.label, "added" if i in stands else "suggested",
                     curator=",".join(numbers.get(i, ())) or None)
            for i, key in relations.items()
        ]  # fmt: skip

    def show_status(self) -> None:
        """Say in the lines around the text what is in focus, and follow it in the panel."""
        self.query_one(LabelBar).display = self.caret.selection is not None  # else digits choose versions
        if self.panel.display:
            self.follow_in_panel()
        show_header(self.query_one("#header", StatusLine), self.session, wide=self.is_wide)
        self.query_one(VersionsBar).show_versions(version_lines(self.session, self.case, self.names))
        bar = self.query_one("#focus", StatusLine)
        show_focus(bar, self.session, self.case, self.walk, self.prompts.current, self.caret, self.line_in_words)

    def say_default(self) -> None:
        """Say which keys lead on from here."""
        if self.session.gold.open:
            numbers = f"1–{len(self.names)}" if len(self.names) > 1 else "1"
            self.say(
                f"tab next · {numbers} choose · a what most say · x none · [ ] {{ }} edit · u undo · ? help", "faint"
            )
        else:
            self.say("nothing left to settle · space: this gold is complete · ? help", "faint")

    def follow_in_panel(self) -> None:
        """Choose the case in focus in the panel."""
        self.panel.follow(self.case_id)

    def show_entry(self, entry_id: str) -> None:
        """Put the case of a panel row in focus."""
        self.show_case(entry_id)

    async def press_key(self, event: events.Key) -> None:
        """Label, or do what the key is bound to; without a selection digits choose versions."""
        digit = event.character is not None and event.character.isdigit() and event.character != "0"
        entity = self.session.scheme.entity_for_key(event.character) if event.character else None
        if entity is not None and (self.caret.selection is not None or not digit):
            self._label(entity.name)
        else:
            await super().press_key(event)

    # The walk

    def action_case(self, by: int) -> None:
        """Put the next or previous open case in focus."""
        case = self.walk.following(self.case, self.caret.offset, by)
        self.show_case(case.id if case is not None else None)
        if case is None:
            self.say_default()

    def action_kind(self) -> None:
        """Walk, and list, the cases of the next kind, then all again."""
        self.walk.turn_to_next_kind()
        self._refresh_cases()
        case = self.walk.first()
        if case is not None:
            self.show_case(case.id)
        self.refresh_highlights()
        listed, waiting = self.panel.count(), len(self.walk.open_cases())
        self.say(f"{listed} {self.walk.kind or 'of all kinds'}, {waiting} open", "faint")

    # Decisions

    def carry_out(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Take a step and show what became of it, the cases that changed with it included."""
        before = self._cases()
        outcome = super().carry_out(action)
        if outcome is not None:
            changed = [case for i, case in self._cases().items() if before.pop(i, None) is not case]
            self._refresh_cases()
            self.view.repaint([case.range for case in (*changed, *before.values())])
        return outcome

    def _cases(self) -> dict[str, Case]:
        return {case.id: case for case in self.session.gold.settlement.cases}

    def recover(self) -> None:
        """Show everything anew, where another adjudicator or a curator was quicker."""
        super().recover()
        self._refresh_cases()
        self.view.repaint_all()
        if self.case is None:
            self.case_id = None
        self.refresh_highlights()

    def action_choose(self, number: int) -> None:
        """Let a curator's version stand."""
        curators = list(self.names)
        if number > len(curators):
            self.say(f"there are {len(curators)} versions", "faint")
            return
        self._settle(lambda case_id: self.session.choose(case_id, curators[number - 1]))

    def action_favoured(self) -> None:
        """Let stand what more curators say than anything else."""
        self._settle(self.session.favoured)

    def action_nothing(self) -> None:
        """Decide that nothing stands here."""
        self._settle(self.session.nothing)

    def _settle(self, decide: Callable[[str], Outcome]) -> None:
        """Settle the case in focus and go on; without one, go to the next."""
        case = self.case
        if case is None:
            self.action_case(1)
            return
        if self.carry_out(partial(decide, case.id)) is None:
            return
        was_open = case.settled is None
        following = (
            self.walk.following(self.case, self.caret.offset, 1) if was_open else self.session.gold.find(case.id)
        )
        self.show_case(following.id if following is not None else None)

    def action_favoured_everywhere(self) -> None:
        """Let stand what more than half say, in every open case."""
        if self.carry_out(self.session.favoured_everywhere) is not None:
            case = self.walk.first()
            self.show_case(case.id if case is not None else None)

    async def on_versions_bar_version_chosen(self, event: VersionsBar.VersionChosen) -> None:
        """Choose a version by mouse."""
        await self.waiting_keys.run(partial(self.action_choose, event.number))

    def replay(self, action: Callable[[], Outcome]) -> None:
        """Take a step back or bring it back, and look at what it was about."""
        before = self._cases()
        outcome = self.carry_out(action)
        if outcome is None:
            return
        changed = (case for case in self.session.gold.settlement.cases if before.get(case.id) != case)
        case = next(changed, None)
        self.show_case(case.id if case is not None else None)
        self.say(outcome.message)

    # Edits

    def _label(self, label: str) -> None:
        """Label the selection; else settle the open case in focus, or relabel what stands, with this label."""
        selection, case, span_id = self.caret.selection, self.case, self.item_id
        if selection is not None:
            self.mark(selection, label)
        elif isinstance(case, SpanCase) and case.settled is None:
            self._edit(partial(self.session.amend, case.id, label=label))
        elif span_id is not None and self.session.content.span(span_id) is not None:
            outcome = self.carry_out(lambda: self.session.relabel(span_id, label))
            if outcome is not None:
                self.show_item(outcome.focus)
        else:
            self.offer_phrases(label)

    def add_span(self, segment: Segment, label: str) -> Outcome:
        """Mark a stretch of text; the case in focus is settled by what is marked over it."""
        return self.session.add(*segment, label, case_id=self.case_id)

    def action_relabel(self) -> None:
        """Ask for a label, for those whose keys are numbers."""
        if self.case is None and self.focused_span() is None:
            return
        entities = self.session.scheme.entities.values()
        options: dict[str, Callable[[], None]] = {e.key: partial(self._label, e.name) for e in entities}
        self.prompts.ask("which label?  " + "  ".join(f"{e.key} {e.name}" for e in entities), options)

    def action_boundary(self, side: str, by: int) -> None:
        """Move a boundary of what stands, or settle the open case in focus by its first version with one moved."""
        case = self.case
        if isinstance(case, SpanCase) and case.settled is None:
            self._edit(partial(self.session.amend, case.id, side=side, by=by))
            return
        span_id = self.focused_span()
        if span_id is not None:
            self._edit(lambda: self.session.move_boundary(span_id, side, by))

    def _edit(self, action: Callable[[], Outcome]) -> None:
        """Edit something, and keep it in focus for the next edit."""
        outcome = self.carry_out(action)
        if outcome is not None:
            self.show_item(outcome.focus, follow=False)

    def action_delete(self) -> None:
        """Take what stands away; on an open case, let nothing stand."""
        if self.item_id is None and self.case is not None:
            self.action_nothing()
        else:
            super().action_delete()

    def action_everywhere(self) -> None:
        """Label every identical mention in this document."""
        span_id = self.focused_span()
        if span_id is not None:
            outcome = self.carry_out(lambda: self.session.everywhere(span_id))
            if outcome is not None:
                self.show_item(outcome.focus)

    def relate(self, head: str, child: str, label: str) -> None:
        """Link two gold spans."""
        self._edit(lambda: self.session.relate(head, child, label, case_id=self.case_id))

    # The document

    def action_names(self) -> None:
        """Show or hide who said what."""
        self.workbench.hide_names = not self.workbench.hide_names
        self._refresh_cases()
        self.view.repaint_all()
        self.refresh_highlights()
        hidden = "names are hidden: A, B, C in an order of this document"
        self.say(hidden if self.workbench.hide_names else "names are shown", "faint")

    def action_comment(self) -> None:
        """Comment the case in focus, or the document, for its curators to read."""
        self.ask_for_comment("on this decision" if self.case_id else "on the document", self.case_id)

    def action_done(self) -> None:
        """Call the gold complete, and open the next document that waits."""
        if self.carry_out(self.session.finish) is not None:
            self._open_next()

    def action_skip(self) -> None:
        """Leave the document as it is, and open the next that waits."""
        self._open_next()

    def _open_next(self) -> None:
        """Open the next document that waits to be adjudicated, or go back to the queue."""
        key = self.session.document.key
        following = self.desk.next_to_adjudicate(key)
        self.leave()
        if following is None or following == key:
            self.notify("No other document waits to be adjudicated.", markup=False)
        else:
            self.run_or_report(lambda: self.workbench.open_adjudication(following))
