"""The signs by which a suggestion shows how certain it is, without colour: behind its label, and in its score."""

from __future__ import annotations

from annotator.annotation import Relation, Span
from annotator.tui.layout.attribute_marks import attribute_marks, group_mark
from annotator.tui.layout.palette import RETIRED
from annotator.tui.layout.sanitizing import sanitize
from annotator.workflow.editing.layer_view import LayerView

CHANGES = {1: "↑", 0: "", -1: "↓"}
"""How the score of a suggestion changed since it was first shown."""


def signed_label(layer: LayerView, item: Span | Relation, *, retired: bool = False, brief: bool = False) -> str:
    """An item's label with the marks of its groups and attributes, and the signs behind it.

    ``?`` is a likely suggestion, ``??`` one below the threshold; an arrow says that its score rose or fell, a dagger
    that the item is ``retired``.  A ``brief`` label is without attributes.
    """
    marks = item_marks(layer, item, attributes=not brief)
    if retired:
        return f"{sanitize(item.label)}{marks}{RETIRED}"
    if item.origin != "suggested":
        return f"{item.label}{marks}" if marks else item.label
    certainty = layer.certainty(item)
    return f"{item.label}{marks}{'?' if certainty.likely else '??'}{CHANGES[certainty.change]}"


def item_marks(layer: LayerView, item: Span | Relation, *, attributes: bool = True) -> str:
    """What stands behind an item's label: the numbers of its groups, and what is set of its attributes."""
    marks = attribute_marks(layer.scheme, item.attributes) if item.attributes and attributes else ""
    numbers = layer.group_numbers(item.id) if isinstance(item, Span) else ()
    return f"{group_mark(numbers)}{marks}" if numbers else marks


def score_text(layer: LayerView, item: Span | Relation) -> str:
    """The score of an item as ``0.83``, or as ``0.62→0.83`` where it changed since the suggestion was first shown."""
    if item.score is None:
        return ""
    certainty = layer.certainty(item)
    before = f"{certainty.first:.2f}→" if certainty.change else ""
    return f"{before}{item.score:.2f}"
