"""Hooks of MkDocs: pages of the repository's top on the site, and links that leave ``docs/``.

In the repository a page links to files wherever they are.  On the site README is the first page, other pages of the
top stand beside those of ``docs/``, and any other file that a page links to is copied along.  A link to nowhere is
left for MkDocs to complain about.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TOP = Path(__file__).resolve().parent.parent
DOCS = TOP / "docs"
HOME = "README.md"
TOP_PAGES = {HOME: "index.md"} | {name: name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")}
"""Pages of the repository's top, and where they stand on the site."""
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of a folder, ``README.md`` first, where the navigation names the folder."""
    config.nav = [_written_out(item) for item in config.nav or []]
    return config


def _written_out(item: Any) -> Any:
    if isinstance(item, dict):
        return {title: _written_out(inner) for title, inner in item.items()}
    if isinstance(item, list):
        return [_written_out(inner) for inner in item]
    if not item.endswith("/"):
        return item
    pages = sorted(path.relative_to(DOCS).as_posix() for path in (DOCS / item).glob("*.md"))
    return sorted(pages, key=lambda page: not page.endswith("/README.md"))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the top, and the other files outside of ``docs/`` that pages link to."""
    for name, uri in TOP_PAGES.items():
        files.append(File.generated(config, uri, abs_src_path=str(TOP / name)))
    linked = {target for page in list(files.documentation_pages()) for target in _targets(page)}
    for target in sorted(linked):
        if target.is_file() and not files.get_file_from_path(_uri(target)):
            files.append(File.generated(config, _uri(target), abs_src_path=str(target)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - MkDocs'
    """Turn links between files of the repository into links between those of the site."""
    source, uri = Path(str(page.file.abs_src_path)), page.file.src_uri

    def on_site(match: re.Match[str]) -> str:
        target = _uri(Path(os.path.normpath(source.parent / match[1])))
        return os.path.relpath(target, Path(uri).parent).replace(os.sep, "/")

    return "".join(
        _as_markdown(part) if part.startswith("`") else _LINK.sub(on_site, part) for part in _pieces(markdown)
    )


def _as_markdown(code: str) -> str:
    """Take the backslashes away by which a code host's tables have ``|`` in code; Python-Markdown needs none."""
    return code if code.startswith("```") else code.replace("\\|", "|")


def _pieces(markdown: str) -> Iterator[str]:
    """Yield text and code in turn."""
    at = 0
    for match in _CODE.finditer(markdown):
        yield markdown[at : match.start()]
        yield match[0]
        at = match.end()
    yield markdown[at:]


def _targets(page: File) -> Iterator[Path]:
    source = Path(str(page.abs_src_path))
    for piece in _pieces(source.read_text(encoding="utf-8")):
        if not piece.startswith("`"):
            for link in _LINK.findall(piece):
                yield Path(os.path.normpath(source.parent / link))


def _uri(path: Path) -> str:
    """Where a file of the repository stands on the site."""
    if path.is_relative_to(DOCS):
        return path.relative_to(DOCS).as_posix()
    name = os.path.relpath(path, TOP).replace(os.sep, "/")
    return TOP_PAGES.get(name, f"files/{name}")
