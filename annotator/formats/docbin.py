"""spaCy's DocBin, as ``spacy train`` reads it.

The tokens are the document's own; white space between them, beyond one space, becomes tokens too, as spaCy has it, so
that the text is exact.  ``Doc.ents`` holds the spans, the longest of those that overlap; where some do, all spans stand
in ``Doc.spans`` as well.  Relations stand in ``Doc._.rel`` as spaCy's own relation example has it: the first tokens of
head and child give a mapping of labels to 1.0.  What that cannot say is in ``Doc.user_data["annotator"]``, as JSON.

Attributes stand there too, and where spaCy's own programs look: those of spans as extensions (``Span._.NAME``), the
entry of a catalog as ``Span.kb_id_``, values of the document that are to be chosen from as ``Doc.cats``.  From other
files they are read from those places.

Work that is not finished leaves entities unset outside its spans, which is not the same as saying that there are none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from annotator.annotation import Annotations, Attributes, AttributeValue, Relation, RelationKey, SpanKey
from annotator.annotation import Span as OurSpan
from annotator.errors import FormatError
from annotator.formats.beside_labels import are_attributes, kind_of
from annotator.formats.document_fields import document_fields, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt, parse_json
from annotator.formats.protocol import (
    ATTRIBUTES,
    ForeignAttribute,
    ForeignDocument,
    ForeignLayer,
    Format,
    Target,
    WorkState,
    all_but,
)
from annotator.formats.record import LayerRecord, without_overlaps
from annotator.formats.source import Source
from annotator.labels import LabelScheme
from annotator.labels.attributes import values_of
from annotator.text import words_and_spaces

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin, Span
    from spacy.vocab import Vocab

GROUP = "sc"
"""The span group in which spaCy's span categorizer looks for spans."""

_SAID, _ENTRY, _CATEGORIES = "attributes", "kb_id", "cats"
"""Where our field has attributes, and the names of those that other files have in ``Span.kb_id_`` and ``Doc.cats``."""
_ATTRIBUTES = ("ORTH", "SPACY", "SENT_START", "ENT_IOB", "ENT_TYPE")
_USER_DATA = "annotator"
_RELATIONS = ("._.", "rel", None, None)
"""Where ``Doc._.rel`` is kept; writing it there needs no extension registered."""


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a file; all of it is in memory, because DocBin is one piece."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    with _as_format_error(source.name, "not a DocBin, or a damaged one"):
        docs = DocBin(store_user_data=True).from_bytes(source.data()).get_docs(Vocab())
    groups = options["spans"].split(",") if "spans" in options else None
    number = 0
    while True:
        number += 1
        where = f"{source.name}: document {number}"
        with _as_format_error(where, "cannot be read"):
            doc = next(docs, None)
        if doc is None:
            return
        with _as_format_error(where, "cannot be read"):
            yield _DocReader(doc, where, f"{source.stem}-{number:06}").document(groups)


@contextmanager
def _as_format_error(where: str, problem: str) -> Iterator[None]:
    """Turn whatever spaCy raises at bytes that it did not write into an error of the file."""
    try:
        yield
    except FormatError:
        raise
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise FormatError(f"{where}: {problem} ({reason})", "is it a .spacy file of version 3?") from error


@dataclass(slots=True)
class _Said:
    """Attributes: of the document, of spans by their content, and of relations by their number."""

    document: Attributes = field(default_factory=dict)
    spans: dict[SpanKey, Attributes] = field(default_factory=dict)
    relations: dict[int, Attributes] = field(default_factory=dict)


def _read_attributes(fields: Fields, name: str) -> dict[str, AttributeValue]:
    value = fields.get(name, dict)
    if value and not are_attributes(value):
        fields.fail(name, f"found {excerpt(value)}, expected attributes with their values")
    return dict(sorted(value.items()))


class _DocReader:
    """Reads one Doc into a document with at most one layer."""

    def __init__(self, doc: Doc, where: str, fallback: str) -> None:
        self._doc = doc
        self._user_data: dict[Any, Any] = doc.user_data
        self._where = where
        self._fallback = fallback
        self._lost: Counter[str] = Counter()
        self._spans: dict[SpanKey, Span] = {}

    def document(self, wanted: list[str] | None) -> ForeignDocument:
        doc = self._doc
        ours = self._our_fields()
        groups = self._groups(wanted)
        for span in [*doc.ents, *(span for name in groups for span in doc.spans[name])]:
            self._add_span(span)
        unset = int((doc.to_array("ENT_IOB") == 0).sum()) if len(doc) else 0
        layers: tuple[ForeignLayer, ...] = ()
        if unset == len(doc) > 0 and not groups:
            self._lost["document without entities set"] = 1
            self._lost["category of a document"] = len(doc.cats)
        else:
            state: WorkState = "doing" if unset and not groups else "done"
            content = self._content(ours)
            attributes = self._their_attributes(content, are_ours=_SAID in ours)
            layers = (ForeignLayer(content, state=state, attributes=tuple(attributes)),)
            self._lost["token without its entity set"] = unset
        self._count_others(groups)
        return foreign_document(ours, doc.text, self._fallback, layers, lost=+self._lost)

    def _our_fields(self) -> Fields:
        written = self._user_data.get(_USER_DATA)
        value = parse_json(written, self._where) if isinstance(written, str) else {}
        return Fields.of(value, self._where, f"{_USER_DATA}.")

    def _groups(self, wanted: list[str] | None) -> list[str]:
        names = list(self._doc.spans)
        if wanted is not None:
            return [name for name in wanted if name in names]
        if len(names) > 1:
            raise FormatError(
                f"{self._where}: there are several span groups: {', '.join(sorted(names))}",
                f"choose with -O spans={names[0]} (several with commas; spans= for the entities alone)",
            )
        return names

    def _add_span(self, span: Span) -> None:
        if not span.label_ or span.start == span.end:
            raise FormatError(
                f"{self._where}: tokens {span.start}-{span.end}: a span without a label or without a word",
                "give it one, or leave it out",
            )
        self._spans.setdefault(SpanKey(span.start_char, span.end_char, span.label_), span)
        self._lost["knowledge-base id"] += bool(span.id)

    def _their_attributes(self, content: Annotations, *, are_ours: bool) -> Iterator[ForeignAttribute]:
        """What spaCy's own places say of spans and of the document, beyond what our own field says (``are_ours``)."""
        by_place: dict[tuple[Any, Any], list[str | None]] = {(None, None): [None]}
        for key, span in self._spans.items():
            by_place.setdefault((key.start, key.end), []).append(str(key))
            if span.kb_id_ and not are_ours:
                yield ForeignAttribute(str(key), _ENTRY, span.kb_id_, None, "catalog", lost="knowledge-base id")
        for (name, place), value in self._extensions().items():
            lost = f"user data {name}"
            self._lost[lost] += place not in by_place
            for item in by_place.get(place, []):
                said = content.document_attributes if item is None else content.spans[item].attributes or {}
                if name not in said:
                    yield ForeignAttribute(item, name, value, None, kind_of(value), lost=lost)
        for name, score in self._doc.cats.items():
            if score >= 0.5 and not are_ours:
                yield ForeignAttribute(None, _CATEGORIES, [name], lost="category of a document")
            self._lost["category of a document, between no and yes"] += 0 < score < 0.5

    def _extensions(self) -> dict[tuple[str, Any], Any]:
        """The values of extensions that may be attributes, by name and place; lists come as tuples."""
        found = {}
        for key, value in self._user_data.items():
            if isinstance(key, tuple) and len(key) == 4 and key[0] == "._." and key != _RELATIONS:
                value = list(value) if isinstance(value, tuple) else value
                if isinstance(key[1], str) and are_attributes({key[1]: value}):
                    found[key[1], key[2:4]] = value
        return found

    def _content(self, ours: Fields) -> Annotations:
        relations = self._our_relations(ours) if "relations" in ours else self._their_relations()
        said = self._our_attributes(ours)
        links = [
            Relation(f"relation {number}", str(head), str(child), label, attributes=said.relations.get(number))
            for number, (head, child, label) in enumerate(relations)
        ]
        spans = [OurSpan(str(key), *key, attributes=said.spans.get(key)) for key in self._spans]
        return Annotations.of(spans, links, said.document)

    def _our_attributes(self, ours: Fields) -> _Said:
        """The attributes that our own field has."""
        said = _Said()
        if _SAID not in ours:
            return said
        fields = ours.inner(_SAID)
        said.document = _read_attributes(fields, "document")
        for name in ("spans", "relations"):
            for item in fields.items(name):
                attributes = _read_attributes(item, "attributes")
                if name == "relations":
                    said.relations[item.get("relation", int)] = attributes
                    continue
                place = item.get("span", list)
                said.spans[SpanKey(*place) if len(place) == 3 else SpanKey(0, 0, "")] = attributes
        return said

    def _our_relations(self, ours: Fields) -> Iterator[tuple[SpanKey, SpanKey, str]]:
        for link in ours.items("relations"):
            ends = []
            for name in ("head", "child"):
                end = link.get(name, list)
                key = SpanKey(*end) if len(end) == 3 else None
                if key not in self._spans:
                    link.fail(name, f"found {excerpt(end)}, expected start, end and label of a span")
                ends.append(key)
            assert ends[0] is not None
            assert ends[1] is not None
            yield ends[0], ends[1], link.label("label")

    def _their_relations(self) -> Iterator[tuple[SpanKey, SpanKey, str]]:
        value = self._user_data.get(_RELATIONS)
        if not isinstance(value, dict):
            return
        by_start: dict[object, SpanKey] = {}
        for key, span in self._spans.items():
            by_start.setdefault(span.start, key)
        for pair, labels in value.items():
            if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(labels, dict):
                self._lost["relation in another form than Doc._.rel of spaCy's example"] += 1
                continue
            for label, score in labels.items():
                if not isinstance(score, (int, float)) or score < 0.5:
                    continue
                for token in pair:
                    if token not in by_start:
                        raise FormatError(
                            f"{self._where}: rel: found {excerpt(list(pair))}, expected tokens at which spans begin",
                            "mend what wrote the file",
                        )
                yield by_start[pair[0]], by_start[pair[1]], str(label)

    def _count_others(self, groups: list[str]) -> None:
        for name, group in self._doc.spans.items():
            self._lost[f"span of the group {name}"] += 0 if name in groups else len(group)
        extensions = {("._.", name, *place) for name, place in self._extensions()}
        for name in self._user_data:
            if name not in (_USER_DATA, _RELATIONS) and name not in extensions:
                self._lost[f"user data {name[1] if isinstance(name, tuple) and len(name) > 1 else name}"] += 1
        self._lost["text whose spaces are guessed"] += self._doc.has_unknown_spaces


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write one DocBin; the option ``spans`` names a group that then holds the spans of every document."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab
    from srsly.msgpack import Packer

    assert target.stream is not None
    links = any(attribute.catalog for attribute in target.scheme.attributes.values())
    attrs = (*_ATTRIBUTES, "ENT_KB_ID") if links else _ATTRIBUTES
    bin_, vocab = DocBin(attrs=attrs, store_user_data=True), Vocab()
    pack = Packer(use_bin_type=True).pack  # one for all: making a packer takes longer than packing
    for record in records:
        _add_doc(bin_, *_make_doc(record, vocab, target), pack)
    target.stream.write(bin_.to_bytes())


def _make_doc(record: LayerRecord, vocab: Vocab, target: Target) -> tuple[Doc, list[str]]:
    """Build the Doc of a record; return it with its words."""
    from spacy.tokens import Doc

    document = record.document
    token_spans = record.token_spans()
    flat = without_overlaps(token_spans)
    words, spaces = words_and_spaces(document.text, document.tokens)
    doc = Doc(vocab, words=words, spaces=spaces, sent_starts=_sentence_starts(record, words, spaces, flat))
    ours = record.spans()
    spans = {key: cast("Span", doc.char_span(*key, kb_id=_entry(ours[key], target.scheme))) for key in token_spans}
    doc.set_ents([spans[key] for key in flat], default="outside" if record.state == "done" else "missing")
    if "spans" in target.options or len(flat) < len(token_spans):
        doc.spans[target.options.get("spans") or GROUP] = list(spans.values())
    links = [link for link in record.relations() if link.head in token_spans and link.child in token_spans]
    if len(links) < len(record.relations()):
        gone = Counter(link.label for link in record.relations()) - Counter(link.label for link in links)
        target.leave_out("relation", "relations of spans off token borders", gone)
    relations = [{"label": link.label, "head": link.head, "child": link.child} for link in links]
    by_pair: dict[tuple[int, int], dict[str, float]] = {}
    for link in links:
        by_pair.setdefault((spans[link.head].start, spans[link.child].start), {})[link.label] = 1.0
    user_data: dict[Any, Any] = doc.user_data
    more = {"relations": relations, **_attributes(record, [*token_spans], links)}
    user_data |= {_USER_DATA: dumps({**document_fields(document), **more}), _RELATIONS: by_pair}
    for key in token_spans:
        extensions = (ours[key].attributes or {}).items()
        user_data |= {("._.", name, key.start, key.end): value for name, value in extensions}
    doc.cats = _categories(record, target.scheme)
    return doc, words


def _attributes(record: LayerRecord, spans: list[SpanKey], links: list[RelationKey]) -> dict[str, Any]:
    """Write attributes for our own field, where there are any."""
    of_spans = [(key, record.spans()[key].attributes) for key in spans]
    of_relations = [record.relations()[link].attributes for link in links]
    said = {
        "document": record.annotations.document_attributes,
        "spans": [{"span": key, "attributes": found} for key, found in of_spans if found],
        "relations": [{"relation": number, "attributes": found} for number, found in enumerate(of_relations) if found],
    }
    return {_SAID: said} if any(said.values()) else {}


def _entry(span: OurSpan, scheme: LabelScheme) -> str:
    """The entry of a span for ``Span.kb_id_``: of its first attribute of a catalog, where that has one value."""
    attributes = span.attributes or {}
    values = (attributes.get(a.name) for a in scheme.attributes_of(span.label) if a.catalog) if attributes else ()
    return next((value for value in values if isinstance(value, str)), "")


def _categories(record: LayerRecord, scheme: LabelScheme) -> dict[str, float]:
    """Every value of the first attribute of the document that has values to choose from, with 1.0 for those it has."""
    chosen = next((attribute for attribute in scheme.attributes_of(None) if attribute.choices), None)
    if chosen is None:
        return {}
    values = values_of(chosen.value_in(record.annotations.document_attributes))
    return {choice: float(choice in values) for choice in chosen.choices}


def _sentence_starts(
    record: LayerRecord, words: list[str], spaces: list[bool], entities: list[SpanKey]
) -> list[bool | int | None]:
    """Tell for each word whether it begins a sentence; none does inside an entity, which spaCy could not learn."""
    inside = {offset for key in entities for offset in range(key.start + 1, key.end)}
    starts = {sentence.start for sentence in record.document.sentences} - inside
    starts_sentence: list[bool | int | None] = []
    at = 0
    for word, space in zip(words, spaces, strict=True):
        starts_sentence.append(at == 0 or at in starts)
        at += len(word) + space
    return starts_sentence


def _add_doc(bin_: DocBin, doc: Doc, words: list[str], pack: Callable[[object], bytes]) -> None:
    """Add a Doc as ``DocBin.add`` does, which spends four fifths of an export on strings that are known here."""
    bin_.tokens.append(doc.to_array(list(bin_.attrs)))
    bin_.spaces.append(doc.to_array("SPACY").astype(bool).reshape(-1, 1))
    bin_.flags.append({"has_unknown_spaces": False})
    bin_.cats.append(doc.cats)
    bin_.user_data.append(pack(doc.user_data))
    bin_.span_groups.append(doc.spans.to_bytes())
    bin_.strings.update(words)
    for group in (doc.ents, *doc.spans.values()):
        bin_.strings.update(span.label_ for span in group)
        bin_.strings.update(span.kb_id_ for span in group if span.kb_id)


FORMAT = Format(
    name="spacy",
    about="spaCy's DocBin, for spacy train",
    ending=".spacy",
    read=read,
    write=write,
    carries=all_but(
        "off_token", "curator", "origin", "source", "score", "verdicts", aside=("self_relations",), also=ATTRIBUTES
    ),
    lost=("other span groups and user data", "categories and knowledge-base ids that the label scheme does not have"),
    options={
        "spans": f"the group of Doc.spans: written for every document (default: {GROUP}, where spans overlap), "
        "or read (several with commas; empty for the entities alone)",
    },
)
