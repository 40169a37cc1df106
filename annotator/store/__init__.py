"""The only place that knows SQL."""

from annotator.store.assignments import Assigned, assigned, begun
from annotator.store.database import (
    ForeignLayerError,
    LayerInfo,
    Place,
    SchemeStamp,
    StaleLayerError,
    Store,
    Writer,
    meta_record,
)
from annotator.store.doctor import examine
from annotator.store.queue import Queue, QueueFilter, QueueRow, QueueSort

__all__ = [
    "Assigned",
    "ForeignLayerError",
    "LayerInfo",
    "Place",
    "Queue",
    "QueueFilter",
    "QueueRow",
    "QueueSort",
    "SchemeStamp",
    "StaleLayerError",
    "Store",
    "Writer",
    "assigned",
    "begun",
    "examine",
    "meta_record",
]
