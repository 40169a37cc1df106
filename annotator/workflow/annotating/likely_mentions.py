"""Which mentions are likely to be one with a mention: by their words, and by how near they are."""

from __future__ import annotations

from collections.abc import Iterable

from annotator.annotation import Span

SAME, LONGER, INITIALS, DIFFERENT = 3, 2, 1, 0
"""How alike two names are: the same words; the words of one among the other's; the initials of the other; neither."""


def alike_names(one: str, other: str) -> int:
    """Tell how alike two names are, without regard to case."""
    words, others = one.casefold().split(), other.casefold().split()
    if words == others:
        return SAME
    shorter, longer = sorted((words, others), key=len)
    if shorter and set(shorter) <= set(longer):
        return LONGER
    return INITIALS if _is_short_for(one, other) or _is_short_for(other, one) else DIFFERENT


def _is_short_for(short: str, name: str) -> bool:
    """Whether a name of one word consists of the initials of the capitalised words of another."""
    letters = "".join(char for char in short if char.isalnum())
    words = [word for word in name.split() if word[:1].isupper()]
    return len(words) > 1 and len(short.split()) == 1 and letters == "".join(word[0] for word in words)


def likeliest_first(text: str, span: Span, others: Iterable[Span]) -> list[Span]:
    """Order mentions by how likely they are one with a mention of a text: the most alike, then the nearest."""
    name = text[span.start : span.end]

    def place(other: Span) -> tuple[bool, int, int, str]:
        alike = alike_names(name, text[other.start : other.end])
        return other.label != span.label, -alike, abs(other.start - span.start), other.id

    return sorted(others, key=place)
