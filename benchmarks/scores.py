"""How far the scores of model and rules can be believed before anything was learned, and fitting the score table.

    python -m benchmarks.scores [--news FOLDER] [--models DIR] [--write]

It suggests without the table for every article annotated by hand (the samples' target, the news target and the judged
news, ``benchmarks/targets``), fits the table to all articles but one and looks at the scores of that one, for each in
turn.  ``--write`` writes the table fitted to all of them into the package.  The rules were written on the samples, and
are right there more often than elsewhere, so these count for a tenth and are in no figure.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from annotator.annotation import RelationKey, Span, reading_order
from annotator.files.whole import replace_file
from annotator.labels import LabelScheme, load_scheme
from annotator.suggest.learned.calibration import bins, expected_error
from annotator.suggest.relations.candidates import RelationSuggester
from annotator.suggest.relations.likely_ends import LikelyEnds
from annotator.suggest.relations.logistic import Instance, fit
from annotator.suggest.rules.document_reader import DocumentReader
from annotator.suggest.rules.resolve import LabelMap
from annotator.suggest.rules.stages import EntityRules
from annotator.suggest.score_table import FILE, ScoreTable, relation_features, span_features
from benchmarks.report import heading
from benchmarks.targets_reader import Judged, judged, news, news_folder, seeds

TOP = Path(__file__).resolve().parent.parent
TABLE = TOP / "annotator" / "suggest" / FILE
PENALTY = 4.0
"""L2 penalty: as many cases as a weight needs, about, to be believed by half."""
SAMPLES = 0.1
"""What a suggestion in a sample counts for beside one in other news."""
BINS = 10
RESAMPLES = 50


class Case(NamedTuple):
    """A suggestion without the table: how to look it up there, its raw score, whether it is right, and its weight."""

    features: tuple[str, ...]
    score: float
    right: bool
    weight: float


class Suggested(NamedTuple):
    """What was suggested for one article: its spans, the relations between right spans, and between suggested ones.

    ``ends`` holds the features and raw scores of the spans at both ends of each relation of ``whole``.
    """

    sample: bool
    spans: list[Case]
    relations: list[Case]
    whole: list[Case]
    ends: list[tuple[tuple[tuple[str, ...], float], ...]]


def main() -> int:
    """Measure, print, and write the table when told to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--news", type=Path, help="folder of the Spanish news")
    parser.add_argument("--models", type=Path, default=TOP / "models")
    parser.add_argument("--write", action="store_true", help="write the table")
    options = parser.parse_args()
    heading("scores")
    folder = news_folder(options.news)
    if folder is None:
        print("skipped: no news here; name the folder with --news, or the corpora folder in ANNOTATOR_CORPORA")
        return 0
    scheme = load_scheme(TOP / "labels.yaml")
    suggester = _Unfitted(scheme, options.models)
    articles = [suggester.suggested(Judged.of_target(one, scheme), sample=True) for one in seeds()]
    articles += [suggester.suggested(Judged.of_target(one, scheme)) for one in news(folder, scheme)]
    articles += [suggester.suggested(one) for one in judged(folder.parent, scheme)]
    tell(articles)
    if options.write:
        weights = fitted(articles).weights
        text = json.dumps(dict(sorted(weights.items())), indent=1, ensure_ascii=False)
        replace_file(TABLE, (text + "\n").encode())
        print(f"{len(weights)} weights written to {TABLE.relative_to(TOP)}")
    return 0


class _Unfitted:
    """Suggests by the rules with their own scores."""

    def __init__(self, scheme: LabelScheme, models: Path) -> None:
        self._scheme = scheme
        labels = LabelMap(scheme)
        self._kinds = {label: labels.kind(label) for label in scheme.entities}
        self._by_lang = {
            lang: (
                DocumentReader(scheme, lang, models),
                EntityRules(scheme, lang, scores=ScoreTable()),
                LikelyEnds(scheme, lang, ScoreTable()),
                RelationSuggester(scheme, lang, scores=ScoreTable()),
            )
            for lang in scheme.languages
        }

    def suggested(self, article: Judged, *, sample: bool = False) -> Suggested:
        """Suggest for one article, and compare with what is right there; what nobody judged is left out."""
        reader, rules, ends, relations = self._by_lang[article.document.lang]
        (doc,) = reader.read([article.document])
        spans = ends.added(doc.document, rules.spans(doc))
        weight = SAMPLES if sample else 1.0
        said = Counter((span.label, doc.text[span.start : span.end]) for span in spans)
        cases = []
        for span in spans:
            right = article.span_is_right(span.key)
            if right is not None:
                times = said[span.label, doc.text[span.start : span.end]]
                cases.append(Case(self._features(span), span.score or 0.0, right, weight / times))
        whole = list(self._related(article, relations, spans, weight))
        return Suggested(
            sample,
            cases,
            [case for case, _ in self._related(article, relations, article.spans, weight)],
            [case for case, _ in whole],
            [ends for _, ends in whole],
        )

    def _related(
        self, article: Judged, suggester: RelationSuggester, spans: Iterable[Span], weight: float
    ) -> Iterator[tuple[Case, tuple[tuple[tuple[str, ...], float], ...]]]:
        """Yield the relations between some spans, with the features and scores of the spans at their ends."""
        ends = {str(s.key): s.replace(id=str(s.key), origin="added") for s in spans}
        for relation in suggester.relations(article.document, sorted(ends.values(), key=reading_order)):
            head, child = ends[relation.head], ends[relation.child]
            key = RelationKey(head.key, child.key, relation.label).canonical(self._scheme.symmetric)
            right = article.relation_is_right(key)
            if right is not None:
                rule = (relation.source or "").partition("@")[0]
                case = Case(relation_features(relation.label, rule), relation.score or 0.0, right, weight)
                yield case, tuple((self._features(end), end.score or 0.0) for end in (head, child))

    def _features(self, span: Span) -> tuple[str, ...]:
        return span_features(span.source or "", self._kinds[span.label])


def fitted(articles: Iterable[Suggested]) -> ScoreTable:
    """Fit the table to some articles."""
    cases = [case for article in articles for case in (*article.spans, *article.relations)]
    return ScoreTable(fit((Instance(case.features, case.score, case.right, case.weight) for case in cases), PENALTY))


def tell(articles: Sequence[Suggested]) -> None:
    """Print the expected calibration error with and without the table, each article left out of fitting in turn."""
    raw: dict[str, list[tuple[float, bool]]] = {"spans": [], "relations": []}
    table: dict[str, list[tuple[float, bool]]] = {"spans": [], "relations": []}
    for article in articles:
        if article.sample:
            continue
        scores = fitted(other for other in articles if other is not article)
        raw["spans"] += [(case.score, case.right) for case in article.spans]
        table["spans"] += [(scores.moved(case.score, case.features), case.right) for case in article.spans]
        for case, ends in zip(article.whole, article.ends, strict=True):
            raw["relations"].append((case.score, case.right))
            score = scores.moved(case.score, case.features)
            for features, of_end in ends:
                score *= scores.moved(of_end, features)
            table["relations"].append((score, case.right))
    print(f"{sum(not article.sample for article in articles)} articles, each left out in turn; expected error in bins")
    for kind in raw:
        right = sum(is_right for _, is_right in raw[kind]) / max(len(raw[kind]), 1)
        print(
            f"  {kind:<10}{len(raw[kind]):>5}, right {right:.3f}   the rules' scores {error(raw[kind]):.3f}"
            f"   with the table {error(table[kind]):.3f}   by chance alone {chance(table[kind]):.3f}"
        )
    for lower, upper in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.0)):
        cells = []
        for kind, outcomes in table.items():
            inside = [(score, is_right) for score, is_right in outcomes if lower <= score < upper]
            share = sum(is_right for _, is_right in inside) / len(inside) if inside else 0.0
            cells.append(f"{kind} {len(inside):>4}, right {share:.2f}" if inside else "")
        print(f"    from {lower:.1f} below {upper:.1f}   {cells[0]:<26}{cells[1]}")


def error(outcomes: Sequence[tuple[float, bool]]) -> float:
    """The expected calibration error."""
    return expected_error(bins(outcomes, most=BINS)) or 0.0


def chance(outcomes: Sequence[tuple[float, bool]]) -> float:
    """The error that perfectly calibrated scores would have on so few suggestions, the mean of many draws."""
    drawn = random.Random(0)
    draws = [error([(score, drawn.random() < score) for score, _ in outcomes]) for _ in range(RESAMPLES)]
    return sum(draws) / len(draws)


if __name__ == "__main__":
    sys.exit(main())
