"""The commands that the docs show: found in a page, held against the command line and against what they print.

A block of the kind ``console`` holds commands, each behind ``$ `` (or ``ana$ ``: as ana), and what they printed.  What
a block shows holds as a pattern: ``…`` stands for any text within a line, and alone on a line for any lines.  Times are
those of the day.  A command without anything below it is run for its exit code, which is 0, or 1 where the last line
is an error of ours, or what the comment behind the command says (``# exit code 3``).

Comments in the page, each on a line of its own, say how the commands are run:

    <!-- workspace: team -->                        what follows is run in a new copy of this workspace
    <!-- not run: there is no cluster here -->      the next block is not run, and why
    <!-- written by: python -m tools.session -->    that program runs all of this page

``tools/shown_workspaces.py`` makes the workspaces, ``tools/shown_pages.py`` runs the pages.  Commands that are not run
are still held against the command line: their verbs, options and arguments must be right.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

import click

from annotator.cli.main import cli

LOGIN = "lea"
"""Who runs the commands unless the page says otherwise."""
ANNOTATOR = ("annotator", ".venv/bin/annotator")
NEVER_RUN = {
    ("tutorial",): "opens a screen",
    ("serve",): "serves until it is stopped",
    ("models", "install"): "downloads",
}
"""Commands that no test can run, wherever they are shown."""

_FENCE = re.compile(r"```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!-- (workspace|not run|written by): (.*?) -->")
_PROMPT = re.compile(r"(?:(\w+)?\$) ")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|\d{8}T\d{6}Z")


@dataclass(frozen=True)
class Shown:
    """A command as a page shows it: what was typed, by whom, and the lines below it."""

    typed: str
    who: str
    printed: list[str]

    def calls(self) -> Iterator[tuple[list[str], str | None]]:
        """Yield the arguments of each call of annotator, and the file that its output goes to."""
        tokens = shlex.split(self.typed.replace("\\\n", " "), comments=True)
        while tokens:
            words = list(takewhile(lambda token: not set(token) <= set(";&|"), tokens))
            tokens = tokens[len(words) + 1 :]
            file = words[words.index(">") + 1] if ">" in words else None
            words = list(takewhile(lambda word: word != ">", words))
            if words and words[0] in ANNOTATOR:
                yield words[1:], file

    @property
    def status(self) -> int:
        """The exit code that the page lets one expect."""
        said = re.search(r"#.*exit code (\d+)", self.typed)
        return int(said[1]) if said else int(bool(self.printed) and self.printed[-1].startswith("annotator: "))


@dataclass
class Block:
    """A block of commands: where it is in its page, how it is run, and why it is not."""

    start: int
    end: int
    commands: list[Shown]
    workspace: str | None = None
    not_run: str | None = None
    written_by: str | None = None

    @property
    def calls(self) -> list[list[str]]:
        """The arguments of all calls of annotator."""
        return [arguments for command in self.commands for arguments, _ in command.calls()]

    def why_not(self, arguments: Sequence[str]) -> str | None:
        """Why a call in this block is not run here, if it is not."""
        never = next((why for verb, why in NEVER_RUN.items() if set(verb) <= set(arguments)), None)
        return self.written_by or self.not_run or never

    @property
    def is_run(self) -> bool:
        """Whether any call in it is run."""
        return not all(map(self.why_not, self.calls))


def blocks_of(text: str) -> list[Block]:
    """Find the blocks of commands in a page."""
    blocks, at = [], 0
    workspace = written_by = None
    for match in _FENCE.finditer(text):
        not_run = None
        for kind, value in _COMMENT.findall(text[at : match.start()]):
            workspace = value if kind == "workspace" else workspace
            written_by = value if kind == "written by" else written_by
            not_run = value if kind == "not run" else not_run
        at = match.end()
        blocks.append(Block(match.start(1), match.end(1), _commands(match[1]), workspace, not_run, written_by))
    return blocks


def _commands(body: str) -> list[Shown]:
    commands: list[Shown] = []
    for line in body.splitlines():
        prompt = _PROMPT.match(line)
        if prompt:
            commands.append(Shown(line[prompt.end() :], prompt[1] or LOGIN, []))
        elif commands and commands[-1].typed.endswith("\\") and not commands[-1].printed:
            last = commands.pop()
            commands.append(Shown(f"{last.typed}\n{line}", last.who, []))
        elif commands:
            commands[-1].printed.append(line)
    return commands


def check_usage(arguments: Sequence[str]) -> None:
    """Hold a command against the command line without running it.  Raises :class:`click.UsageError`."""
    command: click.Command = cli
    context = cli.make_context("annotator", list(arguments))
    while isinstance(command, click.Group) and context.args + context._protected_args:
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        if found is None:
            return
        command, context = found, found.make_context(name, rest, parent=context)


def is_as_shown(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether what was printed is what a page shows."""
    pattern = "".join(r"(?:.*\n)*" if line == "…" else _pattern(line) for line in shown)
    return re.fullmatch(pattern, "".join(f"{timeless(line)}\n" for line in printed)) is not None


def _pattern(line: str) -> str:
    return ".*".join(re.escape(part) for part in timeless(line.rstrip()).split("…")) + "\n"


def timeless(text: str) -> str:
    """A text with the same in the place of every time."""
    return _TIME.sub("TIME", text)


def as_page_would_show(shown: Sequence[str], printed: Sequence[str]) -> list[str]:
    """What a page is to show of what was printed: all, or as many lines as before where it ended in ``…``."""
    if shown and shown[-1] == "…" and len(printed) >= len(shown):
        return [*printed[: len(shown) - 1], "…"]
    return list(printed)
