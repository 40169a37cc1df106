"""Names of countries, regions, states and cities, from CLDR (through babel) and a few short lists.

CLDR names the countries in every language and one city a time zone; first-level divisions are not in it, so those
of the countries that news in our languages is mostly about are in ``words/*.toml``.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from annotator.suggest.rules.analyzed_document import GPE, LOC, ORG
from annotator.suggest.rules.lexicon import LANGUAGES, names


class GazetteerEntry(NamedTuple):
    """A gazetteer entry: ``kind`` is ``GPE``, ``LOC`` or ``ORG``; ``sure`` is false for names that people bear too."""

    kind: str
    sure: bool


@cache
def places(lang: str) -> dict[str, GazetteerEntry]:
    """The places that news in ``lang`` names, by their exact spelling."""
    kinds: dict[str, str] = dict.fromkeys(_cities(lang), GPE)
    for code, name in _territories(lang):
        kinds[name] = LOC if code.isdigit() else GPE
    for kind in (GPE, LOC, ORG):
        kinds.update(dict.fromkeys(names(lang, "places", kind.lower()), kind))
    never, also_people = set(names("common", "places", "never")), _also_people()
    return {
        name: GazetteerEntry(kind, name not in also_people)
        for name, kind in kinds.items()
        if name not in never and len(name) > 1
    }


@cache
def _also_people() -> frozenset[str]:
    """The places whose name alone is as likely a person's: only a second sign makes them a place."""
    return frozenset(name for item in names("common", "places", "also_people") for name in item.split())


@cache
def _countries() -> frozenset[str]:
    countries = {name for lang in sorted(LANGUAGES) for code, name in _territories(lang) if not code.isdigit()}
    return frozenset(countries.union(names("common", "places", "countries")))


def is_country(name: str) -> bool:
    """Tell whether a name is a country's, in one of our languages."""
    return name in _countries()


@cache
def is_division_or_country(name: str) -> bool:
    """Tell whether a name is that of a country, or of a state, province or region of one."""
    return is_country(name) or name in names("common", "places", "divisions")


def _territories(lang: str) -> list[tuple[str, str]]:
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(lang)
    except (UnknownLocaleError, ValueError):
        return []
    return [(code, name) for code, name in locale.territories.items() if code not in {"001", "ZZ", "EZ", "UN", "EU"}]


def _cities(lang: str) -> list[str]:
    """The exemplar city of every time zone, in ``lang`` where CLDR translates it."""
    from babel import Locale, UnknownLocaleError
    from babel.core import get_global

    try:
        translated = Locale.parse(lang).time_zones
    except (UnknownLocaleError, ValueError):
        return []
    cities = []
    for zone in get_global("zone_territories"):
        if zone.startswith(("Etc/", "Antarctica/", "Pacific/")) or "/" not in zone:
            continue
        cities.append(translated.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " "))
    return cities
