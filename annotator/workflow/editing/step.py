"""A step that is being drafted: its ops, each applied to the layer as it is added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from annotator.annotation import Attributes, Comment, item_record
from annotator.history import Op, field_op
from annotator.store import Writer
from annotator.workflow.editing.content import LayerContent


class EditedLayer(Protocol):
    """A layer that steps change: its content, and whatever else its ops are about."""

    @property
    def content(self) -> LayerContent:
        """The layer's spans, relations, comments and fields."""
        ...

    def __contains__(self, item_id: object) -> bool: ...

    def apply(self, op: Op) -> None:
        """Carry the layer forward by one op."""
        ...


class StepDraft:
    """The ops of one event, in order.

    ``number`` is the number that the event will have in its layer's history; ids of new items contain it, so that no id
    is used twice.  ``sets_state`` says that the action itself sets the document's state, ``reopened`` is the state that
    the step ended otherwise.  ``beside`` writes to other layers, in the same transaction.
    """

    def __init__(self, layer: EditedLayer, number: int) -> None:
        self.ops: list[Op] = []
        self.sets_state = False
        self.reopened = ""
        self.beside: Callable[[Writer], None] | None = None
        self._layer = layer
        self._number = number
        self._count = 0

    def apply(self, op: Op) -> None:
        """Add an op, and carry the layer forward by it."""
        self.ops.append(op)
        self._layer.apply(op)

    def put(self, table: str, old: Any, new: Any) -> None:
        """Put an item in place of another one with the same id; ``None`` where there is none."""
        self.apply(Op(table, (old or new).id, item_record(old) if old else None, item_record(new) if new else None))

    def new_id(self, prefix: str) -> str:
        """An id that nothing in the layer's history has, or ever had."""
        while True:
            self._count += 1
            item_id = f"{prefix}{self._number}" if self._count == 1 else f"{prefix}{self._number}.{self._count}"
            taken = item_id in self._layer or item_id in self._layer.content.comments
            if not taken:  # what was imported may have any id
                return item_id

    def set_field(self, name: str, value: str | None) -> None:
        """Set a field of the layer, such as ``state``, ``flag`` or ``text``; ``None`` takes it away."""
        old = self._layer.content.fields.get(name)
        if old == value:
            return
        self.apply(field_op(name, old, value))

    def set_document_attributes(self, attributes: Attributes | None) -> None:
        """Set the attributes of the document; ``None`` takes all of them away."""
        old = self._layer.content.document_attributes or None
        if old != attributes:
            self.apply(field_op("attributes", old, attributes))

    def set_comment(self, text: str, target: str | None) -> None:
        """Comment an item, or (``None``) the document; an empty text takes the comment away."""
        existing = next(iter(self._layer.content.comments_on(target)), None)
        if text:
            comment_id = existing.id if existing else self.new_id("c")
            self.put("comment", existing, Comment(comment_id, text, target))
        elif existing:
            self.put("comment", existing, None)

    def drop_comments(self, target: str) -> None:
        """Take the comments on an item away."""
        for comment in self._layer.content.comments_on(target):
            self.put("comment", comment, None)
