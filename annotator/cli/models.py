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
    from annotator.suggest import custom_models, models
    from annotator.suggest.learned.versions import list_versions
    from annotator.workflow.learned_folder import learned_folder

    workspace = global_options.workspace(folder)
    pinned_rows: list[dict[str, object]] = [
        {
            "lang": m.lang,
            "name": m.name,
            "version": m.version,
            "licence": m.licence,
            "size": m.size,
            "installed": str(m.path) if m.path else None,
        }
        for m in models.statuses(workspace.models)
    ]
    custom_rows = [
        {"lang": m.lang, "name": m.name, "version": m.version, "labels": list(m.labels)}
        for m in custom_models.installed(workspace.models)
    ]
    learned_rows = [_learned_row(status) for status in list_versions(learned_folder(workspace), workspace.scheme)]
    if as_json:
        print_json([*pinned_rows, *custom_rows, *learned_rows])
        return
    columns = ("lang", "name", "version", "licence", "size", "installed")
    print_table(columns, [[row[c] if row[c] is not None else "no" for c in columns] for row in pinned_rows])
    if custom_rows:
        shown = [[row["lang"], row["name"], row["version"], ", ".join(row["labels"])] for row in custom_rows]
        print_table(("lang", "your own", "version", "labels"), shown)
    if learned_rows:
        click.echo()
        names = ("version", "documents", "created_at", "uses", "f1_spans", "f1_relations", "state")
        shown_learned = [["–" if row[c] is None else row[c] for c in names] for row in learned_rows]
        print_table(("learned", *names[1:]), shown_learned, numbers=("documents", "f1_spans", "f1_relations"))


def _learned_row(status: VersionStatus) -> dict[str, object]:
    """A version as a row; ``state`` says that it is used, or why it cannot be."""
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
        "state": status.problem or ("used" if status.chosen else ""),
    }


@command.command("install")
@click.argument("languages", nargs=-1, required=True, metavar="LANG...")
@click.option("--force", is_flag=True, help="Put a fresh one in the place of what is there, which is kept.")
@workspace_option
@click.pass_obj
def install(global_options: GlobalOptions, languages: tuple[str, ...], force: bool, folder: Path | None) -> None:
    """Download models into the workspace's models/ folder, each checked against its digest."""
    from annotator.suggest import models

    models_dir = global_options.workspace(folder).models
    for lang in languages:
        status = models.install(lang, models_dir, narrate, force=force)
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
    from annotator.suggest import custom_models

    workspace = global_options.workspace(folder)
    model = custom_models.add(path, workspace.models, lang, name, force=force)
    labels = model.scheme_labels(workspace.scheme)
    narrate(f"{model.source} suggests {', '.join(dict.fromkeys(labels.values())) or 'nothing'} for {model.lang}")
    unknown = [label for label in model.labels if label not in labels]
    if unknown:
        narrate(f"labels that labels.yaml does not have are left out: {', '.join(unknown)} (see model_labels)")
    if model.lang not in workspace.scheme.languages:
        narrate(f"labels.yaml has no documents in {model.lang}: add it to languages, or say --lang")


@command.command("remove")
@click.argument("name", metavar="NAME|VERSION")
@workspace_option
@click.pass_obj
def remove(global_options: GlobalOptions, name: str, folder: Path | None) -> None:
    """Take a model of your own away, or a version of what was learned that is not in use.

    What it suggested stays until the next `annotator suggest`.
    """
    from annotator.suggest import custom_models
    from annotator.suggest.learned import versions
    from annotator.workflow.learned_folder import learned_folder
    from annotator.workflow.learning.training import training_lock

    workspace = global_options.workspace(folder)
    learned_dir = learned_folder(workspace)
    if name.isdigit() and (learned_dir / name).is_dir():
        with training_lock(learned_dir):
            versions.remove(learned_dir, name)
    else:
        custom_models.remove(name, workspace.models)
    narrate(f"{name} is gone")


@command.command("use")
@click.argument("version", metavar="VERSION|none")
@workspace_option
@click.pass_obj
def use(global_options: GlobalOptions, version: str, folder: Path | None) -> None:
    """Use a version of what was learned, or none of them; training by itself leaves your choice alone."""
    from annotator.suggest.learned import versions
    from annotator.workflow.learned_folder import learned_folder

    workspace = global_options.workspace(folder)
    versions.use(learned_folder(workspace), version, workspace.scheme, pinned=True)
    state = "no learned version is used" if version == versions.NONE else f"version {version} is used"
    narrate(f"{state}; now `annotator suggest`")
