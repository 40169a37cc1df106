"""``annotator evaluate`` under a scheme with attributes and an equivalence."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from annotator.cli.main import main
from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.annotating.group_steps import GroupSteps
from tests.schemas import schema_problems
from tests.workspaces import Bench, focused

STORIES = (
    ("Orvel", "The fair in Orvel was called off. Traders left Orvel before noon and went home by boat."),
    ("Tamsin", "A storm passed over Tamsin at night. People in Tamsin say that no roof fell in."),
    ("Quenby", "The match at Quenby did not take place, since the ferry to Quenby stayed in its harbour."),
)


@pytest.fixture
def finished(bench: Bench) -> Bench:
    for town, text in STORIES:
        bench.add(town, text)
        session = bench.session(town)
        starts = [at for at in range(len(text)) if text.startswith(town, at)]
        mentions = [focused(session.add(at, at + len(town), "PLACE")) for at in starts]
        for one, other in pairwise(mentions):
            GroupSteps(session).join(one, other, "same_as")
        AttributeSteps(session).toggle(None, "topic", "sport" if "match" in text else "economy")
        session.finish()
    return bench


def test_it_measures_attributes_and_groups(finished: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["evaluate", "--layer", "curator:ana", "--folds", "3", "-w", str(finished.workspace.root)]
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert schema_problems("evaluate", found) == []
    assert found["attributes"].keys() == finished.scheme.attributes.keys()
    assert found["attributes"]["topic"] is None, "three documents are too few to learn it from"
    assert found["groups"] == {"same_as": dict.fromkeys(("conll", "muc", "b3", "ceafe", "lea"), 1.0)}
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "groups between true spans: same_as" in printed
    assert "attributes of true spans, and of documents" in printed
