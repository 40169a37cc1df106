"""Attributes and groups set by keys in the annotate screen, and what it shows of them."""

from __future__ import annotations

import pytest

from annotator.annotation import suggested_span
from tests.attributes.test_groups import groups, mentions
from tests.attributes.test_session import mark, stored
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench, proposal, propose

SIZES = ((80, 24), (200, 60))


@pytest.fixture
def marked(bench: Bench) -> Bench:
    """An event, a person and a place in focus by their order."""
    session = bench.session("flood")
    for words, label in (("flooded", "EVENT"), ("Ines Duarte", "PERSON"), ("Lema", "PLACE")):
        mark(session, words, label)
    return bench


async def focus(work: WorkbenchDriver, words: str) -> None:
    """Put the span with these words in focus."""
    (span,) = (s for s in work.session.content.spans.values() if work.session.checks.text_of(s) == words)
    work.annotating.focus_item(span.id)
    await work.settle()


@pytest.mark.parametrize("size", SIZES)
async def test_two_keys_set_a_value_and_take_it_away(marked: Bench, size: tuple[int, int]) -> None:
    async with workbench(marked, "flood", size=size) as work:
        await focus(work, "flooded")
        await work.press("'")
        assert work.focus.startswith("EVENT “flooded”: which attribute?")
        assert any("certainty" in line and "c certain ✓" in line for line in work.lines)
        await work.press("p")
        assert work.message == "certainty of EVENT “flooded”: possible"
        assert "EVENT·possible" in work.text
        await work.press("'", "n")
        assert "EVENT·neg·possible" in work.text
        assert "negated · certainty possible" in work.focus
        await work.press("'", "n", "u")
        assert "EVENT·neg·possible" in work.text
        await work.press("u", "u", "'", "c")
        assert "certain" in work.message
    assert stored(marked) == {}


async def test_a_text_a_number_and_a_date_are_typed(marked: Bench) -> None:
    async with workbench(marked, "flood") as work:
        await focus(work, "flooded")
        await work.press("'", "d")
        await work.type("many")
        assert "deaths: found 'many', expected a number" in work.text
        assert work.line("#entry") == "many"
        await work.press("ctrl+u")
        await work.type("12")
        await work.press("'", "w")
        await work.type("2024-05-06")
        assert "EVENT·deaths 12·2024-05-06" in work.text
        await focus(work, "Lema")
        await work.press("'", "m")
        await work.type("a river")
    assert stored(marked) == {"flooded": {"deaths": 12, "when": "2024-05-06"}, "Lema": {"remark": "a river"}}
    async with workbench(marked, "flood") as work:
        await focus(work, "Lema")
        await work.press("'", "m", "ctrl+u", "enter")
    assert stored(marked) == {"flooded": {"deaths": 12, "when": "2024-05-06"}}


async def test_twice_or_without_focus_it_is_about_the_document(marked: Bench) -> None:
    async with workbench(marked, "flood") as work:
        assert work.lines[1].startswith(" topic: —   reviewed: no")
        await work.press("escape", "'", "e")
        await focus(work, "Lema")
        await work.press("'", "'", "h")
        assert work.message == "topic of the document: economy, health"
        assert work.lines[1].startswith(" topic: economy, health")
        await work.pilot.click("#strip")
        await work.press("r")
    assert stored(marked) == {"": {"reviewed": True, "topic": ["economy", "health"]}}


async def test_letters_after_a_key_that_sets_nothing_do_nothing(marked: Bench) -> None:
    async with workbench(marked, "flood") as work:
        await focus(work, "Lema")
        await work.press("'", "x", "x", "d")
        assert "d did nothing" in work.message
        assert len(work.session.content.spans) == 3


async def test_a_key_that_is_none_of_the_attributes_is_told(marked: Bench) -> None:
    async with workbench(marked, "flood") as work:
        await focus(work, "flooded")
        await work.press("'", "9")
        assert work.message == "no such choice: 9"
    assert stored(marked) == {}


async def test_a_suggestion_is_accepted_by_it(bench: Bench) -> None:
    document = bench.document("flood")
    start = document.text.index("flooded")
    propose(bench.store, document, [suggested_span(start, start + 7, "EVENT", "rules@1", 0.8)])
    async with workbench(bench, "flood") as work:
        assert "EVENT?" in work.text
        await work.press("'", "l")
        assert "EVENT·likely" in work.text
    assert stored(bench) == {"flooded": {"certainty": "likely"}}


async def test_the_attributes_are_given_to_all_identical_mentions_in_one_step(bench: Bench) -> None:
    session = bench.session("flood")
    mentions(session)
    async with workbench(bench, "flood") as work:
        await work.press("g")
        await focus_nth(work, 0)
        await work.press("'", "g")
        assert "piece of a name" in work.text
        await work.type("Q7")
        assert "PLACE=Q7" in work.text
        await work.press("'", "*")
        assert work.message == "gazetteer Q7: given to 2 more mentions"
        assert [s.attributes for s in work.session.content.spans.values()].count({"gazetteer": "Q7"}) == 3
        await work.press("u")
        assert [s.attributes for s in work.session.content.spans.values()].count({"gazetteer": "Q7"}) == 1


async def focus_nth(work: WorkbenchDriver, number: int) -> None:
    """Put the mention with this place in the text in focus."""
    spans = sorted(work.session.content.spans.values(), key=lambda span: span.start)
    work.annotating.focus_item(spans[number].id)
    await work.settle()


async def test_mentions_are_joined_in_two_keys_and_taken_apart_in_one(bench: Bench) -> None:
    mentions(bench.session("flood"))
    async with workbench(bench, "flood") as work:
        await focus_nth(work, 2)
        await work.press(",")
        assert work.focus.startswith("PLACE “Nova Riva” is one with which?")
        assert work.message == ", “Nova Riva”, the likeliest"
        await work.press(",")
        assert work.message == "2 mentions are one: “Nova Riva”"
        assert "\n".join(work.lines[:-3]).count("PLACE₁") == 2
        await focus_nth(work, 4)
        await work.press(",")
        assert work.message == ", “Nova Riva”, the likeliest · digits are groups: 1 “Nova Riva”"
        await work.press("1")
        assert work.message == "3 mentions are one: “Nova Riva” = “NR”"
        await focus_nth(work, 3)
        await work.press(",")
        await work.press(*work.hint("NR"))
        assert groups(work.session) == [[0, 2, 3, 4]]
        await focus_nth(work, 2)
        await work.press("<")
        assert work.message == "PLACE “Nova Riva” stands alone; the other 3 stay one"
        assert groups(work.session) == [[0, 3, 4]]
        await work.press("<", "d")
        assert "it is in no group" in work.message
        assert "\n".join(work.lines[:-3]).count("PLACE₁") == 3
    assert groups(bench.session("flood")) == [[0, 3, 4]]


async def test_links_of_groups_are_no_arcs(bench: Bench) -> None:
    mentions(bench.session("flood"))
    async with workbench(bench, "flood") as work:
        await focus_nth(work, 0)
        before = work.lines[2:8]
        await work.press(",", "a")
        assert "same_as" not in "\n".join(work.lines[2:12])
        await work.press("R")
        assert "same_as" not in "\n".join(work.lines[2:12])
        assert len(before) == 6


async def test_groups_are_listed_in_place_of_their_links(bench: Bench) -> None:
    session = bench.session("flood")
    ids = mentions(session)
    flood = mark(session, "flooded", "EVENT")
    session.relate(ids[1], flood, "takes_part_in")
    async with workbench(bench, "flood", size=(200, 60)) as work:
        panel = work.annotating.panel
        before = panel.count()
        await focus_nth(work, 0)
        await work.press(",", ",")
        assert panel.count() == before
        assert "1 group · , joins" in work.text
        work.annotating.focus_item(flood)
        await work.settle()
        assert panel.index is not None
        assert panel.item_id(panel.index) == flood
        assert panel.first_line(panel.count()) == len([line for line in work.lines if "│✓" in line or "│?" in line])
        await work.press("\\")
        await work.type("same_as")
        assert panel.count() == 1


async def click(work: WorkbenchDriver, words: str) -> None:
    """Click on some words of the screen."""
    y = next(y for y, line in enumerate(work.lines) if words in line)
    await work.pilot.click(offset=(work.lines[y].index(words), y))
    await work.settle()


async def test_a_click_on_a_choice_or_on_a_group_does_that_and_no_more(bench: Bench) -> None:
    session = bench.session("flood")
    flood = mark(session, "flooded", "EVENT")
    mentions(session)
    async with workbench(bench, "flood", size=(200, 60)) as work:
        work.annotating.focus_item(flood)
        await work.press("'")
        await click(work, "p possible")
        assert work.message == "certainty of EVENT “flooded”: possible"
        await focus_nth(work, 3)
        await work.press(",", ",")
        await focus_nth(work, 1)
        await click(work, "₁ Nova Riva ×2")
        assert work.session.checks.name_of(str(work.annotating.item_id)) == "PLACE “Nova Riva”"
        focused = work.annotating.item_id
        await click(work, "1 group · , joins")
        assert work.annotating.item_id == focused


async def test_a_document_is_finished_only_after_the_line_that_asks(bench: Bench) -> None:
    propose(bench.store, bench.document("flood"), [proposal(bench.document("flood"), "flooded", "EVENT")])
    asked = "1 still undecided: space again finishes, tab goes to the next"
    async with workbench(bench, "flood") as work:
        await work.press("a", "u", "space")
        assert work.message == asked
        await click(work, "topic")
        await work.press("e")
        assert work.message == "topic of the document: economy"
        await work.press("space")
        assert work.message == asked
        work.app.run_later(work.annotating, "undo")
        await work.settle()
        await work.press("space")
        assert work.message == asked
        await work.press("space")
    assert bench.session("flood").state == "done"


PLACES = "id,name,aliases,type,description\nQ1,Nova Riva,NR,city,on the Lema\nQ2,Lemá,,river,\nQ3,Riva Alta,,city,\n"


async def test_an_entry_is_linked_in_two_keys_or_found_by_name(bench: Bench) -> None:
    folder = bench.workspace.root / "catalogs"
    folder.mkdir()
    (folder / "places.csv").write_text(PLACES, encoding="utf-8")
    mentions(bench.session("flood"))
    async with workbench(bench, "flood") as work:
        await focus_nth(work, 0)
        await work.press("'")
        assert any("gazetteer" in line and "1 Q1 Nova Riva" in line for line in work.lines)
        await work.press("1")
        assert "PLACE=Q1" in work.text
        assert "gazetteer Q1 Nova Riva" in work.focus
        await focus_nth(work, 1)
        await work.press("'", "g", *"lema")
        assert "Lemá  Q2  river" in work.text
        await work.press("enter")
        assert work.message == "gazetteer of PLACE “Lema”: Q2"
        await work.press("'", "g")
        assert work.line("#keys").startswith("enter take away")
        await work.press("down")
        assert work.line("#keys").startswith("enter take ·")
        await work.press("escape")
        await work.press("\\")
        await work.type("=Q2")
        assert work.annotating.panel.count() == 1, work.text
    assert stored(bench) == {"Nova Riva": {"gazetteer": "Q1"}, "Lema": {"gazetteer": "Q2"}}


async def test_what_enter_takes_is_told_beside_what_is_wrong_with_a_catalog(marked: Bench) -> None:
    (marked.workspace.root / "catalogs" / "places.csv").unlink(missing_ok=True)
    async with workbench(marked, "flood") as work:
        await focus(work, "Lema")
        await work.press("'", "g", *"Q7")
        assert work.line("#keys").startswith("no catalog 'places'")
        assert work.line("#keys").endswith("enter takes “Q7” as it is · esc back")
        await work.press(*"x" * 100)
        assert "enter takes “Q7xxxx" in work.line("#keys")
        assert work.line("#keys").endswith("as it is · esc back")
