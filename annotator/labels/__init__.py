"""The label scheme: entity and relation types, what relations may link, and the guidelines."""

from __future__ import annotations

from annotator.labels.attributes import AttributeType
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
    "AttributeType",
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
