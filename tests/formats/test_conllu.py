"""CoNLL-U: exact texts, ranges, empty nodes, and entities in the last column; the tokens of files; folders of files."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.errors import FormatError
from annotator.formats.conll import read
from annotator.formats.protocol import ForeignDocument
from annotator.formats.source import Source
from tests.formats.files import export_data, import_data, workspace
from tests.formats.test_conll import columns, read_conll, span_texts
from tests.workspaces import Bench


def conllu(number: str, word: str, misc: str = "_") -> str:
    return "\t".join([number, word, *["_"] * 7, misc])


class TestText:
    def test_what_comments_say_is_the_text_and_paragraphs_are_lines(self) -> None:
        (document,) = read_conll(
            columns(
                *("# newdoc id = nota", "# newpar", "# sent_id = 1", "# text = Ada  vio «el» mar.", conllu("1", "Ada")),
                *(conllu("2", "vio", "name=O"), conllu("3", "«"), conllu("4", "el"), conllu("5", "»")),
                *(conllu("6", "mar", "name=B-LOC"), conllu("7", "."), "", "# text = Ya.", conllu("1", "Ya")),
                *(conllu("2", "."), "", "# newpar", "# text = Bo.", conllu("1", "Bo", "name=B-PER"), conllu("2", ".")),
            )
        )
        assert (document.key, document.text) == ("nota", "Ada  vio «el» mar. Ya.\nBo.")
        assert span_texts(document) == [("LOC", "mar"), ("PER", "Bo")]
        assert document.lost == {"comment": 1}

    def test_without_comments_words_say_where_spaces_are(self) -> None:
        (document,) = read_conll(
            columns(conllu("1", "Bo", "SpaceAfter=No|name=B-PER"), conllu("2", "."), "", conllu("1", "Ya"))
        )
        assert (document.text, span_texts(document)) == ("Bo.\nYa", [("PER", "Bo")])

    def test_a_text_that_its_words_do_not_follow_is_counted(self) -> None:
        (document,) = read_conll(columns("# text = Bob ya", conllu("1", "Bo", "name=B-PER"), conllu("2", "va")))
        assert document.text == "Bo va"
        assert document.lost == {"text of a sentence that its words do not follow": 1}

    def test_a_text_that_ends_in_a_tag_is_no_word(self) -> None:
        (document,) = read_conll(columns("# text = tipo O", conllu("1", "tipo", "name=O"), conllu("2", "O")))
        assert document.text == "tipo O"


class TestRanges:
    @pytest.mark.parametrize("tag", ["_", "O"])
    def test_a_range_is_one_word_of_the_text_and_its_parts_have_the_tags(self, tag: str) -> None:
        lines = [f"1-2\tDel\t{tag}", "1\tDe\tO", "2\tel\tB-ART", "3\tMar\tB-LOC", "4\tya\tO"]
        for data in (columns(*lines), columns("1\tEn\tO", "2\tRoma\tB-LOC", "", *lines)):
            (document,) = read_conll(data)
            assert document.text.endswith("Del Mar ya")
            assert span_texts(document)[-2:] == [("ART", "Del"), ("LOC", "Mar")]

    def test_a_range_that_alone_has_a_tag_is_the_span(self) -> None:
        (document,) = read_conll(columns("1-2\tDelmar\tB-LOC", "1\tDel\tO", "2\tmar\t_", "3\tya\tO"))
        assert span_texts(document) == [("LOC", "Delmar")]

    def test_a_part_that_is_missing_is_told(self) -> None:
        with pytest.raises(FormatError, match='input:1: "Del" has parts up to number 2, which does not follow'):
            read_conll(columns("1-2\tDel\t_", "1\tDe\tO", "", "1\tya\tO"))

    def test_an_empty_node_is_no_word(self) -> None:
        (document,) = read_conll(columns("1\tMar\tB-LOC", "1.1\tx\tO", "2\tNegro\tI-LOC"))
        assert (document.text, span_texts(document), document.lost) == (
            "Mar Negro",
            [("LOC", "Mar Negro")],
            {"empty node": 1},
        )


class TestEntities:
    def test_brackets_hold_the_label_where_the_file_says(self) -> None:
        (document,) = read_conll(
            columns(
                "# global.Entity = eid-etype-head-other",
                conllu("1", "La", "Entity=(e1-place-1-x(e2[1/2]-event-1-"),
                conllu("2", "casa", "Bridge=e1<e2|Entity=e1)e2[1/2])|SpaceAfter=No"),
                conllu("2.1", "_", "Entity=(e3-person-1-)"),
                conllu("3", "."),
            )
        )
        assert (document.text, span_texts(document)) == ("La casa.", [("place", "La casa")])
        assert document.lost == {
            "empty node": 1,
            "entity on what has no text": 1,
            "fragment of a span with gaps": 1,
            "entry Bridge in column 10": 1,
        }
        (layer,) = document.layers
        assert [(said.name, said.value) for said in layer.attributes] == [("head", "1"), ("other", "x")]

    def test_an_entry_can_be_named_and_a_file_without_entities_is_refused(self) -> None:
        data = columns(conllu("1", "Bo", "Tipo=B-PER"), conllu("2", "ve", "Tipo=O"))
        with pytest.raises(FormatError, match=r"input: no entities in the last column.*holds Tipo: name .*-O entry="):
            read_conll(data)
        assert span_texts(read_conll(data, entry="Tipo")[0]) == [("PER", "Bo")]

    def test_a_column_of_tags_can_be_named(self) -> None:
        data = columns("1\tBo\t_\tB-PER" + "\t_" * 6, "2\tve\t_\tO" + "\t_" * 6)
        assert span_texts(read_conll(data, label_column="4")[0]) == [("PER", "Bo")]
        with pytest.raises(FormatError, match="column 2 cannot hold both the words and the tags: leave label-column"):
            read_conll(data, label_column="2")


def documents_in(path: Path) -> list[ForeignDocument]:
    return list(read(Source(path), {}))


def test_every_file_of_a_folder_is_read_with_its_own_columns(tmp_path: Path) -> None:
    (tmp_path / "a.conllu").write_text(conllu("1", "Bo", "name=B-PER") + "\n")
    (tmp_path / "b.conllu").write_text(conllu("1", "Ya") + "\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.tsv").write_text("Ana\tPER\nve\tO\n")
    (tmp_path / "README.txt").write_text("no columns")
    found = documents_in(tmp_path)
    assert [(d.fallback, d.text) for d in found] == [("a", "Bo"), ("b", "Ya"), ("deep.c", "Ana ve")]
    assert [len(d.layers[0].content.spans) for d in found] == [1, 0, 1]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with workspace() as bench:
        yield bench


def test_an_archive_of_column_files(bench: Bench, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.conll", "Ana\tB-PERSON\nve\tO\n")
        archive.writestr("b.conll", "Bo\tB-PERSON\n")
    report = import_data(bench, "conll", tmp_path / "x.zip", layer="gold")
    assert (report.new, report.layers["gold"].spans) == (2, 2)
    assert sorted(bench.store.document_keys()) == ["a", "b"]


class TestTokensOfTheFile:
    DATA = columns(
        "don't\tO", "U.S.A\tB-GPE", "-\tO", "bound\tO", "10\u00a0000\tB-DATE", "", "ship\tO", ".\tO", "", "!\tO"
    )

    def test_they_come_back_on_export(self, bench: Bench) -> None:
        import_data(bench, "conll", self.DATA, layer="gold", options={"tokens": "file"})
        document = bench.store.document("import")
        assert document is not None
        words = [document.text[start:end] for start, end in document.tokens]
        assert words == ["don't", "U.S.A", "-", "bound", "10", "000", "ship", ".", "!"]
        assert [document.text[s:e] for s, e in document.sentences] == ["don't U.S.A - bound 10\u00a0000", "ship .", "!"]
        data, _ = export_data(bench, "conll", options={"plain": "yes"})
        written = self.DATA.decode().replace("10\u00a0000\tB-DATE", "10\tB-DATE\n000\tI-DATE")
        assert data.decode() == f"-DOCSTART-\tO\n\n{written}\n"

    def test_a_text_that_is_here_already_keeps_its_own(self, bench: Bench) -> None:
        import_data(bench, "conll", self.DATA, layer="gold")
        report = import_data(bench, "conll", self.DATA, layer="curator:ana", options={"tokens": "file"})
        assert report.lost == {"tokens and sentences, where the document has others here": 1}
        again = import_data(bench, "conll", self.DATA, layer="curator:ana")
        assert again.lost == {}
