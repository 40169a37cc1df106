"""Abbreviations that keep their full stop, by language, and whether a sentence may end with them.

Kept to what news text uses and what is not also an ordinary word: a wrong entry here would glue the full stop to
the last word of a sentence, and a curator could no longer mark that word alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class Abbreviations(NamedTuple):
    """The lists of one language, without the final full stop.

    ``leading`` stand before a name (``Sr. López``) and so never end a sentence; ``closing`` may end one
    (``Acme Inc.``); ``numbering`` count as abbreviations only before a figure (``art. 5``); ``starters`` are words
    whose capital, right after an abbreviation, means that a sentence begins.  An entry in lower case also stands
    for itself with a capital.
    """

    leading: str
    closing: str
    numbering: str
    starters: str


_ANY = Abbreviations(leading="dr prof", closing="etc vs", numbering="", starters="")

_SPANISH = Abbreviations(
    leading=(
        "sr sra srta sres sras dr dra dres dras lic licda ing arq prof profa mtro mtra gral cnel tte sgto cmte pdte "
        "pdta dña fr mons excmo excma ilmo ilma Alm Cap Col Comdte Dip Diput Fco Gob Hno Hnos Ma Magdo Magda Min Sen "
        "Sta Sto Av Avda Blvd Calz Cd Edo Mpio Pbro Sec Subsec Ud Uds Vd Vds EE FF JJ CC"
    ),
    closing=(
        "etc aprox cía ltda vs tel pág págs depto dpto dcho izda izq admón "
        "ene feb abr jun jul ago sept oct nov dic UU AA OO Jr p.ej"
    ),
    numbering="no núm nro nros núms art arts cap caps fig figs inc frac mar may sep set vol vols p pp km",
    starters=(
        "El La Los Las Lo Un Una Unos Unas En De Del Al A Con Por Para Según Tras Desde Entre Sin Sobre Hasta Ante "
        "Y O Pero Sin Como Cuando Donde Mientras Aunque Si Se Su Sus Este Esta Estos Estas Ese Esa Eso Esto Aquel "
        "También Además Asimismo Ayer Hoy Ahora Luego Después Así No Ni Ya Él Ella Ellos Ellas Yo Qué Quién"
    ),
)

_ENGLISH = Abbreviations(
    leading=(
        "mr mrs ms dr drs prof messrs Gen Gov Govs Lt Col Maj Capt Cmdr Adm Brig Sgt Cpl Pvt Sen Sens Rep Reps Rev Hon "
        "Pres Supt Insp Atty Fr St Sts Ste Mt"
    ),
    closing=(
        "etc vs al approx Jr Sr Inc Corp Co Cos Ltd Bros Assn Dept Univ Ave Blvd Rd Ph.D "
        "Jan Feb Aug Sept Oct Nov Dec Ala Ariz Calif Colo Conn Fla Ga Kan Ky Md Mich Minn Mont Neb Nev Okla Tenn Tex "
        "Va Vt Wis Wyo"
    ),
    numbering=(
        "no nos vol vols fig figs sec art ch p pp Mar Apr Jun Jul Sep Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun"
    ),
    starters=(
        "The A An In On At By For From With Without After Before Since Until During Under Over To Of As And Or But So "
        "If When While Where Although Though Because However He She It They We You I This That These Those There Here "
        "His Her Its Their Our My Your Who What Why How Not No Now Then Also Yet Still Meanwhile"
    ),
)

_BY_LANGUAGE = {"es": _SPANISH, "en": _ENGLISH}


@lru_cache(maxsize=8)
def leading_abbreviations(lang: str) -> frozenset[str]:
    """List the abbreviations, final full stop included, with which no sentence ends."""
    lists = _BY_LANGUAGE.get(lang, _ANY)
    return frozenset(f"{word}." for word in _with_capitals(lists.leading) + _with_capitals(lists.numbering))


@lru_cache(maxsize=8)
def sentence_starters(lang: str) -> frozenset[str]:
    """List the capitalised words that begin a sentence when they follow an abbreviation."""
    return frozenset(_BY_LANGUAGE.get(lang, _ANY).starters.split())


def abbreviation_pattern(lang: str) -> str:
    """Write a regular expression that matches a listed abbreviation with its full stop.

    The look-ahead lets most words pass without trying the list.
    """
    lists = _BY_LANGUAGE.get(lang, _ANY)
    always = "|".join(re.escape(word) for word in _with_capitals(f"{lists.leading} {lists.closing}"))
    counting = "|".join(_with_capitals(lists.numbering))
    numbered = rf"|(?:{counting})\.(?=\s?\d)" if counting else ""
    return rf"(?=\w{{1,8}}\.)(?:(?:{always})\.{numbered})"


def _with_capitals(words: str) -> list[str]:
    """Add to words in lower case their capitalised form."""
    return list(dict.fromkeys(form for word in words.split() for form in (word, word[0].upper() + word[1:])))
