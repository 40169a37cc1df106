"""``annotator models``: which language models there are, and getting them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import (
    GlobalOptions,
    json_option,
    narrate,
    print_json,
    print_table,
    workspace_option,
)
from annotator.cli.progress import progress_bar, progress_option

if TYPE_CHECKING:
    from annotator.suggest.learned.versions import VersionStatus
    from annotator.workflow.learning.model_comparison import ModelFigures


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
    pinned = models.statuses(workspace.models)
    pinned_languages = {m.lang for m in pinned}
    pinned_rows: list[dict[str, object]] = [
        {
            "lang": m.lang,
            "name": m.name,
            "version": m.version,
            "licence": m.licence,
            "size": m.size,
            "installed": str(m.path) if m.path else None,
            "used": m.used,
        }
        for m in pinned
    ]
    custom_rows = [
        {"lang": m.lang, "name": m.name, "version": m.version, "labels": list(m.labels)}
        for m in custom_models.installed(workspace.models)
    ]
    learned_rows = [_learned_row(status) for status in list_versions(learned_folder(workspace), workspace.scheme)]
    if as_json:
        print_json([*pinned_rows, *custom_rows, *learned_rows])
        return
    columns = ("lang", "name", "version", "licence", "size", "installed", "used")
    marked = [
        row | {"used": "✓" if row["used"] else "", "size": f"{m.size / 1e6:.0f} MB"}
        for row, m in zip(pinned_rows, pinned, strict=True)
    ]
    print_table(columns, [[row[c] if row[c] is not None else "no" for c in columns] for row in marked])
    if custom_rows:
        shown = [[row["lang"], row["name"], row["version"], ", ".join(row["labels"])] for row in custom_rows]
        print_table(("lang", "your own", "version", "labels"), shown)
    if learned_rows:
        click.echo()
        names = ("version", "documents", "created_at", "uses", "f1_spans", "f1_relations", "state")
        shown_learned = [["–" if row[c] is None else row[c] for c in names] for row in learned_rows]
        print_table(("learned", *names[1:]), shown_learned, numbers=("documents", "f1_spans", "f1_relations"))
    own = {row["lang"] for row in custom_rows}
    without = [lang for lang in workspace.scheme.languages if lang not in own and lang not in pinned_languages]
    are = f"no model can be installed for {', '.join(without)}" if without else "these are all that can be installed"
    narrate(f"{are}; {models.WITHOUT_MODEL}")


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
@click.option("--size", "size_name", metavar="SIZE", help="sm (default) or md, which is larger, and used from then on.")
@click.option("--force", is_flag=True, help="Put a fresh one in the place of what is there, which is kept.")
@workspace_option
@click.pass_obj
def install(
    global_options: GlobalOptions, languages: tuple[str, ...], size_name: str | None, force: bool, folder: Path | None
) -> None:
    """Download models into the workspace's models/ folder, each checked against its digest."""
    from annotator.suggest import models

    models_dir = global_options.workspace(folder).models
    for lang in languages:
        status = models.install(lang, models_dir, narrate, size_name=size_name, force=force)
        narrate(f"{status.name} {status.version} ({status.licence}) is there{' and in use' if status.used else ''}")
        larger = models.larger(lang, models_dir)
        if larger is not None:
            command = f"annotator models install {lang} --size {larger.size_name}"
            narrate(f"`{command}` gets a larger one ({larger.size / 1e6:.0f} MB, {larger.licence}), often better")


@command.command("compare")
@click.option(
    "--layer", metavar="LAYER", help="What is right: gold or curator:NAME (default: gold, else finished work)."
)
@json_option
@progress_option
@workspace_option
@click.pass_obj
def compare(global_options: GlobalOptions, layer: str | None, as_json: bool, folder: Path | None) -> None:
    """Measure the installed models on finished documents, with the time that they take, and say which to use.

    Nothing learned takes part. Documents that were annotated with one model's suggestions favour that model.
    """
    from annotator.workflow.learning.model_comparison import compare_models

    workspace = global_options.workspace(folder)
    with progress_bar("measuring") as progress:
        figures = compare_models(workspace, layer=layer, progress=progress)
    rows = [_figures_row(one) for one in figures]
    if as_json:
        print_json(rows)
        return
    shown = [
        ["–" if value is None else "✓" if value is True else value or "" for value in row.values()] for row in rows
    ]
    print_table([name.replace("_", " ") for name in rows[0]], shown)
    for one in figures:
        if one.best and not one.used:
            narrate(f"for {one.model.lang}, use {one.model.name}: `annotator models use {one.model.name}`")
        elif one.best:
            narrate(f"for {one.model.lang}, {one.model.name} is the one to use, and in use")


def _figures_row(one: ModelFigures) -> dict[str, object]:
    """A model's figures as a row."""

    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 3)

    return {
        "lang": one.model.lang,
        "name": one.model.name,
        "documents": one.documents,
        "f1_spans": rounded(one.spans.f1),
        "interval": None if one.interval is None else "–".join(f"{end:.2f}" for end in one.interval),
        "f1_relations": rounded(one.relations.f1),
        "seconds_per_1000_tokens": rounded(one.seconds_per_1000_tokens),
        "used": one.used,
        "best": one.best,
    }


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
@click.argument("version", metavar="VERSION|none|MODEL")
@workspace_option
@click.pass_obj
def use(global_options: GlobalOptions, version: str, folder: Path | None) -> None:
    """Use a version of what was learned, or none of them, or an installed model for its language.

    Training by itself leaves your choice alone.
    """
    from annotator.suggest import models
    from annotator.suggest.learned import versions
    from annotator.workflow.learned_folder import learned_folder

    workspace = global_options.workspace(folder)
    if models.is_name(version):
        model = models.choose(version, workspace.models)
        narrate(f"{model.name} is used for {model.lang}; now `annotator suggest`")
        return
    versions.use(learned_folder(workspace), version, workspace.scheme, pinned=True)
    state = "no learned version is used" if version == versions.NONE else f"version {version} is used"
    narrate(f"{state}; now `annotator suggest`")
