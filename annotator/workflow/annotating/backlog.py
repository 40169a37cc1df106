"""What suggestions do not follow yet, after a step of thousands of decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from annotator.history import Op
from annotator.suggest.phrases import Stems, Unit


@dataclass(slots=True)
class Backlog:
    """Ops that are not counted, then phrases that these are about, then units in which suggestions may change.

    Of each unit is noted whether the layer itself changed there.
    """

    ops: list[Op] = field(default_factory=list)
    phrases: set[Stems] = field(default_factory=set)
    units: dict[Unit, bool] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.ops or self.phrases or self.units)

    def add(self, units: Iterable[Unit], *, changed: bool = False) -> None:
        """Add units."""
        for unit in units:
            self.units[unit] = changed or self.units.get(unit, False)

    def take_ops(self, count: int) -> list[Op]:
        """Take out some ops, in order."""
        taken, self.ops = self.ops[:count], self.ops[count:]
        return taken

    def take_phrases(self, count: int) -> list[Stems]:
        """Take out some phrases."""
        taken = list(islice(self.phrases, count))
        self.phrases.difference_update(taken)
        return taken

    def take_units(self, count: int) -> tuple[set[Unit], set[Unit]]:
        """Take out some units; returns them, and those of them in which the layer itself changed."""
        taken = list(islice(self.units, count))
        changed = {unit for unit in taken if self.units.pop(unit)}
        return set(taken), changed
