"""Takes exports through the real programs and back, and compares spans and relations.

    python -m tools.interop [PROGRAM…] [--cases FOLDER] [--write]

Each program is installed with pip at a pinned version into an environment of its own below ``.interop/``. The gold of
the sample articles, that of two texts with attributes and groups, and that of a folder with ``gold.jsonl`` and
``labels.yaml``, is exported, taken in by the program itself, given out by it again, imported into an empty workspace
and compared. The table goes to stdout, with --write into docs/formats.md too; what differs is told on stderr. The exit
status is 1 when something is lost that the formats do not declare. Servers listen on 127.0.0.1 only, on a free port,
and are ended in every case.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

import httpx

from tools.interop.comparison import compare
from tools.interop.environment import TOP, Environment, InteropError
from tools.interop.programs import PROGRAMS
from tools.interop.protocol import Carry, Program, Trip
from tools.interop.report import Row, table, write_page
from tools.interop.workspaces import (
    ATTRIBUTES,
    SAMPLES,
    Material,
    annotator,
    export,
    gold,
    leave_at_home,
    make_workspace,
    take_in,
)

ENVIRONMENTS = TOP / ".interop"
MOST_SHOWN = 12
"""Differences of a trip that are told; the table counts all."""
ODD_ANSWERS = (InteropError, httpx.HTTPError, LookupError, ValueError, OSError)
"""What a program that fails, or that answers otherwise than expected, raises here."""


def go_through(program: Program, materials: Sequence[Material], folder: Path) -> Generator[Row]:
    """Install a program and make all its trips."""
    environment = Environment(ENVIRONMENTS / program.folder)
    try:
        environment.install(program.packages)
        version = environment.version(program.folder)
    except (InteropError, OSError) as error:
        yield from (
            Row(program, "", trip, SAMPLES.name, problem=f"does not install: {first_line(error)}", absent=True)
            for trip in program.trips
        )
        return
    pending = [(trip, material) for trip in program.trips for material in materials]
    try:
        with program.running(environment, folder) as carry:
            while pending:
                trip, material = pending.pop(0)
                yield make_trip(program, version, trip, material, carry, folder)
    except ODD_ANSWERS as error:
        yield from (
            Row(program, version, trip, material.name, problem=f"does not start: {first_line(error)}")
            for trip, material in pending
        )


def make_trip(program: Program, version: str, trip: Trip, material: Material, carry: Carry, folder: Path) -> Row:
    """Make one trip with some material."""
    place = folder / f"{len(list(folder.iterdir())):03}"
    try:
        before = make_workspace(place / "before", material.labels)
        annotator(before, "import", "jsonl", material.gold, "--layer", "gold")
        sent = gold(before)
        leave_at_home(before, trip, sent)
        exported = export(before, trip, place)
        (place / "back").mkdir()
        returned = carry(trip, exported, place / "back")
        after = make_workspace(place / "after", material.labels)
        take_in(after, trip, returned)
        return Row(program, version, trip, material.name, compare(sent, gold(after), trip))
    except ODD_ANSWERS as error:
        return Row(program, version, trip, material.name, problem=first_line(error))


def first_line(error: Exception) -> str:
    """Return what an error says in one line, or its kind."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def tell(row: Row) -> None:
    """Say on stderr how a trip went."""
    problems = row.result.faults if row.result else [row.problem]
    verdict = "not installed" if row.absent else "FAILED" if row.failed else "equal"
    print(f"{verdict:>13}  {row.program.name}: {row.trip.out}, {row.trip.way}, {row.material}", file=sys.stderr)
    more = [f"and {len(problems) - MOST_SHOWN} more"] if len(problems) > MOST_SHOWN else []
    for problem in (*problems[:MOST_SHOWN], *more):
        print(f"{'':15}{problem}", file=sys.stderr)


def main() -> int:
    """Make all trips, print the table, and return the exit status."""
    names = [program.folder for program in PROGRAMS]
    parser = argparse.ArgumentParser(prog="python -m tools.interop", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=f"of {', '.join(names)} (default: all)")
    parser.add_argument("--cases", type=Path, help="a folder with gold.jsonl and labels.yaml to go on the trips, too")
    parser.add_argument("--write", action="store_true", help="write the table into docs/formats.md")
    parser.add_argument("--keep", type=Path, help="a new folder for all files, which stays")
    options = parser.parse_args()
    unknown = set(options.programs).difference(names)
    if unknown:
        parser.error(f"no program {', '.join(sorted(unknown))}; they are {', '.join(names)}")
    if options.write and options.programs:
        parser.error("--write is for all programs")
    if options.keep and options.keep.exists():
        parser.error(f"{options.keep} is there already")
    materials = [SAMPLES, ATTRIBUTES]
    if options.cases:
        cases = options.cases.resolve()
        materials.append(Material(cases.name, cases / "gold.jsonl", cases / "labels.yaml"))
        missing = [path for path in (materials[-1].gold, materials[-1].labels) if not path.is_file()]
        if missing:
            parser.error(f"{missing[0]} is not there")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # so that servers are ended, too
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary) if options.keep is None else options.keep.resolve()
        for program in PROGRAMS:
            if not options.programs or program.folder in options.programs:
                (work / program.folder).mkdir(parents=True)
                with closing(go_through(program, materials, work / program.folder)) as trips:
                    for row in trips:
                        tell(row)
                        rows.append(row)
    print(table(rows), end="")
    if options.write:
        write_page(rows)
    return int(any(row.failed for row in rows))


if __name__ == "__main__":
    sys.exit(main())
