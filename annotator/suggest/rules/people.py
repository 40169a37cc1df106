"""Persons, found by given names, nicknames and ages, and by parts of names that the document mentions in full."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from annotator.suggest.rules.analyzed_document import (
    GPE,
    LOC,
    MOST_WORDS,
    ORG,
    PERSON,
    AnalyzedDocument,
    Mention,
    OccupiedRanges,
)
from annotator.suggest.rules.lexicon import word_list
from annotator.suggest.rules.places import is_body, is_sure_place
from annotator.suggest.rules.titles import HYPHENATED, UP

SOURCE = "people@1"
_PARTICLES = frozenset(["de", "del", "la", "los", "las", "von", "van", "der", "bin", "al", "da", "dos", "di"])
_SAINTS = frozenset({"San", "Santa", "Santo"})
_NICKNAMED = re.compile(
    rf"(?<!\w)(?:[{UP}]\w+ [\"'“‘’](?:[Ee]l |[Ll]a |[Ll]os )?[{UP}]\w+(?: \w+)?[\"'”’] [{UP}]\w+"
    rf"|[{UP}]\w+(?: [{UP}]\w+)? [“\"][{UP}]\.?[”\"]"
    rf"|[{UP}]\w+(?: [{UP}]\w+)? (?:al|el|ibn|bin|ben|Al|El)-[{UP}]\w+)"
)
_HYPHENATED = re.compile(HYPHENATED)
_AGED = re.compile(rf"(?<![\w'’-])[{UP}][\w'’-]+(?: [{UP}][\w'’.-]+){{1,3}}(?=, (?:[1-9]\d|1\d\d)(?:,| años))")


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield names that begin with a known given name, carry a nickname in quotes, or are followed by an age."""
    for match in _NICKNAMED.finditer(doc.text):
        yield Mention(match.start(), match.end(), PERSON, 0.87, SOURCE)
    for match in _AGED.finditer(doc.text):
        first = doc.word_at(match.start())
        if not is_sure_place(doc, first) and doc.words[first] not in word_list(doc.lang, "openers"):
            yield Mention(match.start(), match.end(), PERSON, 0.8, SOURCE)
    yield from _given(doc)


def _given(doc: AnalyzedDocument) -> Iterator[Mention]:
    after = 0
    longer = _longer_names(doc)
    for i in doc.capitals:
        if i < after or doc.words[i] not in word_list(doc.lang, "given") or doc.headline_lines.covers(doc.starts[i]):
            continue
        if _inside_name(doc, i):
            continue
        last = _last_of_name(doc, i)
        if last > i and not (last == i + 1 and doc.gap(i) == "-") and doc.ends[last] not in longer:
            after = last + 1
            yield Mention(doc.starts[i], doc.ends[last], PERSON, 0.84, SOURCE)


def _longer_names(doc: AnalyzedDocument) -> frozenset[int]:
    """The ends of English names that the model begins before a given name: ``J. Edgar Hoover``, ``Ram Gopal Rao``."""
    given = word_list(doc.lang, "given")
    ranges = {m.end: doc.words_in(m.start, m.end) for m in doc.model_mentions if doc.lang == "en" and m.kind == PERSON}
    return frozenset(end for end, words in ranges.items() if words and doc.words[words[0]] not in given)


def _inside_name(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether the word before a given name makes the name a place's or a body's: ``San Juan``, ``Calle Pablo``."""
    if index == 0 or doc.gap(index - 1) != " ":
        return False
    before = doc.words[index - 1]
    return (
        before in _SAINTS
        or before in word_list(doc.lang, "heads")
        or before in word_list(doc.lang, "sites")
        or _inside_title(doc, index)
    )


def _inside_title(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether capitalised words stand between a word and an opening quotation mark: ``“Super Mario Galaxy”``."""
    first = index
    while first > 0 and doc.gap(first - 1) == " " and doc.words[first - 1][0].isupper() and index - first < MOST_WORDS:
        first -= 1
    return (
        first < index
        and doc.words[first] not in word_list(doc.lang, "openers")
        and (doc.gap(first - 1)[-1:] in {'"', "“", "«"} if first > 0 else False)
    )


def _last_of_name(doc: AnalyzedDocument, first: int) -> int:
    """The last word of the personal name that begins at word ``first``."""
    last, at = first, first + 1
    while at < len(doc.words) and at - first < 7:
        gap = doc.gap(at - 1)
        initial = gap == ". " and len(doc.words[at - 1]) == 1
        if gap not in {" ", "\xa0", "-"} and not initial:
            break
        word = doc.words[at]
        if word[0].isupper():
            if doc.lang == "en" and (word in word_list("en", "heads") or word in word_list("en", "not_bodies")):
                return first
            if word in word_list(doc.lang, "heads") or word in word_list(doc.lang, "openers") or word.isdigit():
                break
            last = at
        elif gap == "-" and at - first > 1 and _HYPHENATED.match(doc.text, doc.ends[at - 1]):
            last = at
        elif word not in _PARTICLES or at - last > 2 or (word in {"de", "del"} and _leads_elsewhere(doc, at + 1)):
            break
        at += 1
    return last


def _leads_elsewhere(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether the word after ``de`` names a body that the person is of: ``Ana Solís de Reuters``."""
    return index < len(doc.words) and (is_body(doc, index) or doc.words[index] in word_list(doc.lang, "heads"))


def later_mentions(doc: AnalyzedDocument, known: list[Mention]) -> Iterator[Mention]:
    """Yield later mentions of known persons by a part of their name: the surname, both surnames, the given name.

    A part that also begins the names of places or bodies in this document is left alone.
    """
    parts = _parts(doc, known)
    taken = OccupiedRanges([m for m in known if m.kind == PERSON and m.score >= 0.6])
    after = 0
    for i in doc.capitals:
        if i < after:
            continue
        for part in parts.get(doc.words[i], ()):
            last = i + len(part) - 1
            if tuple(doc.words[i : last + 1]) != part or not _stands_alone(doc, i, last):
                continue
            if not taken.touches(doc.starts[i], doc.ends[last]):
                yield Mention(doc.starts[i], doc.ends[last], PERSON, 0.86, SOURCE)
            after = last + 1
            break


def _parts(doc: AnalyzedDocument, known: list[Mention]) -> dict[str, list[tuple[str, ...]]]:
    """By first word the parts of names that may stand for a person, the longest first."""
    others = Counter(
        doc.words[i] for m in known if m.kind in {ORG, GPE, LOC} and m.score > 0.6 for i in doc.words_in(m.start, m.end)
    )
    parts: set[tuple[str, ...]] = set()
    for mention in known:
        words = tuple(doc.words[i] for i in doc.words_in(mention.start, mention.end))
        if mention.kind != PERSON or mention.score < 0.6 or len(words) < 2:
            continue
        parts.update(words[i:] for i in range(len(words)) if words[i][0].isupper())
        if doc.lang == "es" and len(words) >= 3:
            parts.update((words[i],) for i in (len(words) - 2,) if words[i][0].isupper())
        if words[0] in word_list(doc.lang, "given"):
            parts.add(words[:1])
    usable = [
        p
        for p in parts
        if not (len(p) == 1 and (len(p[0]) < 3 or p[0] in word_list(doc.lang, "openers") or others[p[0]] > 0))
    ]
    by_first_word: dict[str, list[tuple[str, ...]]] = {}
    for part in sorted(usable, key=len, reverse=True):
        by_first_word.setdefault(part[0], []).append(part)
    return by_first_word


def _stands_alone(doc: AnalyzedDocument, first: int, last: int) -> bool:
    """Tell whether no further capitalised word makes the name another's."""
    if first > 0 and doc.gap(first - 1) in {" ", "-"}:
        before = doc.words[first - 1]
        if _inside_title(doc, first):
            return False
        if (
            before[0].isupper()
            and not doc.begins_sentence(doc.starts[first - 1])
            and before in word_list(doc.lang, "given")
        ):
            return False
    if last + 1 < len(doc.words) and doc.gap(last) in {" ", "-"}:
        following = doc.words[last + 1]
        if following[0].isupper() and not doc.headline_lines.covers(doc.starts[first]):
            return False
    return True
