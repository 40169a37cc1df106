"""One change of the label scheme, and what it makes of a label, a span, a relation and the shape of a scheme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from annotator.annotation import Attributes, AttributeValue, RelationKey, SpanKey

Action = Literal["rename", "merge", "split", "drop"]
LabelKind = Literal["entity", "relation"]
AttributeChangeKind = Literal["attribute", "value"]
ChangeKind = LabelKind | AttributeChangeKind
SECTIONS: Mapping[ChangeKind, str] = {
    "entity": "entities",
    "relation": "relations",
    "attribute": "attributes",
    "value": "attributes",
}
"""The sections of ``labels.yaml`` that hold what changes are about."""


class LabelChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels of one kind that are renamed, merged into one, split into several, or dropped.

    ``old`` are the labels that go, ``new`` those that take their place: one for a rename and a merge, at least two for
    a split, none for a drop.  An attribute, or one of its values, written ``certainty=possible``, is renamed or
    dropped in the same way.  ``symmetric`` says that the new relation type has no direction.
    """

    action: Action
    kind: ChangeKind
    old: tuple[str, ...]
    new: tuple[str, ...] = ()
    symmetric: bool = False

    def label(self, kind: ChangeKind, label: str) -> str | None:
        """What becomes of a label; ``None`` when it is dropped.  A split leaves it for people to decide."""
        if kind != self.kind or label not in self.old or self.action == "split":
            return label
        return self.new[0] if self.new else None

    def span(self, key: SpanKey) -> SpanKey | None:
        """What becomes of a span's content; ``None`` when it is dropped."""
        label = self.label("entity", key.label)
        return None if label is None else SpanKey(key.start, key.end, label)

    def relation(self, key: RelationKey) -> RelationKey | None:
        """What becomes of a relation's content; ``None`` when it, or one of its ends, is dropped."""
        head, child, label = self.span(key.head), self.span(key.child), self.label("relation", key.label)
        return None if head is None or child is None or label is None else RelationKey(head, child, label)

    def attribute(self, name: str) -> str | None:
        """What becomes of an attribute's name; ``None`` when it is dropped."""
        return self.label("attribute", name)

    def value(self, name: str, value: AttributeValue) -> AttributeValue | None:
        """What becomes of the value of an attribute; ``None`` when it, or all of several, is dropped."""
        if self.kind != "value" or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, str):
            became = self.label("value", f"{name}={value}")
            return None if became is None else became.partition("=")[2]
        several = [one for old in value if isinstance(one := self.value(name, old), str)]
        return list(dict.fromkeys(several)) or None

    def attributes(self, attributes: Attributes) -> Attributes:
        """What becomes of all that is set of the attributes of an item."""
        pairs = ((self.attribute(name), self.value(name, value)) for name, value in attributes.items())
        return dict(sorted((name, value) for name, value in pairs if name is not None and value is not None))

    @property
    def labels(self) -> frozenset[str]:
        """All labels that the change is about."""
        return frozenset((*self.old, *self.new))

    def meets(self, other: LabelChange) -> bool:
        """Whether another change is about one of the same labels, or about the attribute of a value and the value."""
        if self.kind == other.kind:
            return bool(self.labels & other.labels)
        both = {self.kind, other.kind} == {"attribute", "value"}
        return both and not self._attributes.isdisjoint(other._attributes)

    @property
    def _attributes(self) -> frozenset[str]:
        return frozenset(name.partition("=")[0] for name in self.labels)

    @property
    def inverse(self) -> LabelChange | None:
        """The change that takes this one back for whatever was marked since; only a rename has one."""
        return LabelChange("rename", self.kind, self.new, self.old) if self.action == "rename" else None

    def __str__(self) -> str:
        if self.action == "merge":
            return f"merge {' '.join(self.old)} into {self.new[0]}"
        return f"{self.action} {' '.join((*self.old, *self.new))}"

    def problem(self) -> str | None:
        """Why there can be no such change, or ``None``."""
        fewest, most = {"rename": (1, 1), "merge": (1, 1), "split": (2, 100), "drop": (0, 0)}[self.action]
        if self.kind in ("attribute", "value") and self.action not in ("rename", "drop"):
            return f"only labels can be the object of a {self.action}"
        if self.kind == "value":
            attributes = {name.partition("=")[0] for name in self.labels}
            if len(attributes) != 1 or not all(name.partition("=")[2] for name in self.labels):
                return "its values are not of one attribute"
        if not fewest <= len(self.new) <= most or not self.old:
            return f"a {self.action} does not have {len(self.old)} old and {len(self.new)} new labels"
        if self.action != "merge" and len(self.old) != 1:
            return f"a {self.action} has one old label"
        if len(set(self.old)) != len(self.old) or len(set(self.new)) != len(self.new):
            return "a label stands there twice"
        if self.action != "merge" and set(self.old) & set(self.new):
            return f"{self.old[0]} is both old and new"
        return None


def changed_shape(shape: Mapping[str, Any], change: LabelChange) -> dict[str, Any]:
    """The shape of a scheme (:attr:`annotator.labels.LabelScheme.shape`) after a change."""
    if change.kind in ("attribute", "value"):
        return _with_attributes(shape, _changed_attributes(shape.get("attributes", {}), change))
    replace = _replacing(change)
    relations = dict(shape["relations"])
    if change.kind == "entity":
        linked = {
            name: {**kind, "head": replace(kind["head"]), "child": replace(kind["child"])}
            for name, kind in relations.items()
        }
        relations = {name: kind for name, kind in linked.items() if kind["head"] and kind["child"]}
    if "attributes" in shape:
        gone = shape["relations"].keys() - relations.keys()
        followed = {
            name: {**kind, "of": [label for label in replace(kind["of"]) if label not in gone]}
            for name, kind in shape["attributes"].items()
        }
        shape = _with_attributes(shape, {name: kind for name, kind in followed.items() if kind["of"]})
    if change.kind == "entity":
        return {**shape, "entities": replace(shape["entities"]), "relations": relations}
    kinds = [kind for name in change.old if (kind := relations.pop(name, None)) is not None]
    into = [relations[name] for name in change.new if name in relations] if change.action == "merge" else []
    for name in change.new:
        if kinds and (into or name not in relations):
            ends = {
                end: sorted({label for kind in (*kinds, *into) for label in kind[end]}) for end in ("head", "child")
            }
            relations[name] = {**(into or kinds)[0], **ends}
    return {**shape, "relations": dict(sorted(relations.items()))}


def _with_attributes(shape: Mapping[str, Any], attributes: Mapping[str, Any]) -> dict[str, Any]:
    others = {name: value for name, value in shape.items() if name != "attributes"}
    return {**others, **({"attributes": dict(sorted(attributes.items()))} if attributes else {})}


def _changed_attributes(attributes: Mapping[str, Any], change: LabelChange) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, kind in attributes.items():
        new_name = change.attribute(name)
        if new_name is not None:
            values = {value for old in kind["values"] if isinstance(value := change.value(name, old), str)}
            default = None if kind["default"] is None else change.value(name, kind["default"])
            changed[new_name] = {**kind, "values": sorted(values), "default": default}
    return changed


def _replacing(change: LabelChange) -> Callable[[list[str]], list[str]]:
    def replace(labels: list[str]) -> list[str]:
        gone = set(change.old) & set(labels)
        return sorted({*labels} - gone | (set(change.new) if gone else set()))

    return replace
