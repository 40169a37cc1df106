"""Write the manual page, docs/annotator.1, from the commands and from two tables of docs/command-line.md.

python -m tools.man_page
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from annotator import __version__
from annotator.cli.main import cli

TOP = Path(__file__).resolve().parent.parent
PAGE = TOP / "docs" / "annotator.1"
TABLES = TOP / "docs" / "command-line.md"
ENVIRONMENT, STATUSES = "| option or variable | meaning |", "| exit code | meaning |"


def manual_page() -> str:
    """Return the whole page: one section for each command, in the order of the work."""
    context = click.Context(cli, info_name="annotator")
    lines = [f'.TH ANNOTATOR 1 "" "annotator {__version__}" "User Commands"']
    lines += [".SH NAME", rf"annotator \- {_roff(_short(cli))}"]
    lines += [".SH SYNOPSIS", ".B annotator", _roff("[OPTIONS] [COMMAND [ARGUMENTS]...]")]
    lines += [".SH DESCRIPTION", *_paragraphs(cli.help or ""), ".SH OPTIONS", *_options(cli, context)]
    lines += [".PP", _roff("Every command takes -h or --help, which say what stands here.")]
    lines += [".SH COMMANDS"]
    for path, command, inner in _commands(cli, context):
        usage = " ".join(command.collect_usage_pieces(inner))
        lines += [f'.SS "annotator {path} {_roff(usage)}"', *_paragraphs(command.help or "")]
        lines += [*_options(command, inner), *_epilog(command)]
    lines += [".SH EXIT STATUS", *_rows(STATUSES), ".SH ENVIRONMENT", *_rows(ENVIRONMENT, "ANNOTATOR_")]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Yield each command with the words that call it."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, parent=context, info_name=name)
        words = inner.command_path.partition(" ")[2]
        yield words, command, inner
        if isinstance(command, click.Group):
            yield from _commands(command, inner)


def _short(command: click.Command) -> str:
    text = (command.help or "").partition("\n")[0].removesuffix(".")
    return text[:1].lower() + text[1:]


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(re.split(r"\n\s*\n", text.strip())):
        if number:
            yield ".PP"
        yield _roff(" ".join(paragraph.split()))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for param in command.params:
        record = param.get_help_record(context)
        if record is not None and record[1]:
            yield from (".TP", rf"\fB{_roff(record[0])}\fR", _roff(" ".join(record[1].split())))


def _epilog(command: click.Command) -> Iterator[str]:
    text = (command.epilog or "").strip().removeprefix("\b").strip("\n")
    if text:
        yield from (".PP", ".nf", *map(_roff, text.splitlines()), ".fi")


def _rows(head: str, named: str = "") -> Iterator[str]:
    """Yield the rows of a table of the docs as a list of terms, those with a name in the term."""
    table = TABLES.read_text(encoding="utf-8").partition(head)[2].partition("\n\n")[0]
    for row in table.strip().splitlines()[1:]:
        term, meaning = (_plain(cell.strip()) for cell in re.split(r"(?<!\\)\|", row.strip("|")))
        if named in term:
            yield from (".TP", rf"\fB{_roff(term)}\fR", _roff(meaning))


def _plain(markdown: str) -> str:
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", markdown).replace("`", "").replace("\\|", "|")


def _roff(text: str) -> str:
    """Return a line of text that is printed as it is: hyphens can be copied, nothing is a request."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq").replace("'", "\\(aq")
    escaped = escaped.replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped


def main() -> int:
    """Write the page."""
    PAGE.write_text(manual_page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
