"""The types of the fields that records have in common."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Offset = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Score = Annotated[float, Meta(ge=0, le=1)]
Word = Annotated[str, Meta(min_length=1, max_length=1000)]
ItemId = Annotated[str, Meta(min_length=1, max_length=10_000)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
SpanContent = tuple[Offset, Offset, Word]
"""Start, end and label of a span, as history keeps what somebody marked."""
RelationContent = tuple[SpanContent, SpanContent, Word]
"""Head, child and label of a relation."""
AttributeContent = bool | int | float | str | list[str]
"""What an attribute is set to."""
AttributesContent = Annotated[dict[Word, AttributeContent], Meta(min_length=1, max_length=1000)]
"""What is set of the attributes of an item or a document, by name."""
