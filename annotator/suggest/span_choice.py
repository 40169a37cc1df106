"""Choosing, from spans that compete, those that may stand beside one another under a label scheme."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from annotator.annotation import Span, SpanKey
from annotator.labels import LabelScheme


class _HasKey(Protocol):
    @property
    def key(self) -> SpanKey: ...


Candidate = TypeVar("Candidate", bound=_HasKey)


def compatible(
    candidates: Iterable[Candidate], scheme: LabelScheme, beside: Iterable[SpanKey] = ()
) -> Iterator[Candidate]:
    """Yield the candidates, the most preferred first, that the scheme lets stand beside ``beside`` and one another.

    A candidate is left out for its label, and for how it lies beside those that come before it.
    """
    chosen = sorted(beside)
    longest = max((key.end - key.start for key in chosen), default=0)
    for candidate in candidates:
        key = candidate.key
        at = bisect_left(chosen, SpanKey(key.start - longest, 0, ""))
        near = []
        while at < len(chosen) and chosen[at].start < key.end:
            if chosen[at].end > key.start:
                near.append(chosen[at])
            at += 1
        if scheme.span_problem(key, near) is None:
            insort(chosen, key)
            longest = max(longest, key.end - key.start)
            yield candidate


def likeliest_first(spans: Iterable[Span]) -> list[Span]:
    """Sort spans by falling score, then by falling length."""
    return sorted(spans, key=lambda s: (-(s.score or 0.0), s.start - s.end, s.key))
