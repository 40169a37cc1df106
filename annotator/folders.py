"""The files of a folder that are to be read, and those that are skipped, with the reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

Skip = Callable[[str, Path], None]
"""Is told the reason and the file or folder."""
Wanted = Callable[[os.DirEntry[str], int], str]
"""Says why a file of this size in bytes is skipped, or nothing where it is to be read."""


def list_files(folder: Path, wanted: Wanted, skip: Skip) -> list[Path]:
    """List the files of a folder and its subfolders that are wanted, by path; ``skip`` is told of all others.

    Hidden ones, pipes and devices, and links that lead out of the folder or to folders are skipped.
    """
    root = folder.resolve()
    return sorted(_files(folder, root, wanted, skip))


def _files(folder: Path, root: Path, wanted: Wanted, skip: Skip) -> Iterator[Path]:
    waiting = [folder]
    while waiting:
        parent = waiting.pop()
        try:
            with os.scandir(parent) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError:
            skip("unreadable", parent)
            continue
        for entry in entries:
            path = parent / entry.name
            reason = _reason(entry, path, root, wanted)
            if reason:
                skip(reason, path)
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            else:
                yield path


def _reason(entry: os.DirEntry[str], path: Path, root: Path, wanted: Wanted) -> str:
    """Say why an entry is skipped, or nothing."""
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_symlink():
        reason = _link_reason(path, root)
        if reason:
            return reason
    elif entry.is_dir():
        return ""
    try:
        status = entry.stat()
    except OSError:
        return "unreadable"
    if not stat.S_ISREG(status.st_mode):
        return "irregular (a pipe, a device or the like)"
    return wanted(entry, status.st_size) or ("" if os.access(path, os.R_OK) else "unreadable")


def _link_reason(path: Path, root: Path) -> str:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "linking nowhere or to itself"
    if not target.is_relative_to(root):
        return "linking out of the folder"
    if target.is_dir():
        return (
            "linking to a folder around it" if path.parent.resolve().is_relative_to(target) else "linking to a folder"
        )
    return ""
