"""What an export takes and leaves out, and that the same database always gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.annotation import Span
from annotator.errors import WorkflowError
from annotator.formats.validate import validate_lines
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.arguments import parse_layer
from annotator.workflow.exporting.layer_records import RecordReader
from annotator.workflow.exporting.selection import select
from annotator.workflow.importing.ingest import ingest
from tests.gold_lines import write_record
from tests.workspaces import KEY, Bench, link, range_of

pytestmark = pytest.mark.usefixtures("proposed")


def export(bench: Bench, layer: str, *, unfinished: bool = False) -> str:
    taken = select(bench.workspace, layer, unfinished=unfinished).taken
    return "".join(write_record(record) + "\n" for record in RecordReader(bench.workspace).read(taken))


def parsed(bench: Bench, layer: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export(bench, layer).splitlines()]


@pytest.fixture
def worked(bench: Bench, ana: Span, cruz: Span) -> Bench:
    """``nota`` is gold; ``zeta`` is begun."""
    session = bench.session()
    session.accept(link(ana, cruz, "works_for").id)
    session.add(*range_of(session.document, "Luis Paz"), "PERSON")
    session.move_boundary(session.add(*range_of(session.document, "mayo"), "DATE").focus or "", "start", -1)
    session.finish()
    settle_finished(bench.workspace, "ana")
    bench.add("zeta", "Luis Paz volvió.")
    bench.session("zeta").flag()
    return bench


class TestLayers:
    def test_gold_says_whose_work_it_is(self, worked: Bench) -> None:
        (record,) = parsed(worked, "gold")
        assert record["id"] == KEY
        assert record["provenance"]["layer"] == "gold"
        assert record["provenance"]["curators"] == ["ana"]
        assert record["provenance"]["labels_sha256"] == worked.scheme.sha256
        assert [(s["text"], s["label"], s["origin"], s["curator"]) for s in record["spans"]] == [
            ("Ana Ruiz", "PERSON", "accepted", "ana"),
            ("Cruz Roja", "ORG", "accepted", "ana"),
            ("en mayo", "DATE", "added", "ana"),
            ("Luis Paz", "PERSON", "added", "ana"),
        ]

    def test_a_curators_work_says_the_same_as_the_gold_made_of_it(self, worked: Bench) -> None:
        (gold,), (own,) = parsed(worked, "gold"), parsed(worked, "curator:ana")
        assert own["provenance"]["layer"] == "curator:ana"
        assert (own["spans"], own["relations"]) == (gold["spans"], gold["relations"])

    def test_suggestions_keep_source_and_score(self, worked: Bench) -> None:
        (record,) = parsed(worked, "suggestions")
        assert record["provenance"]["curators"] == []
        assert {(s["origin"], s["source"], s["curator"]) for s in record["spans"]} == {("suggested", "rules@1", None)}

    def test_what_is_left_out_is_named_with_the_reason(self, worked: Bench) -> None:
        assert select(worked.workspace, "gold").left_out == {"zeta": "not gold yet"}
        assert select(worked.workspace, "curator:ana").left_out == {"zeta": "not finished"}
        assert select(worked.workspace, "suggestions").left_out == {"zeta": "no suggestions yet"}
        worked.session("zeta", "bo").finish()
        assert select(worked.workspace, "curator:bo").left_out == {KEY: "not begun"}
        worked.session("zeta", "bo").undo()
        assert select(worked.workspace, "curator:bo", unfinished=True).left_out == dict.fromkeys(
            [KEY, "zeta"], "not begun"
        )

    def test_unfinished_work_can_be_asked_for(self, worked: Bench) -> None:
        assert export(worked, "curator:ana", unfinished=True).count("\n") == 2

    def test_work_on_an_earlier_text_is_left_out(self, worked: Bench, tmp_path: Path) -> None:
        settled = select(worked.workspace, "gold").taken
        (tmp_path / f"{KEY}.txt").write_text("Ana Ruiz, otra vez.", encoding="utf-8")
        (kept,) = worked.store.connection.execute("SELECT text FROM layer WHERE name = 'gold'").fetchone()
        ingest(worked.workspace, [tmp_path / f"{KEY}.txt"], "ana", replace=True)
        worked.store.connection.execute("UPDATE layer SET text = ? WHERE name = 'gold'", (kept,))
        assert len(settled) == 1
        assert select(worked.workspace, "gold").left_out[KEY] == "about an earlier text"

    @pytest.mark.parametrize("name", ["", "golden", "curator", "curator:", "corpus", "GOLD"])
    def test_other_layers_are_refused(self, name: str) -> None:
        with pytest.raises(WorkflowError, match="a layer is gold, suggestions or curator:NAME"):
            parse_layer(name)

    def test_a_curator_without_work_is_told_from_one_without_finished_work(self, worked: Bench) -> None:
        with pytest.raises(WorkflowError, match="no work by 'eve'"):
            select(worked.workspace, "curator:eve")


class TestBytes:
    @pytest.mark.parametrize("layer", ["gold", "curator:ana", "suggestions"])
    def test_the_same_database_gives_the_same_bytes(self, worked: Bench, layer: str) -> None:
        first = export(worked, layer)
        worked.workspace.close()
        again = Bench(type(worked.workspace)(worked.workspace.root))
        assert export(again, layer) == first
        again.workspace.close()

    @pytest.mark.parametrize("layer", ["gold", "curator:ana", "suggestions"])
    def test_they_hold_what_the_format_promises(self, worked: Bench, layer: str, tmp_path: Path) -> None:
        path = tmp_path / "out.jsonl"
        path.write_text(export(worked, layer), encoding="utf-8", newline="\n")
        assert validate_lines(path) == []

    def test_documents_come_in_order_of_their_keys(self, worked: Bench) -> None:
        for key in ("b", "a", "Z", "ñ"):
            worked.add(key, "Luis Paz volvió.")
            worked.session(key).finish()
        assert [record["id"] for record in parsed(worked, "curator:ana")] == ["Z", "a", "b", KEY, "ñ"]

    def test_every_offset_is_exact_whatever_the_text_holds(self, bench: Bench, tmp_path: Path) -> None:
        text = "\ufeff👩\u200d🚀 Luis\xa0Paz\r\n\tcafe\u0301 \x1b[31m\u202e«Canadá» 日本\x00.\n"
        document = bench.add("raro", text, title="raro")
        session = bench.session("raro")
        for needle in ("👩\u200d🚀", "Luis\xa0Paz", "cafe\u0301", "Canadá", "日本"):
            session.add(*range_of(document, needle), "ORG")
        session.finish()
        (record,) = [r for r in parsed(bench, "curator:ana") if r["id"] == "raro"]
        assert record["text"] == text
        assert [text[s["start"] : s["end"]] for s in record["spans"]] == [s["text"] for s in record["spans"]]
        assert len(record["spans"]) == 5
        path = tmp_path / "out.jsonl"
        path.write_bytes(export(bench, "curator:ana").encode())
        assert validate_lines(path) == []
