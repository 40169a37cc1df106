from __future__ import annotations

import random
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from annotator.agreement.counting import compare
from annotator.agreement.estimates import Estimate, EstimateOptions, estimate, estimate_parts
from annotator.agreement.layers import Content, DocumentLayers, Vocabulary
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


def test_an_interval_is_the_jackknifes_unless_the_bootstrap_is_asked_for() -> None:
    documents = noisy(30)
    found, resampled = headline(documents), headline(documents, QUICK._replace(way="bootstrap"))
    assert (found.method, resampled.method) == ("jackknife", "bootstrap")
    for one in (found, resampled):
        assert one.value is not None
        assert one.low is not None
        assert one.high is not None
        assert 0 < one.low < one.value < one.high < 1


def test_chance_chooses_from_the_schemes_labels_or_from_those_in_use() -> None:
    some = noisy(8)
    vocabulary = Vocabulary(("A", "B", "C", "D"))
    found = estimate(Features(compare(some, ("ana", "bo"), vocabulary)), OVERALL, QUICK)
    counted = {m.name: (found[m.name][0].categories, found[m.name][0].choice) for m in OVERALL if m.choice}
    assert counted == {
        "label.ac1": (4, "the scheme's labels"),
        "label.ac1_used": (2, "the labels that are used"),
        "label.s": (4, "the scheme's labels"),
        "token.ac1": (5, "the scheme's labels and O"),
        "token.ac1_used": (3, "the values that are used"),
        "token.s": (5, "the scheme's labels and O"),
        "token.s_used": (3, "the values that are used"),
        "token.ac2": (5, "the scheme's labels and O"),
    }
    observed = found["token.observed"][0].value
    assert observed is not None
    assert found["token.s"][0].value == pytest.approx((observed - 1 / 5) / (1 - 1 / 5))
    assert found["token.s_used"][0].value == pytest.approx((observed - 1 / 3) / (1 - 1 / 3))
    assert estimate(Features(compared(some)), OVERALL, QUICK)["token.s"][0].choice.endswith("more than the scheme has")


def test_a_label_alone_has_no_unitizing_alpha_where_its_spans_overlap_and_says_so() -> None:
    over = Content([SpanKey(0, 4, "A"), SpanKey(2, 6, "A"), SpanKey(8, 9, "B")])
    made = [DocumentLayers(f"d{n}", 20, tokens(20), {"ana": over, "bo": over}) for n in range(6)]
    found = estimate(Features(compare(made, ("ana", "bo"), Vocabulary(("A", "B")))), BY_LABEL, QUICK)["unit.alpha"]
    assert (found[0].value, found[0].reason) == (None, "spans of one layer with this label overlap")
    assert (found[1].value, found[1].reason) == (1, "")


def leaving(documents: list[DocumentLayers], name: str) -> list[float]:
    """Return a figure without each document."""
    values = [measured([d for d in documents if d is not one], ("A", "B"))[name].value for one in documents]
    return [value for value in values if value is not None]


def by_hand(value: float, values: list[float], sizes: list[int], chance_corrected: bool) -> tuple[float, float]:
    """Return the interval, worked out one number after the other."""
    m = len(values)
    away = [v - sum(values) / m for v in values]
    squares = sum(d**2 for d in away)
    error = ((m - 1) / m * squares) ** 0.5
    kurtosis = m * sum(d**4 for d in away) / squares**2
    expected = [size**1.5 for size in sizes]
    freedom = max(1.0, min(sum(expected) ** 2 / sum(v**2 for v in expected) - 1, 2 * m / (kurtosis - 1)))
    margin = float(student.ppf(0.975, freedom)) * error
    if chance_corrected:
        step = margin / (1 - value)
        return 1 - (1 - value) * exp(step), 1 - (1 - value) * exp(-step)
    odds, step = log(value / (1 - value)), margin / (value * (1 - value))
    return 1 / (1 + exp(step - odds)), 1 / (1 + exp(-step - odds))


def test_the_jackknife_is_student_t_about_the_value_on_its_scale() -> None:
    documents = noisy(7)
    found = headline(documents)
    sizes = [sum(len(layer.labels) for layer in d.layers.values()) for d in documents]
    assert found.value is not None
    assert (found.low, found.high) == pytest.approx(
        by_hand(found.value, leaving(documents, "span.f1"), sizes, chance_corrected=False)
    )


def test_measures_corrected_for_chance_have_a_scale_of_their_own() -> None:
    documents = noisy(9)
    found = estimate(Features(compared(documents, ("A", "B"))), OVERALL, QUICK)["token.kappa"][0]
    assert found.value is not None
    assert (found.low, found.high) == pytest.approx(
        by_hand(found.value, leaving(documents, "token.kappa"), [12] * 9, chance_corrected=True)
    )


@given(st.integers(0, 1000))
@settings(max_examples=15)
def test_every_measure_without_a_document_is_what_the_others_give(seed: int) -> None:
    """Three curators, of whom not everybody has every document."""
    chance = random.Random(seed)
    documents = []
    for number in range(5):
        names = ["ana", "bo", "carla"] if chance.random() < 0.6 else chance.sample(["ana", "bo", "carla"], 2)
        values = {name: [chance.choice([None, "A", "B"]) for _ in range(8)] for name in names}
        documents.append(labelled_tokens(values, key=f"d{number}"))
    features = Features(compared(documents, ("A", "B")))
    totals = features.without(np.arange(5))
    for place in range(5):
        rest = measured([*documents[:place], *documents[place + 1 :]], ("A", "B"))
        for measure in OVERALL:
            value = float(measure.value(totals, features).reshape(5, -1)[place, 0])
            expected = rest[measure.name].value
            assert value == pytest.approx(float("nan") if expected is None else expected, nan_ok=True), measure.name


def test_documents_that_all_agree_still_leave_room() -> None:
    """Five documents without a difference: 48 to 100, as five hits of five trials (Clopper & Pearson 1934)."""
    alike = [labelled_tokens({"ana": ["A", None, "B"], "bo": ["A", None, "B"]}, key=f"d{i}") for i in range(5)]
    found = headline(alike)
    assert (found.value, found.method) == (1, "clopper-pearson")
    assert found.low == pytest.approx(0.025**0.2)
    assert found.high == 1


@pytest.mark.parametrize("resamples", [1, 39])
def test_a_few_resamples_have_no_percentiles(resamples: int) -> None:
    found = headline(noisy(12), EstimateOptions(resamples, way="bootstrap"))
    assert found.value is not None
    assert (found.low, found.high, found.reason) == (None, None, "no interval: fewer than 40 resamples")
    assert headline(noisy(12), EstimateOptions(40, way="bootstrap")).low is not None
    assert headline(noisy(12), EstimateOptions(resamples)).method == "jackknife"


def test_without_resamples_there_is_no_interval_and_that_is_the_reason() -> None:
    found = headline(noisy(12), EstimateOptions(resamples=0))
    assert (found.low, found.high, found.method) == (None, None, None)
    assert found.reason == "no interval: none was asked for (0 resamples)"


def test_a_few_long_documents_widen_the_interval() -> None:
    """One document of a hundred times the length decides as if there were hardly another."""
    long = labelled_tokens({"ana": ["A", "B", "A"] * 200, "bo": ["A", "B", "B"] * 200}, key="long")
    short, mixed = headline(noisy(12)), headline([*noisy(11), long])
    assert None not in (short.low, short.high, mixed.low, mixed.high)
    assert mixed.high - mixed.low > 2 * (short.high - short.low)  # type: ignore[operator]


def test_below_five_documents_there_is_a_value_but_no_interval() -> None:
    found = headline(noisy(4))
    assert found.value is not None
    assert (found.low, found.high, found.method) == (None, None, None)
    assert "fewer than 5 documents" in found.reason


def test_the_seed_decides_the_interval_and_nothing_else() -> None:
    documents = noisy(40)
    same, again, other = (headline(documents, EstimateOptions(300, seed, "bootstrap")) for seed in (1, 1, 2))
    assert same == again
    assert same.value == other.value
    assert (same.low, same.high) != (other.low, other.high)


def test_documents_that_both_left_empty_count_but_tell_an_f1_nothing() -> None:
    empty = [labelled_tokens({"ana": [None] * 12, "bo": [None] * 12}, key=f"e{i}") for i in range(30)]
    found = headline([*noisy(6), *empty])
    assert (found.documents, found.informative) == (36, 6)
    assert found.method == "jackknife"
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


def test_a_third_layer_changes_nothing_between_two() -> None:
    """Neither what labels it uses, nor how its spans lie."""
    chance = random.Random(4)
    pair = [{name: [chance.choice([None, "A", "B"]) for _ in range(10)] for name in ("ana", "bo")} for _ in range(8)]
    alone = measured([labelled_tokens(values, key=f"d{i}") for i, values in enumerate(pair)], ("A", "B"))
    three = []
    for number, values in enumerate(pair):
        one = labelled_tokens(values, key=f"d{number}")
        nested = Content([SpanKey(0, 11, "A"), SpanKey(4, 7, "B"), SpanKey(12, 15, "RETIRED")])
        three.append(DocumentLayers(one.key, one.length, one.tokens, {**one.layers, "carla": nested}))
    numbers, features = next(Features.of_pairs(compared(three, ("A", "B")), 10**6))
    beside = estimate_parts(features, OVERALL, EstimateOptions(resamples=0))[numbers.index(0)]
    for name, found in alone.items():
        assert beside[name][0].value == pytest.approx(found.value), name
    assert alone["unit.alpha"].value is not None
