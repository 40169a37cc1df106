"""Proper names of happenings, by the word that heads them: ``Cumbre de las Américas``, ``2010 World Expo``.

Spanish puts the head first, English last and sometimes first (``Battle of …``).  A name keeps its ordinal and year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from annotator.suggest.regex_prefilter import PrefilteredRegex
from annotator.suggest.rules.analyzed_document import EVENT, AnalyzedDocument, Mention
from annotator.suggest.rules.lexicon import LANGUAGES, names, word_list
from annotator.suggest.rules.noun_phrases import forms
from annotator.suggest.rules.titles import UP

SOURCE = "event_names@1"
SCORE = 0.8
_WORD = rf"[{UP}][\w-]*"
_LINK = {
    "es": r"(?:de|del|de la|de las|de los|por la|por el|sobre|sobre el|sobre la|contra el|contra la)",
    "en": r"(?:of|of the|on|on the|for the|against)",
}
_YEAR = r"(?: (?:19|20)\d\d\b)?"
_TAIL_EN = re.compile(rf"(?: (?:I|II|One|Two)\b| of(?: the)? {_WORD}(?: {_WORD})*)?{_YEAR}")
"""What may follow the head of an English name as its own."""
_EXPO = re.compile(rf"(?: {_WORD})*{_YEAR}")
"""What follows ``Expo``, which stands between the two halves of its name."""
_BEFORE = re.compile(r"\d{1,3}(?:st|nd|rd|th|[ªº])|[IVX]+|(?:19|20)\d\d")
"""Ordinals in figures and years, which may stand before a name as its own."""
_ARTICLES = frozenset({"el", "El", "del", "al", "la", "los", "the", "The"})


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield the proper names of happenings."""
    if doc.lang not in LANGUAGES:
        return
    for match in _headed(doc.lang).finditer(doc):
        first = doc.word_at(match.start())
        if not doc.headline_lines.covers(match.start()) and not _continues_name(doc, first):
            yield _mention(doc, first, match.end())
    if doc.lang == "en":
        yield from _english(doc)
    whole = word_list(doc.lang, "whole_names", "events")
    for i in doc.capitals:
        if doc.words[i] in whole and i > 0 and doc.words[i - 1] in _ARTICLES:
            yield _mention(doc, i, doc.ends[i])


@cache
def _headed(lang: str) -> PrefilteredRegex:
    """Names that begin with their head."""
    heads = "|".join(names(lang, "events", "first_heads"))
    return PrefilteredRegex(re.compile(rf"\b(?:{heads})(?: (?:{_LINK[lang]} )?{_WORD})+{_YEAR}"))


def _continues_name(doc: AnalyzedDocument, first: int) -> bool:
    """Tell whether a name that is no ordinal stands right before, so that another name goes on here."""
    before = first - 1
    return (
        before >= 0
        and doc.gap(before) == " "
        and doc.words[before][0].isupper()
        and not _counts(doc, before)
        and not doc.begins_sentence(doc.starts[before])
    )


def _counts(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether a word is an ordinal or a year that may begin a name."""
    word = doc.words[index]
    return _BEFORE.fullmatch(word) is not None or (
        word[0].isupper() and word.lower() in forms(doc.lang, "events", "ordinals")
    )


def _mention(doc: AnalyzedDocument, first: int, end: int) -> Mention:
    """The name from a word to an offset, with the ordinals and the year before it."""
    while first > 0 and doc.gap(first - 1) == " " and _counts(doc, first - 1):
        first -= 1
    return Mention(doc.starts[first], end, EVENT, SCORE, SOURCE)


def _english(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield English names that end with their head."""
    heads = word_list("en", "last_heads", "events")
    for i in doc.capitals:
        if doc.words[i] not in heads or doc.headline_lines.covers(doc.starts[i]):
            continue
        first = i
        while first > 0 and doc.gap(first - 1) in {" ", "-"} and _joins(doc, first - 1):
            first -= 1
        tail = (_EXPO if doc.words[i] == "Expo" else _TAIL_EN).match(doc.text, doc.ends[i])
        end = tail.end() if tail is not None else doc.ends[i]
        if first < i and not doc.text[end + 1 : end + 2].isupper():
            yield _mention(doc, first, end)


def _joins(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether a word before a head belongs to the name: a capital that is no word at a sentence's beginning."""
    word = doc.words[index]
    return word[0].isupper() and not (
        word in word_list("en", "openers") and (len(word) < 4 or doc.begins_sentence(doc.starts[index]))
    )
