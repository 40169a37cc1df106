"""Adding labels to ``labels.yaml`` line by line, with every comment left where it is."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import yaml

from annotator.errors import SchemeError
from annotator.labels.attributes import DOCUMENT, AttributeType
from annotator.labels.load import NAME, NAME_RULE, compose
from annotator.labels.nodes import ProblemReport
from annotator.labels.scheme import EntityType, LabelScheme, RelationType

_KEYS = "123456789etyiopqzbnmBCDEFHIJKLMOPSTUVWYZáéíóúñçàèùâêîôûäöüß"

_PLAIN = re.compile(r"[^\W\d_]\w*([ -]\w+)*")
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null"})
"""Names that YAML takes for something else unless they stand in quotes."""


def extend_scheme(
    text: str,
    scheme: LabelScheme,
    entities: Iterable[str],
    relations: Iterable[RelationType],
    reserved_keys: Iterable[str] = (),
    attributes: Iterable[AttributeType] = (),
) -> str:
    """Add entities and relations to the text of ``labels.yaml``, each under a hot key that is free, and attributes.

    Every other character stays as it is.  ``scheme`` is the scheme that ``text`` describes; no entity gets one of the
    ``reserved_keys``.  Raises :class:`SchemeError` for a name that cannot be a label's.
    """
    entities, relations, attributes = list(entities), list(relations), list(attributes)
    names = (*entities, *(relation.name for relation in relations), *(attribute.name for attribute in attributes))
    odd = [name for name in names if not NAME.fullmatch(name)]
    if odd:
        maps = " ".join(f"--map {shlex.quote(f'{name}={_likely_name(name)}')}" for name in odd)
        raise SchemeError(f"{', '.join(map(repr, odd))} cannot be a label: {NAME_RULE}", f"give other names: {maps}")
    keys = _free_keys({*reserved_keys, *(entity.key for entity in scheme.entities.values())})
    lines = [_entity_line(EntityType(name, next(keys))) for name in entities]
    text = _add_lines(text, "entities", lines)
    keys = _free_keys({relation.key for relation in scheme.relations.values()})
    text = _add_lines(text, "relations", [_relation_line(relation, next(keys)) for relation in relations])
    return _add_lines(text, "attributes", list(map(_attribute_line, attributes)))


def _free_keys(taken: Iterable[str]) -> Iterator[str]:
    """Yield hot keys that are free: digits and common letters first, then rarer letters."""
    used = set(taken)
    letters = (chr(code) for code in range(0x100, 0x3000) if chr(code).isalpha())
    return (key for key in chain(_KEYS, letters) if key not in used)


def _entity_line(entity: EntityType) -> str:
    return f"{quoted_name(entity.name)}: {{key: {_quoted_key(entity.key)}}}"


def _relation_line(relation: RelationType, key: str) -> str:
    ends = (
        f"{name}: [{', '.join(map(quoted_name, labels))}]"
        for name, labels in (("head", relation.head), ("child", relation.child))
    )
    if relation.equivalence:
        within = ", equivalence: true"
    else:
        within = ", within: document" if relation.within == "document" else ""
    return f"{quoted_name(relation.name)}: {{key: {_quoted_key(key)}, {', '.join(ends)}{within}}}"


def _attribute_line(attribute: AttributeType) -> str:
    """Write an attribute; it is given hot keys whenever the file is read."""
    of = DOCUMENT if attribute.is_of_document else f"[{', '.join(map(quoted_name, attribute.of))}]"
    if attribute.kind == "values":
        values = f"values: [{', '.join(map(_quoted_value, attribute.choices))}]"
    elif attribute.catalog is not None:
        values = f"catalog: {quoted_name(attribute.catalog)}"
    else:
        values = f"type: {attribute.kind}"
    several = ", several: true" if attribute.several else ""
    return f"{quoted_name(attribute.name)}: {{of: {of}, {values}{several}}}"


def _quoted_value(value: str) -> str:
    """Write a text within brackets, in quotes unless it is plain words."""
    return quoted_name(value) if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def _likely_name(name: str) -> str:
    """A name that a label may have, like one that it may not."""
    likely = re.sub(r"_{2,}", "_", re.sub(r"[^\w.-]", "_", name)).strip("_")
    return likely if NAME.fullmatch(likely) else f"label_{likely}".rstrip("_")


def quoted_name(name: str) -> str:
    """Write a label's name, in quotes where YAML would take it for something else."""
    return f'"{name}"' if name.lower() in _NOT_TEXT or yaml.safe_load(name) != name else name


def _quoted_key(key: str) -> str:
    """Write a hot key, in quotes unless it is a digit, because YAML takes some bare letters for truth values."""
    return key if key.isdigit() else f'"{key}"'


def _add_lines(text: str, section: str, lines: list[str]) -> str:
    """Add lines at the end of a section, indented like the lines there."""
    if not lines:
        return text
    root = compose(text, ProblemReport("labels.yaml"))
    section_node = next((value for key, value in root.value if key.value == section), None)
    newline = "\r\n" if "\r\n" in text else "\n"
    if section_node is None or not section_node.value:
        return _add_section(text, section, lines, newline, section_node)
    if section_node.flow_style:
        at = section_node.end_mark.index - 1
        inside = text[:at].rstrip()
        comma = "" if inside.endswith((",", "{")) else ","
        return f"{inside}{comma} {', '.join(lines)}{text[at:]}"
    rows = text.splitlines(keepends=True)
    behind = last_line(rows, section_node) + 1
    if not rows[behind - 1].endswith(("\n", "\r")):
        rows[behind - 1] += newline
    indent = " " * section_node.start_mark.column
    return "".join(chain(rows[:behind], (f"{indent}{line}{newline}" for line in lines), rows[behind:]))


def _add_section(text: str, section: str, lines: list[str], newline: str, section_node: Any) -> str:
    """Add a section that is missing or empty."""
    if section_node is not None:
        body = newline + newline.join(f"  {line}" for line in lines)
        return text[: section_node.start_mark.index] + body + text[section_node.end_mark.index :]
    end = "" if text.endswith("\n") else newline
    return text + end + newline + f"{section}:{newline}" + "".join(f"  {line}{newline}" for line in lines)


def last_line(rows: list[str], node: Any) -> int:
    """Find the index of the last line of a block, before the comments and blank lines that follow it."""
    while node.id != "scalar" and not node.flow_style:
        node = node.value[-1][1] if node.id == "mapping" else node.value[-1]
    last = min(int(node.end_mark.line), len(rows) - 1)
    if node.id == "scalar" and node.style in ("|", ">"):  # ends where the next line begins
        last -= int(node.end_mark.line) < len(rows) and not int(node.end_mark.column)
        while not rows[last].strip():
            last -= 1
    return last
