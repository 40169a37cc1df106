"""The entry point: a lazy table of verbs, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper
from keyword import iskeyword
from pathlib import Path

import click

from annotator import __version__
from annotator.cli.common import Settings, narrate, workspace_option
from annotator.errors import AnnotatorError

VERBS = (
    "init",
    "ingest",
    "models",
    "suggest",
    "assign",
    "annotate",
    "adjudicate",
    "agreement",
    "feedback",
    "import",
    "train",
    "evaluate",
    "export",
    "validate",
    "status",
    "history",
    "backup",
    "bundle",
    "merge",
    "doctor",
    "seal",
    "labels",
)


class Verbs(click.Group):
    """Commands that are imported when they are called, so that starting up costs little."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return all verbs, in the order of the work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a verb's module and return its command."""
        if cmd_name not in VERBS:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"annotator.cli.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; one that does not exist is met with the nearest that does."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            near = get_close_matches(args[0], VERBS, n=1)
            ctx.fail(f"No such command {args[0]!r}." + (f" Did you mean {near[0]}?" if near else ""))
        return super().resolve_command(ctx, args)


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@workspace_option
@click.option("--as", "curator", metavar="NAME", help="Who is working (default: ANNOTATOR_CURATOR, or the login name).")
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected error.")
@click.version_option(__version__, "-V", "--version", prog_name="annotator")
@click.pass_context
def cli(ctx: click.Context, workspace: Path | None, curator: str | None, debug: bool) -> None:  # noqa: ARG001 - read from argv
    """Turn news articles into gold-standard entity and relation data.

    Without a command the workbench opens; a new workspace takes in its seeds/ and gets suggestions first.
    """
    ctx.obj = Settings(workspace, curator)
    if ctx.invoked_subcommand is None:
        from annotator.cli.annotate import start

        start(ctx.obj.workspace(), curator, document=None)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the process's exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter is no reason to stop
    debug = "--debug" in arguments
    try:
        # --debug may stand anywhere
        arguments = ["--debug", *(a for a in arguments if a != "--debug")] if debug else arguments
        return cli.main(arguments, prog_name="annotator", standalone_mode=False) or 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except AnnotatorError as error:
        if debug:
            traceback.print_exc()
        narrate(f"annotator: {error}")
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("annotator: stopped", err=True)
        return 130
    except OSError as error:
        if debug:
            traceback.print_exc()
        where = f"{error.filename}: " if error.filename else ""
        narrate(f"annotator: {where}{(error.strerror or str(error)).lower()}: check the disk and your rights there")
        _drop_output()
        return 1
    except Exception as error:  # noqa: BLE001 - no traceback may reach a user
        if debug:
            traceback.print_exc()
        narrate(f"annotator: unexpected {type(error).__name__}: {error} (--debug shows where; please report it)")
        return 1


def _drop_output() -> None:
    """Throw away what stdout could not take: flushing it again at exit would turn the status into 120."""
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
