"""Three curators and an adjudicator on the sample articles, in real terminals, up to the expected gold."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from annotator.workflow.workspace import Workspace
from tests.tui import three_curators
from tests.tui.three_curators import DOCUMENTS, TerminalUser, expected_gold, prepare, run, work_together

pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")


def work(anas: Path, bos: Path) -> None:
    """Let ana and bo work at the same time, each in a terminal and workspace, and then carla in bo's workspace."""
    ana = TerminalUser.at(anas, "annotate", DOCUMENTS[0], "--as", "ana")
    bo = TerminalUser.at(bos, "annotate", DOCUMENTS[0], "--as", "bo")
    work_together((ana, three_curators.ana), (bo, three_curators.bo))
    ana.quit()
    bo.quit()
    workspace = Workspace(bos)
    three_curators.carla(workspace)
    workspace.close()


def settle(*roots: Path) -> None:
    """Adjudicate in several workspaces at the same time, each in a terminal."""
    leads = [TerminalUser.at(root, "adjudicate", "--as", "lead") for root in roots]
    work_together(*((lead, three_curators.adjudicator) for lead in leads))
    for lead in leads:
        lead.quit()


def test_disagreements_of_every_kind_are_settled_by_keys_up_to_the_expected_gold(tmp_path: Path) -> None:
    root = tmp_path / "news"
    prepare(root).close()
    work(root, root)
    settle(root)
    assert run(root, "export", "jsonl") == expected_gold(root)
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
        assert run(root, "export", "jsonl") == expected_gold(root)
        run(root, "doctor")
    run(before, "merge", str(here))
    assert run(before, "export", "jsonl") == expected_gold(before)
