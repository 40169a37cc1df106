"""Which files of a folder are read, which are skipped and why; and which columns of a table hold what."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from annotator.articles import Article
from annotator.corpus import read_articles
from annotator.errors import CorpusError
from annotator.reading_options import AS_FOUND, ReadingOptions, RowColumns
from annotator.reading_report import ReadingReport
from tests.documents.made_documents import zipped


def read(path: Path, options: ReadingOptions = AS_FOUND) -> tuple[list[Article], ReadingReport]:
    report = ReadingReport()
    return list(read_articles([path], options, report=report)), report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one article, and with something to be skipped for each reason."""
    root = tmp_path / "articles"
    (root / "sub" / ".hidden").mkdir(parents=True)
    (root / "nota.txt").write_text("Ana Ruiz llegó.")
    (root / "foto.jpg").write_text("x")
    (root / "datos.xml").write_text("<?xml version='1.0'?><a/>")
    (root / "nada.txt").touch()
    (root / "blanco.md").write_text(" \n")
    (root / ".borrador.txt").write_text("x")
    (root / "sub" / "vuelta").symlink_to(root)
    (root / "aqui.txt").symlink_to("aqui.txt")
    (tmp_path / "fuera.txt").write_text("fuera")
    (root / "fuera.txt").symlink_to(tmp_path / "fuera.txt")
    os.mkfifo(root / "tubo.txt")
    with (root / "enorme.html").open("wb") as huge:
        huge.truncate(40 << 20)
    return root


def test_a_folder_says_what_it_skips_and_why(folder: Path) -> None:
    [article], report = read(folder)
    assert article.key == "nota"
    assert {reason: [Path(name).name for name in some.first] for reason, some in report.skipped.items()} == {
        "of an unknown kind": ["foto.jpg", "datos.xml"],
        "empty": ["nada.txt"],
        "without text": ["blanco.md"],
        "hidden": [".borrador.txt", ".hidden"],
        "linking to a folder around it": ["vuelta"],
        "linking nowhere or to itself": ["aqui.txt"],
        "linking out of the folder": ["fuera.txt"],
        "irregular (a pipe, a device or the like)": ["tubo.txt"],
        "larger than 32 MB": ["enorme.html"],
    }
    [line] = report.lines()
    assert line.startswith(f"skipped 2 hidden: {folder}/.borrador.txt, {folder}/sub/.hidden; 2 of an unknown kind: ")


def test_nothing_may_be_skipped_if_that_is_asked_for(folder: Path) -> None:
    with pytest.raises(CorpusError, match=r"articles: skipped 2 hidden: .*: move them away, or leave out --strict"):
        read(folder, ReadingOptions(strict=True))


def test_an_archive_is_read_like_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "notas.zip"
    path.write_bytes(zipped({"2025/nota.txt": "Uno.", "2026/nota.txt": "Dos.", "a.jpg": "x", "__MACOSX/a.txt": "x"}))
    with pytest.raises(CorpusError, match=rf"{path}/2026/nota.txt: the key 'nota' is already that of {path}/2025/nota"):
        read(path)
    articles, report = read(path, ReadingOptions(key_by_path=True))
    assert [(article.key, article.where) for article in articles] == [
        ("2025.nota", f"{path}/2025/nota.txt"),
        ("2026.nota", f"{path}/2026/nota.txt"),
    ]
    assert report.skipped_told() == f"1 hidden: {path}/__MACOSX/a.txt; 1 of an unknown kind: {path}/a.jpg"


def test_a_kind_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "nota.html"
    path.write_text("<!doctype html><p>Ana")
    assert read(path, ReadingOptions(kind="txt"))[0][0].text == "<!doctype html><p>Ana"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("first", ["", "sep=;\r\n"])
def test_a_table_of_a_spanish_excel(tmp_path: Path, encoding: str, first: str) -> None:
    path = tmp_path / "notas.csv"
    path.write_bytes(f'{first}clave;titular;cuerpo;medio\r\n1;Año;"Dijo; “sí”";X\r\n2;Ñu;Otro;Y\r\n'.encode(encoding))
    columns = RowColumns("cuerpo", "clave", "titular", meta=("medio",))
    articles, report = read(path, ReadingOptions(columns=columns))
    assert [(a.key, a.title, a.text, a.meta) for a in articles] == [
        ("1", "Año", "Dijo; “sí”", {"medio": "X"}),
        ("2", "Ñu", "Otro", {"medio": "Y"}),
    ]
    assert articles[1].where == f"{path}:{4 if first else 3}"
    said = [f"{path}: not UTF-8, and read as Windows-1252; --encoding names another"]
    assert report.notes == (said if encoding == "cp1252" else [])


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            RowColumns(),
            ":1: no column named text (found clave, cuerpo): name the column of the articles by --text-column",
        ),
        (RowColumns("cuerpo", "id"), ":2: no column named 'id', as --key-column says: there are clave, cuerpo"),
        (RowColumns("cuerpo", meta=("x",)), ":2: no column named 'x', as --meta says: there are clave, cuerpo"),
        (RowColumns("cuerpo", delimiter=","), ":1: no column named cuerpo (found clave;cuerpo): name the column"),
    ],
)
def test_columns_that_are_not_there_are_listed(tmp_path: Path, columns: RowColumns, said: str) -> None:
    path = tmp_path / "notas.csv"
    path.write_text("clave;cuerpo\n1;Hola\n")
    with pytest.raises(CorpusError) as caught:
        read(path, ReadingOptions(columns=columns))
    assert str(caught.value).startswith(f"{path}{said}")
