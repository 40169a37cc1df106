"""What happened to a document, told event by event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from annotator.errors import WorkflowError
from annotator.history import CORPUS, LayerName
from annotator.scheme_changes import SchemeHistory
from annotator.scheme_changes.folding import Folding
from annotator.store import LayerInfo, Store
from annotator.text import Segment
from annotator.wording import plural
from annotator.workflow.description import describe_ops
from annotator.workflow.unknown_document import no_document
from annotator.workflow.visibility import Visibility


class HistoryEntry(NamedTuple):
    """An event of a layer, or a change of labels or names that touched it (without a number), in a few words.

    ``at`` is UTC in ISO 8601 with milliseconds, ``pause_ms`` the milliseconds since the actor's previous step,
    ``target`` the number of the event that was undone or redone.
    """

    at: str
    layer: str
    seq: int | None
    actor: str
    action: str
    target: int | None
    pause_ms: int | None
    what: str
    hash: str


class DocumentHistory(NamedTuple):
    """What a reader is told, and the layers that they may not see yet, with the reason."""

    entries: list[HistoryEntry]
    hidden: dict[str, str]


def document_history(store: Store, key: str, layer: str | None = None, *, reader: str | None = None) -> DocumentHistory:
    """Every event of a document's layers, or of the one named, oldest first, as far as ``reader`` may see them.

    Raises :class:`WorkflowError` when there is no such document, or when the layer named is not for the reader yet.
    """
    with store.snapshot():
        there = store.layers(document=key, removed=True)
        if not there:
            raise no_document(store.names, key)
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
        scheme = store.scheme_history()
        seen = [info for info in layers if info.name.name not in hidden]
        entries = [entry for info in seen for entry in (*_events(store, info, told), *_changes(store, info, scheme))]
        entries += _renamings(store, [info.name for info in seen])
    entries.sort(key=lambda entry: (entry.at, entry.layer, entry.seq or 0))
    return DocumentHistory(entries, hidden)


def _events(store: Store, info: LayerInfo, curator: str | None) -> Iterator[HistoryEntry]:
    """Tell a layer's events, each with the text that its offsets are into.

    A ``curator`` who reads is not told the notes with which others have the document back.
    """
    text, names = "", store.names
    places: dict[str, Segment] = {}
    for digest, raw in store.hashed_events(info):
        event = names.event(raw)
        ops = event.decode_ops()
        for op in ops:
            if (op.table, op.id) == ("layer", "text") and op.now is not None:
                text = store.text(op.now["value"]) or ""
            elif op.table == "span" and op.now is not None:
                places[op.id] = Segment(op.now["start"], op.now["end"])
        if curator is not None:
            ops = [op._replace(now=None) if op.table == "returned" and op.id != curator else op for op in ops]
        what = describe_ops(event.action, ops, text, places.get)
        yield HistoryEntry(
            event.at,
            info.name.name,
            event.seq,
            event.actor,
            event.action,
            event.target,
            event.pause_ms,
            what,
            digest,
        )


_TOLD = ("span", "relation", "verdict", "ruling", "comment")


def _changes(store: Store, info: LayerInfo, scheme: SchemeHistory) -> Iterator[HistoryEntry]:
    """Tell what changes of the labels did to a layer."""
    folding = Folding(scheme, tells=True)
    for event in store.events(info) if scheme.events else ():
        folding.take(event)
    folding.finish()
    for digest, counts in folding.touched.items():
        items = [plural(counts[table], table) for table in _TOLD if counts[table]]
        change = scheme.events[digest]
        what = f"labels: {scheme.told(change)}"
        if "layer" in counts:
            items.append("to be decided again")
        if items:
            what += f" ({', '.join(items)})"
            action = f"labels {change.action}"
            yield HistoryEntry(change.at, info.name.name, None, change.actor, action, None, None, what, digest)


def _renamings(store: Store, layers: Sequence[LayerName]) -> Iterator[HistoryEntry]:
    """Tell when the document, and whoever has layers on it, got other names."""
    history, names = store.renamings(), store.names
    for name in layers:
        own = names.layer_identity(name)
        asked = ("curator", own.author) if own.personal else ("document", own.document)
        for event in history.in_order(history.events) if own.personal or name.name == CORPUS else ():
            renaming = history.renaming_of(event)
            if (renaming.kind, renaming.identity) == asked:
                what, by = history.told(event), names.curator(event.actor)
                yield HistoryEntry(event.at, name.name, None, by, "rename", None, None, what, event.hash)
