"""Assigning documents to curators, and handing over what somebody left lying."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from annotator.errors import WorkflowError
from annotator.store import Assignment, Store, begun_work, plan_number, read_assignments
from annotator.workflow.idleness import days_before, is_abandoned
from annotator.workflow.sharing.assignment_plan import Team, blindfold, spread
from annotator.workflow.sharing.planned_tasks import (
    UNFINISHED,
    Progress,
    Task,
    TaskPlan,
    carry_out,
    finish_interrupted,
    interrupted,
)
from annotator.workflow.unknown_document import no_document
from annotator.workflow.workspace import Workspace


@dataclass(slots=True)
class AssignmentReport:
    """What was assigned, in order of document and curator.

    ``short`` has the documents that lack curators, with how many; ``withdrawn`` those that somebody no longer has and
    nobody got; ``stuck`` those of a hand-over that stayed, because whoever could take them has them already.
    ``finished`` is what an interrupted call had left and this one did first.
    """

    tasks: list[Task] = field(default_factory=list)
    short: dict[str, int] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    totals: dict[str, Counter[str]] = field(default_factory=dict)
    finished: list[Task] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Charges:
    """All assignments as they stand, by document and curator, and who has begun what."""

    assigned: Mapping[str, Mapping[str, Assignment]]
    begun: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, assignments: Iterable[Assignment], begun: Iterable[tuple[str, str, str]]) -> _Charges:
        charges: dict[str, dict[str, Assignment]] = defaultdict(dict)
        for one in assignments:
            charges[one.document][one.curator] = one
        started: dict[str, dict[str, str]] = defaultdict(dict)
        for document, curator, state in begun:
            started[document][curator] = state
        return cls(charges, started)

    def curators(self, document: str) -> list[str]:
        """Who has the document: assigned to them, or begun by them."""
        return sorted({*self.assigned.get(document, ()), *self.begun.get(document, ())})

    def all(self) -> Iterable[Assignment]:
        for charges in self.assigned.values():
            yield from charges.values()

    def after(self, tasks: Iterable[Task]) -> _Charges:
        """What would stand after some tasks."""
        charges = {document: dict(curators) for document, curators in self.assigned.items()}
        for task in tasks:
            of = charges.setdefault(task.document, {})
            if task.instead_of is not None:
                of.pop(task.instead_of, None)
            if task.curator is not None:
                of[task.curator] = Assignment(task.document, task.curator, task.blind, self._state(task), None)
        return _Charges(charges, self.begun)

    def _state(self, task: Task) -> str:
        return self.begun.get(task.document, {}).get(task.curator or "", "todo")


def _tell_nobody(done: int, total: int) -> None:
    del done, total


def assign(
    workspace: Workspace,
    actor: str,
    curators: Sequence[str],
    *,
    overlap: int = 1,
    blind: float = 0.0,
    quotas: Mapping[str, int] | None = None,
    seed: int = 0,
    keys: Sequence[str] = (),
    dry_run: bool = False,
    progress: Progress = _tell_nobody,
) -> AssignmentReport:
    """Give documents (all, when no keys are given) curators until each has ``overlap`` of them.

    What is assigned or begun stays and counts, so the same call again changes nothing, and one with new documents or
    more overlap adds.  A quota is the most documents that a curator is to have in all.  ``blind`` is the share of each
    curator's new documents that come without suggestions.

    What was planned is written some hundreds of documents at a time; ``progress`` is given how many batches are done,
    and of how many.  An interruption leaves the rest noted, and the next call carries it out first.

    Raises :class:`WorkflowError` for an unknown key, or for more overlap than curators.
    """
    documents = known_keys(workspace.store, keys)

    def plan(charges: _Charges, report: AssignmentReport) -> list[Task]:
        _check_overlap(charges, curators, documents, overlap)
        adopted = {(key, c) for key in documents for c in charges.begun.get(key, ()) if c in curators}
        adopted -= {(one.document, one.curator) for one in charges.all()}
        team = _team(charges, curators, quotas or {}, adopted)
        result = spread(documents, {key: charges.curators(key) for key in documents}, team, overlap, seed)
        blinds = Counter(one.document for one in charges.all() if one.blind)
        shown = {key for key in documents if len(charges.curators(key)) > blinds[key]}
        unseen = blindfold(result.chosen, blinds, blind, seed, shown)
        new = {*adopted, *((key, c) for key, chosen in result.chosen.items() for c in chosen)}
        report.short = dict(sorted(result.short.items()))
        return [Task(key, curator, (key, curator) in unseen) for key, curator in sorted(new)]

    return _carry_out(workspace.store, actor, "assign", plan, progress, dry_run=dry_run)


def _check_overlap(charges: _Charges, curators: Sequence[str], documents: Sequence[str], overlap: int) -> None:
    people = {*curators, *(curator for key in documents for curator in charges.curators(key))}
    if overlap > len(people):
        raise WorkflowError(
            f"{overlap} curators a document, but there are only {len(people)}", "name more, or lower --overlap"
        )


def _team(charges: _Charges, curators: Sequence[str], quotas: Mapping[str, int], adopted: set[tuple[str, str]]) -> Team:
    have = Counter(one.curator for one in charges.all()) + Counter(curator for _, curator in adopted)
    unfinished = Counter(one.curator for one in charges.all() if one.state in UNFINISHED)
    return Team(
        load={curator: unfinished[curator] for curator in curators},
        room={curator: max(0, most - have[curator]) for curator, most in quotas.items()},
    )


def reassign(
    workspace: Workspace,
    actor: str,
    giver: str,
    takers: Sequence[str],
    *,
    idle_days: int | None = None,
    seed: int = 0,
    keys: Sequence[str] = (),
    dry_run: bool = False,
    progress: Progress = _tell_nobody,
) -> AssignmentReport:
    """Hand a curator's unfinished documents over to others, evenly; without takers they go back to nobody.

    ``idle_days`` takes only those that were begun and then left lying for so many days.  A blind document stays blind.
    What the giver did stays in their layer.  Without takers only what was not begun is taken back.
    """
    wanted = set(known_keys(workspace.store, keys))
    cutoff = days_before(workspace.store.clock(), idle_days or 0)

    def plan(charges: _Charges, report: AssignmentReport) -> list[Task]:
        mine = [c[giver] for key, c in charges.assigned.items() if giver in c and key in wanted]
        if not mine:
            raise WorkflowError(f"nothing of that is assigned to {giver!r}", "`annotator status` says who has what")
        left = [one for one in mine if _left(one, idle_days, cutoff)]
        if takers:
            return _hand_over(charges, left, takers, seed, report)
        return [Task(one.document, None, one.blind, giver) for one in left if one.state == "todo"]

    return _carry_out(workspace.store, actor, "reassign" if takers else "withdraw", plan, progress, dry_run=dry_run)


def _left(one: Assignment, idle_days: int | None, cutoff: str) -> bool:
    if idle_days is None:
        return one.state in UNFINISHED
    return is_abandoned(one.state, one.changed_at, cutoff)


def _hand_over(
    charges: _Charges, left: Sequence[Assignment], takers: Sequence[str], seed: int, report: AssignmentReport
) -> list[Task]:
    tasks: list[Task] = []
    team = _team(charges, takers, {}, set())
    for one in left:
        others = charges.curators(one.document)
        result = spread([one.document], {one.document: others}, team, len(others) + 1, seed)
        chosen = result.chosen.get(one.document, ())
        tasks += [Task(one.document, curator, one.blind, one.curator) for curator in chosen]
        if one.document in result.short:
            report.stuck.append(one.document)
    return tasks


def _carry_out(
    store: Store,
    actor: str,
    action: str,
    plan: Callable[[_Charges, AssignmentReport], list[Task]],
    progress: Progress,
    *,
    dry_run: bool,
) -> AssignmentReport:
    """Plan by what is assigned and begun, and carry that out, after what an earlier call had left."""
    finished: list[Task] = []
    while True:
        finished += [] if dry_run else finish_interrupted(store, progress)
        with store.snapshot():
            number, charges = plan_number(store), _Charges.of(read_assignments(store), begun_work(store))
            left = interrupted(store)
        charges = charges.after(left)
        report = AssignmentReport(finished=finished + left)
        tasks = plan(charges, report)
        done = tasks if dry_run else carry_out(store, TaskPlan(number, actor, action, tasks), progress)
        if done is not None:
            break
    report.tasks = [task for task in done if task.curator is not None]
    report.withdrawn = [task.document for task in done if task.curator is None]
    report.totals = _totals(charges.after(done).all() if dry_run else read_assignments(store))
    return report


def _totals(assignments: Iterable[Assignment]) -> dict[str, Counter[str]]:
    """For every curator how many documents they have in all, unfinished and blind."""
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for one in assignments:
        counts = {"assigned": 1, "unfinished": int(one.state in UNFINISHED), "blind": int(one.blind)}
        totals[one.curator].update(counts)
    return dict(sorted(totals.items()))


def known_keys(store: Store, keys: Sequence[str]) -> list[str]:
    """The keys given once each, or all there are; :class:`WorkflowError` for one that is no document."""
    known = store.document_keys()
    unknown = sorted(set(keys) - set(known))
    if unknown:
        raise no_document(store.names, unknown[0])
    return sorted(set(keys)) if keys else known
