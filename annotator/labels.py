"""The label scheme: which entities and relations there are, and what they may connect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Overlap = Literal["flat", "nested", "any"]
Snap = Literal["token", "grapheme"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to find mentions without a model: one of a phrase, a regular expression or spaCy token patterns."""

    kind: Literal["phrase", "regex", "tokens"]
    value: str | tuple[Mapping[str, object], ...]
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class EntityType:
    """One entity label with its guideline; descriptions and examples are by language."""

    name: str
    key: str
    color: str | None = None
    description: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    model_labels: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class RelationType:
    """One relation label: which entity labels its head and child may have, and its guideline."""

    name: str
    key: str
    head: tuple[str, ...]
    child: tuple[str, ...]
    symmetric: bool = False
    within: Literal["sentence", "document"] = "sentence"
    description: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    patterns: tuple[Pattern, ...] = ()

    def fits(self, head: str, child: str) -> bool:
        """Return whether the scheme allows this relation from label ``head`` to label ``child``."""
        return head in self.head and child in self.child


@dataclass(frozen=True, slots=True)
class LabelScheme:
    """All labels of a workspace, in the order of the file, and how spans may lie."""

    entities: Mapping[str, EntityType]
    relations: Mapping[str, RelationType]
    languages: tuple[str, ...]
    overlap: Overlap
    snap: Snap
    sha256: str

    def relations_between(self, one: str, other: str) -> list[tuple[RelationType, bool]]:
        """Return the relation types that fit two entity labels, each with whether ``other`` would be the head."""
        found = [(r, False) for r in self.relations.values() if r.fits(one, other)]
        found += [
            (r, True) for r in self.relations.values() if r.fits(other, one) and not (r.symmetric and r.fits(one, other))
        ]
        return found
