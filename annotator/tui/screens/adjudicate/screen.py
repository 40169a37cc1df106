"""The adjudicate screen: what curators differ on, and the keys that settle it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from annotator.tui.key_prompt import KeyPrompt
from annotator.tui.screens.adjudicate.base import AdjudicateBase
from annotator.tui.screens.annotate.screen import AnnotateScreen
from annotator.tui.widgets.versions_bar import VersionsBar
from annotator.workflow.adjudicating.cases import SpanCase
from annotator.workflow.editing.layer_session import Outcome

MOST_VERSIONS = 9
OWN = ("suggestion.", "document.done", "document.skip", "document.go", "document.feedback", "view.filter")
"""Bindings of the annotate screen that mean something else here, by the beginning of their ids."""


def shared(bindings: list[BindingType]) -> list[BindingType]:
    """Return the bindings of the annotate screen that hold here too, under the same ids."""
    return [b for b in bindings if isinstance(b, Binding) and not (b.id or "").startswith(OWN)]


class AdjudicateScreen(AdjudicateBase, inherit_bindings=False):
    """Keys become decisions; what they lead to is shown."""

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
        *shared(AnnotateScreen.BINDINGS),
        Binding("space", "done", "this gold is complete, next document", id="gold.complete"),
        Binding("s", "skip", "next document, as it is", id="gold.skip"),
    ]

    async def press(self, event: events.Key) -> None:
        """Answer an open question, else label, else do what the key is bound to; without a selection digits choose."""
        if self.prompt is not None:
            await self._answer(event)
            return
        digit = event.character is not None and event.character.isdigit() and event.character != "0"
        entity = self.session.scheme.entity_for_key(event.character) if event.character else None
        if entity is not None and (self.caret.selection is not None or not digit):
            self._label(entity.name)
        else:
            await super(AnnotateScreen, self).press(event)

    # The walk

    def action_case(self, by: int) -> None:
        """Put the next or previous open case in focus."""
        found = self.next_case(by)
        self.show_case(found.id if found is not None else None)
        if found is None:
            self._say_default()

    def action_kind(self) -> None:
        """Walk, and list, the cases of the next kind, then all again."""
        kinds = [None, *self.kinds_present()]
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)] if self.kind in kinds else None
        self._take_cases()
        case = next(iter(self.waiting()), None)
        if case is not None:
            self.show_case(case.id)
        self._refresh_marks()
        self._say(f"{self.panel.count()} {self.kind or 'of all kinds'}, {len(self.waiting())} open", "faint")

    def show_entry(self, identity: str) -> None:
        """Put the case of a panel row in focus."""
        self.show_case(identity)

    # Decisions

    def action_choose(self, number: int) -> None:
        """Let a curator's version stand."""
        names = list(self.names)
        if number > len(names):
            self._say(f"there are {len(names)} versions", "faint")
            return
        self._decide(lambda case: self.session.choose(case, names[number - 1]))

    def action_favoured(self) -> None:
        """Let stand what more curators say than anything else."""
        self._decide(self.session.favoured)

    def action_nothing(self) -> None:
        """Decide that nothing stands here."""
        self._decide(self.session.nothing)

    def _decide(self, verdict: Callable[[str], Outcome]) -> None:
        """Settle the case in focus and go on; without one, go to the next."""
        case = self.case
        if case is None:
            self.action_case(1)
            return
        was_open = case.settled is None
        if self._do(partial(verdict, case.id)) is None:
            return
        following = self.next_case(1) if was_open else self.session.find(case.id)
        self.show_case(following.id if following is not None else None)

    def action_favoured_everywhere(self) -> None:
        """Let stand what more than half say, in every open case."""
        if self._do(self.session.favoured_everywhere) is not None:
            case = next(iter(self.waiting()), None)
            self.show_case(case.id if case is not None else None)

    async def on_versions_bar_version_chosen(self, event: VersionsBar.VersionChosen) -> None:
        """Choose a version by mouse."""
        await self.waiting_keys.run(partial(self.action_choose, event.number))

    # Edits

    def _label(self, label: str) -> None:
        """Label the selection; else settle the open case in focus, or relabel what stands, with this label."""
        case = self.case
        is_open = isinstance(case, SpanCase) and case.settled is None
        if case is None or not is_open or self.caret.selection is not None:
            super()._label(label)
            return
        outcome = self._do(partial(self.session.amend, case.id, label=label))
        if outcome is not None:
            self._stay(outcome)

    def action_relabel(self) -> None:
        """Ask for a label, for those whose keys are numbers."""
        case = self.case
        if case is None and self._focused_span() is None:
            return
        entities = self.session.scheme.entities.values()
        options: dict[str, Callable[[], None]] = {e.key: partial(self._label, e.name) for e in entities}
        self._ask(KeyPrompt("which label?  " + "  ".join(f"{e.key} {e.name}" for e in entities), options))

    def action_boundary(self, side: str, by: int) -> None:
        """Move a boundary of what stands, or settle the open case in focus by its first version with one moved."""
        case = self.case
        if isinstance(case, SpanCase) and case.settled is None:
            outcome = self._do(partial(self.session.amend, case.id, side=side, by=by))
        else:
            identity = self._focused_span()
            outcome = self._do(lambda: self.session.move_boundary(identity, side, by)) if identity else None
        if outcome is not None:
            self._stay(outcome)

    def _stay(self, outcome: Outcome) -> None:
        """Keep what was edited in focus, for the next edit."""
        self._show_focus(outcome.focus, follow=False)

    def action_delete(self) -> None:
        """Take what stands away; on an open case, let nothing stand."""
        if self.session.focus is None and self.case is not None:
            self.action_nothing()
        else:
            super().action_delete()

    def action_everywhere(self) -> None:
        """Label every identical mention in this document."""
        identity = self._focused_span()
        if identity is not None:
            outcome = self._do(lambda: self.session.everywhere(identity))
            if outcome is not None:
                self._show_focus(outcome.focus)

    def _replay(self, action: Callable[[], Outcome]) -> None:
        """Take a step back or bring it back, and look at what it was about."""
        before = {case.id: case for case in self.session.settlement.cases}
        outcome = self._do(action)
        if outcome is None:
            return
        changed = [case for case in self.session.settlement.cases if before.get(case.id) != case]
        self.show_case(changed[0].id if changed else None)
        self._say(outcome.message)

    # The document

    def action_names(self) -> None:
        """Show or hide who said what."""
        self.workbench.hide_names = not self.workbench.hide_names
        self._take_cases()
        self.view.repaint_all()
        self._refresh_marks()
        self._say(
            "names are hidden: A, B, C in an order of this document"
            if self.workbench.hide_names
            else "names are shown",
            "faint",
        )

    def action_comment(self) -> None:
        """Comment the case in focus, or the document, for its curators to read."""
        target = self.session.case
        existing = [c.text for c in self.session.layer.comments.values() if c.target == target]
        what = "on this decision" if target else "on the document"
        self.ask_for_text(f"comment {what}", existing[0] if existing else "", lambda text: self._comment(text, target))

    def action_done(self) -> None:
        """Call the gold complete, and open the next document that waits."""
        if self._do(self.session.finish) is not None:
            self._onward()

    def action_skip(self) -> None:
        """Leave the document as it is, and open the next that waits."""
        self._onward()

    def _onward(self) -> None:
        """Open the next document that waits to be adjudicated, or go back to the queue."""
        key = self.session.document.key
        following = self.desk.next_to_adjudicate(key)
        self.leave()
        if following is None or following == key:
            self.notify("No other document waits to be adjudicated.", markup=False)
        else:
            self.run_or_report(lambda: self.workbench.open_adjudication(following))
