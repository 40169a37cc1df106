"""From a decision of an adjudicator to rulings on every claim that it settles.

Pure.  A decision says what stands in one place.  Gold spans that cannot stand beside it give way, and so do open
claims; each of them is ruled to be the new span that it fits best, so that relations follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from annotator.workflow.adjudicating.cases import Case, RelationCase, RelationVersion, SpanCase, SpanVersion
from annotator.workflow.adjudicating.relations import SpanOutcomes
from annotator.workflow.adjudicating.settlement import (
    Settlement,
    credited,
    credited_span,
    first_relations,
    first_spans,
    outcome_between,
    versions_of,
)
from annotator.workflow.adjudicating.spans import successors


def choose(
    settlement: Settlement,
    case: Case,
    version: SpanVersion | RelationVersion,
    contents: Mapping[str, Annotations],
    standing: SpanOutcomes,
    event: int,
) -> dict[str, Ruling]:
    """The rulings by which a version of a case stands; ``contents`` is the work of the curators who have it."""
    if isinstance(case, SpanCase):
        own = first_spans(contents)
        items = [own[key] for key in version if isinstance(key, SpanKey)]
        return decide_spans(settlement, case, items, standing.scheme, event)
    outcome = next((key for key in version if isinstance(key, RelationKey)), None)
    item = None if outcome is None else first_relations(contents, standing)[outcome]
    return decide_relation(settlement, case, item, outcome, standing, event)


def decide_spans(
    settlement: Settlement,
    case: SpanCase | None,
    items: Iterable[Span],
    scheme: LabelScheme,
    event: int,
) -> dict[str, Ruling]:
    """The rulings by which ``items``, and nothing else, stand where a case is.

    The items carry who vouches for them and how they came to be.  Without a case they come beside what there is.
    """
    vouching = {item.key: item for item in items}
    outcome = tuple(sorted(vouching))
    going = _in_the_way(settlement, outcome, scheme)
    if case is not None:
        going |= {*case.outcome, *_spans_of_case(settlement, case)} - set(outcome)
    others = [
        other for other in settlement.open if isinstance(other, SpanCase) and other.id != (case.id if case else None)
    ]
    versions: dict[str, Any] = {}
    said: list[SpanVersion] = [tuple(sorted(going))]
    for place in [*others, *([case] if case else [])]:
        for version in place.versions.values():
            hit = version if place is case else _touched(version, outcome, scheme)
            said.append(hit)
            versions.update({str(claim): versions_of(place) for claim in hit})
    came = successors(said, outcome)
    found = {str(claim): _span_ruling(claim, came[claim], vouching, versions[str(claim)], event)
             for claim in came if str(claim) in versions}  # fmt: skip
    for ruling in settlement.rulings.values():
        if ruling.kind == "span" and ruling.id not in found and ruling.item in {str(span) for span in going}:
            heir = came[span_key(ruling.outcome)]
            claim = span_key(ruling.claim)
            found[ruling.id] = _span_ruling(claim, heir, vouching, ruling.versions, event)
    return {**found, **_added(settlement, found, outcome, vouching, event)}


def decide_relation(
    settlement: Settlement,
    case: RelationCase,
    item: Relation | None,
    outcome: RelationKey | None,
    standing: SpanOutcomes,
    event: int,
) -> dict[str, Ruling]:
    """The rulings by which one relation, or none, stands between the spans of a case."""
    former = {str(relation) for relation in case.outcome}
    claims = {*case.claims}
    claims |= {relation_key(r.claim) for r in settlement.rulings.values() if r.kind == "relation" and r.item in former}
    versions = versions_of(case)
    found: dict[str, Ruling] = {}
    for claim in sorted(claims):
        ruling = Ruling(str(claim), "relation", key_json(claim), "adjudicator", versions, event)
        if outcome is not None and item is not None:
            turn = outcome_between(claim, outcome, standing)
            ruling = credited(ruling.replace(outcome=turn), item)
        found[ruling.id] = ruling
    return found


def add_relation(settlement: Settlement, item: Relation, outcome: RelationKey, event: int) -> dict[str, Ruling]:
    """The ruling by which a relation stands that no curator has."""
    claim = RelationKey(_anchor(settlement, outcome.head), _anchor(settlement, outcome.child), outcome.label)
    nobody = nothing_said(settlement)
    ruling = Ruling(str(claim), "relation", key_json(claim), "adjudicator", nobody, event, [outcome.label, False])
    return {ruling.id: credited(ruling, item)}


def nothing_said(settlement: Settlement) -> dict[str, Any]:
    """Versions in which no curator says anything."""
    return {curator: [] for curator in settlement.curators}


def case_of(settlement: Settlement, item: str) -> Case | None:
    """The case by which a gold item stands."""
    for case in settlement.cases:
        if item in map(str, case.outcome):
            return case
    claims = {ruling.id for ruling in settlement.rulings.values() if ruling.item == item}
    return next((case for case in settlement.cases if claims & set(map(str, case.claims))), None)


def _anchor(settlement: Settlement, span: SpanKey) -> SpanKey:
    """A claim that a gold span stands for: it stays the same when the borders of the gold span are moved."""
    claims = [span_key(r.claim) for r in settlement.rulings.values() if r.kind == "span" and r.item == str(span)]
    return min(claims, default=span)


def _in_the_way(settlement: Settlement, outcome: SpanVersion, scheme: LabelScheme) -> set[SpanKey]:
    standing = [span.key for span in settlement.content.spans.values()]
    return {span for span in standing if span not in outcome and any(scheme.apart(span, o) for o in outcome)}


def _spans_of_case(settlement: Settlement, case: SpanCase) -> set[SpanKey]:
    """The gold spans that the claims of a case became, also while it is open again."""
    claims = set(map(str, case.claims))
    rulings = (settlement.rulings[claim] for claim in claims if claim in settlement.rulings)
    return {span_key(ruling.outcome) for ruling in rulings if ruling.outcome is not None}


def _touched(version: SpanVersion, outcome: SpanVersion, scheme: LabelScheme) -> SpanVersion:
    """The claims of an open case that a decision elsewhere settles too."""
    return tuple(span for span in version if span in outcome or any(scheme.apart(span, o) for o in outcome))


def _span_ruling(claim: SpanKey, outcome: SpanKey | None, vouching: Mapping[SpanKey, Span],
                 versions: Mapping[str, Any], event: int) -> Ruling:  # fmt: skip
    ruling = Ruling(str(claim), "span", key_json(claim), "adjudicator", versions, event)
    return ruling if outcome is None else credited_span(ruling, vouching[outcome], outcome)


def _added(settlement: Settlement, found: Mapping[str, Ruling], outcome: SpanVersion, vouching: Mapping[SpanKey, Span],
           event: int) -> dict[str, Ruling]:  # fmt: skip
    """Rulings for the spans that no claim became."""
    rest = {i: r for i, r in settlement.rulings.items() if i not in found}
    reached = {ruling.item for ruling in (*rest.values(), *found.values())}
    nobody = nothing_said(settlement)
    return {
        str(span): _span_ruling(span, span, vouching, nobody, event) for span in outcome if str(span) not in reached
    }
