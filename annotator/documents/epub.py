"""E-books (EPUB): a document for each chapter in reading order, or one for the book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote, urldefrag

from annotator.documents.extract import Extract, ExtractOptions, solid_length
from annotator.documents.markup import HIDDEN, decode_page, join_passages, parse_html, passages
from annotator.documents.webpage import SOFT_HYPHEN
from annotator.documents.zipped import ZippedParts, zipped_parts
from annotator.errors import InputError

_DC = "{http://purl.org/dc/elements/1.1/}"
_KNOWN = {"author": "creator", "date": "date", "publisher": "publisher", "identifier": "identifier"}
_PAGES = ("application/xhtml+xml", "text/html")
_FONTS_ALONE = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PROTECTIONS = {
    "META-INF/license.lcpl": "Readium LCP",
    "META-INF/sinf.xml": "Apple FairPlay",
    "META-INF/rights.xml": "Adobe ADEPT",
}
_HINT = "save or download it again"


def read_epub(path: Path, name: str, options: ExtractOptions) -> Iterator[Extract]:
    """Read an e-book; :class:`InputError` for one that is protected, by the name of the protection."""
    with zipped_parts(path, name, "e-book (EPUB)") as parts:
        _refuse_protected(parts)
        package, folder = _package(parts)
        about = _about(package)
        chapters = list(_chapters(parts, package, folder))
    if options.book and chapters:
        yield _book(chapters, about)
        return
    for number, chapter in enumerate(chapters, 1):
        chapter.part = f"{number:03}"
        chapter.lang = chapter.lang or about.lang
        chapter.meta = {**about.meta, **({"book": about.title} if about.title else {}), **chapter.meta}
        yield chapter


def _refuse_protected(parts: ZippedParts) -> None:
    root = parts.xml("META-INF/encryption.xml")
    if root is None:
        return
    methods = {e.get("Algorithm") for e in root.iter("{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod")}
    if methods <= set(_FONTS_ALONE):
        return
    names = set(parts.names())
    protection = next((told for part, told in _PROTECTIONS.items() if part in names), "an unknown system")
    raise InputError(
        f"{parts.name}: the e-book is protected (DRM of {protection})", "ask the publisher for a copy without"
    )


def _package(parts: ZippedParts) -> tuple[Any, str]:
    """The package document, which lists the parts, and the folder that its references start from."""
    container = parts.xml("META-INF/container.xml")
    found = None if container is None else next(container.iter("{*}rootfile"), None)
    path = "" if found is None else found.get("full-path") or ""
    package = parts.xml(path)
    if package is None:
        raise InputError(f"{parts.name}: the e-book does not say what it consists of", _HINT)
    return package, dirname(path)


def _about(package: Any) -> Extract:
    """What the package says about the book, as an extract without text."""
    said = {e.tag.removeprefix(_DC): " ".join((e.text or "").split()) for e in reversed(list(package.iter(f"{_DC}*")))}
    meta = {key: said[tag] for key, tag in _KNOWN.items() if said.get(tag)}
    return Extract("", said.get("title") or None, said.get("language") or None, meta)


def _chapters(parts: ZippedParts, package: Any, folder: str) -> Iterator[Extract]:
    items = {item.get("id"): item for item in package.iter("{*}item")}
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES:
            continue
        part = normpath(join(folder, unquote(urldefrag(item.get("href") or "").url)))
        data = parts.read(part)
        if data is None:
            raise InputError(f"{parts.name}: {part} is missing from the e-book", _HINT)
        contents = "nav" in (item.get("properties") or "").split()
        chapter = _chapter(data, f"{parts.name}: {part}", beside=contents or reference.get("linear") == "no")
        if chapter is not None:
            yield chapter


def _chapter(data: bytes, name: str, *, beside: bool) -> Extract | None:
    """Read a chapter; ``None`` where it has no text. ``beside`` is what is not read in order, such as the contents."""
    decoded = decode_page(data, name, None)
    tree = parse_html(
        decoded.text.partition("?>")[2] if decoded.text.lstrip().startswith("<?xml") else decoded.text, name
    )
    found = list(passages(tree))
    total = sum(solid_length(passage.text.replace(SOFT_HYPHEN, "")) for passage in found)
    if not total:
        return None
    text = join_passages(found).replace(SOFT_HYPHEN, "")
    heading = next((" ".join("".join(e.itertext()).split()) for e in tree.iter("h1", "h2", "h3")), "")
    left_out = Counter(
        {
            "picture": sum(1 for _ in tree.iter("img", "svg")),
            "soft hyphen": sum(passage.text.count(SOFT_HYPHEN) for passage in found),
            HIDDEN: sum(passage.region == HIDDEN for passage in found),
            "side part": int(beside),
        }
    )
    notes = (f"{name}: {decoded.broken:,} places are not {decoded.encoding}",) if decoded.broken else ()
    lang = tree.get("lang") or tree.get("xml:lang")
    return Extract("" if beside else text, heading or None, lang, total=total, left_out=+left_out, notes=notes)


def _book(chapters: list[Extract], about: Extract) -> Extract:
    """One extract of all chapters, with the chapters' borders among its metadata."""
    text, borders = "", []
    for chapter in chapters:
        if chapter.text:
            text += "\n\n" if text else ""
            borders.append({"start": len(text), "end": len(text) + len(chapter.text), "title": chapter.title})
            text += chapter.text
    left_out: Counter[str] = sum((Counter(chapter.left_out) for chapter in chapters), Counter())
    notes = tuple(note for chapter in chapters for note in chapter.notes)
    meta = {**about.meta, "chapters": borders}
    total = sum(chapter.total for chapter in chapters)
    return Extract(text, about.title, about.lang, meta, total=total, left_out=left_out, notes=notes)
