"""brat's folders: what becomes spans and relations, what is kept, and what comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import FormatError
from annotator.formats.brat_lines import parse_annotations
from annotator.formats.brat_setup import BratDeclarations
from annotator.formats.protocol import ForeignLayer
from annotator.labels.load import load_scheme
from tests.formats.files import export_data, import_data, workspace
from tests.workspaces import write_labels

TEXT = "Ana y Luis\r\nviajan a Perú 👍🏽.\n"
FULL = (
    "E1\tTravel:T4 Who:T1 Where:T3\t\n"
    "T1\tPERSON 0 3\tAna\n"
    "T2\tPERSON 6 10\tLuis\n"
    "T3\tGPE 21 25\tPerú\n"
    "T4\tORG 12 18\tviajan\n"
    "T7\tORG 0 3;6 10\tAna Luis\n"
    "T8\tPERSON 4 5;6 10\ty Luis\n"
    "R1\tworks_for Arg1:T1 Arg2:T3\t\n"
    "R2\tworks_for Arg1:T1 Arg2:T1\n"
    "R3\theld_in Arg1:E1 Arg2:T3\n"
    "A1\tNegated E1\n"
    "A2\tSure R1 Likely so\n"
    "N1\tReference T3 Wiki:42\tPerú (país)\n"
    "*\tEquiv T1 T2\n"
    "#1\tAnnotatorNotes T1\t¿quién?\ty más\n"
)


def parse(content: str, text: str = TEXT) -> ForeignLayer:
    return parse_annotations(content, text, "a.ann")


def test_offsets_count_carriage_returns_and_byte_order_marks() -> None:
    layer = parse("T1\tX 0 4\t\ufeffAna\nT2\tX 6 7\tb\n", "\ufeffAna\r\nb")
    assert [(s.start, s.end) for s in layer.content.spans.values()] == [(0, 4), (6, 7)]


def test_fragments_with_nothing_but_white_space_between_are_one_span() -> None:
    layer = parse("T1\tX 0 3;4 5\tAna y\nT2\tX 6 10;12 18\tLuis viajan\n")
    assert [(s.start, s.end) for s in layer.content.spans.values()] == [(0, 5), (6, 18)]
    assert [(e.kind, e.refs) for e in layer.extras] == [("fragments of a span", ("T1",))]


def test_what_has_no_place_is_kept_by_kind() -> None:
    layer = parse(FULL)
    assert len(layer.content.spans) == 5
    assert [(r.id, r.head, r.child) for r in layer.content.relations.values()] == [
        ("R1", "T1", "T3"),
        ("R2", "T1", "T1"),
    ]
    assert sorted(extra.kind for extra in layer.extras) == [
        "attribute",
        "attribute",
        "discontinuous span",
        "equivalence",
        "event",
        "fragments of a span",
        "normalization",
        "note",
        "relation of what is kept aside",
    ]


def test_everything_comes_back_also_when_the_spans_moved(tmp_path: Path) -> None:
    folder = tmp_path / "brat"
    folder.mkdir()
    (folder / "viaje.txt").write_bytes(TEXT.encode())
    (folder / "viaje.ann").write_bytes(FULL.encode())
    with workspace() as bench:
        report = import_data(bench, "brat", folder, layer="curator:ana")
        assert report.layers["curator:ana"].spans == 5
        export_data(bench, "brat", tmp_path / "out", layer="curator:ana")
        first = (tmp_path / "out" / "viaje.ann").read_text(encoding="utf-8").splitlines()
        assert first == [
            "T1\tPERSON 0 3\tAna",
            "T2\tPERSON 4 5;6 10\ty Luis",
            "T3\tPERSON 6 10\tLuis",
            "T4\tORG 12 18\tviajan",
            "T5\tGPE 21 25\tPerú",
            "T6\tORG 0 3;6 10\tAna Luis",
            "R1\tworks_for Arg1:T1 Arg2:T1",
            "R2\tworks_for Arg1:T1 Arg2:T5",
            "R3\theld_in Arg1:E1 Arg2:T5",
            "E1\tTravel:T4 Who:T1 Where:T5",
            "A1\tNegated E1",
            "A2\tSure R2 Likely so",
            "N1\tReference T5 Wiki:42\tPerú (país)",
            "#1\tAnnotatorNotes T1\t¿quién?\ty más",
            "*\tEquiv T1 T3",
        ]
        session = bench.session("viaje")
        perú = next(i for i, s in session.layer.content.spans.items() if s.label == "GPE")
        session.move_boundary(perú, "start", -1)
        session.delete(next(i for i, s in session.layer.content.spans.items() if (s.start, s.end) == (6, 10)))
        session.finish()
        export_data(bench, "brat", tmp_path / "out", layer="curator:ana")
        second = (tmp_path / "out" / "viaje.ann").read_text(encoding="utf-8").splitlines()
        assert "T4\tGPE 19 25\ta Perú" in second
        assert "E1\tTravel:T3 Who:T1 Where:T4" in second
        assert [line for line in second if line.startswith("*")] == []


def test_subfolders_name_their_documents(tmp_path: Path) -> None:
    for name, text in (("b/uno", "Ana"), ("a/uno", "Luis"), ("cero", "Eva"), (".hidden/dos", "No")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        (tmp_path / f"{name}.ann").touch()
    (tmp_path / "README.txt").write_text("léeme", encoding="utf-8")
    with workspace() as bench:
        import_data(bench, "brat", tmp_path, layer="gold")
        assert bench.store.document_keys() == ["a.uno", "b.uno", "cero"]


def test_one_file_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "uno.txt").write_text("Ana", encoding="utf-8")
    (tmp_path / "uno.ann").write_text("T1\tPERSON 0 3\tAna\n", encoding="utf-8")
    with workspace() as bench:
        assert import_data(bench, "brat", tmp_path / "uno.txt", layer="gold").layers["gold"].spans == 1


def test_the_configuration_lets_brat_open_the_folder(tmp_path: Path) -> None:
    write_labels(tmp_path, "nested")
    written = BratDeclarations(load_scheme(tmp_path / "labels.yaml")).configuration()
    assert written.split("\n\n") == [
        "[entities]\nPERSON\nORG\nGPE\nDATE",
        "[relations]\n<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\nworks_for\tArg1:PERSON, Arg2:ORG\n"
        "leads\tArg1:PERSON, Arg2:ORG\nlocated_in\tArg1:ORG|GPE, Arg2:GPE\n"
        "cooperates_with\tArg1:GPE, Arg2:GPE, <REL-TYPE>:symmetric\nfounded_on\tArg1:ORG, Arg2:DATE",
        "[events]",
        "[attributes]\n",
    ]


BROKEN = {
    "no id": ("x", "expected an id of T, R, E, A, M, N, # or *, a tab"),
    "an unknown id": ("W1\tX 0 3\tAna", "expected an id of T, R, E"),
    "no offsets": ("T1\tX\tAna", 'found "", expected a start and an end'),
    "beyond the text": ("T1\tX 0 99\tAna", "found 0-99, expected 0 ≤ start < end ≤ 30"),
    "reversed": ("T1\tX 3 0\tAna", "found 3-0, expected 0 ≤ start < end"),
    "negative": ("T1\tX -1 3\tAna", 'found "-1 3", expected a start and an end'),
    "another text": ("T1\tX 0 3\tEva", 'found the text "Eva" for X 0 3, expected "Ana"'),
    "no text": ("T1\tX 0 3", "found the text null for X 0 3"),
    "a number beyond all": (f"T1\tX 0 {'9' * 5000}\tAna", "expected a start and an end"),
    "an id twice": ("T0\tX 0 3\tAna", "found the id T0 again (first on a.ann:1), expected each id once"),
    "a dangling relation": ("R1\tr Arg1:T0 Arg2:T9", 'found "T9", expected the id of an annotation'),
    "one argument": ("R1\tr Arg1:T0", 'found "r Arg1:T0", expected a type and two arguments'),
    "a dangling event": ("E1\tTravel:T9", 'found "T9"'),
    "an event without trigger": ("E1\tTravel", "expected TYPE:TRIGGER"),
    "a dangling attribute": ("A1\tNegated T9", 'found "T9"'),
    "an attribute of nothing": ("A1\tNegated", "expected a name and what it is of"),
    "a dangling note": ("#1\tAnnotatorNotes T9\tx", 'found "T9"'),
    "a dangling equivalence": ("*\tEquiv T0 T9", 'found "T9"'),
    "an entry of nothing": ("N1\tReference T0\tx", "expected a type, what it is of, and DATABASE:ID"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_line(case: str) -> None:
    line, said = BROKEN[case]
    with pytest.raises(FormatError) as caught:
        parse(f"T0\tX 0 3\tAna\n{line}\n")
    assert str(caught.value).startswith("a.ann:2: ")
    assert said in str(caught.value)


def test_an_annotation_file_without_its_text(tmp_path: Path) -> None:
    (tmp_path / "uno.ann").touch()
    with workspace() as bench, pytest.raises(FormatError, match=r"uno\.ann: there is no uno\.txt beside it"):
        import_data(bench, "brat", tmp_path, layer="gold")


def test_a_folder_without_annotations(tmp_path: Path) -> None:
    with workspace() as bench, pytest.raises(FormatError, match="no documents in it"):
        import_data(bench, "brat", tmp_path, layer="gold")
