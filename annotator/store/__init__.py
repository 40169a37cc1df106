"""The only place that knows SQL."""

from annotator.store.assignments import Assigned, assigned, begun
from annotator.store.bulk import Bulk
from annotator.store.database import Store
from annotator.store.doctor import examine, examine_part, first_break
from annotator.store.file_identity import LostError
from annotator.store.finished import DocumentFacts, Finished, FinishedLayer, VerdictCount, WorkTime
from annotator.store.layers import (
    ForeignLayerError,
    ForkedLayerError,
    LayerInfo,
    Place,
    SchemeStamp,
    StaleLayerError,
)
from annotator.store.merging import held_together, layers_with_news, take_texts
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
from annotator.store.read_only import ReadOnlyError
from annotator.store.writer import Writer, meta_record

__all__ = [
    "Assigned",
    "Bulk",
    "Charge",
    "CuratorTally",
    "DocumentFacts",
    "Finished",
    "FinishedLayer",
    "ForeignLayerError",
    "ForkedLayerError",
    "LayerInfo",
    "LostError",
    "Noted",
    "Place",
    "Queue",
    "QueueFilter",
    "QueueRow",
    "QueueSort",
    "ReadOnlyError",
    "SchemeStamp",
    "Stages",
    "StaleLayerError",
    "Store",
    "VerdictCount",
    "WorkTime",
    "Writer",
    "abandoned",
    "assigned",
    "begun",
    "charges",
    "examine",
    "examine_part",
    "first_break",
    "flagged",
    "held_together",
    "layer_states",
    "layers_with_news",
    "meta_record",
    "survey",
    "take_texts",
]
