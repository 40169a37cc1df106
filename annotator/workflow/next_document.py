"""Which document to open next when the queue is sorted by uncertainty, and why.

It is the one on whose suggestions the scores say least a token, because a decision there teaches most for the reading
that it takes, unless it is a near-duplicate of the one before: then what it teaches is known already.
"""

from __future__ import annotations

from typing import NamedTuple

from annotator.similarity import near_duplicates
from annotator.store import Queue, QueueFilter, Store

MOST_COMPARED = 10
"""Documents of which the first that is no near-duplicate is taken."""
COMPARED = 20_000
"""Code points of a text that are compared, so that a book costs no more than a long article."""
LEAST_CERTAIN = "least certain"
PASSED_OVER = "like the one before"


class NextDocument(NamedTuple):
    """The document to open next and ``why``, empty where it is next in order; ``passed`` are those passed over."""

    key: str
    why: str = ""
    passed: tuple[str, ...] = ()

    def remark(self, key: str) -> str:
        """What the queue says of a document: why it is next, or why it is not."""
        return self.why if key == self.key else PASSED_OVER if key in self.passed else ""


def least_certain(store: Store, queue: Queue, *, mine: bool, after: str | None) -> NextDocument | None:
    """The document with work to do that is on which the suggestions are least certain a token; ``None`` without any.

    ``after`` is the document that was left; a near-duplicate of it is passed over while there is another.
    """
    rows = queue.page(QueueFilter("todo", mine=mine, sort="uncertainty"), MOST_COMPARED + 1)
    keys = [row.key for row in rows if row.key != after][:MOST_COMPARED]
    left = store.document(after) if after is not None else None
    passed: list[str] = []
    for key in keys:
        document = store.document(key)
        if left is None or document is None or not near_duplicates(left.text[:COMPARED], document.text[:COMPARED]):
            return NextDocument(key, LEAST_CERTAIN, tuple(passed))
        passed.append(key)
    return NextDocument(keys[0], LEAST_CERTAIN) if keys else None
