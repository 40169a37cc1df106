"""A foreign layer in our terms: labels mapped, every span and relation once, under ids that are their content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TypeVar

from annotator.annotation import (
    Annotations,
    Attributes,
    AttributeValue,
    Extra,
    Origin,
    Relation,
    RelationKey,
    Span,
    SpanKey,
    Verdict,
    VerdictKind,
    key_json,
)
from annotator.formats.beside_labels import attributes_in
from annotator.formats.protocol import ForeignAttribute, ForeignGroup, ForeignLayer, WorkState
from annotator.labels.attributes import AttributeType, with_value
from annotator.workflow.set_aside import relation_extra, span_extra

AnyItem = TypeVar("AnyItem", Span, Relation)
Canonical = Callable[[str, list[str]], AttributeValue]
"""Writes several values of an attribute as they are stored."""

_PROGRESS: tuple[WorkState, ...] = ("skipped", "doing", "done")


@dataclass(slots=True)
class NormalizedLayer:
    """One author's annotations on one document; ids are content, and extras refer to those ids.

    ``attributes`` and ``groups`` are what a file says beside labels, as far as nobody has looked yet whether the label
    scheme has a place for it.
    """

    spans: dict[str, Span] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    extras: dict[str, Extra] = field(default_factory=dict)
    state: WorkState = "done"
    curators: tuple[str, ...] = ()
    document_attributes: Attributes = field(default_factory=dict)
    attributes: list[ForeignAttribute] = field(default_factory=list)
    groups: list[ForeignGroup] = field(default_factory=list)

    @property
    def content(self) -> Annotations:
        """The spans and relations, and the attributes of the document."""
        return Annotations(self.spans, self.relations, self.document_attributes)

    def set_attribute(self, item_id: str | None, attribute: AttributeType, value: AttributeValue) -> None:
        """Set an attribute of a span, a relation or (``None``) the document."""
        span, relation = self.spans.get(item_id or ""), self.relations.get(item_id or "")
        if item_id is None:
            self.document_attributes = with_value(self.document_attributes, attribute, value) or {}
        elif span is not None:
            self.spans[item_id] = span.replace(attributes=with_value(span.attributes, attribute, value))
        elif relation is not None:
            self.relations[item_id] = relation.replace(attributes=with_value(relation.attributes, attribute, value))

    def without_attribute(self, item_id: str | None, name: str) -> NormalizedLayer:
        """The layer without an attribute of a span, a relation or (``None``) the document."""
        others = {other: value for other, value in (self.attributes_of(item_id) or {}).items() if other != name}
        if item_id is None:
            return replace(self, document_attributes=others)
        if item_id in self.spans:
            span = self.spans[item_id].replace(attributes=others or None)
            return replace(self, spans={**self.spans, item_id: span})
        relation = self.relations[item_id].replace(attributes=others or None)
        return replace(self, relations={**self.relations, item_id: relation})

    def attributes_of(self, item_id: str | None) -> Attributes | None:
        """What is set of the attributes of a span, a relation or (``None``) the document."""
        if item_id is None:
            return self.document_attributes
        item = self.spans.get(item_id) or self.relations.get(item_id)
        return None if item is None else item.attributes

    def keep_aside(self, extra: Extra, form: str) -> None:
        """Keep an extra that refers to items of the layer, under an id of its own."""
        extra_id = self._new_extra_id(form)
        self.extras[extra_id] = extra.replace(id=extra_id, format=form)

    def set_span_aside(self, span_id: str, form: str) -> None:
        """Make an extra of a span, and of its relations."""
        extra_id = self._new_extra_id(form)
        self.extras[extra_id] = span_extra(self.spans.pop(span_id), extra_id, form)
        self.rename_refs({span_id: extra_id})
        for relation in [r for r in self.relations.values() if span_id in (r.head, r.child)]:
            head, child = (extra_id if end == span_id else end for end in (relation.head, relation.child))
            self.relations[relation.id] = relation.replace(head=head, child=child)
            self.set_relation_aside(relation.id, form)

    def set_relation_aside(self, relation_id: str, form: str) -> None:
        """Make an extra of a relation."""
        extra_id = self._new_extra_id(form)
        self.extras[extra_id] = relation_extra(self.relations.pop(relation_id), extra_id, form)
        self.rename_refs({relation_id: extra_id})

    def _new_extra_id(self, form: str) -> str:
        return next(_free_ids(self.extras, form))

    def rename_refs(self, new_ids: Mapping[str, str]) -> None:
        """Let extras refer to items by their new ids, which are given by the old ones."""
        for extra_id, extra in self.extras.items():
            if not new_ids.keys().isdisjoint(extra.refs):
                self.extras[extra_id] = extra.replace(refs=tuple(new_ids.get(ref, ref) for ref in extra.refs))

    def united(self, other: NormalizedLayer, canonical: Canonical) -> NormalizedLayer:
        """Unite two records of one layer, ``other`` being the later one, whose verdicts hold where they differ.

        What one ignored and the other did not ignore counts as the other has it.  The attributes of an item are those
        of both, where one has several values all of them, in the order that ``canonical`` gives them.
        """
        extras = dict(self.extras)
        known = {(e.kind, repr(e.value), e.refs) for e in extras.values()}
        free = {extra.format: _free_ids(extras, extra.format) for extra in other.extras.values()}
        ids = {i: next(free[extra.format]) for i, extra in other.extras.items()}
        for extra_id, extra in other.extras.items():
            refs = tuple(ids.get(ref, ref) for ref in extra.refs)
            if (extra.kind, repr(extra.value), refs) not in known:
                extras[ids[extra_id]] = extra.replace(id=ids[extra_id], refs=refs)
        spans = {**other.spans, **_with_attributes_of(self.spans, other.spans, canonical)}
        relations = {**other.relations, **_with_attributes_of(self.relations, other.relations, canonical)}
        verdicts = {**self.verdicts, **other.verdicts}
        for verdict_id, verdict in other.verdicts.items():
            if verdict.verdict == "ignored":
                verdicts[verdict_id] = self.verdicts.get(verdict_id, verdict)
        accepted = {*spans, *relations}
        return NormalizedLayer(
            spans,
            relations,
            {i: v for i, v in verdicts.items() if v.verdict != "ignored" or i not in accepted},
            extras,
            max(self.state, other.state, key=_PROGRESS.index),
            tuple(sorted({*self.curators, *other.curators})),
            _united_attributes(self.document_attributes, other.document_attributes, canonical),
        )


def _with_attributes_of(
    items: Mapping[str, AnyItem], others: Mapping[str, AnyItem], canonical: Canonical
) -> dict[str, AnyItem]:
    """Items with the attributes of those of the same content too."""
    united = dict(items)
    for item_id, item in items.items():
        other = others.get(item_id)
        if other is not None and other.attributes:
            attributes = _united_attributes(item.attributes or {}, other.attributes, canonical)
            united[item_id] = item.replace(attributes=attributes)
    return united


def _united_attributes(one: Attributes, other: Attributes, canonical: Canonical) -> Attributes:
    united = {**other, **one}
    for name in one.keys() & other.keys():
        first, second = one[name], other[name]
        if first != second and isinstance(first, list) and isinstance(second, list):
            united[name] = canonical(name, [*first, *second])
    return dict(sorted(united.items()))


def _free_ids(extras: Mapping[str, Extra], form: str) -> Iterator[str]:
    """Yield ids that no extra has."""
    return (extra_id for number in count(1) if (extra_id := f"{form}.{number}") not in extras)


@dataclass(frozen=True, slots=True)
class LayerNormalizer:
    """Normalizes the layers of a file in the format ``form``; ``lost`` counts by kind what is left out.

    ``mapping`` gives our label for a foreign one, empty to leave out its items; other labels stay as they are.
    ``place`` gives the borders that a span is to have, from those in the file and its label.
    """

    form: str
    mapping: Mapping[str, str]
    lost: Counter[str]
    place: Callable[[int, int, str], tuple[int, int]]

    def normalize(self, foreign: ForeignLayer, kind: str, author: str | None) -> NormalizedLayer:
        """Turn a foreign layer into one of ours of this ``kind`` and ``author``."""
        curators = foreign.curators or (() if author is None else (author,))
        layer = NormalizedLayer(state=foreign.state, curators=curators if kind == "gold" else ())
        provenance = _ItemProvenance(kind, author)
        ids = self._add_spans(layer, foreign.content.spans.values(), provenance)
        number = count(1)
        ids.update((extra.id, f"{self.form}.{next(number)}") for extra in foreign.extras)
        loops = self._add_relations(layer, foreign.content.relations.values(), ids, provenance, number)
        for extra in foreign.extras:
            refs = tuple(ids.get(ref, "") for ref in extra.refs)
            if all(refs):
                layer.extras[ids[extra.id]] = extra.replace(id=ids[extra.id], refs=refs, format=self.form)
            else:
                self.lost[f"{extra.kind} of what --map leaves out"] += 1
        self._add_said(layer, foreign, ids)
        for extra_id, loop in loops:
            layer.extras[extra_id] = relation_extra(loop, extra_id, self.form)
        for verdict, content in foreign.verdicts:
            if kind != "curator":
                self.lost["verdict, which only a curator gives"] += len(content.spans) + len(content.relations)
                continue
            layer.verdicts.update({v.id: v for v in self._verdicts(verdict, content)})
        return layer

    def _add_said(self, layer: NormalizedLayer, foreign: ForeignLayer, ids: Mapping[str, str]) -> None:
        """Add what the file says beside labels, about items by their new ids."""
        for said in (*attributes_in(foreign.content), *foreign.attributes):
            name = self.mapping.get(said.name, said.name)
            if not name:
                self.lost["attribute that --map leaves out"] += 1
                continue
            item = None if said.item is None else ids.get(said.item)
            if said.item is not None and item is None:
                self.lost["attribute of what --map leaves out"] += 1
                continue
            layer.attributes.append(_with_new_ids(replace(said, name=name, item=item), ids))
        for group in foreign.groups:
            members = tuple(dict.fromkeys(ids[member] for member in group.members if member in ids))
            label = self.mapping.get(group.label, group.label)
            if not label:
                self.lost["group that --map leaves out"] += 1
                continue
            layer.groups.append(replace(group, label=label, members=members, aside=_renamed(group.aside, ids)))

    def rejected(self, foreign: ForeignLayer) -> dict[str, Verdict]:
        """Give what a foreign layer rejects, by the id of its content."""
        rejected = (content for verdict, content in foreign.verdicts if verdict == "rejected")
        return {v.id: v for content in rejected for v in self._verdicts("rejected", content)}

    def _add_spans(self, layer: NormalizedLayer, spans: Iterable[Span], provenance: _ItemProvenance) -> dict[str, str]:
        """Add spans under ids of content; return those ids by the file's ids."""
        ids: dict[str, str] = {}
        mapping, place, added = self.mapping, self.place, layer.spans
        for span in spans:
            label = mapping.get(span.label, span.label)
            if not label:
                self.lost["span that --map leaves out"] += 1
                continue
            start, end = place(span.start, span.end, label)
            span_id = ids[span.id] = f"{start}-{end}-{label}"
            if span_id in added:
                self.lost["span said twice"] += 1
                continue
            added[span_id] = Span(span_id, start, end, label, *provenance.of(span))
        return ids

    def _add_relations(
        self,
        layer: NormalizedLayer,
        relations: Iterable[Relation],
        ids: dict[str, str],
        provenance: _ItemProvenance,
        number: Iterator[int],
    ) -> list[tuple[str, Relation]]:
        """Add relations under ids of content; return those of a span with itself, with ids for their extras."""
        loops: list[tuple[str, Relation]] = []
        for relation in relations:
            label = self.mapping.get(relation.label, relation.label)
            head, child = ids.get(relation.head), ids.get(relation.child)
            if not label or head is None or child is None:
                self.lost["relation that --map leaves out"] += 1
                continue
            relation_id = ids[relation.id] = f"{label}:{head}:{child}"
            if relation_id in layer.relations:
                self.lost["relation said twice"] += 1
                continue
            new = Relation(relation_id, head, child, label, *provenance.of(relation))
            if head == child:
                ids[relation.id] = f"{self.form}.{next(number)}"
                loops.append((ids[relation.id], new))
            else:
                layer.relations[relation_id] = new
        return loops

    def _verdicts(self, verdict: VerdictKind, content: Annotations) -> Iterator[Verdict]:
        keys: dict[str, SpanKey] = {}
        for span in content.spans.values():
            label = self.mapping.get(span.label, span.label)
            if label:
                key = keys[span.id] = SpanKey(*self.place(span.start, span.end, label), label)
                yield Verdict(str(key), "span", verdict, label, span.source, span.score, key_json(key))
        for relation in content.relations.values():
            label = self.mapping.get(relation.label, relation.label)
            if label and relation.head in keys and relation.child in keys:
                link = RelationKey(keys[relation.head], keys[relation.child], label)
                yield Verdict(str(link), "relation", verdict, label, relation.source, relation.score, key_json(link))


def _with_new_ids(said: ForeignAttribute, ids: Mapping[str, str]) -> ForeignAttribute:
    return replace(said, aside=_renamed(said.aside, ids), detail=_renamed(said.detail, ids))


def _renamed(extra: Extra | None, ids: Mapping[str, str]) -> Extra | None:
    """An extra that refers to items by their new ids; ``None`` where one of them has none."""
    if extra is None or not all(ref in ids for ref in extra.refs):
        return None
    return extra.replace(id=ids.get(extra.id, ""), refs=tuple(ids[ref] for ref in extra.refs))


@dataclass(frozen=True, slots=True)
class _ItemProvenance:
    """The fields that say where an item comes from, as a layer of this kind and author records them."""

    kind: str
    author: str | None

    def of(self, item: Span | Relation) -> tuple[Origin, str | None, float | None, str | None]:
        """Origin, source, score and curator."""
        if self.kind == "suggester":
            return "suggested", item.source or f"{self.author}@1", item.score, None
        origin = "accepted" if item.origin == "suggested" else item.origin
        return origin, item.source, item.score, None if self.kind == "curator" else item.curator or self.author
