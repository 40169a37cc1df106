"""A diagnosis as people read it: what is the matter, how that is known, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotator.annotation import RelationKey, SpanKey, key_json
from annotator.workflow.comparing.agreement_sample import display_name
from annotator.workflow.comparing.diagnosing import ShownDifference
from annotator.workflow.comparing.disagreements import MISSED, DisagreementFilter
from annotator.workflow.description import item_in_words, one_line

NOTHING = "Nothing stands out: what differs looks like chance, spread over curators, labels and documents."

AROUND = 40
"""Code points of text that an example shows on either side of what it is about."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is the matter, in words; ``evidence`` and ``next_step`` are sentences.

    It explains ``explained`` of ``total`` differences, on spans or on ``relations``; both are 0 where it is about the
    figures themselves.  ``which`` are these differences, ``document`` the one that it is about, ``chance`` the
    probability of as much by chance where there was a test.
    """

    kind: str
    words: str
    evidence: str
    next_step: str
    explained: int = 0
    total: int = 0
    relations: bool = False
    which: DisagreementFilter | None = None
    document: str | None = None
    chance: float | None = None
    examples: tuple[ShownDifference, ...] = ()

    @property
    def share(self) -> str:
        """How much it explains: ``41 of 120 span differences``."""
        if not self.total:
            return ""
        return f"{self.explained:,} of {self.total:,} {'relation' if self.relations else 'span'} differences"


def example_in_words(example: ShownDifference) -> str:
    """One example on a line: the document, and what either layer says there."""
    found = example.disagreement
    sides = (
        f"{display_name(layer)} {MISSED if item is None else item_in_words(item, example.text)}"
        for layer, item in zip((found.left_layer, found.right_layer), found.match[:2], strict=True)
    )
    return f"{found.document}: {' · '.join(sides)}"


def surroundings(example: ShownDifference) -> str:
    """The text around an example, on one line."""
    spans = [span for side in example.disagreement.spans for span in side]
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    before, after = max(0, start - AROUND), min(len(example.text), end + AROUND)
    text = one_line(example.text[before:after])
    return f"{'…' if before else ''}{text}{'…' if after < len(example.text) else ''}"


def as_record(found: Diagnosis) -> dict[str, Any]:
    """A diagnosis as JSON values."""
    return {
        "kind": found.kind,
        "words": found.words,
        "evidence": found.evidence,
        "next": found.next_step,
        "explained": found.explained,
        "differences": found.total,
        "relations": found.relations,
        "chance": found.chance,
        "examples": [_example(example) for example in found.examples],
        "filter": None if found.which is None else _filter(found.which),
    }


def _example(example: ShownDifference) -> dict[str, Any]:
    found = example.disagreement
    left, right = (_side(item, example.text) for item in found.match[:2])
    return {
        "document": found.document,
        "left_layer": found.left_layer,
        "right_layer": found.right_layer,
        "left": left,
        "right": right,
        "text": surroundings(example),
    }


def _side(item: SpanKey | RelationKey | None, text: str) -> dict[str, Any] | None:
    return None if item is None else {"content": key_json(item), "words": item_in_words(item, text)}


def _filter(which: DisagreementFilter) -> dict[str, Any]:
    """What narrows the disagreements down; null where nothing does."""
    documents = which.documents
    if documents is None and which.places is not None:
        documents = frozenset(place[0] for place in which.places)
    return {
        "layer": which.layer,
        "lacks": None if which.lacks is None else sorted(which.lacks),
        "label": which.label,
        "said": None if which.said is None else list(which.said),
        "kinds": None if which.kinds is None else sorted(which.kinds),
        "documents": None if documents is None else sorted(documents),
        "condition": which.condition,
    }
