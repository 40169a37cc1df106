"""Calendar dates, as the guideline wants them: ``[weekday] day month year``, as much of it as is there.

Articles and words such as ``próximo`` or ``early`` stay outside.  A day or a year may be a masking token such as
``*NUMBER*``, which anonymised corpora put in the place of figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from annotator.suggest.regex_prefilter import StartFilter, matches_at
from annotator.suggest.rules.analyzed_document import DATE, AnalyzedDocument, DisjointRanges, Mention

SOURCE = "dates@1"
_MASK = r"\*[A-Z]+\*"
_YEAR = rf"(?:1[5-9]\d\d|20\d\d|{_MASK})"
_MASKED = re.compile(r"\*(?=[A-Z])")
_FIGURES = StartFilter((), digits=True)
_BEGINNINGS = {
    "es": StartFilter(
        [
            *("ener", "febr", "marz", "abril", "mayo", "juni", "juli", "agos", "sept", "seti", "octu", "novi", "dici"),
            *("lune", "mart", "mier", "juev", "vier", "sáb", "sab", "domi", "prim"),
        ],
        digits=True,
    ),
    "en": StartFilter(
        [
            *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
            *("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
        ],
        digits=True,
    ),
}
"""What a date can begin with, a mask aside; dates are looked for nowhere else."""
_ISO = r"\b(?:1[89]|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b"
_NUMERIC = r"\b(?:0?[1-9]|[12]\d|3[01])[/.](?:0?[1-9]|1[0-2])[/.](?:19|20)\d\d\b"

_ES_LOWER_MONTH = r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre)"
_ES_MONTH = rf"(?i:{_ES_LOWER_MONTH})"
_ES_WEEKDAY = r"(?:[Ll]unes|[Mm]artes|[Mm]i[eé]rcoles|[Jj]ueves|[Vv]iernes|[Ss][aá]bado|[Dd]omingo)"
_ES_DAY = rf"(?:(?:[12]\d|3[01]|0?[1-9])[º°]?|1ro|primero|{_MASK})"
_ES_DAYS = rf"{_ES_DAY}(?:(?: (?:y|al|a) |[-–]){_ES_DAY})?"
_SPANISH = (
    (rf"(?<!\w)(?:{_ES_WEEKDAY},? )?{_ES_DAYS} de {_ES_MONTH}\b(?:,? del? {_YEAR}(?!\w))?", 0.93),
    (rf"\b{_ES_MONTH}(?: del? |,? ){_YEAR}(?!\w)", 0.93),
    (rf"\b{_ES_WEEKDAY} (?:[12]\d|3[01]|[1-9])(?! ?(?:horas|años|%|mil|[.,:]\d))\b", 0.85),
    (rf"(?<!los )(?<!cada )\b{_ES_WEEKDAY}\b(?! [A-Z])", 0.85),
    (rf"(?<!\w){_ES_LOWER_MONTH}\b", 0.8),
)
_ES_YEAR_AFTER = re.compile(
    r"(?:\b(?:en|desde|hasta|de|del|año|años|entre|para|y|a|próximo|pasado|durante|verano|invierno|otoño|primavera)"
    r"|[(\-–,]) ?$",
    re.IGNORECASE,
)
_ES_UNITS = re.compile(
    r" ?(?:%|(?:mil|millones|pesos|d[oó]lares|euros|personas|casos|votos|muert|kil|metros|años|horas|puntos"
    r"|familias|d[ií]as"
    r"|elementos|trabajadores|empleos|viviendas|alumnos|estudiantes|policías|toneladas|veces|millas|por ciento))"
)

_EN_LONG_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_EN_MONTH = rf"(?:{_EN_LONG_MONTH}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
_EN_WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_EN_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?!\d|,\d|\.\d|:\d)"
_EN_DAYS = rf"{_EN_DAY}(?: ?[-–] ?{_EN_DAY})?"
_ENGLISH = (
    (rf"\b(?:{_EN_WEEKDAY},? )?{_EN_MONTH} {_EN_DAYS}(?:,? {_YEAR}\b)?", 0.93),
    (rf"\b(?:{_EN_WEEKDAY},? )?{_EN_DAYS} (?:of )?{_EN_MONTH}(?:,? {_YEAR}\b)?", 0.93),
    (rf"\b{_EN_MONTH},? {_YEAR}\b", 0.93),
    (rf"\b{_EN_WEEKDAY}\b", 0.88),
    (r"\b(?:January|February|April|June|July|August|September|October|November|December)\b", 0.85),
    (r"(?<=\b[Ii]n )(?:March|May)\b|(?<=\b(?:of|by) )(?:March|May)\b|(?<=[Ss]ince |[Uu]ntil )(?:March|May)\b"
     r"|(?<=early )(?:March|May)\b|(?<=late |last |next |this )(?:March|May)\b", 0.8),
)  # fmt: skip
_EN_YEAR_AFTER = re.compile(
    r"(?:\b(?:in|since|from|to|until|by|of|during|before|after|the|and|early|late|between|through|year|fiscal"
    r"|for)|[(\-–,])"
    r" ?$",
    re.IGNORECASE,
)
_EN_UNITS = re.compile(
    r" ?(?:%|(?:percent|per cent|million|billion|people|dollars|miles|km|feet|deaths|cases|pounds|votes"
    r"|troops|men|women"
    r"|soldiers|homes|jobs|workers|students|members|children|meters|acres|tons|officers|arrests|troops"
    r"|or more|others))\b"
)
_BARE_YEAR = re.compile(r"(?<![\w$€£.,/:*-])(?:1[89]\d\d|20\d\d)(?![\w%/:*]|[.,]\d|-\d)")
_YEAR_CONTEXT = {"es": (_ES_YEAR_AFTER, _ES_UNITS), "en": (_EN_YEAR_AFTER, _EN_UNITS)}


def dates_in(text: str, lang: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges between two offsets that read like a date or a year, whatever stands around them."""
    pattern, _ = _dates(lang)
    for expression in (pattern, _BARE_YEAR):
        yield from (match.span() for match in expression.finditer(text, start, end))


def find(doc: AnalyzedDocument) -> Iterator[Mention]:
    """Yield the dates of a document in reading order; they never overlap."""
    pattern, scores = _dates(doc.lang)
    covered = [(0, 0)]
    for match in matches_at(pattern, doc.text, _offsets(doc)):
        covered.append(match.span())
        yield Mention(match.start(), match.end(), DATE, scores[match.lastgroup or ""], SOURCE)
    inside = DisjointRanges(covered)
    for start, end in _bare_years(doc):
        if not inside.covers(start):
            yield Mention(start, end, DATE, 0.8, SOURCE)


def _offsets(doc: AnalyzedDocument) -> list[int]:
    """Return, in order, where a date may begin."""
    offsets = _BEGINNINGS.get(doc.lang, _FIGURES).offsets(doc)
    masks = [match.start() for match in _MASKED.finditer(doc.text)] if "*" in doc.text else []
    return sorted({*offsets, *masks}) if masks else offsets


@cache
def _dates(lang: str) -> tuple[re.Pattern[str], dict[str, float]]:
    """One pattern for all forms of a date, the fullest first, with the score of each form."""
    forms = {"iso": (_ISO, 0.95), "numeric": (_NUMERIC, 0.93)}
    for number, form in enumerate({"es": _SPANISH, "en": _ENGLISH}.get(lang, ())):
        forms[f"form{number}"] = form
    pattern = "|".join(f"(?P<{name}>{form})" for name, (form, _) in forms.items())
    return re.compile(rf"(?<!\w)(?:{pattern})"), {name: score for name, (_, score) in forms.items()}


def _bare_years(doc: AnalyzedDocument) -> Iterator[tuple[int, int]]:
    """Yield years that stand alone: after a word that years follow, and before no unit."""
    before, units = _YEAR_CONTEXT.get(doc.lang, (None, None))
    if before is None or units is None:
        return
    text = doc.text
    for match in matches_at(_BARE_YEAR, text, _FIGURES.offsets(doc)):
        start, end = match.span()
        if before.search(text, max(0, start - 14), start) and not units.match(text, end):
            yield start, end
