"""The workbench."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from annotator.tui.inks import inks_of
from annotator.tui.painting import Inks, Mode
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.help import HelpScreen
from annotator.tui.screens.queue import QueueScreen
from annotator.workflow.desk import Desk


class AnnotatorApp(App[None]):
    """Shows a curator's desk: the queue, and over it the document that is open."""

    TITLE = "annotator"
    ENABLE_COMMAND_PALETTE = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "quit", id="app.quit", priority=True),
    ]

    def __init__(self, desk: Desk, document: str | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.mode = Mode.LANES
        self._first = document
        self._inks: tuple[str, Inks] | None = None

    @property
    def inks(self) -> Inks:
        """Return the colours of the present theme."""
        if self._inks is None or self._inks[0] != self.theme:
            self._inks = (self.theme, inks_of(self, self.desk.scheme))
        return self._inks[1]

    def on_mount(self) -> None:
        """Open the queue, and the document that was asked for or left open."""
        self.push_screen(QueueScreen(self.desk))
        key = self._first or self.desk.resume()
        if key is not None:
            self.open_document(key)

    def open_document(self, key: str) -> None:
        """Open a document over the queue."""
        self.push_screen(AnnotateScreen(self.desk, self.desk.open(key)))

    def action_help(self) -> None:
        """Show keys and guidelines."""
        session = self.screen.session if isinstance(self.screen, AnnotateScreen) else None
        focus = session.layer.span(session.focus) if session is not None and session.focus else None
        self.push_screen(HelpScreen(self.screen, self.desk.scheme, self.inks, focus.label if focus else None))

    async def action_quit(self) -> None:
        """Remember the place and leave."""
        for screen in self.screen_stack:
            if isinstance(screen, AnnotateScreen):
                screen.attempt(partial(screen.session.remember_place, opened=True))
        self.exit()


def run(desk: Desk, document: str | None = None) -> None:
    """Open the workbench in this terminal, until the curator quits."""
    AnnotatorApp(desk, document).run()
