"""Tokens and sentences as the database holds them, and as databases before schema 15 did."""

from __future__ import annotations

import sqlite3

from annotator import segment_codes
from annotator.errors import StoreError
from annotator.text import Segmentation

SINCE = 15
"""The schema from which on tokens and sentences have a table of their own, a byte for most of them."""
_UNREADABLE = bytes([segment_codes.END])
"""What stands for tokens that were unreadable already when the database was brought up to date."""


class StoredSegmentation(Segmentation):
    """Tokens or sentences of a text, by its digest, decoded when they are asked for: most exports never do.

    Raises :class:`StoreError` then when they are damaged.
    """

    _digest: str

    @classmethod
    def read(cls, packed: bytes, digest: str) -> StoredSegmentation:
        """Take what the database holds."""
        result = cls.of_codes(packed)
        result._digest = digest
        return result

    def _decode(self, codes: bytes) -> None:
        try:
            super()._decode(codes)
        except ValueError as error:
            raise StoreError(
                f"the tokens of text {self._digest[:12]} are damaged ({error})",
                "`annotator backup --list` shows the copies",
            ) from error


def read_segments(packed: bytes, digest: str) -> Segmentation:
    """Tokens or sentences of a text, by its digest; :class:`StoreError` when they are damaged."""
    segments = StoredSegmentation.read(packed, digest)
    if segments.codes is None:  # of segments that stand in one byte each, none can be damaged
        assert segments.starts is not None
    return segments


def read_pairs(packed: bytes) -> Segmentation:
    """Tokens or sentences as they were before: all starts, then all ends, 32 bits each; ``ValueError`` for others."""
    return Segmentation.unpack(segment_codes.PLAIN + packed)


def add_conversion(connection: sqlite3.Connection) -> None:
    """Let the migration to schema 15 write tokens anew: what is damaged stays damaged, which doctor tells."""

    def in_codes(packed: bytes) -> bytes:
        try:
            return read_pairs(packed).pack()
        except (ValueError, OverflowError):
            return _UNREADABLE

    connection.create_function("in_codes", 1, in_codes, deterministic=True)
