"""Every verb with every option and argument set to what nobody should write: one line, a status that is not 0, no more.

`ANNOTATOR_FUZZ_SECONDS=3600 pytest tests/cli/test_hostile_arguments.py` tries combinations of them for an hour.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest

from annotator.cli.main import VERBS, cli, main
from annotator.formats.registry import MODULES
from tests.workspaces import make_bench

FUZZ_SECONDS = float(os.environ.get("ANNOTATOR_FUZZ_SECONDS", "0"))

WORDS = (
    "",
    " ",
    "\x1b[31m",
    "nada",
    "a/../b",
    "..",
    "x" * 300,
    "☃" * 100,
    "9" * 5000,
    "1" + "0" * 20,
    "-1",
    "nan",
    "inf",
    "1e999",
    "٣",
    "\udcff",
    "a\nb",
    "=",
    "a=",
    "a=" + "9" * 5000,
    "a,a",
    "nan,nan",
    "0.5,0.5e999",
    "gold",
    "curator:",
    "curator:a/../b",
    "curator:\u202e",
    "suggestions:..",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "2020-99-99",
    "[" * 900,
)
PLACES = ("pipe.jsonl", "zero", "dangling", "folder", "latin.txt", "folder/absent", "huge.jsonl", "deep.json")
"""What may stand for a file that is read; some of them are there, none of them is good."""
GOOD = {"FORMAT": "jsonl", "DOC": "nota", "[DOC]": "nota", "--curators": "ana,bo", "--curator": "ana"}
WRITTEN = {"--output", "TARGET", "FOLDER"}
"""What is written, so that nothing that is there is given for it."""


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with the words that call it."""
    context = click.Context(cli)
    for verb in VERBS:
        command = cli.get_command(context, verb)
        assert command is not None
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                yield (verb, name), inner
        else:
            yield (verb,), command


COMMANDS = dict(commands())


def name_of(parameter: click.Parameter) -> str:
    return max(parameter.opts, key=len) if isinstance(parameter, click.Option) else str(parameter.name).upper()


def written(parameter: click.Parameter, value: str) -> list[str]:
    if isinstance(parameter, click.Option):
        return [name_of(parameter)] if parameter.is_flag else [f"{name_of(parameter)}={value}"]
    return [value]


def call(
    words: tuple[str, ...], command: click.Command, given: dict[str, str], flags: tuple[str, ...] = ()
) -> list[str]:
    """Return a call with some parameters given, and the others that it needs as they should be."""
    options: list[str] = []
    arguments: list[str] = []
    for parameter in command.params:
        name = name_of(parameter)
        good = GOOD.get(name) or GOOD.get(str(getattr(parameter, "metavar", "")))
        if name in given or (parameter.required and name not in given):
            value = given.get(name, "nota" if good is None else good)
            target = options if isinstance(parameter, click.Option) else arguments
            target += written(parameter, value)
    return [*words, *flags, *options, *(["--", *arguments] if arguments else [])]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a document and somebody's work, among files that are not good to read."""
    bench = make_bench(tmp_path / "work")
    bench.add()
    bench.session().finish()
    bench.workspace.close()
    folder = bench.workspace.root
    os.mkfifo(folder / "pipe.jsonl")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "folder" / "pipe.txt")
    os.mkfifo(folder / "folder" / "pipe.ann")
    os.mkfifo(folder / "folder" / "pipe.json")
    (folder / "latin.txt").write_bytes(b"caf\xe9 \xff")
    (folder / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    with (folder / "huge.jsonl").open("wb") as sparse:
        sparse.truncate(1 << 40)
    return folder


@pytest.fixture(autouse=True)
def _there(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setattr("annotator.inputs.LONGEST_LINE", 1 << 20)
    for module in (
        "annotator.rows",
        "annotator.formats.source",
        "annotator.formats.validate",
        "annotator.article_files",
    ):
        monkeypatch.setattr(f"{module}.LONGEST_LINE", 1 << 20)
    monkeypatch.setattr("annotator.serve.running.run_server", _serve_nobody)


async def _serve_nobody(*_: object) -> None:
    """Stand for a server, which would go on until somebody ends it."""


def check(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """Run a call; see that whatever it says is said as it should be."""
    status = main(arguments)
    _, err = capfd.readouterr()
    said = f"{[a[:60] for a in arguments]} → {status}: {err[:500]}"
    assert status in (0, 1, 2), said
    assert "Traceback" not in err, said
    assert "unexpected" not in err, said
    told = [line for line in err.splitlines() if line.startswith("annotator: ")]
    assert len(told) == (status == 1), said
    if status == 1:
        assert err.splitlines()[-1:] == told, said


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_one_hostile_value(words: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> None:
    command = COMMANDS[words]
    for parameter in command.params:
        for value in values_for(parameter):
            check(call(words, command, {name_of(parameter): value}), capfd)


def values_for(parameter: click.Parameter) -> tuple[str, ...]:
    """Return what to try for a parameter; a flag is tried once."""
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return ("",)
    if name_of(parameter) in WRITTEN or not isinstance(parameter.type, click.Path):
        return WORDS
    return (*WORDS, *(place for place in PLACES if (name_of(parameter), place) != ("OTHER", "huge.jsonl")))


@pytest.mark.parametrize("kind", MODULES)
def test_formats_meet_files_that_are_none(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    for place in PLACES:
        check(["import", kind, place, "--layer", "gold"], capfd)


@pytest.mark.skipif(not FUZZ_SECONDS, reason="ANNOTATOR_FUZZ_SECONDS says for how long")
def test_combinations(capfd: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(os.environ.get("ANNOTATOR_FUZZ_SEED"))
    until = time.monotonic() + FUZZ_SECONDS
    while time.monotonic() < until:
        words, command = chance.choice(list(COMMANDS.items()))
        chosen = [p for p in command.params if chance.random() < 0.4]
        given = {name_of(p): chance.choice(values_for(p)) for p in chosen}
        with suppress(SystemExit):
            check(call(words, command, given), capfd)
