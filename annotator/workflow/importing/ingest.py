"""Ingesting articles: all of them in one transaction, or none and a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replace_field
from pathlib import Path

from annotator.corpus import build_document, read_articles
from annotator.errors import CorpusError
from annotator.history import CORPUS, GOLD, REANCHOR, LayerName, Op, field_op
from annotator.store import LayerInfo, Store, Writer, document_record, removed_record, work_on
from annotator.text import Document
from annotator.tokenization import TOKENIZER
from annotator.workflow.backups import back_up_before
from annotator.workflow.importing.reanchoring import Reanchoring
from annotator.workflow.layer_diff import (
    differences,
    extra_differences,
    orphaned_comments,
    ruling_differences,
    verdict_differences,
    with_content_ids,
)
from annotator.workflow.visibility import Visibility
from annotator.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class UncarriedItem:
    """A span, or an extra of a foreign format, that could not be carried over to a replaced text."""

    layer: LayerName
    label: str
    text: str


@dataclass(slots=True)
class IngestReport:
    """The keys of the documents that were added, unchanged or replaced, and what a replacement did.

    ``renamed`` are the present keys of documents whose articles go by the keys they had before they were renamed;
    ``uncarried`` are the items without a place in the new text, ``owners`` those whose work was carried over, by
    document, ``backup`` the copy of the database that was made before.
    """

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    uncarried: list[UncarriedItem] = field(default_factory=list)
    owners: dict[str, list[str]] = field(default_factory=dict)
    backup: Path | None = None


def ingest(
    workspace: Workspace,
    paths: Sequence[Path],
    actor: str,
    *,
    encoding: str = "utf-8",
    replace: bool = False,
    override: bool = False,
) -> IngestReport:
    """Read articles and store those that are new, in one transaction.

    The same bytes again change nothing.  A key that exists with another text is refused, unless ``replace`` says to
    carry its annotations over; where others have work on it and the actor curates too, that takes ``override``.
    Raises :class:`CorpusError` naming the first article that cannot be taken.
    """
    scheme = workspace.scheme
    articles = list(read_articles(paths, encoding=encoding))
    store = workspace.store  # only now: articles that cannot be read leave no database behind
    report = IngestReport()
    stored = store.document_digests()
    documents: list[tuple[Document, str]] = []
    for given in articles:
        article = replace_field(given, key=store.names.present_key(given.key))
        if article.key != given.key:
            report.renamed[given.key] = article.key
        document = build_document(article, scheme.languages)
        if stored.get(document.key) == document.sha256:
            report.unchanged.append(document.key)
        else:
            documents.append((document, article.where))
    if not documents:
        return report
    if replace and any(document.key in stored for document, _ in documents):
        report.backup = back_up_before(workspace, "replace")
    with store.write() as writer:
        ingestion = _Ingestion(store, writer, actor, report, replace, override)
        for document, where in documents:
            ingestion.take(document, where)
    return report


@dataclass(frozen=True, slots=True)
class _Ingestion:
    """One transaction in which documents are stored."""

    store: Store
    writer: Writer
    actor: str
    report: IngestReport
    replace: bool
    override: bool

    def take(self, document: Document, where: str) -> None:
        """Store one document; whether it exists is looked up again, now under the lock."""
        existing = self.writer.document_digest(document.key)
        if existing == document.sha256:
            self.report.unchanged.append(document.key)
            return
        if existing is not None and not self.replace:
            raise CorpusError(
                f"{where}: there is a document {self._told(document.key)} with another text",
                "rename the file, or carry its annotations over with --replace",
            )
        if existing is None:
            self._check_removed(document, where)
        old = self.store.document(document.key) if existing is not None else None
        owners = self._owners(document.key) if old is not None else []
        if set(owners) - {self.actor, GOLD} and not self.override and Visibility(self.store, self.actor).curates:
            raise CorpusError(
                f"{where}: {document.key!r} holds the work of {' and '.join(owners)}, and {self.actor} curates here",
                "leave it to who leads, or add --override",
            )
        sha256 = self.writer.put_text(document, TOKENIZER)
        was = None if old is None else document_record(old, old.sha256)
        op = Op("document", document.key, was, document_record(document, sha256))
        action = "ingest" if old is None else "replace"
        self.writer.append(LayerName(document.key, CORPUS), self.actor, action, [op])
        if old is None:
            self.report.added.append(document.key)
            return
        self.report.replaced.append(document.key)
        if owners:
            self.report.owners[document.key] = owners
        self._carry_layers(old, document)

    def _told(self, key: str) -> str:
        """A document's key, with what it is in the file where it was renamed since."""
        given = next((old for old, new in self.report.renamed.items() if new == key), None)
        return repr(key) if given is None else f"{key!r} (which was {given!r})"

    def _check_removed(self, document: Document, where: str) -> None:
        """Refuse another text under the key of a removed document that somebody worked on; the same one comes back."""
        record = removed_record(self.store, document.key)
        if record is not None and record["sha256"] != document.sha256 and work_on(self.store, document.key):
            raise CorpusError(
                f"{where}: {document.key!r} was removed, and there is work on another text of it",
                f"rename the file, or `annotator remove --undo {document.key}` first, then --replace",
            )

    def _owners(self, key: str) -> list[str]:
        """Name those who have work on a document: curators, and ``gold``."""
        layers = [layer.name for layer in self.store.layers(document=key) if layer.state is not None]
        return sorted(name.author or name.kind for name in layers if name.kind in ("curator", GOLD))

    def _carry_layers(self, old: Document, new: Document) -> None:
        """Carry every layer of a document over to its new text, and note the items without a place there."""
        reanchoring = Reanchoring(old, new)
        for layer in self.store.layers(document=old.key):
            if layer.text is not None and layer.name.kind != CORPUS:
                self._carry_layer(layer, reanchoring, old, new)

    def _carry_layer(self, layer: LayerInfo, reanchoring: Reanchoring, old: Document, new: Document) -> None:
        store, report = self.store, self.report
        content = store.annotations(layer.id)
        carried, uncarried = reanchoring.annotations(content)
        ops = [field_op("text", layer.text, new.sha256)]
        if layer.name.kind == "curator":
            verdicts = store.verdicts(layer.id)
            ops += differences(content, carried) + verdict_differences(verdicts, reanchoring.verdicts(verdicts))
            ops += orphaned_comments(store.comments(layer.id), carried)
        else:
            rulings = store.rulings(layer.id)
            ops += differences(content, with_content_ids(carried))
            ops += ruling_differences(rulings, reanchoring.rulings(rulings, content))
        extras = store.extras(layer.id)
        ops += extra_differences(extras, {})
        report.uncarried += [UncarriedItem(layer.name, e.kind, f"kept for {e.format}") for e in extras.values()]
        if layer.fingerprint is not None:
            ops.append(field_op("fingerprint", layer.fingerprint, None))
        self.writer.append(layer.name, self.actor, REANCHOR, ops)
        if layer.name.kind != "suggester":
            report.uncarried += [UncarriedItem(layer.name, s.label, old.text[s.start : s.end]) for s in uncarried]
