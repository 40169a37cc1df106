"""Values that wait until it is their turn, on disk where they are many, so that memory stays small."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Generic, TypeVar

from annotator.errors import StoreError

AnyValue = TypeVar("AnyValue")


_BYTES_IN_MEMORY = 1 << 22


class WaitingValues(Generic[AnyValue]):
    """Values in memory or, from some megabytes on, in a temporary file without a name, gone with the process.

    All are put before the first is taken; ``count`` is how many were put.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_BYTES_IN_MEMORY)  # noqa: SIM115 - closed by `close`
        self.count = 0

    def put(self, value: AnyValue) -> None:
        """Add a value that can be pickled; raise :class:`StoreError` where there is no room for it."""
        try:
            pickle.dump(value, self._file, protocol=pickle.HIGHEST_PROTOCOL)
            self._file.flush()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreError(
                f"{tempfile.gettempdir()}: {reason}", "free some space, or name a folder as TMPDIR"
            ) from error
        self.count += 1

    def take(self) -> Iterator[AnyValue]:
        """Yield the values in the order in which they were put."""
        self._file.seek(0)
        for _ in range(self.count):
            yield pickle.load(self._file)  # noqa: S301 - put there by this process

    def close(self) -> None:
        """Forget all of them."""
        with suppress(OSError):  # what there was no room for, it would try to write again
            self._file.close()
