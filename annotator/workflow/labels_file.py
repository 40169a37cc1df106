"""Changing ``labels.yaml`` together with the database: both, or neither.

The new text is complete on the disk, under another name, before the transaction ends, and takes its place after COMMIT:
that needs no space, so it cannot fail for want of it.  A process that is killed in between leaves the new text where
:mod:`annotator.workflow.pending_labels` finds it; the database says by the scheme's digest that it belongs to what was
written.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from annotator.errors import SchemeError
from annotator.files.whole import StagedFile, sync_folder, unused_name
from annotator.labels import LabelScheme
from annotator.labels.load import check_scheme, load_scheme
from annotator.store import SchemeStamp
from annotator.workflow.pending_labels import pending_path
from annotator.workflow.reserved_keys import RESERVED_KEYS


class LabelsFile:
    """A workspace's ``labels.yaml`` during a transaction that changes it."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self._before = b""
        self._sha256 = ""
        self._staged: StagedFile | None = None

    def read(self, known: LabelScheme | None = None) -> str:
        """The text of the file, which the change starts from.

        Raises :class:`SchemeError` where that is no longer the text of the scheme that is ``known``.
        """
        self._before = self._path.read_bytes()
        if known is not None and hashlib.sha256(self._before).hexdigest() != known.sha256:
            raise self._changed()
        return self._before.decode("utf-8")

    def stage(self, text: str) -> LabelScheme:
        """Write a new text to the disk, beside ``labels.yaml``; return its scheme.

        Raises :class:`SchemeError` where it is no label scheme, or the file is no longer what :meth:`read` gave.
        """
        if self._path.read_bytes() != self._before:
            raise self._changed()
        self._staged = StagedFile(self._path, pending_path(self._path).name)
        self._staged.stream.write(text.encode("utf-8"))
        self._staged.finish()
        problems = check_scheme(self._staged.staged, RESERVED_KEYS)
        if problems:
            problem = problems[0].partition(": ")[2]
            raise SchemeError(f"{self._path} cannot be changed by itself: it would say {problem}", "edit it by hand")
        scheme = load_scheme(self._staged.staged, RESERVED_KEYS)
        self._sha256 = scheme.sha256
        return scheme

    def _changed(self) -> SchemeError:
        return SchemeError(f"{self._path} was changed meanwhile, nothing was written", "run the command again")

    def publish(self) -> Path | None:
        """Replace ``labels.yaml`` by the staged file, now that the transaction is on the disk.

        Returns where the old file is kept if somebody else edited it meanwhile.
        """
        if self._staged is None:
            return None
        try:
            aside = None
            if self._path.read_bytes() not in (self._before, self._staged.staged.read_bytes()):
                aside = unused_name(self._path.with_name(f"{self._path.name}.before"))
                os.link(self._path, aside)
            self._staged.staged.replace(self._path)
        except FileNotFoundError:  # another process has completed it already
            return None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SchemeError(
                f"{self._path}: {reason}, though everything else is stored",
                f"mend that; the next command puts the labels in place from {self._staged.staged.name}",
            ) from error
        with suppress(OSError):  # a power cut takes both names back, and the next command completes it
            sync_folder(self._path.parent)
        return aside

    def discard(self) -> None:
        """Remove the staged file after a dry run."""
        if self._staged is not None:
            self._staged.discard()

    def fail(self, stored: SchemeStamp | None) -> None:
        """Remove the staged file after an error, unless the database, with ``stored`` as its scheme, relies on it."""
        if self._staged is not None and (stored is None or stored.sha256 != self._sha256):
            self._staged.discard()
