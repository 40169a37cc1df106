"""The relation rules for events: when and where they take place."""

from __future__ import annotations

import re

from annotator.suggest.relations.participant_rules import is_placed
from annotator.suggest.relations.relation_candidate import OTHER_HALF, UNRELATED, WORD, RelationCandidate, RuleScore
from annotator.suggest.rules.analyzed_document import GPE, LOC
from annotator.suggest.rules.gazetteer import is_division_or_country

_TAKES_PLACE = re.compile(
    r"\b(?:realiz|celebr|efectu|llev[óa]|tiene lugar|tendrá lugar|tuvo lugar|ocurri|suced|será|fue\b|jug[óa]|disput"
    r"|inici|comenz|comienz|arranc|termin|concluy|abr(?:e|irá|ió)\b|estall|produj"
    r"|h[ei]ld\b|took place|tak(?:e|es|ing) place|occur|happen|scheduled|set to|beg[aiu]n|open|ran\b|runs\b|was\b|is\b"
    r"|were\b|kill\w*|injur|wound|mat[óa]|dej[óa]|start|ended|finish|conclud|broke out|play|erupt|made landfall"
    r"|unfold|continu|kick)",
    re.IGNORECASE,
)
_TO_PLACE = re.compile(rf"^(?: {WORD})?(?: (?:de|del|of) (?:⟨\w+⟩|{WORD}))? (?:a|al|to) (?:the |la |el |los |las )?$")
_GOES = re.compile(r"visit|viaj|gira|regreso|llegada|peregrin|trip|tour|travel|return|arrival|pilgrim", re.IGNORECASE)
_IN_PLACE = re.compile(
    r"\b(?:en|in|at|outside|inside|near|through|across|around|off|cerca de|por|frente al?|afuera del?)(?: la| el"
    r"| the| los)?"
    r"(?: (?:north|south|east|west|central|downtown|nearby|neighbou?ring)\w*)?"
    r"(?: (?:ciudad|estado|región|isla|centro|corazón|norte|sur|este|oeste|city|town|village|state|province|district"
    r"|island"
    r"|suburb|heart|center|centre|outskirts|coast|streets|capital)"
    r" (?:de|of))?(?: la| el| the)? ?$"
)
_ON_LOC = re.compile(r"\b(?:on|along|aboard|under|beneath|sobre)(?: the| la| el)? $")
_STRUCK = re.compile(
    r"^(?: ⟨DATE⟩)?(?: that| which| que|, which|, que)?(?: (?:has|had|have))? "
    r"(?:struck|strikes?|hit|hits|shook|rock(?:ed|s)|devastat\w+|batter\w+|ravag\w+|swept"
    r"|kill\w+ \w+ (?:people )?(?:in|across)"
    r"|sacud\w+|azot\w+|golpe\w+|afect[óa]\w*|devast\w+|asol\w+)"
    rf"(?: (?:the|a|el|la|los|las|al))?(?: {WORD})?(?: (?:coast|costa|norte|sur|state|province) (?:of|de))? $"
)
_AT_EVENT = re.compile(r"^,? (?:at|during|durante|en) (?:the |el |la |los |las )$")
_PLACE_FIRST = re.compile(rf"^,? (?:(?:the|an?|el|la|los|las|una?)(?: {WORD}){{0,2}} )?$")
_IN_BEFORE = re.compile(
    r"(?:^|[.,;:\n—–“\"] ?|\b(?:y|and|that|que) )(?:in|near|outside|en|cerca de)(?: the| la| el| northern| southern"
    r"| eastern| western| central| downtown)? $",
    re.IGNORECASE,
)
_COORDINATED = re.compile(r"^(?:, ⟨GPE⟩)*,? (?:and|y|e) ⟨GPE⟩")
_HOSTS = re.compile(
    r"^(?: (?:will|is to|has|would|va a))? (?:(?:co-?)?host(?:s|ed|ing)?|acog\w+|alberg\w+|será sede|fue sede"
    r"|recib\w+ )(?: de)?"
    rf"(?: (?:the|an?|el|la|los|las|una?))?(?: {WORD})? $"
)
_HIT_BY = re.compile(
    r"^ (?:(?:has|have|had|ha|been|was|were|is|being|fue|sido) ){1,3}(?:hit|struck|shaken|devastated|rocked"
    rf"|battered|ravaged|sacudid|azotad|golpead|afectad|devastad)\w* (?:by|por)(?: {WORD}){{0,3}} $"
)
_ARRIVED = re.compile(r"\b(?:arriv|travel|fl[ei]w|went|head|lleg|viaj|acud)\w* (?:in|to|at|for|al?|en) $")
_FOR_VISIT = re.compile(rf"^(?:(?: on)? ⟨DATE⟩)? (?:for|on|en|para)(?: {WORD}){{0,3}} $")
_TO_POLLS = re.compile(
    r"^ (?:goes|go|went|heads?|headed|will go|vote[sd]?|acud\w+|vota\w*) (?:to the polls|a las urnas)\b.* $"
)
_OWN_MOVES = re.compile(
    r"victor|win\b|defeat|loss|match|game|debut|visit|trip|tour|campaign|speech|response|election of|triunfo|derrota"
    r"|partido|gira|viaje|visita|talks|meeting|bid\b",
    re.IGNORECASE,
)
"""Events of a place that need not take place there: a team's match, a delegation's visit."""
_BETWEEN_PLACES = re.compile(r"^ (?:between|entre|of|de|del|with|con)(?: the| la| el)? ⟨GPE⟩(?:,? (?:and|y|e) ⟨GPE⟩)?")
_PLACES_BEFORE = re.compile(r" (?:⟨GPE⟩, )*⟨GPE⟩,? (?:and|y|e) $")
_OF_EVENT = re.compile(r"^ (?:of|de|del|at|in|en)(?: (?:the|la|el|los|las|this|esta?))? ⟨EVENT⟩")
"""What follows an event that is part of another: ``the | opening ceremony | of the Games``."""
_RIGHT_ON = re.compile(
    r"^,?(?: (?:⟨(?:GPE|LOC|ORG)⟩|(?:in|at|en|of|de|del) (?:the |la |el |los |las )?⟨\w+⟩))?"
    r"(?: (?:on|in|of|del?|el|los|en|este|esta|pasado|próximo|last|this|next|early|late|the))+ $"
)
_RELATIVE = re.compile(r" (?:que|who|which|donde|where) ")
_REACTED = re.compile(
    r"\b(?:condemn|criticis|criticiz|denounc|announc|prais|welcom|conden|critic|denunci|anunci|lament)\w* "
    r"(?:the|an?|el|la|los|las|una?)(?: \w+)? $",
    re.IGNORECASE,
)


def held_on(pair: RelationCandidate) -> RuleScore:
    """Score an event and its date: ``the | meeting | on May 3``."""
    typed = _OF_EVENT.sub("", pair.typed) if pair.forwards else pair.typed
    if "⟨EVENT⟩" in typed or "⟨DATE⟩" in typed or pair.words > 14 or OTHER_HALF.search(pair.between):
        return UNRELATED
    if pair.forwards:
        if _REACTED.search(pair.before) and pair.typed in {" ", " on ", " el "}:
            return UNRELATED
        if _RIGHT_ON.match(typed):
            return RuleScore(0.78, "event-on-date")
        if pair.words <= 7 and not re.search(r"\bsince\b|\bdesde\b", pair.between):
            return RuleScore(0.6, "event-date")
        return RuleScore(0.52, "event-date") if _TAKES_PLACE.search(pair.between) else UNRELATED
    if re.search(r"\. ?[A-Z]", pair.between):
        return UNRELATED
    return RuleScore(0.52, "date-event") if pair.words <= 8 else UNRELATED


def held_in(pair: RelationCandidate) -> RuleScore:
    """Score an event and its place: ``the | meeting | in Toledo``."""
    if pair.words > 14 or OTHER_HALF.search(pair.between):
        return UNRELATED
    if not pair.forwards:
        return _place_before(pair)
    typed = _OF_EVENT.sub("", pair.typed)
    typed = _BETWEEN_PLACES.sub("", _PLACES_BEFORE.sub(" ", typed)) if pair.child == GPE else typed
    if f"⟨{pair.child}⟩" in typed or f"⟨{pair.head}⟩" in typed or re.match("['’]s ", pair.after):
        return UNRELATED
    if _IN_PLACE.search(typed) or (pair.child == LOC and _ON_LOC.search(typed)):
        if pair.words <= 6 and not _RELATIVE.search(pair.between):
            return RuleScore(0.7, "event-place")
        return RuleScore(0.6, "event-place") if _TAKES_PLACE.search(pair.between) else UNRELATED
    if _TO_PLACE.match(pair.typed) and _GOES.search(pair.head_text):
        return RuleScore(0.62, "event-to-place")
    if _STRUCK.match(pair.typed) and is_placed(pair.head_text):
        return RuleScore(0.64, "event-to-place")
    of_place = re.match(r"^ (?:de|del|of)(?: la| el| the)? $", pair.between)
    return RuleScore(0.6, "event-of-place") if of_place and is_placed(pair.head_text) else UNRELATED


def _place_before(pair: RelationCandidate) -> RuleScore:
    """Score a place that is named before the event: ``in Toledo, the | meeting``, ``Toledo's | carnival``."""
    if _HOSTS.match(_COORDINATED.sub("", pair.typed)):
        return RuleScore(0.6, "place-event")
    if not pair.nearest:
        return UNRELATED
    if re.match(r"^(?:['’]s?)? (?:\w+ )?$", pair.typed):
        town = pair.child == LOC or not is_division_or_country(pair.child_text)
        return RuleScore(0.6, "place-event") if is_placed(pair.head_text) or _is_town_event(pair, town) else UNRELATED
    at = _AT_EVENT.match(pair.typed) and re.search(r"\b(?:en|in) $", pair.before)
    if at or (_IN_BEFORE.search(pair.before) and _PLACE_FIRST.match(pair.typed)):
        return RuleScore(0.56, "place-event")
    if _HIT_BY.match(pair.typed) and is_placed(pair.head_text):
        return RuleScore(0.6, "place-event")
    if _ARRIVED.search(pair.before) and _FOR_VISIT.match(pair.typed):
        return RuleScore(0.6, "place-event")
    return RuleScore(0.6, "place-event") if _TO_POLLS.match(pair.typed) else UNRELATED


def _is_town_event(pair: RelationCandidate, town: bool) -> bool:
    return town and not _OWN_MOVES.search(pair.head_text)
