"""Write the table of modules in docs/architecture.md from the first lines of their docstrings.

python -m tools.module_table
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
PAGE = TOP / "docs" / "architecture.md"
BEGIN, END = "<!-- modules: python -m tools.module_table -->\n", "<!-- end of the modules -->"


def summary(path: Path) -> str:
    """Return the first line of a module's docstring as Markdown."""
    line = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
    line = re.sub(r":\w+:`~?([\w.]+)`", lambda match: f"`{match[1].rpartition('.')[2]}`", line)
    return line.replace("``", "`").replace("|", "\\|")


def packages() -> Iterator[Path]:
    """Yield the folders of the package that hold modules, outer ones before inner ones."""
    yield from (path.parent for path in sorted((TOP / "annotator").rglob("__init__.py"), key=lambda p: p.parent.parts))


def tables() -> str:
    """Return a heading, a sentence and a table for each folder."""
    parts = []
    for folder in packages():
        modules = sorted(path for path in folder.glob("*.py") if not path.name.startswith("__"))
        lines = [f"### {folder.relative_to(TOP).as_posix()}/", "", summary(folder / "__init__.py"), ""]
        if modules:
            lines += ["| module | what it is for |", "|---|---|"]
            lines += [f"| `{path.stem}` | {summary(path)} |" for path in modules] + [""]
        parts.append("\n".join(lines))
    return "\n".join(parts)


def page_with_tables(text: str) -> str:
    """Return the page with the tables put between its marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables()}\n{END}{rest.partition(END)[2]}"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page_with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
