"""The label scheme: its entity and relation types, and what it allows spans and relations to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from annotator.annotation import Attributes, RelationKey, SpanKey
from annotator.labels.attributes import AttributeType, values_of
from annotator.text import Segmentation
from annotator.wording import did_you_mean

Overlap = Literal["flat", "nested", "any"]
Snap = Literal["token", "grapheme"]
Within = Literal["sentence", "document"]
Settle = Literal["all", "never"] | int
"""What becomes gold without an adjudicator: what all curators say, nothing, or what at least so many (and most) say."""

ACCEPT_THRESHOLD = 0.7
"""Score from which ``accept all`` takes a suggestion, unless the scheme or a person says otherwise."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to find mentions without a model: one of a phrase, a regular expression or spaCy token patterns.

    ``lang`` restricts it to documents in one language, ``None`` means all; ``line`` is where it stands in the file.
    ``attributes`` are set of what it suggests (``None``: nothing).
    """

    kind: Literal["phrase", "regex", "tokens"]
    value: str | tuple[Mapping[str, object], ...]
    lang: str | None = None
    line: int = field(default=0, compare=False)
    attributes: Attributes | None = None


@dataclass(frozen=True, slots=True)
class EntityType:
    """One entity label with its guideline; descriptions and examples are by language.

    ``key`` is the hot key, ``color`` a colour's name or ``#rrggbb`` (``None``: assigned by the palette),
    ``model_labels`` the labels of pretrained pipelines that stand for it.
    """

    name: str
    key: str
    color: str | None = None
    description: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    model_labels: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class RelationType:
    """One relation label: which entity labels its head and child may have, and its guideline.

    An ``equivalence`` is symmetric, and links mentions into groups: what it links is linked with all that those are.
    """

    name: str
    key: str
    head: tuple[str, ...]
    child: tuple[str, ...]
    symmetric: bool = False
    within: Within = "sentence"
    description: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    patterns: tuple[Pattern, ...] = ()
    equivalence: bool = False

    @property
    def shape(self) -> dict[str, Any]:
        """The part that decides which relations fit it, as JSON values."""
        shape = {"head": sorted(self.head), "child": sorted(self.child), "symmetric": self.symmetric}
        return {**shape, "within": self.within, **({"equivalence": True} if self.equivalence else {})}

    def fits(self, head: str, child: str) -> bool:
        """Tell whether the relation may link a head of one label to a child of another."""
        return head in self.head and child in self.child


@dataclass(frozen=True, slots=True)
class LabelScheme:
    """The labels of a workspace, in the order of the file, and its rules for spans, relations and gold.

    ``sha256`` is the digest of the file's bytes, ``text`` what it says, ``accept_threshold`` the score from which
    ``accept all`` takes a suggestion; with ``accept_precision`` it is instead the lowest score from which that share of
    what it takes is expected to be right.  ``goals`` are what agreement is to reach, by measure, ``guideline`` the
    rules for all labels, by language, ``attributes`` what may be said beside labels.  The ``*_problem`` methods say in
    a sentence why the scheme does not allow a span, a relation or an attribute; the workbench, importing and exporting
    rely on them.  ``successors`` are the labels that took the place of those that were split.
    """

    entities: Mapping[str, EntityType]
    relations: Mapping[str, RelationType]
    languages: tuple[str, ...]
    overlap: Overlap
    snap: Snap
    sha256: str
    settle: Settle = "all"
    accept_threshold: float = ACCEPT_THRESHOLD
    accept_precision: float | None = None
    goals: Mapping[str, float] = field(default_factory=dict)
    guideline: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, AttributeType] = field(default_factory=dict)
    text: str = field(default="", repr=False, compare=False)
    successors: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    @property
    def shape(self) -> dict[str, Any]:
        """The part of the scheme that decides which layers fit it, as JSON values: no guidelines, keys or colours."""
        attributes = {name: attribute.shape for name, attribute in sorted(self.attributes.items())}
        return {
            "entities": sorted(self.entities),
            "relations": {name: r.shape for name, r in sorted(self.relations.items())},
            "overlap": self.overlap,
            "snap": self.snap,
            **({"attributes": attributes} if attributes else {}),
        }

    @property
    def symmetric(self) -> frozenset[str]:
        """The names of the relation types without direction."""
        return frozenset(r.name for r in self.relations.values() if r.symmetric)

    @property
    def equivalences(self) -> frozenset[str]:
        """The names of the relation types that link mentions into groups."""
        return frozenset(r.name for r in self.relations.values() if r.equivalence)

    def attributes_of(self, label: str | None) -> list[AttributeType]:
        """The attributes that belong to a label, or (``None``) to the document, in the order of the file."""
        return [a for a in self.attributes.values() if (a.is_of_document if label is None else label in a.of)]

    def entry_attribute(self, name: str, label: str | None) -> AttributeType | None:
        """The attribute of a label, or (``None``) of the document, whose entries go by a name.

        That is its own, or that of its catalog where just one attribute there has its entries from it.
        """
        attributes = self.attributes_of(label)
        named = [a for a in attributes if a.name == name] or [a for a in attributes if a.catalog == name]
        return named[0] if len(named) == 1 else None

    def attribute_problem(self, name: str, value: Any, label: str | None) -> str | None:
        """Say why an item of a label, or (``None``) the document, may not have an attribute set to a value."""
        attribute = self.attributes.get(name)
        if attribute is None:
            return f"{name} is not an attribute of the scheme{did_you_mean(name, self.attributes)}"
        if attribute not in self.attributes_of(label):
            return f"{name} belongs to {', '.join(attribute.of)}, not to {label or 'the document'}"
        try:
            canonical = attribute.canonical(value)
        except ValueError as error:
            return str(error)
        if canonical == value or (attribute.several and sorted(values_of(canonical)) == sorted(values_of(value))):
            return None
        return f"{name}: found {value!r}, expected it as {canonical!r}"

    def is_symmetric(self, label: str) -> bool:
        """Whether a relation type is without direction; one that the scheme does not have has one."""
        return label in self.relations and self.relations[label].symmetric

    def entity_for_key(self, key: str) -> EntityType | None:
        """Find the entity type with a hot key."""
        return next((e for e in self.entities.values() if e.key == key), None)

    def entity_for_model_label(self, label: str) -> str | None:
        """Name the entity that a pretrained pipeline's label stands for, the first that lists it."""
        return next((e.name for e in self.entities.values() if label in e.model_labels), None)

    def relations_between(self, one: str, other: str) -> list[tuple[RelationType, bool]]:
        """List the relation types that fit two entity labels, each with whether ``other`` would be the head."""
        types = [(r, False) for r in self.relations.values() if r.fits(one, other)]
        types += [
            (r, True)
            for r in self.relations.values()
            if r.fits(other, one) and not (r.symmetric and r.fits(one, other))
        ]
        return types

    def span_problem(self, span: SpanKey, others: Iterable[SpanKey] = ()) -> str | None:
        """Say why ``span`` may not stand beside ``others``, or return ``None`` when it may.

        ``others`` need only hold the spans of the same layer that share text with it.
        """
        if span.label not in self.entities:
            return self._missing(span.label, "an entity label", self.entities)
        if span.start >= span.end or span.start < 0:
            return f"{span.label} {span.start}-{span.end} is not a stretch of text"
        clashes = (problem for other in others if (problem := self._overlap_problem(span, other)) is not None)
        return next(clashes, None)

    def _missing(self, label: str, what: str, known: Mapping[str, object]) -> str:
        """Say that a label is not in the scheme, and what took its place."""
        new = [name for name in self.successors.get(label, ()) if name in known]
        if new:
            return f"{label} was split into {' and '.join(new)}"
        return f"{label} is not {what} of the scheme{did_you_mean(label, known)}"

    def _overlap_problem(self, span: SpanKey, other: SpanKey) -> str | None:
        if other == span:
            return f"{span_text(span)} is already there"
        if not ranges_clash(self.overlap, span.start, span.end, other.start, other.end):
            return None
        if self.overlap == "flat":
            return f"{span_text(span)} overlaps {span_text(other)}, and the scheme's spans are flat"
        return f"{span_text(span)} crosses {span_text(other)}, and the scheme's spans may only nest"

    def apart(self, one: SpanKey, other: SpanKey) -> bool:
        """Tell whether the overlap rule forbids two different spans beside each other."""
        return one != other and self._overlap_problem(one, other) is not None

    def relation_problem(
        self, relation: RelationKey, sentences: Segmentation, others: Iterable[RelationKey] = ()
    ) -> str | None:
        """Say why ``relation`` may not be made beside ``others``, or return ``None`` when it may.

        ``others`` need only hold the relations of the same layer between the same two spans.
        """
        head, child, label = relation
        kind = self.relations.get(label)
        if kind is None:
            return self._missing(label, "a relation label", self.relations)
        if head == child:
            return f"{label} would link {span_text(head)} with itself"
        if not kind.fits(head.label, child.label):
            allowed = f"{'|'.join(kind.head)} → {'|'.join(kind.child)}"
            return f"{label} goes {allowed}, not {head.label} → {child.label}"
        if kind.within == "sentence" and not in_one_sentence(sentences, head, child):
            return f"{label} stays inside one sentence, and {span_text(head)} and {span_text(child)} do not"
        for other in others:
            if other == relation or (kind.symmetric and other == (child, head, label)):
                return f"{label} from {span_text(head)} to {span_text(child)} is already there"
        return None


def ranges_clash(overlap: Overlap, start: int, end: int, other_start: int, other_end: int) -> bool:
    """Tell whether two ranges of text may not both bear a span, whatever their labels.

    Where spans are flat these are ranges that share text, where they nest ranges that cross.
    """
    if overlap == "any" or end <= other_start or other_end <= start:
        return False
    inside = other_start <= start and end <= other_end
    around = start <= other_start and other_end <= end
    return overlap == "flat" or not (inside or around)


def span_text(span: SpanKey) -> str:
    """Name a span in a message by its label and its offsets."""
    return f"{span.label} {span.start}-{span.end}"


def in_one_sentence(sentences: Segmentation, one: SpanKey, other: SpanKey) -> bool:
    """Tell whether there is a sentence that both spans lie in, or reach into."""
    first = sentences.overlapping(one.start, one.end)
    second = sentences.overlapping(other.start, other.end)
    return max(first.start, second.start) < min(first.stop, second.stop)
