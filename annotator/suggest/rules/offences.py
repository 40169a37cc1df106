"""Offences as such, by the noun that heads the phrase: ``lavado de dinero``, ``accused of attempted murder``.

Some nouns are offences wherever they stand, others where they say what they are done to, and most where a charge stands
before them or another offence beside them.  With a determiner that points at one case, or with a name as its victim,
the noun is a single happening.  The phrase is the noun with its adjectives and its complements without article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from annotator.suggest.rules.analyzed_document import CRIME, AnalyzedDocument, Mention
from annotator.suggest.rules.lexicon import LANGUAGES, word_list
from annotator.suggest.rules.noun_phrases import BLANK, INSIDE, end_of_fixed, fixed_phrases, forms, modifies_next
from annotator.suggest.rules.word_forms import plural

SOURCE = "offences@1"
_TABLE = "offences"
_PHRASES, _HEADS, _WITH_OBJECT, _CHARGED = "phrases", "heads", "with_object", "charged"
_SCORES = {_PHRASES: 0.85, _HEADS: 0.75, _WITH_OBJECT: 0.75, _CHARGED: 0.7}


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_ONE_CASE = {
    "es": _words("un una otro otra este esta ese esa su cuyo dicho dicha se"),
    "en": _words("a an another this that his her their s whose"),
}
"""Words before a noun that make it one case, or no noun."""
_DEFINITE = {"es": _words("el la los las del al"), "en": _words("the")}
_OF = {"es": _words("de por"), "en": _words("of with for to")}
_SIDE_BY_SIDE = _words("y e o u and or")
_DETERMINERS = {
    "es": _words("el la los las lo un una unos unas su sus este esta ese esa que cada mi quien donde"),
    "en": _words("the a an his her its their this that these those which who"),
}
_AFTER_PAIR_ES = _words("a ante con contra desde en entre hacia para por que")
_ADJECTIVE_ES = re.compile(r"\w{2,}(?:al|ic[oa]|iv[oa]|[ií]cit[oa]|ari[oa]|iz[oa]|os[oa]|[ai]d[oa]|iles?)s?")
_INFINITIVE_ES = re.compile(r"\w+[aei]r(?:l[aeo]s?|se)?")
_MOST_ADJECTIVES = 2


class _Phrase(NamedTuple):
    """An offence by the indices of its words; ``object`` when it says what is done to whom, ``victim`` by name."""

    first: int
    last: int
    object: bool
    victim: bool


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield offences as such; nothing in a language without a list of nouns."""
    if doc.lang not in LANGUAGES:
        return
    nouns, fixed = _nouns(doc.lang), fixed_phrases(doc.lang, _TABLE)
    before = -1
    for i, word in enumerate(doc.words):
        if i <= before or (word not in nouns and word not in fixed):
            continue
        last = end_of_fixed(doc, i, fixed.get(word, ()))
        lists = nouns.get(word, frozenset()) if last == i else frozenset({_PHRASES})
        phrase = _spanish(doc, i, last) if doc.lang == "es" else _english(doc, i, last)
        if phrase is not None and (score := _score(doc, phrase, lists, before)):
            before = phrase.last
            yield Mention(doc.starts[phrase.first], doc.ends[before], CRIME, score, SOURCE)


def _score(doc: AnalyzedDocument, phrase: _Phrase, lists: frozenset[str], before: int) -> float:
    """The score by the first list that holds here, 0 when none does; ``before`` is the last word of an offence."""
    at = phrase.first - 1
    determiner = doc.words[at].lower() if at >= 0 and doc.gap(at) in BLANK else ""
    if determiner in _ONE_CASE[doc.lang] or (determiner in _DEFINITE[doc.lang] and phrase.victim):
        return 0.0
    for name in (_PHRASES, _HEADS):
        if name in lists:
            return _SCORES[name]
    if _WITH_OBJECT in lists and phrase.object:
        return _SCORES[_WITH_OBJECT]
    if _CHARGED in lists and not phrase.victim and (_is_charge(doc, at) or _beside(doc, before, phrase.first)):
        return _SCORES[_CHARGED]
    return 0.0


def _is_charge(doc: AnalyzedDocument, at: int) -> bool:
    """Tell whether the words up to one make what follows a charge: ``acusado de``, ``delito de``, ``charged with``."""
    doubts = forms(doc.lang, _TABLE, "doubts")
    if at >= 0 and doc.words[at] in doubts:
        return True
    charges = word_list(doc.lang, "charges", _TABLE)
    if doc.lang == "es" and at >= 0 and doc.words[at] == "por":
        return True
    target = at - (at > 0 and doc.words[at] in _DEFINITE[doc.lang])
    if target >= 0 and doc.words[target].lower() in word_list(doc.lang, "against", _TABLE):
        return True
    nearby = [word.lower() for word in doc.words[max(0, at - 3) : max(0, at)]]
    return at > 0 and doc.words[at] in _OF[doc.lang] and not charges.isdisjoint(nearby)


def _beside(doc: AnalyzedDocument, before: int, first: int) -> bool:
    """Tell whether an offence that ends at the word ``before`` and one that begins at ``first`` are listed together."""
    if before < 0:
        return False
    if first == before + 1:
        return doc.gap(before) == ", "
    return first == before + 2 and doc.words[before + 1] in _SIDE_BY_SIDE


def _spanish(doc: AnalyzedDocument, first: int, last: int) -> _Phrase:
    """The phrase that begins with a Spanish noun: adjectives, and ``de`` with nouns that have no article."""
    words = doc.words
    other_objects = word_list("es", "other_objects", _TABLE)
    has_object = victim = False
    last = _past_adjectives(doc, last)
    while last + 2 < len(words) and doc.gap(last) in BLANK and doc.gap(last + 1) in BLANK:
        noun = words[last + 2]
        if words[last + 1] not in {"de", "a", "contra"} or noun in _DETERMINERS["es"]:
            break
        if not noun[0].islower():
            victim = not has_object
            break
        if words[last + 1] != "de" or _INFINITIVE_ES.fullmatch(noun) or noun in other_objects:
            break
        has_object = True
        last = _past_adjectives(doc, last + 2)
    last = _past_pair(doc, last) if has_object else last
    contracted = last + 1 < len(words) and words[last + 1] in {"del", "al"} and doc.gap(last) in BLANK
    return _Phrase(first, last, has_object, victim or (contracted and not has_object))


def _past_pair(doc: AnalyzedDocument, last: int) -> int:
    """The last word of ``y`` and a second thing in the plural, which is no offence itself: ``… drogas y armas``."""
    second = last + 2
    if second >= len(doc.words) or doc.words[last + 1] != "y" or not BLANK.issuperset(doc.gaps[last:second]):
        return last
    word = doc.words[second]
    punctuated = doc.gap(second).strip() != ""
    ends = punctuated or (second + 1 < len(doc.words) and doc.words[second + 1] in _AFTER_PAIR_ES)
    thing = word[0].islower() and word.endswith("s") and word not in _DETERMINERS["es"] and word not in _nouns("es")
    return second if ends and thing else last


def _past_adjectives(doc: AnalyzedDocument, last: int) -> int:
    """The last of the adjectives that follow a word."""
    stop = min(last + _MOST_ADJECTIVES, len(doc.words) - 1)
    while last < stop and doc.gap(last) in BLANK and _ADJECTIVE_ES.fullmatch(doc.words[last + 1]):
        last += 1
    return last


def _english(doc: AnalyzedDocument, first: int, last: int) -> _Phrase | None:
    """The phrase that an English noun heads, ``None`` where the noun only modifies another one."""
    words = doc.words
    has_object = victim = False
    if words[last] == "theft" and last + 2 < len(words) and words[last + 1] == "of":
        noun = last + 2 + (words[last + 2] == "the")
        if noun < len(words) and words[noun][0].islower() and words[noun] not in _DETERMINERS["en"]:
            has_object, last = True, noun
    elif modifies_next(doc, last):
        return None
    elif last + 2 < len(words) and words[last + 1] in {"of", "against"}:
        victim = words[last + 2] in _DETERMINERS["en"] or words[last + 2][0].isupper()
    open_modifier = words[first] in {"trafficking", "smuggling"}
    while first > 0 and doc.gap(first - 1) in INSIDE and words[first - 1][0].islower():
        word = words[first - 1]
        if word not in word_list("en", "modifiers", _TABLE):
            if not open_modifier or word in _no_modifiers():
                break
            open_modifier = False
        first, has_object = first - 1, True
    return _Phrase(first, last, has_object, victim)


@cache
def _no_modifiers() -> frozenset[str]:
    """Words that are no modifiers of an English noun."""
    closed = word_list("en", "followers") | word_list("en", "not_modifiers", _TABLE)
    return closed | _DETERMINERS["en"] | _OF["en"] | _SIDE_BY_SIDE


@cache
def _nouns(lang: str) -> Mapping[str, frozenset[str]]:
    """The lists that hold each form of a noun, with and without a capital."""
    found: dict[str, set[str]] = {}
    for name in (_HEADS, _WITH_OBJECT, _CHARGED):
        for word in word_list(lang, name, _TABLE):
            for form in (word, plural(word, lang)):
                found.setdefault(form, set()).add(name)
                found.setdefault(form.capitalize(), set()).add(name)
    return {form: frozenset(lists) for form, lists in found.items()}
