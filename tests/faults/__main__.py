"""``python -m tests.faults --hours 1``: every point of every verb fails in turn, as often as the time allows."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.faults.points import ERRORS, KILL
from tests.faults.rounds import Stage, folder_for_rounds
from tests.faults.scenarios import VERBS
from tests.faults.screens import SCREENS, ScreenStage


def main() -> int:
    """Play rounds until the time is over; print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=0.02, help="how long (default: 0.02)")
    parser.add_argument("--only", default="", help="verbs whose name holds this")
    parser.add_argument("--how", default="", help="kill, or the name of an error")
    parser.add_argument("--rounds", type=int, default=10**9, help="at most so many rounds")
    parser.add_argument("--seed", type=int, default=0, help="of the order of rounds")
    options = parser.parse_args()
    end = time.monotonic() + options.hours * 3600
    seen: Counter[tuple[str, str, str]] = Counter()
    wrong: list[str] = []
    ways = [options.how] if options.how else [KILL, KILL, *ERRORS]
    with tempfile.TemporaryDirectory(prefix="annotator-faults-", dir=folder_for_rounds()) as folder:
        rounds: list[tuple[str, str, Callable[[], tuple[list[str], str]]]] = []
        for number, scenario in enumerate(s for s in VERBS if options.only in s.name):
            stage = Stage(scenario, Path(folder, str(number)))
            _tell(scenario.name, stage.points)
            points = range(1, sum(stage.points.values()) + 1)
            rounds += [(scenario.name, how, partial(stage.round, at, how)) for at in points for how in ways]
        for keys in SCREENS if KILL in ways else ():
            if options.only in keys.name:
                screen = ScreenStage(keys, Path(folder, f"screen-{keys.name}"))
                _tell(f"the {keys.name} screen", screen.points)
                points = range(1, sum(screen.points.values()) + 1)
                rounds += [(f"the {keys.name} screen", KILL, partial(screen.killed, at)) for at in points]
        random.Random(options.seed).shuffle(rounds)
        for name, how, play in rounds[: options.rounds]:
            if time.monotonic() > end:
                break
            problems, which = play()
            seen[name, "kill" if how == KILL else "error", which] += 1
            for problem in problems:
                print(problem, flush=True)
            wrong += problems
    for name in sorted({key[0] for key in seen}):
        endings = ", ".join(f"{how} {which} {n}" for (whose, how, which), n in sorted(seen.items()) if whose == name)
        print(f"{name}: {endings}")
    kills = sum(n for (_, how, _), n in seen.items() if how == "kill")
    print(f"{seen.total()} rounds of {len(rounds)}, {kills} of them kills; {len(wrong)} findings")
    return 1 if wrong else 0


def _tell(name: str, points: dict[str, int]) -> None:
    kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(points.items()))
    print(f"{name}: {sum(points.values())} points: {kinds}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
