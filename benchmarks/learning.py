"""What learning adds on news that nobody tuned to, document left out by document, and what it costs.

    python -m benchmarks.learning [--news FOLDER] [--parts stages,curve,relations,cost] [--models DIR]
    python -m benchmarks.learning --by-hand [--news FOLDER]

FOLDER is ``text/es-news`` of a corpora folder, by default that of ``ANNOTATOR_CORPORA``; without one there is nothing
to measure on, and it says so.  The target, offsets only, is ``benchmarks/targets/es-news.jsonl``.  Every figure of a
document comes from what was learned from others.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from annotator.annotation import Annotations, RelationKey, Span, SpanKey
from annotator.labels import LabelScheme, load_scheme
from annotator.suggest.learned.cross_validation import TAGGERS, HeldOutResult, cross_validate, relation_result
from annotator.suggest.learned.learning import learn
from annotator.suggest.learned.training import Example, TrainingSet, true_relations
from annotator.suggest.pipeline import SuggestionPipeline
from annotator.suggest.relations.candidates import RelationSuggester
from annotator.suggest.relations.likely_ends import LikelyEnds
from annotator.suggest.rules.document_reader import DocumentReader
from annotator.suggest.rules.stages import STAGE_NAMES, EntityRules
from annotator.text import Document
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.learning.evaluation import Counts, interval
from annotator.workflow.workspace import Workspace
from benchmarks.by_hand import tell_by_hand
from benchmarks.keys import SIZES, article, workspace_with
from benchmarks.report import heading, line
from benchmarks.targets_reader import Target, news, news_folder, news_target, other_news

TOP = Path(__file__).resolve().parent.parent
SIZES_LEARNED = (2, 4, 9, 18)
UNSEEN = ("es-news-2", "en-news")
"""The sets whose articles are worked through one after the other."""
RETRAINED = 200
RETRAINING_BUDGET = 60.0
DECISION_BUDGET_MS = 200.0


def main() -> int:
    """Measure and print; 1 when over a budget."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--news", type=Path, help="folder of the Spanish news")
    parser.add_argument("--models", type=Path, default=TOP / "models")
    parser.add_argument("--parts", default="stages,curve,relations,cost")
    parser.add_argument("--by-hand", action="store_true", help="what a curator has to add by hand, article by article")
    options = parser.parse_args()
    heading("learning")
    folder = news_folder(options.news)
    if folder is None:
        print("skipped: no news here; name the folder with --news, or the corpora folder in ANNOTATOR_CORPORA")
        return 0
    scheme = load_scheme(TOP / "labels.yaml")
    if options.by_hand:
        unseen = [article for name in UNSEEN for article in news_target(name, folder.parents[1], scheme)]
        random.Random(0).shuffle(unseen)
        return 0 if tell_by_hand(unseen) else 1
    targets = news(folder, scheme)
    pipeline = SuggestionPipeline(scheme, options.models)
    print(f"{len(targets)} documents; models missing: {', '.join(pipeline.missing) or 'none'}\n")
    others = other_news(folder, scheme, {document.key for document, _ in targets})
    training_set = gathered(scheme, pipeline, targets)
    parts = options.parts.split(",")
    if "stages" in parts or "curve" in parts:
        tell_stages(scheme, options.models, targets, training_set, curve="curve" in parts)
    if "relations" in parts:
        tell_relations(training_set)
    return 0 if "cost" not in parts or tell_cost(scheme, pipeline, targets, others) else 1


def gathered(scheme: LabelScheme, pipeline: SuggestionPipeline, targets: Sequence[Target]) -> TrainingSet:
    """Return the target as examples, with what rules suggest."""
    proposed = pipeline.suggest(document for document, _ in targets)
    examples = [Example(document, found, truth) for (document, truth), found in zip(targets, proposed, strict=True)]
    return TrainingSet(scheme, examples)


def left_out(training_set: TrainingSet, learned_from: int) -> Mapping[str, Mapping[str, list[HeldOutResult]]]:
    """Return the outcomes of leaving each document out and learning from some of the others."""
    parts = [[i] for i in range(len(training_set.examples))]
    with tempfile.TemporaryDirectory() as name:
        measured = cross_validate(training_set, Path(name), parts, learned_from / (len(parts) - 1))
    return {"spans": measured.spans, "relations": measured.relations, "whole": measured.whole}


def tell_stages(
    scheme: LabelScheme, models: Path, targets: Sequence[Target], training_set: TrainingSet, *, curve: bool
) -> None:
    """Print F1 of every stage, and of what is learned by the number of documents learned from."""
    print(
        "stage by stage, on all documents (memory and learned: from the other eighteen); relations between those spans"
    )
    all_but = frozenset(STAGE_NAMES) - {"scheme"}
    for name, stages in (("raw model", {"model"}), ("+ repair and rules", all_but), ("+ patterns", STAGE_NAMES)):
        spans = [spans_of(scheme, models, target, frozenset(stages)) for target in targets]
        found = [
            (outcome_of(e, s), relation_result(training_set, e, s))
            for e, s in zip(training_set.examples, spans, strict=True)
        ]
        tell_stage(name, *zip(*found, strict=True))
    learned = {n: left_out(training_set, n) for n in (SIZES_LEARNED if curve else SIZES_LEARNED[-1:])}
    full = learned[SIZES_LEARNED[-1]]
    tell_stage("+ memory", full["spans"]["memory"], full["whole"]["memory+rules"])
    tell_stage("+ learned", full["spans"]["tagger"], full["whole"]["tagger+linker"])
    print(
        "\nlearned from     spans: rules  memory  tagger   rich    relations, whole: rules  linker"
        "    true ends: rules  linker"
    )
    for n, ways in learned.items() if curve else ():
        cells = [
            [f1_of(ways["spans"][way]) for way in ("rules", "memory", *TAGGERS)],
            [f1_of(ways["whole"][way]) for way in ("rules+rules", "tagger+linker")],
            [f1_of(ways["relations"][way]) for way in ("rules", "linker")],
        ]
        print(f"{n:>3} documents            {'     '.join('  '.join(f'{v:.3f}' for v in row) for row in cells)}")
    print()


def tell_stage(name: str, spans: Iterable[HeldOutResult], relations: Iterable[HeldOutResult]) -> None:
    """Print how well a stage does on spans, and on relations between the spans that it suggests."""
    tell(f"{name}, spans", spans)
    tell(f"{' ' * len(name)}  relations", relations)


def spans_of(scheme: LabelScheme, models: Path, target: Target, stages: frozenset[str]) -> list[Span]:
    """Return the spans that some stages of the rules suggest in a document."""
    document, _ = target
    (doc,) = DocumentReader(scheme, document.lang, models).read([document])
    spans = EntityRules(scheme, document.lang, stages).spans(doc)
    return LikelyEnds(scheme, document.lang).added(document, spans) if stages == frozenset(STAGE_NAMES) else spans


def outcome_of(example: Example, spans: Iterable[Span]) -> HeldOutResult:
    """Return suggested spans against the true ones."""
    right = frozenset(span.key for span in example.truth.spans.values())
    return HeldOutResult(example.document.key, {span.key: span.score or 0.0 for span in spans}, right, {})


def tell_relations(training_set: TrainingSet) -> None:
    """Print how relations are found between true and suggested spans, after four documents."""
    ways = left_out(training_set, 4)
    print("relations after four documents, between true spans and between the rules' spans")
    for name, true, whole in (
        ("nearest pair", [nearest(training_set, e, e.truth) for e in training_set.examples],
         [nearest(training_set, e, e.proposed) for e in training_set.examples]),
        ("rules", ways["relations"]["rules"], ways["whole"]["rules+rules"]),
        ("linker", ways["relations"]["linker"], ways["whole"]["rules+linker"]),
    ):  # fmt: skip
        tell(f"{name}, true spans", true)
        tell(f"{name}, suggested spans", whole)
    print()


def nearest(training_set: TrainingSet, example: Example, content: Annotations) -> HeldOutResult:
    """Link what the scheme allows and is mutually nearest in its sentence: what any cleverness is held against."""
    scheme, document = training_set.scheme, example.document
    spans = sorted(content.spans.values(), key=lambda s: (s.start, -s.end))
    by_type: dict[str, list[tuple[int, Span, Span]]] = {}
    for relation, head, child, _ in RelationSuggester(scheme, document.lang).candidates(document, spans):
        apart = max(head.start - child.end, child.start - head.end)
        by_type.setdefault(relation.name, []).append((apart, head, child))
    found: dict[RelationKey, float] = {}
    for name, pairs in by_type.items():
        closest: dict[tuple[str, SpanKey], tuple[int, SpanKey]] = {}
        for apart, head, child in pairs:
            for side, one, other in (("head", head, child), ("child", child, head)):
                best = closest.get((side, one.key))
                closest[side, one.key] = min(best or (apart, other.key), (apart, other.key))
        for _, head, child in pairs:
            if closest["head", head.key][1] == child.key and closest["child", child.key][1] == head.key:
                found[RelationKey(head.key, child.key, name).canonical(scheme.symmetric)] = 1.0
    return HeldOutResult(document.key, dict(found), true_relations(scheme, example.truth), {})


def tell(name: str, outcomes: Iterable[HeldOutResult]) -> None:
    """Print precision, recall, F1 and its interval over documents."""
    counts = [counts_of(outcome) for outcome in outcomes]
    total = Counts(*map(sum, zip(*counts, strict=True)))
    ends = interval(counts)
    shown = f"  95 % {ends[0]:.3f}–{ends[1]:.3f}" if ends is not None else ""
    print(f"  {name:<34}P {total.precision or 0:.3f}  R {total.recall or 0:.3f}  F1 {total.f1 or 0:.3f}{shown}")


def counts_of(outcome: HeldOutResult) -> Counts:
    """Return an outcome's counts."""
    return Counts(len(outcome.right & outcome.suggested.keys()), len(outcome.suggested), len(outcome.right))


def f1_of(outcomes: Iterable[HeldOutResult]) -> float:
    """Return the pooled F1."""
    return Counts(*map(sum, zip(*map(counts_of, outcomes), strict=True))).f1 or 0.0


def tell_cost(
    scheme: LabelScheme, pipeline: SuggestionPipeline, targets: Sequence[Target], others: Sequence[Document]
) -> bool:
    """Print what training on 200 documents takes, and what a decision takes to show its effect."""
    documents = [*(document for document, _ in targets), *(d for d in others if len(d.text) < 20_000)]
    many = [replace(documents[i % len(documents)], key=f"d{i}") for i in range(RETRAINED)]
    wall, cpu = time.perf_counter(), time.process_time()
    examples = [Example(d, found, found) for d, found in zip(many, pipeline.suggest(many), strict=True)]
    with tempfile.TemporaryDirectory() as name:
        learn(TrainingSet(scheme, examples), Path(name))
    used = time.process_time() - cpu
    note = f"{time.perf_counter() - wall:.0f} s by the clock"
    within = line(f"training on {RETRAINED} documents, CPU", used, RETRAINING_BUDGET, "s", note)
    return tell_decisions() and within


def tell_decisions() -> bool:
    """Print the CPU time of decisions, their effect on all other suggestions included, in the largest document."""
    with tempfile.TemporaryDirectory() as name:
        root = workspace_with(Path(name), article(max(SIZES.values())))
        workspace = Workspace(root)
        document = workspace.store.document("text")
        assert document is not None
        session = AnnotationSession(workspace.store, workspace.scheme, "bench", document)
        times = []
        for number in range(300):
            identity = session.layer.order.pending_spans[number].id
            start = time.process_time()
            (session.accept if number % 3 else session.reject)(identity)
            times.append(1000 * (time.process_time() - start))
        workspace.close()
    p95 = sorted(times)[int(0.95 * len(times))]
    line("a decision and its effect, 1.8 MB, median", statistics.median(times), None, "ms")
    return line("a decision and its effect, 1.8 MB, p95", p95, DECISION_BUDGET_MS, "ms")


if __name__ == "__main__":
    sys.exit(main())
