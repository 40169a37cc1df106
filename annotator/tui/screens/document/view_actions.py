"""The keys that change how a document is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from annotator.tui.widgets.text_view import TextView
from annotator.tui.workbench import Workbench


class ViewedScreen(Protocol):
    """A screen that shows a text with a panel beside it."""

    view: TextView
    panel_wanted: bool | None
    all_arcs: bool

    @property
    def workbench(self) -> Workbench:
        """The app that shows the screen."""
        ...

    def has_class(self, *names: str) -> bool:
        """Whether the screen has some style classes."""
        ...

    def set_class(self, add: bool, *names: str) -> object:
        """Give the screen style classes, or take them away."""
        ...

    def call_after_refresh(self, callback: Callable[[], object]) -> bool:
        """Call something once the screen is painted."""
        ...

    def choose_in_panel(self) -> None:
        """Choose the item in focus in the panel."""
        ...

    def refresh_highlights(self, *, scroll_ahead: bool = False) -> None:
        """Show what is emphasised as it is now."""
        ...

    def show_message(self, text: str, style: str = "") -> None:
        """Show a message in the line at the bottom."""
        ...


class ViewActions:
    """Actions that change what is drawn, and nothing in the document."""

    def __init__(self, screen: ViewedScreen) -> None:
        self._screen = screen

    def action_all_arcs(self) -> None:
        """Draw all relations, or only those of the focus."""
        self._screen.all_arcs = not self._screen.all_arcs
        self._screen.refresh_highlights()

    def action_mode(self) -> None:
        """Change to the next mode of showing spans."""
        workbench = self._screen.workbench
        workbench.mode = workbench.mode.next_mode()
        self._screen.view.restyle(workbench.palette, workbench.mode)
        self._screen.show_message(f"{workbench.mode.value} view", "faint")

    def action_panel(self) -> None:
        """Show or hide the side panel."""
        self._screen.panel_wanted = not self._screen.has_class("-panel")
        self._screen.set_class(self._screen.panel_wanted, "-panel")
        self._screen.call_after_refresh(self._screen.choose_in_panel)
