"""Plays the life of a project whose labels change and writes it down as ``docs/project-life.md``.

    python -m tools.project_life

Three curators, twenty articles, one of the curators away with a bundle; every screen and every output in the document
is what the program showed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

from tools.screenshots import TOP, annotator
from tools.terminal import Terminal
from tools.told_page import ToldPage

SETTINGS = "settings.yaml"
"""Nothing is learned meanwhile: when that would be ready depends on the machine."""
PAGE = TOP / "docs" / "project-life.md"
LABELS = """\
# What we mark in portraits from the local pages.
languages: [en]
overlap: flat
accept_threshold: 0.3

entities:
  PERSON:
    key: 1
    description: A person's name
    patterns: [{phrase: Ada Marsh}, {phrase: Ben Okoro}, {phrase: Cora Lind}, {phrase: Dev Rao}, {phrase: Eve Stone}]
  EMPLOYER:
    key: 2
    description: Whoever pays the wages
    patterns: [{phrase: Borealis}, {phrase: Hillside School}, {phrase: Ferry Line}, {phrase: Mill Lane School}]
  SKILL:                 # not a trade
    key: 3
    description: What somebody can do
    patterns: [{phrase: carpentry}, {phrase: welding}, {phrase: bookkeeping}, {phrase: first aid}]
  CITY: {key: 4, patterns: [{phrase: Leeds}, {phrase: York}]}
  REGION: {key: 5, patterns: [{phrase: Dales}, {phrase: Wolds}]}
  HOBBY: {key: 6, patterns: [{phrase: chess}, {phrase: rowing}]}

relations:
  works_for: {key: w, head: PERSON, child: EMPLOYER}
  knows: {key: k, head: PERSON, child: SKILL}
  lives_in: {key: l, head: PERSON, child: [CITY, REGION]}
"""
"""The label scheme of the project as it begins."""

PEOPLE = ("Ada Marsh", "Ben Okoro", "Cora Lind", "Dev Rao", "Eve Stone")
EMPLOYERS = ("Borealis", "Hillside School", "Ferry Line", "Mill Lane School")
SKILLS = ("carpentry", "welding", "bookkeeping", "first aid")
PLACES = ("Leeds", "the Dales", "York", "the Wolds", "Leeds")
HOBBIES = ("chess", "rowing")


def articles() -> list[str]:
    """Write twenty short portraits, no two alike."""
    parts = zip(cycle(PEOPLE), cycle(EMPLOYERS), cycle(SKILLS), cycle(PLACES), cycle(HOBBIES), strict=False)
    return [
        f"{person} works for {employer} and lives in {place}. {person} learned {skill} at night, and likes {hobby}.\n"
        f"Neighbours say that {person.split()[0]} never rests ({number}).\n"
        for number, (person, employer, skill, place, hobby) in enumerate(islice(parts, 20), 1)
    ]


class Life(ToldPage):
    """The life of a project, told as a page; ``where`` is the workspace that commands are run in."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.where = folder / "portraits"

    def run(self, *arguments: str, who: str = "lea", most: int | None = None, quiet: bool = False) -> str:
        """Run a command as somebody and add what it printed, at most so many lines."""
        env = {**os.environ, "ANNOTATOR_CURATOR": who, "COLUMNS": "100"}
        done = subprocess.run(
            annotator(*arguments), cwd=self.where, env=env, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stdout}")
        lines = done.stdout.rstrip().splitlines()
        shown = [*lines[:most], "…"] if most is not None and len(lines) > most else lines
        if not quiet:
            prompt = "$" if who == "lea" else f"{who}$"
            self.show("console", "\n".join([f"{prompt} annotator {' '.join(map(quoted, arguments))}", *shown]))
        return done.stdout

    def workbench(self, who: str, *documents: str) -> Terminal:
        """Open the workbench as somebody, in a real terminal."""
        env = {"ANNOTATOR_CURATOR": who, "ANNOTATOR_SETTINGS": str(self.folder / SETTINGS)}
        terminal = Terminal(
            annotator("annotate", *documents), columns=100, lines=24, cwd=self.where, env=env, timeout=30
        )
        terminal.wait(who)
        terminal.settle(0.3)
        return terminal

    def screen(self, terminal: Terminal, lines: slice = slice(None)) -> None:
        """Add the screen, or some of its lines."""
        self.show("text", "\n".join(terminal.settle(0.3).splitlines()[lines]))

    def curate(self, who: str, documents: int, *, doubtful: int = 0) -> None:
        """Let a curator finish so many of their documents: accept all, and reject the last one in every third."""
        terminal = self.workbench(who)
        terminal.press("n")
        for number in range(documents):
            terminal.settle(0.3)
            if doubtful and number % 3 == doubtful - 1:
                terminal.press("shift+tab", "x")
                terminal.settle(0.2)
            terminal.press("A")
            terminal.settle(0.2)
            terminal.press("space")
            if "space again" in terminal.settle(0.3):
                terminal.press("space")
        terminal.settle(0.3)
        terminal.press("ctrl+q")
        terminal.close()

    def items(self) -> dict[str, int]:
        """Count spans and relations by layer."""
        rows = json.loads(self.run("labels", "stats", "--json", "--examples", "0", quiet=True))
        counts: dict[str, int] = {}
        for row in rows:
            for layer, count in row["counts"].items():
                counts[layer] = counts.get(layer, 0) + count["items"]
        return dict(sorted(counts.items()))


def quoted(argument: str) -> str:
    """Write an argument as one would type it."""
    return f"'{argument}'" if " " in argument else argument


def begin(life: Life) -> None:
    """Set the project up, and let everybody do half of it."""
    life.say("<!-- written by: python -m tools.project_life -->")
    life.say(
        "# A project whose labels change\n\nThree curators, twenty short portraits of our own, and a lead who changes "
        "the labels in the middle of the\nwork. Every screen and every output is what the program showed; `python -m "
        "tools.project_life` plays it again.\n`$` is the lead, Lea; curators are named before it. What the commands do "
        "is said in\n[changing labels](changing-labels.md).\n\n## Half of the work\n\nAna, Bo and Carla share the "
        "articles; each of these is for two of them."
    )
    life.run("ingest", "seeds")
    life.run("suggest", most=1)
    life.run("assign", "--curators", "ana,bo,carla", "--overlap", "2")
    for who, doubtful in (("ana", 0), ("bo", 1), ("carla", 2)):
        life.curate(who, 6, doubtful=doubtful)
    life.say("Each does six in the workbench. Carla takes the rest of hers along:")
    life.run("status", most=14)
    life.run("bundle", "--curator", "carla", "-o", "../carla")


def change(life: Life) -> None:
    """Rename, merge and split while Carla is away."""
    life.say(
        "## The labels change\n\nWhat is called SKILL here is called ABILITY by the readers of the data. A dry run "
        "first:"
    )
    life.run("labels", "rename", "SKILL", "ABILITY", "--dry-run")
    life.run("labels", "rename", "SKILL", "ABILITY")
    life.say("Nobody needs cities and regions apart:")
    life.run("labels", "merge", "CITY", "REGION", "PLACE")
    life.say("And a school is not a firm. That, no program can decide:")
    life.run("labels", "split", "EMPLOYER", "FIRM", "SCHOOL")
    life.say("`labels.yaml` was changed by the same commands, comments and all:")
    text = (life.where / "labels.yaml").read_text(encoding="utf-8")
    life.show("yaml", text[text.index("entities:") :].rstrip())
    life.say(
        "What Ana had finished is open again. `tab` goes to what was split; `a` takes the first new label, a label's "
        "key another:"
    )
    terminal = life.workbench("ana", "portrait-01")
    terminal.press("escape", "g", "tab")
    life.screen(terminal, slice(0, 6))
    life.screen(terminal, slice(-3, None))
    terminal.press("ctrl+q")
    terminal.close()
    for who in ("ana", "bo"):
        decide(life, who)


def decide(life: Life, who: str) -> None:
    """Let a curator look again at what was split, and finish what is open."""
    terminal = life.workbench(who)
    terminal.press("n")
    for _ in range(40):
        text = terminal.settle(0.3)
        if "Every document is done" in text or "shown:" in text:
            break
        terminal.press("A", "escape", "g")
        terminal.settle(0.2)
        for _ in range(6):
            terminal.press("tab")
            text = terminal.settle(0.2)
            focus = text.splitlines()[-2]
            if "EMPLOYER†" in focus:
                terminal.press(key_of(text, "SCHOOL") if "School" in focus else "a")
                terminal.settle(0.2)
        terminal.press("space")
        if "space again" in terminal.settle(0.3):
            terminal.press("space")
    terminal.press("ctrl+q")
    terminal.close()


def key_of(text: str, label: str) -> str:
    """Find the key of a label on the label bar."""
    words = text.split()
    return next(words[i - 1] for i, word in enumerate(words) if word == label and len(words[i - 1]) == 1)


def unite(life: Life) -> None:
    """Let Carla finish what she took along under the labels of before, and take it in."""
    life.say("## Carla comes back\n\nCarla knew nothing of it: in her bundle she finished under the labels of before.")
    home, life.where = life.where, life.folder / "carla"
    life.curate("carla", 8, doubtful=2)
    life.run("labels", "stats", "--examples", "1", who="carla")
    life.where = home
    life.say("Her work comes in under the labels of now, and what was split waits for her:")
    life.run("merge", "../carla")
    decide(life, "carla")
    life.run("labels", "stats", "--examples", "2")


def conclude(life: Life) -> None:
    """Adjudicate, export, drop a label and take that back."""
    life.say("## Gold\n\nHow far do they agree?")
    life.run("agreement", most=12)
    life.run("adjudicate", "--auto", most=6)
    life.say("What they differ on is settled in the workbench; `N` in the queue opens the next such document:")
    terminal = life.workbench("lea")
    terminal.press("N")
    terminal.wait(lambda text: " gold " in text.partition("\n")[0])
    life.screen(terminal, slice(0, 8))
    terminal.press("ctrl+q")
    terminal.close()
    before = life.items()
    life.say("Hobbies turn out to be of no use:")
    life.run("labels", "drop", "HOBBY")
    life.run("agreement", most=8)
    life.run("export", "jsonl", "-o", "exports/gold.jsonl", most=6)
    life.run("validate", "exports/gold.jsonl")
    life.say("A reader of the data objects. One command brings them back, with everything that hung on them:")
    life.run("labels", "undo")
    after = life.items()
    life.run("doctor")
    if before != after:
        raise RuntimeError(f"{before} became {after}")
    rows = "\n".join(f"| {layer} | {before[layer]} | {after[layer]} |" for layer in before)
    life.say(
        "Nothing was lost on the way, counted with `labels stats` before the drop and after it was taken back:\n\n"
        f"| layer | before | after |\n|---|--:|--:|\n{rows}"
    )
    life.say("The history of a document tells all of it:")
    life.run("history", "portrait-01", "--layer", "curator:ana")


def played() -> str:
    """Play the life; return the page."""
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder))
        seeds = life.where / "seeds"
        seeds.mkdir(parents=True)
        (life.where / "exports").mkdir()
        (life.folder / SETTINGS).write_text("learn: false\n", encoding="utf-8")
        (life.where / "labels.yaml").write_text(LABELS, encoding="utf-8")
        for number, text in enumerate(articles(), 1):
            (seeds / f"portrait-{number:02}.txt").write_text(text, encoding="utf-8")
        for chapter in (begin, change, unite, conclude):
            chapter(life)
        return life.page().replace(folder, "/home/lea")


def main() -> int:
    """Write the page."""
    PAGE.write_text(played(), encoding="utf-8")
    print(PAGE.relative_to(TOP))
    return 0


if __name__ == "__main__":
    sys.exit(main())
