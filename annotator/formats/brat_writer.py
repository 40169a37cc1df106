"""Writing a layer as the lines of a brat ``.ann`` file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from annotator.annotation import AttributeValue, Extra, Relation, Span
from annotator.formats.brat_lines import (
    ATTRIBUTE,
    BREAK,
    DISCONTINUOUS,
    ENTRY,
    EQUIVALENCE,
    EVENT,
    FRAGMENTS,
    LINK,
    NORMALIZATION,
    NOTE,
    ROLES,
    USUAL_ROLES,
    fragments_of,
)
from annotator.formats.record import LayerRecord
from annotator.groups import groups
from annotator.labels import LabelScheme
from annotator.labels.attributes import values_of

_WRITTEN = (EVENT, ATTRIBUTE, NORMALIZATION, NOTE, EQUIVALENCE)
"""The order in which kinds of lines are written, behind spans and relations."""
_PREFIXES = {EVENT: "E", ATTRIBUTE: "A", NORMALIZATION: "N", NOTE: "#"}


def render_annotations(record: LayerRecord, scheme: LabelScheme) -> str:
    """Write the lines of a record: attributes as ``A`` or, of catalogs, ``N`` lines, groups as ``*`` lines."""
    return "".join(f"{line}\n" for line in _AnnotationWriter(record, scheme).lines())


class _AnnotationWriter:
    """Writes the lines of a record; ids count from 1 for each kind of line."""

    def __init__(self, record: LayerRecord, scheme: LabelScheme) -> None:
        self._record = record
        self._scheme = scheme
        self._text = record.document.text
        self._entries = {
            (extra.refs[0], extra.value["entry"].partition(":")[2]): extra.value
            for extra in record.extras
            if extra.kind == ENTRY
        }
        self._numbers: Counter[str] = Counter()
        self._ids: dict[str, str] = {}
        self._spoken_of = {ref for extra in record.extras for ref in extra.refs}
        self._fields = {extra.refs[0]: extra.value for extra in record.extras if extra.kind in (FRAGMENTS, ROLES)}

    def lines(self) -> Iterator[str]:
        """Yield spans, relations, then the extras in order of their kind."""
        yield from self._spans()
        for extra in self._extras_of(EVENT):
            self._new_id("E", extra.id)
        yield from self._relations()
        for kind in _WRITTEN:
            yield from self._lines_of(kind)
            for extra in self._extras_of(kind):
                prefix = _PREFIXES.get(kind)
                line_id = "*" if prefix is None else self._ids.get(extra.id) or self._new_id(prefix, extra.id)
                yield f"{line_id}\t{_line_body(extra, [self._ids[ref] for ref in extra.refs])}"

    def _lines_of(self, kind: str) -> Iterator[str]:
        """The lines of a kind that say what our model has a place for, too."""
        if kind == EQUIVALENCE:
            yield from self._groups()
        elif kind in (ATTRIBUTE, NORMALIZATION):
            for item, covered in self._items():
                for name, value in (item.attributes or {}).items():
                    attribute = self._scheme.attributes.get(name)
                    catalog = attribute.catalog if attribute is not None else None
                    if kind == ATTRIBUTE and catalog is None:
                        yield from self._attribute(item, name, value)
                    elif kind == NORMALIZATION and catalog is not None:
                        is_known = self._scheme.entry_attribute(catalog, item.label) is attribute
                        yield from self._normalizations(item, catalog if is_known else name, value, covered)

    def _items(self) -> Iterator[tuple[Span | Relation, str]]:
        """The items with the text that they cover, relations none."""
        for key, span in self._record.spans().items():
            yield span, _covered(self._text, [[key.start, key.end]])
        yield from ((relation, "") for relation in self._record.relations().values())

    def _attribute(self, item: Span | Relation, name: str, value: AttributeValue) -> Iterator[str]:
        for one in values_of(value):
            written = "" if one is True else " false" if one is False else f" {one}"
            self._numbers["A"] += 1
            yield f"A{self._numbers['A']}\t{name} {self._ids[item.id]}{written}"

    def _normalizations(
        self, item: Span | Relation, database: str, value: AttributeValue, covered: str
    ) -> Iterator[str]:
        for one in values_of(value):
            kept = self._entries.get((item.id, str(one)))
            fields = kept or {"label": "Reference", "entry": f"{database}:{one}", "text": covered}
            self._numbers["N"] += 1
            yield f"N{self._numbers['N']}\t{fields['label']} {self._ids[item.id]} {fields['entry']}\t{fields['text']}"

    def _groups(self) -> Iterator[str]:
        for label in self._scheme.relations:
            if label in self._scheme.equivalences:
                for group in groups(self._record.annotations, label):
                    members = dict.fromkeys(self._ids[member] for member in group)
                    if len(members) > 1:
                        yield f"*\t{' '.join([label, *members])}"

    def _is_in_group_alone(self, relation: Relation) -> bool:
        """Whether a group says all that a relation does."""
        is_plain = not relation.attributes and relation.id not in self._spoken_of and relation.head != relation.child
        return is_plain and relation.label in self._scheme.equivalences

    def _extras_of(self, kind: str) -> list[Extra]:
        return [extra for extra in self._record.extras if extra.kind == kind and not self._is_outdated(extra)]

    def _is_outdated(self, extra: Extra) -> bool:
        """Whether an attribute was kept aside, and the item has got one of that name since."""
        content, item = self._record.annotations, extra.refs[0] if extra.kind == ATTRIBUTE else ""
        marked = content.spans.get(item) or content.relations.get(item)
        attributes = marked.attributes if marked is not None else None
        return extra.id not in self._spoken_of and extra.value.get("label") in (attributes or {})

    def _new_id(self, prefix: str, item_id: str) -> str:
        self._numbers[prefix] += 1
        return self._ids.setdefault(item_id, f"{prefix}{self._numbers[prefix]}")

    def _spans(self) -> Iterator[str]:
        spans = self._record.spans()
        for key, span in spans.items():
            pieces = self._fields.get(span.id, {}).get("fragments")
            if pieces is None or (pieces[0][0], pieces[-1][1]) != (key.start, key.end):
                pieces = fragments_of(self._text, key.start, key.end)
            yield f"{self._new_id('T', span.id)}\t{key.label} {_fragments_text(pieces)}\t{_covered(self._text, pieces)}"
        for span in self._record.annotations.spans.values():
            self._ids.setdefault(span.id, self._ids[spans[span.key].id])
        for extra in self._extras_of(DISCONTINUOUS):
            body = f"{extra.value['label']} {_fragments_text(extra.value['fragments'])}"
            yield f"{self._new_id('T', extra.id)}\t{body}\t{extra.value['text']}"

    def _relations(self) -> Iterator[str]:
        for relation in self._record.relations().values():
            if self._is_in_group_alone(relation):
                continue
            roles = self._fields.get(relation.id, {}).get("roles", USUAL_ROLES)
            ends = (self._ids[relation.head], self._ids[relation.child])
            yield f"{self._new_id('R', relation.id)}\t{relation.label} {_arguments(roles, ends)}"
        for extra in self._extras_of(LINK):
            ends = (self._ids[extra.refs[0]], self._ids[extra.refs[1]])
            yield f"{self._new_id('R', extra.id)}\t{extra.value['label']} {_arguments(extra.value['roles'], ends)}"


def _fragments_text(fragments: Iterable[Iterable[int]]) -> str:
    return ";".join("{} {}".format(*fragment) for fragment in fragments)


def _covered(text: str, fragments: Iterable[Iterable[int]]) -> str:
    return " ".join(BREAK.sub(" ", text[slice(*fragment)]) for fragment in fragments)


def _arguments(roles: Iterable[str], ends: Iterable[str]) -> str:
    return " ".join(f"{role}:{end}" if role else end for role, end in zip(roles, ends, strict=True))


def _line_body(extra: Extra, refs: list[str]) -> str:
    """Write the part of a line behind its id."""
    value, label = extra.value, extra.value["label"]
    if extra.kind == EVENT:
        return " ".join([f"{label}:{refs[0]}", _arguments(value["roles"], refs[1:])]).rstrip()
    if extra.kind == ATTRIBUTE:
        return " ".join([label, refs[0], *([value["value"]] if "value" in value else [])])
    if extra.kind == NORMALIZATION:
        return f"{label} {refs[0]} {value['entry']}\t{value['text']}"
    if extra.kind == NOTE:
        return f"{label} {refs[0]}\t{value['text']}"
    return " ".join([label, *refs])
