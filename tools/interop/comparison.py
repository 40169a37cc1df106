"""Compares gold that went on a trip with gold that came back: what is equal, and what is not and why.

A document is equal when its text and every field that is carried are; a span with its label and borders, a relation
with its label and both ends, an attribute with its value and what has it.  Where a text is rebuilt from words, texts
and borders are compared without white space and invisible characters.  What the formats of a trip, or the program by
its limits, are declared to leave behind is no loss; everything else is, and so is whatever came back that was not there
before.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from annotator.annotation import Attributes, RelationKey, SpanKey
from annotator.formats.not_carried import NotCarried, count_not_carried
from annotator.formats.protocol import FEATURES, Carried
from annotator.formats.record import LayerRecord
from annotator.formats.registry import load_format
from tools.interop.protocol import Trip

ATTRIBUTES = {"attributes": SpanKey, "relation_attributes": RelationKey, "document_attributes": type(None)}
"""What has the attributes of a feature."""
_ITEMS = ("nested", "crossing", "off_token", "relations", "groups", *ATTRIBUTES)
_FIELDS = ("key", "lang", "title", "meta")
_FOLLOWING = "relations of spans that are left behind"

_Attribute = tuple[object, str, str]
"""What has an attribute (``None``: the document), its name, and its value as Python writes it."""


@dataclass(slots=True)
class Tally:
    """How many of a kind were sent, and how many came back equal."""

    sent: int = 0
    equal: int = 0

    def __str__(self) -> str:
        return f"{self.equal} of {self.sent}"


@dataclass(slots=True)
class Result:
    """What came of one trip: ``declared`` counts what was declared to be left behind, ``faults`` names the rest."""

    documents: Tally = field(default_factory=Tally)
    spans: Tally = field(default_factory=Tally)
    relations: Tally = field(default_factory=Tally)
    attributes: Tally = field(default_factory=Tally)
    declared: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def carried(trip: Trip) -> Mapping[str, Carried]:
    """Return what a trip carries: what both its formats do, under its options, and the program too."""
    out, back = (
        load_format(name).carries_with(dict(option.split("=", 1) for option in options))
        for name, options in ((trip.out, trip.out_options), (trip.back_format, trip.back_options))
    )
    return {f: "no" if f in trip.limits or "no" in (out[f], back[f]) else out[f] for f in FEATURES}


def compare(sent: Iterable[LayerRecord], came_back: Iterable[LayerRecord], trip: Trip) -> Result:
    """Compare all documents of a trip."""
    comparison = _Comparison(trip)
    back = {_letters(record.document.text): record for record in came_back}
    for record in sent:
        comparison.add(record, back.pop(_letters(record.document.text), None))
    result = comparison.result
    result.faults += [f"{record.document.key}: not there before" for record in back.values()]
    result.declared = +result.declared
    return result


class _Comparison:
    """Compares document by document, and keeps the figures."""

    def __init__(self, trip: Trip) -> None:
        self._trip, self._carries, self.result = trip, carried(trip), Result()

    def add(self, sent: LayerRecord, back: LayerRecord | None) -> None:
        result, key = self.result, sent.document.key
        result.documents.sent += 1
        result.spans.sent += len(sent.spans())
        result.relations.sent += len(sent.relations())
        result.attributes.sent += len(_Places(sent, exact=True).attributes(sent))
        beyond = [reason for reason, found in self._trip.documents_beyond.items() if found(sent)]
        if beyond:
            result.declared[f"documents with {beyond[0]}"] += 1
        elif back is None:
            result.faults.append(f"{key}: not there any more")
        else:
            self._compare_fields(sent, back)
            self._compare_items(sent, back)

    def _compare_fields(self, sent: LayerRecord, back: LayerRecord) -> None:
        names = [name for name in _FIELDS if self._carries[name] != "no"] + ["text"] * (not self._trip.rebuilt)
        differing = [name for name in names if getattr(sent.document, name) != getattr(back.document, name)]
        self.result.documents.equal += not differing
        self.result.faults += [f"{sent.document.key}: another {name}" for name in differing]

    def _compare_items(self, sent: LayerRecord, back: LayerRecord) -> None:
        spans = self._expected_spans(sent)
        relations = self._expected_relations(sent, spans)
        exact = not self._trip.rebuilt
        here, there = _Places(sent, exact=exact), _Places(back, exact=exact)
        found_spans, found_links = here.spans(spans), here.links(relations)
        attributes = self._expected_attributes(here.attributes(sent), {None, *found_spans, *found_links})
        for tally, name, ours, theirs in (
            (self.result.spans, "span", found_spans, there.spans(back.spans())),
            (self.result.relations, "relation", found_links, there.links(back.relations())),
            (self.result.attributes, "attribute", attributes, self._within_limits(there.attributes(back))),
        ):
            tally.equal += len(ours & theirs)
            self.result.faults += _differences(f"{sent.document.key}: {name}", ours - theirs, theirs - ours)

    def _expected_spans(self, sent: LayerRecord) -> set[SpanKey]:
        """The spans that are to come back; what is not counts as declared, once for each."""
        left_out = count_not_carried(sent, self._carries)
        self.result.declared.update({feature: left_out[feature] for feature in (*_ITEMS, *_FIELDS)})
        spans = set(NotCarried(self._carries).carried_spans(sent))
        for reason, found in self._trip.spans_beyond.items():
            beyond = spans.intersection(found(sent))
            self.result.declared[f"spans {reason}"] += len(beyond)
            spans -= beyond
        return spans

    def _expected_relations(self, sent: LayerRecord, spans: Collection[SpanKey]) -> list[RelationKey]:
        if self._carries["relations"] == "no":
            return []
        relations = [link for link in sent.relations() if link.head in spans and link.child in spans]
        self.result.declared[_FOLLOWING] += len(sent.relations()) - len(relations)
        return relations

    def _within_limits(self, attributes: set[_Attribute]) -> set[_Attribute]:
        """Attributes but for those that the program leaves behind, if perhaps not all of them."""
        beyond = tuple(kind for feature, kind in ATTRIBUTES.items() if feature in self._trip.limits)
        return {attribute for attribute in attributes if not isinstance(attribute[0], beyond)}

    def _expected_attributes(self, sent: set[_Attribute], owners: Collection[object]) -> set[_Attribute]:
        """The attributes of those that come back, and that can have any in both formats."""
        kinds = tuple(kind for feature, kind in ATTRIBUTES.items() if self._carries[feature] != "no")
        return {attribute for attribute in sent if attribute[0] in owners and isinstance(attribute[0], kinds)}


def _letters(text: str) -> str:
    """The text without white space, by which documents are known again."""
    return "".join(char for char in text if _is_seen(char))


def _is_seen(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) != "Cf"


class _Places:
    """The offsets of a text that are compared: its own, or those in the text without white space."""

    def __init__(self, record: LayerRecord, *, exact: bool) -> None:
        self._equivalences = record.equivalences
        self._offsets = [0, *accumulate(exact or _is_seen(char) for char in record.document.text)]

    def spans(self, spans: Iterable[SpanKey]) -> set[SpanKey]:
        return {self._of(span) for span in spans}

    def links(self, links: Iterable[RelationKey]) -> set[RelationKey]:
        """The links of relations; those of groups go both ways, and begin with what comes first in the text."""
        found = {RelationKey(self._of(link.head), self._of(link.child), link.label) for link in links}
        return {link if link.label not in self._equivalences else _forwards(link) for link in found}

    def attributes(self, record: LayerRecord) -> set[_Attribute]:
        content = record.annotations
        having: list[tuple[object, Attributes]] = [(None, content.document_attributes)]
        having += [(self._of(span.key), span.attributes or {}) for span in content.spans.values()]
        relations = [(content.relation_key(r), r.attributes or {}) for r in content.relations.values()]
        having += [(link, said) for key, said in relations for link in self.links([key])]
        return {(key, name, repr(value)) for key, said in having for name, value in said.items()}

    def _of(self, span: SpanKey) -> SpanKey:
        return SpanKey(self._offsets[span.start], self._offsets[span.end], span.label)


def _forwards(link: RelationKey) -> RelationKey:
    head, child = sorted((link.head, link.child))
    return RelationKey(head, child, link.label)


def _differences(where: str, gone: Collection[object], new: Collection[object]) -> list[str]:
    return [
        f"{where} {what}: {name}" for what, items in (("lost", gone), ("new", new)) for name in sorted(map(str, items))
    ]
