"""Coreference in columns: the layout of CoNLL-2012, and brackets with labels as GUM has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.annotation import Annotations
from annotator.cli.main import main
from annotator.groups import groups
from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.annotating.group_steps import GroupSteps
from annotator.workflow.workspace import Workspace
from tests.formats.files import ANYTHING, export_data, import_data, workspace
from tests.repository import CORPORA
from tests.workspaces import Bench, focused

ONTONOTES = """\
#begin document (nw/wsj/00/wsj_0020); part 000
nw/wsj/00/wsj_0020   0    0        The    DT  (TOP(S(NP*    -    -   -   -        *       *   (1
nw/wsj/00/wsj_0020   0    1      Lema    NNP          *)    -    -   -   -  (PLACE)       *   (0)|1)
nw/wsj/00/wsj_0020   0    2    flooded   VBD       (VP*    flood 01  1   -        *    (V*)   -
nw/wsj/00/wsj_0020   0    3       Nova   NNP      (NP*    -    -   -   -  (PLACE*       *   (2
nw/wsj/00/wsj_0020   0    4       Riva   NNP       *))    -    -   -   -        *)      *    2)

nw/wsj/00/wsj_0020   0    0        It    PRP     (NP*)    -    -   -   -        *       *   (0)
nw/wsj/00/wsj_0020   0    1      spared   VBD       (VP*    spare 01  1   -        *    (V*)   -
nw/wsj/00/wsj_0020   0    2         it    PRP      (NP*)    -    -   -   -        *       *   (2)
#end document
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path


def content(workspace: Path, layer: str, key: str) -> tuple[Annotations, str]:
    opened = Workspace(workspace)
    try:
        info = next(i for i in opened.store.layers(document=key) if i.name.name == layer)
        document = opened.store.document(key)
        assert document is not None
        return opened.store.annotations(info.id), document.text
    finally:
        opened.close()


def named(layer: Annotations, text: str, label: str) -> list[list[str]]:
    return [[text[layer.spans[i].start : layer.spans[i].end] for i in group] for group in groups(layer, label)]


def test_ontonotes_comes_in_with_its_groups(bench: Bench, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = files / "wsj.v4_gold_conll"
    path.write_text(ONTONOTES)
    root = str(bench.workspace.root)
    arguments = ["import", str(path), "--layer", "gold", "--map", "mention=PLACE", "-w", root]
    assert main([*arguments]) == 0, capsys.readouterr().err
    assert "conll2012" in capsys.readouterr().err
    layer, text = content(bench.workspace.root, "gold", "nw_wsj_00_wsj_0020")
    assert text == "The Lema flooded Nova Riva\nIt spared it"
    assert named(layer, text, "same_as") == [["Lema", "It"], ["Nova Riva", "it"]]


@pytest.mark.parametrize("gum", ["no", "yes"])
def test_what_goes_out_comes_in_equal(bench: Bench, files: Path, gum: str) -> None:
    session = bench.session("flood")
    text = session.document.text
    places = [focused(session.add(at, at + 9, "PLACE")) for at in range(len(text)) if text.startswith("Nova Riva", at)]
    short = focused(session.add(text.index("NR"), text.index("NR") + 2, "PLACE"))
    mayor = focused(session.add(text.index("mayor"), text.index("mayor") + 17, "PERSON"))
    last = focused(session.add(text.index("Duarte denied"), text.index("Duarte denied") + 6, "PERSON"))
    joined = GroupSteps(session)
    for one, other in ((places[0], places[1]), (places[1], places[2]), (places[2], short), (mayor, last)):
        joined.join(one, other, "same_as")
    AttributeSteps(session).set(places[1], "gazetteer", "Nova-Riva (town)")
    session.finish()
    root, out = str(bench.workspace.root), files / "out.conll"
    export = ["export", "conll2012", "-o", str(out), "--layer", "curator:ana", "-O", f"gum={gum}", "-w", root]
    assert main(export) == 0
    form = "conll2012" if gum == "no" else "conll"
    assert main(["import", form, str(out), "--layer", "curator:bo", "-w", root]) == 0
    before, after = (content(bench.workspace.root, f"curator:{name}", "flood")[0] for name in ("ana", "bo"))
    assert {s.key for s in before.spans.values()} == {s.key for s in after.spans.values()}
    assert named(before, text, "same_as") == named(after, text, "same_as")


@pytest.mark.parametrize("plain", ["no", "yes"])
@pytest.mark.parametrize("key", ["flood (2)", "(flood)", "#flood", "flood\u00a02", "flood)"])
def test_a_document_of_any_key_comes_back(key: str, plain: str) -> None:
    with workspace() as bench, workspace() as other:
        session = bench.session(bench.add(key, "Ana in Peru.").key)
        session.add(0, 3, "PERSON")
        session.finish()
        options = {"plain": plain}
        written, _ = export_data(bench, "conll2012", layer="curator:ana", options=options)
        import_data(other, "conll2012", written, layer="gold")
        assert plain == "yes" or other.store.document_keys() == [key]
        assert export_data(other, "conll2012", options=options)[0] == written


@pytest.mark.parametrize(
    ("spans", "joined", "kept"),
    [
        ([(0, 3, "PERSON"), (0, 3, "ORG"), (9, 12, "PERSON")], (1, 2), {"0-3-PERSON", "0-3-ORG", "9-12-PERSON"}),
        ([(0, 6, "PERSON"), (4, 8, "ORG"), (9, 12, "ORG")], (1, 2), {"0-6-PERSON", "9-12-ORG"}),
    ],
    ids=["on the same words", "crossing"],
)
def test_no_group_comes_back_with_a_mention_that_it_has_not(
    spans: list[tuple[int, int, str]], joined: tuple[int, int], kept: set[str]
) -> None:
    scheme = ANYTHING + "  same_as: {key: s, head: [PERSON, ORG], child: [PERSON, ORG], equivalence: true}\n"
    with workspace(scheme) as bench, workspace(scheme) as other:
        session = bench.session(bench.add("d", "Ana ve a Ana y Ana.").key)
        items = [focused(session.add(*span)) for span in spans]
        GroupSteps(session).join(items[joined[0]], items[joined[1]], "same_as")
        session.finish()
        written, result = export_data(bench, "conll2012", layer="curator:ana")
        assert {"spans that cross", "groups of mentions on whose words another label lies"} & {*result.lost}
        import_data(other, "conll2012", written, layer="gold")
        content = other.store.annotations(other.layer_id("gold", "d"))
        assert {str(span.key) for span in content.spans.values()} == kept
        assert content.relations == {}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("x 0 0 word - (1", "never closed"),
        ("x 0 0 word - 1)", "closes no mention"),
        ("x 0 0 word - one", "expected groups such as"),
        ("x 0", "expected document, part, number and word"),
        ("x 0 0 w - * - - - - (ORG * -", "expected entities|never closed"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    bench: Bench, files: Path, capsys: pytest.CaptureFixture[str], line: str, problem: str
) -> None:
    path = files / "x.conll"
    path.write_text(f"#begin document (x); part 000\n{line}\n#end document\n")
    assert main(["import", "conll2012", str(path), "--layer", "gold", "-w", str(bench.workspace.root)]) == 1
    told = capsys.readouterr().err
    assert "x.conll:2" in told
    assert any(part in told for part in problem.split("|"))


class TestGum:
    """Three Wikinews articles of GUM with types, groups and Wikipedia identities, where the corpora are at hand."""

    @pytest.fixture(params=["conll", "conllu"])
    def gum(self, request: pytest.FixtureRequest) -> list[Path]:
        found = sorted((CORPORA / "coref").glob(f"*.{request.param}"))
        if not found:
            pytest.skip(f"no real files in {CORPORA}; ANNOTATOR_CORPORA may name the folder")
        return found

    def test_it_comes_in_as_what_it_is_and_goes_out_equal(self, gum: list[Path], tmp_path: Path) -> None:
        for path in gum:
            root = tmp_path / path.stem
            assert main(["init", str(root), "--template", "blank"]) == 0
            labels = (root / "labels.yaml").read_text(encoding="utf-8").replace("overlap: flat", "overlap: any")
            (root / "labels.yaml").write_text(labels, encoding="utf-8")
            where = ["-w", str(root)]
            assert main(["import", str(path), "--layer", "curator:gum", "--labels-from-data", *where]) == 0
            out = tmp_path / "out.conll"
            export = ["export", "conll2012", "-O", "gum=yes", "-o", str(out), "--layer", "curator:gum", "--force"]
            assert main([*export, *where]) == 0
            assert main(["import", "conll", str(out), "--layer", "curator:again", *where]) == 0
            before, text = content(root, "curator:gum", path.stem)
            after, _ = content(root, "curator:again", path.stem)
            assert {s.key for s in before.spans.values()} == {s.key for s in after.spans.values()}
            assert named(before, text, "coreference") == named(after, text, "coreference")
            identities = [
                {(s.key, a["identity"]) for s in layer.spans.values() if (a := s.attributes or {}) and "identity" in a}
                for layer in (before, after)
            ]
            assert identities[0]
            assert identities[0] == identities[1]
            assert len(named(before, text, "coreference")) > 5
