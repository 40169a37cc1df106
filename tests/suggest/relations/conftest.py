"""Sentences whose spans are marked in them: ``[name|LABEL]``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annotator.annotation import Span, suggested_span
from annotator.labels import LabelScheme, load_scheme
from annotator.text import Document
from tests.suggest.conftest import make_document

_MARK = re.compile(r"\[([^|\]]+)\|([A-Z]+)\]")


@pytest.fixture(scope="session")
def scheme() -> LabelScheme:
    return load_scheme(Path(__file__).resolve().parents[3] / "labels.yaml")


def marked_spans(marked: str, lang: str) -> tuple[Document, list[Span]]:
    """A document of the text without the marks, and the spans that they mark."""
    text, spans, at = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        spans.append(suggested_span(len(text), len(text) + len(match[1]), match[2], "test@1", 0.9))
        text, at = text + match[1], match.end()
    return make_document(text + marked[at:], lang), spans
