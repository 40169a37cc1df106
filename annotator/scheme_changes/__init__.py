"""Changes of the label scheme: what they do to a layer, and in which order they count when databases were apart."""

from __future__ import annotations

from annotator.scheme_changes.change import LabelChange, changed_shape
from annotator.scheme_changes.folding import fold
from annotator.scheme_changes.history import NO_CHANGES, UNDO, SchemeConflictError, SchemeEvent, SchemeHistory

__all__ = [
    "NO_CHANGES",
    "UNDO",
    "LabelChange",
    "SchemeConflictError",
    "SchemeEvent",
    "SchemeHistory",
    "changed_shape",
    "fold",
]
