"""The attributes that a file has and the label scheme lacks, as far as it was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from annotator.formats.protocol import ForeignAttribute
from annotator.labels.attributes import (
    DOCUMENT,
    AttributeChoice,
    AttributeKind,
    AttributeType,
    is_date,
    values_of,
)

MOST_CHOICES = 40
"""Different texts up to which they are taken for the values that one may choose from."""


class NewAttributes:
    """Collects attributes from what a file says, one value after another.

    Whether one item may have several values is told by the first value, which is a list then.  While texts are still
    coming in, any is allowed; only at the end they are values to choose from, dates, texts or entries of a catalog.
    """

    def __init__(self) -> None:
        self._seen: dict[str, _SeenAttribute] = {}

    def __iter__(self) -> Iterator[AttributeType]:
        return (seen.final() for seen in self._seen.values())

    def __len__(self) -> int:
        return len(self._seen)

    def attribute(self, said: ForeignAttribute, label: str | None) -> AttributeType | None:
        """The attribute that holds what is said of an item of a label, or (``None``) of the document.

        Nothing holds what is said of a document where it was said of labels before, or the other way round.
        """
        seen = self._seen.get(said.name)
        if seen is None:
            seen = self._seen[said.name] = _SeenAttribute(said.name, said.kind, isinstance(said.value, list))
        of = DOCUMENT if label is None else label
        if (label is None) != (DOCUMENT in seen.of) and seen.of:
            return None
        seen.of[of] = None
        if seen.kind == "values":
            seen.texts.update(dict.fromkeys(value for value in values_of(said.value) if isinstance(value, str)))
        return seen.so_far()


@dataclass(slots=True)
class _SeenAttribute:
    """What was seen of one attribute: of which labels, and which texts."""

    name: str
    kind: AttributeKind
    several: bool
    of: dict[str, None] = field(default_factory=dict)
    texts: dict[str, None] = field(default_factory=dict)

    def so_far(self) -> AttributeType:
        """The attribute that takes any text, while more may come."""
        return self._of_kind("text" if self.kind == "values" else self.kind)

    def final(self) -> AttributeType:
        """The attribute as all that was seen tells it."""
        if self.kind != "values":
            return self._of_kind(self.kind)
        texts = sorted(text.strip() for text in self.texts)
        if len(texts) > MOST_CHOICES:
            return self._of_kind("catalog" if self.several else "text")
        if all(map(is_date, texts)) and any("-" in text for text in texts) and not self.several:
            return self._of_kind("date")
        return self._of_kind("values", texts)

    def _of_kind(self, kind: AttributeKind, choices: list[str] | None = None) -> AttributeType:
        return AttributeType(
            self.name,
            kind,
            tuple(self.of),
            choices={choice: AttributeChoice(choice) for choice in choices or ()},
            catalog=self.name if kind == "catalog" else None,
            several=self.several and kind in ("values", "text", "catalog"),
            default=False if kind == "flag" else None,
        )
