"""Describing steps, spans and relations in words, for messages and for ``annotator history``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from annotator.annotation import RelationKey, Span, SpanKey, relation_key, span_key
from annotator.history import AUTOMATIC_ACTIONS, REANCHOR, RETURN, UNDO_RETURN, Op, Record, dumps
from annotator.labels.attributes import value_text
from annotator.text import Segment, without_middle

Place = Segment | Span | SpanKey
"""What says where a span begins and ends."""

_OF_RELATIONS = {"relate", "retype", "group", "ungroup"}
"""Actions that are named by their relation, also where they accept its ends."""
_OF_MANY = {"accept all", "accept alike", "reject all", "reject alike", "label everywhere", *AUTOMATIC_ACTIONS}
"""Actions on any number of items, which are counted rather than named."""


def one_line(text: str) -> str:
    """A piece of text on one line, without control characters."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def quote(text: str, limit: int = 40) -> str:
    """Quote a piece of text on one line, without control characters, shortened to ``limit`` code points."""
    shown = one_line(text)
    return f"“{shown if len(shown) <= limit else shown[: limit - 1].rstrip() + '…'}”"


def quote_name(text: str, limit: int = 40) -> str:
    """Quote a name as :func:`quote` does, but shortened in its middle."""
    return f"“{without_middle(one_line(text), limit)}”"


def describe_ops(action: str, ops: Iterable[Op], text: str, place_of: Callable[[str], Place | None]) -> str:
    """Describe a step in a few words: the action, and the items that it changed.

    ``place_of`` says where a span stands that the step left as it was, such as the end of a relation.  Of a step to
    another ``text`` only what it left there is told: what it took away had its place in the text before.
    """
    ops = list(ops)
    if any((op.table, op.id) == ("layer", "text") and op.was and op.now for op in ops):
        ops = [op for op in ops if op.now is not None]
    if action in (RETURN, UNDO_RETURN):
        return _returns(action, ops)
    decisions = [op for op in ops if op.table == "ruling" and (op.now or op.was or {})["settled"] == "adjudicator"]
    if decisions and action not in AUTOMATIC_ACTIONS:
        return f"{action} {_decisions([op.now or op.was or {} for op in decisions], text)}"
    if action == "attribute":
        return f"{action} {_attributes(ops, text, place_of)}"
    spans = [op for op in ops if op.table == "span"]
    relations = [op for op in ops if op.table == "relation"]
    verdicts = [op for op in ops if op.table == "verdict" and (op.now is not None or action == "undo")]
    if action == "delete" and spans:
        return f"{action} {_span(spans[-1].was or {}, text)}"
    if action in _OF_MANY or len(spans) > 2 or (action == REANCHOR and spans):
        return f"{action} ({_counts(ops)})"
    if action == "ungroup":
        relations.sort(
            key=lambda op: op.now is not None
        )  # the links that went, not those that hold the others together
    for op in [*spans[:1], *relations[:1]] if action not in _OF_RELATIONS else relations[:1]:
        content = op.now or op.was or {}
        if op.table == "span":
            return f"{action} {_span(content, text)}"
        changed = {op.id: Segment(record["start"], record["end"]) for op in spans if (record := op.now or op.was)}
        head, child = (changed.get(content[end]) or place_of(content[end]) for end in ("head", "child"))
        return f"{action} {_relation(content['label'], head, child, text)}"
    if len(verdicts) == 1:
        return f"{action} {_suggestion(verdicts[0].now or verdicts[0].was or {}, text)}"
    return f"{action} ({_counts(ops)})" if verdicts else action


def _attributes(ops: Iterable[Op], text: str, place_of: Callable[[str], Place | None]) -> str:
    """Describe which attributes a step set to what, and of what."""
    for op in ops:
        was, now = op.was or {}, op.now or {}
        of_document = op.table == "layer" and op.id == "attributes"
        field = "value" if of_document else "attributes"
        before, after = was.get(field) or {}, now.get(field) or {}
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        changes = ", ".join(f"{name}: {value_text(after.get(name)) or 'nothing'}" for name in names)
        if of_document:
            return f"{changes} of the document"
        if changes and op.table == "span":
            return f"{changes} of {_span(now or was, text)}"
        if changes and op.table == "relation":
            content = now or was
            ends = place_of(content["head"]), place_of(content["child"])
            return f"{changes} of {_relation(content['label'], *ends, text)}"
    return ""


def _returns(action: str, ops: Iterable[Op]) -> str:
    """Describe to whom a document was returned, with the note, or from whom that was taken back."""
    notes: dict[str, list[str]] = {}
    for op in ops:
        notes.setdefault("" if op.now is None else f": {quote(op.now['note'], 400)}", []).append(op.id)
    names = (f"{', '.join(curators)}{note}" for note, curators in notes.items())
    return f"{action} to {'; '.join(names)}"


def _span(content: Record, text: str) -> str:
    return item_in_words(SpanKey(content["start"], content["end"], content["label"]), text)


def _relation(label: str, head: Place | None, child: Place | None, text: str) -> str:
    """Name a relation by its ends' words around its label; by its label alone where an end is not known any more."""
    if head is None or child is None:
        return label
    first, second = (quote_name(text[end.start : end.end], 24) for end in (head, child))
    return f"{first} {label} → {second}"


def _decisions(rulings: list[Record], text: str) -> str:
    """Describe what an adjudicator decided, and what each curator had marked."""
    by_versions = {dumps([ruling["versions"], _attribute_name(ruling)]): ruling for ruling in rulings}
    if len(by_versions) > 1:
        return f"({len(by_versions)} decisions)"
    (ruling,) = by_versions.values()
    outcomes = sorted({words for r in rulings if (words := _outcome(r, text)) is not None})
    versions = versions_in_words(ruling["kind"], ruling["versions"], text)
    return f"{', '.join(outcomes) or 'nothing'}" + (f" ({versions})" if versions else "")


def versions_in_words(kind: str, versions: Mapping[str, Any], text: str) -> str:
    """List the curators with what they marked, those who marked the same together."""
    curators_by_words: dict[str, list[str]] = {}
    for curator, version in versions.items():
        if kind == "attribute":
            words = value_text(version) or "nothing"
        else:
            words = ", ".join(content_in_words(kind, content, text) for content in version) or "nothing"
        curators_by_words.setdefault(words, []).append(curator)
    return "; ".join(f"{', '.join(curators)}: {words}" for words, curators in curators_by_words.items())


def item_in_words(item: SpanKey | RelationKey, text: str) -> str:
    """Name a span by its label and words, a relation by its ends' words around its label."""
    if isinstance(item, SpanKey):
        return f"{item.label} {quote_name(text[item.start : item.end])}"
    return _relation(item.label, item.head, item.child, text)


def claimed_item(claim: Any) -> SpanKey | RelationKey:
    """Read what a claim is about, a span or a relation, from its JSON value."""
    return span_key(claim) if isinstance(claim[0], int) else relation_key(claim)


def content_in_words(kind: str, content: Any, text: str) -> str:
    """Name a span or relation that is given as history keeps it (see :func:`annotator.annotation.key_json`)."""
    return item_in_words(span_key(content) if kind == "span" else relation_key(content), text)


def attribute_in_words(name: str, value: str, item: SpanKey | RelationKey | None, text: str) -> str:
    """Say what an attribute of an item, or (``None``) of the document is set to; an empty value is none."""
    of = "the document" if item is None else item_in_words(item, text)
    return f"{name} of {of}: {value or 'nothing'}"


def _attribute_name(ruling: Record) -> str | None:
    return ruling["claim"][1] if ruling["kind"] == "attribute" else None


def _outcome(ruling: Record, text: str) -> str | None:
    if ruling["kind"] == "attribute":
        claim, name = ruling["claim"]
        item = None if claim is None else claimed_item(claim)
        return attribute_in_words(name, value_text(ruling.get("outcome")), item, text)
    if ruling.get("outcome") is None:
        return None
    if ruling["kind"] == "span":
        return content_in_words("span", ruling["outcome"], text)
    (head, child, _), (label, turned) = ruling["claim"], ruling["outcome"]
    return content_in_words("relation", [child, head, label] if turned else [head, child, label], text)


def _suggestion(decision: Record, text: str) -> str:
    if decision["kind"] == "relation":
        return str(decision["label"])
    start, end, label = decision["original"]
    return item_in_words(SpanKey(start, end, label), text)


def _counts(ops: list[Op]) -> str:
    tables = Counter(op.table for op in ops)
    kinds = [("span", "spans"), ("relation", "relations"), ("verdict", "verdicts"), ("comment", "comments")]
    return ", ".join(f"{tables[t]} {t if tables[t] == 1 else many}" for t, many in kinds if tables[t])
