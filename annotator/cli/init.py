"""``annotator init``: a new workspace."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from annotator.cli.common import narrate

TEMPLATES = {
    "sample": "the label scheme of the sample articles, with 11 entities and 16 relations; no articles",
    "news": "a small label scheme for news, and two short articles to try the workbench on",
    "blank": "four labels and a relation, to be replaced by your own; no articles",
}
"""The templates, each with what it holds; the first is the default."""


@click.command("init", epilog="\b\n" + "\n".join(f"{name}: {what}" for name, what in TEMPLATES.items()))
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--template", type=click.Choice(list(TEMPLATES)), default="sample", show_default=True, help="What to begin with."
)
def command(folder: Path, template: str) -> None:
    """Make a new workspace: a folder with a label scheme to adapt, and places for articles and exports."""
    from annotator.workflow.setup import make_workspace

    has_articles = make_workspace(folder, template)
    articles = "" if has_articles else "put articles into seeds/, "
    narrate(f"{folder} is a workspace: adapt labels.yaml, {articles}then run `annotator -w {folder}`")
    if sys.stderr.isatty():
        for name, what in TEMPLATES.items():
            narrate(f"--template {name}: {what}{' (this one)' if name == template else ''}")
