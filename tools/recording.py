"""Records how an article is curated by keys: ``docs/recording/curating.cast``, its transcript and a picture.

    python -m tools.recording

The article, what a person marked in it before seeing any suggestion, and the article that comes next stand in
``docs/recording/``.  The keys are pressed in the real program, and must end in just what was marked.  The recording
holds the bytes that the program wrote; its times are reckoned from a fixed pace, and a recording that shows the same
already is left as it is, so that the same program gives the same files.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill

from tools.asciicast import INPUT, MARKER, OUTPUT, Cast, CastEvent, Code, Playback, read_cast, shows_the_same
from tools.recording_script import KINDS, Script, curate
from tools.screenshots import IMAGES, TOP, annotator
from tools.terminal import Terminal

FOLDER = TOP / "docs" / "recording"
ARTICLE, MARKED, NEXT = (FOLDER / name for name in ("acuerdo.txt", "acuerdo.ann", "muelle.txt"))
CAST = FOLDER / "curating.cast"
PAGE, PICTURE = TOP / "docs" / "recording.md", IMAGES / "recording.svg"
CURATOR, COLUMNS, LINES = "ana", 100, 30
PACE, TYPING_PACE, READING, RESPONSE = 0.9, 0.2, 2.0, 0.05
"""Seconds from a key to the next, from a typed letter to the next, more before a step, and from a key to its effect."""
FIRST, QUIET = 3.0, 0.3
"""Seconds to wait for what comes of a key, and for more of it."""


class Recorder:
    """The program in a terminal, and the recording that is made of it."""

    def __init__(self, workspace: Path) -> None:
        self.cast = Cast(COLUMNS, LINES, "A news article, curated by keys")
        self._at = 0.0
        self._written: list[str] = []
        self._terminal = open_article(workspace, self._written)
        self.screen = self._terminal.screen
        self._record_output()

    def mark(self, title: str) -> None:
        """Begin a step."""
        self._at += READING
        self._record(MARKER, title)

    def press(self, sent: str, *, typed: bool) -> None:
        """Press a key, and wait for all that comes of it."""
        self._at += TYPING_PACE if typed else PACE
        self._record(INPUT, sent)
        self._terminal.send(sent)
        self._terminal.read(FIRST)
        self._record_output()

    def close(self) -> None:
        """Wait for the program to end."""
        self._terminal.close()

    def _record_output(self) -> None:
        self._terminal.settle(QUIET)
        self._at += RESPONSE
        self._record(OUTPUT, "".join(self._written))
        self._written.clear()

    def _record(self, code: Code, data: str) -> None:
        self.cast.events.append(CastEvent(round(self._at, 2), code, data))


@contextmanager
def article_workspace() -> Iterator[Path]:
    """Yield a new workspace with the article, its suggestions and the models of this checkout."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "news"
        run("init", str(workspace))
        (workspace / "models").rmdir()
        (workspace / "models").symlink_to(TOP / "models")
        run("-w", str(workspace), "ingest", str(ARTICLE), str(NEXT))
        run("-w", str(workspace), "suggest")
        yield workspace


def run(*arguments: str) -> None:
    """Run a command of this checkout's annotator."""
    subprocess.run(annotator(*arguments), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def open_article(workspace: Path, written: list[str] | None = None) -> Terminal:
    """Open the article in a terminal; all that the program writes is appended to ``written``."""
    command = annotator("-w", str(workspace), "annotate", ARTICLE.stem, "--as", CURATOR)
    env = {"ANNOTATOR_SETTINGS": str(workspace / "none.yaml")}
    terminal = Terminal(command, columns=COLUMNS, lines=LINES, env=env, written=written)
    terminal.wait("done ·")
    return terminal


def check(workspace: Path) -> None:
    """Raise :class:`ValueError` if the curator's work is not what a person marked."""
    exported = workspace / "exports" / "brat"
    run("-w", str(workspace), "export", "brat", "-o", str(exported), "--layer", f"curator:{CURATOR}")
    found, wanted = ((folder / MARKED.name).read_text(encoding="utf-8") for folder in (exported, FOLDER))
    if found != wanted:
        raise ValueError(f"the keys did not end in what {MARKED.name} says but in\n{found}")


def record() -> Cast:
    """Curate the article in the program, and check what came of it."""
    with article_workspace() as workspace:
        recorder = Recorder(workspace)
        curate(Script(recorder))
        recorder.close()
        check(workspace)
    return recorder.cast


def play_back(cast: Cast) -> Script:
    """Curate the article in a recording."""
    script = Script(Playback(cast))
    curate(script)
    return script


def transcript(script: Script) -> str:
    """The page that tells every key, what the screen said to it, and how many there were."""
    items = Counter(line[0] for line in MARKED.read_text(encoding="utf-8").splitlines())
    spans, relations, count = items["T"], items["R"], script.counts.total()
    rows = [
        f"| {kind} | {script.counts[name]} | {script.counts[name] / (spans + relations):.2f} |"
        for name, kind in KINDS.items()
    ]
    return "\n".join(
        [
            "# A recording: an article, curated by keys",
            "",
            fill(
                f"A [news article](recording/{ARTICLE.name}) of our own, which no model has seen, from the first key "
                f"to the last, in a terminal of {COLUMNS}×{LINES}. What there is to mark in it was [written "
                f"down](recording/{MARKED.name}) before any suggestion was seen: {spans} spans and {relations} "
                f"relations. The {count} keys end in exactly that, which `python -m tools.recording` makes sure of; it "
                "plays everything anew and writes this page. The bytes are what the program wrote, the pace is a "
                "fixed one.",
                120,
                break_on_hyphens=False,
            ),
            "",
            f"```console\n$ asciinema play docs/{CAST.relative_to(PAGE.parent)}\n```",
            "",
            f"![The article while it is curated]({PICTURE.relative_to(PAGE.parent)})",
            *script.parts,
            "",
            "## How many keys",
            "",
            "| keys to | count | per item |",
            "|---|--:|--:|",
            *rows,
            f"| **all** | **{count}** | **{count / (spans + relations):.2f}** |",
            "",
        ]
    )


def main() -> int:
    """Record, and write the files."""
    cast = record()
    if not CAST.exists() or not shows_the_same(cast, read_cast(CAST)):
        cast.write(CAST)
    script = play_back(read_cast(CAST))
    PAGE.write_text(transcript(script), encoding="utf-8")
    PICTURE.write_text(script.picture, encoding="utf-8")
    for path in (CAST, PAGE, PICTURE):
        print(path.relative_to(TOP))
    return 0


if __name__ == "__main__":
    sys.exit(main())
