"""Workspaces for the tests of the workbench: three documents, untouched, finished or in dispute."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agreement.working_curators import ANA, CRUZ, MEXICO, mark
from tests.workflow.adjudicating.finished_documents import finish, key_of
from tests.workspaces import Bench, copied_bench, link, proposal, propose


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Bench]:
    """Three documents; ``nota`` has three spans and two relations suggested in its first sentence."""
    bench = copied_bench(tmp_path / "news")
    nota = bench.add()
    bench.add("otra", "Luis Paz fue a Lima. No vio la Cruz Roja.\n")
    bench.add("zeta", "Eva vive en Quito.\n")
    ana = proposal(nota, "Ana Ruiz", "PERSON", 0.9)
    cruz = proposal(nota, "Cruz Roja", "ORG", 0.8)
    mexico = proposal(nota, "México", "GPE", 0.6)
    relations = [link(ana, cruz, "works_for", 0.8), link(cruz, mexico, "located_in", 0.5)]
    propose(bench.store, nota, [ana, cruz, mexico], relations)
    yield bench
    bench.workspace.close()


@pytest.fixture
def finished(news: Bench) -> Bench:
    """ana and bo have finished all three documents, and differ on three spans and a relation in ``nota``."""
    mark(news, "ana", [ANA, CRUZ, MEXICO], [(ANA, "works_for", CRUZ)])
    mark(news, "bo", [ANA, ("Cruz", "ORG"), ("México", "ORG")], [(ANA, "leads", ("Cruz", "ORG"))])
    for curator in ("ana", "bo"):
        mark(news, curator, [("Luis Paz", "PERSON")], key="otra")
    mark(news, "ana", [("Quito", "GPE")], key="zeta")
    mark(news, "bo", [], key="zeta")
    return news


@pytest.fixture
def disputed(news: Bench) -> Bench:
    """Three have finished ``nota``: a border, a label, a missing span and a relation's label are in dispute."""
    ana, cruz, mexico = ("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja"), ("GPE", "México")
    bo = finish(news, "bo", ("PERSON", "Ana"), cruz, ("ORG", "México"),
                links=((("PERSON", "Ana"), "works_for", cruz),), done=False)  # fmt: skip
    bo.comment("¿Ruiz también?", bo.layer.content.span_id_with(key_of(news, ("PERSON", "Ana"))))
    bo.comment("nota rara")
    bo.finish()
    bo.bookmark.save(opened=False)
    finish(news, "ana", ana, cruz, mexico, ("DATE", "mayo"), links=((ana, "leads", cruz),))
    finish(news, "carla", ana, cruz, mexico, links=((ana, "leads", cruz),))
    return news


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return how the program is started on the workspace ``tmp_path``, without settings of the machine's user."""
    monkeypatch.setenv("ANNOTATOR_SETTINGS", str(tmp_path / "none.yaml"))
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return [sys.executable, "-m", "annotator", "-w", str(tmp_path)]
