"""Key events of a US keyboard, as Chromium's devtools protocol describes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MODIFIERS = {"alt": 1, "ctrl": 2, "meta": 4, "shift": 8}

NAMED = {
    "enter": ("Enter", 13, "\r"),
    "tab": ("Tab", 9, ""),
    "escape": ("Escape", 27, ""),
    "backspace": ("Backspace", 8, ""),
    "space": (" ", 32, " "),
    "left": ("ArrowLeft", 37, ""),
    "up": ("ArrowUp", 38, ""),
    "right": ("ArrowRight", 39, ""),
    "down": ("ArrowDown", 40, ""),
    "pageup": ("PageUp", 33, ""),
    "pagedown": ("PageDown", 34, ""),
    "end": ("End", 35, ""),
    "home": ("Home", 36, ""),
    "delete": ("Delete", 46, ""),
    **{f"f{number}": (f"F{number}", 111 + number, "") for number in range(1, 13)},
}
"""The key's name in the page, the number of its place on the keyboard, and the text that it types."""

_PLAIN = "`1234567890-=[]\\;',./"
_SHIFTED = '~!@#$%^&*()_+{}|:"<>?'
_PUNCTUATION = {"`": 192, "-": 189, "=": 187, "[": 219, "]": 221, "\\": 220, ";": 186, "'": 222, ",": 188, ".": 190,
                "/": 191}  # fmt: skip


@dataclass(frozen=True)
class Press:
    """One key going down: what the page is told of it."""

    key: str
    code: int
    text: str
    modifiers: int

    @classmethod
    def of(cls, name: str) -> Press:
        """Return the press of a key such as ``a``, ``G``, ``{``, ``ñ``, ``enter``, ``shift+tab`` or ``alt+1``."""
        *modifiers, last = name.split("+") if name != "+" else ["+"]
        held = sum(MODIFIERS[modifier] for modifier in modifiers)
        key, code, text = NAMED.get(last) or _character(last)
        if last not in NAMED and (last.isupper() or last in _SHIFTED):
            held |= MODIFIERS["shift"]
        if held & ~MODIFIERS["shift"]:
            text = ""
        return cls(key, code, text, held)

    def events(self) -> Iterator[dict[str, object]]:
        """Yield the parameters of ``Input.dispatchKeyEvent`` for the key going down and coming up."""
        common = {"key": self.key, "windowsVirtualKeyCode": self.code, "modifiers": self.modifiers}
        if self.text:
            yield {"type": "keyDown", "text": self.text, **common}
        else:
            yield {"type": "rawKeyDown", **common}
        yield {"type": "keyUp", **common}


def _character(character: str) -> tuple[str, int, str]:
    """Return key, number and text of a key that types a character; off the US keyboard the number is 0."""
    plain = _PLAIN[_SHIFTED.index(character)] if character in _SHIFTED else character.lower()
    code = ord(plain.upper()) if plain.isascii() and plain.isalnum() else _PUNCTUATION.get(plain, 0)
    return character, code, character
