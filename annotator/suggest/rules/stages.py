"""The layers in their order: model, repair, gazetteer, names, dates, the scheme's patterns, then agreement among them.

Each layer can be switched off, which is how it is measured; a layer that does harm in a language is off there.
"""

from __future__ import annotations

from collections.abc import Mapping

from annotator.annotation import Span
from annotator.labels import LabelScheme
from annotator.suggest import models
from annotator.suggest.rules import (
    consistency,
    context,
    dates,
    headed_names,
    institutions,
    model_repair,
    people,
    places,
    titles,
)
from annotator.suggest.rules.page import DATE, Mention, Page
from annotator.suggest.rules.patterns import TextPatterns
from annotator.suggest.rules.resolve import LabelMap, resolve

VERSION = "1"
STAGE_NAMES = (
    "model",
    "repair",
    "gazetteer",
    "institutions",
    "acronyms",
    "titles",
    "people",
    "headed",
    "dates",
    "scheme",
    "context",
    "consistency",
)
"""The layers in the order in which they run."""
OFF: Mapping[str, frozenset[str]] = {"es": frozenset(), "en": frozenset()}
"""Layers that measurably harm unseen news in a language."""


class EntityRules:
    """The layers for one language under one scheme: a page goes in, spans come out."""

    def __init__(self, scheme: LabelScheme, lang: str, layers: frozenset[str] | None = None) -> None:
        self._layers = frozenset(STAGE_NAMES) - OFF.get(lang, frozenset()) if layers is None else layers
        self._labels = LabelMap(scheme)
        self._patterns = TextPatterns(scheme, lang)
        self._scheme = scheme

    def spans(self, page: Page) -> list[Span]:
        """Return the entity spans to suggest for a page, in reading order."""
        return resolve(page, self.mentions(page), self._labels, self._scheme)

    def mentions(self, page: Page) -> list[Mention]:
        """Return what the layers found, competing mentions included."""
        on = self._layers
        found = self._seen(page)
        if "gazetteer" in on:
            found += places.find(page)
            found += places.sites(page)
            found = places.doubted(found, page.lang)
        if "institutions" in on:
            found += institutions.find(page)
        if "titles" in on:
            found += titles.find(page)
        if "people" in on:
            found += people.find(page)
        if "headed" in on:
            found += headed_names.find(page)
        if "acronyms" in on:
            found += list(institutions.spelled_out(page, found))
            found += list(institutions.acronyms(page, found))
            found += list(institutions.mixed_acronyms(page, found))
        if "context" in on:
            found = context.checked(page, found, models.PINNED[page.lang].source if page.lang in models.PINNED else "")
        if "consistency" in on:
            found = consistency.settle(page, found)
            found += list(people.carried(page, found))
            found += list(consistency.repeated(page, found))
        if "dates" in on:
            found = [m for m in found if m.kind != DATE]
            found += dates.find(page)
        if "scheme" in on:
            found += self._patterns.find(page)
            found += page.matched
        return found

    def _seen(self, page: Page) -> list[Mention]:
        if "model" not in self._layers:
            return []
        return list(model_repair.clean(page)) if "repair" in self._layers else list(page.seen)
