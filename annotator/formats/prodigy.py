"""Prodigy's JSONL: tasks with tokens, spans, relations and the annotator's answer.

``token_end`` is inclusive.  The ends of a relation are found by ``head_span`` and ``child_span``; the token numbers
that ``head`` and ``child`` hold are the last token of a span in what Prodigy writes, the first in what some scripts do.
Only accepted tasks are annotations: what stands in a rejected or ignored one becomes a verdict.  A binary task, one
question with one answer, never makes a document finished.

Attributes stand under ``attrs`` of spans, relations and tasks; but an entry of a catalog is the ``kb_id`` of its span,
and values of the document that are to be chosen from are the ``accept`` of Prodigy's choices.  ``kb_name`` and
``accept_name`` say which attribute that is, where it goes by another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from annotator.annotation import Annotations, Attributes, Extra, Relation, RelationKey, Span, SpanKey, VerdictKind
from annotator.attribute_values import text_problem
from annotator.errors import FormatError
from annotator.formats.beside_labels import are_attributes, attribute, value_problem
from annotator.formats.json_values import Fields, dumps, excerpt
from annotator.formats.options import is_yes
from annotator.formats.prodigy_plain import plain_content
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
from annotator.formats.record import LayerRecord
from annotator.formats.source import JsonItem, Source
from annotator.formats.tokens import Encoded, TokenNumbers, with_encoded_tokens
from annotator.labels import LabelScheme
from annotator.labels.attributes import AttributeKind, values_of

_TASK = ("text", "meta", "tokens", "spans", "relations", "answer", "key", "lang", "title")
_SPAN = ("start", "end", "token_start", "token_end", "label", "text", "source", "score")
_RELATION = ("head", "child", "label", "head_span", "child_span")


class _OwnField(NamedTuple):
    """A field that is an attribute of that name, or of the one that ``named_by`` says; and of what type it is."""

    name: str
    named_by: str
    type: type[str | list[str]]
    kind: AttributeKind


_CHOSEN = _OwnField("accept", "accept_name", list, "values")
_ENTRY = _OwnField("kb_id", "kb_name", str, "catalog")

_ANSWERS: Mapping[str, VerdictKind] = {"reject": "rejected", "ignore": "ignored"}
_BINARY = ("ner", "classification")
_UNNAMED = re.compile(r".*\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d")
_MEDIA = ("image", "audio", "video", "html")

TASK_FIELDS, SPAN_FIELDS, RELATION_FIELDS, LOOSE_RELATION = (
    "task",
    "span's fields",
    "relation's fields",
    "relation without spans",
)


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:  # noqa: ARG001 - the protocol's
    """Yield a document for each task."""
    for item in source.items(without="tokens"):
        yield _document(item)


def _document(item: JsonItem) -> ForeignDocument:
    task = Fields.of(item.value, item.where, hint="export the dataset anew with `prodigy db-out`")
    if "text" not in task:
        _refuse_other_tasks(task)
    text = task.get("text", str)
    meta = task.values.get("meta")
    layer, lost = _layer(task, text)
    return ForeignDocument(
        where=item.where,
        text=text,
        fallback=item.key(),
        layers=(layer,),
        key=task.optional("key", str),
        lang=task.optional("lang", str),
        title=task.optional("title", str),
        meta=meta if isinstance(meta, dict) else {},
        lost=lost,
    )


def _refuse_other_tasks(task: Fields) -> None:
    """Refuse tasks on other media, and patterns, by what they are."""
    medium = next((name for name in _MEDIA if name in task), None)
    if medium is not None:
        raise FormatError(f"{task.where}: a task on {medium}, not on text", "leave such tasks out")
    if "pattern" in task:
        raise FormatError(f"{task.where}: a match pattern, not a task", "put patterns into labels.yaml")


def _layer(task: Fields, text: str) -> tuple[ForeignLayer, dict[str, int]]:
    """Read the layer of a task, according to its answer; return it with the counts of what is lost."""
    answer = task.optional("answer", str) or "accept"
    reader = _TaskReader(task, text, with_attributes=answer == "accept")
    content = reader.content()
    author = _author(task)
    if answer == "accept":
        state: WorkState = "doing" if task.values.get("_view_id") in _BINARY else "done"
        said = tuple(reader.attributes)
        return ForeignLayer(content, author, state=state, extras=tuple(reader.extras), attributes=said), {}
    if answer not in _ANSWERS:
        task.fail("answer", f"found {excerpt(answer)}, expected accept, reject or ignore")
    extras = tuple(extra for extra in reader.extras if not extra.refs)
    state = "skipped" if answer == "ignore" or not content.spans else "doing"
    layer = ForeignLayer(author=author, state=state, verdicts=((_ANSWERS[answer], content),), extras=extras)
    lost = len(reader.extras) - len(extras)
    return layer, {f"fields of what was {_ANSWERS[answer]}": lost} if lost else {}


def _author(task: Fields) -> str | None:
    """Name who answered, unless the session has no name."""
    for name in ("_annotator_id", "_session_id"):
        value = task.values.get(name)
        if isinstance(value, str) and value and not _UNNAMED.fullmatch(value):
            return value
    return None


class _TaskReader:
    """Reads the spans and relations of a task, and collects in ``extras`` the fields that only Prodigy has.

    ``with_attributes`` reads ``attributes``, too, which are fields like others where the task was not accepted.
    """

    def __init__(self, task: Fields, text: str, *, with_attributes: bool) -> None:
        self.task = task
        self.text = text
        self.extras: list[Extra] = []
        self.attributes: list[ForeignAttribute] = []
        self._with_attributes = with_attributes
        self._by_key: dict[SpanKey, str] = {}
        self._by_place: dict[tuple[int, int], str] = {}
        self._by_token: dict[int, str] = {}
        known = _TASK if isinstance(task.values.get("meta"), dict) else tuple(n for n in _TASK if n != "meta")
        others = task.others(*known, *self._read_attributes(None, task, _CHOSEN))
        if others:
            self.extras.append(Extra(TASK_FIELDS, TASK_FIELDS, others))

    def content(self) -> Annotations:
        task = self.task
        plain = plain_content(task.values.get("spans"), task.values.get("relations"), self.text)
        if plain is not None:
            return plain
        spans = [self._span(f"s{i}", fields) for i, fields in enumerate(task.items("spans"))] if "spans" in task else []
        relations = []
        for index, fields in enumerate(task.items("relations") if "relations" in task else ()):
            relation = self._relation(f"r{index}", fields)
            if relation is not None:
                relations.append(relation)
        return Annotations.of(spans, relations)

    def _span(self, span_id: str, fields: Fields) -> Span:
        start, end = fields.range("start", "end", len(self.text))
        label = fields.label("label")
        if "text" in fields and fields.get("text", str) != self.text[start:end]:
            fields.fail("text", f"found {excerpt(fields.get('text', str))}, expected {excerpt(self.text[start:end])}")
        source, score = fields.values.get("source"), fields.values.get("score")
        self._by_key.setdefault(SpanKey(start, end, label), span_id)
        self._by_place.setdefault((start, end), span_id)
        for name in ("token_start", "token_end"):
            if isinstance(fields.values.get(name), int):
                self._by_token[fields.values[name]] = span_id
        own = {name for name, fits in (("source", _is_source(source)), ("score", _is_score(score))) if not fits}
        self._keep_other_fields(SPAN_FIELDS, span_id, fields, [name for name in _SPAN if name not in own])
        source = source if _is_source(source) else None
        return Span(
            span_id, start, end, label, "accepted" if source else "added", source, score if _is_score(score) else None
        )

    def _relation(self, relation_id: str, fields: Fields) -> Relation | None:
        head, child = self._end(fields, "head"), self._end(fields, "child")
        if head is None or child is None:
            self.extras.append(Extra(relation_id, LOOSE_RELATION, dict(fields.values)))
            return None
        self._keep_other_fields(RELATION_FIELDS, relation_id, fields, _RELATION)
        return Relation(relation_id, head, child, fields.label("label"))

    def _end(self, fields: Fields, name: Literal["head", "child"]) -> str | None:
        """Find the span at one end of a relation; ``None`` where the end is a token without a label."""
        if f"{name}_span" in fields:
            end_span = fields.inner(f"{name}_span")
            start, end = end_span.range("start", "end", len(self.text))
            if "label" in end_span:
                span_id = self._by_key.get(SpanKey(start, end, end_span.label("label"))) or self._by_place.get(
                    (start, end)
                )
            else:
                span_id = self._by_place.get((start, end))
                if span_id is None:
                    return None
        else:
            span_id = self._by_token.get(fields.get(name, int))
        if span_id is None:
            fields.fail(name, f"found {excerpt(fields.values.get(name))}, expected the token of a span")
        return span_id

    def _keep_other_fields(self, kind: str, item_id: str, fields: Fields, known: Iterable[str]) -> None:
        others = fields.others(*known, *self._read_attributes(item_id, fields, _ENTRY if kind == SPAN_FIELDS else None))
        if others:
            self.extras.append(Extra(f"{kind} {item_id}", kind, others, (item_id,)))

    def _read_attributes(self, item_id: str | None, fields: Fields, field: _OwnField | None) -> list[str]:
        """Read what is said of an item or (``None``) the document beside labels; return the names of those fields."""
        if not self._with_attributes:
            return []
        own = fields.values.get("attrs")
        attributes = own if are_attributes(own) else {}
        names = ["attrs"] if attributes else []
        self.attributes += [attribute(item_id, name, value) for name, value in attributes.items()]
        value = None if field is None else fields.values.get(field.name)
        if field is not None and isinstance(value, field.type) and value_problem(value) is None:
            name = fields.values.get(field.named_by)
            names.append(field.name)
            if isinstance(name, str) and text_problem(name) is None:
                names.append(field.named_by)
            else:
                name = field.name
            self.attributes.append(attribute(item_id, name, value, field.kind))
        return names


def _is_source(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_score(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1  # type: ignore[operator]


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write an accepted task for each document; with the option ``verdicts`` one for each suggestion refused, too."""
    verdicts = is_yes(target.options, "verdicts")
    for record, encoded in with_encoded_tokens(records):
        numbers = TokenNumbers(record.document, encoded.gaps)
        spans = _spans(record, numbers, target.scheme)
        for span in spans:
            if span["token_end"] is None:
                target.off_token.add(record.document.key, span["start"], span["end"], span["label"])
        chosen = _choices(record, target.scheme)
        target.write(_task(record, encoded, spans, _relations(record, numbers), "accept", chosen))
        if verdicts:
            for decision in record.verdicts:
                answer = next((a for a, verdict in _ANSWERS.items() if verdict == decision.verdict), None)
                if answer is not None:
                    target.write(_task(record, encoded, *_suggestion(numbers, decision.original), answer))


def _task(
    record: LayerRecord,
    encoded: Encoded,
    spans: list[Any],
    relations: list[Any],
    answer: str,
    more: Mapping[str, Any] | None = None,
) -> bytes:
    document = record.document
    row = next((dict(extra.value) for extra in record.extras if extra.kind == TASK_FIELDS), {})
    if record.layer.startswith("curator:"):
        row = {"_session_id": record.curators[0], "_annotator_id": record.curators[0], **row}
    if answer != "accept":
        row["_view_id"] = _BINARY[0]
    start = dumps({"text": document.text, "meta": document.meta, **row, **(more or {})})[:-1]
    end = dumps(
        {
            "spans": spans,
            "relations": relations,
            "answer": answer,
            "key": document.key,
            "lang": document.lang,
            "title": document.title,
        }
    )[1:]
    return b"".join((f'{start},"tokens":['.encode(), encoded.tokens, f"],{end}\n".encode()))


def _choices(record: LayerRecord, scheme: LabelScheme) -> dict[str, Any]:
    """Write the attributes of the document, the first whose values are to be chosen from as Prodigy's choices."""
    attributes = record.annotations.document_attributes
    chosen = next((a for a in scheme.attributes_of(None) if a.choices and a.name in attributes), None)
    if chosen is None:
        return _attrs(attributes, _CHOSEN, _CHOSEN.name)
    kept = next((extra.value for extra in record.extras if extra.kind == TASK_FIELDS), {}).get("options")
    options = list(kept) if isinstance(kept, list) else []
    known = {option.get("id") for option in options if isinstance(option, dict)}
    options += [{"id": choice, "text": choice} for choice in chosen.choices if choice not in known]
    values = {**attributes, chosen.name: [*map(str, values_of(attributes[chosen.name]))]}
    return {"options": options, **_attrs(values, _CHOSEN, chosen.name)}


def _attrs(attributes: Attributes | None, field: _OwnField | None = None, own: str = "") -> dict[str, Any]:
    """Write attributes, the one named ``own`` as a ``field`` of its own."""
    value = (attributes or {}).get(own)
    if field is None or not isinstance(value, field.type):
        return {"attrs": attributes} if attributes else {}
    others = {name: value for name, value in (attributes or {}).items() if name != own}
    named = {} if own == field.name else {field.named_by: own}
    return {**({"attrs": others} if others else {}), field.name: value, **named}


def _entry(span: Span, scheme: LabelScheme) -> str:
    """The name of the attribute that is the entry of a span: the first of a catalog, of one value alone."""
    attributes = span.attributes or {}
    linked = (a.name for a in scheme.attributes_of(span.label) if a.catalog and isinstance(attributes.get(a.name), str))
    return next(linked, _ENTRY.name)


def _spans(record: LayerRecord, numbers: TokenNumbers, scheme: LabelScheme) -> list[dict[str, Any]]:
    other_fields = _fields(record, SPAN_FIELDS)
    rows = []
    for key, span in record.spans().items():
        row = _span_place(numbers, key)
        if span.source is not None:
            row["source"] = span.source
        if span.score is not None:
            row["score"] = span.score
        if span.attributes:
            row |= _attrs(span.attributes, _ENTRY, _entry(span, scheme))
        rows.append({**row, **other_fields.get(span.id, {})})
    return rows


def _relations(record: LayerRecord, numbers: TokenNumbers) -> list[dict[str, Any]]:
    other_fields = _fields(record, RELATION_FIELDS)
    relations = record.relations().items()
    rows = [
        {**_link(numbers, key), **_attrs(relation.attributes), **other_fields.get(relation.id, {})}
        for key, relation in relations
    ]
    return rows + [dict(extra.value) for extra in record.extras if extra.kind == LOOSE_RELATION]


def _fields(record: LayerRecord, kind: str) -> dict[str, Mapping[str, Any]]:
    """Collect the other fields of spans or relations by their ids."""
    return {extra.refs[0]: extra.value for extra in record.extras if extra.kind == kind}


def _suggestion(numbers: TokenNumbers, original: Any) -> tuple[list[Any], list[Any]]:
    """Write the spans and relations of a suggestion, from its JSON value."""
    if isinstance(original[0], int):
        return [_span_place(numbers, SpanKey(*original))], []
    key = RelationKey(SpanKey(*original[0]), SpanKey(*original[1]), original[2])
    return [_span_place(numbers, end) for end in dict.fromkeys((key.head, key.child))], [_link(numbers, key)]


def _span_place(numbers: TokenNumbers, key: SpanKey) -> dict[str, Any]:
    first, last = numbers.exact(key.start, key.end) or (None, None)
    return {"start": key.start, "end": key.end, "token_start": first, "token_end": last, "label": key.label}


def _link(numbers: TokenNumbers, key: RelationKey) -> dict[str, Any]:
    head, child = _span_place(numbers, key.head), _span_place(numbers, key.child)
    return {
        "head": head["token_end"],
        "child": child["token_end"],
        "label": key.label,
        "head_span": head,
        "child_span": child,
    }


FORMAT = Format(
    name="prodigy",
    about="Prodigy's JSONL: tasks with tokens, spans, relations and an answer",
    ending=".jsonl",
    read=read,
    write=write,
    carries=all_but("origin", "verdicts", aside=("self_relations",), also=ATTRIBUTES),
    grants={"verdicts": ("verdicts",)},
    aside=(
        "hashes, session and other fields of a task, a span or a relation",
        "relations between tokens without label",
    ),
    lost=("tokens (ours are cut anew)",),
    options={"verdicts": "yes: write what was rejected or ignored as tasks of their own"},
)
