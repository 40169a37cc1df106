"""What the report says of differences: in words, in the table, in JSON, CSV and HTML."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from annotator.agreement.differences import Contrast, Difference
from annotator.agreement.estimates import EstimateOptions
from annotator.reports.agreement import Agreement, measure
from annotator.reports.agreement_differences import clear_section, is_clear, probability, section, sentence, signed
from annotator.reports.agreement_html import as_html
from annotator.reports.agreement_records import as_csv, as_json
from annotator.reports.agreement_tables import sections
from annotator.reports.work_summary import summarize_work
from annotator.tui.layout.agreement_pages import pages
from annotator.tui.layout.difference_lines import difference_lines
from annotator.workflow.comparing.agreement_sample import AgreementSample, layers_to_compare, read_sample
from tests.agreement.working_curators import mark
from tests.workspaces import Bench

NO_WORK = summarize_work([], [])
DOCUMENTS = 10


@pytest.fixture
def sample(bench: Bench) -> AgreementSample:
    """ana and bo say the same in ten documents in two languages; carla calls places ORG in all but one."""
    for number in range(DOCUMENTS):
        key = f"n{number}"
        bench.add(key, "Luis Paz fue a Lima.\n")
        for curator in ("ana", "bo", "carla"):
            place = "ORG" if curator == "carla" and number else "GPE"
            mark(bench, curator, [("Luis Paz", "PERSON"), ("Lima", place)], key=key)
    read = read_sample(bench.workspace, layers_to_compare(bench.workspace, None))
    languages = {key: ("es" if number % 2 else "en") for number, key in enumerate(read.facts)}
    return replace(read, facts={key: facts._replace(lang=languages[key]) for key, facts in read.facts.items()})


@pytest.fixture
def found(sample: AgreementSample) -> Agreement:
    return measure(sample, EstimateOptions())


def test_pairs_curators_and_languages_are_compared(found: Agreement) -> None:
    spans = {
        (one.contrast.family, one.contrast.left, one.contrast.right): one
        for one in found.differences
        if one.measure == "span.f1"
    }
    assert set(spans) == {
        ("pair", "ana · bo", "ana · carla"),
        ("pair", "ana · bo", "bo · carla"),
        ("pair", "ana · carla", "bo · carla"),
        ("curator", "ana", "the others"),
        ("curator", "bo", "the others"),
        ("curator", "carla", "the others"),
        ("language", "en", "es"),
    }
    pair = spans["pair", "ana · bo", "ana · carla"]
    assert pair.difference == pytest.approx(1 - 11 / 20)
    assert pair.p == pytest.approx(4 / 2**10)  # in one of the ten documents a swap changes nothing
    assert pair.p_holm == pytest.approx(3 * 4 / 2**10)
    carla = spans["curator", "carla", "the others"]
    assert carla.difference == pytest.approx(11 / 20 - 1)


def test_words_say_who_agrees_better_and_what_may_be_chance(found: Agreement) -> None:
    said = [sentence(one) for one in found.differences]
    assert any(
        one.startswith("ana and bo agree better than ana and carla: +.45 (") and "p = .004, corrected = .012" in one
        for one in said
    )
    assert any(
        one.startswith("ana and carla against bo and carla: .00 (") and "which may be chance" in one for one in said
    )
    assert any(one.startswith("carla and others agree worse than the others among themselves: −.45") for one in said)
    assert any("ana and bo on relations: undefined for ana · bo" in one for one in said)


def test_every_format_has_the_differences(found: Agreement) -> None:
    record = json.loads(json.dumps(as_json(found, NO_WORK), allow_nan=False))["comparisons"]
    assert len(record) == len(found.differences)
    first = record[0]
    assert {"family", "left", "right", "measure", "difference", "low", "high", "p", "p_holm", "method"} <= set(first)
    assert (first["family"], first["documents"], first["paired"], first["reason"]) == ("pair", 10, True, None)
    assert all(one["p"] is not None or one["reason"] for one in record)
    rows = [row for row in csv.DictReader(io.StringIO(as_csv(found))) if row["scope"] == "difference"]
    assert (rows[0]["name"], rows[0]["left"], rows[0]["right"]) == ("pair", "ana · bo", "ana · carla")
    assert float(rows[0]["p_holm"]) == first["p_holm"]
    [table] = [one for one in sections(found, NO_WORK) if one.title == "Differences"]
    assert table.rows[0][1] == "ana · bo − ana · carla"
    assert "ana and bo agree better than ana and carla: +.45" in as_html(found, NO_WORK)


@pytest.mark.parametrize("width", [77, 197])
def test_the_screen_has_them_beside_the_figures(found: Agreement, sample: AgreementSample, width: int) -> None:
    made = {page.title: page for page in pages(found, NO_WORK, sample, width)}
    pairs, parts = (
        "\n".join("".join(t.text for t in line) for line in made[name].lines) for name in ("pairs", "parts")
    )
    assert "ana and bo agree better than" in pairs
    assert "ana · bo − ana · carla" in pairs
    assert "carla − the others" in pairs
    assert "en − es" in parts


def test_long_names_are_told_apart_on_a_narrow_screen() -> None:
    names = [f"a-curator-with-a-long-name-{number}" for number in range(3)]
    none = np.zeros(0, bool)
    found = [
        Difference(Contrast("curator", name, "the others", none, none), "span.f1", True, (9, 9), 0.5, 0.5, 0.0, p=1.0)
        for name in names
    ]
    lines = ["".join(text.text for text in line) for line in difference_lines(found, ["curator"], 77)]
    assert all(sum(name in line for line in lines) == 1 for name in names)
    assert all(len(line) <= 77 for line in lines)


def test_what_is_not_tested_has_its_reason_in_words() -> None:
    contrast = Contrast("time", "2026-03", "before", np.zeros(0, bool), np.zeros(0, bool))
    one = Difference(contrast, "span.f1", False, (3, 9), 0.5, 0.75, -0.25, reason="not tested: too few")
    assert sentence(one) == "Documents of 2026-03 against those before: −.25; not tested: too few"
    assert section([one]).rows[0][-1] == "not tested: too few"
    tested = replace(one, low=-0.5, high=0.001, p=0.00051, p_holm=0.0009, method="permutation", reason="")
    assert sentence(tested) == (
        "Documents of 2026-03 agree worse than those before: −.25 (−.50 to .00), p < .001, corrected < .001,"
        " 3 and 9 documents"
    )


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0834, "+.08"), (-0.0834, "−.08"), (0.001, ".00"), (1.0, "+1.00"), (None, "–")]
)
def test_differences_have_signs(value: float | None, shown: str) -> None:
    assert signed(value) == shown


@pytest.mark.parametrize(
    ("p", "shown"), [(0.0004, "< .001"), (0.004, ".004"), (0.0996, ".100"), (0.41, ".41"), (1.0, "1.00"), (None, "–")]
)
def test_a_p_is_as_papers_print_it(p: float | None, shown: str) -> None:
    assert probability(p) == shown


def test_what_is_more_than_chance_is_told_apart_from_what_may_be(found: Agreement) -> None:
    first, *told = clear_section(found.differences).paragraphs
    clear = [one for one in found.differences if is_clear(one)]
    assert first.startswith(f"{len(clear)} of ")
    assert told[0].startswith("   ana and bo agree better than ana and carla: +.45")
    assert not any("may be chance" in one for one in told)
