"""Figures on a screen: lines of pieces, some of which lead to the disagreements behind them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from annotator.tui.layout.sanitizing import sanitize
from annotator.workflow.comparing.disagreements import DisagreementFilter

if TYPE_CHECKING:
    from annotator.agreement.estimates import Estimate


class Piece(NamedTuple):
    """A stretch of a line.

    ``look`` is a label's name, ``bold``, ``faint`` or nothing; ``shade`` (0 to 1) how strongly the background is
    coloured, which the figure in the piece says too; ``target`` what ``enter`` shows; ``tip`` what the piece means.
    """

    text: str
    look: str = ""
    shade: float | None = None
    target: DisagreementFilter | None = None
    tip: str = ""


PageLine = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of figures; ``title`` names it among the others."""

    title: str
    lines: tuple[PageLine, ...]


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """Return the text, inert, in exactly so many cells; cut with a dot of its own where it does not fit."""
    shown = sanitize(" ".join(text.split()))
    if cell_len(shown) > cells:
        return set_cell_size(shown, max(cells - 1, 0)) + "…" * min(cells, 1)
    blank = " " * (cells - cell_len(shown))
    return blank + shown if right else shown + blank


def prose(text: str, width: int, look: str = "") -> list[PageLine]:
    """Return a paragraph as lines."""
    kept = text.replace(" %", "\u00a0%")
    return [(Piece(sanitize(line), look),) for line in wrap(kept, max(width, 20))]


def heading(text: str) -> list[PageLine]:
    """Return a heading with a blank line before it."""
    return [(), (Piece(text, "bold"),)]


def scale(estimate: Estimate | None, cells: int) -> str:
    """Return a value with its interval on a line from 0 to 1: ``├──●──┤`` at its place."""
    line = ["·"] + [" "] * (cells - 2) + ["·"]
    if estimate is None or estimate.value is None:
        return "".join(line)

    def at(value: float) -> int:
        return round(min(max(value, 0.0), 1.0) * (cells - 1))

    if estimate.low is not None and estimate.high is not None:
        low, high = at(estimate.low), at(estimate.high)
        line[low : high + 1] = ["─"] * (high - low + 1)
        line[low], line[high] = "├", "┤"
    line[at(estimate.value)] = "●"
    return "".join(line)


def bar(share: float, cells: int) -> str:
    """Return a bar that fills a share of some cells, to an eighth of a cell."""
    eighths = round(min(max(share, 0.0), 1.0) * cells * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + ("▏▎▍▌▋▊▉"[rest - 1] if rest else "")).ljust(cells)


def stack(counts: Sequence[int], cells: int, fills: str = "█▓▒░") -> str:
    """Return counts as parts of one bar, each in a fill of its own."""
    total = sum(counts)
    if not total:
        return " " * cells
    ends = [round(cells * sum(counts[: n + 1]) / total) for n in range(len(counts))]
    return "".join(fills[n] * (end - start) for n, (start, end) in enumerate(zip([0, *ends], ends, strict=False)))


def columns(labels: Iterable[str], room: int, least: int, most: int) -> int:
    """Return how many cells each of some columns gets."""
    names = list(labels)
    if not names:
        return most
    longest = max(map(cell_len, names)) + 1
    return max(least, min(most, longest, room // len(names)))
