"""Paragraphs of a PDF's page: which lines are joined, which hyphens at their ends go, what repeats on every page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, takewhile
from statistics import median

from annotator.documents.pdf_lines import CELL, PdfLine

_HYPHENS = "-\u2010\xad"
_ENDS = re.compile(r"[.!?:…][\"'”’»)\]]*$")
_FEWEST_PAGES = 3
_MARGIN_LINES = 3
"""Lines at the top and at the bottom of a page that may be running ones."""
_REPEATED = 0.6
"""Share of pages on which a running line stands."""
_LEADING, _INDENT, _SHORT = 1.35, 0.9, 0.8
"""A wider step between lines, of the usual one; an indent, of the size; and a shorter line, of the width of the column:
each begins a paragraph."""
_UNKNOWN = re.compile(r"\(cid:\d+\)")
_DIGITS = re.compile(r"\d+")


def drop_running_lines(pages: Sequence[Sequence[PdfLine]], left_out: Counter[str]) -> list[list[PdfLine]]:
    """Leave out what stands at the very top or bottom of most pages but for its numbers: titles and page numbers.

    What is written in another direction than the rest, such as a stamp along the margin, has a top and a bottom too.
    """
    if len(pages) < _FEWEST_PAGES:
        return [list(page) for page in pages]
    seen = Counter(key for page in pages for side in _margins(page) for key in {_running_key(page[n]) for n in side})
    least = max(_FEWEST_PAGES, _REPEATED * len(pages))
    kept = []
    for page in pages:
        running: set[int] = set()
        for side in _margins(page):
            running.update(takewhile(lambda n, page=page: seen[_running_key(page[n])] >= least, side))  # type: ignore[misc]
        kept.append([line for number, line in enumerate(page) if number not in running or len(running) == len(page)])
        left_out["running line"] += len(page) - len(kept[-1])
    return kept


def _margins(page: Sequence[PdfLine]) -> Iterator[list[int]]:
    """The numbers of the highest and of the lowest lines of each turn on a page, from the edge inwards."""
    for turn in {line.turn for line in page}:
        numbers = (number for number, line in enumerate(page) if line.turn == turn)
        by_height = sorted(numbers, key=lambda number: page[number].baseline)
        yield by_height[:_MARGIN_LINES]
        yield by_height[: -_MARGIN_LINES - 1 : -1]


def _running_key(line: PdfLine) -> tuple[str, int, int]:
    """A line without its digits, its height, and its turn."""
    return _DIGITS.sub("#", line.text), round(line.baseline / 3), line.turn


def paragraphs(lines: Sequence[PdfLine], vocabulary: Mapping[str, int], left_out: Counter[str]) -> list[str]:
    """Join the lines of a page to paragraphs.

    A hyphen at the end of a line goes where the next begins in lower case, unless the words of the document say that
    it belongs there; ``vocabulary`` counts them.  What was taken away is counted in ``left_out``.
    """
    step = _usual_step(lines)
    found: list[str] = []
    last: PdfLine | None = None
    for line in lines:
        if last is None or _begins(last, line, lines, step):
            found.append(line.text)
        else:
            found[-1] = _joined(found[-1], line.text, vocabulary, left_out)
        last = line
    texts = []
    for text in found:
        left_out["soft hyphen"] += text.count("\xad")
        texts.append(_UNKNOWN.sub("\ufffd", text.replace("\xad", "")))
    return texts


def _usual_step(lines: Sequence[PdfLine]) -> float:
    """How far the baselines of two lines in a paragraph are usually apart, in multiples of their size."""
    pairs = ((a, b) for a, b in pairwise(lines) if a.turn == b.turn)
    steps = [
        (a.baseline - b.baseline) / a.size for a, b in pairs if a.size and 0.5 < (a.baseline - b.baseline) / a.size < 3
    ]
    return median(steps) if steps else 1.2


def _begins(last: PdfLine, line: PdfLine, lines: Sequence[PdfLine], step: float) -> bool:
    """Tell whether a line begins a paragraph."""
    size = max(last.size, 1.0)
    if line.turn != last.turn or abs(line.size - last.size) > 0.1 * size or CELL in last.text or CELL in line.text:
        return True
    down = last.baseline - line.baseline
    if abs(down) < 0.1 * size:  # the next cell of a table, or a column beside
        return True
    if down < 0 or down > 4 * step * size:  # the next column
        return _ENDS.search(last.text) is not None or not line.text[:1].islower()
    if down > _LEADING * step * size:
        return True
    if line.x0 - last.x0 > _INDENT * size and line.x0 < last.x1:
        return True
    right = max(
        other.x1
        for other in lines
        if other.turn == last.turn
        and other.x0 < last.x1
        and other.x1 > last.x0
        and abs(other.size - last.size) < 0.1 * size
    )
    left = min(last.x0, line.x0)
    return last.x1 - left < _SHORT * (right - left) and not line.text[:1].islower()


def _joined(before: str, text: str, vocabulary: Mapping[str, int], left_out: Counter[str]) -> str:
    """Join two lines of a paragraph."""
    if before[-1:] not in _HYPHENS or not before[-2:-1].isalpha() or not text.lstrip(_HYPHENS)[:1].islower():
        return f"{before} {text}" if before[-1:] not in _HYPHENS or before[-2:-1] == " " else before + text
    if text.startswith(before[-1]):  # as in Spanish, where a hyphen of the word is repeated in the next line
        return before + text[1:]
    first = re.split(r"[^\w\u2010-]", before[:-1])[-1]
    second = re.match(r"\w+", text)
    rest = second[0] if second else ""
    if vocabulary.get(f"{first}{before[-1]}{rest}", 0) and not vocabulary.get(first + rest, 0):
        return before + text
    left_out["line-end hyphen"] += 1
    return before[:-1] + text
