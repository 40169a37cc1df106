"""The tokens of a document as Prodigy's JSONL and gold JSONL hold them: by far the most of a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing
from itertools import islice
from typing import Annotated

import msgspec
from msgspec import Meta

from annotator.formats.record import LayerRecord
from annotator.lookahead import look_ahead
from annotator.side_process import SideProcess
from annotator.text import Segmentation

_BATCH_SIZE, _BATCHES_AHEAD = 256, 4


class Token(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A token; the fields are in the order in which they are written."""

    text: Annotated[str, Meta(min_length=1, description="text[start:end]")]
    start: Annotated[int, Meta(ge=0, description="First code point.")]
    end: Annotated[int, Meta(ge=0, description="Code point after the last.")]
    id: Annotated[int, Meta(ge=0, description="The token's number, from 0.")]
    ws: Annotated[bool, Meta(description="Whether whitespace follows directly.")]


_encode = msgspec.json.Encoder().encode


def encode_tokens(text: str, tokens: Segmentation) -> bytes:
    """Write the tokens of a text as the items of a JSON list, without its brackets, in UTF-8."""
    padded = text + "."
    places = enumerate(zip(tokens.starts, tokens.ends, strict=True))
    return _encode([Token(text[start:end], start, end, i, padded[end].isspace()) for i, (start, end) in places])[1:-1]


def with_encoded_tokens(records: Iterable[LayerRecord]) -> Iterator[tuple[LayerRecord, bytes]]:
    """Yield records with their tokens (:func:`encode_tokens`), many of which are encoded in another process."""
    with closing(SideProcess(encode_all)) as process:
        for batch, encoded in look_ahead(_started(iter(records), process), _BATCHES_AHEAD):
            yield from zip(batch, encoded.result(), strict=True)


def _started(
    records: Iterator[LayerRecord], process: SideProcess[tuple[str, bytes], bytes]
) -> Iterator[tuple[list[LayerRecord], Future[list[bytes]]]]:
    while batch := list(islice(records, _BATCH_SIZE)):
        yield batch, process.begin([(r.document.text, r.document.tokens.pack()) for r in batch])


def encode_all(texts: list[tuple[str, bytes]]) -> list[bytes]:
    """Encode the packed tokens of each text (runs in the other process)."""
    return [encode_tokens(text, Segmentation.unpack(tokens)) for text, tokens in texts]
