"""π, κ of marked tokens and of tags, S and Fleiss of labels, half-shared spans, sets of labels: beside libraries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from annotator.agreement import coefficients as c
from annotator.agreement.label_sets import masi
from annotator.annotation import SpanKey
from tests.agreement.invented_layers import document, labelled_tokens, measured

LABELS = ("A", "B", "C")
Rows = list[list[str | None]]


def coders(count: int, values: Sequence[str | None]) -> st.SearchStrategy[Rows]:
    row = st.integers(2, 15).flatmap(
        lambda n: st.lists(st.lists(st.sampled_from(values), min_size=n, max_size=n), min_size=count, max_size=count)
    )
    return row.filter(lambda rows: len({value for row in rows for value in row}) > 1)


def of(rows: Rows) -> dict[str, float | None]:
    found = measured([labelled_tokens({f"c{n}": row for n, row in enumerate(rows)})], LABELS)
    return {name: estimate.value for name, estimate in found.items()}


def task(rows: Rows, distance: object = None):  # type: ignore[no-untyped-def]
    from nltk.metrics.agreement import AnnotationTask, binary_distance

    data = [(f"c{n}", unit, value or "O") for n, row in enumerate(rows) for unit, value in enumerate(row)]
    return AnnotationTask(data, distance or binary_distance)


@given(coders(2, (None, *LABELS)))
def test_scott_pi_of_tokens_is_that_of_nltk(rows: Rows) -> None:
    assert of(rows)["token.pi"] == pytest.approx(task(rows).pi())


@given(coders(2, LABELS))
def test_scott_pi_of_labels_is_that_of_nltk(rows: Rows) -> None:
    assert of(rows)["label.pi"] == pytest.approx(task(rows).pi())


@given(coders(3, LABELS))
def test_fleiss_and_s_of_labels_are_those_of_statsmodels(rows: Rows) -> None:
    from statsmodels.stats.inter_rater import fleiss_kappa

    counts = np.array([[unit.count(label) for label in LABELS] for unit in zip(*rows, strict=True)])
    found = of(rows)
    assert found["label.fleiss"] == pytest.approx(fleiss_kappa(counts))
    assert found["label.s"] == pytest.approx(fleiss_kappa(counts, method="uniform"))


@given(coders(2, (None, *LABELS)))
def test_kappa_without_o_is_that_of_scikit_learn_on_tokens_that_are_marked(rows: Rows) -> None:
    from sklearn.metrics import cohen_kappa_score

    marked = [(a or "O", b or "O") for a, b in zip(*rows, strict=True) if a or b]
    assume(len({value for pair in marked for value in pair}) > 1)
    assert of(rows)["token.marked_kappa"] == pytest.approx(cohen_kappa_score(*zip(*marked, strict=True)))


def test_kappa_without_o_counts_the_tokens_that_either_layer_marks() -> None:
    rows = {"ana": ["A", None, None, "B"], "bo": ["A", "A", None, None], "carla": [None, None, None, "B"]}
    found = measured([labelled_tokens({name: rows[name] for name in ("ana", "bo")})], LABELS)["token.marked_kappa"]
    assert found.items == 3
    every = measured([labelled_tokens(rows)], LABELS)["token.marked_kappa"]
    assert every.items == round((3 + 2 + 3) / 3)


@st.composite
def runs(draw: st.DrawFn) -> list[tuple[int, int, str]]:
    """Draw spans over runs of tokens, none of which overlaps another: first token, last token, label."""
    found, at = [], 0
    for gap, size, label in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from(LABELS)))):
        if at + gap + size < 12:
            found.append((at + gap, at + gap + size, label))
            at += gap + size + 1
    return found


@given(runs(), runs())
def test_kappa_of_tags_is_that_of_scikit_learn(
    one: list[tuple[int, int, str]], other: list[tuple[int, int, str]]
) -> None:
    from sklearn.metrics import cohen_kappa_score

    layers = (one, other)
    tags = [["O"] * 12 for _ in layers]
    for row, layer in zip(tags, layers, strict=True):
        for first, last, label in layer:
            row[first : last + 1] = [f"B-{label}", *[f"I-{label}"] * (last - first)]
    assume(len({tag for row in tags for tag in row}) > 1)
    spans = [[(4 * first, 4 * last + 3, label) for first, last, label in layer] for layer in layers]
    found = measured([document(dict(zip("ab", spans, strict=True)), length=48)], LABELS)
    assert found["token.tag_kappa"].value == pytest.approx(cohen_kappa_score(*tags))


def test_neighbours_with_one_label_are_told_apart_by_tags_alone() -> None:
    two, one = [(0, 3, "A"), (4, 7, "A")], [(0, 7, "A")]
    found = measured([document({"a": two, "b": one})], LABELS)
    assert found["token.kappa"].value == 1
    tags = found["token.tag_kappa"].value
    assert tags is not None
    assert tags < 1


def test_half_of_the_text_shared_is_enough_where_the_label_is_the_same() -> None:
    def f1(one: tuple[int, int, str], other: tuple[int, int, str]) -> float | None:
        return measured([document({"a": [one], "b": [other]})])["span.iou_f1"].value

    assert f1((0, 10, "A"), (0, 5, "A")) == 1
    assert f1((0, 10, "A"), (6, 10, "A")) == 0
    assert f1((0, 10, "A"), (3, 13, "A")) == 1
    assert f1((0, 10, "A"), (4, 14, "A")) == 0
    assert f1((0, 10, "A"), (0, 10, "B")) == 0
    assert f1((0, 10, "A"), (0, 10, "A")) == 1


# Sets of labels

Sets = list[list[frozenset[str]]]
SETS = st.lists(
    st.lists(st.frozensets(st.sampled_from(LABELS)), min_size=3, max_size=3), min_size=2, max_size=8
).filter(lambda units: len({value for unit in units for value in unit}) > 1)


def of_sets(units: Sets) -> dict[str, float | None]:
    """Return the figures of coders who gave tokens sets of labels, as stacked spans."""
    layers = {
        f"c{coder}": [(4 * n, 4 * n + 3, label) for n, unit in enumerate(units) for label in unit[coder]]
        for coder in range(3)
    }
    return {name: e.value for name, e in measured([document(layers, length=4 * len(units))], LABELS).items()}


def distant(one: frozenset[str], other: frozenset[str], *, weighed: bool) -> float:
    """Return Jaccard's distance, or Passonneau's; two tokens without a label are the same."""
    if one == other:
        return 0.0
    shared = len(one & other) / len(one | other)
    return 1 - shared * ((2 / 3 if one < other or other < one else 1 / 3) if weighed else 1)


@settings(max_examples=40)
@given(SETS)
def test_alpha_of_label_sets_is_that_of_nltk(units: Sets) -> None:
    from nltk.metrics.agreement import AnnotationTask

    found = of_sets(units)
    data = [(f"c{n}", number, value) for number, unit in enumerate(units) for n, value in enumerate(unit)]
    for name, weighed in (("token.jaccard_alpha", False), ("token.masi_alpha", True)):
        theirs = AnnotationTask(data, lambda a, b, weighed=weighed: distant(a, b, weighed=weighed)).alpha()
        assert found[name] == pytest.approx(theirs), name


@settings(max_examples=40)
@given(SETS)
def test_ac2_weighs_unlike_sets_by_what_they_share(units: Sets) -> None:
    """By the definition, value by value."""
    every = {frozenset[str](), *map(frozenset, LABELS), *(value for unit in units for value in unit)}
    agreed = [1 - distant(a, b, weighed=True) for unit in units for a, b in combinations(unit, 2)]
    shares = {value: sum(unit.count(value) for unit in units) / (3 * len(units)) for value in every}
    used = [value for value in every if shares[value]]
    unlike = sum(1 - distant(a, b, weighed=True) for a in used for b in used if a != b)
    categories = max(len(used), 1 + len(LABELS))
    chance = (categories + unlike) / (categories * (categories - 1)) * sum(p * (1 - p) for p in shares.values())
    assert of_sets(units)["token.ac2"] == pytest.approx((np.mean(agreed) - chance) / (1 - chance))


@given(coders(3, (None, *LABELS)))
def test_without_nested_spans_sets_of_labels_are_labels(rows: Rows) -> None:
    found = of(rows)
    assert found["token.masi_alpha"] == pytest.approx(found["token.alpha"])
    assert found["token.jaccard_alpha"] == pytest.approx(found["token.alpha"])
    assert found["token.ac2"] == pytest.approx(found["token.ac1"])


def test_masi_as_passonneau_prints_it() -> None:
    """Passonneau (2006), 2.2: the weights 1, 2/3, 1/3 and 0 of equal, contained, crossing and disjoint sets."""
    assert masi(frozenset({1, 2}), frozenset({1})) == pytest.approx(1 / 2 * 2 / 3)
    assert masi(frozenset({1, 2}), frozenset({2, 3})) == pytest.approx(1 / 3 * 1 / 3)
    assert masi(frozenset({1}), frozenset({2})) == 0


# Gwet's published tables, with the values that irrCAC 0.4.4 gives

ABSTRACTORS = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]], dtype=float)
DIAGNOSIS = np.array([[40, 4, 4, 17], [6, 25, 2, 13], [4, 1, 21, 12], [15, 5, 9, 45]], dtype=float)


@pytest.mark.parametrize(
    ("table", "ac1", "ac2", "pi", "kappa", "s"),
    [
        (ABSTRACTORS, 0.8493305482, 0.9402368793, 0.7962396962, 0.7964094022, 0.835),
        (DIAGNOSIS, 0.4561576355, 0.2985729967, 0.4303405573, 0.4315007759, 0.4499252616),
    ],
)
def test_coefficients_are_those_of_irrcac(
    table: np.ndarray, ac1: float, ac2: float, pi: float, kappa: float, s: float
) -> None:
    size, margins = len(table), c.margins(table)
    agreed, shares = c.observed(margins), c.shares(margins)
    away = np.subtract.outer(np.arange(size), np.arange(size))
    weights = 1 - away**2 / (size - 1) ** 2
    assert float(c.ac1(agreed, shares, size)) == pytest.approx(ac1, abs=5e-11)
    weighed = (weights * table).sum() / table.sum()
    assert float(c.ac2(weighed, shares, weights.sum(), size)) == pytest.approx(ac2, abs=5e-11)
    assert float(c.scott(margins)) == pytest.approx(pi, abs=5e-11)
    assert float(c.kappa(margins)) == pytest.approx(kappa, abs=5e-11)
    assert float(c.s(agreed, size)) == pytest.approx(s, abs=5e-11)


def test_ac1_with_missing_values_is_that_of_irrcac() -> None:
    """Its five observers, of whom not everybody has every unit."""
    rows = ["112.2", "1101.", "2333.", ".00.0", "000.0", "000.0", "102.1", "1.20.", "222.2", "2111.", ".100.", "0000.",
            "1222.", "33223", "111.1"]  # fmt: skip
    documents = [
        labelled_tokens({f"o{n}": [value] for n, value in enumerate(row) if value != "."}, key=f"u{number:02}")
        for number, row in enumerate(rows)
    ]
    documents.sort(key=lambda d: len(d.layers), reverse=True)
    found = measured(documents, tuple("0123"))
    assert found["label.ac1"].value == pytest.approx(0.4966220549, abs=5e-11)
    assert found["label.alpha"].value == pytest.approx(0.4805302403, abs=5e-11)
    assert found["label.observed"].value == pytest.approx(0.6155555556, abs=5e-11)


def test_spans_of_one_label_inside_another_have_one_label() -> None:
    nested = [SpanKey(0, 7, "A"), SpanKey(4, 7, "A")]
    found = measured([document({"a": [tuple(s) for s in nested], "b": [(0, 7, "A")]}, length=8)], LABELS)  # type: ignore[misc]
    assert found["token.observed"].value == 1
