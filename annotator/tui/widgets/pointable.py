"""The mouse in a text: clicks, double clicks, and drags that scroll beyond the edge."""

from __future__ import annotations

from abc import abstractmethod

from textual import events
from textual.timer import Timer
from textual.widget import Widget

DRAG_SCROLL_SECONDS = 0.05
"""Seconds for each row that scrolls into view while the mouse drags beyond the edge."""


class Pointable(Widget):
    """A widget with a text in which the mouse points at offsets."""

    _pressed: int | None = None
    _pointer = (0, 0)
    _drag_timer: Timer | None = None

    @abstractmethod
    def offset_at(self, x: int, y: int) -> int | None:
        """The offset at a cell of the widget; ``None`` where there is no text."""

    @abstractmethod
    def point(self, offset: int, origin: int | None = None, *, double_click: bool = False) -> None:
        """Act on a click at an offset, or on a drag there from ``origin``."""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a selection."""
        point = event.get_content_offset(self)
        self._pressed = self.offset_at(*point) if event.button == 1 and point is not None else None
        if self._pressed is not None:
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Extend the selection while the button is down; beyond the edge, scroll."""
        if self._pressed is None:
            return
        x, y = event.get_content_offset_capture(self)
        self._pointer = (max(0, x), y)
        beyond = not 0 <= y < self.size.height
        if beyond and self._drag_timer is None:
            self._drag_timer = self.set_interval(DRAG_SCROLL_SECONDS, self._drag)
        elif not beyond:
            self._stop_drag_scroll()
        self._drag()

    def _drag(self) -> None:
        """Select up to the pointer, or to the next row beyond the edge if the pointer is there."""
        x, y = self._pointer
        line = max(-1, min(y, self.size.height), -int(self.scroll_offset.y))
        offset = self.offset_at(x, line)
        if offset is not None and offset != self._pressed:
            self.point(offset, self._pressed)

    def _stop_drag_scroll(self) -> None:
        if self._drag_timer is not None:
            self._drag_timer.stop()
            self._drag_timer = None

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End the selection; without movement it was a click."""
        if self._pressed is None:
            return
        self._stop_drag_scroll()
        point = event.get_content_offset(self)
        offset = self.offset_at(*point) if point is not None else None
        if offset is not None:
            self.point(offset, self._pressed if offset != self._pressed else None)
        self._pressed = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Select the word on a double click."""
        point = event.get_content_offset(self)
        offset = self.offset_at(*point) if point is not None else None
        if event.chain == 2 and offset is not None:
            self.point(offset, double_click=True)
