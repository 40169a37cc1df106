"""Random keys and mouse events: nothing breaks, and what the screen shows is what is stored."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count, takewhile
from pathlib import Path

import pytest
from textual import events

from annotator.errors import WorkflowError
from annotator.tui.screens.adjudicate import AdjudicateScreen
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.base import WorkScreen
from annotator.tui.screens.feedback import FeedbackScreen
from annotator.tui.screens.find_document import FindDocumentScreen
from annotator.tui.screens.help import HelpScreen
from annotator.tui.screens.queue import QueueScreen
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.adjudicating.gold import open_gold
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.annotating.session import AnnotationSession
from tests.tui.hostile_article import HOSTILE_TEXT
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import TEXT, Bench, link, make_bench, proposal, propose, under

SECONDS = float(os.environ.get("ANNOTATOR_FUZZ_SECONDS", "10"))  # read before the environment is cleared
STEPS = 80
LEAVE = {"ctrl+q", "q"}
TYPED = [*"asdfjklghwertyuiop1234", "enter", "escape", "escape", "space", "backspace"]
ALT = ["alt+1", "alt+2", "alt+3", "alt+4", "alt+shift+v", "alt+V", "alt+plus", "alt+y", "alt+equals_sign"]
"""Keys that add labels in either scheme."""
PASTED = ("ax1A\nu", "Ana\x1b[31m\n\nRuiz", "", "é" * 5000)


def keys(*screens: type[WorkScreen | HelpScreen]) -> list[str]:
    """Return every key of some screens but those that quit, and letters for hints and entries."""
    bound = [key for screen in screens for b in screen.BINDINGS for key in _keys(b)]
    return sorted(set(bound) - LEAVE) + TYPED + ALT


def _keys(binding: object) -> list[str]:
    return str(getattr(binding, "key", "")).split(",")


def make_workspace(folder: Path, overlap: str, *, yielding: bool = False) -> Bench:
    """Make a workspace; with ``yielding`` its labels have the keys of bindings that yield to labels."""
    bench = make_bench(folder, overlap)
    if yielding:
        keys = zip("1234", "V+y=", strict=True)
        bench = under(bench, *((f"{{key: {old}}}", f"{{key: '{new}'}}") for old, new in keys))
    for key, text in (("nota", TEXT * 6), ("trampa", HOSTILE_TEXT * 2 + TEXT), ("vacia", "…\n")):
        document = bench.add(key, text)
        if "Ana Ruiz" in text:
            ana, cruz = proposal(document, "Ana Ruiz", "PERSON", 0.9), proposal(document, "Cruz Roja", "ORG", 0.8)
            near = [proposal(document, "Cruz Roja en México", "ORG", 0.3), proposal(document, "México", "GPE", 0.7)]
            links = [link(ana, cruz, "works_for", 0.8), link(cruz, near[1], "located_in", 0.5)]
            propose(bench.store, document, [ana, cruz, *near], links)
    return bench


def seeds(end: float) -> Iterator[int]:
    """Yield numbers from 1, one at least, until the clock says ``end``."""
    yield 1
    yield from takewhile(lambda _: time.monotonic() < end, count(2))


async def play(work: WorkbenchDriver, dice: random.Random, keys: list[str], end: float) -> list[str]:
    """Do a number of things, until the clock says ``end`` at most, and check after each what is painted; say what."""
    done: list[str] = []
    for _ in range(STEPS):
        await stir(work, dice, done, keys)
        check_painted(work, done)
        if time.monotonic() > end:
            break
    return done


async def stir(work: WorkbenchDriver, dice: random.Random, done: list[str], keys: list[str]) -> None:
    """Do something, and note what."""
    width, height = work.app.size
    place = (dice.randrange(width), dice.randrange(height))
    what = dice.random()
    if what < 0.85:
        done.append(dice.choice(keys))
        await work.pilot.press(done[-1])
        return
    done.append(f"{what:.3f} at {place}")
    if what < 0.87:
        work.app.post_message(events.Paste(dice.choice(PASTED)))
        await work.settle()
    elif what < 0.9:
        await work.pilot.click(offset=place, times=dice.choice((1, 1, 2, 3)))
    elif what < 0.94:
        await work.drag(place, (dice.randrange(width), dice.randrange(height)))
    elif what < 0.97:
        wheel = dice.choice((events.MouseScrollDown, events.MouseScrollUp))
        await work.pilot._post_mouse_events([wheel], offset=place, button=0)
    else:
        await work.pilot.resize_terminal(dice.choice((3, 59, 60, 80, 111, 180)), dice.choice((2, 14, 15, 24, 50)))


def check_painted(work: WorkbenchDriver, done: list[str]) -> None:
    """Check that every row that is kept painted looks as it would if it were painted now."""
    for view in work.app.screen.query(TextView):
        for row, block in view._blocks.items():
            assert block == view.painter.block(row, view.highlights), f"row {row}: {done}"


KEYS = keys(AnnotateScreen, QueueScreen, FindDocumentScreen, HelpScreen)
JUDGING = keys(AdjudicateScreen, FeedbackScreen)


def content(session: AnnotationSession) -> tuple[object, ...]:
    """Return everything that a session knows of its layer."""
    layer = session.layer
    return (
        layer.content.spans,
        layer.content.relations,
        layer.suggestions.verdicts,
        layer.content.comments,
        layer.content.fields,
        [interval.id for interval in layer.order.pending],
        [interval.id for interval in layer.order.items],
    )


def gold_content(session: GoldSession) -> tuple[object, ...]:
    """Return everything that a session knows of what gold holds."""
    gold = session.content
    return gold.spans, gold.relations, gold.comments, gold.fields, [interval.id for interval in gold.index]


@pytest.mark.parametrize("overlap", ["flat", "any"])
async def test_random_hands_break_nothing(tmp_path: Path, overlap: str) -> None:
    end = time.monotonic() + SECONDS / 2
    for seed in seeds(end):
        dice = random.Random(f"{overlap} {seed}")
        bench = make_workspace(tmp_path / f"{seed}", overlap, yielding=seed % 2 == 0)
        async with workbench(bench, dice.choice((None, "nota", "trampa"))) as work:
            done = await play(work, dice, KEYS, end)
            if isinstance(work.app.screen, AnnotateScreen):
                session = work.session
                stored = bench.session(session.document.key)
                assert content(session) == content(stored), f"seed {seed}: {done}"
        bench.workspace.close()


def differ(bench: Bench, dice: random.Random) -> None:
    """Let three curators finish the articles, each in a way of their own."""
    for key in ("nota", "trampa"):
        for curator in ("bo", "carla", "dora"):
            session = bench.session(key, curator)
            session.accept_all(0.0)
            for span in list(session.layer.content.spans):
                what = dice.random()
                if what < 0.2:
                    session.delete(span)
                elif what < 0.4:
                    session.relabel(span, dice.choice(("PERSON", "ORG", "GPE")))
            for _ in range(4):
                token = dice.choice(session.document.tokens)
                with suppress(WorkflowError):
                    session.add(*token, dice.choice(("PERSON", "ORG", "GPE")))
            session.finish()
            session.bookmark.save(opened=False)


@pytest.mark.parametrize("overlap", ["flat", "any"])
async def test_random_hands_break_no_adjudication(tmp_path: Path, overlap: str) -> None:
    end = time.monotonic() + SECONDS / 2
    for seed in seeds(end):
        dice = random.Random(f"gold {overlap} {seed}")
        bench = make_workspace(tmp_path / f"{seed}", overlap)
        differ(bench, dice)
        async with workbench(bench, dice.choice(("nota", "trampa")), curator="bo", adjudicating=True) as work:
            done = await play(work, dice, JUDGING, end)
            if isinstance(work.app.screen, AdjudicateScreen):
                session = work.app.screen.session
                stored = open_gold(bench.workspace, session.document.key, "bo")
                assert gold_content(session) == gold_content(stored), f"seed {seed}: {done}"
                assert session.gold.layer.rulings == stored.gold.layer.rulings, f"seed {seed}: {done}"
        bench.workspace.close()
