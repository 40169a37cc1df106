"""Evaluating suggestions by cross-validation on finished documents: by way to suggest, label and source."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from annotator.annotation import RelationKey, SpanKey
from annotator.errors import WorkflowError
from annotator.labels.retired import RetiredCounts
from annotator.suggest.learned.calibration import Calibration, ScoreBin, bins, expected_error
from annotator.wording import plural
from annotator.workflow.comparing.verdicts import VerdictSummary, summarize_verdicts
from annotator.workflow.learned_folder import learned_folder
from annotator.workflow.learning.attribute_evaluation import GroupScores, attribute_scores, group_scores
from annotator.workflow.learning.suggesting import Progress
from annotator.workflow.learning.training import LEAST, finished_layers, gather
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from annotator.suggest.learned.cross_validation import CrossValidation, HeldOutResult
    from annotator.suggest.learned.training import TrainingSet

FOLDS = 5
"""Parts of the documents that are left out in turn, unless told otherwise."""
SHARES = (0.25, 0.5, 0.75, 1.0)
"""Shares of the other documents that are learned from for the learning curve."""
LEAST_FOR_INTERVAL = 5
"""Documents below which an interval would say nothing about others."""
RESAMPLES = 2000
SEED = 0


class Counts(NamedTuple):
    """Shared, suggested and right items of some documents."""

    shared: int
    suggested: int
    right: int

    @property
    def precision(self) -> float | None:
        """The share of suggestions that are right."""
        return self.shared / self.suggested if self.suggested else None

    @property
    def recall(self) -> float | None:
        """The share of what is right that was suggested."""
        return self.shared / self.right if self.right else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        total = self.suggested + self.right
        return 2 * self.shared / total if total else None


@dataclass(frozen=True, slots=True)
class Score:
    """Exact and overlapping matches, and the 95 % interval of exact F1 over documents (``None`` below five)."""

    exact: Counts
    overlap: Counts
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was full.

    ``spans``, ``relations`` (between true spans) and ``whole`` (relations between suggested spans) hold a score by way,
    ``used`` the way that training would choose; ``labels`` and ``sources`` are about that way, each source against all
    that is right, as if it were the only one.  ``curve`` holds for each share of the documents their mean number and
    F1 by kind; ``calibration`` bins and expected error by kind;
    ``retired`` counts what was left out of the finished documents, because the label scheme no longer allows it.
    ``attributes`` holds F1 by attribute, ``groups`` scores by equivalence, both on true spans.
    """

    documents: int
    folds: int
    spans: Mapping[str, Score]
    relations: Mapping[str, Score]
    whole: Mapping[str, Score]
    used: Mapping[str, str]
    labels: Mapping[str, Mapping[str, Score]]
    sources: Mapping[str, Mapping[str, Score]]
    curve: Sequence[tuple[float, float, Mapping[str, float | None]]]
    calibration: Mapping[str, tuple[Sequence[ScoreBin], float | None]]
    verdicts: VerdictSummary
    retired: RetiredCounts = field(default_factory=Counter)
    attributes: Mapping[str, float | None] = field(default_factory=dict)
    groups: Mapping[str, GroupScores] = field(default_factory=dict)


def evaluate(
    workspace: Workspace,
    *,
    layer: str | None = None,
    folds: int | None = FOLDS,
    neural: bool = False,
    progress: Progress | None = None,
) -> Evaluation:
    """Leave documents out in turn and suggest for them; ``folds`` ``None`` leaves each out by itself.

    With ``neural`` the neural tagger is measured too.  ``layer`` names the layer that is the truth; by default it is
    gold, else finished work.  Raises :class:`WorkflowError` when fewer than two documents are finished in it, or all
    are near-duplicates.
    """
    from annotator.files.scratch import scratch
    from annotator.suggest.learned.cross_validation import choose, cross_validate
    from annotator.suggest.pipeline import SuggestionPipeline

    layers = finished_layers(workspace.store, layer)
    if len(layers) < LEAST:
        finished = plural(len(layers), "document is", "documents are")
        raise WorkflowError(
            f"{finished} finished{f' in {layer}' if layer else ''}, evaluating takes {LEAST} or more",
            "finish some in the workbench (space), or name another layer with --layer",
        )
    pipeline = SuggestionPipeline(workspace.scheme, workspace.models)
    training_set, retired = gather(workspace, pipeline, layers, progress)
    parts = training_set.folds(folds or len(training_set.examples))
    if len(parts) < LEAST:
        raise WorkflowError("all finished documents are near-duplicates of one another", "finish one that is not")
    with scratch(learned_folder(workspace)) as temporary:
        runs = {
            share: cross_validate(training_set, temporary, parts, share, progress, neural=neural) for share in SHARES
        }
    full = runs[1.0]
    used = choose(full)
    kinds = {"spans": full.spans, "relations": full.relations, "whole": full.whole}
    chosen = {kind: ways[used[kind]] for kind, ways in kinds.items()}
    return Evaluation(
        documents=len(training_set.examples),
        folds=len(parts),
        spans={way: _score(results) for way, results in full.spans.items()},
        relations={way: _score(results) for way, results in full.relations.items()},
        whole={way: _score(results) for way, results in full.whole.items()},
        used=used,
        labels={kind: _by_label(chosen[kind]) for kind in ("spans", "relations")},
        sources={kind: _by_source(chosen[kind]) for kind in ("spans", "relations")},
        curve=[_point(share, training_set, parts, run, used) for share, run in runs.items()],
        calibration={kind: _calibration(chosen[kind], parts, training_set) for kind in ("spans", "relations")},
        verdicts=summarize_verdicts(workspace.store),
        retired=retired,
        attributes=attribute_scores(training_set),
        groups=group_scores(training_set),
    )


def _score(results: Sequence[HeldOutResult]) -> Score:
    counts = [_exact(result) for result in results]
    return Score(_total(counts), _total(map(_overlapping, results)), interval(counts))


def _total(counts: Iterable[Counts]) -> Counts:
    return Counts(*map(sum, zip(*counts, strict=True)))


def _exact(result: HeldOutResult) -> Counts:
    return Counts(len(result.right & result.suggested.keys()), len(result.suggested), len(result.right))


def _overlapping(result: HeldOutResult) -> Counts:
    """Count suggestions as shared that have a true item's label and any of its text; each true item once.

    They are matched so that as many as possible are.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    edges = list(_touching(sorted(result.suggested), sorted(result.right)))
    shared = 0
    if edges:
        table = csr_array(
            ([1] * len(edges), tuple(zip(*edges, strict=True))), shape=(len(result.suggested), len(result.right))
        )
        shared = int((maximum_bipartite_matching(table) >= 0).sum())
    return Counts(shared, len(result.suggested), len(result.right))


def _touching(
    suggested: Sequence[SpanKey | RelationKey], right: Sequence[SpanKey | RelationKey]
) -> Iterator[tuple[int, int]]:
    """Yield the numbers of suggestions and true items that touch; both are in order of the text."""
    places = [_place(item) for item in right]
    starts = [place.start for place in places]
    longest = max((place.end - place.start for place in places), default=0)
    for i, key in enumerate(suggested):
        place = _place(key)
        near = range(bisect_left(starts, place.start - longest), bisect_left(starts, place.end))
        yield from ((i, j) for j in near if _touch(key, right[j]))


def _place(item: SpanKey | RelationKey) -> SpanKey:
    return item.head if isinstance(item, RelationKey) else item


def _touch(one: SpanKey | RelationKey, other: SpanKey | RelationKey) -> bool:
    """Tell whether two items have the same label and overlap, relations at both ends."""
    if one.label != other.label:
        return False
    if isinstance(one, RelationKey) and isinstance(other, RelationKey):
        return _touch(one.head, other.head) and _touch(one.child, other.child)
    return isinstance(one, SpanKey) and isinstance(other, SpanKey) and one.start < other.end and other.start < one.end


def interval(counts: Sequence[Counts]) -> tuple[float, float] | None:
    """The 95 % percentile interval of F1 under resampling of documents, with a fixed seed.

    Where F1 is the same whichever documents are drawn, that of a share among so many trials (Clopper & Pearson 1934).
    """
    import numpy as np

    from annotator.agreement.jackknife import SAME, clopper_pearson

    informative = [c for c in counts if c.suggested + c.right]
    if len(informative) < LEAST_FOR_INTERVAL:
        return None
    table = np.array(informative, dtype=np.float64)
    weights = np.random.default_rng(SEED).multinomial(len(table), [1 / len(table)] * len(table), RESAMPLES)
    shared, suggested, right = (weights @ table).T
    values = 2 * shared / np.maximum(suggested + right, 1)
    if np.ptp(values) <= SAME:
        low, high = clopper_pearson(values[0], np.array(float(len(table))))
    else:
        low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)


def _by_label(results: Sequence[HeldOutResult]) -> dict[str, Score]:
    """Score the items of each label."""
    labels = {key.label for result in results for key in (*result.suggested, *result.right)}
    return {label: _score([_labelled(result, label) for result in results]) for label in sorted(labels)}


def _labelled(result: HeldOutResult, label: str) -> HeldOutResult:
    suggested = {key: score for key, score in result.suggested.items() if key.label == label}
    return result._replace(suggested=suggested, right=frozenset(key for key in result.right if key.label == label))


def _by_source(results: Sequence[HeldOutResult]) -> dict[str, Score]:
    """Score the suggestions of each source, against all that is right."""
    sources = {_source(result, key) for result in results for key in result.suggested}
    return {source: _score([_from(result, source) for result in results]) for source in sorted(sources)}


def _from(result: HeldOutResult, source: str) -> HeldOutResult:
    suggested = {key: score for key, score in result.suggested.items() if _source(result, key) == source}
    return result._replace(suggested=suggested)


def _source(result: HeldOutResult, key: Hashable) -> str:
    return result.sources.get(key, "").partition("@")[0]


def _point(
    share: float,
    training_set: TrainingSet,
    parts: Sequence[Sequence[int]],
    run: CrossValidation,
    used: Mapping[str, str],
) -> tuple[float, float, dict[str, float | None]]:
    """A point of the learning curve: for the ways used, or those that learn where the rules are used."""
    from annotator.suggest.learned.cross_validation import f1

    learned = {"spans": "tagger", "relations": "linker", "whole": "tagger+linker"}
    ways = {kind: learned[kind] if used[kind].startswith("rules") else used[kind] for kind in learned}
    sizes = [max(1, round(share * (len(training_set.examples) - len(part)))) for part in parts]
    scores = {kind: f1(getattr(run, kind)[way]) for kind, way in ways.items()}
    return share, sum(sizes) / len(sizes), scores


def _calibration(
    results: Sequence[HeldOutResult], parts: Sequence[Sequence[int]], training_set: TrainingSet
) -> tuple[list[ScoreBin], float | None]:
    """Bin suggestions by score, the scores of each part being calibrated on the other parts."""
    from annotator.suggest.learned.cross_validation import scores_with_outcome

    by_document = {result.document: result for result in results}
    calibrated: list[tuple[float, bool]] = []
    groups = [[by_document[training_set.examples[i].document.key] for i in part] for part in parts]
    for number, group in enumerate(groups):
        others = [o for i, other in enumerate(groups) if i != number for o in other]
        calibrate = Calibration.fit(scores_with_outcome(others))
        calibrated += [(calibrate(score), right) for score, right in scores_with_outcome(group)]
    binned = bins(calibrated, most=10)
    return binned, expected_error(binned)
