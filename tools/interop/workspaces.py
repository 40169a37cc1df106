"""The workspaces that trips begin and end in, and what is in their gold."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from annotator.formats.jsonl import read_records
from annotator.formats.record import LayerRecord
from annotator.formats.registry import load_format
from annotator.workflow.workspace import Workspace
from tools.interop.environment import RUNNING, TOP, run
from tools.interop.protocol import Trip


@dataclass(frozen=True, slots=True)
class Material:
    """Gold that goes on trips: its name in the table, the file of its records and the label scheme."""

    name: str
    gold: Path
    labels: Path


SAMPLES = Material("samples", TOP / "benchmarks" / "targets" / "seeds.jsonl", TOP / "labels.yaml")
ATTRIBUTES = Material(
    "attributes", Path(__file__).parent / "attributes.jsonl", TOP / "tests" / "attributes" / "labels.yaml"
)
"""Two short texts with every kind of attribute, and with groups."""


def annotator(workspace: Path, *arguments: str | Path) -> None:
    """Run one of our own commands in a workspace, with none of a person's settings."""
    variables = {"PYTHONPATH": str(TOP), "ANNOTATOR_CURATOR": "lead", "ANNOTATOR_SETTINGS": os.devnull}
    command = [sys.executable, "-m", "annotator", *map(str, arguments), "-w", str(workspace)]
    run(command, RUNNING, variables=variables)


def make_workspace(folder: Path, labels: Path) -> Path:
    """Make an empty workspace with a label scheme."""
    folder.mkdir(parents=True)
    shutil.copy(labels, folder / "labels.yaml")
    return folder


def leave_at_home(workspace: Path, trip: Trip, records: Iterable[LayerRecord]) -> None:
    """Remove the documents that a trip cannot take."""
    keys = [r.document.key for r in records if any(found(r) for found in trip.documents_beyond.values())]
    if keys:
        annotator(workspace, "remove", "--yes", *keys)


def export(workspace: Path, trip: Trip, folder: Path) -> Path:
    """Export the gold of a workspace into a folder as a trip wants it, and return the file or folder of the format."""
    form = load_format(trip.out)
    target = folder / ("exported" if form.folder else f"exported{form.ending}")
    annotator(workspace, "export", trip.out, "--layer", "gold", "-o", target, *_options(trip.out_options))
    return target


def take_in(workspace: Path, trip: Trip, path: Path) -> None:
    """Import what came back as gold."""
    annotator(workspace, "import", trip.back_format, path, "--layer", "gold", *_options(trip.back_options))


def gold(workspace: Path) -> list[LayerRecord]:
    """Return the gold of a workspace."""
    target = workspace / "exports" / "gold.jsonl"
    annotator(workspace, "export", "jsonl", "--layer", "gold", "-o", target)
    with target.open(encoding="utf-8", newline="\n") as lines:
        equivalences = frozenset(Workspace(workspace).scheme.equivalences)
        return [replace(record, equivalences=equivalences) for record in read_records(lines, target.name)]


def _options(options: Iterable[str]) -> list[str]:
    return [part for option in options for part in ("-O", option)]
