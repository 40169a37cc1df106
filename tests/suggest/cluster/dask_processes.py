"""A Dask scheduler and workers as processes, and a suggester that ends what it is told to end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from annotator.annotation import Annotations
from annotator.labels import LabelScheme
from annotator.text import Document
from tests.processes import PATIENCE, environment
from tests.repository import TOP

ARMED = "ARMED_SUGGESTER"
"""The environment variable of workers on which the suggester does what it is told."""


class ArmedSuggester:
    """Suggests nothing; at the document that ``armed`` in its folder names, it ends the process that stands there.

    ``WORKER`` is the worker that reads the document; ``ONCE`` as well, but only the first time.  Both and ``SCHEDULER``
    are ended by SIGKILL, ``CLIENT``, the user's command, as by ctrl+c.
    """

    name = "armed"
    version = "1"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        for document in documents:
            if ARMED in os.environ:
                self._end(document.key)
            yield Annotations()

    def _end(self, key: str) -> None:
        armed, process = (self._folder / "armed").read_text().split()
        if key != armed:
            return
        if process == "ONCE":
            with suppress(FileExistsError):
                (self._folder / "once").touch(exist_ok=False)
                os.kill(os.getpid(), signal.SIGKILL)
        elif process == "WORKER":
            os.kill(os.getpid(), signal.SIGKILL)
        elif process == "SCHEDULER":
            os.kill(int((self._folder / "scheduler").read_text()), signal.SIGKILL)
        elif process == "CLIENT":
            os.kill(int((self._folder / "client").read_text()), signal.SIGINT)
            time.sleep(PATIENCE)


def make(scheme: LabelScheme, models: Path) -> ArmedSuggester:
    return ArmedSuggester(models)


def install(site: Path) -> None:
    """Register the suggester as a package in a folder would."""
    info = site / "armed-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: armed\nVersion: 1\n", encoding="utf-8")
    entry = f"[annotator.suggesters]\narmed = {__name__}:make\n"
    (info / "entry_points.txt").write_text(entry, encoding="utf-8")


class DaskProcesses:
    """A scheduler with workers, each in a process of its own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._workers: list[subprocess.Popen[bytes]] = []
        self.file = folder / "scheduler.json"
        options = ["--scheduler-file", str(self.file), "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        self.scheduler = self._start("dask_scheduler", *options)
        wait_until(self.file.is_file)

    @property
    def python_path(self) -> str:
        """Where Python finds packages in these processes."""
        return os.pathsep.join((str(self._folder / "site"), str(TOP)))

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text(encoding="utf-8"))["address"])

    def worker(self, name: str, *, nanny: bool = False, **variables: str) -> None:
        """Start a worker."""
        options = ["--name", name, "--nthreads", "1", "--host", "127.0.0.1", "--local-directory", str(self._folder)]
        options += ["--no-dashboard", "--nanny" if nanny else "--no-nanny"]
        self._workers.append(self._start("dask_worker", self.address, *options, **variables))

    def wait_for(self, *names: str) -> None:
        """Wait until workers of these names are there."""
        self._wait(lambda there: there >= set(names))

    def workers(self) -> list[str]:
        """The addresses of the workers that are there."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            return list(client.scheduler_info()["workers"])

    def end_workers(self) -> None:
        """End all workers, and wait until the scheduler knows of none."""
        while self._workers:
            worker = self._workers.pop()
            worker.kill()
            worker.wait()
        self._wait(lambda there: not there)

    def _wait(self, holds: Callable[[set[str]], bool]) -> None:
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            wait_until(lambda: holds({w["name"] for w in client.scheduler_info()["workers"].values()}))

    def _start(self, program: str, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=environment(**{ARMED: "yes", "PYTHONPATH": self.python_path, **variables}),
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


@contextmanager
def dask_processes(folder: Path) -> Iterator[DaskProcesses]:
    """A scheduler that lives as long as the block, with a suggester installed that listens to texts."""
    install(folder / "site")
    with ExitStack() as stack:
        yield DaskProcesses(folder, stack)


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
