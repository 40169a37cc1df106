"""WebAnno TSV 3, which INCEpTION and WebAnno import and export: one file of lines of tokens a document.

Spans and relations are those of the basic layers that every project of INCEpTION has.  INCEpTION puts the text together
of sentences, with a line break behind each; so that it comes to the exact text, a sentence of ours holds whatever else
stands behind it.  A line that INCEpTION passes over holds the fields of the document.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from annotator.annotation import Relation, RelationKey, SpanKey
from annotator.formats.cas_layers import (
    FEATURES_OPTION,
    LABEL,
    OPTIONS,
    RELATION,
    SPAN,
    count_several_values,
    feature_values,
    features_of,
)
from annotator.formats.chains import (
    ARROW,
    KIND,
    LINK,
    asked_for_chains,
    chains_of,
    layers_of_chains,
    relations_beside_chains,
)
from annotator.formats.chains import OPTIONS as CHAINS_OPTIONS
from annotator.formats.counting import Offsets
from annotator.formats.document_fields import document_fields
from annotator.formats.json_values import dumps
from annotator.formats.options import is_yes
from annotator.formats.protocol import Format, Target, all_but
from annotator.formats.record import LayerRecord
from annotator.formats.webanno_reader import (
    BASE,
    CHAIN_LAYER,
    FIELDS_LINE,
    FORMAT_LINE,
    NO_ANNOTATION,
    NO_VALUE,
    RELATION_LAYER,
    SPAN_LAYER,
    TEXT_LINE,
    read,
)
from annotator.formats.webanno_text import escape_text, escape_value
from annotator.text import Segmentation

_VERSION = "3.3"
_CONTROL = re.compile("[\x00-\x1f]")


class _Unit(NamedTuple):
    """What has a line: a token, by its number, or a part of it, which may reach into white space beside it."""

    token: int
    start: int
    end: int


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write one file a document."""
    plain, with_features = is_yes(target.options, "plain"), is_yes(target.options, "features")
    layers = layers_of_chains(target.scheme) if asked_for_chains(target.options) else {}
    features = features_of(target.scheme) if with_features else ((), ())
    for record in records:
        if with_features:
            count_several_values(record, target)
        chains: dict[str, list[list[SpanKey]]] = {}
        relations = record.relations()
        if layers:
            found, relations = chains_of(record, target.scheme), relations_beside_chains(record, target)
            chains = {layers[label]: groups for label, groups in found.items() if groups}
        page = _TsvPage(record, *features, relations, chains)
        if page.leading.strip(" "):
            target.warnings["document at whose beginning INCEpTION will have spaces for other white space"] += 1
        with target.file(f"{record.document.key}.tsv") as stream:
            for piece in page.pieces(plain=plain):
                stream.write(piece.encode("utf-8"))


class _TsvPage:
    """The lines of one document."""

    def __init__(
        self,
        record: LayerRecord,
        of_spans: Sequence[str],
        of_relations: Sequence[str],
        relations: Mapping[RelationKey, Relation],
        chains: Mapping[str, Sequence[Sequence[SpanKey]]],
    ) -> None:
        self._record = record
        self._relations = relations
        self._of_spans = of_spans
        self._of_relations = of_relations
        self._text = record.document.text
        self._offsets = Offsets(self._text, "utf16")
        self._tokens = record.document.tokens
        if not self._tokens and self._text:
            self._tokens = Segmentation([(0, len(self._text))])
        self._sentences = self._token_ranges()
        self._firsts = [first for first, _ in self._sentences]
        self._chains: dict[str, dict[SpanKey, tuple[int, int]]] = {layer: {} for layer in chains}
        for number, (name, keys) in enumerate(((layer, keys) for layer in chains for keys in chains[layer]), 1):
            self._chains[name].update((key, (number, place)) for place, key in enumerate(keys, 1))
        self.leading = self._text[: self._tokens[0].start] if self._tokens else ""
        self._units_of = {key: self._units(key) for key in record.spans()}
        self._spans_of: defaultdict[_Unit, list[SpanKey]] = defaultdict(list)
        self._parts_of: defaultdict[int, set[_Unit]] = defaultdict(set)
        for key, units in self._units_of.items():
            for unit in units:
                self._spans_of[unit].append(key)
                if self._tokens[unit.token] != (unit.start, unit.end):
                    self._parts_of[unit.token].add(unit)

    def pieces(self, *, plain: bool) -> Iterator[str]:
        """Yield the file piece by piece; ``plain`` leaves out the line with the fields of the document."""
        yield f"{FORMAT_LINE}{_VERSION}\n{SPAN_LAYER}{'|'.join((SPAN, LABEL, *self._of_spans))}\n"
        for layer in self._chains:
            yield f"{CHAIN_LAYER}{layer}{LINK}|{ARROW}|{KIND}\n"
        if self._relations:
            yield f"{RELATION_LAYER}{'|'.join((RELATION, LABEL, *self._of_relations))}|{BASE}{SPAN}\n"
        yield "\n\n" if plain else f"\n\n{self._fields()}\n"
        for number, (first, end) in enumerate(self._sentences, 1):
            following = self._tokens[end].start if end < len(self._tokens) else None
            body = self._sentence(self._tokens[first].start, self._tokens[end - 1].end, following)
            lines = [TEXT_LINE + escape_text(line) for line in body.split("\n")]
            for token in range(first, end):
                name = f"{number}-{token - first + 1}"
                lines.append(self._row(_Unit(token, *self._tokens[token]), name))
                parts = sorted(self._parts_of.get(token, ()))
                lines += (self._row(unit, f"{name}.{part}") for part, unit in enumerate(parts, 1))
            yield "\n".join([*([""] if number > 1 else []), *lines, ""])

    def _fields(self) -> str:
        fields: dict[str, Any] = document_fields(self._record.document)
        if self.leading.strip(" "):
            fields["text"] = self._text
        return FIELDS_LINE + dumps(fields)

    def _token_ranges(self) -> list[tuple[int, int]]:
        """First and next token of every sentence."""
        document, pairs, first = self._record.document, [], 0
        for sentence in document.sentences:
            end = document.tokens.overlapping(sentence.start, sentence.end).stop if len(document.tokens) else 0
            if end > first:
                pairs.append((first, end))
                first = end
        return [*pairs, (first, len(self._tokens))] if first < len(self._tokens) else pairs

    def _sentence(self, start: int, end: int, following: int | None) -> str:
        """The text of a sentence, with what stands behind it where INCEpTION would not put that there by itself."""
        between = self._text[end:following]
        is_put_there = between[:1] == "\n" and not between[1:].strip(" ") if following is not None else not between
        return self._text[start : end if is_put_there else following]

    def _units(self, key: SpanKey) -> list[_Unit]:
        """Divide a span into tokens and parts of tokens; white space goes to a token beside it."""
        tokens = self._record.document.tokens
        inside = tokens.overlapping(key.start, key.end) if len(tokens) else range(0)
        if not inside:
            before = bisect_left(tokens.starts, key.start)
            return [_Unit(max(before - 1, 0), key.start, key.end)]
        return [
            _Unit(
                token,
                key.start if token == inside[0] else self._tokens[token].start,
                key.end if token == inside[-1] else self._tokens[token].end,
            )
            for token in inside
        ]

    def _row(self, unit: _Unit, name: str) -> str:
        word = self._text[unit.start : unit.end]
        start, end = (self._offsets.from_code_points(at) for at in unit[1:])
        word = escape_text(word) if _CONTROL.search(word) else word
        here = self._spans_of.get(unit, ())
        items = self._record.spans()
        rows = [[key.label, *feature_values(items[key].attributes, self._of_spans)] for key in here]
        numbers = [self._number(key) for key in here]
        cells = [name, f"{start}-{end}", word, *_columns(rows, numbers, 1 + len(self._of_spans))]
        for places in self._chains.values():
            mentions = [(key.label, *places[key]) for key in here if key in places]
            cells.append("|".join(f"{NO_VALUE}->{chain}-{place}" for _, chain, place in mentions) or NO_ANNOTATION)
            cells.append("|".join(f"{escape_value(label)}[{chain}]" for label, chain, _ in mentions) or NO_ANNOTATION)
        if self._relations:
            links = self._links_of.get(unit, ())
            own = [self._relations[key] for key, _ in links]
            told = [[one.label, *feature_values(one.attributes, self._of_relations)] for one in own]
            cells += _columns(told, [""] * len(told), 1 + len(self._of_relations))
            cells.append("|".join(head for _, head in links) or NO_ANNOTATION)
        return "\t".join(cells) + "\t"

    def _name(self, unit: _Unit) -> str:
        """The number of a line: ``1-3`` for a token, ``1-3.1`` for a part of it."""
        sentence = bisect_right(self._firsts, unit.token)
        name = f"{sentence}-{unit.token - self._firsts[sentence - 1] + 1}"
        parts = self._parts_of.get(unit.token, ())
        return f"{name}.{sorted(parts).index(unit) + 1}" if unit in parts else name

    @cached_property
    def _numbers(self) -> dict[SpanKey, int]:
        """The numbers of the spans that have several lines, or share one with others."""
        needing = (
            key
            for key, units in self._units_of.items()
            if len(units) > 1 or any(len(self._spans_of[unit]) > 1 for unit in units)
        )
        return {key: number for number, key in enumerate(needing, 1)}

    def _number(self, key: SpanKey) -> str:
        number = self._numbers.get(key)
        return f"[{number}]" if number else ""

    @cached_property
    def _links_of(self) -> defaultdict[_Unit, list[tuple[RelationKey, str]]]:
        """The relations whose child begins in a line, and how the line names their head."""
        links: defaultdict[_Unit, list[tuple[RelationKey, str]]] = defaultdict(list)
        for key in self._relations:
            head, child = self._numbers.get(key.head, 0), self._numbers.get(key.child, 0)
            numbers = f"[{head}_{child}]" if head or child else ""
            name = self._name(self._units_of[key.head][0])
            links[self._units_of[key.child][0]].append((key, name + numbers))
        return links


def _columns(rows: Sequence[Sequence[str]], numbers: Sequence[str], count: int) -> list[str]:
    """The cells of a line for the features of the annotations that begin or go on there."""
    if not rows:
        return [NO_ANNOTATION] * count
    columns = ([(escape_value(row[at]) if row[at] else NO_VALUE) for row in rows] for at in range(count))
    return ["|".join(value + n for value, n in zip(column, numbers, strict=True)) for column in columns]


FORMAT = Format(
    name="webanno",
    about="WebAnno TSV 3 for INCEpTION and WebAnno: lines of tokens, with columns for spans and relations",
    ending="",
    folder=True,
    read=read,
    write=write,
    carries=all_but("curator", "origin", "source", "score", "verdicts", aside=("self_relations",)),
    lost=(
        "annotations of other layers, such as part of speech",
        "slots",
        "chains, but with chains=yes",
        "features that are not the label, where the label scheme has no attribute of their name",
    ),
    grants={"features": ("attributes", "relation_attributes")},
    options={
        **FEATURES_OPTION,
        "plain": "yes: leave out the line with the document's key, language, title and other fields",
        **OPTIONS,
        **CHAINS_OPTIONS,
    },
)
