"""Starting a training in the background of the workbench, in a process of its own.

The workbench only counts finished documents, starts :mod:`annotator.workflow.learning.background_process` and reads its
log.  That process survives the workbench; the version that it trains is put into use whole or not at all.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from annotator.piped_process import child_environment, ending_signal
from annotator.workflow.learned_folder import learned_folder
from annotator.workflow.learning.background_process import ASKING
from annotator.workflow.learning.training import LEAST
from annotator.workflow.workspace import Workspace

DOCUMENTS_BETWEEN = 3
"""Documents finished in one sitting after which a training starts; the first one starts after two."""
LOGS = "background-*.log"
KEPT_LOGS = 10
"""Logs of earlier runs that are kept."""


class BackgroundTraining:
    """Starts a training after each few finished documents; with ``network`` it may ask servers for suggestions."""

    def __init__(self, root: Path, curator: str, every: int = DOCUMENTS_BETWEEN, *, network: bool = False) -> None:
        self._command = [
            sys.executable,
            "-P",
            "-m",
            "annotator.workflow.learning.background_process",
            str(root.resolve()),
            curator,
        ]
        self._command += ["--network"] if network else []
        self._workspace = Workspace(root)
        self._every = every
        self._finished = 0
        self._thread: Thread | None = None
        self._log: Path | None = None
        self._death = ""

    @property
    def under_way(self) -> bool:
        """Tell whether a training that this object started is still running."""
        return self._thread is not None and self._thread.is_alive()

    def state(self) -> str:
        """Say for the header of a screen which server is asked, that a training runs, or that the last one died."""
        if not self.under_way:
            return self._death
        last = self.log().splitlines()[-1:]
        return last[0] if last and last[0].startswith(ASKING) else "learning"

    def log(self) -> str:
        """The log of the latest run so far; empty before the first one, or where it cannot be read."""
        if self._log is None:
            return ""
        with suppress(OSError):
            return self._log.read_text(encoding="utf-8", errors="replace")
        return ""

    def document_done(self) -> None:
        """Count a finished document and start a training when it is time; returns at once either way."""
        self._finished += 1
        if self._finished >= self._awaited() and not self.under_way:
            self._finished = 0
            self._thread = Thread(target=self._run, name="training", daemon=True)
            self._thread.start()

    def _awaited(self) -> int:
        """How many finished documents a training waits for: as few as it takes while nothing was learned yet."""
        from annotator.suggest.learned.versions import chosen_version

        return self._every if chosen_version(learned_folder(self._workspace)) else min(LEAST, self._every)

    def _run(self) -> None:
        """Start the process and wait for its end, so that it leaves nothing behind in the process table.

        Where it cannot be started nothing is learned, which is no reason to disturb the curator.
        """
        self._death = ""
        with suppress(OSError):
            how = ending_signal(self.start().wait())
            if how:
                self._death = f"training ended{how}"
                assert self._log is not None
                with self._log.open("a", encoding="utf-8") as log:
                    log.write(f"the training was ended{how}\n")

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process, detached from this one and from its terminal."""
        folder = learned_folder(self._workspace)
        folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(folder.glob(LOGS))[: -KEPT_LOGS or None]:
            old.unlink(missing_ok=True)
        self._log = folder / f"background-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}Z-{os.getpid()}.log"
        with self._log.open("xb") as log:
            return subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=child_environment(),
            )
