"""A question that is answered by typing one or two letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class KeyPrompt:
    """Codes and what each does; ``places`` tells at which offsets hint codes are drawn."""

    text: str
    options: Mapping[str, Callable[[], None]]
    places: Mapping[int, str] = field(default_factory=dict)
    typed: str = ""

    def feed(self, character: str) -> Callable[[], None] | None:
        """Take one more letter; return what to do once a code is whole.

        Raises :class:`KeyError` when no code begins that way.
        """
        self.typed += character
        if self.typed in self.options:
            return self.options[self.typed]
        if not any(code.startswith(self.typed) for code in self.options):
            raise KeyError(self.typed)
        return None

    def remaining_hints(self) -> Mapping[int, str]:
        """Return the hints that can still be meant, without the letters typed already."""
        size = len(self.typed)
        return {o: code[size:] for o, code in self.places.items() if code.startswith(self.typed)}
