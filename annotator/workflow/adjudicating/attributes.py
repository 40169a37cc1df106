"""Builds the cases of attributes: what curators say, beside its label, of what stands in gold, and of the document."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from annotator.annotation import (
    Annotations,
    Attributes,
    AttributeValue,
    RelationKey,
    Ruling,
    SpanKey,
    attribute_claim_id,
    key_json,
    relation_key,
    span_key,
)
from annotator.labels import AttributeType, LabelScheme, Settle
from annotator.labels.attributes import value_text, values_of, with_value
from annotator.workflow.adjudicating.case_list import Order, order
from annotator.workflow.adjudicating.cases import AttributeCase, AttributeVersion, Case, Kind, vote
from annotator.workflow.adjudicating.relations import SpanOutcomes

Item = SpanKey | RelationKey | None
"""What has attributes: a gold span, a gold relation, or (``None``) the document."""


class Said(NamedTuple):
    """What a curator says of an item beside its label: on which claim, under which label, which attributes."""

    claim: SpanKey | RelationKey | None
    label: str | None
    attributes: Attributes


Holders = dict[Item, dict[str, Said]]
"""The curators who have an item, with what they say of it."""


def attribute_cases(
    contents: Mapping[str, Annotations],
    decisions: Iterable[Ruling],
    cases: Iterable[Case],
    items: GoldItems,
) -> list[AttributeCase]:
    """The cases of the attributes of what stands in gold, where somebody has set one or an adjudicator decided on it.

    ``cases`` are those of spans and relations, behind which they come.  Of several claims of one curator that became
    one item, the one equal to it says what the attributes are, else the first.
    """
    ruled: dict[Item, dict[str, Ruling]] = {}
    for ruling in sorted(decisions, key=lambda ruling: ruling.id):
        claim, name = ruling.claim
        item = items.of_claim(claim)
        if claim is None or item is not None:
            of_item = ruled.setdefault(item, {})
            if name not in of_item or (item is not None and key_json(item) == claim):
                of_item[name] = ruling
    held = _holders(contents, items, ruled)
    if not held:
        return []
    behind: dict[object, Order] = {key: order(case) for case in cases for key in case.outcome}
    first: Order = ((-1, 0), "")
    found = (
        case
        for item, holders in held.items()
        for case in _cases_of(items.scheme, item, holders, ruled.get(item, {}), behind.get(item, first))
    )
    return sorted(found, key=order)


class GoldItems:
    """The gold item that stands for each claim; ``rulings`` are all on spans and relations."""

    def __init__(self, rulings: Mapping[str, Ruling], outcomes: SpanOutcomes) -> None:
        self.scheme = outcomes.scheme
        self._rulings = rulings
        self._outcomes = outcomes

    def of_span(self, claim: SpanKey) -> SpanKey | None:
        """The gold span that stands for a marked span."""
        return self._outcomes.spans.get(claim)

    def of_relation(self, claim: RelationKey) -> RelationKey | None:
        """The gold relation that stands for a relation between marked spans."""
        ruling = self._rulings.get(str(claim))
        if ruling is None:
            return self._outcomes.standing(claim)
        return self._outcomes.standing(claim, tuple(ruling.outcome)) if ruling.outcome else None

    def of_claim(self, claim: Any) -> Item:
        """The item that stands for a claim in JSON; ``None`` for no claim as well, which is about the document."""
        if claim is None:
            return None
        return self.of_span(span_key(claim)) if isinstance(claim[0], int) else self.of_relation(relation_key(claim))

    def id_of_claim(self, claim: Any) -> str | None:
        """The id of the item that stands for a claim in JSON; ``None`` where nothing does, and for the document."""
        item = self.of_claim(claim)
        return None if item is None else str(item)


def _holders(contents: Mapping[str, Annotations], items: GoldItems, ruled: Collection[Item]) -> Holders:
    """Who has which item, for those that were decided on and those of which somebody has set an attribute."""
    wanted: set[Item] = {
        items.of_span(s.key) for content in contents.values() for s in content.spans.values() if s.attributes
    }
    wanted |= {
        items.of_relation(content.relation_key(relation))
        for content in contents.values()
        for relation in content.relations.values()
        if relation.attributes
    }
    wanted = (wanted | {*ruled}) - {None}
    held: Holders = {}
    if None in ruled or any(content.document_attributes for content in contents.values()):
        held[None] = {c: Said(None, None, contents[c].document_attributes) for c in sorted(contents)}
    for curator in sorted(contents) if wanted else ():
        for item, said in _said_by(contents[curator], items, wanted):
            held.setdefault(item, {}).setdefault(curator, said)
    return held


def _said_by(content: Annotations, items: GoldItems, wanted: Container[Item]) -> list[tuple[Item, Said]]:
    """What one curator says of the wanted items, what counts first."""
    pairs: list[tuple[Item, Said]] = []
    for span in content.spans.values():
        found = items.of_span(span.key)
        if found in wanted:
            pairs.append((found, Said(span.key, span.label, span.attributes or {})))
    for relation in content.relations.values():
        claim = content.relation_key(relation)
        between = items.of_relation(claim)
        if between in wanted:
            pairs.append((between, Said(claim, relation.label, relation.attributes or {})))
    return sorted(pairs, key=lambda pair: (pair[0] != pair[1].claim, str(pair[1].claim)))


def _cases_of(
    scheme: LabelScheme, item: Item, holders: Mapping[str, Said], ruled: Mapping[str, Ruling], behind: Order
) -> Iterator[AttributeCase]:
    """The cases of an item; what its label has no attribute for goes, if the scheme allowed it where it was marked."""
    label = None if item is None else item.label
    known = {attribute.name: attribute for attribute in scheme.attributes_of(label)}
    names = set(ruled)
    for said in holders.values():
        for name, value in said.attributes.items():
            if name in known or scheme.attribute_problem(name, value, said.label) is not None:
                names.add(name)
    for name in names:
        attribute, ruling = known.get(name), ruled.get(name)
        with_it = {
            c: said for c, said in holders.items() if attribute is None or attribute in scheme.attributes_of(said.label)
        }
        claims = [said.claim for said in with_it.values() if said.claim is not None]
        claim = key_json(min(claims)) if claims else None if ruling is None else ruling.claim[0]
        versions = {c: version_of(attribute, name, said.attributes) for c, said in with_it.items()}
        case_id = attribute_claim_id(claim, name)
        case = AttributeCase(case_id, "attribute", versions, name, item, claim, item_case=behind)
        yield _settled(case, attribute, ruling, scheme.settle)


def _settled(
    case: AttributeCase, attribute: AttributeType | None, ruling: Ruling | None, policy: Settle
) -> AttributeCase:
    distinct = set(case.versions.values())
    allowed = {version for version in distinct if is_allowed(attribute, version)}
    if len(distinct) < 2:
        kind: Kind = "added" if distinct <= {()} else "agreed" if allowed else "retired"
        case = replace(case, kind=kind)
    if ruling is not None:
        outcome = tuple(values_of(ruling.outcome))
        return replace(case, outcome=outcome, settled="adjudicator" if is_allowed(attribute, outcome) else None)
    if not isinstance(policy, str):
        policy = min(policy, len(case.versions))
    chosen = vote(case.versions, policy) if case.versions else None
    if chosen is None or chosen[0] not in allowed:
        return case
    return replace(case, outcome=chosen[0], settled=chosen[1])


def version_of(attribute: AttributeType | None, name: str, attributes: Attributes | None) -> AttributeVersion:
    """The values that somebody gives an attribute, the default where none is set."""
    if attribute is None:
        return tuple(values_of((attributes or {}).get(name)))
    value = attribute.value_in(attributes)
    try:
        return tuple(values_of(None if value is None else attribute.canonical(value)))
    except ValueError:
        return tuple(values_of(value))


def value_from(attribute: AttributeType | None, version: AttributeVersion) -> AttributeValue | None:
    """The value of an attribute that some single values make; ``None`` for none."""
    if not version:
        return None
    several = len(version) > 1 if attribute is None else attribute.several
    return [str(one) for one in version] if several else version[0]


def version_text(version: AttributeVersion) -> str:
    """The values of an attribute in words; empty for none."""
    return value_text(version[0] if len(version) == 1 else list(map(str, version)))


def is_allowed(attribute: AttributeType | None, version: AttributeVersion) -> bool:
    """Whether an attribute of the scheme (``None``: it has none) may have these values."""
    if not version or attribute is None:
        return not version
    try:
        attribute.canonical(value_from(attribute, version))
    except ValueError:
        return False
    return True


# Rulings and gold


def attribute_of(scheme: LabelScheme, case: AttributeCase) -> AttributeType | None:
    """The attribute that a case is about; ``None`` where the scheme has no such attribute there."""
    label = None if case.item is None else case.item.label
    return next((a for a in scheme.attributes_of(label) if a.name == case.name), None)


def attribute_rulings(cases: Iterable[AttributeCase], scheme: LabelScheme, event: int) -> Iterator[Ruling]:
    """The rulings on the cases that are settled by themselves."""
    for case in cases:
        if case.settled in ("agreement", "majority"):
            attribute = attribute_of(scheme, case)
            item = None if case.item is None else str(case.item)
            versions = {curator: value_from(attribute, version) for curator, version in sorted(case.versions.items())}
            outcome = value_from(attribute, case.outcome)
            yield Ruling(case.id, "attribute", [case.claim, case.name], case.settled, versions, event, outcome, item)


def with_attributes(content: Annotations, cases: Iterable[AttributeCase], scheme: LabelScheme) -> Annotations:
    """Gold with the attributes that the cases come to."""
    spans, relations = dict(content.spans), dict(content.relations)
    of_document: Attributes | None = content.document_attributes
    for case in cases:
        attribute, item_id = attribute_of(scheme, case), str(case.item)
        value = value_from(attribute, case.outcome)
        if case.item is None:
            of_document = _with_value(of_document, case.name, attribute, value)
        elif span := spans.get(item_id):
            spans[item_id] = span.replace(attributes=_with_value(span.attributes, case.name, attribute, value))
        elif relation := relations.get(item_id):
            changed = _with_value(relation.attributes, case.name, attribute, value)
            relations[item_id] = relation.replace(attributes=changed)
    return Annotations(spans, relations, of_document or {})


def _with_value(
    attributes: Attributes | None, name: str, attribute: AttributeType | None, value: AttributeValue | None
) -> Attributes | None:
    """Attributes with one set; also one that was decided on and that the scheme no longer has."""
    if attribute is not None:
        return with_value(attributes, attribute, value)
    return attributes if value is None else dict(sorted({**(attributes or {}), name: value}.items()))
