"""Every curator against gold over all documents: how far they say what gold says, and what they get wrong most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal, NamedTuple

from annotator.history import GOLD, LayerName
from annotator.labels import LabelScheme
from annotator.store import Store, comparable_layers
from annotator.workflow.adjudicating.feedback import (
    FINDINGS,
    AttributeFeedback,
    Feedback,
    Finding,
    RelationFeedback,
    compare,
)
from annotator.workflow.visibility import Visibility

ItemKind = Literal["spans", "relations", "attributes"]
KINDS: tuple[ItemKind, ItemKind] = ("spans", "relations")
MOST_ERRORS = 5
"""Kinds of error that are named of a curator."""


class ErrorKind(NamedTuple):
    """What a curator got wrong: the finding, on spans or relations, and the labels; ``None`` where there is none."""

    kind: ItemKind
    finding: Finding
    own: str | None
    gold: str | None

    def __str__(self) -> str:
        labels = dict.fromkeys(label for label in (self.own, self.gold) if label is not None)
        return f"{self.finding} {' → '.join(labels)}"


class Scores(NamedTuple):
    """How far a curator says what gold says; ``None`` where there is nothing to divide by."""

    precision: float | None
    recall: float | None
    f1: float | None

    @classmethod
    def of(cls, same: int, own: int, gold: int) -> Scores:
        """The scores of ``same`` items in common, of the curator's ``own`` and those of ``gold``."""
        shares = ((same, own), (same, gold), (2 * same, own + gold))
        return cls(*(part / whole if whole else None for part, whole in shares))


@dataclass(slots=True)
class FeedbackTotals:
    """One curator's work against gold, counted over their documents.

    ``findings`` counts items by kind and finding, ``errors`` by what was wrong.  Relations are compared between the
    gold spans that stand for their ends; ``same_ends`` counts those as in gold whose own ends are gold's, too.
    ``attributes`` counts those of items that both have by finding.
    """

    curator: str
    documents: int = 0
    findings: Counter[tuple[ItemKind, Finding]] = field(default_factory=Counter)
    errors: Counter[ErrorKind] = field(default_factory=Counter)
    same_ends: int = 0
    attributes: Counter[Finding] = field(default_factory=Counter)

    def add(self, items: Iterator[Feedback]) -> None:
        """Count the items of one more document."""
        self.documents += 1
        for item in items:
            if isinstance(item, AttributeFeedback):
                self.attributes[item.finding] += 1
                if item.finding != "as in gold":
                    self.errors[ErrorKind("attributes", item.finding, item.name, None)] += 1
                continue
            kind: ItemKind = "relations" if isinstance(item, RelationFeedback) else "spans"
            self.findings[kind, item.finding] += 1
            if item.finding == "as in gold":
                self.same_ends += kind == "relations" and item.own == item.gold
            else:
                own, gold = (None if key is None else key.label for key in (item.own, item.gold))
                self.errors[ErrorKind(kind, item.finding, own, gold)] += 1

    def counts(self, kind: ItemKind) -> dict[Finding, int]:
        """How many spans or relations there are of every finding."""
        return {finding: self.findings[kind, finding] for finding in FINDINGS}

    def scores(self, kind: ItemKind) -> Scores:
        """How far spans or relations are those of gold."""
        return Scores.of(self.findings[kind, "as in gold"], *self._sizes(kind))

    def strict_relation_f1(self) -> float | None:
        """The F1 of relations whose ends must be gold's own spans."""
        return Scores.of(self.same_ends, *self._sizes("relations")).f1

    def _sizes(self, kind: ItemKind) -> tuple[int, int]:
        counts = self.counts(kind)
        total = sum(counts.values())
        return total - counts["missed"], total - counts["not in gold"]

    def commonest(self, most: int | None = MOST_ERRORS) -> list[tuple[ErrorKind, int]]:
        """The errors that were made most often, with how often."""
        ranked = sorted(self.errors.items(), key=lambda error: (-error[1], str(error[0]), error[0].kind))
        return ranked[:most]

    def as_json(self) -> dict[str, Any]:
        """The totals as JSON values; what is undefined is null."""
        spans, relations = ({**self.scores(kind)._asdict(), "findings": self.counts(kind)} for kind in KINDS)
        relations["strict_f1"] = self.strict_relation_f1()
        errors = [{**error._asdict(), "count": count} for error, count in self.commonest(None)]
        return {
            "curator": self.curator,
            "documents": self.documents,
            "spans": spans,
            "relations": relations,
            **({"attributes": {"findings": dict(sorted(self.attributes.items()))}} if self.attributes else {}),
            "errors": errors,
        }


@dataclass(frozen=True, slots=True)
class FeedbackOverview:
    """Every curator's totals, in order of name, and how many pieces of work the reader may not see yet."""

    curators: list[FeedbackTotals]
    hidden: int


def feedback_totals(
    store: Store, scheme: LabelScheme, reader: str, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> FeedbackOverview:
    """Compare all work that was finished with complete gold, a document at a time, as far as a reader may see it."""
    visibility = Visibility(store, reader)
    totals: dict[str, FeedbackTotals] = {}
    hidden = 0
    with store.snapshot():
        layers = comparable_layers(store)
        for number, (key, work) in enumerate(groupby(layers, key=lambda layer: layer.name.document), 1):
            gold = store.layer(LayerName(key, GOLD))
            assert gold is not None
            shown = []
            for layer in work:
                if visibility.why_hidden(layer) or visibility.why_hidden(gold):
                    hidden += 1
                else:
                    shown.append(layer)
            progress(number, len(layers))
            if not shown:
                continue
            document = store.document(key)
            assert document is not None
            content = store.annotations(gold.id)
            for layer in shown:
                name = layer.name.author
                own = store.annotations(layer.id)
                totals.setdefault(name, FeedbackTotals(name)).add(compare(own, content, scheme, document.sentences))
    return FeedbackOverview([totals[name] for name in sorted(totals)], hidden)
