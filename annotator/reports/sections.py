"""Tables under headings: what a report is made of, and such a report in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from annotator.reports.printable import printable
from annotator.reports.text_table import table_width


@dataclass(frozen=True, slots=True)
class Section:
    """A table under a heading, or ``paragraphs``; those that are indented go on about the one before.

    ``numbers`` are the columns that are aligned to the right.  Where room is short, those of ``spare`` are left out,
    the first first, as many as it takes, then ``cut`` gives way.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    numbers: tuple[str, ...] = ()
    note: str = ""
    cut: str = ""
    paragraphs: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()

    def within(self, width: int) -> Section:
        """The same table without the spare columns for which so many cells have no room; the note names them."""
        left_out: list[str] = []
        for column in self.spare:
            if table_width(*self._without(left_out)) <= width:
                break
            if column in self.columns:
                left_out.append(column)
        if not left_out:
            return self
        columns, rows = self._without(left_out)
        note = f"No room for: {', '.join(left_out)}. {self.note}".rstrip()
        return replace(self, columns=columns, rows=rows, note=note)

    def _without(self, left_out: Sequence[str]) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        kept = [place for place, column in enumerate(self.columns) if column not in left_out]
        return tuple(self.columns[place] for place in kept), [tuple(row[place] for place in kept) for row in self.rows]


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
