"""``annotator validate``: check that a file holds what the gold format promises."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import narrate, print_lines
from annotator.errors import FormatError
from annotator.wording import plural


@click.command("validate")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def command(files: tuple[Path, ...]) -> None:
    """Check gold JSONL files against the JSON Schema, and what a schema cannot say: offsets, ids, order."""
    from annotator.formats.validate import validate_lines

    count = 0
    for path in files:
        try:
            problems = validate_lines(path)
        except OSError as error:
            raise FormatError(
                f"{path}: {(error.strerror or str(error)).lower()}", "give a file that can be read"
            ) from error
        count += print_lines(problems)
    if count:
        raise FormatError(plural(count, "problem"), "each line above names file, line and place")
    narrate(f"{', '.join(map(str, files))}: all records are valid")
