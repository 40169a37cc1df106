"""Catalogs: indexing a file of a million entries, and searching it at each key that somebody types.

python -m benchmarks.catalog [--entries N]

The entries are made up: names of one to three words of a vocabulary of sixty thousand, up to two aliases.  Searches are
for the names of entries, and their words in another order, letter by letter; the budget is for the slowest of them.
Processor time, because other programs may run; each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.report import heading, line

SEARCH_BUDGET = 30.0
"""Milliseconds for a key."""
INDEX_BUDGET, MEMORY_BUDGET = 120.0, 300.0
"""Seconds and megabytes for a million entries."""
OPEN_BUDGET = 10.0
"""Milliseconds to open an index that is as new as its file."""
SYLLABLES = [a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "ó", "u")]
NAMES, SHOWN = 40, 20


def made(entries: int) -> Iterator[str]:
    """Yield the rows of a made-up catalog."""
    chance = random.Random(1)
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).capitalize() for _ in range(60_000)]

    def name(*sizes: int) -> str:
        return " ".join(chance.choices(words, k=chance.choice(sizes)))

    yield "id,name,aliases,type,description"
    for number in range(entries):
        aliases = "|".join(name(1, 2) for _ in range(chance.choice((0, 0, 1, 2))))
        kind = chance.choice(("PERSON", "PLACE", "ORG"))
        yield f"Q{number},{name(1, 2, 2, 3)},{aliases},{kind},Something made up with the number {number}"


def index(folder: Path) -> dict[str, Any]:
    """Index the catalog of a workspace; return seconds, megabytes and bytes."""
    from annotator.workflow.catalogs import Catalogs
    from annotator.workflow.workspace import Workspace

    before = peak()
    start = time.process_time()
    Catalogs(Workspace(folder)).open("made")
    seconds = time.process_time() - start
    size = (folder / "db" / "catalogs" / "made.db").stat().st_size
    return {"seconds": seconds, "megabytes": peak() - before, "bytes": size}


def search(folder: Path) -> dict[str, Any]:
    """Open the index and search it; return the milliseconds of opening and of each key."""
    from annotator.workflow.catalogs import Catalogs
    from annotator.workflow.workspace import Workspace

    start = time.process_time()
    opened = Catalogs(Workspace(folder)).open("made")
    opening = time.process_time() - start
    chance = random.Random(2)
    keys: dict[str, list[float]] = {"name": [], "other order": [], "of a type": []}
    for _ in range(NAMES):
        entry = opened.entry(f"Q{chance.randrange(opened.entries)}")
        assert entry is not None
        turned = " ".join(reversed(entry.name.split()))
        for what, typed, kind in (("name", entry.name, None), ("other order", turned, None),
                                  ("of a type", entry.name, entry.type)):  # fmt: skip
            for length in range(1, len(typed) + 1):
                start = time.process_time()
                found = opened.search(typed[:length], SHOWN, kind)
                keys[what].append(1000 * (time.process_time() - start))
                assert found
    return {"open": 1000 * opening, "keys": keys}


def peak() -> float:
    """Return the most memory that this process ever held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(what: str, folder: Path) -> dict[str, Any]:
    """Run one of the two in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.catalog", "--run", what, str(folder)]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return result


def main() -> int:
    """Measure; return 1 where a figure is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        what, folder = arguments.run
        print(json.dumps({"index": index, "search": search}[what](Path(folder))))
        return 0
    heading(f"A catalog of {arguments.entries:,} entries")
    share = arguments.entries / 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "labels.yaml").write_text("", encoding="utf-8")
        (folder / "catalogs").mkdir()
        file = folder / "catalogs" / "made.csv"
        with file.open("w", encoding="utf-8") as stream:
            stream.writelines(f"{row}\n" for row in made(arguments.entries))
        indexed, searched = apart("index", folder), apart("search", folder)
        within = [line("indexing", indexed["seconds"], INDEX_BUDGET * share, "s")]
        within.append(line("memory of indexing", indexed["megabytes"], MEMORY_BUDGET, "MB"))
        line("the file", file.stat().st_size / 1e6, None, "MB")
        line("its index", indexed["bytes"] / 1e6, None, "MB")
    within.append(line("opening the index", searched["open"], OPEN_BUDGET, "ms"))
    for what, times in searched["keys"].items():
        median = f"median {statistics.median(times):.2f} ms, {len(times)} keys"
        within.append(line(f"a key, {what}: the slowest", max(times), SEARCH_BUDGET, "ms", median))
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
