"""The driver for a terminal: hands each key on in one hop of the event loop."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message


class QuickDriver(LinuxDriver):
    """Posts what the terminal sends to the app at once; Textual starts a task for each message, which posts it."""

    def send_message(self, message: Message) -> None:
        """Post a message from the thread that reads the terminal."""
        self._loop.call_soon_threadsafe(self._app.post_message, message)
