"""The keys by which a curator works on the recorded article, and what the screen says to each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from textwrap import fill
from typing import Protocol

import pyte

from tools.picture import picture
from tools.terminal import sent_by

KINDS = {
    "move": "go somewhere (`tab` `g` `;` `/`)",
    "accept": "accept (`a` `A` `+`)",
    "reject": "reject (`x`)",
    "border": "move a border (`[` `]`)",
    "label": "another label (`=` or its key)",
    "add": "add a span (a label's key, a hint, `*`)",
    "relate": "add a relation (`r`, a hint, its type)",
    "review": "review (`V` `a` `esc`)",
    "undo": "undo (`u`)",
    "done": "finish and leave (`space` `ctrl+q`)",
}
"""What keys are pressed for."""


class Stage(Protocol):
    """Where the keys go: the program, or a recording of it."""

    screen: pyte.Screen

    def press(self, sent: str, *, typed: bool) -> None:
        """Press a key, given by what a terminal sends for it, and show all that comes of it."""
        ...

    def mark(self, title: str) -> None:
        """Begin a step."""
        ...


class Script:
    """Presses keys on a stage, and writes down what the screen said to each."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.counts: Counter[str] = Counter()
        self.parts: list[str] = []
        self.picture = ""

    # What is written down

    def step(self, title: str, text: str) -> None:
        """Begin a step: a heading, and what it is about."""
        self.stage.mark(title)
        self.parts += ["", f"## {title}", "", fill(text, 120, break_on_hyphens=False), ""]

    def show(self, first: int, last: int | None) -> None:
        """Add lines of the screen."""
        shown = [line.rstrip() for line in self.stage.screen.display[first:last]]
        self.parts += [*self._gap(), "```text", *shown, "```", ""]

    def _gap(self) -> list[str]:
        return [""] if self.parts[-1] else []

    def draw(self) -> None:
        """Keep the screen as the picture."""
        self.picture = picture(self.stage.screen)

    def _note(self, keys: list[str]) -> None:
        """Add a row for keys that belong together."""
        focus, message = (re.split(r"\s{3,}", line.strip())[0] for line in self.stage.screen.display[-2:])
        if "esc cancels" in self.stage.screen.display[-2]:  # a question stands where the focus is shown else
            focus, message = "", focus
        self._row(keys, message, focus)

    def _row(self, keys: Iterable[str], *cells: str) -> None:
        if not self.parts[-1].startswith("|"):
            self.parts += ["| keys | what the screen said | then in focus |", "|---|---|---|"]
        row = (" ".join(f"`{key}`" for key in keys), *cells)
        self.parts.append("|" + "".join(f" {cell} |" if cell else " |" for cell in row))

    # Keys

    def press(self, kind: str, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self._press(kind, key)
            self._note([key])

    def hint(self, kind: str, key: str, text: str) -> None:
        """Press a key that puts hint letters over places, then the letters over a text (from a ``^`` in it on)."""
        x, y = self._find(text.replace("^", ""))
        x += max(text.find("^"), 0)
        self.press(kind, key)
        cells = [self.stage.screen.buffer[y][x + n] for n in range(2)]
        letters = [cell.data for cell in cells if cell.bg == cells[0].bg]
        for letter in letters:
            self._press(kind, letter)
        self._note(letters)

    def find(self, text: str) -> None:
        """Find a text."""
        for key in ("/", *text):
            self._press("move", key, typed=key != "/")
        self._press("move", "enter")
        self._note(["/", text, "enter"])

    def leave(self) -> None:
        """Quit."""
        self._press("done", "ctrl+q")
        self._row(["ctrl+q"], "", "")

    def _press(self, kind: str, key: str, *, typed: bool = False) -> None:
        self.counts[kind] += 1
        self.stage.press(sent_by(key), typed=typed)

    def _find(self, text: str) -> tuple[int, int]:
        for y, line in enumerate(self.stage.screen.display):
            if text in line and y:  # the first line has the article's title
                return line.index(text), y
        raise LookupError(f"{text!r} is not on the screen")


def curate(script: Script) -> None:
    """Curate the article, from the first key to the last."""
    for part in (begin, accept_likely, review, decide_the_rest, mend, take_back, add_missing, finish):
        part(script)


def begin(script: Script) -> None:
    """Read the headline, mend a border, and mark a name that no model found."""
    script.step(
        "The first lines",
        "The article opens on its first suggestion. `tab` leaves that for later; `+` accepts a suggestion and all that "
        "ask the same. The title of the minister took the country's name along: `[` twice moves its end back. Nobody "
        "found `Valdoria`: `alt+4` adds a GPE whatever is in focus, by the hint over the name, and `*` labels it "
        "wherever else it stands. The headline says what the two countries do, so `r` relates them: a hint for the "
        "partner, then the type, because more than one fits.",
    )
    script.show(0, 12)
    script.press("move", "tab")
    script.press("accept", "+")
    script.press("border", "[", "[")
    script.hint("add", "alt+4", "Valdoria y")
    script.press("add", "*")
    script.hint("relate", "r", "Tresmares abren")
    script.press("relate", "c")


def accept_likely(script: Script) -> None:
    """Accept what is likely."""
    script.step(
        "All that is likely",
        "`A` accepts the likeliest suggestions, as many as can be expected to be nine tenths right, as one step.",
    )
    script.press("accept", "A")


def review(script: Script) -> None:
    """Look at what was accepted, the least certain first."""
    script.step(
        "What was accepted, looked at again",
        "`V` walks through it, the least certain first; `a` keeps an item, `x` rejects the crime that is a part of a "
        "name. From there on everything is certain enough: `esc`.",
    )
    script.press("review", "V", *["a"] * 7)
    script.press("reject", "x")
    script.press("review", "escape")


def decide_the_rest(script: Script) -> None:
    """Decide what A left, from the top of the article on, and mend what it took."""
    script.step(
        "What waits",
        "From the top (`g`) on, one verdict after the other. `;` and a hint put the cursor on the minister, who took "
        "part in the meeting too, on the town that was taken for another kind of place (`4`, GPE), and on the "
        "operation, which gets its whole name (`]` moves its end; the relations follow).",
    )
    script.press("move", "g", "tab")
    script.press("accept", *["a"] * 6)
    script.hint("move", ";", "Anselma")
    script.hint("relate", "r", "tercera")
    script.hint("move", ";", "Puerto Cenizo.")
    script.press("label", "4")
    script.hint("move", ";", "Operación")
    script.press("border", "]", "]")
    script.press("move", "tab")
    script.press("accept", *["a"] * 3)


def mend(script: Script) -> None:
    """Relate, give another label, and lengthen a post."""
    script.step(
        "Further down",
        "The second sentence on the two countries gets its relation. `Centinela` is a system: `=` asks for the label; "
        "a relation that fits a system is suggested at once. `jefe` is a part of a longer post.",
    )
    script.hint("move", ";", "Tamuche. ^Valdoria")
    script.hint("relate", "r", "Tresmares patru")
    script.press("relate", "c")
    script.draw()
    script.press("move", "tab")
    script.press("label", "=", "t")
    script.press("accept", "a", "a")
    script.press("reject", "x")
    script.press("accept", "a")
    script.hint("move", ";", "jefe de")
    script.press("border", "]", "]")
    script.show(-18, None)
    script.press("move", "tab")


def take_back(script: Script) -> None:
    """Make a mistake, and take it back."""
    script.step("A slip", "One `a` too many says that a town launched a plan: `u` takes it back, `x` rejects it.")
    script.press("accept", *["a"] * 6)
    script.press("undo", "u")
    script.press("reject", "x")


def add_missing(script: Script) -> None:
    """Add what nobody suggested."""
    script.step(
        "What nobody suggested",
        "`/` finds, and selects what it found: `4` marks it. Of the two towns the first lies in the second (`L` is "
        "`located_in` in the other direction). `alt+5` adds a place by its hint. After the last verdicts the body gets "
        "its seat, and the other mention of the town its label.",
    )
    script.find("montalvo")
    script.press("add", "4")
    script.hint("relate", "r", "Villa")
    script.press("relate", "L")
    script.hint("add", "alt+5", "Faro de")
    script.press("move", "tab")
    script.press("accept", *["a"] * 4)
    script.hint("move", ";", "COMIF tiene")
    script.hint("relate", "r", "Lagunillas")
    script.press("relate", "l")
    script.hint("move", ";", "Puerto Cenizo, la")
    script.press("label", "4")


def finish(script: Script) -> None:
    """Finish the document, and leave."""
    script.step(
        "Done",
        "`space` finishes the article, and the next one opens. It has suggestions from what was just decided: the "
        "names of this article are known in it (`memory@1`). `ctrl+q` leaves; there is nothing to save.",
    )
    script.press("done", "space")
    script.show(0, None)
    script.leave()
