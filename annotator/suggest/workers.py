"""Worker processes for suggesting, as ordinary subprocesses of this Python.

A worker is ``python -m annotator.suggest.workers`` and talks over its own pipes, as a
:mod:`~annotator.side_process` does; it loads the models once, and what it raises is raised here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

from annotator.annotation import Annotations
from annotator.errors import AnnotatorError, ModelError
from annotator.labels import EntityType, LabelScheme, Pattern, RelationType
from annotator.side_process import ended_by, environment, receive, send
from annotator.text import Document


class Worker:
    """One worker process, started at once and ready when its models are loaded."""

    def __init__(self, scheme: LabelScheme, models_dir: Path, learned: str, *, offline: bool = False) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "annotator.suggest.workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=environment(),
        )
        self._send((plain_scheme(scheme), str(models_dir.resolve()), learned, offline))

    def suggest(self, documents: list[Document]) -> list[Annotations]:
        """Send documents and wait for their layers; raises what the worker raised."""
        self._send([replace(document, meta={}) for document in documents])
        assert self._process.stdout is not None
        try:
            answer = receive(self._process.stdout)
        except EOFError:
            raise self._ended() from None
        if isinstance(answer, AnnotatorError):
            raise answer
        layers: list[Annotations] = answer
        return layers

    def stop(self) -> None:
        """End the process; whoever waits for its answer is told that it ended."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Close the pipes of a stopped worker; nobody may be waiting for it any more."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        self._complaints.close()

    def _ended(self) -> ModelError:
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        reason = f": {lines[-1]}" if lines else ""
        how = ended_by(self._process.wait())
        return ModelError(f"a worker process ended{how} before its work was done{reason}", "try again with --jobs 1")

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        try:
            send(self._process.stdin, message)
        except BrokenPipeError:
            raise self._ended() from None


def share(
    chunks: Iterator[list[Document]],
    scheme: LabelScheme,
    models_dir: Path,
    jobs: int,
    learned: str,
    *,
    offline: bool = False,
) -> Iterator[Annotations]:
    """Spread chunks of documents over ``jobs`` workers and yield their layers in order.

    ``learned`` is the version of what was learned that they use, whichever comes into use meanwhile.
    At most two chunks a worker are under way, so that neither documents nor layers pile up.
    """
    workers = [Worker(scheme, models_dir, learned, offline=offline) for _ in range(jobs)]
    idle: SimpleQueue[Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def work(chunk: list[Document]) -> list[Annotations]:
        worker = idle.get()
        try:
            return worker.suggest(chunk)
        finally:
            idle.put(worker)

    threads = ThreadPoolExecutor(jobs, thread_name_prefix="suggest")
    under_way: deque[Future[list[Annotations]]] = deque()
    try:
        for chunk in chunks:
            under_way.append(threads.submit(work, chunk))
            if len(under_way) >= 2 * jobs:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()
        for worker in workers:
            worker.stop()
        threads.shutdown(wait=True)
        for worker in workers:
            worker.close()


def plain_scheme(scheme: LabelScheme) -> LabelScheme:
    """Return the scheme with ordinary dictionaries, so that it can be sent."""
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


def main() -> None:
    """Run a worker: a scheme and a models folder come first, then lists of documents, until the input ends."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    from annotator.suggest.pipeline import build

    with suppress(EOFError):
        scheme, models_dir, learned, offline = receive(source)
        pipeline = build(scheme, Path(models_dir), learned=learned, offline=offline)
        while True:
            documents = receive(source)
            try:
                send(sink, list(pipeline.suggest(documents)))
            except AnnotatorError as error:
                send(sink, error)


if __name__ == "__main__":
    main()
