"""What curators decided on the suggestions of added suggesters, beside the scores that these give by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from annotator.annotation import Relation, Span, Verdict
from annotator.history import GOLD, curator_layer
from annotator.store import LayerInfo, Store
from annotator.text import Document
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from annotator.suggest.learned.added_scores import JudgedSuggestion


def curators_layers(store: Store, document: Document, finished: LayerInfo) -> list[LayerInfo]:
    """The layers of the curators whose work a finished layer is, on the same text."""
    names = (finished.curators or "").split(",") if finished.name.name == GOLD else [finished.name.author]
    layers = store.layers(document=document.key, kind="curator")
    return [one for one in layers if one.name.name in map(curator_layer, names) and one.text == document.sha256]


def added_outcomes(workspace: Workspace, finished: Sequence[LayerInfo]) -> Iterator[JudgedSuggestion]:
    """Yield the verdicts in finished documents on what an added suggester was shown to suggest.

    Nothing is sent: a suggester that asks a server gives what it was answered before.  Only verdicts on suggestions
    that bore its name count, because where others said the same nobody judged this one alone.
    """
    from annotator.suggest.learned.added_scores import JudgedSuggestion
    from annotator.suggest.pipeline import build

    pipeline = build(workspace.scheme, workspace.models, offline=True)
    names = {one.partition("@")[0] for one in pipeline.added}
    for info in finished if names else ():
        document = workspace.store.document(info.name.document)
        if document is None:
            continue
        layers = curators_layers(workspace.store, document, info)
        verdicts = _by_suggestion(v for layer in layers for v in workspace.store.verdicts(layer.id).values())
        judged = {_suggester(one) for of_one in verdicts.values() for one in of_one} & names
        for name, (layer,) in pipeline.raw([document], judged):
            suggestions: list[Span | Relation] = [*layer.spans.values(), *layer.relations.values()]
            for suggestion in suggestions:
                for one in verdicts.get(suggestion.id, ()):
                    if _suggester(one) == name and suggestion.score is not None:
                        accepted = one.verdict == "accepted"
                        yield JudgedSuggestion(name, one.kind, suggestion.label, suggestion.score, accepted)


def _by_suggestion(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.id, []).append(verdict)
    return found


def _suggester(verdict: Verdict) -> str:
    return (verdict.source or "").partition("@")[0]
