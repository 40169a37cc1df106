"""Where the cursor is and what is selected, moving by whole tokens or by single graphemes."""

from __future__ import annotations

from annotator.text import Document, Segment, Segmentation


class Caret:
    """A cursor on a unit (a token, or a grapheme), and the unit where a selection began.

    ``offset`` is the cursor's place in code points; ``anchor`` is ``None`` while nothing is selected.
    """

    def __init__(self, document: Document, offset: int = 0, units: Segmentation | None = None) -> None:
        self.document = document
        self.units = document.tokens if units is None else units
        self.anchor: Segment | None = None
        self.unit = self._token_near(offset)

    def _token_near(self, offset: int) -> Segment:
        """Return the token at an offset, else the next one, else the last; an empty range in a text without any."""
        tokens = self.units
        if not len(tokens):
            return Segment(0, 0)
        index = tokens.at_or_before(offset)
        if index < 0 or (tokens.ends[index] <= offset and index + 1 < len(tokens)):
            index += 1
        return tokens[index]

    def near(self, offset: int) -> int:
        """Return where the cursor would stand if it went to an offset."""
        return self._token_near(offset).start

    @property
    def offset(self) -> int:
        """Return where the cursor is."""
        return self.unit.start

    @property
    def selection(self) -> Segment | None:
        """Return the selected stretch, from the anchor's token to the cursor's."""
        if self.anchor is None:
            return None
        return Segment(min(self.anchor.start, self.unit.start), max(self.anchor.end, self.unit.end))

    def go(self, offset: int, *, select: bool = False) -> None:
        """Put the cursor on the token at an offset; with ``select`` the selection follows, else it ends."""
        if select and self.anchor is None:
            self.anchor = self.unit
        elif not select:
            self.anchor = None
        self.unit = self._token_near(offset)

    def select(self, segment: Segment) -> None:
        """Select the tokens that a stretch touches, the cursor on the last one."""
        touched = self.units.overlapping(*segment)
        if touched:
            self.anchor = self.units[touched[0]]
            self.unit = self.units[touched[-1]]

    def drag(self, origin: int, offset: int) -> None:
        """Select from the token at one offset to that at another, where the cursor comes to stand."""
        self.anchor, self.unit = self._token_near(origin), self._token_near(offset)

    def clear_selection(self) -> None:
        """End the selection."""
        self.anchor = None

    def step(self, by: int) -> int:
        """Return the offset of the token some tokens away, stopping at the ends."""
        tokens = self.units
        if not len(tokens):
            return 0
        index = tokens.at_or_before(self.offset) + by
        return tokens.starts[max(0, min(index, len(tokens) - 1))]

    def word(self, by: int) -> int:
        """Return the offset of the next (or previous, for -1) token that is a word, not punctuation."""
        tokens, text = self.document.tokens, self.document.text
        if not len(tokens):
            return 0
        index = tokens.at_or_before(self.offset) + by
        while 0 <= index < len(tokens) and not text[tokens.starts[index]].isalnum():
            index += by
        return tokens.starts[max(0, min(index, len(tokens) - 1))]
