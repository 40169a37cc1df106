"""Borders: which words one layer takes into its spans and another leaves out, at which side, and who does it.

No list of words is needed.  Wherever two aligned spans begin (or end) differently, the word in question is the one next
to the shorter span.  Wherever they do not, the words in question are the one just outside, which both left out, and the
outermost one inside, which both took in.  Were borders drawn carelessly, all words would be at fault at one rate.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from annotator.agreement.coefficients import Array
from annotator.agreement.diagnoses.aligned import AlignedItems, AlignedLayers, Finding, Mask
from annotator.agreement.diagnoses.chance import LEAST_DIFFERENCES, LEAST_PLACES, SHARE, excess, unlikely, worth_reading
from annotator.agreement.diagnoses.leanings import leanings
from annotator.agreement.ordering import distinct
from annotator.agreement.packing import Indexes, indexes

ReadTexts = Callable[[Sequence[str]], dict[str, str]]
"""Reads the texts of documents by key; one that is gone is left out."""

SIDES = ("beginning", "end")
MOST_WORDS = 5
"""Words that a finding names."""
MOST_LETTERS = 30
"""A word in question is cut here."""


class Edges(NamedTuple):
    """The edges of aligned spans at one side: the item, the shorter and the longer span's border there.

    ``ahead`` is 1 where the left layer reaches further, -1 where the right one does, 0 where both end alike.
    """

    item: Indexes
    inner: Indexes
    outer: Indexes
    ahead: Indexes


def edges(items: AlignedItems, side: int) -> Edges:
    """The edges of spans that two layers have, at their beginning (0) or end (1)."""
    assert items.borders is not None
    pair = np.flatnonzero((items.left > 0) & (items.right > 0))
    ours, theirs = items.borders[side][pair], items.borders[2 + side][pair]
    low, high = np.minimum(ours, theirs), np.maximum(ours, theirs)
    ahead = np.sign(theirs - ours if side == 0 else ours - theirs)
    return Edges(pair, high if side == 0 else low, low if side == 0 else high, ahead)


class _Words:
    """The words in question at one side, in documents whose texts are read once."""

    def __init__(self, aligned: AlignedLayers, texts: dict[str, str], side: int) -> None:
        self.aligned, self.texts, self.side = aligned, texts, side

    def at_stake(self, document: int, inner: int, outer: int) -> str:
        """The word next to the shorter span that the longer one has; a part of it where they part inside a word."""
        facts = self.aligned.documents[document]
        text = self.texts.get(facts.key, "")
        low, high = (outer, inner) if self.side == 0 else (inner, outer)
        touched = facts.tokens.overlapping(low, high)
        if not touched or not text:
            return ""
        start, end = facts.tokens[touched[-1] if self.side == 0 else touched[0]]
        return text[max(start, low) : min(end, high)].casefold()[:MOST_LETTERS]

    def beside(self, document: int, borders: Indexes, far: Indexes) -> Iterator[tuple[str, str]]:
        """Yield the words on either side of borders that both layers drew: outside, and the outermost one inside.

        A word that is the whole span, up to its ``far`` end, is none that anybody could leave out.
        """
        facts = self.aligned.documents[document]
        text, starts, ends = self.texts[facts.key], facts.tokens.starts, facts.tokens.ends
        after = np.searchsorted(np.asarray(starts), borders)
        outside, inside = (after - 1, after) if self.side == 0 else (after, after - 1)
        for out, within, span in zip(outside.tolist(), inside.tolist(), (far - borders).tolist(), strict=True):
            first = text[starts[out] : ends[out]] if 0 <= out < len(starts) else ""
            several = 0 <= within < len(starts) and ends[within] - starts[within] != abs(span)
            second = text[starts[within] : ends[within]] if several else ""
            yield first.casefold()[:MOST_LETTERS], second.casefold()[:MOST_LETTERS]


def find(aligned: AlignedLayers, read_texts: ReadTexts) -> Iterator[Finding]:
    """Yield the layers that reach further at one side, and the words that layers differ about beyond others."""
    items = aligned.spans
    total = int((~items.same).sum())
    both = [edges(items, side) for side in (0, 1)]
    differing = [np.flatnonzero(some.ahead) for some in both]
    wanted = np.unique(np.concatenate([
        aligned.document[items.row[some.item[at]]] for some, at in zip(both, differing, strict=True)]))  # fmt: skip
    texts = read_texts([aligned.documents[number].key for number in wanted.tolist()])
    for side, (some, at) in enumerate(zip(both, differing, strict=True)):
        words = _Words(aligned, texts, side)
        document = aligned.document[items.row[some.item]]
        at_stake = [
            words.at_stake(*edge)
            for edge in zip(document[at].tolist(), some.inner[at].tolist(), some.outer[at].tolist(), strict=True)
        ]
        taken = dict(zip(some.item[at].tolist(), at_stake, strict=True))
        told = np.zeros(len(items), dtype=bool)
        for finding in _reaching(aligned, some, side, taken):
            told |= finding.which
            yield finding
        yield from _unsettled(aligned, some, words, taken, told, total)


def _reaching(aligned: AlignedLayers, some: Edges, side: int, taken: dict[int, str]) -> Iterator[Finding]:
    """Yield the layers whose spans reach further than others' at a side, or less far."""
    items = aligned.spans
    ahead = np.zeros(len(items), dtype=np.intp)
    ahead[some.item] = some.ahead
    for found in leanings(aligned, items, ahead, SHARE / 2, prefers_more=True):
        counts = Counter(taken[item] for item in np.flatnonzero(found.which).tolist() if taken[item])
        if not counts:
            continue
        yield Finding("border", False, found.which, found.p, {
            "who": aligned.names[found.name], "takes": found.more, "side": SIDES[side], "times": found.times,
            "of": found.of, "words": counts.most_common(MOST_WORDS)})  # fmt: skip


def _unsettled(
    aligned: AlignedLayers, some: Edges, words: _Words, taken: dict[int, str], told: Mask, total: int
) -> Iterator[Finding]:
    """Yield, as one finding, the words at which borders differ more often than at others."""
    items = aligned.spans
    places: defaultdict[str, list[int]] = defaultdict(list)
    for item, word in taken.items():
        places[word].append(item)
    document = aligned.document[items.row]
    often = {
        word: indexes(found)
        for word, found in places.items()
        if word and len(found) >= LEAST_DIFFERENCES and len(np.unique(document[found])) >= LEAST_PLACES
    }
    if not often:
        return
    names = sorted(often)
    asked = _Asked.of([document[often[word]] for word in names], _agreed(aligned, some, words, names))
    every = np.bincount(document[some.item], minlength=len(aligned.documents)).astype(float)
    differing = np.bincount(document[some.item[some.ahead != 0]], minlength=len(every)).astype(float)
    rate = differing / np.maximum(every, 1)
    chances = []
    for number in range(len(names)):
        those, hits, trials = asked.of_word(number)
        expected = trials * rate[those]
        chances.append(excess(hits, expected, expected * (1 - rate[those]) * aligned.others[those]))
    found = [(word, p) for word, p, rare in zip(names, chances, unlikely(chances, SHARE / 2), strict=True)
             if rare and told[often[word]].mean() < 0.5]  # fmt: skip
    if found:
        found.sort(key=lambda one: (-len(often[one[0]]), one[0]))
        which = np.zeros(len(items), dtype=bool)
        which[np.concatenate([often[word] for word, _ in found])] = True
        if worth_reading(aligned.of_documents(items, which), total):
            facts = {
                "side": SIDES[words.side],
                "words": [(word, len(often[word])) for word, _ in found][:MOST_WORDS],
                "kept": sum(asked.kept(names.index(word)) for word, _ in found),
            }
            yield Finding("border word", False, which, min(p for _, p in found), facts)


class _Agreed(NamedTuple):
    """Words in question at borders that both layers drew alike: their numbers, the documents, and how many pairs."""

    word: array[int]
    document: array[int]
    times: array[int]


class _Asked(NamedTuple):
    """Of each word and document how often layers differed about the word, and how often it was in question at all.

    ``first`` is where each word's documents begin; a word is in few of the documents, and there are many words.
    """

    first: Indexes
    document: Indexes
    hits: Array
    trials: Array

    @classmethod
    def of(cls, differing: Sequence[Indexes], agreed: _Agreed) -> _Asked:
        """Take the documents where layers differ about each word, and those where they agree."""
        word = np.concatenate([np.repeat(np.arange(len(differing)), list(map(len, differing))), indexes(agreed.word)])
        document = np.concatenate([*differing, indexes(agreed.document)])
        many = int(document.max(initial=0)) + 1
        codes, place = distinct(word * many + document)
        cut = len(place) - len(agreed.word)
        hits = np.bincount(place[:cut], minlength=len(codes)).astype(float)
        kept = np.bincount(place[cut:], weights=np.asarray(agreed.times), minlength=len(codes))
        return cls(np.searchsorted(codes, np.arange(len(differing) + 1) * many), codes % many, hits, hits + kept)

    def of_word(self, number: int) -> tuple[Indexes, Array, Array]:
        """The documents of a word, ascending, with what there is to say of each."""
        own = slice(self.first[number], self.first[number + 1])
        return self.document[own], self.hits[own], self.trials[own]

    def kept(self, number: int) -> int:
        """How often layers agreed about a word."""
        _, hits, trials = self.of_word(number)
        return int((trials - hits).sum())


def _agreed(aligned: AlignedLayers, some: Edges, words: _Words, wanted: Sequence[str]) -> _Agreed:
    """Where some words were in question at borders that both layers drew alike, document by document."""
    items = aligned.spans
    assert items.borders is not None
    number = {word: place for place, word in enumerate(wanted)}
    found = _Agreed(array("I"), array("I"), array("I"))
    alike = some.item[some.ahead == 0]
    border, far = items.borders[words.side][alike], items.borders[1 - words.side][alike]
    size = max(document.length for document in aligned.documents) + 1
    codes = (aligned.document[items.row[alike]] * size + border) * size + far
    codes, counts = np.unique(codes, return_counts=True)
    places = codes // size**2, codes // size % size, codes % size
    firsts = np.flatnonzero(np.diff(places[0], prepend=-1))
    for part in map(slice, firsts.tolist(), [*firsts[1:].tolist(), None]):
        document = int(places[0][part.start])
        if aligned.documents[document].key in words.texts:
            both = words.beside(document, places[1][part], places[2][part])
            for pair, count in zip(both, counts[part].tolist(), strict=True):
                for word in pair:
                    if word in number:
                        found.word.append(number[word])
                        found.document.append(document)
                        found.times.append(count)
    return found
