"""Replacing the text of a document: every layer is carried over to the new one, and what has no place there is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from annotator.history import CORPUS, GOLD, REANCHOR, LayerName, field_op
from annotator.store import LayerInfo, Store, Writer
from annotator.text import Document
from annotator.workflow.importing.reanchoring import Reanchoring
from annotator.workflow.layer_diff import (
    differences,
    extra_differences,
    orphaned_comments,
    ruling_differences,
    verdict_differences,
    with_content_ids,
)


@dataclass(frozen=True, slots=True)
class UncarriedItem:
    """A span, or an extra of a foreign format, that could not be carried over to a replaced text."""

    layer: LayerName
    label: str
    text: str


def owners(store: Store, key: str) -> list[str]:
    """Name those who have work on a document: curators, and ``gold``."""
    layers = [layer.name for layer in store.layers(document=key) if layer.state is not None]
    return sorted(name.author or name.kind for name in layers if name.kind in ("curator", GOLD))


@dataclass(frozen=True, slots=True)
class TextReplacement:
    """Carries the layers of documents over, in one transaction, and lists what could not be carried."""

    store: Store
    writer: Writer
    actor: str
    uncarried: list[UncarriedItem] = field(default_factory=list)

    def carry_layers(self, old: Document, new: Document) -> None:
        """Carry every layer of a document over to its new text, and note the items without a place there."""
        reanchoring = Reanchoring(old, new)
        for layer in self.store.layers(document=old.key):
            if layer.text is not None and layer.name.kind != CORPUS:
                self._carry_layer(layer, reanchoring, old, new)

    def _carry_layer(self, layer: LayerInfo, reanchoring: Reanchoring, old: Document, new: Document) -> None:
        store = self.store
        content = store.annotations(layer.id)
        carried, uncarried = reanchoring.annotations(content)
        ops = [field_op("text", layer.text, new.sha256)]
        if layer.name.kind == "curator":
            verdicts = store.verdicts(layer.id)
            ops += differences(content, carried) + verdict_differences(verdicts, reanchoring.verdicts(verdicts))
            ops += orphaned_comments(store.comments(layer.id), carried)
        else:
            rulings = store.rulings(layer.id)
            ops += differences(content, with_content_ids(carried))
            ops += ruling_differences(rulings, reanchoring.rulings(rulings, content))
        extras = store.extras(layer.id)
        ops += extra_differences(extras, {})
        self.uncarried.extend(UncarriedItem(layer.name, e.kind, f"kept for {e.format}") for e in extras.values())
        if layer.fingerprint is not None:
            ops.append(field_op("fingerprint", layer.fingerprint, None))
        self.writer.append(layer.name, self.actor, REANCHOR, ops)
        if layer.name.kind != "suggester":
            self.uncarried.extend(UncarriedItem(layer.name, s.label, old.text[s.start : s.end]) for s in uncarried)
