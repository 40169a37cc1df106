"""Exporting a layer: its file or folder, whole or not there, with a manifest beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from annotator.errors import WorkflowError
from annotator.files.outputs import Outputs
from annotator.files.ownership import MANIFEST_IN_FOLDER
from annotator.formats.protocol import Format
from annotator.history import GOLD
from annotator.labels.retired import label_counts
from annotator.store import LayerInfo, Store
from annotator.store.label_counts import labels_of
from annotator.tuning import collector_paused, quick_turns
from annotator.workflow.arguments import check_labels, parse_since
from annotator.workflow.exporting.export_writer import ExportResult, ExportWriter
from annotator.workflow.exporting.layer_records import RecordReader
from annotator.workflow.exporting.manifest import write_manifest
from annotator.workflow.exporting.selection import Selection, select
from annotator.workflow.exporting.train_dev_test import Split, assign_parts
from annotator.workflow.format_options import check_format_options
from annotator.workflow.span_borders import BorderRule
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from annotator.workflow.exporting.soft_labels import SoftLabels

Progress = Callable[[int, int], None]
"""Called with the number of documents written, and of all."""


def _tell_nobody(_done: int, _total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export and how.

    ``layer`` is gold, curator:NAME, suggestions or suggestions:NAME; ``unfinished`` takes a curator's unfinished
    documents too.  ``since`` (a date) leaves out documents whose layer did not change from then on, ``labels`` keeps
    only these, ``options`` are the format's own.  What ``reader`` may not see yet is left out.
    """

    layer: str = "gold"
    unfinished: bool = False
    since: str = ""
    labels: tuple[str, ...] = ()
    borders: BorderRule = "keep"
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
    progress: Progress = _tell_nobody,
) -> tuple[ExportResult, Selection]:
    """Write a layer in a format: to ``output``, or to ``stdout`` without one; return what was written and left out.

    Beside a file goes its manifest, ``NAME.manifest.json``, and what the other program needs to set a project up; in a
    folder the manifest is ``manifest.json``.  A split is a folder
    with a file (or a folder) for each part.  ``outputs`` decides what may be replaced; by default an earlier export.
    ``progress`` is told how many documents are written, and of how many.
    Raises :class:`WorkflowError` or :class:`FormatError` for what cannot be exported so, or not written there.
    """
    check_format_options(form, request.options)
    check_labels(workspace.scheme, request.labels)
    with collector_paused(), quick_turns(), workspace.store.snapshot():  # one moment, though others write meanwhile
        return _export(workspace, form, request, output, stdout, outputs or workspace.outputs(), progress)


def _export(
    workspace: Workspace,
    form: Format,
    request: ExportRequest,
    output: Path | None,
    stdout: BinaryIO,
    outputs: Outputs,
    progress: Progress,
) -> tuple[ExportResult, Selection]:
    since = parse_since(request.since) if request.since else ""
    selection = select(workspace, request.layer, unfinished=request.unfinished, since=since, reader=request.reader)
    records = RecordReader(workspace, form.name, request.labels)
    soft = request.options.get("soft") if form.name == "jsonl" else None
    soft_labels = None if soft is None else _soft_labels(workspace, soft, request.reader)
    writer = ExportWriter(workspace.scheme, form, records, request.options, request.borders, soft_labels)
    writer.tell = lambda written: progress(written, len(selection.taken))
    if request.layer != GOLD:
        writer.result.warnings.update(
            {
                f"retired item{'' if count == 1 else 's'} of {label}": count
                for label, count in label_counts(selection.retired).items()
                if not request.labels or label in request.labels
            }
        )
    split = request.split
    settings = {
        "layer": request.layer,
        "labels_sha256": workspace.scheme.sha256,
        "labels": list(request.labels) or None,
        "since": since or None,
        "split": None if split is None else {"shares": list(split.shares), "seed": split.seed},
    }
    setup = form.setup(workspace.scheme, request.options) if form.setup is not None else {}
    if request.borders != "keep":
        settings["borders"] = request.borders
    if soft is not None:
        settings["soft_labels"] = soft
    in_folder = split is not None or form.folder
    beside = {f"{output.name}.{name}": setup[name] for name in setup} if output is not None and not in_folder else {}
    manifest = partial(write_manifest, writer.result, form.name, settings, selection.left_out, beside)
    if output is not None:
        writer.result.setup = list(setup if in_folder else beside)
    if in_folder:
        if output is None:
            raise WorkflowError(
                f"{form.name if split is None else 'a split'} is a folder of files", "name it with -o FOLDER"
            )
        with outputs.folder(output) as folder:
            _write_folder(workspace.store, writer, request, selection, folder, output.name)
            further = dict(setup)
            if split is not None and form.describe_parts is not None:
                further.update(form.describe_parts(folder, [part.name for part in writer.result.parts]))
            for name, content in further.items():
                (folder / name).write_bytes(content)
                writer.result.files[name] = hashlib.sha256(content).hexdigest()
            if request.with_manifest:
                (folder / MANIFEST_IN_FOLDER).write_bytes(manifest())
        return writer.result, selection
    written = manifest if request.with_manifest else None
    with outputs.file(output, stdout, manifest=written, companions=beside) as stream:
        writer.to_stream(selection.taken, "-" if output is None else output.name, stream)
    return writer.result, selection


def _soft_labels(workspace: Workspace, way: str, reader: str | None) -> SoftLabels:
    from annotator.workflow.exporting.soft_labels import SoftLabels  # measures of agreement, which few exports need

    return SoftLabels(workspace, way, reader)


def _write_folder(
    store: Store, writer: ExportWriter, request: ExportRequest, selection: Selection, folder: Path, name: str
) -> None:
    if request.split is None:
        writer.to_folder(selection.taken, name, folder)
        return
    for part, layers in split_layers(store, selection.taken, request.labels, request.split).items():
        if writer.form.folder:
            (folder / part).mkdir()
            writer.to_folder(layers, part, folder / part, prefix=f"{part}/")
        else:
            file = f"{part}{writer.form.ending_with(request.options)}"
            with (folder / file).open("xb") as stream:
                writer.result.files[file] = writer.to_stream(layers, file, stream).sha256


def split_layers(
    store: Store, layers: Sequence[LayerInfo], labels: Sequence[str], split: Split
) -> dict[str, list[LayerInfo]]:
    """Split layers into train, dev and test parts, in order; ``labels``, where given, are those that count."""
    counts = [labels_of(store, info.id) for info in layers]
    if labels:
        counts = [{label: n for label, n in by_label.items() if label in labels} for by_label in counts]
    numbers = assign_parts(store.texts(info.name.document for info in layers), counts, split)
    parts: dict[str, list[LayerInfo]] = {name: [] for name in split.names}
    for info, number in zip(layers, numbers, strict=True):
        parts[split.names[number]].append(info)
    return parts
