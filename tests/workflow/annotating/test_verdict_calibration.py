"""What a curator accepts and rejects moves the scores of that source and label in the documents opened next."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from annotator.annotation import Span
from tests.workspaces import Bench, make_bench, proposal, propose

WORDS = [f"Abad{letter}" for letter in "bcdfghjklmnpqrstvw"]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make_bench(tmp_path)


def suggest(bench: Bench, key: str, label: str = "PERSON") -> list[Span]:
    """Add a document in which every name is suggested with a label and score 0.8; the names differ from others'."""
    document = bench.add(key, " ".join(f"Vino {word}{key}." for word in WORDS))
    spans = [proposal(document, f"{word}{key}", label, 0.8) for word in WORDS]
    propose(bench.store, document, spans)
    return spans


def scores(bench: Bench, key: str, curator: str = "ana") -> set[float | None]:
    """Return the scores with which a curator gets the suggestions of a document."""
    suggestions = bench.session(key, curator).layer.suggestions
    return {span.score for span in suggestions.spans.values()}


def decide(bench: Bench, key: str, spans: list[Span], accepted: int) -> None:
    session = bench.session(key)
    for number, span in zip(count(), spans):
        (session.accept if number < accepted else session.reject)(span.id)


@pytest.mark.parametrize(("accepted", "above", "below"), [(0, 0.1, 0.45), (6, 0.45, 0.7), (18, 0.85, 1.0)])
def test_scores_go_where_the_verdicts_point(bench: Bench, accepted: int, above: float, below: float) -> None:
    decide(bench, "a", suggest(bench, "a"), accepted)
    suggest(bench, "e")
    (score,) = scores(bench, "e")
    assert score is not None
    assert above < score < below


def test_few_verdicts_do_not_move_them(bench: Bench) -> None:
    decide(bench, "a", suggest(bench, "a")[:4], 0)
    suggest(bench, "e")
    assert scores(bench, "e") == {0.8}


def test_other_labels_and_other_curators_are_left_alone(bench: Bench) -> None:
    decide(bench, "a", suggest(bench, "a"), 0)
    suggest(bench, "e", "ORG")
    suggest(bench, "o")
    assert scores(bench, "e") == {0.8}
    assert scores(bench, "o", "ben") == {0.8}


def test_the_open_documents_own_verdicts_do_not_count_twice(bench: Bench) -> None:
    decide(bench, "a", suggest(bench, "a"), 0)
    assert scores(bench, "a") == {0.8}


def test_taking_the_verdicts_back_takes_the_effect_back(bench: Bench) -> None:
    suggest(bench, "a")
    suggest(bench, "e")
    session = bench.session("a")
    session.reject_all()
    assert scores(bench, "e") != {0.8}
    session.undo()
    assert scores(bench, "e") == {0.8}
