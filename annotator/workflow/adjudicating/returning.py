"""Sending finished work back to its curator with a note, which is written to the document's corpus layer.

There it unites with what the curator does meanwhile in another database: their own layer is theirs alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from annotator.errors import WorkflowError
from annotator.history import CORPUS, RETURN, UNDO_RETURN, LayerName, Op, curator_layer
from annotator.store import Returned, Store, Writer, read_returned, return_record
from annotator.workflow.unknown_document import no_document
from annotator.workflow.visibility import check_leads


def return_work(store: Store, actor: str, key: str, curators: Sequence[str], note: str) -> list[Returned]:
    """Send a document back to curators who have finished or skipped it; return what they have back of it now.

    Until a curator finishes it again it counts as unfinished, as if they had reopened it.  A new note replaces the one
    before.  Raises :class:`WorkflowError` for an actor who does not lead, an empty note, or a curator who has not
    finished the document.
    """
    check_leads(store, actor, "returning work")
    note = note.strip()
    if not note:
        raise WorkflowError("a return needs a note", "say what is to be done again: --note TEXT")
    with store.write() as writer:
        _check_document(writer, key)
        ops = [_return_op(store, writer, key, curator, note) for curator in dict.fromkeys(curators)]
        writer.append(LayerName(key, CORPUS), actor, RETURN, ops)
    return [one for one in read_returned(store, document=key) if one.curator in curators]


def undo_return(store: Store, actor: str, key: str, curators: Sequence[str] = ()) -> list[Returned]:
    """Take back that a document was returned, to some curators or to all who have it back; return what that was.

    Raises :class:`WorkflowError` for an actor who does not lead, and where there is nothing to take back.
    """
    check_leads(store, actor, "taking a return back")
    with store.write() as writer:
        _check_document(writer, key)
        there = {one.curator: one for one in read_returned(store, document=key)}
        for curator in curators:
            if curator not in there:
                raise WorkflowError(f"{curator} does not have {key} back", "`annotator status` says who has what")
        if not there:
            raise WorkflowError(f"nobody has {key} back", "`annotator status` says who has what")
        taken = [there[curator] for curator in dict.fromkeys(curators or there)]
        ops = [Op("returned", one.curator, return_record(store, key, one.curator), None) for one in taken]
        writer.append(LayerName(key, CORPUS), actor, UNDO_RETURN, ops)
    return taken


def _check_document(writer: Writer, key: str) -> None:
    if writer.document_digest(key) is None:
        raise no_document(writer.names, key)


def _return_op(store: Store, writer: Writer, key: str, curator: str, note: str) -> Op:
    layer = writer.layer_info(LayerName(key, curator_layer(curator)))
    if layer is None or layer.own_state is None:
        raise WorkflowError(f"{curator} has no work on {key}", "`annotator assign` gives it to somebody")
    if layer.state == "doing" and not layer.returned:
        raise WorkflowError(f"{curator} has not finished {key}", "it is still theirs to finish")
    return Op("returned", curator, return_record(store, key, curator), {"note": note, "step": layer.length})
