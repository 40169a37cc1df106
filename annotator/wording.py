"""Counts, places and hints in messages: the singular or the plural, the first few of many, what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

_SHOWN = 3
_KEPT = 1000


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def first_few(items: Sequence[str], count: int | None = None, shown: int = _SHOWN) -> str:
    """The first of some items, then how many more there are; ``count`` is the number of all where not all are given."""
    more = (len(items) if count is None else count) - shown
    return ", ".join(items[:shown]) + (f" and {more:,} more" if more > 0 else "")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Write ``; did you mean X?`` when ``word`` looks like one of the ``known`` ones, else nothing."""
    import difflib

    by_fold = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return f"; did you mean {by_fold[close[0]]}?" if close else ""


@dataclass(slots=True)
class Places:
    """Spans of documents that a message is about: how many there are, and where the first thousand stand."""

    count: int = 0
    first: list[tuple[str, int, int, str]] = field(default_factory=list)

    def add(self, document: str, start: int, end: int, label: str) -> None:
        """Add a span."""
        self.count += 1
        if len(self.first) < _KEPT:
            self.first.append((document, start, end, label))

    def told(self) -> str:
        """Name the first few by document, offsets and label."""
        return first_few(
            [f"{document} {start}-{end} {label}" for document, start, end, label in self.first], self.count
        )

    def as_json(self) -> dict[str, Any]:
        """The count, and the first thousand as objects."""
        names = ("document", "start", "end", "label")
        return {"count": self.count, "first": [dict(zip(names, place, strict=True)) for place in self.first]}
