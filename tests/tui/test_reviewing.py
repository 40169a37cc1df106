"""Looking through what is decided, and seeing on the screen what a key for many suggestions will do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from annotator.workflow.annotating.session import AnnotationSession
from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench, link, make_bench, proposal, propose, under

LIMA = "Lima gana. Lima pierde. Ana Ruiz duerme. Lima sueña."


@pytest.fixture
def lima(tmp_path: Path) -> Bench:
    """A document in which deciding on one mention changes the scores of two others."""
    bench = make_bench(tmp_path / "lima")
    document = bench.add("lima", LIMA)
    spans = [proposal(document, "Lima", "GPE", 0.6, nth=n) for n in range(3)]
    propose(bench.store, document, [*spans, proposal(document, "Ana Ruiz", "PERSON", 0.9)])
    return bench


FAR = "Lima crece.\n" + "Nada cambia.\n" * 40 + "Lima duerme.\nAna Ruiz canta.\n"


class TestOutOfView:
    async def test_the_focus_goes_to_what_the_step_itself_suggests_out_of_view(self, tmp_path: Path) -> None:
        bench = make_bench(tmp_path / "far")
        document = bench.add("far", FAR)
        propose(bench.store, document, [proposal(document, "Lima", "GPE", 0.9), proposal(document, "Ana Ruiz", "ORG")])
        async with workbench(bench, "far") as work:
            await work.press("a")
            assert "Lima" in work.focus
            assert "Lima duerme" in work.text
            await work.press("a")
            assert "Ana Ruiz" in work.focus

    async def test_what_a_step_suggests_out_of_view_is_counted_soon(self, tmp_path: Path) -> None:
        bench = make_bench(tmp_path / "far")
        document = bench.add("far", FAR.replace("Ana Ruiz", "nadie").replace("Nada", "Ana Ruiz", 1))
        propose(bench.store, document, [proposal(document, "Lima", "GPE", 0.9), proposal(document, "Ana Ruiz", "ORG")])
        async with workbench(bench, "far") as work:
            await work.press("a")
            assert "Ana Ruiz" in work.focus
            while "2? " not in work.header:
                await asyncio.sleep(0.02)
                await work.settle()
            await work.press("x")
            assert "Lima" in work.focus

    async def test_after_accepting_all_the_focus_goes_to_the_first_that_this_suggests(self, tmp_path: Path) -> None:
        bench = make_bench(tmp_path / "far")
        document = bench.add("far", f"{FAR}Ana Ruiz duerme.\n")
        propose(bench.store, document, [proposal(document, "Lima", "GPE"), proposal(document, "Ana Ruiz", "PERSON")])
        precise = under(bench, ("overlap: flat", "overlap: flat\naccept_precision: 0.9"))
        async with workbench(precise, "far") as work:
            await work.press("A")
            assert "Lima" in work.focus
            assert "Lima duerme" in work.text
            assert "accepted 2 of 2" in work.message
            while "2? " not in work.header:
                await asyncio.sleep(0.02)
                await work.settle()
            await work.press("a")
            assert "Ana Ruiz" in work.focus


class TestCertainty:
    async def test_what_is_below_the_threshold_and_what_rose_over_it_can_be_told_apart_without_colour(
        self, lima: Bench
    ) -> None:
        async with workbench(lima, "lima", size=(120, 24)) as work:
            assert work.text.count("GPE??") == 4  # in three lanes, and in the line of what is in focus
            assert "PERSON?" in work.text
            assert "PERSON??" not in work.text
            await work.press("a")
            assert work.text.count("GPE?↑") == 3
            assert "0.60→0." in work.focus
            assert work.text.count("0.60→0.") == 3
            await work.press("u")
            assert "↑" not in work.text
            assert "0.60→" not in work.text

    async def test_accept_all_takes_what_the_screen_showed_as_likely_and_tells_how_many_had_risen(
        self, lima: Bench
    ) -> None:
        async with workbench(lima, "lima") as work:
            await work.press("a", "A")
            assert work.message == "accepted 3 from 0.70 (2 risen), 0 remain; V reviews, the 2 under 0.85 first"

    async def test_that_many_are_being_decided_is_on_the_screen_before(
        self, lima: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("annotator.tui.screens.annotate.verdict_actions.MANY", 4)
        async with workbench(lima, "lima") as work:
            shown: list[str] = []
            accept_all = AnnotationSession.accept_all

            def accepting(*arguments: Any, **options: Any) -> Any:
                shown.append(work.message)
                return accept_all(*arguments, **options)

            monkeypatch.setattr(AnnotationSession, "accept_all", accepting)
            await work.press("A")
            assert shown == ["deciding 4 suggestions, one moment"]
            assert work.message.startswith("accepted 1 from 0.70")

    async def test_what_follows_from_a_large_step_appears_while_one_goes_on(
        self, lima: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("annotator.workflow.annotating.suggestion_updates.AT_ONCE", 0)
        catch_up, held = AnnotationSession.catch_up, True
        monkeypatch.setattr(AnnotationSession, "catch_up", lambda s, seconds: [] if held else catch_up(s, seconds))
        async with workbench(lima, "lima", size=(120, 24)) as work:
            await work.press("a")
            assert "suggestions follow · 3 to decide" in work.header
            held = False
            while "suggestions follow" in work.header:
                await work.pilot.pause(0.01)
                await work.settle()
            assert work.text.count("GPE?↑") == 3
            assert work.text.count("0.60→0.") == 3

    async def test_signs_in_other_lines_follow_a_threshold_that_moves(self, lima: Bench) -> None:
        precise = under(lima, ("overlap: flat", "overlap: flat\naccept_precision: 0.9"))
        document = precise.add("lines", "Vino Abad.\n\nVino Bravo.\n\nVino Cano.\n")
        scores = {"Abad": 0.95, "Bravo": 0.9, "Cano": 0.85}
        propose(precise.store, document, [proposal(document, word, "PERSON", score) for word, score in scores.items()])
        async with workbench(precise, "lines", size=(120, 24)) as work:
            assert "PERSON??" not in work.text
            await work.press("x")
            assert work.text.count("PERSON??") == 1


class TestReview:
    async def test_the_least_certain_by_the_score_that_was_first_shown_comes_first(self, lima: Bench) -> None:
        async with workbench(lima, "lima") as work:
            await work.press("a", "A", "V")
            assert work.focus.startswith("review 1 of 4  GPE “Lima”")
            assert "0.60" in work.focus
            await work.press("V", "tab", "a")
            assert work.focus.startswith("review 4 of 4  PERSON “Ana Ruiz”")
            await work.press("shift+tab")
            assert work.focus.startswith("review 3 of 4  GPE “Lima”")
            assert work.header.startswith("lima")
            assert "0? 4✓" in work.header

    async def test_a_long_name_leaves_room_for_the_score_that_it_is_reviewed_for(self, tmp_path: Path) -> None:
        bench = make_bench(tmp_path / "long")
        document = bench.add("long", "La Comisión Interamericana para el Control de Embarcaciones Menores votó.\n")
        name = "Comisión Interamericana para el Control de Embarcaciones Menores"
        propose(bench.store, document, [proposal(document, name, "ORG", 0.76)])
        async with workbench(bench, "long") as work:
            await work.press("A", "V")
            assert work.focus.startswith("review 1 of 1  ORG “Comisión")
            assert "0.76" in work.focus

    async def test_x_rejects_what_was_accepted_and_goes_on_and_undo_brings_it_back_in_its_place(
        self, lima: Bench
    ) -> None:
        async with workbench(lima, "lima") as work:
            await work.press("A", "V")
            assert work.focus.startswith("review 1 of 1  PERSON")
            await work.press("x")
            assert work.message == "rejected PERSON “Ana Ruiz”, which was accepted"
            assert "0✓" in work.header
            await work.press("u")
            assert work.focus.startswith("review 1 of 1  PERSON")
            assert "1✓" in work.header

    async def test_esc_ends_the_review_and_tab_goes_to_what_is_undecided_again(self, lima: Bench) -> None:
        async with workbench(lima, "lima") as work:
            await work.press("A", "V", "escape")
            assert work.focus.startswith("PERSON “Ana Ruiz”")
            assert work.message == "the review is over; V begins it again"
            await work.press("tab")
            assert work.focus.startswith("GPE??")
            assert work.message.startswith("tab next")

    async def test_past_the_last_one_the_review_ends_and_before_the_first_one_it_says_so(self, lima: Bench) -> None:
        async with workbench(lima, "lima") as work:
            await work.press("A", "V", "shift+tab")
            assert work.message == "the review begins here; tab goes on, esc ends it"
            await work.press("tab")
            assert work.message == "that was the last one; V begins the review again"
            assert not work.focus.startswith("review")

    async def test_with_nothing_decided_there_is_nothing_to_review(self, lima: Bench) -> None:
        async with workbench(lima, "lima") as work:
            await work.press("V")
            assert work.message == "nothing is decided: there is nothing to review yet"
            assert work.focus.startswith("GPE??")

    async def test_x_leaves_what_a_curator_marked(self, lima: Bench) -> None:
        async with workbench(lima, "lima") as work:
            await work.press("2", "escape", "g", "x")
            assert "d deletes it" in work.message
            assert "1✓" in work.header


class TestPanel:
    async def test_both_ends_of_a_relation_are_read_in_a_narrow_panel(self, tmp_path: Path) -> None:
        bench = make_bench(tmp_path / "long")
        document = bench.add(
            "long", "La Secretaría de Estado de Asuntos Exteriores está en San Lorenzo de El Escorial."
        )
        head = proposal(document, "Secretaría de Estado de Asuntos Exteriores", "ORG")
        child = proposal(document, "San Lorenzo de El Escorial", "GPE")
        propose(bench.store, document, [head, child], [link(head, child, "located_in")])
        async with workbench(bench, "long", size=(100, 24)) as work:
            await work.press("f2")
            assert "? ╶ located_in→" in work.text
            assert "Secreta…riores → San Lor…corial" in work.text

    async def test_both_lines_of_a_relation_go_to_it(self, news: Bench) -> None:
        async with workbench(news, "nota", size=(110, 24)) as work:
            for line in ("? ╶ works_for→", "Ana Ruiz → Cruz Roja"):
                await work.press("escape", "G", "escape")
                x, y = work.cell(line)
                await work.pilot.click(offset=(x + 2, y))
                await work.settle()
                assert work.focus.startswith("“Ana Ruiz” ─works_for?→")
                assert sum(part in line for line in work.reversed_lines() for part in ("works_for→", "→ Cruz")) == 2
            lines = [work.annotating.panel.first_line(i) for i in range(work.annotating.panel.count() + 1)]
            assert lines == [0, 1, 2, 4, 5, 7]
            assert [work.annotating.panel.entry_at(line) for line in range(7)] == [0, 1, 2, 2, 3, 4, 4]


class TestFilter:
    async def test_tab_and_the_review_go_only_to_what_is_listed(self, lima: Bench) -> None:
        async with workbench(lima, "lima", size=(120, 24)) as work:
            await work.press("backslash")
            await work.type("PERSON")
            assert work.message == "1 of 4 items in the panel; tab, A and X keep to them"
            assert "1 listed" in work.focus
            await work.press("tab")
            assert work.focus.startswith("1 of 1 listed  PERSON?")
            await work.press("tab")
            assert work.focus.startswith("1 of 1 listed  PERSON?")
            await work.press("a")
            assert work.focus.startswith("1 listed")
            await work.press("tab")
            assert work.message == "nothing undecided is listed; \\ with an empty text lists everything again"
            await work.press("V")
            assert work.focus.startswith("review 1 of 1 listed  PERSON")
            await work.press("escape", "backslash", *["backspace"] * 6, "enter")
            assert "listed" not in work.focus
            await work.press("tab")
            assert work.focus.startswith("GPE??")

    async def test_a_filter_that_is_set_during_the_review_holds_for_it(self, lima: Bench) -> None:
        async with workbench(lima, "lima", size=(120, 24)) as work:
            await work.press("a", "A", "V")
            assert work.focus.startswith("review 1 of 4  GPE")
            await work.press("backslash")
            await work.type("PERSON")
            assert work.focus.startswith("review – of 1 listed")
            await work.press("V")
            assert work.focus.startswith("review 1 of 1 listed  PERSON")

    async def test_deciding_all_keeps_to_what_is_listed(self, lima: Bench) -> None:
        async with workbench(lima, "lima", size=(120, 24)) as work:
            await work.press("backslash")
            await work.type("lima")
            await work.press("X")
            assert work.message == "rejected 3 suggestions"
            assert "1 to decide" in work.header
            for key in ("A", "X"):
                await work.press(key)
                assert work.message.startswith("nothing undecided is listed")
            assert "1 to decide" in work.header


class TestAlike:
    async def test_one_key_accepts_all_that_ask_the_same_as_one_step(self, lima: Bench) -> None:
        async with workbench(lima, "lima") as work:
            assert "+ accepts all 3" in work.focus
            await work.press("plus")
            assert work.message == "accepted GPE “Lima”, 3 times"
            assert "1? 3✓" in work.header
            assert work.focus.startswith("PERSON? “Ana Ruiz”")
            assert "accepts all" not in work.focus
            await work.press("u")
            assert "4? 0✓" in work.header

    async def test_a_label_with_that_key_is_not_named_as_accepting(self, lima: Bench) -> None:
        async with workbench(under(lima, ("DATE: {key: 4}", "DATE: {key: +}")), "lima") as work:
            assert "accepts all" not in work.focus
            await work.press("+")
            assert work.message.startswith("relabelled")

    async def test_one_key_rejects_all_that_ask_the_same_as_one_step(self, lima: Bench) -> None:
        async with workbench(lima, "lima") as work:
            await work.press("minus")
            assert work.message == "rejected GPE “Lima”, 3 times"
            assert "1? 0✓" in work.header
        assert lima.actions("curator:ana", "lima") == ["reject alike"]

    async def test_without_a_suggestion_in_focus_nothing_is_decided(self, lima: Bench) -> None:
        async with workbench(lima, "lima") as work:
            await work.press("escape", "plus")
            assert work.message == "no suggestion in focus: tab goes to the next one"
            assert "4? 0✓" in work.header
