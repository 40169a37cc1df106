"""The relation rules for who takes part in an event: attends, leads, plays, speaks or stands trial."""

from __future__ import annotations

import re

from annotator.suggest.relations.relation_candidate import OTHER_HALF, UNRELATED, WORD, RelationCandidate, RuleScore
from annotator.suggest.rules.analyzed_document import EVENT, GPE, ORG, PERSON

_NEW_CLAUSE = re.compile(rf"{OTHER_HALF.pattern}| (?:as|when|that|because|que|cuando|porque) (?:the |el |la )?⟨")
_NOT = re.compile(
    r"\b(?:not|never|without|refus\w+|declin\w+|boycott\w*|miss(?:ed|es)?|withdrew|skipped|no|nunca|sin|tampoco)\b"
    r"|n['’]t\b|\bninguna? "
)
_CALLED_OFF = re.compile(r"\b(?:cancel|postpone|call(?:ed|s) off|abandon|aplaz|pospu|suspend)", re.IGNORECASE)
_TOOK_PART = re.compile(
    r"\b(?:encabez|particip(?!aci|atio)|asist|sostuv|sostien|lider|reuni|presid|acudi|celebr(?!at)|convoc|inaugur"
    r"|realiz|organiz|gan[óao]|pronunci[óa]|concurr|competir"
    r"|perd|disput|jug[óau]|compit|compet|hizo|hará|efectu|ofreci|clausur|convers|viaj[óa]"
    r"|attend(?:s|ed|ing)?\b|led\b|leads?\b|mak(?:e|es|ing)\b|made\b|pay\b|paid\b|g[ai]ve\b|giving\b|deliver"
    r"|embark|took part|takes? part|host|chair|held\b|hold|headlin|moderat|adjourn|concede[ds]?\b|contest"
    r"|convene|join|met\b|organis|w[io]n(?:s|ning)?\b|lost\b|play|spoke|speak|guest|undergo|address|open(?:s|ed)\b"
    r"|resum|finish|complet|qualif|advanc|reach|dominat|exhibit|perform|officiat|arriv|flew|llegó|reanud|clasific"
    r"|told (?:the|an?) $)",
    re.IGNORECASE,
)
_GOVERNED = re.compile(
    r"\b(?:in|to|from|en|a|de|del|with|con|por|para|by|of|for|about|sobre|contra|against|over) (?:the |la |el |los )?$",
    re.IGNORECASE,
)
_MEMBERS = re.compile(
    r"\b(?:elementos|integrantes|agentes|miembros|militantes|representantes|jugadores|autoridades|líderes|delegaciones"
    r"|presidentes|ministros|equipos|members|officials|agents|players|officers|representatives|leaders|delegations"
    r"|presidents|ministers|teams|athletes|delegates|delegados|works|photographs|paintings|sculptures|obras"
    r"|fotografías|pinturas)(?: \w+)? (?:de|del|of|from|by)(?: la| el| the)? "
    r"(?:[A-ZÁÉÍÓÚ][\w.]*(?: [A-ZÁÉÍÓÚ][\w.]*)*(?:, | and | y )(?:and )?)*$",
    re.IGNORECASE,
)
_COORDINATED = re.compile(
    rf"^(?:(?:,| y| e| and|,? and)(?: (?:de|del|of))?(?: (?:la|el|the|su|his|her)(?: {WORD})?)?"
    r"(?: ⟨ROLE⟩(?: (?:de|del|of)(?: la| the)? ⟨\w+⟩,?)?)? ⟨(?:PERSON|ORG|GPE)⟩)+"
)
_LIST = (
    r"(?: ?(?:⟨(?:PERSON|ORG|GPE|ROLE)⟩|,|\(|\)|['’]s|and|both|former|of|from|the|its|his|her|y|e|del?|la|el|los|las"
    r"|al?|su)(?![^\W]))*"
)
"""What may stand before one name of a list of names: others, their posts and bodies."""
_LISTED_GPE = re.compile(r"^(?:, ⟨GPE⟩)*,? (?:and|y|e) ⟨GPE⟩")
_OF_OTHER = re.compile(r"^(?:\)|(?:['’]s?)? (?:former )?⟨(?:ROLE|PERSON)⟩)")
"""After a body or place: it only says whose post it is, or where a person comes from."""
_IN_OTHER = re.compile(r"⟨(?:PERSON|ROLE)⟩ (?:\(|(?:of|from|de|del)(?: the| la)? )$")
_AT = re.compile(
    r"(?:^|[^\w])(?:at|during|in|after|before|en|durante|tras|ante)"
    r"(?: (?:the|an?|el|la|los|las|un|una|su|his|her|their|this|este|esta|last|sus))?(?: \w+)? $",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r" (?:in|at|during|en|durante)"
    r"(?: (?:the|an?|this|last|its|his|her|their|el|la|los|las|una?|sus?|este|esta))?"
    rf"(?: ⟨DATE⟩(?:['’]s?)?)?(?: {WORD})? $"
)
_SAID_AFTER = re.compile(
    r"^ (?:said|says|told \w+|added|dijo|afirmó|declaró)(?: (?:to )?\w+)?"
    r" (?:after|following|tras|después de|al término de)"
    rf"(?: (?:the|his|her|el|la|su))?(?: {WORD})? $"
)
_NEW_PHRASE = re.compile(r"^(?:['’]|, (?!during|durante|who|quien))")
_FOR = re.compile(r" (?:for|to|para|a) (?:the|an?|el|la|una?)(?: \w+)? $")
_OPPOSES = (
    r"(?:beat|beats|beating|beaten|defeat\w*|fac(?:e|es|ed|ing)|overcame|thrash\w*|edge[ds]?|dr[ae]w\w*|tied|lost to"
    r"|fell to|takes? on|took on|f[oi]ught|fights?|play(?:s|ed|ing)?|knock\w* out|eliminat\w*|outpoint\w*|clash\w*"
    r"|venc\w+|derrot\w+|enfrent\w+|empat\w+|elimin\w+|super[óa]\w*|cay[óe]\w* ante|gole[óa]\w*|impus\w+|impondr\w+"
    r"|host(?:s|ed|ing)?|invit\w+|receiv\w+|welcom\w+|met|meets?|meeting|recib\w+"
    r"|crush\w*|(?:ahead|in front|clear) of|behind|por delante de|frente a)"
    r"(?: \d+[-–]\d+)?(?: (?:to|with|against|over|by|ante|con|contra|por|al?))?"
    r"(?: (?:the|el|la|los|las|incumbent|rivals?))?"
)
"""A verb whose subject and object take part in the same event."""
_OPPOSED_BEFORE = re.compile(rf"^(?:{_LIST})(?: {WORD}){{0,5}}? {_OPPOSES}{_LIST} ⟨(?:PERSON|ORG|GPE)⟩(?P<rest>,? .*)$")
_OPPOSED = re.compile(rf"\b{_OPPOSES} $")
_BEATING = re.compile(
    r", (?:beating|defeating|ahead of|derrotando a|venciendo a|al vencer a|tras vencer a)(?: the| los)? $"
)
_OPPOSED_AFTER = re.compile(rf"^,{_LIST}(?: {WORD}){{0,5}}? {_OPPOSES} $")
_IN_TITLE = re.compile(rf" (?:(?!{_OPPOSES}\b|[a-z]+(?:ed|ó|aron|ieron)\b)[a-záéíóúñ]+ )?[A-Z]")
_IN_NAME = re.compile(r" (?!(?:entre|with|from|between|sobre|para|during|durante|contra|that)\b)[a-z]{4,} [A-Z]")
_FROM = re.compile(r"⟨ORG⟩,? (?:from|of|in|de) $")
_CONTEST = re.compile(
    r"final|match|game|race|\bcup\b|tourn|championship|league|season|marathon|olympi|metres|meters|round|event|bout"
    r"|election|vote|referendum|primar|contest|debate|summit|talks|conference|festival|trial|exhibition|elecci|comici"
    r"|partido|torneo|campeonato|carrera|copa|liga|juegos|mundial|maratón|combate|cumbre|concurso|feria|juicio",
    re.IGNORECASE,
)
"""Events in which also a body or a country does what it is said to do ``in`` them."""
_SPORT = re.compile(
    r"final|\bmatch|\bgame|\brace|relay|\bcup\b|tourn|championship|league|marathon|olympi|freestyle|sprint|round|bout"
    r"|election|runoff|primar|elecci|comici|partido|torneo|campeonato|carrera|copa|liga|juegos|mundial|maratón|relevo",
    re.IGNORECASE,
)
"""Contests in which everybody of whom something is told takes part."""
_DOES = re.compile(
    r"^(?: (?:of|de) ⟨GPE⟩)?(?: (?:\w+ly|also|then|también|will|would|had|has|have))?"
    r" [a-z]+(?:ed|[^aeiou]s|ó|ará|ieron|aron) |"
    r"^(?: (?:of|de) ⟨GPE⟩)? (?:won|took|lost|came|got|beat|set|led|ran|swam|fell|drew|gan[óa]|perdi[óo]|qued[óo]) "
)
_RELATIVE = re.compile(r"\b(?:quien|que|who|whom|which|para)\b")
_APPOSED = re.compile(r"^, (?:(?!⟨(?:PERSON|EVENT)⟩)[^,]){2,60},(?= [a-z])")
_OPPOSITION = re.compile(rf"\b{_OPPOSES}{_LIST} ⟨(?:PERSON|ORG|GPE)⟩")
_INCIDENT = re.compile(
    r"attack|ataque|atentad|bomb|crash|accident|choque|quake|terremoto|sismo|\bfires?\b|incendi|flood|inundaci|storm"
    r"|tormenta|hurricane|huracán|tornado|tsunami|explosi|blast|shooting|tiroteo|balacera|massacre|masacre|landslide"
    r"|eruption|erupción|collision|disaster|desastre|\bleak|riot|wildfire|outbreak|brote|collapse|derrumbe|cyclone"
    r"|typhoon|ciclón|tifón|blizzard|drought|sequía|epidemi",
    re.IGNORECASE,
)
_CLAIMED = re.compile(
    r"\b(?:claimed responsibility for|carried out|reivindic\w+|se atribuyó|se adjudicó|perpetr\w+|staged"
    r"|planned) (?:the|an?"
    r"|el|la|un|una)(?: \w+)? $"
)
_ON_TRIAL = re.compile(
    r"\b(?:convicted|sentenced|acquitted|guilty|condenad[oa]|absuelt[oa]|culpable|sentenciad[oa])(?: \w+){0,4}?"
    r" (?:after|at|in|following|tras|en)(?: (?:an?|the|his|her|un|el|su))?(?: [a-z-]+)? $"
    r"|\bappear\w*(?: \w+){0,4}? (?:for|at|in) (?:an?|the|his|her)(?: \w+)? $"
    r"|\b(?:(?:went|goes|going|is|was|are|were|put|being|been|sent) (?:on|to)|stands?|stood|standing|fac\w+|await\w*"
    r"|enfrent\w+|irá a|fue a|va a|sometid\w+ a)(?: an?| una?| the| el)? $"
)
_PROCEEDING = re.compile(r"\btrials?\b|hearing|juicio|audiencia|proceso", re.IGNORECASE)
_INTRODUCED = re.compile(
    r"^(?: (?:⟨(?:DATE|GPE|LOC)⟩|(?:on|in|en|el|of|de|del|with|con|to|al?) (?:el |la |the )?⟨\w+⟩))*,"
    r" (?:(?:el|la|the|su|his) )?(?:⟨(?:ORG|GPE|ROLE)⟩(?: (?:de|del|of)(?: la| the)?)? ?,? ?(?:\w+ )?){0,3}$"
)
_OF_WHOM = re.compile(
    r"^(?: (?:a|al|to) (?:the |la )?⟨(?:GPE|LOC|ORG)⟩)?"
    r" (?:de|del|de la|of|of the|by|entre|between) (?:⟨ROLE⟩ )?$"
)
_BETWEEN = re.compile(rf"^ (?:⟨\w+⟩ )?(?:entre|between|with|con){_LIST} $")
_IN_POST = re.compile(r"⟨ROLE⟩(?: (?:de|del|of)(?: la| el| the)?(?: ⟨ORG⟩ \()?) ?$")
_WITH = re.compile(
    r"^ (?:\w+ )?(?:con|with|against|over|contra|ante|vs\.?) (?:el |la |los |the |su |his )?"
    r"(?:⟨(?:ROLE|GPE|ORG)⟩(?: de| of)?,? ?){0,3}$"
)
_PLACED_BY_NAME = re.compile(
    r"elecci|comici|referénd|plebiscit|mundial|olimp|festival|feria|expo|copa|election|referendum|games|cup|fair|primar"
    r"|fiesta|batalla|battle|siege|asedio|guerra|war\b|congres|conferenc|conference|protest|marat|carnival|carnaval",
    re.IGNORECASE,
)
_TO_ATTEND = re.compile(
    r"\b(?:participar en|asistir a|acudir a|presidir|encabezar|attend|take part in|participate in|chair)"
    r"(?: la| el| the| un| una| an?)? $"
)
_SHOWS = re.compile(
    r"^(?:, which)?(?: ⟨DATE⟩)? (?:will )?(?:saw|features?|featured|pit(?:s|ted)?|brought together|brings together"
    r"|includ\w+"
    r"|involv\w+|show(?:s|ed|cas\w+)|display\w*|reun[ií]\w+(?: en ⟨GPE⟩)? a"
    r"|enfrent\w+|cont(?:ó|ará) con|inclu(?:ye|yó)|presenta)"
    rf"(?:(?: {WORD}){{1,3}} (?:by|of|from|de))?(?:{_LIST}(?: ⟨GPE⟩ {WORD})?){{1,2}} $"
)
_ATTENDED_BY = re.compile(
    r"^(?:,? (?:en|a) (?:el|la|los|las)? ?(?:que|cual))?,? (?:también )?"
    rf"(?:asisti|acudi|particip|estuvi|concurri|compiti|intervin)\w+{_LIST} $"
)
_WHO_ARE_THERE = re.compile(
    r"\b(?:speakers?|guests?|participants?|candidates?|attendees?|contenders?|finalists?|winners?|champions?"
    r"|exhibitors?"
    r"|headliners?|performers?|ponentes?|invitad[oa]s?|asistentes?|participantes?|candidat[oa]s?|finalistas?|ganador\w*"
    r"|vencedor\w*|campe[óo]n\w*) (?:at|in|of|for|to|al?|en|del?)(?: the| this| la| el| las| los)?(?: \w+)? $",
    re.IGNORECASE,
)
_THEY_ARE = re.compile(
    rf"^(?: (?:in|on|en) (?:the )?⟨(?:GPE|DATE|LOC)⟩)?(?:,| (?:is|are|was|were|includ\w+|son|fueron|es|fue"
    rf"|inclu\w+))?{_LIST} $"
)
_BY = re.compile(rf"(?P<verb>(?: {WORD}){{1,3}}) (?:por|by) (?!.*\b(?:que|which|who|where|donde)\b)")
_SUFFERED = re.compile(
    r"crimen|asesinat|muerte|homicid|secuestr|detenci|captura|fuga|ejecuci|desaparici|derrota|arrest|murder|killing"
    r"|death"
    r"|assassinat|kidnapp|execution|disappear|escape",
    re.IGNORECASE,
)
_MOURNED = re.compile(r"funeral|sepelio|entierro|homenaje|burial", re.IGNORECASE)
_OWN = re.compile(r"\b(?:his|her|su|sus) (?:\w+ )?$", re.IGNORECASE)
_FIRST_OF_ALL = re.compile(r" (?:⟨EVENT⟩ (?:at|in|of|during|en|del?) (?:the |la |el |los |las )?)$")


def participates(pair: RelationCandidate) -> RuleScore:
    """Score a participant and an event: ``X attended the | meeting``, ``the | visit | of X``, ``X's visit``."""
    if pair.words > 20 or _NEW_CLAUSE.search(pair.typed) or _SUFFERED.search(pair.child_text):
        return UNRELATED
    return _participant_before(pair) if pair.forwards else _participant_after(pair)


def is_placed(event: str) -> bool:
    """Tell whether a country or town that an event is of is its place, not a participant: ``the | election | of``."""
    return _PLACED_BY_NAME.search(event) is not None or _INCIDENT.search(event) is not None


def _participant_before(pair: RelationCandidate) -> RuleScore:
    event = pair.child_text
    if re.match(r"^['’]s? (?:\w+ )?$", pair.typed) and not _MOURNED.search(event):
        return RuleScore(0.76, "participant-of") if pair.head != GPE or not is_placed(event) else UNRELATED
    if pair.child_nearest and pair.words <= 24 and _TO_ATTEND.search(pair.between) and pair.head == PERSON:
        return RuleScore(0.56, "took-part")
    if _CALLED_OFF.search(pair.typed):
        return UNRELATED
    if _OWN.search(pair.between) and pair.head == PERSON and pair.nearest and pair.words <= 8:
        return RuleScore(0.5, "own-event")
    if _NOT.search(pair.typed.rpartition(",")[2]) or re.match(r"^['’]s? ", pair.typed):
        return UNRELATED
    if pair.head != PERSON and _OF_OTHER.match(pair.typed):
        return UNRELATED
    governed = _GOVERNED.search(pair.before) is not None and not _MEMBERS.search(pair.before)
    if pair.words <= 14 and not _INCIDENT.search(event) and _is_opponent(pair, governed=governed):
        return RuleScore(0.66, "opponents")
    in_chain = pair.head == GPE and pair.before.endswith(", ") and not _MEMBERS.search(pair.before)
    if governed or _OPPOSED.search(pair.before) or (in_chain and not _LISTED_GPE.match(pair.typed)):
        return UNRELATED
    return _subject(pair, _FIRST_OF_ALL.sub(" ", _COORDINATED.sub("", pair.typed)))


def _is_opponent(pair: RelationCandidate, *, governed: bool) -> bool:
    """Tell whether one who stands before an event is the subject or object of a verb such as ``beat``.

    ``governed`` says that a preposition stands before the name, so that it is no subject.
    """
    if not (_WITHIN.search(pair.typed) or _FOR.search(pair.typed)):
        return False
    if _OPPOSED.search(pair.before):
        return EVENT not in pair.skipped
    if governed or (_OWN.search(pair.between) and not _CONTEST.search(pair.child_text)):
        return False
    opposed = _OPPOSED_BEFORE.match(pair.typed)
    return opposed is not None and not re.search(r"⟨(?:PERSON|ORG|EVENT)⟩", opposed["rest"])


def _subject(pair: RelationCandidate, rest: str) -> RuleScore:
    """Score the subject of a clause in which the event comes later; ``rest`` is the text after the whole subject."""
    event = pair.child_text
    if pair.head != GPE:
        rest = _APPOSED.sub("", rest)
    if (
        _SPORT.search(event)
        and pair.words <= 14
        and _WITHIN.search(rest)
        and _DOES.match(rest)
        and not _RELATIVE.search(rest)
    ):
        return RuleScore(0.5, "at-event")
    rest = _OPPOSITION.sub(" ", rest)
    others = re.findall(r"⟨(\w+)⟩", rest)
    if EVENT in others or pair.head in others or PERSON in others:
        return UNRELATED
    hosts_as_place = pair.head == GPE and re.search(r"\b(?:host|organiz|celebr|held|hold)", rest)
    if pair.words <= 16 and _TOOK_PART.search(" ".join(rest.split(" ")[-8:])):
        return UNRELATED if hosts_as_place else RuleScore(0.64, "took-part")
    if _INCIDENT.search(event):
        return RuleScore(0.5, "took-part") if pair.head == ORG and _CLAIMED.search(rest) else UNRELATED
    if _PROCEEDING.search(event) and _ON_TRIAL.search(rest) and pair.words <= 10:
        return RuleScore(0.64, "took-part")
    if pair.head == PERSON and pair.words <= 8 and _CONTEST.search(event) and _SAID_AFTER.search(rest):
        return RuleScore(0.45, "at-event")
    does_itself = pair.head == PERSON or _CONTEST.search(event)
    if does_itself and pair.words <= 10 and _WITHIN.search(rest) and not _NEW_PHRASE.match(rest):
        return RuleScore(0.5, "at-event")
    return UNRELATED


def _participant_after(pair: RelationCandidate) -> RuleScore:
    typed, event = pair.typed, pair.child_text
    if _OF_WHOM.match(typed):
        if _MOURNED.search(event):
            return UNRELATED
        if pair.head == GPE:
            return UNRELATED if is_placed(event) else RuleScore(0.5, "participant-of")
        in_name = pair.head == ORG and _IN_NAME.match(pair.after)
        return UNRELATED if in_name else RuleScore(0.7, "participant-of")
    if typed in {" for ", " para "} and _PROCEEDING.search(event):
        return RuleScore(0.7, "participant-of")
    if _INCIDENT.search(event) or (pair.head != PERSON and _IN_OTHER.search(typed)):
        return UNRELATED
    if pair.head == GPE and (_IN_TITLE.match(pair.after) or _FROM.search(typed)):
        return UNRELATED
    if _WITH.match(typed):
        return RuleScore(0.62, "participant-with")
    if _SHOWS.match(typed) or _ATTENDED_BY.match(typed):
        return RuleScore(0.6, "took-part")
    if _WHO_ARE_THERE.search(pair.before):
        return RuleScore(0.62, "took-part") if _THEY_ARE.match(typed) else UNRELATED
    if _BETWEEN.match(typed):
        return RuleScore(0.62, "participant-with")
    if (by := _BY.search(typed)) and pair.words <= (24 if pair.head == PERSON else 16) and not _IN_POST.search(typed):
        taken = _TOOK_PART.search(by["verb"]) and not _NOT.search(typed)
        return RuleScore(0.6, "took-part") if taken else UNRELATED
    return _introduced(pair)


def _introduced(pair: RelationCandidate) -> RuleScore:
    """Score one who is named after the event with which the clause begins: ``At the | meeting, | X``."""
    if _SPORT.search(pair.child_text) and pair.words <= 10 and _BEATING.search(pair.typed):
        return RuleScore(0.6, "opponents")
    if not _AT.search(pair.before) or re.match(r"['’]s? ", pair.after):
        return UNRELATED
    if _OPPOSED_AFTER.match(pair.typed) and _CONTEST.search(pair.child_text):
        return RuleScore(0.6, "opponents")
    if pair.head != PERSON and not _IN_TITLE.match(pair.after) and re.match(r"^, (?:⟨\w+⟩ (?:y|and) )?$", pair.typed):
        return RuleScore(0.5, "at-event")
    if pair.head == PERSON and pair.child_nearest and _INTRODUCED.match(pair.typed):
        return RuleScore(0.56, "at-event")
    return UNRELATED
