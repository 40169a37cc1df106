"""How WebAnno TSV 3 writes texts and values: which characters stand behind a backslash, and where values end."""

from __future__ import annotations

import re

_NAMED = {"t": "\t", "n": "\n", "f": "\f", "r": "\r", "b": "\b"}
_NAMES = {char: name for name, char in _NAMED.items()}
_TEXT_NEEDS_IT = re.compile("[\x00-\x08\t\n\x0c\r\x0e-\x1f\\\\]")
_VALUE_NEEDS_IT = re.compile(r"->|[\\\[\]|_;\t\n*]")
_ESCAPED = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|(->|.))", re.DOTALL)
_PIECE = re.compile(r"\\.|.", re.DOTALL)
_WITH_IDS = re.compile(r"((?:\\.|[^\\])*?)\[(\d{1,9})(?:_(\d{1,9}))?\]", re.DOTALL)


def escape_text(text: str) -> str:
    """Write a text, or one line of it: control characters and backslashes behind a backslash."""
    return _TEXT_NEEDS_IT.sub(_escaped, text)


def escape_value(value: str) -> str:
    """Write the value of a feature, in which more characters have a meaning."""
    return _VALUE_NEEDS_IT.sub(_escaped, value)


def unescape_text(text: str, *, java: bool) -> str:
    """Read a text; ``java`` says that it is escaped as in Java, as up to version 3.1."""
    return text if "\\" not in text else _ESCAPED.sub(_java_character if java else _character, text)


def unescape_value(value: str) -> str:
    """Read the value of a feature: whatever stands behind a backslash is itself."""
    return value if "\\" not in value else _ESCAPED.sub(_any_character, value)


def split_values(written: str, separator: str) -> list[str]:
    """Split at a separator that stands behind no backslash."""
    if "\\" not in written:
        return written.split(separator)
    pieces = [""]
    for match in _PIECE.finditer(written):
        if match[0] == separator:
            pieces.append("")
        else:
            pieces[-1] += match[0]
    return pieces


def split_ids(written: str) -> tuple[str, int, int]:
    """Split a value from the one or two numbers that stand in brackets behind it; 0 stands for none."""
    match = _WITH_IDS.fullmatch(written)
    return (match[1], int(match[2]), int(match[3] or 0)) if match else (written, 0, 0)


def _escaped(match: re.Match[str]) -> str:
    return "\\" + _NAMES.get(match[0], match[0])


def _character(match: re.Match[str]) -> str:
    char = match[2]
    if char is None or not (char in _NAMED or char == "\\" or char < " "):
        return match[0]
    return _NAMED.get(char, char)


def _java_character(match: re.Match[str]) -> str:
    char = match[2]
    code = None if match[1] is None else int(match[1], 16)
    if code is not None:
        return match[0] if 0xD800 <= code < 0xE000 else chr(code)
    return _NAMED.get(char, char)


def _any_character(match: re.Match[str]) -> str:
    return match[0][1:] if match[2] is None else _NAMED.get(match[2], match[2]) if match[2] in "tn" else match[2]
