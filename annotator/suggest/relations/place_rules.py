"""The relation rules for places: the state or country around a town, and where a body has its seat."""

from __future__ import annotations

import re

from annotator.suggest.relations.relation_candidate import UNRELATED, WORD, RelationCandidate, RuleScore
from annotator.suggest.rules.analyzed_document import ORG
from annotator.suggest.rules.gazetteer import is_country, is_division_or_country

_UNIT = r"(?:(?:municipio|ciudad|estado|provincia|localidad|departamento|city|town|state|province) (?:de |of )?)?"
_SEATED = re.compile(
    rf"^(?: \(⟨ORG⟩\))?(?:['’]s)?,? (?:(?:which|que) )?(?:(?:is|was|are|está|es|tiene su|with|con) )?(?:headquarters"
    rf"|sede|based|headquartered|ubicad[oa]|located|campus)"
    rf"(?: located)?,? (?:en|in)(?: la| el| the)? {_UNIT}$"
    rf"|^,? (?:from|based in) $|^, (?:an?|una?) (?:{WORD} ){{1,3}}(?:from|in|based in|de) $"
)
_IN = re.compile(
    rf"^(?: \(⟨ORG⟩\))?(?:,? (?:en|in)(?: la| el| the)? {_UNIT}|,? del? {_UNIT}(?<=[a-z]{{4}} )| of the )$"
)
_HAS_SITE = re.compile(
    r"museo|museum|cent(?:er|re|ro)\b|universi|college|school|escuela|colegio|hospital|clínica|clinic|institut|embaj"
    r"|embassy|consul|librar|bibliotec|academ|laborator|observator|planetari|galler|theat|teatro|church|iglesia"
    r"|registro"
    r"|juzgado|court|stadium|estadio|station|zoo\b|galer|aquarium|acuario|hotel|monast|cathedral|catedral",
    re.IGNORECASE,
)
_FIRM = re.compile(r"\b(?:Co|Corp|Inc|Ltd|LLC|Company|Corporation|Group|Bank|Partners|Associates|S\.A)\.?$")
_BODY_OF = re.compile(
    r"ministr|secretar|department|departamento|parliament|parlamento|congres|senat|court|corte|tribunal|police|policía"
    r"|army|ejército|navy|marina|armad|force|fuerza|bank|banco|agency|agencia|embass|embajad|commission|comisión"
    r"|council|consejo|assembl|asamblea|universi|federation|federación|institut|academ|office|oficina|service|servicio"
    r"|bureau|guard|administra|association|museum|museo|hospital|school|center|centre|authority|party|partido|cabinet",
    re.IGNORECASE,
)
"""Bodies that lie in the place whose they are."""
_COORDINATED = re.compile(r"^ (?:and|y|e) ⟨GPE⟩(?:, | (?:in|en) )$")
_TOWN_IN = re.compile(
    r"^ (?:in|en)(?: (?:north|south|east|west|central|nor|sur)\w*)?(?: (?:el estado de|the state of|el|la|the))? $"
)
_TOWN_OF = re.compile(
    rf"^(?:,|,? (?:is|es|was|era),?)?(?: (?:an?|the|una?|la|el|one))?(?: {WORD}){{0,2}}"
    r" (?:town|city|village|capital|state|province"
    r"|suburb|county|district|municipality|port|ciudad|pueblo|localidad|municipio|estado|provincia)"
    rf"(?: {WORD}){{0,2}}? (?:in|of|de|del|en)(?: the| el| la)?(?: (?:south|north|east|west|central|nor|sur)\w*)? $"
)
_LISTED_AFTER = re.compile(
    r"^(?:, [A-ZÁÉÍÓÚ]\w+(?: [A-ZÁÉÍÓÚ]\w+)*(?:,| (?:y|and|e)\b)|,? (?:y|and|e) (?:el )?[A-ZÁÉÍÓÚ])"
)


def located_in(pair: RelationCandidate) -> RuleScore:
    """Score a place or body and the unit around it: ``McAllen, | Texas``, ``Toronto (| Canadá)``."""
    if not pair.forwards:
        return _place_before(pair)
    if pair.head == ORG:
        seated = _SEATED.match(pair.typed) or (_IN.match(pair.typed) and _HAS_SITE.search(pair.first)) or _in_town(pair)
        return RuleScore(0.66, "seat") if seated and not pair.before.endswith("(") else UNRELATED
    if is_country(pair.first):
        return UNRELATED
    around = is_division_or_country(pair.second) and not is_division_or_country(pair.first)
    if around and _TOWN_OF.match(pair.typed):
        return RuleScore(0.74, "unit-around")
    if around and (_COORDINATED.match(pair.typed) or _TOWN_IN.match(pair.typed)):
        return RuleScore(0.7, "unit-around")
    if pair.skipped or not re.match(r"^(?:, | \(|, en | \(en )$", pair.between):
        return UNRELATED
    listed = pair.between == ", " and (_LISTED_AFTER.match(pair.after) or re.search(r"[A-ZÁÉÍÓÚ]\w+, $", pair.before))
    if around:
        return RuleScore(0.72 if listed else 0.93, "division-around")
    return UNRELATED if listed else RuleScore(0.74, "unit-around")


def _in_town(pair: RelationCandidate) -> bool:
    """Tell whether a body is of a town: ``Harbor Steel Co. of | Dayton``, ``Harbor Club of | Dayton |, Ohio``."""
    if pair.typed == ", ":
        listed = _LISTED_AFTER.match(pair.after) or re.match(r" [A-Z]", pair.after)
        return bool(is_division_or_country(pair.second) and _HAS_SITE.search(pair.first) and not listed)
    town = re.match(r", [A-Z]", pair.after) and not is_division_or_country(pair.second)
    return bool(re.match(r"^,? of $", pair.typed) and (town or _FIRM.search(pair.first)))


def _place_before(pair: RelationCandidate) -> RuleScore:
    """Score a place and the body after it: ``Norway's | Ministry of Trade``, ``the Dayton-based | Harbor Steel``."""
    if pair.head != ORG:
        return UNRELATED
    if re.match(r"^-(?:based|headquartered) (?:[a-z]+ ){0,2}$", pair.typed):
        return RuleScore(0.76, "seat")
    of_place = re.match(r"^['’]s? (?:[a-z]+ )?$", pair.typed) and _BODY_OF.search(pair.second)
    return RuleScore(0.66, "body-of-place") if of_place else UNRELATED
