"""PDF files: page by page, in the order in which the file draws its text."""

from __future__ import annotations

import logging
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.documents.extract import Extract, ExtractOptions, solid_length
from annotator.documents.pdf_lines import PdfGlyph, PdfLine, lines_of
from annotator.documents.pdf_paragraphs import drop_running_lines, paragraphs
from annotator.errors import InputError, NoTextError
from annotator.extras import missing
from annotator.inputs import open_file

if TYPE_CHECKING:
    from pdfminer.layout import LTChar
    from pdfminer.pdfdocument import PDFDocument

_UNKNOWN_GLYPH = re.compile(r"\(cid:\d+\)")
_MOST_UNKNOWN = 0.2
"""Share of letters that the file does not name, above which the text is of no use."""
_SLANT = 5
"""Degrees."""
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([-+])(\d\d)'?(\d\d)?)?")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


def read_pdf(path: Path, name: str, _options: ExtractOptions) -> Iterator[Extract]:
    """Read a PDF; pages begin paragraphs of their own, and their borders are kept among the metadata.

    Raises :class:`InputError` for a file that is encrypted, damaged, or has no text, as one that was scanned.
    """
    try:
        from pdfminer.pdfparser import PDFSyntaxError
        from pdfminer.psexceptions import PSException
    except ImportError as error:
        raise InputError(*missing(f"{name}: reading PDF", "documents")) from error
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    broken = (PSException, PDFSyntaxError, *_DAMAGED)
    try:
        pages, known, pictures = _read(path, name)
    except broken as error:
        reason = " ".join(str(error).split())[:80] or type(error).__name__
        raise InputError(f"{name}: a damaged PDF, or none ({reason})", "save or download it again") from error
    yield _extract(pages, known, pictures, name)


_DAMAGED = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, RecursionError, ArithmeticError,
    EOFError, UnicodeError, NotImplementedError, MemoryError,
)  # fmt: skip
"""What pdfminer also raises for files that are broken."""


def _read(path: Path, name: str) -> tuple[list[list[PdfLine]], dict[str, Any], int]:
    """The lines of all pages, what the file says about itself, and how many pictures it shows."""
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    with open_file(path) as stream:
        try:
            document = PDFDocument(PDFParser(stream))
        except PDFPasswordIncorrect as error:
            raise InputError(f"{name}: encrypted with a password", "save a copy without the password") from error
        except PDFEncryptionError as error:
            raise InputError(f"{name}: encrypted in a way that is not known here", "save a copy without") from error
        manager = PDFResourceManager()
        device = PDFPageAggregator(manager)
        interpreter = PDFPageInterpreter(manager, device)
        pages, pictures = [], 0
        for page in PDFPage.create_pages(document):
            interpreter.process_page(page)
            glyphs = list(_glyphs(device.get_result()))
            pictures += sum(glyph is None for glyph in glyphs)
            pages.append(lines_of([glyph for glyph in glyphs if glyph is not None]))
        return pages, _information(document), pictures


def _glyphs(page: Any) -> Iterator[PdfGlyph | None]:
    """The characters of a page in the order in which they are drawn, ``None`` for each picture."""
    from pdfminer.layout import LTChar, LTContainer, LTImage

    waiting = [iter(page)]
    while waiting:
        for item in waiting[-1]:
            if isinstance(item, LTChar):
                yield _glyph(item)
            elif isinstance(item, LTImage):
                yield None
            elif isinstance(item, LTContainer):
                waiting.append(iter(item))
                break
        else:
            waiting.pop()


def _glyph(char: LTChar) -> PdfGlyph:
    """A character in the direction in which it is written; a slight slant, as scans have, is taken for straight."""
    a, b, c, d, x, y = char.matrix
    turn = round(math.degrees(math.atan2(b, a)))
    straight = 90 * round(turn / 90)
    turn = (straight if abs(turn - straight) <= _SLANT else turn) % 360
    along, across = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    start = x * along + y * across
    end = start + char.adv * math.hypot(a, b)
    rise, spread = char.height - abs(b * char.adv), char.width - abs(a * char.adv)
    size = math.hypot(c, d) * (rise / abs(d) if abs(d) > abs(c) else spread / (abs(c) or 1.0))
    return PdfGlyph(char.get_text(), min(start, end), max(start, end), y * along - x * across, size, turn)


def _extract(pages: list[list[PdfLine]], known: dict[str, Any], pictures: int, name: str) -> Extract:
    total = sum(solid_length(line.text) for page in pages for line in page)
    if not total:
        what = "only pictures, as a scan has" if pictures else "no text"
        raise NoTextError(f"{name}: {what}", "recognise its text first (ocrmypdf does), or leave it out")
    unknown = sum(len(_UNKNOWN_GLYPH.findall(line.text)) for page in pages for line in page)
    if unknown > _MOST_UNKNOWN * total:
        raise InputError(f"{name}: its fonts do not say which letters they draw", "recognise its text (ocrmypdf does)")
    left_out: Counter[str] = Counter({"picture": pictures})
    kept = drop_running_lines(pages, left_out)
    vocabulary = Counter(word for page in kept for line in page for word in re.findall(r"[\w\u2010-]+", line.text))
    text, borders = "", []
    for number, page in enumerate(kept, 1):
        found = "\n\n".join(paragraphs(page, vocabulary, left_out))
        if found:
            text += "\n\n" if text else ""
            borders.append({"page": number, "start": len(text), "end": len(text) + len(found)})
            text += found
    if unknown:
        left_out["unnamed letter"] = unknown
    meta = {**known, "pages": borders}
    title = meta.pop("title", None)
    lang = meta.pop("lang", None)
    return Extract(text, title, lang, meta, total=total, left_out=+left_out, notes=_notes(text, kept, name))


def _notes(text: str, pages: Sequence[Sequence[PdfLine]], name: str) -> tuple[str, ...]:
    notes = []
    if _RIGHT_TO_LEFT.search(text):
        notes.append(f"{name}: right-to-left text, which a PDF often holds reversed: read it before work on it begins")
    without = [number for number, page in enumerate(pages, 1) if not page]
    if without:
        numbers = ", ".join(map(str, without[:5])) + (" …" if len(without) > 5 else "")
        notes.append(f"{name}: no text on {'page' if len(without) == 1 else 'pages'} {numbers}")
    return tuple(notes)


def _information(document: PDFDocument) -> dict[str, Any]:
    """Title, author, date and language, where the file says so."""
    from pdfminer.pdftypes import resolve1
    from pdfminer.utils import decode_text

    said = {}
    for dictionary in (*document.info, {"Lang": document.catalog.get("Lang")}):
        for key, value in dictionary.items():
            value = resolve1(value)
            if isinstance(value, bytes):
                said[key] = " ".join(decode_text(value).replace("\0", "").split())
    found = {"title": said.get("Title"), "author": said.get("Author"), "lang": said.get("Lang")}
    date = _iso_date(said.get("CreationDate") or "")
    return {key: value for key, value in (*found.items(), ("date", date)) if value}


def _iso_date(written: str) -> str:
    """A date of a PDF as ISO 8601, or nothing where it is none."""
    found = _DATE.match(written)
    if found is None:
        return ""
    year, month, day, hour, minute, second = (
        int(part) if part else default for part, default in zip(found.groups()[:6], (1, 1, 1, 0, 0, 0), strict=True)
    )
    sign, hours, minutes = found.groups()[6:]
    zone = None
    try:
        if sign:
            zone = timezone((-1 if sign == "-" else 1) * timedelta(hours=int(hours), minutes=int(minutes or 0)))
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).isoformat()
    except ValueError:
        return ""
