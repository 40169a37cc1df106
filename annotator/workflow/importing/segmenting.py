"""Building documents from articles in another process, while this one reads and writes.

Language, tokens and sentences take half of the time of an ingest, and a third of that of an import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from annotator.corpus import Article, build_documents
from annotator.side_process import SideProcess
from annotator.text import Document, Segmentation

WORTH_A_PROCESS = 300_000
"""Code points of articles from which another process pays."""


_SegmentationRequest = tuple[tuple[str, ...], str, str | None, str | None]
"""What a document's language, title and segmentation depend on: the workspace's languages, text, title, language.

Like the answer a bare tuple: others take several times as long to be sent.
"""
Segmentations = list[tuple[str, str, bytes, bytes]]
"""Language and title of documents, with their tokens and sentences packed into bytes."""


@dataclass(frozen=True, slots=True)
class PackedDocument:
    """An article with what was found out about it; its tokens and sentences are packed as they are stored."""

    article: Article
    lang: str
    title: str
    tokens: bytes
    sentences: bytes

    @property
    def meta(self) -> Mapping[str, Any]:
        """The other fields of the document."""
        return self.article.meta

    @property
    def text(self) -> str:
        """The text of the document."""
        return self.article.text

    def text_row(self, tokenizer: str) -> tuple[str, str, str, bytes, bytes]:
        """The text as a database keeps it, with the name of what made its tokens."""
        return self.article.sha256, self.article.text, tokenizer, self.tokens, self.sentences

    def unpack(self) -> Document:
        """The document with its tokens and sentences."""
        tokens, sentences = Segmentation.of_codes(self.tokens), Segmentation.of_codes(self.sentences)
        return Document(self.article.key, self.article.text, self.lang, self.title, tokens, sentences, self.meta)


class SegmentationJob:
    """Documents that are being built from articles."""

    def __init__(self, articles: Sequence[Article], segmented: Future[Segmentations]) -> None:
        self.articles = articles
        self._segmented = segmented

    @classmethod
    def over(cls, articles: Sequence[Article], segmented: Segmentations) -> SegmentationJob:
        """A job that is done."""
        done: Future[Segmentations] = Future()
        done.set_result(segmented)
        return cls(articles, done)

    @property
    def done(self) -> bool:
        """Whether the documents are built, so that nobody would wait for them."""
        return self._segmented.done()

    @property
    def segmented(self) -> Segmentations:
        """What was found out about each of the articles; waits until it is."""
        return self._segmented.result()

    @property
    def packed(self) -> list[PackedDocument]:
        """The documents in the order of the articles; waits until they are built."""
        return [PackedDocument(a, *found) for a, found in zip(self.articles, self.segmented, strict=True)]

    @cached_property
    def documents(self) -> list[Document]:
        """The documents, unpacked; waits until they are built."""
        return [packed.unpack() for packed in self.packed]


class Segmenter:
    """Builds documents from batches of articles; ``languages`` are the workspace's.

    The other process is started once the articles have ``least`` code points.
    """

    def __init__(self, languages: tuple[str, ...], least: int = WORTH_A_PROCESS) -> None:
        self._languages = languages
        self._process = SideProcess(segment_all, least)

    def submit(self, articles: Sequence[Article]) -> SegmentationJob:
        """Begin to build the documents of some articles."""
        requests = [(self._languages, a.text, a.title, a.lang) for a in articles]
        return SegmentationJob(articles, self._process.begin(requests, sum(len(a.text) for a in articles)))

    def close(self) -> None:
        """End the other process."""
        self._process.close()


def segment_all(requests: list[_SegmentationRequest]) -> Segmentations:
    """Build the documents of some texts, all for the same languages (runs in the other process)."""
    articles = [Article("", text, title, lang) for _, text, title, lang in requests]
    languages = requests[0][0] if requests else ()
    return [
        (document.lang, document.title, document.tokens.pack(), document.sentences.pack())
        for document in build_documents(articles, languages)
    ]
