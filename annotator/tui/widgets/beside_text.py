"""The width of a list that stands beside a text."""

from __future__ import annotations

from textual.geometry import Size

from annotator.tui.widgets.text_view import COLUMNS_USED


class BesideText:
    """Takes the room that the text beside it has no use for; the style sheet sets ``width: auto`` and its bounds."""

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002
        """The cells that are left beside a text of full width."""
        return max(0, container.width - COLUMNS_USED)
