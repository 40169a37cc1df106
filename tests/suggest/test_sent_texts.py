"""What leaves the machine: on a command or a setting alone, shown while it does, and counted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from annotator.annotation import Annotations
from annotator.cli.main import main
from annotator.history import SUGGESTIONS
from annotator.labels import LabelScheme
from annotator.suggest import pipeline
from annotator.suggest.chat.configuration import Configuration
from annotator.suggest.chat.suggester import ChatSuggester
from annotator.suggest.pipeline import SuggestionPipeline
from annotator.suggest.protocol import Reported, Sent
from annotator.text import Document
from annotator.workflow.learning import suggesting
from annotator.workflow.learning.background_process import train_and_suggest
from annotator.workflow.learning.background_training import BackgroundTraining
from annotator.workflow.learning.suggesting import Place, suggest
from annotator.workflow.sent_texts import LEDGER, describe_sent, ledger_of, sent_totals
from annotator.workflow.workspace import Workspace
from tests.processes import finish, start
from tests.schemas import schema_problems
from tests.suggest.chat.chat_server import FakeChat, Reply, complaint, completion, mention
from tests.suggest.conftest import make_document
from tests.workflow.learning.test_training import finish as finish_note
from tests.workflow.learning.test_training import note as news
from tests.workspaces import Bench, make_bench

SILENT = """
import sys
reached = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind"):
        reached.append((event, arguments[1:]))
sys.addaudithook(watch)
{script}
print(reached)
"""
COMMANDS = """
from annotator.cli.main import main
for command in ("ingest", "suggest", "train", "evaluate --folds 2", "suggest", "status", "annotate", "models",
                "agreement", "export jsonl --layer suggestions", "doctor"):
    main(["-w", sys.argv[1], *command.split()])
"""
WORKBENCH = """
import asyncio
from pathlib import Path
from annotator.tui.app import AnnotatorApp
from annotator.workflow.desk import Desk
from annotator.workflow.workspace import Workspace
async def look():
    async with AnnotatorApp(Desk(Workspace(Path(sys.argv[1])), "ana")).run_test() as pilot:
        await pilot.press("enter")
        await pilot.press("q")
asyncio.run(look())
"""


@pytest.fixture
def learner(tmp_path: Path, chat: FakeChat) -> Bench:
    """A workspace from whose finished documents there is something to learn, and that names a chat server."""
    chat.answer = lambda _: completion([mention(1, 1, "gremio", "ORG")])
    bench = make_bench(tmp_path / "w")
    for number in range(4):
        finish_note(bench, number)
    for number in (6, 7):
        bench.add(f"n{number}", news(number)[0])
    bench.workspace.models.mkdir()
    (bench.workspace.models / "chat.yaml").write_text(f"url: {chat.url}\nmodel: tiny\n", encoding="utf-8")
    return bench


def run(bench: Bench, *arguments: str) -> int:
    return main(["-w", str(bench.workspace.root), *arguments])


def requests(workspace: Workspace, by: str = "suggest") -> dict[str, int]:
    """The requests about each document that the ledger has, in the order of the first ones."""
    entries = [json.loads(line) for line in (workspace.root / "db" / LEDGER).read_bytes().splitlines()]
    assert {entry["by"] for entry in entries} == {by}
    totals = Counter[str]()
    for entry in entries:
        totals[entry["document"]] += entry["requests"]
    return dict(totals)


class TestUnasked:
    @pytest.mark.parametrize("script", [COMMANDS, WORKBENCH], ids=["commands", "workbench"])
    def test_without_a_server_nothing_touches_the_network(self, learner: Bench, script: str) -> None:
        (learner.workspace.models / "chat.yaml").unlink()
        seeds = learner.workspace.root / "seeds"
        seeds.mkdir()
        (seeds / "a.txt").write_text("Ana Ruiz volvió a México.", encoding="utf-8")
        out, _ = finish(start(SILENT.format(script=script), learner.workspace.root))
        assert out.splitlines()[-1] == "[]"

    def test_training_in_the_background_sends_nothing(self, chat: FakeChat, learner: Bench) -> None:
        training = BackgroundTraining(learner.workspace.root, "ana")
        assert training.start().wait() == 0
        assert training.log() == "version 0001 from 4 documents; 2 suggested for\n"
        assert chat.asked == []
        assert sent_totals(learner.workspace) == {}

    @pytest.mark.parametrize("command", ["train", "evaluate --folds 2", "annotate", ""])
    def test_nor_does_a_command_that_is_not_about_it(self, chat: FakeChat, learner: Bench, command: str) -> None:
        run(learner, *command.split())
        assert chat.asked == []

    def test_opening_a_new_workspace_says_who_was_not_asked(
        self, chat: FakeChat, tmp_path: Path, learner: Bench, capfd: pytest.CaptureFixture[str]
    ) -> None:
        new = tmp_path / "new"
        assert main(["init", str(new)]) == 0
        (new / "seeds" / "a.txt").write_text("Ana Ruiz volvió a México.", encoding="utf-8")
        shutil.copy(learner.workspace.models / "chat.yaml", new / "models")
        assert main(["-w", str(new)]) == 0
        assert chat.asked == []
        assert (
            "was not asked, because nothing is sent unasked; `annotator suggest` asks again" in capfd.readouterr().err
        )
        assert main(["-w", str(new), "suggest"]) == 0
        assert len(chat.asked) == 1

    def test_what_was_answered_before_is_still_there(self, chat: FakeChat, learner: Bench) -> None:
        assert run(learner, "suggest") == 0
        asked = len(chat.asked)
        assert train_and_suggest(learner.workspace, "ana").startswith("version 0001")
        assert len(chat.asked) == asked
        content = learner.store.annotations(learner.layer_id(SUGGESTIONS, "n7"))
        assert any(str(span.source).startswith("chat@tiny") for span in content.spans.values())


class TestAsked:
    def test_a_command_says_whom_it_asks_and_what_it_sent(
        self, chat: FakeChat, learner: Bench, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert run(learner, "suggest") == 0
        host = chat.url.split("/")[2]
        lines = capfd.readouterr().err.splitlines()
        assert lines[0] == f"asking {host}: the text of documents is sent there"
        (sent,) = [line for line in lines if line.startswith("sent to ")]
        assert sent.startswith(f"sent to {host}: 6 requests about 6 documents, ")
        assert run(learner, "status", "--json") == 0
        status = json.loads(capfd.readouterr().out)
        assert schema_problems("status", status) == []
        (row,) = status["sent"]
        assert (row["host"], row["requests"], row["documents"]) == (host, 6, 6)
        assert row["bytes"] > sum(len(learner.document(f"n{n}").text) for n in (0, 1, 2, 3, 6, 7))
        assert run(learner, "suggest") == 0
        assert "sent to" not in capfd.readouterr().err

    def test_attempts_that_fail_count_too(self, chat: FakeChat, scheme: LabelScheme, tmp_path: Path) -> None:
        chat.script = [complaint(401, "no")]
        documents = [make_document("Habló Ana.", key="a"), make_document("Habló Bo.", key="b")]
        first, second = ChatSuggester(scheme, chat.configuration(), tmp_path).suggest(documents)
        assert [sent.requests for sent in first.sent.values()] == [1]
        assert second.sent == {}

    def test_what_reached_nobody_was_not_sent(self, scheme: LabelScheme, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        settings = Configuration(f"http://127.0.0.1:{port}/v1", "tiny")
        (layer,) = ChatSuggester(scheme, settings, tmp_path).suggest([make_document("Habló Ana.")])
        assert "refused" in layer.unread
        assert layer.sent == {}

    def test_workers_tell_what_they_sent(self, chat: FakeChat, learner: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(suggesting, "SHARED_BATCH", 2)
        told: list[list[int]] = []
        report = suggest(
            learner.workspace,
            place=Place(jobs=2),
            asking=lambda _, sent: told.append([one.requests for one in sent.values()]),
        )
        assert [sent.requests for sent in report.sent.values()] == [6]
        assert (told[0], told[-1]) == ([], [6])
        assert len(chat.asked) == 6

    def test_what_was_sent_before_ctrl_c_is_in_the_ledger(self, chat: FakeChat, learner: Bench) -> None:
        def answer(_: str) -> Reply:
            if len(chat.asked) == 4:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
                return Reply(200, b"", late=True)
            return completion([])

        chat.answer = answer
        with pytest.raises(KeyboardInterrupt):
            suggest(learner.workspace, asking=lambda *_: None)
        assert [(key, 1) for key in ("n0", "n1", "n2", "n3")] == [*requests(learner.workspace).items()]
        chat.over.set()
        suggest(learner.workspace, asking=lambda *_: None)
        ((sent, _),) = sent_totals(learner.workspace).values()
        assert sent.requests == len(chat.asked) == 7

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_what_was_sent_before_the_process_was_killed_is_in_the_ledger(
        self, chat: FakeChat, learner: Bench, jobs: int
    ) -> None:
        asked = threading.Event()

        def answer(_: str) -> Reply:
            if len(chat.asked) == 3:
                asked.set()
                return Reply(200, b"", late=True)
            return completion([])

        chat.answer = answer
        script = f"""
        import sys
        from pathlib import Path
        from annotator.workflow.learning import suggesting
        suggesting.SHARED_BATCH = 2
        from annotator.workflow.workspace import Workspace
        suggesting.suggest(
            Workspace(Path(sys.argv[1])), place=suggesting.Place(jobs={jobs}), asking=lambda *_: None
        )
        """
        with start(dedent(script), learner.workspace.root) as process:
            try:
                assert asked.wait(30)
            finally:
                process.kill()
        chat.over.set()
        assert sum(requests(learner.workspace).values()) == len(chat.asked)

    @pytest.mark.parametrize("kind", ["a link", "a pipe", "a folder"])
    def test_nothing_is_sent_that_the_ledger_cannot_keep(
        self, chat: FakeChat, learner: Bench, capfd: pytest.CaptureFixture[str], kind: str
    ) -> None:
        ledger = learner.workspace.root / "db" / LEDGER
        if kind == "a link":
            ledger.symlink_to("elsewhere")
        elif kind == "a pipe":
            os.mkfifo(ledger)
        else:
            ledger.mkdir()
        assert run(learner, "suggest") == 1
        said = capfd.readouterr().err
        assert said.startswith(f"annotator: {ledger} cannot keep what is sent (")
        assert said.endswith("), so nothing was sent: move it aside, and try again\n")
        assert chat.asked == []

    def test_a_setting_lets_the_background_ask_and_it_says_so(self, chat: FakeChat, learner: Bench) -> None:
        training = BackgroundTraining(learner.workspace.root, "ana", network=True)
        assert training.start().wait() == 0
        host = chat.url.split("/")[2]
        first, second, last = training.log().splitlines()
        assert first == f"asking {host}"
        assert second.startswith(f"asking {host}: 2 requests about 2 documents, ")
        assert f"; sent to {host}: 2 requests" in last
        assert len(chat.asked) == 2
        assert [*requests(learner.workspace, by="background").values()] == [1, 1]


class Oracle:
    """A suggester of somebody else's, who asks a server and knows nothing without it."""

    name, version, hosts = "oracle", "1", ["oracle.example"]

    def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
        yield from (Annotations() for _ in documents)


def test_a_suggester_that_needs_its_server_is_left_out_and_told(scheme: LabelScheme, tmp_path: Path) -> None:
    online = SuggestionPipeline(scheme, tmp_path, (Oracle(),))
    offline = SuggestionPipeline(scheme, tmp_path, (Oracle(),), offline=True)
    assert (online.hosts, offline.hosts) == (("oracle.example",), ())
    assert online.fingerprint == offline.fingerprint
    (layer,) = offline.suggest([make_document("Habló Ana.")])
    assert isinstance(layer, Reported)
    assert layer.unread == "oracle@1: oracle.example was not asked"
    assert pipeline._without_server(online._extra[0]).name == "oracle"


@pytest.mark.parametrize("named", [[], ["oracle.example"]])
def test_what_a_suggester_of_somebody_elses_says_that_it_sent_is_in_the_ledger(
    scheme: LabelScheme, bench: Bench, named: list[str]
) -> None:
    class Telling(Oracle):
        hosts = named

        def suggest(self, documents: Iterable[Document]) -> Iterator[Annotations]:
            yield from (Reported(sent={"oracle.example": Sent(2, 1, 700)}) for _ in documents)

    pipeline = SuggestionPipeline(scheme, bench.workspace.models, (Telling(),), ledger=ledger_of(bench.workspace, "x"))
    list(pipeline.suggest([make_document("Habló Ana.", key="a")]))
    assert requests(bench.workspace, by="x") == {"a": 2}


def test_the_ledger_writes_nowhere_else(bench: Bench) -> None:
    ledger, other = bench.workspace.root / "db" / LEDGER, bench.workspace.root / "other"
    sent = {"a": Sent(2, 1, 900)}
    other.write_text("mine\n", encoding="utf-8")
    ledger.symlink_to(other)
    ledger_of(bench.workspace, "suggest").record("note", sent)
    assert other.read_text(encoding="utf-8") == "mine\n"
    ledger.unlink()
    os.mkfifo(ledger)
    ledger_of(bench.workspace, "suggest").record("note", sent)


def test_the_ledger_adds_up_and_passes_over_what_is_none(bench: Bench) -> None:
    sent_before = {"a": Sent(2, 1, 900, 500, 20, 0.5, "EUR"), "b": Sent()}
    ledger_of(bench.workspace, "suggest").record("note", sent_before)
    with (bench.workspace.root / "db" / LEDGER).open("ab") as ledger:
        ledger.write(b'{"at": "2026", "host": "a", "by": "suggest", "requests": 1, "documents": 3, "bytes": 100}\n')
        ledger.write(b"half a li\n\xff\n" + b"[" * 10_000 + b"\n")
    ledger_of(bench.workspace, "background").record("other", {"a": Sent(1, 1, 700, 300, 10, 0.25, "EUR")})
    ((sent, last),) = sent_totals(bench.workspace).values()
    assert sent == Sent(4, 5, 1700, 800, 30, 0.75, "EUR")
    assert last.startswith("20")
    assert describe_sent("a", sent) == (
        "a: 4 requests about 5 documents, 2 kB, 800 tokens read and 30 written, 0.7500 EUR"
    )
    assert describe_sent("a", Sent(1, 1, 900)) == "a: 1 request about 1 document, 900 bytes"
