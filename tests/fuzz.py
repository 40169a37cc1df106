"""``python -m tests.fuzz --hours 1``: all fuzzers in turn, never the same way twice, until the time is over.

Merging and archives, every reader, labels.yaml, settings, and hostile arguments of every verb.  What one of them finds
it prints with the seed or the smallest example; put that into the test beside it.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time

OPEN_ENDED = ("tests/workflow/sharing/test_merge_fuzz.py", "tests/cli/test_hostile_arguments.py")
"""Tests that go on for as long as they are told."""
EXPLORING = (
    "tests/formats/test_fuzz.py",
    "tests/formats/test_word_fuzz.py",
    "tests/documents/test_bad_documents.py",
    "tests/test_inputs.py",
    "tests/labels/test_labels.py",
)
"""Tests whose examples are others for each seed."""
SLICE = 120
"""Seconds that an open-ended fuzzer goes on for at a time."""


def main() -> int:
    """Fuzz; return 1 as soon as anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=0.05, help="how long (default: 0.05)")
    end = time.monotonic() + 3600 * parser.parse_args().hours
    rounds = 0
    while (left := end - time.monotonic()) > 0:
        seconds = max(5, min(SLICE, left / 4))
        commands: list[tuple[str, ...]] = [(test, "-k", "asked or combin") for test in OPEN_ENDED]
        commands.append((*EXPLORING, "--hypothesis-profile=explore", f"--hypothesis-seed={random.getrandbits(32)}"))
        for arguments in commands:
            environment = {**os.environ, "ANNOTATOR_FUZZ_SECONDS": f"{seconds:.0f}"}
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
            if subprocess.run(command, env=environment, check=False).returncode:
                return 1
        rounds += 1
    print(f"{rounds} rounds, nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
