"""Giving what a file says beside labels its place in the label scheme: attributes of items, and groups of mentions.

What the scheme has no place for is kept aside, as the format has it, or counted as lost; what it has a place for and
does not allow is refused, as labels are.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

from annotator.annotation import AttributeValue, Extra, Relation, reading_order
from annotator.disjoint_sets import DisjointSets
from annotator.formats.protocol import COREFERENCE, ForeignAttribute, ForeignGroup
from annotator.labels.attributes import AttributeType, values_of
from annotator.workflow.importing.normalized_layer import NormalizedLayer
from annotator.workflow.importing.scheme_check import SchemeCheck


class AttributeCheck:
    """Places what the layers of a file say beside labels.

    ``check`` knows the scheme, and adds to it what it lacks where that was asked for.  ``lost`` counts by kind what is
    left out.  ``unknown`` are the names of attributes and groups that the scheme lacks.
    """

    def __init__(self, check: SchemeCheck, lost: Counter[str]) -> None:
        self._check = check
        self._lost = lost
        self.unknown: dict[str, None] = {}
        self._referred: set[str] = set()

    def place(self, layer: NormalizedLayer, where: str) -> None:
        """Turn what a layer says beside labels into attributes and relations, as far as the scheme has them.

        Values that the scheme does not allow are refused, naming ``where``, or set aside.
        """
        said, groups = layer.attributes, layer.groups
        layer.attributes, layer.groups = [], []
        if said or groups:
            self._referred = {ref for extra in layer.extras.values() for ref in extra.refs}
        for attribute in said:
            problem = self._place_attribute(layer, attribute)
            if problem is not None:
                self._check.refuse(f"{where}: {problem}")
        for group in groups:
            self._place_group(layer, group)

    def _place_attribute(self, layer: NormalizedLayer, said: ForeignAttribute) -> str | None:
        item = None if said.item is None else layer.spans.get(said.item) or layer.relations.get(said.item)
        if (said.item is not None and item is None) or self._is_spoken_of(said.aside):
            self._keep(layer, said, "attribute of what is kept aside")
            return None
        attribute = self._check.attribute_for(said, None if item is None else item.label)
        if attribute is None:
            if said.name not in self._check.scheme.attributes:
                self.unknown[said.name] = None
            self._keep(layer, said, f"attribute {said.name}, which the label scheme does not have there")
            return None
        before = (layer.attributes_of(said.item) or {}).get(attribute.name)
        try:
            value = _canonical(attribute, said.value)
            if attribute.several and before is not None:
                value = attribute.canonical([*values_of(before), *values_of(value)])
        except ValueError as error:
            if not self._check.set_aside:
                is_declared = attribute.name in self._check.scheme.attributes
                return str(error) if is_declared else f"{error}, as it has in the file before"
            self._keep(layer, said, f"value of {said.name} that the label scheme does not have")
            return None
        if not attribute.several and before not in (None, value):
            self._keep(layer, said, f"second value of {said.name}, which has one")
            return None
        layer.set_attribute(said.item, attribute, value)
        if said.aside is not None:
            layer.extras.pop(said.aside.id, None)
        if said.detail is not None:
            layer.keep_aside(said.detail, self._check.form)
        return None

    def _place_group(self, layer: NormalizedLayer, group: ForeignGroup) -> None:
        only = self._check.scheme.equivalences if group.label == COREFERENCE else ()
        if len(only) == 1:
            group = replace(group, label=next(iter(only)))
        members = sorted(set(group.members) & layer.spans.keys(), key=lambda member: reading_order(layer.spans[member]))
        is_whole = len(members) == len(group.members) > 1 and not self._is_spoken_of(group.aside)
        if not is_whole or not self._check.knows_equivalence(group.label):
            if group.label not in self._check.scheme.relations:
                self.unknown[group.label] = None
            lacking = f"group {group.label}, which the label scheme does not have"
            self._keep(layer, group, lacking if len(group.members) > 1 else "group of one mention")
            return
        if group.aside is not None:
            layer.extras.pop(group.aside.id, None)
        linked = DisjointSets(members)
        for relation in layer.relations.values():
            if relation.label == group.label:
                linked.join(relation.head, relation.child)
        for head, child in pairwise(members):
            if linked.find(head) == linked.find(child):
                continue
            linked.join(head, child)
            relation_id, first = f"{group.label}:{head}:{child}", layer.spans[head]
            layer.relations[relation_id] = Relation(
                relation_id, head, child, group.label, first.origin, first.source, curator=first.curator
            )

    def _keep(self, layer: NormalizedLayer, said: ForeignAttribute | ForeignGroup, what: str) -> None:
        """Keep something aside, or count it as lost."""
        aside = said.aside
        if isinstance(said, ForeignAttribute) and said.is_kept:
            return
        places = (layer.spans, layer.relations, layer.extras)
        if aside is None or not all(any(ref in place for place in places) for ref in aside.refs):
            self._lost[(isinstance(said, ForeignAttribute) and said.lost) or what] += 1
        elif aside.id not in layer.extras:
            layer.keep_aside(aside, self._check.form)

    def _is_spoken_of(self, aside: Extra | None) -> bool:
        """Whether something else that is kept aside speaks of it, so that it has to stay there."""
        return aside is not None and aside.id in self._referred


def _canonical(attribute: AttributeType, value: AttributeValue) -> AttributeValue:
    """A value as it is stored; a list of one counts as that, and a number may be written as a text, as some formats do.

    Raises :class:`ValueError` where the label scheme does not allow it.
    """
    single = values_of(value)[0] if not attribute.several and len(values_of(value)) == 1 else value
    if attribute.kind == "number" and isinstance(single, str):
        single = _number(single)
    elif attribute.kind == "flag" and single in ("true", "false"):
        single = single == "true"
    return attribute.canonical(single)


def _number(written: str) -> float | str:
    """The number that a text is, a whole one exactly; the text where it is none."""
    for number in (int, float):
        with suppress(ValueError):
            return number(written)
    return written
