"""What happened to a document, told event by event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from annotator.errors import WorkflowError
from annotator.history import Event
from annotator.store import LayerInfo, Store
from annotator.workflow.describe import describe_ops


class Told(NamedTuple):
    """An event, and what it did in a few words."""

    event: Event
    what: str


def chronicle(store: Store, key: str, layer: str | None = None) -> list[Told]:
    """Return every event of a document's layers, or of the one named, oldest first.

    Raises :class:`WorkflowError` when there is no such document.
    """
    with store.snapshot():
        if store.document(key) is None:
            raise WorkflowError(f"no document {key!r}", "`annotator status` lists them")
        layers = [info for info in store.layers(document=key) if layer in (None, info.name.name)]
        told = [entry for info in layers for entry in _told(store, info)]
    return sorted(told, key=lambda entry: (entry.event.at, entry.event.layer.name, entry.event.seq))


def _told(store: Store, info: LayerInfo) -> Iterator[Told]:
    """Tell a layer's events, each with the text that its offsets are into."""
    text = ""
    for event in store.events(info):
        ops = event.decoded()
        for op in ops:
            if (op.table, op.id) == ("layer", "text") and op.now is not None:
                text = store.text(op.now["value"]) or ""
        yield Told(event, describe_ops(event.action, ops, text))
