"""Suggesting in several processes: the same layers, and what becomes of the processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import truediv
from pathlib import Path

import pytest

from annotator.annotation import Annotations
from annotator.errors import ModelError, SchemeError
from annotator.labels import LabelScheme, Pattern
from annotator.suggest.batches import in_batches
from annotator.suggest.pipeline import SuggestionPipeline, build
from annotator.suggest.workers import suggest_in_workers
from annotator.text import Document
from tests.processes import PATIENCE, start
from tests.suggest.conftest import ARTICLES, in_workers, with_pattern

psutil = pytest.importorskip("psutil", reason="looks at processes")


@pytest.fixture(params=["forks", "programs"], autouse=True)
def started_as(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the workers come to be: with suggesters that may not bear a fork, each loads for itself."""
    if request.param == "programs":
        monkeypatch.setattr(SuggestionPipeline, "added", ("unknown@1",))
    return str(request.param)


@pytest.fixture
def many() -> list[Document]:
    return [replace(d, key=f"{d.key}-{i}") for i in range(30) for d in ARTICLES]


def test_layers_come_in_the_order_of_documents_with_any_number_of_jobs(
    rules_only: SuggestionPipeline, many: list[Document]
) -> None:
    alone = list(rules_only.suggest(many))
    assert alone[:4] == alone[4:8]
    assert in_workers(rules_only, iter(many)) == alone


def test_with_models_they_are_the_same_too(with_models: SuggestionPipeline, started_as: str) -> None:
    if started_as == "forks":  # programs of their own do as one process does
        assert in_workers(with_models, ARTICLES * 3) == list(with_models.suggest(ARTICLES * 3))


def test_worker_processes_do_not_run_what_lies_in_the_current_folder(
    rules_only: SuggestionPipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "annotator.py").write_text("raise SystemExit(7)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert len(in_workers(rules_only, ARTICLES)) == len(ARTICLES)


def test_workers_serve_a_thread_and_stop_when_the_caller_stops(
    rules_only: SuggestionPipeline, many: list[Document]
) -> None:
    got: list[Annotations] = []

    def first_only() -> None:
        batches = suggest_in_workers(in_batches(many, 1), rules_only, 2)
        got.extend(next(batches).layers)
        batches.close()

    thread = threading.Thread(target=first_only)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert got == list(rules_only.suggest(many[:1]))


def test_a_problem_in_a_worker_reaches_the_caller_as_it_is(scheme: LabelScheme, tmp_path: Path) -> None:
    broken = with_pattern(scheme, Pattern("tokens", ({"LOWER": {"NO_SUCH": 1}},)))
    with pytest.raises(SchemeError, match="token pattern of PERSON"):
        in_workers(build(broken, tmp_path), ARTICLES)


def test_a_killed_worker_ends_the_run_in_a_line_and_nothing_stays(
    rules_only: SuggestionPipeline, many: list[Document], started_as: str
) -> None:
    others = psutil.Process().children(recursive=True)
    batches = suggest_in_workers(in_batches(many, 1), rules_only, 2)
    next(batches), next(batches)  # of one worker and the other
    processes = [child for child in psutil.Process().children(recursive=True) if child not in others]
    assert len(processes) == (3 if started_as == "forks" else 2), "one that waits for its forks, or two programs"
    next(process for process in processes if not process.children()).kill()
    with pytest.raises(ModelError, match=r"^a worker process ended by SIGKILL before its work was done: try"):
        list(batches)
    assert psutil.wait_procs(processes, timeout=PATIENCE)[1] == []


def test_what_a_worker_said_last_is_passed_on(rules_only: SuggestionPipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SuggestionPipeline, "settings", CannotBeRead())
    with pytest.raises(ModelError, match=r"ended before its work was done: ZeroDivisionError: division by zero: try"):
        in_workers(rules_only, ARTICLES)


@dataclass(frozen=True)
class CannotBeRead:
    """Settings that fail in whoever receives them."""

    processes: int = 1
    process: int = 0

    def __reduce__(self) -> tuple[Callable[[int, int], object], tuple[int, int]]:
        return truediv, (1, 0)


def test_workers_end_with_whoever_started_them(tmp_path: Path) -> None:
    with start(BUSY, tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "busy\n"
        workers = psutil.Process(process.pid).children(recursive=True)
        assert workers
        process.kill()
    assert psutil.wait_procs(workers, timeout=PATIENCE)[1] == []


BUSY = """
import sys
from operator import truediv
from pathlib import Path
from annotator.labels import load_scheme
from annotator.suggest.pipeline import build
from annotator.suggest.workers import suggest_in_workers
from annotator.text import Document
from tests.repository import TOP
from tests.processes import PATIENCE, start
from tests.suggest.conftest import ARTICLES

pipeline = build(load_scheme(TOP / "labels.yaml"), Path(sys.argv[1]))
for number, _ in enumerate(suggest_in_workers(iter(lambda: ARTICLES, None), pipeline, 2)):
    if number == 3:
        print("busy", flush=True)
"""
