"""The program of worker processes, which :mod:`annotator.suggest.workers` starts."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress

from annotator.errors import AnnotatorError
from annotator.piped_process import Pipes, pipes_to_parent
from annotator.suggest.pipeline import SuggestionPipeline, build_from


def main(ends: list[str]) -> None:
    """Receive what the pipeline is built from and a document of each language, then serve lists of documents.

    With numbers of the ends of further pipes, a source and a sink each, as many forks of this process serve by them, so
    that the models are loaded once; this one only waits for them.
    """
    pipes = pipes_to_parent()
    with suppress(EOFError):
        settings, samples = pipes.receive()
        pipeline = build_from(settings)
        if ends:
            with suppress(AnnotatorError):  # whoever needs what cannot be loaded says so
                list(pipeline.suggest(samples))
            numbers = list(map(int, ends))
            pipes = _forked(list(zip(numbers[::2], numbers[1::2], strict=True)))
        _serve(pipeline, pipes)
    os._exit(0)  # at once: to take apart what was loaded is work, and copies what forks share


def _serve(pipeline: SuggestionPipeline, pipes: Pipes) -> None:
    """Send back the layers of each list of documents, or the error raised."""
    while True:
        documents = pipes.receive()
        try:
            pipes.send(list(pipeline.suggest(documents)))
        except AnnotatorError as error:
            pipes.send(error)


def _forked(ends: list[tuple[int, int]]) -> Pipes:
    """Fork once for each pair of ends, and return in the forks with theirs.

    This process never returns: it ends with the last fork, or as soon as one fails.
    """
    gc.freeze()  # a collection would write to, and so copy, what the forks share
    forks = set()
    for own in ends:
        fork = os.fork()
        if not fork:
            _close(pair for pair in ends if pair != own)
            return Pipes.of(*own)
        forks.add(fork)
    _close(ends)
    while forks:
        fork, status = os.wait()
        forks.remove(fork)
        if status:
            _end_like(status, forks)
    os._exit(0)


def _end_like(status: int, others: Iterable[int]) -> None:
    """End other forks, then this process as one fork did, by which whoever started it learns of that."""
    for fork in others:
        os.kill(fork, signal.SIGKILL)
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def _close(ends: Iterable[tuple[int, int]]) -> None:
    for pair in ends:
        for end in pair:
            os.close(end)


if __name__ == "__main__":
    main(sys.argv[1:])
