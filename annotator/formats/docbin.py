"""spaCy's DocBin, as ``spacy train`` reads it.

The tokens are the document's own; white space between them, beyond one space, becomes tokens too, as spaCy has it, so
that the text is exact.  ``Doc.ents`` holds the spans, the longest of those that overlap; where some do, all spans stand
in ``Doc.spans`` as well.  Relations stand in ``Doc._.rel`` as spaCy's own relation example has it: the first tokens of
head and child give a mapping of labels to 1.0.  What that cannot say is in ``Doc.user_data["annotator"]``, as JSON.

Work that is not finished leaves entities unset outside its spans, which is not the same as saying that there are none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from annotator.annotation import Annotations, Relation, SpanKey
from annotator.annotation import Span as OurSpan
from annotator.errors import FormatError
from annotator.formats.document_fields import document_fields, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt, parse_json
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target, WorkState, all_but
from annotator.formats.record import LayerRecord, without_overlaps
from annotator.formats.source import Source
from annotator.text import words_and_spaces

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin, Span
    from spacy.vocab import Vocab

GROUP = "sc"
"""The span group in which spaCy's span categorizer looks for spans."""

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
        else:
            state: WorkState = "doing" if unset and not groups else "done"
            layers = (ForeignLayer(self._content(ours), state=state),)
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
        self._lost["knowledge-base id"] += bool(span.kb_id or span.id)

    def _content(self, ours: Fields) -> Annotations:
        relations = self._our_relations(ours) if "relations" in ours else self._their_relations()
        links = [
            Relation(f"relation {number}", str(head), str(child), label)
            for number, (head, child, label) in enumerate(relations)
        ]
        return Annotations.of([OurSpan(str(key), *key) for key in self._spans], links)

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
        for name in self._user_data:
            if name not in (_USER_DATA, _RELATIONS):
                self._lost[f"user data {name[1] if isinstance(name, tuple) and len(name) > 1 else name}"] += 1
        self._lost["category of a document"] += len(self._doc.cats)
        self._lost["text whose spaces are guessed"] += self._doc.has_unknown_spaces


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write one DocBin; the option ``spans`` names a group that then holds the spans of every document."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab
    from srsly.msgpack import Packer

    assert target.stream is not None
    bin_, vocab = DocBin(attrs=_ATTRIBUTES, store_user_data=True), Vocab()
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
    spans = {key: cast("Span", doc.char_span(key.start, key.end, key.label)) for key in token_spans}
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
    user_data |= {_USER_DATA: dumps({**document_fields(document), "relations": relations}), _RELATIONS: by_pair}
    return doc, words


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
    bin_.cats.append({})
    bin_.user_data.append(pack(doc.user_data))
    bin_.span_groups.append(doc.spans.to_bytes())
    bin_.strings.update(words)
    bin_.strings.update(span.label_ for group in (doc.ents, *doc.spans.values()) for span in group)


FORMAT = Format(
    name="spacy",
    about="spaCy's DocBin, for spacy train",
    ending=".spacy",
    read=read,
    write=write,
    carries=all_but("off_token", "curator", "origin", "source", "score", "verdicts", aside=("self_relations",)),
    lost=("other span groups, user data and categories", "knowledge-base ids"),
    options={
        "spans": f"the group of Doc.spans: written for every document (default: {GROUP}, where spans overlap), "
        "or read (several with commas; empty for the entities alone)",
    },
)
