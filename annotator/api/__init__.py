"""A small Python interface for programs that work with a workspace, which docs/python.md explains.

What is in ``__all__`` is stable: names, arguments, fields and their meaning stay, and new ones may be added.  The rest
of the package may change with every version.

    from annotator.api import open_workspace

    with open_workspace("news", curator="my-extractor") as workspace:
        for document in workspace.documents():
            workspace.put_layer(document.key, "suggestions:my-extractor", my_spans(document.text))
"""

from annotator.api.open_workspace import OpenWorkspace, new_workspace, open_workspace
from annotator.api.values import (
    DocumentLayer,
    LabeledRelation,
    LabeledSpan,
    NewLayer,
    RelationLike,
    SpanLike,
)
from annotator.errors import (
    AnnotatorError,
    CorpusError,
    FormatError,
    LockedError,
    ModelError,
    SchemeError,
    StoreError,
    UnknownFormatError,
    WorkflowError,
)
from annotator.text import Document

__all__ = [
    "AnnotatorError",
    "CorpusError",
    "Document",
    "DocumentLayer",
    "FormatError",
    "LabeledRelation",
    "LabeledSpan",
    "LockedError",
    "ModelError",
    "NewLayer",
    "OpenWorkspace",
    "RelationLike",
    "SchemeError",
    "SpanLike",
    "StoreError",
    "UnknownFormatError",
    "WorkflowError",
    "new_workspace",
    "open_workspace",
]
