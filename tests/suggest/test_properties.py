"""What holds of any suggestion on any text, under any scheme."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.annotation import Annotations
from annotator.labels import LabelScheme, Overlap
from annotator.labels.retired import retired
from annotator.suggest.pipeline import SuggestionPipeline
from annotator.suggest.rules.analyzed_document import AnalyzedDocument, Mention
from annotator.suggest.rules.resolve import LabelMap, resolve
from annotator.text import Document
from tests.strategies import texts
from tests.suggest.conftest import make_document

SHARED_FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

_PHRASES = st.lists(
    st.sampled_from(
        [
            "la ministra de Defensa Ana Solís",
            "México y EE. UU. firmaron un acuerdo",
            "la Secretaría de Pesca (SEPES)",
            "“Operación Marea Alta: Juntos”",
            "el viernes 3 de mayo de 2024",
            "Gov. Owen Pike of Ohio's",
            "U.S.-Chile Trade Group",
            "tráfico de armas",
            "@SEPES_mx ¿El Grupo?",
            "*NUMBER* de julio",
            "Joaquín 'El Faro' Prado “N”",
        ]
    ),
    max_size=6,
).map(" ".join)
OVERLAPS: tuple[Overlap, ...] = ("flat", "nested", "any")
TEXTS = st.one_of(texts(), _PHRASES, st.tuples(_PHRASES, texts(max_pieces=6)).map("\n".join))


def check(document: Document, layer: Annotations, scheme: LabelScheme) -> None:
    assert not retired(scheme, layer, document.sentences)
    for key, span in layer.spans.items():
        assert key == span.id == str(span.key)
        assert document.tokens.exact(span.start, span.end) is not None
        assert span.origin == "suggested"
        assert span.source is not None
        assert "@" in span.source
        assert span.score is not None
        assert 0.0 < span.score <= 1.0
    for relation in layer.relations.values():
        assert relation.score is not None
        assert 0.0 < relation.score <= 1.0


@given(text=TEXTS, lang=st.sampled_from(["es", "en", "de"]))
@SHARED_FIXTURES
def test_suggestions_fit_text_tokens_and_scheme(
    text: str, lang: str, rules_only: SuggestionPipeline, scheme: LabelScheme
) -> None:
    document = make_document(text, lang)
    (layer,) = rules_only.suggest([document])
    check(document, layer, scheme)


@given(text=TEXTS, lang=st.sampled_from(["es", "en"]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_with_models(text: str, lang: str, with_models: SuggestionPipeline, scheme: LabelScheme) -> None:
    document = make_document(text, lang)
    (layer,) = with_models.suggest([document])
    check(document, layer, scheme)


@pytest.fixture
def foreign(foreign_scheme: LabelScheme) -> SuggestionPipeline:
    return SuggestionPipeline(foreign_scheme, Path("nowhere"))


@given(text=TEXTS)
@SHARED_FIXTURES
def test_the_same_under_a_foreign_scheme(text: str, foreign: SuggestionPipeline, foreign_scheme: LabelScheme) -> None:
    document = make_document(text, "en")
    (layer,) = foreign.suggest([document])
    check(document, layer, foreign_scheme)


@given(data=st.data(), text=TEXTS, overlap=st.sampled_from(OVERLAPS))
@SHARED_FIXTURES
def test_any_mentions_resolve_to_what_the_overlap_rule_allows(
    data: st.DataObject, text: str, overlap: Overlap, scheme: LabelScheme
) -> None:
    from dataclasses import replace

    offsets = st.integers(0, len(text))
    ranges = data.draw(st.lists(st.tuples(offsets, offsets, st.sampled_from(["PERSON", "GPE", "ROLE"])), max_size=12))
    mentions = [Mention(min(a, b), max(a, b), kind, 0.8, "test@1") for a, b, kind in ranges]
    document = make_document(text)
    scheme = replace(scheme, overlap=overlap)
    spans = resolve(AnalyzedDocument(document, "es"), mentions, LabelMap(scheme), scheme)
    check(document, Annotations.of(spans), scheme)
