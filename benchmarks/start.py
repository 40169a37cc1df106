"""How long the program takes to start: to the first frame in a real terminal, ``--help``, ``status``, ``export``.

python -m benchmarks.start
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import annotator, heading, line, wall
from tools.terminal import Terminal

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
RUNS = 7


def first_frame(workspace: Path, *, document: str | None) -> float:
    """Return the median seconds until the screen shows what it is to show."""
    times = []
    shown = "0/5 done" if document else "shown: all"
    for run in range(RUNS + 1):
        start = time.perf_counter()
        command = annotator("-w", str(workspace), "annotate", *([document] if document else []))
        terminal = Terminal(command)
        terminal.wait(shown)
        if run:
            times.append(time.perf_counter() - start)
        terminal.kill()
    return statistics.median(times)


def main() -> int:
    """Measure and print."""
    heading("start")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "w"
        for arguments in (["init", str(workspace)], ["-w", str(workspace), "ingest", str(SEEDS)],
                          ["-w", str(workspace), "suggest"]):  # fmt: skip
            subprocess.run(annotator(*arguments), check=True, stderr=subprocess.DEVNULL)
        key = min(path.stem for path in SEEDS.glob("*.txt"))
        floor = wall([sys.executable, "-c", "pass"])
        textual = wall([sys.executable, "-c", "import textual.app"])
        within = [
            line("annotate: queue, to first frame", first_frame(workspace, document=None), 0.6, "s"),
            line("annotate DOC, to first frame", first_frame(workspace, document=key), 0.6, "s"),
            line("--help", wall(annotator("--help")), 0.25, "s"),
            line("status", wall(annotator("-w", str(workspace), "status")), 0.25, "s"),
            line(
                "export jsonl --layer suggestions",
                wall(annotator("-w", str(workspace), "export", "jsonl", "--layer", "suggestions")),
                0.25,
                "s",
            ),
        ]
        line("bare: python -c pass", floor, None, "s")
        line("bare: import textual.app", textual, None, "s")
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
