"""The glossary defines the words that are used, and words that were given up do not come back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.repository import TOP

GLOSSARY = TOP / "docs" / "glossary.md"
PAGES = [TOP / "README.md", *(page for page in sorted((TOP / "docs").rglob("*.md")) if page != GLOSSARY)]
MODULES = sorted((TOP / "annotator").rglob("*.py"))
TERMS = re.findall(r"^- \*\*([^*]+)\*\*", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)

GIVEN_UP = frozenset({
    "blueprint", "checkup", "chronicle", "inked", "inks", "likeness", "preparation", "recollection", "sieve", "sight",
    "witness",
})  # fmt: skip
"""Words that named things in the code before the glossary had a plainer one."""


def test_terms_are_defined_once() -> None:
    assert len(TERMS) == len(set(TERMS))


def test_each_term_is_used() -> None:
    everything = "\n".join(path.read_text(encoding="utf-8") for path in (*PAGES, *MODULES)).lower()
    used = {word for term in TERMS for word in term.lower().split() if re.search(rf"\b{re.escape(word)}", everything)}
    assert [term for term in TERMS if not set(term.lower().split()) <= used] == []


def identifiers(path: Path) -> Iterator[str]:
    """Yield the names that a module gives and uses, and its own."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            yield node.arg


def words(identifier: str) -> set[str]:
    """Return the words of an identifier in either style, in lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)}


def test_words_that_were_given_up_do_not_come_back() -> None:
    assert {
        f"{name} in {path.relative_to(TOP)}" for path in MODULES for name in identifiers(path) if words(name) & GIVEN_UP
    } == set()
