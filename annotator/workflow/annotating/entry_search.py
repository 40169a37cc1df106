"""Finds the values that an attribute may be set to: those of the label scheme, or the entries of a catalog."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from annotator.annotation import Attributes
from annotator.errors import AnnotatorError
from annotator.labels import AttributeType
from annotator.labels.attributes import values_of
from annotator.workflow.annotating.session import AnnotationSession


class FoundValue(NamedTuple):
    """A value that may be chosen: an entry has an id as its value, a name, and what tells it from others."""

    value: str
    name: str = ""
    about: str = ""


class CatalogEntry(Protocol):
    """An entry of a catalog."""

    @property
    def id(self) -> str:
        """What stands in an attribute."""
        ...

    @property
    def name(self) -> str:
        """How it is called."""
        ...

    @property
    def type(self) -> str:
        """What kind of thing it is."""
        ...

    @property
    def description(self) -> str:
        """What tells it from others."""
        ...


class OpenCatalog(Protocol):
    """A catalog that can be searched."""

    def search(self, query: str, limit: int) -> Sequence[CatalogEntry]:
        """The entries whose names fit, likeliest first."""
        ...

    def entry(self, identity: str) -> CatalogEntry | None:
        """The entry with an id."""
        ...


class EntrySource(Protocol):
    """Where values of attributes are found."""

    def search(self, attribute: AttributeType, item_id: str | None, query: str) -> Sequence[FoundValue]:
        """The values whose names fit what was typed, or the likeliest ones where nothing was."""
        ...

    def likely(self, attribute: AttributeType, item_id: str | None, limit: int) -> Sequence[FoundValue]:
        """The likeliest entries for an item."""
        ...

    def name(self, attribute: AttributeType, value: str) -> str | None:
        """The name of an entry; ``None`` where it is not known."""
        ...


MOST_FOUND = 50


class EntrySearch:
    """Searches values for the items of a session; ``open_catalog`` opens a catalog by its name."""

    def __init__(self, session: AnnotationSession, open_catalog: Callable[[str], OpenCatalog]) -> None:
        self._session = session
        self._open_catalog = open_catalog
        self._names: dict[tuple[str, str], str | None] = {}

    def search(self, attribute: AttributeType, item_id: str | None, query: str) -> Sequence[FoundValue]:
        """The values whose names fit what was typed, or the likeliest ones where nothing was.

        Raises :class:`AnnotatorError` where the catalog cannot be opened.
        """
        if attribute.catalog is None:
            wanted = _folded(query).split()
            found = (FoundValue(c.name, "", _first(c.description)) for c in attribute.choices.values())
            return [one for one in found if all(word in _folded(f"{one.value} {one.about}") for word in wanted)]
        if not query.strip():
            return self.likely(attribute, item_id, MOST_FOUND)
        return [_found(entry) for entry in self._open_catalog(attribute.catalog).search(query, MOST_FOUND)]

    def likely(self, attribute: AttributeType, item_id: str | None, limit: int) -> Sequence[FoundValue]:
        """The likeliest entries for an item: what mentions of the same words are linked with, then what is so called.

        None where the catalog cannot be opened.
        """
        span = None if item_id is None else self._session.layer.span(item_id)
        if attribute.catalog is None or span is None:
            return []
        words = self._session.checks.text_of(span)
        values = dict.fromkeys(self._linked_before(attribute, words))
        found = [FoundValue(value, self.name(attribute, value) or "") for value in values]
        try:
            named = self._open_catalog(attribute.catalog).search(words, limit)
        except AnnotatorError:
            named = []
        return [*found, *(_found(entry) for entry in named if entry.id not in values)][:limit]

    def _linked_before(self, attribute: AttributeType, words: str) -> list[str]:
        """What the mentions of the document with these words are linked with."""
        checks, spans = self._session.checks, self._session.content.spans.values()
        linked = [span for span in spans if span.attributes and attribute.name in span.attributes]
        return [str(v) for s in linked if checks.text_of(s) == words for v in _values(attribute, s.attributes)]

    def name(self, attribute: AttributeType, value: str) -> str | None:
        """The name of an entry; ``None`` where it is not known."""
        if attribute.catalog is None:
            return None
        key = attribute.catalog, value
        if key not in self._names:
            try:
                entry = self._open_catalog(attribute.catalog).entry(value)
            except AnnotatorError:
                entry = None
            self._names[key] = None if entry is None else entry.name
        return self._names[key]


def _values(attribute: AttributeType, attributes: Attributes | None) -> Sequence[bool | int | float | str]:
    return values_of((attributes or {}).get(attribute.name))


def _found(entry: CatalogEntry) -> FoundValue:
    return FoundValue(entry.id, entry.name, " · ".join(filter(None, (entry.type, entry.description))))


def _first(description: dict[str, str] | object) -> str:
    return next(iter(description.values()), "") if isinstance(description, dict) else ""


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
