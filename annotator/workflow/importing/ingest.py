"""Taking articles in: all of them, or none and a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from annotator.annotation import item_record
from annotator.corpus import build_document, read_articles
from annotator.errors import CorpusError
from annotator.history import CORPUS, GOLD, REANCHOR, LayerName, Op, field_op
from annotator.store import Store, Writer, document_record
from annotator.text import Document
from annotator.tokenization import TOKENIZER
from annotator.workflow.backups import back_up_before
from annotator.workflow.importing.reanchoring import Reanchoring
from annotator.workflow.layer_diff import (
    differences,
    orphaned_comments,
    ruling_differences,
    verdict_differences,
    with_content_ids,
)
from annotator.workflow.visibility import Visibility
from annotator.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class UncarriedItem:
    """What could not be carried over to a replaced text: a span, or what was kept for a foreign format."""

    layer: LayerName
    label: str
    text: str


@dataclass(slots=True)
class IngestReport:
    """Keys of the documents that came new, stood there already, or were replaced, and what a replacement lost.

    ``touched`` says by document whose work was carried over to a new text, ``backup`` where the database is as it was
    before that.
    """

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    lost: list[UncarriedItem] = field(default_factory=list)
    touched: dict[str, list[str]] = field(default_factory=dict)
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
    store = workspace.store  # only now: what cannot be taken in leaves no database behind
    report = IngestReport()
    known = store.document_digests()
    documents: list[tuple[Document, str]] = []
    for article in articles:
        document = build_document(article, scheme.languages)
        if known.get(document.key) == document.sha256:
            report.unchanged.append(document.key)
        else:
            documents.append((document, article.where))
    if not documents:
        return report
    if replace and any(document.key in known for document, _ in documents):
        report.backup = back_up_before(workspace, "replace")
    with store.write() as writer:
        for document, where in documents:
            _take(store, writer, document, where, actor, report, replace=replace, override=override)
    return report


def _take(
    store: Store,
    writer: Writer,
    document: Document,
    where: str,
    actor: str,
    report: IngestReport,
    *,
    replace: bool,
    override: bool,
) -> None:
    """Store one document; what stands there is looked at again, now under the lock."""
    existing = writer.document_digest(document.key)
    if existing == document.sha256:
        report.unchanged.append(document.key)
        return
    if existing is not None and not replace:
        raise CorpusError(
            f"{where}: there is a document {document.key!r} with another text",
            "rename the file, or carry its annotations over with --replace",
        )
    old = store.document(document.key) if existing is not None else None
    owners = _owners(store, document.key) if old is not None else []
    if set(owners) - {actor, GOLD} and not override and Visibility(store, actor).curates:
        raise CorpusError(
            f"{where}: {document.key!r} holds the work of {' and '.join(owners)}, and {actor} curates here",
            "leave it to who leads, or add --override",
        )
    sha256 = writer.put_text(document, TOKENIZER)
    was = None if old is None else document_record(old, old.sha256)
    op = Op("document", document.key, was, document_record(document, sha256))
    writer.append(LayerName(document.key, CORPUS), actor, "ingest" if old is None else "replace", [op])
    if old is None:
        report.added.append(document.key)
        return
    report.replaced.append(document.key)
    if owners:
        report.touched[document.key] = owners
    _carry_layers(store, writer, old, document, actor, report)


def _owners(store: Store, key: str) -> list[str]:
    """Return whose work is on a document: its curators', and ``gold``."""
    layers = [layer.name for layer in store.layers(document=key) if layer.state is not None]
    return sorted(name.author or name.kind for name in layers if name.kind in ("curator", GOLD))


def _carry_layers(store: Store, writer: Writer, old: Document, new: Document, actor: str, report: IngestReport) -> None:
    """Move every layer of a document over to its new text, and note what finds no place there."""
    carrier = Reanchoring(old, new)
    for layer in store.layers(document=old.key):
        if layer.text is None or layer.name.kind == "corpus":
            continue
        content = store.annotations(layer.id)
        kept, lost = carrier.annotations(content)
        ops = [field_op("text", layer.text, new.sha256)]
        if layer.name.kind == "curator":
            decisions = store.verdicts(layer.id)
            ops += differences(content, kept) + verdict_differences(decisions, carrier.verdicts(decisions))
            ops += orphaned_comments(store.comments(layer.id), kept)
        else:
            rulings = store.rulings(layer.id)
            ops += differences(content, with_content_ids(kept))
            ops += ruling_differences(rulings, carrier.rulings(rulings, content))
        extras = store.extras(layer.id)
        ops += [Op("extra", identity, item_record(extra), None) for identity, extra in extras.items()]
        report.lost += [UncarriedItem(layer.name, extra.kind, f"kept for {extra.format}") for extra in extras.values()]
        if layer.fingerprint is not None:
            ops.append(field_op("fingerprint", layer.fingerprint, None))
        writer.append(layer.name, actor, REANCHOR, ops)
        if layer.name.kind != "suggester":
            report.lost += [UncarriedItem(layer.name, span.label, old.text[span.start : span.end]) for span in lost]
