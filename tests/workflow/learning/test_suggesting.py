"""Keeping what a pipeline says as suggestion layers: once a document, pipeline and version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from annotator.annotation import Annotations
from annotator.errors import WorkflowError
from annotator.history import SUGGESTIONS, LayerName
from annotator.store import check_database
from annotator.suggest import pipeline as pipelines
from annotator.suggest.batches import Batches, Suggested
from annotator.text import Document
from annotator.workflow.learning import suggesting
from annotator.workflow.learning.suggesting import SuggestReport, suggest
from tests.workspaces import KEY, Bench, link, pending_suggestions, proposal, range_of, span_texts, sql_dump, verdicts


@dataclass
class Parrot:
    """A pipeline that proposes the same words everywhere."""

    fingerprint: str = "parrot@1"
    words: dict[str, str] = field(default_factory=lambda: {"Ana Ruiz": "PERSON", "Cruz Roja": "ORG"})
    missing: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    uncalibrated: list[str] = field(default_factory=list)

    def suggest_here(self, batches: Iterable[list[Document]]) -> Batches:
        for batch in batches:
            yield Suggested(batch, list(map(self._suggest, batch)))

    def _suggest(self, document: Document) -> Annotations:
        self.asked.append(document.key)
        spans = [proposal(document, w, label) for w, label in self.words.items() if w in document.text]
        relations = [link(spans[0], spans[1], "works_for")] if len(spans) == 2 else []
        return Annotations.of(spans, relations)


@pytest.fixture
def parrot(monkeypatch: pytest.MonkeyPatch) -> Parrot:
    parrot = Parrot()
    monkeypatch.setattr(pipelines, "build", lambda *_, **_options: parrot)
    return parrot


def test_every_document_gets_its_layer(bench: Bench, parrot: Parrot) -> None:
    bench.add("otra", "Ana Ruiz.")
    report = suggest(bench.workspace)
    assert report == SuggestReport(suggested=2, unchanged=0, spans=3, relations=1)
    assert len(pending_suggestions(bench.session())) == 3
    assert list(check_database(bench.store)) == []


def test_a_second_time_nothing_is_asked_or_written(bench: Bench, parrot: Parrot) -> None:
    suggest(bench.workspace)
    before = sql_dump(bench.store.path)
    assert suggest(bench.workspace) == SuggestReport(unchanged=1)
    assert parrot.asked == [KEY]
    assert sql_dump(bench.store.path) == before


def test_another_version_replaces_what_the_last_said(bench: Bench, parrot: Parrot) -> None:
    suggest(bench.workspace)
    parrot.fingerprint, parrot.words = "parrot@2", {"Luis Paz": "PERSON"}
    assert suggest(bench.workspace).suggested == 1
    (span,) = bench.store.annotations(bench.layer_id(SUGGESTIONS)).spans.values()
    assert span.key == (*range_of(bench.document(), "Luis Paz"), "PERSON")
    assert bench.actions(SUGGESTIONS) == ["suggest", "suggest"]
    assert list(check_database(bench.store)) == []


def test_what_curators_did_is_never_touched(bench: Bench, parrot: Parrot) -> None:
    suggest(bench.workspace)
    session = bench.session()
    session.accept(proposal(session.document, "Ana Ruiz", "PERSON").id)
    session.reject(proposal(session.document, "Cruz Roja", "ORG").id)
    before = (span_texts(session), verdicts(session))
    parrot.fingerprint, parrot.words = "parrot@2", {"Luis Paz": "PERSON"}
    suggest(bench.workspace)
    again = bench.session()
    assert (span_texts(again), verdicts(again)) == before
    again.undo()
    again.undo()
    assert span_texts(again) == set()


def test_only_what_was_asked_for(bench: Bench, parrot: Parrot) -> None:
    bench.add("otra", "Ana Ruiz.")
    suggest(bench.workspace, ["otra"])
    assert parrot.asked == ["otra"]
    with pytest.raises(WorkflowError, match="no document 'nada'"):
        suggest(bench.workspace, ["otra", "nada"])


def test_an_interruption_keeps_what_was_done(bench: Bench, parrot: Parrot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "BATCH", 2)
    for number in range(5):
        bench.add(f"d{number}", f"Ana Ruiz {number}.")
    progress: list[tuple[int, int]] = []

    def stop_late(done: int, total: int) -> None:
        progress.append((done, total))
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        suggest(bench.workspace, progress=stop_late)
    assert progress == [(0, 6), (2, 6), (4, 6)]
    assert suggest(bench.workspace) == SuggestReport(suggested=2, unchanged=4, spans=3, relations=1)


def test_a_text_replaced_meanwhile_gets_nothing_of_the_old(bench: Bench, parrot: Parrot) -> None:
    old = bench.document()
    with bench.store.write() as writer:
        writer._connection.execute("UPDATE document SET sha256 = NULL WHERE key = ?", (KEY,))
    suggesting._write(bench.store, Suggested([old], [Annotations()]), "parrot@1")
    assert bench.store.layer(LayerName(KEY, SUGGESTIONS)) is None
