"""How far a command is: a bar on a terminal, or lines of JSON for a program that watches."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

Function = TypeVar("Function", bound=Callable[..., Any])
Steps = Callable[[str, int, int | None], None]
"""Called with the step, how much of it is done, and all of it, ``None`` if unknown."""

KINDS = ("auto", "bar", "json", "none")
BETWEEN_LINES = 0.25
"""Seconds between two lines of JSON about the same step."""
_CHOSEN = "annotator.progress"


def progress_option(function: Function) -> Function:
    """Add ``--progress``; :func:`progress_steps` finds out by itself what was chosen."""

    def remember(ctx: click.Context, _: click.Parameter, kind: str) -> None:
        ctx.meta[_CHOSEN] = kind

    return click.option(
        "--progress",
        type=click.Choice(KINDS),
        default="auto",
        show_default=True,
        expose_value=False,
        callback=remember,
        help="How to show progress on stderr: a bar, lines of JSON, none; auto is a bar on a terminal.",
    )(function)


@contextmanager
def progress_bar(label: str, unit: str = "", *, bar_fits: bool = True) -> Iterator[Callable[[int, int | None], None]]:
    """Show how far one step is. Yields a function of done and all, ``None`` if unknown.

    ``unit`` is ``bytes`` where those are counted; where no bar fits, because data goes to the terminal meanwhile, there
    is one only if it was asked for.
    """
    with progress_steps(unit, bar_fits=bar_fits) as progress:
        progress(label, 0, None)
        yield lambda done, total: progress(label, done, total)


def progress_steps(unit: str = "", *, bar_fits: bool = True) -> AbstractContextManager[Steps]:
    """Show how far a command is, in steps that have names, in the way that ``--progress`` says."""
    context = click.get_current_context(silent=True)
    kind = "auto" if context is None else context.meta.get(_CHOSEN, "auto")
    if kind == "json":
        return _json_lines()
    if kind == "bar" or (kind == "auto" and bar_fits and sys.stderr.isatty()):
        return _bar(unit, forced=kind == "bar")
    return _nothing()


@contextmanager
def _nothing() -> Iterator[Steps]:
    yield lambda _step, _done, _total: None


@contextmanager
def _json_lines() -> Iterator[Steps]:
    """Print how far it is as lines of JSON: some a second, and one where each step stands when it ends."""
    line: dict[str, object] = {}
    began = printed_at = 0.0
    waiting = False

    def show() -> None:
        nonlocal waiting, printed_at
        if waiting:
            click.echo(json.dumps(line), err=True)
            waiting, printed_at = False, time.monotonic()

    def tell(step: str, done: int, total: int | None) -> None:
        nonlocal line, began, waiting
        is_new = line.get("task") != step
        if is_new:
            show()
            began = time.monotonic()
        now = time.monotonic()
        line = {"task": step, "done": done, "total": total, "seconds": round(now - began, 3)}
        waiting = True
        if is_new or now - printed_at >= BETWEEN_LINES:
            show()

    try:
        yield tell
    finally:
        show()


@contextmanager
def _bar(unit: str, *, forced: bool) -> Iterator[Steps]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    count = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), count, TimeRemainingColumn())
    console = Console(stderr=True, force_terminal=forced or None)
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty())
    with _ended_in_order(console), bar as progress:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                for former in tasks.values():
                    progress.update(former, visible=False)
                tasks[step] = progress.add_task(step, total=None)
            progress.update(tasks[step], completed=done, total=total)

        yield tell


@contextmanager
def _ended_in_order(console: Console) -> Iterator[None]:
    """Let a signal end the block from within, so that the terminal gets its cursor back."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    former = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)}
    try:
        yield
    except SystemExit:
        console.show_cursor()  # also when the bar was not all there yet
        raise
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
