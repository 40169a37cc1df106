"""Builds the cases of relations from what curators link, once the gold spans are settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

from msgspec.structs import replace

from annotator.annotation import Annotations, RelationKey, Settled, SpanKey
from annotator.labels import LabelScheme
from annotator.text import Segmentation
from annotator.workflow.adjudicating.cases import RelationCase, RelationVersion, relation_kind, vote

RelationOutcome = tuple[str, bool]
"""The outcome of a relation: its label, and whether its direction was reversed."""


class SpanOutcomes:
    """The gold span that stands for each marked span, and so the gold relation for each relation between them.

    ``spans`` maps marked spans to gold spans, or to ``None`` where nothing stands; unsettled ones are missing.
    """

    def __init__(self, spans: Mapping[SpanKey, SpanKey | None], scheme: LabelScheme, sentences: Segmentation) -> None:
        self.spans = spans
        self.scheme = scheme
        self._sentences = sentences
        self._symmetric = scheme.symmetric

    def has_open_end(self, claim: RelationKey) -> bool:
        """Whether an end of a relation is not settled yet."""
        return claim.head not in self.spans or claim.child not in self.spans

    def relation(self, claim: RelationKey, outcome: RelationOutcome | None = None) -> RelationKey | None:
        """The relation between gold spans that stands for one between marked spans.

        ``None`` where an end has nothing that stands for it (yet), or the scheme does not allow the relation between
        what does.  A symmetric relation starts at the earlier span.
        """
        relation = self._between(claim, outcome)
        return relation if relation is not None and self.allows(relation) else None

    def standing(self, claim: RelationKey, outcome: RelationOutcome | None = None) -> RelationKey | None:
        """As :meth:`relation`, and also one that is retired: that the scheme does not allow as it was marked either.

        So it is put before the adjudicator, while a relation that only the settling of its ends made impossible goes.
        """
        relation = self._between(claim, outcome)
        if relation is None or relation.head == relation.child:
            return None
        if self.allows(relation):
            return relation
        return None if self.allows(_directed(claim.head, claim.child, outcome or (claim.label, False))) else relation

    def allows(self, relation: RelationKey) -> bool:
        """Whether the scheme allows a relation."""
        return self.scheme.relation_problem(relation, self._sentences) is None

    def _between(self, claim: RelationKey, outcome: RelationOutcome | None) -> RelationKey | None:
        """The relation between the gold spans that stand for a claim's ends, whether the scheme allows it or not."""
        head, child = self.spans.get(claim.head), self.spans.get(claim.child)
        if head is None or child is None:
            return None
        return _directed(head, child, outcome or (claim.label, False)).canonical(self._symmetric)


def _directed(head: SpanKey, child: SpanKey, outcome: RelationOutcome) -> RelationKey:
    label, reverse = outcome
    return RelationKey(child, head, label) if reverse else RelationKey(head, child, label)


class RelationCases(NamedTuple):
    """The cases of relations, and how many relations wait for their ends to be settled."""

    cases: list[RelationCase]
    waiting_relations: int


def relation_cases(
    contents: Mapping[str, Annotations],
    outcomes: SpanOutcomes,
    rulings: Mapping[RelationKey, RelationOutcome | None],
) -> RelationCases:
    """The cases of relations, but not of equivalences; ``rulings`` say what an adjudicator decided on a claim.

    Claims that come to the same relation between gold spans are one, whatever the borders of their own ends, and what
    was decided on one of them holds for all.
    """
    claims: dict[RelationKey, dict[str, set[RelationKey]]] = defaultdict(lambda: defaultdict(set))
    waiting = 0
    equivalences = outcomes.scheme.equivalences
    rulings = {claim: outcome for claim, outcome in rulings.items() if claim.label not in equivalences}
    for curator in sorted(contents):
        for relation in contents[curator].relations.values():
            claim = contents[curator].relation_key(relation)
            waiting += outcomes.has_open_end(claim)
            mapped = outcomes.standing(claim) if claim.label not in equivalences else None
            if mapped is not None:
                claims[mapped][curator].add(claim)
    decided = _decided(outcomes, rulings)
    cases = [
        _settled(_case(group, claims, sorted(contents), outcomes), decided, outcomes)
        for group in _alternatives({mapped: frozenset(curators) for mapped, curators in claims.items()})
    ]
    return RelationCases([*cases, *_added(cases, sorted(contents), outcomes, rulings)], waiting)


def _decided(
    outcomes: SpanOutcomes, rulings: Mapping[RelationKey, RelationOutcome | None]
) -> dict[RelationKey, RelationKey | None]:
    """The decisions between gold spans; of two rulings on what is now one relation, the one with an outcome wins."""
    decided: dict[RelationKey, RelationKey | None] = {}
    for claim in sorted(rulings):
        ruling = rulings[claim]
        outcome = None if ruling is None else outcomes.standing(claim, ruling)
        for relation in (outcomes.standing(claim), outcome):
            if relation is not None and decided.get(relation) is None:
                decided[relation] = outcome
    return decided


def _alternatives(curators: Mapping[RelationKey, frozenset[str]]) -> list[list[RelationKey]]:
    """Groups of relations between the same two spans, of which each of the ``curators`` has at most one.

    Those that differ least come together first: in direction alone, then in label.
    """
    pairs: dict[frozenset[SpanKey], list[RelationKey]] = defaultdict(list)
    for relation in sorted(curators):
        pairs[frozenset((relation.head, relation.child))].append(relation)
    groups: list[list[RelationKey]] = []
    for relations in pairs.values():
        members = {relation: [relation] for relation in relations}
        edges = sorted((_difference(one, other), one, other) for one, other in combinations(relations, 2))
        for _, one, other in edges:
            group, other_group = members[one], members[other]
            if group is not other_group and _disjoint(group, other_group, curators):
                group += other_group
                members.update(dict.fromkeys(other_group, group))
        groups += {id(group): group for group in members.values()}.values()
    return groups


def _difference(one: RelationKey, other: RelationKey) -> int:
    if one.label == other.label:
        return 0
    return 1 if one.head == other.head else 2


def _disjoint(ones: Iterable[RelationKey], others: Iterable[RelationKey],
              curators: Mapping[RelationKey, frozenset[str]]) -> bool:  # fmt: skip
    return all(curators[one].isdisjoint(curators[other]) for one in ones for other in others)


def _case(group: list[RelationKey], claims_on: Mapping[RelationKey, Mapping[str, set[RelationKey]]],
          curators: list[str], outcomes: SpanOutcomes) -> RelationCase:  # fmt: skip
    versions: dict[str, RelationVersion] = {c: tuple(r for r in group if c in claims_on[r]) for c in curators}
    claims = tuple(sorted({claim for r in group for claims in claims_on[r].values() for claim in claims}))
    kind = relation_kind(versions.values())
    if kind == "agreed" and not all(map(outcomes.allows, group)):
        kind = "retired"
    return RelationCase(str(claims[0]), kind, versions, claims=claims)


def _settled(
    case: RelationCase, decided: Mapping[RelationKey, RelationKey | None], outcomes: SpanOutcomes
) -> RelationCase:
    versions = {relation for version in case.versions.values() for relation in version}
    if versions <= decided.keys():
        outcome = tuple(sorted({r for s in versions if (r := decided[s]) is not None}))
        return replace(case, settled="adjudicator" if all(map(outcomes.allows, outcome)) else None, outcome=outcome)
    if versions & decided.keys():
        return case
    chosen = vote(case.versions, outcomes.scheme.settle)
    if chosen is None or not all(map(outcomes.allows, chosen[0])):
        return case
    return replace(case, outcome=chosen[0], settled=chosen[1])


def _added(cases: list[RelationCase], curators: list[str], outcomes: SpanOutcomes,
           rulings: Mapping[RelationKey, RelationOutcome | None]) -> list[RelationCase]:  # fmt: skip
    """Cases for the relations that stand by decision alone, because no curator has them (any more)."""
    claimed = {claim for case in cases for claim in case.claims}
    in_gold = {relation for case in cases for relation in case.outcome}
    added: dict[RelationKey, RelationCase] = {}
    nobody: dict[str, RelationVersion] = dict.fromkeys(curators, ())
    for claim in sorted(rulings):
        ruling = rulings[claim]
        outcome = None if ruling is None else outcomes.standing(claim, ruling)
        if outcome is not None and claim not in claimed and outcome not in in_gold:
            settled: Settled | None = "adjudicator" if outcomes.allows(outcome) else None
            case = RelationCase(str(claim), "added", nobody, settled, (outcome,), (claim,))
            added.setdefault(outcome, case)
    return list(added.values())
