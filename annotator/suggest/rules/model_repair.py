"""Repairing the habitual mistakes of the spaCy models.

The small Spanish model takes words for names because they begin a sentence, lets entities run over lower-case text,
and its ``MISC`` is noise; the small English one keeps articles and possessives.  What remains is trimmed to the
guideline's shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotator.suggest.rules import titles
from annotator.suggest.rules.analyzed_document import (
    GPE,
    LOC,
    NAME_KINDS,
    ORG,
    PERSON,
    SYSTEM,
    AnalyzedDocument,
    Mention,
)
from annotator.suggest.rules.gazetteer import places
from annotator.suggest.rules.lexicon import word_list
from annotator.suggest.rules.places import is_sure_place, opens_dateline

_KIND = {"PER": PERSON, "PERSON": PERSON, "ORG": ORG, "GPE": GPE, "LOC": LOC, "FAC": LOC}
_NOT_NAMES = frozenset({"VERB", "AUX", "ADV", "ADP", "DET", "PRON", "SCONJ", "CCONJ", "NUM", "PART", "INTJ"})
_CAMEL = re.compile(r"^(?!Mac|Mc|De|La|Le|Di|Du|Fitz|Van|O['’])[A-Z][a-z]+[A-Z]\w*$")
_COMMON = frozenset({"NOUN", "ADJ"}) | _NOT_NAMES
_OF_TAG = {
    **dict.fromkeys(("NN", "NNS"), "NOUN"),
    **dict.fromkeys(("JJ", "JJR", "JJS", "AFX"), "ADJ"),
    **dict.fromkeys(("VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "BES", "HVS"), "VERB"),
    **dict.fromkeys(("RB", "RBR", "RBS"), "ADV"),
    **dict.fromkeys(("DT", "PDT", "WDT", "WP$"), "DET"),
    **dict.fromkeys(("PRP", "PRP$", "EX", "WP"), "PRON"),
    **dict.fromkeys(("IN", "RP"), "ADP"),
    **dict.fromkeys(("TO", "POS"), "PART"),
    "MD": "AUX",
    "CC": "CCONJ",
    "WRB": "SCONJ",
    "CD": "NUM",
    "UH": "INTJ",
}
_HYPHENATED = re.compile(titles.HYPHENATED)
_INNER = {
    "es": frozenset(["de", "del", "la", "las", "los", "el", "y", "e"]),
    "en": frozenset(["of", "the", "and", "for", "de", "la", "al", "bin", "von", "van"]),
}


def kind_of(model_label: str) -> str:
    """The kind that a model's label stands for, the label itself when it is no name."""
    return _KIND.get(model_label, model_label)


def part_of_speech(tag: str) -> str:
    """The coarse part of speech of an English tag, as far as it can speak against a name; else nothing."""
    return _OF_TAG.get(tag, "")


def repaired(doc: AnalyzedDocument, mentions: list[Mention]) -> list[Mention]:
    """Trim and correct the model's entities; those that cannot be names are left out."""
    return list(_repair(doc, mentions))


def _repair(doc: AnalyzedDocument, mentions: list[Mention]) -> Iterator[Mention]:
    for mention in mentions:
        if mention.kind not in NAME_KINDS:
            if doc.lang == "en":
                yield mention
            continue
        trimmed = _trim(doc, mention)
        if trimmed is not None and not _is_title(doc, trimmed):
            yield _corrected(doc, trimmed)


def _trim(doc: AnalyzedDocument, mention: Mention) -> Mention | None:
    """Cut the entity to its capitalised core; ``None`` when nothing of a name is left."""
    first, last = _core(doc, mention)
    if first > last:
        return None
    if last > first and doc.words[last] in word_list("common", "captions") and doc.gap(last).startswith(":"):
        last -= 1
    first = _without_opener(doc, first, last)
    if first > last or (first == last and _is_common(doc, first, mention)):
        return None
    end = doc.ends[last]
    if doc.text[end : end + 1] == "." and doc.text[doc.starts[first] : end + 1] in places(doc.lang):
        end += 1
    if mention.kind == PERSON and last > first:
        given = _HYPHENATED.match(doc.text, end)
        end = given.end() if given is not None else end
    return mention.moved(doc.starts[first], end)


def _is_title(doc: AnalyzedDocument, mention: Mention) -> bool:
    """Tell whether the model took a post for a name."""
    pattern = titles.pattern(doc.lang)
    return pattern is not None and pattern.fullmatch(doc.text, mention.start, mention.end) is not None


def _core(doc: AnalyzedDocument, mention: Mention) -> tuple[int, int]:
    """First and last word of the longest stretch that holds together as a name; first > last for none."""
    inner = _INNER.get(doc.lang, frozenset())
    best, first = (1, 0), -1
    last = -1
    for i in doc.words_in(mention.start, mention.end):
        word = doc.words[i]
        broken = (
            i > 0
            and first >= 0
            and any(c in "\n\r;:,.!?()" for c in doc.gap(i - 1).replace(". ", "", _abbreviated(doc, i)))
        )
        if broken or (word[0].islower() and word not in inner and first >= 0):
            first, last = -1, -1
        if word[0].isupper() or word[0].isdigit():
            first = i if first < 0 and word[0].isupper() else first
            last = i if first >= 0 else -1
            if first >= 0 and last - first > best[1] - best[0]:
                best = (first, last)
    return best if best[0] <= best[1] else (1, 0)


def _abbreviated(doc: AnalyzedDocument, index: int) -> int:
    """1 when a full stop before word ``index`` ends an initial, so that it does not part a name."""
    return 1 if len(doc.words[index - 1]) == 1 or doc.words[index - 1] in {"St", "Jr"} else 0


def _without_opener(doc: AnalyzedDocument, first: int, last: int) -> int:
    """Skip words that are capitalised only because they begin a sentence."""
    while first <= last and doc.begins_sentence(doc.starts[first]):
        word = doc.words[first]
        tag = doc.tags.get(doc.starts[first], "")
        known = word in doc.capitals_inside or is_sure_place(doc, first)
        if word in word_list(doc.lang, "openers") or (
            not known and (tag in _NOT_NAMES or word.lower() in doc.lower_words)
        ):
            first += 1
            continue
        break
    while first < last and doc.words[first][0].islower():
        first += 1
    return first


def _is_common(doc: AnalyzedDocument, index: int, mention: Mention) -> bool:
    """Tell whether a single word is no name: a common noun that begins a sentence, or an initial."""
    word = doc.words[index]
    if (
        len(word) < 2
        or (mention.kind != ORG and any(c.isdigit() for c in word))
        or word in word_list(doc.lang, "not_names")
        or word in word_list(doc.lang, "openers")
        or doc.text[doc.starts[index] - 1 : doc.starts[index]] in {"*", "@", "#"}
    ):
        return True
    if (
        not doc.begins_sentence(doc.starts[index])
        or word in doc.capitals_inside
        or is_sure_place(doc, index)
        or opens_dateline(doc, doc.starts[index], doc.ends[index])
    ):
        return False
    if word.lower() in doc.lower_words:
        return True
    if doc.lang == "es" and not word.isupper() and word not in word_list("es", "given"):
        return True
    return doc.tags.get(doc.starts[index], "PROPN") in _COMMON and mention.kind != GPE


def _corrected(doc: AnalyzedDocument, mention: Mention) -> Mention:
    """Mend the kind where the name's form tells it: ``… Inc``, ``PayPal``, a known place."""
    surface = doc.surface(mention)
    words = surface.split()
    if mention.kind != ORG and (
        words[-1] in word_list("common", "companies")
        or _CAMEL.search(surface)
        or (words[-1] in word_list("common", "bodies") and words[0] not in word_list(doc.lang, "given"))
    ):
        return mention._replace(kind=ORG)
    if mention.kind != ORG and surface in word_list("common", "platforms"):
        return mention._replace(kind=SYSTEM)
    if doc.lang == "en" and mention.kind == ORG and len(words) > 1 and _ends_as_site(words[-1]):
        return mention._replace(kind=LOC)
    if mention.kind == PERSON and _names_body(doc, mention):
        return mention._replace(kind=ORG)
    if mention.kind not in {GPE, LOC}:
        return mention
    known = places(doc.lang).get(surface)
    if known is not None:
        return mention._replace(kind=known.kind)
    if doc.lang == "es":
        head = surface.split()[0]
        site = head in word_list("es", "sites")
        return mention._replace(kind=LOC if site else GPE)
    return mention


def _ends_as_site(word: str) -> bool:
    """Tell whether the last word of an English name makes it a site's: ``Quillon Station``."""
    return word in word_list("en", "sites") - word_list("en", "sites_or_bodies") - word_list("en", "heads")


def _names_body(doc: AnalyzedDocument, mention: Mention) -> bool:
    """Tell whether what the model took for a person begins or ends with a place or an acronym: ``Forbes México``."""
    words = doc.words_in(mention.start, mention.end)
    if len(words) < 2 or doc.words[words[0]] in word_list(doc.lang, "given"):
        return False
    ends = (words[0], words[-1])
    return any(is_sure_place(doc, i) or (doc.words[i].isupper() and len(doc.words[i]) > 2) for i in ends) and not (
        doc.surface(mention).isupper()
    )
