"""Which documents of the workspace foreign documents are, or the articles that new ones are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from annotator.corpus import Article, key_problem
from annotator.errors import FormatError, WorkflowError
from annotator.formats.protocol import ForeignDocument
from annotator.store import ManyValues, Store, keys_of_texts, present_digests


class Matched(NamedTuple):
    """The keys that foreign documents have here, the articles of those that are new, and the keys that are not.

    What an earlier one of the same import was made of is neither.
    """

    keys: list[str]
    articles: list[Article]
    known: set[str]


class DocumentMatcher:
    """Matches foreign documents with those of the workspace by key and text, else by text alone.

    ``store`` shows the documents from before the import, and is asked for some at a time, since there may be a million.
    Texts are compared by their digests.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._new: ManyValues[str] = ManyValues()
        self._key_of_new_text: ManyValues[str] = ManyValues()

    def restart(self) -> None:
        """Forget the new documents."""
        self._new.clear()
        self._key_of_new_text.clear()

    def close(self) -> None:
        """Forget everything."""
        self.restart()
        self._store.close()

    def match(self, foreign: Sequence[ForeignDocument], digests: Sequence[str]) -> Matched:
        """Match some documents, given with the digests of their texts; later ones match the new ones among them.

        Raises :class:`FormatError` for a new document without text or with a key that no document may have,
        :class:`WorkflowError` for a key that another text has.
        """
        given = (document.fallback if document.key is None else document.key for document in foreign)
        named = list(map(self._store.names.present_key, given))
        present, key_of_text = present_digests(self._store, named), keys_of_texts(self._store, digests)
        matched = Matched([], [], set())
        for document, key, digest in zip(foreign, named, digests, strict=True):
            has_key = document.key is not None
            if has_key and digest == present.get(key):
                matched.known.add(key)
            elif has_key and digest == self._new.get(key):
                pass
            elif digest in key_of_text:
                key = key_of_text[digest]
                matched.known.add(key)
            elif not has_key and (same := self._key_of_new_text.get(digest)) is not None:
                key = same
            else:
                self._refuse(document, key, present)
                self._new[key] = digest
                self._key_of_new_text.setdefault(digest, key)
                article = Article(key, document.text, document.title, document.lang, document.meta, document.where)
                matched.articles.append(article)
            matched.keys.append(key)
        return matched

    def _refuse(self, foreign: ForeignDocument, key: str, present: dict[str, str | None]) -> None:
        """Raise what is to be said where no new document may have a key, or a text that has nothing in it."""
        if not foreign.text:
            raise FormatError(f"{foreign.where}: the text is empty", "leave it out, or put the text there")
        problem = key_problem(key)
        if problem:
            raise FormatError(
                f"{foreign.where}: the key {key!r} {problem}", "rename the file, or give the document a key"
            )
        if present.get(key) is not None or key in self._new:
            raise WorkflowError(
                f"{foreign.where}: there is a document {key!r} with another text", "rename the file, or change the key"
            )
        if key in present:
            raise WorkflowError(
                f"{foreign.where}: the document {key!r} was removed",
                f"`annotator remove --undo {key}` brings it back; else change the key",
            )
