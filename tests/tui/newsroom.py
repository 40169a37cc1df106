"""Three curators and an adjudicator on the sample articles: what is planted, how it is worked, and the gold meant.

Two curators and the adjudicator work in real terminals, key by key; the third through the same calls that keys end in.
Where each works is an argument, so that the same run can be played on one database or on several.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.annotation import Annotations, Relation, RelationKey, Span, SpanKey
from annotator.formats.jsonl import write_record
from annotator.formats.record import LayerRecord
from annotator.text import Document
from annotator.workflow.annotating.session import Session
from annotator.workflow.desk import Desk
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.workspace import Workspace
from tests.repository import TOP
from tests.workspaces import link, place_of, proposal, propose
from tools.terminal import Terminal

PROGRAM = [sys.executable, "-m", "annotator"]
FIREARMS, RUBIO, BORDER, FUNDS, MISSION = (
    "000_a0155d35a06b9919", "001_8db0e29f584ccfb2", "002_e843446c8cb880ce", "003_7440a0d4c2aca76d",
    "004_475670b337495bae",
)  # fmt: skip
DOCUMENTS = (FIREARMS, RUBIO, BORDER, FUNDS, MISSION)

Mention = tuple[str, str]
"""A label and a text, at its first mention; what stands behind a bar is only there to find it."""
Link = tuple[Mention, str, Mention]

MCALLEN, TEXAS = ("GPE", "McAllen"), ("GPE", "Texas")
CRIME, SHORT = ("CRIME", "tráfico ilícito de armas de fuego"), ("CRIME", "tráfico ilícito de armas")
PERSON, ROLE = ("PERSON", "Marco Rubio"), ("ROLE", "secretario")
MEXICO, STATES = ("GPE", "México| y Estados Unidos"), ("GPE", "Estados Unidos| en materia")
PRESIDENT, MONEY = ("PERSON", "Sheinbaum"), ("CRIME", "financiamiento| ilícito")
SYSTEM = ("SYSTEM", "eTrace")
IN_TEXAS = (MCALLEN, "located_in", TEXAS)

PLANTED: Mapping[str, tuple[Sequence[Mention], Sequence[Link]]] = {
    FIREARMS: ((MCALLEN, TEXAS, CRIME), (IN_TEXAS,)),
    RUBIO: ((MCALLEN, TEXAS, PERSON, ROLE), (IN_TEXAS, (PERSON, "holds_position", ROLE))),
    BORDER: ((MCALLEN, TEXAS, MEXICO, STATES), (IN_TEXAS, (MEXICO, "cooperates_with", STATES))),
    FUNDS: ((MCALLEN, TEXAS, PRESIDENT, MONEY), (IN_TEXAS,)),
    MISSION: ((MCALLEN, TEXAS, SYSTEM), (IN_TEXAS,)),
}
"""What is suggested, so that everybody starts from the same; what follows are the disagreements about it."""


def where(document: Document, mention: Mention) -> tuple[int, int]:
    """Return where a mention stands."""
    start, _ = place_of(document, mention[1].replace("|", ""))
    return start, start + len(mention[1].partition("|")[0])


def prepare(root: Path) -> Workspace:
    """Make a workspace with the sample articles and scheme, and the planted suggestions."""
    root.mkdir(parents=True)
    shutil.copy(TOP / "labels.yaml", root)
    (root / "none.yaml").write_text("learn: false\n", encoding="utf-8")  # so that what is planted is all there is
    workspace = Workspace(root)
    ingest(workspace, [TOP / "seeds"], "tester")
    for key, (mentions, links) in PLANTED.items():
        document = workspace.store.document(key)
        assert document is not None
        spans = {m: _suggested(document, m) for m in mentions}
        relations = [link(spans[head], spans[child], label) for head, label, child in links]
        propose(workspace.store, document, spans.values(), relations)
    return workspace


def _suggested(document: Document, mention: Mention) -> Span:
    start, end = where(document, mention)
    text = document.text[start:end]
    nth = document.text.count(text, 0, start)
    return proposal(document, text, mention[0], 0.9, nth)


# Work


class Hands:
    """Hands at a real terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.error: BaseException | None = None

    @classmethod
    def at(cls, root: Path, *arguments: str) -> Hands:
        env = {"ANNOTATOR_SETTINGS": str(root / "none.yaml")}
        command = [*PROGRAM, "-w", str(root), *arguments]
        return cls(Terminal(command, columns=100, lines=30, cwd=TOP, env=env, timeout=60))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.terminal.press(key)
            self.terminal.settle(0.06)

    def sees(self, what: str) -> None:
        self.terminal.wait(what)

    def find(self, text: str) -> None:
        self.press("/")
        self.terminal.send(text)
        self.terminal.settle(0.06)
        self.press("enter")

    def pick(self, option: str) -> None:
        """Answer the open question by the key that stands before an option."""
        self.sees("which?")
        line = next(line for line in self.terminal.screen.display if "which?" in line)
        found = re.search(rf"(\S) {re.escape(option)}", line)
        assert found is not None, line
        self.press(found[1])

    def quit(self) -> None:
        self.terminal.press("ctrl+q")
        assert self.terminal.close() == 0


def ana(hands: Hands) -> None:
    """Accept everything, and on the last article mark a day that nobody else marks."""
    for key in DOCUMENTS:
        hands.sees(f" {key}")
        hands.press("A")
        if key == MISSION:
            hands.find("saturday")
            hands.press("v", "6")
            hands.sees("marked DATE “Saturday”")
        hands.press("space")
    hands.sees("Every document is done")


def bo(hands: Hands) -> None:
    """Accept everything, and differ in every way there is."""
    for key in DOCUMENTS:
        hands.sees(f" {key}")
        hands.press("A")
        if key in BOS_EDITS:
            BOS_EDITS[key](hands)
        hands.press("space")
    hands.sees("Every document is done")


def _shorten(hands: Hands) -> None:
    hands.find("trafico ilicito de armas de")
    hands.press("[", "[")
    hands.sees("now CRIME “tráfico ilícito de armas”")


def _leave_out(hands: Hands) -> None:
    hands.find("marco rubio")
    hands.press("d")
    hands.sees("deleted PERSON “Marco Rubio”")


def _relate_otherwise(hands: Hands) -> None:
    hands.find("mexico y estados unidos en materia")
    hands.press(".", "r")
    hands.pick("located_in")
    hands.find("mcallen")
    hands.press(".", "r")
    hands.pick("located_in ←")
    hands.sees("retyped: “Texas” located_in → “McAllen”")


def _relabel(hands: Hands) -> None:
    hands.find("mcallen")
    hands.press(".", "d")
    hands.sees("deleted “McAllen” located_in → “Texas”")
    hands.find("sheinbaum")
    hands.press("2")
    hands.find("financiamiento ilicito")
    hands.press("{")
    hands.sees("now CRIME “de financiamiento”")


BOS_EDITS: Mapping[str, Callable[[Hands], None]] = {
    FIREARMS: _shorten, RUBIO: _leave_out, BORDER: _relate_otherwise, FUNDS: _relabel,
}  # fmt: skip


def carla(workspace: Workspace) -> None:
    """Accept most, without a screen."""
    desk = Desk(workspace, "carla")
    desk.learns = False
    for key in DOCUMENTS:
        session = desk.open(key)
        session.accept_all()
        if key == FUNDS:
            session.relabel(_own(session, PRESIDENT), "ROLE")
            session.delete(_own(session, MONEY))
            session.comment("¿es delito?")
        session.finish()


def _own(session: Session, mention: Mention) -> str:
    start, end = where(session.document, mention)
    identity = session.layer.same(SpanKey(start, end, mention[0]))
    assert identity is not None
    return identity


def at_once(*works: tuple[Hands, Callable[[Hands], None]]) -> None:
    """Let several people work at the same time, and let all finish; what went wrong for one is raised then."""

    def run(hands: Hands, work: Callable[[Hands], None]) -> None:
        try:
            work(hands)
        except (AssertionError, LookupError, TimeoutError, StopIteration, OSError) as error:
            hands.error = error

    threads = [threading.Thread(target=run, args=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for hands, _ in works:
        if hands.error is not None:
            raise hands.error


DECISIONS: Mapping[str, Sequence[tuple[str, str]]] = {
    FIREARMS: (("boundary", "2"),),
    RUBIO: (("missing", "1"), ("relation missing", "a")),
    BORDER: (("relation label", "1"), ("relation direction", "1")),
    FUNDS: (("relation missing", "x"), ("label", "1"), ("missing", "]")),
    MISSION: (("missing", "x"),),
}
"""The conflicts of each article in the order of the walk, and the key that settles each."""


def adjudicator(hands: Hands) -> None:
    """Settle every conflict with one key each, and call every gold complete."""
    for key in DOCUMENTS:
        hands.sees(f" {key} gold")
        for kind, decision in DECISIONS[key]:
            hands.sees(f"\n {kind}  1 of ")
            hands.press(decision)
        hands.sees("0? ")
        hands.press("space")
    hands.sees("No other document waits")


# The gold that is meant


@dataclass(frozen=True)
class Meant:
    """What gold should say of an article beside what all agree on: instead of some spans others, without relations."""

    instead: Mapping[Mention, tuple[Mention, str, str]]
    without: Sequence[Link] = ()


MEANT: Mapping[str, Meant] = {
    FIREARMS: Meant({CRIME: (SHORT, "corrected", "bo")}),
    FUNDS: Meant({MONEY: (("CRIME", "financiamiento ilícito"), "corrected", "lead")}, (IN_TEXAS,)),
}


def meant(root: Path) -> str:
    """Return the gold that is meant as JSON lines, put together without any adjudication."""
    workspace = Workspace(root)
    lines = []
    for key in DOCUMENTS:
        document = workspace.store.document(key)
        assert document is not None
        content = _meant(document, *PLANTED[key], MEANT.get(key, Meant({})))
        curators = ("ana", "bo", "carla")
        lines.append(write_record(LayerRecord(document, content, "gold", curators, workspace.scheme.sha256)))
    workspace.close()
    return "".join(f"{line}\n" for line in lines)


def _meant(document: Document, mentions: Sequence[Mention], links: Sequence[Link], gold: Meant) -> Annotations:
    spans: dict[Mention, Span] = {}
    for mention in mentions:
        as_meant, origin, curator = gold.instead.get(mention, (mention, "accepted", "ana"))
        start, end = where(document, as_meant)
        key = SpanKey(start, end, as_meant[0])
        span = Span(str(key), *key, "accepted", "rules@1", 0.9, curator)
        spans[mention] = span if origin == "accepted" else span.replace(origin="corrected")
    relations = []
    for head, label, child in links:
        if (head, label, child) not in gold.without:
            key_ = RelationKey(spans[head].key, spans[child].key, label)
            ends = (spans[head].id, spans[child].id)
            relations.append(Relation(str(key_), *ends, label, "accepted", "pairs@1", 0.9, "ana"))
    return Annotations.of(spans.values(), relations)


def run(root: Path, *arguments: str) -> str:
    """Run a command that must end well; return what it wrote to stdout."""
    command = [*PROGRAM, "-w", str(root), *arguments]
    done = subprocess.run(command, cwd=TOP, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8")
