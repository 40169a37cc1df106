"""Reading YAML values with their lines, so that every mistake is reported with its place.

A file is composed into nodes, not loaded: a node knows its line and its source text, which a loaded value has lost.
Every mistake is noted on a :class:`ProblemReport`; reading goes on, so that one run finds all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from annotator.wording import did_you_mean

_TAG = "tag:yaml.org,2002:"
_KINDS = {"null": "nothing", "bool": "the boolean", "int": "the number", "float": "the number"}
_SHOWN = 40


@dataclass(slots=True)
class ProblemReport:
    """The problems of one file, each as ``FILE:LINE: KEY.PATH: found X, expected Y``."""

    file: str
    problems: list[tuple[int, str]] = field(default_factory=list)

    def note(self, line: int, path: str, text: str) -> None:
        """Add a problem at a line (counted from 1)."""
        where = f"{self.file}:{line}: {path}: " if path else f"{self.file}:{line}: "
        self.problems.append((line, where + text))

    def lines(self) -> list[str]:
        """List the problems in the order of the file."""
        return [text for _, text in sorted(self.problems, key=lambda problem: problem[0])]


class YamlValue(NamedTuple):
    """A node of PyYAML with its path in the file and the report for its problems."""

    node: Any
    path: str
    report: ProblemReport

    @property
    def line(self) -> int:
        """The line, counted from 1."""
        return int(self.node.start_mark.line) + 1

    @property
    def tag(self) -> str:
        """The short name of the YAML type, such as ``str`` or ``map``."""
        return str(self.node.tag).removeprefix(_TAG)

    def note_wrong(self, expected: str, found: str = "") -> None:
        """Note that this value is not what was expected."""
        self.report.note(self.line, self.path, f"found {found or self.description()}, expected {expected}")

    def description(self) -> str:
        """Describe the value in a few words."""
        if self.node.id == "sequence":
            return "a list" if self.node.value else "an empty list"
        if self.node.id == "mapping":
            return "a mapping" if self.node.value else "an empty mapping"
        written = str(self.node.value)
        written = written if len(written) <= _SHOWN else written[: _SHOWN - 1] + "…"
        kind = _KINDS.get(self.tag)
        if kind is None:
            return f"{written!r}" if self.tag == "str" else f"{written!r} (a YAML {self.tag})"
        return kind if self.tag == "null" else f"{kind} {written}"

    def child(self, name: str | int, node: Any) -> YamlValue:
        """Build the value of a node inside this one."""
        step = f"[{name}]" if isinstance(name, int) else f".{name}" if self.path else name
        return YamlValue(node, self.path + step, self.report)

    def pairs(self, expected: str) -> list[tuple[YamlValue, YamlValue]]:
        """List the keys and values of a mapping; note repeated keys, and a value that is no mapping."""
        if self.node.id != "mapping":
            self.note_wrong(expected)
            return []
        pairs: dict[str, tuple[YamlValue, YamlValue]] = {}
        for key_node, value_node in self.node.value:
            name = str(key_node.value) if key_node.id == "scalar" else ""
            key, value = self.child(name or "?", key_node), self.child(name or "?", value_node)
            if key_node.id != "scalar" or key.tag not in ("str", "int"):
                key.note_wrong("a name (put it in quotes)" if key_node.id == "scalar" else "a name")
            elif name in pairs:
                key.report.note(key.line, key.path, f"found a second {name!r}, expected each key once")
            else:
                pairs[name] = (key, value)
        return list(pairs.values())

    def fields(self, known: Iterable[str], required: Iterable[str], expected: str) -> dict[str, YamlValue]:
        """Read a mapping with ``known`` keys; note keys that are unknown, and ``required`` ones that are missing."""
        known = list(known)
        if self.node.id != "mapping":
            self.note_wrong(expected)
            return {}
        fields = {str(key.node.value): (key, value) for key, value in self.pairs(expected)}
        for name, (key, _) in fields.items():
            if name not in known:
                hint = did_you_mean(name, known)
                self.report.note(key.line, key.path, f"found an unknown key, expected {one_of(known)}{hint}")
        for name in required:
            if name not in fields:
                self.report.note(self.line, self.path, f"found no {name}, expected {one_of(known)} with {name}")
        return {name: value for name, (_, value) in fields.items() if name in known}

    def items(self, expected: str) -> list[YamlValue]:
        """List the items of a list; note a value that is no list."""
        if self.node.id != "sequence":
            self.note_wrong(expected)
            return []
        return [self.child(index, node) for index, node in enumerate(self.node.value)]

    def text(self, expected: str = "text") -> str | None:
        """Read a text; note anything else, also an empty one."""
        if self.node.id != "scalar" or self.tag != "str" or not str(self.node.value).strip():
            self.note_wrong(expected)
            return None
        return str(self.node.value)

    def texts(self, expected: str) -> tuple[str, ...]:
        """Read a list of texts; note anything else."""
        return tuple(text for item in self.items(expected) if (text := item.text()) is not None)

    def choice(self, options: Iterable[str]) -> str | None:
        """Read one of ``options``; note anything else, with the most similar option."""
        options = list(options)
        written = str(self.node.value) if self.node.id == "scalar" else ""
        if written in options:
            return written
        self.note_wrong(one_of(options) + did_you_mean(written, options))
        return None

    def character(self) -> str:
        """Read a printable character, which a key may be; note anything else, which is read as none."""
        written = str(self.node.value)
        if self.node.id == "scalar" and self.tag in ("str", "int") and len(written) == 1 and written.isprintable():
            return written
        self.note_wrong("one printable character (in quotes, unless it is a letter or digit)")
        return ""

    def number(self, expected: str = "a number from 0 to 1") -> float | None:
        """Read a number; note anything else."""
        if self.tag in ("int", "float"):
            try:
                return float(str(self.node.value).replace("_", ""))
            except ValueError:
                pass
        self.note_wrong(expected)
        return None

    def boolean(self) -> bool:
        """Read a truth value; note anything else."""
        if self.tag != "bool":
            self.note_wrong("true or false")
        return self.tag == "bool" and str(self.node.value).lower() in ("true", "yes", "on")


def one_of(options: Iterable[str]) -> str:
    """Join options for a message: ``a, b or c``."""
    *most, last = options
    return f"{', '.join(most)} or {last}" if most else last


def all_of(options: Iterable[str]) -> str:
    """Join demands for a message: ``a, b and c``."""
    *most, last = options
    return f"{', '.join(most)} and {last}" if most else last
