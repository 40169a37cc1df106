"""The words of a command line that is still being typed, and how a value is written to go on from there."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNSAFE = re.compile(r"[^\w@%+=:,./-]")
_ESCAPED_IN_DOUBLE_QUOTES = '"\\$`'
BREAKS = " \t\n\"'@><=;|&(:"
"""Characters after which bash takes a new word to begin, where COMP_WORDBREAKS does not say otherwise."""


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A command line up to the cursor: whole words without their quotes, and the last one, which may be empty.

    ``last`` is what the last word says so far, ``kept`` how it is written from where a shell would replace it, and
    ``quote`` the quotation mark that is still open.
    """

    words: tuple[str, ...]
    last: str
    kept: str
    quote: str

    @property
    def option(self) -> str:
        """The option of a last word such as ``--layer=gold``, with the equals sign; empty for any other."""
        name, equals, _ = self.last.partition("=")
        return name + equals if equals and name.startswith("-") else ""

    def continued(self, value: str) -> str:
        """The last word from where it is replaced, written out so that it says ``value``, or its option does."""
        rest = value[len(self.last) - len(self.option) :]
        written = self.kept + _quoted(rest, self.quote, at_start=not self.last)
        # Bash closes quotation marks, unless it takes an escaped one at the end of the value for the closing one.
        return written + self.quote if self.quote and rest.endswith(self.quote) else written


def read_line(line: str, breaks: str = BREAKS) -> TypedLine:
    """Read a command line as a shell does; a word is replaced from after the last of ``breaks`` in it."""
    words: list[str] = []
    last, quote, begun, at = "", "", False, 0
    position = 0
    while position < len(line):
        char, following = line[position], line[position + 1 : position + 2]
        position += 1
        if char == "\\" and quote != "'" and (not quote or following in _ESCAPED_IN_DOUBLE_QUOTES):
            last, begun, position = last + following, True, position + 1
        elif quote:
            at = position if char == quote and char in breaks else at
            quote, last = ("", last) if char == quote else (quote, last + char)
        elif char in "\"'":
            quote, begun, at = char, True, position
        elif char.isspace():
            words += [last] if begun else []
            last, begun, at = "", False, position
        else:
            last, begun, at = last + char, True, position if char in breaks else at
    return TypedLine(tuple(words), last, line[at:], quote)


def _quoted(text: str, quote: str, *, at_start: bool) -> str:
    """Write a text so that a shell reads it as it is, within quotation marks that are open."""
    if quote == "'":
        return text.replace("'", "'\\''")
    if quote:
        return "".join(f"\\{char}" if char in _ESCAPED_IN_DOUBLE_QUOTES else char for char in text)
    escaped = _UNSAFE.sub(lambda match: f"\\{match[0]}", text)
    return f"\\{escaped}" if at_start and escaped.startswith(("-", "=")) else escaped
