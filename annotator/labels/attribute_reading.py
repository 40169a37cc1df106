"""Reading the attributes of a label scheme from ``labels.yaml``, and giving them the hot keys that it leaves open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from annotator.annotation import Attributes, AttributeValue
from annotator.labels.attributes import DOCUMENT, AttributeChoice, AttributeKind, AttributeType, with_value
from annotator.labels.nodes import YamlValue, one_of
from annotator.wording import did_you_mean

_FIELDS = ("of", "type", "values", "catalog", "several", "default", "key", "description")
_TYPES: tuple[AttributeKind, ...] = ("flag", "text", "number", "date")
_KINDS_EXPECTED = f"one of values, catalog, or type: {one_of(_TYPES)}"
_CHOICES_EXPECTED = "a list of values, or a mapping from value to key"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_KEYED = 16
"""Values of an attribute up to which those without a hot key are given one."""

Description = Callable[[YamlValue | None], dict[str, str]]
"""Reads a guideline by language."""


def read_attributes(
    value: YamlValue, name_of: Callable[[YamlValue], str], describe: Description, labels: Collection[str]
) -> dict[str, AttributeType]:
    """Read the attributes by name, in the order of the file; ``labels`` are those that may have one.

    ``name_of`` reads and checks a name, ``describe`` a guideline.  What is wrong is noted with its line.
    """
    attributes: dict[str, AttributeType] = {}
    keys: dict[str, dict[str, str]] = {}
    for key, inner in value.pairs("a mapping from attribute to what it is"):
        name = name_of(key)
        fields = inner.fields(_FIELDS, ("of",), "a mapping with of, and values, catalog or type")
        kinds = [field for field in ("values", "catalog", "type") if field in fields]
        if len(kinds) != 1 and inner.node.id == "mapping":
            inner.note_wrong(_KINDS_EXPECTED, " and ".join(kinds) or "none of them")
        kind = _kind(fields, kinds)
        choices = _choices(fields["values"], describe) if "values" in fields else {}
        catalog = fields["catalog"].text("the name of a catalog") if "catalog" in fields else None
        several = "several" in fields and fields["several"].boolean()
        if several and kind not in ("values", "catalog"):
            fields["several"].note_wrong("several with values or a catalog")
            several = False
        of = _belongs_to(fields["of"], labels) if "of" in fields else ()
        attribute = AttributeType(
            name=name,
            kind=kind,
            of=of,
            key=_key(fields.get("key")),
            choices=choices,
            catalog=catalog,
            several=several,
            description=describe(fields.get("description")),
        )
        _note_keys_twice(inner, attribute, keys)
        attributes[name] = replace(attribute, default=_default(fields.get("default"), attribute))
    return with_keys(attributes)


def _kind(fields: Mapping[str, YamlValue], kinds: Collection[str]) -> AttributeKind:
    if "values" in kinds:
        return "values"
    if "catalog" in kinds:
        return "catalog"
    chosen = fields["type"].choice(_TYPES) if "type" in fields else None
    return next((kind for kind in _TYPES if kind == chosen), "text")


def _choices(value: YamlValue, describe: Description) -> dict[str, AttributeChoice]:
    """Read the values: a list, or a mapping from each to its key, or to a mapping with key and description."""
    choices: dict[str, AttributeChoice] = {}
    if value.node.id == "sequence":
        for item in value.items(_CHOICES_EXPECTED):
            name = item.text("a value (in quotes, should YAML take it for something else)")
            if name is not None and name in choices:
                item.note_wrong("each value once", f"{name} again")
            elif name is not None:
                choices[name] = AttributeChoice(name)
    else:
        for key, inner in value.pairs(_CHOICES_EXPECTED):
            name = str(key.node.value)
            if inner.node.id == "mapping":
                fields = inner.fields(("key", "description"), (), "a mapping with key and description")
                choices[name] = AttributeChoice(name, _key(fields.get("key")), describe(fields.get("description")))
            else:
                choices[name] = AttributeChoice(name, _key(inner))
    for name in choices:
        if name != name.strip() or not name.isprintable():
            value.note_wrong("values on one line, without white space around them", repr(name))
    if value.node.id in ("sequence", "mapping") and not value.node.value:
        value.note_wrong(_CHOICES_EXPECTED)
    return choices


def _belongs_to(value: YamlValue, labels: Collection[str]) -> tuple[str, ...]:
    """Read what an attribute belongs to: labels, or the document."""
    expected = f"a label, a list of labels, or {DOCUMENT}"
    if value.node.id == "scalar" and str(value.node.value) == DOCUMENT:
        if DOCUMENT in labels:
            value.note_wrong(f"a list of labels, since {DOCUMENT} is one here: [{DOCUMENT}]")
        return (DOCUMENT,)
    found: list[str] = []
    for item in [value] if value.node.id == "scalar" else value.items(expected):
        label = item.text("a label")
        if label is not None and label not in labels:
            item.note_wrong(f"one of the labels {', '.join(labels)}, or {DOCUMENT}{did_you_mean(label, labels)}")
        elif label in found:
            item.note_wrong("each label once", f"{label} again")
        elif label is not None:
            found.append(label)
    if value.node.id == "sequence" and not value.node.value:
        value.note_wrong(expected)
    return tuple(found)


def _key(value: YamlValue | None) -> str:
    return "" if value is None else value.character()


def _note_keys_twice(value: YamlValue, attribute: AttributeType, taken: dict[str, dict[str, str]]) -> None:
    """Note the keys that another attribute of the same label has, and in ``taken``, by label, those of this one."""
    named = [
        (attribute.key, attribute.name),
        *((c.key, f"{attribute.name}={c.name}") for c in attribute.choices.values()),
    ]
    told: set[str] = set()
    for label in attribute.of:
        used = taken.setdefault(label, {})
        for key, name in named:
            if key and used.setdefault(key, name) != name and key not in told:
                value.note_wrong("a hot key of its own", f"{key!r}, the key of {used[key]} (of {label}), for {name}")
                told.add(key)


def _default(value: YamlValue | None, attribute: AttributeType) -> AttributeValue | None:
    """Read the value that holds where none is set; a flag is false then, unless the scheme says otherwise."""
    if value is None:
        return False if attribute.kind == "flag" else None
    try:
        return attribute.canonical(_plain(value))
    except ValueError as error:
        value.note_wrong(str(error).partition(", expected ")[2])
        return None


def read_values(value: YamlValue, known: Mapping[str, AttributeType]) -> Attributes | None:
    """Read a mapping from attribute to value, of those that something may have; ``None`` where nothing is set."""
    attributes: Attributes | None = None
    for key, inner in value.pairs("a mapping from attribute to value"):
        name = str(key.node.value)
        if name not in known:
            expected = one_of(known) if known else "no attribute, since the label has none"
            key.note_wrong(f"{expected}{did_you_mean(name, known)}", repr(name))
            continue
        try:
            attributes = with_value(attributes, known[name], known[name].canonical(_plain(inner)))
        except ValueError as error:
            inner.note_wrong(str(error).partition(", expected ")[2])
    return attributes


def _plain(value: YamlValue) -> Any:
    """A scalar, or a list of scalars, as Python has it."""
    if value.node.id == "sequence":
        return [_plain(item) for item in value.items("a list")]
    written = str(value.node.value)
    if value.tag == "bool":
        return value.boolean()
    if value.tag in ("int", "float"):
        return value.number("a number")
    return written


def with_keys(attributes: Mapping[str, AttributeType]) -> dict[str, AttributeType]:
    """Give every attribute and value without a hot key a free one, where there is one.

    A key is free where no attribute of the same label has it.  The letters and digits of the name are tried first, then
    the alphabet.  Attributes come before values; the values of an attribute that has many get none, so that others are
    left some: they are looked for by name.  An attribute whose values all have keys needs none itself.
    """
    taken: dict[str, set[str]] = {}
    for attribute in attributes.values():
        for label in attribute.of:
            taken.setdefault(label, set()).update({attribute.key, *(c.key for c in attribute.choices.values())})
    keyed = {name: replace(a, key=_free(name, a.of, taken)) if _needs_key(a) else a for name, a in attributes.items()}
    complete: dict[str, AttributeType] = {}
    for name, attribute in keyed.items():
        choices = dict(attribute.choices)
        if len(choices) <= MOST_KEYED:
            choices = {n: replace(c, key=c.key or _free(n, attribute.of, taken)) for n, c in choices.items()}
        key = attribute.key
        if not key and not all(choice.key for choice in choices.values()):
            key = _free(name, attribute.of, taken)
        complete[name] = replace(attribute, key=key, choices=choices)
    return complete


def _needs_key(attribute: AttributeType) -> bool:
    """Whether an attribute can be set by a key of its own alone."""
    return not attribute.key and not 0 < len(attribute.choices) <= MOST_KEYED


def _free(name: str, of: Iterable[str], taken: Mapping[str, set[str]]) -> str:
    """Take the first key that no attribute of some labels has; empty where there is none."""
    used = set[str]().union(*(taken[label] for label in of))
    candidates = [char for char in name.casefold() if char.isascii() and char.isalnum()] + [*_LETTERS]
    key = next((char for char in candidates if char not in used), "")
    for label in of:
        taken[label].add(key)
    return key
