"""Proposes a phrase that a curator marked in one document as a suggestion in all others."""

from __future__ import annotations

from annotator.annotation import item_record, suggested_span
from annotator.history import PROPOSALS, LayerName, Op, field_op
from annotator.store import Store
from annotator.text import exact_mentions

SCORE = 0.8
"""Score of such a suggestion: likely, but a phrase may mean something else elsewhere."""


def propose(store: Store, curator: str, phrase: str, label: str, *, excluding: str) -> tuple[int, int]:
    """Suggest ``label`` on every mention of ``phrase`` in all documents but the one ``excluding`` names.

    Returns the number of mentions and of documents.  Only whole tokens count, and mentions that the curator's own
    suggestion layer has already are left alone.  The suggestions stand in a layer of the curator's own: a new run of
    the models does not take them away, and nobody else sees them, because what one curator marks must not sway another.
    """
    mention_count = document_count = 0
    keys = [key for key in store.documents_with(phrase) if key != excluding]
    with store.write() as writer:
        for key in keys:
            document = store.document(key)
            if document is None:
                continue
            name = LayerName(key, f"{PROPOSALS}:{curator}")
            layer = writer.layer_info(name)
            known = store.annotations(layer.id).spans if layer is not None else {}
            ranges = exact_mentions(document.text, phrase, document.tokens)
            mentions = [suggested_span(start, end, label, f"{curator}@1", SCORE) for start, end in ranges]
            new = [span for span in mentions if span.id not in known]
            if not new:
                continue
            ops = [Op("span", span.id, None, item_record(span)) for span in new]
            if layer is None or layer.text != document.sha256:
                ops.insert(0, field_op("text", None if layer is None else layer.text, document.sha256))
            writer.append(name, curator, "propose", ops)
            mention_count += len(new)
            document_count += 1
    return mention_count, document_count
