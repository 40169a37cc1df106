"""What rows of layers, events and places mean, and why the store may refuse to write to a layer."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import NamedTuple

from annotator.errors import StoreError
from annotator.history import REANCHOR, Event, LayerName


class StaleLayerError(StoreError):
    """Another process wrote to the layer since it was read: read it again and repeat the step."""


class ForeignLayerError(StoreError):
    """The layer is another curator's own."""


class ForkedLayerError(StoreError):
    """Two databases carried on apart what must be one line of history."""


class RemovedDocumentError(StoreError):
    """The layer's document was removed from the corpus."""


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """A layer's row: whose it is, how far it got, and the end of its history.

    ``state`` is ``None`` (untouched), doing, done or skipped; ``flag`` the reason of a flag, empty when flagged
    without one; ``text`` the digest of the text that it is about; ``curators`` (gold only) whose work it settles,
    separated by commas.  While a curator's document is ``returned`` (sent back and not finished since), ``state`` is
    doing, whatever the curator themselves last made of it: ``own_state``.  ``scheme`` are the changes of the label
    scheme that its state has been carried over.  Of a document that was ``removed``, ``state`` is ``None``.
    """

    id: int
    name: LayerName
    head: str = ""
    length: int = 0
    state: str | None = None
    flag: str | None = None
    text: str | None = None
    fingerprint: str | None = None
    curators: str | None = None
    changed_at: str | None = None
    own_state: str | None = None
    returned: bool = False
    scheme: str = ""
    removed: bool = False


class SchemeMovedError(StoreError):
    """The label scheme was changed by another process since this one read it: read it again."""


class SchemeStamp(NamedTuple):
    """A label scheme as a database remembers it.

    Digest and text of the file, and as JSON what decides which layers fit it; older databases do not know the text.
    """

    sha256: str
    shape: str
    labels: str | None = None


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where a curator was in a document: cursor in code points, id of the focused item, whether it was open."""

    document: str
    cursor: int
    focus: str | None
    open: bool


LAYERS = (
    "SELECT l.id, d.key, l.name, l.head, l.length, l.state, l.flag, l.text, l.fingerprint, l.curators, l.changed_at,"
    " l.own_state, l.returned, l.scheme, l.removed"
    " FROM layer l JOIN document d ON d.id = l.document_id"
)
"""The query for rows that :func:`layer_info_of` reads."""

LAST_STEP = (
    f"(SELECT e.at FROM event e WHERE e.layer_id = l.id AND e.action <> '{REANCHOR}' ORDER BY e.seq DESC LIMIT 1)"
)
"""When somebody last took a step in a layer ``l``: that its document's text was replaced is none."""

PRESENT_ASSIGNMENTS = "layer_id NOT IN (SELECT id FROM layer WHERE removed)"
"""The condition for assignments that are not of documents that were removed."""

LISTED_STATE = "CASE WHEN own.returned THEN 'returned' ELSE coalesce(own.state, 'todo') END"
"""The state of a curator's layer ``own`` as lists show it: todo before it is begun, returned while it is sent back."""


def layer_info_of(row: sqlite3.Row) -> LayerInfo:
    """The layer of a row of :data:`LAYERS`."""
    layer_id, document, name, *rest = row
    return LayerInfo(layer_id, LayerName(document, name), *rest)


def event_of(layer: LayerName, row: sqlite3.Row) -> Event:
    """The event of a row of the table ``event``."""
    return Event(
        layer=layer,
        seq=row["seq"],
        prev=row["prev"],
        at=row["at"],
        actor=row["actor"],
        action=row["action"],
        ops=row["ops"],
        target=row["target"],
        pause_ms=row["pause_ms"],
        scheme=row["scheme"] if "scheme" in row.keys() else "",  # noqa: SIM118 - a row is no mapping
    )
