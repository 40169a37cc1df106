"""What a screen on one document needs of the session behind it, whether it annotates or adjudicates."""

from __future__ import annotations

from typing import Protocol

from annotator.labels import LabelScheme
from annotator.text import Document, Segmentation
from annotator.workflow.editing.checks import LayerChecks
from annotator.workflow.editing.content import LayerContent
from annotator.workflow.editing.editor import Outcome
from annotator.workflow.editing.layer_view import LayerView


class DocumentSession(Protocol):
    """One layer of one document that is being worked on; each action is one step of its history."""

    scheme: LabelScheme
    document: Document
    units: Segmentation
    """What selections snap to: tokens or graphemes."""

    @property
    def layer_view(self) -> LayerView:
        """All that is to be seen of the layer."""
        ...

    @property
    def content(self) -> LayerContent:
        """What stands in the layer."""
        ...

    @property
    def checks(self) -> LayerChecks:
        """Checks on what may be done to the layer."""
        ...

    def recover(self) -> bool:
        """Read the layer anew where it was changed elsewhere; whether it was."""
        ...

    def undo(self) -> Outcome:
        """Take the last step back."""
        ...

    def redo(self) -> Outcome:
        """Bring back the step that was undone last."""
        ...

    def delete(self, item_id: str) -> Outcome:
        """Delete a span with its relations, or a relation."""
        ...

    def retype(self, relation_id: str, label: str, *, reverse: bool = False) -> Outcome:
        """Give a relation another type, or turn it round."""
        ...

    def comment(self, text: str, target: str | None = None) -> Outcome:
        """Comment an item, or the document."""
        ...

    def flag(self) -> Outcome:
        """Flag the document, or take the flag away."""
        ...
