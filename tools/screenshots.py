"""Takes the pictures of README and docs from the running program.

make screenshots
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotator.workflow.desk import Desk
from annotator.workflow.workspace import Workspace
from tools import curators, planted_project
from tools.picture import save
from tools.terminal import Terminal

TOP = Path(__file__).resolve().parent.parent
IMAGES = TOP / "docs" / "images"
SPANISH, ENGLISH = "002_e843446c8cb880ce", "004_475670b337495bae"


def annotator(*arguments: str) -> list[str]:
    """Return the command line of this checkout's annotator."""
    return [sys.executable, "-m", "annotator", *arguments]


@contextmanager
def sample_workspace() -> Iterator[Path]:
    """Yield a new workspace with the sample articles, suggestions and the models of this checkout."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "news"
        subprocess.run(annotator("init", str(workspace)), check=True, stderr=subprocess.DEVNULL)
        if (TOP / "models").is_dir():
            (workspace / "models").rmdir()
            (workspace / "models").symlink_to(TOP / "models")
        for arguments in (("ingest", str(TOP / "seeds")), ("suggest",)):
            command = annotator("-w", str(workspace), *arguments)
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL, env=None)
        yield workspace


def open_workbench(workspace: Path, *arguments: str, columns: int, lines: int, **env: str) -> Terminal:
    """Start the workbench in a terminal."""
    command = annotator("-w", str(workspace), "annotate", *arguments)
    settings = {"ANNOTATOR_CURATOR": "ana", "ANNOTATOR_SETTINGS": str(workspace / "none.yaml")}
    return Terminal(command, columns=columns, lines=lines, cwd=TOP, env={**settings, **env})


def shot(terminal: Terminal, name: str, *, light: bool = False) -> None:
    """Save the screen as a picture once it is quiet."""
    terminal.settle(0.3)
    colors = {"foreground": "#1d1f23", "background": "#fbfaf7"} if light else {}
    save(terminal.screen, IMAGES / f"{name}.svg", **colors)


def leave(terminal: Terminal) -> None:
    """Quit the workbench."""
    terminal.press("ctrl+q")
    terminal.close()


def annotate_pictures(workspace: Path) -> None:
    """Take the annotate screen, help and the queue."""
    terminal = open_workbench(workspace, SPANISH, columns=120, lines=30)
    terminal.wait("0/5 done")
    for _ in range(7):
        terminal.press("a")
        terminal.settle(0.1)
    shot(terminal, "workbench")
    terminal.press("?")
    shot(terminal, "help")
    terminal.press("escape")
    terminal.settle(0.4)
    terminal.press("Q")
    terminal.wait("shown: all")
    shot(terminal, "queue")
    leave(terminal)


def relation_pictures(workspace: Path) -> None:
    """Take all arcs, also across rows, the hints on the partners of a span, and those on phrases to be marked."""
    terminal = open_workbench(workspace, SPANISH, columns=100, lines=28)
    terminal.wait("0/5 done")
    terminal.press("g", "R")
    shot(terminal, "arcs")
    terminal.press("R")
    terminal.settle()
    x, y = terminal.find("diálogo")
    terminal.click(x + 1, y)
    terminal.settle()
    terminal.press("r")
    shot(terminal, "relate")
    terminal.press("escape")
    terminal.settle(0.4)
    terminal.press("A")
    terminal.settle(0.3)
    terminal.send("\x1b7")  # alt with a label's key
    terminal.wait("EVENT: which phrase?")
    shot(terminal, "hints")
    terminal.press("escape")
    terminal.settle(0.4)
    leave(terminal)


def size_pictures(workspace: Path) -> None:
    """Take the smallest and a large window, without colour, and the light theme."""
    for name, columns, lines, env in (
        ("small", 80, 24, {}),
        ("large", 200, 60, {}),
        ("no-color", 100, 28, {"NO_COLOR": "1"}),
    ):
        terminal = open_workbench(workspace, ENGLISH, columns=columns, lines=lines, **env)
        terminal.wait("0/5 done")
        terminal.press("tab")
        shot(terminal, name)
        leave(terminal)
    settings = workspace / "settings.yaml"
    settings.write_text("theme: annotator-light\n", encoding="utf-8")
    terminal = open_workbench(workspace, SPANISH, columns=100, lines=28, ANNOTATOR_SETTINGS=str(settings))
    terminal.wait("0/5 done")
    shot(terminal, "light", light=True)
    leave(terminal)


def attribute_picture() -> None:
    """Take attributes, links and groups, and the keys that set them, on a made-up article."""
    targets = TOP / "benchmarks" / "targets" / "attributes"
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        shutil.copy(TOP / "tests" / "attributes" / "labels.yaml", workspace / "labels.yaml")
        (workspace / "catalogs").mkdir()
        shutil.copy(targets / "places.csv", workspace / "catalogs")
        gold = ("import", "jsonl", str(targets / "flood.jsonl"), "--layer", "curator:ana")
        subprocess.run(annotator("-w", str(workspace), *gold), check=True, stderr=subprocess.DEVNULL)
        terminal = open_workbench(workspace, "flood", columns=130, lines=32)
        terminal.wait("topic:")
        x, y = terminal.find("Ines Duarte")
        terminal.click(x + 1, y)
        terminal.settle()
        terminal.press("'")
        terminal.wait("which attribute?")
        shot(terminal, "attributes")
        terminal.press("escape")
        terminal.settle(0.4)
        leave(terminal)


def agreement_pictures() -> None:
    """Take the agreement screen, the disagreements behind a figure, and the report in a browser where there is one."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "news"
        curators.build(workspace)
        for name, page, columns, lines in (
            ("agreement", "1", 100, 30),
            ("confusion", "4", 120, 34),
            ("labels", "3", 80, 24),
        ):
            terminal = open_agreement(workspace, columns, lines)
            terminal.press(page)
            shot(terminal, name)
            leave(terminal)
        terminal = open_agreement(workspace, 120, 30)
        terminal.press("4", "down", "down")
        terminal.settle()
        terminal.press("enter")
        terminal.wait("1 of")
        shot(terminal, "disagreements")
        leave(terminal)
        report_picture(workspace)


def planted_pictures() -> None:
    """Take what to do on a made-up project with four problems, on the screen and in a browser."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "talks"
        planted_project.build(workspace)
        terminal = open_agreement(workspace, 110, 36)
        terminal.press("9")
        shot(terminal, "what-to-do")
        leave(terminal)
        report_picture(workspace, "what-to-do-report", 1450)


def open_agreement(workspace: Path, columns: int, lines: int) -> Terminal:
    """Start the workbench in a terminal, and open the agreement screen with its figures."""
    terminal = open_workbench(workspace, columns=columns, lines=lines, ANNOTATOR_CURATOR="lead")
    terminal.wait(" shown: ")
    terminal.press("A")
    terminal.wait("documents ·")
    return terminal


def report_picture(workspace: Path, name: str = "agreement-report", height: int = 2300) -> None:
    """Take the top of the HTML report, as a browser shows it."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print("no browser here: the picture of the report stays as it is")
        return
    page = workspace / "exports" / "agreement.html"
    command = ("-w", str(workspace), "agreement", "--format", "html", "-o", str(page))
    subprocess.run(annotator(*command), check=True, stderr=subprocess.DEVNULL)
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size=960,{height}")
    target = f"--screenshot={IMAGES / f'{name}.png'}"
    subprocess.run([browser, *options, target, page.as_uri()], check=True, capture_output=True)


def nesting_picture() -> None:
    """Take nested and crossing spans, under a scheme that allows any overlap."""
    with sample_workspace() as workspace:
        labels = workspace / "labels.yaml"
        labels.write_text(labels.read_text(encoding="utf-8").replace("overlap: flat", "overlap: any"), encoding="utf-8")
        text = "The Ministry of Health of Peru met the Health Workers Union of Lima in Lima on Monday.\n"
        (workspace / "seeds" / "nested.txt").write_text(text, encoding="utf-8")
        subprocess.run(annotator("-w", str(workspace), "ingest"), check=True, stderr=subprocess.DEVNULL)
        terminal = open_workbench(workspace, "nested", columns=100, lines=16)
        terminal.wait("done ·")
        for first, words, label in (("Ministry", 5, "3"), ("Ministry", 3, "3"), ("Peru", 1, "4"), ("Health W", 5, "3"),
                                    ("Union", 3, "3"), ("Lima", 1, "4")):  # fmt: skip
            terminal.press("escape")
            terminal.settle(0.3)
            x, y = terminal.find(first, below=0)
            terminal.click(x, y)
            terminal.settle()
            terminal.press("v", *["l"] * (words - 1), label)
            terminal.settle()
        terminal.press("escape")
        shot(terminal, "nesting")
        leave(terminal)


def adjudicate_pictures() -> None:
    """Take the adjudicate screen on a conflict of borders, and the feedback on what was settled."""
    with sample_workspace() as folder:
        workspace = Workspace(folder)
        for curator in ("ana", "bo", "carla"):
            _finish(Desk(workspace, curator))
        gold = Desk(workspace, "lead").adjudicate(SPANISH)
        workspace.close()
        command = annotator("-w", str(folder), "adjudicate", SPANISH, "--as", "lead")
        env = {"ANNOTATOR_SETTINGS": str(folder / "none.yaml")}
        terminal = Terminal(command, columns=120, lines=30, cwd=TOP, env=env)
        terminal.wait(f"1 of {len(gold.gold.open)}")
        shot(terminal, "adjudicate")
        terminal.press("A", "1", "1", "1", "1", "space")
        terminal.settle(0.5)
        leave(terminal)
        terminal = open_workbench(folder, columns=120, lines=30, ANNOTATOR_CURATOR="bo")
        terminal.wait("shown: all")
        terminal.press("/", *"velasco", "enter")
        terminal.settle()
        terminal.press("f")
        terminal.wait("your work against gold")
        shot(terminal, "feedback")
        leave(terminal)


def _finish(desk: Desk) -> None:
    """Let a curator finish the Spanish sample article; bo and carla differ from ana."""
    session = desk.open(SPANISH)
    session.accept_all(0.5)
    session.reject_all()
    spans = sorted(session.content.spans.values(), key=lambda span: span.start)
    if desk.curator == "bo":
        session.move_boundary(spans[2].id, "end", 1)
        session.comment("¿con «y»?", spans[2].id)
        session.relabel(spans[6].id, "LOC")
    if desk.curator == "carla":
        session.delete(spans[5].id)
        session.delete(min(session.content.relations))
    session.finish()
    session.bookmark.save(opened=False)


def main() -> int:
    """Take every picture."""
    adjudicate_pictures()
    with sample_workspace() as workspace:
        annotate_pictures(workspace)
    with sample_workspace() as workspace:
        size_pictures(workspace)
        relation_pictures(workspace)
    nesting_picture()
    attribute_picture()
    agreement_pictures()
    planted_pictures()
    print(f"pictures are in {IMAGES.relative_to(TOP)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
