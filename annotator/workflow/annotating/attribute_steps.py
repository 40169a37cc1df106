"""The steps that set attributes of a curator's spans and relations, and of the document."""

from __future__ import annotations

from annotator.annotation import Attributes, AttributeValue
from annotator.errors import WorkflowError
from annotator.labels.attributes import AttributeType, toggled, value_text, values_of
from annotator.wording import plural
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

    def retired(self, item_id: str | None) -> Attributes:
        """What is set of the attributes of an item, or of the document, that the label scheme no longer allows."""
        retired = {name: self._retired_part(item_id, name, value) for name, value in self.of(item_id).items()}
        return {name: value for name, value in retired.items() if value is not None}

    def _retired_part(self, item_id: str | None, name: str, value: AttributeValue) -> AttributeValue | None:
        """What the label scheme no longer allows of a value, or of several ones."""
        label = None if item_id is None else self._session.checks.label_of(item_id)
        problem = self._session.scheme.attribute_problem
        if problem(name, value, label) is None:
            return None
        return [one for one in value if problem(name, [one], label)] or value if isinstance(value, list) else value

    def drop_retired(self, item_id: str | None) -> Outcome:
        """Take away what :meth:`retired` tells, as one step."""
        gone = self.retired(item_id)
        with self._session.editor.step("attribute") as step:
            focus = self._session.edits(step).change_attributes(item_id, lambda present: _without(present, gone))
        names = ", ".join(f"{name} {value_text(value)}" for name, value in gone.items())
        return self._session.outcome(step, f"taken away: {names or 'nothing'}", focus)

    def suggested(self) -> Attributes:
        """What is suggested of the attributes of the document, and not set."""
        return self._session.layer.suggested_attributes

    def take_suggested(self) -> Outcome:
        """Set what is suggested of the attributes of the document, as one step."""
        session = self._session
        suggested = session.layer.suggested_attributes
        with session.editor.step("attribute") as step:
            for name, value in suggested.items():
                attribute = session.checks.attribute_of(None, name)
                session.edits(step).set_attribute(None, attribute, _canonical(attribute, value))
        names = ", ".join(f"{name} {value_text(value)}" for name, value in suggested.items())
        return session.outcome(step, f"of the document: {names or 'nothing is suggested'}")

    def copy(self, span_id: str) -> Outcome:
        """Give what is set of a mention's attributes to all mentions of the same words and label, as one step.

        Attributes that are not set there stay as they are; suggested mentions are accepted by it.
        """
        session = self._session
        span, attributes = session.checks.span(span_id), self.of(span_id)
        if not attributes:
            raise WorkflowError(f"nothing is set of {session.checks.name_of(span_id)}", "set something first")
        known = [session.checks.attribute_of(span_id, name) for name in attributes]
        ranges = set(session.checks.mentions(session.checks.text_of(span)))
        same = [
            other.id
            for start, end in sorted(ranges)
            for other in session.layer.spans_over(start, end)
            if (other.start, other.end) == (start, end) and other.label == span.label and other.id != span_id
        ]
        with session.editor.step("attribute") as step:
            edits = session.edits(step)
            if session.layer.order.is_pending(span_id):
                span_id = edits.accept(span_id)
            for other_id in same:
                for attribute in known:
                    other_id = edits.set_attribute(other_id, attribute, attributes[attribute.name]) or other_id
        names = ", ".join(f"{name} {value_text(value)}" for name, value in attributes.items())
        return session.outcome(step, f"{names}: given to {plural(len(same), 'more mention')}", span_id)

    def _told(self, item_id: str | None, attribute: AttributeType) -> str:
        name = "the document" if item_id is None else self._session.checks.name_of(item_id)
        value = self.of(item_id).get(attribute.name, attribute.default)
        return f"{attribute.name} of {name}: {value_text(value) or 'nothing'}"


def _without(attributes: Attributes | None, gone: Attributes) -> Attributes | None:
    """Attributes without some of their values; ``None`` where none is left."""
    left = {}
    for name, value in (attributes or {}).items():
        if name not in gone:
            left[name] = value
        elif isinstance(value, list):
            left[name] = [one for one in value if one not in values_of(gone[name])]
    return {name: value for name, value in left.items() if value != []} or None


def _canonical(attribute: AttributeType, value: AttributeValue) -> AttributeValue:
    try:
        return attribute.canonical(value)
    except ValueError as error:
        raise WorkflowError(str(error), "nothing was changed") from error
