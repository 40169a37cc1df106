"""A list of cases answers as sorting and searching all of them would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotator.annotation import RelationKey, SpanKey
from annotator.workflow.adjudicating.case_list import CaseList, order
from annotator.workflow.adjudicating.cases import Case, RelationCase, SpanCase

offsets = st.integers(0, 30)
spans = st.tuples(offsets, st.integers(1, 12), st.sampled_from("PO")).map(lambda t: SpanKey(t[0], t[0] + t[1], t[2]))


@st.composite
def span_cases(draw: st.DrawFn) -> SpanCase:
    """Draw a case of some spans; what stands there may begin before any of them."""
    claims = tuple(sorted(draw(st.sets(spans, min_size=1, max_size=3))))
    outcome = tuple(draw(st.lists(spans, max_size=1)))
    return SpanCase(str(claims[0]), "missing", {"ana": claims, "bo": ()}, None, outcome, claims)


@st.composite
def relation_cases(draw: st.DrawFn) -> RelationCase:
    """Draw a case of one relation."""
    one, other = draw(st.lists(spans, min_size=2, max_size=2, unique=True))
    key = RelationKey(one, other, "w")
    return RelationCase(str(key), "relation missing", {"ana": (key,), "bo": ()}, claims=(key,))


cases = st.lists(st.one_of(span_cases(), relation_cases()), max_size=12, unique_by=lambda case: case.id)


def in_order(some: list[Case]) -> list[Case]:
    return sorted(some, key=lambda case: (case.position, case.id))


@given(cases, cases, st.data())
def test_a_changed_list_is_that_of_the_changed_cases(first: list[Case], new: list[Case], data: st.DataObject) -> None:
    gone = data.draw(st.lists(st.sampled_from(first), unique_by=lambda case: case.id) if first else st.just([]))
    left = [case for case in first if case not in gone]
    come = [case for case in new if case.id not in {other.id for other in left}]
    before = CaseList(first)
    before.overlapping(0, 1)
    after = before.with_changes(gone, come)
    assert list(before) == in_order(first)
    assert list(after) == in_order(left + come)
    start, length = data.draw(offsets), data.draw(st.integers(1, 12))
    over = [case for case in after if case.range[0] < start + length and start < case.range[1]]
    assert after.overlapping(start, start + length) == over


@given(cases, st.one_of(span_cases(), relation_cases()), offsets)
def test_the_case_after_and_before_another_and_an_offset(some: list[Case], case: Case, offset: int) -> None:
    listed = CaseList(some)
    after = [other for other in listed if order(other) > order(case)]
    before = [other for other in listed if order(other) < order(case)]
    assert listed.next(case, 0, 1) == next(iter([*after, *listed]), None)
    assert listed.next(case, 0, -1) == next(reversed([*listed, *before]), None)
    from_offset = [other for other in listed if other.position[0] >= offset]
    assert listed.next(None, offset, 1) == next(iter([*from_offset, *listed]), None)


@given(cases)
def test_the_place_of_every_case_and_of_none(some: list[Case]) -> None:
    *listed, absent = [*some, SpanCase("elsewhere", "added", {}, "adjudicator", (SpanKey(3, 4, "P"),))]
    assert [CaseList(listed).place(case) for case in in_order(listed)] == list(range(len(listed)))
    assert CaseList(listed).place(absent) is None
    assert CaseList(listed).place(None) is None
