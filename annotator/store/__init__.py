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
from annotator.store.progress import (
    Charge,
    CuratorTally,
    Noted,
    Stages,
    abandoned,
    charges,
    flagged,
    layer_states,
    survey,
)
from annotator.store.queue import Queue, QueueFilter, QueueRow, QueueSort

__all__ = [
    "Assigned",
    "Charge",
    "CuratorTally",
    "ForeignLayerError",
    "LayerInfo",
    "Noted",
    "Place",
    "Queue",
    "QueueFilter",
    "QueueRow",
    "QueueSort",
    "SchemeStamp",
    "Stages",
    "StaleLayerError",
    "Store",
    "Writer",
    "abandoned",
    "assigned",
    "begun",
    "charges",
    "examine",
    "flagged",
    "layer_states",
    "meta_record",
    "survey",
]
