"""The keys that edit gold, or settle the open conflict in focus by an edit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from annotator.tui.screens.document.selection_actions import SelectionActions
from annotator.workflow.adjudicating.cases import AttributeCase, Case, SpanCase
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.editing.editor import Outcome


class EditingScreen(Protocol):
    """A screen with a case, or an item of gold, in focus."""

    session: GoldSession
    selection: SelectionActions
    item_id: str | None

    @property
    def case(self) -> Case | None:
        """The case in focus."""
        ...

    def focused_span(self) -> str | None:
        """The id of the focused span; where there is none, ``None``, and a message says so."""
        ...

    def edit(self, action: Callable[[], Outcome], *, move_cursor: bool = False) -> None:
        """Edit an item, and keep it in focus for the next edit."""
        ...


class EditingActions:
    """Actions that edit what is in focus; ``choose_none`` and ``delete`` let nothing stand there."""

    def __init__(self, screen: EditingScreen, choose_none: Callable[[], None], delete: Callable[[], None]) -> None:
        self._screen = screen
        self._choose_none = choose_none
        self._delete = delete

    def action_boundary(self, side: str, by: int) -> None:
        """Move a boundary of a gold span, or settle the open case in focus by its first version with one moved."""
        screen, case = self._screen, self._screen.case
        if isinstance(case, SpanCase) and case.settled is None:
            screen.edit(partial(screen.session.amend, case.id, side=side, by=by))
        elif not screen.selection.resize(side, by) and (span_id := screen.focused_span()) is not None:
            screen.edit(lambda: screen.session.move_boundary(span_id, side, by))

    def action_delete(self) -> None:
        """Delete the gold item in focus; on an open case, and on an attribute, decide that nothing stands."""
        case = self._screen.case
        if case is not None and (self._screen.item_id is None or isinstance(case, AttributeCase)):
            self._choose_none()
        else:
            self._delete()

    def action_everywhere(self) -> None:
        """Label every identical mention in this document."""
        span_id = self._screen.focused_span()
        if span_id is not None:
            self._screen.edit(lambda: self._screen.session.everywhere(span_id), move_cursor=True)
