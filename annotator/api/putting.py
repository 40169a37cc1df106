"""Layers that a program puts, checked one value at a time and turned into what an import takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TypeAlias, get_args

from annotator.annotation import Annotations, Attributes, AttributeValue, Origin, Relation, Span, SpanKey
from annotator.api.arguments import layer_name, plain_number
from annotator.api.values import LabeledRelation, LabeledSpan, NewLayer, RelationLike, SpanLike
from annotator.attribute_values import attribute_value_problem, text_problem
from annotator.errors import WorkflowError
from annotator.formats.protocol import ForeignDocument, ForeignLayer
from annotator.history import GOLD, SUGGESTIONS
from annotator.labels import LabelScheme
from annotator.text import Document
from annotator.workflow.arguments import parse_layer

AttributeCheck: TypeAlias = Callable[[str, AttributeValue, str | None], str | None]
"""Says why an item of a label, or (``None``) the document, may not have an attribute set to a value."""

FORM = "api"
"""What an import of such layers is called, where a format would name it."""


def foreign_documents(
    layers: Iterable[NewLayer], find: Callable[[str], Document], check: AttributeCheck
) -> Iterator[ForeignDocument]:
    """Yield each layer as a document with it alone; ``find`` gives the document of a key, or raises.

    ``check`` says why an item of a label (``None``: the document) may not have an attribute set to a value.

    Raises :class:`WorkflowError` for a layer that cannot be put so, another text, offsets outside it, a span that is no
    such value, and an end of a relation that is none of the spans.
    """
    for given in layers:
        layer = _new_layer(given)
        document = find(layer.document)
        where = f"{layer.document} ({layer.name})"
        if layer.text is not None and layer.text != document.text:
            raise WorkflowError(f"{where}: the document has another text", "count offsets in the text that it has")
        content = _content(layer, document.text, where)
        _check_attributes(content, where, check)
        yield ForeignDocument(where, document.text, document.key, (_foreign_layer(layer, content),), document.key)


def _new_layer(given: object) -> NewLayer:
    if not isinstance(given, NewLayer):
        raise WorkflowError(f"{given!r:.80} is no layer", "give a NewLayer")
    return given


def _foreign_layer(layer: NewLayer, content: Annotations) -> ForeignLayer:
    name = parse_layer(layer_name(layer.name))
    kind, _, author = name.partition(":")
    if name == SUGGESTIONS:
        raise WorkflowError(f"{SUGGESTIONS} are what `suggest` makes", f"name yours {SUGGESTIONS}:NAME")
    if kind == SUGGESTIONS:
        return ForeignLayer(content, author, suggested=True)
    return ForeignLayer(content, author or None, state="done" if layer.done or name == GOLD else "doing", layer=name)


def _content(layer: NewLayer, text: str, where: str) -> Annotations:
    spans: dict[str, Span] = {}
    for given in layer.spans:
        span = _span(given, text, where)
        if span.id in spans:
            raise WorkflowError(f"{where}: the span {span.id} stands there twice", "give each span once")
        spans[span.id] = span
    relations: dict[str, Relation] = {}
    for number, link in enumerate(layer.relations, 1):
        relations[str(number)] = _relation(link, str(number), spans, text, where)
    return Annotations(spans, relations, _attributes(layer.attributes, where) or {})


def attribute_check(scheme: LabelScheme, mapping: Mapping[str, str], *, adds: bool) -> AttributeCheck:
    """Check attributes against a scheme, under the names that ``mapping`` gives; ``adds`` allows those it lacks."""

    def problem(name: str, value: AttributeValue, label: str | None) -> str | None:
        name, label = mapping.get(name, name), None if label is None else mapping.get(label, label)
        attribute = scheme.attributes.get(name)
        if not name or label == "" or (attribute is None and adds):
            return None
        with suppress(ValueError):
            value = value if attribute is None else attribute.canonical(value)
        return scheme.attribute_problem(name, value, label)

    return problem


def _check_attributes(content: Annotations, where: str, check: AttributeCheck) -> None:
    items: list[Span | Relation] = [*content.spans.values(), *content.relations.values()]
    said: list[tuple[Attributes, str | None]] = [(item.attributes or {}, item.label) for item in items]
    for attributes, label in [*said, (content.document_attributes, None)]:
        for name, value in attributes.items():
            problem = check(name, value, label)
            if problem is not None:
                raise WorkflowError(f"{where}: {problem}", "labels.yaml says which attributes there are")


def _attributes(given: object, where: str) -> Attributes | None:
    """Check attributes; ``None`` where there are none."""
    if not isinstance(given, Mapping):
        raise WorkflowError(f"{where}: {given!r:.80} are no attributes", "give them as a mapping from name to value")
    attributes: dict[str, AttributeValue] = {}
    for name, value in given.items():
        value = list(value) if isinstance(value, tuple) else value
        texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
        known = isinstance(name, str) and (texts or isinstance(value, (bool, int, float, str)))
        problem = text_problem(name) or attribute_value_problem(value) if known else "is none of an attribute's"
        if problem is not None:
            raise WorkflowError(
                f"{where}: the value {value!r:.60} of {name!r:.60} {problem}",
                "give true or false, a number, a text on one line, or a list of such texts",
            )
        attributes[name] = value
    return dict(sorted(attributes.items())) or None


def _span(given: SpanLike, text: str, where: str) -> Span:
    """Check a span; its id is its content, by which relations find it."""
    value = _labeled_span(given, where)
    start, end, label = plain_number(value.start), plain_number(value.end), value.label
    if not isinstance(start, int) or not isinstance(end, int) or not isinstance(label, str):
        raise WorkflowError(f"{where}: {given!r:.80} is no span", "give start and end as whole numbers, and a label")
    if not 0 <= start < end <= len(text):
        raise WorkflowError(
            f"{where}: {label} {start}-{end} is not within the text", f"expected 0 ≤ start < end ≤ {len(text)}"
        )
    if value.text is not None and value.text != text[start:end]:
        raise WorkflowError(
            f"{where}: {label} {start}-{end} is said to be {value.text!r:.60}, and is {text[start:end]!r:.60}",
            "count offsets in code points of the text that the document has",
        )
    key = str(SpanKey(start, end, label))
    return Span(key, start, end, label, *_provenance(value, where), _attributes(value.attributes, where))


def _labeled_span(given: object, where: str) -> LabeledSpan:
    if isinstance(given, LabeledSpan):
        return given
    if not isinstance(given, tuple) or len(given) != 3:
        raise WorkflowError(f"{where}: {given!r:.80} is no span", "give start, end and label, or a LabeledSpan")
    return LabeledSpan(*given)


def _relation(given: RelationLike, name: str, spans: dict[str, Span], text: str, where: str) -> Relation:
    if isinstance(given, tuple) and len(given) == 3:
        head, child, label = given
        value = LabeledRelation(_labeled_span(head, where), _labeled_span(child, where), label)
    elif isinstance(given, LabeledRelation):
        value = given
    else:
        raise WorkflowError(f"{where}: {given!r:.80} is no relation", "give head, child and label")
    if not isinstance(value.label, str):
        raise WorkflowError(f"{where}: the label of a relation is {value.label!r:.40}", "give it as a string")
    ends = [_span(end, text, where).id for end in (value.head, value.child)]
    for end in ends:
        if end not in spans:
            raise WorkflowError(
                f"{where}: {value.label} ends at {end}, which is no span", "give it among the spans too"
            )
    if ends[0] == ends[1]:
        raise WorkflowError(f"{where}: {value.label} links {ends[0]} with itself", "give two different spans")
    attributes = _attributes(value.attributes, where)
    return Relation(name, ends[0], ends[1], value.label, *_provenance(value, where), attributes)


def _provenance(
    value: LabeledSpan | LabeledRelation, where: str
) -> tuple[Origin, str | None, float | None, str | None]:
    """How an item came to be, as it is recorded."""
    if value.origin not in get_args(Origin):
        raise WorkflowError(f"{where}: origin {value.origin!r:.40}", f"expected one of {', '.join(get_args(Origin))}")
    score = plain_number(value.score)
    if value.score is not None and (score is None or not 0 <= score <= 1):
        raise WorkflowError(f"{where}: the score is {value.score!r:.40}", "expected a number from 0 to 1")
    names: tuple[object, ...] = (value.source, value.curator)
    for name in names:
        if name is not None and not (isinstance(name, str) and name.isprintable()):
            raise WorkflowError(f"{where}: {name!r:.40} is no name", "give source and curator as strings")
    return value.origin, value.source, None if score is None else float(score), value.curator
