"""Works out cases, rulings and the content of gold from finished work and an adjudicator's decisions.

Pure, and the only place that says what gold holds: the same work, decisions and scheme always give the same gold,
whatever the order in which curators finished and decisions were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import Any

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
from annotator.workflow.adjudicating.attributes import (
    GoldItems,
    attribute_cases,
    attribute_rulings,
    with_attributes,
)
from annotator.workflow.adjudicating.case_list import order
from annotator.workflow.adjudicating.cases import Case, RelationCase, RelationVersion, SpanCase
from annotator.workflow.adjudicating.equivalences import equivalence_cases
from annotator.workflow.adjudicating.relations import RelationOutcome, SpanOutcomes, relation_cases
from annotator.workflow.adjudicating.spans import span_cases, successors


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
    before: Mapping[str, Ruling] | None = None,
) -> Settlement:
    """Settle what can be settled.

    ``contents`` is the finished work by curator.  Of ``rulings``, those of an adjudicator hold; those that followed
    from the work itself are made anew, and say ``event`` where they are not as ``before`` (by default in ``rulings``).
    """
    before = rulings if before is None else before
    by_hand = {i: ruling for i, ruling in rulings.items() if ruling.settled == "adjudicator"}
    ruled = {
        span_key(r.claim): span_key(r.outcome) if r.outcome else None for r in by_hand.values() if r.kind == "span"
    }
    by_key = _spans_by_key(contents)
    marked = _first_of(by_key)
    spans = span_cases(by_key, ruled, scheme)
    outcomes = SpanOutcomes(_span_outcomes(spans, ruled), scheme, sentences)
    ruled_relations = {
        relation_key(r.claim): relation_outcome(r.outcome) for r in by_hand.values() if r.kind == "relation"
    }
    relations, waiting_relations = relation_cases(contents, outcomes, ruled_relations)
    if scheme.equivalences:
        relations += equivalence_cases(contents, outcomes, ruled_relations, {**marked, **ruled})
    by_itself = {r.id: r for r in (*_span_rulings(spans, marked, event),
                              *_relation_rulings(relations, contents, outcomes, event))}  # fmt: skip
    all_rulings = {i: _as_before(before.get(i), ruling) for i, ruling in by_itself.items()}
    all_rulings.update({i: r.replace(item=_item(r, outcomes)) for i, r in by_hand.items() if r.kind != "attribute"})
    content = _content(all_rulings, outcomes)
    cases: list[Case] = [*spans, *relations]
    on_attributes = {i: r for i, r in by_hand.items() if r.kind == "attribute"}
    if on_attributes or _has_attributes(contents):
        items = GoldItems(all_rulings, outcomes)
        attributes = attribute_cases(contents, on_attributes.values(), cases, items)
        by_vote = attribute_rulings(attributes, scheme, event)
        all_rulings.update({r.id: _as_before(before.get(r.id), r) for r in by_vote})
        all_rulings.update({i: r.replace(item=items.id_of_claim(r.claim[0])) for i, r in on_attributes.items()})
        content = with_attributes(content, attributes, scheme)
        cases += attributes
    if len(cases) > len(spans):
        cases.sort(key=order)
    return Settlement(tuple(sorted(contents)), tuple(cases), all_rulings, content, outcomes.spans, waiting_relations)


def _has_attributes(contents: Mapping[str, Annotations]) -> bool:
    """Whether anybody set any attribute."""
    return any(
        content.document_attributes
        or any(span.attributes for span in content.spans.values())
        or any(relation.attributes for relation in content.relations.values())
        for content in contents.values()
    )


# Rulings as JSON values


def relation_outcome(value: Any) -> RelationOutcome | None:
    """The outcome of a relation, from the JSON value that a ruling holds."""
    return None if value is None else (value[0], value[1])


def versions_of(case: SpanCase | RelationCase) -> dict[str, list[Any]]:
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
            outcomes.update(zip(case.outcome, case.outcome, strict=True))
            if case.claims != case.outcome:
                outcomes.update(successors(case.versions.values(), case.outcome))
    return {**outcomes, **ruled}


def _span_rulings(cases: Iterable[SpanCase], marked: Mapping[SpanKey, Span], event: int) -> Iterator[Ruling]:
    for case in cases:
        if case.settled == "agreement" and len(case.claims) == 1:  # the one span that all have, as most are
            yield _agreed_ruling(case, marked[case.claims[0]], event)
        elif case.settled in ("agreement", "majority"):
            versions = versions_of(case)
            for claim, outcome in successors(case.versions.values(), case.outcome).items():
                ruling = Ruling(str(claim), "span", key_json(claim), case.settled, versions, event)
                yield ruling if outcome is None else credited_span(ruling, marked[outcome], outcome)


def _agreed_ruling(case: SpanCase, span: Span, event: int) -> Ruling:
    """The ruling on the one claim of a case: on ``span``, which all curators have."""
    key = key_json(case.claims[0])
    credit = (span.origin, span.source, span.score, span.curator)
    versions = {curator: [key] for curator in case.versions}
    return Ruling(case.id, "span", key, "agreement", versions, event, key, case.id, *credit)


def _relation_rulings(
    cases: Iterable[RelationCase], contents: Mapping[str, Annotations], outcomes: SpanOutcomes, event: int
) -> Iterator[Ruling]:
    marked = first_relations(contents, outcomes)
    for case in cases:
        if case.settled in ("agreement", "majority") and not case.implied:
            versions = versions_of(case)
            for claim in case.claims:
                ruling = Ruling(str(claim), "relation", key_json(claim), case.settled, versions, event)
                if case.outcome:
                    outcome = outcome_between(claim, case.outcome[0], outcomes)
                    item = marked.get(case.outcome[0]) or said_link(case.outcome[0], case.versions)
                    ruling = credited(ruling.replace(outcome=outcome), item)
                yield ruling.replace(item=_item(ruling, outcomes))


def first_spans(contents: Mapping[str, Annotations]) -> dict[SpanKey, Span]:
    """Every span that was marked, as the first curator in order of name has it, with that name on it."""
    return _first_of(_spans_by_key(contents))


def _spans_by_key(contents: Mapping[str, Annotations]) -> dict[str, dict[SpanKey, Span]]:
    """Each curator's spans by their content; of two with the same content the first by id."""
    last_to_first = partial(sorted, key=attrgetter("id"), reverse=True)
    return {c: {span.key: span for span in last_to_first(contents[c].spans.values())} for c in sorted(contents)}


def _first_of(by_key: Mapping[str, Mapping[SpanKey, Span]]) -> dict[SpanKey, Span]:
    marked: dict[SpanKey, Span] = {}
    for curator, spans in by_key.items():
        for key, span in spans.items():
            if key not in marked:
                marked[key] = span.replace(curator=curator)
    return marked


def first_relations(contents: Mapping[str, Annotations], outcomes: SpanOutcomes) -> dict[RelationKey, Relation]:
    """Every relation between gold spans, as the first curator who sees it has it, with that name on it."""
    relations: dict[RelationKey, Relation] = {}
    for curator in sorted(contents):
        for relation in sorted(contents[curator].relations.values(), key=lambda r: r.id):
            mapped = outcomes.relation(contents[curator].relation_key(relation))
            if mapped is not None:
                relations.setdefault(mapped, relation.replace(curator=curator))
    return relations


def said_link(link: RelationKey, versions: Mapping[str, RelationVersion]) -> Relation:
    """A link that nobody drew, but whose mentions are in one group: of the first curator who has them so."""
    curator = next((curator for curator, version in sorted(versions.items()) if link in version), None)
    return Relation(str(link), str(link.head), str(link.child), link.label, "added", curator=curator)


def credited(ruling: Ruling, item: Span | Relation) -> Ruling:
    """A ruling that gives its gold item the origin, source, score and curator of somebody's own item."""
    return ruling.replace(origin=item.origin, source=item.source, score=item.score, curator=item.curator)


def credited_span(ruling: Ruling, item: Span, outcome: SpanKey) -> Ruling:
    """A ruling by which a span becomes ``outcome``, with the origin and curator of ``item``."""
    return credited(ruling.replace(outcome=key_json(outcome), item=str(outcome)), item)


def _as_before(old: Ruling | None, new: Ruling) -> Ruling:
    if old is None:
        return new
    return old if (new if new.event == old.event else new.replace(event=old.event)) == old else new


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


def _content(rulings: Mapping[str, Ruling], outcomes: SpanOutcomes) -> Annotations:
    """The items of gold; of several claims with one outcome, the one equal to it counts, else the first by id."""
    spans: dict[str, Span] = {}
    relations: dict[str, Relation] = {}
    standing = sorted((r for r in rulings.values() if r.item is not None), key=attrgetter("id"))
    for ruling in (*(r for r in standing if r.id == r.item), *(r for r in standing if r.id != r.item)):
        item_id = str(ruling.item)
        credit = (ruling.origin or "added", ruling.source, ruling.score, ruling.curator)
        if ruling.kind == "span":
            start, end, label = ruling.outcome
            spans.setdefault(item_id, Span(item_id, start, end, label, *credit))
        elif isinstance(key := _outcome(ruling, outcomes), RelationKey):
            relations.setdefault(item_id, Relation(item_id, str(key.head), str(key.child), key.label, *credit))
    return Annotations(spans, relations)
