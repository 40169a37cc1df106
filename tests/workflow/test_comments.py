"""The list of comments: what each is on, who left it, and that nobody reads what they may not see yet."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from annotator.cli.main import main
from annotator.store import Store
from annotator.workflow.adjudicating.returning import return_work
from annotator.workflow.comments import CommentFilter, ListedComment, list_comments, visible_layers
from annotator.workflow.sharing.assignment import assign
from tests.workflow.adjudicating.finished_documents import finish, first, judge, key_of
from tests.workspaces import KEY, Bench

ANA, CRUZ = ("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")
Run = Callable[..., tuple[str, str]]


@pytest.fixture
def commented(bench: Bench) -> Bench:
    """ana commented a span, a relation and the document, bo a span; carla flagged another document."""
    bench.store.clock = lambda: "2026-05-01T00:00:00.000Z"
    ana = finish(bench, "ana", ANA, CRUZ, links=((ANA, "works_for", CRUZ),), done=False)
    content = ana.layer.content
    ana.comment("¿seguro?", content.span_id_with(key_of(bench, CRUZ)))
    ana.comment("or leads", next(iter(content.relations)))
    ana.comment("nota rara")
    bench.store.clock = lambda: "2026-05-02T00:00:00.000Z"
    ana.comment("sí", content.span_id_with(key_of(bench, CRUZ)))
    ana.finish()
    bo = finish(bench, "bo", ANA, done=False)
    bo.comment("| título\n", bo.layer.content.span_id_with(key_of(bench, ANA)))
    bo.finish()
    bench.add("zeta", "Luis Paz vive en Quito.")
    bench.session("zeta", "carla").flag()
    return bench


def listed(store: Store, reader: str = "lead", which: CommentFilter = CommentFilter()) -> list[ListedComment]:  # noqa: B008
    return list(list_comments(store, visible_layers(store, reader)[0], which))


def told(comments: list[ListedComment]) -> list[tuple[str, str, str, str, str]]:
    return [(c.layer.document, c.by, c.kind, c.on, c.text) for c in comments]


def test_each_says_what_it_is_on(commented: Bench) -> None:
    assert told(listed(commented.store)) == [
        ("nota", "ana", "comment", "the document", "nota rara"),
        ("nota", "ana", "comment", "“Ana Ruiz” works_for → “Cruz Roja”", "or leads"),
        ("nota", "ana", "comment", "ORG “Cruz Roja”", "sí"),
        ("nota", "bo", "comment", "PERSON “Ana Ruiz”", "| título"),
        ("zeta", "carla", "flag", "the document", ""),
    ]
    assert [c.at[:10] for c in listed(commented.store)] == ["2026-05-01"] * 2 + ["2026-05-02"] * 3


def test_filters(commented: Bench) -> None:
    texts = [
        [c.text for c in listed(commented.store, which=which)]
        for which in (
            CommentFilter(curator="bo"),
            CommentFilter(label="ORG"),
            CommentFilter(label="works_for"),
            CommentFilter(flagged=True),
            CommentFilter(curator="nobody"),
        )
    ]
    assert texts == [["| título"], ["sí"], ["or leads"], [""], []]


def test_a_curator_reads_those_of_others_only_when_both_are_done(commented: Bench) -> None:
    assert {c.by for c in listed(commented.store, "ana")} == {"ana", "bo"}
    commented.session(curator="ana").flag()
    assert {c.by for c in listed(commented.store, "bo")} == {"bo"}
    assert {c.by for c in listed(commented.store, "ana")} == {"ana"}
    assert {c.by for c in listed(commented.store, "carla")} == {"carla"}
    assign(commented.workspace, "lead", ["dora"], keys=[KEY], overlap=3)
    assert listed(commented.store, "dora") == []
    assert len(listed(commented.store)) == 6


def test_returns_are_listed_until_and_after_they_are_answered(commented: Bench) -> None:
    return_work(commented.store, "lead", KEY, ["ana"], "all dates")
    mine = [c for c in listed(commented.store, "ana") if c.kind == "return"]
    assert [(c.layer.name, c.by, c.text, c.open) for c in mine] == [("curator:ana", "lead", "all dates", True)]
    assert [c for c in listed(commented.store, "bo") if c.kind == "return"] == []
    commented.session().finish()
    assert [c.kind_in_words for c in listed(commented.store) if c.kind == "return"] == ["return, answered"]


def test_adjudicators_comments_are_on_what_they_decided(commented: Bench) -> None:
    gold = judge(commented)
    case = first(gold, "missing")
    gold.comment("not here", case.id)
    gold.choose_none(case.id)
    assert ("nota", "lead", "comment", "ORG “Cruz Roja”", "not here") in told(listed(commented.store))
    finish(commented, "dora", done=False).flag()
    assert [c for c in listed(commented.store, "dora") if c.layer.name == "gold"] == []


class TestCommand:
    @pytest.fixture
    def run(self, commented: Bench, capsys: pytest.CaptureFixture[str]) -> Run:
        def call(*arguments: str, by: str = "lead") -> tuple[str, str]:
            assert main(["-w", str(commented.workspace.root), "comments", *arguments, "--as", by]) == 0
            captured = capsys.readouterr()
            return captured.out, captured.err

        return call

    def test_table_and_json(self, run: Run) -> None:
        out, err = run("--label", "PERSON")
        assert out.splitlines()[0].split() == ["document", "layer", "by", "what", "on", "comment", "at"]
        assert "PERSON “Ana Ruiz”" in out
        assert err == ""
        rows = json.loads(run("--json", "--curator", "bo")[0])
        assert [(row["document"], row["layer"], row["item"], row["comment"]) for row in rows] == [
            ("nota", "curator:bo", [0, 8, "PERSON"], "| título")
        ]

    def test_what_is_left_out_is_told(self, commented: Bench, run: Run) -> None:
        commented.session(curator="ana").flag()
        out, err = run(by="bo")
        assert "or leads" not in out
        assert err.startswith("left out: what is on the work of others or on gold in 2 documents")
        assert run("--curator", "nobody") == ("", "no comments\n")
        assert json.loads(run("--curator", "nobody", "--json")[0]) == []
