"""The cursor and the selection in a text, which move by whole tokens or by single graphemes."""

from __future__ import annotations

from annotator.text import Document, Segment, Segmentation


class Caret:
    """A cursor on a unit (a token or a grapheme), and the unit at which a selection began.

    Offsets are code points.  ``anchor`` is ``None`` while nothing is selected.
    """

    def __init__(self, document: Document, offset: int = 0, units: Segmentation | None = None) -> None:
        self.document = document
        self.units = document.tokens if units is None else units
        self.anchor: Segment | None = None
        self.unit = self._unit_near(offset)

    def _unit_near(self, offset: int) -> Segment:
        """The unit at an offset, else the next one, else the last; an empty range in a text without units."""
        units = self.units
        if not len(units):
            return Segment(0, 0)
        index = units.at_or_before(offset)
        if index < 0 or (units.ends[index] <= offset and index + 1 < len(units)):
            index += 1
        return units[index]

    def near(self, offset: int) -> int:
        """The offset at which the cursor would stand after :meth:`go`."""
        return self._unit_near(offset).start

    @property
    def offset(self) -> int:
        """The offset of the unit under the cursor."""
        return self.unit.start

    @property
    def selection(self) -> Segment | None:
        """The selected range, from the anchor's unit to the cursor's, whichever comes first."""
        if self.anchor is None:
            return None
        return Segment(min(self.anchor.start, self.unit.start), max(self.anchor.end, self.unit.end))

    def go(self, offset: int, *, select: bool = False) -> None:
        """Put the cursor on the unit at an offset; ``select`` begins or extends a selection, else it ends."""
        if select and self.anchor is None:
            self.anchor = self.unit
        elif not select:
            self.anchor = None
        self.unit = self._unit_near(offset)

    def select(self, segment: Segment) -> None:
        """Select the units that overlap a range, with the cursor on the last one."""
        touched = self.units.overlapping(*segment)
        if touched:
            self.anchor = self.units[touched[0]]
            self.unit = self.units[touched[-1]]

    def drag(self, origin: int, offset: int) -> None:
        """Select from the unit at ``origin`` to the one at ``offset``, which gets the cursor."""
        self.anchor, self.unit = self._unit_near(origin), self._unit_near(offset)

    def resize(self, side: str, by: int) -> None:
        """Move the ``start`` or ``end`` (``side``) of the selection by units; at least one stays selected."""
        selection = self.selection
        if selection is None:
            return
        covered = self.units.overlapping(*selection)
        first, last = covered[0], covered[-1]
        if side == "start":
            first = max(0, min(first + by, last))
        else:
            last = max(first, min(last + by, len(self.units) - 1))
        self.anchor, self.unit = self.units[first], self.units[last]

    def clear_selection(self) -> None:
        """End the selection."""
        self.anchor = None

    def step(self, by: int) -> int:
        """The offset of the unit ``by`` units on (back, when negative), or of the last one on the way."""
        units = self.units
        if not len(units):
            return 0
        index = units.at_or_before(self.offset) + by
        return units.starts[max(0, min(index, len(units) - 1))]

    def word(self, by: int) -> int:
        """The offset of the next word (for -1 the previous one), passing over punctuation."""
        tokens, text = self.document.tokens, self.document.text
        if not len(tokens):
            return 0
        index = tokens.at_or_before(self.offset) + by
        while 0 <= index < len(tokens) and not text[tokens.starts[index]].isalnum():
            index += by
        return tokens.starts[max(0, min(index, len(tokens) - 1))]
