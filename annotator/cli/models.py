"""``annotator models``: which language models there are, and getting them."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import Settings, json_option, narrate, print_json, print_table, workspace_option


@click.group("models", invoke_without_command=True)
@workspace_option
@click.pass_context
def command(ctx: click.Context, workspace: Path | None) -> None:
    """List or install the language models that suggestions start from, and add models of your own."""
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
    from annotator.suggest.own import own_models

    folder = settings.workspace(workspace).models
    found = known(folder)
    own = own_models(folder)
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
    mine = [{"lang": m.lang, "name": m.name, "version": m.version, "labels": list(m.labels)} for m in own]
    if as_json:
        print_json([*rows, *mine])
        return
    columns = ("lang", "name", "version", "licence", "size", "installed")
    print_table(columns, [[r[c] if r[c] is not None else "no" for c in columns] for r in rows])
    if own:
        print_table(
            ("lang", "your own", "version", "labels"), [[*list(m.values())[:3], ", ".join(m["labels"])] for m in mine]
        )


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


@command.command("add")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@click.option("--lang", metavar="LANG", help="Whose documents it is for (default: what the model says).")
@click.option("--name", metavar="NAME", help="What it is called (default: what the model says).")
@workspace_option
@click.pass_obj
def add(settings: Settings, path: Path, lang: str | None, name: str | None, workspace: Path | None) -> None:
    """Let a spaCy pipeline that you trained suggest too: PATH is a folder that `spacy train` wrote."""
    from annotator.suggest.own import add as take

    found = settings.workspace(workspace)
    model = take(path, found.models, lang, name)
    ours = model.ours(found.scheme)
    narrate(f"{model.source} suggests {', '.join(dict.fromkeys(ours.values())) or 'nothing'} for {model.lang}")
    strangers = [label for label in model.labels if label not in ours]
    if strangers:
        narrate(f"labels that labels.yaml does not have are left out: {', '.join(strangers)} (see model_labels)")
    if model.lang not in found.scheme.languages:
        narrate(f"labels.yaml has no documents in {model.lang}: add it to languages, or say --lang")


@command.command("remove")
@click.argument("name", metavar="NAME")
@workspace_option
@click.pass_obj
def remove(settings: Settings, name: str, workspace: Path | None) -> None:
    """Take a model of your own away; what it suggested stays until the next `annotator suggest`."""
    from annotator.suggest.own import remove as drop

    drop(name, settings.workspace(workspace).models)
    narrate(f"{name} is gone")
