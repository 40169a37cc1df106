"""Running the suggesters over the corpus, and storing what they suggest as suggestion layers."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from annotator.annotation import Annotations
from annotator.history import SUGGESTIONS, LayerName, field_op
from annotator.store import Store
from annotator.suggest.batches import BATCH, SHARED_BATCH, Batches, Suggested, in_batches
from annotator.suggest.protocol import Planned, Reported, Sent, sum_by_host
from annotator.text import Document
from annotator.workflow.layer_diff import differences
from annotator.workflow.learned_folder import learned_folder
from annotator.workflow.learning.link_suggestions import LinkSuggestions
from annotator.workflow.sent_texts import ledger_of
from annotator.workflow.unknown_document import no_document
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from annotator.suggest.pipeline import SuggestionPipeline

Progress = Callable[[int, int], None]
"""Called with the number of documents done, and of all."""

Asking = Callable[[Sequence[str], Mapping[str, Sent]], None]
"""Called with the hosts that are asked, and the amount sent to each so far."""

ACTOR = "annotator"


def _quiet(_sentence: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where documents are suggested for: in this process, in ``jobs`` processes, or on the cluster at an address.

    ``tell`` is given sentences about the cluster for the user.
    """

    jobs: int = 1
    cluster: str | None = None
    tell: Callable[[str], None] = _quiet


HERE = Place()


@dataclass(slots=True)
class SuggestReport:
    """How many documents got new suggestions or had them already, and what the models lack.

    ``set_aside`` says why what was learned took no part though it was to (empty: nothing stood in its way);
    ``unread`` counts documents by the reason why a suggester could not do them, ``dropped`` what suggesters could not
    use, by reason; ``sent`` by host what was sent there; ``unkept`` documents by the reason why what a server answered
    about them could not be kept; ``uncalibrated`` names added suggesters of whose scores it is not known yet what they
    are worth; ``unlinked`` says why nothing is linked with the entries of catalogs.
    """

    suggested: int = 0
    unchanged: int = 0
    spans: int = 0
    relations: int = 0
    missing: list[str] = field(default_factory=list)
    set_aside: str = ""
    unread: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    sent: dict[str, Sent] = field(default_factory=dict)
    unkept: Counter[str] = field(default_factory=Counter)
    uncalibrated: list[str] = field(default_factory=list)
    unlinked: list[str] = field(default_factory=list)

    def count(self, layer: Annotations) -> None:
        """Count the suggestions for one document."""
        self.suggested += 1
        self.spans += len(layer.spans)
        self.relations += len(layer.relations)
        if isinstance(layer, Reported):
            self.unread.update([layer.unread] if layer.unread else [])
            self.dropped.update(layer.dropped)
            self.unkept.update([layer.unkept] if layer.unkept else [])
            self.sent = sum_by_host((self.sent, layer.sent))


def suggest(
    workspace: Workspace,
    keys: Sequence[str] = (),
    *,
    place: Place = HERE,
    progress: Progress | None = None,
    asking: Asking | None = None,
    by: str = "suggest",
) -> SuggestReport:
    """Suggest at a place for documents (all, when no keys are given) that this pipeline has not seen.

    Texts are sent to a server only with ``asking``, which is called with the hosts and what was sent to them so far,
    before anything is sent and after each batch; ``by`` is what the ledger says of who sent it.
    Curators' layers and verdicts are never touched.  Raises :class:`WorkflowError` for an unknown key, and where the
    ledger cannot be written, and :class:`ClusterError` for a place that names no cluster, or one that cannot be reached
    or used.
    """
    from annotator.suggest.cluster.address import check_address
    from annotator.suggest.learned import versions
    from annotator.suggest.pipeline import build

    if place.cluster is not None:
        check_address(place.cluster)
    learned_dir = learned_folder(workspace)
    ledger = ledger_of(workspace, by)
    pipeline = build(workspace.scheme, workspace.models, learned_dir, offline=asking is None, ledger=ledger)
    report = SuggestReport(missing=list(pipeline.missing), set_aside=versions.why_unused(learned_dir, workspace.scheme))
    report.uncalibrated = pipeline.uncalibrated
    links = LinkSuggestions(workspace)
    report.unlinked = links.problems
    fingerprint = pipeline.fingerprint + links.fingerprint
    todo, report.unchanged = _waiting(workspace.store, keys, fingerprint)
    documents = (document for document in map(workspace.store.document, todo) if document is not None)
    with links, closing(_suggested(pipeline, documents, place, len(todo))) as batches:
        if progress is not None and todo:
            progress(0, len(todo))
        if asking is not None and pipeline.hosts and todo:
            ledger.check()
            asking(pipeline.hosts, {})
        for batch in batches:
            sent = sum_by_host(layer.sent for layer in batch.layers if isinstance(layer, Reported))
            linked = list(map(links.linked, batch.documents, batch.layers))
            _write(workspace.store, Suggested(batch.documents, linked), fingerprint)
            for layer in linked:
                report.count(layer)
            if asking is not None and sent:
                asking(pipeline.hosts, report.sent)
            if progress is not None:
                progress(report.suggested, len(todo))
    return report


def plan(workspace: Workspace, keys: Sequence[str] = ()) -> Iterator[tuple[str, list[Planned]]]:
    """Yield, for documents that :func:`suggest` would suggest for, what would be sent to servers; nothing is sent."""
    from annotator.suggest.pipeline import build

    pipeline = build(workspace.scheme, workspace.models, learned_folder(workspace))
    with LinkSuggestions(workspace) as links:
        fingerprint = pipeline.fingerprint + links.fingerprint
    for key in _waiting(workspace.store, keys, fingerprint)[0]:
        document = workspace.store.document(key)
        if document is not None:
            yield key, pipeline.plan(document)


def suggest_unstored(workspace: Workspace, documents: Iterable[Document]) -> Iterator[tuple[Document, Annotations]]:
    """Yield documents, which need not be the workspace's, with what would be suggested for them; stores nothing.

    Nothing is sent to a server.
    """
    from annotator.suggest.pipeline import build

    pipeline = build(workspace.scheme, workspace.models, learned_folder(workspace), offline=True)
    with LinkSuggestions(workspace) as links:
        for batch in pipeline.suggest_here(in_batches(documents, BATCH)):
            for document, layer in zip(batch.documents, batch.layers, strict=True):
                yield document, links.linked(document, layer)


def most_jobs() -> int:
    """How many worker processes this machine has use for."""
    return max(8, 2 * (os.cpu_count() or 1))


def _waiting(store: Store, keys: Sequence[str], fingerprint: str) -> tuple[list[str], int]:
    """The keys of documents without suggestions of this pipeline, and how many have them."""
    digests = store.document_digests()
    for key in keys:
        if key not in digests:
            raise no_document(store.names, key)
    wanted = set(keys) if keys else digests.keys()
    ready = {
        layer.name.document
        for layer in store.layers(kind="suggester")
        if layer.name.name == SUGGESTIONS
        and layer.fingerprint == fingerprint
        and layer.text == digests.get(layer.name.document)
    }
    todo = [key for key in digests if key in wanted and key not in ready]
    return sorted(todo), len(wanted) - len(todo)


def _suggested(pipeline: SuggestionPipeline, documents: Iterable[Document], place: Place, count: int) -> Batches:
    """Suggest for ``count`` documents in this process, in some of its own, or on a cluster."""
    from annotator.suggest.cluster import suggest_on_cluster
    from annotator.suggest.workers import suggest_in_workers

    jobs = min(place.jobs, ceil(count / SHARED_BATCH))
    if place.cluster is not None and count:
        return suggest_on_cluster(in_batches(documents, SHARED_BATCH), pipeline, place.cluster, place.tell)
    if jobs > 1:
        return suggest_in_workers(in_batches(documents, SHARED_BATCH), pipeline, jobs)
    return pipeline.suggest_here(in_batches(documents, BATCH))


def _write(store: Store, batch: Suggested, fingerprint: str) -> None:
    """Replace the suggestion layers of some documents, in one transaction."""
    with store.write() as writer:
        for document, found in zip(batch.documents, batch.layers, strict=True):
            digest = writer.document_digest(document.key)
            if digest != document.sha256:
                continue
            name = LayerName(document.key, SUGGESTIONS)
            layer = writer.layer_info(name)
            before = store.annotations(layer.id) if layer is not None else Annotations()
            ops = [
                field_op(field, old, new)
                for field, old, new in (
                    ("text", layer.text if layer else None, digest),
                    ("fingerprint", layer.fingerprint if layer else None, _mark(fingerprint, found)),
                )
                if old != new
            ]
            ops += differences(before, found)
            if ops:
                writer.append(name, ACTOR, "suggest", ops)


def _mark(fingerprint: str, found: Annotations) -> str:
    """The fingerprint to keep: one that no pipeline has where the document is to be suggested for again."""
    return f"{fingerprint} in part" if isinstance(found, Reported) and found.unread else fingerprint
