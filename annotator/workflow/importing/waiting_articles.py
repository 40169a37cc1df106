"""Articles that wait to be stored: documents are built from the first ones meanwhile, the others lie on disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain, repeat

from annotator.corpus import Article
from annotator.files.waiting import WaitingValues
from annotator.lookahead import look_ahead
from annotator.workflow.importing.segmenting import WORTH_A_PROCESS, PackedDocument, SegmentationJob, Segmenter

_BATCHES_AHEAD = 16
"""Batches that are segmented in the other process while articles are checked, or earlier ones stored."""


class WaitingArticles:
    """Articles that are to be stored, in the order in which they were added.

    The other process is started as soon as there are enough for it.  Raises :class:`StoreError` where there is no room
    for temporary files.
    """

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.count = 0
        self._languages = languages
        self._segmenter: Segmenter | None = None
        self._first: deque[Sequence[Article]] = deque()
        self._begun: deque[SegmentationJob] = deque()
        self._others: WaitingValues[Sequence[Article]] | None = None

    def add(self, articles: Sequence[Article]) -> None:
        """Add a batch of articles."""
        self.count += len(articles)
        if self._others is not None or len(self._first) + len(self._begun) == _BATCHES_AHEAD:
            self._others = self._others or WaitingValues()
            self._others.put(articles)
        else:
            self._first.append(articles)
            if self.count >= WORTH_A_PROCESS:
                self._begin()

    def documents(self) -> Iterator[PackedDocument]:
        """Yield the documents that were built from all articles."""
        self._begin()
        begun = (self._begun.popleft() for _ in repeat(None, len(self._begun)))
        jobs = chain(begun, map(self._submit, self._others.take() if self._others else ()))
        return chain.from_iterable(job.packed for job in look_ahead(jobs, _BATCHES_AHEAD - 1))

    def close(self) -> None:
        """Forget the articles, and end the other process."""
        if self._others is not None:
            self._others.close()
        if self._segmenter is not None:
            self._segmenter.close()

    def _begin(self) -> None:
        """Begin to build documents from the first articles."""
        while self._first:
            self._begun.append(self._submit(self._first.popleft()))

    def _submit(self, articles: Sequence[Article]) -> SegmentationJob:
        if self._segmenter is None:
            least = 1 if self.count >= WORTH_A_PROCESS else WORTH_A_PROCESS
            self._segmenter = Segmenter(self._languages, least)
        return self._segmenter.submit(articles)
