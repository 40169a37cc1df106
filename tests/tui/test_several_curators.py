"""Three curators and an adjudicator on the sample articles, in real terminals, to the gold that is meant."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from annotator.workflow.workspace import Workspace
from tests.tui import newsroom
from tests.tui.newsroom import DOCUMENTS, Hands, at_once, meant, prepare, run

pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")


def work(anas: Path, bos: Path) -> None:
    """Let ana and bo work at the same time, each in a terminal and a workspace of theirs, and carla where bo does."""
    ana = Hands.at(anas, "annotate", DOCUMENTS[0], "--as", "ana")
    bo = Hands.at(bos, "annotate", DOCUMENTS[0], "--as", "bo")
    at_once((ana, newsroom.ana), (bo, newsroom.bo))
    ana.quit()
    bo.quit()
    workspace = Workspace(bos)
    newsroom.carla(workspace)
    workspace.close()


def settle(*roots: Path) -> None:
    """Adjudicate in some workspaces at the same time, each in a terminal."""
    leads = [Hands.at(root, "adjudicate", "--as", "lead") for root in roots]
    at_once(*((lead, newsroom.adjudicator) for lead in leads))
    for lead in leads:
        lead.quit()


def test_disagreements_of_every_kind_are_settled_by_keys_to_the_gold_that_is_meant(tmp_path: Path) -> None:
    root = tmp_path / "news"
    prepare(root).close()
    work(root, root)
    settle(root)
    assert run(root, "export", "jsonl") == meant(root)
    run(root, "doctor")


def test_the_same_through_two_databases_merged_both_ways_round(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    prepare(here).close()
    shutil.copytree(here, there)
    work(here, there)
    before = tmp_path / "before"
    shutil.copytree(here, before)
    run(here, "merge", str(there))
    run(there, "merge", str(before))
    settle(here, there)
    for root in (here, there):
        assert run(root, "export", "jsonl") == meant(root)
        run(root, "doctor")
    run(before, "merge", str(here))
    assert run(before, "export", "jsonl") == meant(before)
