"""Turns a decision of an adjudicator into rulings on every claim that it settles.

Pure.  Gold spans and open claims that cannot stand beside the decided spans are displaced.  Each of them is ruled to be
the decided span that it is aligned with, so that its relations are kept.
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
from annotator.text import Segmentation
from annotator.workflow.adjudicating.attributes import attribute_of, value_from
from annotator.workflow.adjudicating.cases import (
    AnyVersion,
    AttributeCase,
    AttributeVersion,
    RelationCase,
    SpanCase,
    SpanVersion,
)
from annotator.workflow.adjudicating.relations import SpanOutcomes
from annotator.workflow.adjudicating.settlement import (
    Settlement,
    credited,
    credited_span,
    first_relations,
    first_spans,
    outcome_between,
    said_link,
    versions_of,
)
from annotator.workflow.adjudicating.spans import successors


def choose(
    settlement: Settlement,
    case: SpanCase | RelationCase,
    version: AnyVersion,
    contents: Mapping[str, Annotations],
    outcomes: SpanOutcomes,
    event: int,
) -> dict[str, Ruling]:
    """The rulings that make a version of a case stand; ``contents`` is the work of the curators who have it."""
    if isinstance(case, SpanCase):
        own = first_spans(contents)
        items = [own[key] for key in version if isinstance(key, SpanKey)]
        return decide_spans(settlement, case, items, outcomes.scheme, event)
    outcome = next((key for key in version if isinstance(key, RelationKey)), None)
    item = None if outcome is None else first_relations(contents, outcomes).get(outcome)
    if outcome is not None and item is None:
        item = said_link(outcome, {curator: case.versions.get(curator, ()) for curator in contents})
    return decide_relation(settlement, case, item, outcome, outcomes, event)


def decide_spans(
    settlement: Settlement,
    case: SpanCase | None,
    items: Iterable[Span],
    scheme: LabelScheme,
    event: int,
    *,
    by_edit: bool = False,
) -> dict[str, Ruling]:
    """The rulings that make ``items``, and nothing else, the outcome of a case.

    The items carry their origin and the curator who has them.  Without a case they are added to gold.  Items that an
    edit gave (``by_edit``) settle only what they are about: other spans of the same curators stay open.
    """
    decided = {item.key: item for item in items}
    outcome = tuple(sorted(decided))
    displaced = _displaced(settlement, outcome, scheme)
    left_open = _beside(case, outcome) if case is not None and by_edit else frozenset()
    if case is not None:
        displaced |= {*case.outcome, *decided_on(settlement, case)} - set(outcome)
    other_cases = [
        other for other in settlement.open if isinstance(other, SpanCase) and other.id != (case.id if case else None)
    ]
    versions: dict[str, Any] = {}
    claimed: list[SpanVersion] = [tuple(sorted(displaced))]
    for affected in [*other_cases, *([case] if case else [])]:
        for version in affected.versions.values():
            if affected is case:
                claims = tuple(claim for claim in version if claim not in left_open)
            else:
                claims = _settled_claims(version, outcome, scheme)
            claimed.append(claims)
            versions.update({str(claim): versions_of(affected) for claim in claims})
    successor = successors(claimed, outcome)
    rulings = {str(claim): _span_ruling(claim, successor[claim], decided, versions[str(claim)], event)
               for claim in successor if str(claim) in versions}  # fmt: skip
    for old in settlement.rulings.values():
        if old.kind == "span" and old.id not in rulings and old.item in {str(span) for span in displaced}:
            span = successor[span_key(old.outcome)]
            rulings[old.id] = _span_ruling(span_key(old.claim), span, decided, old.versions, event)
    return {**rulings, **_added(settlement, rulings, outcome, decided, event)}


def decide_relation(
    settlement: Settlement,
    case: RelationCase,
    item: Relation | None,
    outcome: RelationKey | None,
    outcomes: SpanOutcomes,
    event: int,
) -> dict[str, Ruling]:
    """The rulings that make one relation, or none, the outcome of a case."""
    former = {str(relation) for relation in case.outcome}
    claims = {*case.claims}
    claims |= {relation_key(r.claim) for r in settlement.rulings.values() if r.kind == "relation" and r.item in former}
    versions = versions_of(case)
    rulings: dict[str, Ruling] = {}
    for claim in sorted(claims):
        ruling = Ruling(str(claim), "relation", key_json(claim), "adjudicator", versions, event)
        if outcome is not None and item is not None:
            ruling = credited(ruling.replace(outcome=outcome_between(claim, outcome, outcomes)), item)
        rulings[ruling.id] = ruling
    return rulings


def decide_attribute(
    rulings: Mapping[str, Ruling], case: AttributeCase, version: AttributeVersion, scheme: LabelScheme, event: int
) -> dict[str, Ruling]:
    """The rulings that make some values those of an attribute, also instead of those on other claims of its item."""
    attribute, item = attribute_of(scheme, case), None if case.item is None else str(case.item)
    versions = {curator: value_from(attribute, said) for curator, said in sorted(case.versions.items())}
    claims = {case.id: case.claim}
    for ruling in rulings.values():
        if ruling.kind == "attribute" and ruling.settled == "adjudicator" and ruling.item == item:
            claim, name = ruling.claim
            if name == case.name and (claim is None) == (item is None):
                claims[ruling.id] = claim
    outcome = value_from(attribute, version)
    return {
        i: Ruling(i, "attribute", [claim, case.name], "adjudicator", versions, event, outcome, item)
        for i, claim in claims.items()
    }


def add_relation(settlement: Settlement, item: Relation, outcome: RelationKey, event: int) -> dict[str, Ruling]:
    """The ruling that adds a relation which no curator has."""
    head, child = (span_key(anchor(settlement.rulings, end)) for end in (outcome.head, outcome.child))
    claim = RelationKey(head, child, outcome.label)
    versions = empty_versions(settlement)
    ruling = Ruling(str(claim), "relation", key_json(claim), "adjudicator", versions, event, [outcome.label, False])
    return {ruling.id: credited(ruling, item)}


def let_go(
    old: Settlement, new: Settlement, scheme: LabelScheme, sentences: Segmentation, event: int
) -> dict[str, Ruling]:
    """The rulings that take back an adjudicator's relations which a decision on their ends no longer lets stand.

    Those that the scheme did not allow before either are not among them: they stay in question.
    """

    def is_allowed(settlement: Settlement, relation_id: str) -> bool:
        key = settlement.content.relation_key(settlement.content.relations[relation_id])
        return scheme.relation_problem(key, sentences) is None

    rulings: dict[str, Ruling] = {}
    for ruling in new.rulings.values():
        before = old.rulings.get(ruling.id)
        if ruling.kind != "relation" or before is None or before.item in (None, ruling.item) or ruling.item is None:
            continue
        if is_allowed(old, before.item) and not is_allowed(new, ruling.item):
            rulings[ruling.id] = Ruling(ruling.id, "relation", ruling.claim, "adjudicator", ruling.versions, event)
    return rulings


def empty_versions(settlement: Settlement) -> dict[str, Any]:
    """Versions in which no curator has anything."""
    return {curator: [] for curator in settlement.curators}


def case_of(settlement: Settlement, item: str) -> SpanCase | RelationCase | None:
    """The case whose outcome a gold item is."""
    cases = [case for case in settlement.cases if not isinstance(case, AttributeCase)]
    for case in cases:
        if item in map(str, case.outcome):
            return case
    claims = {ruling.id for ruling in settlement.rulings.values() if ruling.item == item}
    return next((case for case in cases if claims & set(map(str, case.claims))), None)


def decided_on(settlement: Settlement, case: SpanCase) -> set[SpanKey]:
    """The outcomes of the rulings on the claims of a case, also while it is open again."""
    claims = set(map(str, case.claims))
    rulings = (settlement.rulings[claim] for claim in claims if claim in settlement.rulings)
    return {span_key(ruling.outcome) for ruling in rulings if ruling.outcome is not None}


def anchor(rulings: Mapping[str, Ruling], item: SpanKey | RelationKey) -> SpanKey | RelationKey:
    """A claim that a gold item is the outcome of; it stays the same when the borders of gold spans are moved."""
    claims = [r.claim for r in rulings.values() if r.kind != "attribute" and r.item == str(item)]
    if isinstance(item, SpanKey):
        return min(map(span_key, claims), default=item)
    return min(map(relation_key, claims), default=item)


def _displaced(settlement: Settlement, outcome: SpanVersion, scheme: LabelScheme) -> set[SpanKey]:
    gold_spans = [span.key for span in settlement.content.spans.values()]
    return {span for span in gold_spans if span not in outcome and any(scheme.apart(span, o) for o in outcome)}


def _beside(case: SpanCase, outcome: SpanVersion) -> frozenset[SpanKey]:
    """The claims that ``outcome`` does not touch, each of a curator who also has one there that it does touch."""
    touched = {claim for claim in case.claims if any(map(claim.overlaps, outcome))}
    beside = set(case.claims) - touched
    for version in case.versions.values():
        if touched.isdisjoint(version):
            beside.difference_update(version)
    return frozenset(beside)


def _settled_claims(version: SpanVersion, outcome: SpanVersion, scheme: LabelScheme) -> SpanVersion:
    """The claims of another open case that a decision for ``outcome`` settles too."""
    return tuple(span for span in version if span in outcome or any(scheme.apart(span, o) for o in outcome))


def _span_ruling(claim: SpanKey, outcome: SpanKey | None, decided: Mapping[SpanKey, Span],
                 versions: Mapping[str, Any], event: int) -> Ruling:  # fmt: skip
    ruling = Ruling(str(claim), "span", key_json(claim), "adjudicator", versions, event)
    return ruling if outcome is None else credited_span(ruling, decided[outcome], outcome)


def _added(settlement: Settlement, rulings: Mapping[str, Ruling], outcome: SpanVersion, decided: Mapping[SpanKey, Span],
           event: int) -> dict[str, Ruling]:  # fmt: skip
    """Rulings for the decided spans that are not the outcome of any claim."""
    unchanged = {i: r for i, r in settlement.rulings.items() if i not in rulings}
    outcomes = {ruling.item for ruling in (*unchanged.values(), *rulings.values())}
    versions = empty_versions(settlement)
    return {
        str(span): _span_ruling(span, span, decided, versions, event) for span in outcome if str(span) not in outcomes
    }
