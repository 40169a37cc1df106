"""Countries, states, cities and regions of the gazetteer, found by their names."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from annotator.suggest.rules.analyzed_document import DATE, GPE, ORG, WORD, AnalyzedDocument, Mention
from annotator.suggest.rules.gazetteer import GazetteerEntry, is_country, places
from annotator.suggest.rules.lexicon import word_list

SOURCE = "gazetteer@1"
SURE, UNSURE, INSIDE, CLUB = 0.9, 0.45, 0.2, 0.7
"""Scores of a place that is nothing else, of one that is as likely a person's name, of one inside another name, and
of a city's name with an article."""

_TRUSTS_MODEL = frozenset({"en"})
"""Languages whose model draws the borders of names better than a gazetteer does."""
_DATED = re.compile(r"(?: \([^()\n]{2,20}\))?,? (?:a )?\d{1,2} (?:de )?[a-z]{3}")
_COUNTY = {"en": frozenset({"County", "Parish", "Province", "Township"}), "es": frozenset()}


@cache
def _index(lang: str) -> dict[str, list[tuple[tuple[str, ...], str, GazetteerEntry]]]:
    """The gazetteer by first word, the longest names first."""
    index: dict[str, list[tuple[tuple[str, ...], str, GazetteerEntry]]] = {}
    for name, entry in places(lang).items():
        for spelling in {name, name.upper()} if len(name) > 4 else {name}:
            words = tuple(m[0] for m in WORD.finditer(spelling))
            if words:
                index.setdefault(words[0], []).append((words, spelling, entry))
    for entries in index.values():
        entries.sort(key=lambda entry: (-len(entry[0]), -len(entry[1])))
    return index


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield the places of the gazetteer and the names headed by a word such as ``Calle`` or ``River``."""
    index = _index(doc.lang)
    after = 0
    for i in doc.capitals:
        if i < after:
            continue
        for parts, spelling, entry in index.get(doc.words[i], ()):
            end = doc.starts[i] + len(spelling)
            if doc.text.startswith(spelling, doc.starts[i]) and _whole(doc, i, len(parts), end):
                yield _mention(doc, i, i + len(parts) - 1, end, entry)
                after = i + len(parts)
                break


def _whole(doc: AnalyzedDocument, first: int, count: int, end: int) -> bool:
    last = first + count - 1
    return last < len(doc.words) and (end == doc.ends[last] or doc.text[end - 1] == ".")


def _mention(doc: AnalyzedDocument, first: int, last: int, end: int, entry: GazetteerEntry) -> Mention:
    """Score a match: a capital on either side makes it part of a longer name, unless that is a county or a place."""
    kind, score = entry.kind, SURE if entry.sure else UNSURE
    if kind == ORG and first == last and not _means_body(doc, first):
        return Mention(doc.starts[first], end, kind, INSIDE, SOURCE)
    if doc.lang == "es" and kind == GPE and first == last and _is_club(doc, first):
        return Mention(doc.starts[first], end, ORG, CLUB, SOURCE)
    if last + 1 < len(doc.words) and doc.words[last + 1] in _COUNTY.get(doc.lang, ()) and doc.gap(last) == " ":
        return Mention(doc.starts[first], doc.ends[last + 1], GPE, SURE, SOURCE)
    before = first > 0 and doc.gap(first - 1) in {" ", "-"} and doc.words[first - 1][0].isupper()
    if before and not doc.begins_sentence(doc.starts[first - 1]) and score == SURE:
        score = 0.8
    if kind == ORG and last + 1 < len(doc.words) and doc.gap(last) == " " and doc.words[last + 1][0].isupper():
        score = 0.6
    return Mention(doc.starts[first], end, kind, score, SOURCE)


def _means_body(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether a name that is a word too is a body's: inside a sentence, without an article or a capital before."""
    if doc.words[index] not in word_list(doc.lang, "also_words"):
        return True
    before = doc.words[index - 1] if index > 0 and doc.gap(index - 1) == " " else ""
    return (
        not doc.begins_sentence(doc.starts[index])
        and before not in word_list(doc.lang, "articles")
        and not before[:1].isupper()
    )


def _is_club(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether an article makes a city's name that of its club or bank: ``el Barcelona``, ``del Santander``."""
    word = doc.words[index]
    return (
        index > 0
        and doc.gap(index - 1) == " "
        and doc.words[index - 1].lower() in {"el", "del", "al"}
        and not is_country(word)
        and not word.isupper()
        and not (doc.gap(index) in {" ", "-"} and doc.words[index + 1][0].isupper())
        and not (doc.gap(index) == " " and doc.words[index + 1] in {"de", "del", "que"})
    )


def doubt_covered(mentions: list[Mention], lang: str) -> list[Mention]:
    """Lower the score of gazetteer mentions around which the model found a longer name."""
    if lang not in _TRUSTS_MODEL:
        return mentions
    around = sorted((m.start, m.end) for m in mentions if m.source != SOURCE and m.kind not in {GPE, DATE})
    checked = []
    for mention in mentions:
        covered = mention.source == SOURCE and any(
            start <= mention.start and mention.end <= end and (start, end) != (mention.start, mention.end)
            for start, end in around[_first_near(around, mention.start) :][:4]
        )
        checked.append(mention._replace(score=min(mention.score, UNSURE)) if covered else mention)
    return checked


def doubt_inside_names(doc: AnalyzedDocument, mentions: list[Mention]) -> list[Mention]:
    """Lower the score of gazetteer mentions beside a capitalised word of no other mention: ``Boston Celtics``."""
    starts = {m.start for m in mentions if m.kind != ORG}
    ends = {m.end for m in mentions}
    known = {(m.start, m.end) for m in mentions if m.source != SOURCE} if doc.lang in _TRUSTS_MODEL else set()
    return [
        mention._replace(score=min(mention.score, INSIDE))
        if mention.source == SOURCE
        and mention.kind != ORG
        and (mention.start, mention.end) not in known
        and not doc.headline_lines.covers(mention.start)
        and (_goes_on(doc, mention, starts) or _went_before(doc, mention, ends))
        else mention
        for mention in mentions
    ]


def _goes_on(doc: AnalyzedDocument, mention: Mention, starts: set[int]) -> bool:
    """Tell whether the word after a mention is capitalised and begins no other mention."""
    after = doc.word_at(mention.end)
    return (
        after < len(doc.words)
        and doc.text[mention.end : doc.starts[after]] == " "
        and _is_part(doc, after)
        and doc.starts[after] not in starts
    )


def _went_before(doc: AnalyzedDocument, mention: Mention, ends: set[int]) -> bool:
    """Tell whether the word before a mention is capitalised and ends no other mention."""
    before = doc.word_at(mention.start) - 1
    return (
        before >= 0
        and doc.gap(before) == " "
        and _is_part(doc, before)
        and not doc.begins_sentence(doc.starts[before])
        and doc.ends[before] not in ends
    )


def _is_part(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether a word may be part of a name that a place stands in: capitalised, and no acronym."""
    word = doc.words[index]
    return word[0].isupper() and not word.isupper() and word not in word_list(doc.lang, "openers")


def _first_near(ranges: list[tuple[int, int]], offset: int) -> int:
    return max(0, bisect_left(ranges, (offset, 0)) - 2)


def is_place(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether the name of a place starts at word ``index``."""
    return any(
        entry.kind != ORG
        and doc.text.startswith(spelling, doc.starts[index])
        and _whole(doc, index, len(words), doc.starts[index] + len(spelling))
        for words, spelling, entry in _index(doc.lang).get(doc.words[index], ())
    )


def is_sure_place(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether a name that is nothing but a place's starts at word ``index``."""
    return end_of_sure_place(doc, index) is not None


def is_body(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether the name of a body that the gazetteer lists starts at word ``index``."""
    return any(
        entry.kind == ORG
        and doc.text.startswith(spelling, doc.starts[index])
        and _whole(doc, index, len(words), doc.starts[index] + len(spelling))
        for words, spelling, entry in _index(doc.lang).get(doc.words[index], ())
    )


def end_of_sure_place(doc: AnalyzedDocument, index: int) -> int | None:
    """The last word of the longest name that is nothing but a place's and starts at word ``index``, if there is one."""
    for words, spelling, entry in _index(doc.lang).get(doc.words[index], ()):
        if (
            entry.sure
            and entry.kind != ORG
            and doc.text.startswith(spelling, doc.starts[index])
            and _whole(doc, index, len(words), doc.starts[index] + len(spelling))
        ):
            return index + len(words) - 1
    return None


def opens_dateline(doc: AnalyzedDocument, start: int, end: int) -> bool:
    """Tell whether a name opens a line and a date follows it: ``Pontevedra, 23 may``."""
    return doc.text[start - 1 : start] in {"", "\n"} and _DATED.match(doc.text, end) is not None
