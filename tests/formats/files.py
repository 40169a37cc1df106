"""What the tests of formats share: a permissive workspace, and files in and out of it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from annotator.formats.protocol import Format, Target
from annotator.formats.record import LayerRecord
from annotator.formats.registry import load_format
from annotator.formats.source import Source
from annotator.store import Store
from annotator.workflow.exporting.export import ExportRequest, export
from annotator.workflow.exporting.export_writer import ExportResult
from annotator.workflow.importing.import_file import import_file
from annotator.workflow.importing.import_request import ImportReport, ImportRequest
from annotator.workflow.workspace import Workspace
from tests.workspaces import Bench

ANYTHING = """\
languages: [es, en]
overlap: any
entities:
  PERSON: {key: 1}
  ORG: {key: 2}
  GPE: {key: 3}
  DATE: {key: 4}
relations:
  works_for: {key: w, head: [PERSON, ORG, GPE, DATE], child: [PERSON, ORG, GPE, DATE], within: document}
  held_in: {key: h, head: [PERSON, ORG, GPE, DATE], child: [PERSON, ORG, GPE, DATE], within: document}
"""
"""A scheme that allows every span and every relation between different spans."""


@contextmanager
def workspace(labels: str = ANYTHING) -> Iterator[Bench]:
    """Make a workspace in a folder of its own that is gone afterwards."""
    with TemporaryDirectory() as folder:
        root = Path(folder, "work")
        root.mkdir()
        (root / "labels.yaml").write_text(labels, encoding="utf-8")
        (root / "db").mkdir()
        (root / "db" / "annotator.db").write_bytes(_empty_database())
        bench = Bench(Workspace(root))
        yield bench
        bench.workspace.close()


@cache
def _empty_database() -> bytes:
    """Return the bytes of a database without documents: making one takes longer than all else in a small example."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "annotator.db")
        Store(path).close()
        return path.read_bytes()


def import_data(bench: Bench, form: str, path: Path | bytes, **request: Any) -> ImportReport:
    """Import a file, a folder, or some bytes as if from standard input."""
    source = Source(None, stream=io.BytesIO(path)) if isinstance(path, bytes) else Source(path)
    return import_file(bench.workspace, load_format(form), source, ImportRequest(**request), "lead")


def export_data(bench: Bench, form: str, output: Path | None = None, **request: Any) -> tuple[bytes, ExportResult]:
    """Export a layer; return the bytes (of the files of a folder, one after another) and the result."""
    stream = io.BytesIO()
    result, _ = export(bench.workspace, load_format(form), ExportRequest(**request), output, stream)
    return stream.getvalue() if output is None else contents(output), result


def write_with_format(form: Format, records: Iterable[LayerRecord], bench: Bench, folder: Path) -> Path:
    """Write records with a format's own writer; return the file or the folder."""
    path = folder / f"written{form.ending}"
    assert form.write is not None
    if form.folder:
        path.mkdir()
        form.write(records, Target(bench.scheme, folder=path))
    else:
        with path.open("wb") as stream:
            form.write(records, Target(bench.scheme, stream=stream))
    return path


def contents(path: Path) -> bytes:
    """Return the bytes of a file, or the names and bytes of a folder's files but for its manifest."""
    if path.is_file():
        return path.read_bytes()
    files = sorted(p for p in path.rglob("*") if p.is_file() and p.name != "manifest.json")
    return b"".join(b"== " + p.name.encode() + b"\n" + p.read_bytes() for p in files)


def source_of_bytes(data: bytes, encoding: str = "utf-8") -> Source:
    """Return bytes as standard input."""
    return Source(None, encoding, io.BytesIO(data))
