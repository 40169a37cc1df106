"""The question for attributes where keys are scarce, and where what is set is retired: each key does what it says."""

from __future__ import annotations

from annotator.workflow.annotating.attribute_steps import AttributeSteps
from tests.attributes.conftest import PLACES
from tests.attributes.test_session import mark, stored
from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench, under

LAST = "  reviewed: {of: document, type: flag, key: r}\n"
FURTHER = LAST + (
    "  seen_as: {of: PLACE, catalog: places, several: true, key: '*'}\n"
    "  rank: {of: PLACE, values: {first: 1, second: x}}\n"
)


def with_places(bench: Bench, *changes: tuple[str, str]) -> Bench:
    folder = bench.workspace.catalogs
    folder.mkdir()
    (folder / "places.csv").write_text(PLACES, encoding="utf-8")
    return under(bench, *changes)


async def test_each_digit_stands_for_one_entry_where_two_catalogs_offer_some(bench: Bench) -> None:
    bench = with_places(bench, (LAST, FURTHER))
    session = bench.session("flood")
    place = mark(session, "Nova Riva", "PLACE")
    AttributeSteps(session).set(place, "seen_as", [f"X{n}" for n in range(11)])  # more than there are digits
    async with workbench(bench, "flood") as work:
        work.annotating.focus_item(place)
        await work.press("'")
        assert "1 first" in work.text
        assert "gazetteer 2 P1 Nova Riva" in work.text
        assert "seen_as   3 X0 ✓" in work.text
        assert "  X9 ✓" in work.text
        assert "gives these" not in work.text, "* is the key of an attribute here"
        await work.press("2", "'", "3")
    attributes = stored(bench)["Nova Riva"]
    assert isinstance(attributes, dict)
    assert attributes["gazetteer"] == "P1"
    assert attributes["seen_as"] == sorted(f"X{n}" for n in range(1, 11))


async def test_what_is_retired_is_taken_away_by_a_key(bench: Bench) -> None:
    session = bench.session("flood")
    steps, event, mayor = (
        AttributeSteps(session), mark(session, "flooded", "EVENT"), mark(session, "Ines Duarte", "PERSON"),
    )  # fmt: skip
    steps.set(event, "certainty", "likely")
    steps.set(event, "deaths", 3)
    steps.set(mayor, "role", ["speaker", "official"])
    steps.set(None, "topic", ["sport"])
    bench = under(
        bench, ("      likely: l\n", ""), ("  deaths: {of", "  dead: {of"), ("[speaker, ", "["), (", sport: s", "")
    )
    async with workbench(bench, "flood") as work:
        work.annotating.focus_item(event)
        await work.settle()
        assert "' - takes it away" in work.focus
        await work.press("'")
        assert "- takes certainty† likely, deaths† 3 away" in work.text
        await work.press("-")
        assert work.message == "taken away: certainty likely, deaths 3"
        await work.press("u", "ctrl+r")
        work.annotating.focus_item(mayor)
        await work.press("'", "-")
        assert work.message == "taken away: role speaker"
        await work.press("'", "'", "-", "tab")
        assert "nothing left to decide" in work.message
    assert stored(bench) == {"Ines Duarte": {"role": ["official"]}}
