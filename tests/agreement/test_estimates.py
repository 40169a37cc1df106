from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.agreement.estimates import Estimate, EstimateOptions, estimate
from annotator.agreement.layers import Content, DocumentLayers
from annotator.agreement.measures import BY_LABEL, DIRECTED, OVERALL
from annotator.agreement.totals import Features
from annotator.annotation import SpanKey
from tests.agreement.invented_layers import compared, document, labelled_tokens, measured, tokens
from tests.strategies import span_sets

QUICK = EstimateOptions(resamples=400, seed=3)


def noisy(documents: int, seed: int = 0) -> list[DocumentLayers]:
    """Return documents in which two layers agree on four tokens of five."""
    chance = random.Random(seed)
    made = []
    for number in range(documents):
        ours = [chance.choice([None, "A", "B"]) for _ in range(12)]
        theirs = [value if chance.random() < 0.8 else chance.choice([None, "A", "B"]) for value in ours]
        made.append(labelled_tokens({"ana": ours, "bo": theirs}, key=f"d{number:03}"))
    return made


def headline(documents: list[DocumentLayers], options: EstimateOptions = QUICK) -> Estimate:
    return estimate(Features(compared(documents)), OVERALL, options)["span.f1"][0]


def test_an_interval_is_a_bootstrap_from_thirty_documents_on() -> None:
    found = headline(noisy(30))
    assert found.method == "bootstrap"
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < found.value < found.high < 1


def test_below_thirty_documents_it_is_the_jackknife() -> None:
    found = headline(noisy(12))
    assert found.method == "jackknife-t"
    assert found.low is not None
    assert found.value is not None
    assert found.low < found.value


def test_the_jackknife_is_student_t_about_the_value() -> None:
    documents = noisy(6)
    found = headline(documents)
    leaving = [
        headline([d for d in documents if d is not one], EstimateOptions(resamples=0)).value for one in documents
    ]
    values = [v for v in leaving if v is not None]
    mean = sum(values) / 6
    error = (5 / 6 * sum((v - mean) ** 2 for v in values)) ** 0.5
    assert found.value is not None
    assert found.low == pytest.approx(found.value - 2.5706 * error)


def test_below_five_documents_there_is_a_value_but_no_interval() -> None:
    found = headline(noisy(4))
    assert found.value is not None
    assert (found.low, found.high, found.method) == (None, None, None)
    assert "fewer than 5 documents" in found.reason


def test_the_seed_decides_the_interval_and_nothing_else() -> None:
    documents = noisy(40)
    same, again, other = (headline(documents, EstimateOptions(300, seed)) for seed in (1, 1, 2))
    assert same == again
    assert same.value == other.value
    assert (same.low, same.high) != (other.low, other.high)


def test_documents_that_both_left_empty_count_but_tell_an_f1_nothing() -> None:
    empty = [labelled_tokens({"ana": [None] * 12, "bo": [None] * 12}, key=f"e{i}") for i in range(30)]
    found = headline([*noisy(6), *empty])
    assert (found.documents, found.informative) == (36, 6)
    assert found.method == "jackknife-t"
    assert found.value == headline(noisy(6)).value


def test_empty_layers_have_no_f1_but_tokens_that_agree() -> None:
    found = measured([labelled_tokens({"ana": [None] * 5, "bo": [None] * 5})], ("A", "B"))
    assert found["span.f1"].value is None
    assert found["span.f1"].reason == "no layer has a span"
    assert found["token.observed"].value == 1
    assert found["token.kappa"].value is None
    assert "one category" in found["token.kappa"].reason
    assert found["token.alpha"].value is None
    assert found["token.ac1"].value == 1


def test_a_layer_that_is_absent_is_not_one_that_is_empty() -> None:
    both = labelled_tokens({"ana": ["A", None], "bo": ["A", None]}, key="both")
    alone = labelled_tokens({"ana": ["A", "A"]}, key="alone")
    blank = labelled_tokens({"ana": ["A", "A"], "bo": [None, None]}, key="blank")
    assert measured([both, alone])["span.f1"].value == 1
    assert measured([both, blank])["span.f1"].value == pytest.approx(2 / 4)


def test_no_document_in_common_gives_no_figures() -> None:
    apart = [labelled_tokens({"ana": ["A"]}, key="x"), labelled_tokens({"bo": ["A"]}, key="y")]
    assert measured(apart) == {}


def test_a_label_on_one_side_only_is_nought_and_one_that_nobody_uses_undefined() -> None:
    layers = document({"ana": [(0, 3, "A"), (4, 7, "B")], "bo": [(0, 3, "A")]})
    found = estimate(Features(compared([layers], ("A", "B", "C"))), BY_LABEL, QUICK)["span.f1"]
    assert [e.value for e in found] == [1, 0, None]
    assert found[2].reason == "no layer uses the label"


def test_overlapping_spans_have_unitizing_figures_by_label_alone() -> None:
    layers = document({"ana": [(0, 8, "A"), (4, 12, "B")], "bo": [(0, 8, "A"), (4, 12, "B")]})
    overall = measured([layers])
    assert overall["unit.alpha"].value is None
    assert overall["unit.alpha"].reason.startswith("spans of one layer overlap")
    assert [e.value for e in estimate(Features(compared([layers])), BY_LABEL, QUICK)["unit.alpha"]] == [1, 1]


def test_nested_spans_give_tokens_a_value_of_their_own() -> None:
    layers = document({"ana": [(0, 7, "A"), (4, 7, "B")], "bo": [(0, 7, "A"), (4, 7, "A")]}, length=8)
    assert measured([layers])["token.observed"].value == 0.5


def test_precision_and_recall_judge_the_left_layer_by_the_right() -> None:
    layers = document({"model": [(0, 3, "A"), (4, 7, "A"), (8, 11, "A")], "gold": [(0, 3, "A")]})
    found = measured([layers], measures=DIRECTED)
    assert found["span.precision"].value == pytest.approx(1 / 3)
    assert found["span.recall"].value == 1


Pairs = list[tuple[frozenset[SpanKey], frozenset[SpanKey]]]
PAIRS = st.lists(st.tuples(span_sets(max_size=4), span_sets(max_size=4)), min_size=1, max_size=4)


def of_pairs(pairs: Pairs) -> list[DocumentLayers]:
    return [
        DocumentLayers(f"d{i}", 40, tokens(10), {"a": Content(one), "b": Content(other)})
        for i, (one, other) in enumerate(pairs)
    ]


@given(PAIRS)
def test_agreement_is_symmetric(pairs: Pairs) -> None:
    forward, backward = (measured(of_pairs(drawn)) for drawn in (pairs, [(b, a) for a, b in pairs]))
    for name, found in forward.items():
        assert backward[name].value == pytest.approx(found.value), name
        assert backward[name].items == found.items


@given(PAIRS)
def test_every_value_is_a_number_within_bounds_or_none_with_a_reason(pairs: Pairs) -> None:
    for name, found in measured(of_pairs(pairs)).items():
        if found.value is None:
            assert found.reason
        else:
            assert found.value <= 1 + 1e-12, name
            assert found.value >= (0 if name.endswith(("f1", "observed", "coverage")) else -10), name
