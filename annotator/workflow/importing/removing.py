"""Taking documents out of the corpus, and bringing them back: nothing of what was done on them is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from annotator.errors import WorkflowError
from annotator.history import CORPUS, REMOVE, UNDO_REMOVE, LayerName, Op
from annotator.store import Store, WorkOn, curates, document_record, removed_record, work_on
from annotator.wording import first_few, plural
from annotator.workflow.unknown_document import no_document


@dataclass(frozen=True, slots=True)
class RemovedDocument:
    """A document that was removed, or brought back, and the work that is on it."""

    key: str
    work: tuple[WorkOn, ...]

    def as_json(self) -> dict[str, Any]:
        """The document as JSON values."""
        return {"document": self.key, "work": [one._asdict() for one in self.work]}


def remove(
    store: Store, actor: str, keys: Sequence[str], *, with_work: bool = False, dry_run: bool = False
) -> list[RemovedDocument]:
    """Take documents out of the corpus, all or none; ``with_work`` also those that somebody has work on.

    Raises :class:`WorkflowError` for an unknown key, for work of others where the actor curates, and for any work
    unless that is allowed.
    """
    with store.write(dry_run=dry_run) as writer:
        removed: list[RemovedDocument] = []
        for key in dict.fromkeys(keys):
            document = store.document(key)
            if document is None:
                if removed_record(store, key) is not None:
                    raise WorkflowError(f"{key!r} was removed already", "`annotator remove --list` lists what was")
                raise no_document(store.names, key)
            removed.append(with_its_work(store, actor, key))
            op = Op("document", key, document_record(document, document.sha256), None)
            writer.append(LayerName(key, CORPUS), actor, REMOVE, [op])
        if not (with_work or dry_run) and any(one.work for one in removed):
            raise WorkflowError(
                f"nothing was removed: {work_in_words(removed)}",
                "--yes removes it all the same, and --undo brings it back",
            )
    return removed


def undo_remove(store: Store, actor: str, keys: Sequence[str], *, dry_run: bool = False) -> list[RemovedDocument]:
    """Bring documents back that were removed, all or none, with all that was done on them.

    Raises :class:`WorkflowError` for a document that was not removed, and for work of others where the actor curates.
    """
    with store.write(dry_run=dry_run) as writer:
        brought: list[RemovedDocument] = []
        for key in dict.fromkeys(keys):
            record = removed_record(store, key)
            if record is None:
                raise WorkflowError(f"{key!r} was not removed", "`annotator remove --list` lists what was")
            brought.append(with_its_work(store, actor, key))
            writer.append(LayerName(key, CORPUS), actor, UNDO_REMOVE, [Op("document", key, None, record)])
    return brought


def with_its_work(store: Store, actor: str, key: str) -> RemovedDocument:
    """A document with the work on it.

    Raises :class:`WorkflowError` for one that holds the work of others, for an actor who curates, too.
    """
    work = tuple(work_on(store, key))
    others = sorted({one.curator or "gold" for one in work} - {actor, "gold"})
    if others and curates(store, actor):
        raise WorkflowError(
            f"{key!r} holds the work of {' and '.join(others)}, and {actor} curates here", "leave it to who leads"
        )
    return RemovedDocument(key, work)


def work_in_words(documents: Sequence[RemovedDocument]) -> str:
    """How much work is on documents, in words; empty where there is none."""
    work = [one for document in documents for one in document.work]
    if not work:
        return ""
    spans, relations = sum(one.spans for one in work), sum(one.relations for one in work)
    people = sorted({one.curator for one in work if one.curator})
    gold = sum(not one.curator for one in work)
    whose = [f"by {first_few(people)}"] if people else []
    whose += [f"gold of {plural(gold, 'document')}"] if gold else []
    on = [document.key for document in documents if document.work]
    counts = f"{plural(spans, 'span')} and {plural(relations, 'relation')}"
    return f"there is work on {first_few(on)}: {counts} {' and '.join(whose)}"
