"""The bookmark of somebody in a document, stored with every step so that they can resume there."""

from __future__ import annotations

from collections.abc import Callable

from annotator.store import Bookmark, Store
from annotator.text import Document


class DocumentBookmark:
    """The ``cursor``, in code points, and the id of the item or case in ``focus`` (``None`` when none is)."""

    def __init__(self, store: Store, curator: str, document: Document) -> None:
        self.cursor = 0
        self.focus: str | None = None
        self.is_moved = False
        self._store = store
        self._curator = curator
        self._document = document

    def move_to(self, cursor: int, focus: str | None) -> None:
        """Set the bookmark; it is stored with the next step."""
        self.cursor, self.focus, self.is_moved = cursor, focus, True

    def record(self, *, opened: bool = True) -> Bookmark:
        """The bookmark as the store keeps it; ``opened`` says whether the document is opened on the next start."""
        return Bookmark(self._document.key, self.cursor, self.focus, opened)

    def save(self, *, opened: bool) -> None:
        """Store the bookmark at once, unless the store is read-only."""
        if self._store.read_only:
            return
        with self._store.write() as writer:
            writer.set_bookmark(self._curator, self.record(opened=opened))

    def restore(self, focus_now: Callable[[str, int], str | None]) -> None:
        """Take over the stored bookmark; ``focus_now`` says what is in focus, from the id that was and the cursor."""
        stored = self._store.bookmark(self._curator, self._document.key)
        if stored is None:
            return
        self.cursor = min(stored.cursor, len(self._document.text))
        if stored.focus is not None:
            self.focus = focus_now(stored.focus, self.cursor)
