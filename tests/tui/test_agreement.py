"""The agreement screen, and the disagreements behind its figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.tui.layout.figures import bar, scale, stacked_bar
from annotator.tui.screens.agreement import AgreementScreen
from annotator.tui.screens.disagreements import DisagreementsScreen
from annotator.tui.screens.queue import QueueScreen
from annotator.tui.widgets.figures_view import FiguresView
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.importing.removing import remove
from tests.agreement.working_curators import ANA, mark
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench


async def measured(work: WorkbenchDriver, *keys: str) -> None:
    """Press keys and wait for what they set going."""
    await work.press(*keys)
    await work.app.workers.wait_for_complete()
    await work.settle()


async def test_figures_are_one_key_from_the_queue(finished: Bench) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A")
        assert is_on_top(work, AgreementScreen)
        assert work.header.startswith("agreement  ana, bo")
        assert "3 documents · lead" in work.header
        assert "Of 100 spans that ana or bo has, the other has 44 exactly the same" in work.text
        assert "Span F1, strict" in work.text
        await work.press("q")
        assert is_on_top(work, QueueScreen)


async def test_a_question_mark_on_a_figure_says_what_its_measure_is_for(finished: Bench) -> None:
    async with workbench(finished, curator="lead", size=(120, 50)) as work:
        await measured(work, "A")
        await work.press("j", "j", "j", "question_mark")
        assert "Span F1, borders only" in work.text
        assert "the difference is what labels cost" in work.text
        assert "spans of both layers" in work.text
        await work.press("escape", "3", "question_mark")
        assert "a border off by one token costs as much as a missed span" in work.text


def is_on_top(work: WorkbenchDriver, screen: type) -> bool:
    return isinstance(work.app.screen, screen)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_every_page_can_be_turned_to(finished: Bench, size: tuple[int, int]) -> None:
    expected = (
        "Span F1, strict",
        "Spans, pair by pair",
        "Labels: strict span F1",
        "Spans: what is taken for what",
        "worst first",
        "Languages: strict span F1",
        "By source",
        "Documents that took longest",
        "1. There are too few documents",
    )
    async with workbench(finished, curator="lead", size=size) as work:
        await measured(work, "A")
        for key, text in zip("123456789", expected, strict=True):
            await work.press(key)
            assert text in work.text
        await work.press("tab")
        assert expected[0] in work.text
        await work.press("shift+tab")
        assert expected[-1] in work.text


async def test_where_the_window_is_narrow_the_page_that_is_shown_is_named(finished: Bench) -> None:
    async with workbench(finished, curator="lead", size=(60, 15)) as work:
        await measured(work, "A", "9")
        assert work.line("#tabs") == "1 2 3 4 5 6 7 8 9 to do"


async def test_enter_on_too_few_documents_shows_what_differs(finished: Bench) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A", "9")
        await measured(work, "enter")
        assert is_on_top(work, DisagreementsScreen)
        assert work.header.startswith("disagreements  spans that differ")


async def test_enter_on_a_figure_shows_its_disagreements_in_both_versions(finished: Bench) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A", "3")
        await work.press("j", "j")
        assert work.line("#tip").startswith("GPE: .00, 2 documents")
        await measured(work, "enter")
        assert is_on_top(work, DisagreementsScreen)
        assert work.header.startswith("disagreements  GPE")
        assert work.header.endswith("1 of 2")
        assert "ana: GPE “México”" in work.text
        assert "bo: ORG “México”" in work.text
        assert "╰GPE─╯" in work.text
        assert "╰ORG─╯" in work.text
        await work.press("j")
        assert "2 of 2" in work.header
        assert "ana: GPE “Quito”" in work.text
        assert "bo: nothing here" in work.text
        await work.press("escape")
        assert is_on_top(work, AgreementScreen)


async def test_what_was_changed_since_it_was_measured_is_told_in_its_place(finished: Bench) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A", "3")
        await work.press("j", "j")
        await measured(work, "enter")
        remove(finished.store, "lead", ["zeta"], with_work=True)
        await work.press("j")
        assert "ana on zeta is no longer there: measure again" in work.text
        assert "“México”" not in "".join(line for line in work.lines if line.startswith((" ana:", " bo:")))
        session = finished.session("nota", "bo")
        session.delete(next(i for i, span in session.content.spans.items() if session.checks.text_of(span) == "México"))
        await work.press("escape")
        await measured(work, "enter")
        assert "ana: GPE “México”" in work.text
        assert "bo: changed since, and no longer so: measure again" in work.text


async def test_a_text_that_was_replaced_by_a_shorter_one_is_shown_as_it_is(finished: Bench, tmp_path: Path) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A", "3")
        await work.press("j", "j")
        await measured(work, "enter")
        (tmp_path / "zeta.txt").write_text("Eva.", encoding="utf-8")
        ingest(finished.workspace, [tmp_path / "zeta.txt"], "lead", replace=True)
        await work.press("j")
        assert "ana: changed since, and no longer so: measure again" in work.text
        assert "bo: nothing here" in work.text


async def test_a_relation_is_shown_with_its_arc_in_both_versions(finished: Bench) -> None:
    async with workbench(finished, curator="lead", size=(100, 40)) as work:
        await measured(work, "A", "4")
        await work.press(*"jjjjjjjjjj")
        await measured(work, "enter")
        assert "“Ana Ruiz” works_for → “Cruz Roja”" in work.text
        assert "“Ana Ruiz” leads → “Cruz”" in work.text
        assert "╭──────works_for───────▼" in work.text
        assert "╭───────leads───────▼" in work.text


async def test_versions_stand_beside_one_another_where_there_is_room(finished: Bench) -> None:
    async with workbench(finished, curator="lead", size=(140, 40)) as work:
        await measured(work, "A")
        await measured(work, "enter")
        [line] = [line for line in work.lines if "ana: " in line]
        assert "bo: " in line


async def test_a_matrix_is_walked_in_both_directions(finished: Bench) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A", "4")
        assert work.line("#tip") == "GPE and missed: 1"
        await work.press("right")
        assert work.line("#tip") == "GPE and ORG: 1"
        await work.press("down")
        assert work.line("#tip") == "GPE and ORG"
        await work.press("up", "left", "left")
        assert work.line("#tip") == "GPE and missed: 1"


async def test_disagreements_can_be_filtered(finished: Bench) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A")
        await measured(work, "enter")
        assert "1 of 3" in work.header
        await work.press("slash")
        await work.type("mexico")
        assert "with “mexico”" in work.header
        assert "1 of 1" in work.header
        assert "ana: " in work.text
        await work.press("slash")
        await work.type("nowhere")
        assert "none" in work.header
        assert "ana: " not in work.text
        await work.press("slash")
        await work.press(*["backspace"] * 7)
        await work.type("")
        assert "1 of 3" in work.header


def marked_differently(bench: Bench, key: str, curator: str) -> None:
    """Add a document in which a curator and bo give one span two labels."""
    bench.add(key)
    for name, label in ((curator, "PERSON"), ("bo", "ORG")):
        session = bench.session(key, name)
        session.add(0, 3, label)
        session.finish()


async def test_long_names_of_documents_and_layers_stand_apart(bench: Bench) -> None:
    marked_differently(bench, "a-document-with-a-long-key", "ana.maria.de.los.angeles")
    async with workbench(bench, curator="lead") as work:
        await measured(work, "A")
        await measured(work, "enter")
        assert "a-document-with… ana.maria.de.los.… PERSON “Ana”" in work.text


async def test_the_hardest_disagreements_come_first_where_asked(bench: Bench) -> None:
    for number in range(6):
        bench.add(f"n{number}", "Luis Paz fue a Lima.\n")
        for curator, said in (("ana", "GPE"), ("bo", "ORG" if number == 4 else "GPE"), ("carla", "PERSON")):
            label = said if curator != "carla" or number in (1, 4) else "GPE"
            mark(bench, curator, [("Luis Paz", "PERSON"), ("Lima", label)], key=f"n{number}")
    async with workbench(bench, curator="lead") as work:
        await measured(work, "A")
        await measured(work, "enter")
        assert work.text.index("n1 ") < work.text.index("n4 ")
        await measured(work, "s")
        assert "hardest first" in work.header
        assert work.text.index("n4 ") < work.text.index("n1 ")
        await measured(work, "s")
        assert "hardest first" not in work.header
        assert work.text.index("n1 ") < work.text.index("n4 ")


async def test_two_curators_cannot_tell_what_is_hard(finished: Bench) -> None:
    async with workbench(finished, curator="lead", size=(120, 40)) as work:
        await measured(work, "A")
        await measured(work, "enter")
        await measured(work, "s")
        assert "it takes three curators" in work.text
        assert "1 of 3" in work.header


async def test_other_layers_can_be_compared_and_a_wrong_name_changes_nothing(finished: Bench) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A", "slash")
        await work.press(*["backspace"] * 6)
        await work.type("suggestions,ana")
        await measured(work)
        assert work.header.startswith("agreement  suggestions, ana")
        await work.press("slash")
        await work.press(*["backspace"] * 20)
        await work.type("ana,eva")
        await measured(work)
        assert work.header.startswith("agreement  suggestions, ana")
        assert "no layer 'eva'" in work.text


async def test_refused_layers_leave_figures_and_header_together(finished: Bench) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A")
        await measured(work, "f")
        before = work.header
        assert "es alone" in before
        await work.press("slash", *["backspace"] * 20)
        await work.type("ana,eva")
        await measured(work)
        assert work.header == before
        assert work.line("#tip").startswith("these figures are of ana, bo · es alone: no layer 'eva'")


async def test_enter_on_a_document_opens_it(finished: Bench) -> None:
    mark(finished, "carla", [ANA])
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A", "5")
        key = work.app.screen.query_one(FiguresView).figure
        assert key is not None
        await work.press("enter")
        assert f"{key.text.strip()} gold" in work.header
    async with workbench(finished, curator="carla") as work:
        await measured(work, "A")
        await work.press("slash", *["backspace"] * 20)
        await work.type("ana,bo")
        await measured(work, "5")
        assert work.line("#tip") == "Eva vive en Quito. · enter opens it"
        await work.press("enter")
        assert "Eva vive en Quito." in work.header
        assert "gold" not in work.header


async def test_enter_on_a_disagreement_opens_the_document_on_it(finished: Bench) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A")
        await measured(work, "enter")
        await work.press("j", "enter")
        assert " gold" in work.header
        assert work.focus.startswith("label")
        await work.press("Q")
        assert is_on_top(work, DisagreementsScreen)
    async with workbench(finished, curator="ana") as work:
        await measured(work, "A")
        await measured(work, "enter")
        await work.press("j", "enter")
        assert "gold" not in work.header
        assert "GPE" in work.focus


async def test_one_language_alone(finished: Bench) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A")
        await measured(work, "f")
        assert "es alone" in work.header
        await measured(work, "f")
        assert "alone" not in work.header


async def test_what_a_curator_has_before_them_is_kept_from_them(finished: Bench) -> None:
    mark(finished, "carla", [ANA])
    async with workbench(finished, curator="carla") as work:
        await measured(work, "A")
        await work.press("slash", *["backspace"] * 20)
        await work.type("ana,bo")
        await measured(work, "5")
        assert work.line("#tip") == "Eva vive en Quito. · enter opens it"
        await measured(work, "right", "enter")
        assert "none; 2 documents are kept from you until you are done with them" in work.header
        assert "Quito" not in work.text


async def test_nothing_to_compare_is_told(news: Bench) -> None:
    async with workbench(news) as work:
        await measured(work, "A")
        assert "Nothing to compare: nobody has finished a document yet." in work.text
        await work.press("j", "enter", "3", "right")
        assert "Nothing to compare." in work.text


async def test_a_click_goes_to_a_figure_and_a_double_click_opens_it(finished: Bench) -> None:
    async with workbench(finished, curator="lead") as work:
        await measured(work, "A", "2")
        place = work.cell(".44 ")
        await work.pilot.click(offset=(place[0] + 1, place[1]))
        assert "ana · bo: .44" in work.line("#tip")
        await work.pilot.click(offset=(place[0] + 1, place[1]), times=2)
        await measured(work)
        assert is_on_top(work, DisagreementsScreen)


async def test_a_click_behind_wide_letters_goes_to_the_figure_under_the_mouse(bench: Bench) -> None:
    marked_differently(bench, "日本日本", "ana")
    async with workbench(bench, curator="lead") as work:
        await measured(work, "A", "5")
        line = next(y for y, line in enumerate(work.lines) if line.strip().startswith("日本日本"))
        await work.pilot.click(offset=(work.app.screen.query_one(FiguresView).region.x + 1 + 20 + 4, line))
        await measured(work, "enter")
        assert is_on_top(work, DisagreementsScreen)


def test_a_scale_shows_value_and_interval_in_place() -> None:
    from annotator.agreement.estimates import Estimate

    def axis(value: float | None, low: float | None, high: float | None) -> str:
        return scale(Estimate(value, low, high, None, 9, 9, 9), 11)

    assert axis(0.5, 0.3, 0.8) == "·  ├─●──┤ ·"
    assert axis(1.0, None, None) == "·         ●"
    assert axis(None, None, None) == "·         ·"


def test_bars_fill_their_share() -> None:
    assert bar(0.5, 4) == "██  "
    assert bar(0.53125, 4) == "██▏ "
    assert bar(2, 3) == "███"
    assert stacked_bar([2, 0, 1, 1], 8) == "████▒▒░░"
    assert stacked_bar([0, 0], 4) == "    "


async def test_the_overview_leads_with_four_figures_and_unfolds_the_rest(finished: Bench) -> None:
    async with workbench(finished, curator="lead", size=(110, 70)) as work:
        await measured(work, "A")
        for title in ("Span F1, strict", "Span F1, borders only", "Label: Krippendorff α", "Relation F1, strict"):
            assert title in work.text
        assert "Token: Cohen κ" not in work.text
        assert "more measures" in work.text
        await work.press("a")
        assert "Token: Cohen κ" in work.text
        await work.press("a")
        assert "Token: Cohen κ" not in work.text
        while "shows all measures" not in work.line("#tip"):
            await work.press("j")
        await work.press("enter")
        assert "Token: Cohen κ" in work.text
