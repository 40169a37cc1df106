"""Where mentions stand that a file gives by their text alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Place = tuple[int, int]


def mention_places(text: str, mentions: Iterable[str]) -> dict[str, list[Place]]:
    """Find mentions in a text: each wherever it stands as whole words, in any case where nowhere as it is written.

    Longer mentions come first: where a shorter one stands inside them, it is not meant, unless it stands nowhere else.
    A mention that is nowhere has no places.
    """
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter that is two in lower case, as İ: offsets would be others
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    taken = bytearray(len(text))
    places: dict[str, list[Place]] = {}
    for mention in sorted({*mentions}, key=lambda mention: (-len(mention), mention)):
        found = list(_standing(text, mention)) or list(_standing(lowered, mention.lower()))
        places[mention] = [place for place in found if taken.find(0, *place) >= 0] or found
        for start, end in places[mention]:
            taken[start:end] = b"\1" * (end - start)
    return places


def _standing(text: str, mention: str) -> Iterator[Place]:
    """Yield where a mention stands in a text as whole words."""
    start = text.find(mention) if mention.strip() else -1
    while start >= 0:
        end = start + len(mention)
        if not any(0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum() for at in (start, end)):
            yield start, end
            start = text.find(mention, end)
        else:
            start = text.find(mention, start + 1)
