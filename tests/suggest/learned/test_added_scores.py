"""What verdicts say of the scores of added suggesters."""

from __future__ import annotations

import pytest

from annotator.annotation import suggested_span
from annotator.suggest.gold_sentences import LONGEST, GoldSentences
from annotator.suggest.learned.added_scores import AddedScores, JudgedSuggestion, fit_shifts
from annotator.suggest.protocol import Reported, Sent


def judged(label: str, accepted: int, rejected: int, score: float = 0.65) -> list[JudgedSuggestion]:
    return [
        JudgedSuggestion("chat", "span", label, score, accepted=number < accepted)
        for number in range(accepted + rejected)
    ]


def layer(*labels: str) -> Reported:
    spans = [suggested_span(number, number + 1, label, "chat@tiny", 0.65) for number, label in enumerate(labels)]
    return Reported({s.id: s for s in spans}, unread="why", dropped={"x": 1}, sent={"host": Sent(1)})


def test_a_label_that_curators_accept_rises_above_the_threshold_and_another_falls() -> None:
    scores = AddedScores(fit_shifts([*judged("PERSON", 19, 1), *judged("ROLE", 2, 10)]))
    moved = scores.moved("chat", layer("PERSON", "ROLE"))
    person, role = (span.score or 0.0 for span in moved.spans.values())
    assert person == pytest.approx((19 + 10 * 0.65) / 30, abs=0.001)
    assert person > 0.8
    assert role < 0.45
    assert (moved.unread, moved.dropped, moved.sent) == ("why", {"x": 1}, {"host": Sent(1)})


def test_labels_with_few_verdicts_are_judged_together_once_there_are_enough() -> None:
    few = [*judged("PERSON", 9, 0), *judged("ORG", 9, 0)]
    assert not AddedScores(fit_shifts(few)).knows("chat")
    assert AddedScores(fit_shifts(few)).moved("chat", layer("GPE")) == layer("GPE")
    enough = AddedScores(fit_shifts([*few, *judged("GPE", 2, 0)]))
    (score,) = (span.score or 0.0 for span in enough.moved("chat", layer("DATE")).spans.values())
    assert score > 0.85


def test_nobody_elses_scores_move() -> None:
    scores = AddedScores(fit_shifts(judged("PERSON", 40, 0)))
    assert scores.moved("oracle", layer("PERSON")) == layer("PERSON")
    (score,) = (span.score for span in scores.moved("chat", layer("PERSON")).spans.values())
    assert score is not None
    assert score <= 0.99


@pytest.mark.parametrize("shift", [float("nan"), float("inf"), "nan", None])
def test_a_shift_that_is_no_number_is_refused(shift: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        AddedScores({"chat": {"span": {"PERSON": shift}}})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("text", "mentions", "relations"),
    [
        ("Hola Ana", [[5, 99, "PERSON"]], []),
        ("Hola Ana", [[-3, 8, "PERSON"]], []),
        ("Hola Ana", [[5, 5, "PERSON"]], []),
        ("Hola Ana", [[5, 8, "PERSON"]], [[0, 1, "KNOWS"]]),
        ("Hola Ana", [[5, 8, "P" * (LONGEST + 1)]], []),
        ("Hola \ud800", [], []),
        ("a" * (LONGEST + 1), [], []),
    ],
    ids=range(7),
)
def test_a_finished_sentence_that_is_not_whole_in_itself_is_refused(
    text: str, mentions: list[object], relations: list[object]
) -> None:
    with pytest.raises(ValueError):
        GoldSentences.from_rows([["note", "es", text, mentions, relations]])
