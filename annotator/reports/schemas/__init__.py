"""The JSON Schemas of what commands print under ``--json``, by name."""

from __future__ import annotations

from pathlib import Path

from annotator.errors import AnnotatorError
from annotator.formats.record import SCHEMA
from annotator.formats.validate import SCHEMA_PATHS
from annotator.wording import did_you_mean

_ENDING = ".schema.json"
GOLD = "gold"
"""The schema of a line of gold JSONL, which is a format's own."""


def schema_names() -> list[str]:
    """The names of all schemas: commands, ``gold`` for a line of an export, ``progress`` for one of ``--progress``."""
    here = Path(__file__).parent.glob(f"*{_ENDING}")
    return sorted([GOLD, *(path.name.removesuffix(_ENDING) for path in here)])


def schema_text(name: str) -> str:
    """The text of a schema (JSON Schema 2020-12); :class:`AnnotatorError` where none has this name."""
    if name not in schema_names():
        raise AnnotatorError(f"no schema {name!r}{did_you_mean(name, schema_names())}", "`annotator schema` lists them")
    path = SCHEMA_PATHS[SCHEMA] if name == GOLD else Path(__file__).with_name(f"{name}{_ENDING}")
    return path.read_text(encoding="utf-8")
