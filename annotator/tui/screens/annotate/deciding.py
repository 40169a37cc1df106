"""Verdicts on suggestions, and taking steps back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from annotator.tui.screens.annotate.base import AnnotateBase
from annotator.workflow.editing.layer_session import Outcome


class Deciding(AnnotateBase):
    """Verdicts on suggestions, and taking steps back."""

    def action_suggestion(self, by: int) -> None:
        """Focus the next or previous undecided suggestion."""
        layer = self.session.layer
        place = layer.place(self.session.focus) if self.session.focus else None
        here = place or (self.caret.offset + (by < 0),)
        found = self.session.next_pending(here) if by > 0 else self.session.previous_pending(here)
        self.drop_selection()
        self._show_focus(found)
        if found is None:
            self._say_default()

    def action_accept(self) -> None:
        """Accept the focused suggestion and go to the next."""
        self._decide(self.session.accept)

    def action_reject(self) -> None:
        """Reject the focused suggestion and go to the next."""
        self._decide(self.session.reject)

    def _decide(self, verdict: Callable[[str], Outcome]) -> None:
        identity = self.session.focus
        place = self.session.layer.place(identity) if identity else None
        if identity is None or place is None or not self.session.layer.is_pending(identity):
            self._show_focus(self.session.next_pending(place or (self.caret.offset,)))
            self._say_default()
        elif self._do(lambda: verdict(identity)) is not None:
            self._show_focus(self.session.next_pending(place))

    def action_accept_all(self) -> None:
        """Accept every likely suggestion."""
        self._bulk(partial(self.session.accept_all, self.workbench.accept_threshold))

    def action_reject_all(self) -> None:
        """Reject every suggestion that remains."""
        self._bulk(self.session.reject_all)

    def _bulk(self, action: Callable[[], Outcome]) -> None:
        if self._do(action) is not None:
            self._show_focus(self.session.next_pending((-1,)))

    def action_undo(self) -> None:
        """Take the last step back."""
        self._replay(self.session.undo)

    def action_redo(self) -> None:
        """Bring back the step undone last."""
        self._replay(self.session.redo)

    def _replay(self, action: Callable[[], Outcome]) -> None:
        outcome = self._do(action)
        if outcome is not None:
            self._show_focus(outcome.focus or self._span_at_caret())
