"""Finds the values that an attribute may be set to: those of the label scheme, or the entries of a catalog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from annotator.catalogs import CatalogEntry, folded_name
from annotator.errors import AnnotatorError
from annotator.labels import AttributeType
from annotator.store.catalogs import CatalogIndex
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.annotating.link_candidates import LinkCandidate, LinkCandidates
from annotator.workflow.annotating.session import AnnotationSession


class FoundValue(NamedTuple):
    """A value that may be chosen: an entry has an id as its value, a name, and what tells it from others."""

    value: str
    name: str = ""
    about: str = ""


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
Candidates = Callable[[AttributeType, CatalogIndex, str | None, int], Sequence[LinkCandidate]]
"""Finds the likeliest entries of an attribute's catalog for an item, or (``None``) the document: at most so many."""


class EntrySearch:
    """Searches values; ``open_catalog`` opens a catalog by its name, ``candidates`` finds the likeliest entries."""

    def __init__(self, candidates: Candidates, open_catalog: Callable[[str], CatalogIndex]) -> None:
        self._find_candidates = candidates
        self._open_catalog = open_catalog
        self._entries: dict[tuple[str, str], CatalogEntry | None] = {}

    def search(self, attribute: AttributeType, item_id: str | None, query: str) -> Sequence[FoundValue]:
        """The values whose names fit what was typed, or the likeliest ones where nothing was.

        Raises :class:`AnnotatorError` where the catalog cannot be opened.
        """
        if attribute.catalog is None:
            wanted = folded_name(query).split()
            found = (FoundValue(c.name, "", next(iter(c.description.values()), "")) for c in attribute.choices.values())
            return [one for one in found if all(word in folded_name(f"{one.value} {one.about}") for word in wanted)]
        index = self._open_catalog(attribute.catalog)
        if not query.strip():
            return self._candidates(attribute, index, item_id, MOST_FOUND)
        return [_found(entry) for entry in index.search(query, MOST_FOUND)]

    def likely(self, attribute: AttributeType, item_id: str | None, limit: int) -> Sequence[FoundValue]:
        """The likeliest entries for an item; none where the catalog cannot be opened."""
        if attribute.catalog is None:
            return []
        try:
            return self._candidates(attribute, self._open_catalog(attribute.catalog), item_id, limit)
        except AnnotatorError:
            return []

    def _candidates(
        self, attribute: AttributeType, index: CatalogIndex, item_id: str | None, limit: int
    ) -> list[FoundValue]:
        candidates = self._find_candidates(attribute, index, item_id, limit)
        return [_found(candidate.entry, candidate.why) for candidate in candidates]

    def name(self, attribute: AttributeType, value: str) -> str | None:
        """The name of an entry; ``None`` where it is not known."""
        entry = self._entry(attribute, value)
        return None if entry is None else entry.name

    def about(self, attribute: AttributeType, value: str) -> str:
        """What tells an entry from others of its name; empty where that is not known."""
        entry = self._entry(attribute, value)
        return "" if entry is None else " · ".join(filter(None, (entry.type, entry.description)))

    def _entry(self, attribute: AttributeType, value: str) -> CatalogEntry | None:
        if attribute.catalog is None:
            return None
        key = attribute.catalog, value
        if key not in self._entries:
            try:
                self._entries[key] = self._open_catalog(attribute.catalog).entry(value)
            except AnnotatorError:
                return None
        return self._entries[key]


def candidates_in(session: AnnotationSession) -> Candidates:
    """The likeliest entries for the items of a curator's session."""
    return lambda attribute, index, item_id, limit: LinkCandidates(session, attribute, index).of(item_id, limit)


def candidates_said(session: GoldSession) -> Candidates:
    """The entries that curators linked an item of gold to, each with who says so."""

    def candidates(
        attribute: AttributeType, index: CatalogIndex, item_id: str | None, limit: int
    ) -> list[LinkCandidate]:
        said = session.attributes.said(item_id, attribute.name)
        entries = {value: index.entry(value) for value in said}
        known = [LinkCandidate(entry, f"{said[value]} of the curators") for value, entry in entries.items() if entry]
        return known[:limit]

    return candidates


def _found(entry: CatalogEntry, why: str = "") -> FoundValue:
    return FoundValue(entry.id, entry.name, " · ".join(filter(None, (why, entry.type, entry.description))))
