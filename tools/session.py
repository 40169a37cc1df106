"""Plays a curator's session in a real terminal and writes it down as ``docs/session.md``.

    python -m tools.session

The session is the one that the document tells: every screen in it is what the program showed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tools.screenshots import TOP, annotator, open_workbench, sample_workspace
from tools.terminal import Terminal

SPANISH, ENGLISH = "002_e843446c8cb880ce", "004_475670b337495bae"


class Transcript:
    """Prose, screens and commands, in order."""

    def __init__(self, workspace: Path) -> None:
        self.parts: list[str] = []
        self.workspace = workspace
        self.terminal: Terminal | None = None

    def say(self, text: str) -> None:
        """Add a paragraph."""
        self.parts.append(text)

    def open(self, *arguments: str) -> None:
        """Open the workbench."""
        self.say(f"```console\n$ annotator annotate {' '.join(arguments)}".rstrip() + "\n```")
        self.terminal = open_workbench(self.workspace, *arguments, columns=100, lines=26)
        self.terminal.wait("done ·")
        self.terminal.settle(0.3)

    def press(self, *keys: str) -> None:
        """Press keys, each after the last has shown its effect."""
        assert self.terminal is not None
        for key in keys:
            self.terminal.press(key)
            self.terminal.settle(0.12)

    def screen(self, lines: slice = slice(None)) -> None:
        """Add the screen, or some of its lines."""
        assert self.terminal is not None
        shown = "\n".join(self.terminal.settle().splitlines()[lines])
        self.say(f"```text\n{shown}\n```")

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
        self.say(f"```console\n$ annotator {' '.join(arguments)}\n{printed}\n```")


def until(script: Transcript, key: str, shown: Callable[[str], bool], most: int = 80) -> None:
    """Press a key until the screen shows something."""
    assert script.terminal is not None
    for _ in range(most):
        if shown(script.terminal.settle(0.12)):
            return
        script.terminal.press(key)
    raise TimeoutError(f"{key} never led there:\n{script.terminal.text()}")


def focus_line(screen: str) -> str:
    """Return the line that says what is in focus."""
    return screen.splitlines()[-2]


def spanish(script: Transcript) -> None:
    """Curate the first article, up to quitting in the middle and finishing it."""
    script.say("## The Spanish article\n\nThe article opens on its first suggestion.")
    script.open(SPANISH)
    script.screen()
    script.say("`a` accepts and moves on. Four of them:")
    script.press("a", "a", "a", "a")
    script.screen(slice(0, 8))
    script.say("`tab` goes on without deciding. `subsecretario` stops short: the guideline keeps the complement that defines\n"
               "the post. `]` moves its end a token at a time, which accepts it as corrected:")  # fmt: skip
    until(
        script, "tab", lambda s: "ROLE? “subsecretario" in focus_line(s) or "LOC? “América del Norte" in focus_line(s)
    )
    script.screen(slice(-2, None))
    script.press("]")
    script.screen(slice(-2, None))
    script.say(
        "A label's key on a suggestion relabels and accepts it in one go; here the next one becomes an ORG (`3`):"
    )
    until(script, "tab", lambda s: "? “" in focus_line(s) and "→" not in focus_line(s))
    script.press("3")
    script.screen(slice(-2, None))
    script.say("`u` takes it back, and `tab` leaves it for later:")
    script.press("u")
    script.screen(slice(-1, None))
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
    script.screen(slice(0, 1))
    script.quit()
    script.open()
    script.screen()
    script.say("`A` accepts everything at or above the threshold in one step, `X` rejects the rest, `space` is done,\n"
               "and the next document opens:")  # fmt: skip
    script.press("A")
    script.screen(slice(-1, None))
    script.press("X")
    script.screen(slice(-1, None))
    script.press("space")
    script.screen(slice(0, 3))
    script.quit()


def add_by_keyboard(script: Transcript) -> None:
    """Add a span that no model found, by its label's key and a hint."""
    script.say("What no model found is two keys away: with nothing in focus (`esc`), a label's key puts hint letters on the\n"
               "phrases in view. `5` for LOC, then the letters over the phrase:")  # fmt: skip
    script.press("escape")
    assert script.terminal is not None
    script.terminal.settle(0.3)
    script.press("5")
    script.screen(slice(0, 12))
    script.press("a")
    script.terminal.settle()
    if "5 " in script.terminal.text().splitlines()[-2]:
        script.press("a")
    script.screen(slice(-2, None))


def add_by_mouse(script: Transcript) -> None:
    """Drag over words and label them."""
    terminal = script.terminal
    assert terminal is not None
    script.say(
        "Or drag the mouse over the words, from anywhere in the first to anywhere in the last, and press the key:"
    )
    x, y = terminal.find("capítulo")
    terminal.drag((x + 2, y), (x + 5, y))
    terminal.settle()
    script.screen(slice(-2, None))
    script.press("7")
    script.screen(slice(-2, None))


def relate(script: Transcript) -> None:
    """Relate two spans, then delete the relation."""
    script.say("`r` relates the focused span: hint letters stand on the partners that the scheme allows; the direction\n"
               "follows from the types. `d` deletes the relation again:")  # fmt: skip
    terminal = script.terminal
    assert terminal is not None
    x, y = terminal.find("Ronald")
    terminal.click(x + 1, y)
    terminal.settle()
    script.press("r")
    script.screen(slice(0, 9))
    script.press("a")
    if "which?" in terminal.settle():
        script.screen(slice(-2, None))
        script.press("p")
    script.screen(slice(-2, None))
    script.press("d")
    script.screen(slice(-1, None))


def english(script: Transcript) -> None:
    """Curate the second article and finish it."""
    script.say("## The English article")
    script.open(ENGLISH)
    script.press("a", "a", "a", "x", "a")
    script.screen(slice(0, 9))
    script.press("A", "space", "space")
    script.screen(slice(0, 2))
    script.quit()


def main() -> int:
    """Play the session and write it down."""
    with sample_workspace() as workspace:
        script = Transcript(workspace)
        script.say("# A curator's session\n\nTwo of the sample articles, from the first key to training data. Every screen below was taken from the\n"
                   "running program by `python -m tools.session`.")  # fmt: skip
        spanish(script)
        english(script)
        script.say("## Gold, exported and checked\n\nWith one curator, finished work becomes gold as it is:")
        script.run("adjudicate", "--auto")
        script.run("export", "jsonl", "-o", "exports/gold.jsonl")
        script.run("validate", "exports/gold.jsonl")
        script.run("doctor")
        script.say("Every step is in the history, with who, when and what:")
        script.run("history", SPANISH, "--layer", "curator:ana")
        text = "\n\n".join(script.parts).replace(str(workspace), "news") + "\n"
    (TOP / "docs" / "session.md").write_text(text, encoding="utf-8")
    print("docs/session.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
