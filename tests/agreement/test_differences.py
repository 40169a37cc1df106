"""Differences between sides of comparisons: the value, its interval, and how likely chance makes it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from annotator.agreement.differences import (
    RELATION_F1,
    SPAN_F1,
    TOKEN_KAPPA,
    ComparedMeasure,
    Contrast,
    Difference,
    differences,
    holm,
)
from annotator.agreement.estimates import EstimateOptions
from annotator.agreement.layers import DocumentLayers
from tests.agreement.invented_layers import FIXED, compared, labelled_tokens, measured

OPTIONS = EstimateOptions(resamples=2000, seed=5)
LABELS = ("A", "B")


def curators(documents: int, faults: dict[str, float], seed: int = 0) -> list[DocumentLayers]:
    """Return documents in which each layer has every token's label but for a share of faults."""
    chance = random.Random(seed)
    made = []
    for number in range(documents):
        truth = [chance.choice([None, "A", "B"]) for _ in range(chance.randint(8, 20))]
        layers = {
            name: [chance.choice([None, "A", "B"]) if chance.random() < share else value for value in truth]
            for name, share in faults.items()
        }
        made.append(labelled_tokens(layers, key=f"d{number:03}"))
    return made


def pairs_of(
    documents: Sequence[DocumentLayers], options: EstimateOptions = OPTIONS, measure: ComparedMeasure = SPAN_F1
) -> dict[tuple[str, str], Difference]:
    """Return the differences between all pairs of layers."""
    comparisons = compared(documents, LABELS)
    sides = [("-".join(pair), comparisons.pair == number) for number, pair in enumerate(comparisons.pairs)]
    contrasts = [Contrast("pair", a, b, one, other) for (a, one), (b, other) in combinations(sides, 2)]
    found = differences(comparisons, [(contrasts, measure)], options)
    return {(one.contrast.left, one.contrast.right): one for one in found}


def groups_of(documents: Sequence[DocumentLayers], left: int, options: EstimateOptions = OPTIONS) -> Difference:
    """Return the difference between the first documents and the others."""
    comparisons = compared(documents, LABELS)
    first = comparisons.document < left
    [found] = differences(comparisons, [([Contrast("language", "en", "es", first, ~first)], SPAN_F1)], options)
    return found


def test_the_difference_is_of_the_figures_themselves() -> None:
    documents = curators(30, {"ana": 0.1, "bo": 0.1, "carla": 0.5})
    for measure in (SPAN_F1, TOKEN_KAPPA):
        found = pairs_of(documents, measure=measure)["ana-bo", "ana-carla"]
        without = {
            name: measured(
                [d.__class__(d.key, d.length, d.tokens, {n: d.layers[n] for n in ("ana", name)}) for d in documents],
                LABELS,
            )[measure.name].value
            for name in ("bo", "carla")
        }
        assert (found.left, found.right) == pytest.approx((without["bo"], without["carla"]))
        assert found.difference == pytest.approx(without["bo"] - without["carla"])  # type: ignore[operator]


def test_a_worse_curator_is_found_and_equal_ones_are_not() -> None:
    found = pairs_of(curators(40, {"ana": 0.1, "bo": 0.1, "carla": 0.6}))
    clear, none = found["ana-bo", "ana-carla"], found["ana-carla", "bo-carla"]
    assert clear.low is not None
    assert clear.low > 0
    assert clear.p == pytest.approx(1 / 2001)
    assert clear.p_holm == pytest.approx(3 / 2001)
    assert (clear.method, clear.documents, clear.paired) == ("swaps", (40, 40), True)
    assert none.low is not None
    assert none.high is not None
    assert none.low < 0 < none.high
    assert none.p is not None
    assert none.p > 0.05


def exact_by_hand(documents: Sequence[DocumentLayers]) -> float:
    """Return the p of ana-bo against ana-carla, swapping bo and carla in every document or not."""

    def f1(names: Sequence[str]) -> float:
        both = [
            (d.layers["ana"].spans, d.layers[name].spans, len(d.layers["ana"].spans) + len(d.layers[name].spans))
            for d, name in zip(documents, names, strict=True)
        ]
        return 2 * sum(len(a & b) for a, b, _ in both) / sum(size for *_, size in both)

    other = {"bo": "carla", "carla": "bo"}
    apart = [abs(f1(way) - f1([other[n] for n in way])) for way in product(("bo", "carla"), repeat=len(documents))]
    return float(np.mean([value >= apart[0] - 1e-12 for value in apart]))


def test_of_few_documents_all_swaps_are_counted() -> None:
    documents = curators(8, {"ana": 0.1, "bo": 0.2, "carla": 0.5}, seed=2)
    found = pairs_of(documents)["ana-bo", "ana-carla"]
    assert found.method == "all swaps"
    assert found.p == pytest.approx(exact_by_hand(documents), abs=2 / 256)


def test_of_many_documents_swaps_are_drawn_and_come_near() -> None:
    documents = curators(10, {"ana": 0.2, "bo": 0.2, "carla": 0.4}, seed=4)
    every = pairs_of(documents)["ana-bo", "ana-carla"]
    drawn = pairs_of(documents, OPTIONS._replace(resamples=1000))["ana-bo", "ana-carla"]
    assert (every.method, drawn.method) == ("all swaps", "swaps")
    assert drawn.p == pytest.approx(every.p, abs=0.05)


def test_documents_that_have_one_side_each_are_moved() -> None:
    documents = [*curators(5, {"ana": 0.05, "bo": 0.05}), *curators(5, {"ana": 0.6, "bo": 0.6}, seed=1)]
    documents = [d.__class__(f"d{n}", d.length, d.tokens, d.layers) for n, d in enumerate(documents)]
    found = groups_of(documents, 5)
    assert (found.method, found.documents, found.paired) == ("all permutations", (5, 5), False)
    assert found.p == pytest.approx(2 / 252)  # the two ways that part the documents just so
    assert found.low is not None
    assert found.low > 0


def test_moved_documents_come_near_the_normal_where_there_are_many() -> None:
    documents = [*curators(80, {"ana": 0.2, "bo": 0.2}), *curators(160, {"ana": 0.23, "bo": 0.23}, seed=1)]
    documents = [d.__class__(f"d{n:03}", d.length, d.tokens, d.layers) for n, d in enumerate(documents)]
    found = groups_of(documents, 80)
    assert found.method == "permutation"
    values = []
    for some in (documents[:80], documents[80:]):
        spans = [(d.layers["ana"].spans, d.layers["bo"].spans) for d in some]
        whole = sum(len(a) + len(b) for a, b in spans)
        f1 = 2 * sum(len(a & b) for a, b in spans) / whole
        values.append((f1, sum((2 * len(a & b) - f1 * (len(a) + len(b))) ** 2 for a, b in spans) / whole**2))
    (one, of_one), (other, of_other) = values
    expected = 2 * norm.sf(abs(one - other) / (of_one + of_other) ** 0.5)
    assert 0.001 < expected < 0.2
    assert found.p == pytest.approx(expected, rel=0.35)


def test_kappa_is_not_tested_on_other_documents() -> None:
    with_bo = curators(20, {"ana": 0.1, "bo": 0.1})
    with_carla = [
        d.__class__(f"e{n}", d.length, d.tokens, d.layers)
        for n, d in enumerate(curators(20, {"ana": 0.1, "carla": 0.6}, seed=1))
    ]
    found = pairs_of([*with_bo, *with_carla], measure=TOKEN_KAPPA)["ana-bo", "ana-carla"]
    assert found.p is None
    assert found.reason.startswith("not tested: κ of other documents")


def test_curators_who_share_few_documents_are_compared_on_their_own() -> None:
    with_bo = curators(20, {"ana": 0.1, "bo": 0.1})
    with_carla = [
        d.__class__(f"e{n}", d.length, d.tokens, d.layers)
        for n, d in enumerate(curators(20, {"ana": 0.1, "carla": 0.6}, seed=1))
    ]
    found = pairs_of([*with_bo, *with_carla])["ana-bo", "ana-carla"]
    assert (found.paired, found.documents, found.method) == (False, (20, 20), "permutation")
    assert found.p is not None
    assert found.p < 0.05


def test_what_cannot_be_tested_says_why() -> None:
    few = pairs_of(curators(4, {"ana": 0.1, "bo": 0.1, "carla": 0.1}))["ana-bo", "ana-carla"]
    assert few.difference is not None
    assert (few.p, few.low, few.method) == (None, None, None)
    assert few.reason == "not tested: fewer than 5 documents have any of this on both sides"
    quiet = pairs_of(curators(9, {"ana": 0.1, "bo": 0.1, "carla": 0.1}), OPTIONS._replace(resamples=0))
    assert quiet["ana-bo", "ana-carla"].reason == "not tested: none was asked for (0 resamples)"
    nothing = pairs_of(curators(9, {"ana": 0.1, "bo": 0.1, "carla": 0.1}), measure=RELATION_F1)
    assert nothing["ana-bo", "ana-carla"].reason == "undefined for ana-bo"
    assert nothing["ana-bo", "ana-carla"].difference is None


def test_where_all_documents_say_the_same_the_interval_is_not_nothing() -> None:
    found = pairs_of(curators(12, {"ana": 0.0, "bo": 0.0, "carla": 0.0}))["ana-bo", "ana-carla"]
    assert found.difference == 0
    assert found.p == 1
    assert found.low == pytest.approx(-0.2646, abs=1e-4)  # twelve of twelve: Clopper and Pearson's .7354 to 1
    assert found.high == pytest.approx(0.2646, abs=1e-4)


def test_sides_that_change_places_change_the_sign_alone() -> None:
    documents = curators(25, {"ana": 0.1, "bo": 0.2, "carla": 0.4})
    comparisons = compared(documents, LABELS)
    one, other = comparisons.pair == 0, comparisons.pair == 1
    contrasts = [Contrast("pair", "l", "r", one, other), Contrast("pair", "r", "l", other, one)]
    ahead, behind = differences(comparisons, [(contrasts, SPAN_F1)], OPTIONS)
    assert ahead.difference == pytest.approx(-behind.difference)  # type: ignore[operator]
    assert (ahead.low, ahead.high) == pytest.approx((-behind.high, -behind.low))  # type: ignore[operator]
    assert ahead.p == behind.p


def test_the_seed_alone_decides_what_is_drawn() -> None:
    documents = curators(25, {"ana": 0.2, "bo": 0.25, "carla": 0.3})
    first, again = pairs_of(documents), pairs_of(documents)
    assert [one.p for one in first.values()] == [one.p for one in again.values()]
    other = pairs_of(documents, OPTIONS._replace(seed=6))
    assert [one.p for one in first.values()] != [one.p for one in other.values()]


def test_the_interval_is_the_jackknifes() -> None:
    documents = curators(30, {"ana": 0.2, "bo": 0.2, "carla": 0.4})
    found = pairs_of(documents)["ana-bo", "ana-carla"]
    leaving = [
        pairs_of([d for d in documents if d is not one], FIXED)["ana-bo", "ana-carla"].difference or 0.0
        for one in documents
    ]
    error = float(np.std(leaving) * np.sqrt(29))
    assert found.low is not None
    assert found.high is not None
    assert found.difference == pytest.approx((found.low + found.high) / 2)
    assert 1.96 * error < (found.high - found.low) / 2 < 2.6 * error


@settings(max_examples=20)
@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_is_as_statsmodels_has_it(p: list[float]) -> None:
    expected = multipletests(p, method="holm")[1].tolist() if p else []
    assert holm(p) == pytest.approx(expected)
