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
from annotator.suggest.custom_models import suggesters as own_suggesters
from annotator.suggest.learned.combining import LearnedSpans
from annotator.suggest.learned.versions import NONE, LearnedVersion, chosen_version, named
from annotator.suggest.models import PINNED, installed_path
from annotator.suggest.protocol import ENTRY_POINT_GROUP, Reported, Suggester, hosts_of
from annotator.suggest.workers import suggest_in_workers
from annotator.text import Document

RULES_VERSION = "2"
"""Changes whenever a rule could propose something else."""
CHUNK = 32
"""Documents that are read ahead."""
SHARED_CHUNK = 8
"""Documents that are sent to a worker at a time: so few that a small corpus occupies all of them."""


class SuggestionPipeline:
    """The built-in layers for every language of a scheme, and the suggesters that third parties registered.

    ``learned`` is the version of what was learned that stands on top of the layers, if any.  ``missing`` lists the
    languages of the scheme whose model is not installed; ``hosts`` those to which texts are sent, none when it is to
    work ``offline``; ``fingerprint`` changes whenever the output could.
    """

    def __init__(
        self,
        scheme: LabelScheme,
        models_dir: Path,
        extra: tuple[Suggester, ...] = (),
        learned: LearnedVersion | None = None,
        *,
        offline: bool = False,
    ) -> None:
        self._scheme = scheme
        self._models_dir = models_dir
        self._offline = offline
        self._extra = tuple(map(_silent, extra)) if offline else extra
        self.hosts = () if offline else tuple(dict.fromkeys(host for one in extra for host in hosts_of(one)))
        self.learned = learned
        self._built: dict[str, _Language] = {}
        self.missing = [
            lang for lang in scheme.languages if lang in PINNED and installed_path(lang, models_dir) is None
        ]

    @property
    def fingerprint(self) -> str:
        """Return a digest of the models, the rules, what was learned, the scheme and the registered suggesters."""
        parts = [f"rules@{RULES_VERSION}", self._scheme.sha256]
        parts += [m.source for lang, m in sorted(PINNED.items()) if installed_path(lang, self._models_dir)]
        parts += [f"{s.name}@{s.version}" for s in self._extra]
        parts += [self.learned.identity] if self.learned is not None else []
        return sha256("\n".join(parts).encode()).hexdigest()

    def suggest(self, documents: Iterable[Document], jobs: int = 1) -> Iterator[Annotations]:
        """Yield one layer of suggestions per document, in order.

        ``jobs`` worker processes share the work; they are worth their start only from some dozens of articles on.
        Raises :class:`ModelError` when a model is damaged or a worker dies, ``SchemeError`` for a bad pattern.
        """
        chunks = _chunks(documents, SHARED_CHUNK if jobs > 1 else CHUNK)
        if jobs > 1:
            version = self.learned.version if self.learned is not None else NONE
            yield from suggest_in_workers(chunks, self._scheme, self._models_dir, jobs, version, offline=self._offline)
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
            self._built[lang] = _Language(self._scheme, lang, self._models_dir, self.learned)
        return self._built[lang]


class _Language:
    """The built-in suggester of one language."""

    def __init__(self, scheme: LabelScheme, lang: str, models_dir: Path, learned: LearnedVersion | None) -> None:
        from annotator.suggest.relations.candidates import RelationSuggester
        from annotator.suggest.rules.page_reader import Reader
        from annotator.suggest.rules.stages import EntityRules

        self._reader = Reader(scheme, lang, models_dir)
        self._chain = EntityRules(scheme, lang)
        self._stack = learned.stack(scheme) if learned is not None else LearnedSpans(scheme)
        self._pairs = RelationSuggester(scheme, lang, learned.relation_scorer if learned is not None else None)

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        for page in self._reader.read(documents):
            spans = self._stack.spans(page.document, self._chain.spans(page))
            yield Annotations.of(spans, self._pairs.relations(page.document, spans))


def build(
    scheme: LabelScheme, models_dir: Path, *, learned: str | None = None, offline: bool = False
) -> SuggestionPipeline:
    """Return the pipeline for a scheme; loads nothing heavy until the first document.

    ``learned`` names the version of what was learned to put on top (``none``: none), by default the one in use.
    ``offline`` lets no suggester send anything; each then gives what it can, and the rest is told as not done.
    Raises :class:`ModelError` when a registered suggester cannot be made.
    """
    version = chosen_version(models_dir) if learned is None else learned
    extra = _registered(scheme, models_dir)
    return SuggestionPipeline(scheme, models_dir, extra, named(models_dir, version, scheme), offline=offline)


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


def _silent(suggester: Suggester) -> Suggester:
    """Return a suggester that sends nothing in the place of one that might."""
    hosts = hosts_of(suggester)
    if not hosts:
        return suggester
    offline = getattr(suggester, "offline", None)
    return offline() if callable(offline) else _Silent(suggester.name, suggester.version, hosts[0])


class _Silent:
    """Stands for a suggester that cannot do without its server: it has nothing to say."""

    def __init__(self, name: str, version: str, host: str) -> None:
        self.name = name
        self.version = version
        self._host = host

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        for _ in documents:
            yield Reported(unread=f"{self.name}@{self.version}: {self._host} was not asked")


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
