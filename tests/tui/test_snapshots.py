"""Pictures of the screens, for what tests on text do not see: colours, emphasis, focus."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from annotator.tui import themes
from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.annotating.group_steps import GroupSteps
from annotator.workflow.settings import Preferences
from tests.attributes.conftest import with_attributes
from tests.attributes.test_groups import mentions
from tests.tui.svg_snapshot import assert_looks_like
from tests.tui.workbench_driver import workbench
from tests.workflow.adjudicating.finished_documents import judge
from tests.workspaces import Bench


@dataclass(frozen=True)
class Scene:
    """A screen to take a picture of: who opens what, and the keys that lead there."""

    keys: tuple[str, ...] = ()
    document: str | None = "nota"
    curator: str = "ana"
    size: tuple[int, int] = (80, 24)
    adjudicating: bool = False
    preferences: Preferences = field(default_factory=Preferences)


ANNOTATING = {
    "annotate-lanes": Scene(),
    "annotate-wide": Scene(("a",), size=(120, 40)),
    "annotate-compact": Scene(("a", "m")),
    "annotate-plain": Scene(("a", "m", "m")),
    "annotate-arcs": Scene(("A", "R", "tab")),
    "annotate-hints": Scene(("escape", "semicolon")),
    "annotate-selection": Scene(("a", "escape", "G", "v", "h")),
    "annotate-light": Scene(("a",), preferences=Preferences(theme=themes.LIGHT.name)),
    "annotate-no-color": Scene(("a",)),
    "queue": Scene(document=None),
    "help": Scene(("question_mark",)),
}
ADJUDICATING = {
    "adjudicate": Scene(curator="lead", adjudicating=True),
    "adjudicate-settled": Scene(("1", "shift+tab"), curator="lead", adjudicating=True, size=(120, 30)),
}
READING = {
    "comments": Scene(("c", "j"), document=None, curator="lead"),
}
MEASURING = {
    "agreement": Scene(("A",), document=None, curator="lead"),
    "confusion": Scene(("A", "4"), document=None, curator="lead"),
    "disagreements": Scene(("A", "3", "j", "j", "enter"), document=None, curator="lead"),
}


async def assert_pictured(bench: Bench, name: str, scene: Scene, folder: Path) -> None:
    opening = {"size": scene.size, "adjudicating": scene.adjudicating, "preferences": scene.preferences}
    async with workbench(bench, scene.document, curator=scene.curator, **opening) as work:  # type: ignore[arg-type]
        for key in scene.keys:
            await work.press(key)
            await work.app.workers.wait_for_complete()
            await work.settle()
        assert_looks_like(work, name, folder)


@pytest.mark.parametrize("name", ANNOTATING)
async def test_annotating(news: Bench, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "annotate-no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    await assert_pictured(news, name, ANNOTATING[name], tmp_path)


@pytest.mark.parametrize("name", READING)
async def test_reading(disputed: Bench, name: str, tmp_path: Path) -> None:
    await assert_pictured(disputed, name, READING[name], tmp_path)


@pytest.mark.parametrize("name", ADJUDICATING)
async def test_adjudicating(disputed: Bench, name: str, tmp_path: Path) -> None:
    await assert_pictured(disputed, name, ADJUDICATING[name], tmp_path)


async def test_feedback(disputed: Bench, tmp_path: Path) -> None:
    session = judge(disputed)
    for _ in range(4):
        session.choose(session.gold.open[0].id, "ana")
    session.finish()
    await assert_pictured(disputed, "feedback", Scene(("f",), document=None, curator="bo"), tmp_path)


@pytest.mark.parametrize("name", MEASURING)
async def test_agreement(finished: Bench, name: str, tmp_path: Path) -> None:
    await assert_pictured(finished, name, MEASURING[name], tmp_path)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_attributes_and_groups(tmp_path: Path, size: tuple[int, int]) -> None:
    bench = with_attributes(tmp_path)
    session = bench.session("flood")
    ids = mentions(session)
    steps, groups = AttributeSteps(session), GroupSteps(session)
    for one, other in ((2, 0), (3, 2), (4, 3)):
        groups.join(ids[one], ids[other], "same_as")
    steps.set(ids[1], "remark", "a river")
    steps.toggle(None, "topic", "health")
    async with workbench(bench, "flood", size=size) as work:
        work.annotating.focus_item(ids[1])
        await work.press("'")
        assert_looks_like(work, f"attributes-{size[0]}", tmp_path)
    bench.workspace.close()
