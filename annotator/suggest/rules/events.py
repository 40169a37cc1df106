"""Single happenings, such as meetings, votes, attacks and accidents, by the noun that heads the phrase.

A noun is proposed where the text around it makes it one known happening: after an article, a possessive or an ordinal,
or before a complement that says who or where.  The phrase is the noun with its ordinal and adjectives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import NamedTuple

from annotator.suggest.rules.analyzed_document import EVENT, AnalyzedDocument, Mention
from annotator.suggest.rules.lexicon import LANGUAGES, names, word_list
from annotator.suggest.rules.noun_phrases import BLANK, INSIDE, end_of_fixed, fixed_phrases, forms, modifies_next
from annotator.suggest.rules.word_forms import plural

SOURCE = "events@1"
_AFTER_DETERMINER = BLANK | {" “", ' "', " '", " ‘", " «"}
_IN_COMPLEMENT = BLANK | {" *", "* ", "* *", " “", " («"}
"""Gaps inside a complement; the asterisks are those of masked figures."""
_NEAR, _FAR = 2, 5
"""Words of a complement among which a name is looked for, the longer way when the complement is definite."""
_MOST_BEFORE, _MOST_AFTER = 3, 2
"""Modifiers that are looked at before and after a noun."""
_ADJECTIVE_ES = re.compile(
    r"\w{2,}(?:[ai]l|ari[oa]|iliar|ic[oa]|iv[oa]|ist[a]|ense|an[oa]|eñ[oa]|os[oa]|[td]ori[oa])(?:e?s)?"
)


_PARTICIPLE = {"es": re.compile(r"[a-záéíóúñ]+[aií]d[oa]s?"), "en": re.compile(r"[a-z]+(?:ed|ing)")}
"""Participles, with which a complement may begin: ``celebrada en``, ``commemorating``."""


class _Grammar(NamedTuple):
    """Closed classes of words of a language: determiners, words for *while*, and what a complement begins with."""

    definite: frozenset[str]
    indefinite: frozenset[str]
    during: frozenset[str]
    complement: frozenset[str]
    definite_complement: frozenset[str]


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_GRAMMARS = {
    "es": _Grammar(
        _words(
            "el la los las al del este esta estos estas ese esa esos esas aquel aquella su sus mi nuestro nuestra cuyo"
            " cuya dicho dicha"
        ),
        _words("un una otro otra"),
        _words("tras durante"),
        _words("a al ante con contra de del donde durante en entre para por que tras"),
        _words("del la el su"),
    ),
    "en": _Grammar(
        _words("the this that these those his her its their our my whose s"),
        _words("a an another one"),
        _words("after during before following since"),
        _words("against at between by during for in near of on outside over to with that which where when"),
        _words("the his her their its"),
    ),
}


class _Kind(Enum):
    """How much a noun needs around it to stand for one happening; the values name the lists."""

    SURE = "heads"
    PLURAL = "plurals"
    DOUBTFUL = "doubtful"
    AMBIGUOUS = "ambiguous"


_SURE = frozenset({_Kind.SURE, _Kind.PLURAL})


class _Noun(NamedTuple):
    """What is known of one form of a noun, or of a phrase that is fixed (``press conference``)."""

    kind: _Kind
    plural: bool = False
    fixed: bool = False


_FIXED = _Noun(_Kind.SURE, fixed=True)


class _Phrase(NamedTuple):
    """A noun with its modifiers, by the indices of its words; ``marked`` when one of them says which happening."""

    first: int
    last: int
    marked: bool


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield single happenings; nothing in a language without a list of nouns."""
    if doc.lang not in LANGUAGES:
        return
    nouns, fixed = _nouns(doc.lang), fixed_phrases(doc.lang, "events")
    after = 0
    for i, word in enumerate(doc.words):
        if i < after or (word not in nouns and word not in fixed):
            continue
        last = end_of_fixed(doc, i, fixed.get(word, ()))
        noun = nouns.get(word) if last == i else _FIXED
        if noun is None or _is_other(doc, i, last):
            continue
        phrase = _spanish(doc, i, last) if doc.lang == "es" else _english(doc, i, last)
        score = _score(doc, phrase, noun)
        if score:
            after = phrase.last + 1
            yield Mention(doc.starts[phrase.first], doc.ends[phrase.last], EVENT, score, SOURCE)


def _score(doc: AnalyzedDocument, phrase: _Phrase, noun: _Noun) -> float:
    """The score of a phrase by the sort of evidence, 0 when nothing says that it is one happening."""
    grammar = _GRAMMARS[doc.lang]
    determiner = _determiner(doc, phrase.first)
    complement, named = _complement(doc, phrase.last)
    if determiner in grammar.definite:
        return _definite_score(noun, marked=phrase.marked, named=named)
    if noun.plural:
        return 0.0
    if noun.fixed:
        return 0.6
    counts = _begins_with_ordinal(doc, phrase)
    if noun.kind not in _SURE:
        return 0.5 if counts else 0.0
    if determiner in grammar.indefinite:
        return 0.6 if named else 0.5 if complement else 0.0
    return 0.5 if determiner in grammar.during or counts or (named and noun.kind is _Kind.PLURAL) else 0.0


def _definite_score(noun: _Noun, *, marked: bool, named: bool) -> float:
    """The score after a definite article, a possessive or a demonstrative."""
    if noun.plural:
        return 0.55 if noun.kind in _SURE and (marked or named) else 0.0
    if noun.kind in _SURE:
        return 0.8 if marked else 0.72
    if marked:
        return 0.65
    return 0.6 if named and noun.kind is _Kind.DOUBTFUL else 0.0


def _begins_with_ordinal(doc: AnalyzedDocument, phrase: _Phrase) -> bool:
    return doc.words[phrase.first].lower() in forms(doc.lang, "events", "ordinals")


def _determiner(doc: AnalyzedDocument, first: int) -> str:
    """The determiner of a phrase, in lower case: the word before it, past such words as are no part of the phrase."""
    at = first - 1
    stop = max(0, at - _MOST_BEFORE)
    while at > stop and doc.gap(at) in INSIDE and _stands_between(doc, at):
        at -= 1
    if at < 0 or doc.gap(at) not in _AFTER_DETERMINER:
        return ""
    word = doc.words[at].lower()
    return "" if word == "s" and not _possesses(doc, at) else word


def _possesses(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether the word ``s`` makes the word before it a possessor, and is no short form of ``is``."""
    return doc.gap(index - 1) in {"'", "’"} and doc.words[index - 1].lower() not in word_list("en", "before_is")


def _stands_between(doc: AnalyzedDocument, index: int) -> bool:
    """Tell whether a word may stand between determiner and phrase; in English names, figures and participles too."""
    word = doc.words[index]
    if word in forms(doc.lang, "events", "between"):
        return True
    return doc.lang == "en" and (
        word[0].isdigit() or word.endswith("ed") or (word[0].isupper() and word.lower() not in _closed_english())
    )


def _complement(doc: AnalyzedDocument, last: int) -> tuple[bool, bool]:
    """Tell whether a complement follows a phrase, and whether a name or a figure stands in it."""
    grammar, words = _GRAMMARS[doc.lang], doc.words
    at = last + 1
    if at >= len(words) or doc.gap(last) not in BLANK:
        return False, False
    participle = _PARTICIPLE[doc.lang].fullmatch(words[at]) is not None
    if not participle and words[at] not in grammar.complement:
        return False, False
    definite = participle or bool(grammar.definite_complement.intersection(words[at : at + 2]))
    for i in range(at + 1, min(at + 1 + (_FAR if definite else _NEAR), len(words))):
        if doc.gap(i - 1) not in _IN_COMPLEMENT:
            break
        if words[i][0].isupper() or words[i][0].isdigit():
            return True, True
    return True, False


def _spanish(doc: AnalyzedDocument, first: int, last: int) -> _Phrase:
    """The phrase around a Spanish noun: ordinals before it, ordinals and adjectives after it."""
    words, ordinals = doc.words, forms("es", "events", "ordinals")
    telling = forms("es", "events", "adjectives") | ordinals
    marked = False
    stop = min(last + _MOST_AFTER, len(words) - 1)
    while last < stop and doc.gap(last) in BLANK:
        tells = words[last + 1] in telling
        if not tells and _ADJECTIVE_ES.fullmatch(words[last + 1]) is None:
            break
        marked |= tells
        last += 1
    while first > 0 and doc.gap(first - 1) in BLANK and words[first - 1].lower() in ordinals:
        first, marked = first - 1, True
    return _Phrase(first, last, marked)


def _english(doc: AnalyzedDocument, first: int, last: int) -> _Phrase:
    """The phrase around an English noun, with the modifiers between its determiner and the noun."""
    words, grammar = doc.words, _GRAMMARS["en"]
    telling = forms("en", "events", "adjectives") | forms("en", "events", "ordinals")
    at = first
    marked: list[int] = []
    stop = max(0, first - _MOST_BEFORE)
    while at > stop and doc.gap(at - 1) in INSIDE and words[at - 1][0].islower():
        if words[at - 1] in _closed_english():
            break
        at -= 1
        if words[at] in telling:
            marked.append(at)
    determiner = words[at - 1].lower() if at > 0 else ""
    if determiner not in grammar.definite | grammar.indefinite or (determiner == "that" and at < first):
        at = min([first, *marked])
    return _Phrase(at, last, bool(marked))


@cache
def _closed_english() -> frozenset[str]:
    """Words that are no modifiers of a noun, or none that belong to the phrase."""
    closed = frozenset().union(*_GRAMMARS["en"], forms("en", "events", "between"), word_list("en", "followers"))
    return closed - forms("en", "events", "ordinals")


def _is_other(doc: AnalyzedDocument, first: int, last: int) -> bool:
    """Tell whether what follows makes the noun something else: ``elección popular``, ``election results``."""
    after = last + 1
    if after >= len(doc.words):
        return False
    word = doc.words[after]
    if word in _never(doc.lang).get(doc.words[first].lower(), ()):
        return True
    return doc.lang == "en" and modifies_next(doc, last)


@cache
def _nouns(lang: str) -> Mapping[str, _Noun]:
    """What is known of each form of a noun; in English a capital makes it part of a name."""
    found: dict[str, _Noun] = {}
    for kind in (_Kind.AMBIGUOUS, _Kind.DOUBTFUL, _Kind.SURE):
        for word in word_list(lang, kind.value, "events"):
            found[plural(word, lang)] = _Noun(kind, plural=True)
            found[word] = _Noun(kind)
    found.update(dict.fromkeys(word_list(lang, _Kind.PLURAL.value, "events"), _Noun(_Kind.PLURAL)))
    return found if lang == "en" else found | {form.capitalize(): noun for form, noun in found.items()}


@cache
def _never(lang: str) -> Mapping[str, frozenset[str]]:
    """The words that may not follow a noun, by the noun."""
    found: dict[str, set[str]] = {}
    for phrase in names(lang, "events", "never"):
        noun, after = phrase.split()
        found.setdefault(noun, set()).add(after)
    return {noun: frozenset(after) for noun, after in found.items()}
