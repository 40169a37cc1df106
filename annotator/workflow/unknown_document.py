"""What is said of a key that no document has."""

from __future__ import annotations

from annotator.errors import WorkflowError
from annotator.scheme_changes import Names


def no_document(names: Names, key: str) -> WorkflowError:
    """The error for a key that no document has, which may have been one's before it was renamed."""
    present = names.present_key(key)
    if present != key:
        return WorkflowError(f"no document {key!r}: it is called {present!r} now", "use that name")
    return WorkflowError(f"no document {key!r}", "`annotator status` lists them")
