"""Small charts as SVG: text in, markup out, nothing from elsewhere. Lengths are in pixels of a 720 wide drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from math import ceil, log
from typing import NamedTuple

from annotator.reports.printable import printable

WIDTH = 720.0
ROW = 22.0
LABEL = 244.0
"""Room for the names at the left."""

FIGURES = 156.0
"""Room for the figures at the right."""

INK = ("#0b5fa5", "#e69f00", "#56b4e9", "#8a5200", "#2f9f7f", "#c8501e", "#aa6fa0")
"""Colours that colour-blind readers can tell apart, after Okabe and Ito (2008), darkened for paper."""

QUIET = "#c4c2bb"
"""The last part of a bar: what nobody decided on, what only one layer has."""


STRIP_LEFT, STRIP_RIGHT = 30.0, WIDTH - 30
RADIUS, STEP = 4.0, 9.0
"""Of a point, and how far points above one another are apart."""
COLUMNS = 70
"""Columns in which points that are nearly the same stand above one another."""
MOST_ABOVE = 24
"""Points above one another before they move closer."""


class Dot(NamedTuple):
    """A line of a dot plot: a value with its interval, both perhaps absent, and the figures in words."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    figures: str


class Stack(NamedTuple):
    """A line of a stacked bar chart: counts in the order of the legend."""

    name: str
    counts: Sequence[int]
    figures: str


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "") -> str:
    shown = escape(printable(text))
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{f" class={kind!r}" if kind else ""}>{shown}</text>'


def _shortened(text: str, room: float) -> str:
    letters = int(room / 6.9)
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _chart(height: float, parts: Sequence[str], name: str) -> str:
    title = escape(printable(name), quote=True)
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{title}">'
        f"<title>{title}</title>{''.join(parts)}</svg>"
    )


def dots(rows: Sequence[Dot], name: str) -> str:
    """A dot plot with intervals as whiskers, over a scale from 0 to 1 (from below where values are)."""
    least = min([0.0, *(v for row in rows for v in (row.value, row.low) if v is not None)])
    left, right = LABEL, WIDTH - FIGURES
    height = ROW * len(rows) + 26

    def x(value: float) -> float:
        return left + (right - left) * (value - least) / (1 - least)

    parts = []
    for mark in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        parts.append(f'<path class="grid" d="M{x(mark):.1f} 4V{height - 20:.1f}"/>')
        parts.append(_text(x(mark), height - 6, f"{mark:g}", anchor="middle", kind="faint"))
    for number, row in enumerate(rows):
        y = 4 + ROW * (number + 0.5)
        parts.append(_text(left - 10, y + 4, _shortened(row.name, LABEL - 10), anchor="end"))
        parts.append(_text(right + 14, y + 4, row.figures))
        if row.low is not None and row.high is not None:
            parts.append(f'<path class="whisker" d="M{x(row.low):.1f} {y:.1f}H{x(row.high):.1f}"/>')
        if row.value is not None:
            parts.append(f'<circle class="dot" cx="{x(row.value):.1f}" cy="{y:.1f}" r="4.5"/>')
    return _chart(height, parts, name)


def stacks(rows: Sequence[Stack], legend: Sequence[str], name: str, *, shares: bool = True) -> str:
    """Bars cut into parts, each bar full width when ``shares``, else as long as its count."""
    left, right = LABEL, WIDTH - FIGURES
    most = max([1, *(sum(row.counts) for row in rows)])
    parts, height = _legend(legend)
    for row in rows:
        total = sum(row.counts)
        parts.append(_text(left - 10, height + 15, _shortened(row.name, LABEL - 10), anchor="end"))
        parts.append(_text(right + 14, height + 15, row.figures))
        at = left
        for number, count in enumerate(row.counts):
            width = (right - left) * count / ((total if shares else most) or 1)
            if count:
                color = _ink(number, legend)
                title = f"<title>{escape(legend[number])}: {count:,}</title>"
                box = f'x="{at:.1f}" y="{height + 3:.1f}" width="{max(width - 1, 0.5):.1f}" height="{ROW - 6:g}"'
                parts.append(f'<rect {box} fill="{color}">{title}</rect>')
            at += width
        height += ROW
    return _chart(height + 4, parts, name)


def _ink(number: int, names: Sequence[str]) -> str:
    return QUIET if number == len(names) - 1 else INK[number % len(INK)]


def _legend(names: Sequence[str]) -> tuple[list[str], float]:
    """A legend on as many lines as it takes, and its height."""
    parts, x, y = [], LABEL, 14.0
    for number, name in enumerate(names):
        size = 28 + 6.4 * len(name)
        if x + size > WIDTH and x > LABEL:
            x, y = LABEL, y + 18
        color = _ink(number, names)
        parts.append(f'<rect x="{x:.1f}" y="{y - 9:.1f}" width="10" height="10" fill="{color}"/>')
        parts.append(_text(x + 15, y, name, kind="faint"))
        x += size
    return parts, y + 10


def heat(
    rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[tuple[float | None, str]]], name: str
) -> str:
    """A table of cells that are the darker the higher their value (0 to 1), each with its figure."""
    left, top = min(LABEL, 24 + 8 * max([len(r) for r in rows], default=0)), 0.0
    slanted = max([len(c) for c in columns], default=0) > 7 or len(columns) > 8
    top = min(8 + 5.2 * max([len(c) for c in columns], default=0), 110) if slanted else 22
    width = min(84.0, (WIDTH - left - 40) / max(len(columns), 1))
    height = ROW if len(columns) > 5 else 30.0
    parts = []
    for number, column in enumerate(columns):
        x = left + width * (number + 0.5)
        if slanted:
            label = _text(0, 0, _shortened(column, 140))
            parts.append(f'<g transform="translate({x - 2:.1f} {top - 6:.1f}) rotate(-40)">{label}</g>')
        else:
            parts.append(_text(x, top - 7, column, anchor="middle"))
    for i, row in enumerate(rows):
        y = top + height * i
        parts.append(_text(left - 8, y + height / 2 + 4, _shortened(row, left), anchor="end"))
        for j, (value, figure) in enumerate(cells[i]):
            x = left + width * j
            box = f'x="{x:.1f}" y="{y:.1f}" width="{width - 2:.1f}" height="{height - 2:.1f}"'
            parts.append(f'<rect {box} fill="{shade(value)}"/>')
            kind = "light" if value is not None and value > 0.55 else ""
            if figure:
                parts.append(_text(x + width / 2 - 1, y + height / 2 + 3.5, figure, anchor="middle", kind=kind))
    return _chart(top + height * len(rows) + 4, parts, name)


def shade(value: float | None) -> str:
    """The colour of a value from 0 (nearly paper) to 1 (deep blue); grey where there is none."""
    if value is None:
        return "#ecebe6"
    depth = min(max(value, 0.0), 1.0)
    pale, deep = (0xF3, 0xF5, 0xF7), (0x0B, 0x4F, 0x8A)
    return "#" + "".join(f"{round(p + (d - p) * depth):02x}" for p, d in zip(pale, deep, strict=True))


def drift(rows: Sequence[Dot], name: str) -> str:
    """Values over time, from left to right, with their intervals."""
    left, right, top, bottom = 46.0, WIDTH - 20, 12.0, 190.0
    step = (right - left) / max(len(rows), 1)

    def y(value: float) -> float:
        return bottom - (bottom - top) * min(max(value, 0.0), 1.0)

    parts = []
    for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<path class="grid" d="M{left} {y(mark):.1f}H{right}"/>')
        parts.append(_text(left - 8, y(mark) + 4, f"{mark:g}", anchor="end", kind="faint"))
    points = [(left + step * (n + 0.5), row) for n, row in enumerate(rows)]
    line = " ".join(f"{x:.1f},{y(row.value):.1f}" for x, row in points if row.value is not None)
    parts.append(f'<polyline class="line" points="{line}"/>')
    every = ceil(64 / step)
    for number, (x, row) in enumerate(points):
        if row.low is not None and row.high is not None:
            parts.append(f'<path class="whisker" d="M{x:.1f} {y(row.low):.1f}V{y(row.high):.1f}"/>')
        if row.value is not None:
            title = f"<title>{escape(row.name)}: {escape(row.figures)}</title>"
            parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y(row.value):.1f}" r="4.5">{title}</circle>')
        if number % every == 0:
            parts.append(_text(x, bottom + 18, row.name, anchor="middle", kind="faint"))
    return _chart(bottom + 26, parts, name)


def calibration(points: Sequence[tuple[str, float, float, int]], name: str) -> str:
    """Scores against acceptance: for each bin a point (series, score, share, count), larger where it counts."""
    left, top, size = 60.0, 10.0, 260.0
    series = list(dict.fromkeys(point[0] for point in points))
    most = max([1, *(point[3] for point in points)])
    parts = [f'<path class="grid" d="M{left} {top + size}L{left + size} {top}"/>']
    for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<path class="grid" d="M{left} {top + size * (1 - mark):.1f}H{left + size}"/>')
        parts.append(_text(left - 8, top + size * (1 - mark) + 4, f"{mark:g}", anchor="end", kind="faint"))
        parts.append(_text(left + size * mark, top + size + 18, f"{mark:g}", anchor="middle", kind="faint"))
    for kind, score, share, count in points:
        color = INK[series.index(kind)]
        x, y, radius = left + size * score, top + size * (1 - share), 3 + 9 * (count / most) ** 0.5
        title = f"<title>{escape(kind)}: score {score:.2f}, accepted {share:.2f} of {count:,}</title>"
        circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{color}" fill-opacity=".75">'
        parts.append(f"{circle}{title}</circle>")
    for number, kind in enumerate(series):
        y = top + 20 + 20 * number
        parts.append(f'<circle cx="{left + size + 40:.1f}" cy="{y - 4:.1f}" r="5" fill="{INK[number]}"/>')
        parts.append(_text(left + size + 52, y, kind))
    parts.append(_text(left + size + 34, top + size - 34, "on the diagonal, a score of .8", kind="faint"))
    parts.append(_text(left + size + 34, top + size - 18, "means that 8 of 10 are accepted", kind="faint"))
    parts.append(_text(left + size / 2, top + size + 36, "score of the suggestion", anchor="middle"))
    return _chart(top + size + 44, parts, name)


def strip(points: Sequence[tuple[str, float]], mark: float | None, name: str) -> str:
    """Points from 0 to 1, those nearly the same above one another; ``mark`` is a line across."""
    columns = Counter(_column(value) for _, value in points)
    most = max(columns.values(), default=1)
    step = min(STEP, STEP * MOST_ABOVE / most)
    bottom = 14 + step * most
    seen: Counter[int] = Counter()
    parts = []
    for place in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        parts.append(f'<path class="grid" d="M{_at(place):.1f} 6V{bottom:.1f}"/>')
        parts.append(_text(_at(place), bottom + 16, f"{place:g}", anchor="middle", kind="faint"))
    if mark is not None:
        parts.append(f'<path class="whisker" d="M{_at(mark):.1f} 4V{bottom:.1f}"/>')
    for title, value in points:
        column = _column(value)
        y = bottom - 6 - step * seen[column]
        seen[column] += 1
        said = escape(printable(f"{title}: {value:.2f}"))
        circle = f'<circle class="dot" cx="{_at(column / COLUMNS):.1f}" cy="{y:.1f}" r="{RADIUS:g}">'
        parts.append(f"{circle}<title>{said}</title></circle>")
    return _chart(bottom + 22, parts, name)


def on_a_line(points: Sequence[tuple[str, float]], low: float, high: float, name: str) -> str:
    """A few named points on a line from ``low`` to ``high``; names that would overlap stand above one another."""
    ends: list[float] = []
    places = []
    for title, value in sorted(points, key=lambda point: point[1]):
        x = STRIP_LEFT + (STRIP_RIGHT - STRIP_LEFT) * (value - low) / (high - low)
        half = 3.6 * (len(title) + 6) + 4
        centre = min(max(x, STRIP_LEFT + half), STRIP_RIGHT - half)
        level = next((n for n, end in enumerate(ends) if centre - half > end), len(ends))
        ends[level:] = [centre + half, *ends[level + 1 :]]
        places.append((title, value, x, centre, level))
    base = 24 + 18.0 * len(ends)
    parts = [f'<path class="grid" d="M{STRIP_LEFT} {base}H{STRIP_RIGHT}"/>']
    parts += [
        _text(x, base + 20, f"{v:g}", anchor="middle", kind="faint")
        for x, v in ((STRIP_LEFT, low), (STRIP_RIGHT, high))
    ]
    for title, value, x, centre, level in places:
        y = base - 14 - 18 * level
        parts.append(f'<path class="grid" d="M{x:.1f} {base:.1f}L{centre:.1f} {y + 3:.1f}"/>')
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{base:.1f}" r="4.5"/>')
        parts.append(_text(centre, y, f"{title} {value:.2f}", anchor="middle"))
    return _chart(base + 26, parts, name)


def _at(value: float) -> float:
    return STRIP_LEFT + (STRIP_RIGHT - STRIP_LEFT) * value


def _column(value: float) -> int:
    return round(value * COLUMNS)


def curves(
    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]], now: float, aim: float, axes: tuple[str, str], name: str
) -> str:
    """Lines that fall from left to right over a logarithmic axis, from where there is data (``now``) to an ``aim``.

    Each line is its name and its points.  What lies left of ``now`` is paler.
    """
    left, right, top, bottom = 60.0, WIDTH - 170, 12.0, 220.0
    every = [point for _, points in lines for point in points]
    first, last = min(x for x, _ in every), max(x for x, _ in every)
    highest = min(1.0, max(y for _, y in every))

    def at(x: float, y: float) -> tuple[float, float]:
        share = log(x / first) / (log(last / first) or 1)
        return left + (right - left) * share, bottom - (bottom - top) * min(y, highest) / highest

    parts = []
    for mark in (highest * part / 4 for part in range(5)):
        parts.append(f'<path class="grid" d="M{left} {at(first, mark)[1]:.1f}H{right}"/>')
        parts.append(_text(left - 8, at(first, mark)[1] + 4, f"{mark:.2f}", anchor="end", kind="faint"))
    marks = [digit * 10**power for power in range(8) for digit in (1, 2, 5) if first <= digit * 10**power <= last]
    parts += [_text(at(mark, 0)[0], bottom + 18, f"{mark:,}", anchor="middle", kind="faint") for mark in marks]
    parts.append(_text(right, bottom + 36, axes[0], anchor="end", kind="faint"))
    parts.append(_text(left + 6, top + 8, axes[1], kind="faint"))
    aimed = at(first, aim)[1]
    parts.append(f'<path d="M{left} {aimed:.1f}H{right}" stroke="{INK[5]}" stroke-dasharray="4 4"/>')
    parts.append(_text(right + 8, aimed + 4, f"± {aim:g}", kind="faint"))
    for number, (said, points) in enumerate(lines):
        color = INK[number % len(INK)]
        for some, opacity in (([p for p in points if p[0] <= now], 0.35), ([p for p in points if p[0] >= now], 1.0)):
            drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in some))
            parts.append(
                f'<polyline points="{drawn}" stroke="{color}" stroke-width="2.5" fill="none" opacity="{opacity}"/>'
            )
        parts.append(f'<rect x="{right + 8:.1f}" y="{top + 18 * number:.1f}" width="10" height="10" fill="{color}"/>')
        parts.append(_text(right + 24, top + 9 + 18 * number, _shortened(said, 140)))
    return _chart(bottom + 44, parts, name)
