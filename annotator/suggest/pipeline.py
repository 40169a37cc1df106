"""All suggesters of a workspace as one: documents in, layers of suggestions out, in the same order.

Documents are grouped by language and read in batches.  The pipeline works with no model installed, from rules and the
scheme's patterns alone, and tells which models are missing.  Other processes can build the same from its settings.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from typing import TypeVar

from annotator.annotation import Annotations, Attributes, AttributeValue, Relation, Span, reading_order
from annotator.errors import ModelError
from annotator.labels import LabelScheme
from annotator.suggest import custom_models
from annotator.suggest.batches import BATCH, Batches, Suggested, in_batches
from annotator.suggest.learned.added_scores import AddedScores
from annotator.suggest.learned.combining import LearnedSpans
from annotator.suggest.learned.versions import LearnedVersion, chosen_version, load_version
from annotator.suggest.ledger import Ledger
from annotator.suggest.models import in_use
from annotator.suggest.phrases import PhraseIndex
from annotator.suggest.pinned_models import PINNED, PinnedModel
from annotator.suggest.pipeline_settings import PipelineSettings
from annotator.suggest.protocol import ENTRY_POINT_GROUP, Planned, Reported, Suggester, SuggesterFactory, hosts_of
from annotator.suggest.score_table import ScoreTable, shipped_digest
from annotator.suggest.span_choice import compatible
from annotator.text import Document

AnyItem = TypeVar("AnyItem", Span, Relation)

RULES_VERSION = "4"
"""Changes whenever a rule could suggest something else."""


class SuggestionPipeline:
    """The built-in suggesters for every language of a scheme, and the ``extra`` ones: custom models and plugins.

    ``learned`` is the learned version that corrects the rules, if any.  With ``offline`` nothing is sent to a server;
    what is sent is kept in the ``ledger``.  ``missing`` lists the languages of the scheme whose model is not installed;
    ``hosts`` the servers that get texts.
    """

    def __init__(
        self,
        scheme: LabelScheme,
        models_dir: Path,
        extra: tuple[Suggester, ...] = (),
        learned: LearnedVersion | None = None,
        *,
        offline: bool = False,
        ledger: Ledger | None = None,
    ) -> None:
        self._scheme = scheme
        self._models_dir = models_dir
        self._offline = offline
        self._ledger = ledger
        if offline:
            extra = tuple(map(_without_server, extra))
        elif learned is not None:
            extra = tuple(_taught(one, learned) for one in extra)
        self._extra = extra if ledger is None else tuple(_recorded(one, ledger) for one in extra)
        self.hosts = tuple(dict.fromkeys(host for one in extra for host in hosts_of(one)))
        self.learned = learned
        self._by_language: dict[str, BuiltInSuggester] = {}
        self.missing = [lang for lang in scheme.languages if lang in PINNED and in_use(lang, models_dir) is None]

    @property
    def fingerprint(self) -> str:
        """A digest of models, rules, learned version, scheme and extra suggesters: it changes if the output could."""
        parts = [f"rules@{RULES_VERSION}", shipped_digest(), self._scheme.sha256]
        used = (in_use(lang, self._models_dir) for lang in sorted(PINNED))
        parts += [model.source for model in used if model is not None]
        parts += self.added
        parts += [self.learned.fingerprint] if self.learned is not None else []
        return sha256("\n".join(parts).encode()).hexdigest()

    @property
    def added(self) -> tuple[str, ...]:
        """The suggesters besides the built-in ones, as ``name@version``."""
        return tuple(f"{suggester.name}@{suggester.version}" for suggester in self._extra)

    @property
    def settings(self) -> PipelineSettings:
        """What another process needs to build the same pipeline, also once another version is in use."""
        folder = self.learned.folder if self.learned is not None else None
        return PipelineSettings.of(self._scheme, self._models_dir, folder, offline=self._offline, ledger=self._ledger)

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        """Yield one layer of suggestions for each document, in order.

        Raises :class:`ModelError` when a model is damaged, ``SchemeError`` for a bad pattern.
        """
        for batch in in_batches(documents, BATCH):
            yield from self._suggest_batch(batch)

    def raw(self, documents: list[Document], names: Container[str]) -> Iterator[tuple[str, list[Annotations]]]:
        """Yield what added suggesters of some names say of documents by themselves: their scores are their own."""
        for suggester in self._extra:
            if suggester.name in names:
                yield suggester.name, list(suggester.suggest(documents))

    def plan(self, document: Document) -> list[Planned]:
        """What suggesters that ask a server would send there to suggest for a document, of those that can tell."""
        plans = (getattr(suggester, "plan", None) for suggester in self._extra)
        return [plan(document) for plan in plans if callable(plan)]

    @property
    def uncalibrated(self) -> list[str]:
        """The added suggesters on which there were too few verdicts to know what their scores are worth."""
        known = self.learned.added_scores if self.learned is not None else AddedScores()
        return [f"{one.name}@{one.version}" for one in self._extra if not known.knows(one.name)]

    def suggest_here(self, batches: Iterable[list[Document]]) -> Batches:
        """Suggest for batches in this process."""
        for batch in batches:
            yield Suggested(batch, list(self._suggest_batch(batch)))

    def _suggest_batch(self, documents: list[Document]) -> Iterator[Annotations]:
        """Suggest for some documents, those of one language together, and yield the layers in the documents' order."""
        layers: list[list[Annotations]] = [[] for _ in documents]
        by_lang: dict[str, list[int]] = {}
        for index, document in enumerate(documents):
            by_lang.setdefault(document.lang, []).append(index)
        for lang, indices in by_lang.items():
            suggested = self._built_in(lang).suggest([documents[i] for i in indices])
            for index, layer in zip(indices, suggested, strict=True):
                layers[index].append(layer)
        for suggester in self._extra:
            for of_document, layer in zip(layers, suggester.suggest(documents), strict=True):
                scores = self.learned.added_scores if self.learned is not None else AddedScores()
                of_document.append(scores.moved(suggester.name, layer))
        for document, (first, *others) in zip(documents, layers, strict=True):
            if others:
                yield Reported.over(merge(document, [first, *others], self._scheme), [first, *others])
            else:
                yield first

    def _built_in(self, lang: str) -> BuiltInSuggester:
        if lang not in self._by_language:
            self._by_language[lang] = BuiltInSuggester(self._scheme, lang, self._models_dir, self.learned)
        return self._by_language[lang]


class BuiltInSuggester:
    """Model, rules and what was learned, for documents in one language.

    ``model`` is the pretrained model (by default the one in use), ``scores`` turns the rules' scores into probabilities
    (by default the table that comes with the package).
    """

    def __init__(
        self,
        scheme: LabelScheme,
        lang: str,
        models_dir: Path,
        learned: LearnedVersion | None = None,
        *,
        model: PinnedModel | None = None,
        scores: ScoreTable | None = None,
    ) -> None:
        from annotator.suggest.attributes.pattern_attributes import PatternAttributes
        from annotator.suggest.relations.candidates import RelationSuggester
        from annotator.suggest.relations.likely_ends import LikelyEnds
        from annotator.suggest.relations.same_mentions import SameMentions
        from annotator.suggest.rules.document_reader import DocumentReader
        from annotator.suggest.rules.stages import EntityRules

        scorer = learned.relation_scorer if learned is not None else None
        self._reader = DocumentReader(scheme, lang, models_dir, model)
        self._rules = EntityRules(scheme, lang, scores=scores)
        self._learned_spans = learned.learned_spans(scheme) if learned is not None else LearnedSpans(scheme)
        self._pattern_attributes = PatternAttributes(scheme, lang)
        self._scheme = scheme
        self._attributes = learned.attributes if learned is not None else None
        self._ends = LikelyEnds(scheme, lang, scores)
        self.relations = RelationSuggester(scheme, lang, scorer, scores=scores)
        self._same_mentions = SameMentions(scheme)

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        """Yield one layer of suggestions for each document, in order."""
        for doc in self._reader.read(documents):
            proposed = self._ends.added(doc.document, self._rules.spans(doc))
            spans = self._pattern_attributes.given(doc, self._learned_spans.spans(doc.document, proposed))
            spans, attributes = self._with_attributes(doc.document, spans)
            relations = self.relations.relations(doc.document, spans)
            relations += self._same_mentions.relations(doc.document, spans)
            yield Annotations.of(spans, relations, attributes)

    def _with_attributes(self, document: Document, spans: list[Span]) -> tuple[list[Span], Attributes]:
        """The spans with the attributes that were learned, and those of the document."""
        if self._attributes is None:
            return spans, {}
        index = PhraseIndex(document)
        given = self._attributes.with_attributes(self._scheme, index, spans)
        return given, self._attributes.document_attributes(self._scheme, index)


def build(
    scheme: LabelScheme,
    models_dir: Path,
    learned_dir: Path | None = None,
    *,
    version: str | None = None,
    offline: bool = False,
    processes: int = 1,
    process: int = 0,
    ledger: Ledger | None = None,
) -> SuggestionPipeline:
    """Build the pipeline of a workspace; nothing heavy is loaded before the first document.

    ``learned_dir`` holds the learned versions, of which the one in use or the one named ``version`` is taken; without
    it, nothing that was learned takes part.  With ``offline`` no suggester may send anything; each then suggests what
    it can and reports the rest as not done.  ``processes`` share the budget of what is sent, and ``process`` is which
    of them this is, from 0; the ``ledger`` keeps what is sent.  Raises :class:`ModelError` when a registered suggester
    cannot be made.
    """
    extra = (*custom_models.suggesters(scheme, models_dir), *_plugins(scheme, models_dir))
    extra = tuple(_for_one_of(one, process, processes) for one in extra) if processes > 1 else extra
    learned = None
    if learned_dir is not None:
        learned = load_version(learned_dir, chosen_version(learned_dir) if version is None else version, scheme)
    return SuggestionPipeline(scheme, models_dir, extra, learned, offline=offline, ledger=ledger)


def build_from(settings: PipelineSettings) -> SuggestionPipeline:
    """Build the pipeline that another process has."""
    learned_dir, version = (settings.learned.parent, settings.learned.name) if settings.learned else (None, None)
    return build(
        settings.scheme,
        settings.models_dir,
        learned_dir,
        version=version,
        offline=settings.offline,
        processes=settings.processes,
        process=settings.process,
        ledger=settings.ledger,
    )


def _plugins(scheme: LabelScheme, models_dir: Path) -> Iterator[Suggester]:
    """Make the suggesters of installed packages that take part, in the order of their entry points' names."""
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda e: e.name):
        try:
            factory: SuggesterFactory = entry.load()
            suggester = factory(scheme, models_dir)
        except (ImportError, AttributeError, TypeError) as error:
            raise ModelError(
                f"the suggester {entry.name!r} cannot be made: {error}", "mend or uninstall its package"
            ) from error
        if suggester is None:
            continue
        if not isinstance(suggester, Suggester):
            raise ModelError(f"{entry.name!r} is no suggester", "it needs name, version and suggest()")
        yield suggester


def _taught(suggester: Suggester, learned: LearnedVersion) -> Suggester:
    """A suggester that knows the finished sentences, if it can make use of them."""
    with_gold = getattr(suggester, "with_gold", None)
    taught: Suggester = with_gold(learned.gold) if callable(with_gold) else suggester
    return taught


def _for_one_of(suggester: Suggester, process: int, processes: int) -> Suggester:
    """A suggester for one of several processes, if it has something that they share."""
    for_one_of = getattr(suggester, "for_one_of", None)
    shared: Suggester = for_one_of(process, processes) if callable(for_one_of) else suggester
    return shared


def _recorded(suggester: Suggester, ledger: Ledger) -> Suggester:
    """A suggester whose traffic is kept in a ledger, by itself before it sends anything where it can do that."""
    with_ledger = getattr(suggester, "with_ledger", None)
    if callable(with_ledger):
        recorded: Suggester = with_ledger(ledger)
        return recorded
    return _RecordedSuggester(suggester, ledger)


class _RecordedSuggester:
    """Keeps in a ledger what a suggester says that it sent about each document."""

    def __init__(self, suggester: Suggester, ledger: Ledger) -> None:
        self.name, self.version, self.hosts = suggester.name, suggester.version, hosts_of(suggester)
        self._suggester = suggester
        self._ledger = ledger

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        given: list[Document] = list(documents)
        for document, layer in zip(given, self._suggester.suggest(given), strict=True):
            if isinstance(layer, Reported):
                self._ledger.record(document.key, layer.sent)
            yield layer


def _without_server(suggester: Suggester) -> Suggester:
    """A suggester that sends nothing, in place of one that might."""
    hosts = hosts_of(suggester)
    if not hosts:
        return suggester
    offline = getattr(suggester, "offline", None)
    return offline() if callable(offline) else _UnaskedSuggester(suggester.name, suggester.version, hosts[0])


class _UnaskedSuggester:
    """Stands in for a suggester that can do nothing without its server: it reports every document as not done."""

    def __init__(self, name: str, version: str, host: str) -> None:
        self.name = name
        self.version = version
        self._host = host

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        for _ in documents:
            yield Reported(unread=f"{self.name}@{self.version}: {self._host} was not asked")


def merge(document: Document, layers: list[Annotations], scheme: LabelScheme) -> Annotations:
    """Merge the layers that several suggesters made for a document; where they conflict, the likelier span wins.

    Whatever the scheme does not allow is left out, so that a careless suggester can do no harm.
    """
    found = [span for layer in layers for span in layer.spans.values() if span.end <= len(document.text)]
    candidates = [_with_allowed(span, scheme) for span in found]
    candidates.sort(key=lambda s: (-(s.score or 0.0), s.key))
    spans: dict[str, Span] = {span.id: span for span in compatible(candidates, scheme)}
    relations: dict[str, Relation] = {}
    for layer in layers:
        for relation in layer.relations.values():
            if relation.id in relations or relation.head not in spans or relation.child not in spans:
                continue
            key = layer.relation_key(relation)
            if scheme.relation_problem(key, document.sentences) is None:
                relations[relation.id] = _with_allowed(relation, scheme)
    attributes: dict[str, AttributeValue] = {}
    for layer in layers:
        attributes = {**(_allowed(layer.document_attributes, None, scheme) or {}), **attributes}
    return Annotations.of(
        sorted(spans.values(), key=reading_order), relations.values(), dict(sorted(attributes.items()))
    )


def _with_allowed(item: AnyItem, scheme: LabelScheme) -> AnyItem:
    """An item with those of its attributes that the scheme allows."""
    allowed = _allowed(item.attributes, item.label, scheme)
    return item if allowed == item.attributes else item.replace(attributes=allowed)


def _allowed(attributes: Attributes | None, label: str | None, scheme: LabelScheme) -> Attributes | None:
    if not attributes:
        return None
    kept = {n: v for n, v in attributes.items() if scheme.attribute_problem(n, v, label) is None}
    return dict(sorted(kept.items())) or None
