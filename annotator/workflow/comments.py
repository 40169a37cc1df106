"""The list of all comments, flags and returns that somebody may see, each with what it is on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from annotator.annotation import RelationKey, SpanKey, key_json
from annotator.history import LayerName
from annotator.store import CommentKind, LayerInfo, Store, StoredComment, commented_layers, read_comments
from annotator.workflow.description import claimed_item, item_in_words
from annotator.workflow.visibility import Visibility

DOCUMENT = "the document"
"""What a comment is on that is on no item."""


@dataclass(frozen=True, slots=True)
class ListedComment:
    """A comment, flag or return, whose work it is about, and what it is ``on``, in words.

    ``item`` is the span or relation, ``None`` where it is on the document.  ``by`` is whose comment it is, ``at`` when
    it was made; ``open`` says of a return that the curator has not finished the document since.
    """

    layer: LayerName
    kind: CommentKind
    on: str
    item: SpanKey | RelationKey | None
    text: str
    by: str
    at: str
    flagged: bool
    open: bool = False

    @property
    def bounds(self) -> tuple[int, int]:
        """The stretch of text that it is on, in code points; nothing at the beginning for the document."""
        spans = [] if self.item is None else [self.item] if isinstance(self.item, SpanKey) else self.item[:2]
        return min((s.start for s in spans), default=0), max((s.end for s in spans), default=0)

    @property
    def kind_in_words(self) -> str:
        """The kind, and of a return whether it was answered."""
        return "return, answered" if self.kind == "return" and not self.open else self.kind

    def as_json(self) -> dict[str, Any]:
        """The comment as JSON values, by the keys of ``annotator comments --json``."""
        return {
            "document": self.layer.document,
            "layer": self.layer.name,
            "kind": self.kind,
            "on": self.on,
            "item": None if self.item is None else key_json(self.item),
            "comment": self.text,
            "by": self.by,
            "at": self.at,
            "flagged": self.flagged,
            "open": self.open,
        }


@dataclass(frozen=True, slots=True)
class CommentFilter:
    """Which comments to list: in one curator's work or made by them, on one label's items, in flagged work."""

    curator: str | None = None
    label: str | None = None
    flagged: bool = False

    def takes(self, comment: ListedComment) -> bool:
        """Whether a comment is among them."""
        return (
            self.curator in (None, comment.layer.author, comment.by)
            and (self.label is None or (comment.item is not None and comment.item.label == self.label))
            and (comment.flagged or not self.flagged)
        )


ALL = CommentFilter()


def visible_layers(store: Store, reader: str) -> tuple[list[LayerInfo], list[LayerInfo]]:
    """The layers with anything to read, first those that a reader may see, then those that they may not see yet."""
    visibility = Visibility(store, reader)
    shown: list[LayerInfo] = []
    hidden: list[LayerInfo] = []
    for layer in commented_layers(store):
        (hidden if visibility.why_hidden(layer) else shown).append(layer)
    return shown, hidden


def list_comments(store: Store, layers: Iterable[LayerInfo], which: CommentFilter = ALL) -> Iterator[ListedComment]:
    """Yield what there is to read in some layers, layer by layer, in the order of the text."""
    for layer in layers:
        listed = (comment for comment in _of_layer(store, layer) if which.takes(comment))
        yield from sorted(listed, key=lambda comment: (comment.item is not None, *comment.bounds, comment.at))


def _of_layer(store: Store, layer: LayerInfo) -> Iterator[ListedComment]:
    stored = read_comments(store, layer)
    items = _items(store, layer, stored)
    text = (store.text(layer.text or "") or "") if items else ""
    for comment in stored:
        item = None if comment.target is None else items.get(comment.target)
        on = DOCUMENT if comment.target is None else "something that is gone"
        yield ListedComment(
            layer.name,
            comment.kind,
            on if item is None else item_in_words(item, text),
            item,
            comment.text,
            layer.name.author if layer.name.author and comment.kind != "return" else comment.by,
            comment.at,
            flagged=layer.flag is not None,
            open=comment.kind == "return" and bool(layer.returned),
        )


def _items(store: Store, layer: LayerInfo, comments: list[StoredComment]) -> dict[str, SpanKey | RelationKey]:
    """The spans and relations of a layer, by id, as far as comments are on them; in gold also what was ruled on."""
    targets = {comment.target for comment in comments} - {None}
    if not targets:
        return {}
    content = store.annotations(layer.id)
    items: dict[str, SpanKey | RelationKey] = {i: s.key for i, s in content.spans.items() if i in targets}
    items |= {i: content.relation_key(r) for i, r in content.relations.items() if i in targets}
    if targets - items.keys() and layer.name.kind == "gold":
        rulings = store.rulings(layer.id).items()
        for target, ruling in rulings:
            if target in targets:
                claim = ruling.claim[0] if ruling.kind == "attribute" else ruling.claim
                if claim is not None:
                    items.setdefault(target, claimed_item(claim))
    return items
