"""What may take the place of an item's label after that was split into several."""

from __future__ import annotations

from annotator.workflow.editing.content import LayerContent


def new_labels(content: LayerContent, item_id: str) -> list[str]:
    """The labels that took the place of an own item's label when that was split, as far as they fit the item."""
    scheme = content.scheme
    span, relation = content.spans.get(item_id), content.relations.get(item_id)
    if span is not None:
        return [name for name in scheme.successors.get(span.label, ()) if name in scheme.entities]
    if relation is None:
        return []
    head, child = (content.spans[end] for end in (relation.head, relation.child))
    names = [name for name in scheme.successors.get(relation.label, ()) if name in scheme.relations]
    return [name for name in names if content.link_problem(name, head, child) is None]
