"""Finds gold that is no longer complete, because somebody finished other work since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from annotator.store import LayerInfo
from annotator.workflow.workspace import Workspace


def incomplete(workspace: Workspace, layers: Iterable[LayerInfo]) -> dict[str, str]:
    """The documents whose gold is not complete, though it once was called so, with the reason.

    Looks closely only where somebody finished work since.
    """
    heads: dict[str, dict[str, str]] = {}
    for layer in workspace.store.layers(kind="curator"):
        if layer.state == "done":
            heads.setdefault(layer.name.document, {})[layer.name.author] = layer.head
    reasons: dict[str, str] = {}
    for layer in layers:
        key = layer.name.document
        curators = _finished_since(layer, heads.get(key, {}))
        missing = _what_is_missing(workspace, key) if curators else ""
        if missing:
            reasons[key] = f"{', '.join(curators)} finished since: {missing}"
    return reasons


def _what_is_missing(workspace: Workspace, key: str) -> str:
    """What a document's gold lacks to be complete; empty where it lacks nothing."""
    from annotator.workflow.adjudicating.cases import kinds_in_words  # settling is not loaded where nothing came since
    from annotator.workflow.adjudicating.gold import open_gold

    gold = open_gold(workspace, key, "").gold
    if gold.is_merged:
        return ""
    return kinds_in_words(gold.open) if gold.open else "more agree now, adjudicate again"


def _finished_since(gold: LayerInfo, heads: Mapping[str, str]) -> list[str]:
    """The curators who finished work that gold has not taken up."""
    known = set((gold.fingerprint or "").split())
    return [curator for curator, head in sorted(heads.items()) if f"{curator}:{head[:16]}" not in known]
