"""Three curators and an adjudicator on the sample articles, in real terminals, to the gold that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui import newsroom
from tests.tui.newsroom import Hands, at_once, meant, prepare, run


@pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")
def test_disagreements_of_every_kind_are_settled_by_keys_to_the_gold_that_is_meant(tmp_path: Path) -> None:
    root = tmp_path / "news"
    workspace = prepare(root)
    first = newsroom.DOCUMENTS[0]
    ana, bo = (Hands.at(root, "annotate", first, "--as", name) for name in ("ana", "bo"))
    at_once((ana, newsroom.ana), (bo, newsroom.bo))
    ana.quit()
    bo.quit()
    newsroom.carla(workspace)
    lead = Hands.at(root, "adjudicate", "--as", "lead")
    newsroom.adjudicator(lead)
    lead.quit()
    assert run(root, "export", "jsonl") == meant(workspace)
    run(root, "doctor")
    workspace.close()
