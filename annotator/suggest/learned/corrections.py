"""What curators correct alike: the same change of a border, or of a label, made often enough becomes a rule.

A border moves over words, which are told apart by class: a small word counts as itself (``de``), articles as one class,
a run of capitalised words as one, other words and numbers by what they are.  So ``Congreso`` made ``Congreso de
Jalisco`` says something about ``Tribunal de Sonora``.  A label changes with the first or the last word of the span.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from annotator.annotation import SpanKey
from annotator.suggest.learned.evidence import add_to
from annotator.suggest.phrases import PhraseIndex, Stems, TokenRange

SOURCE = "corrections@1"
LEAST_BORDERS, LEAST_LABELS = 2, 3
"""Different phrases whose border, or label, was changed alike, from which on the change is a rule."""
LEAST_SHARE = 0.7
"""Share of the spans in which a change is possible that must have it, with half a case added on either side."""
SHARE_STEPS = 20
"""Steps to which shares are rounded, so that not every decision changes every score a little."""
MOST_CLASSES = 3
"""Classes of words over which a border may move."""
_ARTICLES = frozenset({"el", "la", "los", "las", "un", "una", "the", "a", "an", "o", "os", "as", "le", "les"})
_MOST_SMALL_LETTERS = 3
_SMALL = {"del": "de"}
_NAME = "Name"

Side = Literal["start", "end"]
Place = Literal["first", "last"]


class BorderChange(NamedTuple):
    """A border of spans of ``label`` moved outwards (``adds``) or inwards over ``words``, classes or one stem."""

    label: str
    side: Side
    adds: bool
    words: tuple[str, ...]

    @property
    def least(self) -> int:
        """Different phrases that make the change a rule."""
        return LEAST_BORDERS


class Relabelling(NamedTuple):
    """Spans of ``label`` whose first or last word has the stem ``word``, made spans of ``other``."""

    label: str
    place: Place
    word: str
    other: str

    @property
    def least(self) -> int:
        """Different phrases that make the change a rule."""
        return LEAST_LABELS


Change = BorderChange | Relabelling

Made = defaultdict[Change, Counter[Stems]]
"""How often each change was made to each phrase."""
_NONE: Counter[Stems] = Counter()


class DecidedSuggestion(NamedTuple):
    """A suggested span, and the curator's span that it became."""

    suggested: SpanKey
    accepted: SpanKey


class DocumentCorrections:
    """The decided suggestions of one document, and the changes that were made to them."""

    def __init__(self, index: PhraseIndex) -> None:
        self.made: Made = defaultdict(Counter)
        self._index = index
        self._decided: dict[str, DecidedSuggestion] = {}
        self._left: dict[Change, int] = {}

    def put(self, decision: str, decided: DecidedSuggestion | None) -> bool:
        """Count the decision with this id, in place of what it was before; returns whether anything changed."""
        old = self._decided.pop(decision, None)
        if decided is not None:
            self._decided[decision] = decided
        if old == decided:
            return False
        for one, by in ((old, -1), (decided, 1)):
            if one is not None:
                self._count(one, by)
        return True

    def _count(self, decided: DecidedSuggestion, by: int) -> None:
        for change, phrase in _made(self._index, decided):
            add_to(self.made[change], phrase, by)
        for change in self._left:
            self._left[change] += by * _is_left(self._index, decided, change)

    def left(self, change: Change) -> int:
        """How many decided suggestions could have been changed so, and were not."""
        if change not in self._left:
            self._left[change] = sum(_is_left(self._index, one, change) for one in self._decided.values())
        return self._left[change]


class CorrectionMemory:
    """The corrections in a set of documents, kept up to date as documents change."""

    def __init__(self) -> None:
        self._documents: dict[str, DocumentCorrections] = {}
        self._made: Made = defaultdict(Counter)
        self._left: dict[Change, int] = {}

    def put(self, key: str, corrections: DocumentCorrections) -> None:
        """Add a document, or replace what is known of it."""
        self.forget(key)
        self._documents[key] = corrections
        self._count(corrections, 1)

    def forget(self, key: str) -> None:
        """Remove a document; an unknown key changes nothing."""
        self._left.clear()
        old = self._documents.pop(key, None)
        if old is not None:
            self._count(old, -1)

    def _count(self, corrections: DocumentCorrections, by: int) -> None:
        for change, phrases in corrections.made.items():
            for phrase, count in phrases.items():
                add_to(self._made[change], phrase, by * count)

    def rules(self, here: DocumentCorrections) -> dict[Change, float]:
        """The changes to make, with the probability that a curator makes them.

        ``here`` are the corrections of the open document, which is none of those that are remembered.
        """
        found: dict[Change, float] = {}
        for change in self._made.keys() | here.made.keys():
            made = len(self._made.get(change, _NONE).keys() | here.made.get(change, _NONE).keys())
            if made >= change.least:
                share = (made + 0.5) / (made + self._left_of(change) + here.left(change) + 1)
                if share >= LEAST_SHARE:
                    found[change] = min(round(share * SHARE_STEPS), SHARE_STEPS - 1) / SHARE_STEPS
        return found

    def _left_of(self, change: Change) -> int:
        if change not in self._left:
            self._left[change] = sum(document.left(change) for document in self._documents.values())
        return self._left[change]


def corrected(index: PhraseIndex, span: SpanKey, rules: Mapping[Change, float]) -> tuple[SpanKey, float] | None:
    """What rules make of a suggested span, with the probability that it is right; ``None`` where none applies."""
    applying = [(rules[change], change, key) for change, key in _possible(index, span, rules)]
    best: dict[str, tuple[float, SpanKey]] = {}
    for share, change, key in sorted(applying, key=lambda a: (a[0], str(a[1]))):
        best[change.side if isinstance(change, BorderChange) else "label"] = share, key
    if not best:
        return None
    start = best["start"][1].start if "start" in best else span.start
    end = best["end"][1].end if "end" in best else span.end
    label = best["label"][1].label if "label" in best else span.label
    return (SpanKey(start, end, label), min(share for share, _ in best.values())) if start < end else None


def possible_changes(index: PhraseIndex, span: SpanKey, changes: Iterable[Change]) -> Iterator[Change]:
    """Yield those of some changes that are possible in a span."""
    return (change for change, _ in _possible(index, span, changes))


def _possible(index: PhraseIndex, span: SpanKey, changes: Iterable[Change]) -> Iterator[tuple[Change, SpanKey]]:
    """Yield those of some changes that are possible in a span, with what they make of it."""
    own = [change for change in changes if change.label == span.label]
    tokens = index.token_range(span.start, span.end) if own else None
    if tokens is None:
        return
    borders: dict[Side, dict[tuple[bool, tuple[str, ...]], int]] = {}
    for change in own:
        if isinstance(change, Relabelling):
            if _word_at(index, tokens, change.place) == change.word:
                yield change, span._replace(label=change.other)
            continue
        if change.side not in borders:
            borders[change.side] = dict(_borders(index, tokens, change.side))
        border = borders[change.side].get((change.adds, change.words))
        if border is not None:
            yield change, _moved(span, change.side, border)


def _moved(span: SpanKey, side: Side, border: int) -> SpanKey:
    return span._replace(start=border) if side == "start" else span._replace(end=border)


def _made(index: PhraseIndex, decided: DecidedSuggestion) -> Iterator[tuple[Change, Stems]]:
    """Yield the changes that were made to a suggestion, each with the phrase that was suggested."""
    suggested, accepted = decided
    tokens = index.token_range(suggested.start, suggested.end) if suggested != accepted else None
    if tokens is None:
        return
    phrase = index.phrase(tokens)
    if suggested[:2] == accepted[:2]:
        for place in _PLACES:
            yield Relabelling(suggested.label, place, _word_at(index, tokens, place), accepted.label), phrase
    elif suggested.label == accepted.label and suggested.start < accepted.end and accepted.start < suggested.end:
        for side in _SIDES:
            if _moved(suggested, side, getattr(accepted, side)) != suggested:
                for (adds, words), border in _borders(index, tokens, side):
                    if border == getattr(accepted, side):
                        yield BorderChange(suggested.label, side, adds, words), phrase


def _is_left(index: PhraseIndex, decided: DecidedSuggestion, change: Change) -> bool:
    """Tell whether a change was possible in a suggestion and was not made."""
    for _, key in _possible(index, decided.suggested, [change]):
        if isinstance(change, Relabelling):
            return decided.accepted.label != change.other
        return bool(getattr(decided.accepted, change.side) != getattr(key, change.side))
    return False


_SIDES: tuple[Side, ...] = ("start", "end")
_PLACES: tuple[Place, ...] = ("first", "last")


def _word_at(index: PhraseIndex, tokens: TokenRange, place: Place) -> str:
    return index.stems[tokens.start if place == "first" else tokens.stop - 1]


def _borders(index: PhraseIndex, tokens: TokenRange, side: Side) -> Iterator[tuple[tuple[bool, tuple[str, ...]], int]]:
    """Yield the words over which a border may move, and where it comes to stand, in code points.

    It moves outwards within its unit and line, inwards as long as a word is left; over classes of words, or over one
    word by its stem.
    """
    unit = index.unit_range(index.unit_of(tokens.start))
    outwards = range(tokens.stop, unit.stop) if side == "end" else range(tokens.start - 1, unit.start - 1, -1)
    inwards = range(tokens.stop - 1, tokens.start, -1) if side == "end" else range(tokens.start, tokens.stop - 1)
    for adds, path in ((True, outwards), (False, inwards)):
        for words, last in _steps(index, path):
            at = last if adds else last - 1 if side == "end" else last + 1
            yield (adds, words), _border(index, at, side)


def _border(index: PhraseIndex, token: int, side: Side) -> int:
    """Where a span that ends or starts with a token has that border."""
    tokens = index.document.tokens
    return tokens.ends[token] if side == "end" else tokens.starts[token]


def _steps(index: PhraseIndex, path: range) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the classes of the words along a path of tokens, one more each time, with the last token of them.

    A run of capitalised words is one class; a first word that stands alone is yielded by its stem too.
    """
    words: list[str] = []
    last: list[int] = []
    for token in path:
        name = _class_of(index.word(token))
        if name is None or (last and not _adjoin(index, token, last[-1])):
            break
        if words and name == words[-1] == _NAME:
            last[-1] = token
            continue
        if len(words) == MOST_CLASSES:
            break
        words.append(name)
        last.append(token)
    for count in range(1, len(words) + 1):
        yield tuple(words[:count]), last[count - 1]
    if last and last[0] == path[0]:
        yield (f"={index.stems[last[0]]}",), last[0]


def _adjoin(index: PhraseIndex, one: int, other: int) -> bool:
    """Tell whether only blanks stand between two neighbouring tokens."""
    tokens = index.document.tokens
    first, second = sorted((one, other))
    return not index.document.text[tokens.ends[first] : tokens.starts[second]].strip(" \xa0")


def _class_of(word: str) -> str | None:
    """The class of a word: itself where it is small, else what kind of word it is; ``None`` for a sign."""
    lower = word.lower()
    if lower in _ARTICLES:
        return "article"
    if word.isdigit():
        return "number"
    if not word[:1].isalpha():
        return None
    if word[0].isupper():
        return _NAME
    return _SMALL.get(lower, lower) if len(word) <= _MOST_SMALL_LETTERS else "word"
