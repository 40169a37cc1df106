"""The keys that leave a document for another one that is not the next."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from annotator.tui.workbench import Workbench
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.desk import Desk


class LeavingScreen(Protocol):
    """The annotate screen, as far as it can be left."""

    desk: Desk
    session: AnnotationSession

    @property
    def workbench(self) -> Workbench:
        """The app, which opens documents."""
        ...

    def leave(self) -> None:
        """Close the document."""
        ...

    def run_or_report(self, action: Callable[[], object], *, can_wait: bool = True) -> bool:
        """Run an action, and report an error."""
        ...

    def show_message(self, text: str, style: str = "") -> None:
        """Show a message in the line at the bottom."""
        ...


class DocumentActions:
    """Actions that open another document."""

    def __init__(self, screen: LeavingScreen) -> None:
        self._screen = screen

    def action_previous(self) -> None:
        """Open the document that stands before this one in the queue."""
        key = self._screen.desk.previous(self._screen.session.document.key)
        if key is None:
            self._screen.show_message("no document before this one in the queue", "faint")
        else:
            self._open(key)

    def action_go_to(self) -> None:
        """Find a document by what is typed, and open it."""
        self._screen.workbench.find_document(self._screen.session.document.key, self._open)

    def _open(self, key: str) -> None:
        self._screen.leave()
        self._screen.run_or_report(partial(self._screen.workbench.open_document, key))
