"""Phrase memory: what was marked and turned down before, and what that says about the same phrase elsewhere.

Two sorts of evidence are weighed: that of the open document, which counts for more, and that of other documents.  A
rejection speaks in its own document; elsewhere only once it was repeated.  Contexts are the words before and after:
evidence from the same context counts up to three times, which is how an ambiguous phrase is told apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, KeysView, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from annotator.annotation import Span, Verdict, suggested_span
from annotator.suggest.phrases import INFLECTED, SAME, Form, PhraseIndex, Place, Stems, likeness

Key = TypeVar("Key")

SOURCE = "memory@1"
HERE = 2.0
"""How much more a mention in the open document counts than one elsewhere."""
MOST_ELSEWHERE = 20.0
"""What all other documents together may count for at most."""
NAME_PRIOR, WORD_PRIOR = 0.5, 0.3
"""Belief before any evidence that another mention of a name, or of other words, means the same."""
LEAST = 0.5
"""Judgement from which a mention is proposed."""
REPEATED = 2
"""Documents in which a phrase must have been turned down before that counts elsewhere."""


class Witness(NamedTuple):
    """One decision on a phrase: marked as ``label`` (``good``) or turned down, how it was written, between what."""

    label: str
    good: bool
    form: Form
    before: str
    after: str


class Judgement(NamedTuple):
    """How likely a mention has a label, and how much evidence that rests on (mentions in other documents count 1)."""

    score: float
    weight: float


class Evidence:
    """Decisions on one phrase, counted; ``good`` and ``bad`` count labels."""

    __slots__ = ("contexts", "forms")

    def __init__(self) -> None:
        self.forms: Counter[tuple[str, bool, Form]] = Counter()
        self.contexts: Counter[tuple[str, bool, int, str]] = Counter()

    def __bool__(self) -> bool:
        return bool(self.forms)

    def count(self, witness: Witness, by: int = 1) -> None:
        """Add a decision, or take one out (``by`` -1)."""
        label, good, form, before, after = witness
        _add(self.forms, (label, good, form), by)
        for side, word in ((0, before), (1, after)):
            if word:
                _add(self.contexts, (label, good, side, word), by)

    def merge(self, other: Evidence) -> None:
        """Add all decisions of another."""
        self.forms.update(other.forms)
        self.contexts.update(other.contexts)

    def supports(self) -> bool:
        """Return whether the phrase was marked at least once."""
        return any(good for _, good, _ in self.forms)


def _add(counter: Counter[Key], key: Key, by: int) -> None:
    counter[key] += by
    if not counter[key]:
        del counter[key]


@dataclass
class Tally:
    """What other documents say of a phrase; ``unmarked`` counts its mentions that finished work leaves alone.

    It is complete before it is asked anything.
    """

    evidence: Evidence = field(default_factory=Evidence)
    unmarked: int = 0

    @cached_property
    def undisputed(self) -> tuple[str, Form, float] | None:
        """Return label, form and score of a phrase that was always marked alike, and so whatever stands around it."""
        if self.unmarked or len(self.evidence.forms) != 1:
            return None
        (((label, good, form), _),) = self.evidence.forms.items()
        score = judge(form, ("", ""), None, self)[label].score
        return (label, form, score) if good and score >= LEAST else None


NOTHING = Tally()


def judge(
    form: Form, around: tuple[str, str], here: Evidence | None, elsewhere: Tally, label: str | None = None
) -> dict[str, Judgement]:
    """Return, for every label that a phrase had somewhere (and for ``label``), how likely it has it at this place."""
    good: defaultdict[str, float] = defaultdict(float)
    bad: defaultdict[str, float] = defaultdict(float)
    alike: defaultdict[str, float] = defaultdict(float)
    if here is not None:
        _weigh(form, around, here, HERE, good, bad, alike)
    if elsewhere.evidence:
        their_good: defaultdict[str, float] = defaultdict(float)
        their_bad: defaultdict[str, float] = defaultdict(float)
        _weigh(form, around, elsewhere.evidence, 1.0, their_good, their_bad, alike)
        total = sum(their_good.values()) + sum(their_bad.values()) + elsewhere.unmarked
        scale = min(1.0, MOST_ELSEWHERE / total) if total else 1.0
        for mine, theirs in ((good, their_good), (bad, their_bad)):
            for name, value in theirs.items():
                mine[name] += scale * value
        unmarked = scale * elsewhere.unmarked
    else:
        unmarked = 0.0
    prior = NAME_PRIOR if any(word[0].isupper() for word in form) else WORD_PRIOR
    everything = sum(good.values())
    labels = sorted({*good, *bad, *([] if label is None else [label])})
    return {
        name: Judgement(
            alike.get(name, SAME) * (good[name] + prior) / (everything + bad[name] + unmarked + 1.0),
            everything + bad[name] + unmarked,
        )
        for name in labels
    }


def _weigh(
    form: Form,
    around: tuple[str, str],
    evidence: Evidence,
    factor: float,
    good: defaultdict[str, float],
    bad: defaultdict[str, float],
    alike: defaultdict[str, float],
) -> None:
    """Add up the decisions on forms like this one, those in the same context with more weight."""
    seen: set[tuple[str, bool]] = set()
    for (label, positive, remembered), count in evidence.forms.items():
        like = likeness(remembered, form)
        if not like:
            continue
        (good if positive else bad)[label] += factor * count * (1.0 if like > INFLECTED else 0.5)
        alike[label] = max(alike[label], like if positive else SAME)
        seen.add((label, positive))
    for label, positive in seen:
        same = sum(evidence.contexts.get((label, positive, side, word), 0) for side, word in enumerate(around) if word)
        (good if positive else bad)[label] += factor * same


class Mark(NamedTuple):
    """A decision on a range of a document: marked as ``label``, or turned down."""

    start: int
    end: int
    label: str
    good: bool


def refused(decision: Verdict, item: Span | None) -> Mark | None:
    """Return what a verdict says against its suggestion; ``item`` is the curator's span that came of it.

    A rejection says that the words do not have the label, and so does a correction that gave the same words another
    label or kept only a part of them.  ``None`` when it says no such thing.
    """
    if decision.kind != "span":
        return None
    start, end, label = decision.original
    if decision.verdict == "rejected":
        return Mark(start, end, label, good=False)
    if decision.verdict != "corrected" or item is None or item.key == (start, end, label):
        return None
    same = (item.start, item.end) == (start, end)
    part = item.label == label and start <= item.start and item.end <= end
    return Mark(start, end, label, good=False) if same or part else None


def witness(index: PhraseIndex, place: Place, mark: Mark) -> Witness:
    """Return what a decision says of the phrase at a place."""
    form, around = index.written(place)
    return Witness(mark.label, mark.good, form, *around)


class Remembered:
    """One document's part of the memory: its decisions by phrase, and where each phrase stands."""

    def __init__(self, index: PhraseIndex, marks: Iterable[Mark], *, finished: bool) -> None:
        self.index = index
        self.finished = finished
        self.evidence: dict[Stems, Evidence] = {}
        self._taken: set[int] = set()
        for mark in marks:
            place = index.place(mark.start, mark.end)
            if mark.good:
                self._taken.update(index.document.tokens.overlapping(mark.start, mark.end))
            if place is not None:
                self.evidence.setdefault(index.phrase(place), Evidence()).count(witness(index, place, mark))

    def unmarked(self, phrase: Stems) -> int:
        """Return how often the finished document has a phrase and marks nothing of it."""
        if not self.finished:
            return 0
        return sum(self._taken.isdisjoint(range(*place)) for place in self.index.occurrences(phrase))


class PhraseMemory:
    """What some documents say of every phrase that was decided in them.

    ``but`` in the questions leaves one document out, by its key: a document does not testify on itself.
    """

    def __init__(self) -> None:
        self._documents: dict[str, Remembered] = {}
        self._with_word: defaultdict[str, set[str]] = defaultdict(set)
        self._decided: defaultdict[str, Counter[Stems]] = defaultdict(Counter)
        self._tallies: dict[tuple[Stems, str | None], Tally] = {}

    def __len__(self) -> int:
        return len(self._documents)

    def put(self, document: Remembered) -> None:
        """Remember a document's decisions in place of what is known of it."""
        key = document.index.document.key
        self.forget(key)
        self._documents[key] = document
        for word in document.index.positions:
            self._with_word[word].add(key)
        for phrase in document.evidence:
            self._decided[phrase[0]][phrase] += 1

    def forget(self, key: str) -> None:
        """Forget a document."""
        self._tallies.clear()
        old = self._documents.pop(key, None)
        if old is None:
            return
        for word in old.index.positions:
            self._with_word[word].discard(key)
        for phrase in old.evidence:
            _add(self._decided[phrase[0]], phrase, -1)

    def first_stems(self) -> KeysView[str]:
        """Return the stems with which decided phrases begin."""
        return self._decided.keys()

    def decided(self, first: str) -> Mapping[Stems, int]:
        """Return the phrases that begin with a stem and were decided somewhere, with the number of documents."""
        return self._decided.get(first, {})

    def all_decided(self) -> Iterator[Stems]:
        """Yield every phrase that was decided somewhere."""
        for phrases in self._decided.values():
            yield from phrases

    def tally(self, phrase: Stems, but: str | None = None) -> Tally:
        """Return what the documents say of a phrase."""
        if phrase not in self.decided(phrase[0]):
            return NOTHING
        found = self._tallies.get((phrase, but))
        if found is None:
            found = self._tallies[phrase, but] = self._count(phrase, but)
        return found

    def _count(self, phrase: Stems, but: str | None) -> Tally:
        tally = Tally()
        turned_down: Counter[str] = Counter()
        for key in sorted(self._with_word.get(phrase[0], ())):
            if key == but:
                continue
            document = self._documents[key]
            tally.unmarked += document.unmarked(phrase)
            evidence = document.evidence.get(phrase)
            if evidence is not None:
                tally.evidence.merge(evidence)
                turned_down.update({label for label, good, _ in evidence.forms if not good})
        _drop_single(tally.evidence, turned_down)
        return tally


def _drop_single(evidence: Evidence, turned_down: Counter[str]) -> None:
    """Take out the rejections of labels that only one document turned down."""
    for counter in (evidence.forms, evidence.contexts):
        for key in [k for k in counter if not k[1] and turned_down[k[0]] < REPEATED]:
            del counter[key]


class FrozenMemory:
    """A phrase memory as a trained version keeps it: what was counted, without the documents."""

    def __init__(self, tallies: Mapping[Stems, Tally]) -> None:
        self._tallies = tallies
        self._decided: defaultdict[str, dict[Stems, int]] = defaultdict(dict)
        for phrase in tallies:
            self._decided[phrase[0]][phrase] = 1

    def __bool__(self) -> bool:
        return bool(self._tallies)

    def first_stems(self) -> KeysView[str]:
        """Return the stems with which decided phrases begin."""
        return self._decided.keys()

    def decided(self, first: str) -> Mapping[Stems, int]:
        """Return the phrases that begin with a stem and were decided somewhere."""
        return self._decided.get(first, {})

    def tally(self, phrase: Stems, but: str | None = None) -> Tally:  # noqa: ARG002 - the documents are not kept
        """Return what the documents said of a phrase."""
        return self._tallies.get(phrase, NOTHING)

    @classmethod
    def of(cls, rows: Iterable[Any]) -> FrozenMemory:
        """Return the memory that :func:`frozen` wrote."""
        tallies = {}
        for phrase, unmarked, forms, contexts in rows:
            tally = Tally(unmarked=unmarked)
            tally.evidence.forms.update({(label, bool(good), tuple(form)): n for label, good, form, n in forms})
            tally.evidence.contexts.update(
                {(label, bool(good), side, word): n for label, good, side, word, n in contexts}
            )
            tallies[tuple(phrase)] = tally
        return cls(tallies)


def frozen(memory: PhraseMemory) -> list[list[Any]]:
    """Return what a memory counted as JSON-ready rows, in order of the phrases."""
    rows: list[list[Any]] = []
    for phrase in sorted(memory.all_decided()):
        tally = memory.tally(phrase)
        if tally.evidence:
            forms = [[label, int(good), list(form), n] for (label, good, form), n in tally.evidence.forms.items()]
            contexts = [[label, int(good), side, w, n] for (label, good, side, w), n in tally.evidence.contexts.items()]
            rows.append([list(phrase), tally.unmarked, sorted(forms), sorted(contexts)])
    return rows


def recall(index: PhraseIndex, memory: PhraseMemory | FrozenMemory) -> list[Span]:
    """Return the spans that the memory of other documents proposes in one, the longer where two overlap."""
    found: list[tuple[Place, str, float]] = []
    for stem in index.positions.keys() & memory.first_stems():
        for phrase in memory.decided(stem):
            places = list(index.occurrences(phrase))
            tally = memory.tally(phrase, index.document.key) if places else NOTHING
            if tally.evidence.supports():
                found += _recalled(index, places, tally)
    found.sort(key=lambda f: (f[0].first - f[0].last, -f[2], f[0], f[1]))
    taken: set[int] = set()
    spans = []
    for place, label, score in found:
        if taken.isdisjoint(range(*place)):
            taken.update(range(*place))
            spans.append(suggested_span(*index.segment(place), label, SOURCE, round(score, 3)))
    return spans


def _recalled(index: PhraseIndex, places: Iterable[Place], tally: Tally) -> Iterator[tuple[Place, str, float]]:
    """Yield the places where a phrase is likely to have a label."""
    sure = tally.undisputed
    for place in places:
        if place.last - place.first > 1 and place.last > index.unit(index.unit_of(place.first)).last:
            continue
        form, around = index.written(place)
        if sure is not None and form == sure[1]:
            yield place, sure[0], sure[2]
            continue
        judged = judge(form, around, None, tally)
        label = max(judged, key=lambda name: (judged[name].score, name), default="")
        if label and judged[label].score >= LEAST:
            yield place, label, judged[label].score
