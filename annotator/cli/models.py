"""``annotator models``: which language models there are, and getting them."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import Settings, json_option, narrate, print_json, print_table, workspace_option


@click.group("models", invoke_without_command=True)
@workspace_option
@click.pass_context
def command(ctx: click.Context, workspace: Path | None) -> None:
    """List or install the language models that suggestions start from."""
    settings = ctx.ensure_object(Settings)
    if workspace is not None:
        settings.folder = workspace
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_models)


@command.command("list")
@json_option
@workspace_option
@click.pass_obj
def list_models(settings: Settings, as_json: bool = False, workspace: Path | None = None) -> None:
    """Show every known model, and which are installed."""
    from annotator.suggest.models import list_models as known

    found = known(settings.workspace(workspace).models)
    rows = [
        {
            "lang": m.lang,
            "name": m.name,
            "version": m.version,
            "licence": m.licence,
            "size": m.size,
            "installed": str(m.path) if m.path else None,
        }
        for m in found
    ]
    if as_json:
        print_json(rows)
        return
    columns = ("lang", "name", "version", "licence", "size", "installed")
    print_table(columns, [[r[c] if r[c] is not None else "no" for c in columns] for r in rows])


@command.command("install")
@click.argument("languages", nargs=-1, required=True, metavar="LANG...")
@workspace_option
@click.pass_obj
def install(settings: Settings, languages: tuple[str, ...], workspace: Path | None) -> None:
    """Download models into the workspace's models/ folder, each checked against its digest."""
    from annotator.suggest.models import install as fetch

    folder = settings.workspace(workspace).models
    for lang in languages:
        status = fetch(lang, folder, narrate)
        narrate(f"{status.name} {status.version} is there")
