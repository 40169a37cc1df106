"""Servers of programs: started on 127.0.0.1 on a free port, waited for, and ended in every case."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tools.interop.environment import InteropError

STARTING, ENDING = 600, 15
"""The most seconds until a server answers, and until it is ended by force."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def process(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> Iterator[Callable[[], None]]:
    """Run a command, with what it starts, until the end of the block; yield a check that it has not ended by itself.

    What it says goes into a log in the folder, which is its home as well.
    """
    log = folder / f"{Path(command[0]).name}-{len(list(folder.iterdir()))}.log"
    with log.open("wb") as stream:
        running = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "HOME": str(folder), **variables},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )

    def check() -> None:
        if running.poll() is not None:
            lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise InteropError(f"the server ended by itself: {lines[-1] if lines else running.returncode}")

    try:
        yield check
    finally:
        _end(running)


def _end(running: subprocess.Popen[bytes]) -> None:
    """End a process and all of its group, gently first."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(running.pid, number)
            running.wait(ENDING)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def wait_for(address: str, check: Callable[[], None]) -> None:
    """Wait until a server answers, if only that one has to log in."""
    end = time.monotonic() + STARTING
    while time.monotonic() < end:
        check()
        try:
            if httpx.get(address, timeout=5, trust_env=False).status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise InteropError(f"the server did not answer within {STARTING} seconds")


def answer(response: httpx.Response) -> httpx.Response:
    """Return a response; :class:`InteropError` says what the server had against the request."""
    if response.is_error:
        raise InteropError(f"{response.request.url.path}: {response.status_code} {response.text[:200]}")
    return response
