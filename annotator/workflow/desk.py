"""A curator's desk: the queue, the documents they open, and where they stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from annotator.errors import WorkflowError
from annotator.history import curator_layer
from annotator.labels import LabelScheme
from annotator.store import (
    WAITING,
    LeadQueue,
    LeadRow,
    Queue,
    QueueFilter,
    QueueRow,
    QueueSort,
    Store,
    anybody_curates,
    charges,
    curates,
)
from annotator.store.catalogs import CatalogIndex
from annotator.workflow.adjudicating.feedback import Feedback, feedback
from annotator.workflow.adjudicating.gold import adjudicate, check_adjudication, open_gold
from annotator.workflow.adjudicating.returning import return_work, undo_return
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.annotating.curator_memory import CuratorMemory
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.catalogs import Catalogs
from annotator.workflow.comments import ListedComment, list_comments, visible_layers
from annotator.workflow.idleness import IDLE_DAYS, days_before
from annotator.workflow.learned_folder import learned_folder
from annotator.workflow.next_document import NextDocument, least_certain
from annotator.workflow.retired_work import mending, retired_work, summary, total
from annotator.workflow.unknown_document import no_document
from annotator.workflow.workspace import Workspace, scheme_stamp

__all__ = ["WAITING", "Desk", "LeadQueue", "LeadRow", "Queue", "QueueFilter", "QueueRow", "QueueSort"]


class Desk:
    """A curator's desk in one workspace.

    ``learns`` says whether suggestions follow the curator's decisions, ``accept_threshold`` from which score they are
    accepted all together (``None``: what the label scheme says), ``assigned_only`` whether the queue has only
    documents assigned to them, ``queue_sort`` how it is sorted.  With ``own_work_only``, nobody else's work can be
    reached from it, nor what is for who leads.
    """

    def __init__(self, workspace: Workspace, curator: str, *, own_work_only: bool = False) -> None:
        self.workspace = workspace
        self.curator = curator
        self.own_work_only = own_work_only
        self._names = workspace.store.names
        self._labels_file = _signature(workspace.labels_path)
        self._names.curator_identity(curator)  # nobody sits down under a name that they no longer have
        self.queue = Queue(workspace.store, curator)
        self.assigned_only = self.queue.has_assignments()
        self._catalogs = Catalogs(workspace)
        self.learns = True
        self.accept_threshold: float | None = None
        self.queue_sort: QueueSort = "key"
        self._memory = CuratorMemory(workspace.store, self.scheme, curator, learned_folder(workspace))

    @property
    def scheme(self) -> LabelScheme:
        """The label scheme of the workspace."""
        return self.workspace.scheme

    def is_scheme_outdated(self) -> bool:
        """Whether somebody changed the label scheme, by command or by hand, since it was read here."""
        if self.workspace.store.is_scheme_outdated():
            return True
        signature = _signature(self.workspace.labels_path)
        if signature == self._labels_file:
            return False
        self._labels_file = signature
        return signature is not None

    def follow_scheme(self) -> str:
        """Go on under the label scheme and the names as they are now; return in words what changed last.

        Raises :class:`SchemeError` while the file has a mistake, and goes on under the scheme of before.
        """
        store = self.workspace.store
        by_hand = not store.is_scheme_outdated()
        self._labels_file = _signature(self.workspace.labels_path)
        self.workspace.follow_scheme()
        identity, self._names = self._names.actor_identity(self.curator), store.names
        self.curator = self._names.curator(identity)
        self.queue = Queue(store, self.curator)
        self._memory = CuratorMemory(store, self.scheme, self.curator, learned_folder(self.workspace))
        return self.retired_work() or "labels.yaml was edited" if by_hand else self._last_change()

    def _last_change(self) -> str:
        store = self.workspace.store
        labels, renamings = store.scheme_history(), store.renamings()
        (digest, event) = store.scheme_events()[-1]
        if digest in renamings.events:
            return f"{renamings.told(event)} by {store.names.curator(event.actor)}"
        return f"the labels were changed: {labels.told(event)} by {store.names.curator(event.actor)}"

    def identity(self, key: str) -> str:
        """What history calls a document, by the key that it had when names were last followed."""
        return self._names.document_identity(key)

    def key(self, identity: str) -> str:
        """The present key of a document."""
        return self._names.document(identity)

    def catalog(self, name: str) -> CatalogIndex:
        """Open a catalog of the workspace; raises :class:`WorkflowError` where there is none."""
        return self._catalogs.open(name)

    def check_leads(self, what: str) -> None:
        """Raise :class:`WorkflowError` where only one's own work can be reached: ``what`` is for who leads."""
        if self.own_work_only:
            raise WorkflowError(f"{what} is for who leads", "your own work is in the queue")

    def change_labels(self, words: Sequence[str], *, dry_run: bool = False) -> str:
        """Carry out a change of the labels that is given as on the command line; return in words what it does."""
        self.check_leads("changing labels")
        from annotator.workflow.schemes.changing import change_labels, change_of_words, undo_change

        if list(words) == ["undo"]:
            report = undo_change(self.workspace, self.curator, dry_run=dry_run)
        else:
            change = change_of_words(self.workspace, words)
            report = change_labels(self.workspace, change, self.curator, dry_run=dry_run)
        return " · ".join(report.sentences(dry_run=dry_run))

    def retired_work(self) -> str:
        """What the label scheme no longer allows, in words with how to mend it, where it is another one than before."""
        stamp = self.workspace.store.scheme()
        if stamp is None or stamp.shape == scheme_stamp(self.scheme).shape:
            return ""
        counts = total(retired_work(self.workspace))
        return f"the label scheme moved on: {summary(counts)}; {mending(counts)}" if counts else ""

    def mentions(self, label: str) -> list[str]:
        """Texts that have a label in other documents of the curator's, or in gold."""
        return self._memory.mentions(label)

    def wait_at_most(self, patience: float) -> None:
        """Let no step wait for another process's lock for longer than so many seconds: a screen waits for it."""
        self.workspace.store.wait_at_most(patience)

    def lock_holder(self) -> str:
        """Which process holds the write lock, in words; empty when none does."""
        return self.workspace.store.lock_holder()

    def leave_lock_queue(self) -> None:
        """Give up the place in the queue for the lock that a step had which was not written."""
        self.workspace.store.leave_lock_queue()

    @property
    def notes(self) -> list[str]:
        """What a curator should know about the file system of the database, a sentence each."""
        return self.workspace.store.notes

    def open(self, key: str) -> AnnotationSession:
        """Open a document to annotate, where the curator left it."""
        document = self.workspace.store.document(key)
        if document is None:
            raise no_document(self.workspace.store.names, key)
        blind = self.queue.is_blind(key)
        session = AnnotationSession(
            self.workspace.store,
            self.scheme,
            self.curator,
            document,
            blind=blind,
            learns=self.learns,
            memory=self._memory,
            threshold=self.accept_threshold,
        )
        layer = session.layer
        session.bookmark.restore(lambda item, cursor: item if item in layer else layer.order.next_undecided((cursor,)))
        return session

    def adjudicate(self, key: str) -> GoldSession:
        """Open a document to settle what its curators differ on."""
        self.check_leads("adjudicating")
        return adjudicate(self.workspace, key, self.curator)

    def check_adjudication(self, key: str) -> None:
        """Refuse what :meth:`adjudicate` refuses, without opening the document."""
        self.check_leads("adjudicating")
        check_adjudication(self.workspace, key, self.curator)

    def gold(self, key: str) -> GoldSession:
        """Open a document's gold to look at it."""
        return open_gold(self.workspace, key, self.curator)

    def leads(self) -> bool:
        """Whether whoever sits here leads: has neither work nor assignments, where others do."""
        store = self.workspace.store
        return not self.own_work_only and not curates(store, self.curator) and anybody_curates(store)

    def lead_queue(self) -> LeadQueue:
        """The documents as whoever leads sees them now."""
        return self._lead_queue(self.workspace.store)

    def _lead_queue(self, store: Store) -> LeadQueue:
        return LeadQueue(store, days_before(store.clock(), IDLE_DAYS))

    def queue_on(self, store: Store, *, leads: bool) -> Queue | LeadQueue:
        """The queue of whoever sits here, read on another connection."""
        return self._lead_queue(store) if leads else Queue(store, self.curator)

    def finished_by(self, key: str) -> list[str]:
        """The curators who are done with a document, in order of name."""
        had = charges(self.workspace.store, [key])[key]
        return [name for name, charge in had.items() if charge.state == "done"]

    def feedback(self, key: str, curator: str) -> list[Feedback]:
        """A curator's finished work on a document against its complete gold."""
        if curator != self.curator:
            self.check_leads("anybody else's work")
        return feedback(self.workspace.store, self.scheme, key, curator)

    def return_work(self, key: str, curator: str, note: str) -> None:
        """Return a document to a curator, with a note."""
        self.check_leads("returning work")
        return_work(self.workspace.store, self.curator, key, [curator], note)

    def undo_return(self, key: str, curator: str) -> None:
        """Take back that a document was returned."""
        self.check_leads("taking a return back")
        undo_return(self.workspace.store, self.curator, key, [curator])

    def comments(self) -> Iterator[ListedComment]:
        """Yield all comments, flags and returns that the curator may see, in order of document."""
        layers = visible_layers(self.workspace.store, self.curator)[0]
        own = [layer for layer in layers if layer.name.author == self.curator] if self.own_work_only else layers
        return list_comments(self.workspace.store, own)

    def to_adjudicate(self) -> list[str]:
        """The documents that wait to be adjudicated, in order of key."""
        return [] if self.own_work_only else self.queue.to_adjudicate()

    def first_to_adjudicate(self) -> str | None:
        """The document that was open last if it waits to be adjudicated, else the first that does."""
        bookmark = self.workspace.store.bookmark(self.curator)
        waiting = self.to_adjudicate() if bookmark is not None else []
        return bookmark.document if bookmark is not None and bookmark.document in waiting else self.next_to_adjudicate()

    def next_to_adjudicate(self, after: str = "") -> str | None:
        """The next document that waits to be adjudicated; after the last one the first."""
        keys = self.queue.to_adjudicate(1, after) or (self.queue.to_adjudicate(1) if after else [])
        return keys[0] if keys else None

    def next_open(self, after: str | None = None) -> str | None:
        """The next document that is neither done nor skipped; after the last one the first."""
        following = self.next_document(after)
        return None if following is None else following.key

    def next_document(self, after: str | None = None) -> NextDocument | None:
        """The next document that is neither done nor skipped, and why it is next.

        When the queue is sorted by uncertainty, it is the one on which the suggestions are least certain, for each
        token, and which is no near-duplicate of the one before.
        """
        if self.queue_sort == "uncertainty":
            before = after if after is not None else self._last_worked_on()
            found = least_certain(self.workspace.store, self.queue, mine=self.assigned_only, after=before)
            if found is not None:
                return found
        key = self.queue.next_open(QueueFilter(mine=self.assigned_only), after)
        return None if key is None else NextDocument(key)

    def _last_worked_on(self) -> str | None:
        latest = self.workspace.store.latest_layers(curator_layer(self.curator), 1)
        return latest[0].name.document if latest else None

    def resume(self) -> str | None:
        """The document that was open when the curator stopped, if one was."""
        store = self.workspace.store
        bookmark = store.bookmark(self.curator)
        left_open = bookmark is not None and bookmark.open and store.metadata(bookmark.document) is not None
        return bookmark.document if bookmark is not None and left_open else None

    def is_new(self) -> bool:
        """Whether the curator has opened no document here yet."""
        return self.workspace.store.bookmark(self.curator) is None

    def previous(self, key: str) -> str | None:
        """The document that stands before another one in the queue; ``None`` before the first."""
        return self.queue.before(QueueFilter(mine=self.assigned_only, sort=self.queue_sort), key)

    def progress(self) -> dict[str, int]:
        """How many documents are in each state, and in ``total``."""
        return self.queue.progress(mine=self.assigned_only)

    def pace(self) -> float | None:
        """The minutes of work that a document took lately; ``None`` before the first one is done."""
        return self.queue.pace()

    def learning(self) -> str:
        """On how many documents the suggestions were trained, in words; empty when nothing was learned yet."""
        from annotator.suggest.learned.versions import why_unused

        learned = self._memory.learned()
        if learned is None:
            unusable = why_unused(learned_folder(self.workspace), self.workspace.scheme)
            return "learned version unusable · " if unusable else ""
        return f"learned from {len(learned.card['documents'])} · "


def _signature(path: Path) -> tuple[int, int] | None:
    """By what one sees without reading it that a file was written: when, and its size; ``None`` without a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
