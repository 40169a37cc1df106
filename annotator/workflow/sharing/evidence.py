"""Looking through what another database knows that this one does not, before any of it is taken over.

No more is believed of the other database than its events, and those only when our code could have written them; texts
are hashed again, what a document is follows from its history.  Nothing is written here, and nobody has to wait.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from annotator.history import CORPUS, Event, LayerName, curator_layer, rename_author
from annotator.records import BadRecordError
from annotator.scheme_changes import Changes
from annotator.store import LayerInfo, Store, first_break
from annotator.store.foreign import ForeignDatabase
from annotator.text import Segmentation, text_sha256
from annotator.tokenization import TOKENIZER, TOKENS_OF_A_FILE, split_sentences, tokenize
from annotator.validation import LayerExamination, examine_history, name_problem

FEW = 3
"""Documents that a line on many of them names."""


@dataclass(slots=True)
class Evidence:
    """What can be taken over, and every reason why something cannot; documents and layers by their identities.

    ``layers`` are sound, corpus layers first; ``languages`` has by digest the languages that texts were in;
    ``digests`` by key the text that a document has there in the end; ``refused`` are keys of documents with conflicts.
    """

    layers: list[LayerInfo] = field(default_factory=list)
    languages: dict[str, set[str]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)


class Examiner:
    """Goes through the layers with news, document by document.

    ``renames`` are curators whose work comes under another name, ``without`` documents that are left out, all by their
    identities; ``trusted`` are people whose imports into others' layers are taken, ``changes`` those of labels and
    names, theirs and ours.
    """

    def __init__(
        self,
        store: Store,
        other: ForeignDatabase,
        *,
        renames: Mapping[str, str],
        without: Collection[str],
        trusted: Collection[str],
        changes: Changes,
    ) -> None:
        self.found = Evidence()
        self._scheme = changes.labels
        self._names = changes.renamings.names
        self._store = store
        self._other = other
        self._renames = renames
        self._without = without
        self._trusted = trusted
        self._now = datetime.now(UTC)
        self._imported: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._text = lru_cache(maxsize=4)(self._read_text)

    def check_database(self, news: Iterable[LayerInfo]) -> Evidence:
        """Examine the layers that have something new, and the corpus layers of their documents."""
        corpora = {layer.name.document: layer for layer in self._other.layers() if layer.name.name == CORPUS}
        by_document: defaultdict[str, list[LayerInfo]] = defaultdict(list)
        for layer in news:
            if layer.name.document not in self._without:
                by_document[layer.name.document].append(layer)
        for key, layers in sorted(by_document.items()):
            self._document(key, corpora.get(key), layers)
        self.found.layers.sort(key=lambda layer: (layer.name.name != CORPUS, layer.name))
        self._tell_imports()
        return self.found

    def _document(self, key: str, corpus: LayerInfo | None, layers: Sequence[LayerInfo]) -> None:
        examined = LayerExamination(problem="the document itself is missing")
        if corpus is not None:
            examined = self._examined(corpus, None)
        if examined.problem is None and examined.document is None:
            examined.problem = "its history does not say what the document is"
        if corpus is None or examined.problem is not None or examined.document is None:
            self._refuse((corpus or layers[0]).name, examined.problem or "")
            return
        self.found.digests[key] = examined.document.sha256
        for digest, languages in examined.languages.items():
            if not self._is_cut_well(digest, languages):
                self._refuse(corpus.name, f"the tokens of text {digest[:12]} there are not those that annotator cuts")
                return
            self.found.languages.setdefault(digest, set()).update(languages)
        for layer in layers:
            problem = None if layer.name.name == CORPUS else self._layer(layer, examined)
            if problem is not None:
                self._refuse(layer.name, problem)
            else:
                self.found.layers.append(layer)

    def _layer(self, layer: LayerInfo, corpus: LayerExamination) -> str | None:
        examined = self._examined(layer, corpus)
        for actor in examined.imported if examined.problem is None else ():
            if self._names.curator(actor) not in self._trusted:
                name = self._names.layer(layer.name)
                self._imported[name.name, self._names.curator(actor)].append(name.document)
        return examined.problem

    def _examined(self, layer: LayerInfo, corpus: LayerExamination | None) -> LayerExamination:
        name = self.name_here(layer.name)
        problem = name_problem(name)
        if problem is not None:
            return LayerExamination(problem=problem)
        events = self._other.events(layer)
        broken = first_break(events)
        if broken is not None:
            return LayerExamination(problem=f"{broken} there")
        history = [event for _, event in events]
        return self._judged(name, history if name == layer.name else rename_author(history, name.author), corpus)

    def name_here(self, name: LayerName) -> LayerName:
        """What a layer is to be called: what no curator can be called needs another name."""
        if name.kind == "curator" and name.author in self._renames and name_problem(name) is not None:
            return LayerName(name.document, curator_layer(self._renames[name.author]))
        return name

    def _judged(self, name: LayerName, events: Sequence[Event], corpus: LayerExamination | None) -> LayerExamination:
        replacements = () if corpus is None else corpus.replacements

        def text(digest: str) -> str | None:
            known = corpus is None or digest in corpus.languages
            return self._text(digest) if known else None

        return examine_history(name, events, text, now=self._now, replacements=replacements, scheme=self._scheme)

    def _read_text(self, digest: str) -> str | None:
        """A text that is here, or one from there that is what its digest says and could have been ingested."""
        text = self._store.text(digest)
        if text is None:
            text = self._other.text(digest)
            if text is not None and text_sha256(text) != digest:
                raise BadRecordError(f"the text {digest[:12]} is not what its digest says")
            if text is not None and not text.replace("\ufeff", "").strip():
                raise BadRecordError(f"the text {digest[:12]} is empty")
        return text

    def _is_cut_well(self, digest: str, languages: Iterable[str]) -> bool:
        """Whether a text that is not here has the tokens and sentences that we would give it, or a file could.

        Those of another version of the tokenizer are not held against ours: the text is cut anew when it is taken.
        """
        if self._store.text(digest) is not None:
            return True
        tokenizer, *segments = self._other.segmentation(digest)
        if not tokenizer:
            return False
        text = self._text(digest) or ""
        if tokenizer == TOKENS_OF_A_FILE:
            return could_be_of_a_file(text, *segments)
        return tokenizer != TOKENIZER or any(list(cut(text, language)) == segments for language in languages)

    def _refuse(self, name: LayerName, problem: str) -> None:
        mend = "run `annotator doctor` there" if problem.endswith(" there") else "--except leaves the document out"
        self.found.conflicts.append(f"{self._names.layer(name)}: {problem}: {mend}")
        self.found.refused.add(name.document)

    def _tell_imports(self) -> None:
        for (layer, actor), keys in sorted(self._imported.items()):
            where = f"{len(keys)} documents ({some(keys)})" if len(keys) > 1 else keys[0]
            self.found.conflicts.append(
                f"{layer} on {where}: imported by {actor}, not done by whose it is: --trust {actor} takes it"
            )


def cut(text: str, language: str) -> tuple[Segmentation, Segmentation]:
    """The tokens and sentences of a text."""
    tokens = tokenize(text, language)
    return tokens, split_sentences(text, tokens, language)


def could_be_of_a_file(text: str, tokens: Segmentation, sentences: Segmentation) -> bool:
    """Whether tokens and sentences may come from a file: words in order, all of them in sentences, without spaces."""
    at = 0
    for start, end in tokens:
        if not at <= start < end <= len(text) or text[start:end].split() != [text[start:end]]:
            return False
        at = end
    following = 0
    for sentence in sentences:
        words = tokens.exact(*sentence)
        if words is None or words[0] != following:
            return False
        following = words[1] + 1
    return following == len(tokens)


def some(keys: Sequence[str]) -> str:
    """The first of many names, for a message."""
    return ", ".join([*keys[:FEW], *(["…"] if len(keys) > FEW else [])])
