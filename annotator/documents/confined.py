"""Reading documents in another process, which may neither use the network nor more time and memory than it should.

Files that others made can bring a library to hang, to use all memory, or to die: then one line names the file.
"""

from __future__ import annotations

import math
import pickle
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from annotator.documents.extract import Extract, ExtractOptions
from annotator.documents.kinds import Kind
from annotator.errors import InputError
from annotator.piped_process import PipedProcess, ending_signal, pipes_to_parent

SECONDS = 300
"""Processor time that one file may take."""
MEMORY = 2 << 30
"""Bytes that the process may have."""


class ConfinedReader:
    """Reads documents in a process of its own, which is started for the first one, and anew where it ended."""

    def __init__(self) -> None:
        self._process: PipedProcess | None = None

    def read(self, path: Path, name: str, kind: Kind, options: ExtractOptions) -> Iterator[Extract]:
        """Yield what a reader takes out of a file; raises :class:`InputError` as it does, or where it never ends."""
        process = self._process = self._process or PipedProcess(__name__)
        finished = False
        try:
            process.pipes.send((kind, path, name, options))
            while (answer := process.pipes.receive()) is not None:
                if isinstance(answer, InputError):
                    finished = True
                    raise answer
                yield answer
            finished = True
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise InputError(f"{name}: {self._reason(process.kill())}", "leave it out, or save it again") from error
        finally:
            if not finished:
                self.close()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.pipes.close()

    @staticmethod
    def _reason(returncode: int) -> str:
        if returncode == -signal.SIGXCPU:
            return f"reading it takes more than {SECONDS} s"
        return f"reading it ended the process that reads{ending_signal(returncode)}"


def forbid_network(event: str, _arguments: tuple[object, ...]) -> None:
    """Raise :class:`PermissionError` where Python is about to use a network; hears of all that it does."""
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind", "urllib.Request"):
        raise PermissionError(f"no network here ({event})")


def _limit(what: int, most: int) -> None:
    with suppress(ValueError, OSError):  # a system that has no such limit
        resource.setrlimit(what, (most, resource.getrlimit(what)[1]))


def read_here(kind: Kind, path: Path, name: str, options: ExtractOptions) -> Iterator[Extract | InputError]:
    """Read a file in this process; an error, whatever it is, comes last."""
    try:
        yield from kind.load()(path, name, options)
    except InputError as error:
        yield error
    except OSError as error:
        yield InputError(f"{name}: cannot be read: {error.strerror or error}", "check its permissions")
    except (MemoryError, RecursionError) as error:
        much = "more memory than it may have" if isinstance(error, MemoryError) else "deeper than can be read"
        yield InputError(f"{name}: {much} to be read", "leave it out, or save it as text")
    except Exception as error:  # noqa: BLE001 - libraries meet what their authors did not foresee
        yield InputError(f"{name}: cannot be read ({type(error).__name__})", "leave it out, or save it again")


def main() -> None:
    """Read the files that the parent names, until it closes the pipe."""
    parent = pipes_to_parent()
    sys.addaudithook(forbid_network)
    _limit(resource.RLIMIT_AS, MEMORY)
    with suppress(EOFError, BrokenPipeError):
        while True:
            kind, path, name, options = parent.receive()
            used = resource.getrusage(resource.RUSAGE_SELF)
            _limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime) + SECONDS)
            for answer in read_here(kind, path, name, options):
                parent.send(answer)
                if isinstance(answer, InputError):
                    break
            else:
                parent.send(None)


if __name__ == "__main__":
    main()
