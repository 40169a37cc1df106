"""An export counts what it wrote, and names what its format has no place for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.formats.registry import load_format
from tests.formats.files import ANYTHING, export_data, import_data, workspace
from tests.workspaces import Bench

TEXT = "Ada Pike met Bo in Rome. She left."
LEADING, INSIDE, PIKE, BO, ACROSS = (
    (3, 8, "ORG"),
    (19, 22, "GPE"),
    (4, 8, "PERSON"),
    (13, 15, "PERSON"),
    (19, 28, "DATE"),
)


def bench_with(bench: Bench, *spans: tuple[int, int, str], links: tuple[tuple[int, int], ...] = ()) -> None:
    entities = [
        {"id": i, "start_offset": start, "end_offset": end, "label": label}
        for i, (start, end, label) in enumerate(spans)
    ]
    relations = [{"id": i, "from_id": a, "to_id": b, "type": "works_for"} for i, (a, b) in enumerate(links)]
    row = {"text": TEXT, "key": "nota", "entities": entities, "relations": relations}
    import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")


def output(form: str, folder: Path) -> Path | None:
    return folder / "out" if load_format(form).folder else None


@pytest.mark.parametrize("form", ["conll", "spacy", "gliner", "spert", "glirel", "scierc", "docred", "hf"])
def test_spans_off_token_borders_are_named_and_not_counted_as_written(form: str, tmp_path: Path) -> None:
    with workspace() as bench:
        bench_with(bench, LEADING, INSIDE, BO, links=((0, 2),))
        result = export_data(bench, form, output(form, tmp_path))[1]
        (part,) = result.parts
        assert (part.documents, part.spans, part.relations, dict(part.labels)) == (1, 1, 0, {"PERSON": 1})
        assert result.off_token.told() == "nota 3-8 ORG, nota 19-22 GPE"


def test_spans_off_token_borders_are_named_in_reading_order() -> None:
    inside = [(start, start + 1, "GPE") for start in (21, 1, 30, 5, 10, 25, 9)]
    with workspace() as bench:
        bench_with(bench, *inside)
        first = export_data(bench, "conll")[1].off_token.first
        assert first == [("nota", *key) for key in sorted(inside)]


@pytest.mark.parametrize("form", ["conll"])
def test_of_spans_that_overlap_those_that_flat_tags_hold_are_counted(form: str, tmp_path: Path) -> None:
    with workspace() as bench:
        bench_with(bench, PIKE, (0, 8, "PERSON"), BO)
        (part,) = export_data(bench, form, output(form, tmp_path))[1].parts
        assert (part.spans, dict(part.labels)) == (2, {"PERSON": 2})


def test_what_does_not_lie_in_a_row_is_not_counted() -> None:
    with workspace() as bench:
        bench_with(bench, PIKE, BO, ACROSS, links=((0, 1), (1, 2)))
        (part,) = export_data(bench, "gliner", options={"rows": "sentences"})[1].parts
        assert (part.spans, part.relations) == (2, 1)
        assert dict(part.labels) == {"PERSON": 2, "works_for": 1}


@pytest.mark.parametrize("form", ["jsonl", "prodigy"])
def test_spans_off_token_borders_are_named_where_only_their_tokens_are_missing(form: str) -> None:
    with workspace() as bench:
        bench_with(bench, LEADING, BO)
        result = export_data(bench, form)[1]
        assert result.parts[0].spans == 2
        assert result.off_token.told() == "nota 3-8 ORG"


def test_the_manifest_holds_their_places(tmp_path: Path) -> None:
    with workspace() as bench:
        bench_with(bench, LEADING)
        export_data(bench, "hf", tmp_path / "out")
    manifest: dict[str, Any] = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parts"][0]["spans"] == 0
    assert manifest["off_token"] == {
        "count": 1,
        "first": [{"document": "nota", "start": 3, "end": 8, "label": "ORG"}],
    }


def test_comments_and_flags_are_counted_as_not_carried() -> None:
    with workspace(ANYTHING) as bench:
        bench.add("nota", TEXT)
        session = bench.session("nota")
        session.comment("who?", session.add(13, 15, "PERSON").focus)
        session.flag()
        session.finish()
        assert export_data(bench, "jsonl", layer="curator:ana")[1].lost == {"comments": 1, "flags": 1}


def test_spans_that_cross_are_written_as_gum_has_them(tmp_path: Path) -> None:
    path = tmp_path / "out.conll"
    crossing = [(0, 12, "PERSON"), (9, 15, "ORG"), (9, 23, "GPE")]
    with workspace(ANYTHING) as bench, workspace(ANYTHING) as other:
        bench_with(bench, *crossing)
        result = export_data(bench, "conll2012", path, options={"gum": "yes"})[1]
        assert (result.parts[0].spans, "spans that cross" in result.lost) == (3, False)
        import_data(other, "conll", path, layer="gold")
        spans = json.loads(export_data(other, "jsonl")[0])["spans"]
        assert [(span["start"], span["end"], span["label"]) for span in spans] == [
            (0, 12, "PERSON"),
            (9, 23, "GPE"),
            (9, 15, "ORG"),
        ]
