"""Writing an export: its file or folder, whole or not there, and a manifest that says what is in it and what is not."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from annotator.errors import FormatError, WorkflowError
from annotator.files.outputs import Outputs
from annotator.files.ownership import MANIFEST_IN_FOLDER, MANIFEST_SCHEMA
from annotator.formats.not_carried import count_not_carried
from annotator.formats.protocol import FEATURES, Format, Sink, Target
from annotator.formats.record import LayerRecord
from annotator.store import LayerInfo
from annotator.tuning import collector_paused, quick_turns
from annotator.workflow.arguments import check_labels, parse_since
from annotator.workflow.exporting.selection import RecordReader, Selection, select
from annotator.workflow.exporting.train_dev_test import Split, assign_parts
from annotator.workflow.format_options import check_format_options
from annotator.workflow.workspace import Workspace


@dataclass(slots=True)
class ExportPart:
    """One file or folder of an export: what is in it, by label too, and the digest of its bytes."""

    name: str
    documents: int = 0
    spans: int = 0
    relations: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    sha256: str = ""


@dataclass(slots=True)
class ExportResult:
    """What was written; ``lost`` counts by kind what the format has no place for, ``warnings`` what to look at.

    ``files`` holds, for a folder, name (relative to it, with slashes) and SHA-256 of every file in it.
    """

    parts: list[ExportPart] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)


class ExportWriter:
    """Writes records in one format."""

    def __init__(self, workspace: Workspace, form: Format, records: RecordReader, options: dict[str, str]) -> None:
        if form.write is None:
            raise FormatError(f"{form.name} can be read, not written", "choose another format")
        self._write = form.write
        self.form = form
        self._scheme = workspace.scheme
        self._records = records
        self._options = options
        self._carries = form.carries_with(options)
        self.done = ExportResult()

    def to_stream(self, layers: Sequence[LayerInfo], name: str, stream: BinaryIO) -> None:
        """Write one file."""
        hashing = _Hashing(stream)
        part = ExportPart(name)
        target = self._target(stream=hashing)
        self._write(self._counted(layers, part), target)
        part.sha256 = hashing.digest.hexdigest()
        self.done.parts.append(part)

    def to_folder(self, layers: Sequence[LayerInfo], name: str, folder: Path, within: str = "") -> None:
        """Write a folder of files; its digest is that of its files' names and digests, as they were written.

        ``within`` is what comes before the files' names where the folder lies in another.
        """
        part = ExportPart(name)
        target = self._target(folder=folder)
        self._write(self._counted(layers, part), target)
        listing = "".join(f"{file}\0{digest}\n" for file, digest in target.files.items())
        part.sha256 = hashlib.sha256(listing.encode("utf-8")).hexdigest()
        self.done.parts.append(part)
        self.done.files.update({f"{within}{file}": digest for file, digest in target.files.items()})

    def _target(self, stream: Sink | None = None, folder: Path | None = None) -> Target:
        return Target(self._scheme, stream, folder, self._options, self.done.lost, self.done.warnings)

    def _counted(self, layers: Sequence[LayerInfo], part: ExportPart) -> Iterator[LayerRecord]:
        for info, record in zip(layers, self._records.of(list(layers)), strict=True):
            spans, relations = record.spans(), record.relations()
            part.documents += 1
            part.spans += len(spans)
            part.relations += len(relations)
            part.labels.update(key.label for key in spans)
            part.labels.update(key.label for key in relations)
            self.done.lost.update({FEATURES[f]: n for f, n in count_not_carried(record, self._carries).items()})
            self.done.lost.update(self._records.kept_for_others(info))
            yield record
        self.done.lost.update(self._records.orphans)
        self._records.orphans.clear()


class _Hashing:
    """A stream that takes the digest of what goes through it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._stream.write(data)


def manifest(done: ExportResult, form: Format, about: dict[str, Any], left_out: dict[str, str]) -> bytes:
    """Return the manifest of an export: the same export gives the same bytes."""
    value = {
        "schema": MANIFEST_SCHEMA,
        "format": form.name,
        **about,
        "parts": [
            {
                "name": part.name,
                "sha256": part.sha256,
                "documents": part.documents,
                "spans": part.spans,
                "relations": part.relations,
                "labels": dict(sorted(part.labels.items())),
            }
            for part in done.parts
        ],
        "warnings": dict(sorted(done.warnings.items())),
        "not_carried": dict(sorted(done.lost.items())),
        "left_out": dict(sorted(Counter(left_out.values()).items())),
    }
    if done.files:
        value["files"] = dict(sorted(done.files.items()))
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export and how; see :func:`export`.  What ``reader`` may not see yet is left out."""

    layer: str = "gold"
    unfinished: bool = False
    since: str = ""
    labels: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)
    split: Split | None = None
    reader: str | None = None
    with_manifest: bool = True


def export(
    workspace: Workspace,
    form: Format,
    request: ExportRequest,
    output: Path | None,
    stdout: BinaryIO,
    outputs: Outputs | None = None,
) -> tuple[ExportResult, Selection]:
    """Write a layer in a format: to ``output``, or to ``stdout`` without one; return what was written and left out.

    Beside a file goes its manifest, ``NAME.manifest.json``; in a folder it is ``manifest.json``.  A split is a folder
    with a file (or a folder) for each part.  ``outputs`` says what may be replaced; by default what an earlier export
    wrote.
    """
    check_format_options(form, request.options)
    check_labels(workspace.scheme, request.labels)
    with collector_paused(), quick_turns(), workspace.store.snapshot():  # one moment, though others write meanwhile
        return _export(workspace, form, request, output, stdout, outputs or workspace.outputs())


def _export(
    workspace: Workspace,
    form: Format,
    request: ExportRequest,
    output: Path | None,
    stdout: BinaryIO,
    outputs: Outputs,
) -> tuple[ExportResult, Selection]:
    since = parse_since(request.since) if request.since else ""
    selection = select(workspace, request.layer, unfinished=request.unfinished, since=since, reader=request.reader)
    exporter = ExportWriter(workspace, form, RecordReader(workspace, form.name, request.labels), request.options)
    split = request.split
    about = {
        "layer": request.layer,
        "labels_sha256": workspace.scheme.sha256,
        "labels": list(request.labels) or None,
        "since": since or None,
        "split": None if split is None else {"shares": list(split.shares), "seed": split.seed},
    }
    if split is not None or form.folder:
        if output is None:
            raise WorkflowError(
                f"{form.name if split is None else 'a split'} is a folder of files", "name it with -o FOLDER"
            )
        with outputs.folder(output) as folder:
            _write_folder(workspace, exporter, request, selection, folder, output.name)
            if request.with_manifest:
                described = manifest(exporter.done, form, about, selection.left_out)
                (folder / MANIFEST_IN_FOLDER).write_bytes(described)
        return exporter.done, selection
    describe = partial(manifest, exporter.done, form, about, selection.left_out) if request.with_manifest else None
    with outputs.file(output, stdout, manifest=describe) as stream:
        exporter.to_stream(selection.taken, "-" if output is None else output.name, stream)
    return exporter.done, selection


def _write_folder(
    workspace: Workspace, exporter: ExportWriter, request: ExportRequest, selection: Selection, folder: Path, name: str
) -> None:
    if request.split is None:
        exporter.to_folder(selection.taken, name, folder)
        return
    for part, layers in split_layers(workspace, selection.taken, request.labels, request.split).items():
        if exporter.form.folder:
            (folder / part).mkdir()
            exporter.to_folder(layers, part, folder / part, within=f"{part}/")
        else:
            file = f"{part}{exporter.form.ending}"
            with (folder / file).open("xb") as stream:
                exporter.to_stream(layers, file, stream)
            exporter.done.files[file] = exporter.done.parts[-1].sha256


def split_layers(
    workspace: Workspace, layers: Sequence[LayerInfo], labels: Sequence[str], split: Split
) -> dict[str, list[LayerInfo]]:
    """Return the layers of each part, in order."""
    store = workspace.store
    counts = [store.label_counts(info.id) for info in layers]
    if labels:
        counts = [{label: n for label, n in found.items() if label in labels} for found in counts]
    parts = assign_parts(store.texts(info.name.document for info in layers), counts, split)
    found: dict[str, list[LayerInfo]] = {name: [] for name in split.names}
    for info, part in zip(layers, parts, strict=True):
        found[split.names[part]].append(info)
    return found
