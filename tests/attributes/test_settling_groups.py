"""Settling groups: curators are compared by which mentions they say are one, whatever links they drew to say it."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from annotator.annotation import Annotations, SpanKey
from annotator.labels import LabelScheme, RelationType, Settle
from annotator.labels.scheme import EntityType
from annotator.workflow.adjudicating.cases import Case, RelationCase
from annotator.workflow.adjudicating.equivalences import are_one
from tests.workflow.adjudicating.settlements import Judge, layer, word

MENTIONS = [word(n, n, "P") for n in range(6)]
Partition = frozenset[frozenset[SpanKey]]
Links = list[tuple[SpanKey, SpanKey, str]]


def scheme(settle: Settle = "all") -> LabelScheme:
    same = RelationType("same", "s", ("P",), ("P",), symmetric=True, within="document", equivalence=True)
    entities = {"P": EntityType("P", "P")}
    return LabelScheme(entities, {"same": same}, ("es",), "flat", "token", "0" * 64, settle)


def linked(*links: str) -> Annotations:
    """Return a layer with all mentions; ``ab`` links the first with the second."""
    ends = [[MENTIONS["abcdef".index(letter)] for letter in sorted(pair)] for pair in links]
    return layer(*MENTIONS, links=tuple((one, other, "same") for one, other in ends))


def groups(content: Annotations) -> Partition:
    """Return which mentions are one, without those that stand alone."""
    sets = are_one(content, "same")
    found: dict[str, set[SpanKey]] = {}
    for span in content.spans.values():
        found.setdefault(sets.find(span.id), set()).add(span.key)
    return frozenset(frozenset(group) for group in found.values() if len(group) > 1)


def named(partition: Partition) -> list[str]:
    """Return groups by their mentions' letters."""
    return sorted("".join("abcdef"[MENTIONS.index(mention)] for mention in sorted(group)) for group in partition)


def in_question(judge: Judge) -> list[str]:
    return ["".join("abcdef"[MENTIONS.index(end)] for end in case.ends) for case in judge.now.open
            if isinstance(case, RelationCase)]  # fmt: skip


def test_the_same_group_by_other_links_is_no_disagreement() -> None:
    judge = Judge({"ana": linked("ab", "bc", "cd"), "bo": linked("ad", "ac", "bd")}, scheme())
    assert judge.now.open == []
    assert named(groups(judge.now.content)) == ["abcd"]
    assert len(judge.now.content.relations) == 3


def test_only_where_groups_differ_a_link_is_in_question() -> None:
    judge = Judge({"ana": linked("ab", "bc", "cd"), "bo": linked("ab", "cd"), "carla": linked("ba", "dc")}, scheme())
    assert in_question(judge) == ["ac"]
    assert named(groups(judge.now.content)) == ["ab", "cd"]
    judge.choose(judge.now.open[0], "ana")
    assert named(groups(judge.now.content)) == ["abcd"]


def test_two_settled_links_make_one_group_and_the_third_needs_no_decision() -> None:
    judge = Judge({"ana": linked("ab"), "bo": linked("bc"), "carla": linked("ac")}, scheme())
    assert in_question(judge) == ["ab", "ac", "bc"]
    for curator in ("ana", "carla"):
        judge.choose(judge.now.open[0], curator)
    assert in_question(judge) == []
    assert named(groups(judge.now.content)) == ["abc"]
    assert len(judge.now.content.relations) == 2


def test_what_was_decided_to_be_apart_is_not_made_one_by_a_vote() -> None:
    judge = Judge({"ana": linked("ab"), "bo": linked("ac")}, scheme())
    for curator in ("bo", "bo"):
        judge.choose(judge.now.open[0], curator)
    assert named(groups(judge.now.content)) == ["ac"]
    later = Judge({"ana": linked("ab", "bc"), "bo": linked("ab", "bc")}, judge.scheme, judge.rulings)
    assert named(groups(later.now.content)) == ["ac"]
    assert in_question(later) == ["bc"]


def test_a_mention_that_is_not_in_gold_takes_nobody_along() -> None:
    ana = linked("ab", "bc")
    bo = layer(MENTIONS[0], MENTIONS[2], links=((MENTIONS[0], MENTIONS[2], "same"),))
    judge = Judge({"ana": ana, "bo": bo}, scheme())
    judge.settle_all(lambda _case: "bo")
    assert named(groups(judge.now.content)) == ["ac"]


partitions = st.lists(st.integers(0, 3), min_size=6, max_size=6)


@st.composite
def drawn_links(draw: st.DrawFn) -> Annotations:
    """Draw groups, and links that make them: a spanning tree of each, with detours or without."""
    numbers = draw(partitions)
    links: Links = []
    for number in set(numbers):
        members = draw(st.permutations([m for m, n in zip(MENTIONS, numbers, strict=True) if n == number]))
        pairs = {tuple(sorted(pair)) for pair in pairwise(members)}
        pairs |= set(draw(st.lists(st.sampled_from(list(combinations(sorted(members), 2))), max_size=2))
                     if len(members) > 1 else [])  # fmt: skip
        links += [(one, other, "same") for one, other in sorted(pairs)]
    return layer(*MENTIONS, links=tuple(links))


@st.composite
def judges(draw: st.DrawFn, policies: tuple[Settle, ...] = ("all", "never", 2)) -> Judge:
    drawn = draw(st.lists(drawn_links(), min_size=1, max_size=3))
    return Judge(dict(zip(("ana", "bo", "carla"), drawn, strict=False)), scheme(draw(st.sampled_from(policies))))


def together(partition: Partition) -> set[frozenset[SpanKey]]:
    return {frozenset(pair) for group in partition for pair in combinations(group, 2)}


@given(judges())
def test_the_order_of_the_curators_and_how_they_drew_it_do_not_matter(judge: Judge) -> None:
    turned = Judge(dict(reversed(list(judge.contents.items()))), judge.scheme)
    assert turned.now == judge.now
    chains = {
        curator: layer(*MENTIONS, links=tuple((*pair, "same") for g in groups(c) for pair in pairwise(sorted(g))))
        for curator, c in judge.contents.items()
    }
    redrawn = Judge(chains, judge.scheme)
    assert [(c.id, c.settled, c.versions) for c in redrawn.now.cases] == [
        (c.id, c.settled, c.versions) for c in judge.now.cases
    ]
    assert redrawn.now.content.relations.keys() == judge.now.content.relations.keys()


@given(judges(("all", "never")), st.sampled_from(("ana", "bo", "carla")))
def test_settling_everything_by_one_curator_gives_their_groups(judge: Judge, curator: str) -> None:
    if curator in judge.contents:
        gold = judge.settle_all(lambda _case: curator)
        assert groups(gold.content) == groups(judge.contents[curator])


@given(judges(("all", 2)))
def test_what_all_have_together_is_together_and_what_nobody_has_is_not(judge: Judge) -> None:
    said = [together(groups(content)) for content in judge.contents.values()]
    gold = together(groups(judge.now.content))
    assert len(said) < 2 or set.intersection(*said) <= gold
    if judge.scheme.settle == "all":
        assert gold == set.intersection(*said)


@given(judges(), st.data())
def test_gold_is_the_closure_of_what_was_settled_without_detours(judge: Judge, data: st.DataObject) -> None:
    def decide(case: Case) -> str | None:
        choices: list[str | None] = [*case.versions, None]
        return data.draw(st.sampled_from(choices), label=case.id)

    for _ in range(60):
        if not judge.now.open:
            break
        case = judge.now.open[0]
        judge.choose(case, decide(case))
    now = judge.now
    sets = together(groups(now.content))
    for case in now.cases:
        if isinstance(case, RelationCase) and case.settled is not None:
            assert (frozenset(case.ends) in sets) == bool(case.outcome)
            assert case.implied == (bool(case.outcome) and str(case.outcome[0]) not in now.content.relations)
