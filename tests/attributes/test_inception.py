"""Features of INCEpTION's layers as attributes, in WebAnno TSV and UIMA CAS."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.annotation import Annotations, Attributes, Span
from annotator.cli.main import main
from annotator.errors import FormatError
from annotator.groups import groups
from annotator.history import LayerName, Op, field_op
from annotator.workflow.layer_diff import differences
from annotator.workflow.workspace import Workspace
from tests.attributes.conftest import LABELS, TEXT
from tests.attributes.filled import LAYER, content, filled_workspace
from tests.formats.files import export_data, workspace
from tests.repository import CORPORA


def attributes(layer: Annotations) -> dict[object, object]:
    """What is set of spans and relations, but for what has several values, of which a feature holds one."""
    spans: dict[object, Attributes | None] = {s.key: s.attributes for s in layer.spans.values()}
    relations: dict[object, Attributes | None] = {layer.relation_key(r): r.attributes for r in layer.relations.values()}
    every = {**spans, **relations}
    said = {key: {n: v for n, v in (a or {}).items() if not isinstance(v, list)} for key, a in every.items()}
    return {key: found for key, found in said.items() if found}


@pytest.mark.parametrize(("form", "kind"), [("webanno", ""), ("cas", "kind=json"), ("cas", "kind=xmi")])
def test_what_goes_out_comes_in_equal(form: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with filled_workspace() as bench:
        root = str(bench.workspace.root)
        out = tmp_path / "out"
        options = ["-O", "features=yes", *(["-O", kind] if kind else [])]
        assert main(["export", form, *options, "-o", str(out), "--layer", LAYER, "-w", root]) == 0
        told = capsys.readouterr().err
        assert "1 × attributes with several values" in told
        assert "attributes of relations" not in told
        assert main(["import", form, str(out), "--layer", "curator:bo", "-w", root]) == 0
        layer = bench.store.annotations(bench.layer_id("curator:bo", "flood"))
        assert attributes(layer) == attributes(content())
        assert main(["export", form, "-o", str(tmp_path / "plain"), "--layer", LAYER, "-w", root]) == 0
    assert not any("certainty" in path.read_text(encoding="utf-8") for path in (tmp_path / "plain").iterdir())


@pytest.mark.skipif(not (CORPORA / "webanno").is_dir(), reason=f"no real files in {CORPORA} (set ANNOTATOR_CORPORA)")
def test_gums_features_links_and_relations_come_in_and_go_out_equal(tmp_path: Path) -> None:
    for path in sorted((CORPORA / "webanno").glob("*.tsv")):
        root = tmp_path / path.stem
        assert main(["init", str(root), "--template", "blank"]) == 0
        labels = (root / "labels.yaml").read_text(encoding="utf-8").replace("overlap: flat", "overlap: any")
        (root / "labels.yaml").write_text(labels, encoding="utf-8")
        where = ["-w", str(root)]
        assert main(["import", str(path), "--layer", "curator:gum", "--labels-from-data", *where]) == 0
        out = root / "out"
        export = ["export", "webanno", "-O", "features=yes", "-o", str(out), "--layer", "curator:gum"]
        assert main([*export, *where]) == 0
        assert main(["import", "webanno", str(out), "--layer", "curator:again", *where]) == 0
        opened = Workspace(root)
        layers = {i.name.name: opened.store.annotations(i.id) for i in opened.store.layers(document=path.stem)}
        opened.close()
        before, after = layers["curator:gum"], layers["curator:again"]
        assert {s.key for s in before.spans.values()} == {s.key for s in after.spans.values()}
        assert attributes(before) == attributes(after)
        assert {"identity", "infstat", "salience"} <= {n for s in before.spans.values() for n in s.attributes or {}}
        relations = [sorted(layer.relation_key(r) for r in layer.relations.values()) for layer in (before, after)]
        assert relations[0] == relations[1]


@pytest.mark.parametrize(("form", "kind"), [("webanno", ""), ("cas", "kind=json"), ("cas", "kind=xmi")])
def test_groups_go_out_as_chains_and_come_in_as_groups(
    form: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [argument for one in ("chains=yes", "features=yes", kind) if one for argument in ("-O", one)]
    read = [argument for argument in options if "chains" in argument or argument == "-O"][:2]
    with filled_workspace() as bench:
        where = ["-w", str(bench.workspace.root)]
        out = tmp_path / "out"
        assert main(["export", form, *options, "-o", str(out), "--layer", LAYER, *where]) == 0
        capsys.readouterr()
        assert main(["import", form, *read, str(out), "--layer", "curator:bo", *where]) == 0
        assert "left behind" not in capsys.readouterr().err
        layer = bench.store.annotations(bench.layer_id("curator:bo", "flood"))
        before = content()
        assert _groups(layer) == _groups(before)
        assert {s.key for s in layer.spans.values()} == {s.key for s in before.spans.values()}
        others = [
            {one.relation_key(r) for r in one.relations.values() if r.label != "same_as"} for one in (layer, before)
        ]
        assert others[0] == others[1]
        assert main(["import", form, str(out), "--layer", "curator:cy", *where]) == 0  # chains are counted
        assert _groups(bench.store.annotations(bench.layer_id("curator:cy", "flood"))) == []


@pytest.mark.parametrize("form", ["webanno", "cas"])
@pytest.mark.parametrize(
    ("other", "problem"),
    [
        ("same-as", "'same_as' and 'same-as' would be one layer, same_as"),
        ("1st", "a layer cannot be called '1st', as an equivalence is"),
    ],
)
def test_groups_that_would_have_no_layer_of_their_own_are_refused(
    form: str, other: str, problem: str, tmp_path: Path
) -> None:
    labels = LABELS.read_text(encoding="utf-8")
    end = labels.index("attributes:")
    relation = f"  {other}: {{key: o, head: PLACE, child: PLACE, equivalence: true}}\n"
    with workspace(f"{labels[:end].rstrip()}\n{relation}\n{labels[end:]}") as bench:
        bench.add("flood", TEXT)
        with pytest.raises(FormatError, match=problem):
            export_data(bench, form, tmp_path / "out", layer="gold", unfinished=True, options={"chains": "yes"})
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["webanno", "cas"])
def test_attributes_whose_names_no_feature_can_have_are_refused(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, refused in (("so to say", True), ("label", True), ("type", False)):
        labels = LABELS.read_text(encoding="utf-8").replace("  remark:", f"  {name}:")
        with workspace(labels) as bench:
            document = bench.add("flood", TEXT)
            line = Annotations.of([Span("s", 0, 5, "PLACE", attributes={name: "x"})])
            with bench.store.write() as writer:
                about = [Op("layer", "text", None, {"value": document.sha256}), field_op("state", None, "done")]
                writer.append(LayerName("flood", LAYER), "ana", "import", about + differences(Annotations(), line))
            where, out = ["-w", str(bench.workspace.root)], str(tmp_path / name)
            code = main(["export", form, "-O", "features=yes", "-o", out, "--layer", LAYER, *where])
            assert code == refused, capsys.readouterr().err
            if refused:
                assert f"a feature cannot be called '{name}'" in capsys.readouterr().err
                continue
            assert main(["import", form, out, "--layer", "curator:bo", *where]) == 0
            assert attributes(bench.store.annotations(bench.layer_id("curator:bo", "flood"))) == attributes(line)


def _groups(layer: Annotations) -> list[list[object]]:
    return [[layer.spans[member].key for member in group] for group in groups(layer, "same_as")]
