"""Writing layers to a file or folder in one format, counting what is written and what the format cannot hold."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from annotator.errors import FormatError
from annotator.formats.not_carried import count_not_carried
from annotator.formats.protocol import FEATURES, Format, Sink, Target
from annotator.formats.record import LayerRecord
from annotator.labels import LabelScheme
from annotator.store import LayerInfo
from annotator.workflow.exporting.layer_records import RecordReader


@dataclass(slots=True)
class ExportPart:
    """One file or folder of an export: the counts of what is in it, and the digest of its bytes."""

    name: str
    documents: int = 0
    spans: int = 0
    relations: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    sha256: str = ""


@dataclass(slots=True)
class ExportResult:
    """What an export wrote; ``lost`` counts by kind what the format has no place for, ``warnings`` what to look at.

    ``files`` holds, for a folder, name (relative to it, with slashes) and SHA-256 of every file in it.
    """

    parts: list[ExportPart] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)


class ExportWriter:
    """Writes the parts of an export; ``result`` grows with each."""

    def __init__(self, scheme: LabelScheme, form: Format, records: RecordReader, options: Mapping[str, str]) -> None:
        if form.write is None:
            raise FormatError(f"{form.name} can be read, not written", "choose another format")
        self._write = form.write
        self.form = form
        self._scheme = scheme
        self._records = records
        self._options = options
        self._carries = form.carries_with(options)
        self.result = ExportResult()

    def to_stream(self, layers: Sequence[LayerInfo], name: str, stream: BinaryIO) -> ExportPart:
        """Write one file."""
        hashing = _HashingStream(stream)
        part = ExportPart(name)
        self._write(self._counted(layers, part), self._target(stream=hashing))
        part.sha256 = hashing.digest.hexdigest()
        self.result.parts.append(part)
        return part

    def to_folder(self, layers: Sequence[LayerInfo], name: str, folder: Path, prefix: str = "") -> ExportPart:
        """Write a folder of files; its digest is that of its files' names and digests, in the order of writing.

        ``prefix`` stands before the files' names where the folder lies in the folder of the export.
        """
        part = ExportPart(name)
        target = self._target(folder=folder)
        self._write(self._counted(layers, part), target)
        listing = "".join(f"{file}\0{digest}\n" for file, digest in target.files.items())
        part.sha256 = hashlib.sha256(listing.encode("utf-8")).hexdigest()
        self.result.parts.append(part)
        self.result.files.update({f"{prefix}{file}": digest for file, digest in target.files.items()})
        return part

    def _target(self, stream: Sink | None = None, folder: Path | None = None) -> Target:
        return Target(self._scheme, stream, folder, self._options, self.result.lost, self.result.warnings)

    def _counted(self, layers: Sequence[LayerInfo], part: ExportPart) -> Iterator[LayerRecord]:
        lost = self.result.lost
        for info, record in zip(layers, self._records.read(layers), strict=True):
            spans, relations = record.spans(), record.relations()
            part.documents += 1
            part.spans += len(spans)
            part.relations += len(relations)
            part.labels.update(key.label for key in spans)
            part.labels.update(key.label for key in relations)
            lost.update({FEATURES[f]: n for f, n in count_not_carried(record, self._carries).items()})
            lost.update(self._records.extras_of_other_formats(info))
            yield record
        lost.update(self._records.orphans)
        self._records.orphans.clear()


class _HashingStream:
    """A stream that computes the digest of everything written to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._stream.write(data)
