"""Institutions found by the head of their name.

Spanish puts the head first (``Secretaría de …``), English mostly last (``… Agency``) and sometimes first
(``Department of …``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotator.suggest.rules import teams, titles
from annotator.suggest.rules.acronyms import ACRONYM, begins_another
from annotator.suggest.rules.analyzed_document import MOST_WORDS, ORG, AnalyzedDocument, Mention
from annotator.suggest.rules.lexicon import word_list
from annotator.suggest.rules.places import end_of_sure_place, is_place, is_sure_place

SOURCE = "institutions@1"
_ARTICLES_ES = frozenset({"la", "los", "las", "el"})
_LINKS_ES = frozenset({"de", "del", "para", "sobre", "contra", "por", "a", "al", "en", "entre", "con"})
_ADJECTIVE = re.compile(
    r"[a-záéíóúñ]+(?:an[oa]|és|esa|ens[ei]|eñ[oa]|en[oa]|in[oa]|unidense|gal?l?[oa]|ol[a]?|dora|local|opositor|digital|conservador)"
)
"""An adjective between the noun and the name: ``diario español El País``."""
_LEGAL_FORM = re.compile(
    r"(?<=\w),? (?:S\.? ?A\.? ?B?\.?(?: de C\.? ?V\.?)?|S\. ?L\.|S\.? de R\.? ?L\.?(?: de C\.? ?V\.?)?|SL)(?!\w)"
)
_CAPITAL = r"[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+"
_LISTED = re.compile(rf"(?:, (?:la |el )?{_CAPITAL}){{1,3}} (?:y|e) (?:la |el )?{_CAPITAL}")
_TREASURY = " y Crédito Público"
_BEFORE_NAME = frozenset({" ", " “", " '", ' "', " ‘", " «"})


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield institutions by the heads of their names."""
    if doc.lang == "es":
        yield from _spanish(doc)
        yield from _companies(doc)
        yield from _bare_ministries(doc)
    else:
        yield from _english(doc)
        yield from _english_of(doc)
        yield from teams.find(doc)
    yield from _published(doc)
    yield from _clubs(doc)


def _spanish(doc: AnalyzedDocument) -> Iterator[Mention]:
    after = 0
    for i in doc.capitals:
        if i < after or doc.words[i] not in word_list(doc.lang, "heads") or doc.headline_lines.covers(doc.starts[i]):
            continue
        last = _extend_spanish(doc, i)
        if last > i:
            after = last + 1
            yield Mention(doc.starts[_first_of_name(doc, i)], doc.ends[last], ORG, 0.85, SOURCE)
        elif _short_form(doc, i):
            yield Mention(doc.starts[i], doc.ends[i], ORG, 0.7, SOURCE)


def _first_of_name(doc: AnalyzedDocument, head: int) -> int:
    """The word before the head where it belongs to the name: ``Suprema Corte``, ``Real Academia``."""
    led = head > 0 and doc.gap(head - 1) == " " and doc.words[head - 1] in word_list(doc.lang, "before_heads")
    return head - 1 if led else head


def _bare_ministries(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield ministries that go by their bare name inside a sentence: ``secretario de Hacienda y Crédito Público``."""
    for i in doc.capitals:
        if doc.words[i] in word_list(doc.lang, "bare_ministries") and not doc.begins_sentence(doc.starts[i]):
            end = doc.ends[i] + (len(_TREASURY) if doc.text.startswith(_TREASURY, doc.ends[i]) else 0)
            yield Mention(doc.starts[i], end, ORG, 0.75, SOURCE)


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
        if step is None and linked and (listed := _end_of_list(doc, last)) is not None:
            last, at = listed, listed + 1
            continue
        if step is None:
            break
        capital, link = step
        if link in {"y", "e"} and not _may_coordinate(doc, head, last, capital, linked):
            break
        if link == "en" or (link in {"de", "del"} and _ends_before(doc, head, last, capital)):
            break
        if link in {"a", "al", "con", "entre"} and words[capital] in word_list(doc.lang, "heads"):
            break
        place_end = end_of_sure_place(doc, capital) if link in {"de", "del"} else None
        if place_end is not None and not _inside_name(doc, place_end):
            return place_end
        if link == "" and words[capital] in word_list(doc.lang, "given") and _begins_person(doc, head, capital):
            break
        linked = linked or link not in {"", "y", "e"}
        last, at = capital, capital + 1
    return last


def _end_of_list(doc: AnalyzedDocument, last: int) -> int | None:
    """The end of what a comma and ``y`` add to a name: ``Ministerio de Transporte, Obras y Puertos``."""
    match = _LISTED.match(doc.text, doc.ends[last])
    if match is None:
        return None
    words = doc.words_in(doc.ends[last], match.end())
    heads, given = word_list(doc.lang, "heads"), word_list(doc.lang, "given")
    if any(doc.words[i] in heads or doc.words[i] in given or is_place(doc, i) for i in words):
        return None
    return words[-1]


def _begins_person(doc: AnalyzedDocument, head: int, capital: int) -> bool:
    """Tell whether a given name inside a body's run of capitals is its member's: ``Partido Liberal | Ana Solís``."""
    return capital == head + 1 or (
        doc.words[head] not in word_list(doc.lang, "named_for_people") and doc.gap(capital) == " "
    )


def _ends_before(doc: AnalyzedDocument, head: int, last: int, capital: int) -> bool:
    """Tell whether ``de`` leads to another name: a place after a full name, or the body that this one is part of."""
    if is_sure_place(doc, capital) and not _inside_name(doc, capital):
        if last == head:
            return doc.words[head] in word_list(doc.lang, "whole_before_place")
        return doc.words[head] not in word_list(doc.lang, "keep_place")
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
        if not _goes_on(doc, last) and not _is_post(doc, first, i):
            yield Mention(doc.starts[first], doc.ends[last], ORG, 0.8, SOURCE)


def _is_post(doc: AnalyzedDocument, first: int, last: int) -> bool:
    """Tell whether the words are a post: ``Member of Parliament``."""
    post = titles.pattern(doc.lang)
    return post is not None and any(
        post.fullmatch(doc.text, doc.starts[i], doc.ends[last]) is not None for i in range(first, last)
    )


def _goes_on(doc: AnalyzedDocument, last: int) -> bool:
    """Tell whether the word after an institution's head belongs to the name still: ``Independent School District``."""
    return (
        last + 1 < len(doc.words)
        and doc.gap(last) == " "
        and doc.words[last + 1][0].isupper()
        and doc.words[last + 1] not in word_list(doc.lang, "openers")
        and not begins_another(doc, last + 1)
    )


def _first_of_run(doc: AnalyzedDocument, last: int) -> int:
    """The first word of the capitalised run that ends with ``last``, without a sentence's opening word."""
    first = last
    while first > 0 and last - first < 7:
        word, gap = doc.words[first - 1], doc.gap(first - 1)
        if word == "s" and first > 1 and doc.words[first - 2] in word_list(doc.lang, "owners"):
            first -= 2
        elif _links_capitals(gap, word) and (word[0].isupper() or word[0].isdigit()):
            first -= 1
        elif word in {"and", "of", "for"} and gap == " " and _capital_before(doc, first - 1) and last - first < 6:
            if word == "for" and is_sure_place(doc, first - 2):
                break
            first -= 2
        elif word == "and" and gap == " " and (joined := _joined_before(doc, first - 1)) is not None:
            first = joined
        else:
            break
    while first < last and (_opens(doc, first) or doc.words[first].isdigit()):
        first += 1
    return first


def _links_capitals(gap: str, word: str) -> bool:
    """Tell whether what stands after a word leaves it in one name with the next: a blank, an initial's full stop."""
    return gap in {" ", "-", " & "} or (gap == ". " and len(word) == 1)


def _joined_before(doc: AnalyzedDocument, index: int) -> int | None:
    """The first of the capitals before ``and`` where one article stands for both: ``the Food and Drug Agency``."""
    first = index
    while first > 0 and doc.gap(first - 1) == " " and doc.words[first - 1][0].isupper():
        first -= 1
    before = doc.words[index - 1]
    apart = (
        first == index
        or doc.words[first - 1].lower() != "the"
        or doc.gap(first - 1) != " "
        or before in word_list(doc.lang, "heads")
        or ACRONYM.fullmatch(before) is not None
        or is_place(doc, index - 1)
        or doc.words[first] in word_list(doc.lang, "given")
    )
    return None if apart else first


def _opens(doc: AnalyzedDocument, index: int) -> bool:
    return doc.words[index] in word_list(doc.lang, "openers") and doc.gap(index) not in {"'", "’"}


def _capital_before(doc: AnalyzedDocument, index: int) -> bool:
    return index > 0 and doc.gap(index - 1) == " " and doc.words[index - 1][0].isupper() and doc.words[index] != "and"


def _english_of(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield names with the head first: ``Department of Homeland Security``."""
    for i in doc.capitals:
        if doc.words[i] in word_list(doc.lang, "heads_of") and not doc.headline_lines.covers(doc.starts[i]):
            last = _extend_of(doc, i)
            first = _first_of_run(doc, i)
            if last > i and (first == i or not _is_post(doc, first, i)):
                yield Mention(doc.starts[first], doc.ends[last], ORG, 0.82, SOURCE)


def _extend_of(doc: AnalyzedDocument, head: int) -> int:
    words, last, linked = doc.words, head, False
    links = {"of", "for", "on"} if words[head] in word_list(doc.lang, "heads_on") else {"of", "for"}
    if head + 2 >= len(words) or words[head + 1] not in links or doc.gap(head) != " ":
        return head
    at = head + 2
    if words[at] == "the":
        at += 1
    while at < len(words) and doc.gap(at - 1) in {" ", "-", ", "}:
        if doc.gap(at - 1) == ", " and (words[at + 1 : at + 2] != ["and"] or is_sure_place(doc, at)):
            break
        if words[at][0].isupper():
            if words[at] in word_list(doc.lang, "not_bodies"):
                return head
            if last > head and begins_another(doc, at):
                break
            last, at = at, at + 1
        elif words[at] == "and" and last > head and _adds_to_name(doc, at + 1):
            at += 1
        elif words[at] in {"of", "for"} and last > head and not linked and not is_sure_place(doc, last):
            linked = True
            at += 2 if words[at + 1 : at + 2] == ["the"] else 1
        else:
            break
    return last


def _adds_to_name(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether capitals after ``and`` go on with a body's name, as they have no head of their own."""
    if index >= len(doc.words) or not doc.words[index][0].isupper() or begins_another(doc, index):
        return False
    openers, heads = word_list(doc.lang, "openers"), word_list(doc.lang, "heads")
    return doc.words[_run_end(doc, index)] not in heads and doc.words[index] not in openers


def _published(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield names after a lower-case noun that says what they are: ``diario Reforma``, ``cártel de Sinaloa``."""
    publishers = word_list(doc.lang, "publishers")
    for i, word in [(i, word) for i, word in enumerate(doc.words[:-1]) if word in publishers]:
        if i > 0 and doc.gap(i - 1) == "-":
            continue
        if doc.lang == "es" and word in {"cártel", "cartel"}:
            step = _next_capital(doc, i + 1)
            if step is not None and step[1] in {"de", "del", ""}:
                last = _run_end(doc, step[0])
                yield Mention(doc.starts[i], doc.ends[last], ORG, 0.85, SOURCE)
            continue
        if doc.gap(i) == " " and _ADJECTIVE.fullmatch(doc.words[i + 1]) and i + 2 < len(doc.words):
            i += 1
        gap = doc.gap(i)
        if gap in _BEFORE_NAME and doc.words[i + 1][0].isupper() and not _is_person(doc, i + 1, gap):
            yield Mention(doc.starts[i + 1], _published_end(doc, i + 1, gap), ORG, 0.85, SOURCE)


def _clubs(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield names of sports clubs that an abbreviation begins or ends: ``FC Barcelona``, ``Aarhus GF``."""
    clubs = word_list("common", "clubs")
    for i in doc.capitals:
        if doc.words[i] not in clubs or doc.headline_lines.covers(doc.starts[i]):
            continue
        first, last = i, _run_end(doc, i)
        if last == i:
            while first > 0 and i - first < 3 and _joins_company(doc, first) and doc.words[first - 1][0].isupper():
                first -= 1
            while first < i and doc.words[first] in word_list(doc.lang, "openers"):
                first += 1
        if first < last:
            yield Mention(doc.starts[first], doc.ends[last], ORG, 0.8, SOURCE)


def _is_person(doc: AnalyzedDocument, index: int, gap: str) -> bool:
    """Tell whether a post or a person's full name begins at a word: ``compañero de equipo Ramón Prado``."""
    post = titles.pattern(doc.lang)
    if doc.lang == "en" and post is not None and post.match(doc.text, doc.starts[index]) is not None:
        return True
    return (
        gap == " "
        and doc.words[index] in word_list(doc.lang, "given")
        and doc.gap(index) == " "
        and doc.words[index + 1][0].isupper()
    )


def _companies(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield names that end with a company's legal form: ``Poliductos Tamayo SA de CV``."""
    for match in _LEGAL_FORM.finditer(doc.text):
        last = doc.word_at(match.start()) - 1
        first = last
        while first > 0 and _joins_company(doc, first):
            first -= 1
        while first <= last and (
            not doc.words[first][0].isupper() or doc.words[first] in word_list(doc.lang, "openers")
        ):
            first += 1
        if 0 <= first <= last:
            yield Mention(doc.starts[first], match.end(), ORG, 0.9, SOURCE)


def _joins_company(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether the word before ``index`` belongs to the same company's name."""
    word = doc.words[index - 1]
    return doc.gap(index - 1) in {" ", "-", " & "} and (word[0].isupper() or word in {"y", "de", "del", "e"})


def _published_end(doc: AnalyzedDocument, first: int, gap: str) -> int:
    """Where the name ends: at its closing quote, or with its capitals and a ``por``, ``del`` or ``al`` among them."""
    if gap != " ":
        closing = re.compile("[”\"'’»\n]").search(doc.text, doc.starts[first])
        if closing is not None and closing.start() - doc.starts[first] < 60:
            return closing.start()
    last = _run_end(doc, first)
    step = _next_capital(doc, last + 1)
    if doc.lang == "es" and step is not None and step[1] in {"por", "del", "al"}:
        last = _run_end(doc, step[0])
    return doc.ends[last]


def _run_end(doc: AnalyzedDocument, first: int) -> int:
    last = first
    stop = min(len(doc.words), first + MOST_WORDS)
    while last + 1 < stop and doc.gap(last) in {" ", "-"} and doc.words[last + 1][0].isupper():
        last += 1
    return last
