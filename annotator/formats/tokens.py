"""The tokens of a document as Prodigy's JSONL and gold JSONL hold them: by far the most of a line.

As in spaCy, white space is a token too, but for one space behind a token, which its ``ws`` stands for: the text is the
tokens' texts one after another.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cached_property
from itertools import chain, count, islice
from operator import lt
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
from msgspec import Meta

from annotator.formats.record import LayerRecord
from annotator.lookahead import look_ahead, portions
from annotator.text import Document, Segmentation, with_gaps

if TYPE_CHECKING:
    from concurrent.futures import Future

    from annotator.side_process import SideProcess

_BATCH, _BATCH_LENGTH = 256, 1 << 19
"""Documents, and their code points, that are encoded together."""
_BATCHES_AHEAD = 4


class Token(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A token; the fields are in the order in which they are written."""

    text: Annotated[str, Meta(min_length=1, description="text[start:end]")]
    start: Annotated[int, Meta(ge=0, description="First code point.")]
    end: Annotated[int, Meta(ge=0, description="Code point after the last.")]
    id: Annotated[int, Meta(ge=0, description="The token's number, from 0.")]
    ws: Annotated[bool, Meta(description="Whether one space follows that is no token.")]


class Sentence(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A sentence; the fields are in the order in which they are written."""

    start: Annotated[int, Meta(ge=0, description="First code point.")]
    end: Annotated[int, Meta(ge=0, description="Code point after the last.")]
    token_start: Annotated[int, Meta(ge=0, description="Its first token.")]
    token_end: Annotated[int, Meta(ge=0, description="Its last token.")]


class Encoded(NamedTuple):
    """Tokens and sentences as the items of JSON lists in UTF-8, and before which of our tokens a gap stands."""

    tokens: bytes
    sentences: bytes
    gaps: list[int]


class TokenNumbers:
    """The numbers that a document's tokens have among all that are written, white space included."""

    def __init__(self, document: Document, gaps: list[int]) -> None:
        self._document = document
        self._gaps = gaps

    def exact(self, start: int, end: int) -> tuple[int, int] | None:
        """First and last token (inclusive) of a range that falls on their borders, else ``None``."""
        numbers = self._document.tokens.exact(start, end)
        if numbers is None:
            return self._all.exact(start, end) if self._gaps else None
        return numbers[0] + bisect_right(self._gaps, numbers[0]), numbers[1] + bisect_right(self._gaps, numbers[1])

    @cached_property
    def _all(self) -> Segmentation:
        return with_gaps(self._document.text, self._document.tokens)[0]


_encode = msgspec.json.Encoder().encode


def encode(text: str, tokens: Segmentation, sentences: Segmentation) -> Encoded:
    """Write the tokens and sentences of a text."""
    words, gaps = with_gaps(text, tokens)
    starts, ends = words.starts.tolist(), words.ends.tolist()
    texts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    written = list(map(Token, texts, starts, ends, count(), map(lt, ends, [*starts[1:], len(text)])))
    ranges = ((start, end, words.exact(start, end)) for start, end in sentences)
    borders = [Sentence(start, end, *numbers) for start, end, numbers in ranges if numbers is not None]
    return Encoded(_encode(written)[1:-1], _encode(borders)[1:-1], gaps)


def with_encoded_tokens(records: Iterable[LayerRecord]) -> Iterator[tuple[LayerRecord, Encoded]]:
    """Yield records with their tokens and sentences (:func:`encode`), many encoded in another process."""
    batches = portions(records, _BATCH, lambda record: len(record.document.text), _BATCH_LENGTH)
    first = list(islice(batches, 2))
    if len(first) < 2:
        few = chain.from_iterable(first)
        yield from ((one, encode(one.document.text, one.document.tokens, one.document.sentences)) for one in few)
        return
    from annotator.side_process import SideProcess  # not worth its loading for less

    with closing(SideProcess(encode_all)) as process:
        for batch, encoded in look_ahead(_started(chain(first, batches), process), _BATCHES_AHEAD):
            yield from zip(batch, encoded.result(), strict=True)


def _started(
    batches: Iterable[list[LayerRecord]], process: SideProcess[tuple[str, bytes, bytes], Encoded]
) -> Iterator[tuple[list[LayerRecord], Future[list[Encoded]]]]:
    for batch in batches:
        documents = [record.document for record in batch]
        yield batch, process.begin([(d.text, d.tokens.pack(), d.sentences.pack()) for d in documents])


def encode_all(texts: list[tuple[str, bytes, bytes]]) -> list[Encoded]:
    """Encode the packed tokens and sentences of each text (runs in the other process)."""
    unpack = Segmentation.unpack
    return [encode(text, unpack(tokens), unpack(sentences)) for text, tokens, sentences in texts]
