"""Build the wheel, install it as users do, and go from nothing to validated gold with it, far from this repository.

python -m tools.wheel_test [pip] [pipx] [uv]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools.terminal import Terminal

TOP = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PATIENCE = 900
"""Seconds that a command may take; installing and downloading are the slow ones."""
PAGE = "<html><body><article><h1>Lima</h1><p>Ana Ruiz went to Lima on Saturday.</p></article></body></html>\n"
ARTICLE = "feria-del-agua"
MISSING = "needs packages that are not installed: run: "


class Installed:
    """An installed program, in a home of its own with nothing of the repository on any path."""

    def __init__(self, home: Path, program: Path, environment: Mapping[str, str]) -> None:
        self.home, self.program, self.environment = home, program, environment
        self.workspace = home / "news"

    def run(self, *arguments: object, status: int = 0) -> str:
        """Run a command in the home, which must end as expected; return what it said."""
        return run(self.program, *arguments, cwd=self.home, env=self.environment, status=status)

    def work(self, *arguments: object, status: int = 0) -> str:
        """Run a command on the workspace."""
        return self.run("-w", self.workspace, *arguments, status=status)


def run(*command: object, cwd: Path, env: Mapping[str, str], status: int = 0) -> str:
    """Run a command; raise :class:`AssertionError`, with what it said, where it ends in another way or a traceback."""
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    said = done.stdout + done.stderr
    check(done.returncode == status and "Traceback" not in said, f"{command} ended with {done.returncode}:\n{said}")
    return said


def check(true: object, otherwise: str) -> None:
    """Raise :class:`AssertionError` where something is not so."""
    if not true:
        raise AssertionError(otherwise)


def clean_environment(home: Path, **more: object) -> dict[str, str]:
    """An environment without Python's variables and this virtual environment."""
    dropped = ("PYTHON", "VIRTUAL_ENV", "ANNOTATOR_", "PIPX_", "UV_TOOL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    path = os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if Path(p) != BIN)
    added = {name: str(value) for name, value in more.items()}
    return {**kept, "PATH": path, "HOME": str(home), "TERM": "xterm-256color", "LANG": "C.UTF-8", **added}


def built_wheel(folder: Path) -> Path:
    """Build the source distribution, and the wheel from that alone."""
    environment = clean_environment(folder)
    run(sys.executable, "-m", "build", "--outdir", folder, TOP, cwd=folder, env=environment)
    check(list(folder.glob("annotator-*.tar.gz")), "no source distribution was built")
    (wheel,) = folder.glob("annotator-*.whl")
    return wheel


def by_pip(wheel: Path, home: Path) -> Installed:
    """Install with pip into a virtual environment."""
    environment = clean_environment(home)
    base = Path(getattr(sys, "_base_executable", sys.executable))
    run(base, "-m", "venv", home / "venv", cwd=home, env=environment)
    python = home / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=home, env=environment)
    run(python, "-m", "pip", "check", cwd=home, env=environment)
    return Installed(home, home / "venv" / "bin" / "annotator", environment)


def by_pipx(wheel: Path, home: Path) -> Installed:
    """Install with pipx."""
    environment = clean_environment(home, PIPX_HOME=home / "pipx", PIPX_BIN_DIR=home / "bin", PIPX_MAN_DIR=home / "man")
    run(BIN / "pipx", "install", "--python", sys.executable, wheel, cwd=home, env=environment)
    check((home / "man" / "man1" / "annotator.1").exists(), "pipx did not find the manual page")
    return Installed(home, home / "bin" / "annotator", environment)


def by_uv(wheel: Path, home: Path) -> Installed:
    """Install with uv."""
    environment = clean_environment(home, UV_TOOL_DIR=home / "tools", UV_TOOL_BIN_DIR=home / "bin")
    run(BIN / "uv", "tool", "install", "--python", sys.executable, wheel, cwd=home, env=environment)
    return Installed(home, home / "bin" / "annotator", environment)


INSTALLERS: dict[str, Callable[[Path, Path], Installed]] = {"pip": by_pip, "pipx": by_pipx, "uv": by_uv}


def first_steps(installed: Installed) -> None:
    """What every installation must do: a workspace, articles, suggestions by rules, and help that is complete."""
    installed.run("init", "news", "--template", "news")
    check("2 documents added" in installed.work("ingest"), "the sample articles did not come in")
    check("rules and patterns only" in installed.work("suggest"), "suggest did not say what it lacks")
    check("complete -o nosort" in installed.run("completion", "bash"), "there is no completion")


def to_gold(installed: Installed) -> int:
    """Go from models to gold that is validated; return how many spans it has."""
    installed.work("models", "install", "es", "en")
    models = json.loads(installed.work("models", "list", "--json"))
    check({m["lang"] for m in models if m["installed"]} == {"es", "en"}, "the models are not listed as installed")
    installed.work("suggest")
    with workbench(installed) as terminal:
        terminal.wait("0/2 done")
        for key in ("a", "a", "a"):
            terminal.press(key)
            terminal.settle()
        for _ in range(5):
            if "1/2 done" in terminal.text():
                break
            terminal.press("X" if "undecided" in terminal.text() else "space")
            terminal.settle(0.5)
        terminal.wait("1/2 done")
    installed.work("adjudicate", "--auto")
    gold = installed.home / "gold.jsonl"
    installed.work("export", "jsonl", "-o", gold)
    installed.run("validate", gold)
    installed.work("doctor")
    return sum(len(json.loads(line)["spans"]) for line in gold.read_text(encoding="utf-8").splitlines())


@contextmanager
def workbench(installed: Installed) -> Iterator[Terminal]:
    """The installed workbench in a pseudo-terminal, left in order at the end."""
    command = [str(installed.program), "-w", str(installed.workspace), "annotate", ARTICLE, "--as", "ana"]
    terminal = Terminal(command, columns=100, lines=30, cwd=installed.home, env=installed.environment, timeout=120)
    try:
        yield terminal
        terminal.press("ctrl+q")
        terminal.close()
    except BaseException:
        terminal.kill()
        raise


def without_extras(installed: Installed) -> None:
    """Whatever needs an extra says in one line what to run; one such line is run, and is right."""
    (installed.home / "new.txt").write_text("Ana Ruiz went to Lima on 2 May 2026.\n", encoding="utf-8")
    installed.work("ingest", "new.txt")  # there must be something to suggest
    parquet = installed.home / "some.parquet"
    parquet.write_bytes(b"PAR1")
    for command in (["serve", "--curators", "ana"], ["suggest", "--cluster", "local:1"], ["import", "hf", parquet]):
        said = installed.work(*command, status=1).strip().splitlines()[-1]
        check(MISSING in said, f"{command} said: {said}")
    page = installed.home / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    said = installed.work("ingest", page, status=1)
    check(MISSING in said, f"ingest of a web page said: {said}")
    mending = said.partition(MISSING)[2].splitlines()[0].partition("; or ")[0]
    path = f"{BIN}{os.pathsep}{installed.environment['PATH']}"  # where pipx and uv are
    run("sh", "-c", mending, cwd=installed.home, env={**installed.environment, "PATH": path})
    check("1 document added" in installed.work("ingest", page), f"`{mending}` did not install what was missing")


def try_installer(name: str, wheel: Path, home: Path, *, thorough: bool) -> None:
    """Install and use the program; say how that went."""
    home.mkdir()
    began = time.monotonic()
    installed = INSTALLERS[name](wheel, home)
    first_steps(installed)
    spans = to_gold(installed) if thorough else 0
    without_extras(installed)
    told = f", {spans} spans of gold validated" if thorough else ""
    print(f"{name}: installed and used in {time.monotonic() - began:.0f} s{told}", flush=True)
    shutil.rmtree(home)


def main(names: list[str]) -> int:
    """Try the installers that are named, or all; the first goes all the way to gold."""
    unknown = [name for name in names if name not in INSTALLERS]
    if unknown:
        print(f"wheel-test: no installer {unknown[0]!r}: there are {', '.join(INSTALLERS)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="wheel-test-") as folder:
        wheel = built_wheel(Path(folder))
        print(f"built {wheel.name}, {wheel.stat().st_size / 1e6:.1f} MB", flush=True)
        try:
            for number, name in enumerate(names or INSTALLERS):
                try_installer(name, wheel, Path(folder) / name, thorough=not number)
        except (AssertionError, TimeoutError, subprocess.TimeoutExpired) as error:
            print(f"wheel-test: FAILED: {error}", file=sys.stderr)
            return 1
    print(f"wheel-test: {wheel.name} works by {', '.join(names or INSTALLERS)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
