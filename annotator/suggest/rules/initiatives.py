"""Named operations, missions, plans and laws: by the first word of the name, or quoted after such a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from annotator.suggest.regex_prefilter import PrefilteredRegex
from annotator.suggest.rules.analyzed_document import INITIATIVE, PROGRAM, AnalyzedDocument, Mention
from annotator.suggest.rules.lexicon import LANGUAGES, names, word_list
from annotator.suggest.rules.titles import UP

SOURCE = "headed@1"
KNOWN = "known_programs@1"
_ARTICLES = frozenset({"la", "La", "the", "The"})
_ES_INITIATIVE = "Operación|Operativo|Misión|Missión|Mission|Iniciativa|Proyecto|Campaña|Estrategia|Cruzada"
_ES_PROGRAM = (
    "Programa|Plan|Ley|Acuerdo|Tratado|Convenio|Convención|Protocolo|Pacto|Marco(?= (?:de|para|sobre) )|Constitución"
    "|Código|Reglamento|Decreto"
)
_ES_LINK = r"(?:(?:de|para|sobre|contra|por|en|a|con|y)(?: (?:la|el|los|las))?|del|al|e|el|la)"
_ES_NAME = rf"(?: (?:{_ES_LINK} )?[{UP}][\w-]*)+"
_EN_WORD = r"[A-Z][\w'’-]*"
_EN_CHAIN = rf"{_EN_WORD}(?:,? (?:(?:of|for|the|and|against|on|in|to) ){{0,2}}{_EN_WORD})*"
_EN_END = r"(?! (?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[A-Z])"
"""No capital follows but a weekday's."""
_QUOTES = r"[\"“”'‘’«´]"
_QUOTED = re.compile(rf"{_QUOTES}{{1,2}}([{UP}][^\"“”‘’«»\n]{{2,90}}?){_QUOTES[:-1]}»]{{1,2}}")
_ES_CUE = re.compile(
    r"\b(?:operaci[oó]n|operaciones|operativos?|misi[oó]n|iniciativas?|programas?|planes|plan|proyectos?"
    r"|campañas?|estrategias?|acuerdo|ley)(?: \w+){0,4},? ?$",
    re.IGNORECASE,
)
_EN_CUE = re.compile(
    r"\b(?:operations?|missions?|initiatives?|programs?|programmes?|plans?|projects?|campaigns?|efforts?"
    r"|strategy|agreement|framework)(?: \w+){0,4},? ?$",
    re.IGNORECASE,
)
_PROGRAM_CUE = re.compile(
    r"\b(?:programa|program|programme|plan|planes|acuerdo|agreement|ley|framework|law)s?\b", re.IGNORECASE
)


@cache
def _expressions(lang: str) -> tuple[tuple[PrefilteredRegex, str, float], ...]:
    return tuple((PrefilteredRegex(re.compile(name)), kind, score) for name, kind, score in _names(lang))


def _names(lang: str) -> tuple[tuple[str, str, float], ...]:
    """Expressions for names that begin with such a word, each with the kind and score of its matches."""
    if lang == "es":
        subtitle = rf"(?:: [{UP}][\w-]*(?: (?:{_ES_LINK} )?[\w-]*[{UP}][\w-]*)*)?"
        return (
            (rf"\b(?:{_ES_INITIATIVE}){_ES_NAME}{subtitle}", INITIATIVE, 0.84),
            (rf"\b(?:{_ES_PROGRAM}){_ES_NAME}", PROGRAM, 0.84),
        )
    subtitle = rf"(?:: {_EN_CHAIN})?"
    program = (
        "Act|Plan|Agreement|Treaty|Framework|Program|Programme|Accord|Protocol|Pact|Compact|Law|Convention|Constitution"
        "|Code|Charter|Directive|Amendment"
    )
    first = "Framework|Treaty|Agreement|Convention|Plan|Program"
    complement = rf"(?: (?:of|for|on) {_EN_CHAIN})?"
    year = r"(?: (?:19|20)\d\d)?"
    return (
        (rf"\b(?:Operation|Mission|Project) {_EN_CHAIN}{subtitle}", INITIATIVE, 0.84),
        (
            rf"\b(?:{_EN_WORD} (?:(?:of|for|and|on) )?){{1,6}}(?:{program})\b{complement}{year}{_EN_END}",
            PROGRAM,
            0.68,
        ),
        (rf"\b(?:{first}) (?:of|for|on)(?: the)? {_EN_CHAIN}", PROGRAM, 0.68),
        (rf"\b{_EN_WORD}(?: {_EN_WORD}){{0,4}} Initiative\b", INITIATIVE, 0.85),
    )


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield names that such a word begins or introduces, then every other mention of a quoted name."""
    yield from _known(doc)
    for pattern, kind, score in _expressions(doc.lang):
        for match in pattern.finditer(doc):
            if not doc.headline_lines.covers(match.start()):
                yield Mention(_without_opener(doc, match.start()), match.end(), kind, score, SOURCE)
    names: dict[str, str] = {}
    for mention in _quoted(doc):
        names[doc.text[mention.start : mention.end]] = mention.kind
        yield mention
    for name, kind in names.items():
        for start in _whole_word_starts(name, doc.text):
            yield Mention(start, start + len(name), kind, 0.72, SOURCE)


def _without_opener(doc: AnalyzedDocument, start: int) -> int:
    """Where a name begins that seems to begin with a word such as ``The`` at the beginning of a sentence."""
    first = doc.word_at(start)
    opens = doc.words[first] in word_list(doc.lang, "openers") and doc.begins_sentence(start)
    return doc.starts[first + 1] if opens else start


def _known(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield treaties and laws that news does not explain, and names such as ``la Constitución``."""
    if doc.lang not in LANGUAGES:
        return
    for match in _known_names(doc.lang).finditer(doc):
        yield Mention(match.start(), match.end(), PROGRAM, 0.9, KNOWN)
    whole = word_list(doc.lang, "after_article", "programs")
    for i in doc.capitals:
        if doc.words[i] in whole and i > 0 and doc.words[i - 1] in _ARTICLES and doc.gap(i - 1) == " ":
            yield Mention(doc.starts[i], doc.ends[i], PROGRAM, 0.7, KNOWN)


@cache
def _known_names(lang: str) -> PrefilteredRegex:
    return PrefilteredRegex(re.compile(rf"\b(?:{'|'.join(names(lang, 'programs', 'known'))})(?![\w-])"))


def _whole_word_starts(name: str, text: str) -> Iterator[int]:
    """Yield where a name stands with no letter or digit beside it; no two places overlap."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        alone = not any(c.isalnum() or c == "_" for c in (text[max(0, start - 1) : start], text[end : end + 1]))
        if alone:
            yield start
        start = text.find(name, end if alone else start + 1)


def _quoted(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield quoted names after a word such as ``operación`` or ``campaign``, up to four words before."""
    cue = _ES_CUE if doc.lang == "es" else _EN_CUE
    for match in _QUOTED.finditer(doc.text):
        before = doc.text[max(0, match.start() - 60) : match.start()]
        cue_match = cue.search(before)
        start, end = match.span(1)
        while end > start and doc.text[end - 1] in ",.;:":
            end -= 1
        if cue_match is None or not _is_title(doc.text[start:end]):
            continue
        kind = PROGRAM if _PROGRAM_CUE.search(cue_match[0]) else INITIATIVE
        yield Mention(start, end, kind, 0.72, SOURCE)


def _is_title(quoted: str) -> bool:
    """Tell whether a quotation is a name and no sentence: short, or most of its longer words capitalised."""
    words = re.findall(r"\w+", quoted)
    longer = [w for w in words if len(w) > 3]
    capital = sum(w[0].isupper() for w in longer)
    return bool(words) and (len(words) <= 4 or capital >= 0.6 * len(longer)) and len(words) <= 14
