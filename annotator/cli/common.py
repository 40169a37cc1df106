"""What the verbs share: options, where the workspace is, narration, tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import get_terminal_size
from textwrap import indent
from typing import TYPE_CHECKING, Any, TypeVar

import click

from annotator.errors import UnknownFormatError
from annotator.reports.printable import printable
from annotator.reports.text_table import text_table

if TYPE_CHECKING:
    from annotator.files.outputs import Outputs
    from annotator.formats.protocol import Format
    from annotator.labels.retired import RetiredCounts
    from annotator.workflow.sharing.seals import OpenedSeal
    from annotator.workflow.workspace import Workspace

Function = TypeVar("Function", bound=Callable[..., Any])

MANY = 1_000_000_000
"""More than there are of anything: documents, days, processes."""
COUNT = click.IntRange(0, MANY)
DAYS = click.IntRange(0, 100_000)
SEED = click.IntRange(-(2**63), 2**63 - 1)

COMPLETING = "_ANNOTATOR_COMPLETE"
"""The environment variable by which a shell asks what may follow on its line, and says which shell it is."""


class Share(click.FloatRange):
    """A number in a range; what is no number (nan) is in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        number: float = super().convert(value, param, ctx)
        if number != number or abs(number) == float("inf"):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


@dataclass(slots=True)
class GlobalOptions:
    """What was given before the verb, and the ``database`` of the workspace that the verb was about."""

    folder: Path | None = None
    curator: str | None = None
    database: Path | None = None

    def workspace(self, folder: Path | None = None) -> Workspace:
        """The workspace, from the verb's own option first; it is closed when the command ends."""
        from annotator.workflow.workspace import Workspace

        workspace = replace(Workspace.find(folder or self.folder), tell=narrate)
        self.database = workspace.database_path
        click.get_current_context().find_root().call_on_close(workspace.close)
        return workspace


def workspace_option(function: Function) -> Function:
    """Add ``-w DIR``."""
    return click.option(
        "-w",
        "--workspace",
        "folder",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="The workspace (default: ANNOTATOR_WORKSPACE, or the nearest folder upwards with a labels.yaml).",
    )(function)


def json_option(function: Function) -> Function:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON to stdout.")(function)


def curator_option(function: Function) -> Function:
    """Add ``--as NAME``."""
    return click.option(
        "--as", "curator", metavar="NAME", help="Who is working (default: ANNOTATOR_CURATOR, or the login name)."
    )(function)


def force_option(function: Function) -> Function:
    """Add ``--force``, for commands that write where ``-o`` says."""
    return click.option(
        "--force", is_flag=True, help="Where PATH holds something of your own, move that aside instead of stopping."
    )(function)


def tell_moved(outputs: Outputs) -> None:
    """Say where what had to make room is now."""
    for path, aside in outputs.moved:
        narrate(f"what was at {path} is now {aside}")
    for folder in outputs.kept:
        narrate(f"warning: the earlier export could not be removed: {folder}")


def seal_options(what: str) -> Callable[[Function], Function]:
    """Add ``--seal FILE`` and ``--signer PUBKEY``, which hold ``what`` against a seal."""

    def add(function: Function) -> Function:
        file = click.Path(path_type=Path)
        help_text = "The public key that must have signed the seal."
        function = click.option("--signer", type=file, metavar="PUBKEY", help=help_text)(function)
        return click.option("--seal", type=file, metavar="FILE", help=f"Hold {what} against what `seal` wrote.")(
            function
        )

    return add


def opened_seal(seal: Path | None, signer: Path | None) -> OpenedSeal | None:
    """The seal that was named, once its signature is checked, and say whose it is; ``None`` without one."""
    if seal is None:
        if signer is not None:
            raise click.UsageError("--signer needs --seal FILE")
        return None
    from annotator.workflow.sharing.seals import open_seal

    opened = open_seal(seal, signer)
    narrate(opened.told())
    return opened


def format_argument(function: Function) -> Function:
    """Add the argument ``FORMAT``, loaded, as ``form``; a name that is no format's is wrong usage."""

    def loaded(_: click.Context, parameter: click.Parameter, name: str) -> Format:
        return format_named(name, parameter)

    return click.argument("form", metavar="FORMAT", callback=loaded)(function)


def format_named(name: str, parameter: click.Parameter | None = None) -> Format:
    """Load the format of a name; one that is no format's is wrong usage."""
    from annotator.formats.registry import load_format

    try:
        return load_format(name)
    except UnknownFormatError as error:
        raise click.BadParameter(str(error), param=parameter, param_hint="FORMAT") from error


def format_options(function: Function) -> Function:
    """Add ``-O NAME=VALUE``, any number of times, as a dictionary called ``options``."""

    def parsed(_: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
        pairs = {}
        for value in values:
            name, equals, rest = value.partition("=")
            if not name or not equals:
                raise click.BadParameter(f"{value!r} is not NAME=VALUE", param=parameter)
            pairs[name] = rest
        return pairs

    return click.option(
        "-O", "options", multiple=True, callback=parsed, metavar="NAME=VALUE", help="An option of the format itself."
    )(function)


def parse_rename(text: str) -> tuple[str, str]:
    """Split ``OLD=NEW`` into a name from elsewhere and the curator's name that it becomes here."""
    from annotator.workflow.workspace import curator_name

    old, new = parse_pair(text, "--rename", "ana=ana.2")
    return old, curator_name(new)


def parse_pair(text: str, option: str, example: str) -> tuple[str, str]:
    """Split ``OLD=NEW``; what is none is wrong usage of the option."""
    old, equals, new = text.partition("=")
    if not (old and equals and new):
        raise click.UsageError(f"{option} {text}: expected OLD=NEW, for example {example}")
    return old, new


def narrate(text: str) -> None:
    """Say something to a person: on stderr, so that stdout stays data."""
    click.echo(printable(text), err=True)


def print_lines(lines: Iterable[str]) -> int:
    """Print findings, one line each and as they come; return how many there were."""
    count = 0
    for line in lines:
        click.echo(printable(line))
        count += 1
    return count


def tell_left_out(retired: RetiredCounts) -> None:
    """Say what was left out because the label scheme no longer allows it, and what mends it."""
    if retired:
        from annotator.workflow.retired_work import mending, summary

        narrate(f"left out: {summary(retired)}; {mending(retired)}")


def print_json(value: object) -> None:
    """Print a value as JSON, with what could act on a terminal escaped."""
    _print_escaped(_json_text(value))
    click.echo()


def print_json_list(head: Mapping[str, object], name: str, items: Iterable[object]) -> None:
    """Print an object as JSON that ends in a list called ``name``, item by item, however many there are."""
    opening = _json_text({**head, name: []}).removesuffix("]\n}")
    _print_escaped(opening)
    between = "\n"
    for item in items:
        _print_escaped(between + indent(_json_text(item), "    "))
        between = ",\n"
    click.echo("]\n}" if between == "\n" else "\n  ]\n}")


def _json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=sys.stdout.encoding.lower() != "utf-8", indent=2)


def _print_escaped(text: str) -> None:
    click.echo("\n".join(line if line.isprintable() else _escaped(line) for line in text.split("\n")), nl=False)


def _escaped(line: str) -> str:
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: Sequence[str] = (), cut: str = ""
) -> None:
    """Print a table: aligned to the terminal's width, or to the longest cell when piped.

    ``cut`` is the column that gives way first where the terminal is too narrow for all.
    """
    click.echo(table_text(columns, rows, numbers=numbers, cut=cut, terminal=sys.stdout.isatty()))


def table_text(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    numbers: Sequence[str] = (),
    cut: str = "",
    terminal: bool = False,
) -> str:
    """A table as text, aligned to the terminal's width or to its longest cell."""
    width = get_terminal_size().columns if terminal else None
    return "\n".join(text_table(columns, rows, numbers=numbers, cut=cut, width=width))
