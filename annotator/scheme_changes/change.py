"""One change of the label scheme, and what it makes of a label, a span, a relation and the shape of a scheme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from annotator.annotation import RelationKey, SpanKey

Action = Literal["rename", "merge", "split", "drop"]
LabelKind = Literal["entity", "relation"]


class LabelChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels of one kind that are renamed, merged into one, split into several, or dropped.

    ``old`` are the labels that go, ``new`` those that take their place: one for a rename and a merge, at least two for
    a split, none for a drop.  ``symmetric`` says that the new relation type has no direction.
    """

    action: Action
    kind: LabelKind
    old: tuple[str, ...]
    new: tuple[str, ...] = ()
    symmetric: bool = False

    def label(self, kind: LabelKind, label: str) -> str | None:
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

    @property
    def labels(self) -> frozenset[str]:
        """All labels that the change is about."""
        return frozenset((*self.old, *self.new))

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
    if change.kind == "entity":
        replace = _replacing(change)
        relations = {
            name: {**kind, "head": replace(kind["head"]), "child": replace(kind["child"])}
            for name, kind in shape["relations"].items()
        }
        relations = {name: kind for name, kind in relations.items() if kind["head"] and kind["child"]}
        return {**shape, "entities": replace(shape["entities"]), "relations": relations}
    relations = dict(shape["relations"])
    kinds = [kind for name in change.old if (kind := relations.pop(name, None)) is not None]
    into = [relations[name] for name in change.new if name in relations] if change.action == "merge" else []
    for name in change.new:
        if kinds and (into or name not in relations):
            ends = {
                end: sorted({label for kind in (*kinds, *into) for label in kind[end]}) for end in ("head", "child")
            }
            relations[name] = {**(into or kinds)[0], **ends}
    return {**shape, "relations": dict(sorted(relations.items()))}


def _replacing(change: LabelChange) -> Callable[[list[str]], list[str]]:
    def replace(labels: list[str]) -> list[str]:
        gone = set(change.old) & set(labels)
        return sorted({*labels} - gone | (set(change.new) if gone else set()))

    return replace
