"""The examples run, and print what they are to print; the notebook's outputs are what its cells print."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from annotator.api import new_workspace, open_workspace
from tests.repository import TOP

EXAMPLES = TOP / "examples"


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, *arguments: object
) -> tuple[int, str]:
    """Run an example; return its exit status and what it prints."""
    monkeypatch.setattr("sys.argv", [name, *map(str, arguments)])
    status = 0
    try:
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    except SystemExit as end:
        status = int(end.code or 0)
    return status, capsys.readouterr().out


def test_the_examples_one_after_the_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "news"
    new_workspace(folder, "news")
    assert run(capsys, monkeypatch, "ingest_table.py", folder)[1].splitlines() == [
        "3 new, 0 there already",
        "harbor-3 puerto-1 puerto-2",
    ]
    with open_workspace(folder, curator="lead") as workspace:
        for key, phrase in (("harbor-3", "6 May 2024"), ("puerto-1", "5 de mayo de 2024"), ("puerto-2", "Cruz Roja")):
            start = workspace.document(key).text.index(phrase)
            spans = [(start, start + len(phrase), "ORG" if phrase == "Cruz Roja" else "DATE")]
            workspace.put_layer(key, "gold", spans)
            workspace.put_layer(key, "curator:ana", spans)
            workspace.put_layer(key, "curator:bo", spans if key != "puerto-2" else [])
    out = run(capsys, monkeypatch, "compare_extractor.py", folder)[1]
    assert out.startswith("3 documents compared\n")
    assert "DATE: F1 1.00" in out
    assert "ORG: F1 0.00" in out
    out = run(capsys, monkeypatch, "export_training.py", folder, tmp_path / "out")[1]
    assert "gold.jsonl: 3 documents, 3 spans\n" in out
    assert (tmp_path / "out" / "conll" / "train.conll").is_file()
    status, out = run(capsys, monkeypatch, "watch_agreement.py", folder, "0.9")
    assert (status, out.splitlines()) == (1, ["strict span F1 is 0.80, the goal 0.90", "puerto-2: 1 of 1 differ"])
    assert run(capsys, monkeypatch, "watch_agreement.py", folder, "0.5")[0] == 0


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_prints_what_it_shows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert cells
    for cell in cells:
        exec(compile("".join(cell["source"]), path.name, "exec"), names)
        shown = "".join(line for output in cell["outputs"] for line in output["text"])
        assert capsys.readouterr().out == shown
