"""Proposing one mention across the corpus: what a curator marked here is suggested wherever else it stands."""

from __future__ import annotations

from annotator.annotation import Span, item_record, suggested_span
from annotator.history import PROPOSALS, LayerName, Op, field_op
from annotator.store import Store
from annotator.text import Document, exact_mentions

SCORE = 0.8
"""Score of such a suggestion: likely, but a phrase may mean something else elsewhere."""


def propose(store: Store, curator: str, phrase: str, label: str, *, but: str) -> tuple[int, int]:
    """Suggest ``label`` on every mention of ``phrase`` in the other documents; return mentions and documents.

    Only whole tokens count, and mentions that the curator's own suggestion layer has already are left alone.  The
    suggestions stand in a layer of the curator's own: a new run of the models does not take them away, and nobody else
    sees them, because what one curator marks must not sway another.
    """
    mentions = documents = 0
    keys = [key for key in store.documents_with(phrase) if key != but]
    with store.write() as writer:
        for key in keys:
            document = store.document(key)
            if document is None:
                continue
            name = LayerName(key, f"{PROPOSALS}:{curator}")
            layer = writer.layer_info(name)
            known = store.annotations(layer.id).spans if layer is not None else {}
            new = [s for s in _mentions(document, phrase, label, curator) if s.id not in known]
            if not new:
                continue
            ops = [Op("span", span.id, None, item_record(span)) for span in new]
            if layer is None or layer.text != document.sha256:
                ops.insert(0, field_op("text", None if layer is None else layer.text, document.sha256))
            writer.append(name, curator, "propose", ops)
            mentions += len(new)
            documents += 1
    return mentions, documents


def _mentions(document: Document, phrase: str, label: str, curator: str) -> list[Span]:
    segments = exact_mentions(document.text, phrase, document.tokens)
    return [suggested_span(*segment, label, f"{curator}@1", SCORE) for segment in segments]
