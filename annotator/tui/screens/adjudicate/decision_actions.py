"""The keys that settle a case by one of its versions, or by nothing, and go on to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from annotator.tui.layout.caret import Caret
from annotator.tui.screens.adjudicate.case_walk import CaseWalk
from annotator.workflow.adjudicating.cases import Case
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.editing.editor import Outcome


class CaseScreen(Protocol):
    """A screen with a case in focus."""

    session: GoldSession
    walk: CaseWalk
    caret: Caret

    @property
    def case(self) -> Case | None:
        """The case in focus."""
        ...

    @property
    def names(self) -> Mapping[str, str]:
        """What each curator is called, in the order of their numbers."""
        ...

    def focus_case(self, case_id: str | None) -> None:
        """Put a case in focus."""
        ...

    def action_case(self, by: int) -> None:
        """Put the next or previous open case in focus."""
        ...

    def carry_out(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Take a step and show its outcome."""
        ...

    def show_message(self, text: str, style: str = "") -> None:
        """Show a message in the line at the bottom."""
        ...


class DecisionActions:
    """Actions that settle the case in focus."""

    def __init__(self, screen: CaseScreen) -> None:
        self._screen = screen

    def action_choose(self, number: int) -> None:
        """Choose a curator's version by its number."""
        curators = list(self._screen.names)
        if number > len(curators):
            self._screen.show_message(f"there are {len(curators)} versions", "faint")
            return
        self._settle(lambda case_id: self._screen.session.choose(case_id, curators[number - 1]))

    def action_choose_most_common(self) -> None:
        """Choose the version that more curators have than any other."""
        self._settle(self._screen.session.choose_most_common)

    def action_choose_none(self) -> None:
        """Decide that nothing stands here."""
        self._settle(self._screen.session.choose_none)

    def _settle(self, decide: Callable[[str], Outcome]) -> None:
        """Settle the case in focus and go on; without one, go to the next."""
        screen = self._screen
        case = screen.case
        if case is None:
            screen.action_case(1)
            return
        if screen.carry_out(partial(decide, case.id)) is None:
            return
        if case.settled is None:
            next_case = screen.walk.next_case(screen.case, screen.caret.offset, 1)
        else:
            next_case = screen.session.gold.find(case.id)
        screen.focus_case(next_case.id if next_case is not None else None)

    def action_choose_majority_everywhere(self) -> None:
        """In every open case, choose the version that more than half of the curators have."""
        if self._screen.carry_out(self._screen.session.choose_majority_everywhere) is not None:
            case = self._screen.walk.first()
            self._screen.focus_case(case.id if case is not None else None)
