"""How curators took suggestions, how far scores can be believed, and how long documents took."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from annotator.store import VerdictCount, WorkTime

VERDICTS = ("accepted", "corrected", "rejected", "ignored")
"""As stored; ``ignored`` is what was undecided when the document was done."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What became of suggestions of one kind and source (or by one curator): counts by verdict."""

    kind: str
    name: str
    accepted: int
    corrected: int
    rejected: int
    ignored: int

    @property
    def total(self) -> int:
        """How many suggestions got a verdict."""
        return self.accepted + self.corrected + self.rejected + self.ignored

    @property
    def rate(self) -> float:
        """The share that was accepted as it stood."""
        return self.accepted / self.total


@dataclass(frozen=True, slots=True)
class Bin:
    """Suggestions with scores from ``low`` to below ``high``: their mean score, and the share that was accepted."""

    kind: str
    low: float
    high: float
    count: int
    score: float
    rate: float


@dataclass(frozen=True, slots=True)
class Pace:
    """A curator's time on finished documents, breaks left out; minutes."""

    curator: str
    documents: int
    total: float
    mean: float
    median: float
    seconds_per_item: float | None
    blind_mean: float | None
    """Minutes a document where no suggestions were shown; ``None`` without such documents."""


@dataclass(frozen=True, slots=True)
class WorkSummary:
    """Suggestions by source and by curator, calibration, and pace."""

    sources: tuple[Acceptance, ...]
    curators: tuple[Acceptance, ...]
    calibration: tuple[Bin, ...]
    pace: tuple[Pace, ...]
    times: tuple[WorkTime, ...]

    def calibration_error(self, kind: str) -> float | None:
        """The mean distance of score and acceptance over suggestions of a kind (expected calibration error)."""
        bins = [b for b in self.calibration if b.kind == kind]
        total = sum(b.count for b in bins)
        return sum(b.count * abs(b.score - b.rate) for b in bins) / total if total else None


def summarize_work(verdicts: Sequence[VerdictCount], times: Sequence[WorkTime]) -> WorkSummary:
    """Sum up verdicts and times."""
    return WorkSummary(
        sources=tuple(_acceptances(verdicts, lambda v: v.source)),
        curators=tuple(_acceptances(verdicts, lambda v: v.curator)),
        calibration=tuple(_bins(verdicts)),
        pace=tuple(_paces(times)),
        times=tuple(sorted(times, key=lambda t: (-t.milliseconds, t.document, t.curator))),
    )


def _grouped(verdicts: Iterable[VerdictCount], key: Callable[[VerdictCount], Key]) -> dict[Key, list[VerdictCount]]:
    found: defaultdict[Key, list[VerdictCount]] = defaultdict(list)
    for verdict in verdicts:
        found[key(verdict)].append(verdict)
    return found


def _acceptances(verdicts: Sequence[VerdictCount], name: Callable[[VerdictCount], str]) -> Iterable[Acceptance]:
    """Yield by kind and name; spans before relations, most suggestions first."""
    grouped = _grouped(verdicts, lambda v: (v.kind, name(v)))
    sizes = {key: sum(v.times for v in some) for key, some in grouped.items()}
    for kind, who in sorted(grouped, key=lambda k: (k[0] != "span", -sizes[k], k)):
        counts = dict.fromkeys(VERDICTS, 0)
        for verdict in grouped[kind, who]:
            counts[verdict.verdict] += verdict.times
        yield Acceptance(kind, who, **counts)


def _bins(verdicts: Sequence[VerdictCount]) -> Iterable[Bin]:
    grouped = _grouped((v for v in verdicts if v.bin is not None), lambda v: (v.kind != "span", v.kind, v.bin or 0))
    for (_, kind, tenth), some in sorted(grouped.items()):
        count = sum(v.times for v in some)
        accepted = sum(v.times for v in some if v.verdict == "accepted")
        yield Bin(kind, tenth / 10, (tenth + 1) / 10, count, sum(v.score for v in some) / count, accepted / count)


def _paces(times: Sequence[WorkTime]) -> Iterable[Pace]:
    by_curator: defaultdict[str, list[WorkTime]] = defaultdict(list)
    for time in times:
        by_curator[time.curator].append(time)
    for curator, own in sorted(by_curator.items()):
        minutes = [t.milliseconds / 60_000 for t in own]
        blind = [t.milliseconds / 60_000 for t in own if t.blind]
        items = sum(t.items for t in own)
        yield Pace(
            curator=curator,
            documents=len(own),
            total=sum(minutes),
            mean=statistics.fmean(minutes),
            median=statistics.median(minutes),
            seconds_per_item=60 * sum(minutes) / items if items else None,
            blind_mean=statistics.fmean(blind) if blind else None,
        )
