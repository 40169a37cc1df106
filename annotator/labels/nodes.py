"""Reading YAML with the line of every value, so that a mistake can be pointed at.

A file is composed into nodes, not loaded: a node knows its line and what was written, where a loaded value has
lost both.  Everything that is wrong is noted on a :class:`ProblemReport`; reading goes on, so that one run finds all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from annotator.labels.scheme import did_you_mean

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
        """Return the problems in the order of the file."""
        return [text for _, text in sorted(self.problems, key=lambda problem: problem[0])]


class YamlValue(NamedTuple):
    """A node of PyYAML's with its place in the file and the report that its problems go to."""

    node: Any
    path: str
    report: ProblemReport

    @property
    def line(self) -> int:
        """Return the line, counted from 1."""
        return int(self.node.start_mark.line) + 1

    @property
    def tag(self) -> str:
        """Return the YAML type's short name, such as ``str`` or ``map``."""
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
        """Return a value inside this one."""
        step = f"[{name}]" if isinstance(name, int) else f".{name}" if self.path else name
        return YamlValue(node, self.path + step, self.report)

    def pairs(self, expected: str) -> list[tuple[YamlValue, YamlValue]]:
        """Return the keys and values of a mapping, each key once; note whatever else is found."""
        if self.node.id != "mapping":
            self.note_wrong(expected)
            return []
        pairs: dict[str, tuple[YamlValue, YamlValue]] = {}
        for key_node, value_node in self.node.value:
            name = str(key_node.value) if key_node.id == "scalar" else ""
            key, value = self.child(name or "?", key_node), self.child(name or "?", value_node)
            if key.tag not in ("str", "int"):
                key.note_wrong("a name (put it in quotes)" if key_node.id == "scalar" else "a name")
            elif name in pairs:
                key.report.note(key.line, key.path, f"found a second {name!r}, expected each key once")
            else:
                pairs[name] = (key, value)
        return list(pairs.values())

    def fields(self, known: Iterable[str], required: Iterable[str], expected: str) -> dict[str, YamlValue]:
        """Return the values of a mapping whose keys are known beforehand; note unknown and missing keys."""
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
        """Return the items of a list; note it when the value is none."""
        if self.node.id != "sequence":
            self.note_wrong(expected)
            return []
        return [self.child(index, node) for index, node in enumerate(self.node.value)]

    def text(self, expected: str = "text") -> str | None:
        """Return a scalar that is text; note anything else."""
        if self.node.id != "scalar" or self.tag != "str" or not str(self.node.value).strip():
            self.note_wrong(expected)
            return None
        return str(self.node.value)

    def texts(self, expected: str) -> tuple[str, ...]:
        """Return the texts of a list; note whatever else is found."""
        return tuple(text for item in self.items(expected) if (text := item.text()) is not None)

    def choice(self, options: Iterable[str]) -> str | None:
        """Return a text that is one of ``options``; note anything else, with the likeliest meant."""
        options = list(options)
        written = str(self.node.value) if self.node.id == "scalar" else ""
        if written in options:
            return written
        self.note_wrong(one_of(options) + did_you_mean(written, options))
        return None

    def number(self) -> float | None:
        """Return a number; note anything else."""
        if self.tag in ("int", "float"):
            try:
                return float(str(self.node.value).replace("_", ""))
            except ValueError:
                pass
        self.note_wrong("a number from 0 to 1")
        return None

    def boolean(self) -> bool:
        """Return a truth value; note anything else."""
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
