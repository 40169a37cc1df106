"""Labels and attributes as a format spells them that cannot hold all of our names, such as one without spaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from annotator.annotation import Annotations, Attributes
from annotator.errors import FormatError
from annotator.formats.protocol import Format
from annotator.formats.record import LayerRecord
from annotator.labels import LabelScheme


class LabelSpelling:
    """How a format spells the names of a scheme; ``names`` gives the name for each spelling that is another.

    Raises :class:`FormatError` where it would spell two labels, or two attributes, alike.
    """

    def __init__(self, form: Format, scheme: LabelScheme) -> None:
        self._labels = _spelled(form, (*scheme.entities, *scheme.relations))
        self._attributes = _spelled(form, scheme.attributes)
        spelled = {**self._attributes, **self._labels}
        self.names: Mapping[str, str] = {spelling: name for name, spelling in spelled.items()}

    def scheme(self, scheme: LabelScheme) -> LabelScheme:
        """The scheme with its names as the format spells them."""
        if not self._labels and not self._attributes:
            return scheme
        spell, spell_attribute = self._spell, self._spell_attribute
        return replace(
            scheme,
            entities={spell(name): replace(e, name=spell(name)) for name, e in scheme.entities.items()},
            relations={
                spell(name): replace(
                    r, name=spell(name), head=tuple(map(spell, r.head)), child=tuple(map(spell, r.child))
                )
                for name, r in scheme.relations.items()
            },
            attributes={
                spell_attribute(name): replace(a, name=spell_attribute(name), of=tuple(map(spell, a.of)))
                for name, a in scheme.attributes.items()
            },
        )

    def record(self, record: LayerRecord) -> LayerRecord:
        """The record with its names as the format spells them."""
        content = record.annotations
        if self._labels:
            labels = {s.label for s in content.spans.values()} | {r.label for r in content.relations.values()}
            if not self._labels.keys().isdisjoint(labels):
                spans = {i: span.replace(label=self._spell(span.label)) for i, span in content.spans.items()}
                links = {i: link.replace(label=self._spell(link.label)) for i, link in content.relations.items()}
                content = replace(content, spans=spans, relations=links)
        if self._attributes:
            spans = {i: span.replace(attributes=self._named(span.attributes)) for i, span in content.spans.items()}
            links = {i: link.replace(attributes=self._named(link.attributes)) for i, link in content.relations.items()}
            content = Annotations(spans, links, self._named(content.document_attributes) or {})
        return record if content is record.annotations else replace(record, annotations=content)

    def _named(self, attributes: Attributes | None) -> Attributes | None:
        return attributes and dict(sorted((self._spell_attribute(name), value) for name, value in attributes.items()))

    def _spell(self, name: str) -> str:
        return self._labels.get(name, name)

    def _spell_attribute(self, name: str) -> str:
        return self._attributes.get(name, name)


def _spelled(form: Format, names: Iterable[str]) -> dict[str, str]:
    """The spellings that are not the names themselves, by name."""
    if form.spell is None:
        return {}
    taken: dict[str, str] = {}
    for name in names:
        spelling = form.spell(name)
        other = taken.setdefault(spelling, name)
        if other != name:
            raise FormatError(
                f"{form.name} spells {other!r} and {name!r} alike, as {spelling!r}",
                "`annotator labels rename` gives one of them another name",
            )
    return {name: spelling for spelling, name in taken.items() if spelling != name}
