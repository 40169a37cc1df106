"""The components of a model that are not run: without them it says the same."""

from __future__ import annotations

import warnings

import pytest
import spacy

from annotator.corpus import build_document, read_articles
from annotator.labels import LabelScheme
from annotator.suggest import models
from annotator.suggest.pipeline import SuggestionPipeline
from annotator.suggest.rules.document_reader import UNUSED, DocumentReader
from annotator.suggest.rules.model_repair import _COMMON, _NOT_NAMES, part_of_speech
from annotator.text import Document
from tests.repository import TOP


@pytest.fixture(scope="module")
def articles(scheme: LabelScheme) -> list[Document]:
    return [build_document(article, scheme.languages) for article in read_articles([TOP / "seeds"])]


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_entities_are_those_of_the_whole_model(
    lang: str, articles: list[Document], scheme: LabelScheme, with_models: SuggestionPipeline
) -> None:
    path = models.installed_path(lang, TOP / "models")
    assert path is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = spacy.load(path)
    mine = [document for document in articles if document.lang == lang]
    for doc in DocumentReader(scheme, lang, TOP / "models").read(mine):
        expected = [(e.start_char, e.end_char) for e in whole(doc.document.text).ents]
        assert [(m.start, m.end) for m in doc.model_mentions] == expected


@pytest.mark.parametrize("against_a_name", [_COMMON, _NOT_NAMES])
def test_english_tags_speak_against_a_name_where_the_rulers_parts_of_speech_do(
    against_a_name: frozenset[str], articles: list[Document], with_models: SuggestionPipeline
) -> None:
    nlp = models.load("en", TOP / "models", UNUSED)
    assert nlp is not None
    for document in articles:
        for token in nlp(document.text) if document.lang == "en" else ():
            assert (part_of_speech(token.tag_) in against_a_name) == (token.pos_ in against_a_name), token
