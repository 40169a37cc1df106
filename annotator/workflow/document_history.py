"""What happened to a document, told event by event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from annotator.errors import WorkflowError
from annotator.history import Event
from annotator.store import LayerInfo, Store
from annotator.workflow.description import describe_ops
from annotator.workflow.visibility import Visibility


class HistoryEntry(NamedTuple):
    """An event, and what it did in a few words."""

    event: Event
    what: str


class DocumentHistory(NamedTuple):
    """What a reader is told, and the layers that they may not see yet, with the reason."""

    entries: list[HistoryEntry]
    hidden: dict[str, str]


def document_history(store: Store, key: str, layer: str | None = None, *, reader: str | None = None) -> DocumentHistory:
    """Every event of a document's layers, or of the one named, oldest first, as far as ``reader`` may see them.

    Raises :class:`WorkflowError` when there is no such document, or when the layer named is not for the reader yet.
    """
    with store.snapshot():
        if store.document(key) is None:
            raise WorkflowError(f"no document {key!r}", "`annotator status` lists them")
        there = store.layers(document=key)
        layers = [info for info in there if layer in (None, info.name.name)]
        if not layers:
            names = [info.name.name for info in there]
            raise WorkflowError(f"no layer {layer!r} on {key}", f"its layers are {', '.join(sorted(names))}")
        visibility = Visibility(store, reader) if reader is not None else None
        hidden = {
            info.name.name: why for info in layers if visibility is not None and (why := visibility.why_hidden(info))
        }
        if layer in hidden:
            raise WorkflowError(f"{layer} on {key} stays unseen: {hidden[layer]}", "finish first, then compare")
        told = visibility.reader if visibility is not None and visibility.curates else None
        entries = [entry for info in layers if info.name.name not in hidden for entry in _entries(store, info, told)]
    entries.sort(key=lambda entry: (entry.event.at, entry.event.layer.name, entry.event.seq))
    return DocumentHistory(entries, hidden)


def _entries(store: Store, info: LayerInfo, curator: str | None) -> Iterator[HistoryEntry]:
    """Tell a layer's events, each with the text that its offsets are into.

    A ``curator`` who reads is not told the notes with which others have the document back.
    """
    text = ""
    for event in store.events(info):
        ops = event.decode_ops()
        for op in ops:
            if (op.table, op.id) == ("layer", "text") and op.now is not None:
                text = store.text(op.now["value"]) or ""
        if curator is not None:
            ops = [op._replace(now=None) if op.table == "returned" and op.id != curator else op for op in ops]
        yield HistoryEntry(event, describe_ops(event.action, ops, text))
