"""Checking the options that a user gives for a format (``-O NAME=VALUE``)."""

from __future__ import annotations

from collections.abc import Mapping

from annotator.errors import WorkflowError
from annotator.formats.protocol import Format


def check_format_options(form: Format, options: Mapping[str, str]) -> None:
    """Raise :class:`WorkflowError` for an option that the format does not have, naming those that it has."""
    for name in options:
        if name not in form.options:
            known = ", ".join(form.options) or "none"
            raise WorkflowError(f"{form.name} has no option {name!r}", f"its options are: {known}")
