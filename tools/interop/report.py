"""The table of what came back from the programs, as it is printed and as it stands in the docs."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from annotator.formats.protocol import FEATURES
from annotator.wording import plural
from tools.interop.comparison import Result
from tools.interop.environment import TOP
from tools.interop.protocol import Program, Trip

PAGE = TOP / "docs" / "formats.md"
BEGIN, END = "<!-- real programs: make interop -->\n", "<!-- end of the real programs -->"
FIELDS = {"key": "key", "lang": "language", "title": "title", "meta": "other fields"}
"""The fields of documents that are compared, in the table's words."""
HEAD = (
    "format",
    "program",
    "way",
    "articles",
    "documents",
    "spans",
    "relations",
    "attributes",
    "left behind, as declared",
    "lost",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One trip of some material: a result, or the reason why there is none; ``absent`` where nothing was installed."""

    program: Program
    version: str
    trip: Trip
    material: str
    result: Result | None = None
    problem: str = ""
    absent: bool = False

    @property
    def failed(self) -> bool:
        """Whether something was lost that no declaration covers, or the program could not be gone through."""
        return not self.absent and (self.result is None or bool(self.result.faults))

    def cells(self) -> tuple[str, ...]:
        """The cells of the table."""
        trip = self.trip
        formats = f"`{trip.out}`" if trip.back_format == trip.out else f"`{trip.out}` → `{trip.back_format}`"
        first = (formats, f"{self.program.name} {self.version}".strip(), trip.way, self.material)
        if self.result is None:
            return (*first, "–", "–", "–", "–", "–", self.problem.replace("|", "¦"))
        result = self.result
        lost = plural(len(result.faults), "difference") if result.faults else "–"
        tallies = (result.documents, result.spans, result.relations, result.attributes)
        return (*first, *(str(tally) if tally.sent else "–" for tally in tallies), self._declared(result), lost)

    def _declared(self, result: Result) -> str:
        """Name what was left behind: items with their numbers, and the fields of documents."""
        items = [self._item(name, count) for name, count in result.declared.items() if name not in FIELDS]
        fields = [word for name, word in FIELDS.items() if result.declared[name]]
        return "; ".join([*items, ", ".join(fields)] if fields else items) or "–"

    def _item(self, name: str, count: int) -> str:
        reason = f" ({self.trip.limits[name]})" if name in self.trip.limits else ""
        return f"{count} × {FEATURES.get(name, name)}{reason}"


def table(rows: Sequence[Row]) -> str:
    """Return the table in Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *(row.cells() for row in rows)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def write_page(rows: Sequence[Row], page: Path = PAGE) -> None:
    """Put the table, with the date, between its marks in the docs."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, behind = rest.split(END)
    when = f"{datetime.now(UTC).date().isoformat()}, Python {platform.python_version()}:"
    page.write_text(f"{before}{BEGIN}\n{when}\n\n{table(rows)}\n{END}{behind}", encoding="utf-8")
