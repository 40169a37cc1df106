"""Writing an export: its file or folder, whole or not there, and a manifest that says what is in it and what is not."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from annotator.errors import FormatError, WorkflowError
from annotator.formats.losses import uncarried
from annotator.formats.protocol import FEATURES, Format, Sink, Target
from annotator.formats.record import LayerRecord
from annotator.store import LayerInfo
from annotator.workflow.exporting import Records, Selection, select
from annotator.workflow.files import collector_paused, umask, writing
from annotator.workflow.importing import check_options
from annotator.workflow.naming import check_labels, parse_since
from annotator.workflow.splitting import Split, assign
from annotator.workflow.workspace import Workspace

MANIFEST = "annotator.manifest/1"


@dataclass(slots=True)
class Part:
    """One file or folder of an export: what is in it, by label too, and the digest of its bytes."""

    name: str
    documents: int = 0
    spans: int = 0
    relations: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    sha256: str = ""


@dataclass(slots=True)
class Export:
    """What was written; ``lost`` counts by kind what the format has no place for, ``warnings`` what to look at."""

    parts: list[Part] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)


class Exporter:
    """Writes records in one format."""

    def __init__(self, workspace: Workspace, form: Format, records: Records, options: dict[str, str]) -> None:
        if form.write is None:
            raise FormatError(f"{form.name} can be read, not written", "choose another format")
        self._write = form.write
        self.form = form
        self._scheme = workspace.scheme
        self._records = records
        self._options = options
        self._carries = form.carries_with(options)
        self.done = Export()

    def to_stream(self, layers: Sequence[LayerInfo], name: str, stream: BinaryIO) -> None:
        """Write one file."""
        hashing = _Hashing(stream)
        part = Part(name)
        target = self._target(stream=hashing)
        self._write(self._counted(layers, part), target)
        part.sha256 = hashing.digest.hexdigest()
        self.done.parts.append(part)

    def to_folder(self, layers: Sequence[LayerInfo], name: str, folder: Path) -> None:
        """Write a folder of files; its digest is that of its files' names and digests, as they were written."""
        part = Part(name)
        target = self._target(folder=folder)
        self._write(self._counted(layers, part), target)
        part.sha256 = hashlib.sha256("".join(target.digests).encode("utf-8")).hexdigest()
        self.done.parts.append(part)

    def _target(self, stream: Sink | None = None, folder: Path | None = None) -> Target:
        return Target(self._scheme, stream, folder, self._options, self.done.lost, self.done.warnings)

    def _counted(self, layers: Sequence[LayerInfo], part: Part) -> Iterator[LayerRecord]:
        for info, record in zip(layers, self._records.of(list(layers)), strict=True):
            spans, relations = record.spans(), record.relations()
            part.documents += 1
            part.spans += len(spans)
            part.relations += len(relations)
            part.labels.update(key.label for key in spans)
            part.labels.update(key.label for key in relations)
            self.done.lost.update({FEATURES[f]: n for f, n in uncarried(record, self._carries).items()})
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


@contextmanager
def writing_folder(path: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """Yield a new folder that stands at ``path`` when the block ends well.

    What stood there goes if it holds nothing but files that end like those of an export; otherwise
    :class:`WorkflowError` is raised before anything is written.
    """
    path = path.resolve()
    strangers = _strangers(path, endings)
    if strangers:
        raise WorkflowError(f"{path}: holds {strangers}, which no export wrote", "choose a new or an empty folder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    except OSError as error:
        raise WorkflowError(f"{path}: {(error.strerror or str(error)).lower()}", "choose another folder") from error
    try:
        yield partial
        partial.chmod(0o777 & ~umask())
        if path.exists():
            old = partial.with_name(f"{partial.name}.old")
            path.rename(old)
            partial.rename(path)
            shutil.rmtree(old)
        else:
            partial.rename(path)
    except OSError as error:
        raise WorkflowError(
            f"{path}: {(error.strerror or str(error)).lower()}", "nothing was written there; choose another folder"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _strangers(path: Path, endings: tuple[str, ...]) -> str:
    """Return the name of something in a folder that an export would not have written; empty if there is none."""
    if path.exists() and not path.is_dir():
        return "a file's content"
    if not path.exists():
        return ""
    found = (p for p in sorted(path.rglob("*")) if not p.is_dir() and not p.name.endswith((*endings, "manifest.json")))
    return next((p.name for p in found), "")


def manifest(done: Export, form: Format, about: dict[str, Any], left_out: dict[str, str]) -> bytes:
    """Return the manifest of an export: the same export gives the same bytes."""
    value = {
        "schema": MANIFEST,
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
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def write_file(path: Path, data: bytes) -> None:
    """Write a small file, whole or not at all."""
    import io

    with writing(path, io.BytesIO()) as stream:
        stream.write(data)


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
    workspace: Workspace, form: Format, request: ExportRequest, output: Path | None, stdout: BinaryIO
) -> tuple[Export, Selection]:
    """Write a layer in a format: to ``output``, or to ``stdout`` without one; return what was written and left out.

    Beside a file goes its manifest, ``NAME.manifest.json``; in a folder it is ``manifest.json``.  A split is a folder
    with a file (or a folder) for each part.
    """
    check_options(form, request.options)
    check_labels(workspace.scheme, request.labels)
    with collector_paused(), workspace.store.snapshot():  # one moment, though others write meanwhile
        return _export(workspace, form, request, output, stdout)


def _export(
    workspace: Workspace, form: Format, request: ExportRequest, output: Path | None, stdout: BinaryIO
) -> tuple[Export, Selection]:
    since = parse_since(request.since) if request.since else ""
    selection = select(workspace, request.layer, unfinished=request.unfinished, since=since, reader=request.reader)
    exporter = Exporter(workspace, form, Records(workspace, form.name, request.labels), request.options)
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
        with writing_folder(output, (*form.endings, form.ending)) as folder:
            _write_folder(workspace, exporter, request, selection, folder, output.name)
            if request.with_manifest:
                (folder / "manifest.json").write_bytes(manifest(exporter.done, form, about, selection.left_out))
        return exporter.done, selection
    with writing(output, stdout) as stream:
        exporter.to_stream(selection.taken, "-" if output is None else output.name, stream)
    if output is not None and request.with_manifest and output.is_file():
        described = manifest(exporter.done, form, about, selection.left_out)
        write_file(output.with_name(f"{output.name}.manifest.json"), described)
    return exporter.done, selection


def _write_folder(
    workspace: Workspace, exporter: Exporter, request: ExportRequest, selection: Selection, folder: Path, name: str
) -> None:
    if request.split is None:
        exporter.to_folder(selection.taken, name, folder)
        return
    for part, layers in split_layers(workspace, selection.taken, request.labels, request.split).items():
        if exporter.form.folder:
            (folder / part).mkdir()
            exporter.to_folder(layers, part, folder / part)
        else:
            file = f"{part}{exporter.form.ending}"
            with (folder / file).open("wb") as stream:
                exporter.to_stream(layers, file, stream)


def split_layers(
    workspace: Workspace, layers: Sequence[LayerInfo], labels: Sequence[str], split: Split
) -> dict[str, list[LayerInfo]]:
    """Return the layers of each part, in order."""
    store = workspace.store
    counts = [store.label_counts(info.id) for info in layers]
    if labels:
        counts = [{label: n for label, n in found.items() if label in labels} for found in counts]
    parts = assign(store.texts(info.name.document for info in layers), counts, split)
    found: dict[str, list[LayerInfo]] = {name: [] for name in split.names}
    for info, part in zip(layers, parts, strict=True):
        found[split.names[part]].append(info)
    return found
