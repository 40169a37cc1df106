"""WebAnno TSV 3 as INCEpTION, WebAnno and converters write it, and as we do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from annotator.annotation import Annotations, Relation, Span
from annotator.corpus import Article, build_document
from annotator.errors import FormatError
from annotator.formats.protocol import ForeignDocument, Target
from annotator.formats.record import LayerRecord
from annotator.formats.source import Source
from annotator.formats.webanno import write
from annotator.formats.webanno_reader import read
from annotator.labels import LabelScheme
from tests.formats.files import import_data, source_of_bytes, workspace

SCHEME = LabelScheme({}, {}, ("es", "en"), "any", "token", "")
HEAD = "#FORMAT=WebAnno TSV 3.3"
SPANS = "#T_SP=custom.Span|label"
LINKS = "#T_RL=custom.Relation|label|BT_custom.Span"
NAMED = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"


def tsv(*lines: str, layers: Iterable[str] = (SPANS, LINKS), head: str = HEAD) -> bytes:
    """Return a file with these layers and lines, in which spaces stand for tabs before the text begins."""
    return "\n".join([head, *layers, "", "", *lines, ""]).encode()


def rows(*lines: str) -> list[str]:
    """Return lines of tokens, written here with slashes between columns."""
    return [line.replace("/", "\t") + "\t" for line in lines]


def one(data: bytes, **options: str) -> ForeignDocument:
    (document,) = read(source_of_bytes(data), options)
    return document


def spans(document: ForeignDocument) -> list[tuple[str, str]]:
    (layer,) = document.layers
    return [(s.label, document.text[s.start : s.end]) for s in layer.content.spans.values()]


def links(document: ForeignDocument) -> list[tuple[str, str, str]]:
    """Return the text of the head, the label and the text of the child of each relation."""
    (layer,) = document.layers
    texts = {s.id: document.text[s.start : s.end] for s in layer.content.spans.values()}
    return [(texts[r.head], r.label, texts[r.child]) for r in layer.content.relations.values()]


TWO = tsv(
    "#Sentence.id=s1",
    "#Text=Ana 👍 va .",
    *rows("1-1/0-3/Ana/PERSON/_/_", "1-2/4-6/👍/_/_/_", "1-3/7-9/va/_/_/_", "1-4/10-11/./_/_/_"),
    "",
    "#Text=La ONU",
    "#Text=en Perú",
    *rows(
        "2-1/12-14/La/ORG[1]/sees/1-1[0_1]",
        "2-2/15-18/ONU/ORG[1]|X[2]/held\\_in|sees/2-4[0_2]|2-1[1_2]",
        "2-3/19-21/en/_/_/_",
        "2-4/22-26/Perú/GPE/_/_",
    ),
)


class TestReading:
    def test_text_spans_and_relations(self) -> None:
        document = one(TWO)
        assert document.text == "Ana 👍 va .\nLa ONU\nen Perú"
        assert spans(document) == [("PERSON", "Ana"), ("ORG", "La ONU"), ("X", "ONU"), ("GPE", "Perú")]
        assert links(document) == [("Ana", "sees", "La ONU"), ("Perú", "held_in", "ONU"), ("La ONU", "sees", "ONU")]
        assert document.lost == {}

    def test_windows_line_ends_and_a_byte_order_mark(self) -> None:
        assert spans(one(b"\xef\xbb\xbf" + TWO.replace(b"\n", b"\r\n"))) == spans(one(TWO))

    def test_sentences_side_by_side_and_far_apart(self) -> None:
        data = tsv(
            *("#Text=uno", *rows("1-1/2-5/uno/A"), "", "#Text=dos", *rows("2-1/5-8/dos/B")),
            *("", "#Text=tres", *rows("3-1/11-15/tres/C")),
            layers=[SPANS],
        )
        assert one(data).text == "  unodos\n  tres"
        assert spans(one(data)) == [("A", "uno"), ("B", "dos"), ("C", "tres")]

    def test_parts_of_tokens(self) -> None:
        data = tsv(
            "#Text=peruano viejo",
            *rows("1-1/0-7/peruano/_", "1-1.1/0-4/peru/GPE", "1-1.2/4-7/ano/X[1]", "1-1.3/7-7//Y"),
            *rows("1-2/8-13/viejo/_", "1-2.1/8-11/vie/X[1]"),
            layers=[SPANS],
        )
        assert spans(one(data)) == [("GPE", "peru"), ("X", "ano vie")]
        assert one(data).lost == {"span without any text": 1}

    def test_values_with_characters_that_have_a_meaning(self) -> None:
        values = {"a\\_b": "a_b", "\\*": "*", "a\\|b\\[1\\]": "a|b[1]", "\\->": "->", "x\\\\": "x\\", "\\tt": "\tt"}
        for written, value in values.items():
            assert spans(one(tsv("#Text=a", *rows(f"1-1/0-1/a/{written}[3]|B[4]"), layers=[SPANS]))) == [
                (value, "a"),
                ("B", "a"),
            ]

    @pytest.mark.parametrize(
        ("version", "written", "text"),
        [
            ("3.3", "a\\tb \\\\ \\[ \\x", "a\tb \\ \\[ \\x"),
            ("3.0", 'a\\tb \\\\ \\" \\u00e9', 'a\tb \\ " é'),
        ],
    )
    def test_escaped_text(self, version: str, written: str, text: str) -> None:
        data = tsv(f"#Text={written}", *rows("1-1/0-1/a/X"), layers=[SPANS], head=f"#FORMAT=WebAnno TSV {version}")
        assert one(data).text == text

    def test_the_label_is_label_or_value_else_the_first_feature(self) -> None:
        named = tsv("#Text=a", *rows("1-1/0-1/a/Q1/PER"), layers=[f"#T_SP={NAMED}|identifier|value"])
        assert spans(one(named)) == [("PER", "a")]
        (layer,) = one(named).layers
        assert [(said.name, said.value, said.kind) for said in layer.attributes] == [("identifier", "Q1", "catalog")]
        other = tsv("#Text=a", *rows("1-1/0-1/a/A[7]/B[7]"), layers=["#T_SP=webanno.custom.Who|one|two"])
        assert spans(one(other)) == [("A", "a")]
        assert spans(one(other, spans="webanno.custom.Who:two")) == [("B", "a")]
        with pytest.raises(FormatError, match=r"Who has no feature 'three': its features are one, two"):
            one(other, spans="webanno.custom.Who:three")

    def test_a_layer_without_features_or_without_a_value(self) -> None:
        bare = tsv("#Text=a b", *rows("1-1/0-1/a/*[1]", "1-2/2-3/b/*[1]"), layers=["#T_SP=webanno.custom.Bare|"])
        assert spans(one(bare)) == [("Bare", "a b")]
        assert spans(one(tsv("#Text=a", *rows("1-1/0-1/a/*"), layers=[SPANS]))) == [("Span", "a")]

    def test_slots_chains_and_other_layers_are_counted(self) -> None:
        layers = [
            "#T_SP=pos.POS|PosValue",
            "#T_SP=webanno.custom.Host|ROLE_webanno.custom.Host:args_webanno.custom.ArgsLink|custom.Span|label",
            SPANS,
            "#T_CH=webanno.custom.CorefLink|referenceRelation|referenceType",
            "#T_RL=syntax.Dependency|kind|BT_pos.POS",
        ]
        data = tsv(
            "#Text=a b",
            *rows("1-1/0-1/a/N/p1;p2/1-2;1-2/H/X/*->1-1/pr[1]/subj/1-2", "1-2/2-3/b/V/_/_/_/Y/*->1-2/pr[1]/_/_"),
            layers=layers,
        )
        assert spans(one(data)) == [("H", "a"), ("X", "a"), ("Y", "b")]
        assert one(data).lost == {
            "annotation of type pos.POS": 2,
            "slot args of webanno.custom.Host": 2,
            "mention in a chain of webanno.custom.CorefLink": 2,
            "relation of type syntax.Dependency between other annotations": 1,
        }
        with pytest.raises(FormatError, match=r"of the types pos\.POS \(2\).*-O spans=pos\.POS, or read it without"):
            one(tsv("#Text=a b", *rows("1-1/0-1/a/N", "1-2/2-3/b/V"), layers=layers[:1]))

    def test_chains_are_groups_of_mentions_where_asked_for(self) -> None:
        data = tsv(
            "#Text=Ana Ruiz llega . Ella y su tía hablan .",
            *rows(
                "1-1/0-3/Ana/PER[1]/name->1-1/nam[1]/_/_",
                "1-2/4-8/Ruiz/PER[1]/name->1-1/nam[1]/_/_",
                "1-3/9-14/llega/_/_/_/_/_",
                "1-4/15-16/./_/_/_/_/_",
                "1-5/17-21/Ella/_/*->1-2/*[1]/_/_",
                "1-6/22-23/y/_/_/_/_/_",
                "1-7/24-26/su/_/*->1-3|*->2-1/\\_p[1]|*[2]/*->3-1/*[3]",
                "1-8/27-30/tía/PER/*->2-1/*[2]/_/_",
                "1-9/31-37/hablan/_/_/_/_/_",
                "1-10/38-39/./_/_/_/*->3-2/*[3]",
            ),
            layers=[
                f"#T_SP={NAMED}|value",
                "#T_CH=de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink|referenceRelation|referenceType",
                "#T_CH=webanno.custom.OwnerLink|referenceRelation|referenceType",
            ],
        )
        read = one(data, chains="yes")
        assert spans(read) == [
            *[("PER", "Ana Ruiz"), ("PER", "tía")],
            *[("nam", "Ana Ruiz"), ("mention", "Ella"), ("_p", "su"), ("mention", "su tía")],
            *[("mention", "su"), ("mention", ".")],
        ]
        (layer,) = read.layers
        texts = {s.id: read.text[s.start : s.end] for s in layer.content.spans.values()}
        assert [(group.label, [texts[member] for member in group.members]) for group in layer.groups] == [
            ("coreference", ["Ana Ruiz", "Ella", "su"]),
            ("coreference", ["su tía"]),
            ("Owner", ["su", "."]),
        ]
        assert [(texts[said.item or ""], said.name, said.value) for said in layer.attributes] == [
            ("Ana Ruiz", "referenceRelation", "name")
        ]
        assert read.lost == {}
        (labelled,) = one(data, chains="yes", mention="M").layers
        assert {s.label for s in labelled.content.spans.values()} == {"PER", "M"}
        assert [said.value for said in labelled.attributes if said.name == "referenceType"] == ["nam", "_p"]
        assert spans(one(data)) == [("PER", "Ana Ruiz"), ("PER", "tía")]
        assert sum(one(data).lost.values()) == 6

    def test_chains_that_say_no_mention_are_counted_and_chains_alone_named(self) -> None:
        layers = ["#T_CH=webanno.custom.CorefLink|referenceRelation|referenceType"]
        data = tsv("#Text=a b", *rows("1-1/0-1/a/_/*[1]", "1-2/2-3/b/*->1-1/x[2]"), layers=layers)
        assert one(data, chains="yes", spans="none").lost == {
            "value of webanno.custom.CorefLink that is no mention in a chain": 2
        }
        layers = [f"{layers[0]}|certainty"]
        data = tsv("#Text=a b", *rows("1-1/0-1/a/*->1-1/x[1]|y[2]/high", "1-2/2-3/b/*->1-2/x[1]/*"), layers=layers)
        assert one(data, chains="yes").lost == {
            "value of webanno.custom.CorefLink that is no mention in a chain": 1,
            "feature certainty of webanno.custom.CorefLink": 1,
        }
        layers = [layers[0].removesuffix("|certainty")]
        with pytest.raises(FormatError, match=r"CorefLink \(1\).*: read its chains: -O chains=yes, or read it without"):
            one(tsv("#Text=a", *rows("1-1/0-1/a/*->1-1/*[1]"), layers=layers))
        with pytest.raises(FormatError, match="mention=M: chains are not read"):
            one(data, mention="M")

    def test_a_project_in_this_format(self, tmp_path: Path) -> None:
        for user in ("ana", "bo"):
            path = tmp_path / "annotation" / "carta.txt" / f"{user}.tsv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(TWO)
        work = {"name": "carta.txt", "user": "bo", "state": "IN_PROGRESS"}
        (tmp_path / "exportedproject1.json").write_text(json.dumps({"annotation_documents": [work]}), encoding="utf-8")
        documents = list(read(Source(tmp_path), {}))
        assert [(d.fallback, d.layers[0].author, d.layers[0].state) for d in documents] == [
            ("carta", "ana", "done"),
            ("carta", "bo", "doing"),
        ]


ROW = rows("1-1/0-1/a/X/_/_")
BROKEN = {
    "empty": (b"", ':1: found "", expected #FORMAT=WebAnno TSV 3.3'),
    "version 2": (b"#FORMAT=WebAnno TSV 2\n", "export it from INCEpTION as WebAnno TSV v3.x"),
    "no text": (tsv(*ROW), ":6: a token without a line #Text= before it"),
    "cut short": (tsv("#Text=a", *ROW, "", "#Text=b"), "the file ends behind the text of a sentence"),
    "few columns": (tsv("#Text=a", "1-1\t0-1\ta\tX"), ":7: found 1 columns behind the token, expected 3"),
    "no token": (tsv("#Text=a", "a"), ':7: found "a", expected the number of a token'),
    "outside of the text": (tsv("#Text=a", *rows("1-1/0-9/a/X/_/_")), ":7: found 0-9, which is outside of the text"),
    "inside a character": (tsv("#Text=👍", *rows("1-1/0-1/a/X/_/_")), ":7: found 0-1, which is outside of the text or"),
    "reversed": (tsv("#Text=a", *rows("1-1/1-0/a/X/_/_")), ":7: found 1-0, expected a beginning before an end"),
    "another token": (tsv("#Text=a", *rows("1-1/0-1/b/X/_/_")), ':7: found "b", but at 0-1 stands "a"'),
    "sentences over one another": (
        tsv("#Text=abc", *rows("1-1/0-1/a/X/_/_"), "", "#Text=b", *rows("2-1/1-2/b/X/_/_")),
        ":10: the sentence begins at 1, expected a place behind the sentence before",
    ),
    "a relation of nothing": (
        tsv("#Text=a", *rows("1-1/0-1/a/X/sees/1-9")),
        ":7: a relation of custom.Relation refers to 1-9, where there is no annotation",
    ),
    "a number of nothing": (tsv("#Text=a", *rows("1-1/0-1/a/X/sees/1-1[4_0]")), "refers to 1-1[4], where there is no"),
    "a layer twice": (tsv(layers=[SPANS, SPANS]), ":3: the layer custom.Span twice"),
    "relations of nothing": (tsv(layers=["#T_RL=custom.Relation|label"]), ":2: found"),
    "a text of ours that differs": (
        tsv('#Document={"text":"b"}', "#Text=a", *ROW),
        ":8: the sentence is not where it should be in the text, at 0",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_and_nothing_is_written(case: str) -> None:
    data, message = BROKEN[case]
    with workspace() as bench:
        with pytest.raises(FormatError) as caught:
            import_data(bench, "webanno", data, layer="gold")
        assert bench.store.document_keys() == []
    assert str(caught.value).startswith("standard input:")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def record(text: str, content: Annotations, title: str | None = None) -> LayerRecord:
    document = build_document(Article("nota", text, title, "es"), ("es", "en"))
    return LayerRecord(document, content, "gold", ("ana",), "0" * 64)


def written(folder: Path, made: LayerRecord, **options: str) -> tuple[str, Target]:
    """Write a record; return the file and what its writer counted."""
    target = Target(SCHEME, folder=folder, options=options)
    write([made], target)
    return (folder / "nota.tsv").read_text(encoding="utf-8"), target


class TestWriting:
    def test_a_file_as_inception_takes_it(self, tmp_path: Path) -> None:
        content = Annotations.of(
            [
                Span("1", 0, 3, "PERSON"),
                Span("2", 4, 10, "ORG"),
                Span("3", 7, 10, "A_B"),
                Span("4", 14, 16, "GPE"),
            ],
            [Relation("r", "1", "2", "sees"), Relation("q", "4", "1", "held|in")],
        )
        text, target = written(tmp_path, record("Ana 👍 ONU. Él va.", content), plain="yes")
        assert text.split("\n") == [
            "#FORMAT=WebAnno TSV 3.3",
            "#T_SP=custom.Span|label",
            "#T_RL=custom.Relation|label|BT_custom.Span",
            "",
            "",
            "#Text=Ana 👍 ONU. ",
            "1-1\t0-3\tAna\tPERSON\theld\\|in\t2-2\t",
            "1-2\t4-6\t👍\tORG[1]\tsees\t1-1[0_1]\t",
            "1-3\t7-10\tONU\tORG[1]\t_\t_\t",
            "1-3.1\t8-10\tNU\tA\\_B[2]\t_\t_\t",
            "1-4\t10-11\t.\tORG[1]|A\\_B[2]\t_\t_\t",
            "",
            "#Text=Él va.",
            "2-1\t12-14\tÉl\t_\t_\t_\t",
            "2-2\t15-17\tva\tGPE\t_\t_\t",
            "2-3\t17-18\t.\t_\t_\t_\t",
            "",
        ]
        assert target.lost == {}

    @pytest.mark.parametrize(
        "text",
        [
            "Uno.\nDos.",
            "Uno. Dos.",
            "Uno.\n\n  Dos.\n",
            "  Uno\tdos.",
            "Uno.\r\nDos \\n.",
            "Uno \x0c\x01 \x85 dos.",
            " \n ",
        ],
    )
    def test_the_text_comes_back_from_the_sentences_alone(self, text: str, tmp_path: Path) -> None:
        made = record(text, Annotations.of([Span("1", len(text) - 1, len(text), "X")], []))
        plain, _ = written(tmp_path, made, plain="yes")
        assert one(plain.encode()).text == text
        assert spans(one(plain.encode())) == [("X", text[-1])]

    def test_white_space_at_the_beginning_is_kept_for_us_and_told(self, tmp_path: Path) -> None:
        text, target = written(tmp_path, record("\n\tUno.", Annotations.of([Span("1", 2, 5, "X")], [])))
        assert target.warnings == {"document at whose beginning INCEpTION will have spaces for other white space": 1}
        assert one(text.encode()).text == "\n\tUno."
        assert spans(one(text.encode())) == [("X", "Uno")]
        with pytest.raises(FormatError, match="plain=maybe"):
            written(tmp_path, record("a", Annotations()), plain="maybe")
