"""Renaming documents and curators: by an event that is undone and merged like a change of the labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from annotator.errors import WorkflowError
from annotator.history import CORPUS, LayerName
from annotator.names import key_problem, person_problem
from annotator.scheme_changes import UNDO, Names, Renaming, Renamings, SchemeEvent
from annotator.scheme_changes.renamings import two_of_one_name
from annotator.store import Store, Writer, curates, ever_in_charge, people, removed_record
from annotator.store.named_work import NamedWork, work_of, work_under
from annotator.wording import first_few, plural
from annotator.workflow.unknown_document import no_document

Kind = Literal["document", "curator"]


@dataclass(frozen=True, slots=True)
class RenameReport:
    """What was, or would be, called otherwise, and the work that follows."""

    kind: Kind
    old: str
    new: str
    work: NamedWork
    undone: bool = False

    def sentences(self, *, dry_run: bool = False) -> Iterator[str]:
        """What was done, in words."""
        verb = "would be called" if dry_run else "is called"
        yield f"{self.old} {verb} {self.new}{'' if dry_run else ' now'}: {self._in_words()}"
        if self.kind == "curator" and not dry_run:
            yield f"{self.new} works with --as {self.new} from now on"

    def _in_words(self) -> str:
        work = self.work
        parts = [f"{plural(work.spans, 'span')} and {plural(work.relations, 'relation')}"]
        if self.kind == "curator":
            parts += [f"{plural(work.layers, 'document')} begun"]
            parts += [f"{plural(work.assigned, 'document')} assigned"] if work.assigned else []
        elif work.curators:
            parts += [f"the work of {first_few(work.curators)}"]
        return ", ".join(parts)

    def as_json(self, *, dry_run: bool) -> dict[str, Any]:
        """The renaming as JSON values."""
        work = {**self.work._asdict(), "curators": list(self.work.curators)}
        value = {"kind": self.kind, "old": self.old, "new": self.new, "undo": self.undone, "dry_run": dry_run}
        return {**value, "work": work}


def rename_document(store: Store, actor: str, key: str, new: str, *, dry_run: bool = False) -> RenameReport:
    """Give a document another key; all work on it, and work that comes later from elsewhere, goes by the new one.

    Raises :class:`WorkflowError` for an unknown document, a key that cannot be or is taken, and for the work of others
    where the actor curates.
    """
    with store.write(dry_run=dry_run) as writer:
        if writer.document_digest(key) is None:
            if removed_record(store, key) is not None:
                raise WorkflowError(f"{key!r} was removed", f"`annotator remove --undo {key}` brings it back")
            raise no_document(writer.names, key)
        problem = key_problem(new)
        if problem is not None:
            raise WorkflowError(f"{new!r} cannot be a document's key: it {problem}", "choose another name")
        return _rename(store, writer, actor, Renaming("document", writer.names.document_identity(key), key, new))


def rename_curator(store: Store, actor: str, name: str, new: str, *, dry_run: bool = False) -> RenameReport:
    """Give a curator another name, in their layers and wherever others' work names them.

    Raises :class:`WorkflowError` for somebody unknown, a name that cannot be or is taken, and for another than the
    actor where the actor curates.
    """
    with store.write(dry_run=dry_run) as writer:
        identity = writer.names.curator_identity(name)
        if name not in people(store):
            raise WorkflowError(f"nobody called {name!r} has work or assignments here", "`annotator status` lists all")
        problem = person_problem(new)
        if problem is not None:
            raise WorkflowError(f"{new!r} cannot be a curator's name: it {problem}", "for example: ana.2")
        return _rename(store, writer, actor, Renaming("curator", identity, name, new))


def undo_rename(store: Store, actor: str, *, dry_run: bool = False) -> RenameReport:
    """Take the last renaming back that holds, whichever changes of the labels came in between."""
    with store.write(dry_run=dry_run) as writer:
        history = writer.renamings
        if not history.effective:
            raise WorkflowError("no renaming is left to undo", "`annotator rename DOC NEW` renames a document")
        target, made = history.effective[-1]
        renaming = history.renaming_of(made)
        event = _event(store, writer, actor, UNDO, target=target)
        after = Renamings((*history.events.values(), event)).names
        old, new = (_called(renaming.kind, names, renaming.identity) for names in (history.names, after))
        return _carry_out(
            store, writer, actor, event, Renaming(renaming.kind, renaming.identity, old, new), undone=True
        )


def _called(kind: Kind, names: Names, identity: str) -> str:
    return names.document(identity) if kind == "document" else names.curator(identity)


def _rename(store: Store, writer: Writer, actor: str, renaming: Renaming) -> RenameReport:
    event = _event(store, writer, actor, "rename", renaming=renaming)
    return _carry_out(store, writer, actor, event, renaming)


def _event(
    store: Store,
    writer: Writer,
    actor: str,
    action: str,
    *,
    renaming: Renaming | None = None,
    target: str | None = None,
) -> SchemeEvent:
    parents = tuple(writer.renamings.heads.split())
    by = writer.names.actor_identity(actor)
    return SchemeEvent(parents, store.clock(), by, action, None, target, renaming=renaming)


def _carry_out(
    store: Store, writer: Writer, actor: str, event: SchemeEvent, renaming: Renaming, *, undone: bool = False
) -> RenameReport:
    """Note a renaming, unless the new name is taken or somebody else's work is touched by who must not."""
    kind, old, new = renaming.kind, renaming.old, renaming.name
    _check_free(store, writer, event, renaming)
    work = work_of(store, old) if kind == "curator" else work_under(store, old)
    _check_leave(store, kind, old, actor, work)
    writer.note_changes([event])
    return RenameReport(kind, old, new, work, undone)


def _check_free(store: Store, writer: Writer, event: SchemeEvent, renaming: Renaming) -> None:
    """Refuse a new name that is another's, or was, as far as history or a renaming has it."""
    identity, old, new = renaming.identity, renaming.old, renaming.name
    if old == new:
        raise WorkflowError(f"{old!r} is called that already", "give another name")
    after = Renamings((*writer.renamings.events.values(), event)).names
    if renaming.kind == "curator":
        there = new in people(store)
        if there or new in two_of_one_name(after.curator, {identity, *after.curators, *ever_in_charge(store)}):
            raise WorkflowError(
                f"{new} {'is' if there else 'was'} somebody already: two curators cannot become one",
                "give another name",
            )
        return
    if writer.layer_info(LayerName(new, CORPUS)) is not None:
        gone = writer.document_digest(new) is None
        raise WorkflowError(
            f"there {'was' if gone else 'is'} a document {new!r}{', which was removed' if gone else ''}",
            "give another name, or rename that one first" if not gone else "give another name",
        )
    if new in two_of_one_name(after.document, {identity, *after.documents}):
        raise WorkflowError(f"there was a document {new!r}, which was erased", "give another name")


def _check_leave(store: Store, kind: Kind, old: str, actor: str, work: NamedWork) -> None:
    """Refuse to touch the work of others for an actor who curates."""
    others = {old} - {actor} if kind == "curator" else set(work.curators) - {actor}
    if others and curates(store, actor):
        what = (
            f"{old!r} holds the work of {' and '.join(sorted(others))}" if kind == "document" else f"{old} is not you"
        )
        raise WorkflowError(f"{what}, and {actor} curates here", "leave it to who leads")
