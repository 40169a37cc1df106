"""The driver for a terminal: the event loop itself reads what is typed, and hands it on in one hop."""

from __future__ import annotations

import os
import select
from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Iterable

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

AT_ONCE = 4096
"""Bytes that are read at once."""
ESCAPE_DELAY = constants.ESCAPE_DELAY + 0.001
"""Seconds after which an escape was the key, not the beginning of what another key sends."""
PASTE, END_OF_PASTE = "\x1b[200~", "\x1b[201~"
"""What a terminal sends before and after what is pasted."""


class QuickDriver(LinuxDriver):
    """Reads the terminal in the event loop, and posts what it sends to the app at once.

    Textual reads in a thread, which starts a task in the event loop for each message: a key waits until both have woken
    up and had Python's lock, one after the other.  And it takes for keys what follows an escape in what is pasted.
    """

    _parser: XTermParser
    _decoder: IncrementalDecoder
    _pasted: str | None
    """What came of a paste that has not ended."""

    def start_application_mode(self) -> None:
        """Set the terminal up, and begin to read."""
        former = self._key_thread
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._key_thread is not former:  # else the terminal is another process's now
            self._parser = XTermParser(self._debug)
            self._decoder = getincrementaldecoder("utf-8")("replace")
            self._pasted = None
            self._loop.add_reader(self.fileno, self._read)

    def run_input_thread(self) -> None:
        """Do nothing: the thread that Textual starts to read is not needed."""

    def disable_input(self) -> None:
        """Stop reading, and drop what was typed and not read."""
        self._stop_reading()
        super().disable_input()

    def has_input(self) -> bool:
        """Whether something was typed that is not read yet."""
        return bool(select.select([self.fileno], [], [], 0)[0])

    def send_message(self, message: Message) -> None:
        """Post a message."""
        self._app.post_message(message)

    def _read(self) -> None:
        """Read what the terminal sent; at its end, which :mod:`annotator.tui.signals` is told of too, nothing more."""
        try:
            data = os.read(self.fileno, AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            self._stop_reading()
            self._app.panic()
            return
        if not data:
            self._stop_reading()
        elif text := self._decoder.decode(data):  # none while a letter is not whole
            self._take(text)
            self._loop.call_later(ESCAPE_DELAY, self._end_escape)

    def _take(self, text: str) -> None:
        """Take what was typed and what was pasted, one after the other."""
        while text:
            if self._pasted is None:
                typed, begin, text = text.partition(PASTE)
                if typed:
                    self._process(self._parser.feed(typed))
                if begin:
                    self._pasted = ""
            else:
                pasted, end, text = (self._pasted + text).partition(END_OF_PASTE)
                self._pasted = None if end else pasted
                if end:
                    self._process([events.Paste(pasted.replace("\x00", ""))])

    def _end_escape(self) -> None:
        """Take an escape that nothing followed in time for the key."""
        self._process(self._parser.tick())

    def _process(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _stop_reading(self) -> None:
        if not self._loop.is_closed():
            self._loop.remove_reader(self.fileno)
