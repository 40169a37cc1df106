"""The pages: the one with the terminal, and those with a sentence and a way on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from aiohttp import web

OWN_FILES = Path(str(files("annotator.serve"))) / "page"
"""Our style sheet and scripts."""


def terminal_files() -> Path:
    """The script and style of the terminal, which textual-serve brings, with what they need."""
    return Path(str(files("textual_serve"))) / "static"


def headers(origin: str) -> Mapping[str, str]:
    """What tells browsers to keep a page of ours to itself: it may load from and connect to this server only."""
    socket = "ws" + origin.removeprefix("http")
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        f"font-src 'self'; connect-src 'self' {socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def workbench_page(curator: str, prefix: str, socket_url: str) -> web.Response:
    """The page with the terminal, which connects to ``socket_url``."""
    return _page("workbench.html", 200, prefix, curator=curator, socket=socket_url)


def message_page(
    status: int, sentence: str, how: str, prefix: str, extra: Mapping[str, str] | None = None
) -> web.Response:
    """A page with a sentence about what is wrong, and one about how to go on."""
    response = _page("message.html", status, prefix, sentence=sentence, how=how, status=str(status))
    response.headers.update(extra or {})
    return response


@cache
def _template(name: str) -> Template:
    return Template((OWN_FILES / name).read_text(encoding="utf-8"))


def _page(name: str, code: int, prefix: str, **values: str) -> web.Response:
    filled = {key: escape(value) for key, value in {"prefix": prefix, **values}.items()}
    text = _template(name).substitute(filled)
    return web.Response(text=text, status=code, content_type="text/html", headers={"Cache-Control": "no-store"})
