"""The command line as a process: what it imports, pipes that break, disks that fill, errors that are ours."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest.mock import Mock

import pytest

from annotator.cli.main import main
from annotator.store import check_database
from annotator.workflow.workspace import Workspace
from tests.processes import PATIENCE, environment, finish, start
from tests.workspaces import Bench, proposal, propose

LOADED = """
import sys
from annotator.cli.main import main
status = main(sys.argv[2:])
heavy = [name for name in sys.argv[1].split(",") if name in sys.modules]
sys.exit(f"status {status}, loaded {heavy}" if status or heavy else 0)
"""
OVERVIEW = """
import contextlib, io, sys
from annotator.cli.main import main
with contextlib.redirect_stdout(io.StringIO()) as out:
    status = main(sys.argv[1:])
ours = {"annotator", "annotator.errors", "annotator.cli", "annotator.cli.main", "annotator.cli.common",
        "annotator.cli.interrupts", "annotator.reports", "annotator.reports.printable", "annotator.reports.text_table"}
others = {"msgspec", "numpy", "rich", "sqlite3", "yaml", "logging", "traceback", "subprocess", "concurrent"}
loaded = {name for name in sys.modules if name.split(".")[0] == "annotator"} - ours | sys.modules.keys() & others
sys.exit(f"status {status}, loaded {sorted(loaded)}" if status or loaded or not out.getvalue() else 0)
"""
INTERRUPTED_WHILE_FINALIZING = """
import os, signal, sys, time
from annotator.cli.main import main
from annotator.workflow.workspace import Workspace

class Finalized:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

def find(*_):
    Finalized()
    time.sleep(60)

Workspace.find = find
status = main(["status"])
sys.exit(0 if status == 130 else f"status {status}")
"""
INTERRUPTED_WITHIN_SQLITE = """
import signal, sqlite3, sys
from annotator.cli.main import main
from annotator.workflow.workspace import Workspace

def find(*_):
    connection = sqlite3.connect(":memory:")
    connection.create_function("interrupted", 0, lambda: signal.raise_signal(signal.SIGINT))
    connection.execute("SELECT interrupted()")

Workspace.find = find
status = main(["status"])
sys.exit(0 if status == 130 else f"status {status}")
"""
INTERRUPTED_EARLY = """
import signal, sys
from annotator.__main__ import run

class Finalized:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

class Finder:
    def find_spec(name, *_):
        if name == moment:
            signal.raise_signal(signal.SIGINT)
        elif f"finalizing in {name}" == moment:
            Finalized()

moment = sys.argv.pop(1)
sys.meta_path.insert(0, Finder)
if moment == "main":
    from annotator.cli import main
    main.occupy_standard_streams = lambda: signal.raise_signal(signal.SIGINT)
elif moment == "ignored":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    moment = "click"
sys.exit(run())
"""
IN_NO_FOLDER = """
import os, sys
from annotator.cli.main import main
folder = sys.argv.pop(1)
os.chdir(folder)
os.rmdir(folder)
sys.exit(main())
"""
CORE = """
import importlib, sys
from pathlib import Path
import annotator
top = Path(annotator.__file__).parent
for path in sorted(top.rglob("*.py")):
    module = path.relative_to(top.parent).with_suffix("").parts
    if module[1] not in ("tui", "__main__"):
        importlib.import_module(".".join(module).removesuffix(".__init__"))
print(*(name for name in ("textual", "spacy", "scipy", "sklearn") if name in sys.modules))
"""
HEAVY = "spacy,textual,scipy,sklearn,py3langid,sqlite_utils,jsonschema,numpy,lxml,trafilatura,pdfminer"


@pytest.mark.parametrize(
    ("command", "but"),
    [
        ("--help", ""),
        ("export --help", ""),
        ("status", ""),
        ("status --json", ""),
        ("export jsonl", ""),
        ("export jsonl --layer curator:ana", ""),
        ("history nota", ""),
        ("doctor", ""),
        ("backup", ""),
        ("adjudicate --auto", ""),
        ("annotate", ""),
        ("ingest", "py3langid,numpy"),
    ],
)
def test_nothing_heavy_is_loaded_that_is_not_needed(bench: Bench, command: str, but: str) -> None:
    bench.session().finish()
    (bench.workspace.root / "seeds").mkdir()
    (bench.workspace.root / "seeds" / "a.txt").write_text("Luis Paz.", encoding="utf-8")
    heavy = ",".join(set(HEAVY.split(",")) - set(but.split(",")))
    finish(start(LOADED, heavy, "-w", bench.workspace.root, *command.split()))


def test_the_overview_of_verbs_loads_no_verb() -> None:
    finish(start(OVERVIEW, "--help"))
    finish(start(OVERVIEW, "--version"))


@pytest.mark.parametrize("moment", ["annotator.cli.main", "click", "finalizing in annotator.cli.common", "main"])
def test_an_interruption_of_the_first_moments_is_one_line(moment: str) -> None:
    process = start(INTERRUPTED_EARLY, moment, "--version")
    assert process.communicate(timeout=PATIENCE) == ("", "annotator: stopped\n")
    assert process.returncode == 130


def test_an_interruption_that_is_to_be_ignored_is_ignored() -> None:
    process = start(INTERRUPTED_EARLY, "ignored", "--version")
    out, err = process.communicate(timeout=PATIENCE)
    assert err == ""
    assert out.startswith("annotator, version")


def test_the_core_never_loads_the_workbench_nor_the_models() -> None:
    assert finish(start(CORE))[0] == "\n"


def annotator(bench: Bench, *arguments: str, stdout: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "annotator", "-w", str(bench.workspace.root), *arguments]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, env=environment())


@pytest.fixture
def wordy(bench: Bench) -> Bench:
    """A workspace whose export does not fit into a pipe."""
    for number in range(30):
        document = bench.add(f"d{number:02}", "Luis Paz volvió a México. " * 200)
        propose(bench.store, document, [proposal(document, "Luis Paz", "PERSON")])
    return bench


@pytest.mark.parametrize("arguments", ["export jsonl --layer suggestions", "history d00 --json", "status"])
def test_a_pipe_that_breaks_is_met_quietly(wordy: Bench, arguments: str) -> None:
    process = annotator(wordy, *arguments.split(), stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=PATIENCE)
    assert b"Traceback" not in err
    assert b"broken pipe" not in err.lower()
    assert b"Exception ignored" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", ["export jsonl --layer suggestions", "status", "status --json"])
def test_an_output_that_takes_no_more_is_one_line(wordy: Bench, arguments: str) -> None:
    with Path("/dev/full").open("wb") as full:
        process = annotator(wordy, *arguments.split(), stdout=full.fileno())
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    (line,) = err.decode().splitlines()
    assert line.startswith("annotator: standard output: no space left on device: ")
    assert line.endswith("free some space")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told_by_its_place(
    number: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, place in ((), tempfile.gettempdir()), (("/a/b",), "/a/b"):
        fill = Mock(side_effect=OSError(number, os.strerror(number), *name))
        monkeypatch.setattr(Workspace, "find", fill)
        assert main(["status"]) == 1
        assert capfd.readouterr().err == f"annotator: {place}: {os.strerror(number).lower()}: free some space\n"


@pytest.mark.parametrize("arguments", ["status", "init x", "ingest a", "-w ../ws status", "-w {workspace} status"])
def test_a_working_folder_that_is_gone_is_told(bench: Bench, tmp_path: Path, arguments: str) -> None:
    (tmp_path / "gone").mkdir()
    words = [word.format(workspace=bench.workspace.root) for word in arguments.split()]
    process = start(IN_NO_FOLDER, tmp_path / "gone", *words)
    told = "annotator: the working folder no longer exists: change to another one\n"
    assert process.communicate(timeout=PATIENCE) == ("", told)
    assert process.returncode == 1


def test_who_stops_reading_is_no_error_of_ours(wordy: Bench) -> None:
    process = annotator(wordy, "history", "d00", "--json", stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert (process.wait(timeout=PATIENCE), process.communicate()[1]) == (141, b"")


@pytest.mark.parametrize("closed", ["0", "1", "2", "012"])
@pytest.mark.parametrize("arguments", ["status --json", "suggest", "history nada", "bogus"])
def test_closed_streams_are_given_to_no_database(wordy: Bench, closed: str, arguments: str) -> None:
    redirections = " ".join(f"{number}>&-" for number in closed)
    script = f'exec "$@" {redirections}'
    command = ["sh", "-c", script, "sh", sys.executable, "-m", "annotator", "-w", str(wordy.workspace.root)]
    process = subprocess.run(
        [*command, *arguments.split()], check=False, capture_output=True, timeout=PATIENCE, env=environment()
    )
    wanted = {"history nada": 1, "bogus": 2}.get(arguments, 1 if "1" in closed and "json" in arguments else 0)
    assert process.returncode == wanted
    assert b"Traceback" not in process.stderr
    assert b"unexpected" not in process.stderr
    if "2" not in closed and wanted == 1:
        assert len([line for line in process.stderr.splitlines() if line.startswith(b"annotator: ")]) == 1
    assert list(check_database(wordy.store)) == []


def test_an_argument_that_is_no_text_is_named(bench: Bench) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "annotator", "-w", str(bench.workspace.root), "history", b"\xff"],
        check=False, capture_output=True, timeout=PATIENCE, env=environment(),
    )  # fmt: skip
    assert process.returncode == 1
    assert process.stderr == b"annotator: the argument '\\xff' is not UTF-8: rename what it stands for\n"


def test_a_terminal_that_knows_few_letters_is_no_obstacle(bench: Bench) -> None:
    bench.session().flag()
    process = subprocess.run(
        [sys.executable, "-m", "annotator", "-w", str(bench.workspace.root), "status", "--as", "ana"],
        check=False, capture_output=True, timeout=PATIENCE, env=environment(PYTHONIOENCODING="latin-1"),
    )  # fmt: skip
    assert (process.returncode, process.stderr) == (0, b"")
    assert b"doing \\u2691" in process.stdout


class TestDefectsOfOurs:
    @pytest.fixture(autouse=True)
    def _broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise KeyError("lost\nthread \x1b[31m")

        monkeypatch.setattr(Workspace, "find", fail)

    def test_no_traceback_reaches_a_user(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["status"]) == 1
        out, err = capfd.readouterr()
        (line,) = err.splitlines()
        assert out == ""
        assert line.startswith("annotator: unexpected KeyError: ")
        assert "\x1b" not in line
        assert "--debug shows where" in line

    @pytest.mark.parametrize("arguments", [["--debug", "status"], ["status", "--debug"]])
    def test_debug_shows_it(self, arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
        assert main(arguments) == 1
        assert "Traceback" in capfd.readouterr().err

    def test_an_interruption_is_no_defect(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(Workspace, "find", interrupt)
        assert main(["status"]) == 130
        assert capfd.readouterr().err.strip() == "annotator: stopped"

    def test_an_interruption_says_what_was_done_before_it(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        def interrupt(*_: object) -> None:
            error = KeyboardInterrupt()
            error.add_note("12 of 20 articles are stored")
            raise error

        monkeypatch.setattr(Workspace, "find", interrupt)
        assert main(["status"]) == 130
        assert capfd.readouterr().err.strip() == "annotator: stopped; 12 of 20 articles are stored"

    def test_an_interruption_is_not_lost_where_python_cannot_raise_it(self) -> None:
        assert finish(start(INTERRUPTED_WHILE_FINALIZING)) == ("", "\nannotator: stopped\n")

    def test_an_interruption_is_one_whatever_a_library_makes_of_it(self) -> None:
        assert finish(start(INTERRUPTED_WITHIN_SQLITE)) == ("", "annotator: stopped\n")
