"""The columns of CoNLL-2012, the layout of OntoNotes: entities and coreference in brackets.

Each line has the document, its part, the number of the word and the word; the column before the verbs' arguments has
entities such as ``(PERSON*``, the last one groups of mentions such as ``(12`` or ``(12|(7)``.  Mentions have no labels
of their own: one that is an entity has that label, the others have ``mention``.

Our files hold what words cannot express, the text above all, as a JSON object in a comment at the beginning of each
document; other programs pass over it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from annotator.annotation import SpanKey
from annotator.errors import FormatError
from annotator.formats.conll_document import groups_by_id
from annotator.formats.conll_tags import ColumnSpan
from annotator.formats.document_fields import document_fields, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt, parse_json
from annotator.formats.options import is_yes
from annotator.formats.protocol import (
    FEATURES,
    ForeignDocument,
    ForeignLayer,
    Format,
    Target,
    all_but,
    as_one_word,
    without_spaces,
)
from annotator.formats.record import LayerRecord, without_crossing
from annotator.formats.source import Source, SourceLine
from annotator.formats.words import TEXT_IS_REBUILT, WordSpan, align, annotations_from_words, rebuild_text
from annotator.groups import groups

BEGIN = "#begin document"
_BEGIN = re.compile(r"#\s*begin document\s+\(?(?P<name>[^\s()]+)\)?;?(?:\s*part\s+(?P<part>\d+))?\s*")
_END = re.compile(r"#\s*end document\b.*")
_DOCUMENT_PART, _NUMBER_COLUMN, _WORD, _LEAST_COLUMNS = 1, 2, 3, 5
_ENTITIES, _COLUMNS_WITH_ENTITIES = 10, 12
_NOT_IN_NAMES = re.compile(r"[\s()]|^#")
_GROUP = re.compile(r"(\()?([^()|]+)(\))?")
_ENTITY = re.compile(r"\(([^()*]+)|\*|\)")
_UNLABELLED = "mention"
_ENDINGS = (".conll", ".v4_gold_conll", ".v4_auto_conll", ".gold_conll", ".auto_conll")


class _Word(NamedTuple):
    """A word with the column of entities (``*``: none begins or ends) and that of groups (``-``: none)."""

    word: str
    entities: str
    groups: str
    where: str


@dataclass(slots=True)
class _Draft:
    """A document while its lines are read."""

    key: str
    where: str
    fields: Fields
    sentences: list[list[_Word]] = field(default_factory=lambda: [[]])
    lost: Counter[str] = field(default_factory=Counter)


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a file, or of the files of a folder; each part of a document is one."""
    label = options.get("label", _UNLABELLED)
    for part in source.parts(*_ENDINGS):
        yield from _documents(part, label)


def _documents(source: Source, label: str) -> Iterator[ForeignDocument]:
    draft: _Draft | None = None
    for line in source.lines():
        text = line.text.strip()
        begin = _BEGIN.fullmatch(text)
        if begin is not None:
            if draft is not None:
                yield _finished(draft, label)
            draft = _begun(begin, line)
        elif _END.fullmatch(text):
            if draft is not None:
                yield _finished(draft, label)
            draft = None
        elif draft is None:
            if text:
                raise FormatError(f"{line.where}: a line before `{BEGIN} (NAME); part 000`", "is it CoNLL-2012?")
        elif not text:
            draft.sentences.append([])
        elif text.startswith("#") and not text[1:2].isdigit():
            _take_comment(draft, text, line)
        else:
            draft.sentences[-1].append(_word(text.split(), line, draft))
    if draft is not None:
        yield _finished(draft, label)


def _begun(begin: re.Match[str], line: SourceLine) -> _Draft:
    part = int(begin["part"] or 0)
    key = begin["name"] if not part else f"{begin['name']}-{part:03}"
    return _Draft(key.replace("/", "_"), line.where, Fields({}, line.where))


def _take_comment(draft: _Draft, text: str, line: SourceLine) -> None:
    written = text.lstrip("# ")
    if written.startswith("{") and not draft.sentences[0]:
        draft.fields = Fields.of(parse_json(written, line.where), line.where)
    else:
        draft.lost["comment"] += 1


def _word(columns: Sequence[str], line: SourceLine, draft: _Draft) -> _Word:
    if len(columns) < _LEAST_COLUMNS or not columns[_NUMBER_COLUMN].isdigit():
        raise FormatError(
            f"{line.where}: found {excerpt(' '.join(columns))}, expected document, part, number and word first",
            "columns of another kind are read as conll",
        )
    has_entities = len(columns) >= _COLUMNS_WITH_ENTITIES
    others = columns[_WORD + 1 : -1]
    draft.lost["value in other columns"] += sum(
        value not in ("-", "*", "_") for place, value in enumerate(others, _WORD + 1) if place != _ENTITIES
    )
    return _Word(columns[_WORD], columns[_ENTITIES] if has_entities else "*", columns[-1], line.where)


def _finished(draft: _Draft, label: str) -> ForeignDocument:
    sentences = [sentence for sentence in draft.sentences if sentence]
    words = [word for sentence in sentences for word in sentence]
    if "text" in draft.fields:
        text = draft.fields.get("text", str)
        ranges = align([word.word for word in words], text, draft.where)
    else:
        text, ranges = rebuild_text([[word.word for word in sentence] for sentence in sentences])
    entities = list(_entities(words))
    label_of = {span[:2]: span.label for span in reversed(entities)}
    mentions = [
        ColumnSpan(first, last, label_of.get((first, last), label), group) for first, last, group in _mentions(words)
    ]
    own = {(span.first, span.last, span.label): ColumnSpan(*span) for span in entities}
    for mention in mentions:
        own[mention[:3]] = mention
    spans = sorted(own.values(), key=lambda span: (span.first, -span.last, span.label))
    content = annotations_from_words(ranges, [WordSpan(*span[:3]) for span in spans], ())
    layer = ForeignLayer(content, groups=tuple(groups_by_id(spans)))
    return foreign_document(draft.fields, text, draft.key, (layer,), lost=+draft.lost)


def _entities(words: Sequence[_Word]) -> Iterator[WordSpan]:
    """The spans of the column of entities: a bracket closes the innermost that is open."""
    opened: list[tuple[int, str, str]] = []
    for at, word in enumerate(words):
        if _ENTITY.sub("", word.entities).strip("-"):
            raise FormatError(f"{word.where}: found {excerpt(word.entities)}, expected entities such as (ORG*", _MEND)
        for match in _ENTITY.finditer(word.entities):
            if match[1]:
                opened.append((at, match[1], word.where))
            elif match[0] == ")":
                if not opened:
                    raise FormatError(f"{word.where}: {excerpt(word.entities)} closes no entity", _MEND)
                first, label, _ = opened.pop()
                yield WordSpan(first, at, label)
    if opened:
        raise FormatError(f"{opened[-1][2]}: the entity {opened[-1][1]} is never closed", _MEND)


_MEND = "mend what wrote the file"


def _mentions(words: Sequence[_Word]) -> Iterator[tuple[int, int, str]]:
    """First and last word of every mention, and the id of its group."""
    opened: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for at, word in enumerate(words):
        if word.groups in ("-", "_", "*"):
            continue
        for part in word.groups.split("|"):
            match = _GROUP.fullmatch(part)
            if match is None or not (match[1] or match[3]):
                raise FormatError(f"{word.where}: found {excerpt(word.groups)}, expected groups such as (12|(7)", _MEND)
            if match[1]:
                opened[match[2]].append((at, word.where))
            if match[3]:
                if not opened[match[2]]:
                    raise FormatError(f"{word.where}: {excerpt(part)} closes no mention", _MEND)
                yield opened[match[2]].pop()[0], at, match[2]
    for group, rest in opened.items():
        if rest:
            raise FormatError(f"{rest[-1][1]}: a mention of group {group} is never closed", _MEND)


# Writing


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write each document as one part, its groups numbered in the order of their first mentions."""
    wide = not is_yes(target.options, "gum")
    plain = is_yes(target.options, "plain")
    for record in records:
        key = _NOT_IN_NAMES.sub("_", record.document.key)
        target.write(f"{BEGIN} ({key}); part 000\n" if wide else f"# begin document {key}\n")
        if not plain:
            fields = {**document_fields(record.document), "text": record.document.text}
            target.write(f"# {dumps(fields)}\n")
        _write_words(record, target, key, wide=wide)
        target.write("#end document\n" if wide else "# end document\n")


def _write_words(record: LayerRecord, target: Target, key: str, *, wide: bool) -> None:
    places = record.token_spans()
    numbers = _group_numbers(record, target)
    if wide:
        places = {key: places[key] for key in without_crossing(places)}
        numbers = _told_by_places(numbers, places, target)
    links = [a.name for a in target.scheme.attributes.values() if a.kind == "catalog"]
    left = sum(name not in links for key in places for name in record.spans()[key].attributes or {})
    if left and not wide:  # in the other layout all of them are
        target.lost[f"{FEATURES['attributes']} but links"] += left
    tokens, text = record.document.tokens, record.document.text
    entities = _entity_column(places, len(tokens)) if wide else []
    mentions = _group_column(record, links, places, numbers, len(tokens), named=not wide)
    for sentence in record.document.sentences:
        for number, token in enumerate(tokens.overlapping(*sentence)):
            word = without_spaces(text[tokens[token].start : tokens[token].end])
            if wide:
                target.write(f"{key} 0 {number} {word} - * - - - - {entities[token]} * {mentions[token] or '-'}\n")
            else:
                target.write(f"{token}\t{word}\t{mentions[token] or '_'}\n")
        if wide:
            target.write("\n")


def _group_numbers(record: LayerRecord, target: Target) -> dict[SpanKey, int]:
    """The number of every mention's group, from 1; of two groups of different equivalences the first counts."""
    content = record.annotations
    found = [group for label in target.scheme.relations if label in target.scheme.equivalences
             for group in groups(content, label)]  # fmt: skip
    numbers: dict[SpanKey, int] = {}
    for number, group in enumerate(found, 1):
        for member in group:
            numbers.setdefault(content.spans[member].key, number)
    return numbers


def _told_by_places(
    numbers: Mapping[SpanKey, int], places: Mapping[SpanKey, tuple[int, int]], target: Target
) -> dict[SpanKey, int]:
    """The groups of mentions that are known by their words alone: of several on the same words, of the innermost."""
    innermost = {place: key for key, place in places.items()}
    told = {key: number for key, number in numbers.items() if key in places and innermost[places[key]] == key}
    left = sum(key in places for key in numbers) - len(told)
    if left:
        target.lost["groups of mentions on whose words another label lies"] += left
    return told


def _entity_column(places: Mapping[SpanKey, tuple[int, int]], count: int) -> list[str]:
    """The brackets of entities, one inside another."""
    before, behind = [""] * count, [0] * count
    for key, (first, last) in places.items():
        before[first] += f"({key.label}"
        behind[last] += 1
    return [
        f"{start})" if start.count("(") == ends == 1 else f"{start}*{')' * ends}"
        for start, ends in zip(before, behind, strict=True)
    ]


def _group_column(
    record: LayerRecord,
    links: Sequence[str],
    places: Mapping[SpanKey, tuple[int, int]],
    numbers: Mapping[SpanKey, int],
    count: int,
    *,
    named: bool,
) -> list[str]:
    """The brackets of groups; ``named``: of all spans, with label, group (a number of its own) and catalog's entry."""
    spans = record.spans()
    parts: list[list[str]] = [[] for _ in range(count)]
    closing: list[list[tuple[int, str]]] = [[] for _ in range(count)]
    alone = max(numbers.values(), default=0)
    for key, (first, last) in sorted(places.items(), key=lambda item: (item[1][0], -item[1][1], item[0].label)):
        if not named and key not in numbers:
            continue
        alone += key not in numbers
        name = str(numbers.get(key, alone))
        if named:
            entry = next((e for link in links if isinstance(e := (spans[key].attributes or {}).get(link), str)), "")
            name = f"{_escaped(key.label)}-{name}{'-' + _escaped(entry) if entry else ''}"
        if first == last:
            parts[first].append(f"({name})")
        else:
            parts[first].append(f"({name}")
            closing[last].append((first, f"{name})"))
    between = "" if named else "|"
    for token, ends in enumerate(closing):
        closed = [name for _, name in sorted(ends, key=lambda end: -end[0])]
        opens = any(not part.endswith(")") for part in parts[token])
        parts[token] = [*closed, *parts[token]] if named and opens else [*parts[token], *closed]
    return [between.join(some) for some in parts]


def _escaped(entry: str) -> str:
    return re.sub(r"[\s()%|-]", lambda match: f"%{ord(match[0]):02X}", entry)


FORMAT = Format(
    name="conll2012",
    about="the columns of CoNLL-2012 (OntoNotes), entities and coreference in brackets",
    ending=".conll",
    read=read,
    write=write,
    spell=as_one_word,
    carries=all_but(
        *("crossing", "off_token", "relations", "self_relations"),
        *("curator", "origin", "source", "score", "verdicts"),
        also=("groups",),
    ),
    lost=(
        TEXT_IS_REBUILT,
        "values in other columns: parts of speech, parses, senses, speakers, arguments",
    ),
    options={
        "gum": "yes: write number, word, and brackets with label, group and the entry of a catalog, as GUM has them; "
        "such files are read as conll",
        "plain": "yes: leave the comment with the text out",
        "label": f"the label of mentions that are no entity (default: {_UNLABELLED})",
    },
    grants={"gum": ("attributes", "crossing")},
)
