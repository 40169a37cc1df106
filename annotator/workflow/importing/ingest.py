"""Ingesting articles: all are checked before the first is stored, and no transaction takes longer than a moment."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from annotator.corpus import Article, read_articles
from annotator.history import CORPUS, LayerName, Op, Record
from annotator.lookahead import in_advance, portions
from annotator.reading_options import AS_FOUND, ReadingOptions
from annotator.reading_report import ReadingReport
from annotator.store import ManyValues, Store, Writer, document_record
from annotator.tokenization import TOKENIZER
from annotator.tuning import collector_paused, quick_turns
from annotator.wording import plural
from annotator.workflow.backups import back_up_before
from annotator.workflow.importing.article_check import NEW, ArticleCheck
from annotator.workflow.importing.replacing import TextReplacement, UncarriedItem, owners
from annotator.workflow.importing.segmenting import PackedDocument
from annotator.workflow.importing.waiting_articles import WaitingArticles
from annotator.workflow.workspace import Workspace

_BATCH, _BATCH_LENGTH = 256, 1 << 19
"""Articles, and their code points, that are looked up and segmented together."""
_TRANSACTION, _TRANSACTION_LENGTH = 768, 1 << 21
"""Documents, and their code points, of one transaction: about a seventh of a second."""
_FLUSH = 128
"""New documents that are handed to the thread that writes."""
_PATIENCE = 0.3
"""Seconds after which a transaction ends though not all of its documents are stored, as where texts are replaced."""

Progress = Callable[[int, int | None], None]


@dataclass(slots=True)
class IngestReport:
    """How many documents were added or unchanged, the keys of those that were replaced, and what that did.

    ``renamed`` are the present keys of documents whose articles go by the keys they had before they were renamed;
    ``uncarried`` are the items without a place in the new text, ``owners`` those whose work was carried over, by
    document, ``backup`` the copy of the database that was made before.  ``reading`` is what reading the files told.
    """

    added: int = 0
    unchanged: int = 0
    replaced: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    uncarried: list[UncarriedItem] = field(default_factory=list)
    owners: dict[str, list[str]] = field(default_factory=dict)
    backup: Path | None = None
    reading: ReadingReport = field(default_factory=ReadingReport, compare=False)

    @property
    def stored(self) -> int:
        """How many texts are in the database that were not before."""
        return self.added + len(self.replaced)

    def include(self, other: IngestReport) -> None:
        """Add what one transaction did."""
        self.added += other.added
        self.unchanged += other.unchanged
        self.replaced += other.replaced
        self.uncarried += other.uncarried
        self.owners |= other.owners


def ingest(
    workspace: Workspace,
    paths: Sequence[Path],
    actor: str,
    *,
    options: ReadingOptions = AS_FOUND,
    replace: bool = False,
    override: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> IngestReport:
    """Read articles and store those that are new; ``progress`` is told how many were read, then how many are stored.

    First all are read and checked, and :class:`CorpusError` names the first that cannot be taken; they wait on disk, so
    that not all of them are ever in memory, and nothing is written to the workspace.  Then documents are stored in the
    order of the articles, in transactions that leave curators room between them.  Whatever ends that early, such as a
    full disk, carries a note on how many are stored; the same call goes on from there.

    The same bytes again change nothing.  A key that exists with another text is refused, unless ``replace`` says to
    carry its annotations over; where others have work on it and the actor curates too, that takes ``override``.
    """
    report = IngestReport()
    store = workspace.store if workspace.database_path.exists() else None  # a refusal leaves no database behind
    check = ArticleCheck(store, actor, replace, override, report.renamed)
    with collector_paused(), quick_turns(), closing(WaitingArticles(workspace.scheme.languages)) as waiting:
        with closing(ManyValues[tuple[str, str]]()) as taken, closing(ManyValues[tuple[str, str]]()) as taken_in_file:
            read = read_articles(paths, options, taken=taken, taken_in_file=taken_in_file, report=report.reading)
            replacing = _check_all(check, read, waiting, report, progress)
        if not waiting.count:
            return report
        if replacing:
            report.backup = back_up_before(workspace, "replace")
        check = ArticleCheck(workspace.store, actor, replace, override, report.renamed)
        transactions = in_advance(portions(waiting.documents(), _TRANSACTION, _length, _TRANSACTION_LENGTH))
        try:
            with closing(transactions), workspace.store.expecting_many():
                for some in transactions:
                    _store_all(workspace.store, check, deque(some), report)
                    progress(report.stored, waiting.count)
        except BaseException as error:
            if report.stored:
                stored = f"{report.stored:,} of {plural(waiting.count, 'article')} are stored"
                error.add_note(f"{stored}, and the same command goes on from there")
            raise
    return report


def _length(one: Article | PackedDocument) -> int:
    return len(one.text)


def _check_all(
    check: ArticleCheck, articles: Iterable[Article], waiting: WaitingArticles, report: IngestReport, progress: Progress
) -> bool:
    """Check all articles and keep those that are to be stored; return whether the text of any document is replaced."""
    replacing = False
    for some in portions(articles, _BATCH, _length, _BATCH_LENGTH):
        wanted = []
        for article, present in check.present(some):
            check.refuse(article, present)
            if present != article.sha256:
                wanted.append(article)
                replacing = replacing or bool(present)
        report.unchanged += len(some) - len(wanted)
        if wanted:
            waiting.add(wanted)
        progress(report.unchanged + waiting.count, None)
    return replacing


def _store_all(store: Store, check: ArticleCheck, documents: deque[PackedDocument], report: IngestReport) -> None:
    """Store documents, in one transaction if that does not take long."""
    while documents:
        with store.write() as writer:
            transaction = _Transaction(store, writer, check)
            transaction.store(documents)
        report.include(transaction.report)


class _Transaction:
    """One transaction in which documents are stored; ``report`` is what it did, once it is over."""

    def __init__(self, store: Store, writer: Writer, check: ArticleCheck) -> None:
        self.report = IngestReport()
        self._store = store
        self._writer = writer
        self._check = check
        self._replacement = TextReplacement(store, writer, check.actor, self.report.uncarried)

    def store(self, documents: deque[PackedDocument]) -> None:
        """Store the first of some documents, as many as there is time for, and take them from the deque.

        Whether they exist is looked up again, now under the lock.
        """
        until = time.monotonic() + _PATIENCE
        digests = self._check.digests(document.article.key for document in documents)
        with closing(self._writer.bulk()) as bulk:
            while documents and time.monotonic() < until:
                document = documents.popleft()
                article = document.article
                present = digests.get(article.key, NEW)
                digests[article.key] = article.sha256
                if present == article.sha256:
                    self.report.unchanged += 1
                elif present == NEW:
                    bulk.add_text_row(document.text_row(TOKENIZER))
                    bulk.add_document(article.key, self._check.actor, "ingest", [_op(document, None)])
                    self.report.added += 1
                    if self.report.added % _FLUSH == 0:
                        bulk.flush()
                else:
                    bulk.flush_and_wait()
                    self._check.refuse(article, present)
                    self._put(document)
            bulk.flush_and_wait()

    def _put(self, packed: PackedDocument) -> None:
        """Bring a removed document back, or give one another text."""
        key = packed.article.key
        old = self._store.document(key)
        whose = owners(self._store, key) if old is not None else []
        self._writer.put_text_row(packed.text_row(TOKENIZER))
        was = None if old is None else document_record(old, old.sha256)
        action = "ingest" if old is None else "replace"
        self._writer.append(LayerName(key, CORPUS), self._check.actor, action, [_op(packed, was)])
        if old is None:
            self.report.added += 1
            return
        self.report.replaced.append(key)
        if whose:
            self.report.owners[key] = whose
        self._replacement.carry_layers(old, packed.unpack())


def _op(document: PackedDocument, was: Record | None) -> Op:
    """The op that makes a document what it is now."""
    return Op("document", document.article.key, was, document_record(document, document.article.sha256))
