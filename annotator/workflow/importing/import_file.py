"""Bringing a foreign file in: all of it in one transaction, or nothing and a reason."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from annotator.annotation import Extra, item_record
from annotator.corpus import Article, key_problem, short_language
from annotator.errors import FormatError, WorkflowError
from annotator.formats.protocol import FEATURES, ForeignDocument, ForeignLayer, Format
from annotator.formats.source import Source
from annotator.history import CORPUS, IMPORT, LayerName, Op
from annotator.store import Writer, document_record
from annotator.text import Document, Segmentation, text_sha256
from annotator.tokenization import TOKENIZER
from annotator.tuning import collector_paused, quick_turns
from annotator.workflow.backups import back_up_before
from annotator.workflow.importing.labels_file import LabelsFile
from annotator.workflow.importing.layer_writer import LayerNames, LayerWriter
from annotator.workflow.importing.normalized_layer import LayerNormalizer
from annotator.workflow.importing.scheme_check import SchemeCheck
from annotator.workflow.importing.segmenting import SegmentationJob, Segmenter
from annotator.workflow.workspace import Workspace, scheme_stamp

Progress = Callable[[int, int], None]
"""Called with the bytes read, and those of all (0 where unknown)."""

_FIELDS = "other fields of a document"
_BATCH = 256
"""Documents that are written together."""
_AHEAD = 3
"""Batches that are read, and on their way to the second core and back, while one is written."""
_LOOK_AHEAD = 20
"""Batches that may be kept in memory until the lock is taken; what comes behind them is read under it."""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """How to take a file in.

    ``layer`` is gold, curator:NAME, suggestions or suggestions:NAME; without it the file itself must say whose work it
    holds.  ``mapping`` gives our label for a foreign one (empty: leave out what bears it).  ``options`` are the
    format's own.  ``replace`` puts what comes in the place of what differs, ``override`` also where somebody else did
    that.  ``unfinished`` takes curators' work as begun, not as done.
    """

    layer: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    labels_from_data: bool = False
    set_aside: bool = False
    replace: bool = False
    override: bool = False
    unfinished: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class ImportedLayer:
    """What came to the layers of one name; ``unchanged`` counts documents that said the same already."""

    documents: int = 0
    unchanged: int = 0
    spans: int = 0
    relations: int = 0
    verdicts: int = 0


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do.

    ``aside`` counts by kind what is kept for the way back, ``lost`` what the format or the request left behind,
    ``overridden`` by layer on how many documents it replaced what somebody else did;
    ``backup`` is the copy of the database that was made before;
    ``labels_aside`` is where ``labels.yaml`` is as somebody else wrote it meanwhile.
    """

    new: int = 0
    known: int = 0
    layers: dict[str, ImportedLayer] = field(default_factory=dict)
    aside: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    new_labels: list[str] = field(default_factory=list)
    labels_aside: Path | None = None
    backup: Path | None = None
    overridden: Counter[str] = field(default_factory=Counter)


def import_file(
    workspace: Workspace,
    form: Format,
    source: Source,
    request: ImportRequest,
    actor: str,
    progress: Progress | None = None,
) -> ImportReport:
    """Read a file of a format and make or match its documents and layers.

    Documents are matched by key and text, else by text; layers that say the same already are left alone, so that a
    second import of a file changes nothing.  Raises :class:`FormatError` or :class:`WorkflowError` with file and line
    at what cannot be taken; nothing is written then.
    """
    if form.read is None:
        raise FormatError(f"{form.name} can be written, not read", "export from the other program in another format")
    check_options(form, request.options)
    documents = form.read(source, request.options)
    first = next(documents, None)  # only then the store: what cannot be read leaves no database behind
    if first is None:
        raise FormatError(f"{source.name}: no documents in it", "check that it is the right file")
    labels = LabelsFile(workspace.labels_path, workspace.scheme)
    intake = _Intake(workspace, form.name, request, source.stem, actor)
    try:
        with collector_paused(), quick_turns(), closing(intake):
            intake.look_ahead(_reporting(first, documents, source, progress))
            with workspace.store.write(dry_run=request.dry_run) as writer:
                intake.take_all(writer)
                scheme = labels.stage(intake.check)
                if scheme is not None:
                    writer.set_scheme(scheme_stamp(scheme))
    except BaseException:
        labels.fail(workspace.store.scheme())
        raise
    if request.dry_run:
        labels.discard()
    else:
        intake.report.labels_aside = labels.publish()
    workspace.forget_scheme()
    return intake.report


def check_options(form: Format, options: Mapping[str, str]) -> None:
    """Refuse options that a format does not know."""
    for name in options:
        if name not in form.options:
            known = ", ".join(form.options) or "none"
            raise WorkflowError(f"{form.name} has no option {name!r}", f"its options are: {known}")


def _reporting(
    first: ForeignDocument, rest: Iterator[ForeignDocument], source: Source, progress: Progress | None
) -> Iterator[ForeignDocument]:
    yield first
    for number, document in enumerate(rest, 2):
        yield document
        if progress is not None and number % _BATCH == 0:
            progress(source.done, source.total)


class _Batch(NamedTuple):
    """Documents as they came, the digests of their texts, the keys that they have here, and those that are new."""

    foreign: list[ForeignDocument]
    digests: list[str]
    keys: list[str]
    new: set[str]
    making: SegmentationJob | _Made


class _Made(NamedTuple):
    """Documents that are made."""

    found: list[Document]

    def documents(self) -> list[Document]:
        """Return them."""
        return self.found


class _Intake:
    """Takes documents in, a batch at a time."""

    def __init__(self, workspace: Workspace, form: str, request: ImportRequest, stem: str, actor: str) -> None:
        self.report = ImportReport()
        self.check = SchemeCheck(workspace.scheme, form, request.labels_from_data, request.set_aside)
        self._workspace = workspace
        self._store = workspace.store
        self._languages = workspace.scheme.languages
        self._form = form
        self._request = request
        self._actor = actor
        self._naming = LayerNames(request.layer, stem)
        self._preparation = LayerNormalizer(form, request.mapping, self.report.lost)
        self._made: dict[str, str] = {}
        self._made_of: dict[str, str] = {}
        self._fresh: dict[str, Document] = {}
        self._known: dict[str, str] = {}
        self._by_text: dict[str, str] = {}
        self._segmenter = Segmenter(self._languages)
        self._waiting: deque[_Batch] = deque()

    def close(self) -> None:
        """End the process that makes documents."""
        self._segmenter.close()

    def look_ahead(self, documents: Iterator[ForeignDocument]) -> None:
        """Read, match and make what is to be written, without the lock: curators at work would wait meanwhile.

        Where there are no documents yet nobody does, and writing while reading is quicker.
        """
        self._documents = documents
        self._know(self._store.document_digests())
        if not self._known:
            return
        for foreign in islice(self._batches(), _LOOK_AHEAD):
            self._waiting.append(self._matched(foreign))
        for number, batch in enumerate(self._waiting):
            self._waiting[number] = batch._replace(making=_Made(batch.making.documents()))

    def _batches(self) -> Iterator[list[ForeignDocument]]:
        while foreign := list(islice(self._documents, _BATCH)):
            yield foreign

    def _know(self, digests: dict[str, str]) -> None:
        """Match with the documents that are here."""
        self._known = digests
        self._by_text = {digest: key for key, digest in reversed(digests.items())}
        self._made.clear()
        self._made_of.clear()

    def take_all(self, writer: Writer) -> None:
        """Make or match every document and write its layers; raise at the end what the scheme does not allow.

        While one batch is written by a thread, and the documents of the next are made on the second core, the one
        after that is read.
        """
        digests = self._store.document_digests()
        if digests != self._known:  # somebody was quicker
            self._know(digests)
            self._waiting = deque(self._matched(batch.foreign) for batch in self._waiting)
        self._writer, request = writer, self._request
        self._bulk = writer.bulk()
        self._layers = LayerWriter(
            self._store,
            writer,
            self._bulk,
            self._form,
            self._actor,
            request.replace,
            override=request.override,
            before_replacing=self._safeguard,
        )
        with closing(self._bulk):
            for foreign in self._batches():
                self._waiting.append(self._matched(foreign))
                if len(self._waiting) > _AHEAD:
                    self._take(self._waiting.popleft())
            while self._waiting:
                self._take(self._waiting.popleft())
            self._bulk.flush_and_wait()
        self.check.conclude()
        self._layers.conclude()
        self.report.overridden = self._layers.overridden
        self.report.new_labels = [*self.check.new_entities, *self.check.new_relations]

    def _safeguard(self) -> None:
        if not self._request.dry_run:
            self.report.backup = back_up_before(self._workspace, "replace")

    def _matched(self, batch: list[ForeignDocument]) -> _Batch:
        """Tell which documents are there, and begin to make the others."""
        digests = [text_sha256(foreign.text) for foreign in batch]
        keys: list[str] = []
        articles: list[Article] = []
        for foreign, digest in zip(batch, digests, strict=True):
            found = self._match(foreign, digest)
            if found is None:
                articles.append(self._article(foreign, digest))
                found = articles[-1].key
            keys.append(found)
        return _Batch(batch, digests, keys, {article.key for article in articles}, self._segmenter.submit(articles))

    def _take(self, batch: _Batch) -> None:
        """Begin to write a batch, once its documents are made."""
        self._fresh = {document.key: document for document in batch.making.documents()}
        unwritten = set(batch.new)
        for foreign, digest, key in zip(batch.foreign, batch.digests, batch.keys, strict=True):
            self.report.lost.update(foreign.lost)
            if key in unwritten:
                unwritten.remove(key)
                self._make(foreign, self._fresh[key], digest)
            else:
                self.report.known += key not in self._made
                self._count_other_facts(key, foreign)
                self._keep_document_extras(key, foreign)
            for layer in foreign.layers:
                self._take_layer(layer, LayerName(key, self._naming.name(layer, foreign.where)), foreign, digest)
        self._bulk.flush()

    def _match(self, foreign: ForeignDocument, digest: str) -> str | None:
        """Return the document that a record is about: one of its key with its text, else one with its text."""
        if foreign.key is not None:
            if digest in (self._known.get(foreign.key), self._made.get(foreign.key)):
                return foreign.key
            return self._by_text.get(digest)
        return self._by_text.get(digest) or self._made_of.get(digest)

    def _article(self, foreign: ForeignDocument, digest: str) -> Article:
        """Return what a new document is to be made of."""
        key = foreign.key if foreign.key is not None else foreign.fallback
        problem = key_problem(key)
        if problem:
            raise FormatError(
                f"{foreign.where}: the key {key!r} {problem}", "rename the file, or give the document a key"
            )
        if key in self._known or key in self._made:
            raise WorkflowError(
                f"{foreign.where}: there is a document {key!r} with another text", "rename the file, or change the key"
            )
        self._made[key] = digest
        self._made_of.setdefault(digest, key)
        return Article(key, foreign.text, foreign.title, foreign.lang, foreign.meta, foreign.where)

    def _make(self, foreign: ForeignDocument, document: Document, digest: str) -> None:
        ops = [Op("document", document.key, None, document_record(document, digest))]
        if foreign.extras:
            ops.append(Op("extra", self._form, None, item_record(self._document_extra(foreign))))
            self.report.aside[_FIELDS] += 1
        self._bulk.add_text(document, digest, TOKENIZER)
        self._bulk.add_document(document, self._actor, IMPORT, ops)
        self.report.new += 1

    def _document_extra(self, foreign: ForeignDocument) -> Extra:
        return Extra(self._form, "document", dict(foreign.extras), (), self._form)

    def _count_other_facts(self, key: str, foreign: ForeignDocument) -> None:
        """Count what the file says of a document otherwise than it is known here, which holds."""
        said = {"title": foreign.title, "lang": foreign.lang and short_language(foreign.lang), "meta": foreign.meta}
        if foreign.key not in (None, key):
            self.report.lost[f"{FEATURES['key']}, where its text goes by another"] += 1
        if not any(said.values()):
            return
        self._bulk.flush_and_wait()
        known = self._store.metadata(key) or {}
        for name, value in said.items():
            if value and value != known.get(name):
                self.report.lost[f"{FEATURES[name]}, where the document has another here"] += 1

    def _keep_document_extras(self, key: str, foreign: ForeignDocument) -> None:
        """Keep what this format says of a document beside its text, unless that was kept before."""
        if not foreign.extras:
            return
        self._bulk.flush_and_wait()
        name = LayerName(key, CORPUS)
        info = self._writer.layer_info(name)
        known = {} if info is None else self._store.extras(info.id)
        new = self._document_extra(foreign)
        old = known.get(self._form)
        if old is None:
            self._writer.append(name, self._actor, IMPORT, [Op("extra", self._form, None, item_record(new))])
            self.report.aside[_FIELDS] += 1
        elif item_record(old) != item_record(new):
            self.report.lost[f"{_FIELDS} that has them already"] += 1

    def _take_layer(self, layer: ForeignLayer, name: LayerName, foreign: ForeignDocument, digest: str) -> None:
        if name.kind == "gold" and layer.state != "done":
            self.report.lost["unfinished work, which is not gold"] += 1
            return
        author = layer.author if name.kind == "suggester" and layer.author else name.author or layer.author
        incoming = self._preparation.layer(layer, name.kind, author)
        check = self.check.labels_only if name.kind == "suggester" else self.check.strict
        check(incoming, foreign.where, lambda: self._sentences(name.document))
        if self._request.unfinished and incoming.state == "done":
            incoming.state = "doing"
        if self.check.refuses:
            return  # nothing will be written: only look for what else is refused
        fresh = name.document in self._fresh
        added = self._layers.take(name, incoming, digest, foreign.where, layer.author, fresh=fresh)
        counts = self.report.layers.setdefault(name.name, ImportedLayer())
        counts.documents += 1
        counts.unchanged += added is None
        if added is not None:
            counts.spans += len(added.spans)
            counts.relations += len(added.relations)
            counts.verdicts += len(added.verdicts)
            self.report.aside.update(extra.kind for extra in added.extras.values())

    def _sentences(self, key: str) -> Segmentation:
        document = self._fresh.get(key)
        if document is None:
            self._bulk.flush_and_wait()
            document = self._store.document(key)
        assert document is not None
        return document.sentences
