"""Holding JSON against the schemas that ship with the package."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from annotator.reports.schemas import schema_text


def schema_problems(schema: str, value: Any) -> list[str]:
    """List where a value is not what a schema says."""
    found = Draft202012Validator(json.loads(schema_text(schema))).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in found]
