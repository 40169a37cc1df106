"""The only place that knows SQL."""

from annotator.store.database import LayerInfo, Place, StaleLayerError, Store, Writer, meta_record
from annotator.store.doctor import examine
from annotator.store.queue import Queue, QueueFilter, QueueRow, QueueSort

__all__ = [
    "LayerInfo",
    "Place",
    "Queue",
    "QueueFilter",
    "QueueRow",
    "QueueSort",
    "StaleLayerError",
    "Store",
    "Writer",
    "examine",
    "meta_record",
]
