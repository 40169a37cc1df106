"""Titles and offices, and the persons who bear them.

A title is proposed where the text ties it to one person: before a name, after a name and a comma, or alone after a
definite article.  Its complement stays when it defines the post (``ministro de Defensa``) and goes when it is a named
body or country (``embajador | de Estados Unidos``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from annotator.suggest.regex_prefilter import StartFilter, matches_at, word_prefix
from annotator.suggest.rules.analyzed_document import PERSON, ROLE, AnalyzedDocument, Mention
from annotator.suggest.rules.lexicon import alternatives, names, word_list
from annotator.suggest.rules.places import is_sure_place

SOURCE = "titles@1"
UP = "A-ZÁÉÍÓÚÜÑÂÊÔÀÈÇÖØÅŠŽČĆĐŞİ"

_ES_PREFIXES = [former + rank for former in ("", "ex") for rank in ("", "vice", "sub", "co")]
_ES_LINKED = rf"(?: (?:y|e|de|del|de la|para|para la|para el) [{UP}]\w+)"


@cache
def _spanish() -> re.Pattern[str]:
    """The pattern of a post in Spanish: noun, adjectives, and the complement that defines it."""
    tail = rf"(?:{_ES_LINKED}| (?:{alternatives('es', 'post_words')})\b)"
    noun = rf"(?:ex[- ]?)?(?:vice|sub|co)?(?:{alternatives('es', 'nouns')})"
    complement = (
        rf"(?: (?:de la|de|del|para la|para el|para) (?:{alternatives('es', 'posts')})\b{tail}{{0,5}}"
        rf"| para(?: la| el| los| las)? [{UP}]\w+{tail}{{0,6}}"
        rf"| de (?:{alternatives('es', 'offices')})\b| a la [Pp]residencia)"
    )
    adjective = rf"(?: (?i:{alternatives('es', 'adjectives')})){{0,3}}"
    return re.compile(rf"(?<![\w-])(?i:{noun}){adjective}{complement}?(?!\w)")


@cache
def _english() -> re.Pattern[str]:
    """The pattern of a post in English: modifiers, noun, and the complement that defines it."""
    modifier = rf"(?i:{alternatives('en', 'modifiers')})"
    complement = rf"(?i: of (?:{alternatives('en', 'posts')})| for [a-z]+(?: (?:and )?[a-z]+)? affairs)"
    return re.compile(
        rf"(?<![\w-])(?:(?:{alternatives('en', 'ranks')})\.|(?:{modifier} (?:and (?={modifier}))?){{0,5}}"
        rf"(?i:{alternatives('en', 'nouns')}){complement}?)(?!\w)"
    )


@cache
def _english_beside_names() -> re.Pattern[str]:
    """The pattern of what is a post only beside a name: ``curator``, ``managing editor``."""
    modifier = rf"(?i:{alternatives('en', 'modifiers')})"
    return re.compile(rf"(?<![\w-])(?:{modifier} ){{0,3}}(?i:{alternatives('en', 'beside_names')})(?![\w-])")


HYPHENATED = r"-(?!era|led|run|like|born|based|style|owned)[a-z]{2,5}\b(?!-)"
"""What may go on with a person's name after a hyphen: ``Ban Ki-moon``, but not ``Obama-era``."""
_NAME = rf"[{UP}]\w*(?:['’](?!s\b)\w+)*(?:-[{UP}]\w+|{HYPHENATED})*(?:(?<![^\W\d_]{{3}})\.)?"
_NICK = r" [\"'“‘](?:[Ee]l |[Ll]a )?[\w ]{2,20}[\"'”’]"
_PERSON = re.compile(rf"{_NAME}(?:{_NICK})?(?: (?:(?:de la|de los|de|del|von|van|bin|al|da|dos) )?{_NAME}){{0,4}}")
_ES_BETWEEN = re.compile(
    rf"(?: [a-z]+(?:an[oa]|es|esa|ens[ei]|eñ[oa]|in[oa]|és|[ao]l|unidense|í))?"
    rf"(?: (?:del?|de la) (?:empresa|partido|compañía|país|caso|organismo|dependencia|agencia|grupo|gobierno"
    rf"|gobierno federal))?"
    rf"(?: (?:de|del|de la|en|ante|por)(?: la| los| el)? [{UP}][\w.]*(?: (?:de |del |de la |para "
    rf"|y )?[{UP}][\w.]*){{0,7}}(?: \([{UP}]\w+\))?)?,? (?={_NAME})"
)
_ES_DEFINITE = re.compile(r"\b(?:el|la|del|al|su|actual|nuev[oa]|entonces|exclusivo) $", re.IGNORECASE)
_ES_NOUN = re.compile(r"\b(?!(?:con|del|entonces|exe|para|por|según|una) $)[a-záéíóúñ]{3,} $")
_ES_ARTICLE = re.compile(
    r"\b(?:(?:el|la|del|al)(?: (?:también|entonces|hoy|ahora|aún|todavía|actual|nuev[oa]|próxim[oa]|futur[oa]))?|y) $",
    re.IGNORECASE,
)
_EN_ARTICLE = re.compile(r"\bthe $", re.IGNORECASE)
_EN_OF_NAMED = re.compile(
    rf" (?:of|for|at) (?:the )?(?:[{UP}][\w.&'’-]*(?: of| and)? ){{0,4}}[{UP}][\w.&'’-]*, (?={_NAME} {_NAME})"
)
_EN_OF = re.compile(rf" (?:of|for|at|to) (?:the )?(?=[{UP}])")
_ES_OF_NAMED = re.compile(rf" (?:de la|del|de) [{UP}]")
_ES_PREDICATE = re.compile(
    r"\b(?:como|fue|es|era|ha sido|cargo de|puesto de|nombrad[oa]|elect[oa]|elegid[oa]) $", re.IGNORECASE
)
_ES_BODY = re.compile(
    r" (?:(?:de la|del|de) (?:Secretaría|Departamento|Ministerio|Fiscalía|Cámara|Senado|Congreso|Partido"
    r"|Universidad|Instituto|Unión)|del Gobierno de)"
)
_ES_INDEFINITE = re.compile(
    r"\b(?:un|una|los|las|cada|ningún|algún|otro|otra|cualquier|sus|varios|unos|dos|tres|este|esta|área|año"
    r"|política|reforma|asamblea|elección|campaña)(?: \w+)? $",
    re.IGNORECASE,
)
_ES_ALONE = re.compile(
    r"^(?:ex)?(?:vice)?(?:president|mandatari|primer|secretari|subsecretari|ministr|embajador|canciller"
    r"|gobernador|alcalde|candidat|funcionari"
    r"|papa|rey|reina|portavoz|vocer|fiscal|juez|procurador|titular|dirigente|líder|director|diputad|senador)",
    re.IGNORECASE,
)
_EN_DEFINITE = re.compile(
    r"(?:\bthe|['’]s|\bhis|\bher|\bthen|\bformer|\bcurrent|\bas|(?-i:\b[A-Z]\w+(?:an|ish|ese|ch|sh|qi|li)"
    r"|\b[A-Z]{2,3})) $",
    re.IGNORECASE,
)
_EN_APPOSED = re.compile(
    rf"[{UP}]\w+ [{UP}][\w-]+(?: \([{UP}]\w+\))?, (?:(?:who is |then )?(?:the |an? )?(?:actual |current |former )?)"
    rf"(?:(?!(?:The|But|And|An?)\b)[{UP}][\w.]+(?:['’]s)? ){{0,3}}$"
)
_EN_WORD_AFTER = re.compile(r" ([a-z]+)\b")
_EN_ALONE = re.compile(
    r"^(?:(?:former|prime|foreign|deputy|vice|defen[sc]e|finance|interior) )*(?:president|minister|secretary"
    r"|ambassador|governor|mayor|sheriff|chancellor|king"
    r"|queen|pope|attorney general|district attorney|senator|prince|premier|spokes(?:man|woman|person))$",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Dr|Dra|Sr|Sra|Srta|Lic|Ing)\.? (?={_NAME})|\b(?:don|doña|señor|señora|señorita) (?={_NAME})"
)


_COURTESIES = StartFilter(("mr", "ms", "dr", "sr", "lic", "ing", "don", "doña", "señor"))


@cache
def _professions(lang: str) -> tuple[re.Pattern[str], StartFilter]:
    """The pattern of a profession before a name, and where it may match: no post, but a sign of a person."""
    listed = names(lang, "titles", "professions")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(listed)}) (?={_NAME})"), StartFilter([word_prefix(n) for n in listed])


@cache
def _beginnings_beside_names() -> StartFilter:
    """Where the English pattern of what is a post beside a name may match."""
    tables = ("modifiers", "beside_names")
    return StartFilter([word_prefix(name) for table in tables for name in names("en", "titles", table)])


@cache
def _beginnings(lang: str) -> StartFilter:
    """Where the pattern of a post in ``lang`` may match."""
    listed = [word_prefix(name) for table in ("ranks", "modifiers", "nouns") for name in names(lang, "titles", table)]
    if lang == "es":
        listed = [f"{before}{noun}" for before in _ES_PREFIXES for noun in listed] + ["ex "]
    return StartFilter(listed)


def pattern(lang: str) -> re.Pattern[str] | None:
    """The pattern of a post in ``lang``, ``None`` for a language without one."""
    made = {"es": _spanish, "en": _english}.get(lang)
    return made() if made is not None else None


def posts_in(text: str, lang: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges between two offsets that read like a post, whatever stands around them."""
    post = pattern(lang)
    if post is not None:
        yield from (match.span() for match in post.finditer(text, start, end))


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield posts and the persons that stand beside them."""
    posts = pattern(doc.lang)
    if posts is not None:
        yield from _posts(doc, list(matches_at(posts, doc.text, _beginnings(doc.lang).offsets(doc))))
        if doc.lang == "en":
            beside = matches_at(_english_beside_names(), doc.text, _beginnings_beside_names().offsets(doc))
            yield from _posts(doc, list(beside), alone=False)
        professions, beginnings = _professions(doc.lang)
        for match in matches_at(professions, doc.text, beginnings.offsets(doc)):
            yield from _person_at(doc, match.end(), 0.8)
    for match in matches_at(_COURTESY, doc.text, _COURTESIES.offsets(doc)):
        yield from _person_at(doc, match.end(), 0.88)


def _posts(doc: AnalyzedDocument, matches: list[re.Match[str]], *, alone: bool = True) -> Iterator[Mention]:
    """Yield posts and their bearers, when the text around a post names one or, if ``alone``, points to one."""
    held, others = set(), []
    for match in matches:
        if _describes_noun(doc, match) or match[0] in word_list(doc.lang, "given"):
            continue
        bearer = list(_bearer_after(doc, match))
        if bearer or _follows_name(doc, match):
            held.add(_noun(doc, match))
            yield Mention(match.start(), _without_body(doc, match), ROLE, 0.88 if bearer else 0.84, SOURCE)
            yield from bearer
        elif alone:
            others.append(match)
    for match in others:
        score = _score_alone(doc, match, known=_noun(doc, match) in held)
        if score > 0:
            yield Mention(match.start(), _without_body(doc, match), ROLE, score, SOURCE)


def _describes_noun(doc: AnalyzedDocument, match: re.Match[str]) -> bool:
    """Tell whether ``general`` or ``major`` is no rank: ``hospital general de …``, ``a major party``."""
    if match[0] == "major":
        return _EN_WORD_AFTER.match(doc.text, match.end()) is not None
    return match[0] == "general" and _ES_NOUN.search(doc.text, max(0, match.start() - 20), match.start()) is not None


def _noun(doc: AnalyzedDocument, match: re.Match[str]) -> str:
    """The noun of a post, in lower case."""
    words = re.split(r" (?:of|for) ", match[0].lower())[0].split()
    return words[0].removeprefix("ex") if doc.lang == "es" else words[-1]


def _score_alone(doc: AnalyzedDocument, match: re.Match[str], *, known: bool) -> float:
    """The score of a post without a name beside it, 0 when it is no one person's; ``known``: a holder is named."""
    if _alone(doc, match):
        return _alone_score(match[0])
    if (known or _of_named(doc, match)) and _definite(doc, match):
        return 0.6
    if doc.lang == "es" and _ES_PREDICATE.search(doc.text, max(0, match.start() - 14), match.start()):
        return 0.6
    return 0.0


def _definite(doc: AnalyzedDocument, match: re.Match[str]) -> bool:
    """Tell whether a definite article stands before a post that is no noun's adjective."""
    article = _ES_ARTICLE if doc.lang == "es" else _EN_ARTICLE
    return (
        article.search(doc.text, max(0, match.start() - 14), match.start()) is not None
        and doc.text[match.end() : match.end() + 1] != "-"
    )


def _of_named(doc: AnalyzedDocument, match: re.Match[str]) -> bool:
    """Tell whether a body or a place with a name follows the post, or defines it: ``el jefe de la Policía``."""
    return doc.lang == "es" and (
        " de" in match[0] or _ES_OF_NAMED.match(doc.text, _without_body(doc, match)) is not None
    )


def _alone_score(post: str) -> float:
    """The score of a post without a name: a complement or a capital makes it one person's."""
    if " para " in post:
        return 0.88
    return 0.8 if post[0].isupper() else 0.6


def _without_body(doc: AnalyzedDocument, match: re.Match[str]) -> int:
    """Where the post ends when its complement runs on: ``… | del Departamento de Estado``, ``… | de Chile``."""
    if doc.lang != "es":
        return match.end()
    body = _ES_BODY.search(match[0])
    end = match.start() + body.start() if body is not None else match.end()
    for i in doc.words_in(match.start(), end):
        link = i - 2 if doc.words[i - 1] == "la" else i - 1
        if doc.words[link] in {"de", "del"} and doc.starts[i] > match.start() and is_sure_place(doc, i):
            return doc.ends[link - 1]
    return end


def _bearer_after(doc: AnalyzedDocument, match: re.Match[str]) -> Iterator[Mention]:
    text, end = doc.text, match.end()
    if doc.lang == "es":
        if _ES_INDEFINITE.search(text, max(0, match.start() - 16), match.start()) and not text[match.start()].isupper():
            return
        between = _ES_BETWEEN.match(text, end)
        if between is not None:
            apart = "," in between[0] or any(c.isupper() for c in between[0])
            yield from _person_at(doc, between.end(), 0.85, words_needed=2 if apart else 1)
            return
    if doc.lang == "en" and (of := _EN_OF_NAMED.match(text, end)) is not None:
        yield from _person_at(doc, of.end(), 0.85, words_needed=2)
        return
    if doc.lang == "en" and (of := _EN_OF.match(text, end)) is not None:
        yield from _person_after_body(doc, of.end())
        return
    for gap in (" Sir ", " Dame ", " ", ", "):
        if text.startswith(gap, end):
            yield from _person_at(doc, end + len(gap), 0.88, words_needed=2 if gap == ", " else 1)
            return


def _person_after_body(doc: AnalyzedDocument, start: int) -> Iterator[Mention]:
    """Yield the person whose full name goes on the capitals of a body or place: ``head of Reuters Ana Solis``."""
    persons = {m.start for m in doc.model_mentions if m.kind == PERSON}
    first = doc.word_at(start)
    if _english().match(doc.text, start):
        return
    for i in range(first + 1, min(first + 8, len(doc.words))):
        if doc.gap(i - 1) != " " or not (doc.words[i][0].isupper() or doc.words[i] in {"of", "for", "and", "the"}):
            return
        if doc.starts[i] in persons or doc.words[i] in word_list(doc.lang, "given"):
            yield from _person_at(doc, doc.starts[i], 0.85, words_needed=2)
            return


def _person_at(doc: AnalyzedDocument, start: int, score: float, words_needed: int = 1) -> Iterator[Mention]:
    """Yield the person whose name begins at ``start``, unless what begins there is a place, a body or a title."""
    match = _PERSON.match(doc.text, start)
    if match is None:
        return
    first = doc.word_at(start)
    words = doc.words_in(start, match.end())
    if (
        not words
        or doc.words[first] in word_list(doc.lang, "heads")
        or doc.words[first] in word_list(doc.lang, "openers")
        or is_sure_place(doc, first)
    ):
        return
    last = words[0]
    for i in words:
        if doc.words[i] in word_list(doc.lang, "heads") or (
            i > first and doc.words[i] in word_list(doc.lang, "openers")
        ):
            break
        if doc.words[i][0].isupper() or (i > first + 1 and doc.gap(i - 1) == "-"):
            last = i
    name = doc.text[start : doc.ends[last]]
    if last - first + 1 < words_needed or (name.isupper() and len(name) < 6 and words_needed == 1 and last == first):
        return
    if doc.headline_lines.covers(start) and last - first + 1 < 2:
        return
    yield Mention(start, doc.ends[last], PERSON, score, SOURCE)


def _follows_name(doc: AnalyzedDocument, match: re.Match[str]) -> bool:
    """Tell whether a capitalised name and a comma stand before, as in ``Ana Solís, directora``."""
    before = doc.text[max(0, match.start() - 60) : match.start()]
    if doc.lang == "en":
        after = _EN_WORD_AFTER.match(doc.text, match.end())
        if after is not None and after[1] not in word_list("en", "followers"):
            return False
        return _EN_APPOSED.search(before) is not None
    return (
        re.search(
            rf"[{UP}]\w+ [{UP}][\w-]+(?: \([{UP}]\w+\))?, (?:el |la |the |who is |actual |current |former )?"
            rf"(?:(?!(?:The|But|And)\b)[{UP}][\w.]+(?:['’]s)? )?$",
            before,
        )
        is not None
    )


def _alone(doc: AnalyzedDocument, match: re.Match[str]) -> bool:
    """Tell whether the post stands for one known person: ``el embajador``, ``the secretary``."""
    start = match.start()
    if doc.lang == "es":
        return (
            _ES_DEFINITE.search(doc.text, max(0, start - 12), start) is not None
            and _ES_ALONE.match(match[0]) is not None
            and not _ES_INDEFINITE.search(doc.text, max(0, start - 16), start)
        )
    following = doc.text[match.end() : match.end() + 1]
    return (
        _EN_DEFINITE.search(doc.text, max(0, start - 10), start) is not None
        and _EN_ALONE.match(match[0]) is not None
        and following != "-"
    )
