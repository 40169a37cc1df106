"""Training from finished documents, and choosing by measurement what of it is used.

For every way to suggest (rules alone, with memory, with the tagger; relations by rules or by the linker) documents
are left out in turn, near-duplicates together; what does best on the documents left out is used.  The same outcomes
calibrate the scores.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from annotator.annotation import Annotations, RelationKey, Span, reading_order
from annotator.files.scratch import scratch
from annotator.labels import LabelScheme
from annotator.similarity import near_duplicate_groups
from annotator.suggest.learned import tagger, versions
from annotator.suggest.learned.calibration import Calibration
from annotator.suggest.learned.combining import LearnedSpans
from annotator.suggest.learned.evidence import RangeDecision
from annotator.suggest.learned.phrase_memory import DocumentEvidence, PhraseMemory, memory_rows, spans_from_memory
from annotator.suggest.learned.tagger import Hints, Tagger
from annotator.suggest.phrases import PhraseIndex
from annotator.suggest.relations import classifier
from annotator.suggest.relations.candidates import RelationSuggester
from annotator.suggest.relations.classifier import RelationClassifier, RelationScorer
from annotator.suggest.relations.logistic import Case, Weights, fit
from annotator.text import Document

FOLDS = 4
"""Parts into which the documents are put, one of which is left out at a time."""
UNLABELLED = 20
"""Unfinished documents whose proposals the tagger also learns from, so that it starts by trusting them."""
TRUSTED = 0.5
"""F1 of the layers below on the finished documents from which their proposals for unfinished ones are learned from."""
PENALTY = 2.0
"""L2 penalty of the linker; measured on news by leaving documents out."""
_COPIES = ((30, 3), (60, 2))
"""How often a finished document counts against an unfinished one, by the number of finished ones."""


@dataclass(frozen=True, slots=True)
class Example:
    """A finished document: what the layers below proposed, what it holds in truth, and what was turned down in it."""

    document: Document
    proposed: Annotations
    truth: Annotations
    turned_down: tuple[RangeDecision, ...] = ()

    @property
    def marks(self) -> Iterator[RangeDecision]:
        """Yield what its decisions say of its words."""
        yield from (RangeDecision(*span.key, positive=True) for span in self.truth.spans.values())
        yield from self.turned_down


class Outcome(NamedTuple):
    """What was suggested in a document that was left out, against what is right.

    ``suggested`` holds scores and ``sources`` the sources by what is suggested: span keys, or relation keys.
    """

    document: str
    suggested: dict[Any, float]
    right: frozenset[Any]
    sources: dict[Any, str]


@dataclass(slots=True)
class Measured:
    """Outcomes by way of suggesting.

    ``spans`` by ``rules``, ``memory`` and ``tagger``; ``relations`` between true spans by ``rules`` and ``linker``; and
    ``whole``: relations between suggested spans, by both ways (``tagger+linker``).
    """

    spans: dict[str, list[Outcome]] = field(default_factory=dict)
    relations: dict[str, list[Outcome]] = field(default_factory=dict)
    whole: dict[str, list[Outcome]] = field(default_factory=dict)


class Material:
    """Examples with what is worked out of them once: indexes by document."""

    def __init__(
        self,
        scheme: LabelScheme,
        examples: Sequence[Example],
        unlabelled: Sequence[tuple[Document, Annotations]] = (),
    ) -> None:
        self.scheme = scheme
        self.examples = list(examples)
        self.unlabelled = list(unlabelled)[:UNLABELLED]
        self._indexes: dict[str, PhraseIndex] = {}
        self._pairs: dict[str, RelationSuggester] = {}

    def index(self, document: Document) -> PhraseIndex:
        """Return a document's words."""
        if document.key not in self._indexes:
            self._indexes[document.key] = PhraseIndex(document)
        return self._indexes[document.key]

    def pairs(self, lang: str) -> RelationSuggester:
        """Return the rules for relations in a language."""
        if lang not in self._pairs:
            self._pairs[lang] = RelationSuggester(self.scheme, lang)
        return self._pairs[lang]

    def folds(self, most: int) -> list[list[int]]:
        """Return the examples in parts of about the same size, near-duplicates in one part, as their numbers."""
        groups: dict[int, list[int]] = {}
        roots = near_duplicate_groups(example.document.text for example in self.examples)
        for number, root in enumerate(roots):
            groups.setdefault(root, []).append(number)
        parts: list[list[int]] = [[] for _ in range(min(most, len(groups)))]
        for group in sorted(groups.values(), key=lambda g: (-len(g), g)):
            min(parts, key=len).extend(group)
        return parts


def train_memory(material: Material, examples: Iterable[Example]) -> PhraseMemory:
    """Return the phrase memory of some examples."""
    memory = PhraseMemory()
    for example in examples:
        memory.put(DocumentEvidence(material.index(example.document), example.marks, finished=True))
    return memory


def train_tagger(material: Material, examples: Sequence[Example], memory: PhraseMemory, path: Path) -> Tagger:
    """Train a tagger on some examples, and on the proposals for unfinished documents as if they were right."""
    trusted = trusts(examples)
    copies = next((times for most, times in _COPIES if len(examples) < most), 1) if trusted else 1
    finished = [(e.document, e.proposed, e.truth.spans.values()) for e in examples] * copies
    unfinished = [(document, proposed, proposed.spans.values()) for document, proposed in material.unlabelled]
    unfinished = unfinished if trusted else []

    def units() -> Iterator[tuple[list[list[str]], list[str]]]:
        words_of = tagger.vocabulary()
        for document, proposed, spans in (*finished, *unfinished):
            index = material.index(document)
            hints = Hints(index, {"base": proposed.spans.values(), "memory": spans_from_memory(index, memory)})
            for place in tagger.sequences(index):
                yield tagger.features(index, place, hints, words_of), tagger.outline(index, place, spans)

    tagger.train(units(), path, leaning=trusted)
    return Tagger(path, leaning=trusted)


def trusts(examples: Iterable[Example]) -> bool:
    """Return whether the layers below do well enough on finished documents to lean on them."""
    return (f1(_span_outcome(e, e.proposed.spans.values()) for e in examples) or 0.0) >= TRUSTED


def train_linker(material: Material, examples: Iterable[Example]) -> Weights:
    """Return the weights of the relation classifier."""
    return fit((case for example in examples for case in _cases(material, example)), PENALTY)


def _cases(material: Material, example: Example) -> Iterator[Case]:
    """Yield every pair of an example's true spans that the scheme allows, and whether it holds the relation."""
    pairs = material.pairs(example.document.lang)
    truth = true_relations(material.scheme, example.truth)
    for relation, head, child, pair in pairs.cases(example.document, _in_reading_order(example.truth.spans.values())):
        rule = pairs.rule(relation, pair)
        key = directed(material.scheme, RelationKey(head.key, child.key, relation.name))
        yield Case(tuple(classifier.features(relation, pair, rule)), classifier.belief(rule), key in truth)


def true_relations(scheme: LabelScheme, content: Annotations) -> frozenset[RelationKey]:
    """Return what a layer's relations say, symmetric ones from the earlier span."""
    return frozenset(directed(scheme, content.relation_key(relation)) for relation in content.relations.values())


def directed(scheme: LabelScheme, key: RelationKey) -> RelationKey:
    """Return a relation, from the earlier span where its type has no direction."""
    kind = scheme.relations.get(key.label)
    turned = kind is not None and kind.symmetric and key.child < key.head
    return RelationKey(key.child, key.head, key.label) if turned else key


def _in_reading_order(spans: Iterable[Span]) -> list[Span]:
    return sorted(spans, key=reading_order)


def measure(
    material: Material,
    folder: Path,
    parts: Sequence[Sequence[int]],
    share: float = 1.0,
    progress: Callable[[int, int], None] | None = None,
) -> Measured:
    """Leave each part out in turn, learn from a share of the rest, and suggest for the part in every way.

    ``folder`` is for files that do not last; ``progress`` is told how many parts are done, and of how many.
    """
    measured = Measured()
    for number, part in enumerate(parts if len(parts) > 1 else ()):
        if progress is not None:
            progress(number, len(parts))
        held = set(part)
        rest = [e for i, e in enumerate(material.examples) if i not in held]
        rest = sorted(rest, key=lambda e: e.document.sha256)[: max(1, round(share * len(rest)))]
        ways = _trained(material, rest, folder / "fold.crf")
        for one in part:
            _suggest_for(material, material.examples[one], ways, measured)
    return measured


class _Ways(NamedTuple):
    stacks: dict[str, LearnedSpans]
    weighers: dict[str, RelationScorer | None]


def _trained(material: Material, examples: Sequence[Example], path: Path) -> _Ways:
    """Return every way to suggest, trained on some examples."""
    memory = train_memory(material, examples)
    tagged = LearnedSpans(material.scheme, memory, train_tagger(material, examples, memory, path))
    stacks = {"rules": LearnedSpans(material.scheme), "memory": LearnedSpans(material.scheme, memory), "tagger": tagged}
    return _Ways(
        stacks, {"rules": None, "linker": RelationScorer(RelationClassifier(train_linker(material, examples)))}
    )


def _suggest_for(material: Material, example: Example, ways: _Ways, measured: Measured) -> None:
    for name, stack in ways.stacks.items():
        found = stack.spans(example.document, list(example.proposed.spans.values()))
        measured.spans.setdefault(name, []).append(_span_outcome(example, found))
        for how, relation_scorer in ways.weighers.items():
            whole = measured.whole.setdefault(f"{name}+{how}", [])
            whole.append(relation_outcome(material, example, found, relation_scorer))
    for name, relation_scorer in ways.weighers.items():
        outcome = relation_outcome(material, example, example.truth.spans.values(), relation_scorer)
        measured.relations.setdefault(name, []).append(outcome)


def _span_outcome(example: Example, found: Iterable[Span]) -> Outcome:
    right = frozenset(span.key for span in example.truth.spans.values())
    spans = {span.key: span for span in found}
    scores = {key: span.score or 0.0 for key, span in spans.items()}
    return Outcome(example.document.key, scores, right, {key: span.source or "" for key, span in spans.items()})


def relation_outcome(
    material: Material, example: Example, spans: Iterable[Span], relation_scorer: RelationScorer | None = None
) -> Outcome:
    """Return the relations that are proposed between some spans, by the rules or by a linker, against the true ones."""
    named = {str(span.key): span.replace(id=str(span.key)) for span in spans}
    pairs = RelationSuggester(material.scheme, example.document.lang, relation_scorer)
    found = {}
    for relation in pairs.relations(example.document, _in_reading_order(named.values())):
        key = RelationKey(named[relation.head].key, named[relation.child].key, relation.label)
        found[directed(material.scheme, key)] = relation
    scores = {key: relation.score or 0.0 for key, relation in found.items()}
    sources = {key: relation.source or "" for key, relation in found.items()}
    return Outcome(example.document.key, scores, true_relations(material.scheme, example.truth), sources)


def f1(outcomes: Iterable[Outcome]) -> float | None:
    """Return the pooled F1 of some outcomes; ``None`` where nothing is right and nothing was suggested."""
    shared = total = 0
    for outcome in outcomes:
        shared += len(outcome.right & outcome.suggested.keys())
        total += len(outcome.right) + len(outcome.suggested)
    return 2 * shared / total if total else None


def choose(measured: Measured) -> dict[str, str]:
    """Return the ways that do best on documents left out: the rules unless another does better.

    Relations are judged by those between true spans and those between the spans that would be suggested, together.
    """
    spans = _best(measured.spans)
    both = {way: [*outcomes, *measured.whole[f"{spans}+{way}"]] for way, outcomes in measured.relations.items()}
    relations = _best(both)
    return {"spans": spans, "relations": relations, "whole": f"{spans}+{relations}"}


def _best(ways: Mapping[str, Sequence[Outcome]]) -> str:
    return max(ways, key=lambda way: (f1(ways[way]) or 0.0, way == "rules"), default="rules")


def learn(
    material: Material,
    folder: Path,
    ways: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Train on all examples, write the files of a version into ``folder``, and return what its card says of it.

    ``ways`` says what is to be used, without measuring: spans by ``rules``, ``memory`` or ``tagger``, relations by
    ``rules`` or ``linker``.
    """
    with scratch(folder.parent) as passing:
        measured = Measured()
        if ways is None:
            measured = measure(material, passing, material.folds(FOLDS), progress=progress)
    chosen = dict(ways) if ways is not None else choose(measured)
    memory = train_memory(material, material.examples)
    if chosen["spans"] == "tagger":
        train_tagger(material, material.examples, memory, folder / versions.TAGGER)
    if chosen["relations"] == "linker":
        _dump(folder / versions.LINKER, train_linker(material, material.examples))
    _dump(folder / versions.MEMORY, memory_rows(memory) if chosen["spans"] != "rules" else [])
    _dump(folder / versions.CALIBRATION, _calibrations(material, measured, chosen))
    return {
        "uses": chosen,
        "leaning": trusts(material.examples),
        "figures": {
            kind: {way: _rounded(f1(outcomes)) for way, outcomes in ways.items()}
            for kind, ways in (
                ("spans", measured.spans),
                ("relations", measured.relations),
                ("whole", measured.whole),
            )
        },
    }


def _calibrations(material: Material, measured: Measured, chosen: dict[str, str]) -> dict[str, list[Any]]:
    """Return the calibrations that the documents left out bear out, as their points."""
    found = {}
    for name, outcomes in (
        ("span", measured.spans.get(chosen["spans"], [])),
        ("relation", measured.relations.get(chosen["relations"], [])),
        ("memory", list(_recalled(material))),
    ):
        found[name] = Calibration.fit(_judged(outcomes)).points
    return found


def _judged(outcomes: Iterable[Outcome]) -> Iterator[tuple[float, bool]]:
    for outcome in outcomes:
        for key, score in outcome.suggested.items():
            yield score, key in outcome.right


def _recalled(material: Material) -> Iterator[Outcome]:
    """Yield what the memory of the other documents proposes in each one."""
    memory = train_memory(material, material.examples)
    for example in material.examples:
        yield _span_outcome(example, spans_from_memory(material.index(example.document), memory))


def _dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
