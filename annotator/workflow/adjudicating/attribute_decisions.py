"""An adjudicator's decisions on attributes: by a curator's version, by nothing, or by another value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from annotator.annotation import (
    Attributes,
    AttributeValue,
    RelationKey,
    Ruling,
    SpanKey,
    attribute_claim_id,
    key_json,
)
from annotator.errors import WorkflowError
from annotator.labels.attributes import AttributeType, toggled, value_text, values_of
from annotator.wording import plural
from annotator.workflow.adjudicating.attributes import attribute_of, is_allowed, value_from, version_of, version_text
from annotator.workflow.adjudicating.cases import AttributeCase, AttributeVersion
from annotator.workflow.adjudicating.decisions import anchor, decide_attribute
from annotator.workflow.adjudicating.gold_editor import GoldEditor
from annotator.workflow.description import attribute_in_words
from annotator.workflow.editing.editor import Outcome


class AttributeDecisions:
    """Decisions on the attributes of what stands in ``gold``, and of the document (an item ``None``).

    ``attribute_of`` gives the attribute by its name that an item has, or raises :class:`WorkflowError`.
    """

    def __init__(self, gold: GoldEditor, attribute_of: Callable[[str | None, str], AttributeType]) -> None:
        self._gold = gold
        self._attribute_of = attribute_of

    def of(self, item_id: str | None) -> Attributes:
        """What is set of the attributes of a gold item, or of the document."""
        content = self._gold.layer.content
        if item_id is None:
            return content.document_attributes
        item = content.spans.get(item_id) or content.relations.get(item_id)
        return {} if item is None else item.attributes or {}

    def said(self, item_id: str | None, name: str) -> Counter[str]:
        """The texts that curators set an attribute of an item to, the most frequent first, each with how many do."""
        item = self._key(item_id)
        counts = Counter[str]()
        for case in self._gold.settlement.cases:
            if isinstance(case, AttributeCase) and (case.item, case.name) == (item, name):
                counts.update(str(value) for version in case.versions.values() for value in version)
        return Counter(dict(counts.most_common()))

    def suggested(self) -> Attributes:
        """Nothing: nothing is suggested to gold."""
        return {}

    def take_suggested(self) -> Outcome:
        """Do nothing: nothing is suggested to gold."""
        return Outcome("nothing is suggested")

    def retired(self, item_id: str | None) -> Attributes:  # noqa: ARG002 - as the steps of a curator have it
        """Nothing: what is retired in gold is settled as a case."""
        return {}

    def drop_retired(self, item_id: str | None) -> Outcome:
        """Do nothing, as nothing is told to be retired."""
        return Outcome("nothing is retired", item_id)

    def copy(self, span_id: str) -> Outcome:
        """Give what is set of a gold span's attributes to all identical gold spans, as one step."""
        content, text = self._gold.layer.content, self._gold.document.text
        span, attributes = content.spans[span_id], self.of(span_id)
        same = [
            other.id
            for other in content.spans.values()
            if other.label == span.label and text[other.start : other.end] == text[span.start : span.end]
        ]
        changes: dict[str, Ruling | None] = {}
        for other_id in same:
            for name, value in attributes.items() if other_id != span_id else ():
                attribute = self._attribute_of(other_id, name)
                changes.update(self.changes(self._case(attribute, other_id), tuple(values_of(value))))
        ruled = self._gold.rule("attribute", changes)
        names = ", ".join(f"{name} {value_text(value)}" for name, value in attributes.items())
        told = f"{names}: given to {plural(len(same) - 1, 'more mention')}"
        return self._gold.outcome(ruled.step, told, span_id)

    def toggle(self, item_id: str | None, name: str, value: bool | float | str) -> Outcome:
        """Set an attribute to a value, or take that value away where the attribute has it."""
        return self.set(item_id, name, toggled(self._attribute_of(item_id, name), self.of(item_id), value))

    def set(self, item_id: str | None, name: str, value: AttributeValue | None) -> Outcome:
        """Set an attribute, or (``None``) let it have no value but its default."""
        attribute = self._attribute_of(item_id, name)
        try:
            value = attribute.default if value is None else attribute.canonical(value)
        except ValueError as error:
            raise WorkflowError(str(error), "nothing was changed") from error
        case = self._case(attribute, item_id)
        version = tuple(values_of(value))
        if case.settled is not None and case.outcome == version:
            return Outcome(f"{self._in_words(case, version)} already", item_id)
        return self._rule("attribute", case, version)

    def settle(self, case: AttributeCase, version: AttributeVersion) -> Outcome:
        """Settle a case by some values, or by none, which lets the default stand."""
        version = version or version_of(attribute_of(self._gold.scheme, case), case.name, None)
        problem = self.problem(case, version)
        if problem is not None:
            raise WorkflowError(problem, "' gives it another value, x lets nothing stand")
        return self._rule("choose", case, version)

    def problem(self, case: AttributeCase, version: AttributeVersion) -> str | None:
        """Why the label scheme does not allow some values of a case; ``None`` where it does."""
        scheme = self._gold.scheme
        attribute = attribute_of(scheme, case)
        if is_allowed(attribute, version):
            return None
        label = None if case.item is None else case.item.label
        return scheme.attribute_problem(case.name, value_from(attribute, version), label)

    def changes(self, case: AttributeCase, version: AttributeVersion) -> dict[str, Ruling]:
        """The rulings that make some values those of an attribute."""
        scheme, event = self._gold.scheme, self._gold.next_event
        return decide_attribute(self._gold.layer.rulings, case, version, scheme, event)

    def _rule(self, action: str, case: AttributeCase, version: AttributeVersion) -> Outcome:
        ruled = self._gold.rule(action, self.changes(case, version))
        message = f"settled: {self._in_words(case, version)}"
        return self._gold.outcome(ruled.step, message, None if case.item is None else str(case.item))

    def _in_words(self, case: AttributeCase, version: AttributeVersion) -> str:
        return attribute_in_words(case.name, version_text(version), case.item, self._gold.document.text)

    def _case(self, attribute: AttributeType, item_id: str | None) -> AttributeCase:
        """The case of an attribute; where nobody said anything, one without versions."""
        item = self._key(item_id)
        for case in self._gold.settlement.cases:
            if isinstance(case, AttributeCase) and (case.item, case.name) == (item, attribute.name):
                return case
        claim = None if item is None else key_json(anchor(self._gold.layer.rulings, item))
        case_id = attribute_claim_id(claim, attribute.name)
        return AttributeCase(case_id, "added", {}, attribute.name, item, claim)

    def _key(self, item_id: str | None) -> SpanKey | RelationKey | None:
        if item_id is None:
            return None
        content = self._gold.layer.content
        span, relation = content.spans.get(item_id), content.relations.get(item_id)
        if span is not None:
            return span.key
        assert relation is not None
        return RelationKey(content.spans[relation.head].key, content.spans[relation.child].key, relation.label)
