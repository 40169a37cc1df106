"""Linking suggested spans with the entries of catalogs that are called so, where there is just one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from annotator.annotation import Annotations, Span
from annotator.errors import AnnotatorError
from annotator.groups import groups
from annotator.labels.attributes import AttributeType, with_value
from annotator.text import Document
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from annotator.store.catalogs import CatalogIndex

LEAST_SAME = 0.8
"""Score of a link of an equivalence from which its ends share their entries."""
AnyLayer = TypeVar("AnyLayer", bound=Annotations)


class LinkSuggestions:
    """Links the spans that are suggested in a workspace, by the catalogs of its scheme; to be closed.

    ``fingerprint`` changes whenever a link could be another; ``problems`` says why catalogs cannot be used.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._scheme = workspace.scheme
        self._open = ExitStack()
        self._indexes: dict[str, CatalogIndex] = {}
        self.problems: list[str] = []
        named = {a.name: a.catalog for a in self._scheme.attributes.values() if a.catalog is not None}
        if named:
            self._open_catalogs(workspace, named)
        self.fingerprint = "".join(f"\n{name}@{index.digest}" for name, index in sorted(self._indexes.items()))
        self._only_entry = cache(self._find_only_entry)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._open.close()

    def _open_catalogs(self, workspace: Workspace, named: Mapping[str, str]) -> None:
        """Open the catalogs of attributes, as far as there are any that can be used."""
        from annotator.workflow.catalogs import Catalogs

        catalogs = self._open.enter_context(closing(Catalogs(workspace)))
        for name, catalog in named.items():
            try:
                self._indexes[name] = catalogs.open(catalog)
            except AnnotatorError as error:
                self.problems.append(f"no links for {name}: {error}")

    def linked(self, document: Document, layer: AnyLayer) -> AnyLayer:
        """A layer of a document with the links that are certain by name, where none is suggested yet."""
        if not self._indexes:
            return layer
        spans = {i: self._linked(document, span) for i, span in layer.spans.items()}
        for group in self._groups(layer):
            for name in self._indexes:
                spans.update(_with_the_one_link(self._scheme.attributes[name], [spans[i] for i in group]))
        return replace(layer, spans=spans)

    def _groups(self, layer: Annotations) -> Iterator[list[str]]:
        """Yield the mentions that are probably one."""
        likely = [link for link in layer.relations.values() if (link.score or 0.0) >= LEAST_SAME]
        certain = Annotations.of(layer.spans.values(), likely)
        for label in sorted(self._scheme.equivalences):
            yield from groups(certain, label)

    def _linked(self, document: Document, span: Span) -> Span:
        attributes = span.attributes
        for attribute in self._scheme.attributes_of(span.label):
            if attribute.name in self._indexes and attribute.name not in (attributes or {}):
                entry = self._only_entry(attribute.name, document.text[span.start : span.end])
                value = None if entry is None else attribute.canonical([entry] if attribute.several else entry)
                attributes = with_value(attributes, attribute, value)
        return span if attributes == span.attributes else span.replace(attributes=attributes)

    def _find_only_entry(self, attribute: str, name: str) -> str | None:
        """The id of the only entry that has a name, or an alias, like this; ``None`` for none or several."""
        from annotator.store.catalogs import ALIAS, NAME

        index = self._indexes[attribute]
        found = {entry.id for way in (NAME, ALIAS) for entry in index.called(name, way, 2)}
        return found.pop() if len(found) == 1 else None


def _with_the_one_link(attribute: AttributeType, mentions: Sequence[Span]) -> Iterator[tuple[str, Span]]:
    """Yield those mentions that have no link, with the link of the others where they have one and the same."""
    links = [(mention.attributes or {}).get(attribute.name) for mention in mentions]
    found = [link for link in links if link is not None]
    if found and all(link == found[0] for link in found):
        for mention, link in zip(mentions, links, strict=True):
            if link is None and mention.label in attribute.of:
                yield mention.id, mention.replace(attributes=with_value(mention.attributes, attribute, found[0]))
