"""Disagreements: those behind a figure, and both versions of the text that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from annotator.agreement.alignment import SpanMatch, align
from annotator.agreement.layers import DocumentLayers
from annotator.agreement.relations import RelationMatch, align_relations
from annotator.annotation import Annotations, RelationKey, SpanKey
from annotator.errors import WorkflowError
from annotator.history import LayerName
from annotator.labels import LabelScheme
from annotator.text import Document
from annotator.workflow.comparing.agreement_sample import AgreementSample, Condition, display_name
from annotator.workflow.editing.content import LayerContent
from annotator.workflow.visibility import Visibility
from annotator.workflow.workspace import Workspace

MISSED = "missed"
"""What a layer says where it has nothing."""


Place = tuple[str, str, str, SpanKey | None, SpanKey | None]
"""One disagreement on spans: the document, the two layers, and what either has there."""


class Disagreement(NamedTuple):
    """One disagreement: where, between which layers, how they stand to each other, and what each says."""

    document: str
    left_layer: str
    right_layer: str
    match: SpanMatch | RelationMatch

    @property
    def of_relations(self) -> bool:
        """Whether it is about a relation."""
        return isinstance(self.match, RelationMatch)

    @property
    def lacking(self) -> str | None:
        """The layer that has nothing there."""
        left, right = self.match[:2]
        return self.left_layer if left is None else self.right_layer if right is None else None

    @property
    def place(self) -> Place | None:
        """What tells it from any other; of spans alone."""
        if isinstance(self.match, RelationMatch):
            return None
        return self.document, self.left_layer, self.right_layer, self.match.left, self.match.right

    @property
    def spans(self) -> tuple[list[SpanKey], list[SpanKey]]:
        """The spans that either layer's version is about."""
        return _spans_of(self.match.left), _spans_of(self.match.right)

    @property
    def start(self) -> int:
        """Where in the text it begins."""
        return min(span.start for side in self.spans for span in side)


def _spans_of(item: SpanKey | RelationKey | None) -> list[SpanKey]:
    if item is None:
        return []
    return [item.head, item.child] if isinstance(item, RelationKey) else [item]


@dataclass(frozen=True, slots=True)
class DisagreementFilter:
    """The disagreements behind a figure; each field that is given narrows them down.

    ``said`` is what the two versions are called, :data:`MISSED` for none, by whichever layer unless ``pair`` is given;
    ``kind`` as in :class:`SpanMatch`, ``left`` and ``right`` being :data:`MISSED`; ``layer`` is one of the two,
    the one that has nothing there is one of ``lacks``; ``places`` names disagreements one by one.  ``title`` tells
    people what it is.
    """

    title: str
    relations: bool | None = None
    pair: tuple[str, str] | None = None
    label: str | None = None
    said: tuple[str, str] | None = None
    kinds: frozenset[str] | None = None
    documents: frozenset[str] | None = None
    condition: Condition | None = None
    layer: str | None = None
    lacks: frozenset[str] | None = None
    places: frozenset[Place] | None = None

    def takes(self, sample: AgreementSample, difference: Disagreement) -> bool:
        """Whether a disagreement is among them."""
        layers = difference.left_layer, difference.right_layer
        kind = MISSED if difference.match.kind in ("left", "right") else difference.match.kind
        labels = tuple(MISSED if side is None else side.label for side in difference.match[:2])
        return (
            self.relations in (None, difference.of_relations)
            and self.pair in (None, layers)
            and (self.label is None or self.label in labels)
            and (self.said is None or self.said == labels or (self.pair is None and self.said == labels[::-1]))
            and (self.kinds is None or kind in self.kinds)
            and (self.layer is None or self.layer in layers)
            and (self.lacks is None or difference.lacking in self.lacks)
            and (self.places is None or difference.place in self.places)
            and self.condition in (None, sample.condition(difference.document, *layers))
        )


def find_disagreements(
    sample: AgreementSample, which: DisagreementFilter, hidden: frozenset[str] = frozenset()
) -> Iterator[Disagreement]:
    """Yield disagreements in order of document, pair and reading; those in ``hidden`` documents are left out."""
    for document in sample.documents:
        if document.key in hidden or (which.documents is not None and document.key not in which.documents):
            continue
        for left, right in combinations([n for n in sample.layers if n in document.layers], 2):
            if which.pair in (None, (left, right)):
                found = _differences(document, left, right, sample.vocabulary.symmetric)
                yield from (difference for difference in found if which.takes(sample, difference))


def _differences(document: DocumentLayers, left: str, right: str, symmetric: frozenset[str]) -> Iterator[Disagreement]:
    ours, theirs = document.layers[left], document.layers[right]
    spans = align(ours.spans, theirs.spans)
    aligned = {m.left: m.right for m in spans if m.left is not None and m.right is not None}
    relations = align_relations(ours.relations, theirs.relations, aligned, symmetric)
    matches: list[SpanMatch | RelationMatch] = [*spans, *relations]
    for match in matches:
        if match.kind != "exact":
            yield Disagreement(document.key, left, right, match)


def hidden_documents(workspace: Workspace, reader: str, layers: Sequence[str]) -> frozenset[str]:
    """The documents of which a reader may not see some of these layers yet."""
    visibility = Visibility(workspace.store, reader)
    if not visibility.curates:
        return frozenset()
    found = (info for info in workspace.store.layers() if info.name.name in layers)
    return frozenset(info.name.document for info in found if visibility.why_hidden(info))


class LayerVersion:
    """One layer's version of a document, to be read."""

    def __init__(self, scheme: LabelScheme, document: Document, layer: str, content: Annotations) -> None:
        self.document = document
        self.name = display_name(layer)
        self.layer = LayerContent(scheme, document.sentences, content)

    def lacks(self, item: SpanKey | RelationKey | None) -> bool:
        """Whether a span, or an end of a relation, is not there: the layer was changed since."""
        return any(self.layer.item_id_with(span) is None for span in _spans_of(item))

    def ids(self, item: SpanKey | RelationKey | None) -> list[str]:
        """The ids of what a version of a disagreement is about: the relation, then its spans, or the span."""
        if item is None:
            return []
        ends = [item.head, item.child] if isinstance(item, RelationKey) else []
        ids = (self.layer.item_id_with(one) for one in (item, *ends))
        return [item_id for item_id in ids if item_id is not None]


def read_version(workspace: Workspace, document: str, layer: str) -> LayerVersion:
    """Read a layer of a document; :class:`WorkflowError` when either is no longer there."""
    store = workspace.store
    with store.snapshot():
        text = store.document(document)
        info = store.layer(LayerName(document, layer))
        if text is None or info is None or info.text != text.sha256:
            raise WorkflowError(f"{display_name(layer)} on {document} is no longer there", "measure again")
        return LayerVersion(workspace.scheme, text, layer, store.annotations(info.id))
