"""Runs the commands that pages of the docs show, and writes into them what the commands print today.

    python -m tools.shown_pages [PAGE…]

``tools/shown_commands.py`` says how a page has commands run; ``tests/test_shown_commands.py`` compares.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from tools.command_runner import Runner
from tools.shown_commands import LOGIN, Block, Shown, as_page_would_show, blocks_of, check_usage, is_as_shown
from tools.shown_workspaces import Copies, copies

TOP = Path(__file__).resolve().parent.parent
PAGES = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")])


class Ran(NamedTuple):
    """A command that was run, with its exit status and the lines that it printed."""

    command: Shown
    status: int
    printed: list[str]

    @property
    def as_shown(self) -> bool:
        """Whether it did what its page shows."""
        silent = not self.command.printed
        return self.status == self.command.status and (silent or is_as_shown(self.command.printed, self.printed))


def play(text: str, workspaces: Copies) -> Iterator[tuple[Block, list[Ran]]]:
    """Run the commands of a page, block by block, in the workspaces that it names."""
    name = runner = None
    for block in blocks_of(text):
        if not block.is_run:
            continue
        if runner is None or block.workspace != name:
            name = block.workspace
            if name is None:
                raise ValueError(f"in which workspace? {block.commands[0].typed}")
            runner = Runner(workspaces.copy(name.split()[0]))
        yield block, [ran for command in block.commands for ran in _run(runner, block, command)]


def _run(runner: Runner, block: Block, command: Shown) -> Iterator[Ran]:
    status, printed, any_ran = 0, list[str](), False
    for arguments, file in command.calls():
        if block.why_not(arguments) or status:
            continue
        status, lines = runner.run(arguments, command.who, file)
        printed += lines
        any_ran = True
    if any_ran:
        yield Ran(command, status, printed)


def rewritten(text: str, workspaces: Copies) -> str:
    """A page with what its commands print today, where it shows what they print."""
    for block, ran in reversed(list(play(text, workspaces))):
        printed = {
            id(one.command): one.printed
            for one in ran
            if one.command.printed and one.status == one.command.status and not one.as_shown
        }
        body = []
        for command in block.commands:
            prompt = "$ " if command.who == LOGIN else f"{command.who}$ "
            shown = command.printed
            new = as_page_would_show(shown, printed[id(command)]) if id(command) in printed else shown
            body += [prompt + command.typed, *new]
        text = text[: block.start] + "".join(f"{line}\n" for line in body) + text[block.end :]
    return text


def misspelt(text: str) -> Iterator[str]:
    """Say which commands of a page the command line does not take as they stand."""
    for block in blocks_of(text):
        for arguments in block.calls:
            try:
                check_usage(arguments)
            except click.ClickException as error:
                yield f"annotator {' '.join(arguments)}: {error.format_message()}"


def main() -> int:
    """Write the pages anew, and say which changed and which command ended as its page does not say."""
    pages = [Path(argument).resolve() for argument in sys.argv[1:]] or PAGES
    for name in [name for name in os.environ if name.startswith("ANNOTATOR_")]:
        del os.environ[name]
    failed = False
    with copies() as workspaces:
        for page in pages:
            text = page.read_text(encoding="utf-8")
            new = rewritten(text, workspaces)
            if new != text:
                page.write_text(new, encoding="utf-8")
                print(f"{page.relative_to(TOP)} is written anew")
            for line in misspelt(new):
                failed = True
                print(f"{page.relative_to(TOP)}: {line}")
            for _, ran in play(new, workspaces):
                for one in ran:
                    if not one.as_shown:
                        failed = True
                        print(
                            f"{page.relative_to(TOP)}: exit code {one.status}: {one.command.typed}",
                            *one.printed,
                            sep="\n",
                        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
