"""Reading YAML that others wrote, with limits on its depth and size, and the line of every mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.errors import InputError
from annotator.inputs import read_text

DEEPEST = 100
"""How many lists and mappings may lie inside one another."""

_MOST_VALUES = 1_000_000
"""Values that a file may hold once its aliases are written out."""
_MOST_DIGITS = 30
_KINDS = {"scalar": "single value", "sequence": "list"}
_CONSTRUCTION_ERRORS = (ValueError, TypeError, LookupError, OverflowError, AttributeError, RecursionError)
"""What PyYAML's constructors raise at values that they cannot build, such as ``2020-99-99`` or ``!!int x``."""


class YamlError(Exception):
    """A problem of some YAML, and its line (from 1)."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class YamlMapping:
    """The values of a YAML mapping by key, and the lines on which the keys stand."""

    path: Path
    values: Mapping[Any, Any]
    lines: Mapping[Any, int] = field(default_factory=dict)

    def where(self, name: object) -> str:
        """Write ``file:line: key``, for messages."""
        line = self.lines.get(name)
        return f"{self.path}:{line}: {name}" if line else f"{self.path}: {name}"


def load_yaml(path: Path) -> YamlMapping | None:
    """Load the mapping in a small YAML file; ``None`` where the file is empty.

    Raises :class:`FileNotFoundError` where there is none, :class:`InputError` with its line where it is no such file.
    """
    try:
        text = read_text(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InputError(
            f"{path}: {(error.strerror or str(error)).lower()}", "make it readable, or leave it out"
        ) from error
    try:
        node = compose_yaml(text)
        if node is None or (node.id == "scalar" and node.value in ("", "~", "null")):
            return None
        if node.id != "mapping":
            raise YamlError(int(node.start_mark.line) + 1, f"found a {_KINDS[node.id]}, expected keys with values")
        values = yaml_value(node)
    except YamlError as error:
        raise InputError(f"{path}:{error.line}: {error.problem}", "mend the line") from error
    lines = {key.value: int(key.start_mark.line) + 1 for key, _ in node.value if key.id == "scalar"}
    return YamlMapping(path, values, lines)


def compose_yaml(text: str) -> Any:
    """Parse YAML into PyYAML's nodes, ``None`` where there is nothing; :class:`YamlError` where it is broken.

    Uses libyaml where PyYAML was built with it (some ten times faster).
    """
    import yaml

    unprintable = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unprintable:
        line = text.count("\n", 0, unprintable.start()) + 1
        raise YamlError(line, f"found the character U+{ord(unprintable[0]):04X}, expected printable text")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_size(yaml.parse(text, Loader=loader))
        return yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        lines = text.split("\n")
        line = min(mark.line + 1 if mark else 1, len(lines))
        if lines[line - 1].lstrip(" ").startswith("\t"):
            raise YamlError(line, "found a tab, expected spaces: YAML is never indented with tabs") from error
        problem = " ".join(part for part in (error.context, error.problem) if part)
        raise YamlError(line, f"found broken YAML ({problem}), expected valid YAML") from error


def _check_size(events: Iterator[Any]) -> None:
    """Refuse YAML that is nested too deeply, refers to itself, or becomes too large when aliases are expanded.

    Composing recurses in C, where too deep a nesting would end the process.
    """
    from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent

    sizes: dict[str, int | None] = {}
    open_: list[tuple[str | None, int]] = []
    size = 0
    for event in events:
        line = int(event.start_mark.line) + 1
        if isinstance(event, CollectionStartEvent):
            open_.append((event.anchor, size))
            if event.anchor is not None:
                sizes[event.anchor] = None
            if len(open_) > DEEPEST:
                raise YamlError(line, "found lists or mappings nested too deeply")
        elif isinstance(event, CollectionEndEvent):
            anchor, before = open_.pop()
            if anchor is not None:
                sizes[anchor] = size - before
        elif isinstance(event, ScalarEvent):
            size += 1
            if event.anchor is not None:
                sizes[event.anchor] = 1
        elif isinstance(event, AliasEvent):
            meant = sizes.get(str(event.anchor), 1)
            if meant is None:
                raise YamlError(line, f"found *{event.anchor} inside of what it stands for")
            size += meant
        if size > _MOST_VALUES:
            raise YamlError(line, f"found more than {_MOST_VALUES:,} values")


def yaml_value(node: Any) -> Any:
    """Build the plain value of a node, dates as text; :class:`YamlError` where that is not possible."""
    import yaml

    class Constructor(yaml.constructor.SafeConstructor):
        def construct_object(self, node: Any, deep: bool = False) -> Any:
            line = int(node.start_mark.line) + 1
            try:
                value = super().construct_object(node, deep)
            except yaml.constructor.ConstructorError as error:
                raise YamlError(line, f"found a value that YAML cannot build ({error.problem})") from error
            except _CONSTRUCTION_ERRORS as error:
                shown = f"{node.value[:40]!r}" if isinstance(node.value, str) else "one"
                raise YamlError(line, f"found {shown}, a value that YAML cannot build") from error
            if isinstance(value, int) and value.bit_length() > _MOST_DIGITS * 4:
                raise YamlError(line, f"found a number of more than {_MOST_DIGITS} digits")
            return value

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            names = set[str]()
            for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
                if key.id == "scalar" and key.value in names:
                    raise YamlError(
                        int(key.start_mark.line) + 1, f"found a second {key.value!r}, expected each key once"
                    )
                names.add(key.value if key.id == "scalar" else "")
            return super().construct_mapping(node, deep)

    Constructor.yaml_constructors = {
        **yaml.constructor.SafeConstructor.yaml_constructors,
        "tag:yaml.org,2002:timestamp": yaml.constructor.SafeConstructor.construct_yaml_str,
    }
    try:
        return Constructor().construct_document(node)
    except yaml.constructor.ConstructorError as error:
        line = int((error.problem_mark or node.start_mark).line) + 1
        raise YamlError(line, f"found a value that YAML cannot build ({error.problem})") from error
    except RecursionError as error:
        raise YamlError(int(node.start_mark.line) + 1, "found lists or mappings nested too deeply") from error
