"""brat's A, N and * lines as attributes, links and groups, and its events as relations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.errors import FormatError
from tests.attributes.conftest import LABELS
from tests.attributes.filled import LAYER, content, filled_workspace
from tests.attributes.test_gold import imported, said
from tests.formats.brat_statements import statements
from tests.formats.files import export_data, import_data, workspace

SCHEME = LABELS.read_text(encoding="utf-8")
TEXT = "Ana met Bo. Bo fell.\n"
LINES = (
    "T1\tPERSON 0 3\tAna\nT2\tmeet 4 7\tmet\nT3\tPERSON 8 10\tBo\nT4\tPERSON 12 14\tBo\nT5\tfall 15 19\tfell\n"
    "E1\tmeet:T2 Who1:T1 Who2:T3 Then:E2\nE2\tfall:T5 Who:T4\n"
    "A1\tNegated E2\nA2\tSure T2 very much\nA3\tSure T1 no\n"
    "N1\tReference T3 Wiki:Q1:x\tRobert\nN2\tReference T3 Wiki:Q2\tBo\n"
    "*\tSame T4 T3\n#1\tAnnotatorNotes A3\treally?\n"
)
BARE = "languages: [en]\noverlap: flat\nentities: {}\n"


def folder_with(tmp_path: Path, lines: str = LINES) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "d.txt").write_text(TEXT, encoding="utf-8")
    (folder / "d.ann").write_text(lines, encoding="utf-8")
    return folder


def test_attributes_links_and_groups_go_out_and_come_in(tmp_path: Path) -> None:
    with filled_workspace() as bench:
        _, result = export_data(bench, "brat", tmp_path / "out", layer=LAYER)
        assert result.lost["attributes of documents"] == 2
        assert "attributes of spans" not in result.lost
    written = (tmp_path / "out" / "flood.ann").read_text(encoding="utf-8").splitlines()
    assert [line for line in written if line[0] not in "TR"] == [
        "A1\tremark T1 the town, not the river",
        "A2\tcertainty T3 possible",
        "A3\tdeaths T3 2.5",
        "A4\twhen T3 2024-05",
        "A5\trole T4 official",
        "A6\trole T4 victim",
        "A7\tdeaths T6 0",
        "A8\tnegated T6",
        "A9\tcertainty R1 likely",
        "A10\tnegated R2",
        "N1\tReference T1 places:own:7\tNova Riva",
        "N2\tReference T2 places:Q42\tLema",
        "*\tsame_as T1 T7 T8",
        "*\tsame_as T4 T5",
    ]
    with workspace(SCHEME) as bench:
        report = import_data(bench, "brat", tmp_path / "out", layer=LAYER)
        assert (report.lost, report.without_place) == ({}, [])
        items, _ = said(content())
        found, _ = said(imported(bench))
        assert {k: v for k, v in found.items() if "same_as" not in str(k)} == (
            {k: v for k, v in items.items() if "same_as" not in str(k)}
        )
        export_data(bench, "brat", tmp_path / "again", layer=LAYER)
        again = (tmp_path / "again" / "flood.ann").read_text(encoding="utf-8").splitlines()
        assert again == written


@pytest.mark.parametrize(
    ("others", "database"),
    [
        ("  places: {of: EVENT, type: flag}\n", "places"),
        ("  places: {of: document, type: text}\n", "places"),
        ("  nearby: {of: PLACE, catalog: places}\n", "gazetteer"),
        ("  places: {of: PLACE, type: text}\n", "gazetteer"),
    ],
)
def test_an_entry_comes_back_whatever_else_is_called_like_its_catalog(
    others: str, database: str, tmp_path: Path
) -> None:
    with workspace(SCHEME.replace("attributes:\n", f"attributes:\n{others}")) as bench:
        span = {"start": 0, "end": 3, "label": "PLACE", "attrs": {"gazetteer": "Q1"}}
        import_data(bench, "prodigy", json.dumps({"key": "d", "text": TEXT, "spans": [span]}).encode(), layer=LAYER)
        export_data(bench, "brat", tmp_path / "out", layer=LAYER)
        assert f"N1\tReference T1 {database}:Q1\tAna\n" in (tmp_path / "out" / "d.ann").read_text(encoding="utf-8")
        report = import_data(bench, "brat", tmp_path / "out", layer="curator:bo")
        assert (report.lost, report.without_place) == ({}, [])
        (found,) = bench.store.annotations(bench.layer_id("curator:bo", "d")).spans.values()
        assert found.attributes == {"gazetteer": "Q1"}


def test_the_configuration_declares_attributes_events_and_what_is_kept_aside(tmp_path: Path) -> None:
    with workspace(SCHEME.replace("default: certain", "default: likely")) as bench:
        import_data(bench, "brat", folder_with(tmp_path), layer="gold", labels_from_data=True)
        with_scheme = bench.workspace.labels_path.read_text(encoding="utf-8")
        export_data(bench, "brat", tmp_path / "out")
    assert "  Sure: {of: [meet], values: [very much]}\n" in with_scheme
    assert "  Wiki: {of: [PERSON], catalog: Wiki}\n" in with_scheme
    conf = (tmp_path / "out" / "annotation.conf").read_text(encoding="utf-8")
    sections = {part.split("]\n")[0]: part.split("]\n")[1].splitlines() for part in conf.split("[")[1:]}
    assert sections["entities"] == ["PERSON", "PLACE", "EVENT", ""]  # meet and fall are triggers alone
    assert "Same\tArg1:PERSON, Arg2:PERSON, <REL-TYPE>:symmetric-transitive" in sections["relations"]
    assert sections["events"] == ["fall\tWho*:<ANY>", "meet\tWho*:<ANY>, Then*:<ANY>", ""]
    assert sections["attributes"] == [
        "negated\tArg:EVENT|causes",
        "certainty\tArg:EVENT|takes_part_in, Value:certain|likely|possible",
        "role\tArg:PERSON, Value:speaker|official|victim",
        "Sure\tArg:meet, Value:no",  # of a file with "very much" brat would read nothing
        "Negated\tArg:<ANY>",
    ]


def test_what_a_note_or_an_event_has_stays_aside_and_all_comes_back(tmp_path: Path) -> None:
    with workspace(BARE.replace("{}", "{PERSON: {key: 1}}")) as bench:
        report = import_data(bench, "brat", folder_with(tmp_path), layer="gold", labels_from_data=True)
        assert report.aside == {"attribute": 2, "event": 2, "name of an entry": 1, "normalization": 1, "note": 1}
        assert report.new_labels == ["meet", "fall", "Same", "Sure", "Wiki"]
        layer = bench.store.annotations(bench.layer_id("gold", "d"))
        assert {s.label: dict(s.attributes) for s in layer.spans.values() if s.attributes} == (
            {"meet": {"Sure": "very much"}, "PERSON": {"Wiki": "Q1:x"}}
        )
        export_data(bench, "brat", tmp_path / "out")
    assert statements(tmp_path / "out") == statements(tmp_path / "in")


def test_events_become_relations_where_that_is_asked_for(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    with workspace(BARE.replace("{}", "{PERSON: {key: 1}}")) as bench:
        request = {"layer": "gold", "labels_from_data": True}
        report = import_data(bench, "brat", folder, options={"events": "relations"}, **request)
        assert "event" not in report.aside
        layer = bench.store.annotations(bench.layer_id("gold", "d"))
        text = bench.document("d").text
        words = {span.id: text[span.start : span.end] for span in layer.spans.values()}
        assert {(words[r.head], r.label, words[r.child]) for r in layer.relations.values()} == {
            ("met", "Who", "Ana"),
            ("met", "Who", "Bo"),
            ("met", "Then", "fell"),
            ("fell", "Who", "Bo"),
            ("Bo", "Same", "Bo"),
        }
        assert {s.label: s.attributes for s in layer.spans.values()}["fall"] == {"Negated": True}
        with pytest.raises(FormatError, match="events=x: there is no such way: it is aside, or relations"):
            import_data(bench, "brat", folder, options={"events": "x"}, **request)


def test_names_of_attributes_are_one_word_there(tmp_path: Path) -> None:
    scheme = BARE.replace("{}", "{PERSON: {key: 1}}") + "attributes: {is not so: {of: PERSON, type: flag}}\n"
    line = "T1\tPERSON 0 3\tAna\nA1\tis_not_so T1\n"
    with workspace(scheme) as bench:
        import_data(bench, "brat", folder_with(tmp_path, line), layer="gold")
        (span,) = bench.store.annotations(bench.layer_id("gold", "d")).spans.values()
        assert span.attributes == {"is not so": True}
        export_data(bench, "brat", tmp_path / "out")
    assert (tmp_path / "out" / "d.ann").read_text(encoding="utf-8") == line
    assert "is_not_so\tArg:PERSON" in (tmp_path / "out" / "annotation.conf").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", ["9007199254740993", "-9223372036854775808", "0.1", "5"])
def test_a_number_comes_in_and_goes_out_as_it_is(tmp_path: Path, number: str) -> None:
    scheme = BARE.replace("{}", "{PERSON: {key: 1}}") + "attributes: {dead: {of: PERSON, type: number}}\n"
    line = f"T1\tPERSON 0 3\tAna\nA1\tdead T1 {number}\n"
    with workspace(scheme) as bench:
        import_data(bench, "brat", folder_with(tmp_path, line), layer="gold")
        export_data(bench, "brat", tmp_path / "out")
    assert (tmp_path / "out" / "d.ann").read_text(encoding="utf-8") == line


def test_brats_configuration_comes_first_in_the_list_of_files(tmp_path: Path) -> None:
    """So that the digest of a folder is what it was before attributes were declared there."""
    with filled_workspace() as bench:
        _, result = export_data(bench, "brat", tmp_path / "out", layer=LAYER)
    assert next(iter(result.files)) == "annotation.conf"
    assert all(result.files.values())
