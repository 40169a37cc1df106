"""The label scheme: which entities and relations there are, what they may connect, and what they mean."""

from __future__ import annotations

from annotator.labels.load import check_scheme, load_scheme
from annotator.labels.scheme import (
    EntityType,
    LabelScheme,
    Overlap,
    Pattern,
    RelationType,
    Settle,
    Snap,
    Within,
)
from annotator.labels.shapes import shape_differences

__all__ = [
    "EntityType",
    "LabelScheme",
    "Overlap",
    "Pattern",
    "RelationType",
    "Settle",
    "Snap",
    "Within",
    "check_scheme",
    "load_scheme",
    "shape_differences",
]
