"""Articles that wait to be stored, most of them on disk; documents are built of as many as there is time for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain

from annotator.corpus import Article
from annotator.files.waiting import WaitingValues
from annotator.lookahead import look_ahead
from annotator.workflow.importing.segmenting import (
    WORTH_A_PROCESS,
    PackedDocument,
    SegmentationJob,
    Segmentations,
    Segmenter,
)

_BATCHES_BUSY = 6
"""Batches that the other process has at once while articles are checked; what comes meanwhile is left for later."""
_BATCHES_AHEAD = 8
"""Batches that are segmented in the other process, or read, while earlier ones are stored."""


class WaitingArticles:
    """Articles that are to be stored, in the order in which they were added.

    Another process is started as soon as there are enough for it.  While articles are added, it builds documents of
    every batch that comes when it has little to do; the others follow while documents are stored.  Raises
    :class:`StoreError` where there is no room for temporary files.
    """

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.count = 0
        self._length = 0
        self._languages = languages
        self._segmenter: Segmenter | None = None
        self._batches: WaitingValues[Sequence[Article]] = WaitingValues()
        self._begun: deque[tuple[int, SegmentationJob]] = deque()
        self._segmented: WaitingValues[tuple[int, Segmentations]] = WaitingValues()

    def add(self, articles: Sequence[Article]) -> None:
        """Add a batch of articles."""
        self.count += len(articles)
        self._length += sum(len(article.text) for article in articles)
        while self._begun and self._begun[0][1].done:
            number, job = self._begun.popleft()
            self._segmented.put((number, job.segmented))
        if self._length >= WORTH_A_PROCESS and len(self._begun) < _BATCHES_BUSY:
            self._begun.append((self._batches.count, self._submit(articles)))
        self._batches.put(articles)

    def documents(self) -> Iterator[PackedDocument]:
        """Yield the documents that were built from all articles."""
        return chain.from_iterable(job.packed for job in look_ahead(self._jobs(), _BATCHES_AHEAD - 1))

    def close(self) -> None:
        """Forget the articles, and end the other process."""
        self._batches.close()
        self._segmented.close()
        if self._segmenter is not None:
            self._segmenter.close()

    def _jobs(self) -> Iterator[SegmentationJob]:
        """Begin to build the documents of every batch, but for those of which that was done or begun."""
        segmented = self._segmented.take()
        done = next(segmented, None)
        for number, articles in enumerate(self._batches.take()):
            if done is not None and done[0] == number:
                yield SegmentationJob.over(articles, done[1])
                done = next(segmented, None)
            elif self._begun and self._begun[0][0] == number:
                yield self._begun.popleft()[1]
            else:
                yield self._submit(articles)

    def _submit(self, articles: Sequence[Article]) -> SegmentationJob:
        if self._segmenter is None:
            least = 0 if self._length >= WORTH_A_PROCESS else WORTH_A_PROCESS
            self._segmenter = Segmenter(self._languages, least)
        return self._segmenter.submit(articles)
