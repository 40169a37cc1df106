"""Splitting documents into train, dev and test parts that have near-duplicates together and labels in proportion.

Iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011): documents with the rarest label
that is left are assigned first, each to the part that lacks that label most.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from annotator.errors import WorkflowError
from annotator.similarity import near_duplicate_groups

PART_NAMES = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Split:
    """The share of each part in order, and the seed that decides between equally good splits."""

    shares: tuple[float, ...]
    seed: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parts."""
        return PART_NAMES[: len(self.shares)]


def parse_shares(text: str) -> tuple[float, ...]:
    """Parse the shares of two or three parts, as in ``0.8,0.1,0.1``; :class:`WorkflowError` unless they add up to 1."""
    try:
        shares = tuple(float(share) for share in text.split(","))
    except ValueError as error:
        raise WorkflowError(f"{text!r} are no shares", "write them as --split 0.8,0.1,0.1") from error
    if (
        not 2 <= len(shares) <= len(PART_NAMES)
        or not all(0 < share < 1 for share in shares)
        or abs(sum(shares) - 1) > 1e-6
    ):
        raise WorkflowError(
            f"{text!r} are no shares of train, dev and test", "write two or three that add up to 1: --split 0.8,0.1,0.1"
        )
    return shares


def assign_parts(texts: Iterable[str], labels: Sequence[Mapping[str, int]], split: Split) -> list[int]:
    """Assign a part, by its index, to every document, in the order given.

    ``labels`` counts each document's items by label.  The same documents in the same order get the same parts for the
    same seed.
    """
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for document, group in enumerate(near_duplicate_groups(texts)):
        groups[group].append(document)
    order = sorted(groups)
    random.Random(split.seed).shuffle(order)  # noqa: S311 - a split is no secret
    order.sort(key=lambda group: -len(groups[group]))  # large groups first, as small ones can even out the parts
    counts = {group: sum((Counter(labels[document]) for document in groups[group]), Counter()) for group in order}
    sizes = {group: len(groups[group]) for group in order}
    part_of_group = _stratify(order, counts, sizes, split.shares)
    parts = [0] * len(labels)
    for group, documents in groups.items():
        for document in documents:
            parts[document] = part_of_group[group]
    return parts


def _stratify(
    order: list[int], counts: Mapping[int, Counter[str]], sizes: Mapping[int, int], shares: Sequence[float]
) -> dict[int, int]:
    """Assign a part to every group of documents, given its label counts and its size."""
    totals = sum(counts.values(), Counter[str]())
    wanted = [{label: share * total for label, total in totals.items()} for share in shares]
    room = [share * sum(sizes.values()) for share in shares]
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for group in order:
        for label in counts[group]:
            holders[label].append(group)
    left = {label: len(groups) for label, groups in holders.items()}
    parts: dict[int, int] = {}

    def put(group: int, part: int) -> None:
        parts[group] = part
        room[part] -= sizes[group]
        for label, count in counts[group].items():
            wanted[part][label] -= count
            left[label] -= 1

    while any(left.values()):
        label = min((label for label, n in left.items() if n), key=lambda label: (left[label], label))
        for group in holders[label]:
            if group not in parts:
                put(group, max(range(len(shares)), key=lambda part: (wanted[part][label], room[part], -part)))
    for group in order:
        if group not in parts:
            put(group, max(range(len(shares)), key=lambda part: (room[part], -part)))
    return parts
