"""Word documents (Office Open XML): paragraphs, lists and tables, as the text stands once all changes are accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotator.documents.extract import Extract, ExtractOptions, solid_length
from annotator.documents.zipped import ZippedParts, zipped_parts
from annotator.errors import InputError

_PROPERTIES = {
    "title": "{http://purl.org/dc/elements/1.1/}title",
    "author": "{http://purl.org/dc/elements/1.1/}creator",
    "date": "{http://purl.org/dc/terms/}created",
}
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "ptab": "\t"}
_CHANGES = {"del": "tracked deletion", "moveFrom": "tracked move"}
_OBJECTS = {
    "drawing": "picture", "pict": "picture", "object": "embedded object",
    "footnoteReference": "footnote", "endnoteReference": "endnote", "softHyphen": "soft hyphen",
}  # fmt: skip
_IGNORED = frozenset({"pPr", "instrText", "rPr", "sectPr", "tblPr", "trPr", "tcPr", "sdtPr", "Fallback", "tblGrid"})
_OFF = ("0", "false", "off")
_BESIDE = (("header", "page header"), ("footer", "page footer"), ("footnotes", ""), ("endnotes", ""), ("comments", ""))


def read_docx(path: Path, name: str, _options: ExtractOptions) -> Iterator[Extract]:
    """Read a Word document."""
    with zipped_parts(path, name, "Word document") as parts:
        root = parts.xml("word/document.xml")
        if root is None:
            raise InputError(f"{name}: no Word document, or a damaged one", "save it again as .docx")
        walk = _BodyWalk()
        body = next((child for child in root if _local(child) == "body"), None)
        if body is not None:
            walk.blocks(body)
        beside = _beside(parts, walk.left_out)
        known = _properties(parts)
    text = walk.text()
    yield Extract(
        text,
        known.pop("title", None),
        meta=known,
        total=solid_length(text) + walk.lost + beside,
        left_out=+walk.left_out,
    )


class _BodyWalk:
    """Gathers the paragraphs of a body; what they leave out is counted, ``lost`` in characters."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.lost = 0
        self._pieces: list[str] = []
        self._in_list = False
        self._begun = ""
        self._boxes: list[Any] = []

    def text(self) -> str:
        """The paragraphs, an empty line between them, none between the items of a list and the rows of a table."""
        return "".join(self._pieces[1:])

    def blocks(self, parent: Any) -> None:
        """Take the paragraphs and tables of an element."""
        for child in parent:
            kind = _local(child)
            if kind == "p":
                self._paragraph(child)
            elif kind == "tbl":
                self._end_paragraph()
                self._table(child)
            elif kind in _CHANGES:
                self._lose(_CHANGES[kind], child)
            elif kind not in _IGNORED and kind != "altChunk":
                self.blocks(child)
            elif kind == "altChunk":
                self.left_out["embedded file"] += 1
        self._end_paragraph()

    def _paragraph(self, paragraph: Any) -> None:
        self._begun += self._inline(paragraph, self._boxes)
        if not _goes_on(paragraph):
            listed = (_local(e) == "numPr" and _is_list(e) for p in paragraph if _local(p) == "pPr" for e in p)
            self._end_paragraph(numbered=any(listed))

    def _end_paragraph(self, *, numbered: bool = False) -> None:
        """Put the paragraph that was begun, then its text boxes."""
        text, boxes = self._begun.strip(" \t\n"), self._boxes
        self._begun, self._boxes = "", []
        if text:
            self._put(text, close=numbered)
            self.left_out["list marker"] += numbered
        for box in boxes:
            self.blocks(box)

    def _table(self, table: Any) -> None:
        first = True
        for row in _within(table, "tr"):
            boxes: list[Any] = []
            cells = [" ".join(self._cell(cell, boxes).split()) for cell in _within(row, "tc")]
            if any(cells):
                self._put("\t".join(cells), close=not first)
                self._in_list, first = True, False
            for box in boxes:
                self.blocks(box)
        self._in_list = False

    def _cell(self, cell: Any, boxes: list[Any]) -> str:
        return "".join(
            self._inline(paragraph, boxes) + ("" if _goes_on(paragraph) else " ") for paragraph in _paragraphs(cell)
        )

    def _put(self, text: str, *, close: bool) -> None:
        self._pieces += ("\n" if close and self._in_list else "\n\n", text)
        self._in_list = close

    def _inline(self, parent: Any, boxes: list[Any]) -> str:
        """The text of runs; text boxes are put into ``boxes``."""
        pieces = []
        for child in parent:
            kind = _local(child)
            if kind == "t":
                pieces.append(child.text or "")
            elif kind in _CHARACTERS:
                pieces.append(_CHARACTERS[kind])
            elif kind in _CHANGES:
                self._lose(_CHANGES[kind], child)
            elif kind == "r" and any(_local(p) == "vanish" and _value(p) not in _OFF for p in _properties_of(child)):
                self._lose("hidden passage", child)
            elif kind in _OBJECTS:
                found = [box for box in child.iter() if _local(box) == "txbxContent" and not _in_fallback(box)]
                boxes += found
                self.left_out[_OBJECTS[kind]] += not found
            elif kind not in _IGNORED:
                pieces.append(self._inline(child, boxes))
        return "".join(pieces)

    def _lose(self, what: str, element: Any) -> None:
        self.left_out[what] += 1
        self.lost += sum(solid_length(e.text or "") for e in element.iter() if _local(e) in ("t", "delText"))


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _within(parent: Any, kind: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, also those in content controls and tracked insertions."""
    for child in parent:
        if _local(child) == kind:
            yield child
        elif _local(child) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _within(child, kind)


def _paragraphs(parent: Any) -> Iterator[Any]:
    """The paragraphs of a cell, also those of tables in it, but not those of text boxes."""
    for child in parent:
        if _local(child) == "p":
            yield child
        else:
            yield from _paragraphs(child)


def _properties_of(run: Any) -> Iterator[Any]:
    return (e for properties in run if _local(properties) == "rPr" for e in properties)


def _goes_on(paragraph: Any) -> bool:
    """Tell whether a paragraph goes on in the next one, because its end was deleted or moved in a tracked change."""
    return any(_local(e) in _CHANGES for p in paragraph if _local(p) == "pPr" for e in _properties_of(p))


def _value(element: Any) -> str:
    """What an element of properties is set to, empty where that is not said."""
    return next((str(value) for name, value in element.attrib.items() if name.endswith("}val")), "")


def _is_list(numbering: Any) -> bool:
    """Tell whether a paragraph's numbering makes it an item of a list: number 0 takes away that of its style."""
    return not any(_local(e) == "numId" and _value(e) == "0" for e in numbering)


def _in_fallback(element: Any) -> bool:
    return any(_local(ancestor) == "Fallback" for ancestor in element.iterancestors())


def _beside(parts: ZippedParts, left_out: Counter[str]) -> int:
    """Count what stands beside the body, and return how many characters it has."""
    lost = 0
    for part in parts.names():
        folder, _, file = part.rpartition("/")
        what = next((what for beginning, what in _BESIDE if file.startswith(beginning)), None)
        if folder != "word" or what is None or not file.endswith(".xml"):
            continue
        root = parts.xml(part)
        texts = [solid_length(e.text or "") for e in root.iter() if _local(e) == "t"] if root is not None else []
        lost += sum(texts)
        if what and any(texts):
            left_out[what] += 1
        elif root is not None and file.startswith("comments") and file == "comments.xml":
            left_out["comment"] += sum(1 for e in root if _local(e) == "comment")
    return lost


def _properties(parts: ZippedParts) -> dict[str, str]:
    root = parts.xml("docProps/core.xml")
    if root is None:
        return {}
    known = {key: " ".join((root.findtext(tag) or "").split()) for key, tag in _PROPERTIES.items()}
    return {key: value for key, value in known.items() if value}
