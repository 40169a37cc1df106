"""Relations before anything was learned: typed pairs in a sentence, weighed by what stands between them.

For every pair of spans in a stored sentence that the scheme allows, a rule for the two kinds of entity looks at the
words between and around them; where there is no rule, two spans that are each other's nearest count.  Only pairs with
a fair chance are proposed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from annotator.annotation import Relation, Span, suggested_relation
from annotator.labels import LabelScheme, RelationType
from annotator.suggest.relations.classifier import RelationScorer
from annotator.suggest.relations.rules import RelationCandidate, weigh
from annotator.suggest.rules.patterns import phrase_pattern
from annotator.suggest.rules.resolve import LabelMap
from annotator.suggest.timed_regex import BETWEEN_ENDS, SlowPatternError, TimedRegex
from annotator.text import Document

SOURCE = "pairs@1"
LEAST_SCORE = 0.4
"""A pair below this is not worth a curator's key."""
PATTERN_SCORE = 0.72
AROUND = 200
"""Code points on either side of a sentence's spans that may say that two countries act together."""
MOST_SPANS = 40
"""Spans in a sentence beyond which it is a list, and pairs in it mean nothing."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The spans of a sentence in reading order, and the text that holds them; ``around`` is the sentence's own.

    ``kinds`` and ``names`` are the spans' kinds and texts.
    """

    text: str
    spans: list[Span]
    around: str
    kinds: tuple[str, ...]
    names: list[str]

    @classmethod
    def of(cls, text: str, spans: list[Span], kinds: Mapping[str, str]) -> _Sentence:
        start = max(text.rfind("\n", 0, spans[0].start) + 1, spans[0].start - AROUND)
        end = text.find("\n", spans[-1].end, spans[-1].end + AROUND)
        around = text[start : end if end >= 0 else spans[-1].end + AROUND]
        return cls(text, spans, around, tuple(kinds[s.label] for s in spans), [text[s.start : s.end] for s in spans])

    def pair(self, one: int, other: int, *, forwards: bool, symmetric: bool) -> RelationCandidate:
        """Return two spans of the sentence as the rules see them."""
        first, second = self.spans[one], self.spans[other]
        between = self.text[first.end : second.start]
        return RelationCandidate(
            head=self.kinds[one if forwards else other],
            child=self.kinds[other if forwards else one],
            symmetric=symmetric,
            forwards=forwards,
            first=self.names[one],
            second=self.names[other],
            between=between,
            before=self.text[max(0, first.start - 40) : first.start],
            after=self.text[second.end : second.end + 40],
            around=self.around,
            skipped=self.kinds[one + 1 : other],
            masked=_masked(self.text, self.spans, one, other) if other > one + 1 else between,
            head_label=(first if forwards else second).label,
            child_label=(second if forwards else first).label,
        )


class RelationSuggester:
    """Proposes the relations of one scheme between spans: by the rules, or by what was learned beyond them.

    A pattern that is too slow is an error, or with ``tell`` is told there once, and left out from then on.
    """

    def __init__(
        self,
        scheme: LabelScheme,
        lang: str,
        relation_scorer: RelationScorer | None = None,
        tell: Callable[[SlowPatternError], object] | None = None,
    ) -> None:
        self._tell = tell
        self._weigher = relation_scorer
        self._source = (relation_scorer.source if relation_scorer is not None else None) or SOURCE
        labels = LabelMap(scheme)
        self._kinds = {label: labels.kind(label) for label in scheme.entities}
        self._relations = tuple(scheme.relations.values())
        self._fitting: dict[tuple[str, str], tuple[tuple[RelationType, bool], ...]] = {}
        self._patterns = {r.name: _compiled(r, lang) for r in self._relations}
        self._rivals = {r.name: sum(_compete(r, o) for o in self._relations) for r in self._relations}

    def relations(self, document: Document, spans: list[Span]) -> list[Relation]:
        """Return the relations to propose between ``spans``, which are in reading order."""
        found: list[Relation] = []
        for inside in _sentences(document, spans):
            if 2 <= len(inside) <= MOST_SPANS:
                found += self._patiently(document, _Sentence.of(document.text, inside, self._kinds))
        return found

    def _patiently(self, document: Document, sentence: _Sentence) -> list[Relation]:
        """Return a sentence's relations; after a pattern that was too slow, those that the others find."""
        while True:
            try:
                return self._in_sentence(sentence)
            except SlowPatternError as slow:
                if self._tell is None:
                    raise slow.on(document.key) from None
                self._tell(slow.on(document.key))

    def cases(
        self, document: Document, spans: list[Span]
    ) -> Iterator[tuple[RelationType, Span, Span, RelationCandidate]]:
        """Yield every pair that the scheme allows, with the relation, its head and its child: what a linker learns."""
        for inside in _sentences(document, spans):
            if not 2 <= len(inside) <= MOST_SPANS:
                continue
            sentence = _Sentence.of(document.text, inside, self._kinds)
            for one, other in combinations(range(len(inside)), 2):
                first, second = inside[one], inside[other]
                if first.end <= second.start:
                    for relation, forwards in self._allowed(first.label, second.label):
                        head, child = (first, second) if forwards else (second, first)
                        pair = sentence.pair(one, other, forwards=forwards, symmetric=relation.symmetric)
                        yield relation, head, child, pair

    def _in_sentence(self, sentence: _Sentence) -> list[Relation]:
        """Return the likeliest relation of each pair, symmetric ones once."""
        found = []
        for one, other in combinations(range(len(sentence.spans)), 2):
            first, second = sentence.spans[one], sentence.spans[other]
            if first.end <= second.start and self._allowed(first.label, second.label):
                best = max(self._weighed(sentence, one, other), key=lambda r: r.score or 0.0, default=None)
                if best is not None:
                    found.append(best)
        return self._one_symmetric(found)

    def _weighed(self, sentence: _Sentence, one: int, other: int) -> Iterator[Relation]:
        """Yield the relations of a pair that are likely enough, in either direction that the scheme allows."""
        first, second = sentence.spans[one], sentence.spans[other]
        for relation, forwards in self._allowed(first.label, second.label):
            head, child = (first, second) if forwards else (second, first)
            pair = sentence.pair(one, other, forwards=forwards, symmetric=relation.symmetric)
            score = self.rule(relation, pair)
            if self._weigher is not None:
                score = self._weigher.weigh(relation, pair, score)
            if score >= LEAST_SCORE:
                yield suggested_relation(head, child, relation.name, self._source, round(score, 3))

    def _allowed(self, first: str, second: str) -> tuple[tuple[RelationType, bool], ...]:
        """Return the relations that the scheme allows between two labels, and whether the first one is the head."""
        if (first, second) not in self._fitting:
            self._fitting[first, second] = tuple(
                (relation, forwards)
                for relation in self._relations
                for forwards in (True, False)
                if (
                    relation.fits(first, second)
                    if forwards
                    else relation.fits(second, first) and not relation.symmetric
                )
            )
        return self._fitting[first, second]

    def rule(self, relation: RelationType, pair: RelationCandidate) -> float:
        """Return the probability that the rules give a pair."""
        patterns = self._patterns[relation.name]
        if patterns and pair.nearest and any(p.search(pair.between) for p in patterns):
            return PATTERN_SCORE
        return weigh(pair) / self._rivals[relation.name]

    def _one_symmetric(self, relations: list[Relation]) -> list[Relation]:
        """Keep only the likeliest of each symmetric relation: one a sentence says it."""
        symmetric = {r.name for r in self._relations if r.symmetric}
        top: dict[str, Relation] = {}
        for relation in relations:
            if relation.label in symmetric and (relation.score or 0) > (
                (top[relation.label].score or 0) if relation.label in top else 0
            ):
                top[relation.label] = relation
        return [r for r in relations if r.label not in symmetric or top[r.label] is r]


def _compete(one: RelationType, other: RelationType) -> bool:
    """Return whether two types may hold between the same spans, so that their kinds do not tell them apart."""
    return (
        one.symmetric == other.symmetric
        and not set(one.head).isdisjoint(other.head)
        and not set(one.child).isdisjoint(other.child)
    )


def _sentences(document: Document, spans: list[Span]) -> Iterator[list[Span]]:
    """Yield the spans of each sentence; a span that crosses a border belongs to none."""
    current: list[Span] = []
    index = -1
    for span in spans:
        here = document.sentences.containing(span.start)
        if here is None or document.sentences[here].end < span.end:
            continue
        if here != index and current:
            yield current
            current = []
        index = here
        current.append(span)
    if current:
        yield current


def _masked(text: str, spans: list[Span], one: int, other: int) -> str:
    """Return the text between two spans with the spans in it as ``<KIND>`` would be: each as one ``#``."""
    parts, at = [], spans[one].end
    for span in spans[one + 1 : other]:
        if span.start >= at:
            parts += [text[at : span.start], "#"]
            at = span.end
    parts.append(text[at : spans[other].start])
    return "".join(parts)


def _compiled(relation: RelationType, lang: str) -> tuple[re.Pattern[str] | TimedRegex, ...]:
    """Return the relation's patterns for ``lang``; they are sought in the text between its ends."""
    return tuple(
        phrase_pattern([str(p.value)]) if p.kind == "phrase" else TimedRegex(relation.name, p, BETWEEN_ENDS)
        for p in relation.patterns
        if p.lang in {None, lang} and p.kind != "tokens"
    )
