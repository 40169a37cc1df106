"""Doubting English names that only the model found: titles of works, vessels, pieces of longer names.

Measured on English news and encyclopaedias, what only the model calls a body is one in a third of the cases.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from annotator.suggest.rules.acronyms import begins_another
from annotator.suggest.rules.analyzed_document import GPE, LOC, NAME_KINDS, ORG, PERSON, AnalyzedDocument, Mention
from annotator.suggest.rules.lexicon import word_list

_YEAR = re.compile(r"[\"”’']? \((?:1[5-9]|20)\d\d\)")
"""The year of a work: ``Middlemarch (1872)``; that of a person is a span of years."""
_OPENING, _CLOSING = frozenset("\"“‘'"), re.compile(r"[,.]?[\"”]")
_BETWEEN = re.compile(r", (?:and |or )?| and | or |; ")
_LEAST = 0.3
"""Score under which a mention tells nothing about its neighbours."""
_NEAR = frozenset(
    {"across", "along", "around", "at", "in", "inside", "near", "off", "on", "outside", "through", "from", "to"}
)


class Borders:
    """Where the mentions of a document begin and end."""

    def __init__(self, mentions: Iterable[Mention]) -> None:
        listed = list(mentions)
        self.starts = frozenset(m.start for m in listed)
        self.ends = frozenset(m.end for m in listed)


def are_doubtful(doc: AnalyzedDocument, kind: str, group: list[Mention], borders: Borders) -> bool:
    """Tell whether the mentions of one name, which only the model calls ``kind``, are likely none."""
    return any(_is_work(doc, kind, m) for m in group) or all(_is_doubtful(doc, kind, m, borders) for m in group)


def listed_alike(doc: AnalyzedDocument, mentions: list[Mention], model_source: str) -> list[Mention]:
    """The mentions; what the model alone calls otherwise than all others of its list gets their kind."""
    names = _longest(m for m in mentions if m.kind in NAME_KINDS and m.score > _LEAST)
    sure = {(m.start, m.end) for m in mentions if m.source != model_source}
    alike: dict[tuple[int, int], str] = {}
    for chain in _lists(doc, names):
        kinds = Counter(m.kind for m in chain if (m.start, m.end) in sure or " " in doc.text[m.start : m.end])
        apposed = doc.text[chain[-2].end : chain[-1].start] == ", "
        for mention in chain[:-1] if apposed else chain:
            others = {m.kind for m in chain if m is not mention}
            if len(others) == 1 and (mention.start, mention.end) not in sure:
                kind = others.pop()
                if kinds[kind] >= 1 and LOC not in {kind, mention.kind}:
                    alike[mention.start, mention.end] = kind
    return [
        m._replace(kind=alike.get((m.start, m.end), m.kind)) if m.source == model_source and m.kind in NAME_KINDS else m
        for m in mentions
    ]


def _longest(mentions: Iterable[Mention]) -> list[Mention]:
    """The mentions in reading order, of those that overlap the longest."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end, -m.score)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _lists(doc: AnalyzedDocument, names: list[Mention]) -> Iterator[list[Mention]]:
    """Yield runs of three names and more with nothing but commas and ``and`` between them."""
    chain: list[Mention] = []
    for name in names:
        if chain and not _BETWEEN.fullmatch(doc.text, chain[-1].end, name.start):
            if len(chain) > 2:
                yield chain
            chain = []
        chain.append(name)
    if len(chain) > 2:
        yield chain


def _is_work(doc: AnalyzedDocument, kind: str, mention: Mention) -> bool:
    """Tell whether the name is a book's, a film's or the like: after such a noun, before its year, in quotes."""
    if _YEAR.match(doc.text, mention.end):
        return True
    first = doc.word_at(mention.start)
    gap = doc.gap(first - 1) if first > 0 else ""
    if gap[:1] == " " and set(gap[1:]) <= _OPENING and doc.words[first - 1] in word_list(doc.lang, "works"):
        return True
    quoted = gap[-1:] in {'"', "“"} and _CLOSING.match(doc.text, mention.end) is not None
    return quoted and kind != PERSON


def _is_doubtful(doc: AnalyzedDocument, kind: str, mention: Mention, borders: Borders) -> bool:
    words = doc.words_in(mention.start, mention.end)
    if not words:
        return False
    first, last = words[0], words[-1]
    before = doc.words[first - 1] if first > 0 and doc.gap(first - 1) == " " else ""
    after = doc.words[last + 1] if last + 1 < len(doc.words) and doc.gap(last) == " " else ""
    vessels = word_list(doc.lang, "vessels")
    if before in vessels or any(word in vessels for word in doc.words[first : first + 2]):
        return True
    if _goes_on(doc, last, borders) or (kind != PERSON and _went_before(doc, first, borders)):
        return True
    if kind in {PERSON, GPE} and any(c.isdigit() for c in doc.surface(mention)):
        return True
    if kind in {ORG, PERSON} and not word_list(doc.lang, "not_bodies").isdisjoint(doc.words[first : last + 1]):
        return True
    if before.lower() == "the" and not after[:1].islower() and (kind == PERSON or (kind == GPE and first == last)):
        return True
    return kind == LOC and not _is_site(doc, first, last, before.lower(), after)


def _is_site(doc: AnalyzedDocument, first: int, last: int, before: str, after: str) -> bool:
    """Tell whether a word in or beside the name says that it is a place, or a preposition leads to it."""
    signs = word_list(doc.lang, "sites") | word_list(doc.lang, "sites_before") | word_list(doc.lang, "place_words")
    if any(doc.words[i] in signs for i in range(first, last + 1)) or after.capitalize() in signs:
        return True
    if before == "the" and first > 1:
        before = doc.words[first - 2].lower()
    return before in _NEAR


def _goes_on(doc: AnalyzedDocument, last: int, borders: Borders) -> bool:
    """Tell whether a capitalised word after a name belongs to it, as far as no other name begins there."""
    after = last + 1
    return (
        after < len(doc.words)
        and doc.gap(last) == " "
        and doc.words[after][0].isupper()
        and not doc.words[after].isupper()
        and doc.words[last] not in word_list(doc.lang, "heads")
        and doc.starts[after] not in borders.starts
        and not doc.headline_lines.covers(doc.starts[last])
        and doc.words[after] not in word_list(doc.lang, "openers")
        and not begins_another(doc, after)
    )


def _went_before(doc: AnalyzedDocument, first: int, borders: Borders) -> bool:
    """Tell whether a capitalised word before a name belongs to it, as far as no other name ends there."""
    before = first - 1
    return (
        before >= 0
        and doc.gap(before) == " "
        and doc.words[before][0].isupper()
        and doc.ends[before] not in borders.ends
        and not doc.headline_lines.covers(doc.starts[first])
        and not doc.begins_sentence(doc.starts[before])
    )
