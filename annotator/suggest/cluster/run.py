"""Giving batches to the workers of a cluster, and taking the layers back in order."""

from __future__ import annotations

import pickle
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from uuid import uuid4

from distributed import CancelledError, Client, Future, KilledWorker

from annotator.annotation import Annotations
from annotator.errors import AnnotatorError, ClusterError
from annotator.suggest.batches import Batches, Suggested
from annotator.suggest.cluster import worker
from annotator.suggest.cluster.connection import connected, scheduler_of
from annotator.suggest.cluster.facts import parts, software
from annotator.suggest.cluster.workers import LOOK, Workers
from annotator.suggest.pipeline import SuggestionPipeline
from annotator.text import Document
from annotator.wording import plural

AHEAD = 3
"""Batches for each worker that are under way at once: neither documents nor layers pile up anywhere."""
MOST_LOSSES = 2
"""How often all workers that may do a batch are lost before it is tried alone, and again until it is left out."""
MOST_NAMED = 24
"""Documents that were left out and are named."""
LOST = "run the command again: what is written stays, and it goes on with the rest"


def run(
    batches: Iterable[list[Document]], pipeline: SuggestionPipeline, address: str, tell: Callable[[str], None]
) -> Batches:
    """Connect to the cluster at ``address`` and spread batches over it."""
    with connected(address) as client:
        try:
            yield from _Run(client, pipeline, tell).suggested(batches)
        except (OSError, CancelledError) as error:
            raise ClusterError(f"the connection to {scheduler_of(client)} was lost", LOST) from error


@dataclass(slots=True)
class _Task:
    """A batch under way, and the workers that may do it."""

    batch: list[Document]
    future: Future[bytes]
    workers: frozenset[str]


class _Run:
    """One run of a pipeline on a cluster."""

    def __init__(self, client: Client, pipeline: SuggestionPipeline, tell: Callable[[str], None]) -> None:
        self._client = client
        self._name = f"annotator-{uuid4().hex}"
        self._begun = 0
        self._under_way: deque[_Task] = deque()
        settings = replace(pipeline.settings, offline=True, ledger=None)
        learned = {} if settings.learned is None else {p.name: p.read_bytes() for p in settings.learned.iterdir()}
        expected = {**software(), **parts(settings, pipeline)}
        self._workers = Workers(client, self._name, expected, _pickled((settings, learned)), tell)

    def suggested(self, batches: Iterable[list[Document]]) -> Batches:
        """Yield the batches in order, but for those that are left out."""
        waiting = iter(batches)
        left_out: list[Document] = []
        self._workers.check_scheduler()
        try:
            while self._fill(waiting):
                task = self._under_way[0]
                layers = self._layers(task)
                self._under_way.popleft()
                if layers is None:
                    left_out += task.batch
                else:
                    yield Suggested(task.batch, layers)
        finally:
            self._end()
        if left_out:
            raise _left_out([document.key for document in left_out])

    def _fill(self, waiting: Iterator[list[Document]]) -> bool:
        """Put batches under way until every worker has enough; tell whether any are."""
        self._workers.look()
        room = max(1, AHEAD * len(self._workers.fit)) - len(self._under_way)
        self._under_way.extend(map(self._begin, islice(waiting, max(room, 0))))
        return bool(self._under_way)

    def _begin(self, batch: list[Document], count: int | None = None) -> _Task:
        """Give a batch to the workers that are there, or only to some of them; waits until there are any."""
        while not self._workers.fit:
            self._workers.look()
            time.sleep(LOOK)
        workers = frozenset(sorted(self._workers.fit)[:count])
        self._begun += 1
        future = self._client.submit(
            worker.suggest,
            self._name,
            _pickled([replace(document, meta={}) for document in batch]),
            key=f"{self._name}-{self._begun}",
            workers=list(workers),
            allow_other_workers=False,
            pure=False,
        )
        return _Task(batch, future, workers)

    def _layers(self, task: _Task) -> list[Annotations] | None:
        """Wait for the layers of the first batch under way; ``None`` where workers die of it."""
        answer = self._tried(task) or self._tried_alone(task)
        return _checked(answer, task.batch) if answer else None

    def _tried_alone(self, task: _Task) -> bytes | None:
        """Try a batch with no other under way, because workers that die take others with them that are not at fault."""
        others = [other for other in self._under_way if other is not task and other.future.status != "finished"]
        self._client.cancel([other.future for other in others], force=True)
        self._again(task, alone=True)
        answer = self._tried(task, alone=True)
        for other in others:
            self._again(other)
        return answer

    def _tried(self, task: _Task, *, alone: bool = False) -> bytes | None:
        """Wait for the answer to a batch, from other workers where its own are lost; ``None`` where that goes on."""
        for _ in range(MOST_LOSSES):
            try:
                answer = self._awaited(task)
            except KilledWorker:
                return None
            if answer is not None:
                return answer
            self._again(task, alone=alone)
        return None

    def _awaited(self, task: _Task) -> bytes | None:
        """Wait for the answer to a batch; ``None`` once all workers that may do it are gone, with what they did."""
        while task.workers & self._workers.fit:
            with suppress(TimeoutError):
                error = task.future.exception(timeout=LOOK)
                if task.future.status == "error":
                    raise _failure(error, task.batch)
                return task.future.result(timeout=LOOK)
            self._workers.look()
        return None

    def _again(self, task: _Task, *, alone: bool = False) -> None:
        """Give a batch to the workers that are there now."""
        task.future.release()
        begun = self._begin(task.batch, 1 if alone else None)
        task.future, task.workers = begun.future, begun.workers

    def _end(self) -> None:
        """Take back what is under way, and let the workers go."""
        if self._client.status == "running":
            with suppress(OSError, CancelledError):
                self._client.cancel([task.future for task in self._under_way], force=True)
                self._workers.release()


def _pickled(value: object) -> bytes:
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def _failure(error: BaseException | None, batch: list[Document]) -> BaseException:
    """What is raised for an error that ended a batch: what is wrong with models or patterns is said as it is here."""
    if isinstance(error, (AnnotatorError, KilledWorker, CancelledError)):
        return error
    return ClusterError(f"a worker failed over {_names(batch)}: {type(error).__name__}: {error}", LOST)


def _checked(answer: bytes, batch: list[Document]) -> list[Annotations]:
    """The layers in an answer, once it is certain that they are layers of these documents."""
    try:
        layers: list[Annotations] = list(pickle.loads(answer))  # noqa: S301 - who may run code there may run it here
        for document, layer in zip(batch, layers, strict=True):
            if any(span.end > len(document.text) for span in layer.spans.values()):
                raise ValueError("spans beyond the text")
    except (pickle.UnpicklingError, EOFError, TypeError, ValueError, AttributeError) as error:
        raise ClusterError(f"a worker's answer about {_names(batch)} is none: {error}", LOST) from error
    return layers


def _names(batch: list[Document]) -> str:
    return f"{batch[0].key} to {batch[-1].key}"


def _left_out(keys: list[str]) -> ClusterError:
    named = " ".join(keys[:MOST_NAMED])
    return ClusterError(
        f"{plural(len(keys), 'document was', 'documents were')} left out, because workers died over them",
        f"all others are done; `annotator suggest {named}{' …' if len(keys) > MOST_NAMED else ''}` tries them here",
    )
