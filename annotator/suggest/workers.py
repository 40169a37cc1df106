"""Suggesting with several worker processes; where they can be forks of one process, that loads the models once."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import chain, islice
from queue import SimpleQueue

from annotator.annotation import Annotations
from annotator.errors import AnnotatorError, ModelError
from annotator.lookahead import look_ahead
from annotator.piped_process import PipedProcess, Pipes, ending_signal, pipes_for_child
from annotator.suggest.batches import Batches, Suggested
from annotator.suggest.pipeline import SuggestionPipeline
from annotator.suggest.pipeline_settings import PipelineSettings
from annotator.text import Document


class Worker:
    """A process that suggests for documents, which a thread sends it."""

    def __init__(self, program: _Program, pipes: Pipes) -> None:
        self._program = program
        self._pipes = pipes

    def suggest(self, documents: list[Document]) -> list[Annotations]:
        """Send documents and wait for their layers; raises what the worker raised."""
        try:
            self._pipes.send(_without_meta(documents))
            answer = self._pipes.receive()
        except (BrokenPipeError, EOFError):
            raise self._program.death() from None
        if isinstance(answer, AnnotatorError):
            raise answer
        layers: list[Annotations] = answer
        return layers

    def close(self) -> None:
        """Close the pipes."""
        self._pipes.close()


class _Program:
    """A running :mod:`annotator.suggest.worker_process`, which is one worker or forks several."""

    def __init__(self, settings: PipelineSettings, samples: list[Document], count: int) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the program
        to_forks = [pipes_for_child() for _ in range(count if count > 1 else 0)]
        ends = [end for _, pair in to_forks for end in pair]
        module = "annotator.suggest.worker_process"
        self._process = PipedProcess(module, *map(str, ends), stderr=self._errors, ends=ends)
        self.workers = [Worker(self, pipes) for pipes, _ in to_forks] or [Worker(self, self._process.pipes)]
        try:
            self._process.pipes.send((settings, samples))
        except BrokenPipeError:
            raise self.death() from None

    def death(self) -> ModelError:
        """What is to be said once a worker is gone."""
        how = ending_signal(self._process.wait())
        number = self._errors.fileno()
        lines = os.pread(number, os.fstat(number).st_size, 0).decode(errors="replace").strip().splitlines()
        reason = f": {lines[-1]}" if lines else ""
        return ModelError(f"a worker process ended{how} before its work was done{reason}", "try again with --jobs 1")

    def stop(self) -> None:
        """End the processes; a thread that waits for an answer gets a :class:`ModelError`."""
        self._process.kill()

    def close(self) -> None:
        """Close the pipes, for which no thread may wait any more, and wait for the processes to end, which then do."""
        for worker in self.workers:
            worker.close()
        self._process.pipes.close()
        self._process.wait()
        self._errors.close()


def suggest_in_workers(batches: Iterable[list[Document]], pipeline: SuggestionPipeline, jobs: int) -> Batches:
    """Spread batches of documents over ``jobs`` workers, which last until all is done, and yield them in order.

    At most two batches for each worker are under way, so that neither documents nor layers pile up.
    """
    waiting = iter(batches)
    first = list(islice(waiting, jobs))
    programs = _programs(pipeline, jobs, _one_a_language(chain.from_iterable(first)))
    idle: SimpleQueue[Worker] = SimpleQueue()
    for program in programs:
        for worker in program.workers:
            idle.put(worker)

    def suggest(batch: list[Document]) -> Suggested:
        worker = idle.get()
        try:
            return Suggested(batch, worker.suggest(batch))
        finally:
            idle.put(worker)

    threads = ThreadPoolExecutor(jobs, thread_name_prefix="suggest")
    futures = (threads.submit(suggest, batch) for batch in chain(first, waiting))
    try:
        for suggested in look_ahead(futures, 2 * jobs - 1, drop=Future.cancel):
            yield suggested.result()
    except BaseException:
        threads.shutdown(wait=False, cancel_futures=True)
        for program in programs:
            program.stop()
        raise
    finally:
        threads.shutdown(wait=True)
        for program in programs:
            program.close()


def _programs(pipeline: SuggestionPipeline, jobs: int, samples: list[Document]) -> list[_Program]:
    """Start ``jobs`` workers: forks of one process where all that it loads is known to bear that."""
    if sys.platform == "linux" and not pipeline.added:
        return [_Program(pipeline.settings, samples, jobs)]
    shares = [replace(pipeline.settings, processes=jobs, process=number) for number in range(jobs)]
    return [_Program(settings, [], 1) for settings in shares]


def _one_a_language(documents: Iterable[Document]) -> list[Document]:
    """The shortest document of each language, by which everything is loaded that others will need."""
    longest_first = sorted(documents, key=lambda document: len(document.text), reverse=True)
    return _without_meta({document.lang: document for document in longest_first}.values())


def _without_meta(documents: Iterable[Document]) -> list[Document]:
    return [replace(document, meta={}) for document in documents]
