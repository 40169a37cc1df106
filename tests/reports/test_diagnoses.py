"""What to do, where it follows from figures alone, and as the command prints it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from annotator.agreement.diagnoses.aligned import Finding
from annotator.reports.agreement import Agreement, measure
from annotator.reports.agreement_html import as_html
from annotator.reports.agreement_tables import sections, what_to_do
from annotator.reports.diagnoses import diagnosed
from annotator.reports.diagnosis import NOTHING
from annotator.reports.diagnosis_words import words_of
from annotator.reports.work_summary import summarize_work
from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample
from tests.agreement.working_curators import ANA, CRUZ, mark
from tests.reports.test_agreement_reports import OPTIONS
from tests.workspaces import Bench

NAMES = ("Ana Ruiz", "Luis Paz", "Eva Sol", "Juan Mar")


def looked_into(bench: Bench, goals: Mapping[str, float] | None = None) -> Agreement:
    sample = read_sample(bench.workspace, layers_to_compare(bench.workspace, None))
    sample = replace(sample, goals=goals or {})
    return diagnosed(measure(sample, OPTIONS), bench.store, sample)


def people(bench: Bench, documents: int) -> None:
    """Let ana and bo mark four people in each of so many documents; bo takes one in every third for a body."""
    for number in range(documents):
        key = f"n{number:02}"
        bench.add(key, ", ".join(NAMES) + " hablaron.\n")
        for curator in ("ana", "bo"):
            wrong = NAMES[number % 4] if curator == "bo" and number % 3 == 0 else None
            mark(bench, curator, [(name, "ORG" if name == wrong else "PERSON") for name in NAMES], key=key)


def kinds(agreement: Agreement) -> list[str]:
    return [one.kind for one in agreement.diagnoses or ()]


def test_three_documents_are_too_few(bench: Bench) -> None:
    people(bench, 3)
    found = looked_into(bench)
    assert kinds(found) == ["too few documents"]
    [told] = what_to_do(found).paragraphs[:1]
    assert told == "1. There are too few documents to say anything about others"


def test_a_wide_interval_says_how_many_documents_would_do(bench: Bench) -> None:
    mark(bench, "ana", [ANA, CRUZ])
    mark(bench, "bo", [ANA])
    people(bench, 6)
    found = looked_into(bench)
    assert kinds(found) == ["too few documents"]
    assert found.diagnoses is not None
    assert "documents finished by two curators would tell it to ± .05" in found.diagnoses[0].next_step


def test_a_low_kappa_of_one_label_is_explained(bench: Bench) -> None:
    people(bench, 24)
    found = looked_into(bench)
    assert found.overall.get("label.kappa") is not None
    assert "prevalence" in kinds(found)
    [told] = [one for one in found.diagnoses or () if one.kind == "prevalence"]
    assert told.which is not None
    assert told.which.kinds == frozenset({"label"})


def test_where_nothing_stands_out_that_is_said(bench: Bench) -> None:
    for number in range(60):
        bench.add(f"n{number:02}", "Luis Paz fue a Lima con Eva Sol.\n")
        for curator in ("ana", "bo"):
            mark(bench, curator, [("Luis Paz", "PERSON"), ("Eva Sol", "PERSON"), ("Lima", "GPE")], key=f"n{number:02}")
    found = looked_into(bench)
    assert found.diagnoses == ()
    assert what_to_do(found).paragraphs == ("Nothing differs.",)
    bench.add("n60", "Luis Paz fue a Lima con Eva Sol.\n")
    mark(bench, "ana", [("Luis Paz", "PERSON"), ("Lima", "GPE")], key="n60")
    mark(bench, "bo", [("Luis Paz", "PERSON")], key="n60")
    found = looked_into(bench)
    assert what_to_do(found).paragraphs == (NOTHING,)
    assert NOTHING in as_html(found, summarize_work([], []))


def test_low_agreement_without_a_cause_is_not_passed_over(bench: Bench) -> None:
    chance = random.Random(1)
    for number in range(40):
        key = f"n{number:02}"
        bench.add(key, ", ".join(NAMES) + " hablaron.\n")
        for curator in ("ana", "bo"):
            mark(bench, curator, [(name, "PERSON") for name in NAMES if chance.random() < 0.5], key=key)
    found = looked_into(bench)
    assert kinds(found) == ["no single cause"]
    told = what_to_do(found).paragraphs
    assert NOTHING not in told
    assert told[0] == "1. Too few spans are the same, and no single cause stands out"
    assert found.headline is not None
    assert found.headline.high is not None
    assert found.headline.high < 0.67
    assert kinds(looked_into(bench, {"span.f1": found.headline.high - 0.01})) == []
    [low] = looked_into(bench, {"span.f1": 0.855}).diagnoses or ()
    assert "the goal is .855." in low.evidence


def test_nothing_is_said_where_nobody_looked(bench: Bench) -> None:
    people(bench, 3)
    agreement = replace(looked_into(bench), diagnoses=None)
    assert "What to do" not in [section.title for section in sections(agreement, summarize_work([], []))]


def test_a_document_that_is_gone_costs_its_words_alone(bench: Bench) -> None:
    people(bench, 3)
    sample = read_sample(bench.workspace, layers_to_compare(bench.workspace, None))
    agreement = measure(sample, OPTIONS)
    gone = replace(sample, documents=tuple(replace(d, key=f"{d.key}-gone") for d in sample.documents))
    gone = replace(gone, finished_at={d.key: "" for d in gone.documents})
    assert kinds(diagnosed(agreement, bench.store, gone)) == ["too few documents"]


def test_what_is_said_of_suggestions_and_gold_is_not_said_of_people() -> None:
    facts = {"of": 40, "times": 35, "labels": [("PERSON", 20)]}
    finding = Finding("marks less", False, np.ones(35, bool), 0.001, {**facts, "who": "suggestions"})
    told = words_of(finding, 2)
    assert told.words == "suggestions mark fewer spans than the other"
    assert told.evidence.startswith("suggestions alone have 5, ")
    assert "with suggestions" not in told.next_step
    assert "`annotator train`" in told.next_step
    gold = words_of(replace(finding, facts={**facts, "who": "gold"}), 2)
    assert "`annotator adjudicate`" in gold.next_step
    assert "with ana:" in words_of(replace(finding, facts={**facts, "who": "curator:ana"}), 2).next_step
