"""Tokens as Prodigy writes them, and gold JSONL with it: by far the most numerous part of a line."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring as _quoted

from annotator.formats.record import LayerRecord
from annotator.side_process import SideProcess
from annotator.text import Segmentation

_TABLE_LENGTH = 8192  # code points; twice an ordinary article
_SPACES = frozenset(char for char in map(chr, range(0x3001)) if char.isspace())
_ESCAPED = re.compile(r'["\\\x00-\x1f]')
_BATCH, _AHEAD = 256, 4


def with_tokens(records: Iterable[LayerRecord]) -> Iterator[tuple[LayerRecord, bytes]]:
    """Yield records with their rendered tokens; those of many are rendered on the second core, a few batches ahead."""
    records = iter(records)
    waiting: deque[tuple[list[LayerRecord], Future[list[bytes]]]] = deque()
    with closing(SideProcess(render_all)) as side:
        while some := list(islice(records, _BATCH)):
            waiting.append((some, side.begin([(r.document.text, r.document.tokens.pack()) for r in some])))
            if len(waiting) > _AHEAD:
                yield from _rendered(*waiting.popleft())
        while waiting:
            yield from _rendered(*waiting.popleft())


def _rendered(records: list[LayerRecord], tokens: Future[list[bytes]]) -> Iterator[tuple[LayerRecord, bytes]]:
    return zip(records, tokens.result(), strict=True)


def render_all(texts: list[tuple[str, bytes]]) -> list[bytes]:
    """Render the packed tokens of each text."""
    return [render_tokens(text, Segmentation.unpack(tokens)) for text, tokens in texts]


def render_tokens(text: str, tokens: Segmentation) -> bytes:
    """Render the tokens of a text as Prodigy does, without the brackets around them, as UTF-8.

    In texts of common length the numbers come out of ready-made tables, which saves half the time of an export.
    """
    padded = text + "."
    if len(text) < _TABLE_LENGTH:
        numbers, starts, spaced, unspaced = _tables()
        rendered = [
            f'{{"text":"{padded[start:end]}{starts[start]}{numbers[end]}{yes if padded[end] in _SPACES else no}'
            for start, end, yes, no in zip(tokens.starts, tokens.ends, spaced, unspaced, strict=False)
        ]
    else:
        rendered = [_token(index, start, end, padded) for index, (start, end) in enumerate(tokens)]
    for index in {tokens.containing(match.start()) for match in _ESCAPED.finditer(text)} - {None}:
        assert index is not None
        rendered[index] = _token(index, *tokens[index], padded)
    return ",".join(rendered).encode("utf-8")


def _token(index: int, start: int, end: int, padded: str) -> str:
    space = "true" if padded[end] in _SPACES else "false"
    return f'{{"text":{_quoted(padded[start:end])},"start":{start},"end":{end},"id":{index},"ws":{space}}}'


@lru_cache(maxsize=1)
def _tables() -> tuple[list[str], list[str], list[str], list[str]]:
    numbers = range(_TABLE_LENGTH)
    return (
        [str(n) for n in numbers],
        [f'","start":{n},"end":' for n in numbers],
        [f',"id":{n},"ws":true}}' for n in numbers],
        [f',"id":{n},"ws":false}}' for n in numbers],
    )
