"""What several tests share: a workspace in a folder of its own, with its store, documents and sessions."""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from annotator.annotation import Span
from annotator.store import Store
from annotator.text import Document
from annotator.tuning import Exemption, collector_paused
from tests.repository import TOP
from tests.workspaces import Bench, copied_bench, link, proposal, propose

# The same examples on every run and machine, however slow it is; `--hypothesis-profile explore` looks further.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", _PATIENT, max_examples=60, derandomize=True, database=None)
settings.register_profile("explore", _PATIENT, max_examples=1000)
settings.load_profile("steady")

# Every step of a curator is synced to the disk, and so waits for whatever else writes there; memory makes nobody wait.
MEMORY, ROOM = "/dev/shm", 4 << 30
if "TMPDIR" not in os.environ and sys.platform == "linux" and os.access(MEMORY, os.W_OK):
    _volume = os.statvfs(MEMORY)
    if _volume.f_bavail * _volume.f_frsize >= ROOM and not _volume.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = tempfile.tempdir = MEMORY

# Modules are compiled once and kept, not again by each of the hundreds of processes that tests start.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell starts what runs in its background with ctrl+c ignored, and so would every program be that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are processors: a fifth of the time is waiting, for terminals and programs."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None]:
    """Leave the tests themselves to no garbage collection: they are a million objects and stay to the end."""
    with collector_paused():
        if [Path(argument).resolve() for argument in session.config.args] == [TOP / "tests"]:
            _import_beginning_elsewhere()
        yield
    gc.freeze()


def _import_beginning_elsewhere() -> None:
    """Import all tests, beginning in the middle in some workers: what one has compiled, the others find compiled."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    paths = sorted(path.relative_to(TOP) for path in (TOP / "tests").rglob("test_*.py"))
    first = len(paths) * number // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    for path in paths[first:] + paths[:first]:
        with suppress(Exception, pytest.skip.Exception):  # what is wrong with one is said when it is collected
            import_module(".".join(path.with_suffix("").parts))


@pytest.fixture(autouse=True)
def _frozen_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the workbench from freezing, and so from unfreezing, what is in memory: each time all tests were walked."""
    if "freezing" not in request.fixturenames:
        for moment in ("begin", "end"):
            monkeypatch.setattr(Exemption, moment, lambda _: None)


@pytest.fixture
def freezing() -> Iterator[None]:
    """The workbench exempts what is in memory from garbage collection, as it does for users."""
    yield
    gc.freeze()


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the machine's user has set out of the tests."""
    for name in [name for name in os.environ if name.startswith("ANNOTATOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def overlap() -> str:
    """How spans may lie; parametrize ``overlap`` to test the other modes."""
    return "flat"


@pytest.fixture
def bench(tmp_path: Path, overlap: str) -> Iterator[Bench]:
    """A workspace with the document ``nota``."""
    bench = copied_bench(tmp_path / "work", overlap)
    bench.add()
    yield bench
    bench.workspace.close()


@pytest.fixture
def store(bench: Bench) -> Store:
    return bench.store


@pytest.fixture
def document(bench: Bench) -> Document:
    return bench.document()


@pytest.fixture
def ana(document: Document) -> Span:
    return proposal(document, "Ana Ruiz", "PERSON", 0.9)


@pytest.fixture
def cruz(document: Document) -> Span:
    return proposal(document, "Cruz Roja", "ORG", 0.8)


@pytest.fixture
def mexico(document: Document) -> Span:
    return proposal(document, "México", "GPE", 0.6)


@pytest.fixture
def proposed(bench: Bench, document: Document, ana: Span, cruz: Span, mexico: Span) -> None:
    """Three spans and two relations are suggested in ``nota``'s first sentence."""
    relations = [link(ana, cruz, "works_for", 0.8), link(cruz, mexico, "located_in", 0.5)]
    propose(bench.store, document, [ana, cruz, mexico], relations)
