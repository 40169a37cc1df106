"""Which document of the workspace a foreign document is, or the article that a new one is made of."""

from __future__ import annotations

from collections.abc import Collection

from annotator.corpus import Article, key_problem
from annotator.errors import FormatError, WorkflowError
from annotator.formats.protocol import ForeignDocument
from annotator.scheme_changes import Names


class DocumentMatcher:
    """Matches foreign documents with those of the workspace by key and text, else by text alone.

    Texts are compared by their digests.
    """

    def __init__(self) -> None:
        self.stored: dict[str, str] = {}
        self._removed: frozenset[str] = frozenset()
        self._names = Names()
        self._key_of_stored_text: dict[str, str] = {}
        self._new: dict[str, str] = {}
        self._key_of_new_text: dict[str, str] = {}

    def start(self, stored: dict[str, str], removed: Collection[str], names: Names = Names()) -> None:  # noqa: B008
        """Forget everything and match with the documents of the workspace, given as text digests by key.

        ``removed`` are the keys of documents that were removed from it; ``names`` say what was renamed: a file may know
        a document by the key that it had before.
        """
        self._names = names
        self.stored = stored
        self._removed = frozenset(removed)
        self._key_of_stored_text = {digest: key for key, digest in reversed(stored.items())}
        self._new.clear()
        self._key_of_new_text.clear()

    def match(self, foreign: ForeignDocument, digest: str) -> str | None:
        """Find the key of the document that has the foreign one's key and text, else of one that has its text."""
        if foreign.key is not None:
            key = self._names.present_key(foreign.key)
            if digest in (self.stored.get(key), self._new.get(key)):
                return key
            return self._key_of_stored_text.get(digest)
        return self._key_of_stored_text.get(digest) or self._key_of_new_text.get(digest)

    def add(self, foreign: ForeignDocument, digest: str) -> Article:
        """Make a new document of a foreign one, which later ones can match; return the article to build it from.

        Raises :class:`FormatError` for a key that no document may have, :class:`WorkflowError` for one that another
        text has.
        """
        key = self._names.present_key(foreign.key if foreign.key is not None else foreign.fallback)
        problem = key_problem(key)
        if problem:
            raise FormatError(
                f"{foreign.where}: the key {key!r} {problem}", "rename the file, or give the document a key"
            )
        if key in self.stored or key in self._new:
            raise WorkflowError(
                f"{foreign.where}: there is a document {key!r} with another text", "rename the file, or change the key"
            )
        if key in self._removed:
            raise WorkflowError(
                f"{foreign.where}: the document {key!r} was removed",
                f"`annotator remove --undo {key}` brings it back; else change the key",
            )
        self._new[key] = digest
        self._key_of_new_text.setdefault(digest, key)
        return Article(key, foreign.text, foreign.title, foreign.lang, foreign.meta, foreign.where)

    def is_new(self, key: str) -> bool:
        """Tell whether a document was added by this import."""
        return key in self._new
