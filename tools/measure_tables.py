"""Write the tables of measures in docs/agreement.md from what the program says of each.

python -m tools.measure_tables
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from annotator.reports.measure_notes import NOTES, every_measure

PAGE = Path(__file__).resolve().parent.parent / "docs" / "agreement.md"
END = "<!-- end of measures -->"
MARK = re.compile(rf"(<!-- measures: (\w+): [^>]+ -->\n)(.*?)({END})", re.DOTALL)


def table(level: str) -> str:
    """Return the table of the measures of a level."""
    rows = ["| name | formula | use it | it misleads |", "|---|---|---|---|"]
    for measure in every_measure():
        if measure.universe.level == level:
            cells = (f"`{measure.name}`", *NOTES[measure.name])
            rows.append(
                "|" + "|".join(f" {cell} " if cell else " " for cell in (c.replace("|", "\\|") for c in cells)) + "|"
            )
    return "\n".join(rows)


def page_with_tables(text: str) -> str:
    """Return the page with every table between its marks."""
    return MARK.sub(lambda found: f"{found[1]}\n{table(found[2])}\n\n{found[4]}", text)


def main() -> int:
    """Write the page."""
    PAGE.write_text(page_with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
