"""Three curators and an adjudicator on the sample articles: suggestions, work, rulings and the expected gold.

Two curators and the adjudicator work in real terminals, key by key; the third calls the session that keys end in.
Where each works is an argument, so that the same run serves one database or several.
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
from annotator.formats.record import LayerRecord
from annotator.text import Document
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.desk import Desk
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.workspace import Workspace
from tests.gold_lines import write_record
from tests.repository import TOP
from tests.workspaces import link, proposal, propose, range_of
from tools.terminal import Terminal

PROGRAM = [sys.executable, "-m", "annotator"]
FIREARMS, RUBIO, BORDER, FUNDS, MISSION = (
    "000_a0155d35a06b9919", "001_8db0e29f584ccfb2", "002_e843446c8cb880ce", "003_7440a0d4c2aca76d",
    "004_475670b337495bae",
)  # fmt: skip
DOCUMENTS = (FIREARMS, RUBIO, BORDER, FUNDS, MISSION)

Mention = tuple[str, str]
"""A label and a text, at its first occurrence; what follows a bar only helps to find it."""
Link = tuple[Mention, str, Mention]

MCALLEN, TEXAS = ("GPE", "McAllen"), ("GPE", "Texas")
CRIME, SHORT = ("CRIME", "tráfico ilícito de armas de fuego"), ("CRIME", "tráfico ilícito de armas")
PERSON, ROLE = ("PERSON", "Marco Rubio"), ("ROLE", "secretario")
MEXICO, STATES = ("GPE", "México| y Estados Unidos"), ("GPE", "Estados Unidos| en materia")
PRESIDENT, MONEY = ("PERSON", "Sheinbaum"), ("CRIME", "financiamiento| ilícito")
SYSTEM = ("SYSTEM", "eTrace")
IN_TEXAS = (MCALLEN, "located_in", TEXAS)

SUGGESTED: Mapping[str, tuple[Sequence[Mention], Sequence[Link]]] = {
    FIREARMS: ((MCALLEN, TEXAS, CRIME), (IN_TEXAS,)),
    RUBIO: ((MCALLEN, TEXAS, PERSON, ROLE), (IN_TEXAS, (PERSON, "holds_position", ROLE))),
    BORDER: ((MCALLEN, TEXAS, MEXICO, STATES), (IN_TEXAS, (MEXICO, "cooperates_with", STATES))),
    FUNDS: ((MCALLEN, TEXAS, PRESIDENT, MONEY), (IN_TEXAS,)),
    MISSION: ((MCALLEN, TEXAS, SYSTEM), (IN_TEXAS,)),
}
"""The suggestions for each article: spans, and relations between them."""


def bounds_of(document: Document, mention: Mention) -> tuple[int, int]:
    """Return the range of a mention in the text."""
    start, _ = range_of(document, mention[1].replace("|", ""))
    return start, start + len(mention[1].partition("|")[0])


def prepare(root: Path) -> Workspace:
    """Make a workspace with the sample articles, the sample scheme and the suggestions."""
    root.mkdir(parents=True)
    shutil.copy(TOP / "labels.yaml", root)
    (root / "none.yaml").write_text("learn: false\n", encoding="utf-8")  # no other suggestions
    workspace = Workspace(root)
    ingest(workspace, [TOP / "seeds"], "tester")
    for key, (mentions, links) in SUGGESTED.items():
        document = workspace.store.document(key)
        assert document is not None
        spans = {m: _suggested(document, m) for m in mentions}
        relations = [link(spans[head], spans[child], label) for head, label, child in links]
        propose(workspace.store, document, spans.values(), relations)
    return workspace


def _suggested(document: Document, mention: Mention) -> Span:
    start, end = bounds_of(document, mention)
    text = document.text[start:end]
    nth = document.text.count(text, 0, start)
    return proposal(document, text, mention[0], 0.9, nth)


# Work


class TerminalUser:
    """Somebody at the workbench in a real terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.error: BaseException | None = None

    @classmethod
    def at(cls, root: Path, *arguments: str) -> TerminalUser:
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
        """Answer the open question with the key that is shown before an option."""
        self.sees("which?")
        line = next(line for line in self.terminal.screen.display if "which?" in line)
        match = re.search(rf"(\S) {re.escape(option)}", line)
        assert match is not None, line
        self.press(match[1])

    def quit(self) -> None:
        self.terminal.press("ctrl+q")
        assert self.terminal.close() == 0


def ana(user: TerminalUser) -> None:
    """Accept everything, and on the last article mark a day that nobody else marks."""
    for key in DOCUMENTS:
        user.sees(f" {key}")
        user.press("A")
        if key == MISSION:
            user.find("saturday")
            user.press("v", "6")
            user.sees("marked DATE “Saturday”")
        user.press("space")
    user.sees("Every document is done")


def bo(user: TerminalUser) -> None:
    """Accept everything, then differ from the others in every possible way."""
    for key in DOCUMENTS:
        user.sees(f" {key}")
        user.press("A")
        if key in BOS_EDITS:
            BOS_EDITS[key](user)
        user.press("space")
    user.sees("Every document is done")


def _shorten(user: TerminalUser) -> None:
    user.find("trafico ilicito de armas de")
    user.press("[", "[")
    user.sees("now CRIME “tráfico ilícito de armas”")


def _leave_out(user: TerminalUser) -> None:
    user.find("marco rubio")
    user.press("d")
    user.sees("deleted PERSON “Marco Rubio”")


def _relate_otherwise(user: TerminalUser) -> None:
    user.find("mexico y estados unidos en materia")
    user.press(".", "r")
    user.pick("located_in")
    user.find("mcallen")
    user.press(".", "r")
    user.pick("located_in ←")
    user.sees("retyped: “Texas” located_in → “McAllen”")


def _relabel(user: TerminalUser) -> None:
    user.find("mcallen")
    user.press(".", "d")
    user.sees("deleted “McAllen” located_in → “Texas”")
    user.find("sheinbaum")
    user.press("2")
    user.find("financiamiento ilicito")
    user.press("{")
    user.sees("now CRIME “de financiamiento”")


BOS_EDITS: Mapping[str, Callable[[TerminalUser], None]] = {
    FIREARMS: _shorten, RUBIO: _leave_out, BORDER: _relate_otherwise, FUNDS: _relabel,
}  # fmt: skip


def carla(workspace: Workspace) -> None:
    """Accept most suggestions, without a screen."""
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


def _own(session: AnnotationSession, mention: Mention) -> str:
    start, end = bounds_of(session.document, mention)
    span_id = session.layer.content.span_id_with(SpanKey(start, end, mention[0]))
    assert span_id is not None
    return span_id


def work_together(*works: tuple[TerminalUser, Callable[[TerminalUser], None]]) -> None:
    """Let several people work at the same time; when all have finished, raise the error of one that failed."""

    def run(user: TerminalUser, work: Callable[[TerminalUser], None]) -> None:
        try:
            work(user)
        except (AssertionError, LookupError, TimeoutError, StopIteration, OSError) as error:
            user.error = error

    threads = [threading.Thread(target=run, args=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for user, _ in works:
        if user.error is not None:
            raise user.error


DECISIONS: Mapping[str, Sequence[tuple[str, str]]] = {
    FIREARMS: (("boundary", "2"),),
    RUBIO: (("missing", "1"), ("relation missing", "a")),
    BORDER: (("relation label", "1"), ("relation direction", "1")),
    FUNDS: (("relation missing", "x"), ("label", "1"), ("missing", "]")),
    MISSION: (("missing", "x"),),
}
"""The conflicts of each article in their order, and the key that settles each."""


def adjudicator(user: TerminalUser) -> None:
    """Settle every conflict with one key each, and call every gold complete."""
    for key in DOCUMENTS:
        user.sees(f" {key} gold")
        for kind, decision in DECISIONS[key]:
            user.sees(f"\n {kind}  1 of ")
            user.press(decision)
        user.sees("0? ")
        user.press("space")
    user.sees("No other document waits")


# The expected gold


@dataclass(frozen=True)
class GoldDifferences:
    """How the gold of an article differs from the suggestions: spans that others replace, relations left out."""

    instead: Mapping[Mention, tuple[Mention, str, str]]
    without: Sequence[Link] = ()


GOLD_DIFFERENCES: Mapping[str, GoldDifferences] = {
    FIREARMS: GoldDifferences({CRIME: (SHORT, "corrected", "bo")}),
    FUNDS: GoldDifferences({MONEY: (("CRIME", "financiamiento ilícito"), "corrected", "lead")}, (IN_TEXAS,)),
}


def expected_gold(root: Path) -> str:
    """Return the expected gold as JSON lines, made without any adjudication."""
    workspace = Workspace(root)
    lines = []
    for key in DOCUMENTS:
        document = workspace.store.document(key)
        assert document is not None
        content = _expected_content(document, *SUGGESTED[key], GOLD_DIFFERENCES.get(key, GoldDifferences({})))
        curators = ("ana", "bo", "carla")
        lines.append(write_record(LayerRecord(document, content, "gold", curators, workspace.scheme.sha256)))
    workspace.close()
    return "".join(f"{line}\n" for line in lines)


def _expected_content(
    document: Document, mentions: Sequence[Mention], links: Sequence[Link], differences: GoldDifferences
) -> Annotations:
    spans: dict[Mention, Span] = {}
    for mention in mentions:
        in_gold, origin, curator = differences.instead.get(mention, (mention, "accepted", "ana"))
        start, end = bounds_of(document, in_gold)
        key = SpanKey(start, end, in_gold[0])
        span = Span(str(key), *key, "accepted", "rules@1", 0.9, curator)
        spans[mention] = span if origin == "accepted" else span.replace(origin="corrected")
    relations = []
    for head, label, child in links:
        if (head, label, child) not in differences.without:
            key_ = RelationKey(spans[head].key, spans[child].key, label)
            ends = (spans[head].id, spans[child].id)
            relations.append(Relation(str(key_), *ends, label, "accepted", "pairs@1", 0.9, "ana"))
    return Annotations.of(spans.values(), relations)


def run(root: Path, *arguments: str) -> str:
    """Run a command that must succeed; return what it wrote to stdout."""
    command = [*PROGRAM, "-w", str(root), *arguments]
    completed = subprocess.run(command, cwd=TOP, capture_output=True, check=False)
    assert completed.returncode == 0, completed.stderr.decode()
    return completed.stdout.decode("utf-8")
