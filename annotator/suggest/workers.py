"""Suggesting with several worker processes, each of which loads the models once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue

from annotator.annotation import Annotations
from annotator.errors import AnnotatorError, ModelError
from annotator.lookahead import look_ahead
from annotator.piped_process import PipedProcess, ending_signal
from annotator.suggest.batches import Batches, Suggested
from annotator.suggest.pipeline_settings import PipelineSettings
from annotator.text import Document


class Worker:
    """One process of :mod:`annotator.suggest.worker_process`, started at once."""

    def __init__(self, settings: PipelineSettings) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        self._process = PipedProcess("annotator.suggest.worker_process", stderr=self._errors)
        self._send(settings)

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


def suggest_in_workers(batches: Iterable[list[Document]], settings: PipelineSettings, jobs: int) -> Batches:
    """Spread batches of documents over ``jobs`` workers, which last until all is done, and yield them in order.

    At most two batches for each worker are under way, so that neither documents nor layers pile up.
    """
    workers = [Worker(settings) for _ in range(jobs)]
    idle: SimpleQueue[Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def suggest(batch: list[Document]) -> Suggested:
        worker = idle.get()
        try:
            return Suggested(batch, worker.suggest(batch))
        finally:
            idle.put(worker)

    threads = ThreadPoolExecutor(jobs, thread_name_prefix="suggest")
    futures = (threads.submit(suggest, batch) for batch in batches)
    try:
        for suggested in look_ahead(futures, 2 * jobs - 1, drop=Future.cancel):
            yield suggested.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.stop()
        threads.shutdown(wait=True)
        for worker in workers:
            worker.close()
