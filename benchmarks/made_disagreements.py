"""Made-up projects for diagnoses: curators who differ by chance alone, and such with one problem planted."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from annotator.agreement.diagnoses.aligned import AlignedLayers
from annotator.agreement.layers import Content, DocumentLayers, Vocabulary
from annotator.annotation import RelationKey, SpanKey
from annotator.text import Segmentation

LABELS = {"PERSON": 30, "ORG": 25, "GPE": 20, "DATE": 15, "EVENT": 7, "LAW": 3}
TYPES = {"works_for": 5, "located_in": 3, "leads": 2}
WORDS = {"the": 14, "a": 6, ",": 10, ".": 6, "of": 8, "and": 7, "in": 6, "“": 2, "”": 2, "minister": 3, "said": 4}
NAMES = ("Ruiz", "Paz", "Lima", "Quito", "Board", "Bank", "Union", "May", "Act", "Summit", "North", "Cross")

PROBLEMS = (
    "article", "confused labels", "marks less", "drift of a curator", "label", "document", "differs from all",
    "direction", "anchoring", "drift",
)  # fmt: skip
"""What can be planted, named as what it is to be found as; ``article`` is found as a border."""


class MadeProject(NamedTuple):
    """Documents with layers and texts, the days on which they were finished, and which are blind."""

    documents: list[DocumentLayers]
    names: tuple[str, ...]
    texts: dict[str, str]
    days: list[str]
    blind: list[bool]

    def aligned(self) -> AlignedLayers:
        """Its layers, aligned."""
        symmetric: frozenset[str] = frozenset()
        return AlignedLayers(self.documents, self.names, Vocabulary(tuple(LABELS), tuple(TYPES), symmetric))


class _Token(NamedTuple):
    start: int
    end: int
    text: str


class _Gold(NamedTuple):
    first: int
    last: int
    label: str


def made_project(
    seed: int, *, documents: int = 40, curators: int = 3, problem: str = "", overlap: int = 0, strength: float = 1.0
) -> MadeProject:
    """Make a project; ``overlap`` curators have each document, without a number all of them."""
    chance = random.Random(seed)
    names = tuple(f"curator-{number + 1}" for number in range(curators))
    made, texts, days, blinds = [], {}, [], []
    for number in range(documents):
        key = f"d{number:03}"
        tokens, gold = _text(chance)
        texts[key] = "".join(_spaced(tokens))
        skill = min(1.0, chance.lognormvariate(0, 0.4) * 0.16)
        blind = chance.random() < 0.4
        if problem == "document" and number == documents // 3:
            skill = 0.75 * strength
        if problem == "anchoring" and blind:
            skill *= 1 + 1.2 * strength
        if problem == "drift" and number >= documents * 0.6:
            skill *= 1 + 1.2 * strength
        having = sorted(chance.sample(names, overlap)) if overlap else names
        layers = {
            name: _as_marked(
                name == names[0], tokens, gold, skill, chance, problem, strength, number >= 0.6 * documents
            )
            for name in having
        }
        made.append(DocumentLayers(key, tokens[-1].end, Segmentation((t.start, t.end) for t in tokens), layers))
        days.append(f"2026-{1 + number // 28:02}-{1 + number % 28:02}")
        blinds.append(blind)
    return MadeProject(made, names, texts, days, blinds)


def _spaced(tokens: Sequence[_Token]) -> list[str]:
    return [token.text + " " for token in tokens]


def _text(chance: random.Random) -> tuple[list[_Token], list[_Gold]]:
    """A text of names among other words, and its spans."""
    tokens: list[_Token] = []
    gold: list[_Gold] = []

    def add(word: str) -> None:
        start = tokens[-1].end + 1 if tokens else 0
        tokens.append(_Token(start, start + len(word), word))

    for _ in range(max(3, int(chance.lognormvariate(2.7, 0.5)))):
        for word in chance.choices(list(WORDS), list(WORDS.values()), k=chance.randint(1, 4)):
            add(word)
        first = len(tokens)
        for word in chance.sample(NAMES, chance.choice((1, 1, 2, 2, 3))):
            add(word)
        label = chance.choices(list(LABELS), list(LABELS.values()))[0]
        gold.append(_Gold(first, len(tokens) - 1, label))
    add(".")
    return tokens, gold


def _as_marked(
    odd: bool,
    tokens: Sequence[_Token],
    gold: Sequence[_Gold],
    slips: float,
    chance: random.Random,
    problem: str,
    strength: float,
    late: bool,
) -> Content:
    """What a curator marks; ``odd`` is the one to whom a problem of one curator is planted."""
    spans: list[SpanKey] = []
    for first, last, label in gold:
        begin, end, given = first, last, label
        rate = min(1.0, slips * 3) if problem == "label" and label == "EVENT" else slips
        kind = chance.choice(("missed", "border", "label", "missed", "border")) if chance.random() < rate else ""
        if problem == "differs from all" and odd and chance.random() < 0.2 * strength:
            kind = chance.choice(("border", "label"))
        if kind == "missed":
            continue
        if kind == "border":
            begin, end = _slipped(first, last, len(tokens), chance)
        elif kind == "label":
            given = chance.choices(list(LABELS), list(LABELS.values()))[0]
        elif (
            problem == "article" and odd and tokens[first - 1].text in ("the", "a") and chance.random() < 0.8 * strength
        ):
            begin = first - 1
        elif problem == "confused labels" and label == "GPE" and chance.random() < 0.25 * strength:
            given = "ORG"
        elif problem == "label" and label == "EVENT" and chance.random() < 0.5 * strength:
            given = chance.choice(list(LABELS))
        lost = (problem == "marks less" and odd) or (problem == "drift of a curator" and odd and late)
        if lost and chance.random() < 0.25 * strength:
            continue
        spans.append(SpanKey(tokens[begin].start, tokens[end].end, given))
    return Content(spans, _relations(spans, chance, problem, odd, strength))


def _slipped(first: int, last: int, count: int, chance: random.Random) -> tuple[int, int]:
    """Borders one token off, at either side, wider or narrower."""
    ways = [(first - 1, last)] if first else []
    ways += [(first, last + 1)] if last + 1 < count else []
    ways += [(first + 1, last), (first, last - 1)] if last > first else []
    return chance.choice(ways)


def _relations(
    spans: Sequence[SpanKey], chance: random.Random, problem: str, odd: bool, strength: float
) -> list[RelationKey]:
    found = []
    for number in range(0, len(spans) - 1, 2):
        one, other = spans[number], spans[number + 1]
        label = list(TYPES)[one.start % 3]
        slip = chance.random()
        if slip < 0.1:
            continue
        if slip < 0.15:
            label = chance.choice(list(TYPES))
        turned = problem == "direction" and odd and label == "leads" and chance.random() < 0.5 * strength
        found.append(RelationKey(other, one, label) if turned else RelationKey(one, other, label))
    return found
