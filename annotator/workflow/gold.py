"""From finished work to gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from annotator.annotation import Annotations
from annotator.errors import WorkflowError
from annotator.history import GOLD, LayerName, Op
from annotator.store import LayerInfo, Store
from annotator.workflow.differences import differences, named_by_content, vouched
from annotator.workflow.workspace import Workspace


@dataclass(slots=True)
class GoldReport:
    """Documents that became gold, were gold already, and those that did not become it with the reason why."""

    settled: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    open: dict[str, str] = field(default_factory=dict)


def settle_finished(workspace: Workspace, actor: str, keys: Sequence[str] = ()) -> GoldReport:
    """Make gold of finished work on which nothing is to be settled: all layers are done and say the same.

    With one curator that is every finished document.  Each document is one event in its gold layer; gold that says
    the same already is left alone.  Raises :class:`WorkflowError` for an unknown key.
    """
    store = workspace.store
    known = store.document_digests()
    for key in keys:
        if key not in known:
            raise WorkflowError(f"no document {key!r}", "`annotator status` lists them")
    report = GoldReport()
    for key in keys or sorted(known):
        layers = [layer for layer in store.layers(document=key, kind="curator") if layer.state is not None]
        reason = _reason_to_wait(store, layers, known[key])
        if reason:
            report.open[key] = reason
        elif _settle(store, key, layers, actor):
            report.settled.append(key)
        else:
            report.unchanged.append(key)
    return report


def _reason_to_wait(store: Store, layers: Sequence[LayerInfo], digest: str) -> str:
    """Return why a document cannot become gold yet; empty when it can."""
    if not layers:
        return "nobody has worked on it"
    unfinished = [layer.name.author for layer in layers if layer.state != "done"]
    if unfinished:
        return f"not finished by {', '.join(unfinished)}"
    if any(layer.text != digest for layer in layers):
        return "its text was replaced since"
    contents = [_said(store.annotations(layer.id)) for layer in layers]
    if any(content != contents[0] for content in contents):
        return f"{', '.join(layer.name.author for layer in layers)} differ"
    return ""


def _said(content: Annotations) -> tuple[frozenset[object], frozenset[object]]:
    """Return what a layer says, without who and how."""
    spans = frozenset(span.key for span in content.spans.values())
    return spans, frozenset(content.relation_key(relation) for relation in content.relations.values())


def _settle(store: Store, key: str, layers: Sequence[LayerInfo], actor: str) -> bool:
    """Write the gold layer of a document; return whether anything was new."""
    name = LayerName(key, GOLD)
    first = layers[0]
    target = vouched(named_by_content(store.annotations(first.id)), first.name.author)
    curators = ",".join(sorted(layer.name.author for layer in layers))
    gold = store.layer(name)
    before = store.annotations(gold.id) if gold is not None else Annotations()
    wanted = {"text": first.text, "state": "done", "curators": curators}
    ops = [
        Op("layer", column, None if old is None else {"value": old}, {"value": new})
        for column, new in wanted.items()
        if (old := getattr(gold, column, None)) != new
    ]
    ops += differences(before, target)
    if not ops:
        return False
    with store.write() as writer:
        writer.append(name, actor, "adjudicate", ops, head="" if gold is None else gold.head)
    return True
