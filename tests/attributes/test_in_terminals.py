"""Two curators who differ on an attribute, a link and a group, and an adjudicator, by keys in real terminals."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from annotator.corpus import Article, build_document
from annotator.history import GOLD, LayerName
from annotator.workflow.workspace import Workspace
from tests.attributes.conftest import LABELS, TEXT
from tests.tui.three_curators import TerminalUser, run, work_together
from tests.workspaces import add_document, proposal, propose

pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")
KEY = "flood"
PLACES = "id,name,aliases,type,description\nQ1,Nova Riva,,town,a town\nQ2,Nova Riva,,district,a district\n"
SUGGESTED = [("Nova Riva", "PLACE", 0), ("flooded", "EVENT", 0), ("Ines Duarte", "PERSON", 0), ("Duarte", "PERSON", 1)]


def prepare(root: Path) -> None:
    root.mkdir()
    shutil.copy(LABELS, root / "labels.yaml")
    (root / "none.yaml").write_text("learn: false\n", encoding="utf-8")
    (root / "places.csv").write_text(PLACES, encoding="utf-8")
    run(root, "catalog", "add", "places", str(root / "places.csv"))
    workspace = Workspace(root)
    document = add_document(workspace.store, build_document(Article(KEY, TEXT, lang="en"), ("en", "es")))
    propose(workspace.store, document, [proposal(document, text, label, nth=nth) for text, label, nth in SUGGESTED])
    workspace.close()


def ana(user: TerminalUser) -> None:
    user.sees("PLACE? “Nova Riva”")
    user.press("'", "1", "tab")
    user.sees("EVENT? “flooded”")
    user.press("'", "p", "tab", "a", ",", ",")
    user.sees("2 mentions are one")
    user.press("'", "'", "h")
    user.sees("topic of the document: health")
    user.press("space")


def bo(user: TerminalUser) -> None:
    user.sees("PLACE? “Nova Riva”")
    user.press("'", "2", "tab")
    user.sees("EVENT? “flooded”")
    user.press("'", "l", "tab", "a", "a", "'", "h")
    user.sees("topic of the document: health")
    user.press("space")


def lead(user: TerminalUser) -> None:
    """Choose ana's link and group, and bo's certainty."""
    user.sees("1 of 3 open")
    user.press("1")
    user.sees("certainty of EVENT")
    user.press("2")
    user.sees("same_as")
    user.press("1")
    user.sees("nothing left to settle")
    user.press("space")


def test_an_attribute_a_link_and_a_group_are_settled_by_keys(tmp_path: Path) -> None:
    root = tmp_path / "news"
    prepare(root)
    one, other = (TerminalUser.at(root, "annotate", KEY, "--as", name) for name in ("ana", "bo"))
    work_together((one, ana), (other, bo))
    one.quit()
    other.quit()
    judge = TerminalUser.at(root, "adjudicate", "--as", "lead")
    work_together((judge, lead))
    judge.quit()
    workspace = Workspace(root)
    info = workspace.store.layer(LayerName(KEY, GOLD))
    assert info is not None
    assert info.state == "done"
    content = workspace.store.annotations(info.id)
    assert {TEXT[s.start : s.end]: s.attributes for s in content.spans.values()} == {
        "Nova Riva": {"gazetteer": "Q1"}, "flooded": {"certainty": "likely"}, "Ines Duarte": None, "Duarte": None,
    }  # fmt: skip
    assert [relation.label for relation in content.relations.values()] == ["same_as"]
    assert content.document_attributes == {"topic": ["health"]}
    workspace.close()
    run(root, "doctor")
