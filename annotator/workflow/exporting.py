"""What an export takes: layers as records, in order of the document's key, and why others are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from annotator.errors import WorkflowError
from annotator.formats.record import LayerRecord
from annotator.history import GOLD, SUGGESTIONS
from annotator.store import LayerInfo, Store
from annotator.workflow.differences import vouched
from annotator.workflow.gold import incomplete
from annotator.workflow.sight import Sight
from annotator.workflow.workspace import Workspace


class Selection(NamedTuple):
    """Documents that an export takes, and those that it leaves out with the reason."""

    taken: list[LayerInfo]
    left_out: dict[str, str]


def parse_layer(name: str) -> str:
    """Return the layer's name when it is one of gold, suggestions or curator:NAME."""
    head, colon, author = name.partition(":")
    if name in (GOLD, SUGGESTIONS) or (head == "curator" and colon and author):
        return name
    raise WorkflowError(f"no layer {name!r}", "a layer is gold, suggestions or curator:NAME")


def select(workspace: Workspace, layer: str, *, unfinished: bool = False, reader: str | None = None) -> Selection:
    """Return which documents have the layer ready for export: gold that is complete, a curator's finished work.

    ``unfinished`` takes a curator's work in progress too.  What ``reader`` may not see yet is left out.
    """
    sight = Sight(workspace.store, reader) if reader is not None else None
    found = {info.name.document: info for info in workspace.store.layers() if info.name.name == layer}
    if layer.startswith("curator:") and not found:
        raise WorkflowError(f"no work by {layer.partition(':')[2]!r}", "`annotator status` lists the curators")
    taken: list[LayerInfo] = []
    left_out: dict[str, str] = {}
    for key, digest in sorted(workspace.store.document_digests().items()):
        info = found.get(key)
        reason = _reason(info, layer, digest, unfinished=unfinished)
        if info is not None and sight is not None and not reason:
            reason = sight.hides_from_export(info)
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
        return {GOLD: "not gold yet", SUGGESTIONS: "no suggestions yet"}.get(layer, "not begun")
    if info.text != digest:
        return "about an earlier text"
    if layer != SUGGESTIONS and info.state != "done" and not unfinished:
        return "not finished"
    return ""


def records(workspace: Workspace, layers: list[LayerInfo]) -> Iterator[LayerRecord]:
    """Yield the records of layers, one in memory at a time."""
    labels = workspace.scheme.sha256
    for info in layers:
        yield _record(workspace.store, info, labels)


def _record(store: Store, info: LayerInfo, labels: str) -> LayerRecord:
    with store.snapshot():
        document = store.document(info.name.document)
        content = store.annotations(info.id)
    assert document is not None
    curators: tuple[str, ...] = ()
    if info.name.kind == "curator":
        curators = (info.name.author,)
        content = vouched(content, info.name.author)
    elif info.curators:
        curators = tuple(info.curators.split(","))
    return LayerRecord(document, content, info.name.name, curators, labels)
