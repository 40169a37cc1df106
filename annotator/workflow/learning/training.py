"""Training on finished work, and which work counts as finished.

Nobody's unfinished work is learned from: what one curator marked must not reach another, as a suggestion, before both
are done with the document.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.annotation import Annotations, SpanKey
from annotator.errors import WorkflowError
from annotator.history import GOLD
from annotator.labels.retired import RetiredCounts, retired
from annotator.store import LayerInfo, Store, read_assignments
from annotator.text import Document
from annotator.wording import plural
from annotator.workflow.learned_folder import learned_folder
from annotator.workflow.learning.added_outcomes import added_outcomes, curators_layers
from annotator.workflow.learning.suggesting import Progress
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from annotator.suggest.learned.training import Example, TrainingSet
    from annotator.suggest.pipeline import SuggestionPipeline

LEAST = 2
"""Finished documents from which there is something to learn, and something to be left out."""
LATEST = 400
"""Finished documents that are learned from, those changed last: so that training does not grow without end."""
CHUNK = 32


class NothingToLearnError(WorkflowError):
    """There are too few finished documents."""


class TrainingUnderWayError(WorkflowError):
    """Another process is training in this workspace."""


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A version and its card; ``new`` is false when one trained on just this is in use already.

    ``retired`` counts what was left out of the finished documents, because the label scheme no longer allows it.
    """

    version: str
    card: dict[str, Any]
    new: bool
    retired: RetiredCounts = field(default_factory=Counter)


def finished_layers(store: Store, layer: str | None = None) -> list[LayerInfo]:
    """Choose, for each finished document, the layer that training takes for true; in order of key.

    It is gold where there is gold, else the work of the curator who was done first; and neither before everybody whom
    the document is assigned to, or who began it, is done.  With ``layer`` it is that layer wherever it is finished.
    """
    digests = store.document_digests()
    waiting = {one.document for one in read_assignments(store) if one.state not in ("done", "skipped")}
    by_document: dict[str, list[LayerInfo]] = {}
    for kind in ("curator", GOLD):
        for info in store.layers(kind=kind):
            if info.text == digests.get(info.name.document) and info.state is not None:
                by_document.setdefault(info.name.document, []).append(info)
    found = []
    for key, layers in sorted(by_document.items()):
        truth = _named(layers, layer) if layer is not None else None if key in waiting else _truth(layers)
        if truth is not None:
            found.append(truth)
    return found


def _named(layers: Iterable[LayerInfo], name: str) -> LayerInfo | None:
    return next((info for info in layers if info.name.name == name and info.state == "done"), None)


def _truth(layers: Sequence[LayerInfo]) -> LayerInfo | None:
    gold = next((info for info in layers if info.name.name == GOLD), None)
    work = [info for info in layers if info.name.name != GOLD and info.state != "skipped"]
    if any(info.state != "done" for info in work):
        return None
    if gold is not None:
        return gold if gold.state == "done" else None
    return min(work, key=lambda info: (info.changed_at or "", info.name), default=None)


def train(
    workspace: Workspace, *, override: bool = True, neural: bool = False, progress: Progress | None = None
) -> TrainingResult:
    """Train a new version on finished work and put it into use, unless the one in use was trained on just that.

    Of the versions before it the newest are kept.  ``override`` false leaves a version that a person chose in use.
    With ``neural``, or when the version in use has one, the neural tagger is compared too, which takes a minute or so.
    Raises :class:`NothingToLearnError` when too little is finished and :class:`TrainingUnderWayError` while another
    process trains.
    """
    from annotator.suggest.learned import versions
    from annotator.suggest.learned.cross_validation import NEURAL
    from annotator.suggest.learned.learning import learn, may_gain, teach_added, teach_attributes
    from annotator.suggest.pipeline import SuggestionPipeline

    scheme, learned_dir = workspace.scheme, learned_folder(workspace)
    with training_lock(learned_dir):
        pipeline = SuggestionPipeline(scheme, workspace.models)
        layers = sorted(finished_layers(workspace.store), key=lambda i: (i.changed_at or "", i.name))[-LATEST:]
        if len(layers) < LEAST:
            raise NothingToLearnError(
                f"{plural(len(layers), 'document is', 'documents are')} finished, learning takes {LEAST} or more",
                "finish some in the workbench (space), or import gold",
            )
        known = _fingerprint(pipeline, layers)
        current = versions.active_version(learned_dir, scheme)
        if current is not None:
            neural = neural or current.card.get("uses", {}).get("spans") == NEURAL
            if current.card.get("learned_from") == known and not (neural and may_gain(current.card)):
                return TrainingResult(current.version, dict(current.card), new=False)
        started = time.monotonic()
        training_set, retired = gather(workspace, pipeline, layers, progress)
        made = learned_dir / f".making-{os.getpid()}"
        made.mkdir()
        try:
            figures = learn(training_set, made, progress=progress, neural=neural)
            teach_added(made, training_set, added_outcomes(workspace, layers))
            attributes = teach_attributes(made, training_set)
            card = {
                "version": versions.next_version(learned_dir),
                "created_at": workspace.store.clock(),
                "labels_sha256": versions.scheme_digest(scheme),
                "learned_from": known,
                "documents": [_credit(info) for info in layers],
                **figures,
                **({"attributes": attributes} if attributes else {}),
                "seconds": round(time.monotonic() - started, 1),
            }
            path = versions.install(learned_dir, made, card)
        except BaseException:
            versions.discard(made)
            raise
        if override or not versions.is_pinned(learned_dir):
            versions.use(learned_dir, path.name, scheme, pinned=False)
        versions.prune(learned_dir)
        return TrainingResult(path.name, card, new=True, retired=retired)


def _credit(info: LayerInfo) -> dict[str, str | None]:
    return {"document": info.name.document, "layer": info.name.name, "head": info.head, "text_sha256": info.text}


def _fingerprint(pipeline: SuggestionPipeline, layers: Iterable[LayerInfo]) -> str:
    parts = [pipeline.fingerprint, *(f"{info.name}@{info.head}" for info in layers)]
    return sha256("\n".join(parts).encode()).hexdigest()


@contextmanager
def training_lock(folder: Path) -> Iterator[None]:
    """Hold the workspace's training lock, which ends with the process however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TrainingUnderWayError(
                "a training is under way in this workspace", "wait until it has ended"
            ) from None
        for left in folder.glob(".making-*"):
            _remove(left)
        yield


def _remove(left: Path) -> None:
    """Remove the folder of a training that was killed."""
    from annotator.suggest.learned.versions import discard

    discard(left)


def gather(
    workspace: Workspace, pipeline: SuggestionPipeline, layers: Sequence[LayerInfo], progress: Progress | None = None
) -> tuple[TrainingSet, RetiredCounts]:
    """Gather finished documents, each with what model and rules propose for it.

    What the label scheme no longer allows is left out of them, and counted.
    """
    from annotator.suggest.learned.training import TrainingSet

    store = workspace.store
    finished = {info.name.document: info for info in layers}
    examples: list[Example] = []
    keys = list(finished)
    left_out: RetiredCounts = Counter()
    for start in range(0, len(keys), CHUNK):
        documents = [d for d in map(store.document, keys[start : start + CHUNK]) if d is not None]
        for document, proposed in zip(documents, pipeline.suggest(documents), strict=True):
            work = store.annotations(finished[document.key].id)
            gone = retired(workspace.scheme, work, document.sentences)
            left_out.update(gone.counts(work))
            examples.append(_example(store, document, finished[document.key], proposed, gone.left_of(work)))
        if progress is not None:
            progress(min(start + CHUNK, len(keys)), len(keys))
    return TrainingSet(workspace.scheme, examples), left_out


def _example(store: Store, document: Document, info: LayerInfo, proposed: Annotations, truth: Annotations) -> Example:
    """Make an example of a finished document; suggestions that its curators rejected count as negative decisions."""
    from annotator.suggest.learned.evidence import decision_against
    from annotator.suggest.learned.training import Example

    said = {span.key for span in truth.spans.values()}
    marks = []
    for layer in curators_layers(store, document, info):
        items = store.annotations(layer.id).spans
        found = (decision_against(d, items.get(d.item or "")) for d in store.verdicts(layer.id).values())
        marks += [mark for mark in found if mark is not None and SpanKey(*mark[:3]) not in said]
    return Example(document, proposed, truth, tuple(marks))
