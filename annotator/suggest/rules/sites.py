"""Places found by a noun that says what they are: sites (``río Bravo``, ``Lake Amite``), towns and provinces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotator.suggest.rules.analyzed_document import GPE, LOC, MOST_WORDS, AnalyzedDocument, Mention
from annotator.suggest.rules.lexicon import names, word_list
from annotator.suggest.rules.places import SOURCE

_LINKS = frozenset({"de", "del", "la", "el", "los", "las"})


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield sites with the noun in their name, and towns or provinces after the noun."""
    if doc.lang == "es":
        yield from _sites_by_first_word(doc)
    else:
        yield from _sites_by_last_word(doc)
        yield from _english_sites_by_first_word(doc)
    yield from _units(doc)
    for name in names(doc.lang, "places", "lower_loc"):
        for match in re.finditer(rf"\b{name}\b", doc.text):
            yield Mention(match.start(), match.end(), LOC, 0.84, SOURCE)


def _sites_by_first_word(doc: AnalyzedDocument) -> Iterator[Mention]:
    words, heads = doc.words, word_list(doc.lang, "sites")
    for i in [i for i, word in enumerate(words[:-1]) if word in heads]:
        last = _end_of_name(doc, i)
        if last > i and not (words[i][0].islower() and doc.begins_sentence(doc.starts[last])):
            yield Mention(doc.starts[i], doc.ends[last], LOC, 0.84, SOURCE)


def _end_of_name(doc: AnalyzedDocument, head: int) -> int:
    """The last word of the name that a noun begins; links between its capitalised words belong to it."""
    words, last, at = doc.words, head, head + 1
    if at < len(words) and words[at] in word_list(doc.lang, "site_adjectives"):
        at += 1
    stop = min(len(words), head + MOST_WORDS)
    while at < stop and (doc.gap(at - 1) == " " or (doc.gap(at - 1) == "-" and words[at][0].isupper())):
        if words[at] in word_list(doc.lang, "heads") and at > head + 1:
            break
        if words[at][0].isupper():
            last = at
        elif words[at] not in _LINKS or at - last > 3:
            break
        at += 1
    if last + 1 < len(words) and doc.gap(last) == "-" and words[last + 1].isdigit():
        return last + 1
    return last


def _sites_by_last_word(doc: AnalyzedDocument) -> Iterator[Mention]:
    heads = word_list(doc.lang, "sites")
    for i in doc.capitals:
        if doc.words[i] not in heads or i == 0 or doc.headline_lines.covers(doc.starts[i]):
            continue
        first = i
        while first > 0 and doc.gap(first - 1) == " " and doc.words[first - 1][0].isupper() and i - first < 3:
            word = doc.words[first - 1]
            if word.lower() in word_list(doc.lang, "articles") or (
                word in word_list(doc.lang, "openers") and doc.begins_sentence(doc.starts[first - 1])
            ):
                break
            first -= 1
        if first < i:
            yield Mention(doc.starts[first], doc.ends[i], LOC, 0.76, SOURCE)


def _english_sites_by_first_word(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield ``Lake Amite``, ``Gulf of Aden``."""
    before, before_of = word_list(doc.lang, "sites_before"), word_list(doc.lang, "sites_before_of")
    for i in doc.capitals:
        first = i + 1
        if doc.words[i] in before_of and doc.words[first : first + 1] == ["of"]:
            first += 2 if doc.words[first + 1 : first + 2] == ["the"] else 1
        elif doc.words[i] not in before:
            continue
        if (
            first < len(doc.words)
            and doc.words[first][0].isupper()
            and doc.text[doc.ends[first - 1] : doc.starts[first]] == " "
            and doc.gap(i) == " "
            and not doc.headline_lines.covers(doc.starts[i])
        ):
            yield Mention(doc.starts[i], doc.ends[_end_of_run(doc, first)], LOC, 0.66, SOURCE)


def _end_of_run(doc: AnalyzedDocument, first: int) -> int:
    last = first
    stop = min(len(doc.words), first + MOST_WORDS)
    while last + 1 < stop and doc.gap(last) == " " and doc.words[last + 1][0].isupper():
        last += 1
    return last


def _units(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield the name after ``municipio de`` or ``delegación``, ``town of``."""
    links = {"de"} if doc.lang == "es" else {"of"}
    units = word_list(doc.lang, "named_units")
    for i in [i for i, word in enumerate(doc.words[:-2]) if word in units]:
        linked = doc.words[i + 1] in links
        first = i + 2 if linked else i + 1
        if (
            (linked or doc.lang == "es")
            and doc.gap(i) == " "
            and (not linked or doc.gap(i + 1) == " ")
            and doc.words[first][0].isupper()
            and not doc.words[first].isupper()
        ):
            last = _end_of_name(doc, first) if doc.lang == "es" else _end_of_run(doc, first)
            yield Mention(doc.starts[first], doc.ends[last], GPE, 0.8, SOURCE)
