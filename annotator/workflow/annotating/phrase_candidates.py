"""Finds phrases that a curator may want to mark with a label; they get hints when its key is pressed.

Phrases of all kinds are found first: names, figures, what stands in quotation marks, noun phrases, single words.  How
likely each is a mention of the label follows from what such mentions look like: those in the document, and the examples
of the guideline.  No phrase crosses a line break or the end of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from annotator.intervals import IntervalIndex
from annotator.text import Document, Segment
from annotator.workflow.annotating.label_looks import FUNCTION_WORDS, LabelLooks, is_article, joins_names

_QUOTED = re.compile(r"[“‘\"«']([^“”‘’\"«»'\n\r]{2,80})[”’\"»']")
_LINE_BREAK = re.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]")
MOST_LISTS = 4
"""Lists of phrases that ``tab`` goes through."""
POSSIBLE = 60.0
"""How much likelier a phrase is that reads like a mention of the label."""
UNKNOWN = 0.05
"""Likelihood of a range that reads like a mention, and is no phrase of any kind."""
SEARCHED = 1000.0
"""Likelihood of what was searched for: above all others."""
_MOST_TOKENS = 12
_MOST_WORDS = 4
"""Words of a lower-case noun phrase."""


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
) -> list[list[Segment]]:
    """Choose the phrases between two offsets that may be marked, as lists of phrases that share no text.

    The first list holds the likeliest; each further one alternatives to those before.  In each the likeliest come
    first, those that were searched for (``found``) before all.  Over spans that are ``taken`` only a longer phrase is
    chosen, unless spans may share text (``overlapping``); what is ``waiting`` as a suggestion comes last.  Where a
    suggestion of the label was ``rejected``, another range there is likelier than the same one.  ``possible`` are
    ranges that read like a mention of the label.
    """
    pool = {c.segment: c for c in _scored(document, start, end, looks)}
    pool.update((c.segment, c) for c in _possible(document, pool, possible))
    pool.update((c.segment, c) for c in _searched(document, start, end, found))
    spans = taken if taken is not None and not overlapping else IntervalIndex()
    refused, suggested = _indexed(rejected), _indexed(waiting)
    valued = [
        (
            c.likelihood
            * _beside_spans(c.segment, spans)
            * _beside_rejected(c.segment, refused)
            * _beside_suggested(c.segment, suggested),
            c,
        )
        for c in pool.values()
    ]
    valued.sort(key=lambda pair: (-pair[0], pair[1].segment))
    free = [candidate for value, candidate in valued if value]
    lists: list[list[Segment]] = []
    while free and len(lists) < MOST_LISTS:
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
    """Yield the tokens that were searched for, as candidates."""
    tokens = document.tokens
    for segment in found:
        covered = tokens.overlapping(*segment)
        if covered and start <= segment.start and segment.end <= end:
            whole = Segment(tokens.starts[covered[0]], tokens.ends[covered[-1]])
            yield Candidate(whole, covered[0], covered[-1], SEARCHED)


def _indexed(segments: Iterable[Segment]) -> IntervalIndex:
    return IntervalIndex((*segment, str(number)) for number, segment in enumerate(segments))


def _beside_spans(phrase: Segment, taken: IntervalIndex) -> float:
    """What of a phrase's likelihood is left beside the spans that share text with it; 0 where it cannot be marked.

    A phrase that is longer than the one span that it covers may mend that; one over several is no mention.
    """
    covered = taken.overlapping(*phrase) if taken else ()
    if not covered:
        return 1.0
    span = covered[0]
    longer = phrase.start <= span.start and span.end <= phrase.end and (span.start, span.end) != phrase
    return 0.3 if longer and len(covered) == 1 else 0.0


def _beside_rejected(phrase: Segment, rejected: IntervalIndex) -> float:
    """How much likelier a phrase is for lying where another range was rejected, or less so for being that range."""
    around = rejected.overlapping(*phrase) if rejected else ()
    if not around:
        return 1.0
    return 0.001 if any((i.start, i.end) == phrase for i in around) else 2.0


def _beside_suggested(phrase: Segment, waiting: IntervalIndex) -> float:
    """What is left of a phrase's likelihood for being, or lying within, what waits as a suggestion."""
    around = waiting.overlapping(*phrase) if waiting else ()
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


def _scored(document: Document, start: int, end: int, looks: LabelLooks) -> Iterator[Candidate]:
    """Yield every phrase between two offsets with its likelihood."""
    text, tokens = document.text, document.tokens
    for run in _stretches(document, start, end):
        words = [text[slice(*tokens[i])] for i in run]
        begins = next((i for i, word in enumerate(words) if word[0].isalnum()), 0)
        for first, last in dict.fromkeys((*_names(words), *_noun_phrases(words))):
            segment = Segment(tokens.starts[run[first]], tokens.ends[run[last]])
            likelihood = looks.likelihood(
                words[first : last + 1],
                joined_on=_joining(words, first, last),
                cuts=_cuts(words, first, last),
                begins_sentence=first == begins,
            )
            yield Candidate(segment, run[first], run[last], likelihood)
    for match in _QUOTED.finditer(text, start, end):
        exact = tokens.exact(*match.span(1))
        if exact is not None and not _LINE_BREAK.search(match.group(1)):
            first, last = exact[0], exact[1]
            words = [text[slice(*tokens[i])] for i in range(first, last + 1)]
            yield Candidate(Segment(*match.span(1)), first, last, looks.likelihood(words, quoted=True))


def _stretches(document: Document, start: int, end: int) -> Iterator[list[int]]:
    """Yield the tokens between two offsets by their numbers, in stretches within one sentence and one line."""
    text, tokens, sentences = document.text, document.tokens, document.sentences
    run: list[int] = []
    before = sentence_end = start
    for index in tokens.overlapping(start, end):
        here = tokens.starts[index]
        if run and (here >= sentence_end or (here > before and _LINE_BREAK.search(text, before, here))):
            yield run
            run = []
        if here >= sentence_end:
            sentence = sentences.at_or_before(here)
            sentence_end = sentences.ends[sentence] if sentence >= 0 else end
        run.append(index)
        before = tokens.ends[index]
    if run:
        yield run


def _joining(words: Sequence[str], first: int, last: int) -> list[str]:
    """The small words by which a name goes on before and after some words of a stretch."""
    found = []
    if words[first][0].isupper() and first > 1 and joins_names(words[first - 1]) and words[first - 2][0].isupper():
        found.append(words[first - 1])
    if words[last][0].isupper() and last + 2 < len(words) and joins_names(words[last + 1]):
        following = next((word for word in words[last + 2 : last + 4] if not joins_names(word)), "")
        if following[:1].isupper():
            found.append(words[last + 1])
    return found


def _cuts(words: Sequence[str], first: int, last: int) -> int:
    """How many ends of some words of a stretch lie within a name: beside another capitalised word, or at a hyphen."""
    return (first > 0 and _goes_on(words[first], words[first - 1])) + (
        last + 1 < len(words) and _goes_on(words[last], words[last + 1])
    )


def _goes_on(word: str, beside: str) -> bool:
    if beside == "-":
        return True
    names = beside[0].isupper() and word[0].isupper() and beside.lower() not in FUNCTION_WORDS
    return names and not (_is_acronym(word) or _is_acronym(beside))


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _names(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield runs of capitalised words and figures with the small words that join them, and the parts of each run."""
    for first, last in _runs(words, seldom=False):
        yield from _parts(words, first, last)
    yield from _runs(words, seldom=True)


def _runs(words: Sequence[str], *, seldom: bool) -> Iterator[tuple[int, int]]:
    run: list[int] = []
    for i, word in enumerate([*words, ""]):
        opens = bool(word) and (word[0].isupper() or word[0].isdigit())
        if opens or (run and joins_names(word, seldom=seldom) and len(run) < _MOST_TOKENS):
            run.append(i)
            continue
        while run and joins_names(words[run[-1]], seldom=seldom) and not words[run[-1]][0].isupper():
            run.pop()
        if run:
            yield run[0], run[-1]
        run = []


def _parts(words: Sequence[str], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield a run, and what lies between the words that join it; also without a small word that it begins with."""
    starts = [first, *(i + 1 for i in range(first, last) if joins_names(words[i]) and i > first)]
    ends = [*(i - 1 for i in range(first + 1, last) if joins_names(words[i])), last]
    starts += [i + 1 for i in starts if words[i].lower() in FUNCTION_WORDS and i < last]
    for start in starts:
        while start < last and joins_names(words[start]) and not words[start][0].isupper():
            start += 1
        for end in ends:
            while end > start and words[end].lower() in FUNCTION_WORDS:
                end -= 1
            if start <= end and not (joins_names(words[end]) and not words[end][0].isupper()):
                yield start, end


def _noun_phrases(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield what may be a noun phrase: up to four content words side by side, or joined by ``de``, ``of`` and such."""
    for first, word in enumerate(words):
        if not _is_content(word):
            continue
        if word[0].isupper():  # longer ones are names, or end in one word in lower case
            yield first, first
            if first + 1 < len(words) and words[first + 1].islower() and _is_content(words[first + 1]):
                yield first, first + 1
            continue
        yield first, first
        content = 1
        for last in range(first + 1, min(first + 2 * _MOST_WORDS, len(words))):
            if _is_content(words[last]):
                content += 1
                if content > _MOST_WORDS:
                    break
                yield first, last
            elif not joins_names(words[last]) or (is_article(words[last]) and _is_content(words[last - 1])):
                break


def _is_content(word: str) -> bool:
    """Whether a word can be a mention by itself: not a small one in lower case."""
    return word[0].isalnum() and (len(word) > 3 or not word.islower()) and word.lower() not in FUNCTION_WORDS
