"""Documents in batches: what a process that suggests is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from annotator.annotation import Annotations
from annotator.text import Document

BATCH = 16
"""Documents that are suggested for together, and written in one transaction."""
SHARED_BATCH = 8
"""The same where several processes share the work: few, so that none has much left to do when the others are done."""


class Suggested(NamedTuple):
    """A batch of documents with the layer of suggestions of each."""

    documents: list[Document]
    layers: list[Annotations]


Batches = Generator[Suggested, None, None]
"""Batches in the order of their documents, made as they are asked for; closing it ends what works for it."""


def in_batches(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    """Cut documents into lists of ``size``; the last may be shorter."""
    iterator = iter(documents)
    while batch := list(islice(iterator, size)):
        yield batch
