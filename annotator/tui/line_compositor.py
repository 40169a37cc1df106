"""Composing of the screen only the lines that changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import cast

from rich.console import Console
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip

_Pieces = dict[int, Strip | None]
"""What is shown of a line, by the column at which it begins; ``None`` is still to be rendered."""


class LineUpdate(ChopsUpdate):
    """Writes the pieces of lines that changed, each where it stands; Textual builds three objects for each place."""

    def render_segments(self, console: Console) -> str:
        """Render what the terminal is sent."""
        sequences: list[str] = []
        for y, left, right in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is not None and x < right and left < end:
                    seen = strip if end <= right else strip.crop(0, right - x)
                    sequences += f"\x1b[{y + 1};{x + 1}H", seen.render(console)
        return "".join(sequences)


class LineCompositor(Compositor):
    """Renders of every widget the lines that changed, and only where no other widget covers them.

    Textual renders each widget whole that meets the rectangle around all changes.  A key changes header and message,
    the first line of the screen and the last but one, so that was all of the screen, after each key.
    """

    def __init__(self) -> None:
        super().__init__()
        self._changed: Collection[Region] = ()

    def render_partial_update(self) -> ChopsUpdate | None:
        """Render what changed since the last update."""
        self._changed = self._dirty_regions.copy()
        try:
            update = super().render_partial_update()
        finally:
            self._changed = ()
        return update and LineUpdate(update.chops, update.spans, update.chop_ends)

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Sequence[Mapping[int, Strip]]:
        """Render the pieces of each line, by the column at which they begin; ``cuts`` says where widgets meet."""
        changed: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        for one in self._changed or (crop,):
            changed[one.x, one.right].update(range(one.y, one.bottom))
        cuts = self.cuts
        pieces: list[_Pieces] = [dict.fromkeys(c[:-1]) if is_rendered_line(y) else {} for y, c in enumerate(cuts)]
        gaps = {y: len(line) for y, line in enumerate(pieces) if line}
        for widget, (region, clip) in self.visible_widgets.items():  # those in front come first
            shown = region.intersection(clip)
            x, right = shown.x, shown.right
            here: set[int] = set()
            for (left, end), lines in changed.items():
                first, after = max(left, x), min(end, right)
                if first < after:
                    among = gaps.keys() & lines.intersection(range(shown.y, shown.bottom))
                    here.update(y for y in among if _has_gap(pieces[y], first, after))
            for run in _runs(here):
                of_widget = Region(shown.x - region.x, run.start - region.y, shown.width, len(run))
                for y, strip in zip(run, widget.render_lines(of_widget), strict=False):
                    gaps[y] -= self._fill_gaps(pieces[y], cuts[y], strip, shown)
                    if not gaps[y]:
                        del gaps[y]
        return cast("Sequence[Mapping[int, Strip]]", pieces)

    def _fill_gaps(self, pieces: _Pieces, cuts: list[int], strip: Strip, shown: Region) -> int:
        """Cut a widget's line where other widgets begin and end, and take the pieces that nothing covers; counts them.

        A line that is not cut stays the object that it is, which knows how it was rendered the last time.  It may end
        where the scroll bar begins, which is in front.
        """
        starts = cuts[cuts.index(shown.x) : cuts.index(shown.right) + 1]
        if strip.cell_length == starts[1] - shown.x:
            if pieces[shown.x] is not None:
                return 0
            pieces[shown.x] = strip
            return 1
        whole, filled = strip.adjust_cell_length(shown.width), 0
        for start, piece in zip(starts, whole.divide([cut - shown.x for cut in starts[1:]]), strict=False):
            if pieces[start] is None:
                pieces[start] = piece
                filled += 1
        return filled


def _has_gap(pieces: _Pieces, left: int, right: int) -> bool:
    """Whether a piece is still to be rendered of those that reach into some columns."""
    found = False
    for start, piece in pieces.items():
        if start >= right:
            break
        found = piece is None or (found and start > left)
    return found


def _runs(lines: Iterable[int]) -> Iterator[range]:
    """Yield runs of lines that follow one another."""
    start = end = None
    for line in sorted(lines):
        if line != end:
            if start is not None and end is not None:
                yield range(start, end)
            start = line
        end = line + 1
    if start is not None and end is not None:
        yield range(start, end)
