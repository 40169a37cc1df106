"""Which articles are new to a workspace, and which of them it refuses, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from annotator.corpus import Article
from annotator.errors import CorpusError
from annotator.history import GOLD
from annotator.store import Store, present_digests, removed_record, work_on
from annotator.workflow.importing.replacing import owners
from annotator.workflow.visibility import Visibility

NEW = ""
"""In the place of a document's digest: there never was a document with this key."""
Present = str | None
"""The digest of the text that a document has now, ``None`` for one that was removed, or :data:`NEW`."""


@dataclass(frozen=True, slots=True)
class ArticleCheck:
    """Holds articles against the documents of a workspace, of which ``store`` is ``None`` as long as it has none.

    ``replaces`` says whether another text may take the place of a document's, ``override`` whether it may that under
    the work of others though the actor curates too.  ``renamed`` collects the present keys of documents whose articles
    go by the keys they had before they were renamed.
    """

    store: Store | None
    actor: str
    replaces: bool
    override: bool
    renamed: dict[str, str] = field(default_factory=dict)

    def present(self, articles: Sequence[Article]) -> Iterator[tuple[Article, Present]]:
        """Yield articles by the keys that their documents have now, each with what is there under that key."""
        if self.store is None:
            yield from ((article, NEW) for article in articles)
            return
        present_key = self.store.names.present_key
        named = [self._named(article, present_key(article.key)) for article in articles]
        digests = self.digests(article.key for article in named)
        for article in named:
            yield article, digests.get(article.key, NEW)

    def digests(self, keys: Iterable[str]) -> dict[str, str | None]:
        """What is there under some keys, but for those that are new."""
        return {} if self.store is None else present_digests(self.store, keys)

    def refuse(self, article: Article, present: Present) -> None:
        """Raise :class:`CorpusError` where an article may not be stored."""
        if self.store is None or present in (NEW, article.sha256):
            return
        if present is None:
            self._refuse_removed(self.store, article)
        elif not self.replaces:
            raise CorpusError(
                f"{article.where}: there is a document {self._told(article.key)} with another text",
                "rename the file, or carry its annotations over with --replace",
            )
        elif not self.override:
            self._refuse_owned(self.store, article)

    def _named(self, article: Article, key: str) -> Article:
        """An article by the key that its document has now."""
        if key == article.key:
            return article
        self.renamed[article.key] = key
        return replace(article, key=key)

    def _told(self, key: str) -> str:
        """A document's key, with what it is in the file where it was renamed since."""
        given = next((old for old, new in self.renamed.items() if new == key), None)
        return repr(key) if given is None else f"{key!r} (which was {given!r})"

    def _refuse_removed(self, store: Store, article: Article) -> None:
        """Refuse another text under the key of a removed document that somebody worked on; the same one comes back."""
        record = removed_record(store, article.key)
        if record is not None and record["sha256"] != article.sha256 and work_on(store, article.key):
            raise CorpusError(
                f"{article.where}: {article.key!r} was removed, and there is work on another text of it",
                f"rename the file, or `annotator remove --undo {article.key}` first, then --replace",
            )

    def _refuse_owned(self, store: Store, article: Article) -> None:
        """Refuse to carry the work of others over where the actor curates too."""
        key, whose = article.key, owners(store, article.key)
        if set(whose) - {self.actor, GOLD} and Visibility(store, self.actor).curates:
            raise CorpusError(
                f"{article.where}: {key!r} holds the work of {' and '.join(whose)}, and {self.actor} curates here",
                "leave it to who leads, or add --override",
            )
