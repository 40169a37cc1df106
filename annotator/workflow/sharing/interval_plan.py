"""Which documents to have annotated twice, so that agreement is known within an interval that is narrow enough."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from annotator.agreement.counting import compare
from annotator.agreement.estimates import Estimate, EstimateOptions, estimate
from annotator.agreement.measures import BY_LABEL, BY_RELATION, HEADLINE, Measure
from annotator.agreement.planning import Lengths, Needed, Outlook
from annotator.agreement.totals import Features
from annotator.errors import WorkflowError
from annotator.store import Finished, begun_work, read_assignments
from annotator.wording import did_you_mean
from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample
from annotator.workflow.sharing.assignment import known_keys
from annotator.workflow.sharing.assignment_plan import draw
from annotator.workflow.workspace import Workspace

TWICE = 2
_BEGIN = "let two curators finish some first: `annotator assign --curators A,B --overlap 2 DOC…`"


class IntervalPlan(NamedTuple):
    """How many documents a strict F1 takes for a half-width, and which are to come to those compared.

    It is that of all spans, or of a ``label`` of spans or relations. ``under_way`` counts documents that two curators
    have and did not both finish; ``missing`` how many more are needed than there are.  ``curators`` are those who
    finished documents.
    """

    half_width: float
    label: str | None
    measure: Measure
    found: Estimate
    needed: Needed
    under_way: int
    documents: list[str]
    missing: int
    curators: list[str]


def plan_for_interval(
    workspace: Workspace, half_width: float, keys: Sequence[str] = (), *, label: str | None = None, seed: int = 0
) -> IntervalPlan:
    """Plan by the curators' finished work; of the documents (all, without keys) the seed draws those that are to come.

    Raises :class:`WorkflowError` where what is finished does not tell how many it takes, or has no such label.
    """
    wanted = known_keys(workspace.store, keys)
    sample = read_sample(workspace, layers_to_compare(workspace, None))
    if not sample.documents:
        raise WorkflowError("no document was finished by two curators, so nothing tells how many it takes", _BEGIN)
    measure, found = _estimated(Features(compare(sample.documents, sample.layers, sample.vocabulary)), label)
    compared = Lengths.of([len(document.tokens) for document in sample.documents])
    needed = Outlook(found, chance_corrected=False, compared=compared, corpus=Lengths.of(sample.lengths)).until(
        half_width
    )
    if needed.documents is None:
        reason = needed.reason.removeprefix("no interval: ")
        of = "" if label is None else f" for {label}"
        raise WorkflowError(f"how many documents ± {half_width:g}{of} takes cannot be told: {reason}", _BEGIN)
    several = _with_two(workspace) | {document.key for document in sample.documents}
    under_way = len(several) - found.documents
    more = max(0, needed.documents - found.documents - under_way)
    free = sorted((key for key in wanted if key not in several), key=lambda key: (draw(seed, "interval", key), key))
    chosen = sorted(free[:more])
    curators = Finished(workspace.store).curators()
    return IntervalPlan(half_width, label, measure, found, needed, under_way, chosen, more - len(chosen), curators)


def _estimated(features: Features, label: str | None) -> tuple[Measure, Estimate]:
    """Strict F1 of all spans, or of a label of spans or relations."""
    if label is None:
        return HEADLINE, estimate(features, (HEADLINE,), EstimateOptions())[HEADLINE.name][0]
    vocabulary = features.comparisons.vocabulary
    for labels, (measure, *_) in ((vocabulary.labels, BY_LABEL), (vocabulary.relations, BY_RELATION)):
        if label in labels:
            return measure, estimate(features, (measure,), EstimateOptions())[measure.name][labels.index(label)]
    hint = did_you_mean(label, (*vocabulary.labels, *vocabulary.relations)).removeprefix("; ")
    raise WorkflowError(f"no label {label!r} in labels.yaml, nor in finished work", hint)


def _with_two(workspace: Workspace) -> set[str]:
    """The documents that two curators have: assigned to them, or begun by them."""
    has: defaultdict[str, set[str]] = defaultdict(set)
    for one in read_assignments(workspace.store):
        has[one.document].add(one.curator)
    for document, curator, _ in begun_work(workspace.store):
        has[document].add(curator)
    return {document for document, curators in has.items() if len(curators) >= TWICE}
