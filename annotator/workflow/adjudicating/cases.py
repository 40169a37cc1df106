"""Cases: what finished work says about one thing in a document, and how it is settled.

Pure.  A *claim* is what a layer says is there, a span or a relation.  A case gathers the claims that are about the same
thing, so that one decision settles it.  Nothing here depends on the order of the curators or of their items.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec

from annotator.annotation import RelationKey, Settled, SpanKey
from annotator.labels import Settle

Kind = Literal[
    "boundary",
    "label",
    "missing",
    "relation label",
    "relation direction",
    "relation missing",
    "attribute",
    "retired",
    "agreed",
    "added",
]
KINDS: tuple[Kind, ...] = (
    "boundary", "label", "missing", "relation label", "relation direction", "relation missing", "attribute",
    "retired", "agreed", "added",
)  # fmt: skip

SpanVersion = tuple[SpanKey, ...]
RelationVersion = tuple[RelationKey, ...]
AttributeVersion = tuple[bool | int | float | str, ...]
"""The single values that somebody gives an attribute; none where they say nothing."""
AnyVersion = SpanVersion | RelationVersion | AttributeVersion
Version = TypeVar("Version", SpanVersion, RelationVersion, AttributeVersion)


class SpanCase(msgspec.Struct, frozen=True):
    """What curators marked in one stretch of text.

    ``id`` names it from step to step.  ``versions`` has what each curator marked there: usually one span or none;
    several where another curator marked a span that cannot stand beside them.  ``settled`` is ``None`` while it is
    open.  ``outcome`` holds what stands in gold: in an open case only what was decided before the label scheme moved
    on, and is retired.  ``claims`` is all that was marked there, each span once, in order.
    """

    id: str
    kind: Kind
    versions: Mapping[str, SpanVersion]
    settled: Settled | None = None
    outcome: SpanVersion = ()
    claims: SpanVersion = ()

    @property
    def range(self) -> tuple[int, int]:
        """The stretch of text that it is about, in code points."""
        spans = (*self.claims, *self.outcome)
        return min(spans)[0], max([span[1] for span in spans])

    @property
    def position(self) -> tuple[int, int]:
        """Where it comes in reading order."""
        return (self.claims or self.outcome)[0].start, 0

    @property
    def start(self) -> int:
        """Where the cursor goes, in code points."""
        return self.range[0]

    @property
    def gold_item(self) -> SpanKey | None:
        """The first item that stands in gold."""
        return next(iter(self.outcome), None)


class RelationCase(msgspec.Struct, frozen=True):
    """A pair of gold spans between which curators saw a relation.

    ``versions`` and ``outcome`` are in terms of gold: the ends are what stands for the curators' own spans, which may
    differ from it in borders and label.  ``claims`` are the relations as their curators have them.

    Of an equivalence, ``link`` is what the case is about: whether two mentions are in one group.  It is ``implied``
    where other links make them so: then it is no relation of gold itself, and a decision against it cannot hold.
    """

    id: str
    kind: Kind
    versions: Mapping[str, RelationVersion]
    settled: Settled | None = None
    outcome: RelationVersion = ()
    claims: tuple[RelationKey, ...] = ()
    link: RelationKey | None = None
    implied: bool = False

    @property
    def label(self) -> str:
        """Its type, or the first of those in question."""
        return self.claims[0].label

    @property
    def ends(self) -> tuple[SpanKey, SpanKey]:
        """The two gold spans, in reading order."""
        relations = [relation for version in self.versions.values() for relation in version]
        first = self.link or min([*relations, *self.outcome])
        one, other = sorted((first.head, first.child))
        return one, other

    @property
    def range(self) -> tuple[int, int]:
        """The stretch of text from one end to the other, in code points."""
        one, other = self.ends
        return one.start, max(one.end, other.end)

    @property
    def position(self) -> tuple[int, int]:
        """Where it comes in reading order: behind the spans that start where its later end does."""
        return self.ends[1].start, 1

    @property
    def start(self) -> int:
        """Where the cursor goes, in code points."""
        return self.ends[1].start

    @property
    def gold_item(self) -> RelationKey | None:
        """The first item that stands in gold."""
        return next(iter(self.outcome), None)


class AttributeCase(msgspec.Struct, frozen=True):
    """An attribute of what stands in gold, or of the document, for which some curator has a value.

    ``versions`` has the values of those who have the item, the attribute's default where they set none.  ``item`` is
    the gold item (``None``: the document), ``claim`` what its ruling is about: the claim of an item as JSON.
    ``item_case`` is the order of the case of its item, which it comes right behind; the document's come first.
    """

    id: str
    kind: Kind
    versions: Mapping[str, AttributeVersion]
    name: str
    item: SpanKey | RelationKey | None = None
    claim: Any = None
    settled: Settled | None = None
    outcome: AttributeVersion = ()
    item_case: tuple[tuple[int, int], str] = ((-1, 0), "")

    @property
    def claims(self) -> tuple[SpanKey | RelationKey, ...]:
        """No item is claimed here: that there is one is settled."""
        return ()

    @property
    def spans(self) -> SpanVersion:
        """The gold spans that it is about: the item, its ends, or none."""
        if self.item is None:
            return ()
        return (self.item,) if isinstance(self.item, SpanKey) else (self.item.head, self.item.child)

    @property
    def range(self) -> tuple[int, int]:
        """The stretch of text of the item, in code points; none for the document."""
        if not self.spans:
            return 0, 0
        return min(self.spans)[0], max(span.end for span in self.spans)

    @property
    def position(self) -> tuple[int, int]:
        """Where it comes in reading order."""
        return self.item_case[0]

    @property
    def start(self) -> int:
        """Where the cursor goes, in code points."""
        return self.range[0]

    @property
    def gold_item(self) -> SpanKey | RelationKey | None:
        """The item that stands in gold."""
        return self.item


Case = SpanCase | RelationCase | AttributeCase


def vote(versions: Mapping[str, Version], policy: Settle) -> tuple[Version, Settled] | None:
    """The version that a policy settles a case by, and how; ``None`` when an adjudicator must decide.

    ``all``: every curator says it.  A number: at least so many do, and more than half of those who finished.
    ``never``: nothing stands by itself.
    """
    if policy == "never":
        return None
    if policy == "all":
        distinct = set(versions.values())
        return (distinct.pop(), "agreement") if len(distinct) == 1 else None
    counts = Counter(versions.values())
    most = max(counts.values())
    version = next(v for v, count in counts.items() if count == most)
    if most < policy or 2 * most <= len(versions):
        return None
    return version, "agreement" if most == len(versions) else "majority"


def most_common_curator(versions: Mapping[str, Hashable]) -> str | None:
    """A curator with the version that more curators have than any other; ``None`` when there is a tie."""
    counts = Counter(versions.values())
    ranked = counts.most_common(2)
    if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
        return None
    return next(curator for curator, version in sorted(versions.items()) if version == ranked[0][0])


def span_kind(versions: Iterable[SpanVersion]) -> Kind:
    """On what curators differ: whether something is there, else which label, else its borders."""
    distinct = set(versions)
    if len(distinct) == 1:
        return "agreed" if distinct != {()} else "added"
    if () in distinct:
        return "missing"
    labels = {tuple(sorted(span.label for span in version)) for version in distinct}
    return "label" if len(labels) > 1 else "boundary"


def relation_kind(versions: Iterable[RelationVersion]) -> Kind:
    """On what curators differ: whether there is a relation, else of which type, else its direction."""
    distinct = set(versions)
    if len(distinct) == 1:
        return "agreed" if distinct != {()} else "added"
    if () in distinct:
        return "relation missing"
    labels = {relation.label for version in distinct for relation in version}
    return "relation label" if len(labels) > 1 else "relation direction"


def kinds_in_words(cases: Sequence[Case]) -> str:
    """How many cases of each kind there are, in words."""
    kinds = Counter(case.kind for case in cases)
    return ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS if kinds[kind])
