"""Handles signals, so that whatever ends or stops the workbench leaves the terminal usable."""

from __future__ import annotations

import asyncio
import os
import resource
import select
import signal
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from textual.app import App
from textual.driver import Driver

TERMINATING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
_INPUT, _OUTPUT = 0, 2
"""The file descriptors that Textual reads from and writes to."""
GRACE_SECONDS = 2.0
"""Seconds for the workbench to close in order; then it is ended.  What was acknowledged is on the disk already."""
RESTORE_TERMINAL = (
    "\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1016l\x1b[?1006l\x1b[<u\x1b[?1049l"
    "\x1b[?25h\x1b[?1004l"
)
"""Escape sequences that undo every mode that Textual sets in a terminal."""


class Signals:
    """Ends, suspends and resumes the workbench on signals; ``ended_by`` is the signal that ended it."""

    def __init__(self, app: App[None]) -> None:
        self.ended_by: signal.Signals | None = None
        self._app = app
        self._terminal_modes = _terminal_modes()
        self._suspended = False
        self._loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Handle the terminating signals within the block, and restore the former handlers after it."""
        former = {number: signal.signal(number, self._end) for number in TERMINATING}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def start(self) -> None:
        """Take over suspending and resuming from Textual, once it has set up the terminal.

        After ``SIGSTOP``, Textual would set the terminal up a second time, lose every other key, and on leaving restore
        its own settings instead of the terminal's.
        """
        self._loop = asyncio.get_running_loop()
        if self._app._driver is not None and self._app._driver.can_suspend:
            signal.signal(signal.SIGTSTP, self._suspend)
            signal.signal(signal.SIGCONT, self._resume)
            threading.Thread(target=_await_hangup, name="hangup", daemon=True).start()

    def end_process(self) -> None:
        """End the process by the signal that ended the workbench, so that its exit status says so."""
        if self.ended_by is not None:
            self._tell()
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # SIGQUIT would write articles into a core file
            signal.signal(self.ended_by, signal.SIG_DFL)
            os.kill(os.getpid(), self.ended_by)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        if self.ended_by is not None:
            return
        self.ended_by = signal.Signals(number)
        if self._suspended:  # the terminal is the shell's already, and is not to be touched
            self.end_process()
        timer = threading.Timer(GRACE_SECONDS, self._end_now)
        timer.daemon = True
        timer.start()
        if self._loop is None:
            self._end_now()
        else:
            self._loop.call_soon_threadsafe(self._app.call_later, self._app.action_quit)

    def _tell(self) -> None:
        """Say what happened, unless the terminal is somebody else's by now, or gone."""
        if not self._suspended and self.ended_by is not None:
            with suppress(OSError):
                line = f"annotator: ended by {self.ended_by.name}; what you confirmed is stored\n"
                os.write(_OUTPUT, line.encode())

    def _end_now(self) -> None:
        """Restore the terminal without Textual, and exit with the status that shells give to the signal."""
        with suppress(OSError, ValueError, termios.error):
            if self._terminal_modes is not None:
                termios.tcsetattr(_INPUT, termios.TCSANOW, self._terminal_modes)
            os.write(_OUTPUT, RESTORE_TERMINAL.encode())
        self._tell()
        assert self.ended_by is not None
        os._exit(128 + self.ended_by)

    @property
    def _driver(self) -> Driver:
        driver = self._app._driver
        assert driver is not None
        return driver

    def suspend(self) -> None:
        """Stop until the shell goes on with this, together with what started it: a script, ``make``.

        The terminal is restored first, since whoever waits for one of them has it from then on.
        """
        if self._driver.can_suspend:
            self._leave_terminal()
            os.killpg(os.getpgrp(), signal.SIGTSTP)

    def _leave_terminal(self) -> None:
        if not self._suspended:
            self._driver.suspend_application_mode()
            self._suspended = True

    def _suspend(self, _number: int, _frame: FrameType | None) -> None:
        self._leave_terminal()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _resume(self, _number: int, _frame: FrameType | None) -> None:
        """Set the terminal up again, for whoever had it may have changed it; stop where it is not ours (``bg``)."""
        if self._suspended and self.ended_by is not None:
            return  # it came while the process was ending, with the terminal as it was before
        with suppress(OSError):
            if os.tcgetpgrp(_INPUT) != os.getpgrp():
                if self.ended_by is None:
                    os.kill(os.getpid(), signal.SIGSTOP)
                return
        if not self._suspended:
            self._driver.suspend_application_mode()
        self._suspended = False
        self._driver.resume_application_mode()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._app.call_later, self._repaint)

    def _repaint(self) -> None:
        """Paint the whole screen, since the terminal may show anything now."""
        self._app.screen.refresh(layout=True)
        for widget in self._app.screen.walk_children():
            widget.refresh()


def _await_hangup() -> None:
    """Wait until the terminal is gone, and see to it that the process learns of it.

    The system sends the signal only to the session of the terminal.  Whoever is in another one reads the end of input,
    which Textual goes on reading without a pause.
    """
    with suppress(OSError):
        terminal = select.poll()
        terminal.register(_INPUT, 0)  # no input: what is left is the end
        if any(event & select.POLLHUP for _, event in terminal.poll()):
            os.kill(os.getpid(), signal.SIGHUP)


def _terminal_modes() -> list[Any] | None:
    try:
        return termios.tcgetattr(_INPUT)
    except (OSError, ValueError, termios.error):
        return None
