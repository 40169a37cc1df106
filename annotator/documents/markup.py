"""HTML and XML of others: parsed without entities, networks and endless depth, and turned into passages of text.

A passage is what stands in one block: a paragraph, a heading, an item, a row of a table.  White space is as a browser
shows it: runs of it are one space, but in ``pre``.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from lxml import etree, html

from annotator.errors import InputError
from annotator.inputs import encoding_called

HIDDEN = "hidden passage"
"""The region of what a browser does not show."""
MOST_MARKUP = 32 << 20
"""Bytes of the largest page that is read."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"""<meta[^>]{0,500}?charset\s*=\s*["']?\s*([-\w:.]{1,40})""", re.IGNORECASE)
_XML_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([-\w:.]{1,40})""")
_LOOKED_AT = 4096
_LATIN = frozenset({"iso8859-1", "ascii"})
_SPACES = re.compile(r"[ \t\n\r\f]+")
_AROUND_BREAK = re.compile(r" *([\n\t]) *")
_MANY_SPACES = re.compile(" {2,}")

_INVISIBLE = frozenset({
    "script", "style", "template", "noscript", "head", "iframe", "object", "embed", "select", "datalist", "svg", "math",
    "canvas", "audio", "video", "textarea", "map",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "caption", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot",
    "thead", "title", "tr", "ul",
})  # fmt: skip
_ITEMS = {"dd": "dt", "dt": "dt", "li": "li", "tr": "tr"}
"""Blocks of which those of one sort follow one another in the next line; an empty line stands between others."""
_CELLS = frozenset({"td", "th"})
_WHOLE_PAGE = frozenset({"html", "body", "main", "article"})
_REGIONS = {"nav": "menu", "header": "header", "footer": "footer", "aside": "sidebar", "form": "form"}
_ROLES = {"navigation": "menu", "banner": "header", "contentinfo": "footer", "complementary": "sidebar"}
_COMMENTS = re.compile(r"\b(comments?|comentarios?|disqus|respond)\b", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


class Passage(NamedTuple):
    """The text of a block, what it is one of (``li`` or the like, empty otherwise), and where in the page it stands.

    ``region`` is ``menu``, ``footer`` or the like, empty in the middle of the page; ``place`` numbers regions,
    so that passages of one can be told from those of another.
    """

    text: str
    item: str = ""
    region: str = ""
    place: int = 0


class Decoded(NamedTuple):
    """The text of a page, its encoding, and how many bytes are none of that encoding's."""

    text: str
    encoding: str
    broken: int


def decode_page(data: bytes, name: str, encoding: str | None, declared: str | None = None) -> Decoded:
    """Decode a page by its byte order mark, what the user says, what it declares, or else as UTF-8.

    ``declared`` is what is declared around it, as in the message that holds it: it is believed before the page.  Bytes
    that are wrong in a declared encoding become U+FFFD, as browsers show them, and are counted; raises
    :class:`InputError` where nothing is declared and the page is not UTF-8.
    """
    marked = next((found for mark, found in _BOMS if data.startswith(mark)), None)
    declared = marked or encoding or declared or _declared_encoding(data)
    try:
        return Decoded(data.decode(declared or "utf-8"), declared or "utf-8", 0)
    except UnicodeDecodeError as error:
        if encoding or not declared:
            which = "name another one" if encoding else "the page names no known encoding: name it"
            hint = f"{which}, such as --encoding cp1252"
            raise InputError(f"{name}: byte {error.start} is not {encoding or 'UTF-8'}", hint) from error
    text = data.decode(declared, errors="replace")
    return Decoded(text, declared, text.count("\ufffd"))


def _declared_encoding(data: bytes) -> str | None:
    """The encoding that a page declares, read as browsers read it: Latin-1 is Windows-1252, UTF-16 cannot be."""
    beginning = data[:_LOOKED_AT]
    found = _XML_DECLARED.search(beginning) or _DECLARED.search(beginning)
    if found is None:
        return None
    known = encoding_called(found[1].decode("latin-1"))
    if known is None or known.startswith(("utf-16", "utf-32", "utf-7")):
        return None
    return "cp1252" if known in _LATIN else known


def parse_html(text: str, name: str) -> Any:
    """Parse HTML; raise :class:`InputError` where there is nothing, or where it is nested too deeply to be read."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    data = text.replace("\0", "").encode("utf-8", errors="replace")
    try:
        tree = html.document_fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise InputError(f"{name}: no text in this page", "leave it out, or save the page again") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise InputError(f"{name}: elements nested more than 250 deep, or too large", "save the page as text")
    return tree


def parse_xml(data: bytes, name: str) -> Any:
    """Parse XML without loading or resolving anything; raise :class:`InputError` where it is broken or has entities."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{name}: not well-formed XML: {reason}", "save or download it again") from error
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise InputError(f"{name}: declares entities, which are not resolved", "save it without its DOCTYPE")
    return root


def passages(root: Any) -> Iterator[Passage]:
    """Yield the visible text of an element, block by block, each with the region of the page where it stands."""
    return _PassageWalk(root).passages()


def drop_hidden_words(root: Any) -> None:
    """Take what a browser does not show within a block out of an element, but not what follows on it."""
    for element in list(root.iter(etree.Element)):
        if _is_hidden(element) and _is_within_a_block(element):
            element.drop_tree()


def join_passages(found: Iterable[Passage]) -> str:
    """Put passages together, but for hidden ones: an empty line between blocks, none between items and rows."""
    pieces: list[str] = []
    item = ""
    for passage in found:
        if passage.region != HIDDEN:
            pieces += ("\n" if passage.item and passage.item == item else "\n\n", passage.text)
            item = passage.item
    return "".join(pieces[1:])


class _PassageWalk:
    """One walk through an element."""

    def __init__(self, root: Any) -> None:
        self._events = etree.iterwalk(root, events=("start", "end"))
        self._root = root
        self._pieces: list[str] = []
        self._item = ""
        self._kept_spaces = 0
        self._regions: list[tuple[str, int]] = [("", 0)]
        self._places = 0

    def passages(self) -> Iterator[Passage]:
        for event, element in self._events:
            local = _local_name(element)
            if event == "start":
                yield from self._begin(element, local)
            else:
                yield from self._end(element, local)
        yield from self._flush()

    def _begin(self, element: Any, tag: str) -> Iterator[Passage]:
        if tag in _BLOCKS:
            yield from self._flush()
            self._item = _ITEMS.get(tag, "")
        self._regions.append(self._region(element, tag))
        if not tag or tag in _INVISIBLE:
            self._events.skip_subtree()
            return
        if self._regions[-1][0] == HIDDEN != self._regions[-2][0] and _is_within_a_block(element):
            words = " ".join("".join(element.itertext()).split())
            if words:
                yield Passage(words, "", *self._regions[-1])
            self._events.skip_subtree()
            return
        self._kept_spaces += tag == "pre"
        if tag == "br":
            self._pieces.append("\n")
        self._add(element.text)

    def _end(self, element: Any, tag: str) -> Iterator[Passage]:
        if tag in _BLOCKS:
            yield from self._flush()
        elif tag in _CELLS:
            self._pieces.append("\t")
        self._kept_spaces -= tag == "pre"
        self._regions.pop()
        if element is not self._root:
            self._add(element.tail)

    def _region(self, element: Any, tag: str) -> tuple[str, int]:
        outer = self._regions[-1]
        if _is_hidden(element):
            region = HIDDEN
        elif tag not in _WHOLE_PAGE and _COMMENTS.search(f"{element.get('id') or ''} {element.get('class') or ''}"):
            region = "comment section"
        else:
            region = _REGIONS.get(tag) or _ROLES.get(element.get("role") or "") or ""
        if not region or outer[0] in (region, HIDDEN):
            return outer
        self._places += 1
        return region, self._places

    def _add(self, text: str | None) -> None:
        if text:
            self._pieces.append(text if self._kept_spaces else _SPACES.sub(" ", text))

    def _flush(self) -> Iterator[Passage]:
        joined = "".join(self._pieces)
        self._pieces.clear()
        if not self._kept_spaces:
            joined = _MANY_SPACES.sub(" ", _AROUND_BREAK.sub(r"\1", joined))
        text = joined.strip(" \t\n\r\f")
        if text:
            yield Passage(text, self._item, *self._regions[-1])
            self._item = ""


def _local_name(element: Any) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _is_within_a_block(element: Any) -> bool:
    """Tell whether an element is words of a paragraph: it is no block, and holds none that a program may show later."""
    return all(_local_name(inner) not in _BLOCKS for inner in element.iter(etree.Element))


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "") is not None
