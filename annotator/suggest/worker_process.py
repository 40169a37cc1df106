"""The program of one worker process, which :mod:`annotator.suggest.workers` starts."""

from __future__ import annotations

from contextlib import suppress

from annotator.errors import AnnotatorError
from annotator.piped_process import pipes_to_parent, receive, send
from annotator.suggest.pipeline import build_from


def main() -> None:
    """Receive what the pipeline is built from, then lists of documents; send back their layers, or the error raised."""
    source, sink = pipes_to_parent()
    with suppress(EOFError):
        pipeline = build_from(receive(source))
        while True:
            documents = receive(source)
            try:
                send(sink, list(pipeline.suggest(documents)))
            except AnnotatorError as error:
                send(sink, error)


if __name__ == "__main__":
    main()
