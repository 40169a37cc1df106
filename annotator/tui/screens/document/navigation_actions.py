"""The keys that move the cursor of a document, jump, and find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from annotator.text import Segment
from annotator.tui.layout.caret import Caret
from annotator.tui.screens.document.navigation import KEEPS_SELECTION, Navigation
from annotator.tui.screens.document.prompts import Prompts
from annotator.tui.screens.document.session import DocumentSession


class CursorScreen(Protocol):
    """A screen with a cursor in a text."""

    caret: Caret
    session: DocumentSession
    navigation: Navigation
    prompts: Prompts

    def go(self, offset: int, *, select: bool = False) -> None:
        """Put the cursor on an offset."""
        ...

    def show_message(self, text: str, style: str = "") -> None:
        """Show a message in the line at the bottom."""
        ...

    def select(self, segment: Segment) -> None:
        """Select a range of the text."""
        ...

    def refuse(self, text: str) -> None:
        """Say why a key could not do its work; letters typed on for it do nothing."""
        ...

    def ask_for_text(self, placeholder: str, value: str, then: Callable[[str], None]) -> None:
        """Ask for a line of text."""
        ...


class NavigationActions:
    """Actions that only move the cursor."""

    def __init__(self, screen: CursorScreen) -> None:
        self._screen = screen

    def action_move(self, move: str, by: int) -> None:
        """Move the cursor; a selection that has begun goes along with some moves."""
        extends = move in KEEPS_SELECTION and self._screen.caret.anchor is not None
        self._go(move, by, select=extends)

    def action_select_to(self, move: str, by: int) -> None:
        """Move the cursor, and select what it passes."""
        self._go(move, by, select=True)

    def _go(self, move: str, by: int, *, select: bool) -> None:
        self._screen.go(self._screen.navigation.moves[move](by), select=select)
        if move != "page":
            self._screen.navigation.show_surroundings()

    def action_jump(self) -> None:
        """Put hints on the words in view, those in spans last."""
        screen = self._screen
        places = screen.navigation.jump_targets()
        if places:
            words = [(Segment(start, start), start) for start in places]
            screen.prompts.ask_with_hints("jump to which word?", words, screen.go)
        else:
            screen.refuse("no word in view to jump to")

    def action_line_number(self) -> None:
        """Ask for the number of a line on the screen, and go there."""
        self._screen.ask_for_text(f"line, 1 to {self._screen.navigation.line[1]}", "", self._go_to_line)

    def _go_to_line(self, number: str) -> None:
        start = self._screen.navigation.start_of_line(number)
        if start is None:
            self._screen.show_message(f"there is no line {number.strip()!r}", "faint")
        else:
            self._screen.go(start)

    def action_find(self) -> None:
        """Ask what to find."""
        self._screen.ask_for_text("find, without regard to case and accents", "", self._find)

    def _find(self, text: str) -> None:
        self._screen.navigation.look_for(text)
        self.action_find_again(1)

    def action_find_again(self, by: int) -> None:
        """Select the next match, or (for -1) the previous one; the first one may be under the cursor."""
        screen = self._screen
        match = screen.navigation.next_match(by)
        if match is None:
            screen.refuse("not found" if screen.navigation.needle else "/ finds")
            return
        screen.select(match)
        screen.show_message(
            f"{screen.navigation.count_matches()} in this document · a label's key marks it · n next · N previous",
            "faint",
        )
