"""The working copy of a gold layer."""

from __future__ import annotations

from annotator.annotation import Annotations, Ruling
from annotator.history import Op
from annotator.labels import LabelScheme
from annotator.text import Segmentation
from annotator.workflow.editing.editable_layer import WorkingLayer


class GoldLayer(WorkingLayer):
    """Gold's spans and relations, and the rulings by which they stand; nothing is suggested to it."""

    def __init__(self, scheme: LabelScheme, sentences: Segmentation) -> None:
        super().__init__(scheme, Annotations(), sentences)
        self.rulings: dict[str, Ruling] = {}

    def apply(self, op: Op) -> None:
        """Carry the working copy forward by one op."""
        if op.table != "ruling":
            super().apply(op)
        elif op.now is None:
            self.rulings.pop(op.id, None)
        else:
            self.rulings[op.id] = Ruling(op.id, **op.now)
