"""What brat's annotation files say, read with nothing of ours."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path


def files_of(folder: Path) -> list[tuple[Path, list[str]]]:
    """Return the lines of every annotation file."""
    return [(p, [x for x in p.read_bytes().decode().split("\n") if x.strip()]) for p in sorted(folder.rglob("*.ann"))]


def statements(folder: Path) -> Counter[tuple[object, ...]]:
    """Return what a folder's annotation files say, with spans in place of ids and groups in place of ``*`` lines."""
    said: Counter[tuple[object, ...]] = Counter()
    for path, lines in files_of(folder):
        name = ".".join(path.relative_to(folder).with_suffix("").parts)
        fields = {line.split("\t")[0]: line.split("\t") for line in lines if line[0] != "*"}
        groups: dict[str, list[set[str]]] = {}

        def resolved(ref: str, fields: dict[str, list[str]] = fields) -> str:
            if ref[0] == "T":
                return " ".join(fields[ref][1:])
            return re.sub(r"\b[TREAN]\d+\b", lambda match: f"({resolved(match[0])})", " ".join(fields[ref][1:])).strip()

        said.update((name, line_id[0], resolved(line_id)) for line_id in fields)
        for line in (line for line in lines if line[0] == "*"):
            label, *members = line.split("\t")[1].split()
            group = {*map(resolved, members)}
            apart = [other for other in groups.get(label, []) if not group & other]
            groups[label] = [*apart, group.union(*(other for other in groups.get(label, []) if group & other))]
        said.update((name, label, frozenset(group)) for label, found in groups.items() for group in found)
    return said
