"""Builds the cases of groups: which mentions the curators' equivalences say are one, link by link.

Two curators say the same when their groups are the same, whatever links they drew to say it.  So a curator *has* a link
when both mentions are in one group of theirs, and only such links are cases as are needed to tell the groups apart.
What stands in gold are links without detours; its groups are what those reach.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise

from msgspec.structs import replace

from annotator.annotation import Annotations, RelationKey, SpanKey
from annotator.disjoint_sets import DisjointSets
from annotator.workflow.adjudicating.cases import RelationCase, RelationVersion, relation_kind, vote
from annotator.workflow.adjudicating.relations import RelationOutcome, SpanOutcomes

Groups = Mapping[SpanKey, int]
"""The number of the group that each gold span is in."""
Decided = Mapping[RelationKey, bool]
"""Whether an adjudicator let a link stand."""


def equivalence_cases(
    contents: Mapping[str, Annotations],
    outcomes: SpanOutcomes,
    rulings: Mapping[RelationKey, RelationOutcome | None],
    claims: Iterable[SpanKey],
) -> list[RelationCase]:
    """The cases of all equivalences; ``claims`` are the spans that somebody marked, or an adjudicator ruled on.

    A link names the first claim of either mention, so that it holds when the borders of gold are moved.
    """
    anchors: dict[SpanKey, SpanKey] = {}
    for claim in sorted(claims):
        gold = outcomes.spans.get(claim)
        if gold is not None:
            anchors.setdefault(gold, claim)
    cases: list[RelationCase] = []
    for label in sorted(outcomes.scheme.equivalences):
        groups = {curator: groups_of(contents[curator], label, outcomes) for curator in sorted(contents)}
        decided = _decided(label, rulings, outcomes)
        links = sorted({*_telling_links(label, list(groups.values())), *decided})
        found = (_case(link, groups, anchors, outcomes) for link in links)
        cases += _settled([case for case in found if _is_said(case, decided)], decided, outcomes)
    return cases


def are_one(contents: Annotations, label: str) -> DisjointSets[str]:
    """The mentions of a layer, by the ids of its spans, joined as far as an equivalence links them."""
    sets = DisjointSets(contents.spans)
    for relation in contents.relations.values():
        if relation.label == label:
            sets.join(relation.head, relation.child)
    return sets


def groups_of(content: Annotations, label: str, outcomes: SpanOutcomes) -> Groups:
    """A curator's groups as gold has their mentions: what has nothing that stands for it drops out of its group."""
    own = are_one(content, label)
    linked = {end for r in content.relations.values() if r.label == label for end in (r.head, r.child)}
    members: defaultdict[str, set[SpanKey]] = defaultdict(set)
    for span_id in linked:
        claim = content.spans[span_id].key
        gold = outcomes.spans.get(claim)
        if gold is not None and (_may_link(gold, label, outcomes) or not _may_link(claim, label, outcomes)):
            members[own.find(span_id)].add(gold)
    gold_sets = DisjointSets({gold for group in members.values() for gold in group})
    for group in members.values():
        for one, other in pairwise(sorted(group)):
            gold_sets.join(one, other)
    united: defaultdict[SpanKey, list[SpanKey]] = defaultdict(list)
    for gold in sorted({gold for group in members.values() for gold in group}):
        united[gold_sets.find(gold)].append(gold)
    groups = (group for group in united.values() if len(group) > 1)
    return {gold: number for number, group in enumerate(groups) for gold in group}


def _may_link(span: SpanKey, label: str, outcomes: SpanOutcomes) -> bool:
    return span.label in outcomes.scheme.relations[label].head


def _decided(
    label: str, rulings: Mapping[RelationKey, RelationOutcome | None], outcomes: SpanOutcomes
) -> dict[RelationKey, bool]:
    """The decisions on links between gold spans; of two on what is now one link, the one that lets it stand wins."""
    decided: dict[RelationKey, bool] = {}
    for claim, outcome in rulings.items():
        link = outcomes.standing(claim) if claim.label == label else None
        if link is not None:
            decided[link] = decided.get(link, False) or (outcome is not None and outcome[0] == label)
    return decided


def _telling_links(label: str, groups: list[Groups]) -> Iterator[RelationKey]:
    """Links that tell the groups of all curators: within what all have together, and from one such block to the next.

    Whoever has a group has the links from each of its blocks to the next, in reading order.
    """
    blocks: defaultdict[tuple[object, ...], list[SpanKey]] = defaultdict(list)
    for mention in sorted({mention for of_curator in groups for mention in of_curator}):
        blocks[tuple(of_curator.get(mention, mention) for of_curator in groups)].append(mention)
    for block in blocks.values():
        for one, other in pairwise(block):
            yield RelationKey(one, other, label)
    for of_curator in groups:
        firsts: defaultdict[int, list[SpanKey]] = defaultdict(list)
        for first, *_ in blocks.values():
            if first in of_curator:
                firsts[of_curator[first]].append(first)
        for mentions in firsts.values():
            for one, other in pairwise(mentions):
                yield RelationKey(one, other, label)


def _case(
    link: RelationKey, groups: Mapping[str, Groups], anchors: Mapping[SpanKey, SpanKey], outcomes: SpanOutcomes
) -> RelationCase:
    versions: dict[str, RelationVersion] = {
        curator: (link,) if together(link, of_curator) else () for curator, of_curator in groups.items()
    }
    head, child = sorted((anchors.get(link.head, link.head), anchors.get(link.child, link.child)))
    claim = RelationKey(head, child, link.label)
    kind = relation_kind(versions.values())
    if kind == "agreed" and not outcomes.allows(link):
        kind = "retired"
    return RelationCase(str(claim), kind, versions, claims=(claim,), link=link)


def together(link: RelationKey, groups: Groups) -> bool:
    """Whether two gold spans are in one group."""
    return link.head in groups and groups[link.head] == groups.get(link.child)


def _is_said(case: RelationCase, decided: Decided) -> bool:
    """Whether anybody says that a link is there."""
    return any(case.versions.values()) or (case.link is not None and decided.get(case.link, False))


def _settled(cases: list[RelationCase], decided: Decided, outcomes: SpanOutcomes) -> list[RelationCase]:
    """Settle links: by decisions, then by vote as far as nothing becomes one that was decided to be apart.

    Where the mentions of a link are one by way of others, it needs no decision; one against it is in question again.
    """
    standing = DisjointSets[SpanKey]()
    ruled = {case.id: decided[case.link] for case in cases if case.link is not None and case.link in decided}
    for case in cases:
        if ruled.get(case.id):
            standing.join(*case.ends)
    by_hand = {standing.find(case.ends[0]) for case in cases if ruled.get(case.id)}
    apart = [link for link, stands in decided.items() if not stands]
    settled: list[RelationCase] = []
    for case in cases:
        if case.id in ruled:
            settled.append(_by_hand(case, outcomes, stands=ruled[case.id]))
            continue
        chosen = vote(case.versions, outcomes.scheme.settle)
        if chosen is None or (chosen[0] and not _may_stand(case, standing, apart, outcomes)):
            settled.append(case)
            continue
        settled.append(replace(case, outcome=chosen[0], settled=chosen[1]))
        if chosen[0]:
            standing.join(*case.ends)
    return [_as_others_have_it(case, standing, by_hand) for case in settled]


def _by_hand(case: RelationCase, outcomes: SpanOutcomes, *, stands: bool) -> RelationCase:
    if not stands or case.link is None:
        return replace(case, settled="adjudicator")
    return replace(case, outcome=(case.link,), settled="adjudicator" if outcomes.allows(case.link) else None)


def _is_one(standing: DisjointSets[SpanKey], case: RelationCase) -> bool:
    one, other = case.ends
    return standing.find(one) == standing.find(other)


def _may_stand(
    case: RelationCase, standing: DisjointSets[SpanKey], apart: Iterable[RelationKey], outcomes: SpanOutcomes
) -> bool:
    """Whether a link is allowed, no detour, and makes nothing one that an adjudicator decided to be apart."""
    joined = {standing.find(end) for end in case.ends}
    if len(joined) == 1 or case.link is None or not outcomes.allows(case.link):
        return False
    return all({standing.find(link.head), standing.find(link.child)} != joined for link in apart)


def _as_others_have_it(
    case: RelationCase, standing: DisjointSets[SpanKey], by_hand: Collection[SpanKey]
) -> RelationCase:
    """A case whose link does not stand itself, as other links leave it."""
    if case.outcome or case.link is None or not _is_one(standing, case):
        return case
    if case.settled == "adjudicator":
        return replace(case, settled=None, implied=True)
    is_by_hand = any(standing.find(mention) == standing.find(case.link.head) for mention in by_hand)
    return replace(case, outcome=(case.link,), settled="adjudicator" if is_by_hand else "majority", implied=True)
