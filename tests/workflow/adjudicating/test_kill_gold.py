"""However an adjudication ends, every decision that was acknowledged is there, whole, and the database is sound."""

from __future__ import annotations

import os
import random

import pytest

from annotator.history import GOLD, LayerName
from annotator.labels.retired import retired
from annotator.store import check_database
from tests.processes import killed
from tests.workflow.adjudicating.finished_documents import finish, judge
from tests.workspaces import KEY, Bench

ROUNDS = int(os.environ.get("ANNOTATOR_KILLS", "6"))  # read before the fixture that clears the environment
MOST_STEPS = 20

ADJUDICATE = """
import random, sys
from annotator.errors import WorkflowError
from annotator.workflow.adjudicating.gold import adjudicate
from tests.workspaces import KEY, open_bench
chance = random.Random(int(sys.argv[2]))
session = adjudicate(open_bench(sys.argv[1]).workspace, KEY, "lead")
print("open", flush=True)
while True:
    cases = [case.id for case in session.gold.settlement.cases]
    spans = sorted(session.content.spans)
    actions = [
        lambda: session.choose(chance.choice(cases), chance.choice(("ana", "bo", "carla"))),
        lambda: session.choose_none(chance.choice(cases)),
        lambda: session.relabel(chance.choice(spans), chance.choice(("PERSON", "ORG", "GPE"))),
        lambda: session.delete(chance.choice(spans)),
        session.choose_majority_everywhere,
        session.undo,
        session.redo,
        session.finish,
    ]
    try:
        chance.choice(actions)()
    except (WorkflowError, IndexError):
        continue
    print(session.gold.editor.length, session.gold.editor.head, flush=True)
"""


@pytest.fixture
def disputed(bench: Bench) -> Bench:
    ana, cruz, mexico = ("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja"), ("GPE", "México")
    finish(bench, "ana", ana, cruz, mexico, links=((ana, "works_for", cruz), (cruz, "located_in", mexico)))
    finish(bench, "bo", ("PERSON", "Ana"), cruz, ("ORG", "México"), links=((("PERSON", "Ana"), "leads", cruz),))
    finish(bench, "carla", ana, ("ORG", "Cruz Roja en México"), ("GPE", "Canadá"), ("DATE", "mayo"))
    return bench


def test_killed_at_any_moment_a_decision_is_whole_or_did_not_happen(disputed: Bench) -> None:
    chance = random.Random(2024)
    for number in range(ROUNDS):
        length, head = killed(ADJUDICATE, disputed.workspace.root, number, chance.randint(1, MOST_STEPS))
        info = disputed.store.layer(LayerName(KEY, GOLD))
        assert info is not None
        assert info.length >= length
        assert disputed.store.event(info, length).hash == head
        assert list(check_database(disputed.store)) == []
        session = judge(disputed)
        stored = disputed.store.annotations(info.id)
        assert stored == session.gold.settlement.content  # spans, relations and rulings go together
        assert disputed.store.rulings(info.id) == session.gold.settlement.rulings
        assert not retired(disputed.scheme, stored, session.document.sentences)
