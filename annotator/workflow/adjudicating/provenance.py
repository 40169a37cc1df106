"""Traces each item of a document's gold: who marked it, how it was settled, by whom and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from annotator.annotation import Annotations, RelationKey, Ruling, SpanKey
from annotator.errors import WorkflowError
from annotator.history import GOLD, Event, LayerName
from annotator.labels.attributes import value_text
from annotator.store import Store
from annotator.workflow.description import attribute_in_words, claimed_item, item_in_words, versions_in_words
from annotator.workflow.unknown_document import no_document
from annotator.workflow.visibility import Visibility


@dataclass(frozen=True, slots=True)
class Provenance:
    """A gold item, or (``id`` is ``None``) a claim for which nothing stands in gold.

    ``what`` is the item or claim in words; ``settled`` agreement, majority or adjudicator; ``by`` and ``at`` who did
    the step that settled it, and when; ``versions`` what each curator said there, as JSON values, and ``told`` the
    same in words; ``claims`` are the ids of what came to the item.
    """

    id: str | None
    kind: str
    what: str
    settled: str
    by: str
    at: str
    origin: str | None
    source: str | None
    score: float | None
    curator: str | None
    versions: Mapping[str, Any]
    told: str
    claims: tuple[str, ...]


def provenance(store: Store, key: str, *, reader: str | None = None) -> list[Provenance]:
    """Where a document's gold comes from, in reading order; what was decided against comes with its claims.

    Raises :class:`WorkflowError` when there is no such document, no gold of it, or ``reader`` may not see it yet.
    """
    with store.snapshot():
        document, gold = store.document(key), store.layer(LayerName(key, GOLD))
        if document is None:
            raise no_document(store.names, key)
        if gold is None:
            raise WorkflowError(f"no gold of {key!r} yet", "`annotator adjudicate` makes it")
        hidden = Visibility(store, reader).why_hidden(gold) if reader is not None else ""
        if hidden:
            raise WorkflowError(f"gold on {key} stays unseen: {hidden}", "finish first, then compare")
        content, rulings = store.annotations(gold.id), store.rulings(gold.id)
        events = {event.seq: event for event in store.events(gold)}
    by_item: dict[str, list[Ruling]] = defaultdict(list)
    for ruling in rulings.values():
        by_item[ruling.id if ruling.kind == "attribute" else ruling.item or ruling.id].append(ruling)
    rows = [_row(rulings_of_item, content, document.text, events) for rulings_of_item in by_item.values()]
    return [row for _, row in sorted(rows, key=lambda entry: (entry[0], entry[1].claims))]


def _row(
    rulings: list[Ruling], gold: Annotations, text: str, events: Mapping[int, Event]
) -> tuple[tuple[int, int, int], Provenance]:
    """The provenance of the gold item that some claims became, with its position in reading order."""
    first = min(rulings, key=lambda r: (r.id != r.item, r.id))
    key = _item_key(first, gold)
    ends = () if key is None else (key,) if isinstance(key, SpanKey) else (key.head, key.child)
    stands = first.item is not None
    row = Provenance(
        id=_id(first),
        kind=first.kind,
        what=_in_words(first, key, text),
        settled=first.settled,
        by=events[first.event].actor,
        at=events[first.event].at,
        origin=first.origin if stands else None,
        source=first.source if stands else None,
        score=first.score if stands else None,
        curator=first.curator if stands else None,
        versions=first.versions,
        told=versions_in_words(first.kind, first.versions, text),
        claims=tuple(sorted(ruling.id for ruling in rulings)),
    )
    position = max((end.start for end in ends), default=-1), len(ends), int(first.kind == "attribute")
    return position, row


def _id(ruling: Ruling) -> str | None:
    """The id of what stands in gold; an attribute goes by that of its ruling."""
    if ruling.kind == "attribute":
        return None if ruling.outcome is None else ruling.id
    return ruling.item


def _in_words(ruling: Ruling, key: SpanKey | RelationKey | None, text: str) -> str:
    if ruling.kind == "attribute":
        return attribute_in_words(ruling.claim[1], value_text(ruling.outcome), key, text)
    assert key is not None
    return item_in_words(key, text)


def _item_key(ruling: Ruling, gold: Annotations) -> SpanKey | RelationKey | None:
    """The key of the gold item of a ruling, or of the claim where nothing stands for it; ``None``: the document."""
    span, relation = gold.spans.get(ruling.item or ""), gold.relations.get(ruling.item or "")
    if span is not None:
        return span.key
    if relation is not None:
        return gold.relation_key(relation)
    claim = ruling.claim[0] if ruling.kind == "attribute" else ruling.claim
    return None if claim is None else claimed_item(claim)
