"""The part that runs on the workers of a cluster: preparing the pipeline once, and suggesting for batches with it.

Arguments and answers are text, or bytes that this program pickled: a scheduler passes them on without opening them.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.errors import AnnotatorError, ClusterError

if TYPE_CHECKING:
    from annotator.suggest.pipeline import SuggestionPipeline

MODELS_VARIABLE = "ANNOTATOR_MODELS"
"""Names the folder of models on a worker that has them elsewhere than the machine that asks."""
IDLE = 3600.0
"""Seconds after which a pipeline goes that nobody used, because whoever had it prepared was killed."""


@dataclass
class _Prepared:
    """A pipeline with the folder of what was learned, and when it was used last."""

    pipeline: SuggestionPipeline
    files: ExitStack
    used: float = field(default_factory=time.monotonic)


_pipelines: dict[str, _Prepared] = {}
_one_at_a_time = threading.RLock()


def software_here() -> dict[str, str]:
    """The versions of Python and packages on this machine."""
    from annotator.suggest.cluster.facts import software

    return dict(software())


async def admit(
    run: str, expected: Mapping[str, str], content: bytes, dask_worker: Any
) -> list[str]:  # dask names the argument
    """Prepare the pipeline of a run on this worker; returns in what this machine differs where it may not be used.

    ``expected`` is what suggestions depend on; ``content`` the pickled settings and the files of the learned version.
    """
    return await asyncio.to_thread(_admit, run, expected, content, Path(dask_worker.local_directory))


def _admit(run: str, expected: Mapping[str, str], content: bytes, folder: Path) -> list[str]:
    from annotator.suggest.cluster.facts import differences, parts, software

    found = differences({name: expected.get(name, "none") for name in software()}, software())
    if found:
        return found
    with _one_at_a_time, ExitStack() as files:
        _drop_unused()
        settings = _settings_here(content, folder, files)
        from annotator.suggest.pipeline import build_from

        try:
            pipeline = build_from(settings)
            found = differences(expected, {**software(), **parts(settings, pipeline)})
        except AnnotatorError as error:
            return [str(error)]
        if not found:
            _pipelines[run] = _Prepared(pipeline, files.pop_all())
    return found


def suggest(run: str, documents: bytes) -> bytes:
    """Suggest for a pickled list of documents; returns the pickled list of their layers."""
    with _one_at_a_time:
        prepared = _pipelines.get(run)
        if prepared is None:
            raise ClusterError("a worker has let go of the models", "run the command again; it goes on with the rest")
        layers = list(prepared.pipeline.suggest(pickle.loads(documents)))  # noqa: S301 - from who may run code here
        prepared.used = time.monotonic()
    return pickle.dumps(layers, protocol=pickle.HIGHEST_PROTOCOL)


async def release(run: str) -> None:
    """Let go of the pipeline of a run that is over, once the batch is done that it may be at; nobody waits for that."""
    asyncio.get_running_loop().run_in_executor(None, _release, run)


def _release(run: str) -> None:
    with _one_at_a_time:
        prepared = _pipelines.pop(run, None)
        if prepared is not None:
            prepared.files.close()


def _drop_unused() -> None:
    for run, prepared in list(_pipelines.items()):
        if time.monotonic() - prepared.used > IDLE:
            _release(run)


def _settings_here(content: bytes, folder: Path, files: ExitStack) -> Any:
    """The settings as they hold on this machine, with the files of the learned version in a folder of their own."""
    from annotator.files.scratch import scratch

    settings, learned = pickle.loads(content)  # noqa: S301 - from who may run code here
    if os.environ.get(MODELS_VARIABLE):
        settings = replace(settings, models_dir=Path(os.environ[MODELS_VARIABLE]).resolve())
    if settings.learned is not None:
        version = files.enter_context(scratch(folder)) / settings.learned.name
        version.mkdir()
        for name, data in learned.items():
            (version / Path(name).name).write_bytes(data)
        settings = replace(settings, learned=version)
    return settings
