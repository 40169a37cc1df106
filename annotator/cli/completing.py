"""Answering a shell that completes a command line: what may stand there, by the kind of value that is expected.

A parameter's metavar says what is expected; the table below says which values there are.  Shells ask at every press of
the tabulator key, in any folder: nothing may be written, nothing said, nothing heavy imported.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stderr, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from annotator.cli.common import COMPLETING
from annotator.cli.shells import completions

Value = tuple[str, str]
"""What can be typed, and what it is (may be empty)."""

_ENCODINGS = ("utf-8", "utf-16", "latin-1", "cp1252")


class OfferedValue(click.ParamType[str]):
    """A text for which a shell can offer values; it is read like any other text."""

    name = "text"

    def __init__(self, offered: Callable[[click.Context, str], Iterable[Value]]) -> None:
        self._offered = offered

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem[str]]:
        """The values that begin with what was typed."""
        return [
            CompletionItem(value, help=what)
            for value, what in self._offered(ctx, incomplete)
            if value.startswith(incomplete) and value.isprintable()
        ]


def answer(cli: click.Group, overview: Mapping[str, str]) -> int:
    """Print what completes the command line in the environment; whatever goes wrong, that is nothing.

    ``overview`` has a line about each command, so that none must be imported for it.
    """
    text = ""
    with suppress(Exception), redirect_stderr(StringIO()):
        text = completions(os.environ[COMPLETING], Completing(cli, overview))
    with suppress(OSError, ValueError):
        sys.stdout.buffer.write(f"{text}\n".encode("utf-8", "replace"))
        sys.stdout.flush()
    return 0


class Completing(click.Group):
    """A group of commands of which each parameter offers the values of its kind."""

    def __init__(self, group: click.Group, overview: Mapping[str, str] | None = None) -> None:
        super().__init__(group.name, params=offering(group).params, context_settings=group.context_settings)
        self._group, self._overview = group, overview

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in their order."""
        return self._group.list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command of the group, with values on offer."""
        found = self._group.get_command(ctx, cmd_name)
        if isinstance(found, click.Group):
            return Completing(found)
        return None if found is None else offering(found)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; nothing can be said of what follows one that does not exist."""
        found = super().resolve_command(ctx, args)
        if found[1] is None:
            ctx.fail(f"no such command: {args[0]}")
        return found

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """The commands with their lines of the overview, which imports none of them; and the options."""
        if self._overview is None:
            return super().shell_complete(ctx, incomplete)
        verbs = [
            CompletionItem(verb, help=what) for verb, what in self._overview.items() if verb.startswith(incomplete)
        ]
        return [*verbs, *click.Command.shell_complete(self, ctx, incomplete)]


def offering(command: click.Command) -> click.Command:
    """Let each parameter of a command that takes text offer the values of its kind."""
    for param in command.params:
        offered = values_of(command, param)
        if offered is not None and param.type is click.STRING:
            param.type = OfferedValue(offered)
        elif param.metavar == "DIR":
            param.type = click.Path(file_okay=False, path_type=Path)
    return command


def values_of(command: click.Command, param: click.Parameter) -> Callable[[click.Context, str], Iterable[Value]] | None:
    """What a parameter can be given, by its name in one command, by its option, or by its metavar."""
    option, metavar = param.opts[0], (param.metavar or "").removesuffix("...")
    for kind in (f"{command.name} {option}", option, metavar[1:-1] if metavar.startswith("[") else metavar):
        if kind in VALUES:
            return VALUES[kind]
    return None


def _folder(ctx: click.Context) -> Path:
    """The workspace's folder, from the options before the cursor, the environment or the current folder."""
    from annotator.workflow.workspace import Workspace

    given = None
    here: click.Context | None = ctx
    while here is not None and given is None:
        given, here = here.params.get("folder"), here.parent
    return Workspace.find(given).root


def _scheme(ctx: click.Context) -> Any:
    from annotator.labels import load_scheme

    return load_scheme(_folder(ctx) / "labels.yaml")


def _database(ctx: click.Context) -> Path:
    from annotator.workflow.workspace import Workspace

    return Workspace(_folder(ctx)).database_path


def _formats(_ctx: click.Context, _typed: str) -> Iterator[Value]:
    from annotator.formats.registry import format_names

    return ((name, "") for name in format_names())


def _documents(ctx: click.Context, typed: str) -> list[Value]:
    from annotator.store.offered_names import documents_named

    return documents_named(_database(ctx), typed)


def _curators(ctx: click.Context, _typed: str) -> Iterator[Value]:
    from annotator.store.offered_names import curators_named

    return ((name, "") for name in curators_named(_database(ctx)))


def _layers(ctx: click.Context, _typed: str) -> Iterator[Value]:
    from annotator.store.offered_names import layers_named

    found = layers_named(_database(ctx))
    return ((name, "") for name in dict.fromkeys(("gold", "suggestions", *found)))


def _labels(ctx: click.Context, _typed: str) -> Iterator[Value]:
    scheme = _scheme(ctx)
    for labels in (scheme.entities, scheme.relations):
        yield from ((name, next(iter(label.description.values()), "")) for name, label in labels.items())


def _catalogs(ctx: click.Context, _typed: str) -> Iterator[Value]:
    from annotator.workflow.catalogs import Catalogs
    from annotator.workflow.workspace import Workspace

    return ((name, "") for name in Catalogs(Workspace(_folder(ctx))).names())


def _languages(ctx: click.Context, _typed: str) -> Iterator[Value]:
    return ((lang, "") for lang in _scheme(ctx).languages)


def _model_languages(_ctx: click.Context, _typed: str) -> Iterator[Value]:
    from annotator.suggest.pinned_models import PINNED

    return ((lang, f"{models[0].name}, {models[0].size / 1e6:.0f} MB") for lang, models in PINNED.items())


def _own_models(ctx: click.Context, _typed: str) -> Iterator[Value]:
    from annotator.suggest import custom_models

    folder = _folder(ctx)
    yield from ((model.name, model.lang) for model in custom_models.installed(folder / "models"))
    yield from ((path.name, "learned") for path in sorted((folder / "db" / "learned").glob("[0-9]*")))


def _usable_models(ctx: click.Context, _typed: str) -> Iterator[Value]:
    from annotator.suggest import models

    folder = _folder(ctx)
    yield from ((path.name, "learned") for path in sorted((folder / "db" / "learned").glob("[0-9]*")))
    yield "none", "use no learned version"
    yield from ((model.name, model.lang) for model in models.statuses(folder / "models") if model.path is not None)


def _schemas(_ctx: click.Context, _typed: str) -> Iterator[Value]:
    from annotator.reports.schemas import schema_names

    return ((name, "") for name in schema_names())


def _kinds(_ctx: click.Context, _typed: str) -> Iterator[Value]:
    from annotator.documents.kinds import KINDS

    return ((ending.lstrip("."), "") for kind in KINDS for ending in kind.endings)


def _listed(offered: Callable[[click.Context, str], Iterable[Value]]) -> Callable[..., Iterator[Value]]:
    """The same values, also after a comma."""

    def after_comma(ctx: click.Context, typed: str) -> Iterator[Value]:
        before, comma, last = typed.rpartition(",")
        taken = before.split(",")
        return ((before + comma + name, what) for name, what in offered(ctx, last) if name not in taken)

    return after_comma


def _one_of(*values: str) -> Callable[..., Iterator[Value]]:
    return lambda _ctx, _typed: ((value, "") for value in values)


VALUES: dict[str, Callable[[click.Context, str], Iterable[Value]]] = {
    "FORMAT": _formats,
    "DOC": _documents,
    "DOC NEW": _documents,
    "NAME": _curators,
    "FROM[:TO]": _curators,
    "LAYER": _layers,
    "LABEL": _labels,
    "LABEL… INTO": _labels,
    "OLD": _labels,
    "CATALOG": _catalogs,
    "LANG": _languages,
    "NAME|VERSION": _own_models,
    "VERSION|none|MODEL": _usable_models,
    "SIZE": _one_of("sm", "md"),
    "N|document": _one_of("document"),
    "--encoding": _one_of(*_ENCODINGS),
    "--layers": _listed(_layers),
    "--labels": _listed(_labels),
    "--curators": _listed(_curators),
    "--leads": _listed(_curators),
    "install languages": _model_languages,
    "add --name": _one_of(),
    "drop name": _labels,
    "--kind": _kinds,
    "schema name": _schemas,
}
"""What can be typed where, by command and parameter, by option, or by metavar without brackets and dots."""
