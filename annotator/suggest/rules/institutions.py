"""Institutions found by the head of their name, and by their acronyms.

Spanish puts the head first (``Secretaría de …``), English mostly last (``… Agency``) and sometimes first
(``Department of …``).  An acronym in parentheses is later_mentions through the whole document.
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
from annotator.suggest.rules.places import is_place, is_sure_place

SOURCE = "institutions@1"
ACRONYMS = "acronyms@1"
_ARTICLES_ES = frozenset({"la", "los", "las", "el"})
_LINKS_ES = frozenset({"de", "del", "para", "sobre", "contra", "por", "a", "en", "entre", "con"})
_BEFORE_NAME = frozenset({" ", " “", " '", ' "', " ‘", " «"})
ACRONYM = re.compile(r"(?<![\w*.&@#-])[A-ZÁÉÍÓÚÑ][A-ZÁÉÍÓÚÑ&]{1,7}(?![\w*]|[-.][A-Z])")
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_PARENTHESIS = re.compile(r"\(([A-ZÁÉÍÓÚÑ][\w&.-]{1,11})(?:, (?:por|for) [^()]{1,40})?\)")


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield institutions by the heads of their names."""
    if doc.lang == "es":
        yield from _spanish(doc)
    else:
        yield from _english(doc)
        yield from _english_of(doc)
    yield from _published(doc)


def _spanish(doc: AnalyzedDocument) -> Iterator[Mention]:
    after = 0
    for i in doc.capitals:
        if i < after or doc.words[i] not in word_list(doc.lang, "heads") or doc.headline_lines.covers(doc.starts[i]):
            continue
        last = _extend_spanish(doc, i)
        if last > i:
            after = last + 1
            yield Mention(doc.starts[i], doc.ends[last], ORG, 0.85, SOURCE)
        elif _short_form(doc, i):
            yield Mention(doc.starts[i], doc.ends[i], ORG, 0.7, SOURCE)


def _short_form(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether ``el Grupo``, ``la Fiscalía`` or the like stands at ``index``, capitalised as a name is."""
    return (
        doc.words[index] in word_list(doc.lang, "short_heads")
        and index > 0
        and doc.words[index - 1].lower() in {"el", "la", "del", "al"}
        and doc.gap(index - 1) == " "
    )


def _extend_spanish(doc: AnalyzedDocument, head: int) -> int:
    """The last word of the name that begins with the institution's head word."""
    words, last, at, linked = doc.words, head, head + 1, False
    while at < len(words):
        step = _next_capital(doc, at)
        if step is None:
            break
        capital, link = step
        if link in {"y", "e"} and not _may_coordinate(doc, head, last, capital, linked):
            break
        if link == "en" or (link in {"de", "del"} and _ends_before(doc, head, last, capital)):
            break
        if link == "" and capital == head + 1 and words[capital] in word_list(doc.lang, "given"):
            break
        linked = linked or link not in {"", "y", "e"}
        last, at = capital, capital + 1
    return last


def _ends_before(doc: AnalyzedDocument, head: int, last: int, capital: int) -> bool:
    """Tell whether ``de`` leads to another name: a place after a full name, or the body that this one is part of."""
    if is_sure_place(doc, capital) and not _inside_name(doc, capital):
        return last > head or doc.words[head] in word_list(doc.lang, "whole_before_place")
    return (
        last > head
        and doc.words[capital] in word_list(doc.lang, "wholes")
        and doc.words[capital - 1] in {"la", "del", "el"}
    )


def _next_capital(doc: AnalyzedDocument, at: int) -> tuple[int, str] | None:
    """The next capitalised word of a name and the connector that leads to it, ``""`` when it follows at once."""
    words = doc.words
    link = ""
    for i in range(at, min(at + 3, len(words))):
        gap = doc.gap(i - 1)
        if gap not in {" ", "\xa0", "-"} or (gap == "-" and i > at):
            return None
        word = words[i]
        if word[0].isupper():
            return i, link
        if (not link and (word in _LINKS_ES or word in {"y", "e"})) or (link and word in _ARTICLES_ES):
            link = link or word
        else:
            return None
    return None


def _may_coordinate(doc: AnalyzedDocument, head: int, last: int, capital: int, linked: bool) -> bool:
    """Tell whether ``y`` goes on with the name: ``Secretaría de Hacienda y Crédito Público``."""
    word = doc.words[capital]
    if (
        not linked
        or capital - last > 2
        or word in word_list(doc.lang, "heads")
        or word in word_list(doc.lang, "given")
        or ACRONYM.fullmatch(word)
    ):
        return False
    both_places = is_place(doc, last) or (last > head and is_place(doc, last - 1))
    return both_places == is_place(doc, capital)


def _inside_name(doc: AnalyzedDocument, capital: int) -> bool:
    """Tell whether a place is followed by another capital, so that it does not end the name."""
    return capital + 1 < len(doc.words) and doc.gap(capital) == "-"


def _english(doc: AnalyzedDocument) -> Iterator[Mention]:
    for i in doc.capitals:
        if doc.words[i] not in word_list(doc.lang, "heads") or doc.headline_lines.covers(doc.starts[i]):
            continue
        first = _first_of_run(doc, i)
        if first == i:
            if doc.words[i] in word_list(doc.lang, "short_heads") and not doc.begins_sentence(doc.starts[i]):
                yield Mention(doc.starts[i], doc.ends[i], ORG, 0.65, SOURCE)
            continue
        if i + 1 < len(doc.words) and doc.gap(i) == " " and doc.words[i + 1] in word_list(doc.lang, "heads"):
            continue
        last = _extend_of(doc, i) if doc.words[i] in word_list(doc.lang, "heads_of") else i
        yield Mention(doc.starts[first], doc.ends[last], ORG, 0.8, SOURCE)


def _first_of_run(doc: AnalyzedDocument, last: int) -> int:
    """The first word of the capitalised run that ends with ``last``, without a sentence's opening word."""
    first = last
    while first > 0 and last - first < 7:
        word, gap = doc.words[first - 1], doc.gap(first - 1)
        if gap in {" ", "-", " & "} and (word[0].isupper() or word[0].isdigit()):
            first -= 1
        elif word in {"and", "of", "for"} and gap == " " and _capital_before(doc, first - 1) and last - first < 6:
            first -= 2
        else:
            break
    while first < last and (doc.words[first] in word_list(doc.lang, "openers") or doc.words[first].isdigit()):
        first += 1
    return first


def _capital_before(doc: AnalyzedDocument, index: int) -> bool:
    return index > 0 and doc.gap(index - 1) == " " and doc.words[index - 1][0].isupper() and doc.words[index] != "and"


def _english_of(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield names with the head first: ``Department of Homeland Security``."""
    for i in doc.capitals:
        if doc.words[i] in word_list(doc.lang, "heads_of") and not doc.headline_lines.covers(doc.starts[i]):
            last = _extend_of(doc, i)
            if last > i:
                yield Mention(doc.starts[i], doc.ends[last], ORG, 0.82, SOURCE)


def _extend_of(doc: AnalyzedDocument, head: int) -> int:
    words, last = doc.words, head
    if head + 2 >= len(words) or words[head + 1] not in {"of", "for"} or doc.gap(head) != " ":
        return head
    at = head + 2
    if words[at] == "the":
        at += 1
    while at < len(words) and doc.gap(at - 1) in {" ", "-", ", "}:
        if doc.gap(at - 1) == ", " and not (at + 2 < len(words) and words[at + 1] == "and"):
            break
        if words[at][0].isupper():
            last, at = at, at + 1
        elif words[at] == "and" and at + 1 < len(words) and words[at + 1][0].isupper() and last > head:
            at += 1
        else:
            break
    return last


def _published(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield names after a lower-case noun that says what they are: ``diario Reforma``, ``cártel de Sinaloa``."""
    publishers = word_list(doc.lang, "publishers")
    for i, word in [(i, word) for i, word in enumerate(doc.words[:-1]) if word in publishers]:
        if doc.lang == "es" and word in {"cártel", "cartel"}:
            step = _next_capital(doc, i + 1)
            if step is not None and step[1] in {"de", "del", ""}:
                last = _run_end(doc, step[0])
                yield Mention(doc.starts[i], doc.ends[last], ORG, 0.85, SOURCE)
            continue
        gap = doc.gap(i)
        if gap in _BEFORE_NAME and doc.words[i + 1][0].isupper():
            yield Mention(doc.starts[i + 1], _published_end(doc, i + 1, gap), ORG, 0.85, SOURCE)


def _published_end(doc: AnalyzedDocument, first: int, gap: str) -> int:
    """Where the name ends: at its closing quote, or with its capitals and a ``por`` or ``del`` among them."""
    if gap != " ":
        closing = re.compile("[”\"'’»\n]").search(doc.text, doc.starts[first])
        if closing is not None and closing.start() - doc.starts[first] < 60:
            return closing.start()
    last = _run_end(doc, first)
    step = _next_capital(doc, last + 1)
    if doc.lang == "es" and step is not None and step[1] in {"por", "del"}:
        last = _run_end(doc, step[0])
    return doc.ends[last]


def _run_end(doc: AnalyzedDocument, first: int) -> int:
    last = first
    while last + 1 < len(doc.words) and doc.gap(last) in {" ", "-"} and doc.words[last + 1][0].isupper():
        last += 1
    return last


def acronyms(doc: AnalyzedDocument, known: list[Mention]) -> Iterator[Mention]:
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
            yield Mention(start, end, explained[name], 0.88, ACRONYMS)
        elif name in initials and len(name) >= 3:
            yield Mention(start, end, PERSON, 0.8, ACRONYMS)
        elif (
            name not in word_list(doc.lang, "not_acronyms")
            and not _ROMAN.fullmatch(name)
            and not taken.touches(start, end)
            and not _in_longer_name(doc, start)
            and not _among_capitals(doc, start, end)
        ):
            yield Mention(start, end, ORG, 0.7 if len(name) > 2 else 0.6, ACRONYMS)


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
            yield Mention(doc.starts[first], doc.ends[last], kind, 0.93, ACRONYMS)


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
        for m in sorted(known, key=lambda m: m.score)
        if m.kind in kinds or (m.kind == PERSON and m.source == ACRONYMS)
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


def mixed_acronyms(doc: AnalyzedDocument, known: list[Mention]) -> Iterator[Mention]:
    """Yield the mentions of short forms with lower-case letters that parentheses explain: ``(BdeM)``, ``(Semar)``."""
    ends = {m.end: m.kind for m in known if m.kind == ORG}
    forms = {}
    for match in re.finditer(r"\(([A-ZÁÉÍÓÚÑ][\w]{2,11})\)", doc.text):
        kind = ends.get(match.start() - 1)
        if kind is not None and not match[1].isupper() and not is_place(doc, doc.word_at(match.start(1))):
            forms[match[1]] = kind
    for i in doc.capitals:
        if doc.words[i] in forms:
            yield Mention(doc.starts[i], doc.ends[i], forms[doc.words[i]], 0.8, ACRONYMS)


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
        return not _begins_another(doc, index + 1)
    return (
        index > 0
        and doc.gap(index - 1) == " "
        and doc.words[index - 1][0].isupper()
        and doc.words[index - 1] not in word_list(doc.lang, "openers")
        and not doc.begins_sentence(doc.starts[index - 1])
        and not ACRONYM.fullmatch(doc.words[index - 1])
    )


def _begins_another(doc: AnalyzedDocument, index: int) -> bool:
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
