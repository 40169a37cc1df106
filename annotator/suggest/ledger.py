"""The ledger of what leaves the machine: to whom texts are sent, how often and how much, written before they are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from annotator.errors import WorkflowError
from annotator.history import utc_now
from annotator.suggest.protocol import Sent

_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class Entry(msgspec.Struct):
    """A part of what is sent to a host about a document, by ``suggest`` or in the ``background``.

    A request is one entry, what its answer took is another one with no requests, and one that reached nobody is taken
    back by an entry with negative numbers: so they add up to what was sent, and at no time to less.
    """

    at: str
    host: str
    by: str
    requests: int
    documents: int
    bytes: int
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    currency: str = ""
    document: str = ""

    @property
    def sent(self) -> Sent:
        """The amount."""
        tokens = self.input_tokens, self.output_tokens
        return Sent(self.requests, self.documents, self.bytes, *tokens, self.cost, self.currency)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A file of entries as lines of JSON, and ``by`` whom they are; can be pickled, for processes that send, too."""

    path: Path
    by: str

    def check(self) -> None:
        """Raise :class:`WorkflowError` where it cannot be written, before anything is sent.

        A link is not followed, since a workspace from elsewhere could have it lead to a file of the user's; nor does a
        pipe make us wait.
        """
        try:
            os.close(self._opened())
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise WorkflowError(
                f"{self.path} cannot keep what is sent ({reason}), so nothing was sent", "move it aside, and try again"
            ) from error

    def record(self, document: str, sent: Mapping[str, Sent]) -> None:
        """Add, by host, what is sent about a document; one write, so that several processes can do so at once.

        Where that fails later on, as on a full disk, the command says all the same what it sent.
        """
        at = utc_now()
        entries = [Entry(at, host, self.by, **asdict(one), document=document) for host, one in sent.items() if one]
        if not entries:
            return
        lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
        with suppress(OSError):
            handle = self._opened()
            try:
                os.write(handle, lines)
                os.fsync(handle)
            finally:
                os.close(handle)

    def _opened(self) -> int:
        return os.open(self.path, _APPENDING, 0o666)
