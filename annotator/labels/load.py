"""Loading ``labels.yaml`` into a :class:`LabelScheme`, with the line of every mistake."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, cast, get_args

from annotator.errors import InputError, SchemeError
from annotator.inputs import read_bytes
from annotator.labels.attribute_reading import read_attributes
from annotator.labels.attributes import AttributeType
from annotator.labels.goals import read_goals
from annotator.labels.nodes import ProblemReport, YamlValue, all_of
from annotator.labels.patterns import read_patterns
from annotator.labels.scheme import (
    ACCEPT_THRESHOLD,
    EntityType,
    LabelScheme,
    Overlap,
    RelationType,
    Settle,
    Snap,
    Within,
)
from annotator.wording import did_you_mean
from annotator.yaml_input import YamlError, compose_yaml

_REQUIRED = ("languages", "entities")
_LANGUAGES_EXPECTED = "a list of language codes such as [es, en]"
_ACCEPTING = ("accept_threshold", "accept_precision")
_SCHEME_FIELDS = (
    "languages",
    "overlap",
    "snap",
    "settle",
    *_ACCEPTING,
    "agreement",
    "guideline",
    "entities",
    "relations",
    "attributes",
)
_GUIDELINE = ("description", "examples", "patterns")
_ENTITY_FIELDS = ("key", "color", "model_labels", *_GUIDELINE)
_RELATION_FIELDS = ("key", "head", "child", "symmetric", "equivalence", "within", *_GUIDELINE)
NAME = re.compile(r"(?=.*[^\W\d_])/?[^\W_](?: ?(?:[\w./&'()+-]|:(?=\w)))*+")
NAME_RULE = (
    "letters and digits first, or a / before them, then also single spaces, _ - . / & ' ( ) +, "
    "and : before a letter or digit, with a letter in it"
)
"""What a label's name may be, as a pattern and in words."""
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_HEX_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
# fmt: off
COLORS = frozenset({
    "aqua", "black", "blue", "brown", "coral", "crimson", "cyan", "fuchsia", "gold", "gray",
    "green", "indigo", "khaki", "lavender", "lime", "magenta", "maroon", "navy", "olive", "orange",
    "orchid", "pink", "plum", "purple", "red", "salmon", "sienna", "silver", "skyblue", "tan",
    "teal", "tomato", "turquoise", "violet", "wheat", "white", "yellow",
})
# fmt: on
"""The colour names that a scheme may use besides ``#rrggbb``."""


def load_scheme(path: Path, reserved_keys: Collection[str] = ()) -> LabelScheme:
    """Read a label scheme, in which no entity may have one of the ``reserved_keys`` as its hot key.

    Raises :class:`SchemeError` with the first problem, and how many more there are.
    """
    scheme, problems = _read(path, reserved_keys)
    if problems:
        more = len(problems) - 1
        hint = f"`annotator labels check` lists {more} more problem{'s' if more > 1 else ''}" if more else ""
        raise SchemeError(problems[0], hint)
    assert scheme is not None
    return scheme


def check_scheme(path: Path, reserved_keys: Collection[str] = ()) -> list[str]:
    """List every problem for which :func:`load_scheme` refuses a file, in its order, as ``FILE:LINE: KEY.PATH: …``."""
    return _read(path, reserved_keys)[1]


def read_scheme_text(text: str, reserved_keys: Collection[str] = ()) -> LabelScheme:
    """Read a label scheme from its text; :class:`SchemeError` with the first problem."""
    report = ProblemReport("labels.yaml")
    root = compose(text.removeprefix("\ufeff"), report)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    scheme = None if root is None else _scheme(YamlValue(root, "", report), digest, reserved_keys, text)
    problems = report.lines()
    if scheme is None or problems:
        raise SchemeError(problems[0], "`annotator labels check` lists every mistake")
    return scheme


def _read(path: Path, reserved_keys: Collection[str]) -> tuple[LabelScheme | None, list[str]]:
    shown = _shown_path(path)
    try:
        data = read_bytes(path)
    except FileNotFoundError:
        return None, [f"{shown}: there is no label scheme here: `annotator init DIR` writes one"]
    except OSError as error:
        return None, [f"{shown}: the label scheme cannot be read: {error.strerror}"]
    except InputError as error:
        return None, [str(error)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [f"{shown}: byte {error.start} is not UTF-8: save the file as UTF-8"]
    report = ProblemReport(shown)
    root = compose(text, report)
    if root is None:
        return None, report.lines()
    scheme = _scheme(YamlValue(root, "", report), hashlib.sha256(data).hexdigest(), reserved_keys, data.decode("utf-8"))
    return scheme, report.lines()


def _shown_path(path: Path) -> str:
    """Shorten a path to the one that a user would type from the current folder."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return os.fspath(path)


def compose(text: str, report: ProblemReport) -> Any:
    """Parse YAML into nodes; where it is broken or empty, note that and return ``None``."""
    try:
        node = compose_yaml(text)
    except YamlError as error:
        report.note(error.line, "", error.problem)
        return None
    if node is None:
        report.note(1, "", f"found an empty file, expected {all_of(_REQUIRED)}")
    return node


def _scheme(root: YamlValue, sha256: str, reserved_keys: Collection[str], text: str) -> LabelScheme:
    fields = root.fields(_SCHEME_FIELDS, _REQUIRED, "a mapping with languages, entities and relations")
    languages = _languages(fields["languages"]) if "languages" in fields else ()
    reader = _TypeReader(languages, reserved_keys)
    labels = [name for kind in ("entities", "relations") if kind in fields for name in _keys(fields[kind])]
    attributes = reader.attributes(fields["attributes"], labels) if "attributes" in fields else {}
    entities = reader.entities(fields["entities"]) if "entities" in fields else {}
    relations = reader.relations(fields["relations"], tuple(entities)) if "relations" in fields else {}
    threshold, precision = (_share(fields.get(name)) for name in _ACCEPTING)
    return LabelScheme(
        entities=entities,
        relations=relations,
        attributes=attributes,
        languages=languages,
        overlap=cast("Overlap", _choice(fields, "overlap", get_args(Overlap))),
        snap=cast("Snap", _choice(fields, "snap", get_args(Snap))),
        sha256=sha256,
        settle=_settle(fields["settle"]) if "settle" in fields else "all",
        accept_threshold=ACCEPT_THRESHOLD if threshold is None else threshold,
        accept_precision=precision if threshold is None else None,
        goals=read_goals(fields["agreement"]) if "agreement" in fields else {},
        guideline=reader.guideline(fields.get("guideline")),
        text=text,
    )


def _keys(value: YamlValue) -> list[str]:
    """The keys of a mapping as they stand there; none where it is no mapping."""
    return [str(key.value) for key, _ in value.node.value] if value.node.id == "mapping" else []


def _share(value: YamlValue | None) -> float | None:
    """Read a number from 0 to 1; ``None`` where there is none."""
    share = None if value is None else value.number()
    if value is not None and share is not None and not 0 <= share <= 1:
        value.note_wrong("a number from 0 to 1")
    return share


def _choice(fields: Mapping[str, YamlValue], name: str, options: tuple[str, ...]) -> str:
    """Read one of several words; the first is the default."""
    return (fields[name].choice(options) if name in fields else None) or options[0]


def _settle(value: YamlValue) -> Settle:
    """Read what becomes gold without an adjudicator: a word, or the number of curators who must agree."""
    written = str(value.node.value)
    if value.tag == "str" and written in ("all", "never"):
        return cast("Settle", written)
    if value.tag == "int" and written.isdecimal() and len(written) < 10 and int(written) >= 1:
        return int(written)
    value.note_wrong("all, never, or the number of curators who must say the same")
    return "all"


def _languages(value: YamlValue) -> tuple[str, ...]:
    languages: list[str] = []
    for item in value.items(_LANGUAGES_EXPECTED):
        code = str(item.node.value)
        if item.tag != "str" or not _LANGUAGE.fullmatch(code):
            item.note_wrong("a language code such as es or en (in quotes, should YAML take it for something else)")
        elif code in languages:
            item.note_wrong("each language once", f"{code} again")
        else:
            languages.append(code)
    if value.node.id == "sequence" and not value.node.value:
        value.note_wrong(_LANGUAGES_EXPECTED)
    return tuple(languages)


class _TypeReader:
    """Reads the entity and relation types, which share their keys and guideline."""

    def __init__(self, languages: tuple[str, ...], reserved_keys: Collection[str]) -> None:
        self.languages = languages
        self._reserved_keys = reserved_keys
        self.names: dict[str, int] = {}
        self._attributes: Mapping[str, AttributeType] = {}

    def entities(self, value: YamlValue) -> dict[str, EntityType]:
        expected = "a mapping from label to entity type"
        entities: dict[str, EntityType] = {}
        keys: dict[str, str] = {}
        for key, inner in value.pairs(expected):
            name = self._name(key)
            fields = inner.fields(_ENTITY_FIELDS, ("key",), "a mapping with key, description, examples …")
            hot = _hot_key(fields.get("key"), name, keys)
            if hot in self._reserved_keys:
                used = "".join(sorted(set(self._reserved_keys) - {" "})) + " and space"
                fields["key"].note_wrong(f"a key that the workbench does not use itself ({used})", repr(hot))
            entities[name] = EntityType(
                name=name,
                key=hot,
                color=_color(fields.get("color")),
                description=self._description(fields.get("description")),
                examples=self._examples(fields.get("examples")),
                model_labels=_texts(fields.get("model_labels"), "a list of labels that a pretrained model gives"),
                patterns=read_patterns(fields.get("patterns"), self.languages, self._attributes_of(name)),
            )
        if value.node.id == "mapping" and not value.node.value:
            value.note_wrong(f"{expected}, with one at least")
        return entities

    def relations(self, value: YamlValue, entities: tuple[str, ...]) -> dict[str, RelationType]:
        relations: dict[str, RelationType] = {}
        keys: dict[str, str] = {}
        for key, inner in value.pairs("a mapping from label to relation type"):
            name = self._name(key)
            fields = inner.fields(_RELATION_FIELDS, ("key", "head", "child"), "a mapping with key, head, child …")
            head, child = (_ends(fields.get(end), entities) for end in ("head", "child"))
            equivalence = fields["equivalence"].boolean() if "equivalence" in fields else False
            symmetric = fields["symmetric"].boolean() if "symmetric" in fields else equivalence
            if equivalence and not symmetric:
                fields["symmetric"].note_wrong("true, as equivalence has no direction")
            if symmetric and set(head) != set(child):
                ends = f"{'|'.join(head)} → {'|'.join(child)}"
                what = "an equivalence" if equivalence else "a symmetric relation"
                field = fields["equivalence" if equivalence else "symmetric"]
                field.note_wrong(f"the same labels for head and child of {what}", ends)
            relations[name] = RelationType(
                name=name,
                key=_hot_key(fields.get("key"), name, keys),
                head=head,
                child=child,
                symmetric=symmetric,
                equivalence=equivalence,
                within=cast("Within", _choice(fields, "within", get_args(Within)[:: -1 if equivalence else 1])),
                description=self._description(fields.get("description")),
                examples=self._examples(fields.get("examples")),
                patterns=read_patterns(fields.get("patterns"), self.languages, self._attributes_of(name)),
            )
        return relations

    def attributes(self, value: YamlValue, labels: Collection[str]) -> dict[str, AttributeType]:
        """Read the attributes, whose names stand for themselves: a label may go by the same."""
        self._attributes = read_attributes(value, _checked_name, self._description, labels)
        return dict(self._attributes)

    def _attributes_of(self, label: str) -> Iterator[AttributeType]:
        return (attribute for attribute in self._attributes.values() if label in attribute.of)

    def _name(self, key: YamlValue) -> str:
        name = _checked_name(key)
        if name in self.names:
            key.note_wrong(f"a name that is not also an entity's (line {self.names[name]})", repr(name))
        self.names[name] = key.line
        return name

    def _by_language(self, value: YamlValue, expected: str) -> list[tuple[str, YamlValue]]:
        """Split a guideline by language; one without languages holds for all."""
        if value.node.id != "mapping":
            return [(language, value) for language in self.languages]
        parts = []
        for key, inner in value.pairs(expected):
            if _LANGUAGE.fullmatch(str(key.node.value)):
                parts.append((str(key.node.value), inner))
            else:
                hint = did_you_mean(str(key.node.value), self.languages)
                key.note_wrong(f"a language code such as {' or '.join(self.languages or ('es',))}{hint}")
        return parts

    def guideline(self, value: YamlValue | None) -> dict[str, str]:
        """Read the rules for all labels, by language, with their lines."""
        expected = "text, or a text by language"
        parts = self._by_language(value, expected) if value else []
        return {lang: text.strip() for lang, part in parts if (text := part.text(expected))}

    def _description(self, value: YamlValue | None) -> dict[str, str]:
        expected = "text, or a text by language"
        parts = self._by_language(value, expected) if value else []
        return {lang: " ".join(text.split()) for lang, part in parts if (text := part.text(expected))}

    def _examples(self, value: YamlValue | None) -> dict[str, tuple[str, ...]]:
        expected = "a list of texts, or such a list by language"
        return {lang: part.texts(expected) for lang, part in (self._by_language(value, expected) if value else [])}


def _checked_name(key: YamlValue) -> str:
    name = str(key.node.value)
    if not NAME.fullmatch(name):
        key.note_wrong(f"a label: {NAME_RULE}", repr(name))
    return name


def _texts(value: YamlValue | None, expected: str) -> tuple[str, ...]:
    return value.texts(expected) if value else ()


def _hot_key(value: YamlValue | None, name: str, taken: dict[str, str]) -> str:
    """Read a hot key, and note in ``taken`` which label has it."""
    if value is None:
        return ""
    key = value.character()
    if key in taken:
        value.note_wrong("a hot key of its own", f"{key!r}, the key of {taken[key]}")
    if key:
        taken.setdefault(key, name)
    return key


def _color(value: YamlValue | None) -> str | None:
    if value is None:
        return None
    written = str(value.node.value)
    if value.tag == "str" and (written in COLORS or _HEX_COLOR.fullmatch(written)):
        return written
    hint = did_you_mean(written, COLORS) if value.tag == "str" else ""
    value.note_wrong(f"a colour's name or '#rrggbb' in quotes{hint}")
    return None


def _ends(value: YamlValue | None, entities: tuple[str, ...]) -> tuple[str, ...]:
    """Read the entity labels that a relation's head or child may have: a label, or a list of them."""
    if value is None:
        return ()
    expected = "an entity label, or a list of them"
    ends: list[str] = []
    for item in [value] if value.node.id == "scalar" else value.items(expected):
        label = item.text("an entity label")
        if label is None:
            continue
        if label not in entities:
            item.note_wrong(f"one of the entities {', '.join(entities)}{did_you_mean(label, entities)}")
        elif label in ends:
            item.note_wrong("each label once", f"{label} again")
        ends.append(label)
    if value.node.id == "sequence" and not value.node.value:
        value.note_wrong(expected)
    return tuple(dict.fromkeys(ends))
