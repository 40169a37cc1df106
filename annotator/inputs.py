"""Reading what others wrote, with limits: regular files only, no endless line, YAML and JSON that cannot run away.

Whatever is wrong with a file is said in one line that names it, with its line where that is known.
"""

from __future__ import annotations

import io
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.errors import InputError

LARGEST_FILE = 16 << 20
"""Bytes of the largest file that is read whole as settings, label scheme or card."""
LONGEST_LINE = 1 << 28
"""Bytes, or characters where text is decoded first, of the longest line that is read, and of the longest article."""
DEEPEST = 100
"""How many lists and mappings may lie inside one another in YAML."""

_MOST_VALUES = 1_000_000
"""Values that a YAML file may hold once its aliases are written out."""
_MOST_DIGITS = 30
_KINDS = {"scalar": "single value", "sequence": "list"}
_UNBUILT = (ValueError, TypeError, LookupError, OverflowError, AttributeError, RecursionError)
"""What PyYAML's constructors raise at values of no use, such as ``2020-99-99`` or ``!!int x``."""
_IRREGULAR = "not a regular file (a pipe, a device or the like)"


def open_file(path: Path) -> io.BufferedReader:
    """Open a regular file; raise :class:`InputError` for a pipe, a device or a socket, whose reading may never end.

    Raises :class:`OSError` as ``open`` does.
    """
    if str(path) == os.devnull:
        return path.open("rb")
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    stream = os.fdopen(handle, "rb")
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return stream
    stream.close()
    if path.is_dir():
        raise IsADirectoryError(21, os.strerror(21), str(path))
    raise InputError(f"{path}: {_IRREGULAR}", "give a file")


def read_bytes(path: Path, most: int = LARGEST_FILE) -> bytes:
    """Return the bytes of a regular file of at most ``most`` of them."""
    with open_file(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        data = stream.read(most + 1) if size <= most else b""
    if max(size, len(data)) > most:
        raise InputError(f"{path}: larger than {most >> 20} MB", "check that it is the right file")
    return data


def read_text(path: Path, most: int = LARGEST_FILE) -> str:
    """Return the text of a UTF-8 file, without a byte order mark."""
    try:
        return read_bytes(path, most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start} is not UTF-8", "save the file as UTF-8") from error


def check_encoding(name: str) -> None:
    """Raise :class:`InputError` where there is no text encoding of this name."""
    try:
        " \n".encode(name)
    except (LookupError, ValueError) as error:
        raise InputError(f"there is no text encoding {name!r}", "such are utf-8, latin-1 and cp1252") from error


def files_under(folder: Path, wanted: Callable[[str], bool]) -> list[Path]:
    """Return the files of a folder and its subfolders whose names are ``wanted``, by path, hidden ones left out.

    A link that leads out of the folder is refused: what lies there was not given.  Raises :class:`OSError` for a
    folder that cannot be listed.
    """
    root = folder.resolve()
    found: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        chosen = [name for name in names if not name.startswith(".") and wanted(name)]
        for name in (*folders, *chosen):
            refuse_outside_link(Path(parent, name), root)
        found += (Path(parent, name) for name in chosen)
    return sorted(found)


def refuse_outside_link(path: Path, folder: Path) -> None:
    """Raise :class:`InputError` for a link that leads out of a folder."""
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            f"{path}: a link that leads out of the folder, to {path.resolve()}",
            "put the file itself there, or give it by its own path",
        )


def _raise(error: OSError) -> None:
    raise error


def load_json(path: Path, most: int = LARGEST_FILE) -> Any:
    """Return the one JSON value of a file of at most ``most`` bytes; :class:`InputError` where it holds none."""
    text = read_text(path, most)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: not JSON: {error.msg}", "mend what wrote the file") from error
    except RecursionError as error:
        raise InputError(f"{path}: lists or objects nested too deeply", "mend what wrote the file") from error
    except ValueError as error:
        raise InputError(f"{path}: a number of too many digits", "mend what wrote the file") from error


class YamlError(Exception):
    """What is wrong with some YAML, and on which line (from 1)."""

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
        """Return ``file:line: key``, for messages."""
        line = self.lines.get(name)
        return f"{self.path}:{line}: {name}" if line else f"{self.path}: {name}"


def load_yaml(path: Path) -> YamlMapping | None:
    """Return the mapping in a small YAML file, ``None`` where the file says nothing.

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
    """Parse YAML into PyYAML's nodes, ``None`` where there is nothing; raise :class:`YamlError` for what is none.

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
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise YamlError(line, f"found broken YAML ({said}), expected valid YAML") from error


def _check_size(events: Iterator[Any]) -> None:
    """Refuse what is nested too deeply, refers to itself, or grows beyond measure when its aliases are written out.

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
    """Return the plain value of a node: dates stay the text they are; raise :class:`YamlError` where there is none."""
    import yaml

    class Constructor(yaml.constructor.SafeConstructor):
        def construct_object(self, node: Any, deep: bool = False) -> Any:
            line = int(node.start_mark.line) + 1
            try:
                value = super().construct_object(node, deep)
            except yaml.constructor.ConstructorError as error:
                raise YamlError(line, f"found a value that YAML cannot build ({error.problem})") from error
            except _UNBUILT as error:
                shown = f"{node.value[:40]!r}" if isinstance(node.value, str) else "one"
                raise YamlError(line, f"found {shown}, a value that YAML cannot build") from error
            if isinstance(value, int) and value.bit_length() > _MOST_DIGITS * 4:
                raise YamlError(line, f"found a number of more than {_MOST_DIGITS} digits")
            return value

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


def read_lines(stream: io.TextIOBase, where: Callable[[int], str]) -> Iterator[str]:
    """Yield the lines of a text file; raise :class:`InputError` for one that is too long to be any.

    ``where`` names a line by its number, for the message.
    """
    for number, line in enumerate(iter(lambda: stream.readline(LONGEST_LINE), ""), 1):
        if len(line) == LONGEST_LINE:
            raise line_too_long(where(number), LONGEST_LINE)
        yield line


def line_too_long(where: str, most: int) -> InputError:
    """Return what to say of a line of ``most`` bytes that has not ended."""
    return InputError(f"{where}: a line longer than {most >> 20} MB", "put each document on its own")
