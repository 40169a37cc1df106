"""Installs annotator as a newcomer would, makes gold of two articles by the clock, and tells it as a page.

    python -m tools.five_minutes

The page is ``docs/five-minutes.md``.  Every line and screen in it is what the program showed, in an environment that
held nothing before, with pipx; the articles are of our own writing, one curated in a terminal, one in a browser.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from tools.chromium import Chromium, Tab
from tools.screenshots import IMAGES, TOP
from tools.terminal import Terminal
from tools.told_page import ToldPage

PAGE = TOP / "docs" / "five-minutes.md"
HUMAN = 0.8
"""Seconds from one key to the next, so that the clock is a person's."""

HINTED, LED_BY = re.compile(r"La ([a-z])NAM"), re.compile(r"(\S) led_by")
"""A hint on the university, and the key of the relation's type."""

CHILE = """\
Port of Rotterdam signs hydrogen deal with Chile

ROTTERDAM — The Port of Rotterdam and Chile's energy ministry signed an agreement on Thursday to ship green hydrogen \
from Antofagasta from 2029. Energy Minister Diego Pardow met port chief executive Boudewijn Siemons at the signing. \
Shell and the Chilean utility Enel Chile will build the terminal.
"""
MERIDA = """\
La UNAM abre un centro de datos en Mérida

El rector de la Universidad Nacional Autónoma de México, Leonardo Lomelí, inauguró el martes un centro de datos en \
Mérida. El gobernador de Yucatán, Joaquín Díaz Mena, acompañó al rector y anunció que el estado aportará 40 \
millones de pesos. "Yucatán quiere ser un polo de ciencia", dijo Díaz Mena.

El centro, construido con la empresa francesa Atos, empezará a operar en enero de 2027 y dará empleo a 120 \
ingenieros, según la rectoría.
"""


READER = """\
import json

for line in open("exports/gold.jsonl", encoding="utf-8"):
    article = json.loads(line)
    text = article["text"]
    for relation in article["relations"]:
        head, child = (text[end["start"] : end["end"]] for end in (relation["head_span"], relation["child_span"]))
        print(article["lang"], head, relation["label"], child, sep=" · ")
"""


class Walk(ToldPage):
    """What is done in the fresh environment, told in order, with a clock."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.times: list[tuple[str, float]] = []
        self.environment = {
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            "PIPX_HOME": str(folder / "pipx"),
            "PIPX_BIN_DIR": str(folder / "bin"),
            "TERM": "xterm-256color",
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.endswith("CERT")},
        }
        self._started = time.monotonic()

    def passed(self, what: str) -> None:
        """Note what is done now."""
        self.times.append((what, time.monotonic() - self._started))

    def run(self, shown: str, *, told: bool = True, **variables: str) -> str:
        """Run a command line in a shell, in the workspace once it is there; add it and what it printed."""
        news = self.folder / "news"
        done = subprocess.run(
            ["bash", "-c", shown],
            check=False,
            capture_output=True,
            text=True,
            cwd=news if news.is_dir() else self.folder,
            env={**self.environment, **variables},
        )
        if done.returncode:
            raise RuntimeError(f"{shown}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        printed = (done.stdout + done.stderr).strip()
        if told:
            self.show("console", f"$ {shown}\n{printed}".rstrip())
        return printed

    def write(self) -> None:
        """Write the page."""
        PAGE.write_text(self.page().replace(str(self.folder), "~").replace(str(TOP), "annotator"), encoding="utf-8")


def install(walk: Walk) -> None:
    """Install the program with pipx; pipx itself is there before the clock begins."""
    walk.say("## Install it")
    walk.say(
        "In a clone of the repository, with pipx or [another way](platforms.md); `[serve]` brings what the browser "
        "needs."
    )
    python = walk.folder / "tools" / "bin" / "python"
    walk.environment["PIPX_DEFAULT_PYTHON"] = sys.executable
    constrained = f"--pip-args=--constraint={TOP}/constraints.txt"
    arguments = [str(python), "-m", "pipx", "install", f"{TOP}[serve]", constrained]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True, env=walk.environment, cwd=walk.folder)
    told = [line for line in done.stdout.splitlines() if line.lstrip().startswith(("installed", "- annotator"))]
    walk.show("console", "\n".join(["$ pipx install '.[serve]'", *told]))
    walk.passed("installed")


def begin(walk: Walk) -> None:
    """Make a workspace, bring in models and articles, and have suggestions made."""
    walk.say("## A workspace, models, two articles")
    walk.say(
        "`init` makes a folder with a label scheme to adapt. The models are a download of their own; without them "
        "rules and patterns suggest alone. An article is a text file: its first line is the title, its name is its key."
    )
    walk.run("annotator init news && cd news")
    walk.run("annotator models install es en")
    walk.passed("models installed")
    (walk.folder / "news" / "seeds" / "merida.txt").write_text(MERIDA, encoding="utf-8")
    (walk.folder / "news" / "seeds" / "hydrogen.txt").write_text(CHILE, encoding="utf-8")
    walk.run("ls seeds")
    walk.run("annotator ingest")
    walk.run("annotator suggest")
    walk.passed("suggestions made")


class Keys:
    """A curator at a terminal."""

    def __init__(self, walk: Walk, terminal: Terminal) -> None:
        self.walk, self.terminal = walk, terminal

    def press(self, *keys: str) -> None:
        """Press keys as a person would, one after the other."""
        for key in keys:
            self.terminal.press(key)
            self.terminal.settle(HUMAN)

    def find(self, text: str) -> None:
        """Find a text, which selects it."""
        self.press("/")
        self.terminal.send(text)
        self.press("enter")

    def screen(self, lines: slice = slice(None)) -> None:
        """Add the screen, or some of its lines, without those at its end that are empty."""
        self.walk.show("text", "\n".join(self.terminal.settle().splitlines()[lines]).rstrip())


def in_a_terminal(walk: Walk) -> None:
    """Curate the Spanish article by keys."""
    walk.say("## The Spanish article, in a terminal")
    walk.show("console", "$ annotator annotate merida")
    terminal = Terminal(
        [str(walk.folder / "bin" / "annotator"), "annotate", "merida", "--as", "ana"],
        columns=100,
        lines=28,
        cwd=walk.folder / "news",
        env=walk.environment,
        timeout=60,
    )
    keys = Keys(walk, terminal)
    terminal.wait("a accept")
    if "tutorial" in terminal.settle(HUMAN):
        keys.press("escape")
    walk.say("Dotted is suggested. `a` accepts what is in focus and goes on, `A` accepts all that is likely:")
    keys.screen(slice(0, 10))
    keys.press("a", "a", "A")
    keys.screen()
    walk.say(
        "What is left is decided one by one, here with `a`. Nobody found the project itself: `/` finds it, and a "
        "label's key marks it."
    )
    for _ in range(12):
        if re.search(r" 0\? ", terminal.settle()):
            break
        keys.press("a")
    keys.find("centro de datos")
    keys.press("8")
    keys.screen(slice(-2, None))
    relate(keys)
    walk.say("The same words are suggested further on now; `tab` goes there, `a` accepts them:")
    keys.press("tab", "a")
    keys.screen(slice(-2, None))
    walk.say("`space` is done, and the next document opens:")
    keys.press("space")
    terminal.wait("1/2 done")
    keys.screen(slice(0, 4))
    keys.press("ctrl+q")
    terminal.close()
    walk.passed("Spanish article done")


def relate(keys: Keys) -> None:
    """Relate the project in focus to the university that leads it."""
    terminal = keys.terminal
    keys.walk.say("`r` relates it: a hint letter stands on each partner that the scheme allows in this sentence.")
    keys.press("r")
    keys.screen(slice(1, 3))
    letter = HINTED.search(terminal.text())
    assert letter is not None
    keys.press(letter[1])
    if "which?" in (shown := terminal.settle()):
        key = LED_BY.search(shown)
        assert key is not None
        keys.press(key[1])
    keys.screen(slice(-2, None))


async def by_browser(link: str, browser: Chromium) -> None:
    """Curate the English article by keys in a browser, with a picture on the way."""
    async with browser.connect() as devtools:
        tab = await devtools.open(link, width=1060, height=460)
        await tab.wait("hydrogen")
        await tab.settle()
        await at_the_document(tab)
        for _ in range(3):
            await tab.press("a")
            await asyncio.sleep(HUMAN)
        await tab.settle()
        await tab.picture(IMAGES / "five-minutes-browser.png")
        await tab.press("A")
        await asyncio.sleep(HUMAN)
        for _ in range(20):
            if re.search(r" 0\? ", await tab.text()):
                break
            await tab.press("a")
            await asyncio.sleep(HUMAN)
        await tab.press("space")
        await tab.wait("2 shown: all")
        await tab.press("ctrl+q")
        await tab.says("Open the workbench again")


async def at_the_document(tab: Tab) -> None:
    """Open the document that is not done, where the queue stands first."""
    if "a accept" not in await tab.text():
        await tab.press("enter")
        await tab.wait("a accept")


def in_a_browser(walk: Walk) -> None:
    """Curate the English article in a browser."""
    walk.say("## The English article, in a browser")
    walk.say("`serve` prints a secret link a curator. Ana opens hers:")
    command = [str(walk.folder / "bin" / "annotator"), "serve", "--port", "0", "--curators", "ana"]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=walk.folder / "news", env=walk.environment
    )
    browser = Chromium()
    try:
        assert server.stdout is not None
        name, _, link = server.stdout.readline().strip().partition("\t")
        shown = re.sub(r":\d+/.*", ":8000/…", link)
        walk.show("console", f"$ annotator serve --curators ana\n{name}\t{shown}")
        asyncio.run(by_browser(link, browser))
    finally:
        browser.close()
        server.terminate()
        server.wait()
    walk.say("![The workbench in a browser, with the English article](images/five-minutes-browser.png)")
    walk.say("The keys are the same: `a` three times, `A`, what is left with `a`, and `space`.")
    walk.passed("English article done")


def gold(walk: Walk) -> None:
    """Make gold of what is finished, write it and check it."""
    walk.say("## Gold")
    walk.say(
        "With one curator, finished work becomes gold as it is. With several, `annotator adjudicate` settles what they "
        "differ on."
    )
    walk.run("annotator adjudicate --auto")
    walk.run("annotator export jsonl -o exports/gold.jsonl")
    walk.run("annotator validate exports/gold.jsonl")
    walk.passed("gold exported and valid")
    walk.say("One line of it is one article. Its relations, for instance:")
    (walk.folder / "news" / "relations.py").write_text(READER, encoding="utf-8")
    walk.run("cat relations.py; python3 relations.py")


def clock(walk: Walk) -> str:
    """The times as a table."""
    rows = [f"| {what} | {int(seconds) // 60}:{int(seconds) % 60:02} |" for what, seconds in walk.times]
    return "\n".join(["| | by the clock |", "|---|---|", *rows])


def main() -> int:
    """Walk, and write the page."""
    folder = Path(tempfile.mkdtemp())
    try:
        venv.create(folder / "tools", with_pip=True)
        pip = [str(folder / "tools" / "bin" / "python"), "-m", "pip", "install", "--quiet", "pipx"]
        subprocess.run([*pip, "--constraint", str(TOP / "constraints.txt")], check=True)
        walk = Walk(folder)
        walk.say("# Five minutes")
        walk.say("<!-- written by: python -m tools.five_minutes -->")
        walk.say(
            "From nothing to checked training data of two articles of one's own, one in Spanish, in a terminal, one in "
            "English, in a browser. Every line and screen is what the program showed when `python -m "
            "tools.five_minutes` did this in an environment that held nothing before, at a person's pace:"
        )
        walk.say("")
        at = len(walk.parts) - 1
        for step in (install, begin, in_a_terminal, in_a_browser, gold):
            step(walk)
        walk.parts[at] = clock(walk)
        walk.write()
    finally:
        shutil.rmtree(folder)
    print(PAGE.relative_to(TOP))
    return 0


if __name__ == "__main__":
    sys.exit(main())
