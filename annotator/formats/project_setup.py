"""What other programs need to make a project for our labels: Label Studio's configuration, doccano's label types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import cycle
from string import ascii_lowercase, digits

from annotator.formats.labelstudio_attributes import controls
from annotator.formats.source import RELATION_LABELS, SPAN_LABELS
from annotator.labels import EntityType, LabelScheme, RelationType

_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7f7f7f", "#994f00", "#6a3d9a", "#40b0a6")
"""Colours that can be told apart without telling red from green (Okabe and Ito 2008), and some darker ones."""
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def labelling_config(scheme: LabelScheme, options: Mapping[str, str]) -> Mapping[str, bytes]:
    """Write the labelling interface of a Label Studio project, by the names that ``options`` give its controls."""
    from xml.sax.saxutils import quoteattr  # loads what fetches pages, too

    label, text = options.get("from_name", "label"), options.get("to_name", "text")
    value = f"${options.get('text', 'text')}"
    lines = ["<View>", "  <Relations>"]
    lines += (f"    <Relation value={quoteattr(name)}/>" for name in scheme.relations)
    lines += ["  </Relations>", f"  <Labels name={quoteattr(label)} toName={quoteattr(text)}>"]
    for entity, color in zip(scheme.entities.values(), _colors(scheme.entities.values()), strict=True):
        attributes = f"value={quoteattr(entity.name)} background={quoteattr(color)} hotkey={quoteattr(entity.key)}"
        hint = next(iter(entity.description.values()), "")
        lines.append(f"    <Label {attributes}{f' hint={quoteattr(hint)}' if hint else ''}/>")
    lines += ["  </Labels>", f"  <Text name={quoteattr(text)} value={quoteattr(value)}/>"]
    lines += [*controls(scheme, label, text), "</View>", ""]
    return {"config.xml": "\n".join(lines).encode("utf-8")}


def label_types(scheme: LabelScheme, options: Mapping[str, str]) -> Mapping[str, bytes]:  # noqa: ARG001 - the protocol's
    """Write the types of spans and of relations in the form that doccano imports on its page of labels."""
    spans, relations = tuple(scheme.entities.values()), tuple(scheme.relations.values())
    types = {SPAN_LABELS: _doccano_types(spans)}
    return {**types, RELATION_LABELS: _doccano_types(relations)} if relations else types


def _doccano_types(labels: tuple[EntityType | RelationType, ...]) -> bytes:
    keys = list(_suffix_keys(labels))
    rows = [
        {"text": label.name, "suffix_key": key, "background_color": color, "text_color": "#ffffff"}
        for label, key, color in zip(labels, keys, _colors(labels), strict=True)
    ]
    return json_file(rows)


def json_file(value: object) -> bytes:
    """A small JSON file that people may read, too."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _suffix_keys(labels: Iterable[EntityType | RelationType]) -> Iterator[str | None]:
    """Give each label its own key if that is a digit or a small letter, as doccano demands, and still free."""
    taken: set[str] = set()
    for label in labels:
        key = label.key.lower()
        free = key in (*digits, *ascii_lowercase) and key not in taken
        yield key if free else None
        taken.add(key)


def _colors(labels: Iterable[EntityType | RelationType]) -> Iterator[str]:
    """The colours of labels: their own where the scheme gives one by number, else the next that is easily told."""
    spare = cycle(_COLORS)
    for label in labels:
        own = label.color if isinstance(label, EntityType) else None
        yield own if own is not None and _HEX.fullmatch(own) else next(spare)
