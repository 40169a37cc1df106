"""Asks a question on a screen, which is answered by typing a code of one or two letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from annotator.text import Segment
from annotator.tui.key_prompt import KeyPrompt, MenuChoice, MenuRow
from annotator.tui.layout.hints import codes

Value = TypeVar("Value")

WHICH_LABEL = "which label?  its key stands above"
"""The question for a label of spans, whose keys the line above it lists."""


class Prompts:
    """At most one open question; ``changed`` is called when one is asked or dropped."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.current: KeyPrompt | None = None
        self._changed = changed

    @property
    def hints(self) -> Mapping[int, str]:
        """The letters to draw over the text, by offset."""
        return self.current.remaining_hints() if self.current is not None else {}

    def ask(self, text: str, options: Mapping[str, Callable[[], None]], menu: Sequence[MenuRow] = ()) -> None:
        """Ask a question; ``options`` maps each code to its action, ``menu`` lists them."""
        self._open(KeyPrompt(text, options, menu=menu))

    def ask_which(self, question: str, choices: Sequence[tuple[str, str, Callable[[], None]]]) -> None:
        """Ask for one of some ``choices``, each a key, a name and an action; they are listed with the question."""
        menu = [MenuRow("", [MenuChoice(key, name) for key, name, _ in choices])]
        self._open(KeyPrompt(question, {key: action for key, _, action in choices}, menu=menu, in_line=True))

    def menu(self, width: int) -> Sequence[MenuRow]:
        """What can be chosen, where the question lists it and a line of so many cells has no room for that."""
        return self.current.menu_apart(width) if self.current is not None else ()

    @property
    def stretches(self) -> tuple[tuple[int, int], ...]:
        """The ranges of the text that the letters stand for."""
        return self.current.remaining_stretches() if self.current is not None else ()

    def ask_with_hints(
        self,
        text: str,
        choices: Sequence[tuple[Segment, Value]],
        action: Callable[[Value], None],
        *,
        more: Callable[[], None] | None = None,
        further: Mapping[str, Callable[[], None]] | None = None,
        told: str = "",
    ) -> None:
        """Show a hint at the start of each choice's range, and call ``action`` with the value of the chosen one.

        The first choices get the shortest codes.  Hints at the same offset stand side by side.  ``more`` is what
        ``tab`` does, ``further`` what keys do that are no letters, ``told`` says so.
        """
        options: dict[str, Callable[[], None]] = dict(further or {})
        hints: dict[int, str] = {}
        stretches: dict[str, tuple[int, int]] = {}
        for code, (place, value) in zip(codes(len(choices)), choices, strict=False):
            offset = place.start
            while offset in hints:
                offset += len(hints[offset])
            hints[offset] = code
            if place.start < place.end:
                stretches[code] = place
            options[code] = partial(action, value)
        self._open(KeyPrompt(text, options, hints, stretches, more, told=told))

    def _open(self, prompt: KeyPrompt) -> None:
        self.current = prompt
        self._changed()

    def is_open(self) -> bool:
        """Whether there is a question."""
        return self.current is not None

    def drop(self) -> None:
        """Withdraw the question."""
        self.current = None
        self._changed()

    def answer(self, character: str) -> Callable[[], None] | None:
        """The action of the code that was typed; ``None`` while another letter is needed.

        Raises :class:`KeyError`, and withdraws the question, when no code begins with what was typed.
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
