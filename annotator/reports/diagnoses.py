"""What to do: the diagnoses of a sample, those that explain most differences first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from annotator.agreement.estimates import LEAST_DOCUMENTS
from annotator.agreement.measures import HEADLINE
from annotator.reports.agreement import Agreement, Figure, Slice
from annotator.reports.agreement_goals import exactly
from annotator.reports.agreement_text import number, with_interval
from annotator.reports.diagnosis import Diagnosis
from annotator.reports.diagnosis_words import words_of
from annotator.store import Store
from annotator.tuning import collector_paused
from annotator.wording import plural
from annotator.workflow.comparing.agreement_sample import AgreementSample
from annotator.workflow.comparing.diagnosing import ExplainedFinding, find_causes
from annotator.workflow.comparing.disagreements import DisagreementFilter

WIDEST, WANTED = 0.10, 0.05
"""Half the width of the headline's interval from which documents are too few, and what to aim at instead."""
LOW, HIGH = 0.67, 0.80
"""A κ surely below the one, of labels that surely agree at least so often, is low because one label is so frequent.

.67 is the least that Krippendorff (2004) draws even tentative conclusions from.
"""

SPANS_THAT_DIFFER = DisagreementFilter("spans that differ", relations=False)
RELATIONS_THAT_DIFFER = DisagreementFilter("relations that differ", relations=True)


def diagnosed(
    agreement: Agreement, store: Store, sample: AgreementSample, hidden: frozenset[str] = frozenset()
) -> Agreement:
    """The same figures with their diagnoses; no example is of a ``hidden`` document."""
    with collector_paused():
        causes = [_of_finding(found, len(sample.layers)) for found in find_causes(store, sample, hidden)]
    return replace(agreement, diagnoses=(*causes, *_without_cause(agreement, causes), *_of_figures(agreement)))


def _of_finding(explained: ExplainedFinding, layers: int) -> Diagnosis:
    found = explained.finding
    said = words_of(found, layers)
    return Diagnosis(
        kind=found.kind,
        words=said.words,
        evidence=said.evidence,
        next_step=said.next_step,
        explained=found.explained,
        total=explained.total,
        relations=found.relations,
        which=replace(explained.which, title=said.words),
        document=found.facts.get("document"),
        chance=found.p,
        examples=explained.examples,
    )


def _without_cause(agreement: Agreement, causes: Sequence[Diagnosis]) -> Iterator[Diagnosis]:
    """Yield what there is to say where agreement is surely too low and no cause is found."""
    for name, of, relations in ((HEADLINE.name, "spans", False), ("relation.f1_given_spans", "relations", True)):
        figure = next((one for one in agreement.overall.figures if one.measure.name == name), None)
        if figure is None or figure.estimate.high is None or any(one.relations == relations for one in causes):
            continue
        goal = agreement.goals.get(name)
        if figure.estimate.high < (LOW if goal is None else goal):
            wanted = "" if goal is None else f", the goal is {exactly(goal)}"
            yield Diagnosis(
                "no single cause",
                f"Too few {of} are the same, and no single cause stands out",
                f"{figure.measure.title}: {with_interval(figure.estimate)}{wanted}. What differs is spread over"
                " curators, labels and documents, or too few documents were compared to tell a cause.",
                "Go through some of it together, write down with examples what was decided, and compare new documents.",
                relations=relations,
                which=RELATIONS_THAT_DIFFER if relations else SPANS_THAT_DIFFER,
            )


def _of_figures(agreement: Agreement) -> Iterator[Diagnosis]:
    """Yield what follows from figures alone."""
    for measure, of, relations in (("label", "spans", False), ("relation.label", "relations", True)):
        yield from _prevalence(agreement.overall, f"{measure}{'_' if relations else '.'}", of, relations=relations)
    if agreement.compared:
        yield from _too_few(agreement)


def _prevalence(overall: Slice, prefix: str, of: str, *, relations: bool) -> Iterator[Diagnosis]:
    kappa, observed = overall.get(f"{prefix}kappa"), overall.get(f"{prefix}observed")
    if kappa is None or observed is None or kappa.high is None or observed.low is None:
        return
    if kappa.high < LOW and observed.low >= HIGH:
        yield Diagnosis(
            "prevalence",
            f"κ of labels is low because nearly all {of} have one label, not because curators differ",
            f"They give the same label in {number(observed.value)} of cases"
            f" ({number(observed.low)} to {number(observed.high)}), and κ is {with_interval(kappa)}.",
            "Report observed agreement and AC1 beside κ, or compare documents in which rarer labels occur.",
            relations=relations,
            which=DisagreementFilter("labels that differ", relations=relations, kinds=frozenset({"label"})),
        )


def _too_few(agreement: Agreement) -> Iterator[Diagnosis]:
    found = agreement.headline
    if found is None or found.value is None:
        return
    there = plural(agreement.compared, "document")
    if found.low is None or found.high is None:
        if found.documents < LEAST_DOCUMENTS:
            yield Diagnosis(
                "too few documents",
                "There are too few documents to say anything about others",
                f"{there} can be compared; from fewer than {LEAST_DOCUMENTS} there is no interval.",
                "Let two curators finish some twenty of the same documents (`annotator assign --overlap 2`).",
                which=SPANS_THAT_DIFFER,
            )
        return
    if (found.high - found.low) / 2 > WIDEST:
        wanted = agreement.outlook(Figure(HEADLINE, found)).until(WANTED)
        many = f"About {wanted.documents:,}" if wanted.documents else "More"
        yield Diagnosis(
            "too few documents",
            "There are too few documents to know the figure well",
            f"From {there}, strict span F1 is between {number(found.low)} and {number(found.high)}.",
            f"{many} documents finished by two curators would tell it to ± {number(WANTED)}, if they are like these"
            " (`annotator assign --overlap 2`).",
            which=SPANS_THAT_DIFFER,
        )
