"""The keys that begin a selection in a text."""

from __future__ import annotations

from typing import Protocol

from annotator.tui.layout.caret import Caret


class SelectingScreen(Protocol):
    """A screen on a text in which ranges are selected."""

    caret: Caret
    item_id: str | None
    selecting: bool

    def end_selection(self) -> None:
        """End the selection."""
        ...

    def refresh_highlights(self, *, scroll_ahead: bool = False) -> None:
        """Show cursor and selection as they are now."""
        ...


class SelectionActions:
    """Actions that begin, end or resize a selection; moves extend it."""

    def __init__(self, screen: SelectingScreen) -> None:
        self._screen = screen

    def action_select(self) -> None:
        """Begin or end a selection at the cursor."""
        screen = self._screen
        screen.selecting = not screen.selecting
        if screen.selecting:
            screen.caret.go(screen.caret.offset, select=True)
            screen.item_id = None
        else:
            screen.end_selection()
        screen.refresh_highlights()

    def resize(self, side: str, by: int) -> bool:
        """Move the ``start`` or ``end`` (``side``) of a selection by tokens, where no span is in focus; whether so."""
        screen = self._screen
        if screen.caret.selection is None or screen.item_id is not None:
            return False
        screen.caret.resize(side, by)
        screen.refresh_highlights()
        return True
