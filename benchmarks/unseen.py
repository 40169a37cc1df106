"""How good suggestions are on news that no rule was written on, with nothing learned: spans, relations and scores.

    python -m benchmarks.unseen [--corpora FOLDER] [--models DIR] [--sets NAMES] [--by-article] [--by-source]

FOLDER is a corpora folder, by default that of ``ANNOTATOR_CORPORA``; without one there is nothing to measure on, and it
says so.  The sets are those of ``benchmarks/targets/``.  Beside each F1 stands its 95 % interval over the articles; ECE
is the expected calibration error of the scores, and the last lines say what ``A`` takes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from annotator.labels import LabelScheme, load_scheme
from annotator.suggest.learned.calibration import bins, expected_error
from annotator.suggest.learned.cross_validation import HeldOutResult, scores_with_outcome, span_result
from annotator.suggest.learned.training import Example, true_relations
from annotator.suggest.pipeline import SuggestionPipeline
from annotator.workflow.learning.evaluation import Counts, interval
from benchmarks.report import heading
from benchmarks.targets_reader import TEXTS, VARIABLE, news_target

TOP = Path(__file__).resolve().parent.parent
NAMES = frozenset({"PERSON", "ORG", "GPE"})
SPANS_TARGET, NAMES_TARGET, RELATIONS_TARGET = 0.84, 0.88, 0.60
SPAN_ECE, RELATION_ECE = 0.03, 0.05


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=os.environ.get(VARIABLE))
    parser.add_argument("--models", type=Path, default=TOP / "models")
    parser.add_argument("--sets", default=",".join(TEXTS))
    parser.add_argument("--by-article", action="store_true")
    parser.add_argument("--by-source", action="store_true")
    options = parser.parse_args()
    heading("suggestions on unseen news")
    if options.corpora is None or not options.corpora.is_dir():
        print(f"skipped: no corpora folder; name it with --corpora or {VARIABLE}")
        return 0
    scheme = load_scheme(TOP / "labels.yaml")
    pipeline = SuggestionPipeline(scheme, options.models)
    print(f"models missing: {', '.join(pipeline.missing) or 'none'}")
    for name in options.sets.split(","):
        targets = news_target(name, options.corpora, scheme)
        proposed = pipeline.suggest(document for document, _ in targets)
        examples = [Example(d, found, truth) for (d, truth), found in zip(targets, proposed, strict=True)]
        tell_set(name, examples, scheme, options)
    return 0


def tell_set(name: str, examples: Sequence[Example], scheme: LabelScheme, options: argparse.Namespace) -> None:
    """Print the figures of one set."""
    spans = [span_result(example, example.proposed.spans.values()) for example in examples]
    relations = [relations_of(example, scheme) for example in examples]
    print(f"\n{name}: {len(examples)} articles")
    tell("spans", spans, SPANS_TARGET)
    tell("  " + ", ".join(sorted(NAMES)), [only(r, lambda key: key.label in NAMES) for r in spans], NAMES_TARGET)
    tell("relations", relations, RELATIONS_TARGET)
    for title, results in (("spans", spans), ("relations", relations)):
        labels = sorted({key.label for result in results for key in (*result.suggested, *result.right)})
        print(f"  {title} by label")
        for label in labels:
            tell(f"    {label}", [only(result, lambda key, label=label: key.label == label) for result in results])
    for title, results, goal in (("spans", spans, SPAN_ECE), ("relations", relations, RELATION_ECE)):
        outcomes = list(scores_with_outcome(results))
        print(f"  ECE {title:<12} {expected_error(bins(outcomes)) or 0:.3f}  (goal {goal})")
        taken = [right for score, right in outcomes if score >= scheme.accept_threshold]
        right = sum(len(result.right) for result in results)
        if taken and right:
            print(f"  A takes {len(taken)} {title}: P {sum(taken) / len(taken):.3f}  R {sum(taken) / right:.3f}")
    if options.by_source:
        tell_sources([*spans, *relations])
    for example, result, linked in zip(examples, spans, relations, strict=True) if options.by_article else ():
        tell(f"  {example.document.key}", [result])
        tell(f"  {example.document.key}, relations", [linked])


def relations_of(example: Example, scheme: LabelScheme) -> HeldOutResult:
    """The relations that were suggested, against the true ones."""
    layer = example.proposed
    suggested = {layer.relation_key(r).canonical(scheme.symmetric): r for r in layer.relations.values()}
    scores = {key: relation.score or 0.0 for key, relation in suggested.items()}
    sources = {key: relation.source or "" for key, relation in suggested.items()}
    return HeldOutResult(example.document.key, scores, true_relations(scheme, example.truth), sources)


def only(result: HeldOutResult, passes: Callable[..., bool]) -> HeldOutResult:
    """A result with those items alone that pass."""
    suggested = {key: score for key, score in result.suggested.items() if passes(key)}
    return result._replace(suggested=suggested, right=frozenset(filter(passes, result.right)))


def tell(what: str, results: Sequence[HeldOutResult], goal: float | None = None) -> None:
    """Print precision, recall, F1 and its interval."""
    counts = [Counts(len(r.right & r.suggested.keys()), len(r.suggested), len(r.right)) for r in results]
    total = Counts(*map(sum, zip(*counts, strict=True)))
    ends = interval(counts)
    shown = f"  95 % {ends[0]:.3f}–{ends[1]:.3f}" if ends is not None else ""
    aim = f"  target {goal:.2f}" if goal is not None else ""
    figures = f"P {total.precision or 0:.3f}  R {total.recall or 0:.3f}  F1 {total.f1 or 0:.3f}"
    print(f"  {what:<28}{figures}{shown}  n {total.right}{aim}")


def tell_sources(results: Iterable[HeldOutResult]) -> None:
    """Print, by source, how many suggestions there are, their mean score, and the share that is right."""
    outcomes: dict[str, list[tuple[float, bool]]] = {}
    for result in results:
        for key, score in result.suggested.items():
            outcomes.setdefault(f"{result.sources[key]} {key.label}", []).append((score, key in result.right))
    for source, found in sorted(outcomes.items()):
        mean, right = (sum(column) / len(found) for column in zip(*found, strict=True))
        print(f"    {source:<36}{len(found):>5}  score {mean:.2f}  right {right:.2f}")


if __name__ == "__main__":
    sys.exit(main())
