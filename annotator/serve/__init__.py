"""The workbench in a browser: a web server that gives each curator a terminal of their own behind a secret link."""

from __future__ import annotations

from importlib.util import find_spec

from annotator.errors import WorkflowError
from annotator.extras import missing


def require_packages() -> None:
    """Raise :class:`WorkflowError` where the packages are not installed that only this needs."""
    if any(find_spec(name) is None for name in ("aiohttp", "textual_serve")):
        raise WorkflowError(*missing("serving", "serve"))
