"""Reading the lines of a brat ``.ann`` file into a layer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple, NoReturn

from annotator.annotation import Annotations, Extra, Relation, Span
from annotator.attribute_values import text_problem
from annotator.errors import FormatError
from annotator.formats import beside_labels
from annotator.formats.json_values import excerpt
from annotator.formats.protocol import ForeignAttribute, ForeignGroup, ForeignLayer
from annotator.labels.attributes import AttributeKind

_BREAKS = re.compile(r"[\r\n]+")
BREAK = re.compile(r"[\r\n]")
_RANGE = re.compile(r"(\d{1,18}) (\d{1,18})")
_IDENTITY = re.compile(r"[TREAMN#]\d+")
_HINT = "mend the line, or what wrote the file"

EVENT, ATTRIBUTE, NORMALIZATION, EQUIVALENCE, NOTE = "event", "attribute", "normalization", "equivalence", "note"
DISCONTINUOUS, FRAGMENTS = "discontinuous span", "fragments of a span"
LINK, ROLES = "relation of what is kept aside", "names of arguments"
ENTRY = "name of an entry"
USUAL_ROLES = ["Arg1", "Arg2"]


class _AnnotationLine(NamedTuple):
    """A line: its id, the annotation behind it, the text behind the second tab, and ``file:line`` for messages."""

    id: str
    body: str
    text: str | None
    where: str

    def fail(self, problem: str) -> NoReturn:
        raise FormatError(f"{self.where}: {problem}", _HINT)


def parse_annotations(content: str, text: str, name: str, *, event_relations: bool = False) -> ForeignLayer:
    """Read the content of the file ``name``, whose offsets point into ``text``.

    With ``event_relations`` an event becomes relations from its trigger to its arguments, named after their roles, and
    what is said of the event is said of the trigger; only events whose triggers are no spans are kept aside then.

    Raises :class:`FormatError` with file and line for a line that brat would not write, offsets outside the text, a
    covered text that differs, an id that comes twice, and a reference to an id that is not there.
    """
    reader = _AnnotationReader(text)
    lines = list(_lines(content.removeprefix("\ufeff"), name))
    seen: dict[str, str] = {}
    for line in lines:
        if line.id != "*":
            if line.id in seen:
                line.fail(f"found the id {line.id} again (first on {seen[line.id]}), expected each id once")
            seen[line.id] = line.where
    reader.known = set(seen)
    for kind in "TREAMN#*":
        if kind == "R" and event_relations:
            reader.find_triggers(line for line in lines if line.id[0] == "E")
        for line in lines:
            if line.id[0] == kind:
                reader.take(line)
    return ForeignLayer(
        Annotations.of(reader.spans, reader.relations),
        extras=tuple(reader.extras),
        attributes=tuple(reader.attributes),
        groups=tuple(reader.groups),
    )


def _lines(content: str, name: str) -> Iterator[_AnnotationLine]:
    for number, line in enumerate(content.split("\n"), 1):
        where = f"{name}:{number}"
        line = line.removesuffix("\r")
        if not line.strip():
            continue
        line_id, tab, rest = line.partition("\t")
        if not tab or not (line_id == "*" or _IDENTITY.fullmatch(line_id)):
            raise FormatError(
                f"{where}: found {excerpt(line)}, expected an id of T, R, E, A, M, N, # or *, a tab, and an annotation",
                _HINT,
            )
        body, tab, text = rest.partition("\t")
        if not body.strip():
            raise FormatError(f"{where}: found nothing behind the id {line_id}, expected an annotation", _HINT)
        yield _AnnotationLine(line_id, body.strip(" "), text if tab else None, where)


class _AnnotationReader:
    """Collects spans, relations and extras; extras refer to items by the file's ids."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.known: set[str] = set()
        self.spans: list[Span] = []
        self.relations: list[Relation] = []
        self.extras: list[Extra] = []
        self.attributes: list[ForeignAttribute] = []
        self.groups: list[ForeignGroup] = []
        self._ranges: set[str] = set()
        self._labels: dict[str, str] = {}
        self._triggers: dict[str, str] = {}

    def find_triggers(self, events: Iterable[_AnnotationLine]) -> None:
        """Let the triggers that are spans stand for their events, which become relations."""
        for line in events:
            label, _, trigger = line.body.partition(" ")[0].rpartition(":")
            if trigger in self._ranges and self._labels[trigger] == label:
                self._triggers[line.id] = trigger

    def take(self, line: _AnnotationLine) -> None:
        """Take one line; spans must come before relations."""
        kinds: Mapping[str, Callable[[_AnnotationLine], None]] = {
            "T": self._span,
            "R": self._relation,
            "E": self._event,
            "A": self._attribute,
            "M": self._attribute,
            "N": self._normalization,
            "#": self._note,
            "*": self._equivalence,
        }
        kinds[line.id[0]](line)

    def _span(self, line: _AnnotationLine) -> None:
        label, _, ranges = line.body.partition(" ")
        fragments = [self._fragment(line, range_text) for range_text in ranges.split(";")]
        covered = " ".join(BREAK.sub(" ", self.text[start:end]) for start, end in fragments)
        if line.text is None or (line.text != covered and line.text.rstrip() != covered.rstrip()):
            line.fail(f"found the text {excerpt(line.text)} for {label} {ranges}, expected {excerpt(covered)}")
        start, end = fragments[0][0], fragments[-1][1]
        gaps = (self.text[one[1] : other[0]] for one, other in pairwise(fragments))
        if any(gap and not gap.isspace() for gap in gaps) or fragments != sorted(fragments):
            value = {"label": label, "fragments": fragments, "text": covered}
            self.extras.append(Extra(line.id, DISCONTINUOUS, value))
            return
        self.spans.append(Span(line.id, start, end, label))
        self._ranges.add(line.id)
        self._labels[line.id] = label
        if fragments != fragments_of(self.text, start, end):
            value = {"fragments": fragments}
            self.extras.append(Extra(f"{line.id} fragments", FRAGMENTS, value, (line.id,)))

    def _fragment(self, line: _AnnotationLine, range_text: str) -> list[int]:
        match = _RANGE.fullmatch(range_text)
        if match is None:
            line.fail(f"found {excerpt(range_text)}, expected a start and an end")
        start, end = int(match[1]), int(match[2])
        if not start < end <= len(self.text):
            line.fail(f"found {start}-{end}, expected 0 ≤ start < end ≤ {len(self.text)}")
        return [start, end]

    def _relation(self, line: _AnnotationLine) -> None:
        label, *arguments = line.body.split()
        ends = [argument.rpartition(":")[2] for argument in arguments]
        if len(ends) != 2:
            line.fail(f"found {excerpt(line.body)}, expected a type and two arguments")
        self._check(line, ends)
        self._link(line.id, label, [argument.rpartition(":")[0] for argument in arguments], ends)

    def _link(self, link_id: str, label: str, roles: list[str], ends: Iterable[str]) -> None:
        head, child = map(self._item, ends)
        if head in self._ranges and child in self._ranges:
            self.relations.append(Relation(link_id, head, child, label))
            if roles != USUAL_ROLES:
                self.extras.append(Extra(f"{link_id} roles", ROLES, {"roles": roles}, (link_id,)))
        else:
            self.extras.append(Extra(link_id, LINK, {"label": label, "roles": roles}, (head, child)))

    def _item(self, ref: str) -> str:
        """The id of what stands for something here: the trigger for an event that becomes relations."""
        return self._triggers.get(ref, ref)

    def _event(self, line: _AnnotationLine) -> None:
        parts = [part.rpartition(":") for part in line.body.split()]
        if not all(role and end for role, _, end in parts) or not parts:
            line.fail(f"found {excerpt(line.body)}, expected TYPE:TRIGGER and ROLE:ARGUMENT …")
        refs = tuple(end for _, _, end in parts)
        if line.id in self._triggers:
            self._check(line, refs)
            for number, (role, _, argument) in enumerate(parts[1:], 1):
                self._link(f"{line.id} {number}", without_number(role), USUAL_ROLES, (refs[0], argument))
            return
        self._keep(line, EVENT, {"label": parts[0][0], "roles": [role for role, _, _ in parts[1:]]}, refs)

    def _attribute(self, line: _AnnotationLine) -> None:
        parts = line.body.split(" ", 2)
        if len(parts) < 2:
            line.fail(f"found {excerpt(line.body)}, expected a name and what it is of")
        value: dict[str, Any] = {"label": parts[0], "value": parts[2]} if len(parts) > 2 else {"label": parts[0]}
        extra = self._keep(line, ATTRIBUTE, value, (parts[1],))
        self._say(extra, parts[0], value.get("value", True))

    def _normalization(self, line: _AnnotationLine) -> None:
        parts = line.body.split(" ", 2)
        if len(parts) < 3:
            line.fail(f"found {excerpt(line.body)}, expected a type, what it is of, and DATABASE:ID")
        value = {"label": parts[0], "entry": parts[2], "text": line.text or ""}
        extra = self._keep(line, NORMALIZATION, value, (parts[1],))
        database, _, entry = parts[2].partition(":")
        self._say(extra, database, entry, "catalog", Extra("", ENTRY, value, extra.refs))

    def _say(
        self,
        aside: Extra,
        name: str,
        value: str | bool,
        kind: AttributeKind | None = None,
        detail: Extra | None = None,
    ) -> None:
        """Say of an item what the label scheme may have a place for, unless nobody could have such a value."""
        if text_problem(name) is None and (isinstance(value, bool) or text_problem(value) is None):
            said = ForeignAttribute(aside.refs[0], name, value, aside, kind or beside_labels.kind_of(value), detail)
            self.attributes.append(said)

    def _note(self, line: _AnnotationLine) -> None:
        parts = line.body.split(" ", 1)
        if len(parts) < 2:
            line.fail(f"found {excerpt(line.body)}, expected a type and what it is of")
        self._keep(line, NOTE, {"label": parts[0], "text": line.text or ""}, (parts[1],))

    def _equivalence(self, line: _AnnotationLine) -> None:
        label, *refs = line.body.split()
        extra_id = f"* {len(self.extras)}"
        self._check(line, refs)
        extra = Extra(extra_id, EQUIVALENCE, {"label": label}, tuple(map(self._item, refs)))
        self.extras.append(extra)
        if text_problem(label) is None:
            self.groups.append(ForeignGroup(label, extra.refs, extra))

    def _keep(self, line: _AnnotationLine, kind: str, value: Mapping[str, Any], refs: tuple[str, ...]) -> Extra:
        self._check(line, refs)
        extra = Extra(line.id, kind, value, tuple(map(self._item, refs)))
        self.extras.append(extra)
        return extra

    def _check(self, line: _AnnotationLine, refs: Iterable[str]) -> None:
        for ref in refs:
            if ref not in self.known:
                line.fail(f"found {excerpt(ref)}, expected the id of an annotation of this file")


def fragments_of(text: str, start: int, end: int) -> list[list[int]]:
    """Cut a span at line breaks into the fragments that brat writes, because its lines cannot hold breaks."""
    pieces: list[list[int]] = []
    at = start
    for match in _BREAKS.finditer(text, start, end):
        pieces.append([at, match.start()])
        at = match.end()
    pieces.append([at, end])
    return pieces if all(one < other for one, other in pieces) else [[start, end]]


def without_number(role: str) -> str:
    """A role of an event without the number that tells several arguments of one role apart."""
    return role.rstrip("0123456789") or role
