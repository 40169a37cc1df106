"""A scroll view that knows what it painted, and so paints again only the lines that look different."""

from __future__ import annotations

from abc import abstractmethod

from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip


class PaintedLines(ScrollView):
    """Lines made on demand by :meth:`strip`; ``y`` counts from the top of the view."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._painted: dict[int, Strip] = {}

    @abstractmethod
    def strip(self, y: int) -> Strip:
        """Return how a line of the view looks now."""

    def render_line(self, y: int) -> Strip:
        """Return a line and remember it."""
        strip = self.strip(y)
        self._painted[y] = strip
        return strip

    def refresh_changed(self) -> None:
        """Have those lines painted again that look different from what was painted last."""
        width, height = self.size
        changed = [y for y in range(height) if self._painted.get(y) != self.strip(y)]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))
