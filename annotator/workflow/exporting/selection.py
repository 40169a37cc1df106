"""What an export takes: layers as records, in order of the document's key, and why others are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import NamedTuple

from annotator.annotation import Annotations
from annotator.errors import WorkflowError
from annotator.formats.record import LayerRecord
from annotator.history import CORPUS, GOLD, SUGGESTIONS, LayerName
from annotator.store import LayerInfo
from annotator.workflow.adjudicating.gold import incomplete
from annotator.workflow.layer_diff import with_curator
from annotator.workflow.set_aside import restore
from annotator.workflow.visibility import Visibility
from annotator.workflow.workspace import Workspace


class Selection(NamedTuple):
    """Documents that an export takes, and those that it leaves out with the reason."""

    taken: list[LayerInfo]
    left_out: dict[str, str]


def select(
    workspace: Workspace, layer: str, *, unfinished: bool = False, since: str = "", reader: str | None = None
) -> Selection:
    """Return which documents have the layer ready for export: gold that is complete, a curator's finished work.

    ``unfinished`` takes a curator's work in progress too; ``since`` leaves out what did not change from then on.
    What ``reader`` may not see yet is left out.
    """
    visibility = Visibility(workspace.store, reader) if reader is not None else None
    found = {info.name.document: info for info in workspace.store.layers() if info.name.name == layer}
    if not found and ":" in layer:
        kind, _, name = layer.partition(":")
        what = "work" if kind == "curator" else "suggestions"
        raise WorkflowError(f"no {what} by {name!r}", "`annotator status` lists the curators")
    taken: list[LayerInfo] = []
    left_out: dict[str, str] = {}
    for key, digest in sorted(workspace.store.document_digests().items()):
        info = found.get(key)
        reason = _reason(info, layer, digest, unfinished=unfinished)
        if not reason and info is not None and (info.changed_at or "") < since:
            reason = "not changed since"
        if info is not None and visibility is not None and not reason:
            reason = visibility.why_hidden_from_export(info)
        if info is not None and not reason:
            taken.append(info)
        else:
            left_out[key] = reason
    if layer == GOLD:
        stale = incomplete(workspace, taken)
        taken = [info for info in taken if info.name.document not in stale]
        left_out = dict(sorted({**left_out, **stale}.items()))
    return Selection(taken, left_out)


def _reason(info: LayerInfo | None, layer: str, digest: str, *, unfinished: bool) -> str:
    if info is None:
        return {GOLD: "not gold yet"}.get(layer, "no suggestions yet" if layer.startswith(SUGGESTIONS) else "not begun")
    if info.text != digest:
        return "about an earlier text"
    if info.name.kind != "suggester" and info.state != "done" and not unfinished:
        return "not finished"
    return ""


def records(workspace: Workspace, layers: list[LayerInfo]) -> Iterator[LayerRecord]:
    """Yield the records of layers, one in memory at a time."""
    return RecordReader(workspace).of(layers)


class RecordReader:
    """The records of layers, one in memory at a time, for a format by its name.

    ``labels`` keeps only those spans and relations, and the relations whose ends stay.  ``orphans`` counts by kind what
    was kept aside of spans and relations that went since.
    """

    def __init__(self, workspace: Workspace, form: str = "", labels: Collection[str] = ()) -> None:
        self._store = workspace.store
        self._labels_sha256 = workspace.scheme.sha256
        self._form = form
        self._labels = labels
        self._kept = self._store.extra_counts()
        self.orphans: Counter[str] = Counter()

    def of(self, layers: list[LayerInfo]) -> Iterator[LayerRecord]:
        """Yield the records of some layers."""
        for info in layers:
            yield self._record(info)

    def kept_for_others(self, info: LayerInfo) -> Counter[str]:
        """Return by kind how much a layer keeps aside for other formats than this one."""
        counts = self._kept.get(info.id, {})
        return Counter({f"{kind} kept for {form}": n for (form, kind), n in counts.items() if form != self._form})

    def _record(self, info: LayerInfo) -> LayerRecord:
        store = self._store
        with store.snapshot():
            document = store.document(info.name.document)
            content = store.annotations(info.id)
            extras = store.extras(info.id).values() if info.id in self._kept else ()
            decisions = tuple(store.verdicts(info.id).values()) if info.name.kind == "curator" else ()
            kept = self._document_extras(info.name.document)
        assert document is not None
        if self._labels:
            content = _only(content, self._labels)
        content, remaining, orphans = restore(content, [e for e in extras if e.format == self._form])
        self.orphans.update(f"{extra.kind} of what is no longer there" for extra in orphans)
        curators: tuple[str, ...] = ()
        if info.name.kind == "curator":
            curators = (info.name.author,)
            content = with_curator(content, info.name.author)
        elif info.curators:
            curators = tuple(info.curators.split(","))
        return LayerRecord(
            document,
            content,
            info.name.name,
            curators,
            self._labels_sha256,
            info.state or "done",
            decisions,
            remaining,
            kept,
        )

    def _document_extras(self, key: str) -> dict[str, object]:
        if not self._kept:
            return {}
        corpus = self._store.layer(LayerName(key, CORPUS))
        if corpus is None or (self._form, "document") not in self._kept.get(corpus.id, {}):
            return {}
        return dict(self._store.extras(corpus.id)[self._form].value)


def _only(content: Annotations, labels: Collection[str]) -> Annotations:
    """Return the spans and relations with these labels; spans stay for no relation's sake."""
    spans = {i: span for i, span in content.spans.items() if span.label in labels}
    relations = {
        i: r for i, r in content.relations.items() if r.label in labels and r.head in spans and r.child in spans
    }
    return replace(content, spans=spans, relations=relations)
