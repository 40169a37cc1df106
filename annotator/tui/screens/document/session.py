"""The protocol of the session behind a document screen, for annotating and adjudicating alike."""

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
        """The items that the screen shows."""
        ...

    @property
    def content(self) -> LayerContent:
        """The decided items of the layer, without suggestions."""
        ...

    @property
    def checks(self) -> LayerChecks:
        """Checks on what may be done to the layer."""
        ...

    def recover(self) -> bool:
        """Read the layer again if it was changed elsewhere; returns whether it was."""
        ...

    def undo(self) -> Outcome:
        """Undo the last step."""
        ...

    def redo(self) -> Outcome:
        """Redo the step that was undone last."""
        ...

    def delete(self, item_id: str) -> Outcome:
        """Delete a span with its relations, or a relation."""
        ...

    def retype(self, relation_id: str, label: str, *, reverse: bool = False) -> Outcome:
        """Give a relation another type, or swap its ends."""
        ...

    def comment(self, text: str, target: str | None = None) -> Outcome:
        """Comment an item, or the document."""
        ...

    def flag(self) -> Outcome:
        """Flag the document, or take the flag away."""
        ...
