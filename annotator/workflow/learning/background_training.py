"""Training in the background of the workbench, in a process of its own.

The workbench only counts and starts it.  The process gives way to everything else, holds the workspace's training
lock, and survives the workbench: what it makes is put into use whole or not at all.  After training it suggests anew
for the documents that come next; what curators decided stays as it is.

    python -m annotator.workflow.learning.background_training WORKSPACE CURATOR [--network]

Only with ``--network``, which stands for a setting of the person's, may the suggestions that it then makes come from a
server.  Each run has a log of its own, whose last line says what it is doing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from annotator.errors import AnnotatorError
from annotator.side_process import ended_by
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from annotator.suggest.protocol import Sent

EVERY = 3
"""Documents finished in one sitting after which a training starts."""
NEXT = 60
"""Documents, those that come next, for which suggestions are made anew."""
NICENESS = 15
LOGS = "background-*.log"
KEPT = 10
"""Logs of earlier runs that are kept."""
_ASKING = "asking "


class BackgroundTraining:
    """Starts a training after each few finished documents; with ``network`` it may ask servers what to suggest."""

    def __init__(self, root: Path, curator: str, every: int = EVERY, *, network: bool = False) -> None:
        self._command = [
            sys.executable,
            "-P",
            "-m",
            "annotator.workflow.learning.background_training",
            str(root.resolve()),
            curator,
        ]
        self._command += ["--network"] if network else []
        self._folder = root / "models" / "learned"
        self._every = every
        self._done = 0
        self._thread: Thread | None = None
        self._log: Path | None = None
        self._trouble = ""

    @property
    def under_way(self) -> bool:
        """Return whether a training that this one started has not ended yet."""
        return self._thread is not None and self._thread.is_alive()

    def state(self) -> str:
        """Return what is going on, in a few words: what is asked of whom, that a training runs, or that one died."""
        if not self.under_way:
            return self._trouble
        last = self.log().splitlines()[-1:]
        return last[0] if last and last[0].startswith(_ASKING) else "learning"

    def log(self) -> str:
        """Return what the latest run has said so far."""
        if self._log is None:
            return ""
        with suppress(OSError):
            return self._log.read_text(encoding="utf-8", errors="replace")
        return ""

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
        self._trouble = ""
        with suppress(OSError):
            how = ended_by(self.start().wait())
            if how:
                self._trouble = f"training ended{how}"
                assert self._log is not None
                with self._log.open("a", encoding="utf-8") as log:
                    log.write(f"the training was ended{how}\n")

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process, cut loose from this one and its terminal."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(self._folder.glob(LOGS))[: -KEPT or None]:
            old.unlink(missing_ok=True)
        self._log = self._folder / f"background-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}Z-{os.getpid()}.log"
        with self._log.open("xb") as log:
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


def work(workspace: Workspace, curator: str, *, network: bool = False) -> str:
    """Train if there is something new to learn, then suggest for what comes next; return what was done.

    A person who put no version into use, by ``models use none``, wants none: then nothing is done.
    """
    from annotator.suggest.learned import versions
    from annotator.workflow.learning.suggesting import suggest
    from annotator.workflow.learning.training import train
    from annotator.workflow.sent_texts import describe_sent

    if versions.is_pinned(workspace.models) and versions.chosen_version(workspace.models) == versions.NONE:
        return "no learned version is to be used"
    trained = train(workspace, override=False)
    if not trained.new:
        return f"version {trained.version} knows all of it"
    asking = _tell_of_asking if network else None
    report = suggest(workspace, next_documents(workspace, curator), asking=asking, by="background")
    sent = "".join(f"; sent to {describe_sent(host, one)}" for host, one in report.sent.items())
    return (
        f"version {trained.version} from {len(trained.card['documents'])} documents; {report.suggested} suggested for"
        + sent
    )


def _tell_of_asking(hosts: Sequence[str], sent: Mapping[str, Sent]) -> None:
    from annotator.workflow.sent_texts import describe_sent

    told = ", ".join(describe_sent(host, one) for host, one in sent.items()) or " and ".join(hosts)
    print(f"{_ASKING}{told}", flush=True)


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
    root, curator, *network = arguments
    with closing(Workspace(Path(root))) as workspace:
        try:
            print(work(workspace, curator, network=network == ["--network"]))
        except AnnotatorError as error:
            print(error)
            return error.exit_code
    return 0


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.exit(main(sys.argv[1:]))
