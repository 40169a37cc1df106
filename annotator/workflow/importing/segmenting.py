"""Making documents of many articles on the second core, while the first one reads and writes.

Tokens and sentences take a third of an import.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import NamedTuple

from annotator.corpus import Article, build_document
from annotator.side_process import SideProcess
from annotator.text import Document, Segmentation


class _SegmentationRequest(NamedTuple):
    """What a document's language, title and segmentation follow from; ``languages`` are the workspace's."""

    languages: tuple[str, ...]
    text: str
    title: str | None
    lang: str | None


class _PackedDocument(NamedTuple):
    """A document beside its text, its tokens and sentences packed."""

    lang: str
    title: str
    tokens: bytes
    sentences: bytes


class SegmentationJob(NamedTuple):
    """Documents that are being made of articles."""

    articles: Sequence[Article]
    made: Future[list[_PackedDocument]]

    def documents(self) -> list[Document]:
        """Return the documents, in the order of the articles, once they are made."""
        return [
            Document(
                a.key, a.text, m.lang, m.title, Segmentation.unpack(m.tokens), Segmentation.unpack(m.sentences), a.meta
            )
            for a, m in zip(self.articles, self.made.result(), strict=True)
        ]


class Segmenter:
    """Makes documents of batches of articles; ``languages`` are the workspace's."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages
        self._side = SideProcess(segment_all)

    def submit(self, articles: Sequence[Article]) -> SegmentationJob:
        """Begin to make documents."""
        return SegmentationJob(
            articles,
            self._side.begin([_SegmentationRequest(self._languages, a.text, a.title, a.lang) for a in articles]),
        )

    def close(self) -> None:
        """End the other process."""
        self._side.close()


def segment_all(asked: list[_SegmentationRequest]) -> list[_PackedDocument]:
    """Make documents of texts."""
    return [_made(one) for one in asked]


def _made(asked: _SegmentationRequest) -> _PackedDocument:
    document = build_document(Article("", asked.text, asked.title, asked.lang), asked.languages)
    return _PackedDocument(document.lang, document.title, document.tokens.pack(), document.sentences.pack())
