"""What the suggestion tests share: schemes, documents, and the models where they are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.annotation import Annotations
from annotator.labels import EntityType, LabelScheme, Pattern, load_scheme
from annotator.suggest.batches import in_batches
from annotator.suggest.pipeline import SuggestionPipeline, build
from annotator.suggest.rules.analyzed_document import AnalyzedDocument, Mention
from annotator.suggest.rules.stages import STAGE_NAMES, EntityRules
from annotator.suggest.workers import suggest_in_workers
from annotator.text import Document
from annotator.tokenization import split_sentences, tokenize
from tests.repository import TOP
from tests.suggest.chat.chat_server import FakeChat, serving

Marked = list[tuple[str, str]]


def make_document(text: str, lang: str = "es", key: str = "note") -> Document:
    tokens = tokenize(text, lang)
    return Document(key, text, lang, key, tokens, split_sentences(text, tokens, lang))


ARTICLES = [
    make_document("La ministra Ana Solís voló a Chile el 3 de mayo.", "es", "uno"),
    make_document("Gov. Owen Pike flew to Ohio on May 3.", "en", "two"),
    make_document("", "es", "leer"),
    make_document("Habló el embajador de Perú, Luis Prado, en Quito.", "es", "tres"),
]


def in_workers(pipeline: SuggestionPipeline, documents: Iterable[Document]) -> list[Annotations]:
    """Return what two worker processes suggest."""
    batches = suggest_in_workers(in_batches(documents, 8), pipeline, 2)
    return [layer for batch in batches for layer in batch.layers]


def with_pattern(scheme: LabelScheme, pattern: Pattern) -> LabelScheme:
    person: EntityType = replace(scheme.entities["PERSON"], patterns=(pattern,))
    return replace(scheme, entities={**scheme.entities, "PERSON": person})


@pytest.fixture(scope="session")
def scheme() -> LabelScheme:
    return load_scheme(TOP / "labels.yaml")


@pytest.fixture
def foreign_scheme(tmp_path: Path) -> LabelScheme:
    """A scheme of another domain: its own labels, nested spans, a token pattern and a phrase."""
    path = tmp_path / "labels.yaml"
    path.write_text(
        """
languages: [en, es, de]
overlap: nested
snap: token
entities:
  DRUG:
    key: 1
    patterns:
      - phrase: "acetylsalicylic acid"
      - tokens: [{LOWER: vitamin}, {IS_ALPHA: true, LENGTH: 1}]
  PLACE:
    key: 2
    model_labels: [LOC]
relations:
  sold_in:
    key: z
    head: [DRUG]
    child: [PLACE]
    patterns:
      - regex: "\\\\bsold\\\\b"
""",
        encoding="utf-8",
    )
    return load_scheme(path)


@pytest.fixture(scope="session")
def rules_only(tmp_path_factory: pytest.TempPathFactory, scheme: LabelScheme) -> SuggestionPipeline:
    """The pipeline on a machine without any model."""
    return build(scheme, tmp_path_factory.mktemp("no-models"))


@pytest.fixture(scope="session")
def with_models(scheme: LabelScheme) -> SuggestionPipeline:
    pipeline = SuggestionPipeline(scheme, TOP / "models")
    if pipeline.missing:
        pytest.skip(f"needs the models of {', '.join(pipeline.missing)}: annotator models install")
    return pipeline


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeChat]:
    """A chat server of our own, reached without a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as chat:
        yield chat


@pytest.fixture
def marked(scheme: LabelScheme) -> Callable[..., Marked]:
    """Return a function that tells what the rules mark in a text, with entities that a model might have found."""

    def run(text: str, lang: str = "es", model: tuple[tuple[str, str], ...] = (), stages: str = "") -> Marked:
        score = 0.75
        mentions = tuple(
            Mention(text.index(name), text.index(name) + len(name), kind, score, f"{_model(lang)}")
            for name, kind in model
        )
        doc = AnalyzedDocument(make_document(text, lang), lang, {}, mentions)
        rules = EntityRules(scheme, lang, frozenset(stages.split() or STAGE_NAMES))
        return [(text[s.start : s.end], s.label) for s in rules.spans(doc)]

    return run


def _model(lang: str) -> str:
    from annotator.suggest.pinned_models import PINNED

    return PINNED[lang][0].source
