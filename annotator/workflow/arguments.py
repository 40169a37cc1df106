"""What users name on the command line: a layer, a moment, labels."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from annotator.errors import WorkflowError
from annotator.history import GOLD, SUGGESTIONS
from annotator.labels import LabelScheme
from annotator.names import person_problem
from annotator.wording import did_you_mean


def parse_layer(name: str) -> str:
    """The layer's name when it is one of gold, suggestions, suggestions:NAME or curator:NAME."""
    problem = exchanged_layer_problem(name)
    if problem is not None:
        raise WorkflowError(f"no layer {name!r}{problem}", "a layer is gold, suggestions or curator:NAME")
    return name


def exchanged_layer_problem(name: str) -> str | None:
    """Say what keeps ``name`` from naming a layer that is imported or exported (may be empty), or return ``None``."""
    head, colon, author = name.partition(":")
    if name in (GOLD, SUGGESTIONS):
        return None
    if head not in ("curator", SUGGESTIONS) or not colon or not author:
        return ""
    problem = person_problem(author)
    return problem and f": {author!r} {problem}"


def parse_since(text: str) -> str:
    """A moment as history writes it, from a date or a date and time (UTC unless it says otherwise)."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise WorkflowError(f"{text!r} is no date", "write one such as 2026-03-01 or 2026-03-01T14:00") from error
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def check_labels(scheme: LabelScheme, labels: Collection[str]) -> None:
    """Refuse labels that the scheme does not have."""
    for label in labels:
        if label not in scheme.entities and label not in scheme.relations:
            known = [*scheme.entities, *scheme.relations]
            raise WorkflowError(f"no label {label!r} in the scheme{did_you_mean(label, known)}", "correct --labels")
