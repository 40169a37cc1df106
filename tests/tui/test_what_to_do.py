"""What to do: the page that says what is the matter, and leads to the places."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from itertools import combinations
from pathlib import Path

import pytest

from annotator.reports.agreement import Agreement, PairSlice
from annotator.reports.agreement_html import as_html
from annotator.reports.agreement_records import as_json
from annotator.reports.diagnoses import diagnosed
from annotator.reports.work_summary import summarize_work
from annotator.tui.layout.pair_lines import pair_lines
from annotator.tui.screens.disagreements import DisagreementsScreen
from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample
from annotator.workflow.comparing.disagreements import find_disagreements
from annotator.workflow.workspace import Workspace
from tests.reports.test_agreement_reports import report
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench
from tools import planted_project

PLANTED = (
    "dana takes “the” into spans at the beginning; the others leave it out",
    "Nobody agrees on TOPIC",
    "emil marks less since 2026-03-26",
    "MINISTRY and COUNCIL are taken for one another",
)
"""What is the matter with the made-up project, as its page says it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted") / "talks"
    planted_project.build(folder)
    return folder


@pytest.fixture
def planted(folder: Path) -> Bench:
    """A made-up project in which four things are the matter."""
    return Bench(Workspace(folder))


async def measured(work: WorkbenchDriver, *keys: str) -> None:
    await work.press(*keys)
    await work.app.workers.wait_for_complete()
    await work.settle()


async def places(work: WorkbenchDriver) -> DisagreementsScreen:
    await measured(work, "enter")
    screen = work.app.screen
    assert isinstance(screen, DisagreementsScreen)
    return screen


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_each_planted_problem_is_named_on_the_page(planted: Bench, size: tuple[int, int]) -> None:
    async with workbench(planted, curator="lead", size=size) as work:
        await measured(work, "A", "9")
        seen = work.text
        for _ in range(20):
            await work.press("j")
            seen += work.text
        words = " ".join(seen.split())
        assert [planted for planted in PLANTED if planted not in words] == []
        assert "5. " not in words


async def test_enter_goes_to_the_places(planted: Bench) -> None:
    async with workbench(planted, curator="lead", size=(120, 60)) as work:
        await measured(work, "A", "9")
        screen = await places(work)
        assert work.header.startswith(f"disagreements  {PLANTED[0]}")
        taken = [(d.left_layer, *d.match[:2]) for d in screen.disagreements]
        reaching = [left if layer == "curator:dana" else right for layer, left, right in taken]
        others = [right if layer == "curator:dana" else left for layer, left, right in taken]
        assert all(one and other and one.start < other.start for one, other in zip(reaching, others, strict=True))
        await work.press("escape", "j")
        screen = await places(work)
        assert {d.document for d in screen.disagreements} == {"talks-00"}


async def test_the_first_page_says_it_in_short(planted: Bench) -> None:
    async with workbench(planted, curator="lead") as work:
        await measured(work, "A")
        assert f"1. {PLANTED[0]}"[:50] in work.text
        assert " 9 to do" in work.text


def test_a_diagnosis_explains_what_its_filter_takes(planted: Bench) -> None:
    sample = read_sample(planted.workspace, layers_to_compare(planted.workspace, None))
    found = diagnosed(report(planted), planted.store, sample).diagnoses
    assert found
    assert [one.explained for one in found] == sorted((one.explained for one in found), reverse=True)
    for one in found:
        assert one.which is not None
        assert sum(1 for _ in find_disagreements(sample, one.which)) == one.explained
        assert len({example.disagreement.document for example in one.examples}) == 3


def test_no_example_is_of_a_hidden_document(planted: Bench) -> None:
    sample = read_sample(planted.workspace, layers_to_compare(planted.workspace, None))
    hidden = frozenset(document.key for document in sample.documents[:35])
    found = diagnosed(report(planted), planted.store, sample, hidden).diagnoses or ()
    shown = {example.disagreement.document for one in found for example in one.examples}
    assert shown
    assert not shown & hidden


async def test_documents_and_curators_stand_on_a_line(planted: Bench) -> None:
    async with workbench(planted, curator="lead") as work:
        await measured(work, "A", "2")
        lines = work.lines
        [axis] = [line for line in lines if ".40 ├" in line]
        [marks] = [line for line in lines if line.split()[:3] == ["a", "b", "c"]]
        assert axis.index("├") < marks.index("a") < marks.index("b") < marks.index("c") < axis.index("┤")
        assert [name for name in ("a dana", "b emil", "c carla") if name not in work.text] == []
        await work.press("5")
        assert "40 documents by strict span F1" in work.text
        assert "lowest talks-34 .36" in work.text


def test_the_report_in_a_browser_names_each_planted_problem_and_has_the_pictures(planted: Bench) -> None:
    sample = read_sample(planted.workspace, layers_to_compare(planted.workspace, None))
    page = as_html(diagnosed(report(planted), planted.store, sample), summarize_work([], []))
    assert [planted for planted in PLANTED if f"<b>{escape(planted)}</b>" not in page] == []
    assert page.count("<title>talks-") == 40
    assert "dana 0.50" in page


def test_json_has_the_diagnoses(planted: Bench) -> None:
    sample = read_sample(planted.workspace, layers_to_compare(planted.workspace, None))
    record = as_json(diagnosed(report(planted), planted.store, sample), summarize_work([], []))
    found = json.loads(json.dumps(record, allow_nan=False))["diagnoses"]
    assert [one["words"] for one in found] == list(PLANTED)
    first = found[0]
    assert (first["kind"], first["relations"], first["explained"]) == ("border", False, 533)
    assert first["examples"][0]["right"]["words"].startswith("MINISTRY “the Ministry")
    assert "the Ministry" in first["examples"][0]["text"]
    assert found[2]["filter"]["lacks"] == ["curator:emil"]
    assert found[3]["filter"]["said"] == ["MINISTRY", "COUNCIL"]


async def test_the_leading_figures_and_what_to_do_are_on_the_first_screenful(planted: Bench) -> None:
    async with workbench(planted, curator="lead", size=(80, 24)) as work:
        await measured(work, "A")
        for said in (PLANTED[3], "Span F1, strict", "Span F1, borders only", "Label: Krippendorff α", "Relation F1"):
            assert said in work.text


async def test_the_header_says_how_the_places_are_narrowed_down(planted: Bench) -> None:
    async with workbench(planted, curator="lead", size=(80, 24)) as work:
        await measured(work, "A", "9")
        await work.press("j")
        await places(work)
        assert f"talks-00: {PLANTED[0]}"[:40] in work.header
        await measured(work, "s")
        await work.press("slash", *"dana", "enter")
        assert "with “dana” · hardest first · 1 of " in work.header


async def test_help_explains_an_undefined_figure(planted: Bench) -> None:
    async with workbench(planted, curator="lead", size=(100, 60)) as work:
        await measured(work, "A")
        await work.press("a")
        for _ in range(60):
            await work.press("j")
            if "Relation label: Cohen κ: everything is in one category" in work.line("#tip"):
                break
        await work.press("question_mark")
        assert "misleads" in work.text


def test_the_pairs_of_twenty_curators_stand_under_numbers(planted: Bench) -> None:
    found = report(planted)
    names = [f"curator:colleague-{number:02}" for number in range(20)]
    pairs = tuple(replace(found.pairs[0], left=a, right=b, name=f"{a} · {b}") for a, b in combinations(names, 2))
    lines = ["".join(piece.text for piece in line) for line in pair_lines(many(found, names, pairs), 97)]
    assert lines[1].split() == [str(number) for number in range(1, 21)]
    assert lines[2].startswith("1 colleague-00")
    assert max(map(len, lines)) <= 97
    narrow = ["".join(piece.text for piece in line) for line in pair_lines(many(found, names, pairs), 77)]
    assert not any(line.startswith("Strict span F1 of each pair") for line in narrow)


def many(agreement: Agreement, layers: list[str], pairs: tuple[PairSlice, ...]) -> Agreement:
    return replace(agreement, layers=tuple(layers), pairs=pairs)
