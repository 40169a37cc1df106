"""Does, after the frame, what the frame does not show: suggestions out of view follow, and what comes is prepared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from textual.timer import Timer

from annotator.tui.between_keys import AT_A_TIME, EVERY, BetweenKeys
from annotator.tui.screens.document.marking import Marking
from annotator.tui.widgets.item_panel import ItemPanel
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.annotating.session import AnnotationSession

AFTER_OPENING = 0.3
"""Seconds after which the document is on the screen."""


class FollowingScreen(Protocol):
    """The annotate screen, as far as it shows suggestions that change by themselves."""

    session: AnnotationSession
    view: TextView
    panel: ItemPanel
    marking: Marking

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Timer:
        """Call a function again and again."""
        ...

    @property
    def set_timer(self) -> Callable[..., Timer]:
        """What calls a function after some seconds."""
        ...

    def show_status(self) -> None:
        """Update the lines around the text, and the panel."""
        ...


class CatchingUp:
    """Works on what :meth:`SuggestionUpdates.update` left for later, and shows what changes with it.

    That is what a step changes out of view, and what follows from a step of thousands of decisions.  Then it paints the
    text below the view, into which the next step may scroll, and finds phrases that a label's key may ask for again.
    """

    def __init__(self, screen: FollowingScreen) -> None:
        self._screen = screen
        self.begin = BetweenKeys(screen, self._do_some).begin

    def prepare_soon(self) -> None:
        """Load what the first decision and the first hints need once the document is on the screen."""
        screen = self._screen
        if (updates := screen.session.updates) is not None:
            screen.set_timer(AFTER_OPENING, updates.prepare)
        for number, label in enumerate(screen.session.scheme.entities, 1):  # each has patterns of its own
            screen.set_timer(AFTER_OPENING + number * EVERY, partial(screen.marking.phrases, label))
        screen.set_timer(AFTER_OPENING, self.begin)

    def finish_step(self) -> None:
        """Let all suggestions follow the last step, before another key; of its step, first what is in view now.

        A filtered panel shows suggestions of all the text.
        """
        screen, session = self._screen, self._screen.session
        if session.updates is None:
            return
        if changed := session.updates.finish():
            self._show([*changed, *session.layer.passed_by_threshold()])
        session.updates.in_view = None if screen.panel.filter else screen.view.visible_range()

    def follow(self, until: int) -> None:
        """Let suggestions follow the last step up to an offset, and in what may come into view with it."""
        screen, updates = self._screen, self._screen.session.updates
        if updates is not None:
            seen = screen.view.visible_range()
            changed = updates.follow(until + seen.end - seen.start)
            self._show_items([*changed, *screen.session.layer.passed_by_threshold()])

    @property
    def _has_more_to_do(self) -> bool:
        updates = self._screen.session.updates
        return updates is not None and updates.has_more_to_do

    @property
    def _is_behind(self) -> bool:
        updates = self._screen.session.updates
        return updates is not None and updates.is_behind

    def _do_some(self) -> bool:
        """Let some suggestions follow; when all do, paint ahead, and find phrases at last."""
        if self._has_more_to_do:
            self._show(self._screen.session.catch_up(AT_A_TIME))
            return True
        has_more = self._screen.view.paint_ahead()
        if not has_more:
            self._screen.marking.prepare()
        return has_more

    def _show(self, changed: list[tuple[int, int]]) -> None:
        self._show_items(changed)
        self._screen.show_status()

    def _show_items(self, changed: list[tuple[int, int]]) -> None:
        screen = self._screen
        screen.view.repaint(changed)
        if not (screen.panel.filter and self._is_behind):  # a filter looks at every item
            screen.panel.update_entries()
