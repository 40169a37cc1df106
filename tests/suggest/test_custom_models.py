"""Models of one's own: how they come in, what they may say, and how they go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import spacy

from annotator.cli.main import main
from annotator.errors import ModelError
from annotator.labels import LabelScheme
from annotator.suggest import custom_models
from annotator.suggest.pipeline import build
from annotator.text import Document
from tests.suggest.conftest import make_document
from tests.workspaces import Bench

TEXT = "Ana ve  Lima.\r\nBo vive en Quito."


def pipeline(folder: Path, lang: str = "es", **performance: object) -> Path:
    """Make a pipeline that marks some words, as if it had learned them."""
    nlp = spacy.blank(lang)
    ruler = nlp.add_pipe("entity_ruler")
    words = {"Ana": "PERSON", "Lima": "LOC", "Quito": "GPE", "vive": "ODD", "volvió": "PERSON"}
    ruler.add_patterns([{"label": label, "pattern": word} for word, label in words.items()])  # type: ignore[attr-defined]
    nlp.meta.update(name="probe", version="2.1", performance=performance)
    nlp.to_disk(folder)
    return folder


def spans(document: Document, scheme: LabelScheme, models: Path) -> list[tuple[str, str, float | None]]:
    (suggester,) = custom_models.suggesters(scheme, models)
    (found,) = suggester.suggest([document])
    assert {span.source for span in found.spans.values()} <= {f"probe@{suggester.version}"}
    return [(document.text[s.start : s.end], s.label, s.score) for s in found.spans.values()]


def test_labels_count_by_name_or_as_labels_of_models(tmp_path: Path, scheme: LabelScheme) -> None:
    measured = {"GPE": {"p": 0.75, "r": 1.0}, "LOC": {"p": None}}
    model = custom_models.add(pipeline(tmp_path / "made", ents_p=0.4, ents_per_type=measured), tmp_path / "models")
    assert (model.name, model.lang, model.labels) == ("probe", "es", ("GPE", "LOC", "ODD", "PERSON"))
    loc = model.scheme_labels(scheme)["LOC"]
    assert spans(make_document(TEXT), scheme, tmp_path / "models") == [
        ("Ana", "PERSON", 0.4),
        ("Lima", loc, 0.4),
        ("Quito", "GPE", 0.75),
    ]


@pytest.mark.parametrize("measured", [{"ents_p": "good"}, {"ents_per_type": {"GPE": 0.75}}, {"ents_per_type": ["GPE"]}])
def test_a_measurement_of_another_shape_is_none(tmp_path: Path, measured: dict[str, object]) -> None:
    assert custom_models.add(pipeline(tmp_path / "made", "es", **measured), tmp_path / "models").scores == {"": 0.5}


def test_a_pipeline_that_cannot_be_run_is_told_by_its_name(
    tmp_path: Path, scheme: LabelScheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    nlp = spacy.load(pipeline(tmp_path / "made"))
    nlp.add_pipe("tagger")
    nlp.to_disk(tmp_path / "untrained")
    with pytest.raises(ModelError, match=r"untrained: spaCy cannot run it: .*train all of its components"):
        custom_models.add(tmp_path / "untrained", tmp_path / "models")
    assert custom_models.installed(tmp_path / "models") == []
    monkeypatch.setattr(custom_models, "_run", lambda _nlp, docs, *_: docs)
    custom_models.add(tmp_path / "untrained", tmp_path / "models")
    monkeypatch.undo()
    with pytest.raises(ModelError, match=r"spaCy cannot run it: .*annotator models remove probe"):
        spans(make_document(TEXT), scheme, tmp_path / "models")


def test_without_a_measurement_it_may_be_right_or_wrong(tmp_path: Path, scheme: LabelScheme) -> None:
    custom_models.add(pipeline(tmp_path / "made"), tmp_path / "models")
    assert {score for _, _, score in spans(make_document(TEXT), scheme, tmp_path / "models")} == {0.5}


def test_white_space_at_the_ends_of_a_span_is_left_off(tmp_path: Path, scheme: LabelScheme) -> None:
    nlp = spacy.blank("es")
    sees: dict[str, Any] = {"label": "PERSON", "pattern": [{"ORTH": "ve"}, {"IS_SPACE": True}]}
    nlp.add_pipe("entity_ruler").add_patterns([sees])  # type: ignore[attr-defined]
    nlp.meta.update(name="probe", version="1")
    nlp.to_disk(tmp_path / "made")
    custom_models.add(tmp_path / "made", tmp_path / "models")
    assert spans(make_document(TEXT), scheme, tmp_path / "models") == [("ve", "PERSON", 0.5)]


def test_only_documents_of_its_language_are_read(tmp_path: Path, scheme: LabelScheme) -> None:
    custom_models.add(pipeline(tmp_path / "made"), tmp_path / "models", lang="en")
    (suggester,) = custom_models.suggesters(scheme, tmp_path / "models")
    found = list(suggester.suggest([make_document(TEXT, "es"), make_document(TEXT, "en"), make_document("", "en")]))
    assert [len(layer.spans) for layer in found] == [0, 3, 0]
    assert custom_models.suggesters(replace(scheme, languages=("es",)), tmp_path / "models") == ()


def test_a_long_document_is_read_in_pieces_with_the_right_offsets(
    tmp_path: Path, scheme: LabelScheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custom_models, "PIECE", 40)
    custom_models.add(pipeline(tmp_path / "made"), tmp_path / "models")
    text = "\ufeff  " + f"{TEXT}\n\n👍🏽 " * 9
    found = spans(make_document(text), scheme, tmp_path / "models")
    assert [word for word, _, _ in found] == ["Ana", "Lima", "Quito"] * 9


def test_a_new_version_takes_the_place_of_the_old_and_changes_the_fingerprint(
    tmp_path: Path, scheme: LabelScheme
) -> None:
    models = tmp_path / "models"
    before = build(scheme, models).fingerprint
    first = custom_models.add(pipeline(tmp_path / "one"), models)
    with_first = build(scheme, models).fingerprint
    assert custom_models.add(pipeline(tmp_path / "one"), models) == first
    assert build(scheme, models).fingerprint == with_first
    second = custom_models.add(pipeline(tmp_path / "two", ents_p=0.9), models)
    assert custom_models.installed(models) == [second]
    assert len({before, with_first, build(scheme, models).fingerprint}) == 3
    custom_models.remove("probe", models)
    assert custom_models.installed(models) == []
    assert build(scheme, models).fingerprint == before


def test_what_is_no_pipeline_is_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    broken = pipeline(tmp_path / "broken")
    (broken / "config.cfg").write_text("[nlp", encoding="utf-8")
    blank = tmp_path / "blank"
    spacy.blank("es").to_disk(blank)
    for path, said in {
        empty: "no spaCy pipeline: give the folder that `spacy train` wrote",
        broken: "spaCy cannot load it: ",
        blank: "a pipeline that marks no spans: it needs a component such as ner",
    }.items():
        with pytest.raises(ModelError) as caught:
            custom_models.add(path, tmp_path / "models")
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)
    for name in ("../x", "", "a b"):
        with pytest.raises(ModelError, match="cannot name a model" if name else "a pipeline"):
            custom_models.add(pipeline(tmp_path / "fine") if name else blank, tmp_path / "models", name=name)
        with pytest.raises(ModelError, match="there is no model"):
            custom_models.remove(name, tmp_path / "models")
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("change", ["a file beside it", "a file in it", "a card", "another folder"])
def test_a_folder_that_was_changed_is_neither_replaced_nor_removed(tmp_path: Path, change: str) -> None:
    models, made = tmp_path / "models", pipeline(tmp_path / "made")
    custom_models.add(made, models)
    folder = models / "own" / "probe"
    if change == "a file beside it":
        (folder / "notes.txt").write_text("mine", encoding="utf-8")
    elif change == "a file in it":
        (folder / "pipeline" / "notes.txt").write_text("mine", encoding="utf-8")
    elif change == "a card":
        (folder / "card.json").write_text("{}", encoding="utf-8")
    else:
        folder.rename(tmp_path / "away")
        folder.mkdir()
        (folder / "notes.txt").write_text("mine", encoding="utf-8")
    before = sorted(folder.rglob("*"))
    with pytest.raises(ModelError):
        custom_models.add(made, models)
    with pytest.raises(ModelError):
        custom_models.remove("probe", models)
    assert sorted(folder.rglob("*")) == before
    custom_models.add(made, models, force=True)
    assert [model.name for model in custom_models.installed(models)] == ["probe"]
    kept = models / "set-aside" / "probe"
    assert sorted(path.relative_to(kept) for path in kept.rglob("*")) == [path.relative_to(folder) for path in before]


def test_a_damaged_card_is_told(tmp_path: Path) -> None:
    custom_models.add(pipeline(tmp_path / "made"), tmp_path / "models")
    (tmp_path / "models" / "own" / "probe" / "card.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=r"card\.json: not the card of a model.*--force, which keeps the folder"):
        custom_models.installed(tmp_path / "models")


def test_on_the_command_line(bench: Bench, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> str:
        status = main(["-w", str(bench.workspace.root), *arguments])
        out, err = capfd.readouterr()
        assert status == 0, err
        return out + err

    said = run("models", "add", str(pipeline(tmp_path / "made")))
    assert "suggests GPE, PERSON for es" in said
    assert "left out: LOC, ODD" in said
    assert "probe" in run("models")
    assert '"labels": [' in run("models", "list", "--json")
    run("suggest")
    exported = run("export", "jsonl", "--layer", "suggestions")
    assert '"source":"probe@2.1+' in exported
    assert "probe is gone" in run("models", "remove", "probe")
