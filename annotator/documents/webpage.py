"""Web pages: the main text and what is known about it, or all text of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from annotator.documents.extract import Extract, ExtractOptions, solid_length
from annotator.documents.markup import (
    MOST_MARKUP,
    Passage,
    decode_page,
    drop_hidden_words,
    join_passages,
    parse_html,
    passages,
)
from annotator.errors import InputError
from annotator.extras import missing
from annotator.inputs import read_bytes
from annotator.wording import plural

SOFT_HYPHEN = "\xad"
_SHORTEST = 25
"""Characters of a passage outside of all regions that counts as one of its own when it is left out."""
_MOST_PASSAGES = 20_000
"""Passages of a page in which the main text is looked for: that takes more than half a millisecond for each."""
_RENAMED = {"head": "h2", "item": "li", "list": "ul", "quote": "blockquote", "row": "tr", "cell": "td", "lb": "br"}
"""What trafilatura calls elements of HTML."""
_DATES = {"extensive_search": False, "original_date": True}
"""Only dates that the page states: others would be taken from anywhere in its text."""


def read_page(path: Path, name: str, options: ExtractOptions) -> Iterator[Extract]:
    """Read a saved web page."""
    yield extract_page(read_bytes(path, MOST_MARKUP), name, options)


def extract_page(data: bytes, name: str, options: ExtractOptions, declared: str | None = None) -> Extract:
    """Take the main text out of a page, or all of it where the options say so or none is found to be the main one.

    ``declared`` is the encoding that is declared around it.  Raises :class:`InputError` where the page cannot be read,
    and where trafilatura is missing.
    """
    decoded = decode_page(data, name, options.encoding, declared)
    tree = parse_html(decoded.text, name)
    everything = list(passages(tree))
    main = None
    notes = []
    if len(everything) > _MOST_PASSAGES:
        notes.append(f"{name}: too many passages to look for the main text, so all text of the page was taken")
    elif not options.whole:
        drop_hidden_words(tree)
        main = _main_text(tree, name)
    if main is None and not options.whole and not notes:
        notes.append(f"{name}: no main text was found, so all text of the page was taken")
    if decoded.broken:
        notes.append(f"{name}: {plural(decoded.broken, 'place')} not {decoded.encoding}, shown as \ufffd")
    text, title, meta = main or (join_passages(everything), *_head(tree))
    known = _flat("\n".join(passage.text for passage in everything))
    return Extract(
        text.replace(SOFT_HYPHEN, ""),
        title,
        tree.get("lang"),
        meta,
        total=solid_length(known.replace(SOFT_HYPHEN, "")) + sum(map(solid_length, _added(text, known))),
        left_out=_left_out(everything, text),
        notes=tuple(notes),
    )


def _added(text: str, known: str) -> list[str]:
    """The title in front of a text, if it is nowhere in the body of the page."""
    first, _, _ = text.partition("\n")
    return [] if _flat(first) in known else [first]


def _main_text(tree: Any, name: str) -> tuple[str, str | None, dict[str, Any]] | None:
    """The main text with its title in front, the title and the metadata; ``None`` where none is found."""
    try:
        from trafilatura import bare_extraction
    except ImportError as error:
        message, hint = missing(f"{name}: the main text of a web page", "documents")
        raise InputError(message, f"{hint}; or take all text with --whole") from error
    found = bare_extraction(tree, with_metadata=True, include_comments=False, date_extraction_params=_DATES)
    if found is None or isinstance(found, dict) or found.body is None:
        return None
    for element in found.body.iter(*_RENAMED):
        element.tag = _RENAMED[element.tag]
    text = join_passages(passages(found.body))
    if not text:
        return None
    if found.title and " ".join(found.title.split()) not in " ".join(text[: 2 * len(found.title) + 200].split()):
        text = f"{found.title}\n\n{text}"
    known = {"url": found.url, "date": found.date, "author": found.author}
    return text, found.title, {key: value for key, value in known.items() if value}


def _head(tree: Any) -> tuple[str | None, dict[str, Any]]:
    """What the head of a page says: its title and address."""
    title = " ".join((tree.findtext("head/title") or "").split())
    address = next(iter(tree.xpath("head/link[@rel='canonical']/@href")), "")
    return title or None, {"url": str(address)} if address else {}


def _left_out(everything: Sequence[Passage], text: str) -> Counter[str]:
    """Count the regions and passages of a page that are not in the text that was taken."""
    kept = " ".join(text.split())
    lost = [passage for passage in everything if _flat(passage.text) not in kept]
    regions = dict.fromkeys((passage.region, passage.place) for passage in lost if passage.region)
    others = sum(1 for passage in lost if not passage.region and len(passage.text) >= _SHORTEST)
    counted = Counter(region for region, _ in regions)
    short = sum(1 for passage in lost if not passage.region) - others
    counted.update({what: count for what, count in (("other passage", others), ("short line", short)) if count})
    hyphens = text.count(SOFT_HYPHEN)
    if hyphens:
        counted["soft hyphen"] = hyphens
    return counted


def _flat(text: str) -> str:
    return " ".join(text.split())
