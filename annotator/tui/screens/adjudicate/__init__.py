"""The adjudicate screen."""

from annotator.tui.screens.adjudicate.screen import AdjudicateScreen

__all__ = ["AdjudicateScreen"]
