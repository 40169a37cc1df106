"""The entry point: a lazy table of verbs, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from errno import EBADF
from importlib import import_module
from io import TextIOWrapper
from keyword import iskeyword
from pathlib import Path

import click

from annotator import __version__
from annotator.cli.common import COMPLETING, GlobalOptions, narrate, workspace_option
from annotator.cli.interrupts import Interruptions
from annotator.errors import NO_SPACE, AnnotatorError

VERBS = {
    "init": "Make a workspace: a label scheme to adapt, places for articles.",
    "tutorial": "Learn the keys in twelve short steps, on a practice article.",
    "ingest": "Take in articles: text, tables, web pages, PDF, Word, mail …",
    "models": "List, install and add language models; choose what was learned.",
    "suggest": "Let models and rules propose spans and relations.",
    "remove": "Take documents out of the corpus.",
    "rename": "Give a document another key, or a curator another name.",
    "assign": "Spread documents over curators.",
    "annotate": "Open the workbench, on a document or where you stopped.",
    "adjudicate": "Settle what curators differ on, and make gold of it.",
    "serve": "Open the workbench to browsers, by secret links.",
    "agreement": "Measure how far curators, suggestions and gold agree.",
    "feedback": "Show your finished work against gold.",
    "return": "Send a document back to curators who finished it, with a note.",
    "comments": "List comments, flags and returns on all documents.",
    "import": "Take in documents and annotations of another program.",
    "train": "Train the suggestions on finished documents.",
    "evaluate": "Measure suggestions on finished documents.",
    "export": "Write gold, or another layer, as training data.",
    "validate": "Check gold JSONL files against their JSON Schema.",
    "schema": "Print the JSON Schema of what --json prints.",
    "status": "Show how far the documents and all curators are.",
    "history": "Show every event of a document's layers.",
    "backup": "Copy the database, also while others write.",
    "restore": "Put a backup in the place of the database.",
    "bundle": "Write a workspace with one curator's documents, to work apart.",
    "merge": "Take over the work of another database or bundle.",
    "doctor": "Check the database and its history for damage.",
    "seal": "Sign the end of every history, to prove what was there.",
    "labels": "Check the label scheme, and change it together with the work.",
    "catalog": "Add and search the entries that mentions are linked to.",
    "completion": "Let bash, zsh or fish complete commands and names.",
}
"""What each verb does, in a line of the overview; its own help, in its module, says the rest."""


BROKEN_PIPE = 141
"""The exit status when whoever reads the output stopped reading: what a shell shows of a program that SIGPIPE ended."""


SECONDS_FOR_DAMAGE = 20.0
"""How long to look for damage in the database after an unexpected error."""


class Verbs(click.Group):
    """Commands that are imported when they are called, so that starting up costs little."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All verbs, in the order of the work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a verb's module and return its command."""
        if cmd_name not in VERBS:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"annotator.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the overview of all verbs, without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; one that does not exist is met with the nearest that does."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from difflib import get_close_matches

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
def cli(ctx: click.Context, folder: Path | None, curator: str | None, debug: bool) -> None:  # noqa: ARG001 - read from argv
    """Turn news articles into gold-standard entity and relation data.

    Without a command the workbench opens; a new workspace takes in its seeds/ and gets suggestions first.
    """
    options = ctx.ensure_object(GlobalOptions)
    options.folder, options.curator = folder, curator
    if ctx.invoked_subcommand is None:
        from annotator.cli.annotate import start

        start(options.workspace(), curator, document=None)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the process's exit status."""
    if os.name == "nt":
        return _tell("Windows has neither the file locks nor the terminals that this needs: run it within WSL")
    if argv is None and COMPLETING in os.environ:
        from annotator.cli.completing import answer

        return answer(cli, VERBS)
    arguments = list(sys.argv[1:] if argv is None else argv)
    occupy_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter is no reason to stop
    debug = "--debug" in arguments
    # --debug may stand anywhere
    arguments = ["--debug", *(a for a in arguments if a != "--debug")] if debug else arguments
    try:
        status = _run(arguments, debug=debug)
        if status == 0:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has had enough: nobody is left to tell
        status = BROKEN_PIPE
    except OSError as error:
        status = _tell(_line(error))
    if not _can_flush():
        _drop_output()
    return status


def _run(arguments: list[str], *, debug: bool) -> int:
    """Run a command; turn what it raises into one line and an exit status."""
    interruptions, options = Interruptions(), GlobalOptions()
    try:
        _check_readable(arguments)
        with interruptions.watched():
            return cli.main(arguments, prog_name="annotator", standalone_mode=False, obj=options) or 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        return _stopped(error.__cause__ or error)
    except BrokenPipeError:
        raise
    except SystemExit as end:  # click's own answer to a broken pipe
        raise BrokenPipeError from end
    except Exception as error:  # noqa: BLE001 - no traceback may reach a user
        if debug:
            import traceback

            traceback.print_exc()
        if interruptions.came:
            return _stopped(error)
        line = _with_notes(_told_of_damage(options.database, error) or _line(error), error)
        return _tell(line, error.exit_code if isinstance(error, AnnotatorError) else 1)


def _stopped(error: BaseException) -> int:
    return _tell(_with_notes("stopped", error), 130)


def _with_notes(line: str, error: BaseException) -> str:
    """Add to a line what was noted on the way of an error, such as how much was done before it.

    Longer notes, such as the traceback of a thread, are shown by ``--debug`` alone.
    """
    notes: list[str] = getattr(error, "__notes__", [])
    return "; ".join((line, *(note for note in notes if "\n" not in note)))


def _line(error: Exception) -> str:
    """Say in one line what an error means."""
    if isinstance(error, (AnnotatorError, OSError)) and _is_working_folder_gone():
        return "the working folder no longer exists: change to another one"
    if isinstance(error, AnnotatorError):
        return str(error)
    if isinstance(error, OSError):
        where = _where(error)
        remedy = "free some space" if error.errno in NO_SPACE else "check the disk and your rights there"
        return f"{where}{': ' if where else ''}{(error.strerror or str(error)).lower()}: {remedy}"
    if isinstance(error, MemoryError):
        return "there is not enough memory for this: give it in smaller pieces"
    from annotator.redaction import redact

    said = redact(str(error))
    return f"unexpected {type(error).__name__}: {said} (--debug shows where; please report it)"


def _told_of_damage(database: Path | None, error: Exception) -> str:
    """Say what is damaged in the database on which an unexpected error came up; nothing where no damage is found."""
    if database is None or not database.exists() or isinstance(error, (AnnotatorError, OSError, MemoryError)):
        return ""
    from annotator.store import RESTORE, first_finding

    finding = first_finding(database, SECONDS_FOR_DAMAGE)
    return "" if finding is None else f"{database} is damaged: {finding}: `annotator doctor` lists all; {RESTORE}"


def _where(error: OSError) -> str:
    """The place of an error; nothing where that is not known.

    What was to be written to a file with a name says its name, and what is written without one is temporary.
    """
    if error.filename:
        return str(error.filename)
    if error.errno == EBADF:
        return "standard output"
    if error.errno in NO_SPACE:
        from tempfile import gettempdir

        with suppress(OSError):
            return gettempdir() if _can_flush() else "standard output"
    return ""


def _is_working_folder_gone() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - the same
    except FileNotFoundError:
        return True
    return False


def _tell(line: str, status: int = 1) -> int:
    narrate(f"annotator: {line}")
    return status


def _check_readable(arguments: Sequence[str]) -> None:
    """Refuse arguments that are no text: no name, no label and no file of ours can be called so."""
    for argument in arguments:
        try:
            argument.encode("utf-8")
        except UnicodeEncodeError:
            shown = argument.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            raise AnnotatorError(f"the argument '{shown}' is not UTF-8", "rename what it stands for") from None


def occupy_standard_streams() -> None:
    """Put something in the place of standard streams that were closed, before a database is opened in their place.

    What is written to a closed output is refused by the system as it should be; a closed input is empty, and what was
    to be said on a closed standard error is not said.
    """
    for number, name, flags in ((0, "stdin", os.O_RDONLY), (1, "stdout", os.O_RDONLY), (2, "stderr", os.O_WRONLY)):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, flags)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


def _can_flush() -> bool:
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        return False
    return True


def _drop_output() -> None:
    """Throw away what stdout could not take: flushing it again at exit would turn the status into 120."""
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
