"""Building documents from articles in another process, while this one reads and writes.

Tokens and sentences take a third of the time of an import.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from functools import cached_property
from typing import NamedTuple

from annotator.corpus import Article, build_document
from annotator.side_process import SideProcess
from annotator.text import Document, Segmentation


class _SegmentationRequest(NamedTuple):
    """What a document's language, title and segmentation depend on; ``languages`` are the workspace's."""

    languages: tuple[str, ...]
    text: str
    title: str | None
    lang: str | None


class _PackedDocument(NamedTuple):
    """A document without its text, its tokens and sentences packed into bytes."""

    lang: str
    title: str
    tokens: bytes
    sentences: bytes


class SegmentationJob:
    """Documents that are being built from articles."""

    def __init__(self, articles: Sequence[Article], packed: Future[list[_PackedDocument]]) -> None:
        self._articles = articles
        self._packed = packed

    @cached_property
    def documents(self) -> list[Document]:
        """The documents in the order of the articles; waits until they are built."""
        return [
            Document(
                article.key,
                article.text,
                packed.lang,
                packed.title,
                Segmentation.unpack(packed.tokens),
                Segmentation.unpack(packed.sentences),
                article.meta,
            )
            for article, packed in zip(self._articles, self._packed.result(), strict=True)
        ]


class Segmenter:
    """Builds documents from batches of articles; ``languages`` are the workspace's."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages
        self._process = SideProcess(segment_all)

    def submit(self, articles: Sequence[Article]) -> SegmentationJob:
        """Begin to build the documents of some articles."""
        requests = [_SegmentationRequest(self._languages, a.text, a.title, a.lang) for a in articles]
        return SegmentationJob(articles, self._process.begin(requests))

    def close(self) -> None:
        """End the other process."""
        self._process.close()


def segment_all(requests: list[_SegmentationRequest]) -> list[_PackedDocument]:
    """Build the documents of some texts (runs in the other process)."""
    return [_segment(request) for request in requests]


def _segment(request: _SegmentationRequest) -> _PackedDocument:
    document = build_document(Article("", request.text, request.title, request.lang), request.languages)
    return _PackedDocument(document.lang, document.title, document.tokens.pack(), document.sentences.pack())
