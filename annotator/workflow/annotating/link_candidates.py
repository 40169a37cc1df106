"""What a mention is probably linked to: entries of a catalog, the likeliest first, each with why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from annotator.annotation import Span
from annotator.catalogs import CatalogEntry
from annotator.labels.attributes import AttributeType, values_of
from annotator.store.catalogs import ALIAS, INITIALS, NAME, CatalogIndex
from annotator.suggest.attributes.memory import phrase_of
from annotator.workflow.annotating.session import AnnotationSession

_MOST_BY_WAY = 9


class LinkCandidate(NamedTuple):
    """An entry that a mention may be linked to, and why."""

    entry: CatalogEntry
    why: str


class LinkCandidates:
    """Proposes entries of one attribute's catalog for the spans of a session.

    What somebody decided comes first: the links of what the span is one with, of the same phrase here, and of the same
    phrase in other documents (the curator's own and gold).  Then come entries that are called like the span, by name,
    alias or initials, and at last what else is linked in the document.
    """

    def __init__(self, session: AnnotationSession, attribute: AttributeType, index: CatalogIndex) -> None:
        self._session = session
        self._attribute = attribute
        self._index = index

    def of(self, span_id: str | None, limit: int = 9) -> list[LinkCandidate]:
        """Up to ``limit`` candidates for a span, own or suggested; for another item what else is linked."""
        found: dict[str, LinkCandidate] = {}
        for candidate in self._all(span_id):
            found.setdefault(candidate.entry.id, candidate)
            if len(found) >= limit:
                break
        return list(found.values())

    def _all(self, span_id: str | None) -> Iterator[LinkCandidate]:
        span = self._session.layer.span(span_id) if span_id is not None else None
        if span is not None:
            yield from self._because("same group", self._links(self._mates(span.id)))
            yield from self._of_phrase(span)
        spans = self._session.content.spans.values()
        alike = (other for other in spans if span is not None and other.label == span.label)
        yield from self._because("in this document", self._links(alike))
        yield from self._because("in this document", self._links(spans))

    def _of_phrase(self, span: Span) -> Iterator[LinkCandidate]:
        text, label = self._session.checks.text_of(span), span.label
        same = (s for s in self._session.content.spans.values() if self._phrase(s) == phrase_of(label, text))
        yield from self._because("same words here", self._links(same))
        before = self._session.attribute_memory().values(label, text, self._attribute.name)
        yield from self._because("linked before", (str(value) for value, _ in before))
        for way, why in ((NAME, "name"), (ALIAS, "alias"), (INITIALS, "initials")):
            yield from (LinkCandidate(entry, why) for entry in self._index.called(text, way, _MOST_BY_WAY))

    def _mates(self, span_id: str) -> Iterator[Span]:
        """The other spans that are one with a span by an equivalence."""
        content = self._session.content
        for number in content.group_numbers(span_id):
            members = content.groups.members(number)
            yield from (content.spans[mate] for mate in sorted(members) if mate != span_id and mate in content.spans)

    def _links(self, spans: Iterable[Span]) -> Iterator[str]:
        for span in spans:
            yield from map(str, values_of((span.attributes or {}).get(self._attribute.name)))

    def _because(self, why: str, links: Iterable[str]) -> Iterator[LinkCandidate]:
        """The entries that are linked to, as far as the catalog has them."""
        for link in dict.fromkeys(links):
            entry = self._index.entry(link)
            if entry is not None:
                yield LinkCandidate(entry, why)

    def _phrase(self, span: Span) -> tuple[str, str]:
        return phrase_of(span.label, self._session.checks.text_of(span))
