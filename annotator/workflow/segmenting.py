"""Making documents of many articles on a second core, while the first one reads and writes.

Tokens and sentences take a third of an import.  The worker is an ordinary subprocess of this Python that talks over its
own pipes, as in :mod:`annotator.suggest.workers`; where it cannot be started, or ends, documents are made here.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import struct
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from annotator.corpus import Article, build_document
from annotator.text import Document, Segmentation

Made = list[tuple[str, str, bytes, bytes]]
"""Language, title, tokens and sentences of each article."""

_LENGTH = struct.Struct("<Q")


class Segmenter:
    """Makes documents of batches of articles; ``languages`` are the workspace's.

    The worker is started for the first batch of at least ``least`` articles: a small import does not wait for it.
    """

    def __init__(self, languages: tuple[str, ...], least: int = 200) -> None:
        self._languages = languages
        self._least = least if (os.cpu_count() or 1) > 1 else sys.maxsize
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = ThreadPoolExecutor(1)

    def begin(self, articles: Sequence[Article]) -> Future[list[Document]]:
        """Start making documents; the result gives them in order."""
        if len(articles) < self._least and self._process is None:
            done: Future[list[Document]] = Future()
            done.set_result(self._here(articles))
            return done
        return self._thread.submit(self._ask, articles)

    def close(self) -> None:
        """End the worker."""
        process = self._process
        if process is not None:
            process.kill()  # so that a thread that waits for it is told
        self._thread.shutdown(cancel_futures=True)
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        process.wait()

    def _here(self, articles: Sequence[Article]) -> list[Document]:
        return [build_document(article, self._languages) for article in articles]

    def _ask(self, articles: Sequence[Article]) -> list[Document]:
        try:
            made = self._exchange([(article.text, article.title, article.lang) for article in articles])
        except (OSError, EOFError, pickle.UnpicklingError):
            self._least = sys.maxsize
            self._end()
            return self._here(articles)
        return [
            Document(a.key, a.text, lang, title, Segmentation.unpack(tokens), Segmentation.unpack(sentences), a.meta)
            for a, (lang, title, tokens, sentences) in zip(articles, made, strict=True)
        ]

    def _exchange(self, texts: list[tuple[str, str | None, str | None]]) -> Made:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "annotator.workflow.segmenting"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
            )
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    _widen(pipe)
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        _send(stdin, (self._languages, texts))
        made: Made = _receive(stdout)
        return made


def serve(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """Answer batches until there are no more."""
    while True:
        try:
            languages, texts = _receive(stdin)
        except EOFError:
            return
        _send(stdout, [_made(languages, *text) for text in texts])


def _send(pipe: IO[bytes], value: object) -> None:
    """Write a value with its length in front, so that both sides move it in few pieces.

    Between pieces a thread waits for Python's lock, while whoever holds it computes.
    """
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    return pickle.loads(pipe.read(*_LENGTH.unpack(head)))  # noqa: S301 - from our own process


def _widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold as much as a batch takes, where the system can."""
    with suppress(AttributeError, OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)


def _made(languages: tuple[str, ...], text: str, title: str | None, lang: str | None) -> tuple[Any, ...]:
    document = build_document(Article("", text, title, lang), languages)
    return document.lang, document.title, document.tokens.pack(), document.sentences.pack()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
