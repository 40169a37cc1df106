"""The question that is open on a screen, answered by typing a code of one or two letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from annotator.tui.key_prompt import KeyPrompt
from annotator.tui.layout.hints import codes

Value = TypeVar("Value")


class Prompts:
    """At most one question at a time; ``changed`` is called when one is asked, dropped, or answered in part."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.current: KeyPrompt | None = None
        self._changed = changed

    @property
    def hints(self) -> Mapping[int, str]:
        """The letters to draw over the text, by offset."""
        return self.current.remaining_hints() if self.current is not None else {}

    def ask(self, text: str, options: Mapping[str, Callable[[], None]]) -> None:
        """Ask something; ``options`` are what to do by code."""
        self._open(KeyPrompt(text, options))

    def ask_where(self, text: str, places: Sequence[tuple[int, Value]], action: Callable[[Value], None]) -> None:
        """Put hints at offsets, the first ones shortest, and call ``action`` with what the chosen one stands for.

        Two that begin at one offset stand side by side.
        """
        options: dict[str, Callable[[], None]] = {}
        hints: dict[int, str] = {}
        for code, (offset, value) in zip(codes(len(places)), places, strict=False):
            while offset in hints:
                offset += len(hints[offset])
            hints[offset] = code
            options[code] = partial(action, value)
        self._open(KeyPrompt(text, options, hints))

    def _open(self, prompt: KeyPrompt) -> None:
        self.current = prompt
        self._changed()

    def drop(self) -> None:
        """Ask nothing any more."""
        self.current = None
        self._changed()

    def answer(self, character: str) -> Callable[[], None] | None:
        """What to do once a code is whole; ``None`` while letters are missing.

        Raises :class:`KeyError` when no code begins that way; nothing is asked any more then.
        """
        assert self.current is not None
        try:
            action = self.current.feed(character)
        except KeyError:
            self.drop()
            raise
        if action is not None:
            self.current = None
        return action
