"""The workers of a cluster: who they are, which of them fit, and preparing those that come later."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from distributed import Client

from annotator.errors import ClusterError
from annotator.suggest.cluster import worker
from annotator.suggest.cluster.connection import scheduler_of
from annotator.suggest.cluster.facts import differences, software

LOOK = 1.0
"""Seconds between two looks at who is there."""
PATIENCE = 10.0
"""Seconds without a worker after which that is told."""


class Workers:
    """The workers of a cluster that were found to fit for a run; all others get nothing to do.

    ``expected`` is what suggestions depend on, ``content`` what a worker prepares the pipeline from, ``tell`` is given
    sentences for the user.
    """

    def __init__(
        self,
        client: Client,
        run: str,
        expected: Mapping[str, str],
        content: bytes,
        tell: Callable[[str], None],
    ) -> None:
        self._client = client
        self._run = run
        self._expected = expected
        self._content = content
        self._tell = tell
        self._fit: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self._looked = 0.0
        self._lonely_since = time.monotonic()

    @property
    def fit(self) -> frozenset[str]:
        """The addresses of the workers that may be given work."""
        return frozenset(self._fit)

    def check_scheduler(self) -> None:
        """Refuse a scheduler that could not pass the work on: it needs this program too, and the same Dask."""
        try:
            there = self._client.run_on_scheduler(worker.software_here)
        except (ImportError, AttributeError) as error:
            raise ClusterError(
                f"{scheduler_of(self._client)} has no annotator, or another version of it",
                "install there what is installed here: it passes the work on by the names of functions",
            ) from error
        needed = ("Python", "distributed")
        found = differences({n: software()[n] for n in needed}, {n: str(there.get(n)) for n in needed})
        if found:
            raise ClusterError(
                f"{scheduler_of(self._client)} is refused: {'; '.join(found)}",
                "install the same versions there",
            )

    def look(self, *, now: bool = False) -> None:
        """See who came and who went, at most once a second; those who came are prepared, or refused by name."""
        if not now and time.monotonic() - self._looked < LOOK:
            return
        self._looked = time.monotonic()
        # a worker that was started again under its old address has another folder
        present: dict[str, Mapping[str, Any]] = self._client.scheduler_info()["workers"]
        folders = {address: str(info["local_directory"]) for address, info in present.items()}
        for known in (self._fit, self._refused):
            for address in [a for a, folder in known.items() if folders.get(a) != folder]:
                del known[address]
        new = [address for address in folders if address not in self._fit and address not in self._refused]
        if new:
            self._admit(new, folders, present)
        self._mind_loneliness(len(present))

    def release(self) -> None:
        """Let the workers forget the models."""
        if self._fit:
            self._client.run(worker.release, self._run, workers=list(self._fit), on_error="ignore")

    def _admit(self, new: list[str], folders: Mapping[str, str], present: Mapping[str, Mapping[str, Any]]) -> None:
        answers = self._client.run(
            worker.admit, self._run, dict(self._expected), self._content, workers=new, on_error="return"
        )
        for address, answer in answers.items():
            if isinstance(answer, OSError):
                continue  # it went, or cannot be reached now: the next look shows
            if answer == []:
                self._fit[address] = folders[address]
            else:
                self._refused[address] = folders[address]
                self._tell(f"worker {_name(address, present[address])} is refused: {_reason(answer)}")

    def _mind_loneliness(self, present: int) -> None:
        """Say that nobody is there to work, once each time; raise where all who are there were refused."""
        if self._fit:
            self._lonely_since = time.monotonic()
            return
        if present and len(self._refused) == present:
            raise ClusterError(
                f"none of the {present} workers of {scheduler_of(self._client)} fits",
                "install the same versions and models there; ANNOTATOR_MODELS names their folder on a worker",
            )
        if 0 < self._lonely_since < time.monotonic() - PATIENCE:
            self._lonely_since = 0.0
            self._tell(
                f"waiting for workers: {scheduler_of(self._client)} has none; "
                f"start some, or look at {self._client.dashboard_link}"
            )


def _name(address: str, info: Mapping[str, Any]) -> str:
    name = str(info.get("name", address))
    return address if name == address else f"{name} at {address}"


def _reason(answer: object) -> str:
    """What a worker said in place of nothing; a function that it lacks comes back in the text of an error."""
    if isinstance(answer, list):
        return "; ".join(map(str, answer))
    if isinstance(answer, (ImportError, AttributeError)) or re.search(r"(NotFound|Import|Attribute)Error", str(answer)):
        return "it has no annotator, or another version of it; install there what is installed here"
    return f"it could not be prepared: {answer}"
