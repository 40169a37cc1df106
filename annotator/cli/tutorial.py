"""``annotator tutorial``: learn the keys on a practice article."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from annotator.cli.common import GlobalOptions, curator_option, narrate
from annotator.errors import WorkflowError
from annotator.workflow.workspace import curator_name

if TYPE_CHECKING:
    from annotator.workflow.settings import Preferences


@click.command("tutorial")
@click.option("--lang", type=click.Choice(["es", "en"]), help="The language (default: that of the locale, or English).")
@curator_option
@click.pass_obj
def command(global_options: GlobalOptions, lang: str | None, curator: str | None) -> None:
    """Learn the keys in twelve short steps, on an article of its own.

    No workspace is needed, and nothing is written to one.
    """
    name = curator_name(curator or global_options.curator)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WorkflowError("the tutorial needs a terminal", "run `annotator tutorial` in one")
    from annotator.workflow.settings import load_preferences, settings_path, told_with

    settings = settings_path()
    with told_with(settings):
        told = play(name, load_preferences(settings), lang)
    if told:
        narrate(told)


def play(curator: str, preferences: Preferences, lang: str | None = None, *, served: bool = False) -> str:
    """Run the tutorial in this terminal, in a language or that of the locale; return what to say afterwards."""
    from annotator.tui.tutorial import run_tutorial
    from annotator.workflow.practice import language_of

    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return run_tutorial(lang or language_of(locale), curator, preferences, served=served)
