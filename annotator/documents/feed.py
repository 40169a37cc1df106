"""Feeds (RSS 0.9 to 2.0, Atom) as files: each entry is a document, with the text that the feed itself holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from annotator.documents.extract import Extract, ExtractOptions, solid_length
from annotator.documents.markup import MOST_MARKUP, join_passages, parse_html, parse_xml, passages
from annotator.documents.webpage import SOFT_HYPHEN
from annotator.errors import InputError
from annotator.inputs import read_bytes

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read_feed(path: Path, name: str, _options: ExtractOptions) -> Iterator[Extract]:
    """Read the entries of a feed; those whose text is only a summary are counted among the notes."""
    root = parse_xml(read_bytes(path, MOST_MARKUP), name)
    kind = root.tag.rpartition("}")[2].lower()
    if kind not in ("rss", "rdf", "feed"):
        raise InputError(f"{name}: XML, but no feed (RSS or Atom)", "leave it out, or convert it")
    language = root.get(_LANG) or root.findtext("{*}channel/{*}language") or root.findtext("{*}language")
    entries = list(root.iter("{*}entry" if kind == "feed" else "{*}item"))
    for entry in entries:
        yield _entry(entry, name, (language or "").strip() or None)


def _entry(entry: Any, name: str, language: str | None) -> Extract:
    """One entry: its title, then its content, or else its summary."""
    title = _plain(_child(entry, "title"), name)
    content = _child(entry, "content") if entry.tag.endswith("entry") else entry.find(_CONTENT)
    summary = _child(entry, "summary", "description")
    body = _text(content, name) or _text(summary, name)
    only_summary = bool(body) and not _text(content, name)
    text = "\n\n".join(part for part in (title, body) if part)
    link = _link(entry)
    identity = _said(entry, "guid", "id") or link or text
    lost = {"full text": only_summary, "empty item": not text}
    known = {"url": link, "date": _date(entry), "author": _author(entry), "id": _said(entry, "guid", "id")}
    return Extract(
        text.replace(SOFT_HYPHEN, ""),
        title or None,
        entry.get(_LANG) or " ".join((entry.findtext("{*}language") or "").split()) or language,
        {key: value for key, value in known.items() if value},
        hashlib.sha256(identity.encode()).hexdigest()[:10],
        solid_length(text.replace(SOFT_HYPHEN, "")),
        {what: 1 for what, is_so in lost.items() if is_so},
    )


def _child(entry: Any, *names: str) -> Any | None:
    """The first child of one of the names, in the namespace of the feed itself or in none."""
    namespace = entry.tag.rpartition("}")[0]
    namespaces = {f"{namespace}}}" if namespace else ""}
    found = (entry.find(f"{prefix}{name}") for name in names for prefix in namespaces)
    return next((child for child in found if child is not None), None)


def _said(entry: Any, *names: str) -> str:
    child = _child(entry, *names)
    return "" if child is None else " ".join((child.text or "").split())


def _text(element: Any | None, name: str) -> str:
    """The text of an element that holds HTML: escaped, as RSS has it, or as elements, as Atom may."""
    if element is None:
        return ""
    if len(element):
        return join_passages(passages(element))
    text = element.text or ""
    if element.get("type", "html") == "text" or not text.strip():
        return text.strip()
    if "<" not in text and "&" not in text:
        return text.strip()
    return join_passages(passages(parse_html(f"<div>{text}</div>", name)))


def _plain(element: Any | None, name: str) -> str:
    return " ".join(_text(element, name).split())


def _link(entry: Any) -> str:
    for link in entry.iterchildren("{*}link"):
        if link.get("href") and link.get("rel", "alternate") == "alternate":
            return str(link.get("href"))
        if (link.text or "").strip():
            return str(link.text).strip()
    return ""


def _author(entry: Any) -> str:
    author = _child(entry, "author")
    named = None if author is None else author.find("{*}name")
    text = (named.text if named is not None else author.text if author is not None else "") or ""
    return " ".join((text or entry.findtext(f"{_DC}creator") or "").split())


def _date(entry: Any) -> str:
    said = _said(entry, "pubDate", "published", "updated") or (entry.findtext(f"{_DC}date") or "").strip()
    try:
        return parsedate_to_datetime(said).isoformat()
    except (TypeError, ValueError, OverflowError, IndexError):
        return said
