"""From what a model listed to spans and relations that stand in the document.

A mention is looked for in the sentence that the model names, the second of the same words after the first; then in the
nearest sentence of the question that has it.  A name that it listed once is suggested at its other mentions too, and a
relation whose ends it took from different sentences moves to mentions of the same words in one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import nsmallest
from itertools import product

from annotator.annotation import Relation, RelationKey, Span, SpanKey, suggested_relation, suggested_span
from annotator.labels import LabelScheme
from annotator.suggest.chat.answer import Answer, Entity, Link
from annotator.suggest.chat.quotes import Quotes
from annotator.suggest.span_choice import compatible, likeliest_first
from annotator.text import Document, Segment

VERSION = "1"
"""Changes whenever the same answer could give other suggestions."""
CERTAINTY = {"high": 1.0, "medium": 0.8, "low": 0.55}
"""What is left of the score of what the model is sure of."""
LINKED = 0.9
"""What is left of the score of the less likely end for the relation."""
REPEATED = 0.85
"""What is left of a mention's score for the same words where the model did not list them."""

NOT_IN_TEXT = "not in the text"
OVERLAPPING = "overlapping a likelier one"
LOOSE = "relations without their ends"
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
        self._links: list[tuple[Link, Span | None, Span | None]] = []

    def add(self, answer: Answer, sentences: range) -> None:
        """Take in the answer to a question about some sentences."""
        self.dropped += answer.dropped
        listed = self._anchored(answer.entities, sentences)
        unique = {span.id: span for _, span in listed}
        kept = {span.id: span for span in compatible(likeliest_first(unique.values()), self._scheme)}
        self.dropped += Counter({OVERLAPPING: len(unique) - len(kept)})
        self.spans |= kept
        by_name = {name: kept[span.id] for name, span in listed if name and span.id in kept}
        self._links += [(link, by_name.get(link.head), by_name.get(link.child)) for link in answer.links]

    def finish(self) -> None:
        """Suggest names where they were not listed, then relate what is there."""
        self._repeat()
        same: dict[tuple[str, str], list[Span]] = {}
        for span in self.spans.values():
            same.setdefault((self._words(span), span.label), []).append(span)
        for link, head, child in self._links:
            self._relate(link, head, child, same)

    def _repeat(self) -> None:
        """Suggest names also where the model did not list them, unless it has the words under several labels."""
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
            for place in self._quotes.exact(words, everywhere):
                tokens = self._tokens(place)
                if taken.isdisjoint(tokens):
                    taken.update(tokens)
                    self._keep(place, label, score * REPEATED)

    def _anchored(self, entities: Iterable[Entity], sentences: range) -> list[tuple[str, Span]]:
        """Return the mentions that were found, each with the id that relations name it by.

        Longer ones choose first, so that a shorter one does not sit down inside them.
        """
        found: list[tuple[str, Span]] = []
        used: list[SpanKey] = []
        for entity in sorted(entities, key=lambda e: -len(e.text)):
            places = self._places(entity, sentences)
            keys = [SpanKey(*place, entity.label) for place in places]
            free = (p for p, key in zip(places, keys, strict=True) if self._scheme.span_problem(key, used) is None)
            place = next(free, places[0] if places else None)
            if place is None:
                self.dropped[NOT_IN_TEXT] += 1
                continue
            used.append(SpanKey(*place, entity.label))
            score = round(self._score * CERTAINTY[entity.certainty], 3)
            found.append((entity.id, suggested_span(*place, entity.label, self._source, score)))
        return found

    def _places(self, entity: Entity, sentences: range) -> list[Segment]:
        """Return where a mention may stand: in its sentence, else in the nearest that has it."""
        named = sentences.start + entity.sentence - 1
        nearest = sorted(sentences, key=lambda index: (abs(index - named), index))
        for look in (self._quotes.exact, self._quotes.alike, self._quotes.bare):
            for index in nearest:
                places = list(look(entity.text, self._document.sentences[index]))
                if places:
                    return places
        return []

    def _relate(
        self, link: Link, head: Span | None, child: Span | None, same: Mapping[tuple[str, str], list[Span]]
    ) -> None:
        if head is None or child is None:
            self.dropped[LOOSE] += 1
            return
        kind = self._scheme.relations[link.label]
        if not kind.fits(head.label, child.label) and kind.fits(child.label, head.label):
            head, child = child, head
        pairs = product(self._nearest(head, same), self._nearest(child, same))
        for one, other in pairs:
            key = RelationKey(one.key, other.key, link.label)
            if self._scheme.relation_problem(key, self._document.sentences) is None:
                self._link(one, other, link)
                return
        self.dropped[NOT_ALLOWED] += 1

    def _nearest(self, span: Span, same: Mapping[tuple[str, str], list[Span]]) -> list[Span]:
        """Return a mention and the nearest ones of the same words and label, itself first."""
        mentions = same[self._words(span), span.label]
        return nsmallest(_MOST_MENTIONS, mentions, key=lambda s: (abs(s.start - span.start), s.start))

    def _link(self, head: Span, child: Span, link: Link) -> None:
        """Keep a relation, once."""
        if RelationKey(head.key, child.key, link.label).canonical(self._scheme.symmetric).head != head.key:
            head, child = child, head
        score = min(head.score or 0.0, child.score or 0.0) * LINKED * CERTAINTY[link.certainty]
        relation = suggested_relation(head, child, link.label, self._source, round(score, 3))
        self.relations.setdefault(relation.id, relation)

    def _keep(self, place: Segment, label: str, score: float) -> None:
        span = suggested_span(*place, label, self._source, round(score, 3))
        self.spans.setdefault(span.id, span)

    def _words(self, span: Span) -> str:
        return self._document.text[span.start : span.end]

    def _tokens(self, place: Span | Segment) -> range:
        return self._document.tokens.overlapping(place.start, place.end)
