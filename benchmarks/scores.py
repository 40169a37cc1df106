"""How far the scores of model and rules can be believed before anything was learned, and fitting the score table.

    python -m benchmarks.scores [--news FOLDER] [--models DIR] [--write]

It suggests without the table for every article annotated or judged by hand (the samples' target, the news target and
the judged news, ``benchmarks/targets``), fits the table to half of the articles and looks at the scores of the other
half, many times over.  So the scores of one measurement come from one table, as they do in use; were each article left
out by itself, its errors would push its own scores away from the others of their kind.  ``--write`` writes the table
fitted to all of them into the package.  The rules were written on the samples, and are right there more often than
elsewhere, so these count for a tenth and are in no figure.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from annotator.annotation import Annotations, reading_order
from annotator.files.whole import replace_file
from annotator.labels import LabelScheme, load_scheme
from annotator.suggest.learned.calibration import bins, expected_error
from annotator.suggest.pipeline import BuiltInSuggester
from annotator.suggest.relations.logistic import Instance, fit
from annotator.suggest.rules.resolve import LabelMap
from annotator.suggest.score_table import FILE, ScoreTable, relation_features, span_features
from benchmarks.report import heading
from benchmarks.targets_reader import Judged, judged, news, news_folder, seeds

TOP = Path(__file__).resolve().parent.parent
TABLE = TOP / "annotator" / "suggest" / FILE
PENALTY = 10.0
"""L2 penalty: mentions in an article are right or wrong together, so that ten of them say little more than one."""
SAMPLES = 0.1
"""What a suggestion in a sample counts for beside one in other news."""
BINS = 10
HALVES = 30
DRAWS = 5


class Case(NamedTuple):
    """A suggestion without the table: how to look it up there, its raw score, whether it is right, and its weight."""

    features: tuple[str, ...]
    score: float
    right: bool
    weight: float


class Suggested(NamedTuple):
    """What was suggested for one article: its spans, the relations between these, and those between right spans."""

    sample: bool
    spans: list[Case]
    relations: list[Case]
    certain: list[Case]


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
        labels = LabelMap(scheme)
        self._symmetric = scheme.symmetric
        self._kinds = {label: labels.kind(label) for label in scheme.entities}
        self._by_lang = {lang: BuiltInSuggester(scheme, lang, models, scores=ScoreTable()) for lang in scheme.languages}

    def suggested(self, article: Judged, *, sample: bool = False) -> Suggested:
        """Suggest for one article, and compare with what is right there; what nobody judged is left out."""
        suggester = self._by_lang[article.document.lang]
        (layer,) = suggester.suggest([article.document])
        weight = SAMPLES if sample else 1.0
        spans = []
        for span in layer.spans.values():
            right = article.span_is_right(span.key)
            if right is not None:
                features = span_features(span.source or "", self._kinds[span.label])
                spans.append(Case(features, span.score or 0.0, right, weight))
        ends = [span.replace(id=str(span.key), origin="added") for span in article.spans]
        between = suggester.relations.relations(article.document, sorted(ends, key=reading_order))
        certain = Annotations.of(ends, between)
        return Suggested(
            sample,
            spans,
            list(self._related(article, layer, weight, certain=False)),
            list(self._related(article, certain, weight, certain=True)),
        )

    def _related(self, article: Judged, layer: Annotations, weight: float, *, certain: bool) -> Iterator[Case]:
        for relation in layer.relations.values():
            right = article.relation_is_right(layer.relation_key(relation).canonical(self._symmetric))
            if right is not None:
                features = relation_features(relation.label, (relation.source or "").partition("@")[0], certain=certain)
                yield Case(features, relation.score or 0.0, right, weight)


def fitted(articles: Iterable[Suggested]) -> ScoreTable:
    """Fit the table to some articles."""
    cases = [case for article in articles for case in (*article.spans, *article.relations, *article.certain)]
    return ScoreTable(fit((Instance(case.features, case.score, case.right, case.weight) for case in cases), PENALTY))


def tell(articles: Sequence[Suggested]) -> None:
    """Print the expected calibration error with and without the table, on halves of the articles not fitted to."""
    news, samples = ([a for a in articles if a.sample == sample] for sample in (False, True))
    print(f"{len(news)} articles; expected error in {BINS} bins on the half that was not fitted to, {HALVES} times")
    drawn = random.Random(0)
    halves = [drawn.sample(news, len(news)) for _ in range(HALVES)]
    tables = [fitted([*half[: len(half) // 2], *samples]) for half in halves]
    for kind in ("spans", "relations", "certain"):
        every = [case for article in news for case in getattr(article, kind)]
        errors = []
        for half, table in zip(halves, tables, strict=True):
            cases = [case for article in half[len(half) // 2 :] for case in getattr(article, kind)]
            raw = [(case.score, case.right) for case in cases]
            scored = [(round(table.moved(case.score, case.features), 3), case.right) for case in cases]
            errors.append((error(raw), error(scored), chance(scored)))
        means = [sum(column) / HALVES for column in zip(*errors, strict=True)]
        print(
            f"  {NAMES[kind]:<28}{len(every):>5}, right {sum(case.right for case in every) / len(every):.3f}"
            f"   the rules' scores {means[0]:.3f}   with the table {means[1]:.3f}   by chance alone {means[2]:.3f}"
        )


NAMES = {"spans": "spans", "relations": "relations", "certain": "relations of right spans"}


def error(outcomes: Sequence[tuple[float, bool]]) -> float:
    """The expected calibration error."""
    return expected_error(bins(outcomes, most=BINS)) or 0.0


def chance(outcomes: Sequence[tuple[float, bool]]) -> float:
    """The error that perfectly calibrated scores would have on so few suggestions, the mean of many draws."""
    drawn = random.Random(0)
    draws = [error([(score, drawn.random() < score) for score, _ in outcomes]) for _ in range(DRAWS)]
    return sum(draws) / len(draws)


if __name__ == "__main__":
    sys.exit(main())
