"""What holds for every measure, whatever the layers: nested, stacked and crossing spans, and their relations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.agreement.counting import compare
from annotator.agreement.disorder import disorders
from annotator.agreement.estimates import Estimate, estimate, estimate_parts
from annotator.agreement.layers import Content, DocumentLayers, Vocabulary
from annotator.agreement.measures import BY_LABEL, BY_RELATION, DIRECTED, OVERALL, Measure
from annotator.agreement.totals import Features
from annotator.agreement.unitary import Units
from annotator.annotation import RelationKey, SpanKey
from tests.agreement.invented_layers import FIXED, tokens

LABELS, TYPES = ("A", "B", "C"), ("r", "s", "t")
SYMMETRIC = "t"
NAMES = ("ana", "bo", "carla")
LENGTH = 24


class Layer(Content):
    """What a layer says, kept as it was drawn."""

    def __init__(self, spans: frozenset[SpanKey], relations: frozenset[RelationKey]) -> None:
        super().__init__(spans, relations)
        self.said = spans, relations

    def relabelled(self, names: Mapping[str, str]) -> Layer:
        """Return the same under other labels."""
        spans, relations = self.said
        renamed = {s: SpanKey(s.start, s.end, names[s.label]) for s in spans}
        linked = (RelationKey(renamed[r.head], renamed[r.child], names[r.label]) for r in relations)
        return Layer(frozenset(renamed.values()), frozenset(linked))


@st.composite
def layer_drawn(draw: st.DrawFn) -> Layer:
    """Draw spans on a few borders, so that many are nested, stacked or cross, and relations between them."""
    borders = st.tuples(st.integers(0, 5), st.integers(1, 3)).map(
        lambda b: (4 * b[0], min(LENGTH, 4 * (b[0] + b[1]) - 1))
    )
    drawn = draw(st.frozensets(st.tuples(borders, st.sampled_from(LABELS)), max_size=5))
    spans = sorted(SpanKey(*both, label) for both, label in drawn)
    if len(spans) < 2:
        return Layer(frozenset(spans), frozenset())
    ends = st.tuples(st.sampled_from(spans), st.sampled_from(spans), st.sampled_from(TYPES))
    relations = draw(st.frozensets(ends.filter(lambda r: r[0] != r[1]), max_size=3))
    return Layer(frozenset(spans), frozenset(RelationKey(*r) for r in relations))


@st.composite
def documents_drawn(draw: st.DrawFn, names: Sequence[str] = NAMES) -> list[DocumentLayers]:
    """Draw documents that two or more of the curators have."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        having = draw(st.lists(st.sampled_from(names), min_size=2, unique=True))
        found.append(a_document(f"d{number}", {name: draw(layer_drawn()) for name in sorted(having)}))
    return found


def a_document(key: str, layers: Mapping[str, Layer]) -> DocumentLayers:
    return DocumentLayers(key, LENGTH, tokens(LENGTH // 4), layers)


def vocabulary(labels: Sequence[str] = LABELS, types: Sequence[str] = TYPES, symmetric: str = SYMMETRIC) -> Vocabulary:
    return Vocabulary(tuple(labels), tuple(types), frozenset({symmetric}))


def of(
    documents: Sequence[DocumentLayers],
    names: Sequence[str] = NAMES,
    labels: Vocabulary | None = None,
    measures: Sequence[Measure] = OVERALL,
) -> dict[str, list[Estimate]]:
    return estimate(Features(compare(documents, names, labels or vocabulary())), measures, FIXED)


def same(one: Mapping[str, Sequence[Estimate]], other: Mapping[str, Sequence[Estimate]]) -> None:
    """Check that values, items and reasons are the same."""
    assert one.keys() == other.keys()
    for name, estimates in one.items():
        for a, b in zip(estimates, other[name], strict=True):
            assert a.value == pytest.approx(b.value), name
            assert (a.items, a.informative, a.reason) == (b.items, b.informative, b.reason), name


@settings(max_examples=40)
@given(documents_drawn())
def test_the_order_of_layers_makes_no_difference(documents: list[DocumentLayers]) -> None:
    same(of(documents), of(documents, NAMES[::-1]))


@settings(max_examples=40)
@given(documents_drawn())
def test_what_curators_are_called_makes_no_difference(documents: list[DocumentLayers]) -> None:
    called = dict(zip(NAMES, ("zoe", "abel", "mia"), strict=True))
    renamed = [a_document(d.key, {called[name]: layer for name, layer in d.layers.items()}) for d in documents]  # type: ignore[misc]
    same(of(documents), of(renamed, list(called.values())))


@settings(max_examples=40)
@given(documents_drawn())
def test_what_labels_are_called_makes_no_difference(documents: list[DocumentLayers]) -> None:
    """But where labels are stacked, the alphabet says which stand for each other, and relations follow their spans."""
    called = dict(zip((*LABELS, *TYPES), ("Z", "X", "Y", "w", "v", "u"), strict=True))
    renamed = [
        a_document(d.key, {name: layer.relabelled(called) for name, layer in d.layers.items()})  # type: ignore[attr-defined]
        for d in documents
    ]
    other = vocabulary([called[label] for label in LABELS], [called[kind] for kind in TYPES], called[SYMMETRIC])
    for measures in (OVERALL, DIRECTED, BY_LABEL, BY_RELATION):
        apart = tuple(measure for measure in measures if measure.name != "relation.relaxed_f1")
        same(of(documents, measures=apart), of(renamed, labels=other, measures=apart))


@settings(max_examples=40)
@given(documents_drawn(), layer_drawn())
def test_a_curator_who_did_other_documents_makes_no_difference(documents: list[DocumentLayers], alone: Layer) -> None:
    other = a_document("other", {"dora": alone.relabelled({**{n: n for n in (*LABELS, *TYPES)}, "B": "RETIRED"})})
    same(of(documents), of([*documents, other], (*NAMES, "dora")))


@settings(max_examples=40)
@given(documents_drawn(), layer_drawn(), layer_drawn())
def test_a_pair_is_the_same_whatever_others_did(documents: list[DocumentLayers], one: Layer, other: Layer) -> None:
    """On the same documents, and on others."""
    both = [d for d in documents if "ana" in d.layers and "bo" in d.layers]
    beside = [*documents, a_document("other", {"dora": one, "eve": other})]
    beside = [a_document(d.key, {**d.layers, "eve": other}) for d in beside]  # type: ignore[dict-item]
    pairs: dict[tuple[str, str], dict[str, list[Estimate]]] = {}
    comparisons = compare(beside, ("dora", *NAMES, "eve"), vocabulary())
    for numbers, features in Features.of_pairs(comparisons, 10**6):
        found = estimate_parts(features, (*OVERALL, *DIRECTED), FIXED)
        pairs |= {comparisons.pairs[number]: figures for number, figures in zip(numbers, found, strict=True)}
    alone = of(both, ("ana", "bo"), measures=(*OVERALL, *DIRECTED))
    if both:
        same(alone, pairs["ana", "bo"])


@settings(max_examples=40)
@given(st.lists(layer_drawn(), min_size=1, max_size=3))
def test_layers_that_say_the_same_agree_by_every_measure(drawn: list[Layer]) -> None:
    documents = [a_document(f"d{n}", dict.fromkeys(NAMES, layer)) for n, layer in enumerate(drawn)]
    for measures in (OVERALL, DIRECTED, BY_LABEL, BY_RELATION):
        for name, estimates in of(documents, measures=measures).items():
            assert all(e.value is None or e.value == pytest.approx(1) for e in estimates), name


@settings(max_examples=30)
@given(st.lists(layer_drawn(), min_size=3, max_size=3), st.permutations(range(3)), st.permutations(range(3)))
def test_disorder_depends_neither_on_who_nor_on_what_labels_are_called(
    layers: list[Layer], who: list[int], called: list[int]
) -> None:
    def disorder(order: Sequence[int], codes: Sequence[int]) -> float:
        rows = [
            (0, coder, span.start, span.end, codes[LABELS.index(span.label)])
            for coder, place in enumerate(order)
            for span in sorted(layers[place].said[0])
        ]
        units = Units(*np.array(rows, dtype=np.intp).reshape(-1, 5).T)
        return float(disorders(units, 1, 3, 3).whole[0])

    assert disorder(who, called) == pytest.approx(disorder(range(3), range(3)))
