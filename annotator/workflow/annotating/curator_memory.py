"""Remembers a curator's decisions in other documents, and gold, from which suggestions for them are made.

Another curator's work is never used: it must not influence them before the gold is settled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.annotation import Annotations, Span, Verdict
from annotator.history import GOLD, curator_layer
from annotator.labels import LabelScheme
from annotator.store import LayerInfo, Store
from annotator.suggest.attributes.memory import AttributeMemory, Use
from annotator.suggest.learned.calibration import Calibration
from annotator.suggest.learned.corrections import CorrectionMemory, DocumentCorrections
from annotator.suggest.learned.evidence import RangeDecision, decision_against
from annotator.suggest.learned.phrase_memory import DocumentEvidence, PhraseMemory
from annotator.suggest.phrases import PhraseIndex
from annotator.text import Document
from annotator.workflow.annotating.correction_rules import decided_suggestion
from annotator.workflow.annotating.review_layer import ReviewLayer
from annotator.workflow.annotating.suggestion_updates import RelationProposer, SuggestionUpdates
from annotator.workflow.annotating.suggestions import shown_suggestions
from annotator.workflow.annotating.verdict_calibration import VerdictCalibration

if TYPE_CHECKING:
    from annotator.suggest.learned.versions import LearnedVersion
    from annotator.suggest.timed_regex import SlowPatternError

MOST_MENTIONS = 300
"""Texts of one label that are given out."""
LATEST = 200
"""Documents that are remembered, those changed last: so that opening one costs the same however many are done."""


class CuratorMemory:
    """The memory of one curator in one workspace, kept up to date as they go from document to document."""

    def __init__(self, store: Store, scheme: LabelScheme, curator: str, learned_dir: Path | None = None) -> None:
        self._store = store
        self._learned_dir = learned_dir
        self._scheme = scheme
        self._curator = curator
        self._layer = curator_layer(curator)
        self._memory = PhraseMemory()
        self._verdicts = VerdictCalibration()
        self._corrections = CorrectionMemory()
        self._attributes = AttributeMemory()
        self._heads: dict[str, tuple[str, ...]] = {}
        self._mentions: dict[str, list[tuple[str, str]]] = {}
        self._mentions_of: dict[str, list[str]] = {}
        self._chosen = ""
        self._version: LearnedVersion | None = None
        self._proposers: dict[tuple[str, str], RelationProposer] = {}
        self._warnings: deque[SlowPatternError] = deque()

    def phrase_memory(self, opened: str) -> PhraseMemory:
        """The phrase memory, brought up to date; only documents that changed since are read.

        What it knows of the document that is ``opened`` may be out of date.
        """
        self._update(opened)
        return self._memory

    def updates(self, document: Document, layer: ReviewLayer) -> SuggestionUpdates:
        """What keeps the suggestions of a document that is opened up to date with what is decided in its layer."""
        proposer = partial(self.relation_proposer, document.lang)
        memory = self.phrase_memory(document.key)
        return SuggestionUpdates(document, layer, memory, proposer, self.calibration(), self._corrections)

    def calibrated(self, opened: str, suggested: Annotations) -> Annotations:
        """What is suggested in the document that is opened, with scores by the curator's verdicts in others."""
        self._update(opened)
        return self._verdicts.calibrated(suggested)

    def _update(self, opened: str) -> None:
        """Read the documents that changed since the last time, and forget those that no longer count."""
        latest = self._latest()
        latest.pop(opened, None)
        for key in self._heads.keys() - latest.keys():
            self._memory.forget(key)
            self._verdicts.forget(key)
            self._corrections.forget(key)
            self._attributes.forget(key)
            self._mentions.pop(key, None)
            self._mentions_of.clear()
            del self._heads[key]
        for key, layers in latest.items():
            heads = tuple(layer.head for layer in layers)
            if self._heads.get(key) != heads:
                self._heads[key] = heads
                self._mentions_of.clear()
                self._read(key, layers)

    def relation_proposer(self, lang: str) -> RelationProposer:
        """The relation proposer for documents in ``lang``: by rules, or by the learned classifier."""
        from annotator.suggest.relations.candidates import RelationSuggester

        learned = self.learned()
        cache_key = (lang, learned.version if learned is not None else "")
        if cache_key not in self._proposers:
            relation_scorer = learned.relation_scorer if learned is not None else None
            self._proposers[cache_key] = RelationSuggester(self._scheme, lang, relation_scorer, self._warnings.append)
        return self._proposers[cache_key]

    def calibration(self) -> Calibration:
        """The calibration of the phrase memory's scores; the identity where none was learned."""
        learned = self.learned()
        calibration = learned.calibrations.get("memory") if learned is not None else None
        return calibration if calibration is not None else Calibration()

    def learned(self) -> LearnedVersion | None:
        """The learned version that is in use now; its files are read again only when another one was chosen."""
        from annotator.suggest.learned.versions import active_version, chosen_version

        if self._learned_dir is None:
            return None
        chosen = chosen_version(self._learned_dir)
        if chosen != self._chosen:
            self._chosen, self._version = chosen, active_version(self._learned_dir, self._scheme)
        return self._version

    def mentions(self, label: str) -> list[str]:
        """Texts that have a label in other documents, up to some hundreds, as far as these were read.

        The same list until others are read.
        """
        if label not in self._mentions_of:
            texts = (text for spans in self._mentions.values() for name, text in spans if name == label)
            self._mentions_of[label] = list(islice(texts, MOST_MENTIONS))
        return self._mentions_of[label]

    def attribute_memory(self, opened: str) -> AttributeMemory:
        """Which attributes the phrases of other documents have; only documents that changed since are read."""
        self._update(opened)
        return self._attributes

    def next_warning(self) -> SlowPatternError | None:
        """A pattern of the scheme that took too long and is left out from now on, once; ``None`` when there is none."""
        return self._warnings.popleft() if self._warnings else None

    def _latest(self) -> dict[str, list[LayerInfo]]:
        """The layers to remember by document: the curator's own and gold, of the documents that changed last."""
        by_document: dict[str, list[LayerInfo]] = {}
        layers = [layer for name in (self._layer, GOLD) for layer in self._store.latest_layers(name, LATEST)]
        for layer in sorted(layers, key=lambda info: (info.changed_at or "", info.name), reverse=True):
            key = layer.name.document
            if key in by_document or len(by_document) < LATEST:
                by_document.setdefault(key, []).append(layer)
        return by_document

    def _read(self, key: str, layers: list[LayerInfo]) -> None:
        document = self._store.document(key)
        layers = [layer for layer in layers if document is not None and layer.text == document.sha256]
        self._mentions.pop(key, None)
        if document is None or not layers:
            self._memory.forget(key)
            self._verdicts.forget(key)
            self._corrections.forget(key)
            self._attributes.forget(key)
            return
        gold = next((layer for layer in layers if layer.name.name == GOLD), None)
        own = next((layer for layer in layers if layer.name.name != GOLD), None)
        source = gold or own
        assert source is not None
        content = self._store.annotations(source.id)
        verdicts = self._store.verdicts(own.id) if own is not None else {}
        suggested = shown_suggestions(self._store, document, self._curator)
        self._verdicts.put(key, verdicts, suggested)
        self._mentions[key] = [(s.label, document.text[s.start : s.end]) for s in content.spans.values()]
        if self._scheme.attributes:
            uses = (Use(s.label, document.text[s.start : s.end], s.attributes) for s in content.spans.values())
            self._attributes.put(key, uses)
        marks = [RangeDecision(*span.key, positive=True) for span in content.spans.values()]
        items = self._store.annotations(own.id).spans if own is not None and own is not source else content.spans
        rejections = (decision_against(verdict, items.get(verdict.item or "")) for verdict in verdicts.values())
        marks += [mark for mark in rejections if mark is not None]
        finished = gold is not None or source.state == "done"
        index = PhraseIndex(document)
        self._memory.put(DocumentEvidence(index, marks, finished=finished))
        self._corrections.put(key, _corrections(index, verdicts, items, suggested))


def _corrections(
    index: PhraseIndex, verdicts: Mapping[str, Verdict], spans: Mapping[str, Span], suggested: Annotations
) -> DocumentCorrections:
    """What became of what is ``suggested`` in a document, where ``spans`` are the curator's."""

    def stored_over(start: int, end: int) -> list[Span]:
        return [span for span in suggested.spans.values() if span.start < end and start < span.end]

    corrections = DocumentCorrections(index)
    for verdict in verdicts.values():
        if verdict.kind == "span":
            decided = decided_suggestion(verdict, spans.get(verdict.item or ""), stored_over)
            corrections.put(verdict.id, decided)
    return corrections
