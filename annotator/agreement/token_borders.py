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
    codes = [segments.codes if size else None for segments, size in zip(segmentations, sizes.tolist(), strict=True)]
    coded = np.array([some is not None for some in codes], dtype=bool)
    decoded = _decoded(b"".join(filter(None, codes)), sizes[coded], bases[coded])
    others = np.flatnonzero(~coded & (sizes > 0)).tolist()
    if not others:
        return decoded
    starts, ends = np.empty((2, int(sizes.sum())), dtype=np.intp)
    there = np.repeat(coded, sizes)
    starts[there], ends[there] = decoded
    behind = np.cumsum(sizes)
    for number in others:
        own, segments = slice(behind[number] - sizes[number], behind[number]), segmentations[number]
        starts[own] = np.frombuffer(segments.starts, dtype=np.uint32) + bases[number]
        ends[own] = np.frombuffer(segments.ends, dtype=np.uint32) + bases[number]
    return starts, ends


def _decoded(data: bytes, sizes: Indexes, bases: Indexes) -> tuple[Indexes, Indexes]:
    """Read codes of documents, each with one that leads to its first segment and one a segment."""
    codes = np.frombuffer(data, dtype=np.uint8)
    lengths = codes >> 2
    steps = lengths + (codes & 3)
    before = np.cumsum(steps, dtype=np.intp) - steps
    first = np.cumsum(sizes + 1) - sizes - 1
    segment = np.ones(len(codes), dtype=bool)
    segment[first] = False
    starts = (before + np.repeat(bases - before[first], sizes + 1))[segment]
    return starts, starts + lengths[segment]
