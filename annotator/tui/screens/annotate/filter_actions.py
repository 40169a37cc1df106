"""The key that filters the side panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from annotator.tui.layout.item_filter import ItemFilter
from annotator.tui.screens.annotate.verdict_actions import VerdictActions
from annotator.tui.screens.document.view_actions import ViewActions
from annotator.tui.widgets.item_panel import ItemPanel
from annotator.workflow.annotating.session import AnnotationSession

FILTER_HELP = "panel: ? waiting, ! decided, <0.5 >0.8 score, @source, or a piece of label or text"
"""What a filter may consist of."""
OF_ATTRIBUTES = ", or name=value, #2 a group"


class FilteredScreen(Protocol):
    """The annotate screen, as far as its panel is filtered."""

    session: AnnotationSession
    panel: ItemPanel
    listed: ItemFilter
    verdicts: VerdictActions
    view_actions: ViewActions

    def has_class(self, *names: str) -> bool:
        """Whether the screen has some style classes."""
        ...

    def ask_for_text(self, placeholder: str, value: str, then: Callable[[str], None]) -> None:
        """Open the entry line."""
        ...

    def refresh_highlights(self, *, scroll_ahead: bool = False) -> None:
        """Show what is emphasised as it is now."""
        ...

    def show_message(self, text: str, style: str = "") -> None:
        """Show a message in the line at the bottom."""
        ...


class FilterActions:
    """Narrows the panel, and with it what keys walk and decide together."""

    def __init__(self, screen: FilteredScreen) -> None:
        self._screen = screen

    def action_filter(self) -> None:
        """Ask which items the panel is to show."""
        screen = self._screen
        if not screen.has_class("-panel"):
            screen.view_actions.action_panel()
        scheme = screen.session.scheme
        more = OF_ATTRIBUTES if scheme.attributes or scheme.equivalences else ""
        screen.ask_for_text(FILTER_HELP + more, str(screen.panel.filter), self._filter)

    def _filter(self, text: str) -> None:
        screen = self._screen
        screen.listed = ItemFilter.parse(text)
        screen.panel.set_filter(screen.listed)
        screen.verdicts.follow_filter()
        screen.refresh_highlights()
        told = f"{screen.panel.count()} of {len(screen.session.layer.order.items)} items in the panel"
        screen.show_message(f"{told}; tab, A and X keep to them" if screen.panel.filter else told, "faint")
