"""Returning the document of a screen to a curator, and taking that back by the next key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from annotator.tui.layout.hints import codes
from annotator.tui.screens.base import WorkScreen
from annotator.tui.screens.document.prompts import Prompts


class Returning:
    """Asks a lead for a note, and returns a document with it; ``tell`` shows what came of it."""

    def __init__(self, screen: WorkScreen, key: str, tell: Callable[[str], None]) -> None:
        self._screen = screen
        self._key = key
        self._tell = tell
        self._returned_to: str | None = None

    def ask_whom(self, names: Mapping[str, str], prompts: Prompts) -> None:
        """Ask which curator is to have the document back, then for the note; ``names`` says what each is called."""
        if len(names) == 1:
            self.ask(*next(iter(names.items())))
            return
        numbers = [str(number) for number in range(1, len(names) + 1)] if len(names) < 10 else codes(len(names))
        named = zip(numbers, names.items(), strict=False)
        choices = [(number, name, partial(self.ask, curator, name)) for number, (curator, name) in named]
        prompts.ask_which("return it to whom?", choices)

    def ask(self, curator: str, shown: str) -> None:
        """Ask for the note to a curator, who is called ``shown`` on this screen, and return the document."""
        self._screen.ask_for_text(
            f"return it to {shown}: what is to be done again?", "", lambda note: self._return(curator, shown, note)
        )

    def _return(self, curator: str, shown: str, note: str) -> None:
        desk = self._screen.desk
        if self._screen.run_or_report(lambda: desk.return_work(self._key, curator, note)):
            self._returned_to = curator
            self._tell(f"returned to {shown}; u takes that back")

    def undo(self) -> bool:
        """Take the return back where it was the last step on this screen; return whether it was."""
        curator = self._returned_to
        if curator is None:
            return False
        desk = self._screen.desk
        if self._screen.run_or_report(lambda: desk.undo_return(self._key, curator)):
            self._tell("the return is taken back")
        self.forget()
        return True

    def forget(self) -> None:
        """Let another step be the last."""
        self._returned_to = None
