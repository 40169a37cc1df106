"""The parts of a page of figures: styled pieces of text, bars and scales.  Pure."""

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


class Fold(NamedTuple):
    """Lines that are left out, or no longer: so many of them."""

    lines: int


Target = DisagreementFilter | Fold | str
"""What is behind a figure: disagreements, lines that are left out, or the document with this key."""


class StyledText(NamedTuple):
    """Part of a line on a page of figures.

    ``style`` is ``bold``, ``faint``, the name of an entity label, or empty.  ``shade`` (0 to 1) is how strongly the
    background is coloured; the text gives the figure too.  ``target`` is what ``enter`` shows, ``tip`` an explanation,
    ``measure`` the name of the measure that the figure is a value of.
    """

    text: str
    style: str = ""
    shade: float | None = None
    target: Target | None = None
    tip: str = ""
    measure: str = ""

    @property
    def is_figure(self) -> bool:
        """Whether there is something behind it, or to say of it."""
        return self.target is not None or bool(self.measure)


PageLine = tuple[StyledText, ...]


@dataclass(frozen=True, slots=True)
class FigurePage:
    """One page of the agreement screen; ``title`` stands in the row of tabs."""

    title: str
    lines: tuple[PageLine, ...]


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """Fit sanitized text into exactly ``cells`` cells: padded, or cut with an ellipsis."""
    safe = sanitize(" ".join(text.split()))
    if cell_len(safe) > cells:
        return set_cell_size(safe, max(cells - 1, 0)) + "…" * min(cells, 1)
    blank = " " * (cells - cell_len(safe))
    return blank + safe if right else safe + blank


def prose(text: str, width: int, style: str = "") -> list[PageLine]:
    """Wrap a paragraph into lines of ``width`` cells; a percent sign stays with its number."""
    unbroken = text.replace(" %", "\u00a0%")
    return [(StyledText(sanitize(line), style),) for line in wrap(unbroken, max(width, 20))]


def heading(text: str) -> list[PageLine]:
    """A blank line and a heading."""
    return [(), (StyledText(text, "bold"),)]


def scale(estimate: Estimate | None, cells: int) -> str:
    """Draw a value and its interval on an axis from 0 to 1, as ``·  ├──●──┤  ·``."""
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
    """Draw a bar that fills a share (0 to 1) of ``cells`` cells, to an eighth of a cell."""
    eighths = round(min(max(share, 0.0), 1.0) * cells * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + ("▏▎▍▌▋▊▉"[rest - 1] if rest else "")).ljust(cells)


def stacked_bar(counts: Sequence[int], cells: int, fills: str = "█▓▒░") -> str:
    """Draw counts as shares of one bar, each with a fill character of its own."""
    total = sum(counts)
    if not total:
        return " " * cells
    ends = [round(cells * sum(counts[: n + 1]) / total) for n in range(len(counts))]
    return "".join(fills[n] * (end - start) for n, (start, end) in enumerate(zip([0, *ends], ends, strict=False)))


def column_width(labels: Iterable[str], room: int, least: int, most: int) -> int:
    """The cells for each of several columns that share ``room``, from ``least`` to ``most``."""
    names = list(labels)
    if not names:
        return most
    longest = max(map(cell_len, names)) + 1
    return max(least, min(most, longest, room // len(names)))
