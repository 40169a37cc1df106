"""Running pieces of the program in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack

from tests.repository import TOP

PATIENCE = 60  # seconds until a process counts as stuck


def environment(**more: str) -> dict[str, str]:
    """Return an environment without the user's settings, in which the package and the tests can be imported."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANNOTATOR_", "PYTHON"))}
    return {**kept, "PYTHONPATH": str(TOP), "PYTHONDONTWRITEBYTECODE": "1", **more}


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Start Python on a script; its output can be read, and its input written, line by line."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def finish(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Wait for a process that must end well; return what it wrote."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    assert process.returncode == 0, err
    return out, err


def killed(script: str, root: object, seed: int, steps: int) -> tuple[int, str]:
    """Let a script work on a workspace, kill it without warning after some steps; return the last it acknowledged.

    The script says ``open``, then after each step the length of its layer's history and the last hash in it.
    """
    with ExitStack() as stack:
        process = stack.enter_context(start(script, root, seed))
        stack.callback(process.kill)
        assert process.stdout is not None
        last = ""
        for _ in range(steps + 1):
            last = process.stdout.readline()
        process.kill()
        rest = process.stdout.readlines()
    whole = [line for line in [last, *rest] if line.endswith("\n") and line != "open\n"]
    length, head = whole[-1].split() if whole else ("0", "")
    return int(length), head


def together(script: str, *arguments: tuple[object, ...]) -> list[str]:
    """Run a script once for each tuple of arguments, all let go at one moment; return what each wrote.

    Each process says a line when it is ready and waits for one on its standard input.
    """
    with ExitStack() as stack:
        processes = [stack.enter_context(start(_GATE + script, *given)) for given in arguments]
        for process in processes:
            stack.callback(process.kill)
            assert process.stdout is not None
            process.stdout.readline()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return [finish(process)[0] for process in processes]


_GATE = """\
import sys
import tests.workspaces
print("ready", flush=True)
sys.stdin.readline()
"""
