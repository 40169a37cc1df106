"""Changes of labels and names: what they do to a layer, and in which order they count when databases were apart."""

from __future__ import annotations

from annotator.scheme_changes.change import LabelChange, changed_shape
from annotator.scheme_changes.events import UNDO, Renaming, SchemeConflictError, SchemeEvent
from annotator.scheme_changes.folding import fold
from annotator.scheme_changes.history import NO_CHANGES, SchemeHistory
from annotator.scheme_changes.names import Names, RenamedError
from annotator.scheme_changes.renamings import Changes, Renamings

__all__ = [
    "NO_CHANGES",
    "UNDO",
    "Changes",
    "LabelChange",
    "Names",
    "RenamedError",
    "Renaming",
    "Renamings",
    "SchemeConflictError",
    "SchemeEvent",
    "SchemeHistory",
    "changed_shape",
    "fold",
]
