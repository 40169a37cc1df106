"""``annotator validate``: check that a file holds what the gold format promises."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import json_option, narrate, print_json, print_lines
from annotator.errors import FormatError
from annotator.wording import plural


@click.command("validate")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@json_option
def command(files: tuple[Path, ...], as_json: bool) -> None:
    """Check gold JSONL files against the JSON Schema, and what a schema cannot say: offsets, ids, order."""
    from annotator.formats.validate import validate_lines

    count, found = 0, {}
    for path in files:
        try:
            found[path] = validate_lines(path)
        except OSError as error:
            raise FormatError(
                f"{path}: {(error.strerror or str(error)).lower()}", "give a file that can be read"
            ) from error
        count += len(found[path]) if as_json else print_lines(found[path])
    if as_json:
        from annotator.reports.summaries import validation_summary

        print_json(validation_summary(found))
    if count:
        named = "each is named with file, line and place" if as_json else "each line above names file, line and place"
        raise FormatError(plural(count, "problem"), named)
    narrate(f"{', '.join(map(str, files))}: all records are valid")
