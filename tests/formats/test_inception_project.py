"""Projects as INCEpTION exports them: a folder or an archive with the work of several people on several documents."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import FormatError, InputError
from annotator.formats.cas_reader import read
from annotator.formats.protocol import ForeignDocument
from annotator.formats.source import Source
from annotator.formats.webanno_reader import read as read_tsv
from tests.formats.files import import_data, workspace
from tests.formats.test_cas import ANA, PERU, TEXT, cas

OTHER = "Nada más.\n"


def state(name: str, value: str, user: str | None = None) -> dict[str, str]:
    """Return what a project's description says of a document, or of somebody's work on it."""
    return {"name": name, "state": value, "format": "text"} | ({"user": user} if user else {})


DESCRIPTION = {
    "name": "Prueba",
    "source_documents": [
        state("carta.txt", "CURATION_FINISHED"),
        state("nota.txt", "CURATION_IN_PROGRESS"),
        state("solo.txt", "NEW"),
        {"name": "scan.pdf", "state": "NEW", "format": "pdf"},
    ],
    "annotation_documents": [
        state("carta.txt", "FINISHED", "ana"),
        state("carta.txt", "IN_PROGRESS", "bo"),
        state("carta.txt", "IGNORE", "cai"),
        state("carta.txt", "NEW", "dan"),
    ],
}
WORK = {
    "annotation/carta.txt/INITIAL_CAS": (),
    "annotation/carta.txt/ana": (ANA, PERU),
    "annotation/carta.txt/bo": (ANA,),
    "annotation/carta.txt/cai": (),
    "annotation/carta.txt/dan": (),
    "curation/carta.txt/CURATION_USER": (ANA, PERU),
    "curation/nota.txt/CURATION_USER": (PERU,),
}


def project(folder: Path, description: Mapping[str, Any] = DESCRIPTION) -> Path:
    """Write an unpacked project; return its folder."""
    for place, items in WORK.items():
        path = folder / f"{place}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = TEXT if "carta" in place else TEXT.replace("Ana", "Eva")
        path.write_text(cas(*items, text=text).to_json(), encoding="utf-8")
    (folder / "source").mkdir()
    (folder / "source" / "solo.txt").write_text(OTHER, encoding="utf-8")
    (folder / "exportedproject123.json").write_text(json.dumps(description), encoding="utf-8")
    (folder / "settings.json").write_text("{}", encoding="utf-8")
    return folder


def packed(folder: Path, archive: Path) -> Path:
    """Pack a folder into an archive."""
    with zipfile.ZipFile(archive, "w") as written:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            written.write(path, path.relative_to(folder).as_posix())
    return archive


def work(documents: list[ForeignDocument]) -> dict[tuple[str, str | None], str]:
    """Return how far each one's work on each document is."""
    return {(d.fallback, layer.layer or layer.author): layer.state for d in documents for layer in d.layers}


def test_whose_work_it_is_and_how_far(tmp_path: Path) -> None:
    documents = list(read(Source(project(tmp_path)), {}))
    assert work(documents) == {
        ("carta", "ana"): "done",
        ("carta", "bo"): "doing",
        ("carta", "cai"): "skipped",
        ("carta", "gold"): "done",
        ("nota", "gold"): "doing",
    }
    assert [(d.fallback, d.text) for d in documents if not d.layers] == [
        ("carta", TEXT),
        ("carta", TEXT),
        ("solo", OTHER),
    ]
    lost = [item for d in documents for item in d.lost.items()]
    assert sorted(lost) == [
        ("copy of a document that nobody had begun to work on", 1),
        ("copy of a document that nobody had begun to work on", 1),
        ("document as pdf without annotations that can be read", 1),
    ]


@pytest.mark.parametrize("as_archive", [False, True], ids=["folder", "archive"])
def test_a_project_comes_in_as_it_was_exported(tmp_path: Path, as_archive: bool) -> None:
    folder = project(tmp_path / "project")
    path = packed(folder, tmp_path / "project.zip") if as_archive else folder
    with workspace() as bench:
        report = import_data(bench, "cas", path)
        assert {name: (n.documents, n.spans) for name, n in report.layers.items()} == {
            "curator:ana": (1, 2),
            "curator:bo": (1, 1),
            "curator:cai": (1, 0),
            "gold": (1, 2),
        }
        assert report.lost == {
            "copy of a document that nobody had begun to work on": 2,
            "document as pdf without annotations that can be read": 1,
            "unfinished work, which is not gold": 1,
        }
        assert bench.store.document_keys() == ["carta", "nota", "solo"]
        states = {info.name.name: info.state for info in bench.store.layers(document="carta") if info.state}
        assert states == {"curator:ana": "done", "curator:bo": "doing", "curator:cai": "skipped", "gold": "done"}
        again = import_data(bench, "cas", path)
        assert (again.new, sum(n.unchanged for n in again.layers.values())) == (0, 4)


def test_xmi_lies_in_archives_of_its_own(tmp_path: Path) -> None:
    made = cas(ANA, PERU)
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "ana.xmi").write_text(made.to_xmi(), encoding="utf-8")
    (inner / "TypeSystem.xml").write_text(made.typesystem.to_xml(), encoding="utf-8")
    folder = tmp_path / "project"
    (folder / "annotation" / "carta.txt").mkdir(parents=True)
    packed(inner, folder / "annotation" / "carta.txt" / "ana.zip")
    (folder / "exportedproject1.json").write_text(json.dumps(DESCRIPTION), encoding="utf-8")
    documents = list(read(Source(folder), {}))
    assert work(documents) == {("carta", "ana"): "done"}
    assert [len(layer.content.spans) for d in documents for layer in d.layers] == [2]
    with workspace() as bench:
        report = import_data(bench, "cas", packed(folder, tmp_path / "project.zip"))
        assert {name: n.spans for name, n in report.layers.items()} == {"curator:ana": 2}
    (folder / "annotation" / "carta.txt" / "bo.zip").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(FormatError, match=r"bo\.zip: no ZIP archive, or a damaged one"), workspace() as bench:
        import_data(bench, "cas", folder)


def test_a_project_that_was_exported_without_readable_files(tmp_path: Path) -> None:
    (tmp_path / "annotation_ser" / "carta.txt").mkdir(parents=True)
    (tmp_path / "annotation_ser" / "carta.txt" / "ana.ser").write_bytes(b"\xac\xed")
    (tmp_path / "exportedproject1.json").write_text('{"source_documents": []}', encoding="utf-8")
    with pytest.raises(FormatError, match="export it again with a secondary format: UIMA CAS JSON"):
        list(read(Source(tmp_path), {}))


def test_a_folder_of_several_projects_is_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        project(tmp_path / name)
    with pytest.raises(FormatError, match=r"several projects, in .*/one, .*/two: import each by itself"):
        list(read(Source(tmp_path), {}))
    (tmp_path / "two").rename(tmp_path / ".two")
    assert len(list(read(Source(tmp_path), {}))) == len(WORK) + 1


def test_a_broken_description(tmp_path: Path) -> None:
    (tmp_path / "exportedproject1.json").write_text("{", encoding="utf-8")
    with pytest.raises(FormatError, match=r"exportedproject1\.json:1: not JSON"):
        list(read(Source(tmp_path), {}))


def test_names_in_a_description_lead_nowhere_else(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    documents = [state(name, "NEW") for name in ("../../secret.txt", "..", str(tmp_path / "secret.txt"))]
    project(folder, {**DESCRIPTION, "source_documents": documents})
    assert all(d.text != "secret" for d in read(Source(folder), {}))


@pytest.mark.parametrize("place", ["exportedproject1.json", "source/carta.txt", "source"])
def test_links_out_of_a_project_are_refused(tmp_path: Path, place: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "carta.txt").write_text("secret", encoding="utf-8")
    (outside / "exportedproject1.json").write_text(json.dumps(DESCRIPTION), encoding="utf-8")
    folder = tmp_path / "project"
    (folder / "source").mkdir(parents=True)
    (folder / "exportedproject1.json").write_text(json.dumps(DESCRIPTION), encoding="utf-8")
    target = folder / place
    target.rmdir() if target.is_dir() else target.unlink(missing_ok=True)
    target.symlink_to(outside if place == "source" else outside / target.name)
    for reader in (read, read_tsv):
        with pytest.raises(InputError, match="a link that leads out of the folder"):
            list(reader(Source(folder), {}))
