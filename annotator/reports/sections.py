"""Tables under headings: what a report is made of, and such a report in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotator.reports.printable import printable


@dataclass(frozen=True, slots=True)
class Section:
    """A table under a heading, or ``paragraphs``; those that are indented go on about the one before.

    ``numbers`` are the columns that are aligned to the right, ``cut`` the one that gives way where room is short.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    numbers: tuple[str, ...] = ()
    note: str = ""
    cut: str = ""
    paragraphs: tuple[str, ...] = ()


def as_markdown(title: str, opening: Iterable[str], sections: Iterable[Section]) -> str:
    """A report in Markdown: a heading, paragraphs, then the tables with headings of their own."""
    parts = [f"# {escape(title)}", *map(escape, opening)]
    for section in sections:
        parts += [f"## {escape(section.title)}", *map(_paragraph, section.paragraphs)]
        parts += [markdown_table(section)] if section.rows else []
        parts += [escape(section.note)] if section.note else []
    return "\n\n".join(parts) + "\n"


def _paragraph(text: str) -> str:
    """A paragraph in Markdown; one that goes on about the one before is a point of a list."""
    return f"- {escape(text)}" if text.startswith(" ") else f"**{escape(text)}**"


def markdown_table(section: Section) -> str:
    """A table in Markdown, one line a row."""
    alignment = ("--:" if column in section.numbers else ":--" for column in section.columns)
    rows = (section.columns, *section.rows)
    header, *lines = (f"| {' | '.join(escape(str(cell)) for cell in row)} |" for row in rows)
    return "\n".join([header, f"| {' | '.join(alignment)} |", *lines])


def escape(text: str) -> str:
    """Text on one line, with every character escaped that Markdown, or a table's cell, would take for markup."""
    return _MARKUP.sub(r"\\\g<0>", printable(text))


_MARKUP = re.compile(r"[\\`*\[\]<>|~&]|(?<![^\W_])_|_(?![^\W_])|^[#+-](?=\s)")
"""Markup anywhere; underscores but within a word; what begins a heading or a list."""
