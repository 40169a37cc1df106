"""An open workspace, for programs: documents, layers, suggestions, agreement, imports and exports."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO, TextIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from annotator.api.arguments import JOBS, SEEDS, in_range, layer_name, one_of, readable, several
from annotator.api.values import DocumentLayer, NewLayer, RelationLike, SpanLike, layer_values
from annotator.errors import WorkflowError
from annotator.history import CORPUS, LayerName
from annotator.workflow.workspace import Workspace, curator_name

if TYPE_CHECKING:
    from annotator.annotation import Attributes
    from annotator.store import LayerInfo, QueueSort, Store
    from annotator.text import Document
    from annotator.workflow.span_borders import BorderRule

Progress = Callable[[int, int | None], None]
"""Called with how much is done, and all of it, ``None`` where that is not known."""


def _tell_nobody(_done: int, _total: int | None) -> None: ...


def open_workspace(folder: str | Path | None = None, *, curator: str | None = None) -> OpenWorkspace:
    """Open the workspace in a folder; without one that of ``ANNOTATOR_WORKSPACE``, or the nearest upwards.

    ``curator`` is the name of the person or program that writes, as ``--as`` gives it: it is recorded with each step,
    and what others may not be replaced by is what the command line refuses, too.  Without one the workspace can only be
    read.  Raises :class:`AnnotatorError` where there is no workspace, or the name is none.

    Use it in a ``with`` statement, or call :meth:`OpenWorkspace.close`.
    """
    workspace = Workspace.find(None if folder is None else Path(folder))
    if curator == "":
        raise WorkflowError("an empty string cannot be a curator's name", "leave curator out to read")
    return OpenWorkspace(workspace, None if curator is None else curator_name(curator))


def new_workspace(folder: str | Path, template: str = "sample") -> None:
    """Make a workspace in a folder, as ``annotator init`` does; templates are ``sample``, ``news`` and ``blank``."""
    from annotator.workflow.setup import make_workspace

    if template not in ("sample", "news", "blank"):
        raise WorkflowError(f"no template {template!r}", "choose sample, news or blank")
    make_workspace(Path(folder), template)


class OpenWorkspace:
    """A workspace that :func:`open_workspace` opened.

    Nothing is printed.  What a user can mend is an :class:`AnnotatorError` that says what, where and how in one line;
    nothing was written then; what the system refuses is an :class:`OSError`.  It belongs to the thread that opened it:
    open the workspace once in each.  Opened several times, here or by other programs, it stays one workspace; each
    write is a transaction of its own, and writers take turns.  What comes back as a dictionary is what the command of
    that name prints under ``--json``.
    """

    def __init__(self, workspace: Workspace, curator: str | None) -> None:
        self._workspace = workspace
        self._owner = os.getpid(), threading.get_ident()
        self._is_open = True
        self._is_writing = False
        self.curator = curator

    def __enter__(self) -> Self:
        self._check()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the object cannot be used any more."""
        self._is_open = False
        self._workspace.close()

    @property
    def folder(self) -> Path:
        """Where the workspace is."""
        return self._workspace.root

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of spans, in the order of labels.yaml; :class:`SchemeError` where that has a mistake."""
        self._check()
        return tuple(self._workspace.scheme.entities)

    @property
    def relation_labels(self) -> tuple[str, ...]:
        """The labels of relations."""
        self._check()
        return tuple(self._workspace.scheme.relations)

    def document(self, key: str) -> Document:
        """The document with this key: its text, title, language, tokens, sentences and ``meta``.

        Raises :class:`WorkflowError` for a key that no document has.
        """
        document = self._store.document(readable(key))
        if document is None:
            from annotator.workflow.unknown_document import no_document

            raise no_document(self._store.names, key)
        return document

    def documents(
        self, *, state: str = "", text: str = "", mine: bool = False, sort: QueueSort = "key"
    ) -> Iterator[Document]:
        """Yield documents as they stand in the queue of the curator; which they are is decided at once.

        ``state`` is ``todo``, ``doing``, ``done``, ``skipped``, ``returned`` or ``flagged``, ``text`` what key, title
        or text contain, ``mine`` leaves out what is not assigned to the curator.
        """
        from annotator.store import Queue, QueueFilter
        from annotator.store.queue import ORDER

        states = ("todo", "doing", "done", "skipped", "returned", "flagged")
        one_of("state", state, ("", *states))
        one_of("sort", sort, tuple(ORDER))
        pages = Queue(self._store, self.curator or "").pages(QueueFilter(state, readable(text), mine, sort))
        return (
            document for rows in pages for row in rows if (document := self._store.document(row.key)) is not None
        )  # one that is removed meanwhile is passed over

    def layer_names(self, document: str) -> list[str]:
        """The names of the layers on a document that the curator may see."""
        self.document(document)
        layers = self._store.layers(document=document)
        return [info.name.name for info in layers if info.name.name != CORPUS and not self._why_hidden(info)]

    def layer(self, document: str, name: str) -> DocumentLayer | None:
        """A layer of a document; ``None`` where nothing was ever written to it.

        Raises :class:`WorkflowError` for a key that no document has, and for work that the curator may not see yet.
        """
        found = self.document(document)
        info = self._store.layer(LayerName(document, layer_name(name)))
        if info is None:
            return None
        hidden = self._why_hidden(info)
        if hidden:
            raise WorkflowError(f"{name} on {document} stays unseen: {hidden}", "finish first, then compare")
        return self._values(info, found)

    def layers(self, name: str, *, finished: bool = False) -> Iterator[DocumentLayer]:
        """Yield the layers of a name that the curator may see, in order of key; with ``finished`` those that are done.

        A layer that is about an earlier text of its document is left out.
        """
        infos = self._store.layers(name=layer_name(name))
        for info in infos:
            if (finished and info.state != "done") or self._why_hidden(info):
                continue
            document = self._store.document(info.name.document)
            if document is not None and document.sha256 == info.text:
                yield self._values(info, document)

    def ingest(
        self,
        articles: Iterable[Mapping[str, Any]],
        *,
        replace: bool = False,
        override: bool = False,
        progress: Progress = _tell_nobody,
    ) -> dict[str, Any]:
        """Take in articles: each a mapping with ``id`` and ``text``, ``title`` and ``lang`` if known; the rest is kept.

        All of them or, where one cannot be taken, none; the same again changes nothing.  With ``replace`` a document
        gets another text, and the work on it is carried over; ``override`` also that of others where the curator
        curates, too.
        """
        from annotator.api.articles import written_articles
        from annotator.reports.summaries import ingest_summary
        from annotator.workflow.importing.ingest import ingest

        with self._writing() as curator, written_articles(articles) as file:
            report = ingest(self._workspace, [file], curator, replace=replace, override=override, progress=progress)
        return ingest_summary(report)

    def ingest_files(
        self,
        *paths: str | Path,
        replace: bool = False,
        override: bool = False,
        progress: Progress = _tell_nobody,
    ) -> dict[str, Any]:
        """Take in the articles of files and folders, as ``annotator ingest`` does."""
        from annotator.reports.summaries import ingest_summary
        from annotator.workflow.importing.ingest import ingest

        if not paths:
            raise WorkflowError("no files to take in", "name files or folders")
        with self._writing() as curator:
            files = [Path(path) for path in paths]
            report = ingest(self._workspace, files, curator, replace=replace, override=override, progress=progress)
        return ingest_summary(report)

    def put_layer(
        self,
        document: str,
        name: str,
        spans: Iterable[SpanLike],
        relations: Iterable[RelationLike] = (),
        *,
        text: str | None = None,
        done: bool = True,
        attributes: Attributes | None = None,
        replace: bool = False,
        override: bool = False,
    ) -> dict[str, Any]:
        """Put one layer: see :class:`NewLayer` for what it takes, and :meth:`put_layers` for what becomes of it."""
        layer = NewLayer(document, name, spans, relations, text, done, attributes or {})
        return self.put_layers([layer], replace=replace, override=override)

    def put_layers(
        self,
        layers: Iterable[NewLayer],
        *,
        mapping: Mapping[str, str] | None = None,
        labels_from_data: bool = False,
        borders: BorderRule = "keep",
        replace: bool = False,
        override: bool = False,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Put layers as an import does: checked against labels.yaml, all or none, each an event that can be undone.

        Putting the same again changes nothing.  A layer that holds something else stays, and all are refused, unless
        ``replace`` says to put them in its place; ``override`` also where somebody else did that work, for who leads.
        ``mapping`` gives our label for one of the program's, ``labels_from_data`` adds others to labels.yaml.
        ``borders`` are kept, or spans are given others: ``trim`` white space, ``snap`` to tokens.  With ``dry_run``
        nothing is written.  Raises :class:`WorkflowError` for what cannot be put, naming document, layer and item.
        """
        from annotator.api.putting import FORM, attribute_check, foreign_documents
        from annotator.reports.summaries import import_summary
        from annotator.workflow.importing.import_file import import_documents
        from annotator.workflow.importing.import_request import ImportReport, ImportRequest

        if override and not replace:
            raise WorkflowError("override goes with replace", "give both")
        one_of("borders", borders, ("keep", "trim", "snap"))
        request = ImportRequest(
            mapping=mapping or {},
            labels_from_data=labels_from_data,
            borders=borders,
            replace=replace,
            override=override,
            dry_run=dry_run,
        )
        with self._writing() as curator:
            some = list(layers)
            check = attribute_check(self._workspace.scheme, request.mapping, adds=labels_from_data)
            documents = foreign_documents(some, self.document, check)
            report = import_documents(self._workspace, FORM, documents, request, curator) if some else ImportReport()
        return import_summary(report, FORM, dry_run=dry_run)

    def suggest(
        self,
        documents: Sequence[str] = (),
        *,
        jobs: int = 1,
        may_send: bool = False,
        progress: Progress = _tell_nobody,
    ) -> dict[str, Any]:
        """Suggest for documents, by default for all, that have no suggestions of this model and version yet.

        Suggesters that ask a server take part only with ``may_send``, because the text is sent there.
        """
        from annotator.reports.summaries import suggest_summary
        from annotator.workflow.learning.suggesting import Place, suggest

        several(documents, "documents")
        in_range("jobs", jobs, *JOBS)
        with self._writing():
            asking = (lambda _hosts, _sent: None) if may_send else None
            report = suggest(self._workspace, documents, place=Place(jobs), progress=progress, asking=asking)
        return suggest_summary(report)

    def suggest_texts(self, texts: Iterable[str], *, lang: str | None = None) -> Iterator[DocumentLayer]:
        """Yield what would be suggested for each text, in order; nothing is stored, and nothing is sent anywhere.

        The language is found out among those of labels.yaml where it is not given.  Models are loaded once a call.
        """
        from annotator.api.articles import document_of
        from annotator.workflow.learning.suggesting import suggest_unstored

        self._check()
        several(texts, "texts")
        languages = self._workspace.scheme.languages
        documents = (document_of(text, number, lang, languages) for number, text in enumerate(texts, 1))
        for document, found in suggest_unstored(self._workspace, documents):
            self._check()
            yield layer_values(document.key, "suggestions", found, document.text)

    def agreement(
        self,
        layers: Sequence[str] | None = None,
        *,
        lang: str | None = None,
        resamples: int = 2000,
        seed: int = 0,
        gamma: float | None = None,
    ) -> dict[str, Any]:
        """Measure how far layers agree: the report of ``annotator agreement --json``.

        ``layers`` are ``gold``, ``suggestions``, ``suggestions:NAME`` and curators' names; by default all curators who
        finished documents.  ``gamma`` measures γ too, for as many seconds.
        """
        from annotator.api.measuring import agreement_report

        self._check_there()
        several(layers, "layers")
        return agreement_report(self._workspace, layers, lang, resamples, seed, gamma)

    def export(
        self,
        form: str,
        target: str | Path | BinaryIO,
        *,
        layer: str = "gold",
        unfinished: bool = False,
        labels: Sequence[str] = (),
        since: str = "",
        split: Sequence[float] = (),
        seed: int = 0,
        borders: BorderRule = "keep",
        options: Mapping[str, str] | None = None,
        manifest: bool = True,
        force: bool = False,
        progress: Progress = _tell_nobody,
    ) -> dict[str, Any]:
        """Write a layer in a format, such as ``jsonl``, to a path, or to a binary stream for formats of one file.

        A file or folder appears whole, or not at all, and takes the place of an earlier export alone, unless ``force``
        moves what is there aside.  ``split`` are the shares of train, dev and test, as parts in a folder.  What the
        curator may not see yet is left out.  Raises :class:`UnknownFormatError`, :class:`FormatError` or
        :class:`WorkflowError`.
        """
        from annotator.formats.registry import load_format
        from annotator.reports.summaries import export_summary
        from annotator.workflow.arguments import parse_layer
        from annotator.workflow.exporting.export import ExportRequest, export
        from annotator.workflow.exporting.train_dev_test import Split, parse_shares

        self._check_there()
        if isinstance(target, TextIOBase) or not (isinstance(target, (str, Path)) or hasattr(target, "write")):
            raise WorkflowError(f"{target!r:.60} cannot take an export", "give a path, or a stream opened in binary")
        one_of("borders", borders, ("keep", "trim", "snap"))
        several(labels, "labels")
        in_range("seed", seed, *SEEDS)
        path, stream = (Path(target), BytesIO()) if isinstance(target, (str, Path)) else (None, target)
        request = ExportRequest(
            layer=parse_layer(layer),
            unfinished=unfinished,
            since=since,
            labels=tuple(labels),
            borders=borders,
            options=dict(options or {}),
            split=Split(parse_shares(",".join(map(str, split))), seed) if split else None,
            reader=self.curator,
            with_manifest=manifest,
        )
        outputs = self._workspace.outputs(force=force)
        result, selection = export(self._workspace, load_format(form), request, path, stream, outputs, progress)
        return export_summary(result, selection, form, layer, path, outputs)

    @property
    def _store(self) -> Store:
        self._check_there()
        return self._workspace.store

    def _check_there(self) -> None:
        """Check that the workspace can be used, and that its database is there where it is only read."""
        self._check()
        if self.curator is None and not self._workspace.database_path.exists():
            raise WorkflowError(f"{self.folder} has no database yet", "take articles in first, as a curator")

    def _check(self) -> None:
        if not self._is_open:
            raise WorkflowError(f"{self.folder} was closed", "open the workspace again")
        if (os.getpid(), threading.get_ident()) != self._owner:
            raise WorkflowError(
                f"{self.folder} was opened by another thread or process", "open it in each one that uses it"
            )

    @contextmanager
    def _writing(self) -> Iterator[str]:
        """Yield who writes; one write at a time, also where what is given to it comes from a generator that writes."""
        self._check()
        if self.curator is None:
            raise WorkflowError(f"{self.folder} was opened to be read", "open it with curator=NAME to write")
        if self._is_writing:
            raise WorkflowError(f"{self.folder} is being written to by this program", "finish that first")
        self._is_writing = True
        try:
            yield self.curator
        finally:
            self._is_writing = False

    def _why_hidden(self, info: LayerInfo) -> str:
        from annotator.workflow.visibility import Visibility

        return Visibility(self._store, self.curator).why_hidden(info) if self.curator is not None else ""

    def _values(self, info: LayerInfo, document: Document) -> DocumentLayer:
        """A layer as plain values, with the text that it is about."""
        text = document.text if info.text in (None, document.sha256) else self._store.text(info.text or "") or ""
        name = info.name
        return layer_values(
            name.document, name.name, self._store.annotations(info.id), text, info.state, info.changed_at
        )
