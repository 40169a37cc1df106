"""Suggesting with several worker processes, each of which loads the models once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

from annotator.annotation import Annotations
from annotator.errors import AnnotatorError, ModelError
from annotator.labels import EntityType, LabelScheme, Pattern, RelationType
from annotator.lookahead import look_ahead
from annotator.piped_process import PipedProcess, ending_signal
from annotator.text import Document


class Worker:
    """One process of :mod:`annotator.suggest.worker_process`, started at once.

    ``learned`` is the folder of the learned version that it uses, if any.
    """

    def __init__(self, scheme: LabelScheme, models_dir: Path, learned: Path | None, *, offline: bool = False) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        self._process = PipedProcess("annotator.suggest.worker_process", stderr=self._errors)
        self._send((plain_scheme(scheme), models_dir.resolve(), learned and learned.resolve(), offline))

    def suggest(self, documents: list[Document]) -> list[Annotations]:
        """Send documents and wait for their layers; raises what the worker raised."""
        self._send([replace(document, meta={}) for document in documents])
        try:
            answer = self._process.receive()
        except EOFError:
            raise self._death() from None
        if isinstance(answer, AnnotatorError):
            raise answer
        layers: list[Annotations] = answer
        return layers

    def stop(self) -> None:
        """End the process; a thread that waits for its answer gets a :class:`ModelError`."""
        self._process.kill()

    def close(self) -> None:
        """Close the pipes of a stopped worker, for which no thread may wait any more."""
        self._process.close()
        self._errors.close()

    def _death(self) -> ModelError:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        reason = f": {lines[-1]}" if lines else ""
        how = ending_signal(self._process.wait())
        return ModelError(f"a worker process ended{how} before its work was done{reason}", "try again with --jobs 1")

    def _send(self, message: object) -> None:
        try:
            self._process.send(message)
        except BrokenPipeError:
            raise self._death() from None


def suggest_in_workers(
    batches: Iterator[list[Document]],
    scheme: LabelScheme,
    models_dir: Path,
    jobs: int,
    *,
    learned: Path | None = None,
    offline: bool = False,
) -> Iterator[Annotations]:
    """Spread batches of documents over ``jobs`` workers and yield their layers in order.

    All workers use the learned version in the folder ``learned``, also when another is put into use meanwhile.
    At most two batches for each worker are under way, so that neither documents nor layers pile up.
    """
    workers = [Worker(scheme, models_dir, learned, offline=offline) for _ in range(jobs)]
    idle: SimpleQueue[Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def suggest(batch: list[Document]) -> list[Annotations]:
        worker = idle.get()
        try:
            return worker.suggest(batch)
        finally:
            idle.put(worker)

    threads = ThreadPoolExecutor(jobs, thread_name_prefix="suggest")
    futures = (threads.submit(suggest, batch) for batch in batches)
    try:
        for layers in look_ahead(futures, 2 * jobs - 1, drop=Future.cancel):
            yield from layers.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.stop()
        threads.shutdown(wait=True)
        for worker in workers:
            worker.close()


def plain_scheme(scheme: LabelScheme) -> LabelScheme:
    """The scheme with ordinary dictionaries in place of read-only views, which cannot be pickled."""
    entities: dict[str, EntityType] = {
        name: replace(
            e,
            description=dict(e.description),
            examples=dict(e.examples),
            patterns=tuple(map(_plain_pattern, e.patterns)),
        )
        for name, e in scheme.entities.items()
    }
    relations: dict[str, RelationType] = {
        name: replace(
            r,
            description=dict(r.description),
            examples=dict(r.examples),
            patterns=tuple(map(_plain_pattern, r.patterns)),
        )
        for name, r in scheme.relations.items()
    }
    return replace(scheme, entities=entities, relations=relations)


def _plain_pattern(pattern: Pattern) -> Pattern:
    if isinstance(pattern.value, str):
        return pattern
    return replace(pattern, value=tuple(dict(token) for token in pattern.value))
