"""What agreement is to reach, as ``labels.yaml`` says it: a goal for each of some measures."""

from __future__ import annotations

from annotator.labels.nodes import YamlValue
from annotator.wording import did_you_mean

GOAL_MEASURES = (
    *("span_f1", "span_boundary_f1", "span_partial_f1", "span_type_f1", "span_iou_f1"),
    *("label_coverage", "label_observed", "label_kappa", "label_alpha", "label_ac1", "label_ac1_used"),
    *("label_pi", "label_fleiss", "label_s"),
    *("token_observed", "token_kappa", "token_kappa_max", "token_fleiss", "token_alpha", "token_ac1"),
    *("token_ac1_used", "token_s", "token_s_used", "token_pi", "token_marked_kappa", "token_tag_kappa"),
    *("token_jaccard_alpha", "token_masi_alpha", "token_ac2"),
    *("unit_alpha", "unit_border_alpha", "unit_alpha_1995"),
    *("relation_f1", "relation_endpoints_f1", "relation_relaxed_f1", "relation_f1_given_spans"),
    *("relation_label_observed", "relation_label_kappa"),
    *("document_alpha", "document_ac1"),
)
"""The measures that can have a goal: those of all pairs of layers together, with ``_`` for the first ``.`` of a name.

They stand here because reading the label scheme must not cost the time that loading the measures takes.
"""


def read_goals(value: YamlValue) -> dict[str, float]:
    """Read the goals, by the measures' own names (``span.f1``); note what is no measure and what is no goal."""
    goals: dict[str, float] = {}
    for key, inner in value.pairs("a mapping from measure to goal, such as {span_f1: 0.85}"):
        written = str(key.node.value)
        name = written.replace(".", "_")
        if name not in GOAL_MEASURES:
            hint = did_you_mean(name, GOAL_MEASURES) or "; docs/agreement.md lists them"
            key.note_wrong(f"a measure of agreement, such as span_f1 or relation_f1{hint}", repr(written))
            continue
        measure = name.replace("_", ".", 1)
        if measure in goals:
            key.note_wrong("each measure once", f"{measure} again")
        goal = inner.number("a number above 0 and below 1")
        if goal is None:
            continue
        if not 0 < goal < 1:
            inner.note_wrong("a number above 0 and below 1")
        goals[measure] = goal
    return goals
