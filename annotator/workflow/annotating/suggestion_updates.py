"""Suggestion updates: what a curator decides changes what is still suggested in the open document.

Updates follow from what is stored (the layer, the stored suggestions, the memory of other documents).  So they are not
stored themselves: opening the document again gives the same, and undoing a decision takes its effect back.  A change
costs the sentences that it concerns: those where it happened, and those where the same phrase waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from annotator.annotation import Relation, Span, reading_order, suggested_span
from annotator.history import Op, Record
from annotator.intervals import IntervalIndex
from annotator.labels.scheme import ranges_clash
from annotator.suggest.learned.evidence import LEAST_SCORE
from annotator.suggest.learned.phrase_memory import SOURCE, PhraseMemory
from annotator.suggest.phrases import PhraseIndex, Stems, TokenRange, Unit
from annotator.text import Document
from annotator.workflow.annotating.phrase_evidence import DecisionId, PhraseEvidence
from annotator.workflow.annotating.review_layer import ReviewLayer

LENGTH_BONUS = 0.06
"""What each further token is worth against another suggestion for the same words."""
STORED_WEIGHT = 2.0
"""Mentions elsewhere that the score of a stored suggestion counts as much as."""
LEAST_SHOWN = 0.3
"""Score below which a stored suggestion is no longer shown."""


class RelationProposer(Protocol):
    """Proposes relations between the spans of a sentence."""

    def relations(self, document: Document, spans: list[Span]) -> list[Relation]:
        """The relations to propose between ``spans``, which are in reading order."""
        ...


@dataclass(slots=True)
class _Overlay:
    """What is suggested in a unit beside what is stored: spans, each with whether it waits, and relations."""

    spans: dict[str, tuple[Span, bool]] = field(default_factory=dict)
    ends: dict[str, tuple[Span, bool]] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.spans or self.ends or self.relations)


class SuggestionUpdates:
    """Keeps the suggestions of one layer up to date with what is decided in it.

    ``memory`` knows what was decided in other documents, ``proposer`` finds relations between the curator's own spans,
    ``calibrate`` turns the memory's scores into probabilities.
    """

    def __init__(
        self,
        document: Document,
        layer: ReviewLayer,
        memory: PhraseMemory | None = None,
        proposer: RelationProposer | None = None,
        calibrate: Callable[[float], float] = float,
    ) -> None:
        self._document = document
        self._layer = layer
        self._suggestions = layer.suggestions
        self._proposer = proposer
        self._calibrate = calibrate
        self._index = PhraseIndex(document)
        self._evidence = PhraseEvidence(document, self._index, layer, memory if memory is not None else PhraseMemory())
        self._overlays: dict[Unit, _Overlay] = {}
        self._restart()

    # Following decisions

    def follow(self, ops: Iterable[Op]) -> list[tuple[int, int]]:
        """Take up what a step did; the stretches of text, in code points, whose suggestions changed."""
        ops = list(ops)
        if any(op.table == "layer" and op.id == "state" for op in ops) and self._resting != self._is_finished():
            return self._restart()
        if self._resting:
            return []
        decisions, changed = self._concerned(ops)
        phrases = self._evidence.count(decisions)
        bearing = {self._index.unit_of(token) for phrase in phrases for token in self._evidence.look_ahead(phrase)}
        return self._renew(bearing | changed, changed)

    def _is_finished(self) -> bool:
        return self._layer.content.fields.get("state") == "done"

    def _restart(self) -> list[tuple[int, int]]:
        """Work everything out from the layer as it is; nothing new is suggested for a finished document."""
        self._resting = self._is_finished()
        self._evidence.clear()
        units: set[Unit] = set(self._overlays)
        if not self._resting:
            self._evidence.count_all()
            units.update(self._units_to_look_at())
        return self._renew(units, units)

    def _units_to_look_at(self) -> Iterator[Unit]:
        """The units that hold known phrases or spans of the curator: there something may have to be suggested."""
        for phrase in self._evidence.known_phrases():
            yield from map(self._index.unit_of, self._evidence.look_ahead(phrase))
        for interval in self._layer.content.index:
            yield from self._units_of(interval.start, interval.end)

    def _concerned(self, ops: Iterable[Op]) -> tuple[list[DecisionId], set[Unit]]:
        """The decisions that some ops made or took back, and the units that they concern."""
        spans = self._layer.content.spans
        decisions: list[DecisionId] = []
        units: set[Unit] = set()
        for op in ops:
            records = [record for record in (op.was, op.now) if record is not None]
            if op.table == "span":
                decisions += [("span", op.id), *(("verdict", v.id) for v in self._suggestions.verdicts_on(op.id))]
                for record in records:
                    units.update(self._units_of(record["start"], record["end"]))
            elif op.table == "verdict":
                decisions.append(("verdict", op.id))
                for record in records:
                    units.update(self._units_of(*_extent(record)))
            elif op.table == "relation":
                ends = [spans[r[end]] for r in records for end in ("head", "child") if r[end] in spans]
                units.update(unit for span in ends for unit in self._units_of(span.start, span.end))
        return decisions, units

    def _units_of(self, start: int, end: int) -> Iterator[Unit]:
        tokens = self._document.tokens.overlapping(start, end)
        if tokens:
            first, last = self._index.unit_of(tokens[0]), self._index.unit_of(tokens[-1])
            yield first
            if last != first:
                yield from {self._index.unit_of(token) for token in tokens}

    # What is suggested

    def _renew(self, units: set[Unit], changed: set[Unit]) -> list[tuple[int, int]]:
        """Work out anew what is suggested in some units, and let the layer have it.

        Relations are looked for anew where the layer itself ``changed`` and where other spans wait than before.
        """
        before = {unit: self._overlays.get(unit) or _Overlay() for unit in units}
        after = {unit: _Overlay() if self._resting else _Overlay(self._spans(unit)) for unit in before}
        kept = [u for u in units - changed if _waiting(before[u]) == _waiting(after[u])]
        for unit in kept:
            after[unit].ends, after[unit].relations = before[unit].ends, before[unit].relations
        linked = units.difference(kept)
        self._suggestions.revise_relations((), [r for unit in linked for r in before[unit].relations])
        ends = {unit: before[unit].ends for unit in kept}
        self._revise(
            {i: o for old in before.values() for i, o in (old.ends | old.spans).items()},
            {i: o for unit, new in after.items() for i, o in (ends.get(unit, {}) | new.spans).items()},
        )
        if not self._resting:
            for unit in linked:
                self._link(unit, after[unit])
        self._revise({}, {i: o for unit in linked for i, o in after[unit].ends.items()})
        self._suggestions.revise_relations([r for unit in linked for r in after[unit].relations.values()], ())
        for unit, new in after.items():
            if new:
                self._overlays[unit] = new
            else:
                self._overlays.pop(unit, None)
        return _changed(before.values(), after.values())

    def _revise(self, old: Mapping[str, tuple[Span, bool]], new: Mapping[str, tuple[Span, bool]]) -> None:
        put = {span_id: overlaid for span_id, overlaid in new.items() if old.get(span_id) != overlaid}
        drop = [span_id for span_id in old if span_id not in new]
        if put or drop:
            self._suggestions.revise(put, drop)

    def _spans(self, unit: Unit) -> dict[str, tuple[Span, bool]]:
        """What is to be suggested in a unit: new spans, and stored ones with another score or no longer shown.

        By id, each with whether it may wait for a verdict.
        """
        first, behind = self._index.unit_range(unit)
        if first >= behind:
            return {}
        start, end = self._index.segment(TokenRange(first, behind))
        stored = [s for s in self._suggestions.stored_over(start, end) if s.id not in self._suggestions.verdicts]
        rescored = {s.id: self._rescored(s) for s in stored}
        new = [s for s in self._recalled(first, behind) if s.id not in self._suggestions.stored_spans]
        overlay: dict[str, tuple[Span, bool]] = {}
        chosen: list[Span] = []
        for span in sorted(new, key=lambda s: (-self._rank(s), s.key)):
            rivals = [s for s in rescored.values() if self._conflict(s, span)]
            if any(self._conflict(other, span) for other in chosen):
                continue
            if all(self._rank(span) > self._rank(rival) for rival in rivals):
                chosen.append(span)
                overlay[span.id] = (span, True)
                overlay.update((rival.id, (rival, False)) for rival in rivals)
        for span_id, span in rescored.items():
            if span_id not in overlay and span is not self._suggestions.stored_spans[span_id]:
                overlay[span_id] = (span, (span.score or 0) >= LEAST_SHOWN)
        return overlay

    def _rank(self, span: Span) -> float:
        return (span.score or 0) + LENGTH_BONUS * (len(self._document.tokens.overlapping(span.start, span.end)) - 1)

    def _conflict(self, one: Span, other: Span) -> bool:
        """Whether the scheme allows only one of two, or they give the same words two labels."""
        if (one.start, one.end) == (other.start, other.end):
            return True
        return ranges_clash(self._layer.scheme.overlap, one.start, one.end, other.start, other.end)

    def _rescored(self, span: Span) -> Span:
        """A stored suggestion with the score that decisions on its phrase give it."""
        place = self._index.token_range(span.start, span.end)
        phrase = self._index.phrase(place) if place is not None else ()
        if place is None or not self._evidence.bears_on(phrase, place.start):
            return span
        judged = self._evidence.judge(phrase, place, span.label)[span.label]
        if not judged.weight:
            return span
        stored = span.score if span.score is not None else LEAST_SCORE
        score = (STORED_WEIGHT * stored + judged.weight * judged.score) / (STORED_WEIGHT + judged.weight)
        return span.replace(score=round(score, 3))

    def _recalled(self, first: int, behind: int) -> Iterator[Span]:
        """The spans that the phrase memory proposes between two tokens, one label a phrase."""
        for token in range(first, behind):
            for phrase in self._evidence.phrases_at(token):
                place = TokenRange(token, token + len(phrase))
                if place.stop <= behind:
                    span = self._likeliest(phrase, place)
                    if span is not None and span.id not in self._suggestions.verdicts:
                        yield span

    def _likeliest(self, phrase: Stems, place: TokenRange) -> Span | None:
        """The span that the memory proposes at a place, if any is likely enough."""
        start, end = self._index.segment(place)
        if self._layer.scheme.overlap == "flat" and self._layer.content.index.overlapping(start, end):
            return None
        labels = self._layer.scheme.entities
        judged = {
            label: judgement for label, judgement in self._evidence.judge(phrase, place).items() if label in labels
        }
        label = max(judged, key=lambda name: (judged[name].score, name), default=None)
        score = judged[label].score * self._independence(place) if label is not None else 0.0
        if label is None or score < LEAST_SCORE:
            return None
        return suggested_span(start, end, label, SOURCE, round(self._calibrate(score), 3))

    def _independence(self, place: TokenRange) -> float:
        """How far a phrase is a mention by itself, 0 to 1; less where a capital beside it makes it part of a name."""
        index, text, tokens = self._index, self._document.text, self._document.tokens
        if not index.word(place.start)[0].isupper():
            return 1.0
        before, after = index.word(place.start - 1), index.word(place.stop)
        start, end = index.segment(place)
        if after[:1].isupper() and text[end : tokens.starts[place.stop]] == " ":
            return 0.6
        joined = before[:1].isupper() and text[tokens.ends[place.start - 1] : start] == " "
        return 0.75 if joined and place.start - 1 > index.unit_range(index.unit_of(place.start)).start else 1.0

    # Relations

    def _has_own_spans(self, unit: Unit) -> bool:
        first, behind = self._index.unit_range(unit)
        return first < behind and bool(
            self._layer.content.index.overlapping(*self._index.segment(TokenRange(first, behind)))
        )

    def _link(self, unit: Unit, overlay: _Overlay) -> None:
        """Propose relations at the curator's own spans, where no stored suggestion does."""
        if self._proposer is None or not self._has_own_spans(unit):
            return
        start, end = self._index.segment(self._index.unit_range(unit))
        own = {str(s.key): s for s in self._spans_within(self._layer.content.index, start, end)}
        waiting = {s.id: s for s in self._spans_within(self._layer.order.pending_spans, start, end)}
        ends = sorted((*own.values(), *waiting.values()), key=reading_order)
        named = [span.replace(id=str(span.key)) for span in ends]
        for relation in self._proposer.relations(self._document, named):
            keys = (relation.head, relation.child)
            if own.keys().isdisjoint(keys) or relation.id in self._suggestions.stored_relations:
                continue
            head, child = (own[key].id if key in own else key for key in keys)
            if self._suggestions.is_linked(head, child, relation.label):
                continue
            overlay.relations[relation.id] = relation
            for key in keys:
                if key in own and key not in self._suggestions.spans:
                    overlay.ends[key] = (suggested_span(*own[key].key, SOURCE, 1.0), False)

    def _spans_within(self, index: IntervalIndex, start: int, end: int) -> Iterator[Span]:
        for interval in index.overlapping(start, end):
            span = self._layer.span(interval.id)
            if span is not None and start <= span.start and span.end <= end:
                yield span


def _waiting(overlay: _Overlay) -> set[tuple[str, bool]]:
    """The spans of an overlay, each with whether it may wait."""
    return {(span_id, waits) for span_id, (_, waits) in overlay.spans.items()}


def _extent(verdict: Record) -> tuple[int, int]:
    """The range that a verdict is about: of a relation, from its first end to its last."""
    keys = verdict["original"][:2] if verdict["kind"] == "relation" else [verdict["original"]]
    return min(key[0] for key in keys), max(key[1] for key in keys)


def _changed(before: Iterable[_Overlay], after: Iterable[_Overlay]) -> list[tuple[int, int]]:
    """The stretches of text at which what is suggested differs."""
    ranges: set[tuple[int, int]] = set()
    for old, new in zip(before, after, strict=True):
        for span_id in old.spans.keys() | new.spans.keys():
            overlaid = old.spans.get(span_id), new.spans.get(span_id)
            if overlaid[0] != overlaid[1]:
                ranges.update((o[0].start, o[0].end) for o in overlaid if o is not None)
        for relation_id in old.relations.keys() ^ new.relations.keys():
            relation = old.relations.get(relation_id) or new.relations[relation_id]
            for end in (relation.head, relation.child):
                start, behind = end.split("-")[:2]
                ranges.add((int(start), int(behind)))
    return sorted(ranges)
