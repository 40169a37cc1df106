"""The agreement of layers as the JSON object that the command line prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotator.agreement.estimates import EstimateOptions
from annotator.api.arguments import AGREEMENT_SEEDS, GAMMA_SECONDS, RESAMPLES, in_range
from annotator.errors import WorkflowError
from annotator.reports.agreement import measure
from annotator.reports.agreement_records import as_json
from annotator.reports.diagnoses import diagnosed
from annotator.reports.work_summary import summarize_work
from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample, verdict_counts, work_times
from annotator.workflow.workspace import Workspace


def agreement_report(
    workspace: Workspace, layers: Sequence[str] | None, lang: str | None, resamples: int, seed: int, gamma: float | None
) -> dict[str, Any]:
    """Measure how far layers agree, by default those of all curators who finished documents."""
    in_range("resamples", resamples, *RESAMPLES)
    in_range("seed", seed, *AGREEMENT_SEEDS)
    if gamma is not None:
        in_range("gamma", gamma, *GAMMA_SECONDS, float)
    if layers is not None and not layers:
        raise WorkflowError("layers: found none", "name two or more, or leave them out for all who finished documents")
    sample = read_sample(
        workspace, layers_to_compare(workspace, None if layers is None else ",".join(layers)), lang=lang
    )
    found = measure(sample, EstimateOptions(resamples, seed), gamma_seconds=gamma)
    work = summarize_work(verdict_counts(workspace, lang), work_times(workspace, lang))
    return as_json(diagnosed(found, workspace.store, sample), work)
