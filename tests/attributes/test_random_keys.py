"""Random keys and mouse events under a scheme with attributes, a catalog and groups: nothing breaks."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

from annotator.annotation import suggested_relation
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.choose_value import ChooseValueScreen
from annotator.workflow.workspace import Workspace
from tests.attributes.conftest import LABELS, TEXT
from tests.tui.test_random import content, keys, play, seeds
from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench, proposal, propose

SECONDS = float(os.environ.get("ANNOTATOR_FUZZ_SECONDS", "10")) / 3
KEYS = [*keys(AnnotateScreen, ChooseValueScreen), *["apostrophe", "comma", "less_than_sign"] * 8]
PLACES = "id,name,aliases\nQ1,Nova Riva,NR\nQ2,Lemá,\n"


def make_workspace(root: Path, dice: random.Random) -> Bench:
    """Two articles, with mentions, links and attributes of the document suggested."""
    root.mkdir()
    shutil.copy(LABELS, root / "labels.yaml")
    (root / "catalogs").mkdir()
    (root / "catalogs" / "places.csv").write_text(PLACES, encoding="utf-8")
    bench = Bench(Workspace(root))
    document = bench.add("flood", TEXT * 4)
    bench.add("empty", "…\n")
    spans = [
        proposal(document, words, label, 0.8) for words, label in (("flooded", "EVENT"), ("Ines Duarte", "PERSON"))
    ]
    spans[0] = spans[0].replace(attributes={"certainty": "possible"})
    spans += [proposal(document, "Nova Riva", "PLACE", 0.9), proposal(document, "NR", "PLACE", 0.7)]
    propose(bench.store, document, spans, [suggested_relation(spans[2], spans[3], "same_as", "same@1", 0.7)])
    session = bench.session("flood")
    for token in dice.sample(list(session.document.tokens), 6):
        if not session.content.clashes(*token):
            session.add(*token, dice.choice(("PERSON", "PLACE", "EVENT")))
    return bench


async def test_random_hands_break_nothing(tmp_path: Path) -> None:
    end = time.monotonic() + SECONDS
    chosen = int(os.environ.get("ANNOTATOR_FUZZ_SEED", "0"))
    for seed in [chosen] if chosen else seeds(end):
        dice = random.Random(f"attributes {seed}")
        bench = make_workspace(tmp_path / f"{seed}", dice)
        async with workbench(bench, "flood", size=dice.choice(((80, 24), (200, 60)))) as work:
            done = await play(work, dice, KEYS, end)
            if isinstance(work.app.screen, AnnotateScreen):
                session = work.session
                stored = bench.session(session.document.key)
                assert content(session) == content(stored), f"seed {seed}: {done}"
                assert session.content.document_attributes == stored.content.document_attributes, done
                assert _groups(session) == _groups(stored), f"seed {seed}: {done}"
        bench.workspace.close()


def _groups(session: object) -> set[frozenset[str]]:
    groups = session.content.groups  # type: ignore[attr-defined]
    return {frozenset(groups.members(number)) for number in groups}
