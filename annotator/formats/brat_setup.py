"""Writing brat's ``annotation.conf``, which declares all that stands in a folder, so that brat can open it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from annotator.annotation import Attributes, Relation, Span
from annotator.formats.brat_lines import (
    ATTRIBUTE,
    DISCONTINUOUS,
    EQUIVALENCE,
    EVENT,
    LINK,
    ROLES,
    USUAL_ROLES,
    without_number,
)
from annotator.formats.record import LayerRecord
from annotator.labels import LabelScheme
from annotator.labels.attributes import values_of

_ANY = "<ANY>"
_DECLARED = re.compile(r"[^\s,|:<>]+")
"""Values that can be declared."""


class BratDeclarations:
    """What a label scheme declares, and what records have beyond it, as kept aside: events, their roles, and others."""

    def __init__(self, scheme: LabelScheme) -> None:
        self._scheme = scheme
        self._spans: Counter[str] = Counter()
        self._triggers: Counter[str] = Counter()
        self._events: dict[str, dict[str, None]] = {}
        self._entities: dict[str, None] = dict.fromkeys(scheme.entities)
        self._links: dict[str, list[str]] = {}
        self._equivalences: dict[str, None] = {}
        self._values: dict[str, dict[str, None]] = {}

    def see(self, record: LayerRecord) -> None:
        """Note what a record has."""
        content = record.annotations
        self._spans.update(span.label for span in content.spans.values())
        items: tuple[Mapping[str, Span] | Mapping[str, Relation], ...] = (content.spans, content.relations)
        for some in items:
            for item in some.values():
                self._see_attributes(item.attributes or {})
        triggers = set()
        for extra in record.extras:
            label = extra.value.get("label", "")
            if extra.kind == EVENT:
                triggers.add(extra.refs[0])
                roles = map(without_number, extra.value["roles"])
                self._events.setdefault(label, {}).update(dict.fromkeys(roles))
            elif extra.kind == ATTRIBUTE:
                value = extra.value.get("value")
                self._values.setdefault(label, {}).update({} if value is None else {value: None})
            elif extra.kind == DISCONTINUOUS:
                self._entities[label] = None
            elif extra.kind == LINK:
                self._links.setdefault(label, extra.value["roles"])
            elif extra.kind == EQUIVALENCE:
                self._equivalences[label] = None
            elif extra.kind == ROLES and extra.refs[0] in content.relations:
                self._links.setdefault(content.relations[extra.refs[0]].label, extra.value["roles"])
        self._triggers.update(content.spans[ref].label for ref in triggers if ref in content.spans)

    def _see_attributes(self, attributes: Attributes) -> None:
        for name, value in attributes.items():
            seen = self._values.setdefault(name, {})
            seen.update(
                dict.fromkeys("false" if one is False else str(one) for one in values_of(value) if one is not True)
            )

    def configuration(self) -> str:
        """The file: its sections hold a line a type."""
        sections = {
            "entities": self._entity_lines(),
            "relations": self._relation_lines(),
            "events": [_line(label, [f"{role}*:{_ANY}" for role in roles]) for label, roles in self._events.items()],
            "attributes": self._attribute_lines(),
        }
        return "\n".join(f"[{name}]\n" + "".join(f"{line}\n" for line in lines) for name, lines in sections.items())

    def _entity_lines(self) -> list[str]:
        """The labels, but for those that only triggers of events have."""
        triggers_alone = {label for label in self._events if 0 < self._spans[label] == self._triggers[label]}
        return [label for label in self._entities if label not in triggers_alone]

    def _relation_lines(self) -> list[str]:
        """The relations of the scheme, then those kept aside, which may link anything."""
        scheme = self._scheme
        clashes = [_line("<OVERLAP>", ["Arg1:<ENTITY>", "Arg2:<ENTITY>", f"<OVL-TYPE>:{_ANY}"])]
        lines = clashes if scheme.overlap != "flat" else []
        for relation in scheme.relations.values():
            kind = "symmetric-transitive" if relation.equivalence else "symmetric" if relation.symmetric else ""
            lines.append(_relation_line(relation.name, self._links, relation.head, relation.child, kind))
        others = {**dict.fromkeys(self._links, ""), **dict.fromkeys(self._equivalences, "symmetric-transitive")}
        return lines + [
            _relation_line(label, self._links, [_ANY], [_ANY], kind)
            for label, kind in others.items()
            if label not in scheme.relations
        ]

    def _attribute_lines(self) -> list[str]:
        """The attributes of spans and relations, and those kept aside; entries of catalogs are no attributes there."""
        lines = []
        known = {name: a for name, a in self._scheme.attributes.items() if a.catalog is None and not a.is_of_document}
        for name, attribute in known.items():
            values = {**dict.fromkeys(attribute.choices), **self._values.get(name, {})}
            if values or attribute.kind == "flag":
                lines.append(_attribute_line(name, attribute.of, values))
        for name, values in self._values.items():
            if name not in self._scheme.attributes:
                lines.append(_attribute_line(name, [_ANY], values))
        return lines


def _relation_line(
    label: str, roles: Mapping[str, Iterable[str]], head: Iterable[str], child: Iterable[str], kind: str
) -> str:
    """A relation, whose arguments have their usual names unless ``roles`` has others."""
    names = [role or usual for role, usual in zip(roles.get(label, USUAL_ROLES), USUAL_ROLES, strict=True)]
    ends = [f"{name}:{'|'.join(labels)}" for name, labels in zip(names, (head, child), strict=True)]
    return _line(label, [*ends, *([f"<REL-TYPE>:{kind}"] if kind else [])])


def _attribute_line(name: str, of: Iterable[str], values: Iterable[str]) -> str:
    """An attribute with its values, but for those that brat cannot read there, of whose file it would take nothing."""
    choices = "|".join(filter(_DECLARED.fullmatch, values))
    return _line(name, [f"Arg:{'|'.join(of)}", *([f"Value:{choices}"] if choices else [])])


def _line(name: str, fields: Iterable[str]) -> str:
    return "\t".join(filter(None, (name, ", ".join(fields))))
