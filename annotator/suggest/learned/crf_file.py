"""Whether a file is a whole model of crfsuite's, before crfsuite opens it.

crfsuite maps a file and follows what stands in it, unchecked: one that was cut short by a full disk ends the process, a
crafted one makes it search for ever.  Everything that it follows is followed here first: the header, features, the two
hash tables of names, and which features labels and attributes refer to.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.errors import InputError
from annotator.inputs import read_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.int64]

LARGEST = 1 << 30
"""Bytes of the largest model that is opened."""

_HEADER = struct.Struct("<4sI4sIIIIIIIII")
_CHUNK = struct.Struct("<4sII")
_NAMES = struct.Struct("<4sIIIII")
_TABLES = 256
_BYTE_ORDER = 0x62445371
_HEAVIEST = 1e9
"""Training gives no weight near this; with sums that overflow, crfsuite follows a path of which there is none."""
_MOST_LABELS = 10_000
"""More labels than any scheme has; their square is how many transitions crfsuite makes room for."""


class _BrokenError(Exception):
    """What is wrong with a file."""


def attributes_of(path: Path) -> frozenset[str]:
    """The names of the attributes that a model has weights for.

    crfsuite's own way writes them into a temporary file, of which a full disk keeps only some.  Raises
    :class:`InputError` unless the file is a whole model, :class:`OSError` where it cannot be read.
    """
    try:
        return _Model(read_bytes(path, LARGEST)).attributes()
    except _BrokenError as error:
        raise InputError(
            f"{path}: no whole model of the tagger: {error}",
            "free some space if the disk is full; `annotator train` makes another, `annotator models use` chooses one",
        ) from None


class _Model:
    """The bytes of a model, and what its header says of them."""

    def __init__(self, data: bytes) -> None:
        import numpy as np

        self._np = np
        self._data = data
        self._bytes = np.frombuffer(data, dtype=np.uint8)

    def attributes(self) -> frozenset[str]:
        """Check everything, and return the names of the attributes."""
        if len(self._data) < _HEADER.size:
            raise _BrokenError(f"it has only {len(self._data)} bytes")
        magic, size, kind, version, _, labels, attributes, *offsets = _HEADER.unpack_from(self._data)
        if (magic, kind, version) != (b"lCRF", b"FOMC", 100):
            raise _BrokenError("it does not begin like one")
        if size != len(self._data):
            raise _BrokenError(f"it should have {size} bytes and has {len(self._data)}")
        if labels > _MOST_LABELS:
            raise _BrokenError(f"it names {labels} labels")
        features = self._features(offsets[0], labels)
        self._names(offsets[1], labels)
        named = self._names(offsets[2], attributes)
        self._references(offsets[3], b"LFRF", labels, features)
        self._references(offsets[4], b"AFRF", attributes, features)
        return frozenset(named)

    def _part(self, shape: struct.Struct, offset: int, name: bytes) -> list[Any]:
        """The numbers with which a part begins."""
        if offset + shape.size > len(self._data):
            raise _BrokenError("a part of it lies behind its end")
        magic, *numbers = shape.unpack_from(self._data, offset)
        if magic != name:
            raise _BrokenError(f"a part of it is not {name.decode()}")
        return numbers

    def _numbers(self, places: Array) -> Array:
        """The whole numbers at some places, which need not be aligned."""
        if len(places) and (places.min() < 0 or places.max() + 4 > len(self._data)):
            raise _BrokenError("it refers to what lies behind its end")
        columns = [self._bytes[places + i].astype(self._np.int64) << (8 * i) for i in range(4)]
        return self._np.asarray(sum(columns), dtype=self._np.int64).reshape(len(places))

    def _row(self, offset: int, count: int) -> Array:
        if offset + 4 * count > len(self._data):
            raise _BrokenError("it refers to what lies behind its end")
        return self._np.frombuffer(self._data, dtype="<u4", count=count, offset=offset).astype(self._np.int64)

    def _features(self, offset: int, labels: int) -> int:
        """Check the features; return how many there are."""
        np = self._np
        _, count = self._part(_CHUNK, offset, b"FEAT")
        start, kind = offset + _CHUNK.size, np.dtype([("what", "<u4", 3), ("weight", "<f8")])
        if start + count * kind.itemsize > len(self._data):
            raise _BrokenError("its features lie behind its end")
        features = np.frombuffer(self._data, dtype=kind, count=count, offset=start)
        if count and (features["what"][:, 2].max() >= labels or not (np.abs(features["weight"]) < _HEAVIEST).all()):
            raise _BrokenError("a feature of it speaks of no label, or has a weight that is none")
        return int(count)

    def _names(self, offset: int, count: int) -> list[str]:
        """The names in a table, once every search in it ends and finds a number below ``count``."""
        np = self._np
        size, one_way, order, backward, backward_offset = self._part(_NAMES, offset, b"CQDB")
        if one_way or order != _BYTE_ORDER or backward != count or offset + size > len(self._data):
            raise _BrokenError("a table of names is not whole")
        tables = self._row(offset + _NAMES.size, 2 * _TABLES).reshape(_TABLES, 2)
        records = [self._row(offset + backward_offset, count)]
        for at, buckets in tables[tables[:, 1] > 0]:
            places = self._row(offset + int(at), 2 * int(buckets))[1::2]
            if places.all():
                raise _BrokenError("a table of names has no end")
            records.append(places[places > 0])
        positions = np.concatenate(records)
        if len(positions) and (positions.min() < _NAMES.size or positions.max() + 8 > size):
            raise _BrokenError("a name lies outside of its table")
        numbers, lengths = self._numbers(offset + positions), self._numbers(offset + positions + 4)
        ends = positions + 8 + lengths
        if len(positions) and (numbers.max() >= count or lengths.min() < 1 or ends.max() > size):
            raise _BrokenError("a name lies outside of its table")
        if self._bytes[offset + ends - 1].any():
            raise _BrokenError("a name has no end")
        written = zip(offset + positions[:count] + 8, offset + ends[:count] - 1, strict=True)
        return [self._data[start:end].decode("utf-8", "replace") for start, end in written]

    def _references(self, offset: int, name: bytes, count: int, features: int) -> None:
        """Check which features each of ``count`` labels or attributes refers to."""
        np = self._np
        _, listed = self._part(_CHUNK, offset, name)
        if listed < count:
            raise _BrokenError("it lacks references to its features")
        places = self._row(offset + _CHUNK.size, count)
        lengths = self._numbers(places)
        total = int(lengths.sum())
        if total * 4 > len(self._data):
            raise _BrokenError("it refers to more features than it can hold")
        within = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        referred = self._numbers(np.repeat(places + 4, lengths) + 4 * within)
        if total and referred.max() >= features:
            raise _BrokenError("it refers to a feature that it does not hold")
