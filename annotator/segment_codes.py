"""Segments as bytes: for most tokens one byte says how long it is and how far the next one is from its end.

The first code is for what comes before the first segment, then there is one for each.  A code is ``length * 4 + gap``
in code points; where a length is over 62 or a gap over 3, an :data:`ESCAPE` stands for it, and after an :data:`END`
follow length and gap as little-endian numbers of 16 bits, or of 32 bits where one of them needs that.  The last gap
is 0.

Of a long text all starts and then all ends stand in 32 bits each, after :data:`PLAIN`: eight bytes a segment, and read
at once.  Adding up a third of a million gaps would be a tenth of the time in which such a text opens.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from operator import add, sub

ESCAPE, END = 252, 253
PLAIN = bytes([254])
LONG = 4_000
"""Segments from which on they stand plain: a text of some twenty thousand code points, longer than news."""
_LONGEST, _WIDEST = 62, 3
_LENGTHS = bytes(code >> 2 if code < ESCAPE else 0 for code in range(256))
_STEPS = bytes((code >> 2) + (code & 3) if code < ESCAPE else 0 for code in range(256))
_MEANINGLESS = bytes(range(END, 256))
_BEYOND_CODES = bytes(range(ESCAPE, 256))
_MOST_IN_32_BITS = (1 << 32) // (_LONGEST + _WIDEST + 1)
_NUMBER = "I"
"""The type of arrays of offsets: 32 bits."""


def encode(starts: Sequence[int], ends: Sequence[int]) -> bytes:
    """Write ordered, disjoint, non-empty segments as bytes; nothing for none."""
    if not starts:
        return b""
    if len(starts) >= LONG:
        return PLAIN + _little_endian(array(_NUMBER, starts) + array(_NUMBER, ends)).tobytes()
    lengths = [0, *map(sub, ends, starts)]
    gaps = [starts[0], *map(sub, starts[1:], ends), 0]
    longest, widest = _LONGEST, _WIDEST
    if max(lengths) <= longest and max(gaps) <= widest:
        return bytes(map(add, map((4).__mul__, lengths), gaps))
    codes = bytes(
        [
            length << 2 | gap if length <= longest and gap <= widest else ESCAPE
            for length, gap in zip(lengths, gaps, strict=True)
        ]
    )
    escaped = [(lengths[i], gaps[i]) for i, code in enumerate(codes) if code == ESCAPE]
    numbers = array("H" if max(map(max, escaped)) < 1 << 16 else _NUMBER, chain.from_iterable(escaped))
    return codes + bytes([END]) + _little_endian(numbers).tobytes()


def run_codes(segments: Sequence[tuple[int, int]], length: int) -> bytes:
    """Write the segments of a run of ``length`` code points, after which a space comes, so that runs can be joined.

    Nothing where that cannot be: there are none, the first does not begin the run, or one of them takes an escape.
    """
    if not segments or segments[0][0]:
        return b""
    codes = bytearray()
    for (start, end), following in zip(segments, [*(start for start, _ in segments[1:]), length + 1], strict=True):
        if end - start > _LONGEST or following - end > _WIDEST:
            return b""
        codes.append(end - start << 2 | following - end)
    return bytes(codes)


def join_runs(runs: Iterable[bytes]) -> bytes:
    """Join what :func:`run_codes` wrote into what :func:`encode` writes of the whole text."""
    codes = b"".join(runs)
    joined = b"\0" + codes[:-1] + bytes([codes[-1] & ~_WIDEST])
    if len(codes) < LONG:
        return joined
    starts, lengths = decode(joined)
    return encode(starts, array(_NUMBER, map(add, starts, lengths)))


def decode_plain(data: bytes) -> tuple[array[int], array[int]]:
    """Read what stands plain: the starts of the segments, and their ends; ``ValueError`` when it is cut short."""
    if len(data) % 8 != len(PLAIN):
        raise ValueError("numbers without codes are cut short")
    numbers = array(_NUMBER)
    numbers.frombytes(memoryview(data)[len(PLAIN) :])
    _little_endian(numbers)
    middle = len(numbers) // 2
    return numbers[:middle], numbers[middle:]


def decode(data: bytes) -> tuple[array[int], Sequence[int]]:
    """Read what :func:`encode` wrote in codes: the starts of the segments, and their lengths.

    Raises ``ValueError`` for bytes that it cannot have written.
    """
    codes, end, rest = data.partition(bytes([END]))
    if len(codes.translate(None, _MEANINGLESS)) != len(codes) or (end and not rest):
        raise ValueError("there are codes that stand for nothing")
    steps: Sequence[int] = codes.translate(_STEPS)
    lengths: Sequence[int] = codes[1:].translate(_LENGTHS)
    if rest or ESCAPE in codes:
        steps, lengths = _with_escaped(codes, rest)
    try:
        starts = array(_NUMBER, accumulate(steps))
    except OverflowError as error:
        raise ValueError("offsets beyond 32 bits") from error
    if starts:
        starts.pop()  # where the last segment ends
    return starts, lengths


def in_one_byte_each(data: bytes) -> bool:
    """Whether every segment stands in one byte: then, whatever the bytes are, none is wrong."""
    return len(data) <= _MOST_IN_32_BITS and len(data.translate(None, _BEYOND_CODES)) == len(data)


def count(data: bytes) -> int:
    """How many segments there are in what :func:`encode` wrote."""
    if data.startswith(PLAIN):
        return len(data) // 8
    end = data.find(END)
    return max(0, (len(data) if end < 0 else end) - 1)


def sql_count(packed: str) -> str:
    """The SQL that counts the segments in a column of bytes."""
    coded = f"max(0, coalesce(nullif(instr({packed}, x'{END:02x}'), 0), length({packed}) + 1) - 2)"
    return f"CASE WHEN substr({packed}, 1, 1) = x'{PLAIN.hex()}' THEN length({packed}) / 8 ELSE {coded} END"


def _with_escaped(codes: bytes, rest: bytes) -> tuple[Sequence[int], Sequence[int]]:
    """Steps and lengths of codes of which some are escapes, whose numbers are the ``rest``."""
    count = 2 * codes.count(ESCAPE)
    kind = {2 * count: "H", 4 * count: _NUMBER}.get(len(rest))
    if kind is None:
        raise ValueError("numbers of codes are missing, or left over")
    numbers = array(kind)
    numbers.frombytes(rest)
    _little_endian(numbers)
    steps, lengths = list(codes.translate(_STEPS)), array(_NUMBER, list(codes.translate(_LENGTHS)))
    at = -1
    for length, gap in zip(numbers[0::2], numbers[1::2], strict=True):
        at = codes.index(ESCAPE, at + 1)
        steps[at], lengths[at] = length + gap, length
    return steps, lengths[1:]


def _little_endian(numbers: array[int]) -> array[int]:
    """The numbers with their bytes swapped where the machine's order is another one."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
