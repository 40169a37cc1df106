"""Writes a page for every command, from the commands themselves: ``docs/commands/``.

python -m tools.command_pages
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill

import click

from annotator.cli.main import VERBS, cli

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "commands"
PROGRAM, WIDTH = "annotator", 120
OVERVIEW = """\
# Commands

Every command with its arguments and options, written from the program itself. What they have in common, the variables
of the environment and the exit codes stand under [Command line](../command-line.md).
"""


def pages() -> dict[str, str]:
    """Return the text of every page by its file name."""
    root = click.Context(cli, info_name=PROGRAM)
    rows = [f"| [`{PROGRAM} {verb}`]({verb}.md) | {_cell(summary)} |" for verb, summary in VERBS.items()]
    overview = "\n".join([OVERVIEW, "| command | what it does |", "|---|---|", *rows, "", *_options(cli, root)])
    texts = {"README.md": overview.rstrip() + "\n"}
    for verb in VERBS:
        command = cli.get_command(root, verb)
        assert command is not None
        context = click.Context(command, info_name=verb, parent=root)
        texts[f"{verb}.md"] = "\n".join(_section(command, context, "#")).rstrip() + "\n"
    return texts


def _section(command: click.Command, context: click.Context, heading: str) -> Iterator[str]:
    """Yield the lines on a command, then those on its subcommands."""
    yield from (f"{heading} {context.command_path}", "")
    yield from _paragraphs(command.help)
    usage = " ".join(command.collect_usage_pieces(context))
    yield from ("```text", f"{context.command_path} {usage}", "```", "")
    yield from _options(command, context)
    yield from _paragraphs(command.epilog)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _section(inner, click.Context(inner, info_name=name, parent=context), heading + "#")


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    records = filter(None, (parameter.get_help_record(context) for parameter in command.params))
    rows = [f"| {_cell(f'`{names}`')} | {_cell(text)} |" for names, text in records if text]
    if rows:
        yield from ("| option | meaning |", "|---|---|", *rows, "")


def _paragraphs(text: str | None) -> Iterator[str]:
    """Yield paragraphs of a help text, filled; those that click is to leave as they are, as they are."""
    for paragraph in inspect.cleandoc(text or "").split("\n\n"):
        if paragraph.startswith("\b"):
            yield from ("```text", paragraph.removeprefix("\b\n"), "```", "")
        elif paragraph:
            yield from (fill(_prose(" ".join(paragraph.split())), WIDTH, break_on_hyphens=False), "")


def _cell(text: str) -> str:
    return _prose(" ".join(text.split())).replace("|", "\\|")


def _prose(text: str) -> str:
    """Keep what Markdown would take for its own from being so, but in code."""
    parts = re.split("(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([*_<])", r"\\\1", part) for part in parts)


def main() -> int:
    """Write the pages; those of commands that are gone go."""
    FOLDER.mkdir(exist_ok=True)
    texts = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(texts)} pages are in docs/commands/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
