"""Where the tokens of many documents begin and end, on the line of all documents end to end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from annotator.agreement.packing import Indexes
from annotator.text import Segmentation


def token_borders(segmentations: Sequence[Segmentation], sizes: Indexes, bases: Indexes) -> tuple[Indexes, Indexes]:
    """Starts and ends of all tokens, of which each document has so many; each document begins at its base.

    Tokens that stand in one byte each are read all at once, which takes a tenth of decoding document by document.
    """
    firsts = np.cumsum(sizes) - sizes
    codes = [segments.codes if size else None for segments, size in zip(segmentations, sizes.tolist(), strict=True)]
    coded = np.array([some is not None for some in codes], dtype=bool)
    starts, ends = np.empty((2, int(sizes.sum())), dtype=np.intp)
    there = np.repeat(coded, sizes)
    starts[there], ends[there] = _decoded(b"".join(filter(None, codes)), sizes[coded], bases[coded])
    for number in np.flatnonzero(~coded & (sizes > 0)).tolist():
        own = slice(firsts[number], firsts[number] + sizes[number])
        starts[own] = np.frombuffer(segmentations[number].starts, dtype=np.uint32)
        ends[own] = np.frombuffer(segmentations[number].ends, dtype=np.uint32)
        starts[own] += bases[number]
        ends[own] += bases[number]
    return starts, ends


def _decoded(data: bytes, sizes: Indexes, bases: Indexes) -> tuple[Indexes, Indexes]:
    """Read codes of documents, each with one that leads to its first segment and one a segment."""
    codes = np.frombuffer(data, dtype=np.uint8)
    reached = np.cumsum((codes >> 2) + (codes & 3), dtype=np.intp)
    behind = np.cumsum(sizes + 1)
    before = np.concatenate([[0], reached[behind[:-1] - 1]]) if len(sizes) else sizes
    last, first = np.zeros((2, len(codes)), dtype=bool)
    last[behind - 1] = first[behind - sizes - 1] = True
    starts = reached[~last] + np.repeat(bases - before, sizes)
    return starts, starts + (codes[~first] >> 2)
