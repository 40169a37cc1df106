"""Plays a curator's session in a real terminal and writes it down as ``docs/session.md``.

    python -m tools.session

The session is the one that the document tells: every screen in it is what the program showed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools.screenshots import ENGLISH, SPANISH, TOP, annotator, open_workbench, sample_workspace
from tools.terminal import Terminal
from tools.told_page import ToldPage

PAGE = TOP / "docs" / "session.md"
FIRST, QUIET = 3.0, 0.2
"""Seconds to wait for what comes of a key, and for more of it."""


class Transcript(ToldPage):
    """A session at a workbench, told as a page."""

    def __init__(self, workspace: Path) -> None:
        super().__init__()
        self.workspace = workspace
        self.terminal: Terminal | None = None

    def open(self, *arguments: str) -> None:
        """Open the workbench."""
        self.show("console", f"$ annotator annotate {' '.join(arguments)}".rstrip())
        self.terminal = open_workbench(self.workspace, *arguments, columns=100, lines=26)
        self.terminal.wait("done ·")
        self.terminal.settle(0.3)

    def press(self, *keys: str) -> None:
        """Press keys, each after the last has shown its effect."""
        assert self.terminal is not None
        for key in keys:
            self.terminal.press(key)
            self.terminal.read(FIRST)
            self.terminal.settle(QUIET)

    def screen(self, lines: slice = slice(None)) -> None:
        """Add the screen, or some of its lines."""
        assert self.terminal is not None
        self.show("text", "\n".join(self.terminal.settle().splitlines()[lines]))

    def finish(self, progress: str) -> None:
        """Press ``space``, and add the head of the document that opens once so many are done."""
        assert self.terminal is not None
        self.terminal.press("space")
        self.terminal.wait(progress)
        self.screen(slice(0, 3))

    def quit(self) -> None:
        """Leave with ctrl+q."""
        assert self.terminal is not None
        self.terminal.press("ctrl+q")
        self.terminal.close()

    def run(self, *arguments: str) -> None:
        """Run a command and add what it printed."""
        done = subprocess.run(
            annotator("-w", str(self.workspace), *arguments),
            check=True,
            capture_output=True,
            text=True,
            cwd=self.workspace,
            env={**os.environ, "ANNOTATOR_CURATOR": "ana"},
        )
        printed = (done.stdout + done.stderr).strip()
        self.show("console", f"$ annotator {' '.join(arguments)}\n{printed}")


def spanish(script: Transcript) -> None:
    """Curate the first article, up to quitting in the middle and finishing it."""
    script.say("## The Spanish article")
    script.say("The article opens on its first suggestion.")
    script.open(SPANISH)
    script.screen()
    script.say("`a` accepts and moves on. Five times:")
    script.press("a", "a", "a", "a", "a")
    script.screen(slice(0, 8))
    add_by_keyboard(script)
    add_by_mouse(script)
    relate(script)
    script.say("Five steps back, each said in a word, then five forward again with `ctrl+r`:")
    for _ in range(5):
        script.press("u")
        script.screen(slice(-1, None))
    script.press(*["ctrl+r"] * 5)
    script.screen(slice(-1, None))
    script.say("Quit in the middle (`ctrl+q`), open again: the same document, the same spot.")
    script.screen(slice(-2, -1))
    script.quit()
    script.open()
    script.screen()
    script.say(
        "`A` accepts in one step what can be expected to be nine tenths right, `X` rejects the rest (and once more "
        "what came of that), `space` is done, and the next document opens:"
    )
    script.press("A")
    script.screen(slice(-1, None))
    for _ in range(2):
        script.press("X")
        script.screen(slice(-1, None))
    script.finish("1/5 done")
    script.quit()


def find(script: Transcript, text: str) -> None:
    """Find a text, which selects it."""
    assert script.terminal is not None
    script.press("/")
    script.terminal.send(text)
    script.terminal.settle()
    script.press("enter")


def add_by_keyboard(script: Transcript) -> None:
    """Add a span that no model found, by its label's key and a hint."""
    terminal = script.terminal
    assert terminal is not None
    script.say(
        "What no model found is two or three keys away: with nothing in focus (`esc`), a label's key puts hint "
        "letters on the phrases in view. `2` for ROLE, then the letters over `encargado`:"
    )
    find(script, "encargado")
    script.press("escape")
    terminal.settle(0.3)
    script.press("2")
    x, y = terminal.find("cargado")
    script.screen(slice(y - 1, y + 2))
    hint = terminal.screen.display[y][x - 2 : x]
    script.press(*(hint[:1] if hint[1] == "n" else hint))
    script.screen(slice(-2, None))


def add_by_mouse(script: Transcript) -> None:
    """Drag over words and label them."""
    terminal = script.terminal
    assert terminal is not None
    script.say(
        "Or drag the mouse over the words, from anywhere in the first to anywhere in the last, and press the key:"
    )
    find(script, "un diálogo")
    x, y = terminal.find("un diálogo con")
    terminal.drag((x + 4, y), (x + 8, y))
    terminal.settle()
    script.screen(slice(-2, None))
    script.press("7")
    script.screen(slice(-2, None))


def relate(script: Transcript) -> None:
    """Relate two spans, then delete the relation."""
    terminal = script.terminal
    assert terminal is not None
    script.say(
        "`r` relates the span in focus: hint letters stand on the partners that the scheme allows in this sentence. "
        "Here the letter on the date; the direction follows from the types, and only if several fit is the type asked:"
    )
    script.press("r")
    x, y = terminal.find(" de diciembre, el encargado")
    script.screen(slice(y, y + 4))
    script.press(terminal.screen.display[y][x - 1])
    if "which?" in terminal.settle():
        script.screen(slice(-2, -1))
        script.press(terminal.screen.display[-2].split("which?")[1].split()[0])
    script.screen(slice(-2, None))
    script.say(
        "The span stays in focus for the next relation. `.` goes through those it has, `d` deletes the one in focus:"
    )
    script.press(".", "d")
    script.screen(slice(-1, None))


def english(script: Transcript) -> None:
    """Curate the second article and finish it."""
    script.say("## The English article")
    script.open(ENGLISH)
    script.press("a", "a", "a", "a")
    script.screen(slice(0, 12))
    script.say(
        "`/` finds, without regard to case and accents, and selects what it found. The rules took `U.S.` and `Border "
        "Patrol` for two names, but they are one: `3` marks the selection as ORG, and what was suggested in "
        "it gives way:"
    )
    find(script, "u.s. border patrol")
    script.screen(slice(-2, None))
    script.press("3")
    script.screen(slice(-2, None))
    script.say("`A` takes what is likely. `space` asks once, because something is undecided still, then finishes:")
    script.press("A", "space")
    script.screen(slice(-1, None))
    script.finish("2/5 done")
    script.quit()


def played() -> str:
    """Play the session; return the page."""
    with sample_workspace() as workspace:
        script = Transcript(workspace)
        script.say("# A curator's session")
        script.say(
            "Two of the sample articles, from the first key to training data. Every screen below was taken from the "
            "running program by `python -m tools.session`."
        )
        script.say("<!-- written by: python -m tools.session -->")
        script.say(
            "They are those that `make annotate` takes in; `. .venv/bin/activate` then makes `annotator` a command of "
            "your shell. Here Ana is at work; without the second line it is whoever is logged in:"
        )
        script.show("console", "$ . .venv/bin/activate\n$ export ANNOTATOR_CURATOR=ana")
        spanish(script)
        english(script)
        script.say("## Gold, exported and checked")
        script.say("With one curator, finished work becomes gold as it is:")
        script.run("adjudicate", "--auto")
        script.run("export", "jsonl", "-o", "exports/gold.jsonl")
        script.run("validate", "exports/gold.jsonl")
        script.run("doctor")
        script.say("Every step is in the history, with who, when and what:")
        script.run("history", SPANISH, "--layer", "curator:ana")
        return script.page().replace(str(workspace), "news")


def main() -> int:
    """Write the page."""
    PAGE.write_text(played(), encoding="utf-8")
    print(PAGE.relative_to(TOP))
    return 0


if __name__ == "__main__":
    sys.exit(main())
