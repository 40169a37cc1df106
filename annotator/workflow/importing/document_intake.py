"""Bringing foreign documents and their layers into the store, one batch at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain, islice
from typing import NamedTuple

from annotator.annotation import Extra, item_record
from annotator.errors import FormatError
from annotator.formats.protocol import FEATURES, ForeignDocument, ForeignLayer
from annotator.history import CORPUS, IMPORT, LayerName, Op
from annotator.languages import short_language
from annotator.lookahead import look_ahead, portions
from annotator.nesting import is_too_deep
from annotator.store import ManyValues, Writer, document_record
from annotator.text import Document, text_sha256
from annotator.tokenization import TOKENIZER, TOKENS_OF_A_FILE
from annotator.workflow.backups import back_up_before
from annotator.workflow.importing.attribute_check import AttributeCheck
from annotator.workflow.importing.document_matching import DocumentMatcher, Matched
from annotator.workflow.importing.import_request import ImportReport, ImportRequest
from annotator.workflow.importing.layer_names import LayerNames
from annotator.workflow.importing.layer_writer import LayerWriter
from annotator.workflow.importing.normalized_layer import LayerNormalizer, NormalizedLayer
from annotator.workflow.importing.records_together import RecordsTogether
from annotator.workflow.importing.scheme_check import SchemeCheck
from annotator.workflow.importing.segmenting import SegmentationJob, Segmenter
from annotator.workflow.span_borders import SpanBorders
from annotator.workflow.workspace import Workspace

_BATCH, _BATCH_LENGTH = 256, 1 << 19
"""Documents, and their code points, that are written together."""
_OTHER_FIELDS = "other fields of a document"
_BATCHES_AHEAD = 6
"""Batches that are matched, and segmented in the other process, before the one that is being written."""
_PREPARED_BATCHES = 20
"""Batches that may be prepared before the write lock is taken; the rest of the file is read under the lock."""


class _Batch(NamedTuple):
    """Foreign documents with the digests of their texts, what they are here, and the new ones that are being built."""

    foreign: list[ForeignDocument]
    digests: list[str]
    matched: Matched
    job: SegmentationJob


class DocumentIntake:
    """Adds or matches the documents of one file and writes their layers.

    ``form`` is the format's name, ``stem`` the file's name, after which suggestions are named whose model it does not
    name.  First :meth:`prepare`, then :meth:`write`, then :meth:`close`; ``report`` fills on the way, and ``check``
    knows the labels that the file adds to the scheme.
    """

    def __init__(self, workspace: Workspace, form: str, request: ImportRequest, stem: str, actor: str) -> None:
        self.report = ImportReport()
        self.check = SchemeCheck(workspace.scheme, form, request.labels_from_data, request.set_aside)
        self._workspace = workspace
        self._store = workspace.store
        self._form = form
        self._request = request
        self._actor = actor
        self._names = LayerNames(request.layer, stem, request.renames)
        self._records = RecordsTogether(request.same_text, self.report.lost, self.check.canonical)
        self._borders = SpanBorders(request.borders, at_tokens=workspace.scheme.snap == "token")
        self._normalizer = LayerNormalizer(form, request.mapping, self.report.lost, self._borders.place)
        self._attributes = AttributeCheck(self.check, self.report.lost)
        self._segmenter = Segmenter(workspace.scheme.languages)
        self._prepared: deque[_Batch] = deque()
        self._added: dict[str, Document] = {}
        self._known: ManyValues[bool] = ManyValues()
        self._last_read: Document | None = None
        self._opened: list[DocumentMatcher | LayerWriter] = []

    def close(self) -> None:
        """End the process that segments documents, and give back what is on disk for the time of an import."""
        self._segmenter.close()
        for kept in (self._records, self._known, *self._opened):
            kept.close()

    def prepare(self, documents: Iterator[ForeignDocument]) -> None:
        """Read, match and segment the first documents without the write lock, so that curators can go on working.

        In a workspace without documents nobody is at work, and writing while reading is quicker.
        """
        self._documents = documents
        self._matcher = DocumentMatcher(self._store.another())
        self._opened.append(self._matcher)
        if self._store.is_empty():
            return
        self._prepared.extend(self._match(foreign) for foreign in islice(self._read_batches(), _PREPARED_BATCHES))
        for batch in self._prepared:
            assert batch.job.documents is not None  # waits for them

    def write(self, writer: Writer) -> None:
        """Add or match every document and write its layers; raise at the end for what the scheme does not allow.

        While a thread writes one batch, the next ones are segmented in the other process, and one more is read here.
        """
        self._match_again()
        self._writer = writer
        self._bulk = writer.bulk()
        self._layers = LayerWriter(
            self._store,
            writer,
            self._bulk,
            self._form,
            self._actor,
            self._records,
            self._check,
            overwrite=self._request.replace,
            override=self._request.override,
            before_replacing=self._back_up,
        )
        self._opened.append(self._layers)
        batches = chain(self._take_prepared(), map(self._match, self._read_batches()))
        with closing(self._bulk):
            for batch in look_ahead(batches, _BATCHES_AHEAD):
                self._write_batch(batch)
            self._bulk.flush_and_wait()
        self.check.conclude()
        self._names.conclude()
        self._layers.conclude()
        self._report()

    def _report(self) -> None:
        self.report.known = len(self._known)
        self.report.layers = self._layers.counts()
        self.report.aside.update(+self._layers.aside)
        self.report.repeated = self._records.repeated
        self.report.overridden = self._layers.overridden
        self.report.lost = +self.report.lost
        borders = self._borders
        self.report.white_space, self.report.off_token = borders.white_space, borders.off_token
        self.report.moved = borders.moved
        new_attributes = [attribute.name for attribute in self.check.new_attributes]
        self.report.new_labels = [*self.check.new_entities, *self.check.new_relations, *new_attributes]
        self.report.without_place = [*self._attributes.unknown]

    def _read_batches(self) -> Iterator[list[ForeignDocument]]:
        return portions(self._documents, _BATCH, lambda document: len(document.text), _BATCH_LENGTH)

    def _take_prepared(self) -> Iterator[_Batch]:
        while self._prepared:
            yield self._prepared.popleft()

    def _back_up(self) -> None:
        if not self._request.dry_run:
            self.report.backup = back_up_before(self._workspace, "replace")

    def _match(self, foreign: list[ForeignDocument]) -> _Batch:
        """Find out which documents are there already, and begin to segment the others."""
        for document in foreign:
            _check_depth(document)
        digests = [text_sha256(document.text) for document in foreign]
        matched = self._matcher.match(foreign, digests)
        return _Batch(foreign, digests, matched, self._segmenter.submit(matched.articles))

    def _match_again(self) -> None:
        """Match what was prepared before the write lock was taken: somebody may have added or changed documents."""
        self._matcher.restart()
        for number, batch in enumerate(self._prepared):
            matched = self._matcher.match(batch.foreign, batch.digests)
            if matched != batch.matched:
                job = self._segmenter.submit(matched.articles)
                self._prepared[number] = _Batch(batch.foreign, batch.digests, matched, job)

    def _write_batch(self, batch: _Batch) -> None:
        self._added = {document.key: document for document in batch.job.documents}
        remaining = set(self._added)
        for foreign, digest, key in zip(batch.foreign, batch.digests, batch.matched.keys, strict=True):
            if foreign.lost:
                self.report.lost.update(foreign.lost)
            if foreign.notes:
                self.report.notes.update(foreign.notes)
            if key in remaining:
                remaining.remove(key)
                self._added[key] = _as_the_file_cuts(self._added[key], foreign)
                self._add_document(foreign, self._added[key], digest)
            else:
                self._count_other_tokens(key, foreign)
                if key in batch.matched.known:
                    self._known[key] = True
                self._count_differing_fields(key, foreign)
                self._keep_document_extras(key, foreign)
            for layer in map(self._names.renamed, foreign.layers):
                self._write_layer(layer, LayerName(key, self._names.name(layer, foreign.where)), foreign, digest)
        self._bulk.flush()

    def _add_document(self, foreign: ForeignDocument, document: Document, digest: str) -> None:
        ops = [Op("document", document.key, None, document_record(document, digest))]
        if foreign.extras:
            ops.append(Op("extra", self._form, None, item_record(self._document_extra(foreign))))
            self.report.aside[_OTHER_FIELDS] += 1
        self._bulk.add_text(document, digest, TOKENIZER if foreign.segmentation is None else TOKENS_OF_A_FILE)
        self._bulk.add_document(document.key, self._actor, IMPORT, ops)
        self.report.new += 1

    def _document_extra(self, foreign: ForeignDocument) -> Extra:
        return Extra(self._form, "document", dict(foreign.extras), (), self._form)

    def _count_differing_fields(self, key: str, foreign: ForeignDocument) -> None:
        """Count the fields of a known document that differ in the file; those of the workspace stay."""
        incoming = {"title": foreign.title, "lang": foreign.lang and short_language(foreign.lang), "meta": foreign.meta}
        if foreign.key not in (None, key):
            self.report.lost[f"{FEATURES['key']}, where its text goes by another"] += 1
        if not any(incoming.values()):
            return
        self._bulk.flush_and_wait()
        stored = self._store.metadata(key) or {}
        for name, value in incoming.items():
            if value and value != stored.get(name):
                self.report.lost[f"{FEATURES[name]}, where the document has another here"] += 1

    def _count_other_tokens(self, key: str, foreign: ForeignDocument) -> None:
        """Count a known document that keeps its tokens, though the user asked for those of the file."""
        if foreign.segmentation is not None:
            document = self._document(key)
            other = (document.tokens, document.sentences) != foreign.segmentation
            self.report.lost["tokens and sentences, where the document has others here"] += other

    def _keep_document_extras(self, key: str, foreign: ForeignDocument) -> None:
        """Keep the format's own fields of a known document, unless some were kept before."""
        if not foreign.extras:
            return
        self._bulk.flush_and_wait()
        name = LayerName(key, CORPUS)
        info = self._writer.layer_info(name)
        stored = None if info is None else self._store.extras(info.id).get(self._form)
        new = item_record(self._document_extra(foreign))
        if stored is None:
            self._writer.append(name, self._actor, IMPORT, [Op("extra", self._form, None, new)])
            self.report.aside[_OTHER_FIELDS] += 1
        elif item_record(stored) != new:
            self.report.lost[f"{_OTHER_FIELDS} that has them already"] += 1

    def _write_layer(self, layer: ForeignLayer, name: LayerName, foreign: ForeignDocument, digest: str) -> None:
        where = f"{foreign.where} ({layer.record})" if layer.record else foreign.where
        self._borders.begin(name.document, foreign.text, lambda: self._document(name.document).tokens)
        if name.kind == "gold" and layer.state != "done":
            self.report.lost["unfinished work, which is not gold"] += 1
            rejected = self._normalizer.rejected(layer)
            if rejected and not self.check.refuses:
                self._layers.reject(name, rejected, digest, where)
            return
        author = layer.author if name.kind == "suggester" and layer.author else name.author or layer.author
        incoming = self._normalizer.normalize(layer, name.kind, author)
        self._check(name, incoming, where)
        if self._request.unfinished and incoming.state == "done":
            incoming.state = "doing"
        if self.check.refuses:
            return  # nothing will be written: only look for what else is refused
        is_new = name.document in self._added
        self._layers.take(name, incoming, digest, where, layer.author, new_document=is_new)

    def _check(self, name: LayerName, layer: NormalizedLayer, where: str) -> None:
        self._attributes.place(layer, where)
        check = self.check.check_labels if name.kind == "suggester" else self.check.check_work
        check(layer, where, lambda: self._document(name.document).sentences)

    def _document(self, key: str) -> Document:
        document = self._added.get(key) or self._last_read
        if document is None or document.key != key:
            self._bulk.flush_and_wait()
            document = self._last_read = self._store.document(key)
        assert document is not None
        return document


def _check_depth(foreign: ForeignDocument) -> None:
    """Refuse what could be stored, but not be read again by whoever checks it."""
    kept: list[Extra | None] = []
    for layer in foreign.layers:
        kept += layer.extras
        kept += (extra for said in layer.attributes for extra in (said.aside, said.detail))
        kept += (group.aside for group in layer.groups)
    values = (foreign.meta, foreign.extras, *(extra.value for extra in kept if extra is not None))
    if any(map(is_too_deep, filter(None, values))):
        raise FormatError(f"{foreign.where}: lists or objects nested too deeply", "flatten them")


def _as_the_file_cuts(document: Document, foreign: ForeignDocument) -> Document:
    """The document with the tokens and sentences of the file, where the user wants them."""
    if foreign.segmentation is None:
        return document
    tokens, sentences = foreign.segmentation
    return replace(document, tokens=tokens, sentences=sentences)
