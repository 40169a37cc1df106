"""All suggesters of a workspace as one: documents in, layers of suggestions out, in order.

Documents are grouped by language and read in batches; with several jobs, worker processes of our own do whole
batches.  It works with no model installed, from rules and the scheme's patterns alone, and says which are missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.metadata import entry_points
from itertools import islice
from pathlib import Path

from annotator.annotation import Annotations, Relation, Span
from annotator.errors import ModelError
from annotator.labels import LabelScheme
from annotator.suggest.models import PINNED, installed_path
from annotator.suggest.own import suggesters as own_suggesters
from annotator.suggest.protocol import ENTRY_POINT_GROUP, Reported, Suggester
from annotator.text import Document

RULES_VERSION = "1"
"""Changes whenever a rule could propose something else."""
CHUNK = 32
"""Documents that are read ahead."""
SHARED_CHUNK = 8
"""Documents that are sent to a worker at a time: so few that a small corpus occupies all of them."""


class SuggestionPipeline:
    """The built-in layers for every language of a scheme, and the suggesters that third parties registered.

    ``missing`` lists the languages of the scheme whose model is not installed; ``fingerprint`` changes whenever the
    output could.
    """

    def __init__(self, scheme: LabelScheme, models_dir: Path, extra: tuple[Suggester, ...] = ()) -> None:
        self._scheme = scheme
        self._models_dir = models_dir
        self._extra = extra
        self._built: dict[str, _Language] = {}
        self.missing = [
            lang for lang in scheme.languages if lang in PINNED and installed_path(lang, models_dir) is None
        ]

    @property
    def fingerprint(self) -> str:
        """Return a digest of the models, the rules, the scheme and the registered suggesters."""
        parts = [f"rules@{RULES_VERSION}", self._scheme.sha256]
        parts += [m.source for lang, m in sorted(PINNED.items()) if installed_path(lang, self._models_dir)]
        parts += [f"{s.name}@{s.version}" for s in self._extra]
        return sha256("\n".join(parts).encode()).hexdigest()

    def suggest(self, documents: Iterable[Document], jobs: int = 1) -> Iterator[Annotations]:
        """Yield one layer of suggestions per document, in order.

        ``jobs`` worker processes share the work; they are worth their start only from some dozens of articles on.
        Raises :class:`ModelError` when a model is damaged or a worker dies, ``SchemeError`` for a bad pattern.
        """
        chunks = _chunks(documents, SHARED_CHUNK if jobs > 1 else CHUNK)
        if jobs > 1:
            from annotator.suggest.workers import share

            yield from share(chunks, self._scheme, self._models_dir, jobs)
            return
        for chunk in chunks:
            yield from self._suggest_chunk(chunk)

    def _suggest_chunk(self, documents: list[Document]) -> Iterator[Annotations]:
        """Suggest for some documents, each language in one go, and put the layers back in order."""
        layers: list[list[Annotations]] = [[] for _ in documents]
        by_lang: dict[str, list[int]] = {}
        for index, document in enumerate(documents):
            by_lang.setdefault(document.lang, []).append(index)
        for lang, indices in by_lang.items():
            found = self._language(lang).suggest([documents[i] for i in indices])
            for index, layer in zip(indices, found, strict=True):
                layers[index].append(layer)
        for suggester in self._extra:
            for own, layer in zip(layers, suggester.suggest(documents), strict=True):
                own.append(layer)
        for document, own in zip(documents, layers, strict=True):
            yield own[0] if len(own) == 1 else Reported.over(merge(document, own, self._scheme), own)

    def _language(self, lang: str) -> _Language:
        if lang not in self._built:
            self._built[lang] = _Language(self._scheme, lang, self._models_dir)
        return self._built[lang]


class _Language:
    """The built-in suggester of one language."""

    def __init__(self, scheme: LabelScheme, lang: str, models_dir: Path) -> None:
        from annotator.suggest.chain import Chain
        from annotator.suggest.pairs import Pairs
        from annotator.suggest.reading import Reader

        self._reader = Reader(scheme, lang, models_dir)
        self._chain = Chain(scheme, lang)
        self._pairs = Pairs(scheme, lang)

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        for page in self._reader.read(documents):
            spans = self._chain.spans(page)
            yield Annotations.of(spans, self._pairs.relations(page.document, spans))


def build(scheme: LabelScheme, models_dir: Path) -> SuggestionPipeline:
    """Return the pipeline for a scheme; loads nothing heavy until the first document.

    Raises :class:`ModelError` when a registered suggester cannot be made.
    """
    return SuggestionPipeline(scheme, models_dir, _registered(scheme, models_dir))


def _registered(scheme: LabelScheme, models_dir: Path) -> tuple[Suggester, ...]:
    """Make the suggesters of the users' own models, then those of packages that take part, by their entry point."""
    made: list[Suggester] = [*own_suggesters(scheme, models_dir)]
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda e: e.name):
        try:
            suggester = entry.load()(scheme, models_dir)
        except (ImportError, AttributeError, TypeError) as error:
            raise ModelError(
                f"the suggester {entry.name!r} cannot be made: {error}", "mend or uninstall its package"
            ) from error
        if suggester is None:
            continue
        if not isinstance(suggester, Suggester):
            raise ModelError(f"{entry.name!r} is no suggester", "it needs name, version and suggest()")
        made.append(suggester)
    return tuple(made)


def merge(document: Document, layers: list[Annotations], scheme: LabelScheme) -> Annotations:
    """Unite the layers of several suggesters: the likelier wins where the scheme allows only one of two.

    What the scheme does not allow at all is left out, so that a careless suggester can do no harm.
    """
    spans: dict[str, Span] = {}
    candidates = [span for layer in layers for span in layer.spans.values()]
    for span in sorted(candidates, key=lambda s: (-(s.score or 0.0), s.key)):
        inside = span.end <= len(document.text)
        if inside and scheme.span_problem(span.key, [other.key for other in spans.values()]) is None:
            spans[span.id] = span
    relations: dict[str, Relation] = {}
    for layer in layers:
        for relation in layer.relations.values():
            if relation.id in relations or relation.head not in spans or relation.child not in spans:
                continue
            key = layer.relation_key(relation)
            if scheme.relation_problem(key, document.sentences) is None:
                relations[relation.id] = relation
    ordered = sorted(spans.values(), key=lambda s: (s.start, -s.end, s.label))
    return Annotations.of(ordered, relations.values())


def _chunks(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    iterator = iter(documents)
    while chunk := list(islice(iterator, size)):
        yield chunk
