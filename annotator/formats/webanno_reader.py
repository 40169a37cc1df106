"""Reading WebAnno TSV 3: a line a token with its place, and columns for the features of the layers that the head names.

Places count UTF-16 units.  Parts of tokens have lines of their own (``1-3.1``).  Values of several annotations in one
cell are parted by ``|``; a number in brackets says which values, also in other lines, are of one annotation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple, NoReturn

from annotator.annotation import Annotations, Relation, Span
from annotator.errors import FormatError
from annotator.formats.cas_layers import LayerChoice, Role, feature_attribute, short_name
from annotator.formats.chains import ARROW, KIND, ChainMention, read_mentions
from annotator.formats.counting import Offsets
from annotator.formats.document_fields import foreign_document
from annotator.formats.inception_project import UNTOUCHED, InceptionProject, ProjectPart, document_key
from annotator.formats.json_values import Fields, excerpt, parse_json
from annotator.formats.protocol import ForeignAttribute, ForeignDocument, ForeignGroup, ForeignLayer
from annotator.formats.source import Source
from annotator.formats.webanno_text import split_ids, split_values, unescape_text, unescape_value

FORMAT_LINE, TEXT_LINE, FIELDS_LINE = "#FORMAT=WebAnno TSV ", "#Text=", "#Document="
"""What lines begin with: the first one, those of the text, and that with the fields of a document, which is ours."""
SPAN_LAYER, CHAIN_LAYER, RELATION_LAYER = "#T_SP=", "#T_CH=", "#T_RL="
SLOT, BASE = "ROLE_", "BT_"
NO_ANNOTATION, NO_VALUE = "_", "*"
_NOTHING = ("", NO_VALUE, NO_ANNOTATION)

_SENTENCE_ID = "#Sentence.id="
_VERSION = re.compile(r"3\.(\d{1,3})")
_ROW = re.compile(r"(\d{1,9}-\d{1,9}(?:\.\d{1,9})?)\t(\d{1,9})-(\d{1,9})\t(.*)", re.DOTALL)
_CHAIN_LINK = re.compile(r"(.*)->(\d{1,9})-(\d{1,9})", re.DOTALL)
_HINT = "mend what wrote the file"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a file, of all files of a folder in order, or of a project of INCEpTION.

    Raises :class:`FormatError` at the end where there were annotations, but none of them was read.
    """
    layers, project = LayerChoice(options), InceptionProject(source)
    yield from project.completed(_TsvReader(part, layers).document() for part in project.parts(".tsv"))
    layers.check(source.name)


@dataclass(frozen=True, slots=True)
class _Layer:
    """A layer as the head declares it, with a column for each feature, from ``first``.

    ``label`` is the feature that is read as the label, ``base`` the layer that a relation relates.
    """

    kind: str
    name: str
    features: tuple[str, ...]
    first: int
    role: Role
    label: str
    base: str = ""

    @property
    def slots(self) -> tuple[int, ...]:
        """The columns of roles, each followed by that of what fills them."""
        return tuple(i for i, feature in enumerate(self.features) if feature.startswith(SLOT))


@dataclass(slots=True)
class _Found:
    """An annotation of a span layer, at offsets in UTF-16 units, and the line that it begins on.

    ``others`` are the values of the features that are not the label.
    """

    layer: _Layer
    begin: int
    end: int
    label: str
    where: str
    others: Mapping[str, str] = field(default_factory=dict)


class _Link(NamedTuple):
    """A relation as the line of its child has it; ``head`` is the head's line, ids are 0 where none is given."""

    layer: _Layer
    label: str
    head: str
    child: str
    head_id: int
    child_id: int
    where: str
    others: Mapping[str, str]


_Key = tuple[str, str, int]
"""Which annotation: its layer, and its number, or the line and its place there."""


@dataclass(slots=True)
class _SentenceText:
    """The text, put together as INCEpTION does: a line break behind each sentence, spaces up to where one begins."""

    parts: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, sentence: str, begin: int) -> bool:
        """Add a sentence that begins at an offset in UTF-16 units; ``False`` where text stands there already."""
        if self.parts and begin == self.length - 1:
            self.parts.pop()
            self.length -= 1
        if begin < self.length:
            return False
        self.parts += (" " * (begin - self.length), sentence, "\n")
        self.length = begin + len(sentence.encode("utf-16-le")) // 2 + 1
        return True

    def text(self) -> str:
        """The whole text, without the last line break."""
        return "".join(self.parts[:-1])


class _TsvReader:
    """Reads one file into a document with one layer."""

    def __init__(self, part: ProjectPart, layers: LayerChoice) -> None:
        self._part = part
        self._choice = layers
        self._where = part.source.name
        self._lost: Counter[str] = Counter()
        self._layers: list[_Layer] = []
        self._columns = 0
        self._java = False
        self._fields = Fields({}, self._where)
        self._sentence: list[str] = []
        self._in_sentence = False
        self._text = _SentenceText()
        self._sentences: list[tuple[str, int, str]] = []
        self._rows: list[tuple[str, int, int, str]] = []
        self._found: dict[_Key, _Found] = {}
        self._of_number: dict[int, _Key] = {}
        self._first_of: dict[tuple[str, str], _Key] = {}
        self._links: list[_Link] = []
        self._attributes: list[ForeignAttribute] = []
        self._groups: tuple[ForeignGroup, ...] = ()

    def document(self) -> ForeignDocument:
        """Build the document with its one layer, or without one where nobody had begun to work on it."""
        lines = self._part.source.lines()
        first = next(lines, None)
        self._check_format("" if first is None else first.text)
        for line in lines:
            self._where = line.where
            self._line(line.text.removesuffix("\r"))
        self._where = self._part.source.name
        text = self._exact_text()
        origin = self._part.origin
        layers: tuple[ForeignLayer, ...] = ()
        if origin.untouched:
            self._lost = Counter({UNTOUCHED: 1})
        else:
            content = self._content(text)
            layers = (origin.layer(content, self._attributes, self._groups),)
        name = self._part.source.stem if origin.document is None else document_key(origin.document)
        return foreign_document(self._fields, text, name, layers, lost=+self._lost)

    def _check_format(self, line: str) -> None:
        line = line.rstrip("\r")
        version = _VERSION.fullmatch(line.removeprefix(FORMAT_LINE))
        if version is None or not line.startswith(FORMAT_LINE):
            raise FormatError(
                f"{self._where}:1: found {excerpt(line)}, expected {FORMAT_LINE}3.3 or another 3.x",
                "export it from INCEpTION as WebAnno TSV v3.x",
            )
        self._java = int(version[1]) <= 1

    def _line(self, line: str) -> None:
        if line.startswith((SPAN_LAYER, CHAIN_LAYER, RELATION_LAYER)) and not self._rows:
            self._declare(line)
        elif line.startswith(TEXT_LINE):
            self._in_sentence = False
            self._sentence.append(unescape_text(line.removeprefix(TEXT_LINE), java=self._java))
        elif line.startswith(FIELDS_LINE):
            self._fields = Fields.of(parse_json(line.removeprefix(FIELDS_LINE), self._where), self._where)
        elif line.startswith("#"):
            self._lost["comment"] += not line.startswith(_SENTENCE_ID)
        elif line:
            self._row(line)
        else:
            self._in_sentence = False

    def _declare(self, line: str) -> None:
        kind = line[: len(SPAN_LAYER)]
        name, *features = line[len(kind) :].split("|")
        features = [feature for feature in features if feature]
        base = features[-1].removeprefix(BASE) if kind == RELATION_LAYER and features else ""
        if not name or (kind == RELATION_LAYER and not (features and features[-1].startswith(BASE))):
            self._fail(f"found {excerpt(line)}, expected {kind}LAYER|FEATURE{f'|{BASE}LAYER' * bool(base)}")
        if any(layer.name == name for layer in self._layers):
            self._fail(f"the layer {name} twice")
        role = self._role(kind, name)
        plain = [f for f in features if not f.startswith((SLOT, BASE))]
        label = self._choice.feature(role, name, plain, plain[:1])
        if role in ("span", "relation") and label and label not in plain:
            raise FormatError(
                f"{self._where}: {name} has no feature {label!r}", f"its features are {', '.join(plain) or 'none'}"
            )
        self._layers.append(_Layer(kind, name, tuple(features) or ("",), self._columns, role, label, base))
        self._columns += len(features) or 1

    def _role(self, kind: str, name: str) -> Role:
        if kind == CHAIN_LAYER:
            return self._choice.role_in_chains("mention")
        return self._choice.role(name, links=kind == RELATION_LAYER)

    def _row(self, line: str) -> None:
        match = _ROW.fullmatch(line)
        if match is None:
            self._fail(f"found {excerpt(line)}, expected the number of a token, its offsets, and the token")
        unit, begin, end = match[1], int(match[2]), int(match[3])
        token, *cells = match[4].split("\t")
        if len(cells) < self._columns:
            self._fail(f"found {len(cells)} columns behind the token, expected {self._columns}, as the head names them")
        self._lost["value in a column that the head does not name"] += sum(
            cell not in ("", NO_ANNOTATION) for cell in cells[self._columns :]
        )
        if not self._in_sentence:
            self._begin_sentence(begin)
        if begin > end:
            self._fail(f"found {begin}-{end}, expected a beginning before an end")
        self._rows.append((self._where, begin, end, token))
        for layer in self._layers:
            values = cells[layer.first : layer.first + len(layer.features)]
            if any(value != NO_ANNOTATION for value in values):
                self._annotations(layer, unit, begin, end, values)

    def _begin_sentence(self, begin: int) -> None:
        if not self._sentence:
            self._fail(f"a token without a line {TEXT_LINE} before it")
        sentence = "\n".join(self._sentence)
        self._sentences.append((sentence, begin, self._where))
        if not self._text.add(sentence, begin) and "text" not in self._fields:
            self._fail(
                f"the sentence begins at {begin}, expected a place behind the sentence before, {self._text.length}"
            )
        self._sentence, self._in_sentence = [], True

    def _annotations(self, layer: _Layer, unit: str, begin: int, end: int, cells: list[str]) -> None:
        """Take the annotations that a line has of one layer: values at the same place of each cell belong together."""
        if layer.kind == CHAIN_LAYER:
            self._mentions_of(layer, begin, end, dict(zip(layer.features, cells, strict=False)))
            return
        stacks = [[] if cell == NO_ANNOTATION else split_values(cell, "|") for cell in cells]
        for place in range(max(map(len, stacks))):
            values = [stack[place] if place < len(stack) else NO_ANNOTATION for stack in stacks]
            if layer.kind == RELATION_LAYER:
                head, head_id, child_id = split_ids(values[-1])
                label, others = self._label(layer, [split_ids(value)[0] for value in values[:-1]])
                self._links.append(_Link(layer, label, head, unit, head_id, child_id, self._where, others))
            else:
                self._span(layer, unit, place, begin, end, values)

    def _span(self, layer: _Layer, unit: str, place: int, begin: int, end: int, values: list[str]) -> None:
        targets = {slot + 1 for slot in layer.slots}
        parted = [(value, 0, 0) if i in targets else split_ids(value) for i, value in enumerate(values)]
        number = next((number for _, number, _ in parted if number), 0)
        key = (layer.name, "", number) if number else (layer.name, unit, place)
        self._first_of.setdefault((unit, layer.name), key)
        if key in self._found:
            self._found[key].end = end
            return
        if number:
            self._of_number.setdefault(number, key)
        label, others = self._label(layer, [value for value, _, _ in parted])
        self._found[key] = _Found(layer, begin, end, label, self._where, others)
        if layer.role == "other":
            self._lost[f"annotation of type {layer.name}"] += 1
            self._choice.count_unread(layer.name)

    def _label(self, layer: _Layer, values: list[str]) -> tuple[str, dict[str, str]]:
        """The value of the feature that is the label, else the layer's name; and the values of other features by name.

        Slots count as lost.
        """
        label, others = "", dict[str, str]()
        for place, (feature, value) in enumerate(zip(layer.features, values, strict=False)):
            if value in _NOTHING or place - 1 in layer.slots:
                continue
            if feature == layer.label:
                label = unescape_value(value)
            elif layer.role != "other":
                if place in layer.slots:
                    name = feature.partition(":")[2].partition("_")[0]
                    self._lost[f"slot {name} of {layer.name}"] += len(split_values(value, ";"))
                else:
                    others[feature] = unescape_value(value)
        return label or short_name(layer.name), others

    def _mentions_of(self, layer: _Layer, begin: int, end: int, cells: Mapping[str, str]) -> None:
        """Take the mentions of chains that a line has; each is known by its chain and its place in that."""
        arrows, kinds = (split_values(cells.get(name, NO_ANNOTATION), "|") for name in (ARROW, KIND))
        others = cells.keys() - {ARROW, KIND} if layer.role != "other" else ()
        for name in others:
            self._lost[f"feature {name} of {layer.name}"] += cells[name] not in _NOTHING
        for arrow, told in zip_longest(arrows, kinds, fillvalue=NO_VALUE):
            link = _CHAIN_LINK.fullmatch(arrow)
            kind, chain, _ = split_ids(told)
            if link is None or chain not in (0, int(link[2])):
                self._lost[f"value of {layer.name} that is no mention in a chain"] += 1
                continue
            key = (layer.name, f"chain {link[2]}", int(link[3]))
            if key in self._found:
                self._found[key].end = end
                continue
            said = {
                name: unescape_value(value) for name, value in ((KIND, kind), (ARROW, link[1])) if value not in _NOTHING
            }
            self._found[key] = _Found(layer, begin, end, "", self._where, said)
            if layer.role == "other":
                self._lost[f"mention in a chain of {layer.name}"] += 1
                self._choice.count_unread(layer.name, is_span=False)

    def _exact_text(self) -> str:
        """The text: the one that our own files hold where it cannot be put together, else that of the sentences."""
        if self._sentence:
            self._fail("the file ends behind the text of a sentence: it was cut short")
        text = self._text.text() if "text" not in self._fields else str(self._fields.get("text", str))
        offsets = Offsets(text, "utf16")
        for sentence, begin, where in self._sentences:
            start = offsets.to_code_points(begin)
            if start is None or not text.startswith(sentence, start):
                self._fail(f"the sentence is not where it should be in the text, at {begin}", where)
        for where, begin, end, token in self._rows:
            start, stop = offsets.to_code_points(begin), offsets.to_code_points(end)
            if start is None or stop is None:
                self._fail(f"found {begin}-{end}, which is outside of the text or inside a character", where)
            if text[start:stop] not in (token, unescape_text(token, java=self._java)):
                self._fail(f"found {excerpt(token)}, but at {begin}-{end} stands {excerpt(text[start:stop])}", where)
        return text

    def _content(self, text: str) -> Annotations:
        offsets = Offsets(text, "utf16")
        spans: dict[_Key, Span] = {}
        mentions: list[ChainMention] = []
        for key, found in self._found.items():
            if found.layer.role == "other":
                continue
            start, end = offsets.to_code_points(found.begin), offsets.to_code_points(found.end)
            if found.begin == found.end:
                self._lost["span without any text"] += 1
            elif start is None or end is None or start > end:
                self._fail(f"an annotation that ends at {found.end}, before it begins", found.where)
            elif found.layer.role == "mention":
                mentions.append(ChainMention(f"mention {len(mentions)}", key[0], key[1], start, end, found.others))
            else:
                spans[key] = Span(str(len(spans)), start, end, found.label)
                self._say(spans[key].id, found.others)
        self._choice.count_read(len(spans) + len(mentions))
        relations = [self._relation(number, link, spans) for number, link in enumerate(self._links)]
        read = read_mentions(mentions, spans.values(), self._choice.mention)
        self._groups = read.groups
        for mention, features in read.features:
            self._say(mention, features)
        return Annotations.of([*spans.values(), *read.spans], [one for one in relations if one is not None])

    def _relation(self, number: int, link: _Link, spans: Mapping[_Key, Span]) -> Relation | None:
        """Build a relation; ``None``, counted as lost, where it or an end is not read."""
        if link.layer.role != "relation":
            self._lost[f"annotation of type {link.layer.name}"] += 1
            self._choice.count_unread(link.layer.name, is_span=False)
            return None
        head = self._end(link, link.head, link.head_id)
        child = self._end(link, link.child, link.child_id)
        if head is None or child is None or head not in spans or child not in spans:
            self._lost[f"relation of type {link.layer.name} between other annotations"] += 1
            self._choice.count_unread(link.layer.name, is_span=False)
            return None
        self._say(f"relation {number}", link.others)
        return Relation(f"relation {number}", spans[head].id, spans[child].id, link.label)

    def _say(self, item: str, features: Mapping[str, object]) -> None:
        """Say what features say of an item."""
        said = (feature_attribute(item, name, value) for name, value in features.items())
        self._attributes += [one for one in said if one is not None]

    def _end(self, link: _Link, unit: str, number: int) -> _Key | None:
        """Find an end of a relation by its number, else as the first of the related layer in a line.

        It is ``None`` where the relation is between annotations without columns, such as tokens.
        """
        base = link.layer.base
        names = [layer.name for layer in self._layers if layer.kind == SPAN_LAYER]
        if number:
            key = (base, "", number) if (base, "", number) in self._found else self._of_number.get(number)
        else:
            wanted = [base] if base in names else names
            key = next((found for name in wanted if (found := self._first_of.get((unit, name)))), None)
        if key is None and (number or base in names):
            shown = f"{unit}[{number}]" if number else unit
            self._fail(f"a relation of {link.layer.name} refers to {shown}, where there is no annotation", link.where)
        return key

    def _fail(self, problem: str, where: str | None = None) -> NoReturn:
        raise FormatError(f"{where or self._where}: {problem}", _HINT)
