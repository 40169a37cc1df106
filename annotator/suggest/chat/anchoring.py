"""Anchoring: finding the mentions and relations that a model listed in the document.

A mention is looked for in the sentence that the model names, where the words around it stand too if it quoted any, the
second of the same words after the first; then in the nearest sentence of the question that has it.  A name that it
listed once is suggested at its other mentions too, and a relation whose ends it took from different sentences moves to
mentions of the same words in one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from itertools import product

from annotator.annotation import (
    Relation,
    RelationKey,
    Span,
    SpanKey,
    reading_order,
    suggested_relation,
    suggested_span,
)
from annotator.labels import LabelScheme
from annotator.suggest.chat.answer import Answer, ListedEntity, ListedRelation
from annotator.suggest.chat.quotes import Quotes
from annotator.suggest.span_choice import compatible, likeliest_first
from annotator.text import Document, Segment

VERSION = "2"
"""Changes whenever the same answer could give other suggestions."""
CERTAINTY = {"high": 1.0, "medium": 0.8, "low": 0.55}
"""Factors for the score by how sure the model is."""
RELATION_FACTOR = 0.9
"""Factor for the score of a relation, times that of its less likely end."""
REPETITION_FACTOR = 0.85
"""Factor for the score of the same words where the model did not list them."""

NOT_IN_TEXT = "not in the text"
OVERLAPPING = "overlapping a likelier one"
WITHOUT_ENDS = "relations without their ends"
NOT_ALLOWED = "relations that the scheme does not allow"

_MOST_MENTIONS = 12
"""Mentions of the same words that are tried as the end of a relation."""


class Anchoring:
    """Gathers the suggestions for one document, answer by answer until it is finished.

    ``dropped`` counts by reason what could not be used.
    """

    def __init__(self, scheme: LabelScheme, document: Document, source: str, score: float) -> None:
        self.spans: dict[str, Span] = {}
        self.relations: dict[str, Relation] = {}
        self.dropped: Counter[str] = Counter()
        self._scheme = scheme
        self._document = document
        self._source = source
        self._score = score
        self._quotes = Quotes(scheme, document)
        self._listed: list[tuple[ListedRelation, Span | None, Span | None]] = []

    def add(self, answer: Answer, sentences: range) -> None:
        """Take in the answer to a question about some sentences."""
        self.dropped += answer.dropped
        anchored = self._anchored(answer.entities, sentences)
        unique = {span.id: span for _, span in anchored}
        kept = {span.id: span for span in compatible(likeliest_first(unique.values()), self._scheme)}
        self.dropped += Counter({OVERLAPPING: len(unique) - len(kept)})
        self.spans |= kept
        by_name = _by_name((name, kept[span.id]) for name, span in anchored if span.id in kept)
        self._listed += [(listed, by_name.get(listed.head), by_name.get(listed.child)) for listed in answer.relations]

    def repeat(self) -> None:
        """Suggest names also where the model did not list them, unless it has the words under several labels.

        It is called once, after the last answer about mentions.
        """
        best: dict[str, dict[str, float]] = {}
        for span in self.spans.values():
            words = self._words(span)
            if words[0].isupper() and len(words) > 1:
                scores = best.setdefault(words, {})
                scores[span.label] = max(scores.get(span.label, 0.0), span.score or 0.0)
        taken = {token for span in self.spans.values() for token in self._tokens(span)}
        everywhere = Segment(0, len(self._document.text))
        for words in sorted(best, key=lambda w: (-len(w), w)):
            if len(best[words]) > 1:
                continue
            ((label, score),) = best[words].items()
            for segment in self._quotes.exact(words, everywhere):
                tokens = self._tokens(segment)
                if taken.isdisjoint(tokens):
                    taken.update(tokens)
                    self._keep(segment, label, score * REPETITION_FACTOR)

    def mentions(self, sentences: range) -> list[Span]:
        """The mentions so far that begin in some sentences, in reading order."""
        place = self._document.sentences.at_or_before
        return sorted((s for s in self.spans.values() if place(s.start) in sentences), key=reading_order)

    def relate(self, answer: Answer, mentions: Sequence[Span]) -> None:
        """Take in the answer to a question about the relations between mentions, which it numbers from 1."""
        self.dropped += answer.dropped
        by_number = {str(number): span for number, span in enumerate(mentions, 1)}
        self._listed += [
            (listed, by_number.get(listed.head), by_number.get(listed.child)) for listed in answer.relations
        ]

    def finish(self) -> None:
        """Add the relations, after the last answer."""
        same: dict[tuple[str, str], list[Span]] = {}
        for span in self.spans.values():
            same.setdefault((self._words(span), span.label), []).append(span)
        for listed, head, child in self._listed:
            self._relate(listed, head, child, same)

    def _anchored(self, entities: Iterable[ListedEntity], sentences: range) -> list[tuple[str, Span]]:
        """The mentions that were found, each with the id that relations name it by.

        Longer ones choose first, so that a shorter one does not sit down inside them.  Where the same words are listed
        again, looking goes on after the place that they had last, since no place becomes free again.
        """
        anchored: list[tuple[str, Span]] = []
        used: dict[SpanKey, None] = {}
        places: dict[tuple[object, ...], tuple[Segment, Iterator[Segment]]] = {}
        for entity in sorted(entities, key=lambda e: -len(e.text)):
            words = entity.text, entity.label, entity.sentence, entity.before, entity.after
            if words not in places:
                segments = self._segments(entity, sentences)
                if not segments:
                    self.dropped[NOT_IN_TEXT] += 1
                    continue
                places[words] = segments[0], iter(segments)
            first, others = places[words]
            free = (p for p in others if self._scheme.span_problem(SpanKey(*p, entity.label), used) is None)
            segment = next(free, first)
            used[SpanKey(*segment, entity.label)] = None
            score = round(self._score * CERTAINTY[entity.certainty], 3)
            anchored.append((entity.id, suggested_span(*segment, entity.label, self._source, score)))
        return anchored

    def _segments(self, entity: ListedEntity, sentences: range) -> list[Segment]:
        """Where a mention may stand: in its sentence, else in the nearest that has it."""
        named = sentences.start + entity.sentence - 1
        nearest = sorted(sentences, key=lambda index: (abs(index - named), index))
        for look in (self._quotes.exact, self._quotes.alike, self._quotes.bare):
            for index in nearest:
                segments = list(look(entity.text, self._document.sentences[index]))
                if len(segments) > 1 and (entity.before or entity.after):
                    segments.sort(key=lambda s: -self._quotes.fit(s, entity.before, entity.after))
                if segments:
                    return segments
        return []

    def _relate(
        self, listed: ListedRelation, head: Span | None, child: Span | None, same: Mapping[tuple[str, str], list[Span]]
    ) -> None:
        if head is None or child is None:
            self.dropped[WITHOUT_ENDS] += 1
            return
        kind = self._scheme.relations[listed.label]
        if not kind.fits(head.label, child.label) and kind.fits(child.label, head.label):
            head, child = child, head
        pairs = product(self._nearest(head, same), self._nearest(child, same))
        for one, other in pairs:
            key = RelationKey(one.key, other.key, listed.label)
            if self._scheme.relation_problem(key, self._document.sentences) is None:
                self._keep_relation(one, other, listed)
                return
        self.dropped[NOT_ALLOWED] += 1

    def _nearest(self, span: Span, same: Mapping[tuple[str, str], list[Span]]) -> list[Span]:
        """A mention and the nearest ones of the same words and label, itself first."""
        mentions = same[self._words(span), span.label]
        return nsmallest(_MOST_MENTIONS, mentions, key=lambda s: (abs(s.start - span.start), s.start))

    def _keep_relation(self, head: Span, child: Span, listed: ListedRelation) -> None:
        """Keep a relation, once."""
        if RelationKey(head.key, child.key, listed.label).canonical(self._scheme.symmetric).head != head.key:
            head, child = child, head
        score = min(head.score or 0.0, child.score or 0.0) * RELATION_FACTOR * CERTAINTY[listed.certainty]
        relation = suggested_relation(head, child, listed.label, self._source, round(score, 3))
        self.relations.setdefault(relation.id, relation)

    def _keep(self, segment: Segment, label: str, score: float) -> None:
        span = suggested_span(*segment, label, self._source, round(score, 3))
        self.spans.setdefault(span.id, span)

    def _words(self, span: Span) -> str:
        return self._document.text[span.start : span.end]

    def _tokens(self, segment: Span | Segment) -> range:
        return self._document.tokens.overlapping(segment.start, segment.end)


def _by_name(named: Iterable[tuple[str, Span]]) -> dict[str, Span]:
    """The mentions by the id that the model gave them, but for those whose id it gave to another one too."""
    groups: dict[str, set[Span]] = {}
    for name, span in named:
        groups.setdefault(name, set()).add(span)
    return {name: next(iter(spans)) for name, spans in groups.items() if name and len(spans) == 1}
