"""Completing a command line: what is offered, how it is written, and that nothing is touched or said."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click
import pytest

from annotator.cli import completing
from annotator.cli.command_line_words import read_line
from annotator.cli.common import COMPLETING
from annotator.cli.completion import SHELLS
from annotator.cli.main import VERBS, main
from tests.cli.test_hostile_arguments import COMMANDS
from tests.processes import PATIENCE, environment
from tests.workspaces import KEY, Bench
from tools.terminal import Terminal

ODD = 'Año "nuevo": it\'s $5, ana@x'
FREE = {
    "agreement --gamma", "assign --idle", "assign --quota", "catalog search --type", "catalog search query",
    "export --since", "export --split", "import --map",
    "export -O", "import -O", "import --rename", "ingest --delimiter", "ingest --meta",
    "labels merge", "merge --rename", "merge --rename-document",
    "models add --name", "labels rename new", "labels split new", "remove --ingested-since", "rename --curator",
    "return --note", "serve --host", "serve --public-url", "suggest --cluster",
}  # fmt: skip
"""What takes text that nobody can know before."""


Offers = Callable[..., list[str]]


@pytest.fixture
def offers(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Offers:
    """What a shell is answered about a line up to the cursor, by default bash."""

    def ask(line: str, shell: str = "bash") -> list[str]:
        monkeypatch.setenv(COMPLETING, shell)
        monkeypatch.setenv("COMP_LINE", line)
        assert main() == 0
        out, err = capfdbinary.readouterr()
        assert err == b""
        return [line.removeprefix("plain,") for line in out.decode().splitlines() if line]

    return ask


@pytest.fixture
def there(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A workspace in the current folder, with a document of an odd name and work of two curators."""
    bench.add(ODD, "Luis Paz volvió.\n")
    bench.session(curator="ana").finish()
    bench.session(curator="ana.2").finish()
    monkeypatch.chdir(bench.workspace.root)
    return bench


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("annotator exp", ["export"]),
        ("annotator export spacy", ["spacy", "spacy-json"]),
        ("annotator export jsonl --lay", ["--layer"]),
        ("annotator export jsonl --layer ", ["gold", "suggestions", "curator:ana", "curator:ana.2"]),
        ("annotator export jsonl --layer=curator:", ["ana", "ana.2"]),
        ("annotator export jsonl --labels PERSON,O", ["PERSON,ORG"]),
        ("annotator labels rename loc", ["located_in"]),
        ("annotator history n", [KEY]),
        ("annotator history A", ['Año\\ \\"nuevo\\":\\ it\\\'s\\ \\$5,\\ ana@x']),
        ('annotator history "Año \\"', ['Año \\"nuevo\\": it\'s \\$5, ana@x']),
        ("annotator status --as ", ["ana", "ana.2"]),
        ("annotator models install ", ["es", "en", "fr", "cs", "fi"]),
        ("annotator -w ", ["dir,"]),
        ("annotator validate ", ["file,"]),
        ("annotator nada ", []),
        ("annotator -w /dev/null history ", []),
    ],
)
def test_offered(there: Bench, offers: Offers, line: str, offered: list[str]) -> None:
    assert offers(line) == offered


def test_the_overview_and_its_words(offers: Offers) -> None:
    assert offers("annotator ") == list(VERBS)
    assert offers("annotator exp", "fish") == [f"export\t{VERBS['export']}"]


@pytest.mark.parametrize("state", ["nothing", "no database", "newer", "no database at all", "labels"])
def test_nothing_is_made_or_said(
    tmp_path: Path, bench: Bench, offers: Offers, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    folder = tmp_path / "empty" if state == "nothing" else bench.workspace.root
    folder.mkdir(exist_ok=True)
    path = bench.workspace.database_path
    with closing(bench.workspace):
        bench.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if state == "newer":
            bench.store.connection.execute("PRAGMA user_version = 999")
    if state == "no database":
        path.unlink()
    elif state == "no database at all":
        path.write_bytes(b"not a database " * 500)
    elif state == "labels":
        (folder / "labels.yaml").write_text("entities: [", encoding="utf-8")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    monkeypatch.chdir(folder)
    documents = [KEY] if state == "labels" else []
    assert offers("annotator history ") == documents
    assert offers("annotator labels rename P") == (["PERSON"] if state not in ("nothing", "labels") else [])
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_every_text_is_completed_or_free() -> None:
    free = set()
    for words, command in COMMANDS.items():
        for param in command.params:
            is_text = param.type is click.STRING and not (isinstance(param, click.Option) and param.is_flag)
            if is_text and completing.values_of(command, param) is None:
                free.add(f"{' '.join(words)} {param.opts[0]}")
    assert free - FREE == set()


@pytest.mark.parametrize(
    ("line", "value", "written"),
    [
        ("annotator history ", "-x", "\\-x"),
        ("annotator history ", "~a", "\\~a"),
        ("annotator history a:b\\ c:", "a:b c:d e", "d\\ e"),
        ("annotator history 'it", "it's", "it'\\''s"),
        ("annotator export --layer=cur", "curator:ana", "curator:ana"),
        ('annotator history "a"b', "ab c", "b\\ c"),
        ('annotator history "say ', 'say "', 'say \\""'),
    ],
)
def test_how_a_value_is_written(line: str, value: str, written: str) -> None:
    assert read_line(line).continued(value) == written


INTERACTIVE = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "-i"],
}
LOADED = {
    "bash": 'eval "$(annotator completion bash)"; PS1=READY',
    "zsh": 'eval "$(annotator completion zsh)"; PS1=READY',
    "fish": "annotator completion fish | source; function fish_prompt; echo -n READY; end",
}


@pytest.mark.parametrize("shell", SHELLS)
def test_in_a_real_shell(there: Bench, tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    command = tmp_path / "bin" / "annotator"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m annotator "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    home = environment(HOME=str(tmp_path), PATH=f"{command.parent}:{os.environ['PATH']}", LANG="C.UTF-8")
    terminal = Terminal([shell, *INTERACTIVE[shell]], cwd=there.workspace.root, env=home, timeout=PATIENCE)
    try:
        terminal.send(f"{LOADED[shell]}\r")
        terminal.wait("READY")
        terminal.send("annotator export jsonl --layer=sug\t-o x; annotator history Año\t")
        terminal.wait("--layer=suggestions -o x; annotator history Año\\ ")
        terminal.wait("ana@x")
    finally:
        terminal.kill()
