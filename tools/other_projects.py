"""Small projects of other annotation programs, as these write them, for the page that brings them over."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tools.command_runner import Runner

LABELS = """\
languages: [en]

entities:
  PERSON: {key: 1, description: A person's name}
  ORG: {key: 2, description: A named body}

relations:
  works_for: {key: w, head: PERSON, child: ORG}
"""
TEXTS = ("Ada Marsh joined Borealis in Leeds.", "Ben Okoro left Ferry Line.")
SPANS = (((0, 9, "PERSON"), (17, 25, "ORG")), ((0, 9, "PERSON"), (15, 25, "ORG")))


def write_prodigy(path: Path) -> None:
    """What ``prodigy db-out`` writes of a dataset of ``rel.manual``, annotated in a named session."""
    _write_lines(path, [_task(text, spans) for text, spans in zip(TEXTS, SPANS, strict=True)])


def _task(text: str, spans: tuple[tuple[int, int, str], ...]) -> dict[str, Any]:
    tokens, at = [], 0
    for number, word in enumerate(text.removesuffix(".").split()):
        start = text.index(word, at)
        at = start + len(word)
        tokens.append({"text": word, "start": start, "end": at, "id": number, "ws": at < len(text) - 1})
    tokens.append({"text": ".", "start": len(text) - 1, "end": len(text), "id": len(tokens), "ws": False})
    marked = [
        {
            "start": start,
            "end": end,
            "token_start": next(t["id"] for t in tokens if t["start"] == start),
            "token_end": next(t["id"] for t in tokens if t["end"] == end),
            "label": label,
        }
        for start, end, label in spans
    ]
    head, child = marked
    relation = {"head": head["token_end"], "child": child["token_end"], "head_span": head, "child_span": child}
    return {
        "text": text,
        "_input_hash": -len(text),
        "_task_hash": len(text),
        "tokens": tokens,
        "spans": marked,
        "relations": [relation | {"label": "works_for"}],
        "_view_id": "relations",
        "answer": "accept",
        "_session_id": "news-ana",
    }


def write_doccano(path: Path) -> None:
    """What doccano exports as JSONL (relation) of a project."""
    number, rows = 0, []
    for place, (text, spans) in enumerate(zip(TEXTS, SPANS, strict=True), 1):
        entities = [
            {"id": number + i, "label": label, "start_offset": start, "end_offset": end}
            for i, (start, end, label) in enumerate(spans, 1)
        ]
        relation = {"id": place, "from_id": number + 1, "to_id": number + 2, "type": "works_for"}
        rows.append({"id": place, "text": text, "entities": entities, "relations": [relation], "Comments": []})
        number += len(spans)
    _write_lines(path, rows)


def write_label_studio(path: Path) -> None:
    """What Label Studio exports as JSON of a project, annotated by its first user."""
    tasks = []
    for place, (text, spans) in enumerate(zip(TEXTS, SPANS, strict=True), 1):
        result: list[dict[str, Any]] = [
            {
                "id": f"r{i}",
                "type": "labels",
                "from_name": "label",
                "to_name": "text",
                "value": {"start": start, "end": end, "text": text[start:end], "labels": [label]},
            }
            for i, (start, end, label) in enumerate(spans)
        ]
        result.append(
            {"type": "relation", "from_id": "r0", "to_id": "r1", "direction": "right", "labels": ["works_for"]}
        )
        annotation = {"id": place, "completed_by": 1, "result": result, "was_cancelled": False, "lead_time": 41.5}
        tasks.append({"id": place, "data": {"text": text}, "annotations": [annotation], "predictions": []})
    path.write_text(json.dumps(tasks), encoding="utf-8")


def write_inception(path: Path) -> None:
    """An archive as INCEpTION exports a project, with UIMA CAS JSON, the work of ana."""
    folder = path.with_suffix("")
    scratch = path.with_name("scratch")
    scratch.mkdir()
    (scratch / "labels.yaml").write_text(LABELS, encoding="utf-8")
    write_doccano(scratch / "rows.jsonl")
    runner = Runner(scratch)
    runner.succeed("import", "doccano", "rows.jsonl", "--layer", "curator:ana")
    runner.succeed("export", "cas", "-o", "cas", "--layer", "curator:ana", "--no-manifest")
    names = []
    for file in sorted((scratch / "cas").glob("*.json")):
        names.append(f"{file.stem}.txt")
        (folder / "annotation" / names[-1]).mkdir(parents=True)
        shutil.copy(file, folder / "annotation" / names[-1] / "ana.json")
    description = {
        "name": "Portraits",
        "source_documents": [{"name": name, "format": "text", "state": "ANNOTATION_FINISHED"} for name in names],
        "annotation_documents": [{"name": name, "user": "ana", "state": "FINISHED"} for name in names],
    }
    (folder / "exportedproject1.json").write_text(json.dumps(description), encoding="utf-8")
    shutil.make_archive(str(folder), "zip", folder)
    shutil.rmtree(folder)
    shutil.rmtree(scratch)


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
