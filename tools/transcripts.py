"""Plays the sessions in the docs again, in a real terminal, and says where a page shows something else.

    python -m tools.transcripts [session | life]

Times are those of the day.  ``python -m tools.session`` and ``python -m tools.project_life`` write the pages anew.
"""

from __future__ import annotations

import sys
from difflib import unified_diff

from tools import project_life, session
from tools.screenshots import TOP
from tools.shown_commands import timeless

PLAYED = {"session": (session.PAGE, session.played), "life": (project_life.PAGE, project_life.played)}
"""The pages, and what plays them."""


def main() -> int:
    """Compare the pages that are named, or all."""
    differences = 0
    for name in sys.argv[1:] or PLAYED:
        path, played = PLAYED[name]
        page, now = (timeless(text).splitlines() for text in (path.read_text(encoding="utf-8"), played()))
        different = list(unified_diff(page, now, str(path.relative_to(TOP)), "played now", lineterm="", n=1))
        print("\n".join(different) or f"{path.relative_to(TOP)} shows what the program shows")
        differences += bool(different)
    return min(differences, 1)


if __name__ == "__main__":
    sys.exit(main())
