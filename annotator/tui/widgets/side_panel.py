"""The list beside a text."""

from __future__ import annotations

from abc import abstractmethod

from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.virtual_list import VirtualList


class SidePanel(VirtualList):
    """A list of what is in the text, one of it chosen; every entry has an id."""

    EDGES = ("│", "")

    DEFAULT_CSS = """
    SidePanel { width: 25%; min-width: 36; max-width: 64; padding: 0 0 0 1; }
    """

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="panel")

    @abstractmethod
    def item_id(self, index: int) -> str:
        """The id of the entry in a line."""
