"""What curators made of suggestions, and whether seeing them sways: by source, by score, shown and blind apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from annotator.store import LayerInfo, Store, read_assignments

VERDICTS = ("accepted", "corrected", "rejected", "ignored")


@dataclass(slots=True)
class BlindWork:
    """Finished work without suggestions: how often it says what nobody had shown.

    ``matched`` of the ``suggested`` spans stand in the curators' layers though they never saw them.  Held against the
    share of accepted ones where they were shown, it tells how far suggestions sway.
    """

    documents: int = 0
    suggested: int = 0
    matched: int = 0


@dataclass(slots=True)
class VerdictSummary:
    """Verdicts in finished work: by kind and source, by kind and tenth of the score; and blind work apart.

    ``shown`` is how many documents they are on, however many curators finished each.
    """

    shown: int = 0
    by_source: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_score: dict[tuple[str, int], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    blind: BlindWork = field(default_factory=BlindWork)


def summarize_verdicts(store: Store) -> VerdictSummary:
    """The verdicts in all finished curators' layers."""
    found = VerdictSummary()
    shown, unseen = set[str](), set[str]()
    blind = {(one.document, one.curator) for one in read_assignments(store) if one.blind}
    suggested: defaultdict[str, list[LayerInfo]] = defaultdict(list)
    for layer in store.layers(kind="suggester"):
        suggested[layer.name.document].append(layer)
    for layer in store.layers(kind="curator"):
        if layer.state != "done":
            continue
        if (layer.name.document, layer.name.author) in blind:
            unseen.add(layer.name.document)
            _count_blind(store, layer, suggested[layer.name.document], found.blind)
            continue
        shown.add(layer.name.document)
        for decision in store.verdicts(layer.id).values():
            source = (decision.source or "?").partition("@")[0]
            found.by_source[decision.kind, source][decision.verdict] += 1
            if decision.score is not None:
                found.by_score[decision.kind, min(int(10 * decision.score), 9)][decision.verdict] += 1
    found.shown, found.blind.documents = len(shown), len(unseen)
    return found


def _count_blind(store: Store, layer: LayerInfo, suggested: Iterable[LayerInfo], blind: BlindWork) -> None:
    own = {span.key for span in store.annotations(layer.id).spans.values()}
    proposed = {
        span.key
        for info in suggested
        if info.text == layer.text and info.name.shown_to("")
        for span in store.annotations(info.id).spans.values()
    }
    blind.suggested += len(proposed)
    blind.matched += len(proposed & own)


def accepted_share(counts: Mapping[str, int]) -> float | None:
    """The share that was accepted of what got a verdict of the curator's own; ignored is none."""
    decided = sum(counts.get(verdict, 0) for verdict in VERDICTS[:3])
    return counts.get("accepted", 0) / decided if decided else None
