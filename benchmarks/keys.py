"""From a key to painted rows: ours and SLATE's, both in a real pseudo-terminal, on the same texts in the same run.

    python -m benchmarks.keys [--slate PATH-TO-SLATE]

SLATE (``pip install slate-nlp``) is measured where it is installed or named.  ``still`` is the p95 until nothing more
is painted: suggestions out of view follow a decision in later frames, between keys.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from annotator.annotation import item_record, suggested_relation, suggested_span
from annotator.history import SUGGESTIONS, LayerName, Op
from annotator.workflow.workspace import Workspace
from benchmarks.report import annotator, heading
from tools.terminal import Terminal

SIZES = {"5 kB": 5_000, "80 kB": 80_000, "1.8 MB": 1_800_000}
COLUMNS, LINES = 120, 40
BUDGET_MS = 8.0
"""Half a frame; where the machine is slower, half as much again as SLATE takes."""
OF_SLATE = 1.5
RESIZE_MS = 50.0
COMPARED = {"move": "move", "tab": "move", "line": "line", "page": "page", "undo": "undo", "resize": "resize"}
"""The move of SLATE that a key is held against; other keys against its labelling."""
SELDOM = {"A": 5}
"""How often a key is pressed that does much at once; others as often as is asked for."""
SPAN_EVERY = 90
"""Code points of text a suggested span: 20,000 of them in 1.8 MB."""
WORKING = "one moment"
"""What the workbench says while it is at work on many suggestions."""
QUIET = 0.012
"""Seconds without output after which a frame counts as painted: pieces of one frame follow one another at once."""
STILL = 0.05
"""Seconds without output after which nothing follows: what is out of view catches up a few frames later."""


def article(size: int) -> str:
    """Return invented text of about a size, always the same: paragraphs of some sentences."""
    random_words = random.Random(size)
    syllables = ["ba", "ro", "ti", "mel", "sun", "car", "dez", "lo", "via", "gra", "pon", "ter", "ne", "sol"]
    paragraphs, length = [], 0
    while length < size:
        sentences = []
        for _ in range(random_words.randint(3, 7)):
            words = ["".join(random_words.choices(syllables, k=random_words.randint(1, 4))) for _ in range(14)]
            sentences.append(" ".join([words[0].title(), *words[1:]]) + ".")
        paragraphs.append(" ".join(sentences))
        length += len(paragraphs[-1]) + 2
    return "\n\n".join(paragraphs)


def workspace_with(folder: Path, text: str) -> Path:
    """Return a workspace with one document ``text``, its suggestions spread evenly, every third pair related."""
    root = folder / "w"
    subprocess.run(annotator("init", str(root)), check=True, stderr=subprocess.DEVNULL)
    (root / "seeds" / "text.txt").write_text(text, encoding="utf-8")
    subprocess.run(annotator("-w", str(root), "ingest"), check=True, stderr=subprocess.DEVNULL)
    workspace = Workspace(root)
    document = workspace.store.document("text")
    assert document is not None
    tokens = document.tokens
    step = max(1, SPAN_EVERY * len(tokens) // len(text))
    starts = range(2, len(tokens) - 2, step)
    spans = [suggested_span(*tokens[i], ("PERSON", "ROLE")[n % 2], "bench@1", 0.95) for n, i in enumerate(starts)]
    pairs = zip(spans[::6], spans[1::6], strict=False)
    links = [suggested_relation(head, child, "holds_position", "bench@1", 0.95) for head, child in pairs]
    ops = [Op("layer", "text", None, {"value": document.sha256})]
    ops += [Op("span", s.id, None, item_record(s)) for s in spans] + [
        Op("relation", r.id, None, item_record(r)) for r in links
    ]
    with workspace.store.write() as writer:
        writer.append(LayerName("text", SUGGESTIONS), "bench", "suggest", ops)
    workspace.close()
    return root


class Answer(NamedTuple):
    """Milliseconds from a key until the frame that answers it is painted, and until nothing follows it any more."""

    frame: float
    still: float


def answer(terminal: Terminal, key: str, patience: float = 0.5) -> Answer:
    """Press a key and time what answers it within ``patience`` seconds."""
    start = time.perf_counter()
    terminal.press(key)
    frame = still = terminal.time_of_response(patience, QUIET) or start
    while later := terminal.time_of_response(STILL, STILL):
        still = later
    while WORKING in terminal.text():
        still = terminal.time_of_response(patience, QUIET) or still
    return Answer(1000 * (frame - start), 1000 * (still - start))


def resizing(terminal: Terminal, columns: int) -> Answer:
    """Give the window another size and time until all is painted."""
    start = time.perf_counter()
    terminal.resize(columns, LINES)
    last = terminal.time_of_response(1.0, 0.15)
    milliseconds = 1000 * ((last or start) - start)
    return Answer(milliseconds, milliseconds)


def measured(terminal: Terminal, keys: dict[str, list[str]], runs: int) -> dict[str, list[Answer]]:
    """Time each move; a move may be several keys, of which the last one counts."""
    found: dict[str, list[Answer]] = {}
    found["resize"] = [resizing(terminal, COLUMNS - 10 * (i % 2)) for i in range(1, 7)]
    for name, sequence in keys.items():
        times = []
        for _ in range(min(runs, SELDOM.get(name, runs))):
            for key in sequence[:-1]:
                answer(terminal, key, 60 if name in SELDOM and key == "u" else 0.5)
            times.append(answer(terminal, sequence[-1], 60 if name in SELDOM else 0.5))
        found[name] = times
    return found


def ours(text: str, runs: int) -> dict[str, list[Answer]]:
    """Measure the workbench."""
    with tempfile.TemporaryDirectory() as folder:
        root = workspace_with(Path(folder), text)
        terminal = Terminal(annotator("-w", str(root), "annotate", "text"), columns=COLUMNS, lines=LINES)
        terminal.wait("done ·")
        terminal.settle(0.5)
        keys = {
            "move": ["l"],
            "line": ["j"],
            "page": ["pagedown"],
            "tab": ["tab"],
            "accept": ["u", "tab", "a"],  # taken back each time, so that there is always one more to decide
            "reject": ["u", "tab", "x"],
            "relabel": ["u", "tab", "2"],
            "undo": ["tab", "a", "u"],
            "hints": ["escape", "escape", "1"],
            "add": ["escape", "u", "escape", "1", "f"],
            "relate": ["escape", "tab", "r"],
            "A": ["escape", "u", "A"],
        }
        found = measured(terminal, keys, runs)
        terminal.kill()
        return found


def slate(program: str, text: str, runs: int) -> dict[str, list[Answer]]:
    """Measure SLATE with its own keys: ``;`` right, ``o`` down, a label's key, ``u`` to take it away."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wrapped = "\n".join(line for paragraph in text.split("\n") for line in _wrapped(paragraph, COLUMNS - 2))
        (folder / "text.txt").write_text(wrapped, encoding="utf-8")
        (folder / "config").write_text("Label: PERSON SPACE_a green\n", encoding="utf-8")
        command = [program, "text.txt", "-t", "categorical", "-s", "token", "-o"]
        terminal = Terminal(command, columns=COLUMNS, lines=LINES, cwd=folder, timeout=60)
        terminal.wait(lambda shown: len(shown.strip()) > 200)
        terminal.settle(0.5)
        keys = {"move": [";"], "line": ["o"], "label": [";", "a"], "undo": ["u"], "page": ["O"]}
        found = measured(terminal, keys, runs)
        terminal.kill()
        return found


def _wrapped(paragraph: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(paragraph, width) or [""]


def at(share: float, times: list[float]) -> float:
    """Return the time that a share of the times does not exceed."""
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def show(size: str, ours: dict[str, list[Answer]], theirs: dict[str, list[Answer]]) -> list[str]:
    """Print a line for every key: ours, SLATE's in the same run, the budget; return the keys that are over it."""
    over = []
    for key, answers in ours.items():
        frames = [answer.frame for answer in answers]
        p95, still = at(0.95, frames), at(0.95, [answer.still for answer in answers])
        known = theirs.get(COMPARED.get(key, "label"))
        slate_p95 = at(0.95, [answer.frame for answer in known]) if known else None
        budget = RESIZE_MS if key == "resize" else max(BUDGET_MS, OF_SLATE * (slate_p95 or 0))
        beside = f"{slate_p95:7.1f} {p95 / slate_p95:6.2f}" if slate_p95 else f"{'–':>7} {'–':>6}"
        mark = "" if p95 <= budget else "  over"
        print(f"{size:<8}{key:<9}{statistics.median(frames):7.1f} {p95:7.1f} {beside} {budget:7.1f} {still:8.1f}{mark}")
        over += [] if p95 <= budget else [f"{key} at {size}"]
    return over


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--slate", default=shutil.which("slate"))
    parser.add_argument("--runs", type=int, default=60)
    options = parser.parse_args()
    heading(f"keys, in a terminal of {COLUMNS}×{LINES}, until the whole frame is painted; SLATE is its p95")
    os.environ.pop("NO_COLOR", None)
    print(f"{'size':<8}{'key':<9}{'p50':>7} {'p95':>7} {'SLATE':>7} {'ratio':>6} {'budget':>7} {'still':>8}   ms")
    by_size: list[dict[str, list[Answer]]] = []
    over: list[str] = []
    for name, size in SIZES.items():
        text = article(size)
        theirs = slate(options.slate, text, options.runs) if options.slate else {}
        by_size.append(ours(text, options.runs))
        over += show(name, by_size[-1], theirs)
    print(f"over budget: {', '.join(over) or 'none'}")
    for move, small in by_size[0].items():
        growth = _median_frame(by_size[-1][move]) / (_median_frame(small) or 1)
        print(f"annotator growth    {move:<10}p50 of the largest text is {growth:.1f} times that of the smallest")
    if not options.slate:
        print("SLATE is not installed here: pip install slate-nlp, or --slate PATH")
    return 0


def _median_frame(answers: list[Answer]) -> float:
    return statistics.median(answer.frame for answer in answers)


if __name__ == "__main__":
    sys.exit(main())
