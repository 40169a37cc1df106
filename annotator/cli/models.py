"""``annotator models``: which language models there are, and getting them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import GlobalOptions, json_option, narrate, print_json, print_table, workspace_option

if TYPE_CHECKING:
    from annotator.suggest.learned.versions import VersionStatus


@click.group("models", invoke_without_command=True)
@workspace_option
@click.pass_context
def command(ctx: click.Context, folder: Path | None) -> None:
    """List and install language models, add your own, and choose which version of what was learned is used."""
    global_options = ctx.ensure_object(GlobalOptions)
    if folder is not None:
        global_options.folder = folder
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_models)


@command.command("list")
@json_option
@workspace_option
@click.pass_obj
def list_models(global_options: GlobalOptions, as_json: bool = False, folder: Path | None = None) -> None:
    """Show every known model and which are installed, and every version of what was learned and which is used."""
    from annotator.suggest.custom_models import list_custom_models
    from annotator.suggest.learned.versions import versions
    from annotator.suggest.models import list_models as known

    found = global_options.workspace(folder)
    own = list_custom_models(found.models)
    rows: list[dict[str, object]] = [
        {
            "lang": m.lang,
            "name": m.name,
            "version": m.version,
            "licence": m.licence,
            "size": m.size,
            "installed": str(m.path) if m.path else None,
        }
        for m in known(found.models)
    ]
    mine = [{"lang": m.lang, "name": m.name, "version": m.version, "labels": list(m.labels)} for m in own]
    learned = [_learned_row(status) for status in versions(found.models, found.scheme)]
    if as_json:
        print_json([*rows, *mine, *learned])
        return
    columns = ("lang", "name", "version", "licence", "size", "installed")
    print_table(columns, [[r[c] if r[c] is not None else "no" for c in columns] for r in rows])
    if own:
        print_table(
            ("lang", "your own", "version", "labels"), [[*list(m.values())[:3], ", ".join(m["labels"])] for m in mine]
        )
    if learned:
        click.echo()
        names = ("version", "documents", "created_at", "uses", "f1_spans", "f1_relations", "state")
        shown = [["–" if row[c] is None else row[c] for c in names] for row in learned]
        print_table(("learned", *names[1:]), shown, numbers=("documents", "f1_spans", "f1_relations"))


def _learned_row(status: VersionStatus) -> dict[str, object]:
    """Return a version as a row; ``state`` says that it is used, or why it cannot be."""
    card = status.card
    uses, figures = card.get("uses", {}), card.get("figures", {})
    return {
        "lang": "*",
        "name": "learned",
        "version": status.version,
        "licence": None,
        "size": sum(path.stat().st_size for path in status.path.iterdir() if path.is_file()),
        "installed": str(status.path),
        "documents": len(card.get("documents", ())),
        "created_at": card.get("created_at"),
        "uses": ", ".join(uses[kind] for kind in ("spans", "relations") if kind in uses) or None,
        "f1_spans": figures.get("spans", {}).get(uses.get("spans")),
        "f1_relations": figures.get("relations", {}).get(uses.get("relations")),
        "state": status.problem or ("used" if status.active else ""),
    }


@command.command("install")
@click.argument("languages", nargs=-1, required=True, metavar="LANG...")
@click.option("--force", is_flag=True, help="Put a fresh one in the place of what is there, which is kept.")
@workspace_option
@click.pass_obj
def install(global_options: GlobalOptions, languages: tuple[str, ...], force: bool, folder: Path | None) -> None:
    """Download models into the workspace's models/ folder, each checked against its digest."""
    from annotator.suggest.models import install as fetch

    models = global_options.workspace(folder).models
    for lang in languages:
        status = fetch(lang, models, narrate, force=force)
        narrate(f"{status.name} {status.version} is there")


@command.command("add")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@click.option("--lang", metavar="LANG", help="Whose documents it is for (default: what the model says).")
@click.option("--name", metavar="NAME", help="What it is called (default: what the model says).")
@click.option("--force", is_flag=True, help="Keep what is there under its name in models/set-aside.")
@workspace_option
@click.pass_obj
def add(
    global_options: GlobalOptions, path: Path, lang: str | None, name: str | None, force: bool, folder: Path | None
) -> None:
    """Let a spaCy pipeline that you trained suggest too: PATH is a folder that `spacy train` wrote."""
    from annotator.suggest.custom_models import add as take

    found = global_options.workspace(folder)
    model = take(path, found.models, lang, name, force=force)
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
def remove(global_options: GlobalOptions, name: str, folder: Path | None) -> None:
    """Take a model of your own away; what it suggested stays until the next `annotator suggest`."""
    from annotator.suggest.custom_models import remove as drop

    drop(name, global_options.workspace(folder).models)
    narrate(f"{name} is gone")


@command.command("use")
@click.argument("version", metavar="VERSION|none")
@workspace_option
@click.pass_obj
def use(global_options: GlobalOptions, version: str, folder: Path | None) -> None:
    """Use a version of what was learned, or none of them; training by itself leaves your choice alone."""
    from annotator.suggest.learned.versions import NONE
    from annotator.suggest.learned.versions import use as choose

    found = global_options.workspace(folder)
    choose(found.models, version, found.scheme, pinned=True)
    said = "no learned version is used" if version == NONE else f"version {version} is used"
    narrate(f"{said}; now `annotator suggest`")
