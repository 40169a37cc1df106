"""Kinds of documents: by the ending of a file's name, and by what the file begins with."""

from __future__ import annotations

import re
import zipfile
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from annotator.documents.extract import Reader
from annotator.inputs import LONGEST_LINE, open_file

_LOOKED_AT = 4096
_MARKUP = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|rss|feed|rdf:RDF)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml\b")
_ZIP, _OLE, _RTF, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"\x1f\x8b"
_PDF = b"%PDF-"
_PDF_WITHIN = 1024


class Kind(NamedTuple):
    """A kind of document: what it is called, the endings of its files, its reader, and the largest file in bytes."""

    told: str
    endings: tuple[str, ...]
    reader: str = ""
    most: int = LONGEST_LINE

    @property
    def ending(self) -> str:
        """The usual ending."""
        return self.endings[0]

    def load(self) -> Reader:
        """The function that reads files of this kind."""
        module, _, function = self.reader.partition(":")
        reader: Reader = getattr(import_module(f"annotator.documents.{module}"), function)
        return reader


TEXT = Kind("plain text", (".txt", ".md"))
JSON_LINES = Kind("JSON Lines", (".jsonl",), most=1 << 62)
CSV = Kind("CSV", (".csv", ".tsv"), most=1 << 62)
HTML = Kind("HTML", (".html", ".htm", ".xhtml"), "webpage:read_page", 32 << 20)
MHTML = Kind("a web page saved as one file", (".mhtml", ".mht"), "mail:read_mhtml", 64 << 20)
PDF = Kind("PDF", (".pdf",), "pdf:read_pdf")
DOCX = Kind("a Word document", (".docx",), "docx:read_docx")
EPUB = Kind("an e-book (EPUB)", (".epub",), "epub:read_epub")
EML = Kind("an e-mail message", (".eml",), "mail:read_eml", 64 << 20)
MBOX = Kind("a mailbox", (".mbox",), "mail:read_mbox", 1 << 62)
FEED = Kind("a feed", (".rss", ".atom", ".xml"), "feed:read_feed", 32 << 20)
ARCHIVE = Kind("an archive", (".zip", ".tar", ".tar.gz", ".tgz"), most=1 << 62)
KINDS = (TEXT, JSON_LINES, CSV, HTML, MHTML, PDF, DOCX, EPUB, EML, MBOX, FEED, ARCHIVE)

_FOREIGN = (Kind("an old Word file (.doc) or the like", ("",)), Kind("RTF", ("",)), Kind("XML of another kind", ("",)))
_OFFICE = {"xl/": "a spreadsheet (.xlsx)", "ppt/": "slides (.pptx)"}


def kind_of_name(name: str) -> Kind | None:
    """The kind that the ending of a file's name says."""
    lower = name.lower()
    return next((kind for kind in KINDS if lower.endswith(kind.endings)), None)


def kind_of_content(path: Path) -> Kind | None:
    """The kind that a file shows itself to be of, where it begins as only one does."""
    with open_file(path) as stream:
        beginning = stream.read(_LOOKED_AT)
    if beginning.startswith(_ZIP):
        return _kind_of_zip(path)
    return kind_of_beginning(beginning)


def kind_of_beginning(beginning: bytes) -> Kind | None:
    """The kind that the first bytes of a file show, archives apart."""
    if _PDF in beginning[:_PDF_WITHIN]:
        return PDF
    for mark, kind in ((_OLE, _FOREIGN[0]), (_RTF, _FOREIGN[1]), (_GZIP, ARCHIVE), (_ZIP, ARCHIVE)):
        if beginning.startswith(mark):
            return kind
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        beginning = beginning.replace(b"\0", b"")[2:]
    found = _MARKUP.match(beginning[:_LOOKED_AT])
    if found is not None:
        return HTML if found[1].lower().startswith((b"!doc", b"ht", b"he", b"bo")) else FEED
    return _FOREIGN[2] if _XML.match(beginning) else None


def _kind_of_zip(path: Path) -> Kind | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except Exception:  # noqa: BLE001 - whatever is wrong with it, its reader says
        return None
    if "word/document.xml" in names:
        return DOCX
    if "META-INF/container.xml" in names:
        return EPUB
    told = next((told for folder, told in _OFFICE.items() if any(name.startswith(folder) for name in names)), None)
    return ARCHIVE if told is None else Kind(told, ("",))
