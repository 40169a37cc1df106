"""A foreign layer in our terms: labels mapped, each content once, ids that are content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from annotator.annotation import (
    Annotations,
    Extra,
    Origin,
    Relation,
    RelationKey,
    Span,
    SpanKey,
    Verdict,
    VerdictKind,
    item_record,
)
from annotator.formats.protocol import ForeignLayer, WorkState

SPAN, RELATION = "span", "relation"
"""Kinds of extras that are spans and relations the scheme does not allow, or relations of a span with itself."""

_PROGRESS: tuple[WorkState, ...] = ("skipped", "doing", "done")


@dataclass(slots=True)
class NormalizedLayer:
    """What one author says of one document; ids are content, and extras refer to those ids."""

    spans: dict[str, Span] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    extras: dict[str, Extra] = field(default_factory=dict)
    state: WorkState = "done"
    curators: tuple[str, ...] = ()

    @property
    def content(self) -> Annotations:
        """Return spans and relations."""
        return Annotations(self.spans, self.relations)

    def set_span_aside(self, identity: str, form: str) -> None:
        """Turn a span into an extra of a format, and its relations with it."""
        kept = f"{form}.{len(self.extras) + 1}"
        self.extras[kept] = kept_span(self.spans.pop(identity), kept, form)
        self.rename_refs({identity: kept})
        for relation in [r for r in self.relations.values() if identity in (r.head, r.child)]:
            head, child = (kept if end == identity else end for end in (relation.head, relation.child))
            self.relations[relation.id] = relation.replace(head=head, child=child)
            self.set_relation_aside(relation.id, form)

    def set_relation_aside(self, identity: str, form: str) -> None:
        """Turn a relation into an extra of a format."""
        kept = f"{form}.{len(self.extras) + 1}"
        self.extras[kept] = kept_relation(self.relations.pop(identity), kept, form)
        self.rename_refs({identity: kept})

    def rename_refs(self, names: Mapping[str, str]) -> None:
        """Let extras follow what got another id."""
        for identity, extra in self.extras.items():
            if not names.keys().isdisjoint(extra.refs):
                self.extras[identity] = extra.replace(refs=tuple(names.get(ref, ref) for ref in extra.refs))

    def united(self, other: NormalizedLayer) -> NormalizedLayer:
        """Return what two records of one file say together; where their verdicts differ, the later one holds."""
        extras = dict(self.extras)
        known = {(e.kind, repr(e.value), e.refs) for e in extras.values()}
        ids = {i: f"{e.format}.{len(extras) + n}" for n, (i, e) in enumerate(other.extras.items(), 1)}
        for identity, extra in other.extras.items():
            refs = tuple(ids.get(ref, ref) for ref in extra.refs)
            if (extra.kind, repr(extra.value), refs) not in known:
                extras[ids[identity]] = extra.replace(id=ids[identity], refs=refs)
        return NormalizedLayer(
            {**other.spans, **self.spans},
            {**other.relations, **self.relations},
            {**self.verdicts, **other.verdicts},
            extras,
            max(self.state, other.state, key=_PROGRESS.index),
            tuple(sorted({*self.curators, *other.curators})),
        )


@dataclass(frozen=True, slots=True)
class LayerNormalizer:
    """Turns foreign layers of the format ``form`` into our terms; ``lost`` counts by kind what is left behind.

    ``mapping`` gives our label for a foreign one, empty to leave out what bears it; others stay as they are.
    """

    form: str
    mapping: Mapping[str, str]
    lost: Counter[str]

    def layer(self, foreign: ForeignLayer, kind: str, author: str | None) -> NormalizedLayer:
        """Return a foreign layer for one of ours of this ``kind`` and ``author``."""
        curators = foreign.curators or (() if author is None else (author,))
        found = NormalizedLayer(state=foreign.state, curators=curators if kind == "gold" else ())
        history = _History(kind, author)
        ids = self._spans(found, foreign.content.spans.values(), history)
        number = count(1)
        ids.update((extra.id, f"{self.form}.{next(number)}") for extra in foreign.extras)
        loops = self._relations(found, foreign.content.relations.values(), ids, history, number)
        for extra in foreign.extras:
            refs = tuple(ids.get(ref, "") for ref in extra.refs)
            if all(refs):
                found.extras[ids[extra.id]] = extra.replace(id=ids[extra.id], refs=refs, format=self.form)
            else:
                self.lost[f"{extra.kind} of what --map leaves out"] += 1
        for identity, loop in loops:
            found.extras[identity] = kept_relation(loop, identity, self.form)
        for verdict, content in foreign.verdicts:
            if kind != "curator":
                self.lost["verdict, which only a curator gives"] += len(content.spans) + len(content.relations)
                continue
            found.verdicts.update({d.id: d for d in self._decisions(verdict, content)})
        return found

    def _spans(self, found: NormalizedLayer, spans: Iterable[Span], history: _History) -> dict[str, str]:
        """Add spans under ids of content; return those ids by the file's."""
        ids: dict[str, str] = {}
        for span in spans:
            label = self.mapping.get(span.label, span.label)
            if not label:
                self.lost["span that --map leaves out"] += 1
                continue
            identity = ids[span.id] = f"{span.start}-{span.end}-{label}"
            if identity in found.spans:
                self.lost["span said twice"] += 1
                continue
            said = history.of(span)
            same = identity == span.id and said == (span.origin, span.source, span.score, span.curator)
            found.spans[identity] = span if same else Span(identity, span.start, span.end, label, *said)
        return ids

    def _relations(
        self,
        found: NormalizedLayer,
        relations: Iterable[Relation],
        ids: dict[str, str],
        history: _History,
        number: Iterator[int],
    ) -> list[tuple[str, Relation]]:
        """Add relations under ids of content; return those of a span with itself under ids of extras."""
        loops: list[tuple[str, Relation]] = []
        for relation in relations:
            label = self.mapping.get(relation.label, relation.label)
            head, child = ids.get(relation.head), ids.get(relation.child)
            if not label or head is None or child is None:
                self.lost["relation that --map leaves out"] += 1
                continue
            identity = ids[relation.id] = f"{label}:{head}:{child}"
            if identity in found.relations:
                self.lost["relation said twice"] += 1
                continue
            new = Relation(identity, head, child, label, *history.of(relation))
            if head == child:
                ids[relation.id] = f"{self.form}.{next(number)}"
                loops.append((ids[relation.id], new))
            else:
                found.relations[identity] = new
        return loops

    def _decisions(self, verdict: VerdictKind, content: Annotations) -> Iterator[Verdict]:
        keys: dict[str, SpanKey] = {}
        for span in content.spans.values():
            label = self.mapping.get(span.label, span.label)
            if label:
                key = keys[span.id] = SpanKey(span.start, span.end, label)
                yield Verdict(str(key), "span", verdict, label, span.source, span.score, list(key))
        for relation in content.relations.values():
            label = self.mapping.get(relation.label, relation.label)
            if label and relation.head in keys and relation.child in keys:
                head, child = keys[relation.head], keys[relation.child]
                original = [list(head), list(child), label]
                identity = str(RelationKey(head, child, label))
                yield Verdict(identity, "relation", verdict, label, relation.source, relation.score, original)


@dataclass(frozen=True, slots=True)
class _History:
    """How an item came to be, as a layer of this kind and author records it."""

    kind: str
    author: str | None

    def of(self, item: Span | Relation) -> tuple[Origin, str | None, float | None, str | None]:
        if self.kind == "suggester":
            return "suggested", item.source or f"{self.author}@1", item.score, None
        origin = "accepted" if item.origin == "suggested" else item.origin
        return origin, item.source, item.score, None if self.kind == "curator" else item.curator or self.author


def kept_span(span: Span, identity: str, form: str) -> Extra:
    """Return a span as an extra."""
    return Extra(identity, SPAN, item_record(span), (), form)


def kept_relation(relation: Relation, identity: str, form: str) -> Extra:
    """Return a relation as an extra that speaks of its ends."""
    value = {name: value for name, value in item_record(relation).items() if name not in ("head", "child")}
    return Extra(identity, RELATION, value, (relation.head, relation.child), form)


class Restored(NamedTuple):
    """A layer with what was kept aside for a format put back; ``orphans`` are extras of what is no longer there."""

    content: Annotations
    extras: tuple[Extra, ...]
    orphans: tuple[Extra, ...]


def restored(content: Annotations, extras: Iterable[Extra]) -> Restored:
    """Put the spans and relations that were kept aside for a format back into a layer."""
    spans, relations = dict(content.spans), dict(content.relations)
    there = {*spans, *relations}
    remaining: list[Extra] = []
    waiting = list(extras)
    while waiting:
        later: list[Extra] = []
        for extra in waiting:
            if not there.issuperset(extra.refs):
                later.append(extra)
                continue
            there.add(extra.id)
            if extra.kind == SPAN:
                spans[extra.id] = Span(extra.id, **extra.value)
            elif extra.kind == RELATION:
                relations[extra.id] = Relation(extra.id, extra.refs[0], extra.refs[1], **extra.value)
            else:
                remaining.append(extra)
        if len(later) == len(waiting):
            break
        waiting = later
    return Restored(Annotations(spans, relations), tuple(remaining), tuple(waiting))
