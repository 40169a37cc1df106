"""The stages that find entities, in their order: model, rules, dates, the scheme's own patterns.

Each stage takes the mentions found so far and returns what they become.  Stages can be switched off, which is how the
share of each is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from annotator.annotation import Span
from annotator.labels import LabelScheme
from annotator.suggest.rules import (
    acronyms,
    consistency,
    context,
    dates,
    event_names,
    events,
    initiatives,
    institutions,
    model_repair,
    offences,
    people,
    places,
    sites,
    systems,
    titles,
)
from annotator.suggest.rules.analyzed_document import DATE, AnalyzedDocument, Mention
from annotator.suggest.rules.patterns import TextPatterns
from annotator.suggest.rules.resolve import LabelMap, resolve
from annotator.suggest.score_table import ScoreTable, shipped_table

Stage = Callable[[AnalyzedDocument, list[Mention]], list[Mention]]
Finder = Callable[[AnalyzedDocument], Iterable[Mention]]


def _adding(find: Finder) -> Stage:
    """A stage that adds what ``find`` finds."""
    return lambda doc, mentions: [*mentions, *find(doc)]


def _add_places(doc: AnalyzedDocument, mentions: list[Mention]) -> list[Mention]:
    return places.doubt_covered([*mentions, *places.find(doc), *sites.find(doc)], doc.lang)


def _add_events(doc: AnalyzedDocument, mentions: list[Mention]) -> list[Mention]:
    return [*mentions, *event_names.find(doc), *events.find(doc)]


def _check_context(doc: AnalyzedDocument, mentions: list[Mention]) -> list[Mention]:
    mentions = places.doubt_inside_names(doc, mentions)
    return context.checked(doc, mentions, doc.model_mentions[0].source if doc.model_mentions else "")


def _make_consistent(doc: AnalyzedDocument, mentions: list[Mention]) -> list[Mention]:
    mentions = consistency.vote_on_kinds(doc, mentions)
    mentions = [*mentions, *people.later_mentions(doc, mentions)]
    return [*mentions, *consistency.repeated(doc, mentions)]


def _replace_dates(doc: AnalyzedDocument, mentions: list[Mention]) -> list[Mention]:
    return [*(m for m in mentions if m.kind != DATE), *dates.find(doc)]


def _ordered_stages(find_patterns: Finder) -> tuple[tuple[str, Stage], ...]:
    """All stages with their names, in the order in which they run; ``find_patterns`` is the last one's."""
    return (
        ("model", _adding(lambda doc: doc.model_mentions)),
        ("repair", model_repair.repaired),
        ("gazetteer", _add_places),
        ("institutions", _adding(institutions.find)),
        ("titles", _adding(titles.find)),
        ("people", _adding(people.find)),
        ("initiatives", _adding(initiatives.find)),
        ("events", _add_events),
        ("offences", _adding(offences.find)),
        ("systems", _adding(systems.find)),
        ("acronyms", acronyms.find),
        ("context", _check_context),
        ("consistency", _make_consistent),
        ("dates", _replace_dates),
        ("scheme", _adding(find_patterns)),
    )


STAGE_NAMES = tuple(name for name, _ in _ordered_stages(lambda _doc: ()))
"""The names of the stages, in the order in which they run."""


class EntityRules:
    """Finds the entities of a document in one language under one scheme; ``stages`` names those that run (all).

    ``scores`` turns the rules' scores into probabilities (by default, the table that comes with the package).
    """

    def __init__(
        self,
        scheme: LabelScheme,
        lang: str,
        stages: frozenset[str] = frozenset(STAGE_NAMES),
        scores: ScoreTable | None = None,
    ) -> None:
        self._scheme = scheme
        self._labels = LabelMap(scheme)
        self._kinds = {label: self._labels.kind(label) for label in scheme.entities}
        self._scores = scores if scores is not None else shipped_table()
        self._patterns = TextPatterns(scheme, lang)
        self._stages = [stage for name, stage in _ordered_stages(self._find_patterns) if name in stages]

    def spans(self, doc: AnalyzedDocument) -> list[Span]:
        """The entity spans to suggest, in reading order."""
        return [self._calibrated(span) for span in resolve(doc, self.mentions(doc), self._labels, self._scheme)]

    def _calibrated(self, span: Span) -> Span:
        score = self._scores.span(span.source or "", self._kinds[span.label], span.score or 0.0)
        return span.replace(score=round(score, 3))

    def mentions(self, doc: AnalyzedDocument) -> list[Mention]:
        """The mentions that the stages found, competing ones included."""
        mentions: list[Mention] = []
        for stage in self._stages:
            mentions = stage(doc, mentions)
        return mentions

    def _find_patterns(self, doc: AnalyzedDocument) -> list[Mention]:
        return [*self._patterns.find(doc), *doc.pattern_mentions]
