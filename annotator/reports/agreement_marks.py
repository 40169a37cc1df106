"""How a report on agreement is told from any other file, so that tomorrow's may take its place."""

from __future__ import annotations

from annotator.files.ownership import Mark
from annotator.reports.agreement_html import GENERATOR
from annotator.reports.agreement_records import COLUMNS, SCHEMA

_TABLE_END = f"\n{SCHEMA}\n"
_MARKDOWN_END = f"\n<!-- {SCHEMA} -->\n"

MARKS = {
    "md": Mark(begins=b"# Agreement of ", ends=_MARKDOWN_END.encode()),
    "table": Mark(begins=b"Agreement of ", ends=_TABLE_END.encode()),
    "json": Mark(begins=f'{{\n  "schema": "{SCHEMA}"'.encode()),
    "csv": Mark(begins=f"{','.join(COLUMNS)}\n".encode()),
    "html": Mark(begins=b"<!DOCTYPE html>", holds=GENERATOR.encode()),
}
"""The mark of each kind of report."""


def marked(text: str, kind: str) -> str:
    """A report as a file holds it: tables end in a line that says what they are, the others show it anyway."""
    return text + {"table": _TABLE_END, "md": _MARKDOWN_END}.get(kind, "")
