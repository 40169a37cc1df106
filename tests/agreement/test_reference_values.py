"""Values that the literature prints, reproduced to the last digit that it gives."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.agreement import coefficients as c
from annotator.agreement.counting import compare
from annotator.agreement.estimates import estimate_parts
from annotator.agreement.layers import DocumentLayers, Vocabulary
from annotator.agreement.measures import OVERALL
from annotator.agreement.totals import Features
from tests.agreement.invented_layers import FIXED, document, labelled_tokens, measured

SEVEN = 5e-8


def one_by_one(rows: list[str], missing: str = ".") -> list[DocumentLayers]:
    """Return a document a unit, with one token; a coder who gave the unit no value does not have the document."""
    return [
        labelled_tokens({f"coder{n}": [value] for n, value in enumerate(unit) if value != missing}, key=f"u{i:03}")
        for i, unit in enumerate(zip(*(row.replace(" ", "") for row in rows), strict=True))
    ]


def value(documents: list[DocumentLayers], measure: str, labels: str = "") -> float:
    found = measured(documents, tuple(labels))[measure].value
    assert found is not None
    return found


def test_krippendorff_2011_four_coders_with_missing_values() -> None:
    rows = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
    assert value(one_by_one(rows), "token.alpha") == pytest.approx(0.7434210526, abs=5e-11)


@pytest.mark.parametrize(
    ("rows", "alpha"),
    [(["0100000010", "1110010000"], 0.0952381), (["aabbdcccedda", "babbbccceddd"], 0.6919643)],
)
def test_krippendorff_2011_two_coders(rows: list[str], alpha: float) -> None:
    assert value(one_by_one(rows), "token.alpha") == pytest.approx(alpha, abs=SEVEN)


def cohen_1960() -> list[DocumentLayers]:
    table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    units = [(a, b) for a, row in enumerate(table) for b, times in enumerate(row) for _ in range(times)]
    return one_by_one(["".join("ABC"[unit[side]] for unit in units) for side in (0, 1)])


def test_cohen_1960() -> None:
    found = measured(cohen_1960(), ("A", "B", "C"))
    assert found["token.kappa"].value == pytest.approx(0.4915254, abs=SEVEN)
    assert found["token.kappa_max"].value == pytest.approx(0.8305085, abs=SEVEN)
    assert found["token.alpha"].value == pytest.approx(0.48846, abs=5e-6)


def test_cohen_1960_ac1() -> None:
    table = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]], dtype=float)
    assert float(c.ac1(c.observed(c.margins(table)), c.shares(c.margins(table)), 3)) == pytest.approx(0.57597, abs=5e-6)


FLEISS_1971 = (
    "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445"
    " 333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555"
)


def test_fleiss_1971() -> None:
    rows = ["".join(subject[rater] for subject in FLEISS_1971.split()) for rater in range(6)]
    found = measured(one_by_one(rows), tuple("12345"))
    assert found["token.fleiss"].value == pytest.approx(0.4302445, abs=SEVEN)
    assert found["token.observed"].value == pytest.approx(0.5555556, abs=SEVEN)


def test_fleiss_1971_by_chance() -> None:
    used = np.array([FLEISS_1971.count(category) for category in "12345"]) / 180
    assert float((used**2).sum()) == pytest.approx(0.2199383, abs=SEVEN)


def test_unitizing_2016_one_category() -> None:
    one = document(
        {"i": [(75, 145, "A"), (220, 250, "A")], "j": [(70, 150, "A"), (205, 225, "A"), (250, 270, "A")]}, length=300
    )
    assert value([one], "unit.alpha") == pytest.approx(0.5162799, abs=SEVEN)


def test_unitizing_2016_several_categories() -> None:
    one = document({"i": [(0, 4, "PER"), (10, 16, "ORG")], "j": [(0, 4, "PER"), (10, 14, "LOC")]}, length=20)
    found = measured([one])
    assert found["unit.alpha"].value == pytest.approx(0.5518, abs=SEVEN)
    assert found["unit.border_alpha"].value == pytest.approx(0.8113636, abs=SEVEN)


KRIPPENDORFF_2004 = {
    "c": {"i": [(75, 145), (220, 250)], "j": [(70, 150), (205, 225), (250, 270)]},
    "k": {"i": [(30, 90), (150, 200)], "j": [(30, 90), (150, 200)]},
}
"""The example of p. 254, from 150 on: what either observer marks under each category."""


@pytest.mark.parametrize(("categories", "alpha"), [("c", 0.728599), ("k", 1.0), ("ck", 0.8591)])
def test_unitizing_1995(categories: str, alpha: float) -> None:
    """D_o of c is .0144, D_e .0532; of k 0 and .0490; over both 1 - .0144 / (.0532 + .0490)."""
    spans = {
        observer: [(*span, category) for category in categories for span in KRIPPENDORFF_2004[category][observer]]
        for observer in "ij"
    }
    one = document(spans, length=300)
    assert value([one], "unit.alpha_1995") == pytest.approx(alpha, abs=5e-4 if categories == "ck" else 5e-7)


def test_f_is_what_kappa_tends_to_as_true_negatives_grow() -> None:
    spans = {"i": [(i, i + 1, "A") for i in range(90)], "j": [(i, i + 1, "A") for i in range(10, 110)]}
    assert value([document(spans, length=120)], "span.f1") == pytest.approx(0.842105, abs=5e-7)
    tables = np.array([[[80, 10], [20, negatives]] for negatives in (1e3, 1e6)])
    assert c.kappa(c.margins(tables)) == pytest.approx([0.827372, 0.842090], abs=5e-7)


def test_light_is_the_mean_of_cohen_over_pairs() -> None:
    rows = ["AABBCAAB", "AABCCABB", "ABBBCAAA"]
    documents = one_by_one(rows)
    names = ("coder0", "coder1", "coder2")
    comparisons = compare(documents, names, Vocabulary(("A", "B", "C")))
    pairs = [
        found["token.kappa"][0].value
        for _, features in Features.of_pairs(comparisons, most=10)
        for found in estimate_parts(features, OVERALL, FIXED)
    ]
    assert len(pairs) == 3
    assert value(documents, "token.kappa") == pytest.approx(np.mean([p for p in pairs if p is not None]))
