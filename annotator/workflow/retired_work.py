"""Work that the label scheme no longer allows: in which layers it is, how much, and which command mends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from annotator.history import LayerName
from annotator.labels import LabelScheme
from annotator.labels.nodes import one_of
from annotator.labels.retired import Retired, RetiredCounts, RetiredGroup, count_in_words, retired
from annotator.store import (
    LayerInfo,
    Store,
    layers_across_sentences,
    layers_with_attributes,
    layers_with_links,
    layers_with_other_labels,
    layers_with_overlaps,
)
from annotator.text import Segmentation
from annotator.wording import first_few, plural
from annotator.workflow.workspace import Workspace

WORK = ("curator", "gold")
"""The kinds of layers that are somebody's work; suggestions are made anew."""

_ONE_SENTENCE = Segmentation([(0, 2**32 - 1)])
"""The sentences of a text that a layer is no longer about: nothing is said of them."""


class RetiredLayer(NamedTuple):
    """A layer with retired items: its name, these items, and how many there are of each label and kind."""

    name: LayerName
    items: Retired
    counts: RetiredCounts


def retired_work(workspace: Workspace, *, name: str | None = None, quick: bool = False) -> list[RetiredLayer]:
    """The layers of everybody's work, or those of a ``name``, that hold anything retired; reads only those that may.

    ``quick`` looks for labels, ends and overlaps, not for relations from one sentence to another: for these, the
    sentences of every document with relations must be read.
    """
    store, scheme = workspace.store, workspace.scheme
    with store.snapshot():
        kinds = (LayerName("", name).kind,) if name else WORK
        suspects = _suspects(store, scheme, kinds, quick=quick)
        if not suspects:
            return []
        layers = store.layers(name=name) if name else [info for kind in kinds for info in store.layers(kind=kind)]
        wanted = sorted((info for info in layers if info.id in suspects), key=attrgetter("name"))
        found = [retired_in(store, scheme, info) for info in wanted]
    return [layer for layer in found if layer.items]


def retired_in(store: Store, scheme: LabelScheme, info: LayerInfo) -> RetiredLayer:
    """What of a layer is retired."""
    document, content = store.document(info.name.document), store.annotations(info.id)
    present = document is not None and info.text == document.sha256
    items = retired(scheme, content, document.sentences if document is not None and present else _ONE_SENTENCE)
    return RetiredLayer(info.name, items, items.counts(content))


def outdated_suggestions(workspace: Workspace) -> int:
    """How many documents have suggested spans with labels that the scheme does not have; these are not shown."""
    store = workspace.store
    with store.snapshot():
        found = layers_with_other_labels(store, ("suggester",), workspace.scheme.entities.keys())
        return len({info.name.document for info in store.layers(kind="suggester") if info.id in found})


def _suspects(store: Store, scheme: LabelScheme, kinds: Sequence[str], *, quick: bool) -> set[int]:
    """The ids of all layers of some kinds that may hold something retired."""
    relations = scheme.relations

    def misfits(label: str, head: str, child: str) -> bool:
        return label not in relations or not relations[label].fits(head, child)

    found = layers_with_other_labels(store, kinds, scheme.entities.keys()) | layers_with_links(store, kinds, misfits)
    found |= layers_with_attributes(store, kinds, lambda *said: scheme.attribute_problem(*said) is not None)
    if not quick:
        found |= layers_across_sentences(store, kinds, [r.name for r in relations.values() if r.within == "sentence"])
    return found if scheme.overlap == "any" else found | layers_with_overlaps(store, kinds)


def total(layers: Iterable[RetiredLayer]) -> RetiredCounts:
    """How many items of each label and kind are retired in some layers."""
    counts: RetiredCounts = Counter()
    for layer in layers:
        counts.update(layer.counts)
    return counts


def summary(counts: Mapping[RetiredGroup, int]) -> str:
    """Say how much is retired, and of what: ``4 retired items (3 SKILL, 1 works_for)``."""
    return f"{plural(sum(counts.values()), 'retired item')} ({count_in_words(counts)})"


def mending(counts: Mapping[RetiredGroup, int]) -> str:
    """Which commands mend what is retired."""
    gone = Counter({g: n for g, n in counts.items() if g.kind in ("label", "attribute")}).most_common(1)
    if not gone:
        return "`annotator labels diff` says what changed; the workbench shows them, to be changed or deleted"
    (_, label, kind), _ = gone[0]
    changes = [f"rename {label} NEW", *([f"merge {label} INTO"] if kind == "label" else []), f"drop {label}"]
    commands = one_of(f"`annotator labels {change}`" for change in changes)
    return f"`annotator labels diff` says what changed; {commands} mends it"


def places(names: Iterable[LayerName]) -> str:
    """Name the first few layers: ``a of curator:ana, b of gold and 7 more``."""
    return first_few([f"{name.document} of {name.name}" for name in names])
