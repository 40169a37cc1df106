"""The structure of the package: imports without circles, modules and class hierarchies that stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.repository import TOP

MOST_LINES = 420
DEEPEST = 3
"""How many classes of ours may stand above one another, a class counted with all its bases."""

BIGGER: Mapping[str, str] = {}
"""Modules that are longer, each with the reason."""


def module_name(path: Path) -> str:
    parts = path.relative_to(TOP).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted((TOP / "annotator").rglob("*.py"))}


@cache
def trees() -> dict[str, ast.Module]:
    """Return the modules as they are parsed."""
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def imported(name: str) -> Iterator[str]:
    """Yield the modules of ours that a module imports: at the top, inside functions, and for types alone."""
    for node in ast.walk(trees()[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {name: set(imported(name)) - {name} for name in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_a_module_is_read_in_one_sitting() -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: count for name, count in lines.items() if count > MOST_LINES and name not in BIGGER} == {}


Class = tuple[str, str]
"""A class by its module and its name."""


def classes() -> dict[Class, list[str]]:
    """Return the classes of ours, each with the names of its bases."""
    return {
        (module, node.name): [ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases]
        for module, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }


def test_class_hierarchies_are_shallow() -> None:
    bases = classes()
    public = {name: (module, name) for module, name in bases if not name.startswith("_")}

    def depth(one: Class) -> int:
        module, _ = one
        above = [(module, base) if (module, base) in bases else public.get(base) for base in bases[one]]
        return 1 + max((depth(base) for base in above if base is not None and base != one), default=0)

    assert {
        f"{module}.{name}": depth((module, name)) for module, name in bases if depth((module, name)) > DEEPEST
    } == {}


def test_a_class_name_is_used_in_one_module() -> None:
    places: dict[str, list[str]] = {}
    for module, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
