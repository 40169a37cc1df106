"""Finding near-duplicate texts, so that no model learns from one and is evaluated on another.

Two texts are compared by their shingles, runs of five words in any case: the Jaccard index, the shingles they share
through all they have, counts at ``threshold``.  Pairs worth comparing are found by MinHash (Broder 1997) in bands
(Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3): 32 bands of 3 find a pair at 0.5 with
probability 0.99 and one at 0.6 with 0.9996; each is then compared exactly.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from annotator.disjoint_sets import DisjointSets

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

SHINGLE = 5
"""Words in a shingle."""
THRESHOLD = 0.5
"""Jaccard index from which two texts are near-duplicates."""

_BANDS, _ROWS = 32, 3
_WORD = re.compile(r"\w+")


def near_duplicate_groups(texts: Iterable[str], threshold: float = THRESHOLD) -> list[int]:
    """For each text the index of the first text of its group, its own where no earlier text is similar.

    Groups are transitive.  Texts are read one at a time; some hashes of each stay in memory.  The same texts in the
    same order give the same groups on every machine.
    """
    groups = DisjointSets[int]()
    hashes: list[Hashes] = []
    buckets: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)
    for index, text in enumerate(texts):
        groups.find(index)
        hashes.append(shingle_hashes(text))
        compared: set[int] = set()
        for band in _bands(hashes[index]):
            bucket = buckets[band]
            for other in bucket:
                if other in compared or groups.find(other) == groups.find(index):
                    continue
                compared.add(other)
                if jaccard(hashes[index], hashes[other]) >= threshold:
                    groups.join(index, other)
            bucket.append(index)
    return [groups.find(index) for index in range(len(groups))]


def near_duplicates(one: str, other: str, threshold: float = THRESHOLD) -> bool:
    """Tell whether two texts are near-duplicates."""
    return jaccard(shingle_hashes(one), shingle_hashes(other)) >= threshold


def shingle_hashes(text: str, size: int = SHINGLE) -> Hashes:
    """Hash the shingles of a text, sorted; fewer words than ``size`` are one shingle, no words have none."""
    import numpy as np

    words = [word.casefold() for word in _WORD.findall(text)]
    runs = (" ".join(words[at : at + size]) for at in range(max(1, len(words) - size + 1)))
    return np.unique(np.fromiter((zlib.crc32(run.encode("utf-8")) for run in runs if run), dtype=np.uint64))


def jaccard(one: Hashes, other: Hashes) -> float:
    """Compute the Jaccard index of two texts' shingles; 1 for two texts without any."""
    import numpy as np

    if not len(one) and not len(other):
        return 1.0
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)


def _bands(hashes: Hashes) -> Iterator[tuple[int, bytes]]:
    """Yield the bands of a text's MinHash signature, each with its number."""
    import numpy as np

    if not len(hashes):
        yield -1, b""
        return
    multipliers, offsets = _permutations()
    with np.errstate(over="ignore"):
        signature = (multipliers[:, None] * hashes[None, :] + offsets[:, None] >> np.uint64(32)).min(axis=1)
    for band in range(_BANDS):
        yield band, signature[band * _ROWS : (band + 1) * _ROWS].tobytes()


@cache
def _permutations() -> tuple[Hashes, Hashes]:
    """Draw the odd multipliers and the offsets of the hash functions (multiply-shift on 64 bits), always the same."""
    import numpy as np

    state = np.random.RandomState(20240229)  # its stream is frozen for good
    words = state.randint(0, 1 << 32, size=(4, _BANDS * _ROWS), dtype=np.uint64)
    return (words[0] << np.uint64(32) | words[1]) | np.uint64(1), words[2] << np.uint64(32) | words[3]
