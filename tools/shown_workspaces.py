"""Small workspaces for the commands that the docs show, by the names that pages use."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.desk import Desk
from annotator.workflow.workspace import Workspace
from tools.command_runner import Runner
from tools.other_projects import LABELS as OTHER_LABELS
from tools.other_projects import write_doccano, write_inception, write_label_studio, write_prodigy
from tools.project_life import LABELS, articles
from tools.shown_commands import LOGIN

TOP = Path(__file__).resolve().parent.parent
TARGET = "benchmarks/targets/seeds.jsonl"
"""What is to be found in the sample articles."""
DONE = {"ana": 10, "bo": 8, "carla": 9}
"""The curators, and how many documents each has finished."""
BRAT = {
    "press-1.txt": "Ada Marsh joined Borealis in Leeds.\n",
    "press-1.ann": "T1\tPERSON 0 9\tAda Marsh\nT2\tEmployer 17 25\tBorealis\nT3\tJoin 10 16\tjoined\n"
    "E1\tJoin:T3 Who:T1\nA1\tPast E1\nR1\thired_by Arg1:T1 Arg2:T2\t\n#1\tAnnotatorNotes T1\tthe baker\n",
    "press-2.txt": "Ben Okoro left Ferry Line.\n",
    "press-2.ann": "T1\tPERSON 0 9\tBen Okoro\nT2\tEmployer 15 25\tFerry Line\n",
}
"""A corpus in brat's format, with more in it than spans and relations."""


def empty(folder: Path) -> None:
    """A folder with two articles in ``articles/``, and no workspace."""
    for number, text in enumerate(articles()[:2], 1):
        write(folder / "articles" / f"portrait-{number}.txt", text)


def new(folder: Path) -> None:
    """Twenty short portraits with suggestions; nobody has worked on them."""
    write(folder / "labels.yaml", LABELS)
    for number, text in enumerate(articles(), 1):
        write(folder / "seeds" / f"d{number:02}.txt", text)
    Runner(folder).succeed("ingest")
    Runner(folder).succeed("suggest")


def team(folder: Path) -> None:
    """The same, shared among ana, bo and carla, who have finished more than half of it and differ here and there."""
    new(folder)
    Runner(folder).succeed("assign", "--curators", ",".join(DONE), "--overlap", "2")
    workspace = Workspace(folder)
    hours = Hours()
    workspace.store.clock = hours.stamp
    for curator, documents in DONE.items():
        _work(Desk(workspace, curator), documents, hours)
    workspace.close()


def settled(folder: Path) -> None:
    """The same, with gold wherever nothing is in dispute, and on d02, where lea took bo's version."""
    team(folder)
    Runner(folder).succeed("adjudicate", "--auto")
    workspace = Workspace(folder)
    session = Desk(workspace, LOGIN).adjudicate("d02")
    for case in session.gold.open:
        session.choose(case.id, "bo")
    session.finish()
    workspace.close()


class Hours:
    """A clock that goes on by forty seconds with each step, from six hours ago."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC) - timedelta(hours=6)

    def seconds(self) -> float:
        """Let time pass; return the seconds on the clock."""
        self._now += timedelta(seconds=40)
        return self._now.timestamp()

    def stamp(self) -> str:
        """Return the time as history writes it."""
        return self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _work(desk: Desk, documents: int, hours: Hours) -> None:
    """Finish a curator's first documents, the last span of every third left out, flag one, and begin the next."""
    store, scheme = desk.workspace.store, desk.workspace.scheme
    key = None
    for place in range(documents + 1):
        key = desk.next_open(key)
        document = store.document(key or "")
        assert document is not None
        session = AnnotationSession(store, scheme, desk.curator, document, clock=hours.seconds)
        session.accept_all(0.3)
        if place % 3 == documents % 3:
            session.delete(max(session.content.spans.values(), key=lambda span: span.start).id)
        if place == documents:
            session.comment("a firm or a school?")
            session.flag()
        else:
            session.finish()


def curated(folder: Path) -> None:
    """The sample articles, which ana has finished."""
    sample(folder)
    Runner(folder).succeed("import", "jsonl", TARGET, "--layer", "curator:ana")


def gold(folder: Path) -> None:
    """The same, with their gold."""
    curated(folder)
    Runner(folder).succeed("import", "jsonl", TARGET, "--layer", "gold")


def sample(folder: Path) -> None:
    """The sample articles, taken in as in a checkout, with what is to be found in them at its place."""
    shutil.copy(TOP / "labels.yaml", folder)
    shutil.copytree(TOP / "seeds", folder / "seeds")
    (folder / TARGET).parent.mkdir(parents=True)
    shutil.copy(TOP / TARGET, folder / TARGET)
    Runner(folder).succeed("ingest")


def mistaken(folder: Path) -> None:
    """The label scheme of the sample articles with a slip in it."""
    scheme = (TOP / "labels.yaml").read_text(encoding="utf-8")
    write(folder / "labels.yaml", scheme.replace("child: [ORG]", "child: [ORGG]", 1))


def brat(folder: Path) -> None:
    """A workspace without documents, and a corpus in brat's format in ``corpus/``."""
    write(folder / "labels.yaml", LABELS)
    for name, text in BRAT.items():
        write(folder / "corpus" / name, text)


def others(folder: Path) -> None:
    """A workspace without documents, and in it files of Prodigy, doccano, Label Studio, brat and INCEpTION."""
    write(folder / "labels.yaml", OTHER_LABELS)
    for name, text in BRAT.items():
        write(folder / "brat" / name, text)
    write_prodigy(folder / "prodigy.jsonl")
    write_doccano(folder / "doccano.jsonl")
    write_label_studio(folder / "label-studio.json")
    write_inception(folder / "inception.zip")


WORKSPACES: dict[str, Callable[[Path], None]] = {
    make.__name__: make for make in (empty, new, team, settled, curated, gold, sample, mistaken, brat, others)
}
"""How each workspace is made, in a folder that is there and empty."""


class Copies:
    """Makes each workspace once, and gives out copies of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._given = 0

    def copy(self, name: str) -> Path:
        """Return the folder of a new copy of a workspace, which is called ``news``."""
        made = self._folder / name / "news"
        if not made.exists():
            made.mkdir(parents=True)
            WORKSPACES[name](made)
        self._given += 1
        return shutil.copytree(made, self._folder / str(self._given) / "news")


@contextmanager
def copies() -> Iterator[Copies]:
    """Yield copies of the workspaces, in a folder that is removed afterwards."""
    with TemporaryDirectory() as folder:
        yield Copies(Path(folder))


def write(path: Path, text: str) -> None:
    """Write a file, and make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
