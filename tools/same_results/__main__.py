"""Compares the results of this checkout with those of another one, thing by thing.

    python -m tools.same_results BEFORE_CHECKOUT [--keep FOLDER]

Each checkout makes a workspace by the same commands and keys: the sample articles, suggestions, the work of four
curators, gold, a trained model. Then both read copies of one workspace. A line a thing says ``same`` or ``DIFFERENT``;
messages, help texts and screens may be ``reworded``. The exit status is 1 when anything is different. Nothing is
fetched from a network: language models that lie in ``models/`` are used, and without them rules alone suggest.
"""

from __future__ import annotations

import argparse
import difflib
import shutil
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.same_results import facts
from tools.same_results.checkout import Checkout
from tools.same_results.work import TOP, make

MOST_SHOWN = 4
"""Lines of a difference that are printed; the whole is in the folder that ``--keep`` names."""


def both(checkouts: list[Checkout], work: Callable[[Checkout], facts.Facts]) -> tuple[facts.Facts, facts.Facts]:
    """Let both checkouts do something at the same time."""
    with ThreadPoolExecutor(2) as pool:
        before, after = pool.map(work, checkouts)
    return before, after


def gather(before: Checkout, after: Checkout, folder: Path) -> tuple[facts.Facts, facts.Facts]:
    """Return all that is compared, of each checkout."""
    checkouts = [before, after]

    def made(checkout: Checkout) -> facts.Facts:
        return facts.made(make(checkout, folder / checkout.name / "made" / "news"))

    def read(checkout: Checkout) -> facts.Facts:
        return facts.read(checkout, copy(folder / "old" / "made" / "news", folder / checkout.name / "read" / "news"))

    def crossed(checkout: Checkout) -> facts.Facts:
        """Let the old code read what the new code wrote: its hashes and its gold."""
        workspace = copy(folder / "new" / "made" / "news", folder / checkout.name / "crossed" / "news")
        ran = [checkout.run(workspace, *a) for a in (("doctor",), ("export", "jsonl"), ("status", "--json"))]
        return {"the later workspace, read": "\n".join(f"{r.status} {r.stdout.decode()}" for r in ran)}

    def imported(checkout: Checkout) -> facts.Facts:
        target = folder / checkout.name / "imported"
        target.mkdir()
        return facts.imported(checkout, folder / "old" / "read" / "news", target)

    found: tuple[facts.Facts, facts.Facts] = ({}, {})
    for work in (made, read, crossed, imported, facts.described):
        for all_facts, more in zip(found, both(checkouts, work), strict=True):
            all_facts.update(more)
    return found


def copy(workspace: Path, target: Path) -> Path:
    """Copy a workspace that nobody has open."""
    shutil.copytree(workspace, target, symlinks=True)
    return target


def tell(before: facts.Facts, after: facts.Facts) -> int:
    """Print a line a thing, and return how many are different."""
    different = 0
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name, "(nothing)"), after.get(name, "(nothing)")
        words = name.startswith("words: ")
        verdict = "same" if old == new else "reworded" if words else "DIFFERENT"
        print(f"{verdict:9}  {name}")
        if verdict == "DIFFERENT":
            different += 1
            lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
            for line in [d for d in lines if not d.startswith(("---", "+++", "@@"))][:MOST_SHOWN]:
                print(f"             {line[:200]}")
    return different


def keep(found: facts.Facts, folder: Path) -> None:
    """Write what was compared into a folder, a file a thing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in found.items():
        (folder / name.replace("/", "_").replace(" ", "_")).write_text(text, encoding="utf-8")


def main() -> int:
    """Compare, print, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.same_results", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("before", type=Path, metavar="BEFORE_CHECKOUT", help="a folder with another commit checked out")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write all that is compared into FOLDER")
    options = parser.parse_args()
    if not (options.before / "annotator" / "cli" / "main.py").is_file():
        parser.error(f"{options.before} is no checkout of annotator")
    checkouts = Checkout("old", options.before.resolve()), Checkout("new", TOP)
    with tempfile.TemporaryDirectory() as folder:  # the names "old" and "new" are equally long, as columns of paths are
        before, after = gather(*checkouts, Path(folder))
    if options.keep:
        keep(before, options.keep / "before")
        keep(after, options.keep / "after")
    different = tell(before, after)
    print(
        f"{different} of {len(before)} things are different" if different else f"all {len(before)} things are the same"
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
