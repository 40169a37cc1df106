"""Acronyms: the names that they stand for, and every mention of those that a document explains or that are bodies.

An acronym in parentheses after a name counts through the whole document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotator.suggest.rules import places, titles
from annotator.suggest.rules.analyzed_document import (
    EVENT,
    GPE,
    INITIATIVE,
    LOC,
    ORG,
    PERSON,
    PROGRAM,
    AnalyzedDocument,
    Mention,
    OccupiedRanges,
)
from annotator.suggest.rules.lexicon import word_list
from annotator.suggest.rules.places import is_place

SOURCE = "acronyms@1"
ACRONYM = re.compile(r"(?<![\w*.&@#-])[A-ZÁÉÍÓÚÑ][A-ZÁÉÍÓÚÑ&]{1,7}(?![\w*]|[-.][A-Z])")
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_PARENTHESIS = re.compile(r"\(([A-ZÁÉÍÓÚÑ][\w&.-]{1,11})(?:, (?:por|for) [^()]{1,40})?\)")


def find(doc: AnalyzedDocument, mentions: list[Mention]) -> list[Mention]:
    """The mentions with the names before acronyms, the acronyms, and other short forms, each step seeing the last."""
    for step in (spelled_out, used, mixed):
        mentions = [*mentions, *step(doc, mentions)]
    return mentions


def used(doc: AnalyzedDocument, known: list[Mention]) -> Iterator[Mention]:
    """Yield every mention of an acronym that the document explains, or that only an institution can be.

    An acronym in parentheses has the kind of the name before it; initials of a person's name are that person
    (``AMLO``); what is left of capitals-only words is taken for an institution.
    """
    explained = _explained(doc, known)
    initials = {_initials(doc.text[m.start : m.end]): m for m in known if m.kind == PERSON}
    taken = OccupiedRanges([m for m in known if m.kind in {GPE, LOC} and m.source == places.SOURCE])
    for match in ACRONYM.finditer(doc.text):
        name, (start, end) = match[0], match.span()
        if name in explained:
            yield Mention(start, end, explained[name], 0.88, SOURCE)
        elif name in initials and len(name) >= 3:
            yield Mention(start, end, PERSON, 0.8, SOURCE)
        elif (
            name not in word_list(doc.lang, "not_acronyms")
            and not _ROMAN.fullmatch(name)
            and not taken.touches(start, end)
            and not _in_longer_name(doc, start)
            and not _among_capitals(doc, start, end)
        ):
            yield Mention(start, end, ORG, 0.7 if len(name) > 2 else 0.6, SOURCE)


def spelled_out(doc: AnalyzedDocument, known: list[Mention]) -> Iterator[Mention]:
    """Yield the full name before an acronym in parentheses, when its capitals spell the acronym.

    What is a plan or a mission already is left to be one.
    """
    other = OccupiedRanges([m for m in known if m.kind in {PROGRAM, INITIATIVE, EVENT}])
    for match in _PARENTHESIS.finditer(doc.text):
        short = match[1]
        if not short.isupper() or not 3 <= len(short) <= 8:
            continue
        last = doc.word_at(match.start()) - 1
        first = _spelling(doc, last, short) if last >= 0 else None
        if first is None or match.start() - doc.ends[last] > 2:
            continue
        if not other.touches(doc.starts[first], doc.ends[last]):
            kind = PERSON if doc.words[first] in word_list(doc.lang, "given") else ORG
            yield Mention(doc.starts[first], doc.ends[last], kind, 0.93, SOURCE)


def _spelling(doc: AnalyzedDocument, last: int, short: str) -> int | None:
    """The first of the words up to ``last`` whose capitals spell ``short``; lower-case words may help."""
    left = len(short)
    for i in range(last, max(last - 3 * len(short), -1), -1):
        word = doc.words[i]
        if i < last and not set(doc.gap(i)) <= set(" -,\xa0"):
            return None
        if word[0].upper() == short[left - 1]:
            left -= 1
            if left == 0:
                return i if word[0].isupper() else None
        elif word[0].isupper():
            return None
    return None


def _explained(doc: AnalyzedDocument, known: list[Mention]) -> dict[str, str]:
    kinds = {ORG, GPE, LOC, PROGRAM, INITIATIVE}
    ends = {
        m.end: m.kind
        for m in sorted(known, key=lambda m: (m.end - m.start, m.score))
        if m.kind in kinds or (m.kind == PERSON and m.source == SOURCE)
    }
    explained = {}
    for match in _PARENTHESIS.finditer(doc.text):
        before = match.start()
        while before > 0 and doc.text[before - 1] in " \xa0\"'”’»“":
            before -= 1
        kind = ends.get(before)
        if kind is not None and sum(c.isupper() for c in match[1]) >= 2:
            explained[match[1].rstrip(".")] = ORG if kind in {GPE, LOC} else kind
    return explained


def mixed(doc: AnalyzedDocument, known: list[Mention]) -> Iterator[Mention]:
    """Yield the mentions of short forms with lower-case letters that parentheses explain: ``(BdeM)``, ``(Semar)``."""
    ends = {m.end: m.kind for m in known if m.kind == ORG}
    forms = {}
    for match in re.finditer(r"\(([A-ZÁÉÍÓÚÑ][\w]{2,11})\)", doc.text):
        kind = ends.get(match.start() - 1)
        if kind is not None and not match[1].isupper() and not is_place(doc, doc.word_at(match.start(1))):
            forms[match[1]] = kind
    for i in doc.capitals:
        if doc.words[i] in forms:
            yield Mention(doc.starts[i], doc.ends[i], forms[doc.words[i]], 0.8, SOURCE)


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.findall(r"\w+", name) if word[0].isupper())


def _in_longer_name(doc: AnalyzedDocument, start: int) -> bool:
    """Tell whether a capitalised word beside an acronym makes it part of a longer name: ``FC Torpedo``.

    A post or a given name after it begins something else: ``FBI Director``.
    """
    index = doc.word_at(start)
    if doc.headline_lines.covers(start):
        return False
    if index + 1 < len(doc.words) and doc.gap(index) == " " and doc.words[index + 1][0].isupper():
        return not begins_another(doc, index + 1)
    return (
        index > 0
        and doc.gap(index - 1) == " "
        and doc.words[index - 1][0].isupper()
        and doc.words[index - 1] not in word_list(doc.lang, "openers")
        and not doc.begins_sentence(doc.starts[index - 1])
        and not ACRONYM.fullmatch(doc.words[index - 1])
    )


def begins_another(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether a post, a person's name or another acronym begins at word ``index``."""
    post = titles.pattern(doc.lang)
    return (
        doc.words[index] in word_list(doc.lang, "given")
        or ACRONYM.fullmatch(doc.words[index]) is not None
        or (post is not None and post.match(doc.text, doc.starts[index]) is not None)
    )


def _among_capitals(doc: AnalyzedDocument, start: int, end: int) -> bool:
    """Tell whether the word stands in a stretch of capitals, where capitals tell nothing."""
    around = doc.text[max(0, start - 14) : start].split("\n")[-1] + doc.text[end : end + 14].split("\n")[0]
    letters = [c for c in around if c.isalpha()]
    return len(letters) > 4 and sum(c.isupper() for c in letters) > 0.6 * len(letters)
