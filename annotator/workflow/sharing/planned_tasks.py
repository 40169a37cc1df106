"""Writing what was planned a batch at a time, so that nobody waits long for the lock, and ending what was interrupted.

The whole plan is noted in the database with its first batch.  So an interruption leaves a part of it assigned, and the
rest noted: whoever assigns next carries that out first, and comes to what would have been without the interruption.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from annotator.history import CORPUS, LayerName, Op, dumps
from annotator.store import (
    Assignment,
    PlannedBatch,
    Store,
    Writer,
    note_plan,
    plan_number,
    planned_batches,
    read_assignments,
    settle_batch,
)

AT_ONCE = 100
"""Documents of one batch: some hundredths of a second."""
UNFINISHED = ("todo", "doing", "returned")
Progress = Callable[[int, int], None]


class Task(NamedTuple):
    """A document that comes into a curator's charge, or into nobody's; ``instead_of`` is who had it before."""

    document: str
    curator: str | None
    blind: bool
    instead_of: str | None = None


class TaskPlan(NamedTuple):
    """What is to be done, as one action of somebody; ``number`` says after which plan it was thought out."""

    number: int
    actor: str
    action: str
    tasks: Sequence[Task]


@dataclass(slots=True)
class _Batches:
    """Carries out batches under the lock, one a transaction, and tells how far that is."""

    store: Store
    progress: Progress

    def carry_out(self, first: PlannedBatch | None = None) -> list[Task]:
        """Carry out what is noted, but for the ``first`` batch, which is done."""
        done: list[Task] = []
        waiting = planned_batches(self.store)
        total = len(waiting) + (first is not None)
        for number, batch in enumerate(waiting, start=total - len(waiting)):
            self.progress(number, total)
            with self.store.write() as writer:
                done += settle(self.store, writer, batch)
        if total:
            self.progress(total, total)
        return done


def finish_interrupted(store: Store, progress: Progress) -> list[Task]:
    """Carry out what is left of a plan that was interrupted; return what that was."""
    return _Batches(store, progress).carry_out()


def interrupted(store: Store) -> list[Task]:
    """What is left of a plan that was interrupted, or that somebody is carrying out now."""
    return [task for batch in planned_batches(store) for task in _tasks(batch)]


def carry_out(store: Store, plan: TaskPlan, progress: Progress) -> list[Task] | None:
    """Note a plan and carry it out; return what was done, or ``None`` if another plan came between.

    What somebody did to a document meanwhile stands: a task that does not fit it any more is left out.
    """
    texts = [dumps(batch) for batch in _in_batches(plan.tasks)]
    with store.write() as writer:
        if plan_number(store) != plan.number:
            return None
        first = note_plan(store, plan.actor, plan.action, texts)
        done = settle(store, writer, first) if first is not None else []
    return done + _Batches(store, progress).carry_out(first)


def settle(store: Store, writer: Writer, batch: PlannedBatch) -> list[Task]:
    """Do the tasks of a batch, one event a document, and strike it off; return what was done."""
    tasks = _tasks(batch)
    there: dict[str, dict[str, Assignment]] = {}
    for one in read_assignments(store, documents=[task.document for task in tasks]):
        there.setdefault(one.document, {})[one.curator] = one
    done = []
    for document, group in groupby(tasks, key=lambda task: task.document):
        fitting = [task for task in group if _fits(task, there.get(document, {}))]
        if fitting and writer.document_digest(document) is not None:
            writer.append(LayerName(document, CORPUS), batch.actor, batch.action, [*_ops(fitting)])
            done += fitting
    settle_batch(store, batch)
    return done


def _tasks(batch: PlannedBatch) -> list[Task]:
    return [Task(*task) for task in json.loads(batch.tasks)]


def _fits(task: Task, there: Mapping[str, Assignment]) -> bool:
    """Whether a task still makes sense with who has the document now."""
    if task.instead_of is not None:
        before = there.get(task.instead_of)
        states = UNFINISHED if task.curator is not None else ("todo",)
        if before is None or before.blind != task.blind or before.state not in states:
            return False
    return task.curator not in there


def _ops(tasks: Sequence[Task]) -> Sequence[Op]:
    ops = []
    for task in tasks:
        if task.instead_of is not None:
            ops.append(Op("assignment", task.instead_of, {"blind": task.blind}, None))
        if task.curator is not None:
            ops.append(Op("assignment", task.curator, None, {"blind": task.blind}))
    return ops


def _in_batches(tasks: Sequence[Task]) -> Sequence[Sequence[Task]]:
    """Tasks by document, the same document's in one batch."""
    batches: list[list[Task]] = []
    for number, (_, group) in enumerate(groupby(tasks, key=lambda task: task.document)):
        if number % AT_ONCE == 0:
            batches.append([])
        batches[-1].extend(group)
    return batches
