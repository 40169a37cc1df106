"""A layer as the store holds it, compared with an incoming one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from annotator.annotation import (
    Annotations,
    Attributes,
    Comment,
    Extra,
    Relation,
    Ruling,
    Span,
    Verdict,
    item_record,
)
from annotator.formats.protocol import WorkState
from annotator.history import dumps
from annotator.store import LayerInfo, Store
from annotator.workflow.importing.normalized_layer import NormalizedLayer


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """The content of a layer under the ids that it has in the store."""

    content: Annotations = field(default_factory=Annotations)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    extras: Mapping[str, Extra] = field(default_factory=dict)
    comments: Mapping[str, Comment] = field(default_factory=dict)
    rulings: Mapping[str, Ruling] = field(default_factory=dict)

    @classmethod
    def read(cls, store: Store, layer_id: int) -> StoredLayer:
        """Read a layer from the store."""
        return cls(
            store.annotations(layer_id),
            store.verdicts(layer_id),
            store.extras(layer_id),
            store.comments(layer_id),
            store.rulings(layer_id),
        )

    def ids_by_content(self) -> dict[str, str]:
        """Give the stored id of each span and relation by the id that its content would be."""
        spans, relations = self.content.spans.values(), self.content.relations.values()
        ids = {str(span.key): span.id for span in spans}
        return ids | {str(self.content.relation_key(relation)): relation.id for relation in relations}

    def normalized(self, info: LayerInfo) -> NormalizedLayer:
        """Give the layer the form of an incoming one, whose ids are content."""
        content_ids = {stored: content for content, stored in self.ids_by_content().items()}
        layer = with_ids(NormalizedLayer(dict(self.content.spans), dict(self.content.relations)), content_ids)
        layer.document_attributes = self.content.document_attributes
        layer.verdicts = {i: verdict for i, verdict in self.verdicts.items() if verdict.item is None}
        layer.extras = dict(self.extras)
        layer.rename_refs(content_ids)
        layer.state = cast("WorkState", info.own_state or "done")
        layer.curators = tuple(info.curators.split(",")) if info.curators else ()
        return layer


def with_ids(layer: NormalizedLayer, ids: Mapping[str, str]) -> NormalizedLayer:
    """Give the spans and relations of a layer other ids; its extras refer to those then."""
    spans = {
        ids[i]: Span(ids[i], s.start, s.end, s.label, s.origin, s.source, s.score, s.curator, s.attributes)
        for i, s in layer.spans.items()
    }
    relations = {
        ids[i]: Relation(
            ids[i], ids[r.head], ids[r.child], r.label, r.origin, r.source, r.score, r.curator, r.attributes
        )
        for i, r in layer.relations.items()
    }
    result = replace(layer, spans=spans, relations=relations, extras=dict(layer.extras))
    result.rename_refs(ids)
    return result


def extras_of(extras: Mapping[str, Extra], form: str) -> dict[str, Extra]:
    """Pick the extras of one format."""
    return {i: extra for i, extra in extras.items() if extra.format == form}


def is_same(incoming: NormalizedLayer, stored: NormalizedLayer, form: str) -> bool:
    """Tell whether two layers have the same content, whoever is named as its source, and no contrary verdicts.

    Extras count only where the stored layer has some of the format ``form``.
    """
    kept = extras_of(stored.extras, form)
    return (
        incoming.spans.keys() == stored.spans.keys()
        and incoming.relations.keys() == stored.relations.keys()
        and _attributes(incoming) == _attributes(stored)
        and (not kept or _extra_contents(kept) == _extra_contents(incoming.extras))
        and _verdicts_agree(incoming.verdicts, stored.verdicts)
    )


def _attributes(layer: NormalizedLayer) -> dict[str, Attributes]:
    """The attributes of a layer's items by id, and those of the document."""
    items: list[Span | Relation] = [*layer.spans.values(), *layer.relations.values()]
    return {item.id: item.attributes for item in items if item.attributes} | {"": layer.document_attributes}


def _verdicts_agree(incoming: Mapping[str, Verdict], stored: Mapping[str, Verdict]) -> bool:
    return all(stored[i].verdict == verdict.verdict for i, verdict in incoming.items() if i in stored)


def _extra_contents(extras: Mapping[str, Extra]) -> set[str]:
    """Write extras without their ids, for comparison; references to other extras keep theirs."""
    return {dumps(item_record(extra)) for extra in extras.values()}
