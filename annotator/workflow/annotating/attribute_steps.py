"""The steps that set attributes of a curator's spans and relations, and of the document."""

from __future__ import annotations

from annotator.annotation import Attributes, AttributeValue
from annotator.errors import WorkflowError
from annotator.labels.attributes import AttributeType, toggled, value_text
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.editing.editor import Outcome


class AttributeSteps:
    """Sets attributes in a session; what they are set of is an item's id, or ``None`` for the document."""

    def __init__(self, session: AnnotationSession) -> None:
        self._session = session

    def of(self, item_id: str | None) -> Attributes:
        """What is set of the attributes of an item, own or suggested, or of the document."""
        if item_id is None:
            return self._session.content.document_attributes
        item = self._session.layer.span(item_id) or self._session.layer.relation(item_id)
        return {} if item is None else item.attributes or {}

    def toggle(self, item_id: str | None, name: str, value: bool | float | str) -> Outcome:
        """Set an attribute to a value, or take that value away where the attribute has it."""
        attribute = self._session.checks.attribute_of(item_id, name)
        return self.set(item_id, name, toggled(attribute, self.of(item_id), value))

    def set(self, item_id: str | None, name: str, value: AttributeValue | None) -> Outcome:
        """Set an attribute, or (``None``) take away what it is set to; a suggestion is accepted by it."""
        attribute = self._session.checks.attribute_of(item_id, name)
        canonical = None if value is None else _canonical(attribute, value)
        with self._session.editor.step("attribute") as step:
            focus = self._session.edits(step).set_attribute(item_id, attribute, canonical)
        told = self._told(focus, attribute)
        return self._session.outcome(step, told if step.ops else f"{told} already", focus)

    def _told(self, item_id: str | None, attribute: AttributeType) -> str:
        name = "the document" if item_id is None else self._session.checks.name_of(item_id)
        value = self.of(item_id).get(attribute.name, attribute.default)
        return f"{attribute.name} of {name}: {value_text(value) or 'nothing'}"


def _canonical(attribute: AttributeType, value: AttributeValue) -> AttributeValue:
    try:
        return attribute.canonical(value)
    except ValueError as error:
        raise WorkflowError(str(error), "nothing was changed") from error
