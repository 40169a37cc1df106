"""Write the table of docs/formats.md from what the formats declare.

python -m tools.format_table
"""

from __future__ import annotations

import sys
from pathlib import Path

from annotator.formats.protocol import FEATURES
from annotator.formats.registry import MODULES, load_format

PAGE = Path(__file__).resolve().parent.parent / "docs" / "formats.md"
BEGIN, END = "<!-- table of formats: python -m tools.format_table -->\n", "<!-- end of the table -->"
SAID = {"yes": "yes", "aside": "kept aside", "no": "–"}


def table() -> str:
    """Return the table of what each format carries, then what each keeps aside, loses, and can be told."""
    formats = [load_format(name) for name in MODULES]
    rows = [["format", *FEATURES.values()], ["---"] * (len(FEATURES) + 1)]
    rows += [[f"`{form.name}`", *(SAID[form.carries[feature]] for feature in FEATURES)] for form in formats]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines += ["", "| format | is | keeps aside, for the way back | leaves behind | options (`-O NAME=VALUE`) |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    for form in formats:
        options = "; ".join(f"`{name}`: {what}" for name, what in form.options.items())
        cells = (f"`{form.name}`", form.about, "; ".join(form.aside), "; ".join(form.lost), options)
        lines.append("| " + " | ".join(cell or "–" for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def page_with_table(text: str) -> str:
    """Return the page with the table put between its marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
