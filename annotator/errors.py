"""The errors that a user can mend.

Every problem that a user can do something about is an :class:`AnnotatorError`: a sentence that says *what* is
wrong and *where*, and a hint that says how to mend it.  The command line prints it as one line and exits with
its code; the workbench shows it inside the screen.  Anything else that is raised is a defect of ours.
"""

from __future__ import annotations

from errno import EDQUOT, EFBIG, ENOSPC

NO_SPACE = frozenset({ENOSPC, EDQUOT, EFBIG})
"""What the system says where a disk is full, or as much is written as may be."""


class AnnotatorError(Exception):
    """A problem that the user can mend.

    ``message`` says what and where, ``hint`` how to mend it (may be empty), ``exit_code`` is the process status.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Join message and hint into one line, without the line breaks of quoted text."""
        text = f"{self.message}: {self.hint}" if self.hint else self.message
        return " ".join(text.split())


class InputError(AnnotatorError):
    """A file cannot be read: it is a pipe, has an endless line, or is broken YAML or JSON."""


class NoTextError(InputError):
    """A file is in order, but holds no text: it is empty, or was scanned and not recognised."""


class CorpusError(AnnotatorError):
    """An article cannot be taken in as it is."""


class SchemeError(AnnotatorError):
    """``labels.yaml`` is missing or says something that it may not say."""


class FormatError(AnnotatorError):
    """A foreign file does not hold what its format promises."""


class UnknownFormatError(FormatError):
    """There is no format with the name that was given."""


class StoreError(AnnotatorError):
    """The database cannot be opened, read or written."""


class LockedError(StoreError):
    """Another process held the write lock for too long; ``holder`` describes it."""

    def __init__(self, message: str, hint: str = "", *, holder: str) -> None:
        super().__init__(message, hint)
        self.holder = holder


class OvertakenError(StoreError):
    """Somebody wrote to a database while it was read, or since it was looked at."""


class ModelError(AnnotatorError):
    """A model is missing, broken or cannot be fetched."""


class WorkflowError(AnnotatorError):
    """The request does not fit the state of the work."""


class ClusterError(AnnotatorError):
    """A cluster cannot be reached, its workers do not fit, or it did not do the work."""
