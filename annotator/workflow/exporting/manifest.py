"""The manifest of an export: what its files hold, their digests, and what was left out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from annotator.files.ownership import MANIFEST_SCHEMA
from annotator.workflow.exporting.export_writer import ExportPart, ExportResult


def write_manifest(
    result: ExportResult,
    form: str,
    settings: Mapping[str, Any],
    left_out: Mapping[str, str],
    beside: Mapping[str, bytes],
) -> bytes:
    """Write the manifest as JSON; the same export always gives the same bytes.

    ``form`` is the format's name, ``settings`` what was asked for, ``left_out`` the reason by document,
    ``beside`` the content of the files that go beside it, by name.
    """
    value = {
        "schema": MANIFEST_SCHEMA,
        "format": form,
        **settings,
        "parts": [_part(part) for part in result.parts],
        "warnings": dict(sorted(result.warnings.items())),
        "not_carried": dict(sorted(result.lost.items())),
        "off_token": result.off_token.as_json(),
        "left_out": dict(sorted(Counter(left_out.values()).items())),
    }
    if beside:
        value["beside"] = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(beside.items())}
    if result.files:
        value["files"] = dict(sorted(result.files.items()))
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _part(part: ExportPart) -> dict[str, Any]:
    return {
        "name": part.name,
        "sha256": part.sha256,
        "documents": part.documents,
        "spans": part.spans,
        "relations": part.relations,
        "labels": dict(sorted(part.labels.items())),
    }
