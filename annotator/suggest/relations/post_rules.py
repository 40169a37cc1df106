"""The relation rules for persons: their posts, and the bodies and places that they work for or represent.

A person works for a body whose post the person holds, so those rules go from the person through the post: how likely
the person holds it, times how likely it is a post of that body.
"""

from __future__ import annotations

import re

from annotator.suggest.relations.relation_candidate import OTHER_HALF, UNRELATED, WORD, RelationCandidate, RuleScore
from annotator.suggest.rules.analyzed_document import GPE, ORG
from annotator.suggest.rules.gazetteer import is_country, is_division_or_country

_OF = r"(?:de|del|of|for|from|para|por|en|in|ante|at|to|sobre|on)"
_THE = r"(?:(?:el|la|los|las|lo|the|su|sus|its|their) )?"
_DETERMINERS = (
    r"(?:(?:el|la|los|las|the|an?|un|una|su|his|her|its|ex|actual|entonces|ahora|hoy|now|then|former|current"
    r"|también|also) )*"
)
_SPAN = r"⟨(?:ORG|GPE|LOC|DATE)⟩"
_PHRASE = rf"(?: {_OF} {_THE}(?:(?:{WORD}|⟨GPE⟩) ){{0,3}}?(?:{_SPAN}|\w+)(?: \([^)]{{2,40}}\))?)"
"""A complement of a post: ``de la empresa``, ``of the ⟨ORG⟩``."""
_ADJECTIVE = rf"(?: (?!dijo\b|hizo\b){WORD}?(?:o|a|ense|és|nse|al|an|ish|ese|ol|án|í))"
_NO_VERB = r"(?!.*\b(?:que|who|which|dijo|said|told|se|fue|was|is|has)\b)"

_TITLE = re.compile(
    rf"^{_ADJECTIVE}?(?: {_OF} {_THE}{_SPAN}(?: \(⟨ORG⟩\))?(?:,? (?:y|and) {_OF}? ?{_THE}{_SPAN})?)?(?:,|\]|\))? $"
)
_LONG_TITLE = re.compile(
    rf"^{_NO_VERB}{_ADJECTIVE}?(?:{_PHRASE}{{1,3}}{_ADJECTIVE}?)?(?: \(⟨ORG⟩\))?, (?:(?:el|la|los|las|the) {WORD} )?$"
)
_BARE_TITLE = re.compile(
    rf"^{_NO_VERB}{_ADJECTIVE}?(?:(?: {_OF} {_THE}{WORD}{_ADJECTIVE}?)|{_PHRASE}? {_OF} {_THE}{WORD}? ?{_SPAN}) $"
)
_SECOND_TITLE = re.compile(
    rf"^{_NO_VERB}(?:{_ADJECTIVE}?{_PHRASE}{{0,2}})"
    rf"(?P<tie>,(?! a )| y| and|(?= (?:el|la|the) )) (?P<the>{_DETERMINERS})⟨ROLE⟩"
)
_MORE_FOLLOW = re.compile(
    r"(?: \([^)]{1,40}\)| (?:of|from|de|del) (?:the |la )?[A-Z][\w.]*(?: [A-Z][\w.]*)*)?(?:,? (?:y|e|and|&) "
    r"|, [A-ZÁÉÍÓÚÑ])"
)
_ONE = r"⟨PERSON⟩(?: \((?:⟨ORG⟩|⟨GPE⟩|\w+)\)| (?:of|from|de|del) (?:the |la )?⟨(?:ORG|GPE)⟩)?"
_LIST = rf"(?:{_ONE}, )*{_ONE},? (?:y|e|and|&) "
_APPOSITION = re.compile(
    rf"^(?:,? | \(|, (?:who|quien|que) (?:is|was|es|era|fue) ){_DETERMINERS}(?:{WORD}['’]s? )?"
    rf"(?:(?:⟨(?:ORG|GPE|LOC)⟩(?:['’]s)?|[A-Z]\w+) ){{0,3}}(?:(?!(?:and|y|e|or|o|u|with|con|by|por) ){WORD} )?$"
)
_LISTED = re.compile(rf"^(?:, (?:⟨PERSON⟩, )*| )?(?:(?:y|e|and) ⟨PERSON⟩),? {_DETERMINERS}$")
_COORDINATED = re.compile(rf"^(?:,| \().*⟨ROLE⟩.*(?: y| and|,) {_DETERMINERS}(?:{_OF} {_THE})?$")
_BECAME = re.compile(
    r"\b(?:fue|es|era|ser|sido|como|elegid[oa]|elect[oa]|nombrad[oa]|designad[oa]|cargo de|puesto de|asumi\w*"
    r"|convirtió en|was|is|as|been|became|become|elected|appointed|named|promoted to|hired as)"
    r"(?: (?:uno de|una de|one of))?"
    r"(?: (?:el|la|los|las|un|una|the|a|an|also|también|su|sus|his|her|its|their))*(?: \w+['’]s)?"
    r"(?: (?:nuevo|nueva|new|former|first))? $"
)
_IN_SUCCESSION = re.compile(
    r"^,? (?:who )?(?:succeed\w*|replac\w+|took over from|suced\w+ a|reemplaz\w+ a|sustitu\w+ a|relev\w+ a) ⟨PERSON⟩"
    r" (?:as|como|en el cargo de|en la|al frente de)(?: (?:the|la|el|new))* $"
)
_NOT_BECAME = re.compile(
    r"\b(?:no|not|never|nunca|sin|quiere|quería|para|wants?|hopes?)\b(?: \w+)? (?:ser|fue|es|was|is|be)\b"
)
_SAYS = r"(?:está|es|ha|han|fue|dijo|será|se|no|is|was|has|said)\b"
_AFTER_POST = re.compile(
    rf"^{_ADJECTIVE}?(?: (?:y|and) {WORD})?(?: {_OF}(?: (?!{_SAYS})[^\s,.;:()]+){{1,8}}?)?(?:[,.)(;:\n–—]|$)"
)
"""What may follow a post in apposition: its complement and a comma, but no verb."""
_GOVERNED = re.compile(r"\b(?:a|al|de|del|con|of|to|with|for|by|por|from|junto a) (?:propi[oa] )?$", re.IGNORECASE)


def holds(pair: RelationCandidate) -> RuleScore:
    """Score person and post: ``the minister | Ada Quill`` or ``Ada Quill, | minister``."""
    if pair.apart > 160:
        return UNRELATED
    return _post_after(pair) if pair.forwards else _post_before(pair)


def is_plural(post: str) -> bool:
    """Tell whether a post is written in the plural, so that several persons hold it."""
    return post.split()[0].casefold().endswith("s") or post.casefold().endswith("s")


def _post_before(pair: RelationCandidate) -> RuleScore:
    typed = pair.typed
    if pair.nearest:
        if is_plural(pair.first) and not _MORE_FOLLOW.match(pair.after):
            return UNRELATED
        if _TITLE.match(typed):
            return RuleScore(0.88, "title")
        if _LONG_TITLE.match(typed) and pair.words <= 9:
            return RuleScore(0.76, "title-phrase")
        if typed == ": " and re.search(r"(?:^|\n|[.;] )$", pair.before):
            return RuleScore(0.72, "title")
        if _BARE_TITLE.match(typed):
            return RuleScore(0.72, "title-phrase")
        return UNRELATED
    if is_plural(pair.first) and (listed := re.search(rf"{_LIST}$|(?:⟨PERSON⟩, )+$", typed)):
        title = typed[: listed.start()]
        return RuleScore(0.74, "title-list") if _TITLE.match(title) or _LONG_TITLE.match(title) else UNRELATED
    if pair.roles_between == 1 and pair.child_nearest and (second := _SECOND_TITLE.match(typed)):
        rest = typed[second.end() :]
        if _TITLE.match(rest) or _LONG_TITLE.match(rest):
            joined = second["tie"] in {" y", " and"}
            another = joined and re.search(r"\b(?:el|la|los|las|the|an?|un|una|su|his|her|its) ", second["the"])
            return UNRELATED if another else RuleScore(0.72, "second-title")
    return UNRELATED


def _post_after(pair: RelationCandidate) -> RuleScore:
    typed = pair.typed
    if pair.nearest and _APPOSITION.match(typed):
        new_subject = re.search(r"^, (?:el|la|los|las|the) ", typed) and not _AFTER_POST.match(pair.after)
        return UNRELATED if new_subject else RuleScore(0.84, "apposition")
    if _LISTED.match(typed) and is_plural(pair.second):
        return RuleScore(0.7, "apposition-list")
    if pair.roles_between >= 1 and pair.child_nearest and pair.words <= 14 and _COORDINATED.match(typed):
        return RuleScore(0.66, "second-post")
    became = _BECAME.search(pair.between) and not OTHER_HALF.search(typed) and not _NOT_BECAME.search(typed)
    if became and pair.child_nearest and pair.words <= 20:
        return UNRELATED if _GOVERNED.search(pair.before) else RuleScore(0.58, "became")
    if _IN_SUCCESSION.match(typed):
        return RuleScore(0.66, "became")
    if pair.roles_between and pair.child_nearest and re.search(r"⟨ROLE⟩ (?:y|and) $", typed) and pair.words <= 24:
        return RuleScore(0.45, "second-post")
    return UNRELATED


_POST_OF = re.compile(
    rf"^(?: {WORD})?(?: (?:y|and) ⟨ROLE⟩)?(?: (?:de|del|of|for|at|from|ante|por|en|in|to|with)"
    rf"(?: (?:la|el|los|las|the))?"
    rf"(?: (?:{WORD}|⟨GPE⟩(?:['’]s)?)){{0,5}} [\"'“‘«]?)$"
)
_POST_OF_SECOND = re.compile(rf"^(?: {WORD})? (?:de|del|of) {_THE}⟨ORG⟩,? (?:y|and) (?:(?:de|del|of) )?{_THE}$")
_POST_IN = re.compile(r" (?:en|in|at|to|ante)(?: (?:la|el|los|las|the))? $")
_OWNER = re.compile(
    rf"^(?: \(⟨ORG⟩\))?\)?(?:['’]s? (?:{WORD} ){{0,3}}| (?!(?:to|in|of|for|and|or|y|de|a"
    rf"|as)\b)(?:{WORD} )?)(?:⟨ROLE⟩ )?$"
)
_HIRED_BY = re.compile(
    r"^,?(?: (?:has|have|ha))? (?:named|appointed|elected|hired|promoted|nombr\w+ a|design\w+ a|eligi\w+ a"
    r"|contrat\w+ a) ⟨PERSON⟩"
    rf"(?: (?:as|como))?(?: (?:the|its|their|a|an|new|el|la|su|nuev[oa]|un|una))*(?: {WORD})? $"
)
_IN_TEAM = re.compile(
    r"entrenador|coach|seleccionador|manager|captain|capit[áa]n|player|jugador|campe[óo]n|champion|striker|goalkeeper"
    r"|midfielder|defender|delanter|porter",
    re.IGNORECASE,
)
"""Posts in a team, which represent a country but no town."""
_SPEAKS_FOR_NO_PLACE = re.compile(
    r"obisp|bishop|cardenal|cardinal|corresponsal|correspondent|homólog|counterpart|\bceo\b|executive|owner|dueñ"
    r"|propietari|gerente"
    r"|candidat|director|editor|profesor|rector|escrit|author",
    re.IGNORECASE,
)


def post_of(pair: RelationCandidate) -> RuleScore:
    """Score a post (the head) and the body or place that it is one of (the child): ``minister of | Chile``."""
    if pair.child == GPE and _speaks_for_no_place(pair):
        return UNRELATED
    if pair.forwards:
        if _POST_OF.match(pair.typed) and not (pair.child == GPE and _POST_IN.search(pair.typed)):
            return RuleScore(0.94, "post-of")
        return RuleScore(0.85, "post-of") if _POST_OF_SECOND.match(pair.typed) else UNRELATED
    if pair.child == ORG and _HIRED_BY.match(pair.typed):
        return RuleScore(0.85, "post-of")
    return RuleScore(0.93, "post-of") if _OWNER.match(pair.typed) else UNRELATED


def _speaks_for_no_place(pair: RelationCandidate) -> bool:
    in_team = _IN_TEAM.search(pair.head_text) is not None and not is_division_or_country(pair.child_text)
    return in_team or _SPEAKS_FOR_NO_PLACE.search(pair.head_text) is not None


_JOB = (
    r"(?!(?:after|over|under|ever|never|other|another|later|earlier|either|whether|together|rather|former|for|or|nor"
    r"|mother"
    r"|father|brother|sister|daughter|killer)\b)"
    r"(?:[a-z-]+(?:er|or|ist|ian|ant|man|woman|person|yst)|attorney|employee|official|aide|agent|executive|chief"
    r"|fellow)"
)
"""What somebody is at a body, by the noun's ending or as one of the usual nouns."""
_PROFESSION = re.compile(rf"^ (?!\w+ed )(?:[a-z-]+ )?{_JOB} $")
_PROFESSION_AFTER = re.compile(rf"^ (?:[a-z-]+ )?{_JOB}\b")
_LEADERSHIP = re.compile(
    r"\b(?:dirigencia|presidencia|dirección|liderazgo|jefatura|frente|leadership|presidency|head|helm) (?:de|del|of)"
    r"(?: la| el| the)?(?: partido)? $"
    r"|^,? (?:(?:quien|que|who) )?(?:dirige|preside|lidera|encabeza|fundó|leads|heads|headed|led|founded|joined"
    r"|works (?:for|at)|(?:speaking|running|standing) (?:for|on behalf of)|chairs?|chaired|manages|coaches|captains"
    r"|owns|en nombre de"
    r"|trabaja (?:en|para)|juega (?:en|para)|plays for)(?: la| el| the)? $"
    r"|^, (?:un |una |an? |the )?(?:ex[ -]?|former )?(?:emplead[oa]|trabajadora?|jugadora?|delantero|portero|employee"
    r"|player|staffer|worker)(?: (?:de|del|at|of|for|with))(?: la| el| the)? $"
)
_EMPLOYED = re.compile(
    rf"^, (?:an? |the )?(?:{WORD} ){{0,2}}{_JOB} (?:at|with|for|of|from|representing) (?:the )?$"
    r"|^, (?:an?|the) (?!(?:\w+ )?(?:patient|student|prisoner|inmate|guest|victim|visitor)\b)"
    rf"(?:{WORD} ){{1,8}}at (?:the )?$"
    rf"|^, (?:un |una )?{WORD}(?:ista|ólog[oa]|ador|adora|ogad[oa]) (?:del?|en) (?:la |el )?$"
)
_BOTH_OF = re.compile(
    r"^(?:(?:, ⟨PERSON⟩)*,? (?:and|y|e) ⟨PERSON⟩)?, (?:both|all|ambos|ambas|todos) (?:of|from|at|with|del?)"
    r"(?: the| la| el)? $"
)
_IN_OFFICE = re.compile(r"^ (?:Lt|Sgt|Capt|Col|Maj|Gen|Cmdr|Cpl|Pvt|Adm|Det|Prof|Dr|Ens|Officer|Rear Adm)\.? $")
_BELONGS = re.compile(r"^,? (?:de|del|de la|of|of the|from|from the|with the|at|of ⟨(?:ORG|GPE)⟩['’]s) $")
_PARTY_PLACE = re.compile(r"(?:^, [A-Z]\w+ (?:from|for|de|por)|⟨ROLE⟩ \([A-Z]\w?-| \([A-Z]\w?-)\s?$")


def affiliated(pair: RelationCandidate) -> RuleScore:
    """Score person and body or place: through a post (``Chile's minister, | Ada Quill``), or directly."""
    if pair.via_role.score:
        return pair.via_role
    if pair.child == GPE:
        return _of_place(pair)
    if pair.forwards:
        return _of_body(pair)
    if _IN_OFFICE.match(pair.typed) or _PROFESSION.match(pair.typed) or re.match(r"^['’]s? $", pair.typed):
        return RuleScore(0.66, "body-before")
    return UNRELATED


def _of_place(pair: RelationCandidate) -> RuleScore:
    """Score person and place: ``Chile's | Ada Quill``, ``Ada Quill (| Chile)``, ``Senator Quill (D-| Ohio)``."""
    if not pair.forwards:
        of_country = re.match(r"^['’]s? $", pair.between) and is_country(pair.first)
        return RuleScore(0.5, "of-country") if of_country else UNRELATED
    if is_country(pair.second) and (pair.between == " of " or _in_brackets(pair)):
        return RuleScore(0.5, "of-country")
    return RuleScore(0.7, "party-place") if _PARTY_PLACE.search(pair.typed) else UNRELATED


def _of_body(pair: RelationCandidate) -> RuleScore:
    """Score a person and the body named after: ``Ada Quill of the | Harbor Gazette``, ``Ada Quill (| Greens)``."""
    if _BELONGS.match(pair.typed) or pair.between == "/":
        return RuleScore(0.55, "of-body")
    if pair.nearest and pair.words <= 10 and _LEADERSHIP.search(pair.between):
        return RuleScore(0.6, "leads")
    if _EMPLOYED.match(pair.between) or _BOTH_OF.match(pair.typed):
        return RuleScore(0.6, "of-body")
    if _in_brackets(pair):
        return RuleScore(0.5, "in-brackets")
    job_follows = re.match(r"^, (?:an?|another|the) $", pair.between) and _PROFESSION_AFTER.match(pair.after)
    return RuleScore(0.66, "body-before") if job_follows else UNRELATED


def _in_brackets(pair: RelationCandidate) -> bool:
    return pair.between == " (" and pair.after.startswith(")")


def is_body_or_place(kind: str) -> bool:
    """Tell whether a post can be one of such an entity."""
    return kind in {ORG, GPE}
