"""BioC's XML from and to the objects of BioC's JSON, a document at a time.

What BioC says is in elements, with ``infon`` elements for the rest.  An XML file may name a DTD, which is never loaded;
entities of its own are refused, because they can make gigabytes of a few lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lxml import etree

from annotator.errors import FormatError
from annotator.formats.json_values import dumps
from annotator.formats.source import Source

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLACE = re.compile(r", line \d+, column \d+$")
_TOLD = ("source", "date", "key")
_INSIDE = {
    "document": ("passages", "annotations", "relations"),
    "passage": ("sentences", "annotations", "relations"),
    "sentence": ("annotations", "relations"),
    "annotation": ("locations",),
    "relation": ("nodes",),
}
"""The lists of an element's elements, each of which is named without the last letter."""
_HINT = "mend what wrote the file"


class BiocDocument(NamedTuple):
    """A document as BioC's JSON has it, what is said of its collection, and its place for messages."""

    value: object
    collection: Mapping[str, Any]
    where: str


def parse_documents(source: Source) -> Iterator[BiocDocument]:
    """Yield the documents of an XML file, holding one in memory."""
    parser = etree.XMLPullParser(
        events=("end",), tag="document", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        for piece in source.pieces():
            parser.feed(piece)
            yield from _finished(parser, source)
        root = parser.close()
        yield from _finished(parser, source)
    except etree.XMLSyntaxError as error:
        raise FormatError(f"{source.name}:{error.lineno or 1}: not XML: {_PLACE.sub('', error.msg)}", _HINT) from error
    if root.tag != "collection":
        raise FormatError(f"{source.name}:1: found <{root.tag}>, expected the <collection> of BioC", _HINT)


def _finished(parser: Any, source: Source) -> Iterator[BiocDocument]:
    for _, element in parser.read_events():
        where = f"{source.name}:{element.sourceline}"
        root = element.getparent()
        if root is None or root.tag != "collection":
            raise FormatError(f"{where}: found a <document> that is not in a <collection>", _HINT)
        if next(root.iter(etree.Entity), None) is not None:
            raise FormatError(f"{where}: found an entity of the file's own, expected plain text", "write it out")
        told = {name: root.findtext(name) or "" for name in _TOLD}
        yield BiocDocument(_object(element, where), {**told, "infons": _infons(root, where)}, where)
        element.clear()
        while element.getprevious() is not None and element.getprevious().tag == "document":
            root.remove(element.getprevious())


def _object(element: Any, where: str) -> dict[str, Any]:
    """Turn an element into the object that BioC's JSON has for it; numbers that are none stay strings."""
    value: dict[str, Any] = {**element.attrib}
    if element.tag not in ("location", "node"):
        value["infons"] = _infons(element, where)
    for child in element.iterchildren("id", "offset", "text"):
        value[child.tag] = "".join(child.itertext())
    for name in ("offset", "length"):
        if name in value:
            value[name] = _number(value[name])
    for name in _INSIDE.get(element.tag, ()):
        value[name] = [_object(child, where) for child in element.iterchildren(name[:-1])]
    return value


def _infons(element: Any, where: str) -> dict[str, str]:
    infons = {}
    for infon in element.iterchildren("infon"):
        key = infon.get("key")
        if key is None:
            raise FormatError(f"{where}: found an infon without a key, expected one", _HINT)
        infons[key] = "".join(infon.itertext())
    return infons


def _number(text: str) -> int | str:
    text = text.strip()
    return int(text) if re.fullmatch(r"\d{1,18}", text) else text


def without_controls(text: str) -> str:
    """Put a replacement character for each that XML cannot hold, so that offsets stay the same."""
    return _NOT_XML.sub("\ufffd", text)


def opening(collection: Mapping[str, Any]) -> str:
    """The beginning of a file, up to its first document."""
    element = etree.Element("collection")
    for name in _TOLD:
        etree.SubElement(element, name).text = without_controls(collection.get(name, ""))
    _add_infons(element, collection.get("infons", {}))
    written: str = etree.tostring(element, encoding="unicode")
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{written.removesuffix('</collection>')}\n"


CLOSING = "</collection>\n"
"""The end of a file, behind its last document."""


def write_document(value: Mapping[str, Any]) -> str:
    """Write a document, given as BioC's JSON has it."""
    written: str = etree.tostring(_element("document", value), encoding="unicode")
    return f"{written}\n"


def _element(tag: str, value: Mapping[str, Any]) -> Any:
    element = etree.Element(tag)
    if tag in ("location", "node"):
        for name, part in value.items():
            element.set(name, without_controls(str(part)))
        return element
    if tag == "document":
        etree.SubElement(element, "id").text = without_controls(value["id"])
    elif "id" in value:
        element.set("id", without_controls(value["id"]))
    _add_infons(element, value.get("infons", {}))
    if "offset" in value:
        etree.SubElement(element, "offset").text = str(value["offset"])
    written_before = tag != "annotation"
    if written_before and "text" in value:
        etree.SubElement(element, "text").text = without_controls(value["text"])
    for name in _INSIDE[tag]:
        element.extend(_element(name[:-1], part) for part in value.get(name, ()))
    if not written_before:
        etree.SubElement(element, "text").text = without_controls(value["text"])
    return element


def _add_infons(element: Any, infons: Mapping[str, Any]) -> None:
    for key, value in infons.items():
        infon = etree.SubElement(element, "infon", key=without_controls(key))
        infon.text = without_controls(value if isinstance(value, str) else dumps(value))
