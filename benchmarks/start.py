"""How long the program takes to start: to the first frame in a real terminal, ``--help``, ``status``, ``export``.

So does the import with which a script in Python begins.

python -m benchmarks.start

The yardsticks are importing Textual and importing Typer, in the same run.  Everything takes turns, so that whatever
else the machine does disturbs all alike; the commands are measured in seconds of the processor, the first frame in
those of the wall.  Python may write bytecode, as it does for whoever uses the program a second time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.report import annotator, heading, line
from tools.terminal import Terminal

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
RUNS = 9
COMMAND_BUDGET, FRAME_BUDGET = 2.0, 2.2
"""How often the time to import Typer, and Textual."""


def first_frame(workspace: Path, document: str | None) -> float:
    """Return the seconds until the screen shows what it is to show."""
    start = time.perf_counter()
    terminal = Terminal(annotator("-w", str(workspace), "annotate", *([document] if document else [])), timeout=60)
    terminal.wait("0/5 done" if document else "shown: all")
    taken = time.perf_counter() - start
    terminal.kill()
    return taken


def elapsed(command: Sequence[str]) -> float:
    """Return the seconds of the wall that a command takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def processor(command: Sequence[str]) -> float:
    """Return the seconds of the processor that a command takes."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def in_turns(actions: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Return the median of what each action measures, all taking turns, after a round that does not count."""
    rounds = [{name: action() for name, action in actions.items()} for _ in range(RUNS + 1)][1:]
    return {name: statistics.median(one[name] for one in rounds) for name in actions}


def main() -> int:
    """Measure and print."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    heading("start")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "w"
        for arguments in (["init", str(workspace)], ["-w", str(workspace), "ingest", str(SEEDS)],
                          ["-w", str(workspace), "suggest"]):  # fmt: skip
            subprocess.run(annotator(*arguments), check=True, stderr=subprocess.DEVNULL)
        key = min(path.stem for path in SEEDS.glob("*.txt"))
        bare = [sys.executable, "-c"]
        within_workspace = partial(annotator, "-w", str(workspace))
        commands = {
            "python -c pass": [*bare, "pass"],
            "import typer": [*bare, "import typer"],
            "import annotator.api": [*bare, "import annotator.api"],
            "--help": annotator("--help"),
            "status": within_workspace("status"),
            "export jsonl --layer suggestions": within_workspace("export", "jsonl", "--layer", "suggestions"),
        }
        taken = in_turns({name: partial(processor, command) for name, command in commands.items()})
        frames = in_turns({
            "import textual.app": partial(elapsed, [*bare, "import textual.app"]),
            "annotate: queue, to first frame": partial(first_frame, workspace, None),
            "annotate DOC, to first frame": partial(first_frame, workspace, key),
        })  # fmt: skip
    within = [
        _against(taken, "import typer", COMMAND_BUDGET, "s CPU"),
        _against(frames, "import textual.app", FRAME_BUDGET, "s"),
    ]
    return 0 if all(within) else 1


def _against(taken: Mapping[str, float], yardstick: str, times: float, unit: str) -> bool:
    """Print times with a yardstick's as budget; return whether all are within."""
    bare = ("python -c pass", yardstick)
    for name in bare:
        if name in taken:
            line(f"bare: {name}", taken[name], None, unit)
    within = [line(n, t, times * taken[yardstick], unit) for n, t in taken.items() if n not in bare]
    return all(within)


if __name__ == "__main__":
    sys.exit(main())
