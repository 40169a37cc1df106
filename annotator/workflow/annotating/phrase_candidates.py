"""Finds phrases that a curator may want to mark with a label; they get hints when its key is pressed.

How likely each phrase of the text is a mention of the label follows from what such mentions look like: those in the
document, and the examples of the guideline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from annotator.intervals import Interval, IntervalIndex
from annotator.text import Document, Segment
from annotator.workflow.annotating.label_looks import LabelLooks
from annotator.workflow.annotating.phrase_finding import PhraseFinder

MOST_LISTS = 4
"""Lists of phrases that ``tab`` goes through, at most."""
POSSIBLE = 60.0
"""How much likelier a phrase is that reads like a mention of the label."""
UNKNOWN = 0.05
"""Likelihood of a range that reads like a mention, and is no phrase of any kind."""
SEARCHED = 1000.0
"""Likelihood of what was searched for: above all others."""


class Candidate(NamedTuple):
    """A phrase with its tokens' numbers (``first`` to ``last``, inclusive) and how likely it is a mention, from 0."""

    segment: Segment
    first: int
    last: int
    likelihood: float


def phrase_candidates(
    document: Document,
    start: int,
    end: int,
    looks: LabelLooks,
    *,
    taken: IntervalIndex | None = None,
    waiting: Iterable[Segment] = (),
    rejected: Iterable[Segment] = (),
    possible: Iterable[Segment] = (),
    found: Iterable[Segment] = (),
    overlapping: bool = False,
    finder: PhraseFinder | None = None,
    most: int = MOST_LISTS,
) -> list[list[Segment]]:
    """Choose the phrases between two offsets that may be marked, as lists of phrases that share no text.

    The first list holds the likeliest; each further one alternatives to those before.  In each the likeliest come
    first, those that were searched for (``found``) before all.  Over spans that are ``taken`` only a longer phrase is
    chosen, unless spans may share text (``overlapping``); what is ``waiting`` as a suggestion comes last.  Where a
    suggestion of the label was ``rejected``, another range there is likelier than the same one.  ``possible`` are
    ranges that read like a mention of the label.  ``finder`` may know the phrases of the text already.  No more than
    ``most`` lists are made.
    """
    phrases = (finder or PhraseFinder(document)).between(start, end)
    pool = {
        segment: Candidate(
            segment,
            first,
            last,
            looks.likelihood(wording, joined_on=joined_on, cuts=cuts, begins_sentence=begins_sentence, quoted=quoted),
        )
        for segment, first, last, wording, joined_on, cuts, begins_sentence, quoted in phrases
    }
    pool.update((c.segment, c) for c in _possible(document, pool, possible))
    pool.update((c.segment, c) for c in _searched(document, start, end, found))
    marks = _Marks(
        _Marked(document, [] if overlapping or taken is None else _around(taken, pool)),
        _Marked(document, rejected),
        _Marked(document, waiting),
    )
    valued = [(c.likelihood * marks.factor(c), c) for c in pool.values()]
    valued.sort(key=lambda pair: (-pair[0], pair[1].segment))
    free = [candidate for value, candidate in valued if value]
    lists: list[list[Segment]] = []
    while free and len(lists) < most:
        chosen, free = _apart(free)
        lists.append(chosen)
    return lists


def _possible(
    document: Document, pool: Mapping[Segment, Candidate], possible: Iterable[Segment]
) -> Iterator[Candidate]:
    """Yield the ranges that read like a mention, as candidates."""
    for segment in possible:
        tokens = document.tokens.exact(*segment)
        if tokens is not None:
            known = pool[segment].likelihood if segment in pool else UNKNOWN
            yield Candidate(segment, *tokens, POSSIBLE * known)


def _searched(document: Document, start: int, end: int, found: Iterable[Segment]) -> Iterator[Candidate]:
    """Yield the tokens that were searched for, as candidates, where they stand on one line."""
    tokens, text = document.tokens, document.text
    for segment in found:
        covered = tokens.overlapping(*segment)
        if covered and start <= segment.start and segment.end <= end and "\n" not in text[segment.start : segment.end]:
            whole = Segment(tokens.starts[covered[0]], tokens.ends[covered[-1]])
            yield Candidate(whole, covered[0], covered[-1], SEARCHED)


def _around(taken: IntervalIndex, pool: Iterable[Segment]) -> list[Segment]:
    """The spans that share text with any of some phrases, or lie between them."""
    segments = list(pool)
    if not segments:
        return []
    around = taken.overlapping(min(s.start for s in segments), max(s.end for s in segments))
    return [Segment(i.start, i.end) for i in around]


class _Marked:
    """Ranges of the text that are marked in some way, and the ``tokens`` in them."""

    def __init__(self, document: Document, segments: Iterable[Segment]) -> None:
        self._index = IntervalIndex((*segment, str(number)) for number, segment in enumerate(segments))
        tokens = document.tokens
        self.tokens = {token for i in self._index for token in tokens.overlapping(i.start, i.end)}

    def over(self, phrase: Segment) -> Sequence[Interval]:
        """The ranges that share text with a phrase."""
        return self._index.overlapping(*phrase) if self.tokens else ()


class _Marks:
    """What stands in the text already: spans, what was rejected, and what waits as a suggestion."""

    def __init__(self, spans: _Marked, rejected: _Marked, waiting: _Marked) -> None:
        self._spans, self._rejected, self._waiting = spans, rejected, waiting
        self._tokens = spans.tokens | rejected.tokens | waiting.tokens

    def factor(self, candidate: Candidate) -> float:
        """How much likelier a phrase is for what stands on its words; most phrases share no word with anything."""
        if self._tokens.isdisjoint(range(candidate.first, candidate.last + 1)):
            return 1.0
        phrase = candidate.segment
        return (
            _beside_spans(phrase, self._spans.over(phrase))
            * _beside_rejected(phrase, self._rejected.over(phrase))
            * _beside_suggested(phrase, self._waiting.over(phrase))
        )


def _beside_spans(phrase: Segment, covered: Sequence[Interval]) -> float:
    """What of a phrase's likelihood is left beside the spans that share text with it; 0 where it cannot be marked.

    A phrase that is longer than the one span that it covers may mend that; one over several is no mention.
    """
    if not covered:
        return 1.0
    span = covered[0]
    longer = phrase.start <= span.start and span.end <= phrase.end and (span.start, span.end) != phrase
    return 0.3 if longer and len(covered) == 1 else 0.0


def _beside_rejected(phrase: Segment, around: Sequence[Interval]) -> float:
    """How much likelier a phrase is for lying where another range was rejected, or less so for being that range."""
    if not around:
        return 1.0
    return 0.001 if any((i.start, i.end) == phrase for i in around) else 2.0


def _beside_suggested(phrase: Segment, around: Sequence[Interval]) -> float:
    """What is left of a phrase's likelihood for being, or lying within, what waits as a suggestion."""
    inside = [i for i in around if i.start <= phrase.start and phrase.end <= i.end]
    if not inside:
        return 1.0
    return 0.01 if any((i.start, i.end) == phrase for i in inside) else 0.001


def _apart(candidates: Sequence[Candidate]) -> tuple[list[Segment], list[Candidate]]:
    """Choose the first candidates that share no tokens, and return them and the others."""
    base = min(candidate.first for candidate in candidates)
    used = bytearray(max(candidate.last for candidate in candidates) - base + 1)
    chosen: list[Segment] = []
    others: list[Candidate] = []
    for candidate in candidates:
        first, after = candidate.first - base, candidate.last - base + 1
        if any(used[first:after]):
            others.append(candidate)
        else:
            used[first:after] = b"\1" * (after - first)
            chosen.append(candidate.segment)
    return chosen, others
