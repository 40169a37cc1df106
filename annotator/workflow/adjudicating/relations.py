"""Cases of relations: what curators link, once it is settled which spans there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from annotator.annotation import Annotations, RelationKey, SpanKey
from annotator.labels import LabelScheme
from annotator.text import Segmentation
from annotator.workflow.adjudicating.cases import RelationCase, RelationVersion, relation_kind, vote

Turn = tuple[str, bool]
"""What a relation came to: its label, and whether it was turned round."""


class Standing:
    """What stands for each span that was marked, and so for each relation between such spans."""

    def __init__(self, spans: Mapping[SpanKey, SpanKey | None], scheme: LabelScheme, sentences: Segmentation) -> None:
        self.spans = spans
        self.scheme = scheme
        self._sentences = sentences

    def waits(self, claim: RelationKey) -> bool:
        """Return whether an end of a relation is not settled yet."""
        return claim.head not in self.spans or claim.child not in self.spans

    def relation(self, claim: RelationKey, turn: Turn | None = None) -> RelationKey | None:
        """Return a relation between gold spans that stands for one between marked spans.

        ``None`` where an end has nothing that stands for it (yet), or the scheme does not allow the relation between
        what does.  A symmetric relation starts at the earlier span.
        """
        head, child = self.spans.get(claim.head), self.spans.get(claim.child)
        if head is None or child is None:
            return None
        label, turned = turn or (claim.label, False)
        relation = self.ordered(RelationKey(child, head, label) if turned else RelationKey(head, child, label))
        allowed = self.scheme.relation_problem(relation, self._sentences) is None
        return relation if allowed else None

    def ordered(self, relation: RelationKey) -> RelationKey:
        """Return the relation, from its earlier span where it is symmetric."""
        kind = self.scheme.relations.get(relation.label)
        if kind is not None and kind.symmetric and relation.child < relation.head:
            return RelationKey(relation.child, relation.head, relation.label)
        return relation


class RelationCases(NamedTuple):
    """The cases of relations, and how many relations wait for their ends to be settled."""

    cases: list[RelationCase]
    waiting: int


def relation_cases(
    contents: Mapping[str, Annotations],
    standing: Standing,
    turns: Mapping[RelationKey, Turn | None],
    scheme: LabelScheme,
) -> RelationCases:
    """Return the cases of relations; ``turns`` is what an adjudicator decided on a claim.

    Claims that come to the same relation between gold spans are one, whatever the borders of their own ends, and what
    was decided on one of them holds for all.
    """
    said: dict[RelationKey, dict[str, set[RelationKey]]] = defaultdict(lambda: defaultdict(set))
    waiting = 0
    for curator in sorted(contents):
        for relation in contents[curator].relations.values():
            claim = contents[curator].relation_key(relation)
            waiting += standing.waits(claim)
            mapped = standing.relation(claim)
            if mapped is not None:
                said[mapped][curator].add(claim)
    decided = _decided(standing, turns)
    found = [
        _settled(_case(group, said, sorted(contents)), decided, scheme)
        for group in _alternatives({mapped: frozenset(curators) for mapped, curators in said.items()})
    ]
    return RelationCases([*found, *_added(found, sorted(contents), standing, turns)], waiting)


def _decided(standing: Standing, turns: Mapping[RelationKey, Turn | None]) -> dict[RelationKey, RelationKey | None]:
    """Return what was decided, in terms of gold; where two decisions fell on what is one now, what stands wins."""
    found: dict[RelationKey, RelationKey | None] = {}
    for claim in sorted(turns):
        mapped, turn = standing.relation(claim), turns[claim]
        outcome = None if turn is None else standing.relation(claim, turn)
        for known in (mapped, outcome):
            if known is not None and found.get(known) is None:
                found[known] = outcome
    return found


def _alternatives(said: Mapping[RelationKey, frozenset[str]]) -> list[list[RelationKey]]:
    """Return groups of relations between the same two spans, of which each curator has at most one.

    Those that differ least come together first: in direction alone, then in label.
    """
    pairs: dict[frozenset[SpanKey], list[RelationKey]] = defaultdict(list)
    for relation in sorted(said):
        pairs[frozenset((relation.head, relation.child))].append(relation)
    groups: list[list[RelationKey]] = []
    for relations in pairs.values():
        members = {relation: [relation] for relation in relations}
        edges = sorted((_difference(one, other), one, other) for one, other in combinations(relations, 2))
        for _, one, other in edges:
            ours, theirs = members[one], members[other]
            if ours is not theirs and _apart(ours, theirs, said):
                ours += theirs
                members.update(dict.fromkeys(theirs, ours))
        groups += {id(group): group for group in members.values()}.values()
    return groups


def _difference(one: RelationKey, other: RelationKey) -> int:
    if one.label == other.label:
        return 0
    return 1 if one.head == other.head else 2


def _apart(ones: Iterable[RelationKey], others: Iterable[RelationKey],
           said: Mapping[RelationKey, frozenset[str]]) -> bool:  # fmt: skip
    return all(said[one].isdisjoint(said[other]) for one in ones for other in others)


def _case(group: list[RelationKey], said: Mapping[RelationKey, Mapping[str, set[RelationKey]]],
          curators: list[str]) -> RelationCase:  # fmt: skip
    versions: dict[str, RelationVersion] = {c: tuple(r for r in group if c in said[r]) for c in curators}
    claims = tuple(sorted({claim for r in group for claims in said[r].values() for claim in claims}))
    return RelationCase(str(claims[0]), relation_kind(versions.values()), versions, claims=claims)


def _settled(
    case: RelationCase, decided: Mapping[RelationKey, RelationKey | None], scheme: LabelScheme
) -> RelationCase:
    said = {relation for version in case.versions.values() for relation in version}
    if said <= decided.keys():
        outcome = tuple(sorted({r for s in said if (r := decided[s]) is not None}))
        return replace(case, settled="adjudicator", outcome=outcome)
    if said & decided.keys():
        return case
    chosen = vote(case.versions, scheme.settle)
    return case if chosen is None else replace(case, outcome=chosen[0], settled=chosen[1])


def _added(cases: list[RelationCase], curators: list[str], standing: Standing,
           turns: Mapping[RelationKey, Turn | None]) -> list[RelationCase]:  # fmt: skip
    """Return a case for everything that stands by decision though no curator's work leads to it (any more)."""
    claimed = {claim for case in cases for claim in case.claims}
    shown = {relation for case in cases for relation in case.outcome}
    found: dict[RelationKey, RelationCase] = {}
    nobody: dict[str, RelationVersion] = dict.fromkeys(curators, ())
    for claim in sorted(turns):
        turn = turns[claim]
        outcome = None if turn is None else standing.relation(claim, turn)
        if outcome is not None and claim not in claimed and outcome not in shown:
            case = RelationCase(str(claim), "added", nobody, "adjudicator", (outcome,), (claim,))
            found.setdefault(outcome, case)
    return list(found.values())
