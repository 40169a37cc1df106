"""The relation rules: how likely two entities are related, by their kinds and the words between them.

Every rule is about a construction of Spanish or English news prose (apposition, genitive, a verb of launching,
fighting, attending), never about a certain text.  A score is the probability that a curator accepts the relation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from annotator.suggest.rules.analyzed_document import (
    DATE,
    EVENT,
    GPE,
    INITIATIVE,
    LOC,
    ORG,
    PERSON,
    PROGRAM,
    ROLE,
    SYSTEM,
)
from annotator.suggest.rules.gazetteer import is_country


@dataclass
class RelationCandidate:
    """A relation candidate: two spans of a sentence with the text around them.

    ``head`` and ``child`` are kinds, ``forwards`` says that the head comes first; ``first`` and ``second`` are the
    texts in reading order, ``masked`` is the text between them with every span in it as ``#``, ``skipped`` those
    spans' kinds.  The labels are the scheme's own names for the kinds.
    """

    head: str
    child: str
    symmetric: bool
    forwards: bool
    first: str
    second: str
    between: str
    before: str
    after: str
    around: str
    skipped: tuple[str, ...]
    masked: str
    head_label: str = ""
    child_label: str = ""

    @property
    def apart(self) -> int:
        """The number of code points between the ends."""
        return len(self.between)

    @cached_property
    def roles_between(self) -> int:
        """The number of posts between the ends."""
        return self.skipped.count(ROLE)

    @cached_property
    def words(self) -> int:
        """The number of words between the ends; a span between them counts as one."""
        return len(re.findall(r"[\w#]+", self.masked))

    @cached_property
    def nearest(self) -> bool:
        """Whether no span of either end's kind lies between them."""
        return all(kind not in {self.head, self.child} for kind in self.skipped)

    @cached_property
    def child_nearest(self) -> bool:
        """Whether no span of the head's kind lies between them, so that the child has no nearer head."""
        return all(kind != self.head for kind in self.skipped)


_APPOSITION = re.compile(
    r"^(?:,? | \()(?:(?:el|la|actual|the|who is|quien es|then|former|current|entonces|un|una) ){0,2}(?:\w+ )?$"
)
_TITLE_BEFORE = re.compile(
    r"^(?: [a-záéíóúñ]+(?:o|a|ense|és|nse|al))?"
    r"(?: (?:de|del|de la|de los|of|of the|for|en|ante|ante la|for the) #(?: \(#\))?)?"
    r"(?: y (?:de |del |de la )?#)?,? $"
)
_OTHER_HALF = re.compile(r"[;:]| (?:mientras|while|pero|but|aunque|although) ")


_BECAME = re.compile(
    r"\b(?:fue|es|era|como|elegid[oa]|elect[oa]|nombrad[oa]|designad[oa]|cargo de|puesto de|asumi\w*|was|is|as|became"
    r"|elected|appointed|named|serving as)(?: (?:el|la|un|una|the|a|an|also))? $"
)


def rule_score(pair: RelationCandidate) -> float:
    """The probability that a curator accepts a relation between the two, by the rule for their kinds."""
    rule = _RULES.get((pair.head, pair.child, pair.symmetric))
    if rule is not None:
        return rule(pair)
    if pair.nearest and pair.words <= 6 and not _OTHER_HALF.search(pair.between):
        return 0.4
    return 0.0


def _holds(pair: RelationCandidate) -> float:
    """Score person and post: ``the minister | Ada Quill`` or ``Ada Quill, | minister``."""
    if not pair.forwards:
        if _TITLE_BEFORE.match(pair.masked) and pair.child_nearest:
            return 0.86 if pair.nearest else 0.6
        return 0.0
    if _APPOSITION.match(pair.masked) and pair.nearest:
        return 0.82
    if re.match(r"^,.* y (?:de |del |de la )?$", pair.masked) and pair.roles_between == 1 and pair.words <= 12:
        return 0.55
    if pair.nearest and pair.words <= 12 and _BECAME.search(pair.between) and not _OTHER_HALF.search(pair.between):
        return 0.55
    return 0.0


def _affiliated(pair: RelationCandidate) -> float:
    """Score person and body or country, through the post between them or directly."""
    if pair.forwards:
        if (
            pair.roles_between == 1
            and pair.child_nearest
            and re.match(
                r"^(?:,? | \()(?:(?:el|la|the|actual) )?#(?:(?: [a-z]+)? (?:de|del|de la|de los|of|of the|for"
                r"|for the|ante|ante la|at|at the|in the) )(?:\w+ )?$",
                pair.masked,
            )
        ):
            return 0.8
        if pair.child == ORG and re.match(r"^,? (?:de|del|de la|of|of the) $", pair.between):
            return 0.55
        return 0.0
    if pair.roles_between >= 1 and re.match(r"^(?:['’]s)? (?:\w+ )?#(?:,)? $", pair.masked) and pair.nearest:
        return 0.78
    if pair.roles_between or not re.match(r"^(?: \(#\))?,? $", pair.masked):
        return 0.0
    return 0.75 if re.search(r"(?:de|del|de la|de los|of|of the|for|ante) $", pair.before) else 0.0


_TOOK_PART = re.compile(
    r"\b(?:encabez|particip|asist|sostuv|sostien|lider|reuni|presid|acudi|celebr|convoc|inaugur|realiz"
    r"|organiz|attend|led\b|leads?\b"
    r"|mak(?:e|es|ing)\b|made\b|pay\b|paid\b|embark|hizo|hará|efectu|took part|takes? part|host|chair|held\b|hold"
    r"|convene|join|met\b|organis)",
    re.IGNORECASE,
)


def _participates(pair: RelationCandidate) -> float:
    """Score a participant and an event: ``X attended the | meeting``, ``the | visit | of X``, ``X's visit``."""
    if pair.forwards:
        if re.match(r"^['’]s (?:\w+ )?$", pair.masked):
            return 0.75
        if not pair.nearest or pair.words > 10 or not _TOOK_PART.search(pair.between):
            return 0.0
        governed = re.search(r"\b(?:in|to|from|en|a|de|del|with|con) (?:the |la |el )?$", pair.before)
        return 0.0 if governed else 0.62
    if re.match(r"^ (?:de|del|de la|of|of the|by|entre|between) (?:# )?$", pair.masked):
        return 0.7 if pair.head != GPE else 0.5
    if pair.words <= 16 and re.search(r"\b(?:por|by)\b", pair.between) and _TOOK_PART.search(pair.between):
        return 0.6
    if re.match(r"^ #? ?(?:entre|between) .*$", pair.masked) and pair.words <= 5:
        return 0.5
    return 0.0


def _held_on(pair: RelationCandidate) -> float:
    if not pair.nearest or pair.words > 14 or _OTHER_HALF.search(pair.between):
        return 0.0
    if pair.forwards:
        return 0.66 if pair.words <= 7 else 0.5
    return 0.5 if pair.words <= 8 else 0.3


def _held_in(pair: RelationCandidate) -> float:
    if not pair.nearest or not pair.forwards or pair.words > 14 or _OTHER_HALF.search(pair.between):
        return 0.0
    if re.search(r"\b(?:en|in|at|to)(?: la| el| the)? ?$", pair.between):
        return 0.68 if pair.words <= 8 else 0.5
    if re.match(r"^ (?:a|al) $", pair.between):
        return 0.6
    return 0.0


def _located_in(pair: RelationCandidate) -> float:
    """Score a place or body and the unit around it: ``McAllen, | Texas``, ``Toronto (| Canadá)``."""
    if not pair.forwards and pair.head == ORG and re.fullmatch(r"['’]s ", pair.between):
        return 0.6
    if not pair.forwards or pair.skipped:
        return 0.0
    if pair.head == ORG:
        return 0.5 if re.match(r"^(?: de| en| in|,)(?: la| el)? $", pair.between) else 0.0
    if pair.between not in {", ", " (", ", en "} or is_country(pair.first):
        return 0.0
    listed = re.match(r"^(?:, [A-ZÁÉÍÓÚ]\w+(?:,| (?:y|and|e)\b)|,? (?:y|and|e) [A-ZÁÉÍÓÚ])", pair.after) or re.search(
        r"[A-ZÁÉÍÓÚ]\w+, $", pair.before
    )
    return 0.3 if listed else 0.85


_TOGETHER = re.compile(
    r"coopera|coordina|conjunt|colabora|acuerd|acord|intercambi|firmar|bilateral|binacional|alianza|agree"
    r"|joint|pact\b|deal\b|partner"
    r"|together|sign|reforz|trabaj",
    re.IGNORECASE,
)


def _cooperates(pair: RelationCandidate) -> float:
    if pair.first.casefold() == pair.second.casefold():
        return 0.0
    tied = re.match(r"^(?: y | and | e | con | with |-|–|, | y el | and the )$", pair.between)
    said = _TOGETHER.search(pair.around)
    if tied and pair.between != ", ":
        return 0.68 if said else 0.35
    if said and pair.nearest and pair.words <= 14 and re.search(r"\b(?:con|with|entre|between)\b", pair.between):
        return 0.6
    if said and tied:
        return 0.45
    return 0.0


def _member(pair: RelationCandidate) -> float:
    stated = re.search(r"\b(?:miembro|integrante|member|parte de|part of|joined|se unió)\b", pair.between)
    return 0.65 if stated and pair.nearest and pair.words <= 8 else 0.0


def _alias(pair: RelationCandidate) -> float:
    """Score a short form and the full name: ``Secretaría de … (| SRE)``."""
    short, full = (pair.first, pair.second) if pair.forwards else (pair.second, pair.first)
    if pair.between not in {" (", " ["} or len(short) >= len(full) or " " in short:
        return 0.0
    return 0.92 if sum(c.isupper() for c in short) >= 2 else 0.0


_LAUNCHED = re.compile(
    r"\b(?:lanz|anunci|present|puso en marcha|pondrá en marcha|impuls|inici|acord|firm|cre[óo]|propuest"
    r"|launch|announc|unveil|sign(?:ed|s)"
    r"|start|creat|propos|introduc|coordinad|acordada con)",
    re.IGNORECASE,
)
_FOUNDED = re.compile(
    r"\b(?:fund|cre[óa]|cread|inaugur|firm|lanz|anunci|inici|establec|acord|vigor|found|establish|sign|launch"
    r"|creat|announc|start|began|effect"
    r"|instal|desde|since|aprob|approv|celebr)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:contra|combat|fren|deten|desbarat|preven|reduc|luch|erradic|desmantel|debilit|enfrent|against|curb"
    r"|stop|fight|target|dismantl"
    r"|crack|tackl|disrupt|counter|cut|address|investig|prevent|cut off|poner fin)",
    re.IGNORECASE,
)
_USING = re.compile(
    r"\b(?:us[aoó]|utiliz|emple|mediante|a través|herramienta|expand|through|using|use|includ|incluy|rel(?:y|ies)|via)",
    re.IGNORECASE,
)


def _launched(pair: RelationCandidate) -> float:
    if pair.nearest and pair.words <= 12 and _LAUNCHED.search(pair.between):
        return 0.5 if not pair.forwards else (0.6 if re.search(r"\b(?:por|by)\b", pair.between) else 0.42)
    if pair.forwards and re.match(r"^ (?:de|del) $", pair.between) and pair.child != GPE:
        return 0.4
    return 0.0


def _announced_at(pair: RelationCandidate) -> float:
    return 0.45 if pair.nearest and pair.words <= 16 and _LAUNCHED.search(pair.between) else 0.0


def _dated(pair: RelationCandidate) -> float:
    if not pair.nearest or pair.words > 12 or EVENT in pair.skipped:
        return 0.0
    return 0.52 if _FOUNDED.search(pair.between) else 0.0


def _targets(pair: RelationCandidate) -> float:
    if not pair.forwards or not pair.child_nearest or pair.words > 40:
        return 0.0
    if not _AGAINST.search(pair.between):
        return 0.0
    return 0.62 if pair.words <= 20 else 0.45


def _uses(pair: RelationCandidate) -> float:
    return 0.5 if pair.forwards and pair.child_nearest and _USING.search(pair.between) and pair.words <= 30 else 0.0


def _used_in(pair: RelationCandidate) -> float:
    stated = re.search(r"\b(?:en|in|across|a los|throughout|por todo)\b", pair.between)
    return 0.5 if pair.forwards and pair.nearest and stated and pair.words <= 14 else 0.0


_Rule = Callable[[RelationCandidate], float]
_RULES: dict[tuple[str, str, bool], _Rule] = {
    (PERSON, ROLE, False): _holds,
    (PERSON, ORG, False): _affiliated,
    (PERSON, GPE, False): _affiliated,
    (PERSON, EVENT, False): _participates,
    (ORG, EVENT, False): _participates,
    (GPE, EVENT, False): _participates,
    (EVENT, DATE, False): _held_on,
    (EVENT, GPE, False): _held_in,
    (EVENT, LOC, False): _held_in,
    (GPE, GPE, False): _located_in,
    (ORG, GPE, False): _located_in,
    (GPE, GPE, True): _cooperates,
    (GPE, ORG, False): _member,
    (ORG, ORG, False): _alias,
    (INITIATIVE, GPE, False): _launched,
    (INITIATIVE, PERSON, False): _launched,
    (INITIATIVE, ORG, False): _launched,
    (PROGRAM, GPE, False): _launched,
    (PROGRAM, PERSON, False): _launched,
    (PROGRAM, ORG, False): _launched,
    (INITIATIVE, EVENT, False): _announced_at,
    (INITIATIVE, DATE, False): _dated,
    (PROGRAM, DATE, False): _dated,
    (ORG, DATE, False): _dated,
    (INITIATIVE, "CRIME", False): _targets,
    (PROGRAM, "CRIME", False): _targets,
    (ORG, "CRIME", False): _targets,
    (INITIATIVE, SYSTEM, False): _uses,
    (SYSTEM, GPE, False): _used_in,
}
"""Rules by the kinds of head and child and whether the relation is symmetric."""
