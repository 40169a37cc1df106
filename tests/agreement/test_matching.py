"""What is aligned for many pairs of layers at once is what the alignment of two layers says."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from annotator.agreement import counting
from annotator.agreement.alignment import align
from annotator.agreement.counting import Count, compare
from annotator.agreement.estimates import EstimateOptions, estimate, estimate_parts
from annotator.agreement.layers import Content, DocumentLayers, Vocabulary
from annotator.agreement.measures import BY_LABEL, BY_RELATION, OVERALL
from annotator.agreement.places import places_in
from annotator.agreement.relations import align_relations, direct
from annotator.agreement.totals import Features
from annotator.annotation import RelationKey, SpanKey
from tests.agreement.invented_layers import FIXED, document, measured, tokens
from tests.strategies import ENTITIES, span_sets

LABELS = ENTITIES[:3]
TYPES = ("near", "with", "under")
SYMMETRIC = frozenset({"near"})
NAMES = ("ana", "bo", "carla", "dan")


@st.composite
def stacked(draw: st.DrawFn) -> frozenset[SpanKey]:
    """Draw spans that may nest and cross, some of them under several labels."""
    spans = draw(span_sets(length=30, max_size=7))
    extra = {span._replace(label=draw(st.sampled_from(LABELS))) for span in spans if draw(st.booleans())}
    return spans | extra


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Draw spans, and relations between them, several of them between the same two spans."""
    spans = draw(stacked())
    if not spans:
        return Content(spans)
    some = st.sampled_from(sorted(spans))
    drawn = draw(st.sets(st.builds(RelationKey, some, some, st.sampled_from(TYPES)), max_size=8))
    return Content(spans, drawn)


@st.composite
def samples(draw: st.DrawFn) -> list[DocumentLayers]:
    """Draw documents that some of the curators have finished."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        having = draw(st.sets(st.sampled_from(NAMES), min_size=2))
        layers = {name: draw(contents()) for name in NAMES if name in having}
        made.append(DocumentLayers(f"d{number}", 40 + number, tokens(10), layers))
    return made


@settings(max_examples=25)
@given(samples())
def test_every_pair_of_layers_is_aligned_as_if_it_were_alone(documents: list[DocumentLayers]) -> None:
    found = compare(documents, NAMES, Vocabulary(LABELS, TYPES, SYMMETRIC))
    confused: Counter[tuple[str | None, str | None]] = Counter()
    linked: Counter[tuple[str | None, str | None]] = Counter()
    for row, counts in enumerate(found.counts):
        left, right = (documents[found.document[row]].layers[name] for name in found.pairs[found.pair[row]])
        spans = align(left.spans, right.spans)
        kinds = Counter(match.kind for match in spans)
        assert counts[Count.EXACT] == kinds["exact"]
        assert counts[Count.SAME_BORDERS] == kinds["exact"] + kinds["label"]
        assert counts[Count.SAME_LABEL] == kinds["exact"] + kinds["boundary"]
        assert counts[Count.MATCHED] == len(spans) - kinds["left"] - kinds["right"]
        assert (counts[Count.LEFT], counts[Count.RIGHT]) == (len(left.spans), len(right.spans))
        aligned = {m.left: m.right for m in spans if m.left is not None and m.right is not None}
        relations = align_relations(left.relations, right.relations, aligned, SYMMETRIC)
        linked_kinds = Counter(match.kind for match in relations)
        assert counts[Count.EXACT_RELATIONS] == linked_kinds["exact"]
        assert counts[Count.SAME_ENDS] == linked_kinds["exact"] + linked_kinds["label"]
        assert counts[Count.ALIGNED_SAME_LABEL] == linked_kinds["ends"]
        assert counts[Count.ALIGNED_ENDS] == linked_kinds["ends"] + linked_kinds["overlap"]
        assert counts[Count.TURNED] == linked_kinds["direction"]
        both = left.spans & right.spans
        assert counts[Count.REACHED] == sum(
            r.head in both and r.child in both for side in (left, right) for r in direct(side.relations, SYMMETRIC)
        )
        confused.update((m.left and m.left.label, m.right and m.right.label) for m in spans)
        linked.update((m.left and m.left.label, m.right and m.right.label) for m in relations)
    for table, labels, expected in (
        (found.confusion, (None, *LABELS), confused),
        (found.relation_confusion, (None, *TYPES), linked),
    ):
        for i, one in enumerate(labels):
            for j, other in enumerate(labels):
                assert table[i, j] == expected[one, other]


def values(documents: list[DocumentLayers], names: tuple[str, ...] = NAMES) -> dict[str, list[float | None]]:
    features = Features(compare(documents, names, Vocabulary(LABELS, TYPES, SYMMETRIC)))
    found = {f"{m}": e for m, e in estimate(features, OVERALL, FIXED).items()}
    for measures in (BY_LABEL, BY_RELATION):
        found.update({f"{m} by label": e for m, e in estimate(features, measures, FIXED).items()})
    return {name: [estimate.value for estimate in estimates] for name, estimates in found.items()}


def mostly_alike() -> list[DocumentLayers]:
    """Documents of three or four curators who draw the same borders and choose labels and relations by habits."""

    def content(number: int, habit: int) -> Content:
        spans = [SpanKey(at, at + 3, LABELS[at * number * habit % 3]) for at in range(0, 30, 4 + number)]
        return Content(spans, [RelationKey(*ends, TYPES[number * habit % 3]) for ends in pairwise(spans)])

    return [
        DocumentLayers(
            f"d{n}", 40 + n, tokens(10), {name: content(n, h) for h, name in enumerate(NAMES[n % 2 :], n % 2)}
        )
        for n in range(4)
    ]


@settings(max_examples=25)
@given(samples())
@example(mostly_alike())
def test_documents_counted_part_by_part_give_the_same_as_all_at_once(documents: list[DocumentLayers]) -> None:
    at_once, places = values(documents), where(documents)
    every = columns(documents)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "PART", 1)
        parted = values(documents)
        found = columns(documents)
        assert where(documents) == places
    assert found.keys() == every.keys()
    for name, column in every.items():
        np.testing.assert_allclose(found[name], column, atol=1e-12, err_msg=name)
    for name, some in at_once.items():
        assert parted[name] == [v if v is None else pytest.approx(v, abs=1e-12) for v in some], name


def columns(documents: list[DocumentLayers]) -> dict[str, NDArray[Any]]:
    """All that is counted, by name, but for what tokens are called: part by part it may be numbered otherwise."""
    counted = compare(documents, NAMES, Vocabulary(LABELS, TYPES, SYMMETRIC))
    rows = np.arange(len(counted))
    found = {field.name: getattr(counted, field.name) for field in fields(counted)}
    for name in ("named", "related"):
        found[name] = found[name].rows(rows)
    for name in ("packs", "pairs", "vocabulary", "tokens"):
        del found[name]
    found["documents"] = [documents.index(next(d for d in documents if d.key == key)) for key in counted.documents]
    for name, table in list(found.items()):
        if isinstance(table, tuple):
            found |= {f"{name}.{part}": column for part, column in found.pop(name)._asdict().items()}
    layers = np.array([counted.left, counted.right])
    unfit = counted.lengths_1995.overlapping[layers].any(axis=0)  # of these no measure takes the differences
    found["lengths_1995.differences"] = np.where(unfit[:, None], 0, found["lengths_1995.differences"])
    return {name: np.asarray(column) for name, column in found.items()}


def where(documents: list[DocumentLayers]) -> dict[str, object]:
    """The places that curators marked."""
    found = places_in(compare(documents, NAMES, Vocabulary(LABELS, TYPES, SYMMETRIC)).packs, NAMES)
    return {field.name: np.asarray(getattr(found, field.name)).tolist() for field in fields(found)}


@settings(max_examples=25)
@given(samples())
def test_the_order_of_the_layers_changes_no_measure(documents: list[DocumentLayers]) -> None:
    backwards = values(documents, NAMES[::-1])
    for name, some in values(documents).items():
        assert backwards[name] == [v if v is None else pytest.approx(v) for v in some], name


@settings(max_examples=25)
@given(samples())
def test_other_names_of_the_labels_change_no_measure_of_borders(documents: list[DocumentLayers]) -> None:
    turned = dict(zip(LABELS, LABELS[1:] + LABELS[:1], strict=True))
    renamed = [
        DocumentLayers(d.key, d.length, d.tokens, {
            name: Content([s._replace(label=turned[s.label]) for s in content.spans])
            for name, content in d.layers.items()
        })
        for d in documents
    ]  # fmt: skip
    ours, theirs = values(documents), values(renamed)
    for name in ("span.f1", "span.boundary_f1", "token.observed", "document.alpha", "label.coverage"):
        assert theirs[name] == [v if v is None else pytest.approx(v) for v in ours[name]], name


@settings(max_examples=25)
@given(samples())
def test_layers_that_say_the_same_agree_in_every_measure(documents: list[DocumentLayers]) -> None:
    alike = [DocumentLayers(d.key, d.length, d.tokens, dict.fromkeys(d.layers, next(iter(d.layers.values()))))
             for d in documents]  # fmt: skip
    for name, some in values(alike).items():
        assert all(value is None or value == pytest.approx(1) for value in some), name


@settings(max_examples=25)
@given(samples())
def test_a_pair_measured_among_others_is_what_it_is_by_itself(documents: list[DocumentLayers]) -> None:
    vocabulary = Vocabulary(LABELS, TYPES, SYMMETRIC)
    comparisons = compare(documents, NAMES, vocabulary)
    options = EstimateOptions(resamples=20)
    shared = {p for p in combinations(NAMES, 2) if any(set(p) <= set(d.layers) for d in documents)}
    by_itself = {p: estimate(Features(compare(documents, p, vocabulary)), OVERALL, FIXED) for p in shared}
    for most in (1, 100):
        found = {
            comparisons.pairs[number]: estimates
            for numbers, features in Features.of_pairs(comparisons, most)
            for number, estimates in zip(numbers, estimate_parts(features, OVERALL, options), strict=True)
        }
        assert set(found) == shared
        for pair, estimates in found.items():
            for name, (one,) in by_itself[pair].items():
                if name.startswith(("span", "label", "relation")):
                    value = estimates[name][0].value
                    assert value == (one.value if one.value is None else pytest.approx(one.value)), name


def test_two_labels_on_the_same_borders_are_two_spans_of_one_layer() -> None:
    both = [(0, 3, "A"), (0, 3, "B")]
    found = measured([document({"ana": both, "bo": both, "carla": both})], ("A", "B"))
    for name in ("span.f1", "label.observed", "label.kappa", "label.alpha", "label.ac1", "token.observed"):
        assert found[name].value == pytest.approx(1), name
    assert found["label.observed"].items == 2


def test_where_one_of_two_stacked_labels_is_missed_the_other_still_agrees() -> None:
    found = measured([document({"ana": [(0, 3, "A"), (0, 3, "B")], "bo": [(0, 3, "A")]})], ("A", "B"))
    assert found["span.f1"].value == pytest.approx(2 / 3)
    assert found["label.observed"].value == 1
    assert found["token.observed"].value == 0.9
