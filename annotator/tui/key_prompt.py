"""A question on the screen that is answered by typing a code of one or two letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.cells import cell_len

_MARGIN = 3
"""Cells of the line of a question that are not its own: the blank before it, and the sign that what follows is cut."""


class MenuChoice(NamedTuple):
    """Something to choose by a key; ``chosen`` says that it is what holds now."""

    key: str
    text: str
    chosen: bool = False


class MenuRow(NamedTuple):
    """What can be chosen of one kind, under its name."""

    title: str
    choices: Sequence[MenuChoice]


@dataclass(slots=True)
class KeyPrompt:
    """A question: ``options`` maps codes to what each does, and ``menu`` lists them.

    ``hints`` maps offsets in the text to the codes shown there, ``stretches`` codes to the range, in code points, that
    each stands for.  ``more`` asks for other places (``tab``), ``told`` says what keys without a hint stand for.
    ``in_line`` lets the menu stand behind the question, where a line has room for both.
    """

    text: str
    options: Mapping[str, Callable[[], None]]
    hints: Mapping[int, str] = field(default_factory=dict)
    stretches: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    more: Callable[[], None] | None = None
    menu: Sequence[MenuRow] = ()
    told: str = ""
    in_line: bool = False
    typed: str = ""

    def line(self, width: int) -> str:
        """The question, and behind it what it can be answered with where that is to be and has room."""
        choices = "  ".join(f"{choice.key} {choice.text}" for row in self.menu for choice in row.choices)
        whole = f"{self.text}  {choices}"
        return whole if self.in_line and cell_len(whole) <= width - _MARGIN else self.text

    def menu_apart(self, width: int) -> Sequence[MenuRow]:
        """What it can be answered with, where that does not stand in the line of the question."""
        return self.menu if self.line(width) == self.text else ()

    def feed(self, character: str) -> Callable[[], None] | None:
        """Add a letter; return what to do when that completes a code, ``None`` when another letter is needed.

        Raises :class:`KeyError`, which says so, when no code begins with what was typed.
        """
        self.typed += character
        if self.typed in self.options:
            return self.options[self.typed]
        if not any(code.startswith(self.typed) for code in self.options):
            raise KeyError(f"no such {'hint' if self.hints else 'choice'}: {character}")
        return None

    def remaining_hints(self) -> Mapping[int, str]:
        """The hints that can still be chosen, without the letters that were typed already."""
        typed = len(self.typed)
        return {offset: code[typed:] for offset, code in self.hints.items() if code.startswith(self.typed)}

    def remaining_stretches(self) -> tuple[tuple[int, int], ...]:
        """The ranges for which the hints that can still be chosen stand."""
        return tuple(stretch for code, stretch in self.stretches.items() if code.startswith(self.typed))
