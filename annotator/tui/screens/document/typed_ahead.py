"""Letters that belong to a key that failed: typed on for what it was to bring, they do nothing."""

from __future__ import annotations

from textual import events

from annotator.tui.key_names import typed_character

PAUSE = 0.8
"""Seconds without a key after which a letter no longer belongs to the key that failed."""


class TypedAhead:
    """Takes letters typed right after a key that failed: whoever types ahead meant them as hints, not as commands.

    ``refusal`` says why the key failed.
    """

    def __init__(self) -> None:
        self.refusal = ""
        self._until: float | None = None
        self._last_key = 0.0

    def note(self, event: events.Key) -> None:
        """Note that a key is acted on."""
        self._last_key = event.time

    def begin(self, refusal: str) -> None:
        """The key that is acted on failed: take the letters that follow."""
        self.refusal = refusal
        self._until = self._last_key + PAUSE

    def takes(self, event: events.Key) -> bool:
        """Whether a key is such a letter; any other key, or a pause, ends that."""
        if self._until is None:
            return False
        if typed_character(event) not in (None, " ") and event.time <= self._until:
            self._until = event.time + PAUSE
            return True
        self._until = None
        return False
