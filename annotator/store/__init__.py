"""The only place that knows SQL."""

from annotator.store.assignments import (
    Assignment,
    PlannedBatch,
    anybody_curates,
    assigned_curators,
    begun_work,
    curates,
    ever_in_charge,
    note_plan,
    people,
    plan_number,
    planned_batches,
    read_assignments,
    settle_batch,
)
from annotator.store.bulk import Bulk
from annotator.store.carrying import NotedScheme, carry_layers, noted_schemes
from annotator.store.comments import CommentKind, StoredComment, comment_counts, commented_layers, read_comments
from annotator.store.contents import read_contents
from annotator.store.database import Store
from annotator.store.doctor import check_database, check_layers, first_break, first_finding, scheme_problem
from annotator.store.extras import KeptOfDocument, extra_counts, kept_of_documents
from annotator.store.file_identity import RESTORE, LostError
from annotator.store.finished import DocumentFacts, Finished, FinishedLayer, VerdictCount, WorkTime, comparable_layers
from annotator.store.label_use import (
    layers_across_sentences,
    layers_with_attributes,
    layers_with_links,
    layers_with_other_labels,
    layers_with_overlaps,
)
from annotator.store.layers import (
    Bookmark,
    ForeignLayerError,
    ForkedLayerError,
    LayerInfo,
    RemovedDocumentError,
    SchemeMovedError,
    SchemeStamp,
    StaleLayerError,
)
from annotator.store.lead_queue import WAITING, LeadQueue, LeadRow, Waiting
from annotator.store.many_values import ManyValues
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
from annotator.store.removals import (
    WorkOn,
    all_keys,
    came_since,
    keys_of_texts,
    present_digests,
    removed_documents,
    removed_record,
    work_on,
)
from annotator.store.returns import Returned, read_returned, return_record
from annotator.store.tables import document_record
from annotator.store.writer import Writer

__all__ = [
    "RESTORE",
    "WAITING",
    "Assignment",
    "Bookmark",
    "Bulk",
    "Charge",
    "CommentKind",
    "CuratorTally",
    "DocumentFacts",
    "Finished",
    "FinishedLayer",
    "ForeignLayerError",
    "ForkedLayerError",
    "KeptOfDocument",
    "LayerInfo",
    "LeadQueue",
    "LeadRow",
    "LostError",
    "ManyValues",
    "Noted",
    "NotedScheme",
    "PlannedBatch",
    "Queue",
    "QueueFilter",
    "QueueRow",
    "QueueSort",
    "ReadOnlyError",
    "RemovedDocumentError",
    "Returned",
    "SchemeMovedError",
    "SchemeStamp",
    "Stages",
    "StaleLayerError",
    "Store",
    "StoredComment",
    "VerdictCount",
    "Waiting",
    "WorkOn",
    "WorkTime",
    "Writer",
    "abandoned",
    "all_keys",
    "anybody_curates",
    "assigned_curators",
    "begun_work",
    "came_since",
    "carry_layers",
    "charges",
    "check_database",
    "check_layers",
    "comment_counts",
    "commented_layers",
    "comparable_layers",
    "curates",
    "document_record",
    "ever_in_charge",
    "extra_counts",
    "first_break",
    "first_finding",
    "flagged",
    "held_together",
    "kept_of_documents",
    "keys_of_texts",
    "layer_states",
    "layers_across_sentences",
    "layers_with_attributes",
    "layers_with_links",
    "layers_with_news",
    "layers_with_other_labels",
    "layers_with_overlaps",
    "note_plan",
    "noted_schemes",
    "people",
    "plan_number",
    "planned_batches",
    "present_digests",
    "read_assignments",
    "read_comments",
    "read_contents",
    "read_returned",
    "removed_documents",
    "removed_record",
    "return_record",
    "scheme_problem",
    "settle_batch",
    "survey",
    "take_texts",
    "work_on",
]
