"""Every verb and screen in a workspace whose label scheme moved on: nothing fails, and what is retired is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from annotator.annotation import Annotations, Relation, Span
from annotator.cli.main import main
from annotator.history import GOLD, LayerName, Op
from annotator.store.label_counts import labels_of
from annotator.tui.screens.adjudicate import AdjudicateScreen
from annotator.tui.screens.disagreements import DisagreementsScreen
from annotator.tui.screens.feedback import FeedbackScreen
from annotator.tui.screens.help import HelpScreen
from annotator.workflow.adjudicating.gold import adjudicate, settle_finished
from annotator.workflow.layer_diff import differences
from annotator.workflow.learning.suggesting import suggest
from annotator.workflow.learning.training import train
from annotator.workflow.workspace import Workspace
from tests.agreement.working_curators import ANA, CRUZ, MEXICO, mark
from tests.cli.test_hostile_arguments import COMMANDS, call
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import KEY, Bench, link, make_bench, proposal, propose, range_of, span_texts

AFTERWARDS = """\
languages: [es, en]
overlap: flat
entities:
  ORG: {key: 2}
  GPE: {key: 3}
relations:
  located_in: {key: i, head: GPE, child: [ORG, GPE]}
"""
"""The scheme of the test workspaces without half of its labels, a relation turned round, and no more overlaps."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three curators' work, gold, suggestions, comments and a learned version; then the scheme moved on."""
    bench = make_bench(tmp_path_factory.mktemp("before") / "work", "any")
    nota = bench.add()
    bench.add("otra", "Luis Paz fue a Lima. No vio la Cruz Roja.\n")
    bench.add("zeta", "Eva vive en Quito. Luis Paz fue a Lima.\n")
    bench.add("pura", "La Cruz Roja fue a Lima.\n")
    links = [(ANA, "works_for", CRUZ), (CRUZ, "located_in", MEXICO)]
    mark(bench, "ana", [ANA, CRUZ, ("Roja", "GPE"), MEXICO], links)
    mark(bench, "bo", [ANA, CRUZ, ("Roja", "GPE"), MEXICO, ("mayo", "DATE")], links)
    for curator in ("ana", "bo"):
        mark(bench, curator, [("Luis Paz", "PERSON"), ("Lima", "GPE")], key="otra")
        mark(bench, curator, [("Cruz Roja", "ORG"), ("Lima", "GPE")], key="pura")
    mark(bench, "carla", [("Eva", "PERSON"), ("Quito", "GPE")], key="zeta", done=False)
    session = bench.session(KEY, "ana")
    session.comment("¿quién?", next(i for i, s in session.content.spans.items() if s.label == "PERSON"))
    session.finish()
    settle_finished(bench.workspace, "lead", ["otra", "pura"])
    settling = adjudicate(bench.workspace, KEY, "lead")
    settling.add(*range_of(nota, "Luis Paz"), "PERSON")
    train(bench.workspace)
    propose(bench.store, nota, spans := [proposal(nota, "Ana Ruiz", "PERSON"), proposal(nota, "Canadá", "GPE")],
            [link(spans[1], spans[0], "works_for")])  # fmt: skip
    suggest(bench.workspace, keys=["zeta"])
    bench.workspace.labels_path.write_text(AFTERWARDS, encoding="utf-8")
    bench.workspace.close()
    return bench.workspace.root


@pytest.fixture
def moved(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("ANNOTATOR_SETTINGS", str(tmp_path / "none.yaml"))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(template, tmp_path / "work")
    with closing(Workspace(tmp_path / "work")) as workspace:
        yield Bench(workspace)


RENAME = "`annotator labels rename PERSON NEW`"
SAID: dict[tuple[str, ...], tuple[tuple[str, ...], int, tuple[str, ...]]] = {
    ("labels", "check"): (
        (),
        1,
        ("PERSON", "works_for", "clashing with other spans", "suggestions with labels", RENAME),
    ),
    ("status",): ((), 0, ("retired items (", "`annotator labels check` says where")),
    ("doctor",): ((), 0, ("all is well", "no damage, but the label scheme moved on", RENAME)),
    ("adjudicate",): (
        ("--auto",),
        0,
        ("0 documents became gold, 1 was gold already", "not gold: nota: ", "retired", RENAME),
    ),
    ("export",): (("jsonl", "--layer", "curator:ana"), 0, ("warning: 2 × retired items of PERSON", RENAME)),
    ("agreement",): (
        (),
        0,
        (
            "Retired labels are counted as they stand: DATE, PERSON, works_for",
            "counted as it stands: ",
            "located_in",
            RENAME,
        ),
    ),
    ("train",): ((), 0, ("left out: ", RENAME)),
    ("evaluate",): (("--layer", "curator:ana"), 0, ("left out: ", RENAME)),
    ("feedback",): (("otra", "--as", "ana"), 0, ("PERSON “Luis Paz”",)),
    ("history",): (("nota", "--as", "lead"), 0, ("PERSON",)),
    ("suggest",): ((), 0, ()),
    ("annotate",): (("nota", "--as", "ana"), 0, ()),
    ("backup",): ((), 0, ()),
    ("ingest",): (("new.txt",), 0, ("1",)),
    ("models", "list"): ((), 0, ()),
}
"""For verbs: arguments, exit status and what is said; the others get what they ask for, and must not fail over it."""


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_verb_copes(words: tuple[str, ...], moved: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    Path("new.txt").write_text("Nada nuevo en Lima.\n", encoding="utf-8")
    arguments, expected, told = SAID.get(words, (None, None, ()))
    given = call(words, COMMANDS[words], {}) if arguments is None else [*words, *arguments]
    status = main(["-w", str(moved.workspace.root), *given])
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    assert "unexpected" not in err
    assert status in ((0, 1, 2) if expected is None else (expected,)), err
    for text in told:
        assert text in out + err


def test_gold_with_retired_work_is_left_out_of_an_export(moved: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["-w", str(moved.workspace.root), "export", "jsonl"]) == 0
    out, err = capfd.readouterr()
    assert [line[:60] for line in out.splitlines() if '"id":"otra"' in line] == []
    assert '"id":"pura"' in out
    assert "otra (1 retired item (1 PERSON))" in err


def test_gold_that_holds_nothing_retired_stays_complete(moved: Bench) -> None:
    report = settle_finished(moved.workspace, "lead")
    assert report.unchanged == ["pura"]
    gold = moved.store.layer(LayerName("pura", GOLD))
    assert gold is not None
    assert gold.state == "done"


# Screens


def shown(work: WorkbenchDriver) -> str:
    return " ".join(work.text.split())


async def test_the_annotate_screen_shows_walks_and_mends_what_is_retired(moved: Bench) -> None:
    async with workbench(moved, KEY) as work:
        assert "4†" in work.header
        assert "PERSON†" in work.text
        assert "GPE†" in work.text
        await work.press("escape", "g", "tab", "shift+tab")
        assert work.focus.startswith("PERSON† “Ana Ruiz”")
        assert "PERSON is not an entity label" in work.message
        assert "d delete" in work.focus
        await work.press("a")
        assert "no longer allows this" in work.message
        await work.press("2")
        assert work.message.startswith("relabelled to ORG “Ana Ruiz”")
        await work.press("u")
        assert ("PERSON", "Ana Ruiz") in span_texts(work.session)
        await work.press("ctrl+r")
        assert ("ORG", "Ana Ruiz") in span_texts(work.session)
        while work.session.content.retired:
            await work.press("tab", "d")
        assert "†" not in work.text
        await work.press("u")
        assert "1†" in work.header


async def test_finishing_asks_once_while_anything_is_retired(moved: Bench) -> None:
    async with workbench(moved, KEY, curator="bo") as work:
        await work.press("space")
        assert "retired: space again finishes" in work.message
        await work.press("space")
        assert work.session.document.key != KEY or work.session.state == "done"


async def test_a_relation_that_was_turned_round_is_turned_with_it(moved: Bench) -> None:
    async with workbench(moved, KEY) as work:
        relation = next(r for r in work.session.content.relations.values() if r.label == "located_in")
        work.annotating.focus_item(relation.id)
        assert work.focus.startswith("located_in†")
        await work.press("r", "i")
        assert work.message.startswith("retyped")
        assert work.session.content.retirement(relation.id) is None
        await work.press("u")
        assert work.session.content.retirement(relation.id) is not None


async def test_spans_that_overlap_are_moved_apart_step_by_step(moved: Bench) -> None:
    async with workbench(moved, KEY) as work:
        await work.press("escape", "g", "tab", "tab")
        assert work.focus.startswith("GPE† “Roja”")
        assert "overlaps" in work.message
        await work.press("d")
        assert ("ORG", "Cruz Roja") in span_texts(work.session)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
@pytest.mark.parametrize("curator", ["ana", "carla"])
async def test_every_document_opens_for_everybody_in_all_modes(
    moved: Bench, curator: str, size: tuple[int, int]
) -> None:
    for key in moved.store.document_keys():
        async with workbench(moved, key, curator=curator, size=size) as work:
            await work.press("f2", "m", "R", "m", "m", "tab", "?")
            assert isinstance(work.app.screen, HelpScreen)
            await work.press("escape", "tab", "tab", "t")


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_the_adjudicate_screen_has_what_is_retired_as_cases(moved: Bench, size: tuple[int, int]) -> None:
    async with workbench(moved, KEY, curator="lead", adjudicating=True, size=size) as work:
        assert isinstance(work.app.screen, AdjudicateScreen)
        assert "retired" in shown(work)
        await work.press("f2", "R", "space")
        assert work.adjudicating.session.state == "doing"
        while work.adjudicating.session.gold.open:
            await work.press("tab", "x")
        await work.press("u", "ctrl+r", "space")
    gold = moved.store.layer(LayerName(KEY, GOLD))
    assert gold is not None
    assert gold.state == "done"
    labels = set(labels_of(moved.store, gold.id))
    assert labels <= {"ORG", "GPE"}


async def test_gold_from_before_is_opened_as_it_was_and_wants_a_decision(moved: Bench) -> None:
    async with workbench(moved, "otra", curator="lead", adjudicating=True) as work:
        session = work.adjudicating.session
        assert session.state == "doing"
        assert [case.kind for case in session.gold.open] == ["retired"]
        await work.press("=", "2")
        assert span_texts(session) == {("ORG", "Luis Paz"), ("GPE", "Lima")}


async def test_feedback_shows_what_is_retired(moved: Bench) -> None:
    async with workbench(moved) as work:
        work.app.open_feedback("otra")
        await work.settle()
        assert isinstance(work.app.screen, FeedbackScreen)
        assert "PERSON†" in work.text
        await work.press("backslash", "tab", "j", "j", "?")
        assert isinstance(work.app.screen, HelpScreen)


async def test_agreement_and_its_disagreements_open_on_every_page(moved: Bench) -> None:
    async with workbench(moved, curator="lead", size=(120, 40)) as work:
        await work.press("A")
        await work.app.workers.wait_for_complete()
        await work.settle()
        for page in "12345678":
            await work.press(page, "j", "l")
            assert "agreement" in work.header
        await work.press("3", "G", "enter")
        await work.app.workers.wait_for_complete()
        await work.settle()
        assert isinstance(work.app.screen, DisagreementsScreen)
        await work.press("j", "j", "k")


async def test_the_queue_and_its_lists_open(moved: Bench) -> None:
    async with workbench(moved, curator="lead") as work:
        await work.press("s", "s", "s", "tab", "tab", "c")
        await work.settle()
        await work.press("escape", "?")
        assert isinstance(work.app.screen, HelpScreen)


async def test_the_name_of_a_label_that_is_gone_cannot_act_on_the_terminal(moved: Bench) -> None:
    document = moved.document("pura")
    name = "\x1b]0;x\x07[bold]\u202e"
    spans = [Span("s1", *range_of(document, "Cruz Roja"), name), Span("s2", *range_of(document, "Lima"), "GPE")]
    content = Annotations.of(spans, [Relation("r1", "s1", "s2", name)])
    ops = [Op("layer", "text", None, {"value": document.sha256}), Op("layer", "state", None, {"value": "done"})]
    with moved.store.write() as writer:
        writer.append(LayerName("pura", "curator:eva"), "eva", "import", ops + differences(Annotations(), content))
    for adjudicating in (False, True):
        async with workbench(moved, "pura", curator="eva", adjudicating=adjudicating, size=(160, 40)) as work:
            for key in ("tab", "R", "m", "m", "tab", "?"):
                await work.press(key)
                assert not set(work.text) & {"\x1b", "\x07", "\u202e"}
