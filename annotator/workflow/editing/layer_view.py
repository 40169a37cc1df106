"""The protocol of a layer as a screen shows it: spans and relations, decided or pending."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from annotator.annotation import Relation, Span
from annotator.labels import LabelScheme
from annotator.labels.retired import Reason
from annotator.text import Segment


class Certainty(NamedTuple):
    """How certain a suggestion is: whether it is ``likely``, and the ``change`` of its score since it was first shown.

    The change is 1 when the score has risen noticeably over ``first``, -1 when it has fallen, else 0.
    """

    likely: bool = True
    change: int = 0
    first: float = 0.0


class LayerView(Protocol):
    """Spans and relations to be shown, each by its id; offsets are code points."""

    @property
    def changes(self) -> int:
        """How many changes there were of what is decided or pending: what follows from it holds until the next one."""
        ...

    @property
    def scheme(self) -> LabelScheme:
        """The label scheme under which they stand."""
        ...

    def span(self, span_id: str) -> Span | None:
        """The span with this id."""
        ...

    def relation(self, relation_id: str) -> Relation | None:
        """The relation with this id."""
        ...

    def retirement(self, item_id: str) -> Reason | None:
        """Why the scheme no longer allows an item; ``None`` where it does."""
        ...

    def certainty(self, item: Span | Relation) -> Certainty:
        """How certain an item is, where it is suggested."""
        ...

    def relations_of(self, span_id: str) -> list[Relation]:
        """The relations that a span is an end of."""
        ...

    def group_numbers(self, span_id: str) -> tuple[int, ...]:
        """The numbers of the groups of mentions that a span is in."""
        ...

    def spans_over(self, start: int, end: int) -> list[Span]:
        """The spans that share a code point with ``start`` to ``end``."""
        ...

    def rejected_over(self, start: int, end: int, label: str) -> list[Segment]:
        """The ranges of rejected suggestions of a label that share a code point with ``start`` to ``end``."""
        ...

    def span_id_at(self, offset: int) -> str | None:
        """The id of the shortest span that covers the code point at ``offset``."""
        ...

    def span_starts(self) -> list[int]:
        """Where spans begin."""
        ...


def without_links(layer: LayerView, relations: list[Relation]) -> list[Relation]:
    """Those of some relations that do not link mentions into groups."""
    equivalences = layer.scheme.equivalences
    return [r for r in relations if r.label not in equivalences] if equivalences else relations
