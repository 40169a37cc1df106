"""Training in the background of the workbench, in a process of its own.

The workbench only counts and starts it.  The process gives way to everything else, holds the workspace's training
lock, and survives the workbench: what it makes is put into use whole or not at all.  After training it suggests anew
for the documents that come next; what curators decided stays as it is.

    python -m annotator.workflow.background WORKSPACE CURATOR
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread

from annotator.errors import AnnotatorError
from annotator.workflow.workspace import Workspace

EVERY = 3
"""Documents finished in one sitting after which a training starts."""
NEXT = 60
"""Documents, those that come next, for which suggestions are made anew."""
NICENESS = 15
LOG = "background.log"


class BackgroundTraining:
    """Starts a training after each few finished documents."""

    def __init__(self, root: Path, curator: str, every: int = EVERY) -> None:
        self._command = [sys.executable, "-P", "-m", "annotator.workflow.background", str(root.resolve()), curator]
        self._log = root / "models" / "learned" / LOG
        self._every = every
        self._done = 0
        self._thread: Thread | None = None

    @property
    def under_way(self) -> bool:
        """Return whether a training that this one started has not ended yet."""
        return self._thread is not None and self._thread.is_alive()

    def document_done(self) -> None:
        """Count a finished document; return at once, also when a training starts."""
        self._done += 1
        if self._done >= self._every and not self.under_way:
            self._done = 0
            self._thread = Thread(target=self._run, name="training", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        """Start the process and wait for its end, so that it leaves nothing behind in the process table.

        Where it cannot be started, nothing is learned, and that is no matter for the screen.
        """
        with suppress(OSError):
            self.start().wait()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process, cut loose from this one and its terminal."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            return subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ
                | {
                    "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
                    "OMP_NUM_THREADS": "1",
                    "OPENBLAS_NUM_THREADS": "1",
                },
            )


def work(workspace: Workspace, curator: str) -> str:
    """Train if there is something new to learn, then suggest for what comes next; return what was done.

    A person who put no version into use, by ``models use none``, wants none: then nothing is done.
    """
    from annotator.suggest import learned
    from annotator.workflow.suggesting import suggest
    from annotator.workflow.training import train

    if learned.is_pinned(workspace.models) and learned.chosen_version(workspace.models) == learned.NONE:
        return "no learned version is to be used"
    trained = train(workspace, override=False)
    if not trained.new:
        return f"version {trained.version} knows all of it"
    report = suggest(workspace, next_documents(workspace, curator))
    return (
        f"version {trained.version} from {len(trained.card['documents'])} documents; {report.suggested} suggested for"
    )


def next_documents(workspace: Workspace, curator: str) -> list[str]:
    """Return the documents that a curator is to open next, without the one that is open."""
    from annotator.workflow.desk import Desk, QueueFilter

    desk = Desk(workspace, curator)
    at = desk.resume()
    found: list[str] = []
    key = desk.queue.next_open(QueueFilter(mine=desk.mine), at)
    while key is not None and key not in found and len(found) < NEXT:
        found.append(key)
        key = desk.queue.next_open(QueueFilter(mine=desk.mine), key)
    return [key for key in found if key != at]


def main(arguments: list[str]) -> int:
    """Do the work at a low priority; say in the log what became of it."""
    root, curator = arguments
    with closing(Workspace(Path(root))) as workspace:
        try:
            print(work(workspace, curator))
        except AnnotatorError as error:
            print(error)
            return error.exit_code
    return 0


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.exit(main(sys.argv[1:]))
