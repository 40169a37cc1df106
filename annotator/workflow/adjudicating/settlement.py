"""Works out cases, rulings and the content of gold from finished work and an adjudicator's decisions.

Pure, and the only place that says what gold holds: the same work, decisions and scheme always give the same gold,
whatever the order in which curators finished and decisions were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from annotator.annotation import (
    Annotations,
    Relation,
    RelationKey,
    Ruling,
    Span,
    SpanKey,
    key_json,
    relation_key,
    span_key,
)
from annotator.labels import LabelScheme
from annotator.text import Segmentation
from annotator.workflow.adjudicating.cases import Case, RelationCase, SpanCase
from annotator.workflow.adjudicating.relations import RelationOutcome, SpanOutcomes, relation_cases
from annotator.workflow.adjudicating.spans import span_cases, successors

Item = TypeVar("Item", Span, Relation)


@dataclass(frozen=True, slots=True)
class Settlement:
    """The cases of a document (or of a part of it) in the order of the walk, and what they come to.

    ``curators`` are those who finished it, ``rulings`` has one for every claim that is settled, ``content`` is gold
    under ids that are content, ``span_outcomes`` what stands for each span that was marked, ``waiting_relations``
    how many relations wait for their ends to be settled.
    """

    curators: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    rulings: Mapping[str, Ruling] = field(default_factory=dict)
    content: Annotations = field(default_factory=Annotations)
    span_outcomes: Mapping[SpanKey, SpanKey | None] = field(default_factory=dict)
    waiting_relations: int = 0

    @property
    def open(self) -> list[Case]:
        """The cases that want a decision."""
        return [case for case in self.cases if case.settled is None]


def settle(
    contents: Mapping[str, Annotations],
    rulings: Mapping[str, Ruling],
    scheme: LabelScheme,
    sentences: Segmentation,
    event: int,
) -> Settlement:
    """Settle what can be settled.

    ``contents`` is the finished work by curator.  Of ``rulings``, those of an adjudicator hold; those that followed
    from the work itself are made anew, and say ``event`` where they are not as before.
    """
    by_hand = {i: ruling for i, ruling in rulings.items() if ruling.settled == "adjudicator"}
    ruled = {
        span_key(r.claim): span_key(r.outcome) if r.outcome else None for r in by_hand.values() if r.kind == "span"
    }
    spans = span_cases(contents, ruled, scheme)
    outcomes = SpanOutcomes(_span_outcomes(spans, ruled), scheme, sentences)
    ruled_relations = {
        relation_key(r.claim): relation_outcome(r.outcome) for r in by_hand.values() if r.kind == "relation"
    }
    relations, waiting_relations = relation_cases(contents, outcomes, ruled_relations)
    by_itself = {r.id: r for r in (*_span_rulings(spans, contents, event),
                              *_relation_rulings(relations, contents, outcomes, event))}  # fmt: skip
    all_rulings = {i: _as_before(rulings.get(i), ruling) for i, ruling in by_itself.items()}
    all_rulings.update({i: r.replace(item=_item(r, outcomes)) for i, r in by_hand.items()})
    cases: list[Case] = [*spans, *relations]
    cases.sort(key=lambda case: (case.position, case.id))
    content = _content(all_rulings, outcomes)
    return Settlement(tuple(sorted(contents)), tuple(cases), all_rulings, content, outcomes.spans, waiting_relations)


# Rulings as JSON values


def relation_outcome(value: Any) -> RelationOutcome | None:
    """The outcome of a relation, from the JSON value that a ruling holds."""
    return None if value is None else (value[0], value[1])


def versions_of(case: Case) -> dict[str, list[Any]]:
    """Each curator's version of a case, as the JSON value that a ruling holds."""
    versions: Mapping[str, tuple[SpanKey | RelationKey, ...]] = case.versions
    return {curator: [key_json(key) for key in version] for curator, version in sorted(versions.items())}


def outcome_between(claim: RelationKey, outcome: RelationKey, outcomes: SpanOutcomes) -> list[Any]:
    """The ruling's outcome, label and direction, that makes a claim a given relation between the same gold spans."""
    return [outcome.label, outcomes.relation(claim, (outcome.label, False)) != outcome]


# What follows from the work itself


def _span_outcomes(cases: Iterable[SpanCase], ruled: Mapping[SpanKey, SpanKey | None]) -> dict[SpanKey, SpanKey | None]:
    """The gold span (or none) for each marked span; spans that are not settled are missing."""
    outcomes: dict[SpanKey, SpanKey | None] = {o: o for o in ruled.values() if o is not None}
    for case in cases:
        if case.settled is not None:
            outcomes.update({span: span for span in case.outcome})
            outcomes.update(successors(case.versions.values(), case.outcome))
    return {**outcomes, **ruled}


def _span_rulings(cases: Iterable[SpanCase], contents: Mapping[str, Annotations], event: int) -> Iterator[Ruling]:
    marked = first_spans(contents)
    for case in cases:
        if case.settled in ("agreement", "majority"):
            versions = versions_of(case)
            for claim, outcome in successors(case.versions.values(), case.outcome).items():
                ruling = Ruling(str(claim), "span", key_json(claim), case.settled, versions, event)
                yield ruling if outcome is None else credited_span(ruling, marked[outcome], outcome)


def _relation_rulings(
    cases: Iterable[RelationCase], contents: Mapping[str, Annotations], outcomes: SpanOutcomes, event: int
) -> Iterator[Ruling]:
    marked = first_relations(contents, outcomes)
    for case in cases:
        if case.settled in ("agreement", "majority"):
            versions = versions_of(case)
            for claim in case.claims:
                ruling = Ruling(str(claim), "relation", key_json(claim), case.settled, versions, event)
                if case.outcome:
                    outcome = outcome_between(claim, case.outcome[0], outcomes)
                    ruling = credited(ruling.replace(outcome=outcome), marked[case.outcome[0]])
                yield ruling.replace(item=_item(ruling, outcomes))


def first_spans(contents: Mapping[str, Annotations]) -> dict[SpanKey, Span]:
    """Every span that was marked, as the first curator in order of name has it, with that name on it."""
    spans: dict[SpanKey, Span] = {}
    for curator in sorted(contents):
        for span in sorted(contents[curator].spans.values(), key=lambda s: s.id):
            spans.setdefault(span.key, span.replace(curator=curator))
    return spans


def first_relations(contents: Mapping[str, Annotations], outcomes: SpanOutcomes) -> dict[RelationKey, Relation]:
    """Every relation between gold spans, as the first curator who sees it has it, with that name on it."""
    relations: dict[RelationKey, Relation] = {}
    for curator in sorted(contents):
        for relation in sorted(contents[curator].relations.values(), key=lambda r: r.id):
            mapped = outcomes.relation(contents[curator].relation_key(relation))
            if mapped is not None:
                relations.setdefault(mapped, relation.replace(curator=curator))
    return relations


def credited(ruling: Ruling, item: Span | Relation) -> Ruling:
    """A ruling that gives its gold item the origin, source, score and curator of somebody's own item."""
    return ruling.replace(origin=item.origin, source=item.source, score=item.score, curator=item.curator)


def credited_span(ruling: Ruling, item: Span, outcome: SpanKey) -> Ruling:
    """A ruling by which a span becomes ``outcome``, with the origin and curator of ``item``."""
    return credited(ruling.replace(outcome=key_json(outcome), item=str(outcome)), item)


def _as_before(old: Ruling | None, new: Ruling) -> Ruling:
    return old if old is not None and new.replace(event=old.event) == old else new


def _item(ruling: Ruling, outcomes: SpanOutcomes) -> str | None:
    """The id of the gold item that a claim became; ``None`` where nothing stands for it."""
    key = _outcome(ruling, outcomes)
    return None if key is None else str(key)


def _outcome(ruling: Ruling, outcomes: SpanOutcomes) -> SpanKey | RelationKey | None:
    if ruling.outcome is None:
        return None
    if ruling.kind == "span":
        return span_key(ruling.outcome)
    return outcomes.standing(relation_key(ruling.claim), relation_outcome(ruling.outcome))


def _with_credit(ruling: Ruling, item: Item) -> Item:
    """An item with the origin, source, score and curator that the ruling gives it."""
    origin = ruling.origin or "added"
    return item.replace(origin=origin, source=ruling.source, score=ruling.score, curator=ruling.curator)


def _content(rulings: Mapping[str, Ruling], outcomes: SpanOutcomes) -> Annotations:
    """The items of gold; of several claims with one outcome, the one equal to it counts, else the first by id."""
    spans: dict[str, Span] = {}
    relations: dict[str, Relation] = {}
    for ruling in sorted(rulings.values(), key=lambda r: (r.id != r.item, r.id)):
        key = _outcome(ruling, outcomes)
        if isinstance(key, SpanKey):
            spans.setdefault(str(key), _with_credit(ruling, Span(str(key), *key)))
        elif key is not None:
            relations.setdefault(
                str(key), _with_credit(ruling, Relation(str(key), str(key.head), str(key.child), key.label))
            )
    return Annotations(spans, relations)
