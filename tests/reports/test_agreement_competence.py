"""What the report says of curators: how far they can be relied on, and which places are hard."""

from __future__ import annotations

import csv
import io
import json

import pytest

from annotator.agreement.estimates import EstimateOptions
from annotator.reports.agreement import Agreement, measure
from annotator.reports.agreement_competence import hard_places
from annotator.reports.agreement_html import as_html
from annotator.reports.agreement_records import as_csv, as_json
from annotator.reports.agreement_tables import sections
from annotator.reports.curator_competence import measure_competence
from annotator.reports.work_summary import summarize_work
from annotator.tui.layout.agreement_pages import pages
from annotator.workflow.comparing.agreement_sample import AgreementSample, layers_to_compare, read_sample
from tests.agreement.working_curators import Mark, mark
from tests.schemas import schema_problems
from tests.workspaces import Bench

NO_WORK = summarize_work([], [])
PAZ: Mark = ("Luis Paz", "PERSON")


@pytest.fixture
def sample(bench: Bench) -> AgreementSample:
    """ana and bo say the same of twelve documents; carla misses the person in three, and once takes Lima for an ORG."""
    for number in range(12):
        key = f"n{number}"
        bench.add(key, "Luis Paz fue a Lima.\n")
        for curator in ("ana", "bo", "carla"):
            wrong = curator == "carla"
            marks = [("Lima", "ORG" if wrong and number == 5 else "GPE")]
            mark(bench, curator, marks if wrong and number < 3 else [PAZ, *marks], key=key)
    return read(bench)


def read(bench: Bench, layers: str | None = None) -> AgreementSample:
    return read_sample(bench.workspace, layers_to_compare(bench.workspace, layers))


@pytest.fixture
def found(sample: AgreementSample) -> Agreement:
    return measure(sample, EstimateOptions())


def test_who_differs_from_two_who_agree_is_relied_on_less(found: Agreement) -> None:
    assert found.competence is not None
    ana, bo, carla = found.competence.curators
    assert [one.curator for one in (ana, bo, carla)] == ["ana", "bo", "carla"]
    assert (ana.documents, ana.places, found.competence.places) == (12, 24, 24)
    assert ana.right == pytest.approx(1, abs=0.01)
    assert carla.right == pytest.approx(20 / 24, abs=0.01)
    assert carla.missed == pytest.approx(3 / 24, abs=0.01)
    assert carla.mislabelled == pytest.approx(1 / 21, abs=0.01)
    assert carla.knows is not None
    assert bo.knows is not None
    assert carla.knows < bo.knows


def test_every_form_of_the_report_has_them(found: Agreement, sample: AgreementSample) -> None:
    whole = json.loads(json.dumps(as_json(found, NO_WORK), allow_nan=False))
    assert schema_problems("agreement", whole) == []
    record = whole["competence"]
    assert record["reason"] is None
    assert record["curators"][2]["missed"] == pytest.approx(3 / 24, abs=0.01)
    assert set(record["difficulty"]) == {f"n{number}" for number in range(12)}
    rows = [row for row in csv.DictReader(io.StringIO(as_csv(found))) if row["scope"] == "curator"]
    assert {row["name"] for row in rows} == {"ana", "bo", "carla"}
    assert {row["measure"] for row in rows} == {
        f"competence.{name}" for name in ("right", "missed", "added", "mislabelled", "knows")
    }
    [table] = [one for one in sections(found, NO_WORK) if one.title == "How far curators can be relied on"]
    assert table.rows[2][:5] == ("carla", "12", "24", ".83", ".12")
    assert "How far curators can be relied on" in as_html(found, NO_WORK)
    for width in (77, 197):
        [page] = [page for page in pages(found, NO_WORK, sample, width) if page.title == "pairs"]
        lines = ["".join(text.text for text in line) for line in page.lines]
        assert any(line.startswith("carla ") and " .83" in line and " .12" in line for line in lines)


def test_places_where_nobody_agrees_come_first(bench: Bench) -> None:
    for number in range(6):
        bench.add(f"n{number}", "Luis Paz fue a Lima.\n")
        for curator, label in (("ana", "GPE"), ("bo", "ORG" if number == 4 else "GPE"), ("carla", "GPE")):
            place = "PERSON" if (curator, number) == ("carla", 4) else label
            mark(bench, curator, [PAZ, ("Lima", place)], key=f"n{number}")
    found = measure_competence(read(bench))
    first = found.hardest[0]
    assert (first.document, first.start, first.end) == ("n4", 15, 19)
    assert first.said == {"ana": "GPE", "bo": "ORG", "carla": "PERSON"}
    assert first.bits > 0
    assert sum(share for _, share in first.likely) == pytest.approx(1, abs=0.01)
    assert found.documents is not None
    assert max(found.documents, key=lambda key: (found.documents or {})[key]) == "n4"
    assert hard_places(found).rows[0][3] == "ana: GPE, bo: ORG, carla: PERSON"


def test_what_cannot_be_estimated_says_why(bench: Bench) -> None:
    mark(bench, "ana", [])
    mark(bench, "bo", [])
    assert measure_competence(read(bench)).reason.startswith("it takes three curators")
    mark(bench, "carla", [])
    assert measure_competence(read(bench)).reason == "no curator has a span"
    for number, names in enumerate((("ana", "bo"), ("bo", "carla"))):
        bench.add(f"n{number}", "Luis Paz fue a Lima.\n")
        for curator in names:
            mark(bench, curator, [PAZ], key=f"n{number}")
    assert measure_competence(read(bench)).reason == "no document with spans was finished by three curators"
