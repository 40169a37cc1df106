"""Goals for agreement in labels.yaml: read, checked, and kept by whatever rewrites the file."""

from __future__ import annotations

import pytest

from annotator.agreement.measures import OVERALL
from annotator.errors import SchemeError
from annotator.labels.edit import edit_labels
from annotator.labels.goals import GOAL_MEASURES
from annotator.labels.load import read_scheme_text
from annotator.scheme_changes import LabelChange

LABELS = """\
languages: [en]
agreement: {goals}
entities:
  PERSON: {{key: 1}}
  ORG: {{key: 2}}
"""


def goals(written: str) -> dict[str, float]:
    return dict(read_scheme_text(LABELS.format(goals=written)).goals)


def test_every_measure_of_all_pairs_can_have_a_goal() -> None:
    assert [m.name.replace(".", "_", 1) for m in OVERALL] == list(GOAL_MEASURES), "annotator/labels/goals.py lists them"


def test_goals_go_by_the_names_of_the_measures() -> None:
    assert goals("{span_f1: 0.85, relation.f1: .7, token_kappa_max: 0.9}") == {
        "span.f1": 0.85,
        "relation.f1": 0.7,
        "token.kappa_max": 0.9,
    }
    assert goals("\n  relation_f1_given_spans: 0.5") == {"relation.f1_given_spans": 0.5}
    assert goals("{}") == {}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0.85", "agreement: found the number 0.85, expected a mapping from measure to goal"),
        ("", "agreement: found nothing, expected a mapping from measure to goal"),
        ("{span_f1: 85}", "agreement.span_f1: found the number 85, expected a number above 0 and below 1"),
        ("{span_f1: 1}", "agreement.span_f1: found the number 1, expected a number above 0 and below 1"),
        ("{span_f1: .nan}", "agreement.span_f1: found the number .nan, expected a number above 0 and below 1"),
        ("{span_f1: high}", "agreement.span_f1: found 'high', expected a number above 0 and below 1"),
        ("{span_f1: [0.8]}", "agreement.span_f1: found a list, expected a number above 0 and below 1"),
        ("{span_f2: 0.8}", "found 'span_f2', expected a measure of agreement, such as span_f1"),
        ("{spans: 0.8}", "found 'spans', expected a measure of agreement, such as span_f1"),
        ("{span_f1: 0.8, span.f1: 0.9}", "found span.f1 again, expected each measure once"),
    ],
)
def test_what_is_no_goal_is_refused_with_its_line(written: str, expected: str) -> None:
    with pytest.raises(SchemeError) as caught:
        goals(written)
    assert str(caught.value).startswith("labels.yaml:2: ")
    assert expected in str(caught.value)
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize("where", ["before", "behind"])
def test_goals_stay_when_labels_are_changed(where: str) -> None:
    section = "agreement:  # what we aim at\n  span_f1: 0.85   # of all\n"
    rest = "entities:\n  PERSON: {key: 1}\n  ORG: {key: 2}\n"
    text = "languages: [en]\n" + (section + rest if where == "before" else rest + section)
    for change in (
        LabelChange("rename", "entity", ("ORG",), ("BODY",)),
        LabelChange("merge", "entity", ("ORG", "PERSON"), ("PERSON",)),
        LabelChange("split", "entity", ("ORG",), ("FIRM", "AGENCY")),
        LabelChange("drop", "entity", ("ORG",), ()),
    ):
        changed = edit_labels(text, change)
        assert section in changed
        assert read_scheme_text(changed).goals == {"span.f1": 0.85}
