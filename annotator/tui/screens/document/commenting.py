"""Asks for the comment on an item of a document, or on the document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from annotator.tui.screens.document.session import DocumentSession
from annotator.workflow.editing.editor import Outcome


class CommentingScreen(Protocol):
    """A screen on a document."""

    @property
    def session(self) -> DocumentSession:
        """The layer that is worked on."""
        ...

    def ask_for_text(self, placeholder: str, value: str, then: Callable[[str], None]) -> None:
        """Open the entry line."""
        ...

    def carry_out(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Take a step and show its outcome."""
        ...

    def refresh_highlights(self, *, scroll_ahead: bool = False) -> None:
        """Show what is emphasised as it is now."""
        ...


def ask_for_comment(screen: CommentingScreen, what: str, target: str | None) -> None:
    """Ask for the comment on an item, or on the document."""
    existing = screen.session.content.comments_on(target)

    def comment(text: str) -> None:
        screen.carry_out(lambda: screen.session.comment(text, target))
        screen.refresh_highlights()

    screen.ask_for_text(f"comment {what}", existing[0].text if existing else "", comment)
