"""The relation rules: how likely two entities are related, by their kinds and the words between them.

Every rule is about a construction of Spanish or English news prose (apposition, genitive, a verb of launching,
fighting, attending), never about a certain text.  A score is the probability that a curator accepts the relation.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from annotator.suggest.phrases import folded
from annotator.suggest.relations.event_rules import held_in, held_on
from annotator.suggest.relations.participant_rules import participates
from annotator.suggest.relations.place_rules import located_in
from annotator.suggest.relations.post_rules import affiliated, holds
from annotator.suggest.relations.relation_candidate import OTHER_HALF, UNRELATED, RelationCandidate, RuleScore
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


def rule_score(pair: RelationCandidate) -> RuleScore:
    """The probability that a curator accepts a relation between the two, by the rule for their kinds."""
    rule = _RULES.get((pair.head, pair.child, pair.symmetric))
    if rule is not None:
        return rule(pair)
    if pair.nearest and pair.words <= 6 and not OTHER_HALF.search(pair.between):
        return RuleScore(0.4, "nearest")
    return UNRELATED


_TOGETHER = re.compile(
    r"coopera|coordina|conjunt|colabora|acuerd|acord|intercambi|firmar|bilateral|binacional|alianza|agree"
    r"|joint|pact\b|deal\b|partner"
    r"|together|sign|reforz|trabaj",
    re.IGNORECASE,
)
_TIED = re.compile(r"^(?: y | and | e | con | with |-|–| y el | and the )$")


def _cooperates(pair: RelationCandidate) -> RuleScore:
    """Score two countries: ``| Chile | and Peru | signed an agreement``."""
    if pair.first.casefold() == pair.second.casefold() or not _TOGETHER.search(pair.around):
        return UNRELATED
    if _TIED.match(pair.between):
        return RuleScore(0.64, "together")
    if pair.between == ", " and re.search(r"(?:^|\n)$", pair.before):
        return RuleScore(0.6, "together")
    said_here = _TOGETHER.search(pair.before) or _TOGETHER.search(pair.between)
    if said_here and pair.nearest and pair.words <= 14 and re.search(r"\b(?:con|with)\b", pair.between):
        return RuleScore(0.55, "together")
    return UNRELATED


def _member(pair: RelationCandidate) -> RuleScore:
    stated = re.search(r"\b(?:miembro|integrante|member|parte de|part of|joined|se unió)\b", pair.between)
    return RuleScore(0.65, "member") if stated and pair.nearest and pair.words <= 8 else UNRELATED


def _alias(pair: RelationCandidate) -> RuleScore:
    """Score a short form and the full name: ``Secretaría de … (| SRE)``."""
    short, full = (pair.first, pair.second) if pair.forwards else (pair.second, pair.first)
    if len(short) >= len(full) or " " in short:
        return UNRELATED
    if pair.between not in {" (", " ["}:
        far = not pair.forwards and pair.words <= 6 and pair.between.endswith(" (") and pair.nearest
        return RuleScore(0.85, "short-form") if far and short == _initials(full) else UNRELATED
    if sum(c.isupper() for c in short) >= 2 or _is_abridged(short, full):
        return RuleScore(0.93, "short-form")
    return UNRELATED


def _initials(full: str) -> str:
    return "".join(word[0] for word in full.split() if word[0].isupper())


def _is_abridged(short: str, full: str) -> bool:
    """Tell whether a short form's letters stand in the full name in the same order: ``Sedesol``."""
    letters = iter(folded(full))
    return short[0].isupper() and all(letter in letters for letter in folded(short))


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
_ESTABLISHED = re.compile(
    r"\b(?:fundad|fundó|cread[oa]|inaugurad[oa]|se creó|establecid|constituid|nació|found|establish"
    r"|created|set up|formed)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:contra|combat|fren|deten|desbarat|preven|reduc|luch|erradic|desmantel|debilit|enfrent|against|curb"
    r"|stop|fight|target|dismantl"
    r"|crack|tackl|disrupt|counter|cut|address|investig|prevent|cut off|poner fin)",
    re.IGNORECASE,
)
_FIGHTS = re.compile(
    r"(?<!su )\bcontra (?!por\b)"
    r"|\b(?:combat|luch|fren[aóo]|desbarat|desmantel|against|fight|crack|tackl|curb|erradic|disrupt|counter)",
    re.IGNORECASE,
)
_USING = re.compile(
    r"\b(?:us[aoó]|utiliz|emple|mediante|a través|herramienta|expand|through|using|use|includ|incluy|rel(?:y|ies)|via)",
    re.IGNORECASE,
)


def _launched(pair: RelationCandidate) -> RuleScore:
    if pair.nearest and pair.words <= (12 if pair.forwards else 7) and _LAUNCHED.search(pair.between):
        stated = 0.6 if re.search(r"\b(?:por|by)\b", pair.between) else 0.42
        return RuleScore(stated if pair.forwards else 0.5, "launch")
    if pair.forwards and re.match(r"^ (?:de|del) $", pair.between) and pair.child != GPE:
        return RuleScore(0.4, "launch")
    return UNRELATED


def _announced_at(pair: RelationCandidate) -> RuleScore:
    return (
        RuleScore(0.45, "announced")
        if pair.nearest and pair.words <= 16 and _LAUNCHED.search(pair.between)
        else UNRELATED
    )


def _dated(pair: RelationCandidate) -> RuleScore:
    if not pair.nearest or pair.words > 12 or EVENT in pair.skipped:
        return UNRELATED
    stated = _ESTABLISHED if pair.head == ORG else _FOUNDED
    return RuleScore(0.52, "dated") if stated.search(pair.between) else UNRELATED


def _targets(pair: RelationCandidate) -> RuleScore:
    if not pair.forwards or not pair.child_nearest or pair.words > 40:
        return UNRELATED
    if not (_FIGHTS if pair.head == ORG else _AGAINST).search(pair.between):
        return UNRELATED
    return RuleScore(0.6 if pair.words <= 20 else 0.45, "against")


def _uses(pair: RelationCandidate) -> RuleScore:
    stated = pair.forwards and pair.child_nearest and pair.words <= 30 and _USING.search(pair.between)
    return RuleScore(0.5, "use") if stated else UNRELATED


def _used_in(pair: RelationCandidate) -> RuleScore:
    stated = re.search(r"\b(?:en|in|across|a los|throughout|por todo)\b", pair.between)
    return RuleScore(0.5, "use") if pair.forwards and pair.nearest and stated and pair.words <= 14 else UNRELATED


_Rule = Callable[[RelationCandidate], RuleScore]
_RULES: dict[tuple[str, str, bool], _Rule] = {
    (PERSON, ROLE, False): holds,
    (PERSON, ORG, False): affiliated,
    (PERSON, GPE, False): affiliated,
    (PERSON, EVENT, False): participates,
    (ORG, EVENT, False): participates,
    (GPE, EVENT, False): participates,
    (EVENT, DATE, False): held_on,
    (EVENT, GPE, False): held_in,
    (EVENT, LOC, False): held_in,
    (GPE, GPE, False): located_in,
    (ORG, GPE, False): located_in,
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
