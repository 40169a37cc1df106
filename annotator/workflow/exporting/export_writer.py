"""Writing layers to a file or folder in one format, counting what is written and what the format cannot hold."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from annotator.annotation import RelationKey, SpanKey, reading_order
from annotator.errors import FormatError
from annotator.formats.not_carried import NotCarried
from annotator.formats.protocol import FEATURES, Format, Sink, Target
from annotator.formats.record import LayerRecord
from annotator.labels import LabelScheme
from annotator.store import LayerInfo
from annotator.wording import Places
from annotator.workflow.exporting.layer_records import RecordReader
from annotator.workflow.label_spelling import LabelSpelling
from annotator.workflow.span_borders import BorderRule, SpanBorders

if TYPE_CHECKING:
    from annotator.workflow.exporting.soft_labels import SoftLabels


@dataclass(slots=True)
class ExportPart:
    """One file or folder of an export: the counts of what was written to it, and the digest of its bytes."""

    name: str
    documents: int = 0
    spans: int = 0
    relations: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    sha256: str = ""

    def add(self, spans: Collection[SpanKey], relations: Collection[RelationKey]) -> None:
        """Count what is written of a document."""
        self.documents += 1
        self.spans += len(spans)
        self.relations += len(relations)
        self.labels.update(map(_label, spans))
        self.labels.update(map(_label, relations))

    def subtract(self, left_out: Mapping[str, Counter[str]]) -> None:
        """Take back what the writer left out."""
        self.spans -= left_out["span"].total()
        self.relations -= left_out["relation"].total()
        for labels in left_out.values():
            self.labels = self.labels - labels


@dataclass(slots=True)
class ExportResult:
    """What an export wrote; ``lost`` counts by kind what the format has no place for, ``warnings`` what to look at.

    ``off_token`` are the spans off token borders, where the format cannot write them, or not all that is said of them.
    ``files`` holds, for a folder, name (relative to it, with slashes) and SHA-256 of every file in it; ``setup`` names
    the files that set a project up in the other program, ``moved`` counts the spans that were given other ends.
    """

    parts: list[ExportPart] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    off_token: Places = field(default_factory=Places)
    setup: list[str] = field(default_factory=list)
    moved: int = 0


_label = attrgetter("label")


class ExportWriter:
    """Writes the parts of an export; ``result`` grows with each, ``tell`` is told how many documents are written."""

    def __init__(
        self,
        scheme: LabelScheme,
        form: Format,
        records: RecordReader,
        options: Mapping[str, str],
        borders: BorderRule = "keep",
        soft_labels: SoftLabels | None = None,
    ) -> None:
        if form.write is None:
            raise FormatError(f"{form.name} can be read, not written", "choose another format")
        self._write = form.write
        self.form = form
        self._scheme = scheme
        self._records = records
        self._options = options
        carries = form.carries_with(options)
        self._with_relations = carries["relations"] != "no"
        self._not_carried = NotCarried(carries)
        self._spelling = LabelSpelling(form, scheme)
        self._borders = None if borders == "keep" else SpanBorders(borders, at_tokens=False)
        self._soft_labels = soft_labels
        self.tell: Callable[[int], None] = lambda _written: None
        self._written = 0
        self.result = ExportResult()

    def to_stream(self, layers: Sequence[LayerInfo], name: str, stream: BinaryIO) -> ExportPart:
        """Write one file."""
        hashing = _HashingStream(stream)
        part = ExportPart(name)
        target = self._target(layers, stream=hashing)
        self._write(self._counted(layers, part), target)
        part.subtract(target.left_out)
        part.sha256 = hashing.digest.hexdigest()
        self.result.parts.append(part)
        return part

    def to_folder(self, layers: Sequence[LayerInfo], name: str, folder: Path, prefix: str = "") -> ExportPart:
        """Write a folder of files; its digest is that of its files' names and digests, in the order of writing.

        ``prefix`` stands before the files' names where the folder lies in the folder of the export.
        """
        part = ExportPart(name)
        target = self._target(layers, folder=folder)
        self._write(self._counted(layers, part), target)
        part.subtract(target.left_out)
        listing = "".join(f"{file}\0{digest}\n" for file, digest in target.files.items())
        part.sha256 = hashlib.sha256(listing.encode("utf-8")).hexdigest()
        self.result.parts.append(part)
        self.result.files.update({f"{prefix}{file}": digest for file, digest in target.files.items()})
        return part

    def _target(self, layers: Sequence[LayerInfo], stream: Sink | None = None, folder: Path | None = None) -> Target:
        return Target(
            self._spelling.scheme(self._scheme),
            stream,
            folder,
            self._options,
            self.result.lost,
            self.result.warnings,
            off_token=self.result.off_token,
            fields_of_some=self._records.fields_of_some(layers),
        )

    def _counted(self, layers: Sequence[LayerInfo], part: ExportPart) -> Iterator[LayerRecord]:
        lost = self.result.lost
        for info, record in zip(layers, map(self._placed, self._records.read(layers)), strict=True):
            relations = record.relations() if self._with_relations else ()
            part.add(self._not_carried.carried_spans(record), relations)
            not_carried = self._not_carried.count(record)
            if "off_token" in not_carried:
                for key in sorted(record.spans().keys() - record.token_spans().keys(), key=reading_order):
                    self.result.off_token.add(record.document.key, *key)
            for feature, count in not_carried.items():
                lost[FEATURES[feature]] += count
            for what, count in self._records.kept_elsewhere(info).items():
                lost[what] += count
            if self._soft_labels is not None:
                record = replace(record, soft_labels=self._soft_labels.of(record, self.result.warnings))
            yield self._spelling.record(record)
            self._written += 1
            self.tell(self._written)
        lost.update(self._records.orphans)
        self._records.orphans.clear()

    def _placed(self, record: LayerRecord) -> LayerRecord:
        """Give the spans of a record the ends that were asked for."""
        borders, document = self._borders, record.document
        if borders is None:
            return record
        borders.begin(document.key, document.text, lambda: document.tokens)
        before = record.annotations
        spans = []
        for span in before.spans.values():
            start, end = borders.place(span.start, span.end, span.label)
            spans.append(span.replace(start=start, end=end))
        self.result.moved = borders.moved
        return replace(record, annotations=replace(before, spans={span.id: span for span in spans}))


class _HashingStream:
    """A stream that computes the digest of everything written to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._stream.write(data)
