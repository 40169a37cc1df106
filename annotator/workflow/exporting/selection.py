"""Choosing the documents that an export takes, with the reason why others are left out."""

from __future__ import annotations

from typing import NamedTuple

from annotator.errors import WorkflowError
from annotator.history import GOLD, SUGGESTIONS
from annotator.labels.retired import RetiredCounts
from annotator.store import LayerInfo
from annotator.workflow.adjudicating.incomplete_gold import incomplete
from annotator.workflow.retired_work import retired_work, summary, total
from annotator.workflow.visibility import Visibility
from annotator.workflow.workspace import Workspace


class Selection(NamedTuple):
    """The layers that an export takes, in the order of their documents' keys, and the reason by document left out.

    ``retired`` counts what of the work the label scheme no longer allows; gold with such items is left out.
    """

    taken: list[LayerInfo]
    left_out: dict[str, str]
    retired: RetiredCounts


def select(
    workspace: Workspace, layer: str, *, unfinished: bool = False, since: str = "", reader: str | None = None
) -> Selection:
    """Choose the documents whose layer of this name is ready for export: complete gold, a curator's finished work.

    ``unfinished`` takes a curator's work in progress too; ``since`` leaves out layers that did not change from then on.
    What ``reader`` may not see yet is left out.  Raises :class:`WorkflowError` for a curator or suggester without any.
    """
    visibility = Visibility(workspace.store, reader) if reader is not None else None
    layers = {info.name.document: info for info in workspace.store.layers(name=layer)}
    if not layers and ":" in layer:
        kind, _, name = layer.partition(":")
        what = "work" if kind == "curator" else "suggestions"
        raise WorkflowError(f"no {what} by {name!r}", "`annotator status` lists the curators")
    taken: list[LayerInfo] = []
    left_out: dict[str, str] = {}
    for key, digest in sorted(workspace.store.document_digests().items()):
        info = layers.get(key)
        reason = _why_not_ready(info, layer, digest, unfinished=unfinished)
        if not reason and info is not None and (info.changed_at or "") < since:
            reason = "not changed since"
        if info is not None and visibility is not None and not reason:
            reason = visibility.why_hidden_from_export(info)
        if info is not None and not reason:
            taken.append(info)
        else:
            left_out[key] = reason
    ready = {info.name.document for info in taken}
    retired = [item for item in retired_work(workspace, name=layer, quick=True) if item.name.document in ready]
    if layer == GOLD:
        stale = {**incomplete(workspace, taken), **{item.name.document: summary(item.counts) for item in retired}}
        taken = [info for info in taken if info.name.document not in stale]
        left_out = dict(sorted({**left_out, **stale}.items()))
    return Selection(taken, left_out, total(retired))


def _why_not_ready(info: LayerInfo | None, layer: str, digest: str, *, unfinished: bool) -> str:
    if info is None or info.text is None:  # never begun, or undone to where it began
        return {GOLD: "not gold yet"}.get(layer, "no suggestions yet" if layer.startswith(SUGGESTIONS) else "not begun")
    if info.text != digest:
        return "about an earlier text"
    if info.name.kind != "suggester" and info.state != "done" and not unfinished:
        return "not finished"
    return ""
