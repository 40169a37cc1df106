"""The text of a span or relation in a list: on one line, safe for the terminal."""

from __future__ import annotations

from annotator.annotation import RelationKey, SpanKey
from annotator.tui.layout.sanitizing import sanitize


def item_text(item: SpanKey | RelationKey, text: str) -> str:
    """Describe an item of a document with this text, as ``Ana Ruiz PERSON`` or ``Ana Ruiz works_for→ Cruz Roja``."""
    if isinstance(item, SpanKey):
        return f"{_covered(item, text)} {sanitize(item.label)}"
    return f"{_covered(item.head, text)} {sanitize(item.label)}→ {_covered(item.child, text)}"


def _covered(span: SpanKey, text: str) -> str:
    return sanitize(" ".join(text[span.start : span.end].split()))
