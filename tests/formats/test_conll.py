"""CoNLL columns as the tasks and the tools have written them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.training import converters

from annotator.annotation import Annotations, Span
from annotator.errors import FormatError
from annotator.formats.conll import read
from annotator.formats.protocol import ForeignDocument
from annotator.formats.registry import load_format
from annotator.formats.words import TAG_SCHEMES, TagScheme, WordRow, WordSpan, row_tags, tagged_spans
from annotator.workflow.importing.import_file import import_file
from annotator.workflow.importing.import_request import ImportRequest
from tests.formats.files import export_data, import_data, source_of_bytes, workspace
from tests.workspaces import Bench


def columns(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def read_conll(data: bytes, **options: str) -> list[ForeignDocument]:
    return list(read(source_of_bytes(data), {name.replace("_", "-"): value for name, value in options.items()}))


def span_texts(document: ForeignDocument) -> list[tuple[str, str]]:
    (layer,) = document.layers
    return [(s.label, document.text[s.start : s.end]) for s in layer.content.spans.values()]


SAME = [
    ("LOC", "Nueva York"),
    ("LOC", "Lima"),
    ("PER", "Ana"),
]
WORDS = ["Nueva", "York", "Lima", "ve", "Ana"]
TAGGED = {
    "IOB1": ["I-LOC", "I-LOC", "B-LOC", "O", "I-PER"],
    "IOB2": ["B-LOC", "I-LOC", "B-LOC", "O", "B-PER"],
    "BIOES": ["B-LOC", "E-LOC", "S-LOC", "O", "S-PER"],
    "BILOU": ["B-LOC", "L-LOC", "U-LOC", "O", "U-PER"],
    "BMEWO-like": ["B-LOC", "E-LOC", "W-LOC", "O", "W-PER"],
}


class TestTags:
    @pytest.mark.parametrize("scheme", TAGGED)
    def test_every_scheme_says_the_same(self, scheme: str) -> None:
        (document,) = read_conll(columns(*map("\t".join, zip(WORDS, TAGGED[scheme], strict=True))))
        assert span_texts(document) == SAME

    def test_a_label_may_hold_a_hyphen_and_a_span_ends_with_its_sentence(self) -> None:
        (document,) = read_conll(columns("El\tB-creative-work", "Quijote\tI-creative-work", "", "y\tI-creative-work"))
        assert span_texts(document) == [("creative-work", "El Quijote"), ("creative-work", "y")]

    @given(data=st.data(), scheme=st.sampled_from(TAG_SCHEMES))
    def test_what_is_tagged_is_read_again(self, data: st.DataObject, scheme: TagScheme) -> None:
        spans: list[WordSpan] = []
        at = 0
        for gap, size, label in data.draw(
            st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.sampled_from(["A", "B-c", "O"])), max_size=6)
        ):
            spans.append(WordSpan(at + gap, at + gap + size - 1, label))
            at += gap + size
        row = WordRow("x", "", ["w"] * (at + 1), spans, spans, [])
        assert list(tagged_spans(row_tags(row, scheme))) == spans


class TestColumns:
    def test_the_text_is_rebuilt_from_words_and_sentences(self) -> None:
        (document,) = read_conll(columns("Hola\tO", "Ana\tB-PER", "", "", "Adiós\tO"))
        assert document.text == "Hola Ana\nAdiós"
        assert document.fallback == "import"

    def test_separators_may_hold_a_tab_and_lines_end_in_any_way(self) -> None:
        (document,) = read_conll(b"Ana\tB-PER\r\n\t\r\nLima\tB-LOC\r\n \t \n")
        assert document.text == "Ana\nLima"

    def test_spaces_part_columns_where_there_is_no_tab_and_other_columns_are_counted(self) -> None:
        (document,) = read_conll(columns("U.N. NNP I-NP I-ORG", "1996 CD I-NP O", "x _ _ O"))
        assert span_texts(document) == [("ORG", "U.N.")]
        assert document.lost == {"value in column 2": 2, "value in column 3": 2}

    def test_a_column_of_numbers_is_none_of_words(self) -> None:
        (document,) = read_conll(
            columns("1\tAna\tB-PER\tO", "2\tPaz\tI-PER\tB-LOC", "", "1\tve\tO\tO"), label_column="3,-1"
        )
        assert document.text == "Ana Paz\nve"
        assert sorted(span_texts(document)) == [("LOC", "Paz"), ("PER", "Ana Paz")]

    def test_a_number_that_is_a_word_can_be_said_to_be_one(self) -> None:
        data = columns("1 CD O", "de IN O")
        with pytest.raises(FormatError, match=r'input:2: column 1: found "de", expected a number.*word-column=1'):
            read_conll(data)
        assert read_conll(data, word_column="1")[0].text == "1 de"

    def test_documents_begin_at_marks(self) -> None:
        data = columns("-DOCSTART- -X- O O", "", "a O", "", "-DOCSTART- -X- O O", "", "b O", "-DOCSTART- -X- O O")
        assert [(d.text, d.fallback) for d in read_conll(data)] == [("a", "import-000001"), ("b", "import-000005")]

    def test_comments_name_documents(self) -> None:
        data = columns("# newdoc id = uno", "# sent_id = 3", "#\tO", "", "# id dos\tdomain=x", "b\tO")
        one, two = read_conll(data)
        assert (one.key, one.text, one.lost) == ("uno", "#", {"comment": 1})
        assert (two.key, two.text) == ("dos", "b")

    def test_sentences_may_be_documents(self) -> None:
        documents = read_conll(columns("a\tO", "", "b\tO", "c\tO", "", "", "d\tO"), sentences="1")
        assert [d.text for d in documents] == ["a", "b c", "d"]
        assert len({d.fallback for d in documents}) == 3

    def test_another_encoding_is_said_with_the_option(self) -> None:
        data = "Perú\tB-LOC\n".encode("latin-1")
        with pytest.raises(FormatError, match=r"standard input:1: byte 3 is not UTF-8: .*--encoding latin-1"):
            read_conll(data)
        (document,) = read(source_of_bytes(data, "latin-1"), {})
        assert span_texts(document) == [("LOC", "Perú")]


BROKEN: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "one column": (("Ana", "B-PER"), {}, "1: found one column, expected a word and its tag"),
    "a column less": (("Ana\tx\tB-PER", "ve\tO"), {}, "2: found 2 columns, expected 3"),
    "no tag": (("Ana\t7",), {}, '1: column 2: found "7", expected O or a tag like B-ORG'),
    "letters without a label": (("Ana\tB",), {}, '1: column 2: found "B", expected O or a tag like B-ORG'),
    "labels everywhere": (("Ana\tNOUN", "ve\tVERB"), {}, "input: every word has a tag, none with B- or I-"),
    "tags of two kinds": (
        ("Ana\tPER", "ve\tO", "Bo\tB-PER"),
        {},
        '3: column 2: found "B-PER", expected O or a tag without B- or I- as "PER" in line 1',
    ),
    "words for tags": (
        ("Ana\tB-PER",),
        {"label_column": "1"},
        '1: column 1 cannot hold both the words and the tags: the other columns are 2 ("B-PER")',
    ),
    "no kind": (("Ana\tO",), {"tags": "iob"}, "tags=iob: no kind of tags: the kinds are prefixed, bare, brackets"),
    "a bracket too many": (("Ana\t(a-1", "ve\tb-1)"), {}, '2: "b-1)" closes no bracket'),
    "a bracket too few": (("Ana\t(a-1", "ve\t_"), {}, '1: the bracket of "a-1" is never closed'),
    "a bracket without a label": (("Ana\t(1)", "ve\t_"), {}, '1: the bracket of "1" names no label'),
    "no such tokens": (("Ana\tO",), {"tokens": "yes"}, "tokens=yes: neither ours nor file"),
    "a tag without label": (("Ana\tB-",), {}, '1: column 2: found "B-"'),
    "no word": (("Ana\tO", "\tO"), {}, "2: a line without a word"),
    "no such column": (("Ana\tO",), {"label_column": "4"}, "1: label-column=4: the line has 2 columns"),
    "no number": (("Ana\tO",), {"label_column": "last"}, "label-column=last: not a number"),
    "a broken mark": (('-DOCSTART-\t{"text":"Ana', "Ana\tO"), {}, "1:9: not JSON"),
    "half a character": (('-DOCSTART-\t{"text":"\\ud83d"}\tO',), {}, "1: half of a character"),
    "another text": (('-DOCSTART-\t{"text":"Ana ve"}\tO', "", "Luis\tO"), {}, '1: the word "Luis" (number 1) is not'),
    "words between": (('-DOCSTART-\t{"text":"a x b"}\tO', "", "a\tO", "b\tO"), {}, '1: the word "b" (number 2)'),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_line(case: str) -> None:
    lines, options, message = BROKEN[case]
    with pytest.raises(FormatError) as caught:
        read_conll(columns(*lines), **options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


class TestHints:
    """What a mistake is met with comes from the file at hand, and mends it."""

    def test_the_column_that_holds_tags_is_named(self) -> None:
        data = columns("Ana\tB-PER\t1", "ve\tO\t,", "Bo\tB-PER\tNNP")
        with pytest.raises(FormatError, match=r'column 3: found "1".*stand in column 2: -O label-column=2'):
            read_conll(data)
        assert len(read_conll(data, label_column="2")[0].layers[0].content.spans) == 2

    def test_a_column_of_labels_is_named_too(self) -> None:
        with pytest.raises(FormatError, match=r"input: every word has a tag, .*: tags stand in column 2: -O label-col"):
            read_conll(columns("Ana\tPERSON\tNNP", "ve\tO\tVB"))

    def test_a_tag_among_others_is_to_be_mended(self) -> None:
        with pytest.raises(FormatError, match=r'2: column 2: found "I-", expected .* as "B-PER" in line 1: mend what'):
            read_conll(columns("Ana\tB-PER", "ve\tI-"))

    def test_no_column_is_named_where_none_holds_tags(self) -> None:
        with pytest.raises(FormatError, match=r'"PER-B", expected O .*: if such labels .*: -O tags=bare'):
            read_conll(columns("Ana\tPER-B", "ve\tO"))
        (document,) = read_conll(columns("Ana\tPER-B", "ve\tO"), tags="bare")
        assert span_texts(document) == [("PER-B", "Ana")]


class TestTagsWithoutPrefixes:
    def test_a_run_of_one_label_is_a_span(self) -> None:
        data = columns("Ana\tPERSON", "Paz\tPERSON", "Lima\tLOC", "ve\tO", "", "Bo\tPERSON", "", "Jo\tPERSON")
        (document,) = read_conll(data)
        assert span_texts(document) == [("PERSON", "Ana Paz"), ("LOC", "Lima"), ("PERSON", "Bo"), ("PERSON", "Jo")]

    def test_a_file_of_labels_alone_is_taken_at_the_users_word(self) -> None:
        (document,) = read_conll(columns("Ana\tNOUN", "ve\tVERB"), tags="bare")
        assert span_texts(document) == [("NOUN", "Ana"), ("VERB", "ve")]


class TestBrackets:
    def test_spans_nest_and_cross_and_only_their_labels_are_taken(self) -> None:
        (document,) = read_conll(
            columns(
                *("# begin document nota", "0\tLa\t(org-1", "1\tcasa\t(place-2(object-3)", "2\tde\t_"),
                *("3\tLima\t(place-4-Lima%2DPeru)org-1)", "4\tya\tplace-2)", "# end document"),
            )
        )
        assert (document.key, document.text) == ("nota", "La casa de Lima ya")
        assert sorted(span_texts(document)) == [
            ("object", "casa"),
            ("org", "La casa de Lima"),
            ("place", "Lima"),
            ("place", "casa de Lima ya"),
        ]
        (layer,) = document.layers
        assert [(said.name, said.value) for said in layer.attributes] == [("identity", "Lima-Peru")]
        assert document.lost == {}

    def test_columns_of_the_conll_tasks_with_stars(self) -> None:
        (document,) = read_conll(columns("Ana\tNN\t(PERSON*", "Paz\tNN\t*)", "ve\tVB\t*", "Bo\tNN\t(PERSON)"))
        assert span_texts(document) == [("PERSON", "Ana Paz"), ("PERSON", "Bo")]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with workspace() as bench:
        yield bench


class TestWriting:
    TEXT = "Ana  Ruiz\u00a0vive en Nueva York.\r\n\r\nY ya."

    def given_as(self, bench: Bench, **options: str) -> str:
        spans = [Span("1", 0, 9, "PERSON"), Span("2", 18, 28, "GPE"), Span("3", 24, 28, "GPE"), Span("4", 1, 3, "ORG")]
        rows = {"text": self.TEXT, "key": "nota", "lang": "es", "label": [[s.start, s.end, s.label] for s in spans]}
        import_data(bench, "doccano", json.dumps(rows).encode(), layer="gold")
        data, done = export_data(bench, "conll", options=options)
        assert (done.lost["spans inside one another"], done.lost["spans off token borders"]) == (1, 1)
        return data.decode()

    def test_two_columns_behind_a_mark_that_other_readers_pass_over(self, bench: Bench) -> None:
        lines = self.given_as(bench).split("\n")
        mark, rest = lines[0].split("\t"), lines[1:]
        assert (mark[0][:11], mark[1:], len(lines[0].split())) == ("-DOCSTART-{", ["O"], 2)
        assert rest[:9] == [
            "",
            "Ana\tB-PERSON",
            "Ruiz\tI-PERSON",
            "vive\tO",
            "en\tO",
            "Nueva\tB-GPE",
            "York\tI-GPE",
            ".\tO",
            "",
        ]

    def test_plain_columns(self, bench: Bench) -> None:
        data = self.given_as(bench, plain="yes", scheme="bioes")
        assert data.startswith("-DOCSTART-\tO\n\nAna\tB-PERSON\nRuiz\tE-PERSON\n")
        assert data.endswith("Y\tO\nya\tO\n.\tO\n\n")

    def test_four_columns_as_conll_2003_has_them(self, bench: Bench) -> None:
        data = self.given_as(bench, columns="4")
        assert data.startswith("-DOCSTART- -X- O O\n\nAna -X- -X- B-PERSON\nRuiz -X- -X- I-PERSON\n")
        (document,) = read_conll(data.encode())
        assert span_texts(document) == [("PERSON", "Ana Ruiz"), ("GPE", "Nueva York")]
        assert document.lost == {}

    @pytest.mark.parametrize("options", [{}, {"plain": "yes"}, {"columns": "4"}], ids=str)
    def test_every_line_has_its_tag_in_the_last_of_equally_many_columns(
        self, bench: Bench, options: dict[str, str]
    ) -> None:
        """Flair takes a column for one of spans only where all it reads there are tags."""
        lines = [line.split() for line in self.given_as(bench, **options).splitlines() if line]
        assert {len(fields) for fields in lines} == {int(options.get("columns", 2))}
        assert all(fields[-1] == "O" or fields[-1][:2] in ("B-", "I-") for fields in lines)

    def test_spacy_reads_documents_and_spans_of_four_columns(self, bench: Bench) -> None:
        rows = [{"text": f"Ana ve a Bo{n}. Ya.", "key": f"n{n}", "label": [[0, 3, "PERSON"]]} for n in range(3)]
        import_data(bench, "doccano", "\n".join(map(json.dumps, rows)).encode(), layer="gold")
        data, _ = export_data(bench, "conll", options={"columns": "4"})
        docs = list(cast("Any", converters).conll_ner_to_docs(data.decode(), no_print=True))
        assert [[(e.text, e.label_) for e in doc.ents] for doc in docs] == [[("Ana", "PERSON")]] * 3
        assert [[token.text for token in doc][:4] for doc in docs] == [["Ana", "ve", "a", f"Bo{n}"] for n in range(3)]

    def test_the_mark_of_earlier_exports_is_read(self) -> None:
        (document,) = read_conll(columns('-DOCSTART-\t{"key":"nota","text":"Ana\\u0020ve"}\tO', "", "Ana\tO", "ve\tO"))
        assert (document.key, document.text) == ("nota", "Ana ve")

    @pytest.mark.parametrize(("name", "value"), [("scheme", "bio"), ("plain", "maybe"), ("columns", "3")])
    def test_options_that_are_none(self, bench: Bench, name: str, value: str) -> None:
        with pytest.raises(FormatError, match=f"{name}={value}: "):
            export_data(bench, "conll", options={name: value})

    def test_a_title_with_any_space_stays_in_one_column(self, bench: Bench, tmp_path: Path) -> None:
        text = "uno\u2028dos\t\x1ctres\x85"
        import_data(
            bench, "doccano", json.dumps({"text": text, "key": "a", "title": "t\x0b\u3000u"}).encode(), layer="gold"
        )
        data, _ = export_data(bench, "conll")
        assert len(data.decode().split("\n")[0].split()) == 2
        path = tmp_path / "x.conll"
        path.write_bytes(data)
        again = import_data(bench, "conll", path, layer="gold")
        assert (again.new, again.layers["gold"].unchanged) == (0, 1)


def test_nothing_is_written_of_a_file_that_breaks_off(bench: Bench) -> None:
    data = columns(*(line for n in range(40) for line in ("-DOCSTART-\tO", "", f"w{n}\tO", "")), "Ana\tB-")
    with pytest.raises(FormatError, match="standard input:161: "):
        import_data(bench, "conll", data, layer="gold")
    assert bench.store.document_keys() == []


def test_labels_are_mapped_like_those_of_any_format(bench: Bench) -> None:
    request = ImportRequest(layer="gold", mapping={"PER": "PERSON"})
    import_file(bench.workspace, load_format("conll"), source_of_bytes(columns("Ana\tB-PER")), request, "lead")
    content = bench.store.annotations(bench.layer_id("gold", "import"))
    assert content == Annotations.of([Span("0-3-PERSON", 0, 3, "PERSON")])
