"""BIO tags: spans as one tag for each token, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from annotator.annotation import Span
from annotator.suggest.learned.token_features import LabelledRange
from annotator.suggest.phrases import PhraseIndex, TokenRange

OUTSIDE = "O"


def bio_tags(index: PhraseIndex, unit: TokenRange, spans: Iterable[Span]) -> list[str]:
    """Encode the spans of a unit as one BIO tag for each token; of two that overlap the longer one counts."""
    tags = [OUTSIDE] * (unit.stop - unit.start)
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.label)):
        touched = index.document.tokens.overlapping(span.start, span.end)
        if not touched or touched[0] < unit.start or touched[-1] >= unit.stop:
            continue
        first, last = touched[0] - unit.start, touched[-1] - unit.start
        if all(tag == OUTSIDE for tag in tags[first : last + 1]):
            tags[first : last + 1] = [f"B-{span.label}", *[f"I-{span.label}"] * (last - first)]
    return tags


def decoded(tags: Sequence[str], offset: int) -> Iterator[LabelledRange]:
    """Decode BIO tags to token ranges with labels; ``offset`` is the token of the first tag."""
    start, label = -1, ""
    for i, tag in enumerate([*tags, OUTSIDE]):
        if start >= 0 and tag != f"I-{label}":
            yield LabelledRange(TokenRange(offset + start, offset + i), label)
            start = -1
        if tag.startswith("B-") or (start < 0 and tag.startswith("I-")):
            start, label = i, tag[2:]
