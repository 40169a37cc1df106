"""Which files of a folder are read, which are skipped and why; and which columns of a table hold what."""

from __future__ import annotations

import errno
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


BROKEN: dict[str, tuple[str | bytes, str, str]] = {
    "cita.csv": ('id,text\n1,Uno.\n2,"Dos.', ":3", "not CSV: unexpected end of data"),
    "campos.csv": ("id,text\n1,Uno.\n2,Dos.,x", ":3", "3 fields where the header has 2"),
    "columna.csv": ("id,cuerpo\n1,Uno.", ":1", "no column named text (found id, cuerpo)"),
    "vacia.csv": ("id,text\n1,Uno.\n2, ", ":3", "the text is only whitespace"),
    "nan.jsonl": ('{"text": "Uno."}\n{"text": "Dos.", "n": NaN}', ":2", "NaN, which JSON does not know"),
    "doble.jsonl": ('{"text": "Uno."}\n{"text": "Dos.", "text": "x"}', ":2", "the key 'text' twice in one object"),
    "corte.jsonl": ('{"text": "Uno."}\n{"text": "Do', ":2:10", "not JSON: Unterminated string starting at"),
    "bytes.jsonl": (b'{"text": "Uno."}\n{"text": "A\xf1o"}', "", "byte 28 is not UTF-8"),
    "clave.jsonl": (
        '{"id": "a", "text": "Uno."}\n{"id": "a", "text": "Dos."}',
        ":2",
        "the key 'a' is already that of {path}:1, with another text",
    ),
    "ruido.zip": ("PK\x03\x04 x", "", "no ZIP archive, or a damaged one (File is not a zip file)"),
    "ruido.tar.gz": ("x", "", "no archive, or a damaged one (file could not be opened successfully)"),
    "fuera.zip": (zipped({"a.txt": "Uno.", "../b.txt": "Dos."}), "", "../b.txt: leads out of the archive"),
    "letra.txt": (b"A\xf1o", "", "byte 1 is not UTF-8"),
}


def put(folder: Path, name: str, content: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_skipped_whole_if_that_is_asked_for(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "notas"
    content, place, reason = BROKEN[name]
    path = put(folder, name, content)
    put(folder, "zeta.csv", "id,text\nz,Zeta.\nz,Zeta.")
    articles, report = read(folder, ReadingOptions(skip_bad=True))
    assert [article.key for article in articles] == ["z"]
    assert report.skipped_told() == f"1 that cannot be taken: {path}{place} ({reason.format(path=path)})"
    with pytest.raises(CorpusError, match="skipped 1 that cannot be taken"):
        read(folder, ReadingOptions(skip_bad=True, strict=True))


@pytest.mark.parametrize("name", sorted(set(BROKEN) - {"clave.jsonl"}))
def test_a_broken_file_says_how_to_skip_it(tmp_path: Path, name: str) -> None:
    content, place, reason = BROKEN[name]
    path = put(tmp_path / "notas", name, content)
    with pytest.raises(CorpusError) as caught:
        read(path.parent)
    assert caught.value.message == f"{path}{place}: {reason}"
    assert caught.value.hint.endswith(", or add --skip-bad to take the others")


def test_a_broken_file_in_an_archive_is_skipped_by_its_name_there(tmp_path: Path) -> None:
    members = {"a.txt": "Uno.", "b.jsonl": '{"text": "Dos."}\n{', "c.csv": "text\nTres."}
    path = put(tmp_path / "notas", "notas.zip", zipped(members))
    articles, report = read(path.parent, ReadingOptions(skip_bad=True))
    assert [article.text for article in articles] == ["Uno.", "Tres."]
    [told] = report.skipped["that cannot be taken"].first
    assert told.startswith(f"{path}/b.jsonl:2:2 (not JSON: ")
    with pytest.raises(CorpusError) as caught:
        read(path.parent)
    assert caught.value.message.startswith(f"{path}/b.jsonl:2:2: not JSON")
    assert caught.value.hint.count("--skip-bad") == 1


def test_what_is_read_twice_is_counted_once(tmp_path: Path) -> None:
    path = put(tmp_path / "notas", "notas.csv", "id,text\n1,Año.".encode("cp1252"))
    report = read(path.parent, ReadingOptions(skip_bad=True))[1]
    assert report.files == len(report.notes) == 1


def test_a_file_is_not_skipped_for_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = put(tmp_path / "notas", "notas.zip", zipped({"a.txt": "Uno."})).parent
    monkeypatch.setattr(Path, "mkdir", fill)
    with pytest.raises(CorpusError, match="o space left on device"):
        read(folder, ReadingOptions(skip_bad=True))
