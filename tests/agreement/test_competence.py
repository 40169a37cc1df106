"""How far curators can be relied on: against published estimates, and where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.agreement.alignment import align_layers
from annotator.agreement.competence import Answers, dawid_skene, entropy, knowing, reliability
from annotator.agreement.layers import Content, DocumentLayers
from annotator.agreement.places import find_places
from annotator.annotation import SpanKey
from tests.agreement.invented_layers import document, tokens
from tests.strategies import span_sets

PATIENTS = (
    "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111 2223212"
    " 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111"
    " 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334333 2212232 2323233 3333432 1111111 1111111 1212111"
    " 2322222 1211111 2222222"
)
"""Dawid & Skene (1979), table 1: 45 patients, as five anaesthetists judge them, the first three times."""


def anaesthetists() -> Answers:
    patients = [[int(one) - 1 for one in row] for row in PATIENTS.split()]
    place, answer = np.divmod(np.arange(45 * 7), 7)
    return Answers(place, np.maximum(answer - 2, 0), np.array(patients).ravel(), np.ones(45), 5, 4)


def test_the_published_estimates_come_out() -> None:
    answers = anaesthetists()
    fit = dawid_skene(answers, prior=0)
    assert fit.shares == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=0.005)
    expected = {
        0: [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]],
        1: [[0.83, 0.17, 0, 0], [0.05, 0.63, 0.31, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    }
    for curator, table in expected.items():
        assert fit.tables[curator] == pytest.approx(np.array(table), abs=0.0075)
    assert fit.right(answers)[6] == pytest.approx([0.98, 0.02, 0, 0], abs=0.005)


def simulated(skills: list[float], values: int = 4, places: int = 4000, seed: int = 0) -> tuple[Answers, np.ndarray]:
    """Return answers of curators who know the right one so often and else say anything, and the right ones."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, values, places)
    knows = chance.random((places, len(skills))) < np.array(skills)
    table = np.where(knows, truth[:, None], chance.integers(0, values, knows.shape))
    table[chance.random(knows.shape) < 0.1] = -1
    answers, row = Answers.of_table(table, values)
    return answers, truth[np.argsort(row, kind="stable")]


def test_where_the_truth_is_known_both_find_it() -> None:
    skills = [0.9, 0.7, 0.4, 0.0]
    answers, _ = simulated(skills)
    assert knowing(answers) == pytest.approx(skills, abs=0.05)
    fit = dawid_skene(answers)
    right = [skill + (1 - skill) / 4 for skill in skills]
    assert reliability(answers, fit.right(answers)).right == pytest.approx(right, abs=0.03)


def test_a_habit_is_told_from_knowledge() -> None:
    chance = np.random.default_rng(1)
    truth = chance.integers(0, 3, 2000)
    good = [np.where(chance.random(2000) < 0.85, truth, chance.integers(0, 3, 2000)) for _ in range(3)]
    answers, _ = Answers.of_table(np.stack([*good, np.full(2000, 1)], axis=1), 3)
    assert knowing(answers)[3] < 0.05
    fit = dawid_skene(answers)
    assert fit.tables[3] == pytest.approx(np.tile([0, 1, 0], (3, 1)), abs=0.01)


def test_who_misses_and_who_adds_are_told_apart() -> None:
    chance = np.random.default_rng(2)
    truth = np.where(chance.random(5000) < 0.3, 0, chance.integers(1, 4, 5000))
    slips = chance.random((5000, 4))
    table = np.tile(truth[:, None], 4)
    table[(slips[:, 0] < 0.2) & (truth > 0), 0] = 0
    table[(slips[:, 1] < 0.2) & (truth == 0), 1] = 2
    table[(slips[:, 2] < 0.2) & (truth == 3), 2] = 1
    answers, _ = Answers.of_table(table, 4)
    found = reliability(answers, dawid_skene(answers).right(answers))
    assert found.missed == pytest.approx([0.2, 0, 0, 0], abs=0.02)
    assert found.added == pytest.approx([0, 0.06 / 0.76, 0, 0], abs=0.02)
    assert found.mislabelled == pytest.approx([0, 0, 0.2 / 3, 0], abs=0.02)


def test_two_who_copy_each_other_look_competent() -> None:
    """What the documentation warns of: nothing in the answers tells copying from knowing."""
    chance = np.random.default_rng(3)
    truth = chance.integers(0, 3, 2000)
    honest = [np.where(chance.random(2000) < 0.7, truth, chance.integers(0, 3, 2000)) for _ in range(2)]
    copied = chance.integers(0, 3, 2000)
    answers, _ = Answers.of_table(np.stack([*honest, copied, copied], axis=1), 3)
    assert min(knowing(answers)[2:]) > max(knowing(answers)[:2])


def test_uncertainty_is_in_bits() -> None:
    assert entropy(np.array([[1.0, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]])) == pytest.approx([0, 1, 1.5])


def test_a_place_has_a_label_nothing_or_no_answer_of_each() -> None:
    first = document({"a": [(0, 3, "X"), (8, 11, "Y")], "b": [(0, 7, "X")], "c": []}, key="d1")
    second = document({"a": [(4, 7, "X")], "c": [(4, 7, "Y")]}, key="d2")
    alone = document({"b": [(4, 7, "X")]}, key="d3")
    found = find_places([first, second, alone], ["a", "b", "c"])
    assert found.labels == ("X", "Y")
    assert found.table.tolist() == [[1, 1, 0], [2, 0, 0], [1, -1, 2]]
    assert (found.document.tolist(), found.start.tolist(), found.end.tolist()) == ([0, 0, 1], [0, 8, 4], [7, 11, 7])


def test_documents_without_spans_have_no_places() -> None:
    assert len(find_places([document({"a": [], "b": []})], ["a", "b"]).table) == 0
    assert len(find_places([], ["a", "b"]).table) == 0


@given(st.lists(st.lists(span_sets(), min_size=3, max_size=3), min_size=1, max_size=3))
@settings(max_examples=60)
def test_places_are_what_is_aligned(contents: list[list[frozenset[SpanKey]]]) -> None:
    documents = [
        DocumentLayers(
            f"d{n}", 500, tokens(4), {name: Content(spans) for name, spans in zip("abc", layers, strict=True)}
        )
        for n, layers in enumerate(contents)
    ]
    found = find_places(documents, ["a", "b", "c"])
    expected = [
        (n, tuple(0 if span is None else 1 + found.labels.index(span.label) for span in group.spans))
        for n, layers in enumerate(contents)
        for group in align_layers(layers)
    ]
    assert sorted(zip(found.document.tolist(), map(tuple, found.table.tolist()), strict=True)) == sorted(expected)
