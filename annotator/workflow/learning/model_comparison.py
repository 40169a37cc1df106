"""Comparing the installed pretrained models of each language on finished documents: how good, how fast, which to use.

Model and rules suggest as they would before anything was learned.  Where documents were annotated with the suggestions
of one of the models in view, that one has an advantage, because what curators accepted is right.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from annotator.annotation import Annotations
from annotator.errors import WorkflowError
from annotator.labels import LabelScheme
from annotator.labels.retired import retired
from annotator.text import Document
from annotator.workflow.learning.evaluation import Counts, interval
from annotator.workflow.learning.suggesting import Progress
from annotator.workflow.learning.training import finished_layers
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from annotator.suggest.pinned_models import PinnedModel

LATEST = 100
"""Finished documents of a language that are measured on, those changed last."""
CLOSE = 0.005
"""F1 by which a larger model must be better to be worth its time."""

Finished = tuple[Document, Annotations]


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """How a model did: counts of spans and relations, the 95 % interval of the spans' F1, CPU seconds, and tokens.

    ``used`` says whether the model suggests for its language, ``best`` whether it should.
    """

    model: PinnedModel
    documents: int
    spans: Counts
    relations: Counts
    interval: tuple[float, float] | None
    seconds: float
    tokens: int
    used: bool
    best: bool = False

    @property
    def seconds_per_1000_tokens(self) -> float:
        """CPU seconds that a thousand tokens take."""
        return 1000 * self.seconds / max(self.tokens, 1)


def compare_models(
    workspace: Workspace, *, layer: str | None = None, progress: Progress | None = None
) -> list[ModelFigures]:
    """Measure every installed model on the finished documents in its language, by language and size.

    ``layer`` names the layer that is the truth; by default it is gold, else finished work.  Raises
    :class:`WorkflowError` when nothing is finished in a language with an installed model.
    """
    from annotator.suggest import models

    by_lang = _finished(workspace, layer)
    chosen = [(model, lang) for lang in by_lang for model in models.installed(lang, workspace.models)]
    if not chosen:
        raise WorkflowError(
            "no finished document in a language with an installed model",
            "`annotator models list` shows the models; finish documents in the workbench, or import gold",
        )
    figures: list[ModelFigures] = []
    for number, (model, lang) in enumerate(chosen):
        if progress is not None:
            progress(number, len(chosen))
        used = models.in_use(lang, workspace.models) == model
        figures.append(_measured(workspace.scheme, workspace.models, model, by_lang[lang], used=used))
    return [_judged(one, figures) for one in figures]


def _finished(workspace: Workspace, layer: str | None) -> dict[str, list[Finished]]:
    """The finished documents with what is right in them, by language."""
    store = workspace.store
    by_lang: defaultdict[str, list[Finished]] = defaultdict(list)
    for info in sorted(finished_layers(store, layer), key=lambda i: (i.changed_at or "", i.name), reverse=True):
        document = store.document(info.name.document)
        if document is not None and len(by_lang[document.lang]) < LATEST:
            work = store.annotations(info.id)
            truth = retired(workspace.scheme, work, document.sentences).left_of(work)
            by_lang[document.lang].append((document, truth))
    return dict(sorted(by_lang.items()))


def _measured(
    scheme: LabelScheme, models_dir: Path, model: PinnedModel, finished: Sequence[Finished], *, used: bool
) -> ModelFigures:
    from annotator.suggest.pipeline import BuiltInSuggester

    documents = [document for document, _ in finished]
    suggester = BuiltInSuggester(scheme, model.lang, models_dir, model=model)
    list(suggester.suggest(documents[:1]))  # what is read once only is no part of the time
    started = time.process_time()
    suggested = list(suggester.suggest(documents))
    seconds = time.process_time() - started
    pairs = list(zip(suggested, (truth for _, truth in finished), strict=True))
    spans_found = [_counts(_span_keys(found), _span_keys(truth)) for found, truth in pairs]
    relations_found = [_counts(_relation_keys(found, scheme), _relation_keys(truth, scheme)) for found, truth in pairs]
    return ModelFigures(
        model,
        len(finished),
        _total(spans_found),
        _total(relations_found),
        interval(spans_found),
        seconds,
        sum(len(document.tokens) for document in documents),
        used,
    )


def _span_keys(layer: Annotations) -> set[Hashable]:
    return {span.key for span in layer.spans.values()}


def _relation_keys(layer: Annotations, scheme: LabelScheme) -> set[Hashable]:
    return {layer.relation_key(relation).canonical(scheme.symmetric) for relation in layer.relations.values()}


def _counts(suggested: set[Hashable], right: set[Hashable]) -> Counts:
    return Counts(len(suggested & right), len(suggested), len(right))


def _total(counts: Sequence[Counts]) -> Counts:
    return Counts(*map(sum, zip(*counts, strict=True)))


def _judged(one: ModelFigures, figures: Sequence[ModelFigures]) -> ModelFigures:
    """The figures with whether their model is the best of its language: the smallest of those about as good as any."""
    rivals = [other for other in figures if other.model.lang == one.model.lang]
    top = max(other.spans.f1 or 0.0 for other in rivals)
    good = [other for other in rivals if (other.spans.f1 or 0.0) >= top - CLOSE]
    return replace(one, best=one is min(good, key=lambda other: other.model.size))
