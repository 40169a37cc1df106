"""What reads like a mention of a label, whatever stands around it: to be offered to a curator, not to be suggested.

The rules propose a post or a date only where the text around it speaks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from annotator.suggest.rules.analyzed_document import DATE, ROLE
from annotator.suggest.rules.dates import dates_in
from annotator.suggest.rules.titles import posts_in
from annotator.text import Document, Segment

_FINDERS: Mapping[str, Callable[[str, str, int, int], Iterator[tuple[int, int]]]] = {DATE: dates_in, ROLE: posts_in}


def possible_mentions(label: str, document: Document, start: int, end: int) -> list[Segment]:
    """The ranges between two offsets, in code points, that read like a mention of a label; they may overlap."""
    finder = _FINDERS.get(label)
    return [] if finder is None else [Segment(*found) for found in finder(document.text, document.lang, start, end)]
