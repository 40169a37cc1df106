"""Reading articles: the text as it is, keys that name it, and refusals that say how to go on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from annotator.corpus import Article, build_document, key_problem, read_articles
from annotator.errors import CorpusError
from annotator.reading_options import ReadingOptions
from annotator.text import TITLE_LENGTH
from tests.strategies import texts

ODD = "\ufeffUna\r\nnota\tcon\xa0NBSP, e\u0301 y 👩\u200d🚀\x00\x1b[31m.\r"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read(*paths: Path, encoding: str | None = None) -> list[Article]:
    return list(read_articles(paths, ReadingOptions(encoding=encoding)))


def refusal(*paths: Path, encoding: str | None = None) -> str:
    with pytest.raises(CorpusError) as caught:
        read(*paths, encoding=encoding)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    return str(caught.value)


def test_a_file_is_an_article_named_after_it(tmp_path: Path) -> None:
    [article] = read(put(tmp_path, "2024.nota-1.txt", ODD))
    assert (article.key, article.text, article.where) == ("2024.nota-1", ODD, str(tmp_path / "2024.nota-1.txt"))


@given(texts().filter(lambda text: bool(text.replace("\ufeff", "").strip())))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_text_is_never_rewritten(tmp_path: Path, text: str) -> None:
    rows = json.dumps({"id": "b", "text": text}, ensure_ascii=False)
    paths = [put(tmp_path, "a.md", text), put(tmp_path, "b.jsonl", "\ufeff" + rows + "\n")]
    quoted = text.replace('"', '""')
    paths.append(put(tmp_path, "c.csv", f'id,text\r\nc,"{quoted}"\r\n'))
    assert [article.text for article in read(*paths)] == [text] * 3


def test_a_folder_is_searched_by_name_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.MD", "sub/c.txt", ".hidden.txt", ".git/d.txt", "LICENSE", "e.json"):
        put(tmp_path, name, f"texto de {name}")
    assert [article.key for article in read(tmp_path)] == ["a", "b", "c"]


def test_jsonl_rows_carry_key_title_language_and_meta(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "feed.jsonl",
        '\ufeff{"text": "Uno", "id": 7, "title": "T", "lang": "es", "url": "u", "n": {"a": [1.5, null]}}\r\n'
        '\n{"text": "Dos\u2028\x85", "key": "k"}\n'
        '{"text": "Tres", "id": null, "title": null}',
    )
    one, two, three = read(path)
    assert (one.key, one.title, one.lang, one.meta) == ("7", "T", "es", {"url": "u", "n": {"a": [1.5, None]}})
    assert (two.key, two.text, two.where) == ("k", "Dos\u2028\x85", f"{path}:3")
    assert (three.key, three.title, three.lang) == ("feed-000004", None, None)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_rows_carry_their_columns(tmp_path: Path, separator: str) -> None:
    rows = [["id", "text", "url"], ["a", '"Dijo ""sí""\r\ny calló"', "x"], [], ["", "Otro", ""]]
    path = put(tmp_path, "notas.csv", "\ufeff" + "\n".join(separator.join(row) for row in rows))
    first, second = read(path)
    assert (first.key, first.text, first.meta) == ("a", 'Dijo "sí"\r\ny calló', {"url": "x"})
    assert (second.key, second.where) == ("notas-000005", f"{path}:5")


def test_a_field_may_be_longer_than_the_csv_modules_limit(tmp_path: Path) -> None:
    [article] = read(put(tmp_path, "a.csv", "text\n" + "palabra " * 50_000))
    assert len(article.text) == 400_000


def test_what_is_not_utf8_is_refused_with_its_byte_and_the_way_out(tmp_path: Path) -> None:
    latin = "Año nuevo".encode("latin-1")
    text, rows = put(tmp_path, "a.txt", latin), put(tmp_path, "b.jsonl", b'{"text":"uno"}\n' * 9_000 + latin)
    assert refusal(text).startswith(f"{text}: byte 1 is not UTF-8: ")
    assert "--encoding latin-1" in refusal(text)
    assert f"byte {15 * 9_000 + 1} is not UTF-8" in refusal(rows)
    assert read(text, encoding="latin-1")[0].text == "Año nuevo"
    assert "byte 0 is not ascii" in refusal(put(tmp_path, "c.txt", "ñ"), encoding="ascii")


@pytest.mark.parametrize("encoding", ["klingon", "hex"])
def test_an_unknown_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    assert encoding in refusal(put(tmp_path, "a.txt", "a"), encoding=encoding)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "", "{path}: the text is empty"),
        ("a.txt", "\ufeff \r\n\xa0\t", "{path}: the text is only whitespace"),
        ("a.xyz", "x", "{path}: cannot read articles from this kind of file: use .txt, .md, .jsonl, .csv"),
        ("a.jsonl", '{"text": "a"}\n{"text": }', "{path}:2:10: not JSON"),
        ("a.jsonl", '["a"]', "{path}:1: not an object"),
        ("a.jsonl", '{"body": "a"}', "{path}:1: no text: each row needs a `text`; found body"),
        ("a.jsonl", '{"text": 3}', "{path}:1: the text is a number"),
        ("a.jsonl", '{"text": null}', "{path}:1: the text is null"),
        ("a.jsonl", '{"text": "a", "id": [1]}', "{path}:1: the id is a list"),
        ("a.jsonl", '{"text": "a", "id": true}', "{path}:1: the id is a truth value"),
        ("a.jsonl", '{"text": "a", "title": 1}', "{path}:1: the title is a number"),
        ("a.jsonl", '{"text": "a", "text": "b"}', "{path}:1: the key 'text' twice"),
        ("a.jsonl", '{"text": "a", "m": {"x": 1, "x": 2}}', "{path}:1: the key 'x' twice"),
        ("a.jsonl", '{"text": "a\\ud800"}', "{path}:1: a lone surrogate"),
        ("a.jsonl", '{"text": "a", "m": {"\\udc00": 1}}', "{path}:1: a lone surrogate"),
        ("a.jsonl", '{"text": "a", "m": NaN}', "{path}:1: NaN"),
        ("a.jsonl", '{"text": "a", "m": 1e999}', "{path}:1: the number 1e999"),
        ("a.jsonl", '{"text": "a", "m": ' + "[" * 100_000, "{path}:1: lists or objects nested too deeply"),
        (
            "a.jsonl",
            '{"text": "a", "m": ' + "[" * 100 + "]" * 100 + "}",
            "{path}:1: lists or objects nested too deeply",
        ),
        ("a.jsonl", '{"text": "a", "id": "../b"}', "{path}:1: the key '../b' holds a slash"),
        ("a.jsonl", '{"text": " "}', "{path}:1: the text is only whitespace"),
        ("a.csv", "id,body\n1,a", "{path}:1: no column named text (found id, body)"),
        ("a.csv", "text,text\na,b", "{path}:1: two columns named 'text'"),
        ("a.csv", "id,text\n1,a\n2,b,c", "{path}:3: 3 fields where the header has 2"),
        ("a.csv", 'text\n"a\nb', "{path}:2: not CSV: unexpected end of data"),
        ("a.csv", 'text\na\n"b" c', "{path}:3: not CSV"),
    ],
)
def test_refusals_say_what_and_where(tmp_path: Path, name: str, content: str, expected: str) -> None:
    path = put(tmp_path, name, content)
    assert refusal(path).startswith(expected.format(path=path))


def test_missing_paths_empty_folders_and_empty_row_files(tmp_path: Path) -> None:
    assert "there is no such file or folder" in refusal(tmp_path / "nada")
    assert "no articles in this folder" in refusal(tmp_path)
    for name in ("a.jsonl", "a.csv"):
        assert "no articles in this file" in refusal(put(tmp_path, name, "\n"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "a")
    path.chmod(0)
    assert "cannot be read: Permission denied" in refusal(path)


def test_one_key_cannot_stand_for_two_texts(tmp_path: Path) -> None:
    one, two = put(tmp_path, "a/nota.txt", "Uno"), put(tmp_path, "b/nota.txt", "Dos")
    assert refusal(one, two).startswith(f"{two}: the key 'nota' is already that of {one}")
    same = put(tmp_path, "c/nota.txt", "Uno")
    assert [article.where for article in read(one, same, one)] == [str(one)]


@pytest.mark.parametrize("key", ["", " ", "a/b", "a\\b", "a\nb", "a\u202eb", " a", "a ", ".a", "a" * 201, "\udcff"])
def test_keys_that_would_hurt_are_refused(key: str) -> None:
    assert key_problem(key)


@pytest.mark.parametrize("key", ["000_a01", "nota de ayer", "año.2024", "日本", "a" * 200, "-a"])
def test_ordinary_keys_are_taken(key: str) -> None:
    assert key_problem(key) is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\ufeff\r\n  Un  titular\r\nY más", "Un titular"),
        ("---\n# Un titular\n", "Un titular"),
        ("***", "***"),
        ("palabra " * 30, "palabra " * 14 + "palabra…"),
        ("x" * 130, "x" * 119 + "…"),
        ("\u200b\x1b", "\u200b\x1b"),
    ],
)
def test_a_title_is_the_first_line_that_says_something(text: str, title: str) -> None:
    found = build_document(Article("k", text), ["es"]).title
    assert found == title
    assert len(found) <= TITLE_LENGTH


def test_a_given_title_is_kept() -> None:
    assert build_document(Article("k", "Uno", title="Título"), ["es"]).title == "Título"
    assert build_document(Article("k", "Uno", title="  "), ["es"]).title == "Uno"


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("El gobierno anunció ayer un acuerdo con los países vecinos.", None, "es"),
        ("The government announced a deal with its neighbours yesterday.", None, "en"),
        ("The government announced a deal with its neighbours yesterday.", "es", "es"),
        ("El gobierno anunció ayer un acuerdo con los países vecinos.", "en-US", "en"),
        ("El gobierno anunció ayer un acuerdo con los países vecinos.", "fr", "es"),
    ],
)
def test_the_language_is_the_sources_or_the_likeliest(text: str, given: str | None, expected: str) -> None:
    assert build_document(Article("k", text, lang=given), ["es", "en"]).lang == expected


@pytest.mark.parametrize("length", [1, 3, 6])
def test_a_quotation_in_front_does_not_settle_the_language(length: int) -> None:
    quotation = "“We will work together with all of our partners to stop the flow of weapons.” " * length
    body = "Así lo dijo ayer el embajador ante los periodistas, y el gobierno respondió que está de acuerdo. " * 12
    assert build_document(Article("k", quotation + "\n" + body), ["es", "en"]).lang == "es"


def test_a_single_language_needs_no_guess() -> None:
    assert build_document(Article("k", "The end", lang="en"), ["es"]).lang == "es"


def test_a_language_that_cannot_be_told_is_a_mistake_of_the_scheme() -> None:
    with pytest.raises(CorpusError, match="xx"):
        build_document(Article("k", "Uno"), ["es", "xx"])


def test_a_document_is_segmented_and_keeps_its_meta() -> None:
    document = build_document(Article("k", ODD, meta={"url": "u"}), ["es"])
    assert (document.text, document.meta) == (ODD, {"url": "u"})
    assert [ODD[start:end] for start, end in document.tokens][:5] == ["Una", "nota", "con", "NBSP", ","]
    assert ODD[slice(*document.sentences[0])] == "Una"
