"""Broken files of every format on the command line: one line with file and line, exit status 1, nothing written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.formats import source as reading
from annotator.formats.registry import load_format
from tests.formats.files import export_data, import_data, workspace
from tests.workspaces import sql_dump

JSON = ("jsonl", "prodigy", "doccano", "labelstudio", "gliner", "spert", "glirel", "scierc")


def sound(name: str) -> bytes:
    """Return a sound file of two documents, one a line."""
    with workspace() as bench:
        for key, text in (("a", "Ana Ruiz"), ("b", "Luis\nPaz")):
            row = {"key": key, "text": text, "label": [[0, 3, "PERSON"]]}
            import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        return export_data(bench, name, layer="gold")[0]


Spoil = Callable[[bytes], bytes]
BROKEN: dict[str, tuple[Spoil, str]] = {
    "cut short": (lambda data: data.rstrip(b"\n ]")[:-7], r":\d+.*not (a )?JSON"),
    "not UTF-8": (lambda data: data.replace(b"Paz", b"P\xe1z"), r"byte \d+ is not UTF-8: .*--encoding latin-1"),
    "half of a character": (lambda data: data.replace(b"Paz", b"\\ud83d"), r":\d+: half of a character"),
    "nested too deeply": (
        lambda data: data.replace(b'"Luis', b"[" * 200_000 + b'"Luis', 1),
        r":\d+: lists or objects nested too deeply|not JSON|not a JSON list",
    ),
    "a number that is none": (lambda data: data.replace(b'"es"', b"NaN"), r"NaN, which JSON does not know|:\d+"),
    "no object": (lambda _: b"[5, 6]\n", r":1: found (5|\[5, 6\]), expected an object"),
    "nothing at all": (lambda _: b"  \n", r"no documents in it"),
    "not JSON at all": (lambda _: b"id,text\n1,hola\n", r":1:1: not JSON"),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("name", JSON)
def test_one_line_names_file_and_line_and_nothing_is_written(
    name: str, case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spoil, said = BROKEN[case]
    path = tmp_path / f"broken{load_format(name).ending}"
    path.write_bytes(spoil(sound(name)))
    with workspace() as bench:
        before = sql_dump(bench.workspace.database_path)
        status = main(["-w", str(bench.workspace.root), "import", name, str(path), "--layer", "gold"])
        out, err = capfd.readouterr()
        assert (status, out, len(err.splitlines())) == (1, "", 1), err
        assert err.startswith("annotator: ")
        assert "unexpected" not in err
        assert str(path) in err
        with pytest.raises(ValueError, match=said):
            raise ValueError(err)
        assert sql_dump(bench.workspace.database_path) == before


OTHERS: dict[str, tuple[str, bytes, str]] = {
    "a DocBin": ("spacy", b"DK\x03\x04", ": not a DocBin"),
    "an archive": ("doccano", b"PK\x03\x04", ": no ZIP archive, or a damaged one"),
    "columns": ("conll", b"Ana\tB-PER\nve\n", ":2: found 1 columns, expected 2"),
    "columns in another encoding": ("conll", b"Per\xfa\tB-LOC\n", ":1: byte 3 is not UTF-8: .*--encoding latin-1"),
    "rows": (
        "hf",
        b'{"tokens": ["Ana"], "ner_tags": ["O"]}\n{"tokens": ["Ana"], "ner_tags": []}',
        ":2: ner_tags: found 0",
    ),
    "a CAS in JSON": ("cas", b'{"%TYPES": {},\n "%VIEWS": ', ":2:12: not JSON"),
    "a CAS in XML": ("cas", b"<xmi:XMI>\n<a", ":1: cannot be read as a CAS"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_one_line_in_formats_that_are_no_lines_of_json(
    case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    name, data, said = OTHERS[case]
    path = tmp_path / "broken.file"
    path.write_bytes(data)
    with workspace() as bench:
        before = sql_dump(bench.workspace.database_path)
        status = main(["-w", str(bench.workspace.root), "import", name, str(path), "--layer", "gold"])
        out, err = capfd.readouterr()
        assert (status, out, len(err.splitlines())) == (1, "", 1), err
        assert re.search(f"broken.file{said}", err), err
        assert sql_dump(bench.workspace.database_path) == before


def test_a_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE", 1 << 20)
    path = tmp_path / "huge.jsonl"
    path.write_bytes(b'{"text": "' + b"a" * (3 << 20) + b'"}\n')
    with workspace() as bench:
        assert main(["-w", str(bench.workspace.root), "import", "doccano", str(path), "--layer", "gold"]) == 1
    assert "huge.jsonl:1: a line longer than 1 MB" in capfd.readouterr().err


def test_a_long_list_on_one_line_is_no_trouble(tmp_path: Path) -> None:
    rows = [{"id": n, "data": {"text": f"Nota {n} " + "x" * 3000}} for n in range(300)]
    path = tmp_path / "long.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    with workspace() as bench:
        assert import_data(bench, "labelstudio", path, layer="gold").new == 300


def test_another_encoding(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "old.jsonl"
    for encoding in ("latin-1", "utf-16"):
        path.write_bytes(json.dumps({"text": "Perú", "key": encoding}, ensure_ascii=False).encode(encoding))
        with workspace() as bench:
            arguments = ["import", "doccano", str(path), "--layer", "gold", "--encoding", encoding]
            assert main(["-w", str(bench.workspace.root), *arguments]) == 0
            assert bench.document(encoding).text == "Perú"
    capfd.readouterr()


def test_a_folder_or_a_missing_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with workspace() as bench:
        for path, said in (
            (tmp_path, "no .json or .jsonl file in this folder"),
            (tmp_path / "no", "there is no such file"),
        ):
            assert main(["-w", str(bench.workspace.root), "import", "doccano", str(path), "--layer", "gold"]) == 1
            assert said in capfd.readouterr().err
        assert main(["-w", str(bench.workspace.root), "import", "brat", "-", "--layer", "gold"]) == 1
        assert "brat is a folder of files, not a stream: give the folder" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("option", "said"),
    [("--map", "'x' is not OLD=NEW"), ("-O", "'x' is not NAME=VALUE")],
)
def test_wrong_usage(option: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    with workspace() as bench:
        assert main(["-w", str(bench.workspace.root), "import", "doccano", "-", "--layer", "gold", option, "x"]) == 2
    assert said in capfd.readouterr().err
