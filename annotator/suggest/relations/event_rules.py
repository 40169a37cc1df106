"""The relation rules for events: who takes part, when and where."""

from __future__ import annotations

import re

from annotator.suggest.relations.relation_candidate import UNRELATED, RelationCandidate, RuleScore
from annotator.suggest.rules.analyzed_document import EVENT, GPE, ORG, PERSON

_WORD = r"[a-záéíóúüñç­-]+"
_OTHER_HALF = re.compile(r"[;:]| (?:mientras|while|pero|but|aunque|although) ")
_TOOK_PART = re.compile(
    r"\b(?:encabez|particip(?!aci|atio)|asist|sostuv|sostien|lider|reuni|presid|acudi|celebr(?!at)|convoc|inaugur"
    r"|realiz|organiz|gan[óao]"
    r"|perd|disput|jug[óau]|compit|compet|hizo|hará|efectu|ofreci|clausur|convers|viaj[óa]"
    r"|attend(?:s|ed|ing)?\b|led\b|leads?\b|mak(?:e|es|ing)\b|made\b|pay\b|paid\b"
    r"|embark|took part|takes? part|host|chair|held\b|hold"
    r"|convene|join|met\b|organis|w[io]n(?:s|ning)?\b|lost\b|play|spoke|speak|guest|undergoing|address|open(?:s|ed)\b)",
    re.IGNORECASE,
)
_GOVERNED = re.compile(
    r"\b(?:in|to|from|en|a|de|del|with|con|por|by|of|for|contra|against) (?:the |la |el |los )?$", re.IGNORECASE
)
_MEMBERS = re.compile(
    r"\b(?:elementos|integrantes|agentes|miembros|militantes|representantes|jugadores|autoridades|members|officials"
    r"|agents|players|officers|representatives)(?: \w+)? (?:de|del|of)(?: la| el| the)? $",
    re.IGNORECASE,
)
_COORDINATED = re.compile(
    rf"^(?:(?:,| y| e| and|,? and)(?: (?:de|del|of))?(?: (?:la|el|the|su|his|her)(?: {_WORD})?)?"
    r"(?: ⟨ROLE⟩(?: (?:de|del|of)(?: la| the)? ⟨\w+⟩,?)?)? ⟨(?:PERSON|ORG|GPE)⟩)+"
)
_AT = re.compile(
    r"(?:^|[^\w])(?:at|during|in|after|before|en|durante|tras|ante)"
    r"(?: (?:the|an?|el|la|los|las|un|una|su|his|her|their|this|este|esta|last|sus))?(?: \w+)? $",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"^(?: (?:⟨(?:DATE|GPE|LOC)⟩|(?:on|in|en|el|of|de|del|with|con) (?:el |la |the )?⟨\w+⟩))*,"
    r" (?:(?:el|la|the|su|his) )?(?:⟨(?:ORG|GPE|ROLE)⟩(?: (?:de|del|of)(?: la| the)?)? ?,? ?(?:\w+ )?){0,3}$"
)
_OF_WHOM = re.compile(
    r"^(?: (?:a|al|to) (?:the |la )?⟨(?:GPE|LOC|ORG)⟩)? (?:de|del|de la|of|of the|by|entre|between) (?:⟨ROLE⟩ )?$"
)
_BETWEEN = re.compile(r"^ (?:⟨\w+⟩ )?(?:entre|between|with|con) ")
_IN_POST = re.compile(r"⟨ROLE⟩(?: (?:de|del|of)(?: la| el| the)?(?: ⟨ORG⟩ \()?) ?$")
_WITH = re.compile(
    r"^ (?:\w+ )?(?:con|with) (?:el |la |los |the |su |his )?(?:⟨(?:ROLE|GPE|ORG)⟩(?: de| of)?,? ?){0,3}$"
)
_PLACED_BY_NAME = re.compile(
    r"elecci|comici|referénd|plebiscit|mundial|olimp|festival|feria|expo|copa|election|referendum|games|cup|fair"
    r"|attack|ataque|atentad|bombard|fiesta|batalla|battle|siege|asedio|terremoto|earthquake|accident|tiroteo|shooting|explosi|incendi|guerra|war\b",
    re.IGNORECASE,
)
_TO_ATTEND = re.compile(
    r"\b(?:participar en|asistir a|acudir a|presidir|encabezar|attend|take part in|participate in|chair)"
    r"(?: la| el| the| un| una| an?)? $"
)
_SAW = re.compile(r"^ (?:saw|featured|pitted|brought together|reunió a|enfrentó a|enfrentará a|contó con) ")
_SUFFERED = re.compile(
    r"crimen|asesinat|muerte|homicid|secuestr|detenci|captura|fuga|ejecuci|desaparici|derrota|arrest|murder|killing|death"
    r"|assassinat|kidnapp|execution|disappear|escape|defeat",
    re.IGNORECASE,
)
_MOURNED = re.compile(r"funeral|sepelio|entierro|homenaje|burial", re.IGNORECASE)
_OWN = re.compile(r"\b(?:his|her|su|sus) (?:\w+ )?$", re.IGNORECASE)


def participates(pair: RelationCandidate) -> RuleScore:
    """Score a participant and an event: ``X attended the | meeting``, ``the | visit | of X``, ``X's visit``."""
    if pair.words > 20 or _OTHER_HALF.search(pair.typed) or _SUFFERED.search(pair.child_text):
        return UNRELATED
    return _participant_before(pair) if pair.forwards else _participant_after(pair)


def _participant_before(pair: RelationCandidate) -> RuleScore:
    if re.match(r"^['’]s (?:\w+ )?$", pair.typed) and not _MOURNED.search(pair.child_text):
        return RuleScore(0.76, "participant-of") if pair.head != GPE or not _placed(pair) else UNRELATED
    if pair.child_nearest and pair.words <= 24 and _TO_ATTEND.search(pair.between) and pair.head == PERSON:
        return RuleScore(0.56, "took-part")
    if _OWN.search(pair.between) and pair.head == PERSON and pair.nearest and pair.words <= 8:
        return RuleScore(0.5, "own-event")
    governed = _GOVERNED.search(pair.before) and not _MEMBERS.search(pair.before)
    if governed or (pair.head == GPE and pair.before.endswith(", ")):
        return UNRELATED
    rest = _COORDINATED.sub("", pair.typed)
    others = re.findall(r"⟨(\w+)⟩", rest)
    if EVENT in others or pair.head in others or PERSON in others:
        return UNRELATED
    if pair.words <= 16 and _TOOK_PART.search(" ".join(rest.split(" ")[-8:])):
        return RuleScore(0.64, "took-part")
    if (
        pair.head == PERSON
        and pair.words <= 8
        and re.search(r"\b(?:at|during|en|durante) (?:the |la |el |los |las |su |his |her )$", rest)
    ):
        return RuleScore(0.45, "at-event")
    return UNRELATED


def _participant_after(pair: RelationCandidate) -> RuleScore:
    typed = pair.typed
    if _OF_WHOM.match(typed):
        if _MOURNED.search(pair.child_text):
            return UNRELATED
        if pair.head == GPE:
            return UNRELATED if _placed(pair) else RuleScore(0.5, "participant-of")
        in_name = pair.head == ORG and re.match(r" [a-z]+ [A-Z]", pair.after)
        return UNRELATED if in_name else RuleScore(0.7, "participant-of")
    if _WITH.match(typed):
        return RuleScore(0.62, "participant-with")
    if pair.head != GPE and _SAW.match(typed) and pair.words <= 10:
        return RuleScore(0.55, "took-part")
    if _BETWEEN.match(typed) and pair.words <= 8 and EVENT not in pair.skipped:
        return RuleScore(0.55, "participant-with")
    by = re.search(r"\b(?:por|by)\b", pair.between) and _TOOK_PART.search(pair.between)
    if by and pair.words <= (24 if pair.head == PERSON else 16) and not _IN_POST.search(typed):
        return RuleScore(0.6, "took-part")
    in_title = re.match(r" (?:[a-z]+ )?[A-Z]", pair.after)
    if (
        pair.head != PERSON
        and not in_title
        and _AT.search(pair.before)
        and re.match(r"^, (?:⟨\w+⟩ (?:y|and) )?$", typed)
    ):
        return RuleScore(0.5, "at-event")
    if pair.head == PERSON and pair.child_nearest and _AT.search(pair.before) and _INTRODUCED.match(typed):
        return RuleScore(0.56, "at-event")
    if re.search(r"\b(?:ganador|vencedor|campe[óo]n|winner|champion)a?s? (?:de|del|of)(?: la| the)? $", pair.before):
        return RuleScore(0.6, "took-part") if re.match(r"^,? $", typed) else UNRELATED
    return UNRELATED


def _placed(pair: RelationCandidate) -> bool:
    """Tell whether a country or town that the event is of is its place, not a participant."""
    return _PLACED_BY_NAME.search(pair.head_text if pair.head == EVENT else pair.child_text) is not None


_TAKES_PLACE = re.compile(
    r"\b(?:realiz|celebr|efectu|llev[óa]|tiene lugar|tendrá lugar|tuvo lugar|ocurri|suced|será|fue\b|h[ei]ld\b"
    r"|took place|take place|taking place|occur|happen|scheduled|set to|began|opened|ran\b|runs\b|was\b|is\b)",
    re.IGNORECASE,
)
_TO_PLACE = re.compile(rf"^(?: {_WORD})?(?: (?:de|del|of) (?:⟨\w+⟩|{_WORD}))? (?:a|al|to) (?:la |el |los |las |the )?$")
_GOES = re.compile(r"visit|viaj|gira|regreso|llegada|peregrin|trip|tour|travel|return|arrival|pilgrim", re.IGNORECASE)
_RIGHT_ON = re.compile(
    r"^,?(?: (?:⟨(?:GPE|LOC|ORG)⟩|(?:in|at|en|of|de|del) (?:the |la |el |los |las )?⟨\w+⟩))?"
    r"(?: (?:on|in|of|del?|el|los|en|este|esta|pasado|próximo|last|this|next|early|late|the))+ $"
)
_RELATIVE = re.compile(r" (?:que|who|which|donde|where) ")


def held_on(pair: RelationCandidate) -> RuleScore:
    """Score an event and its date: ``the | meeting | on May 3``."""
    if not pair.nearest or pair.words > 14 or _OTHER_HALF.search(pair.between):
        return UNRELATED
    if pair.forwards:
        if _RIGHT_ON.match(pair.typed):
            return RuleScore(0.78, "event-on-date")
        if pair.words <= 7 and not re.search(r"\bsince\b|\bdesde\b", pair.between):
            return RuleScore(0.6, "event-date")
        return RuleScore(0.52, "event-date") if _TAKES_PLACE.search(pair.between) else UNRELATED
    if re.search(r"\. ?[A-Z]", pair.between):
        return UNRELATED
    return RuleScore(0.52, "date-event") if pair.words <= 8 else UNRELATED


def held_in(pair: RelationCandidate) -> RuleScore:
    """Score an event and its place: ``the | meeting | in Toledo``."""
    if not pair.nearest or pair.words > 14 or _OTHER_HALF.search(pair.between) or re.match("['’]s ", pair.after):
        return UNRELATED
    if not pair.forwards:
        at = re.match(r"^,? (?:at|during|durante|en) (?:the |el |la |los |las )$", pair.typed)
        if at and re.search(r"\b(?:en|in) $", pair.before):
            return RuleScore(0.5, "place-event")
        return UNRELATED
    if re.search(
        r"\b(?:en|in|at|outside)(?: la| el| the| los)?"
        r"(?: (?:ciudad|estado|región|isla|centro|corazón|norte|sur|este|oeste|city|state|heart|center|outskirts)"
        r" (?:de|of))? ?$",
        pair.between,
    ):
        if pair.words <= 6 and not _RELATIVE.search(pair.between):
            return RuleScore(0.7, "event-place")
        return RuleScore(0.6, "event-place") if _TAKES_PLACE.search(pair.between) else UNRELATED
    if _TO_PLACE.match(pair.typed) and _GOES.search(pair.head_text):
        return RuleScore(0.62, "event-to-place")
    if re.match(r"^ (?:de|del|of)(?: la| el| the)? $", pair.between) and _placed(pair):
        return RuleScore(0.6, "event-of-place")
    return UNRELATED
