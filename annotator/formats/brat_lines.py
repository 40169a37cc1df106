"""Reading the lines of a brat ``.ann`` file into a layer, and writing them from one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple, NoReturn

from annotator.annotation import Annotations, Extra, Relation, Span
from annotator.errors import FormatError
from annotator.formats.json_values import excerpt
from annotator.formats.protocol import ForeignLayer
from annotator.formats.record import LayerRecord

_BREAKS = re.compile(r"[\r\n]+")
_BREAK = re.compile(r"[\r\n]")
_RANGE = re.compile(r"(\d{1,18}) (\d{1,18})")
_IDENTITY = re.compile(r"[TREAMN#]\d+")
_HINT = "mend the line, or what wrote the file"

EVENT, ATTRIBUTE, NORMALIZATION, EQUIVALENCE, NOTE = "event", "attribute", "normalization", "equivalence", "note"
DISCONTINUOUS, FRAGMENTS = "discontinuous span", "fragments of a span"
LINK, ROLES = "relation of what is kept aside", "names of arguments"
_ROLES = ["Arg1", "Arg2"]
_WRITTEN = (EVENT, ATTRIBUTE, NORMALIZATION, NOTE, EQUIVALENCE)
"""The order in which kinds of lines are written, behind spans and relations."""
_PREFIXES = {EVENT: "E", ATTRIBUTE: "A", NORMALIZATION: "N", NOTE: "#"}


class _AnnotationLine(NamedTuple):
    """A line: its id, the annotation behind it, the text behind the second tab, and ``file:line`` for messages."""

    id: str
    body: str
    text: str | None
    where: str

    def fail(self, problem: str) -> NoReturn:
        raise FormatError(f"{self.where}: {problem}", _HINT)


def parse_annotations(content: str, text: str, name: str) -> ForeignLayer:
    """Read the content of the file ``name``, whose offsets point into ``text``.

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
        for line in lines:
            if line.id[0] == kind:
                reader.take(line)
    return ForeignLayer(Annotations.of(reader.spans, reader.relations), extras=tuple(reader.extras))


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


def render_annotations(record: LayerRecord) -> str:
    """Write the lines of a record."""
    return "".join(f"{line}\n" for line in _AnnotationWriter(record).lines())


class _AnnotationReader:
    """Collects spans, relations and extras; extras refer to items by the file's ids."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.known: set[str] = set()
        self.spans: list[Span] = []
        self.relations: list[Relation] = []
        self.extras: list[Extra] = []
        self._ranges: set[str] = set()

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
        covered = " ".join(_BREAK.sub(" ", self.text[start:end]) for start, end in fragments)
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
        if fragments != _fragments(self.text, start, end):
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
        roles = [argument.rpartition(":")[0] for argument in arguments]
        if self._ranges.issuperset(ends):
            self.relations.append(Relation(line.id, ends[0], ends[1], label))
            if roles != _ROLES:
                self.extras.append(Extra(f"{line.id} roles", ROLES, {"roles": roles}, (line.id,)))
        else:
            self.extras.append(Extra(line.id, LINK, {"label": label, "roles": roles}, (ends[0], ends[1])))

    def _event(self, line: _AnnotationLine) -> None:
        parts = [part.rpartition(":") for part in line.body.split()]
        if not all(role and end for role, _, end in parts) or not parts:
            line.fail(f"found {excerpt(line.body)}, expected TYPE:TRIGGER and ROLE:ARGUMENT …")
        refs = tuple(end for _, _, end in parts)
        self._keep(line, EVENT, {"label": parts[0][0], "roles": [role for role, _, _ in parts[1:]]}, refs)

    def _attribute(self, line: _AnnotationLine) -> None:
        parts = line.body.split(" ", 2)
        if len(parts) < 2:
            line.fail(f"found {excerpt(line.body)}, expected a name and what it is of")
        value: dict[str, Any] = {"label": parts[0], "value": parts[2]} if len(parts) > 2 else {"label": parts[0]}
        self._keep(line, ATTRIBUTE, value, (parts[1],))

    def _normalization(self, line: _AnnotationLine) -> None:
        parts = line.body.split(" ", 2)
        if len(parts) < 3:
            line.fail(f"found {excerpt(line.body)}, expected a type, what it is of, and DATABASE:ID")
        self._keep(line, NORMALIZATION, {"label": parts[0], "entry": parts[2], "text": line.text or ""}, (parts[1],))

    def _note(self, line: _AnnotationLine) -> None:
        parts = line.body.split(" ", 1)
        if len(parts) < 2:
            line.fail(f"found {excerpt(line.body)}, expected a type and what it is of")
        self._keep(line, NOTE, {"label": parts[0], "text": line.text or ""}, (parts[1],))

    def _equivalence(self, line: _AnnotationLine) -> None:
        label, *refs = line.body.split()
        extra_id = f"* {len(self.extras)}"
        self._check(line, refs)
        self.extras.append(Extra(extra_id, EQUIVALENCE, {"label": label}, tuple(refs)))

    def _keep(self, line: _AnnotationLine, kind: str, value: Mapping[str, Any], refs: tuple[str, ...]) -> None:
        self._check(line, refs)
        self.extras.append(Extra(line.id, kind, value, refs))

    def _check(self, line: _AnnotationLine, refs: Iterable[str]) -> None:
        for ref in refs:
            if ref not in self.known:
                line.fail(f"found {excerpt(ref)}, expected the id of an annotation of this file")


class _AnnotationWriter:
    """Writes the lines of a record; ids count from 1 for each kind of line."""

    def __init__(self, record: LayerRecord) -> None:
        self._record = record
        self._text = record.document.text
        self._numbers: Counter[str] = Counter()
        self._ids: dict[str, str] = {}
        self._fields = {extra.refs[0]: extra.value for extra in record.extras if extra.kind in (FRAGMENTS, ROLES)}

    def lines(self) -> Iterator[str]:
        """Yield spans, relations, then the extras in order of their kind."""
        yield from self._spans()
        for extra in self._extras_of(EVENT):
            self._new_id("E", extra.id)
        yield from self._relations()
        for kind in _WRITTEN:
            for extra in self._extras_of(kind):
                prefix = _PREFIXES.get(kind)
                line_id = "*" if prefix is None else self._ids.get(extra.id) or self._new_id(prefix, extra.id)
                yield f"{line_id}\t{_line_body(extra, [self._ids[ref] for ref in extra.refs])}"

    def _extras_of(self, kind: str) -> list[Extra]:
        return [extra for extra in self._record.extras if extra.kind == kind]

    def _new_id(self, prefix: str, item_id: str) -> str:
        self._numbers[prefix] += 1
        return self._ids.setdefault(item_id, f"{prefix}{self._numbers[prefix]}")

    def _spans(self) -> Iterator[str]:
        spans = self._record.spans()
        for key, span in spans.items():
            pieces = self._fields.get(span.id, {}).get("fragments")
            if pieces is None or (pieces[0][0], pieces[-1][1]) != (key.start, key.end):
                pieces = _fragments(self._text, key.start, key.end)
            yield f"{self._new_id('T', span.id)}\t{key.label} {_fragments_text(pieces)}\t{_covered(self._text, pieces)}"
        for span in self._record.annotations.spans.values():
            self._ids.setdefault(span.id, self._ids[spans[span.key].id])
        for extra in self._extras_of(DISCONTINUOUS):
            body = f"{extra.value['label']} {_fragments_text(extra.value['fragments'])}"
            yield f"{self._new_id('T', extra.id)}\t{body}\t{extra.value['text']}"

    def _relations(self) -> Iterator[str]:
        for relation in self._record.relations().values():
            roles = self._fields.get(relation.id, {}).get("roles", _ROLES)
            ends = (self._ids[relation.head], self._ids[relation.child])
            yield f"{self._new_id('R', relation.id)}\t{relation.label} {_arguments(roles, ends)}"
        for extra in self._extras_of(LINK):
            ends = (self._ids[extra.refs[0]], self._ids[extra.refs[1]])
            yield f"{self._new_id('R', extra.id)}\t{extra.value['label']} {_arguments(extra.value['roles'], ends)}"


def _fragments(text: str, start: int, end: int) -> list[list[int]]:
    """Cut a span at line breaks into the fragments that brat writes, because its lines cannot hold breaks."""
    pieces: list[list[int]] = []
    at = start
    for match in _BREAKS.finditer(text, start, end):
        pieces.append([at, match.start()])
        at = match.end()
    pieces.append([at, end])
    return pieces if all(one < other for one, other in pieces) else [[start, end]]


def _fragments_text(fragments: Iterable[Iterable[int]]) -> str:
    return ";".join("{} {}".format(*fragment) for fragment in fragments)


def _covered(text: str, fragments: Iterable[Iterable[int]]) -> str:
    return " ".join(_BREAK.sub(" ", text[slice(*fragment)]) for fragment in fragments)


def _arguments(roles: Iterable[str], ends: Iterable[str]) -> str:
    return " ".join(f"{role}:{end}" if role else end for role, end in zip(roles, ends, strict=True))


def _line_body(extra: Extra, refs: list[str]) -> str:
    """Write the part of a line behind its id."""
    value, label = extra.value, extra.value["label"]
    if extra.kind == EVENT:
        return " ".join([f"{label}:{refs[0]}", _arguments(value["roles"], refs[1:])]).rstrip()
    if extra.kind == ATTRIBUTE:
        return " ".join([label, refs[0], *([value["value"]] if "value" in value else [])])
    if extra.kind == NORMALIZATION:
        return f"{label} {refs[0]} {value['entry']}\t{value['text']}"
    if extra.kind == NOTE:
        return f"{label} {refs[0]}\t{value['text']}"
    return " ".join([label, *refs])
