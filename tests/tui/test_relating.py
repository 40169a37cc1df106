"""Relations made by keys: hints on partners, the type asked where several fit, direction from the types."""

from __future__ import annotations

from pathlib import Path

from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import KEY, Bench, make_bench, range_of, relation_texts, under, verdicts


async def mark(work: WorkbenchDriver, phrase: str, key: str) -> None:
    """Label a phrase in view by its hint."""
    await work.press("escape", key)
    await work.press(*work.hint(phrase))


async def test_hints_stand_on_the_partners_that_the_scheme_allows(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("r")
        assert work.focus.startswith("relate PERSON “Ana Ruiz” to which?")
        prompt = work.annotating.prompts.current
        assert prompt is not None
        text = work.session.document.text
        assert [text[at:].split()[0] for at in prompt.hints] == ["Cruz"]


async def test_the_type_is_asked_where_several_fit(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("r", "a")
        assert work.focus.startswith("which?")
        assert "w works_for" in work.focus
        assert "l leads" in work.focus
        await work.press("l")
        assert work.message.startswith("related: “Ana Ruiz” leads → “Cruz Roja”")
        assert "5? 2✓ 1→" in work.header
        assert "╭────────leads─────────▼" in work.text
    assert relation_texts(news.session()) == {("Ana Ruiz", "leads", "Cruz Roja")}


async def test_taking_the_suggested_type_accepts_the_suggestion(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("r", "a", "w")
        assert "4? 2✓ 1→" in work.header
    assert relation_texts(news.session()) == {("Ana Ruiz", "works_for", "Cruz Roja")}
    assert list(verdicts(news.session()).values()) == ["accepted"] * 3


async def test_the_direction_follows_from_the_types(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("tab", "r")
        await work.press(*work.hint("Ana Ruiz"))
        await work.press("w")
    assert relation_texts(news.session()) == {("Ana Ruiz", "works_for", "Cruz Roja")}


async def test_the_type_is_not_asked_where_one_fits_and_symmetric_ones_begin_at_the_earlier(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await mark(work, "México coopera", "3")
        await mark(work, "Canadá", "3")
        assert work.focus.startswith("GPE “Canadá”")
        await work.press("r")
        await work.press(*work.hint("México coopera"))
        if "which?" in work.focus:
            await work.press("c")
        assert work.message.startswith("related: “México” cooperates_with → “Canadá”")
    assert relation_texts(news.session()) == {("México", "cooperates_with", "Canadá")}


async def test_where_nothing_can_be_related_it_is_said(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await mark(work, "Luis Paz", "1")
        await work.press("r")
        assert "no relation" in work.message
        assert work.annotating.prompts.current is None


async def test_a_suggested_relation_is_accepted_with_its_ends(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("tab", "tab", "a")
        assert "4? 2✓ 1→" in work.header
        await work.press("u")
        assert "5? 0✓ 0→" in work.header
    assert news.actions("curator:ana") == ["accept", "undo"]


async def test_a_suggested_relation_is_rejected_alone(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("tab", "tab", "x")
        assert "4? 0✓ 0→" in work.header
        assert work.focus.startswith("GPE?? “México”")


async def test_a_relation_is_retyped(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("A", "g", ".")
        assert work.focus.startswith("“Ana Ruiz” ─works_for→ “Cruz Roja”")
        await work.press("r", "l")
        assert work.message == "retyped: “Ana Ruiz” leads → “Cruz Roja”"
        assert "leads" in "\n".join(work.lines[1:4])
        await work.press("u")
        assert "works_for" in "\n".join(work.lines[1:4])
    assert relation_texts(news.session()) == {("Ana Ruiz", "works_for", "Cruz Roja")}


async def test_a_suggested_relation_is_corrected_by_retyping(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("tab", "tab", "r", "l")
        assert work.message.startswith("retyped: “Ana Ruiz” leads → “Cruz Roja”")
    assert relation_texts(news.session()) == {("Ana Ruiz", "leads", "Cruz Roja")}
    assert "corrected" in verdicts(news.session()).values()


async def test_a_relation_is_turned_round_where_the_types_allow(news: Bench) -> None:
    labels = news.workspace.labels_path
    text = labels.read_text(encoding="utf-8")
    labels.write_text(text + "  beside: {key: b, head: GPE, child: GPE}\n", encoding="utf-8")
    async with workbench(news, "nota") as work:
        await mark(work, "México coopera", "3")
        await mark(work, "Canadá", "3")
        await work.press("r")
        await work.press(*work.hint("México coopera"))
        assert "b beside" in work.focus
        assert "B beside ←" in work.focus
        await work.press("b")
        assert work.message.startswith("related: “Canadá” beside → “México”")
        await work.press(".", "r", "b")
        assert work.message == "retyped: “México” beside → “Canadá”"
    assert relation_texts(news.session()) == {("México", "beside", "Canadá")}


async def test_a_relation_is_deleted_alone(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("A", "g", ".", "d")
        assert work.message.startswith("deleted “Ana Ruiz” works_for → “Cruz Roja”")
        assert "2✓ 0→" in work.header
        assert "works_for" not in "\n".join(work.lines[1:4])


async def test_the_relations_of_a_span_are_walked(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("tab", ".")
        seen = {work.focus[:24]}
        await work.press("escape", "g", "l", "l", "l", "l", ".", ".")
        seen.add(work.focus[:24])
        assert seen == {"“Ana Ruiz” ─works_for?→ ", "“Cruz Roja” ─located_in?"}


async def test_arcs_of_the_focus_or_of_all(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        assert "works_for?" in work.text
        assert "located_in?" not in work.text
        await work.press("R")
        assert "works_for?" in work.text
        assert "located_in?" in work.text
        await work.press("R", "escape")
        assert "works_for?" not in work.text


async def test_an_arc_to_another_line_names_it(news: Bench) -> None:
    async with workbench(news, "nota", size=(60, 24)) as work:
        await mark(work, "México coopera", "3")
        await mark(work, "Canadá", "3")
        await work.press("r")
        await work.press(*work.hint("México coopera"))
        if "which?" in work.focus:
            await work.press("c")
        assert "cooperates_with → line 2╶▼" in work.text
        assert "▼╴cooperates_with ← line 1" in work.text


async def test_all_arcs_show_a_new_type_at_once(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("A", "g", ".", "R", "r", "l")
        shown = "\n".join(work.lines[1:-4])
        assert "leads" in shown
        assert "works_for" not in shown


async def test_the_next_relation_from_the_same_span_takes_two_keys(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("r", "a", "w")
        assert work.focus.startswith("PERSON “Ana Ruiz”")
        assert work.message == "related: “Ana Ruiz” works_for → “Cruz Roja” · r another"
        await work.press("r", "a")
        assert work.message == "related: “Ana Ruiz” leads → “Cruz Roja”"
        assert work.focus.startswith("“Ana Ruiz” ─leads→ “Cruz Roja”")
        await work.press("tab")
        assert work.message.startswith("tab next")  # it no longer speaks of what was related
    assert len(relation_texts(news.session())) == 2


async def test_types_that_one_line_has_no_room_for_are_listed_above_the_question(tmp_path: Path) -> None:
    names = ("employee_of", "founder_of", "shareholder_of", "member_of", "lawyer_of", "critic_of", "accused_by")
    kinds = dict(zip("abdeghj", names, strict=True))
    declared = "".join(f"  {name}: {{key: {key}, head: PERSON, child: ORG}}\n" for key, name in kinds.items())
    bench = under(make_bench(tmp_path), ("relations:\n", f"relations:\n{declared}"))
    document, session = bench.add(), bench.session()
    for words, label in (("Ana Ruiz", "PERSON"), ("Cruz Roja", "ORG")):
        session.add(*range_of(document, words), label)
    async with workbench(bench, KEY) as work:
        await work.press("g", "r", "a")
        assert work.focus.startswith("which?   esc cancels")
        assert all(f"{key} {name}" in work.text for key, name in kinds.items())
        await work.press("d")
        assert relation_texts(work.session) == {("Ana Ruiz", "shareholder_of", "Cruz Roja")}
        assert "j accused_by" not in work.text
