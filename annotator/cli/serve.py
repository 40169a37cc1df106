"""``annotator serve``: the workbench in a browser, behind a secret link for each curator."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import GlobalOptions, curator_option, narrate, workspace_option

MOST, MOST_EACH = 20, 3
"""Sessions that may be open at a time, and of one curator."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="H", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port; 0: a free one.")
@click.option("--curators", metavar="A,B,…", help="Who gets a link (default: all with assignments).")
@click.option("--leads", metavar="C,D,…", help="Who gets a link to all of the workbench, to adjudicate.")
@click.option("--links", "links_path", type=click.Path(path_type=Path), metavar="FILE", help="Keep the links in FILE.")
@click.option("--public-url", metavar="URL", help="Where browsers find the server, behind a reverse proxy.")
@click.option("--sessions", type=click.IntRange(1, 1000), default=MOST, show_default=True, help="Most open at a time.")
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    host: str,
    port: int,
    curators: str | None,
    leads: str | None,
    links_path: Path | None,
    public_url: str | None,
    sessions: int,
    curator: str | None,
    folder: Path | None,
) -> None:
    """Serve the workbench to browsers: prints a secret link for each curator, then a line for each session.

    Whoever opens a link works as that curator, and sees nobody else's work. It ends with ctrl+c.
    """
    from annotator.serve import require_packages

    require_packages()
    from annotator.cli.annotate import prepare_if_new
    from annotator.serve.running import Plan, serve
    from annotator.workflow.served import chosen_people

    workspace = global_options.workspace(folder)
    prepare_if_new(workspace, curator or global_options.curator)
    people = chosen_people(workspace, _names(curators), _names(leads))
    workspace.close()
    serve(Plan(workspace.root, people, host, port, sessions, MOST_EACH, public_url, links_path), narrate, click.echo)


def _names(given: str | None) -> list[str]:
    return [name.strip() for name in (given or "").split(",") if name.strip()]
