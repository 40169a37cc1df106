"""PubTator's lines: a title, an abstract, and rows with tabs for the mentions and for relations between concepts.

A title is the first line of a text, an abstract the rest, in one line: other line breaks stand there as spaces.  A line
of ours, which ``plain`` leaves out, holds the exact text where it is another, and the fields of the document.

Relations lead from concept to concept.  What we write gives each mention an identifier of its own, unless it came with
one; the relations of other files are put between the mentions of their concepts that are closest to each other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from annotator.annotation import Annotations, Extra, Relation, Span, SpanKey
from annotator.errors import FormatError
from annotator.formats.document_fields import document_fields, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt, parse_json
from annotator.formats.options import is_yes
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target, all_but
from annotator.formats.record import LayerRecord
from annotator.formats.sentence_words import closest_mentions
from annotator.formats.source import Source, SourceLine

_PASSAGE = re.compile(r"([^\t]*?)\|(t|a|annotator)\|(.*)", re.DOTALL)
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_OUR_ID = re.compile(r"T\d+")
_SEVERAL = re.compile(r"[|,;]")
_NOTHING = ("", "-", "-1")
"""What stands for an identifier where a mention has none."""
_MENTION = "key, start, end, mention, type and identifier, or key, type and two identifiers, parted by tabs"
_HINT = "see docs/formats.md for the layout of PubTator's lines"
_CONCEPT, _ROW = "identifier of a concept", "concepts and further columns of a relation"
_AGAIN = "identifier of a span that is said twice"
_CLOSEST = "relation between concepts, put between their closest mentions"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:  # noqa: ARG001 - the protocol's
    """Yield the documents of a file, or of a folder's files; each begins with its title."""
    for part in source.parts(".pubtator", ".txt"):
        reader: _DocumentReader | None = None
        number = 0
        for line in part.lines():
            content = line.text.removesuffix("\r")
            if not content.strip():
                continue
            passage = _PASSAGE.fullmatch(content)
            if passage is not None and passage[2] == "t":
                if reader is not None:
                    yield reader.document()
                number += 1
                reader = _DocumentReader(passage[1], passage[3], line.where, f"{part.stem}-{number:06}")
            elif reader is None:
                raise FormatError(f"{line.where}: found {excerpt(content)}, expected a title: KEY|t|TITLE", _HINT)
            else:
                reader.add(content, passage, line)
        if reader is not None:
            yield reader.document()


class _DocumentReader:
    """Reads the lines of one document, then what they mean, because the text comes in several."""

    def __init__(self, key: str, title: str, where: str, fallback: str) -> None:
        self._key = key
        self._where = where
        self._fallback = fallback
        self._passages = {"t": title}
        self._rows: list[tuple[list[str], str]] = []
        self._extras: list[Extra] = []
        self._lost = Counter[str]()
        self._notes = Counter[str]()

    def add(self, content: str, passage: re.Match[str] | None, line: SourceLine) -> None:
        """Take in a further line of the document."""
        columns = content.split("\t")
        key = passage[1] if passage is not None else columns[0]
        if key != self._key:
            raise FormatError(f"{line.where}: found the key {excerpt(key)}, expected {excerpt(self._key)}", _HINT)
        if passage is None:
            if len(columns) < 4:
                raise FormatError(f"{line.where}: found {excerpt(content)}, expected {_MENTION}", _HINT)
            self._rows.append((columns, line.where))
        elif passage[2] in self._passages:
            raise FormatError(f"{line.where}: a second |{passage[2]}| line of {self._key}", "leave one of them out")
        else:
            self._passages[passage[2]] = passage[3]

    def document(self) -> ForeignDocument:
        """Put the document together."""
        ours = self._passages.get("annotator", "{}")
        fields = Fields.of(parse_json(ours, self._where), self._where, "annotator.")
        text = fields.get("text", str) if "text" in fields else _text_of(self._passages)
        spans: list[Span] = []
        seen: set[SpanKey] = set()
        concepts: dict[str, list[tuple[int, int]]] = {}
        links = []
        for columns, where in self._rows:
            if columns[1].isdecimal() and columns[2].isdecimal():
                span = _span(columns, text, str(len(spans)), where)
                spans.append(span)
                self._identify(span, columns[5:], concepts, again=span.key in seen)
                seen.add(span.key)
            else:
                links.append((columns, where))
        ordered = {name: sorted(found) for name, found in concepts.items()}
        ends = fields.optional("relations", list)
        if ends is not None and len(ends) != len(links):
            fields.fail("relations", f"found {len(ends)} pairs, expected one for each of the {len(links)} relations")
        relations = []
        for number, (columns, where) in enumerate(links):
            told = None if ends is None else _pair(fields, number, len(spans))
            relations.append(self._relation(columns, ordered, f"relation {number}", told, where))
        layer = ForeignLayer(Annotations.of(spans, relations), extras=tuple(self._extras))
        named = Fields({**fields.values, "key": self._key or None}, self._where, "annotator.")
        return foreign_document(named, text, self._fallback, (layer,), lost=+self._lost, notes=+self._notes)

    def _identify(
        self, span: Span, columns: Sequence[str], concepts: dict[str, list[tuple[int, int]]], *, again: bool
    ) -> None:
        """Keep by which identifiers relations may name a mention; several stand with bars or commas between."""
        for column in columns[:1]:
            for name in {column, *_SEVERAL.split(column)} - {*_NOTHING}:
                concepts.setdefault(name, []).append((span.start, int(span.id)))
        if not columns or (len(columns) == 1 and (columns[0] in _NOTHING or _OUR_ID.fullmatch(columns[0]))):
            return
        if again:
            self._lost[_AGAIN] += 1
        else:
            self._extras.append(Extra(f"{span.id} concept", _CONCEPT, {"columns": [*columns]}, (span.id,)))

    def _relation(
        self,
        columns: list[str],
        concepts: Mapping[str, list[tuple[int, int]]],
        relation_id: str,
        told: tuple[int, int] | None,
        where: str,
    ) -> Relation:
        """Read a relation, between the mentions that our line tells, or else the closest ones of its concepts."""
        label = columns[1]
        if not label:
            raise FormatError(f"{where}: found a relation without a type, expected one", _HINT)
        if told is None:
            heads, children = (_mentions(name, concepts, where) for name in columns[2:4])
            told = closest_mentions(heads, children)
            self._notes[_CLOSEST] += len(heads) > 1 or len(children) > 1
        head, child = told
        if len(columns) > 4 or not all(_OUR_ID.fullmatch(name) for name in columns[2:4]):
            self._extras.append(Extra(f"{relation_id} row", _ROW, {"columns": columns[2:]}, (relation_id,)))
        return Relation(relation_id, str(head), str(child), label)


def _pair(fields: Fields, index: int, count: int) -> tuple[int, int]:
    """Read which mentions a relation is between, by their places among the rows of mentions."""
    value = fields.get("relations", list)[index]
    if not isinstance(value, list) or len(value) != 2 or not all(type(n) is int and 0 <= n < count for n in value):
        fields.fail(f"relations[{index}]", f"found {excerpt(value)}, expected the places of two mentions")
    return value[0], value[1]


def _text_of(passages: Mapping[str, str]) -> str:
    title, abstract = passages["t"], passages.get("a", "")
    return f"{title}\n{abstract}" if abstract else title


def _span(columns: Sequence[str], text: str, span_id: str, where: str) -> Span:
    try:
        start, end = int(columns[1]), int(columns[2])
    except ValueError as error:  # more digits than Python takes
        raise FormatError(f"{where}: found {excerpt(columns[1])}, expected an offset", _HINT) from error
    if not 0 <= start < end <= len(text):
        raise FormatError(f"{where}: found {start}-{end}, expected 0 ≤ start < end ≤ {len(text)}", _HINT)
    if len(columns) < 5 or not columns[4]:
        raise FormatError(f"{where}: found a mention without a type, expected {_MENTION}", _HINT)
    if _BREAKS.sub(" ", text[start:end]).strip() != columns[3].strip():
        raise FormatError(
            f"{where}: the text has {excerpt(text[start:end])} at {start}-{end}, the row {excerpt(columns[3])}",
            "mend what wrote the file: offsets count code points through title, one character, and abstract",
        )
    return Span(span_id, start, end, columns[4])


def _mentions(name: str, concepts: Mapping[str, list[tuple[int, int]]], where: str) -> list[tuple[int, int]]:
    """The mentions of a concept, which PubTator 3 writes with its kind before a bar."""
    found = concepts.get(name) or concepts.get(name.rpartition("|")[2])
    if not found:
        raise FormatError(f"{where}: found {excerpt(name)}, expected the identifier of a mention", _HINT)
    return found


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write the documents with a blank line behind each."""
    plain = is_yes(target.options, "plain")
    for record in records:
        target.write("".join(f"{line}\n" for line in _lines(record, target, plain)) + "\n")


def _lines(record: LayerRecord, target: Target, plain: bool) -> Iterator[str]:
    document = record.document
    key = document.key
    title, _, rest = document.text.partition("\n")
    passages = {"t": _BREAKS.sub(" ", title), "a": _BREAKS.sub(" ", rest)}
    yield from (f"{key}|{kind}|{passage}" for kind, passage in passages.items())
    exact = _text_of(passages) == document.text
    if plain and not exact:
        target.warnings["document whose line breaks became spaces"] += 1
    beside = {extra.refs[0]: extra.value["columns"] for extra in record.extras if extra.kind in (_CONCEPT, _ROW)}
    spans = record.spans()
    related = {end for link in record.relations() for end in (link.head, link.child)}
    columns = {key: [f"T{number}"] for number, key in enumerate(spans, 1)}
    for span, item in spans.items():
        first, *more = beside.get(item.id) or columns[span]
        columns[span] = [columns[span][0] if first in _NOTHING and span in related else first, *more]
    if not plain:
        fields = {name: value for name, value in document_fields(document).items() if name != "key"}
        if beside:
            places = {span: number for number, span in enumerate(spans)}
            fields["relations"] = [(places[link.head], places[link.child]) for link in record.relations()]
        yield f"{key}|annotator|{dumps(fields if exact else {**fields, 'text': document.text})}"
    for span in spans:
        mention = _BREAKS.sub(" ", document.text[span.start : span.end])
        yield "\t".join((key, str(span.start), str(span.end), mention, span.label, *columns[span]))
    for link, relation in record.relations().items():
        ends = [_SEVERAL.split(columns[end][0])[0] for end in (link.head, link.child)]
        yield "\t".join((key, link.label, *(beside.get(relation.id) or ends)))


FORMAT = Format(
    name="pubtator",
    about="PubTator's lines of titles, abstracts, mentions and relations between concepts",
    ending=".pubtator",
    read=read,
    write=write,
    carries=all_but("curator", "origin", "source", "score", "verdicts", aside=("self_relations",)),
    aside=("identifiers of concepts; further columns",),
    options={"plain": "yes: write PubTator's lines alone, without the line of ours"},
)
