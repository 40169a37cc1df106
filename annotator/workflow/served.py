"""Who is served the workbench in a browser, as what, and what the program that they are given knows of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from annotator.errors import WorkflowError
from annotator.store import assigned_curators
from annotator.workflow.workspace import Workspace, curator_name

ROLE_VARIABLE = "ANNOTATOR_SERVED"
"""In the environment of a served program: as what whoever uses it works."""
SETTINGS_FOLDER = "settings"

Role = Literal["curator", "lead"]


class Person(NamedTuple):
    """Somebody who is served: a curator is kept to their own work, a lead has the whole workbench."""

    name: str
    role: Role


def served_role() -> Role | None:
    """As what whoever uses this process works who has come by a link; ``None`` in a terminal."""
    role = os.environ.get(ROLE_VARIABLE)
    return None if role is None else "lead" if role == "lead" else "curator"


def served_settings(root: Path, name: str) -> Path:
    """Where the settings are of somebody who is served: in the workspace, not those of whoever runs the server."""
    return root / SETTINGS_FOLDER / f"{name}.yaml"


def chosen_people(workspace: Workspace, curators: Sequence[str], leads: Sequence[str]) -> list[Person]:
    """Who is to be served: the named, else all curators with assignments, and the leads.

    Raises :class:`WorkflowError` when there is nobody, or a name stands in both lists, and for a name that nobody may
    have, or that somebody gave up.
    """
    names = list(curators) or assigned_curators(workspace.store)
    both = set(names) & set(leads)
    if both:
        raise WorkflowError(f"{min(both)} is both curator and lead", "a lead who also curates has a name for each")
    if not names and not leads:
        raise WorkflowError("nobody has assignments here", "name who gets a link: --curators ana,bo")
    for name in (*names, *leads):
        workspace.store.names.curator_identity(curator_name(name))
    return [*(Person(name, "curator") for name in names), *(Person(name, "lead") for name in leads)]
