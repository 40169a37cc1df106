"""Labels as a format spells them that cannot hold all of our names, such as one without spaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from annotator.errors import FormatError
from annotator.formats.protocol import Format
from annotator.formats.record import LayerRecord
from annotator.labels import LabelScheme


class LabelSpelling:
    """How a format spells the labels of a scheme; ``names`` gives the label for each spelling that is not its name.

    Raises :class:`FormatError` where it would spell two labels alike.
    """

    def __init__(self, form: Format, scheme: LabelScheme) -> None:
        spelled = (
            {} if form.spell is None else {name: form.spell(name) for name in (*scheme.entities, *scheme.relations)}
        )
        names: dict[str, str] = {}
        for name, spelling in spelled.items():
            other = names.setdefault(spelling, name)
            if other != name:
                raise FormatError(
                    f"{form.name} spells {other!r} and {name!r} alike, as {spelling!r}",
                    "`annotator labels rename` gives one of them another name",
                )
        self.names: Mapping[str, str] = {spelling: name for spelling, name in names.items() if spelling != name}
        self._spelled = {name: spelling for spelling, name in self.names.items()}

    def scheme(self, scheme: LabelScheme) -> LabelScheme:
        """The scheme with its labels as the format spells them."""
        if not self._spelled:
            return scheme
        spell = self._spell
        return replace(
            scheme,
            entities={spell(name): replace(e, name=spell(name)) for name, e in scheme.entities.items()},
            relations={
                spell(name): replace(
                    r, name=spell(name), head=tuple(map(spell, r.head)), child=tuple(map(spell, r.child))
                )
                for name, r in scheme.relations.items()
            },
        )

    def record(self, record: LayerRecord) -> LayerRecord:
        """The record with its labels as the format spells them."""
        if not self._spelled:
            return record
        content = record.annotations
        labels = {s.label for s in content.spans.values()} | {r.label for r in content.relations.values()}
        if self._spelled.keys().isdisjoint(labels):
            return record
        spans = {i: span.replace(label=self._spell(span.label)) for i, span in content.spans.items()}
        relations = {i: link.replace(label=self._spell(link.label)) for i, link in content.relations.items()}
        return replace(record, annotations=replace(content, spans=spans, relations=relations))

    def _spell(self, name: str) -> str:
        return self._spelled.get(name, name)
