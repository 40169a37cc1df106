"""Under a stated precision, "accept all" takes as much as it can of which that share is expected to be right."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotation import Span
from annotator.workflow.annotating.accept_rule import threshold_for
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.annotating.suggestions import RevisedSpan
from annotator.workflow.workspace import Workspace
from tests.workspaces import Bench, make_bench, proposal, propose

WORDS = ["Abad", "Bravo", "Cano", "Duque", "Egea"]


@given(precision=st.floats(0, 1), scores=st.lists(st.integers(0, 20).map(lambda n: n / 20), max_size=30))
def test_what_is_taken_reaches_the_precision_and_one_score_more_would_not(
    precision: float, scores: list[float]
) -> None:
    threshold = threshold_for(precision, Counter(scores))
    taken = [score for score in scores if score >= threshold]
    assert not taken or sum(taken) / len(taken) >= precision - 1e-6
    left = sorted({score for score in scores if score < threshold})
    if left:
        more = [score for score in scores if score >= left[-1]]
        assert sum(more) / len(more) < precision


def opened(folder: Path, setting: str, scores: list[float], threshold: float | None = None) -> AnnotationSession:
    """Open a document whose names are suggested with some scores, under a setting of the label scheme."""
    bench = make_bench(folder)
    path = bench.workspace.root / "labels.yaml"
    path.write_text(f"{setting}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    bench = Bench(Workspace(bench.workspace.root))
    document = bench.add("a", " ".join(f"Vino {word}." for word in WORDS))
    spans: list[Span] = [proposal(document, word, "PERSON", score) for word, score in zip(WORDS, scores, strict=True)]
    propose(bench.store, document, spans)
    return AnnotationSession(bench.store, bench.scheme, "ana", document, threshold=threshold)


SCORES = [0.95, 0.9, 0.85, 0.62, 0.5]


@pytest.mark.parametrize(
    ("setting", "threshold", "message"),
    [
        ("accept_precision: 0.9", None, "accepted 3 of 5, expected right 0.90; V reviews"),
        ("accept_precision: 0.8", None, "accepted 4 of 5, expected right 0.83; V reviews, the 1 under 0.85 first"),
        ("accept_precision: 1", None, "accepted none of 5: too uncertain for a precision of 1.00"),
        ("accept_precision: 0.9\naccept_threshold: 0.5", None, "accepted 5 from 0.50, 0 remain"),
        ("accept_precision: 0.9", 0.95, "accepted 1 from 0.95, 4 remain"),
    ],
)
def test_a_stated_threshold_comes_before_it_and_a_persons_before_both(
    tmp_path: Path, setting: str, threshold: float | None, message: str
) -> None:
    assert opened(tmp_path, setting, SCORES, threshold).accept_all().message.startswith(message)


def test_the_marks_follow_what_is_pending(tmp_path: Path) -> None:
    session = opened(tmp_path, "accept_precision: 0.9", SCORES)

    def likely() -> int:
        spans = map(session.layer.suggestions.span, [i.id for i in session.layer.order.pending_spans])
        return sum(session.layer.certainty(span).likely for span in spans if span is not None)

    assert likely() == 3
    session.reject(session.layer.order.pending_spans[0].id)
    assert likely() == 1
    session.undo()
    assert likely() == 3
    session.accept_all()
    assert likely() == 0


def test_equal_scores_are_taken_together_or_not_at_all(tmp_path: Path) -> None:
    session = opened(tmp_path, "accept_precision: 0.9", [0.94, 0.85, 0.85, 0.85, 0.85])
    assert session.accept_all().message.startswith("accepted 1 of 5, expected right 0.94")


def test_what_had_risen_is_told_as_it_was_shown(tmp_path: Path) -> None:
    session = opened(tmp_path, "accept_precision: 0.9", [0.96, 0.96, 0.89, 0.3, 0.3])
    duque = session.layer.suggestions.spans[session.layer.order.pending_spans[2].id]
    session.layer.suggestions.revise({duque.id: RevisedSpan(duque.replace(score=0.84), may_be_pending=True)}, [])
    session.layer.begin_showing()
    session.layer.suggestions.revise({duque.id: RevisedSpan(duque, may_be_pending=True)}, [])
    assert session.accept_all().message.startswith("accepted 3 of 5 (1 risen), expected right 0.94")


@pytest.mark.parametrize("action", ["reject", "accept"])
def test_what_the_threshold_passes_is_told_as_changed(tmp_path: Path, action: str) -> None:
    session = opened(tmp_path, "accept_precision: 0.9", SCORES)

    def likely() -> dict[tuple[int, int], bool]:
        spans = map(session.layer.suggestions.span, [i.id for i in session.layer.order.pending_spans])
        return {(s.start, s.end): session.layer.certainty(s).likely for s in spans if s is not None}

    before = likely()
    outcome = getattr(session, action)(session.layer.order.pending_spans[0].id)
    changed = {key for key, value in likely().items() if before[key] != value}
    assert changed
    assert changed <= set(outcome.touched)


def test_where_nothing_waits_both_say_so(tmp_path: Path) -> None:
    session = opened(tmp_path, "accept_precision: 0.9", SCORES)
    session.reject_all()
    assert session.accept_all().message == session.reject_all().message == "nothing waits for a verdict"
    session.undo()
    assert len(session.layer.order.pending) == len(SCORES)
