"""Which layers of which documents count, and which disagreements are behind a figure."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from annotator.api import open_workspace
from annotator.corpus import Article, build_document
from annotator.errors import WorkflowError
from annotator.history import CORPUS, LayerName, Op
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample, verdict_counts, work_times
from annotator.workflow.comparing.disagreements import (
    DisagreementFilter,
    find_disagreements,
    hidden_documents,
    read_version,
)
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.schemes.changing import change_labels, label_change
from tests.agreement.working_curators import ANA, CRUZ, MEXICO, mark
from tests.workspaces import TEXT, Bench, add_document, proposal, propose

SPANS = DisagreementFilter("spans", relations=False)


def test_only_documents_that_both_finished_count(bench: Bench) -> None:
    bench.add("otra", "Luis Paz fue a Lima.\n")
    bench.add("zeta", "Eva vive en Quito.\n")
    for curator in ("ana", "bo"):
        mark(bench, curator, [ANA])
    mark(bench, "ana", [("Lima", "GPE")], key="otra")
    mark(bench, "bo", [], key="otra", done=False)
    mark(bench, "ana", [("Quito", "GPE")], key="zeta")
    sample = read_sample(bench.workspace, layers_to_compare(bench.workspace, None))
    assert sample.layers == ("curator:ana", "curator:bo")
    assert [d.key for d in sample.documents] == ["nota"]
    assert (sample.total, sample.single) == (3, 2)


def test_a_document_that_both_finished_empty_counts(bench: Bench) -> None:
    for curator in ("ana", "bo"):
        mark(bench, curator, [])
    sample = read_sample(bench.workspace, ["curator:ana", "curator:bo"])
    assert [len(content.spans) for content in sample.documents[0].layers.values()] == [0, 0]


def test_work_on_an_earlier_text_does_not_count(bench: Bench) -> None:
    for curator in ("ana", "bo"):
        mark(bench, curator, [ANA])
    with bench.store.write() as writer:
        op = Op("layer", "text", {"value": bench.document().sha256}, None)
        writer.append(LayerName("nota", "curator:bo"), "bo", "label", [op])
    assert read_sample(bench.workspace, ["curator:ana", "curator:bo"]).documents == ()


def test_gold_and_suggestions_are_layers_like_any_other(bench: Bench, proposed: None) -> None:
    mark(bench, "ana", [ANA])
    settle_finished(bench.workspace, "ana")
    names = layers_to_compare(bench.workspace, "suggestions, ana, gold")
    assert names == ["suggestions", "curator:ana", "gold"]
    assert list(read_sample(bench.workspace, names).documents[0].layers) == ["curator:ana", "gold", "suggestions"]


def test_a_layer_that_nobody_has_is_refused_with_those_that_there_are(bench: Bench) -> None:
    mark(bench, "ana", [ANA])
    with pytest.raises(WorkflowError, match=r"no layer .eva.*there are ana"):
        layers_to_compare(bench.workspace, "ana,eva")
    with pytest.raises(WorkflowError, match="one layer alone agrees with nobody"):
        layers_to_compare(bench.workspace, "ana")


def test_one_language_can_be_measured_alone(bench: Bench) -> None:
    for curator in ("ana", "bo"):
        mark(bench, curator, [ANA])
    layers = ["curator:ana", "curator:bo"]
    assert len(read_sample(bench.workspace, layers, lang="es").documents) == 1
    assert read_sample(bench.workspace, layers, lang="en").documents == ()
    add_document(bench.store, build_document(Article("note", "Ana lives in Lima.", lang="en"), ("es", "en")))
    totals = [read_sample(bench.workspace, layers, lang=lang).total for lang in (None, "es", "en")]
    assert totals == [2, 1, 1]


@pytest.mark.usefixtures("proposed")
def test_verdicts_and_time_are_those_of_the_language_that_is_measured_alone(bench: Bench) -> None:
    bench.session().finish()
    assert {verdict.times for verdict in verdict_counts(bench.workspace, "es")}
    assert [time.document for time in work_times(bench.workspace, "es")] == ["nota"]
    assert (verdict_counts(bench.workspace, "en"), work_times(bench.workspace, "en")) == ([], [])
    with open_workspace(bench.workspace.root) as workspace:
        spanish, english = (workspace.agreement(lang=lang) for lang in ("es", "en"))
    assert (len(spanish["pace"]), spanish["suggestions"]["by_curator"] == []) == (1, False)
    assert (english["pace"], english["times"], english["suggestions"]["by_curator"]) == ([], [], [])


@pytest.fixture
def differing(bench: Bench) -> Bench:
    """ana and bo differ on a label, a border and a relation."""
    mark(bench, "ana", [ANA, CRUZ, MEXICO], [(ANA, "works_for", CRUZ)])
    mark(bench, "bo", [ANA, ("Cruz", "ORG"), ("México", "ORG")], [(ANA, "leads", ("Cruz", "ORG"))])
    return bench


def found(bench: Bench, which: DisagreementFilter) -> list[tuple[str, str | None, str | None]]:
    """Return kind and both labels of disagreements."""
    sample = read_sample(bench.workspace, ["curator:ana", "curator:bo"])
    return [
        (d.match.kind, d.match.left and d.match.left.label, d.match.right and d.match.right.label)
        for d in find_disagreements(sample, which)
    ]


def test_the_disagreements_of_a_document_are_told_by_kind(differing: Bench) -> None:
    assert found(differing, SPANS) == [("boundary", "ORG", "ORG"), ("label", "GPE", "ORG")]
    assert found(differing, DisagreementFilter("", relations=True)) == [("overlap", "works_for", "leads")]


def test_disagreements_can_be_narrowed_down(differing: Bench) -> None:
    assert found(differing, DisagreementFilter("", label="GPE")) == [("label", "GPE", "ORG")]
    assert found(differing, DisagreementFilter("", kinds=frozenset({"boundary"}))) == [("boundary", "ORG", "ORG")]
    assert found(differing, DisagreementFilter("", said=("ORG", "GPE"))) == [("label", "GPE", "ORG")]
    assert found(differing, DisagreementFilter("", said=("ORG", "GPE"), pair=("curator:ana", "curator:bo"))) == []
    assert found(differing, DisagreementFilter("", documents=frozenset({"otra"}))) == []


def test_who_has_a_document_before_them_does_not_see_what_others_said(differing: Bench) -> None:
    def hidden(reader: str) -> frozenset[str]:
        return hidden_documents(differing.workspace, reader, ["curator:ana", "curator:bo"])

    assert [hidden(reader) for reader in ("lead", "ana", "bo")] == [frozenset()] * 3
    differing.add("otra", "Luis Paz fue a Lima.\n")
    mark(differing, "bo", [("Lima", "GPE")], key="otra")
    assert hidden("ana") == {"otra"}
    assert hidden("bo") == hidden("lead") == frozenset()
    op = Op("assignment", "carla", None, {"blind": False})
    with differing.store.write() as writer:
        writer.append(LayerName("nota", CORPUS), "lead", "assign", [op])
    assert hidden("carla") == {"nota"}
    sample = read_sample(differing.workspace, ["curator:ana", "curator:bo"])
    assert list(find_disagreements(sample, SPANS, frozenset({"nota"}))) == []


def test_a_document_stays_where_it_was_in_time_when_its_text_is_replaced(bench: Bench, tmp_path: Path) -> None:
    bench.store.clock = lambda: "2026-05-01T12:00:00.000Z"
    for curator in ("ana", "bo"):
        mark(bench, curator, [ANA])
    bench.store.clock = lambda: "2026-06-20T12:00:00.000Z"
    (tmp_path / "nota.txt").write_text(f"Hoy: {TEXT}", encoding="utf-8")
    ingest(bench.workspace, [tmp_path / "nota.txt"], "lead", replace=True)
    sample = read_sample(bench.workspace, ["curator:ana", "curator:bo"])
    assert sample.finished_at == {"nota": "2026-05-01T12:00:00.000Z"}


def test_gold_is_blind_where_all_its_curators_were(bench: Bench) -> None:
    bench.add("otra", "Luis Paz fue a Lima.\n")
    bench.add("zeta", "Eva vive en Quito.\n")
    for key, blind in (("nota", ("ana", "bo")), ("otra", ("ana",)), ("zeta", ())):
        ops = [Op("assignment", curator, None, {"blind": curator in blind}) for curator in ("ana", "bo")]
        with bench.store.write() as writer:
            writer.append(LayerName(key, CORPUS), "lead", "assign", ops)
        for curator in ("ana", "bo"):
            mark(bench, curator, [], key=key)
    settle_finished(bench.workspace, "lea")
    sample = read_sample(bench.workspace, ["curator:ana", "gold"])
    assert sample.blind == {("nota", "curator:ana"), ("otra", "curator:ana"), ("nota", "gold")}
    conditions = {key: sample.condition(key, "curator:ana", "gold") for key in ("nota", "otra", "zeta")}
    assert conditions == {"nota": "blind", "otra": "mixed", "zeta": "shown"}
    assert sample.condition("nota", "suggestions", "gold") == "blind"
    assert sample.condition("otra", "suggestions", "gold") == "shown"
    assert sample.condition("nota", "suggestions", "suggestions:other") is None


def test_a_renamed_label_is_one_whoever_used_it_before_and_after(bench: Bench) -> None:
    document = bench.document()
    propose(bench.store, document, [proposal(document, "Cruz Roja", "ORG")])
    mark(bench, "ana", [ANA, CRUZ])
    settle_finished(bench.workspace, "lea")
    change_labels(bench.workspace, label_change(bench.workspace, "rename", ["ORG"], ["BODY"]), "lea")
    bench.workspace.follow_scheme()
    mark(bench, "bo", [ANA, ("Cruz Roja", "BODY")])
    sample = read_sample(bench.workspace, ["curator:ana", "curator:bo", "gold", "suggestions"])
    [shared] = sample.documents
    assert {name: sorted(content.labels) for name, content in shared.layers.items()} == {
        "curator:ana": ["BODY", "PERSON"],
        "curator:bo": ["BODY", "PERSON"],
        "gold": ["BODY", "PERSON"],
        "suggestions": ["BODY"],
    }
    assert "ORG" not in sample.vocabulary.labels


def test_both_versions_of_a_disagreement_can_be_read(differing: Bench) -> None:
    sample = read_sample(differing.workspace, ["curator:ana", "curator:bo"])
    relation = next(find_disagreements(sample, DisagreementFilter("", relations=True)))
    for layer, item, label in (
        ("curator:ana", relation.match.left, "works_for"),
        ("curator:bo", relation.match.right, "leads"),
    ):
        version = read_version(differing.workspace, "nota", layer)
        identity, *ends = version.ids(item)
        assert version.layer.relations[identity].label == label
        assert len(ends) == 2
    with pytest.raises(WorkflowError, match="carla on nota is no longer there"):
        read_version(differing.workspace, "nota", "curator:carla")


def test_verdicts_count_in_finished_documents_alone(bench: Bench, proposed: None) -> None:
    session = bench.session()
    session.accept(next(iter(session.layer.order.pending_spans)).id)
    assert verdict_counts(bench.workspace) == []
    session.finish()
    counted: Counter[tuple[str, str]] = Counter()
    for verdict in verdict_counts(bench.workspace):
        counted[verdict.kind, verdict.verdict] += verdict.times
    assert counted == {("span", "accepted"): 1, ("span", "ignored"): 3, ("relation", "ignored"): 2}


def test_time_leaves_breaks_out(bench: Bench) -> None:
    for pause in (10_000, 3_600_000):
        with bench.store.write() as writer:
            op = Op("layer", "flag", None, {"value": ""})
            writer.append(LayerName("nota", "curator:ana"), "ana", "flag", [op], pause_ms=pause)
    mark(bench, "ana", [ANA])
    [time] = work_times(bench.workspace)
    assert (time.curator, time.document, time.blind, time.items) == ("ana", "nota", False, 1)
    assert 310_000 <= time.milliseconds < 312_000
