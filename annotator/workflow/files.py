"""Writing files that are whole or not there, and working through many."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from annotator.errors import WorkflowError


@contextmanager
def writing(path: Path | None, otherwise: BinaryIO) -> Iterator[BinaryIO]:
    """Yield a stream that becomes the file at ``path`` when the block ends well; ``otherwise`` without a path.

    A file of that name stays as it was until then; a link stays a link; a device or a pipe is written to directly.
    Raises :class:`WorkflowError` when the folder cannot be written.
    """
    if path is None:
        try:
            yield otherwise
            otherwise.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise WorkflowError(f"standard output: {reason}", "name a file with -o, or free some space") from error
        return
    path = path.resolve()
    if path.exists() and not path.is_file() and not path.is_dir():
        try:
            with path.open("wb") as stream:
                yield stream
        except OSError as error:
            raise _unwritable(path, error) from error
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _unwritable(path, error) from error
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.chmod(0o666 & ~umask())
        partial.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector out of the way of work that makes many objects and no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def quick_turns() -> Iterator[None]:
    """Let threads that wait for Python's lock have it after a tenth of a millisecond, not after five.

    For work whose threads mostly wait for SQLite or a pipe, and need the lock only for a moment in between.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def umask() -> int:
    """Return the process's file mode mask."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(path: Path, error: OSError) -> WorkflowError:
    reason = (error.strerror or str(error)).lower()
    return WorkflowError(f"{path}: {reason}", "nothing was written there; choose another path or free some space")
