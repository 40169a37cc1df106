"""Article text on a plain terminal: what could act on it is taken out of action."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text on one line, with every character that is not printable replaced by a picture."""
    return "".join(c if c.isprintable() else "␦" for c in " ".join(text.split()))
