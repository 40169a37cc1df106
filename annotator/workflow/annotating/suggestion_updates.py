"""Updates the suggestions of the open document after each decision of its curator.

Updates follow from what is stored (the layer, the stored suggestions, the memory of other documents).  So they are not
stored themselves: opening the document again gives the same, and undoing a decision takes its effect back.  A change
costs the sentences that it concerns: those where it happened, and those where the same phrase waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Protocol

from annotator.annotation import Relation, Span, reading_order, suggested_span
from annotator.history import Op, Record
from annotator.intervals import IntervalIndex
from annotator.labels.scheme import ranges_clash
from annotator.suggest.learned.corrections import CorrectionMemory
from annotator.suggest.learned.evidence import LEAST_SCORE
from annotator.suggest.learned.phrase_memory import SOURCE, PhraseMemory
from annotator.suggest.phrases import PhraseIndex, Stems, TokenRange, Unit
from annotator.text import Document, Segment
from annotator.workflow.annotating.backlog import Backlog
from annotator.workflow.annotating.correction_rules import CorrectionRules
from annotator.workflow.annotating.overlay import Overlay, changed_ranges
from annotator.workflow.annotating.phrase_evidence import DecisionId, PhraseEvidence
from annotator.workflow.annotating.review_layer import ReviewLayer
from annotator.workflow.annotating.suggestions import RevisedSpan

LENGTH_BONUS = 0.06
"""What each further token is worth against another suggestion for the same words."""
STORED_WEIGHT = 2.0
"""Mentions elsewhere that the score of a stored suggestion counts as much as."""
LEAST_SHOWN = 0.3
"""Score below which a stored suggestion is no longer shown."""
AT_ONCE = 1000
"""Ops of a step up to which the suggestions follow it at once; of a larger one, piece by piece, while there is time."""
UNITS_AT_ONCE = 100
"""Units that rules of correction may concern for a step to be followed there at once."""
PIECE = 20
"""Units whose suggestions are worked out as one piece, which takes some milliseconds."""


class RelationProposer(Protocol):
    """Proposes relations between the spans of a sentence."""

    def relations(self, document: Document, spans: list[Span]) -> list[Relation]:
        """The relations to propose between ``spans``, which are in reading order."""
        ...


class SuggestionUpdates:
    """Keeps the suggestions of one layer up to date with what is decided in it.

    After a step with thousands of ops they are behind, until :meth:`catch_up` was called often enough.  Where only what
    is ``in_view`` is to follow at once (``None``: all of the text), the rest does when :meth:`finish` is called, or the
    next step is taken.

    ``memory`` and ``corrections`` know what was decided in other documents, ``proposer`` makes what proposes relations
    at the curator's own spans, ``calibrate`` turns the memory's scores into probabilities.
    """

    def __init__(
        self,
        document: Document,
        layer: ReviewLayer,
        memory: PhraseMemory | None = None,
        proposer: Callable[[], RelationProposer] | None = None,
        calibrate: Callable[[float], float] = float,
        corrections: CorrectionMemory | None = None,
    ) -> None:
        self._document = document
        self._layer = layer
        self._suggestions = layer.suggestions
        self._make_proposer = proposer
        self._calibrate = calibrate
        self._index = PhraseIndex(document)
        self._evidence = PhraseEvidence(document, self._index, layer, memory if memory is not None else PhraseMemory())
        self._corrections = CorrectionRules(
            self._index, layer, corrections if corrections is not None else CorrectionMemory()
        )
        self._overlays: dict[Unit, Overlay] = {}
        self._backlog = Backlog()
        self._out_of_view: set[Unit] = set()
        self._changed_out_of_view: set[Unit] = set()
        self.in_view: Segment | None = None
        self._restart()

    def prepare(self) -> None:
        """Load now what the first decision would wait for."""
        _ = self._proposer

    @cached_property
    def _proposer(self) -> RelationProposer | None:
        """What proposes relations; made when it is first asked for, because the relation rules take long to load."""
        return self._make_proposer() if self._make_proposer is not None else None

    # Following decisions

    def update(self, ops: Iterable[Op], *, widespread: bool = False) -> list[tuple[int, int]]:
        """Update the suggestions after a step, or begin to; returns the ranges, in code points, in which they changed.

        After a ``widespread`` step those out of view follow later also where the step itself changed something.
        What is behind and what comes later may be done in any order: all of it follows from the layer as it is then.
        """
        ops = list(ops)
        if any(op.table == "layer" and op.id == "state" for op in ops) and self._is_paused != self._is_finished():
            return self._restart()
        if self._is_paused:
            return []
        if len(ops) > AT_ONCE:
            self._backlog.ops += ops
            return []
        ranges = self.finish()
        phrases, corrected, changed = self._count(ops)
        units = self._units_with(phrases) | changed
        if len(corrected) <= UNITS_AT_ONCE:
            units |= corrected
        else:
            self._backlog.add(corrected - units)
        self._out_of_view = self._units_out_of_view(units if widespread else units - changed)
        self._changed_out_of_view = changed & self._out_of_view
        return [*ranges, *self._update_units(units - self._out_of_view, changed)]

    def _units_out_of_view(self, units: set[Unit]) -> set[Unit]:
        seen = self._document.tokens.overlapping(*self.in_view) if self.in_view is not None else ()
        if not seen:
            return set()
        ranges = ((unit, self._index.unit_range(unit)) for unit in units)
        return {unit for unit, tokens in ranges if tokens.stop <= seen[0] or seen[-1] < tokens.start}

    def finish(self) -> list[tuple[int, int]]:
        """Let what is out of view follow the last step too; returns the ranges in which anything changed."""
        units, self._out_of_view = self._out_of_view, set()
        return self._update_units(units, self._changed_out_of_view) if units else []

    def follow(self, until: int) -> list[tuple[int, int]]:
        """Let what comes after the view follow the last step too, up to an offset; returns the ranges that changed."""
        if self.in_view is None:
            return self.finish()
        self.in_view = Segment(self.in_view.start, max(self.in_view.end, until))
        units, self._out_of_view = self._out_of_view, self._units_out_of_view(self._out_of_view)
        return self._update_units(units - self._out_of_view, self._changed_out_of_view)

    def follows_between(self, start: int, end: int) -> bool:
        """Whether the suggestions follow the last step everywhere between two offsets; not from an end to a start."""
        seen = self.in_view
        return not self._out_of_view or (seen is not None and seen.start <= max(start, 0) <= end <= seen.end)

    def _count(self, ops: Iterable[Op]) -> tuple[set[Stems], set[Unit], set[Unit]]:
        """Count the decisions of some ops: the phrases, and the units with other rules, then those with the ops."""
        decisions, changed = self._decisions_and_units(ops)
        phrases, corrected = self._evidence.count(decisions), self._corrections.count(decisions)
        return phrases, {unit for span in corrected for unit in self._units_of(span.start, span.end)}, changed

    def _units_with(self, phrases: Iterable[Stems]) -> set[Unit]:
        """Update what decisions on some phrases affect; the units in which that is or was."""
        tokens = (token for phrase in phrases for token in self._evidence.update_affected(phrase))
        return set(map(self._index.unit_of, tokens))

    @property
    def is_behind(self) -> bool:
        """Whether the suggestions do not yet follow a step of thousands of decisions."""
        return bool(self._backlog)

    @property
    def has_more_to_do(self) -> bool:
        """Whether there is anything that :meth:`catch_up` would do."""
        return bool(self._backlog or self._out_of_view)

    def catch_up(self, seconds: float = float("inf")) -> list[tuple[int, int]]:
        """Go on with what is behind, by a piece or for some seconds; returns the ranges in which anything changed."""
        until = time.monotonic() + seconds
        ranges = self.finish()
        while self._backlog:
            ranges += self._catch_up_by_a_piece()
            if time.monotonic() >= until:
                break
        return ranges

    def _catch_up_by_a_piece(self) -> list[tuple[int, int]]:
        behind = self._backlog
        if behind.ops:
            phrases, corrected, changed = self._count(behind.take_ops(10 * PIECE))
            behind.phrases |= phrases
            behind.add(corrected)
            behind.add(changed, changed=True)
        elif behind.phrases:
            behind.add(self._units_with(behind.take_phrases(10 * PIECE)))
        else:
            return self._update_units(*behind.take_units(PIECE))
        return []

    def _is_finished(self) -> bool:
        return self._layer.content.fields.get("state") == "done"

    def _restart(self) -> list[tuple[int, int]]:
        """Work out all suggestions from the layer as it is; nothing new is suggested for a finished document."""
        self._is_paused = self._is_finished()
        self._backlog = Backlog()
        self._out_of_view = set()
        self._evidence.clear()
        self._corrections.clear()
        units: set[Unit] = set(self._overlays)
        if not self._is_paused:
            self._evidence.count_all()
            self._corrections.count_all()
            units.update(self._units_with_evidence())
        return self._update_units(units, units)

    def _units_with_evidence(self) -> Iterator[Unit]:
        """The units in which something may be suggested: with known phrases, the curator's spans, or corrections."""
        for phrase in self._evidence.known_phrases():
            yield from map(self._index.unit_of, self._evidence.update_affected(phrase))
        for interval in self._layer.content.index:
            yield from self._units_of(interval.start, interval.end)
        for span in self._corrections.spans():
            yield from self._units_of(span.start, span.end)

    def _decisions_and_units(self, ops: Iterable[Op]) -> tuple[list[DecisionId], set[Unit]]:
        """The decisions that some ops made or took back, and the units in which these lie."""
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

    # Suggestions of a unit

    def _update_units(self, units: set[Unit], changed: set[Unit]) -> list[tuple[int, int]]:
        """Work out the suggestions in some units, and revise those of the layer; returns the ranges that changed.

        Relations are proposed again where the layer itself ``changed``, and where other spans are pending than before.
        """
        before = {unit: self._overlays.get(unit) or Overlay() for unit in units}
        after = {unit: Overlay() if self._is_paused else Overlay(self._revised_spans(unit)) for unit in before}
        unchanged = [u for u in units - changed if before[u].pending() == after[u].pending()]
        for unit in unchanged:
            after[unit].ends, after[unit].relations = before[unit].ends, before[unit].relations
        linked = units.difference(unchanged)
        self._suggestions.revise_relations((), [r for unit in linked for r in before[unit].relations])
        ends = {unit: before[unit].ends for unit in unchanged}
        self._revise(
            {i: o for old in before.values() for i, o in (old.ends | old.spans).items()},
            {i: o for unit, new in after.items() for i, o in (ends.get(unit, {}) | new.spans).items()},
        )
        if not self._is_paused:
            for unit in linked:
                self._propose_relations(unit, after[unit])
        self._revise({}, {i: o for unit in linked for i, o in after[unit].ends.items()})
        self._suggestions.revise_relations([r for unit in linked for r in after[unit].relations.values()], ())
        for unit, new in after.items():
            if new:
                self._overlays[unit] = new
            else:
                self._overlays.pop(unit, None)
        return changed_ranges(before.values(), after.values())

    def _revise(self, old: Mapping[str, RevisedSpan], new: Mapping[str, RevisedSpan]) -> None:
        put = {span_id: revised for span_id, revised in new.items() if old.get(span_id) != revised}
        drop = [span_id for span_id in old if span_id not in new]
        if put or drop:
            self._suggestions.revise(put, drop)

    def _revised_spans(self, unit: Unit) -> dict[str, RevisedSpan]:
        """The spans of a unit, by id, that differ from the stored ones: new, with another score, or no longer shown."""
        tokens = self._index.unit_range(unit)
        if tokens.start >= tokens.stop:
            return {}
        start, end = self._index.segment(tokens)
        stored = [s for s in self._suggestions.stored_over(start, end) if s.id not in self._suggestions.verdicts]
        rescored = {s.id: self._rescored(s) for s in stored}
        corrections = self._corrected_spans(stored)
        new = [s for s in self._remembered_spans(tokens) if s.id not in self._suggestions.stored_spans]
        new += [s for s in corrections.values() if all(s.id != other.id for other in new)]
        revised: dict[str, RevisedSpan] = {}
        chosen: list[Span] = []
        for span in sorted(new, key=lambda s: (-self._rank(s), s.key)):
            rivals = [s for s in rescored.values() if self._conflict(s, span)]
            if any(self._conflict(other, span) for other in chosen):
                continue
            if all(self._rank(span) > self._rank(r) for r in rivals if corrections.get(r.id) != span):
                chosen.append(span)
                revised[span.id] = RevisedSpan(span, may_be_pending=True)
                revised.update((rival.id, RevisedSpan(rival, may_be_pending=False)) for rival in rivals)
        for span_id, span in rescored.items():
            if span_id not in revised and span is not self._suggestions.stored_spans[span_id]:
                revised[span_id] = RevisedSpan(span, may_be_pending=(span.score or 0) >= LEAST_SHOWN)
        return revised

    def _corrected_spans(self, stored: Iterable[Span]) -> dict[str, Span]:
        """What is to be suggested in place of some stored suggestions, by their ids."""
        corrected = ((span.id, self._corrections.corrected(span)) for span in stored)
        return {span_id: span for span_id, span in corrected if span is not None and self._is_open(span)}

    def _is_open(self, span: Span) -> bool:
        """Whether a span is neither stored as a suggestion nor decided on, and may stand beside the curator's own."""
        suggestions = self._suggestions
        return (
            span.id not in suggestions.stored_spans
            and span.id not in suggestions.verdicts
            and self._layer.content.has_room(span.key)
        )

    def _rank(self, span: Span) -> float:
        return (span.score or 0) + LENGTH_BONUS * (len(self._document.tokens.overlapping(span.start, span.end)) - 1)

    def _conflict(self, one: Span, other: Span) -> bool:
        """Whether the scheme allows only one of two, or they give the same words two labels."""
        if (one.start, one.end) == (other.start, other.end):
            return True
        return ranges_clash(self._layer.scheme.overlap, one.start, one.end, other.start, other.end)

    def _rescored(self, span: Span) -> Span:
        """A stored suggestion with the score that decisions on its phrase give it."""
        tokens = self._index.token_range(span.start, span.end)
        phrase = self._index.phrase(tokens) if tokens is not None else ()
        if tokens is None or not self._evidence.affects(phrase, tokens.start):
            return span
        estimate = self._evidence.estimate(phrase, tokens, span.label)[span.label]
        if not estimate.weight:
            return span
        stored = span.score if span.score is not None else LEAST_SCORE
        score = (STORED_WEIGHT * stored + estimate.weight * estimate.score) / (STORED_WEIGHT + estimate.weight)
        return span.replace(score=round(score, 3))

    def _remembered_spans(self, tokens: TokenRange) -> Iterator[Span]:
        """The spans that the phrase memory proposes in a range of tokens, one label a phrase."""
        for token in range(tokens.start, tokens.stop):
            for phrase in self._evidence.phrases_at(token):
                mention = TokenRange(token, token + len(phrase))
                if mention.stop <= tokens.stop:
                    span = self._likeliest(phrase, mention)
                    if span is not None and span.id not in self._suggestions.verdicts:
                        yield span

    def _likeliest(self, phrase: Stems, mention: TokenRange) -> Span | None:
        """The span with the likeliest label for a mention of a phrase, if that is likely enough."""
        start, end = self._index.segment(mention)
        if self._layer.scheme.overlap == "flat" and self._layer.content.index.overlapping(start, end):
            return None
        labels = self._layer.scheme.entities
        estimates = {
            label: estimate for label, estimate in self._evidence.estimate(phrase, mention).items() if label in labels
        }
        label = max(estimates, key=lambda name: (estimates[name].score, name), default=None)
        score = estimates[label].score * self._independence(mention) if label is not None else 0.0
        if label is None or score < LEAST_SCORE:
            return None
        return suggested_span(start, end, label, SOURCE, round(self._calibrate(score), 3))

    def _independence(self, mention: TokenRange) -> float:
        """How likely a phrase is a whole mention, 0 to 1: less beside a capitalised word, maybe of the same name."""
        index, text, tokens = self._index, self._document.text, self._document.tokens
        if not index.word(mention.start)[0].isupper():
            return 1.0
        before, after = index.word(mention.start - 1), index.word(mention.stop)
        start, end = index.segment(mention)
        if after[:1].isupper() and text[end : tokens.starts[mention.stop]] == " ":
            return 0.6
        joined = before[:1].isupper() and text[tokens.ends[mention.start - 1] : start] == " "
        return 0.75 if joined and mention.start - 1 > index.unit_range(index.unit_of(mention.start)).start else 1.0

    # Relations

    def _propose_relations(self, unit: Unit, overlay: Overlay) -> None:
        """Propose relations at the curator's own spans, where no stored suggestion does."""
        tokens = self._index.unit_range(unit)
        start, end = self._index.segment(tokens) if tokens.start < tokens.stop else (0, 0)
        if not self._layer.content.index.overlapping(start, end) or self._proposer is None:
            return
        own = {str(s.key): s for s in self._spans_within(self._layer.content.index, start, end)}
        pending = {s.id: s for s in self._spans_within(self._layer.order.pending_spans, start, end)}
        ends = sorted((*own.values(), *pending.values()), key=reading_order)
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
                    overlay.ends[key] = RevisedSpan(suggested_span(*own[key].key, SOURCE, 1.0), may_be_pending=False)

    def _spans_within(self, index: IntervalIndex, start: int, end: int) -> Iterator[Span]:
        for interval in index.overlapping(start, end):
            span = self._layer.span(interval.id)
            if span is not None and start <= span.start and span.end <= end:
                yield span


def _extent(verdict: Record) -> tuple[int, int]:
    """The range that a verdict is about: of a relation, from its first end to its last."""
    keys = verdict["original"][:2] if verdict["kind"] == "relation" else [verdict["original"]]
    return min(key[0] for key in keys), max(key[1] for key in keys)
