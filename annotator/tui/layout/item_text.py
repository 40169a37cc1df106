"""The text of a span or relation in a list: on one line, safe for the terminal."""

from __future__ import annotations

from rich.cells import cell_len

from annotator.annotation import RelationKey, SpanKey
from annotator.tui.layout.cutting import cut_middle, cut_together
from annotator.tui.layout.sanitizing import sanitize

LEAST_NAMES = 16
"""Cells that two names need to be told from others; a relation's label is left out where it would take them."""


def item_text(item: SpanKey | RelationKey, text: str, cells: int) -> str:
    """Describe an item of a document with this text, as ``Ana Ruiz PERSON`` or ``Ana Ruiz works_for→ Cruz Roja``.

    Names are cut in their middle so that all has room in ``cells`` cells; a relation whose names would hardly be left
    is described without its label (``Ana Ruiz → Cruz Roja``).
    """
    label = sanitize(item.label)
    if isinstance(item, SpanKey):
        return f"{cut_middle(_covered(item, text), max(1, cells - cell_len(label) - 1))} {label}"
    names = _covered(item.head, text), _covered(item.child, text)
    link = f" {label}→ "
    if cells - cell_len(link) < min(LEAST_NAMES, sum(map(cell_len, names))):
        link = " → "
    return link.join(cut_together(names, max(2, cells - cell_len(link))))


def _covered(span: SpanKey, text: str) -> str:
    return sanitize(" ".join(text[span.start : span.end].split()))
