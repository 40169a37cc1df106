"""The base of lines that name keys: a click on one does what the key does."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.keys import _character_to_key
from textual.message import Message
from textual.strip import Strip

from annotator.tui.widgets.palette_widget import PaletteWidget

_NAMES = {"esc": "escape", "space": "space", "tab": "tab", "enter": "enter"}
_CHARACTERS = {"escape": "\x1b", "space": " ", "tab": "\t", "enter": "\r"}


class KeyPlace(NamedTuple):
    """Where a line of a widget names a key: the line, its cells (half-open), and the key as it is written."""

    line: int
    start: int
    end: int
    key: str


class KeyClicked(Message):
    """A key was clicked on; ``event`` is what pressing it would send."""

    def __init__(self, written: str) -> None:
        super().__init__()
        key = _character_to_key(written) if len(written) == 1 else _NAMES.get(written, written)
        self.event = events.Key(key, written if len(written) == 1 else _CHARACTERS.get(key))


class ClickableKeys(PaletteWidget):
    """Underlines the key under the mouse, and posts :class:`KeyClicked` for a click on it."""

    _hovered: KeyPlace | None = None

    @abstractmethod
    def key_places(self) -> Iterator[KeyPlace]:
        """Yield where the widget names keys."""

    def _place_at(self, x: int, y: int) -> KeyPlace | None:
        return next((place for place in self.key_places() if place.line == y and place.start <= x < place.end), None)

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        place = self._place_at(event.x, event.y)
        if place is not None:
            self.clicked(place.key)

    def clicked(self, key: str) -> None:
        """Act on a click on a key; subclasses override this, since Textual calls every ``on_click`` of a class."""
        self.post_message(KeyClicked(key))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show which key a click would press."""
        self._hover(self._place_at(event.x, event.y))

    def on_leave(self) -> None:
        """Show no key as under the mouse."""
        self._hover(None)

    def _hover(self, place: KeyPlace | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.refresh()

    def underlined(self, y: int, strip: Strip) -> Strip:
        """A line as it looks under the mouse."""
        place = self._hovered
        if place is None or place.line != y or place not in self.key_places():
            return strip
        under = Segment.apply_style(strip.crop(place.start, place.end), post_style=Style(underline=True))
        return Strip.join([strip.crop(0, place.start), Strip(under), strip.crop(place.end, strip.cell_length)])
