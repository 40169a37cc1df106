"""Persons found by their given names and by what the document calls them elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from annotator.suggest.rules.lexicon import word_list
from annotator.suggest.rules.page import GPE, LOC, ORG, PERSON, Mention, Page, Taken
from annotator.suggest.rules.places import is_sure_place
from annotator.suggest.rules.titles import UP

SOURCE = "people@1"
_PARTICLES = frozenset(["de", "del", "la", "los", "las", "von", "van", "der", "bin", "al", "da", "dos", "di"])
_NICKNAMED = re.compile(
    rf"[{UP}]\w+ [\"'“‘’](?:[Ee]l |[Ll]a |[Ll]os )?[{UP}]\w+(?: \w+)?[\"'”’] [{UP}]\w+"
    rf"|[{UP}]\w+(?: [{UP}]\w+)? “[{UP}]\.?”"
)
_AGED = re.compile(rf"[{UP}][\w'’-]+(?: [{UP}][\w'’.-]+){{1,3}}(?=, (?:[1-9]\d|1\d\d)(?:,| años))")


def find(page: Page) -> Iterator[Mention]:
    """Yield names that begin with a known given name, carry a nickname in quotes, or are followed by an age."""
    for match in _NICKNAMED.finditer(page.text):
        yield Mention(match.start(), match.end(), PERSON, 0.87, SOURCE)
    for match in _AGED.finditer(page.text):
        first = page.word_at(match.start())
        if not is_sure_place(page, first) and page.words[first] not in word_list(page.lang, "openers"):
            yield Mention(match.start(), match.end(), PERSON, 0.8, SOURCE)
    yield from _given(page)


def _given(page: Page) -> Iterator[Mention]:
    after = 0
    for i in page.capitals:
        if (
            i < after
            or page.words[i] not in word_list(page.lang, "given")
            or page.shouting_lines.covers(page.starts[i])
        ):
            continue
        if (
            i > 0
            and page.gap(i - 1) == " "
            and (
                page.words[i - 1] in word_list(page.lang, "heads") or page.words[i - 1] in word_list(page.lang, "sites")
            )
        ):
            continue
        last = _last_of_name(page, i)
        if last > i:
            after = last + 1
            yield Mention(page.starts[i], page.ends[last], PERSON, 0.84, SOURCE)


def _last_of_name(page: Page, first: int) -> int:
    """Return the last word of the personal name that begins at word ``first``."""
    last, at = first, first + 1
    while at < len(page.words) and at - first < 7:
        gap = page.gap(at - 1)
        initial = gap == ". " and len(page.words[at - 1]) == 1
        if gap not in {" ", "\xa0", "-"} and not initial:
            break
        word = page.words[at]
        if word[0].isupper():
            if word in word_list(page.lang, "heads") or word in word_list(page.lang, "openers") or word.isdigit():
                break
            last = at
        elif word not in _PARTICLES or at - last > 2:
            break
        at += 1
    return last


def carried(page: Page, known: list[Mention]) -> Iterator[Mention]:
    """Yield later mentions of known persons by a part of their name: the surname, both surnames, the given name.

    A part that also begins the names of places or bodies in this document is left alone.
    """
    parts = _parts(page, known)
    taken = Taken([m for m in known if m.kind == PERSON and m.score >= 0.6])
    after = 0
    for i in page.capitals:
        if i < after:
            continue
        for part in parts.get(page.words[i], ()):
            last = i + len(part) - 1
            if tuple(page.words[i : last + 1]) != part or not _stands_alone(page, i, last):
                continue
            if not taken.touches(page.starts[i], page.ends[last]):
                yield Mention(page.starts[i], page.ends[last], PERSON, 0.86, SOURCE)
            after = last + 1
            break


def _parts(page: Page, known: list[Mention]) -> dict[str, list[tuple[str, ...]]]:
    """Return by first word the parts of names that may stand for a person, the longest first."""
    others = Counter(
        page.words[i]
        for m in known
        if m.kind in {ORG, GPE, LOC} and m.score > 0.6
        for i in page.words_in(m.start, m.end)
    )
    parts: set[tuple[str, ...]] = set()
    for mention in known:
        words = tuple(page.words[i] for i in page.words_in(mention.start, mention.end))
        if mention.kind != PERSON or mention.score < 0.6 or len(words) < 2:
            continue
        parts.update(words[i:] for i in range(len(words)) if words[i][0].isupper())
        if page.lang == "es" and len(words) >= 3:
            parts.update((words[i],) for i in (len(words) - 2,) if words[i][0].isupper())
        if words[0] in word_list(page.lang, "given"):
            parts.add(words[:1])
    usable = [
        p
        for p in parts
        if not (len(p) == 1 and (len(p[0]) < 3 or p[0] in word_list(page.lang, "openers") or others[p[0]] > 0))
    ]
    found: dict[str, list[tuple[str, ...]]] = {}
    for part in sorted(usable, key=len, reverse=True):
        found.setdefault(part[0], []).append(part)
    return found


def _stands_alone(page: Page, first: int, last: int) -> bool:
    """Return whether no further capitalised word makes the name another's."""
    if first > 0 and page.gap(first - 1) in {" ", "-"}:
        before = page.words[first - 1]
        if (
            before[0].isupper()
            and not page.begins_sentence(page.starts[first - 1])
            and before in word_list(page.lang, "given")
        ):
            return False
    if last + 1 < len(page.words) and page.gap(last) in {" ", "-"}:
        following = page.words[last + 1]
        if following[0].isupper() and not page.shouting_lines.covers(page.starts[first]):
            return False
    return True
