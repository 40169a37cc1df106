"""Suggestions that follow the curator: what was just decided changes what is still suggested in the open document.

They are a function of what is stored (the layer, the stored suggestions, the memory of other documents), so nothing
of them is stored and reading the document anew gives the same; undoing a decision takes its effect back.  A change
costs the units of text (sentences) that it concerns: those where it happened, and those where the same phrase waits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from annotator.annotation import Relation, Span, reading_order, suggested_span
from annotator.history import Op, Record
from annotator.intervals import IntervalIndex
from annotator.suggest.learned.evidence import (
    LEAST_SCORE,
    DecisionCounts,
    LabelEstimate,
    PhraseDecision,
    RangeDecision,
    decision_against,
    estimate_labels,
    phrase_decision,
)
from annotator.suggest.learned.phrase_memory import SOURCE, PhraseMemory
from annotator.suggest.phrases import PhraseIndex, Stems, TokenRange, Unit
from annotator.text import Document
from annotator.workflow.editing.editable_layer import WorkingLayer

AHEAD = 24
"""Undecided mentions of a phrase, the first ones in the document, that its decisions bear on at a time."""
LENGTH_BONUS = 0.06
"""What each further token is worth against another suggestion for the same words."""
FAITH = 2.0
"""Mentions elsewhere that the score of a stored suggestion counts as much as."""
HUSHED = 0.3
"""Score below which a stored suggestion is kept quiet."""
Claim = tuple[str, str]
"""What a decision is known by: the table it stands in, and its id there."""


class Linker(Protocol):
    """Proposes relations between the spans of a sentence."""

    def relations(self, document: Document, spans: list[Span]) -> list[Relation]:
        """Return the relations to propose between ``spans``, which are in reading order."""
        ...


@dataclass(slots=True)
class _Overlay:
    """What is suggested in a unit beside what is stored: spans, each with whether it waits, and relations."""

    spans: dict[str, tuple[Span, bool]] = field(default_factory=dict)
    ends: dict[str, tuple[Span, bool]] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.spans or self.ends or self.relations)


class Live:
    """Keeps the suggestions of one working layer up to date with what is decided in it."""

    def __init__(
        self,
        document: Document,
        layer: WorkingLayer,
        memory: PhraseMemory | None = None,
        linker: Linker | None = None,
        calibrate: Callable[[float], float] = float,
    ) -> None:
        self._document = document
        self._layer = layer
        self._memory = memory if memory is not None else PhraseMemory()
        self._linker = linker
        self._calibrate = calibrate
        self._index = PhraseIndex(document)
        self._overlays: dict[Unit, _Overlay] = {}
        self._forget()
        self._restart()

    def _forget(self) -> None:
        self._claims: dict[Claim, tuple[Stems, TokenRange, PhraseDecision]] = {}
        self._evidence: defaultdict[Stems, DecisionCounts] = defaultdict(DecisionCounts)
        self._decided: defaultdict[Stems, Counter[int]] = defaultdict(Counter)
        self._ahead: dict[Stems, frozenset[int]] = {}
        self._ahead_at: defaultdict[int, dict[Stems, None]] = defaultdict(dict)

    # What was decided

    def follow(self, ops: Iterable[Op]) -> list[tuple[int, int]]:
        """Take up what a step did; return the stretches of text whose suggestions changed."""
        ops = list(ops)
        if any(op.table == "layer" and op.id == "state" for op in ops) and self._resting != self._rests():
            return self._restart()
        if self._resting:
            return []
        phrases, changed = self._take_up(ops)
        bearing = {self._index.unit_of(token) for phrase in phrases for token in self._look_ahead(phrase)}
        return self._renew(bearing | changed, changed)

    def _rests(self) -> bool:
        """Return whether nothing new is to be suggested: the document is finished."""
        return self._layer.fields.get("state") == "done"

    def _restart(self) -> list[tuple[int, int]]:
        """Work everything out from what stands."""
        self._resting = self._rests()
        self._forget()
        units: set[Unit] = set(self._overlays)
        if not self._resting:
            for table, identities in (("span", self._layer.spans), ("verdict", self._layer.verdicts)):
                for identity in identities:
                    self._claim((table, identity))
            units.update(self._units_to_look_at())
        return self._renew(units, units)

    def _units_to_look_at(self) -> Iterator[Unit]:
        """Yield the units in which something may have to be suggested: where known phrases or own spans are."""
        phrases = {phrase for stem in self._index.positions for phrase in self._memory.decided(stem)}
        for phrase in phrases.union(self._evidence):
            yield from map(self._index.unit_of, self._look_ahead(phrase))
        for interval in self._layer.index:
            yield from self._units_of(interval.start, interval.end)

    def _take_up(self, ops: Iterable[Op]) -> tuple[set[Stems], set[Unit]]:
        """Note the decisions that some ops made or took back; return the phrases and units that they concern."""
        phrases: set[Stems] = set()
        units: set[Unit] = set()
        for op in ops:
            claims: list[Claim] = []
            if op.table == "span":
                claims = [("span", op.id), *(("verdict", d.id) for d in self._layer.came_of(op.id))]
                for record in (op.was, op.now):
                    if record is not None:
                        units.update(self._units_of(record["start"], record["end"]))
            elif op.table == "verdict":
                claims = [("verdict", op.id)]
                for record in (op.was, op.now):
                    if record is not None:
                        units.update(self._units_of(*_extent(record)))
            elif op.table == "relation":
                ends = [r[end] for r in (op.was, op.now) if r is not None for end in ("head", "child")]
                spans = [self._layer.spans[end] for end in ends if end in self._layer.spans]
                units.update(unit for span in spans for unit in self._units_of(span.start, span.end))
            for claim in claims:
                phrases.update(self._claim(claim))
        return phrases, units

    def _claim(self, claim: Claim) -> set[Stems]:
        """Note what a decision says now; return the phrases on which it says something else than before."""
        mark = self._mark(claim)
        place = self._index.token_range(mark.start, mark.end) if mark is not None else None
        new = None
        if mark is not None and place is not None:
            new = (self._index.phrase(place), place, phrase_decision(self._index, place, mark))
        old = self._claims.pop(claim, None)
        if new is not None:
            self._claims[claim] = new
        if old == new:
            return set()
        if old is not None:
            self._count(*old, by=-1)
        if new is not None:
            self._count(*new, by=1)
        return {said[0] for said in (old, new) if said is not None}

    def _count(self, phrase: Stems, place: TokenRange, what: PhraseDecision, by: int) -> None:
        evidence = self._evidence[phrase]
        evidence.count(what, by)
        decided = self._decided[phrase]
        decided[place.start] += by
        if not decided[place.start]:
            del decided[place.start]

    def _mark(self, claim: Claim) -> RangeDecision | None:
        """Return what a decision says of which words; ``None`` when it is gone or says nothing."""
        table, identity = claim
        if table == "span":
            span = self._layer.spans.get(identity)
            return None if span is None else RangeDecision(*span.key, positive=True)
        decision = self._layer.verdicts.get(identity)
        return None if decision is None else decision_against(decision, self._layer.spans.get(decision.item or ""))

    # Where it bears

    def _look_ahead(self, phrase: Stems) -> frozenset[int]:
        """Find anew on which undecided mentions of a phrase its decisions bear; return the tokens that this concerns.

        They are the first tokens of the mentions on which they bear now, and of those on which they did before.
        """
        before = self._ahead.pop(phrase, frozenset())
        decided = self._decided.get(phrase, ())
        known = self._evidence.get(phrase) or self._memory.evidence(phrase, self._document.key).decisions
        places = (place.start for place in self._index.occurrences(phrase) if place.start not in decided)
        now = frozenset(islice(places, AHEAD if known else 0))
        if now:
            self._ahead[phrase] = now
        for token in before - now:
            del self._ahead_at[token][phrase]
            if not self._ahead_at[token]:
                del self._ahead_at[token]
        for token in now - before:
            self._ahead_at[token][phrase] = None
        return before | now

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
        self._layer.relink((), [r for unit in linked for r in before[unit].relations])
        ends = {unit: before[unit].ends for unit in kept}
        self._revise(
            {i: o for old in before.values() for i, o in (old.ends | old.spans).items()},
            {i: o for unit, new in after.items() for i, o in (ends.get(unit, {}) | new.spans).items()},
        )
        if not self._resting:
            for unit in linked:
                self._link(unit, after[unit])
        self._revise({}, {i: o for unit in linked for i, o in after[unit].ends.items()})
        self._layer.relink([r for unit in linked for r in after[unit].relations.values()], ())
        for unit, new in after.items():
            if new:
                self._overlays[unit] = new
            else:
                self._overlays.pop(unit, None)
        return _changed(before.values(), after.values())

    def _revise(self, old: Mapping[str, tuple[Span, bool]], new: Mapping[str, tuple[Span, bool]]) -> None:
        put = {identity: overlaid for identity, overlaid in new.items() if old.get(identity) != overlaid}
        drop = [identity for identity in old if identity not in new]
        if put or drop:
            self._layer.revise(put, drop)

    def _spans(self, unit: Unit) -> dict[str, tuple[Span, bool]]:
        """Return what the memory makes of a unit: new spans, and stored ones with another score or kept quiet."""
        first, behind = self._index.unit_range(unit)
        if first >= behind:
            return {}
        start, end = self._index.segment(TokenRange(first, behind))
        stored = [s for s in self._layer.stored_over(start, end) if s.id not in self._layer.verdicts]
        found = {s.id: (revised, revised.score or 0) for s in stored for revised in [self._reconsidered(s)]}
        kept = [s for s in self._remembered(first, behind) if s.id not in self._layer.stored_spans]
        overlay: dict[str, tuple[Span, bool]] = {}
        chosen: list[Span] = []
        for span in sorted(kept, key=lambda s: (-self._rank(s), s.key)):
            rivals = [s for s, _ in found.values() if self._conflict(s, span)]
            if any(self._conflict(other, span) for other in chosen):
                continue
            if all(self._rank(span) > self._rank(rival) for rival in rivals):
                chosen.append(span)
                overlay[span.id] = (span, True)
                overlay.update((rival.id, (rival, False)) for rival in rivals)
        for identity, (span, score) in found.items():
            if identity not in overlay and span is not self._layer.stored_spans[identity]:
                overlay[identity] = (span, score >= HUSHED)
        return overlay

    def _rank(self, span: Span) -> float:
        return (span.score or 0) + LENGTH_BONUS * (len(self._document.tokens.overlapping(span.start, span.end)) - 1)

    def _conflict(self, one: Span, other: Span) -> bool:
        """Return whether the scheme allows only one of two, or they say two things of the same words."""
        if one.end <= other.start or other.end <= one.start:
            return False
        if (one.start, one.end) == (other.start, other.end):
            return True
        if self._layer.scheme.overlap == "any":
            return False
        inside = one.start <= other.start and other.end <= one.end
        around = other.start <= one.start and one.end <= other.end
        return self._layer.scheme.overlap == "flat" or not (inside or around)

    def _reconsidered(self, span: Span) -> Span:
        """Return a stored suggestion with the score that what was decided on its phrase gives it."""
        place = self._index.token_range(span.start, span.end)
        phrase = self._index.phrase(place) if place is not None else ()
        if place is None or place.start not in self._ahead.get(phrase, ()):
            return span
        judged = self._judge(phrase, place, span.label)[span.label]
        if not judged.weight:
            return span
        stored = span.score if span.score is not None else LEAST_SCORE
        score = (FAITH * stored + judged.weight * judged.score) / (FAITH + judged.weight)
        return span.replace(score=round(score, 3))

    def _judge(self, phrase: Stems, place: TokenRange, label: str | None = None) -> dict[str, LabelEstimate]:
        return estimate_labels(
            *self._index.form_and_context(place),
            self._evidence.get(phrase),
            self._memory.evidence(phrase, self._document.key),
            label,
        )

    def _remembered(self, first: int, behind: int) -> Iterator[Span]:
        """Yield the spans that the memory proposes in a unit, one label a phrase."""
        for token in range(first, behind):
            for phrase in self._ahead_at.get(token, ()):
                place = TokenRange(token, token + len(phrase))
                if place.stop <= behind:
                    span = self._likeliest(phrase, place)
                    if span is not None and span.id not in self._layer.verdicts:
                        yield span

    def _likeliest(self, phrase: Stems, place: TokenRange) -> Span | None:
        """Return the span that the memory proposes at a place, if any is likely enough."""
        start, end = self._index.segment(place)
        if self._layer.scheme.overlap == "flat" and self._layer.index.overlapping(start, end):
            return None
        labels = self._layer.scheme.entities
        judged = {label: judgement for label, judgement in self._judge(phrase, place).items() if label in labels}
        label = max(judged, key=lambda name: (judged[name].score, name), default=None)
        score = judged[label].score * self._standing(place) if label is not None else 0.0
        if label is None or score < LEAST_SCORE:
            return None
        return suggested_span(start, end, label, SOURCE, round(self._calibrate(score), 3))

    def _standing(self, place: TokenRange) -> float:
        """Return how far a phrase stands by itself: less where a neighbouring capital makes it part of a name."""
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

    def _linkable(self, unit: Unit) -> bool:
        """Return whether a unit holds spans of the curator's own, between which relations are looked for."""
        first, behind = self._index.unit_range(unit)
        if self._linker is None or self._resting or first >= behind:
            return False
        return bool(self._layer.index.overlapping(*self._index.segment(TokenRange(first, behind))))

    def _link(self, unit: Unit, overlay: _Overlay) -> None:
        """Propose relations at the curator's own spans, where no stored suggestion does."""
        if self._linker is None or not self._linkable(unit):
            return
        start, end = self._index.segment(self._index.unit_range(unit))
        own = {str(s.key): s for s in self._standing_in(self._layer.index, start, end)}
        waiting = {s.id: s for s in self._standing_in(self._layer.pending_spans, start, end)}
        ends = sorted((*own.values(), *waiting.values()), key=reading_order)
        named = [span.replace(id=str(span.key)) for span in ends]
        for relation in self._linker.relations(self._document, named):
            keys = (relation.head, relation.child)
            if own.keys().isdisjoint(keys) or relation.id in self._layer.stored_relations:
                continue
            head, child = (own[key].id if key in own else key for key in keys)
            if self._layer.proposed_between(head, child, relation.label):
                continue
            overlay.relations[relation.id] = relation
            for key in keys:
                if key in own and key not in self._layer.suggested_spans:
                    overlay.ends[key] = (suggested_span(*own[key].key, SOURCE, 1.0), False)

    def _standing_in(self, index: IntervalIndex, start: int, end: int) -> Iterator[Span]:
        for interval in index.overlapping(start, end):
            span = self._layer.span(interval.id)
            if span is not None and start <= span.start and span.end <= end:
                yield span


def _waiting(overlay: _Overlay) -> set[tuple[str, bool]]:
    """Return what an overlay makes wait, and what it keeps quiet."""
    return {(identity, waits) for identity, (_, waits) in overlay.spans.items()}


def _extent(verdict: Record) -> tuple[int, int]:
    """Return the range that a verdict is about: of a relation, from its first end to its last."""
    keys = verdict["original"][:2] if verdict["kind"] == "relation" else [verdict["original"]]
    return min(key[0] for key in keys), max(key[1] for key in keys)


def _changed(before: Iterable[_Overlay], after: Iterable[_Overlay]) -> list[tuple[int, int]]:
    """Return the stretches of text at which what is suggested differs."""
    found: set[tuple[int, int]] = set()
    for old, new in zip(before, after, strict=True):
        for identity in old.spans.keys() | new.spans.keys():
            overlaid = old.spans.get(identity), new.spans.get(identity)
            if overlaid[0] != overlaid[1]:
                found.update((o[0].start, o[0].end) for o in overlaid if o is not None)
        for identity in old.relations.keys() ^ new.relations.keys():
            relation = old.relations.get(identity) or new.relations[identity]
            for end in (relation.head, relation.child):
                start, behind = end.split("-")[:2]
                found.add((int(start), int(behind)))
    return sorted(found)
