"""Regular expressions of a label scheme, which may backtrack for ever: each search has a time limit.

They are written for Python's ``re``, and found by the engine of ``regex``, which reads the same syntax but for braces,
finds the same, and can be told when to stop.  A linear-time engine would need no limit, but has no look-around, which
schemes use.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Self

from annotator.errors import SchemeError
from annotator.labels import Pattern

if TYPE_CHECKING:
    import regex

IN_DOCUMENT = 10.0
"""Seconds that one pattern may take in one document."""
BETWEEN_ENDS = 1.0
"""Seconds that it may take in the text between two spans, which is searched while a curator waits."""
_SHOWN = 60
_BRACE = re.compile(r"(\\N\{[^}]*\}|\\.)|\{(?!\d*,\d+\}|\d+,?\})", re.DOTALL)
"""An escape, or a brace that begins no repeat."""


def with_plain_braces(pattern: str) -> str:
    """Escape the braces that ``re`` takes literally and ``regex`` does not: ``{e}`` means approximate matching."""
    return _BRACE.sub(lambda found: found[1] or r"\{", pattern)


class SlowPatternError(SchemeError):
    """A pattern took longer than any useful one does."""

    def on(self, document: str) -> Self:
        """The error with the document in which it happened."""
        return type(self)(f"{self.message} in {document}", self.hint)


class TimedRegex:
    """A regular expression of a label, whose searches have a time limit in seconds.

    Once it was too slow it matches nothing any more, so that the workbench reports it once and goes on.
    """

    def __init__(self, label: str, pattern: Pattern, limit: float = IN_DOCUMENT) -> None:
        self._label = label
        self._written = str(pattern.value)
        self._line = pattern.line
        self._limit = limit
        self._given_up = False

    @cached_property
    def _compiled(self) -> regex.Pattern[str]:
        import regex

        try:
            return regex.compile(with_plain_braces(self._written))
        except (regex.error, RecursionError, OverflowError, ValueError) as error:
            raise SchemeError(f"{self._named()} is no regular expression: {error}", "mend it in labels.yaml") from error

    def finditer(self, text: str) -> Iterator[regex.Match[str]]:
        """Yield all matches, of which none overlaps another."""
        if self._given_up:
            return
        try:
            yield from self._compiled.finditer(text, timeout=self._limit)
        except TimeoutError:
            raise self._slow() from None

    def search(self, text: str) -> regex.Match[str] | None:
        """The first match."""
        return next(self.finditer(text), None)

    def matches_at(self, text: str, offsets: list[int]) -> Iterator[regex.Match[str]]:
        """Yield the matches that begin at some of the offsets, which are in order; none overlaps the one before it."""
        deadline = time.monotonic() + self._limit
        after = 0
        for offset in offsets:
            if offset < after or self._given_up:
                continue
            try:
                match = self._compiled.match(text, offset, timeout=max(0.001, deadline - time.monotonic()))
            except TimeoutError:
                raise self._slow() from None
            if match is not None:
                after = match.end()
                yield match

    def _slow(self) -> SlowPatternError:
        self._given_up = True
        return SlowPatternError(
            f"{self._named()} takes more than {self._limit:g} seconds",
            "write it without repeats inside repeats, such as (a+)+",
        )

    def _named(self) -> str:
        written = self._written if len(self._written) <= _SHOWN else self._written[: _SHOWN - 1] + "…"
        place = f"labels.yaml:{self._line}: " if self._line else ""
        return f"{place}the pattern {written!r} of {self._label}"
