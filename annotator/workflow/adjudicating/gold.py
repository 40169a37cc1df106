"""Makes gold of finished work, and opens it for adjudication."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from annotator.annotation import Annotations
from annotator.errors import WorkflowError
from annotator.history import GOLD, LayerName
from annotator.labels.retired import RetiredCounts, retired
from annotator.workflow.adjudicating.cases import kinds_in_words
from annotator.workflow.adjudicating.finished_work import FinishedWork, read_finished
from annotator.workflow.adjudicating.gold_editor import GoldEditor
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.retired_work import summary
from annotator.workflow.unknown_document import no_document
from annotator.workflow.workspace import Workspace


@dataclass(slots=True)
class GoldReport:
    """Keys of the documents that became gold, that were gold already, and, with the reason, that are still ``open``.

    ``retired`` counts what of the finished work of the latter the label scheme no longer allows.
    """

    settled: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    open: dict[str, str] = field(default_factory=dict)
    retired: RetiredCounts = field(default_factory=Counter)


def settle_finished(workspace: Workspace, actor: str, keys: Sequence[str] = ()) -> GoldReport:
    """Make gold of finished work on which nothing is to be settled, by the label scheme's ``settle``.

    With one curator that is, by default, every finished document.  Each document is one event in its gold layer; gold
    that is complete already is left alone.  Raises :class:`WorkflowError` for an unknown key.
    """
    store = workspace.store
    known = store.document_digests()
    for key in keys:
        if key not in known:
            raise no_document(store.names, key)
    report = GoldReport()
    for key in keys or sorted(known):
        reason = _reason_to_wait(read_finished(store, key, known[key]))
        if reason:
            report.open[key] = reason
            continue
        session = open_gold(workspace, key, actor)
        complete = session.state == "done" and session.gold.is_merged
        found = {} if complete else _retired_in(session.gold)
        report.retired.update(sum(found.values(), Counter()))
        reason = _reason_retired(found) or _reason_open(session.gold)
        if reason:
            report.open[key] = reason
        elif session.gold.complete_by_itself():
            report.settled.append(key)
        else:
            report.unchanged.append(key)
    return report


def open_gold(workspace: Workspace, key: str, actor: str) -> GoldSession:
    """A session on a document's gold; :class:`WorkflowError` when there is no such document."""
    document = workspace.store.document(key)
    if document is None:
        raise no_document(workspace.store.names, key)
    return GoldSession(workspace.store, workspace.scheme, actor, document)


def adjudicate(workspace: Workspace, key: str, actor: str) -> GoldSession:
    """A session for settling a document by hand, with all that was finished taken up, where it was left.

    Refused while fewer than two curators have finished it and it is no gold yet, and to whoever is to work on it
    themselves and has not finished: nobody sees the work of others before their own is done.
    """
    session = open_gold(workspace, key, actor)
    _check_finished(session.gold.work, key, actor, is_begun=session.state != "todo")
    session.gold.merge()
    session.bookmark.restore(lambda case_id, _cursor: case_id)
    return session


def check_adjudication(workspace: Workspace, key: str, actor: str) -> None:
    """Refuse what :func:`adjudicate` refuses, without settling anything."""
    store = workspace.store
    document = store.document(key)
    if document is None:
        raise no_document(store.names, key)
    gold = store.layer(LayerName(key, GOLD))
    work = read_finished(store, key, document.sha256)
    _check_finished(work, key, actor, is_begun=gold is not None and gold.state is not None)


def _check_finished(work: FinishedWork, key: str, actor: str, *, is_begun: bool) -> None:
    if actor in work.unfinished:
        raise WorkflowError(f"{key}: {actor} has not finished it", "finish your own work on it first, then adjudicate")
    if len(work.work) < 2 and not is_begun:
        who = ", ".join(work.work) or "nobody"
        hint = "--auto makes gold of one curator's work" if work.work else "two must have finished"
        raise WorkflowError(f"{key}: finished by {who} only" if work.work else f"{key}: finished by nobody", hint)


def _reason_to_wait(work: FinishedWork) -> str:
    """Why a document cannot become gold yet; empty when it can."""
    if work.unfinished:
        return f"not finished by {', '.join(work.unfinished)}"
    if work.outdated:
        return "its text was replaced since"
    return "" if work.work else "nobody has worked on it"


def _retired_in(gold: GoldEditor) -> dict[str, RetiredCounts]:
    """How much of each curator's finished work, and of gold, the label scheme no longer allows."""
    content = gold.layer.content
    contents = {**gold.work.contents, GOLD: Annotations(content.spans, content.relations, content.document_attributes)}
    counts = {name: retired(gold.scheme, work, gold.document.sentences).counts(work) for name, work in contents.items()}
    return {name: count for name, count in counts.items() if count}


def _reason_retired(found: Mapping[str, RetiredCounts]) -> str:
    return "; ".join(f"{summary(counts)} of {name}" for name, counts in found.items())


def _reason_open(gold: GoldEditor) -> str:
    if gold.open:
        who = ", ".join(gold.work.work)
        return f"{who}{' differ' if len(gold.work.work) > 1 else ''}: {kinds_in_words(gold.open)}"
    by_hand = any(ruling.settled == "adjudicator" for ruling in gold.layer.rulings.values())
    if by_hand and gold.state != "done":
        return "settled by hand, but not called complete: `annotator adjudicate` opens it, space completes it"
    return ""
