from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.agreement.alignment import align
from annotator.agreement.counting import compare
from annotator.agreement.estimates import estimate
from annotator.agreement.formulas import relation_kinds
from annotator.agreement.layers import Vocabulary
from annotator.agreement.measures import OVERALL
from annotator.agreement.relations import RelationMatch, align_relations
from annotator.agreement.totals import Features
from annotator.annotation import RelationKey, SpanKey
from tests.agreement.invented_layers import FIXED, document, measured
from tests.strategies import RELATIONS, span_sets

ANA, CRUZ, PERU = SpanKey(0, 3, "PERSON"), SpanKey(8, 12, "ORG"), SpanKey(20, 24, "GPE")
CRUZ_ROJA = SpanKey(8, 16, "ORG")
MIRRORED = {"left": "right", "right": "left"}


def works(head: SpanKey, child: SpanKey, label: str = "works_for") -> RelationKey:
    return RelationKey(head, child, label)


@pytest.mark.parametrize(
    ("right", "kind"),
    [
        (works(ANA, CRUZ), "exact"),
        (works(ANA, CRUZ, "leads"), "label"),
        (works(CRUZ, ANA), "direction"),
        (works(ANA, CRUZ_ROJA), "ends"),
        (works(ANA, CRUZ_ROJA, "leads"), "overlap"),
        (works(CRUZ_ROJA, ANA), "direction"),
    ],
)
def test_two_relations_are_told_by_ends_label_and_direction(right: RelationKey, kind: str) -> None:
    aligned = {ANA: ANA, CRUZ: right.child if right.child != ANA else right.head}
    assert align_relations([works(ANA, CRUZ)], [right], aligned) == [(works(ANA, CRUZ), right, kind)]


def test_a_relation_over_a_span_that_the_other_lacks_stands_alone() -> None:
    assert align_relations([works(ANA, CRUZ)], [], {ANA: ANA}) == [RelationMatch(works(ANA, CRUZ), None, "left")]


def test_a_symmetric_relation_has_no_direction() -> None:
    one, other = works(CRUZ, PERU, "allied_with"), works(PERU, CRUZ, "allied_with")
    same = {CRUZ: CRUZ, PERU: PERU}
    assert [m.kind for m in align_relations([one], [other], same)] == ["direction"]
    assert [m.kind for m in align_relations([one], [other], same, frozenset({"allied_with"}))] == ["exact"]


@pytest.mark.parametrize("ends", [(ANA, CRUZ), (CRUZ, ANA)])
@pytest.mark.parametrize("more", [[], [works(ANA, PERU)], [works(ANA, CRUZ, "leads"), works(CRUZ, ANA, "leads")]])
def test_what_has_no_direction_is_not_the_other_way_round(
    ends: tuple[SpanKey, SpanKey], more: list[RelationKey]
) -> None:
    ours, theirs, symmetric = (
        [works(*ends), *more],
        [works(ANA, CRUZ, "allied_with"), *more],
        frozenset({"allied_with"}),
    )
    same = {span: span for span in (ANA, CRUZ, PERU)}
    assert [m.kind for m in align_relations(ours, theirs, same, symmetric) if m.kind != "exact"] == ["label"]
    assert [m.kind for m in align_relations(theirs, ours, same, symmetric) if m.kind != "exact"] == ["label"]
    spans = {name: [tuple(span) for span in same] for name in ("a", "b")}
    layers = document(spans, {"a": ours, "b": theirs})  # type: ignore[arg-type]
    found = compare([layers], ("a", "b"), Vocabulary((), ("works_for", "leads", "allied_with"), symmetric))
    kinds = relation_kinds(found.counts.sum(axis=0))
    assert (kinds["label"], kinds["direction"], kinds["exact"]) == (1, 0, len(more))
    figures = estimate(Features(found), OVERALL, FIXED)
    assert figures["relation.endpoints_f1"][0].value == 1


@st.composite
def related_layers(draw: st.DrawFn) -> tuple[frozenset[SpanKey], frozenset[RelationKey]]:
    spans = draw(span_sets(max_size=5))
    ends = st.sampled_from(sorted(spans)) if spans else st.nothing()
    keys = st.tuples(ends, ends, st.sampled_from(RELATIONS)).filter(lambda r: r[0] != r[1])
    drawn = draw(st.frozensets(keys, max_size=5)) if len(spans) > 1 else frozenset()
    return spans, frozenset(RelationKey(*r) for r in drawn)


SYMMETRIC = frozenset({RELATIONS[0]})


@given(related_layers(), related_layers())
def test_relations_are_aligned_one_to_one_and_mirrored(
    left: tuple[frozenset[SpanKey], frozenset[RelationKey]], right: tuple[frozenset[SpanKey], frozenset[RelationKey]]
) -> None:
    there = {m.left: m.right for m in align(left[0], right[0]) if m.left is not None and m.right is not None}
    back = {other: one for one, other in there.items()}
    matches = align_relations(left[1], right[1], there, SYMMETRIC)
    mirrored = align_relations(right[1], left[1], back, SYMMETRIC)
    assert mirrored == [(m.right, m.left, MIRRORED.get(m.kind, m.kind)) for m in matches]
    ours = [m.left for m in matches if m.left is not None]
    assert len(ours) == len(set(ours))
    assert {r.label for r in ours} <= {r.label for r in left[1]}
    assert sum(m.left is not None for m in matches) <= len(left[1])


def test_figures_of_relations() -> None:
    ours = [works(ANA, CRUZ), works(CRUZ, PERU, "based_in"), works(ANA, PERU, "lives_in")]
    theirs = [works(ANA, CRUZ), works(CRUZ, PERU, "owns")]
    spans = {"a": [tuple(s) for s in (ANA, CRUZ, PERU)], "b": [tuple(s) for s in (ANA, CRUZ, PERU)]}
    found = measured([document(spans, {"a": ours, "b": theirs})])  # type: ignore[arg-type]
    assert found["relation.f1"].value == pytest.approx(2 * 1 / 5)
    assert found["relation.endpoints_f1"].value == pytest.approx(2 * 2 / 5)
    assert found["relation.f1_given_spans"].value == pytest.approx(2 * 1 / 5)
    assert found["relation.label_observed"].value == pytest.approx(0.5)


def test_a_relation_over_a_missed_span_counts_only_where_both_have_the_spans() -> None:
    ours = [works(ANA, CRUZ), works(ANA, PERU, "lives_in")]
    spans = {"a": [tuple(s) for s in (ANA, CRUZ, PERU)], "b": [tuple(s) for s in (ANA, CRUZ)]}
    found = measured([document(spans, {"a": ours, "b": [works(ANA, CRUZ)]})])  # type: ignore[arg-type]
    assert found["relation.f1"].value == pytest.approx(2 / 3)
    assert found["relation.f1_given_spans"].value == 1


def test_relaxed_relations_follow_the_spans_alignment() -> None:
    spans = {"a": [tuple(ANA), tuple(CRUZ)], "b": [tuple(ANA), tuple(CRUZ_ROJA)]}
    found = measured([document(spans, {"a": [works(ANA, CRUZ)], "b": [works(ANA, CRUZ_ROJA)]})])  # type: ignore[arg-type]
    assert found["relation.f1"].value == 0
    assert found["relation.relaxed_f1"].value == 1
