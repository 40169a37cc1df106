"""Programs that are libraries: a script in their environment takes an export in and writes what they give out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tools.interop.environment import Environment
from tools.interop.protocol import Carry, Trip


def scripted(script: str) -> Callable[[Environment, Path], AbstractContextManager[Carry]]:
    """Run a script of ``inside/`` for each trip.

    Its arguments are the trip's mode, the export, and a new folder for what the program gives out: a file, or several.
    """

    @contextmanager
    def running(environment: Environment, folder: Path) -> Iterator[Carry]:
        variables = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf"), "TOKENIZERS_PARALLELISM": "false"}

        def carry(trip: Trip, exported: Path, back: Path) -> Path:
            environment.script(script, trip.mode, exported, back, variables=variables)
            (first, *others) = sorted(back.iterdir())
            return back if others else first

        yield carry

    return running
