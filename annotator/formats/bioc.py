"""BioC in XML or JSON: documents of passages, annotations with places, relations between annotations.

Offsets count code points through the document; readers of other tools count bytes, too, as the DTD of BioC says, which
the texts of annotations show.  What an infon says beside the label is kept for the way back, and so are discontinuous
annotations and relations of other than two.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from annotator.annotation import Extra
from annotator.formats.bioc_reader import DISCONTINUOUS, INFONS, LINK, OURS, PLACELESS, ROLES, read
from annotator.formats.bioc_xml import CLOSING, opening, without_controls, write_document
from annotator.formats.document_fields import document_fields
from annotator.formats.json_values import dumps
from annotator.formats.options import choice, is_yes
from annotator.formats.protocol import Format, Target, all_but
from annotator.formats.record import LayerRecord

_ABOUT: Mapping[str, Any] = {"source": "", "date": "", "key": "", "infons": {}}


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a collection; what is said of it is what the first document came with."""
    kind, plain = choice(target.options, "kind", ("xml", "json")), is_yes(target.options, "plain")
    remaining = iter(records)
    first = next(remaining, None)
    about = _ABOUT if first is None else {**_ABOUT, **first.document_extras.get("collection", {})}
    found = _documents(first, remaining, target, plain, exact=kind == "json")
    if kind == "json":
        target.write_list(map(dumps, found), f'{dumps(about)[:-1]},"documents":[', "]}")
        return
    target.write(opening(about))
    for value in found:
        target.write(write_document(value))
    target.write(CLOSING)


def _documents(
    first: LayerRecord | None, others: Iterable[LayerRecord], target: Target, plain: bool, *, exact: bool
) -> Iterator[dict[str, Any]]:
    if first is None:
        return
    yield _DocumentWriter(first, target, plain, exact).value()
    for record in others:
        yield _DocumentWriter(record, target, plain, exact).value()


class _DocumentWriter:
    """Writes a record as BioC's JSON has it; ``exact`` where every character can be written."""

    def __init__(self, record: LayerRecord, target: Target, plain: bool, exact: bool) -> None:
        self._record = record
        self._text = record.document.text
        self._target = target
        self._plain = plain
        self._exact = exact
        self._label = target.options.get("label", "type")
        self._ids: dict[str, str] = {}
        self._numbers = {"T": count(1), "R": count(1)}
        self._beside = {extra.refs[0]: extra.value for extra in record.extras if extra.kind == INFONS}

    def value(self) -> dict[str, Any]:
        """Write the document; an annotation stands in the passage that holds it, or else in the document."""
        borders, written = self._borders()
        passages = [
            {
                "infons": border["infons"],
                "offset": border["start"],
                "text": self._text[border["start"] : border["end"]],
                "sentences": [],
                "annotations": [],
                "relations": [],
            }
            for border in borders
        ]
        beyond: list[dict[str, Any]] = []
        starts = [border["start"] for border in borders]
        for annotation in self._annotations():
            places = annotation["locations"]
            holder = passages[max(bisect_right(starts, places[0]["offset"]) - 1, 0)] if places else None
            (beyond if holder is None or not _holds(holder, places) else holder["annotations"]).append(annotation)
        fields = self._record.document_extras.get("fields", {})
        if fields and not self._exact:
            self._target.warnings["document with fields that BioC's XML cannot hold: -O kind=json"] += 1
        return {
            **(fields if self._exact else {}),
            "id": self._record.document.key,
            "infons": self._infons(written),
            "passages": passages,
            "annotations": beyond,
            "relations": [*self._relations()],
        }

    def _borders(self) -> tuple[list[dict[str, Any]], str]:
        """The passages that the document came with, if they fill its text, else one; and the text that they make."""
        whole: list[dict[str, Any]] = [{"start": 0, "end": len(self._text), "infons": {}}]
        kept = self._record.document_extras.get("passages", whole)
        borders = kept if kept and kept[0]["start"] == 0 and kept[-1]["end"] == len(self._text) else whole
        text = ""
        for border in borders:
            text += "\n" * (border["start"] > len(text)) + self._text[border["start"] : border["end"]]
        return (borders, text) if len(text) == len(self._text) else (whole, self._text)

    def _infons(self, written: str) -> dict[str, Any]:
        infons = dict(self._record.document_extras.get("infons", {}))
        same = self._text == (written if self._exact else without_controls(written))
        if self._plain:
            if not same:
                self._target.warnings["document with characters that BioC's passages cannot hold"] += 1
            return infons
        fields = {name: value for name, value in document_fields(self._record.document).items() if name != "key"}
        return {**infons, OURS: _ascii(fields if same else {**fields, "text": self._text})}

    def _annotations(self) -> Iterator[dict[str, Any]]:
        spans = self._record.spans()
        for key, span in spans.items():
            infons = self._beside.get(span.id, {}).get("infons", {})
            yield self._annotation(span.id, {**infons, self._label: key.label}, [(key.start, key.end)])
        for span in self._record.annotations.spans.values():
            self._ids.setdefault(span.id, self._ids[spans[span.key].id])
        for extra in self._extras(DISCONTINUOUS, PLACELESS):
            infons = {**extra.value["infons"], self._label: extra.value["label"]}
            annotation = self._annotation(extra.id, infons, extra.value.get("ranges", []))
            yield {**annotation, "text": extra.value["text"] or annotation["text"]}

    def _annotation(self, item_id: str, infons: dict[str, Any], ranges: Iterable[Iterable[int]]) -> dict[str, Any]:
        self._ids[item_id] = f"T{next(self._numbers['T'])}"
        places = [tuple(place) for place in ranges]
        return {
            "id": self._ids[item_id],
            "infons": infons,
            "text": " ".join(self._text[start:end] for start, end in places),
            "locations": [{"offset": start, "length": end - start} for start, end in places],
        }

    def _relations(self) -> Iterator[dict[str, Any]]:
        for relation in self._record.relations().values():
            value = {"infons": {}, "name": self._label, **self._beside.get(relation.id, {}), "label": relation.label}
            yield self._relation(value, value.get("roles") or ROLES, (relation.head, relation.child))
        for extra in self._extras(LINK):
            yield self._relation(extra.value, extra.value["roles"], extra.refs)

    def _relation(self, value: Mapping[str, Any], roles: Iterable[str], ends: Iterable[str]) -> dict[str, Any]:
        label = value["label"]
        return {
            "id": f"R{next(self._numbers['R'])}",
            "infons": {**value["infons"], value["name"]: label} if label else value["infons"],
            "nodes": [{"refid": self._ids[end], "role": role} for role, end in zip(roles, ends, strict=True)],
        }

    def _extras(self, *kinds: str) -> Iterator[Extra]:
        return (extra for extra in self._record.extras if extra.kind in kinds)


def _holds(passage: Mapping[str, Any], places: Iterable[Mapping[str, int]]) -> bool:
    """Tell whether all places of an annotation are in a passage."""
    start, end = passage["offset"], passage["offset"] + len(passage["text"])
    return all(start <= p["offset"] and p["offset"] + p["length"] <= end for p in places)


def _ascii(value: object) -> str:
    """Write JSON in ASCII, which any XML can hold."""
    return "".join(char if char < "\x7f" else _escaped(char) for char in dumps(value))


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


FORMAT = Format(
    name="bioc",
    about="BioC's XML or JSON of passages, annotations and relations",
    ending=".xml",
    endings={"kind=json": ".json"},
    read=read,
    write=write,
    carries=all_but("curator", "origin", "source", "score", "verdicts", aside=("self_relations",)),
    aside=(
        "further infons, such as identifiers; borders and infons of passages; other fields",
        "discontinuous annotations and those without a place; relations of these, or of other than two",
    ),
    lost=("sentences (ours are cut anew); ids of annotations and relations",),
    options={
        "kind": "xml (default) or json: what is written; reading tells them apart",
        "label": "the infon that is the label of an annotation and of a relation (default: type)",
        "plain": "yes: leave out the infon with language, title and other fields",
    },
)
