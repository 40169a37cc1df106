"""Reading BioC's documents: the text of their passages, annotations at places of it, relations between annotations."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from annotator.annotation import Annotations, Extra, Relation, Span
from annotator.errors import FormatError
from annotator.formats.bioc_xml import BiocDocument, parse_documents
from annotator.formats.counting import COUNTED, Counting, Offsets
from annotator.formats.document_fields import foreign_document
from annotator.formats.json_values import Fields, excerpt, parse_json
from annotator.formats.protocol import ForeignDocument, ForeignLayer
from annotator.formats.sentence_words import closest_mentions
from annotator.formats.source import JsonItem, Source

OURS = "annotator"
"""The infon of a document in which we write what BioC has no place for."""
ROLES = ("head", "child")
INFONS, DISCONTINUOUS, PLACELESS, LINK = (
    "further infons",
    "discontinuous annotation",
    "annotation without a place",
    "relation without a label, or of other than two spans",
)
_COUNTINGS: tuple[Counting, ...] = ("codepoints", "bytes", "utf16")
_CLOSEST = "relation between concepts, put between their closest mentions"
_COLLECTIONS = ("documents", "PubTator3")
"""The lists of documents in BioC's JSON, and in what PubTator 3 gives."""
_PUBTATOR_ROLES = ("role1", "role2")
"""The infons in which PubTator 3's relations hold their concepts; its nodes name no annotations."""
_NO_NODE = "node of PubTator 3, which names no annotation"
_CONCEPTS = ("entity1", "entity2")
"""The infons in which BioRED's relations name their concepts; others name them by kind."""
_SEVERAL = re.compile(r"[|,;]")
_SENTENCE = "sentence, cut anew"
_AGAIN = "infons of a span that is said twice"
_RELATED_AGAIN = "infons of a relation that is said twice"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a file of XML or JSON, or of a folder's files."""
    label = options.get("label", "type")
    for part in source.parts(".xml", ".json", ".jsonl"):
        documents = parse_documents(part) if part.begins_with(b"<") else _of_json(part)
        for number, found in enumerate(documents, 1):
            yield _DocumentReader(found, label).document(f"{part.stem}-{number:06}")


def _of_json(source: Source) -> Iterator[BiocDocument]:
    """Yield the documents of collections, and those that stand by themselves."""
    for item in source.items():
        collection = Fields.of(item.value, item.where)
        name = next((name for name in _COLLECTIONS if name in collection), None)
        if name is None:
            yield BiocDocument(item.value, {}, item.where)
            continue
        about = {part: collection.optional(part, str) or "" for part in ("source", "date", "key")}
        infons = _infons(collection) if "infons" in collection else {}
        for index, document in enumerate(collection.get(name, list)):
            yield BiocDocument(document, {**about, "infons": infons}, _place(item, index))


def _place(item: JsonItem, index: int) -> str:
    return f"{item.where} (document {index + 1})"


def _infons(fields: Fields) -> dict[str, Any]:
    """Read infons: texts, in JSON other values too; nulls are none."""
    infons = fields.inner("infons").values if "infons" in fields else {}
    return {key: value for key, value in infons.items() if value is not None}


class _Block(NamedTuple):
    """A passage or a sentence: its offset in the file, and where its text begins in ours."""

    offset: int
    start: int
    text: str


class _Text:
    """The text of a document's passages, and the way from the offsets of the file to those in it."""

    def __init__(self) -> None:
        self.text = ""
        self.passages: list[dict[str, Any]] = []
        self.sentences = 0
        self._blocks: list[_Block] = []

    def add_passage(self, passage: Fields) -> None:
        """Add the text of a passage, or of its sentences."""
        sentences = [*passage.items("sentences")] if "sentences" in passage else []
        self.sentences += len(sentences)
        pieces = [passage] if passage.optional("text", str) or not sentences else sentences
        first = len(self._blocks)
        for piece in pieces:
            between = " " if self._blocks[first:] else "\n"
            self._add(piece.get("offset", int), piece.optional("text", str) or "", between)
        start = self._blocks[first].start
        self.passages.append({"start": start, "end": len(self.text), "infons": _infons(passage)})

    def _add(self, offset: int, text: str, between: str) -> None:
        if self._blocks and offset != self._end_of_last():
            self.text += between
        self._blocks.append(_Block(offset, len(self.text), text))
        self.text += text

    def _end_of_last(self) -> int:
        return self._blocks[-1].offset + len(self._blocks[-1].text)

    def places(self, counting: Counting) -> _Places:
        """The way from offsets that count so."""
        return _Places(self._blocks, counting)


class _Places:
    """Where the offsets of a file, which count in some way, are in the text."""

    def __init__(self, blocks: list[_Block], counting: Counting) -> None:
        self._blocks = sorted(blocks, key=lambda block: block.offset)
        self._starts = [block.offset for block in self._blocks]
        self._offsets = [Offsets(block.text, counting) for block in self._blocks]

    def range(self, offset: int, length: int) -> tuple[int, int] | None:
        """Find a range; ``None`` where it is not in the text."""
        first = bisect_right(self._starts, offset) - 1
        last = max(bisect_left(self._starts, offset + length) - 1, first)
        start, end = self._place(first, offset), self._place(last, offset + length)
        return None if start is None or end is None or start >= end else (start, end)

    def _place(self, number: int, offset: int) -> int | None:
        if number < 0:
            return None
        inside = self._offsets[number].to_code_points(offset - self._starts[number])
        return None if inside is None else self._blocks[number].start + inside


class _Annotation(NamedTuple):
    """An annotation: the id in the file and ours, its label, its text and places, and further infons."""

    fields: Fields
    id: str
    label: str
    text: str | None
    locations: list[tuple[int, int]]
    infons: dict[str, Any]


class _DocumentReader:
    """Reads a document; ``label`` names the infon that is the label."""

    def __init__(self, found: BiocDocument, label: str) -> None:
        self._collection = found.collection
        self._fields = Fields.of(found.value, found.where)
        self._label = label
        self._lost: Counter[str] = Counter()
        self._notes: Counter[str] = Counter()
        self._text = _Text()
        self._spans: list[Span] = []
        self._relations: list[Relation] = []
        self._extras: list[Extra] = []
        self._ids: dict[str, list[str]] = {}
        self._span_ids: set[str] = set()
        self._seen: set[tuple[Any, ...]] = set()
        self._concepts: dict[str, list[tuple[int, int]]] = {}

    def document(self, fallback: str) -> ForeignDocument:
        """Put the document together."""
        for passage in self._fields.items("passages"):
            self._text.add_passage(passage)
        infons = _infons(self._fields)
        written = infons.pop(OURS, "{}")
        if not isinstance(written, str):
            self._fields.fail(f"infons.{OURS}", f"found {excerpt(written)}, expected a string")
        ours = Fields.of(parse_json(written, self._fields.where), self._fields.where, f"infons.{OURS}.")
        text = ours.get("text", str) if "text" in ours else self._text.text
        if not _is_behind(self._text.text, text):
            ours.fail("text", "found another text than that of the passages: leave this infon out")
        annotations = [self._annotation(n, fields) for n, fields in enumerate(self._parts("annotations"))]
        self._place(annotations)
        for index, fields in enumerate(self._parts("relations")):
            self._relate(fields, f"relation {index}")
        layer = ForeignLayer(Annotations.of(self._spans, self._relations), extras=tuple(self._extras))
        self._lost[_SENTENCE] += self._text.sentences
        key = self._fields.optional("id", str, int)
        named = Fields({**ours.values, "key": str(key) if key else None}, self._fields.where, f"infons.{OURS}.")
        extras = self._kept(infons)
        lost, notes = +self._lost, +self._notes
        return foreign_document(named, text, fallback, (layer,), extras=extras, lost=lost, notes=notes)

    def _kept(self, infons: dict[str, Any]) -> dict[str, Any]:
        """Collect what is kept of document and collection: infons, and the borders of passages."""
        kept: dict[str, Any] = {"infons": infons} if infons else {}
        whole = [{"start": 0, "end": len(self._text.text), "infons": {}}]
        if self._text.passages and self._text.passages != whole:
            kept["passages"] = self._text.passages
        fields = self._fields.others("id", "infons", "passages", "annotations", "relations")
        if fields:
            kept["fields"] = fields
        if any(self._collection.values()):
            kept["collection"] = dict(self._collection)
        return kept

    def _parts(self, name: str) -> Iterator[Fields]:
        """Yield the annotations or relations of the document, its passages and their sentences."""
        holders = [self._fields]
        for passage in self._fields.items("passages"):
            holders += [passage, *(passage.items("sentences") if "sentences" in passage else ())]
        for holder in holders:
            yield from holder.items(name) if name in holder else ()

    def _annotation(self, number: int, fields: Fields) -> _Annotation:
        annotation_id = f"annotation {number}"
        self._ids.setdefault(str(fields.optional("id", str, int) or ""), []).append(annotation_id)
        infons = _infons(fields)
        label = infons.pop(self._label, "")
        if not label or not isinstance(label, str):
            found = excerpt(label) if label else "nothing"
            raise FormatError(
                f"{fields.where}: {fields.path}infons.{self._label}: found {found}, expected a label",
                f"name the infon that is the label, as in -O label={next(iter(infons), 'type')}",
            )
        locations = [
            (location.get("offset", int), location.get("length", int))
            for location in (fields.items("locations") if "locations" in fields else ())
        ]
        return _Annotation(fields, annotation_id, label, fields.optional("text", str), locations, infons)

    def _place(self, annotations: list[_Annotation]) -> None:
        """Find annotations in the text, under the way of counting that fits all of them."""
        for counting in _COUNTINGS:
            places = self._text.places(counting)
            ranges = [self._ranges(annotation, places) for annotation in annotations]
            if None not in ranges:
                break
        else:
            places = self._text.places("codepoints")
            self._refuse(next(a for a in annotations if self._ranges(a, places) is None), places)
        if counting != "codepoints":
            self._notes[f"document whose offsets count {COUNTED[counting]}"] += 1
        for annotation, found in zip(annotations, ranges, strict=True):
            self._take(annotation, found or [])

    def _ranges(self, annotation: _Annotation, places: _Places) -> list[tuple[int, int]] | None:
        """The places of an annotation; ``None`` where they are not in the text, or its text is not there."""
        found = [places.range(*location) for location in annotation.locations]
        ranges = sorted(place for place in found if place is not None)
        pieces = [self._text.text[start:end] for start, end in ranges]
        fits = len(ranges) == len(found) and (not annotation.text or _are_in(pieces, annotation.text))
        return ranges if fits else None

    def _refuse(self, annotation: _Annotation, places: _Places) -> None:
        fields = annotation.fields
        offset, length = annotation.locations[0]
        place = places.range(offset, length)
        if place is None:
            fields.fail("locations", f"found {offset} with the length {length}, expected a place in the passages")
        raise FormatError(
            f"{fields.where}: {fields.path}text: found {excerpt(annotation.text)}, the passages have "
            f"{excerpt(self._text.text[slice(*place)])} at {offset}",
            "mend what wrote the file: offsets count code points, bytes or UTF-16 units",
        )

    def _take(self, annotation: _Annotation, ranges: list[tuple[int, int]]) -> None:
        value = {"label": annotation.label, "infons": annotation.infons, "text": annotation.text or ""}
        gaps = (self._text.text[one[1] : other[0]] for one, other in pairwise(ranges))
        if not ranges:
            self._extras.append(Extra(annotation.id, PLACELESS, value))
        elif any(gap.strip() for gap in gaps):
            places = [list(place) for place in ranges]
            self._extras.append(Extra(annotation.id, DISCONTINUOUS, {**value, "ranges": places}))
        else:
            span = Span(annotation.id, ranges[0][0], max(end for _, end in ranges), annotation.label)
            infons = [infon for infon in annotation.infons.values() if isinstance(infon, str)]
            for name in {name for infon in infons for name in (infon, *_SEVERAL.split(infon))} - {"", "-"}:
                self._concepts.setdefault(name, []).append((span.start, len(self._spans)))
            self._spans.append(span)
            self._span_ids.add(span.id)
            again = span.key in self._seen
            self._seen.add(span.key)
            self._lost[_AGAIN] += again and bool(annotation.infons)
            if annotation.infons and not again:
                kept = {"infons": annotation.infons}
                self._extras.append(Extra(f"{annotation.id} infons", INFONS, kept, (annotation.id,)))

    def _relate(self, fields: Fields, relation_id: str) -> None:
        infons = _infons(fields)
        name = next((name for name in (self._label, "type", "relation") if infons.get(name)), self._label)
        label = infons.pop(name, "")
        if not isinstance(label, str):
            fields.fail(f"infons.{name}", f"found {excerpt(label)}, expected a label")
        nodes = []
        for node in self._nodes(fields):
            if all(isinstance(infons.get(role), dict) for role in _PUBTATOR_ROLES):
                self._lost[_NO_NODE] += 1
            else:
                nodes.append((node.optional("role", str) or "", self._node(node)))
        ends = [end for _, end in nodes] or self._ends_of_concepts(infons)
        if len(ends) == 2 and label and self._span_ids.issuperset(ends):
            self._relations.append(Relation(relation_id, ends[0], ends[1], label))
            roles = [role for role, _ in nodes]
            kept = {"infons": infons, "roles": roles, "name": name}
            again = (*ends, label) in self._seen
            self._seen.add((*ends, label))
            self._lost[_RELATED_AGAIN] += again and bool(infons)
            if not again and (infons or roles != [*ROLES] or name != self._label):
                self._extras.append(Extra(f"{relation_id} infons", INFONS, kept, (relation_id,)))
            return
        value = {"label": label, "infons": infons, "roles": [role for role, _ in nodes], "name": name}
        self._extras.append(Extra(relation_id, LINK, value, tuple(end for _, end in nodes)))

    def _nodes(self, fields: Fields) -> Iterator[Fields]:
        return fields.items("nodes") if "nodes" in fields else iter(())

    def _node(self, node: Fields) -> str:
        ref = str(node.get("refid", str, int))
        found = self._ids.get(ref, [])
        if len(found) != 1:
            several = "the id of several annotations" if found else "no annotation's id"
            node.fail("refid", f"found {excerpt(ref)}, {several} of this document")
        return found[0]

    def _ends_of_concepts(self, infons: Mapping[str, Any]) -> list[str]:
        """Find the ends of a relation without nodes, whose infons name two concepts that annotations have too."""
        roles = [infons[name].get("identifier") for name in _PUBTATOR_ROLES if isinstance(infons.get(name), dict)]
        values = roles or [infons[name] for name in _CONCEPTS if name in infons] or infons.values()
        named = [value for value in values if isinstance(value, str)]
        concepts = [sorted(self._concepts[value]) for value in named if value in self._concepts]
        if len(concepts) != 2:
            return []
        self._notes[_CLOSEST] += any(len(mentions) > 1 for mentions in concepts)
        return [self._spans[number].id for number in closest_mentions(concepts[0], concepts[1])]


def _is_behind(written: str, text: str) -> bool:
    """Tell whether a text differs from that of passages only in what XML and the gaps between passages cannot hold."""
    return len(text) == len(written) and all(a == b or a in "\n\ufffd" for a, b in zip(written, text, strict=True))


def _are_in(pieces: Sequence[str], text: str) -> bool:
    """Tell whether pieces make a text, but for white space, or where there are several, but for what parts them."""
    words = "".join(text.split())
    if len(pieces) == 1:
        return "".join(pieces[0].split()) == words
    at = 0
    for piece in pieces:
        found = words.find("".join(piece.split()), at)
        if found < 0:
            return False
        at = found + 1
    return True
