"""Takes the pictures of README and docs from the running program.

make screenshots
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.picture import save
from tools.terminal import Terminal

TOP = Path(__file__).resolve().parent.parent
IMAGES = TOP / "docs" / "images"
ENVIRONMENT = {"ANNOTATOR_CURATOR": "ana"}


def annotator(*arguments: str) -> list[str]:
    """Return the command line of this checkout's annotator."""
    return [sys.executable, "-m", "annotator", *arguments]


@contextmanager
def sample_workspace() -> Iterator[Path]:
    """Yield a new workspace with the sample articles, suggestions and the models of this checkout."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "news"
        subprocess.run(annotator("init", str(workspace)), check=True, stderr=subprocess.DEVNULL)
        if (TOP / "models").is_dir():
            (workspace / "models").rmdir()
            (workspace / "models").symlink_to(TOP / "models")
        for arguments in (("ingest", str(TOP / "seeds")), ("suggest",)):
            command = annotator("-w", str(workspace), *arguments)
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL, env=None)
        yield workspace


def open_workbench(workspace: Path, *arguments: str, columns: int, lines: int, **env: str) -> Terminal:
    """Return a terminal with the workbench in it."""
    command = annotator("-w", str(workspace), "annotate", *arguments)
    return Terminal(command, columns=columns, lines=lines, cwd=TOP, env={**ENVIRONMENT, **env})


def main() -> int:
    """Take every picture."""
    with sample_workspace() as workspace:
        terminal = open_workbench(workspace, "002_e843446c8cb880ce", columns=120, lines=30)
        terminal.wait("0/5 done")
        terminal.press(*"aaaaaaa")
        terminal.settle()
        save(terminal.screen, IMAGES / "workbench.svg")
        terminal.press("?")
        terminal.settle()
        save(terminal.screen, IMAGES / "help.svg")
        terminal.press("escape")
        terminal.settle(0.4)
        terminal.press("Q")
        terminal.wait("shown: all")
        terminal.settle()
        save(terminal.screen, IMAGES / "queue.svg")
        terminal.press("q")
        terminal.close()
    print(f"pictures are in {IMAGES.relative_to(TOP)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
