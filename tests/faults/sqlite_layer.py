"""A file system layer for SQLite whose writes, syncs, truncations, locks and openings can fail.

SQLite lets a program register a VFS.  Ours is a copy of the usual one: it opens files as that does, and then hands
SQLite a table of methods in which some are ours; they pass a point, and call the usual one or return an error.
"""

from __future__ import annotations

import _sqlite3
import ctypes
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.faults.points import Points

_POINTER, _INT, _INT64 = ctypes.c_void_p, ctypes.c_int, ctypes.c_longlong

_FULL, _BUSY, _CANTOPEN = 13, 5, 14
_IOERR_WRITE, _IOERR_FSYNC, _IOERR_TRUNCATE, _IOERR_SHMMAP = 778, 1034, 1546, 5386

_METHODS = (
    "version", "close", "read", "write", "truncate", "sync", "file_size", "lock", "unlock", "check_reserved_lock",
    "file_control", "sector_size", "device_characteristics", "shm_map", "shm_lock", "shm_barrier", "shm_unmap",
    "fetch", "unfetch",
)  # fmt: skip
"""The fields of ``sqlite3_io_methods``, version 3; the first is a number, the others are functions."""


class _Methods(ctypes.Structure):
    _fields_ = [(_METHODS[0], _POINTER), *((name, _POINTER) for name in _METHODS[1:])]


class _File(ctypes.Structure):
    _fields_ = [("methods", ctypes.POINTER(_Methods))]


class _Vfs(ctypes.Structure):
    _fields_ = [
        ("version", _INT),
        ("size_of_file", _INT),
        ("longest_path", _INT),
        ("next", _POINTER),
        ("name", ctypes.c_char_p),
        ("data", _POINTER),
        *((name, _POINTER) for name in (
            "open", "delete", "access", "full_path", "dl_open", "dl_error", "dl_sym", "dl_close", "randomness",
            "sleep", "current_time", "last_error", "current_time_int64", "set_call", "get_call", "next_call",
        )),
    ]  # fmt: skip


_SIGNATURES: dict[str, tuple[str, Sequence[Any], int]] = {
    "write": ("write", (_POINTER, _POINTER, _INT, _INT64), _IOERR_WRITE),
    "truncate": ("write", (_POINTER, _INT64), _IOERR_TRUNCATE),
    "sync": ("sync", (_POINTER, _INT), _IOERR_FSYNC),
    "lock": ("lock", (_POINTER, _INT), _BUSY),
    "shm_map": ("open", (_POINTER, _INT, _INT, _INT, _POINTER), _IOERR_SHMMAP),
}
"""By method: the kind of its point, its arguments, and the error that it returns there."""

_OPEN = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _POINTER, _INT, _POINTER)
_kept: list[Any] = []
"""What SQLite points to and Python must not free."""


def library() -> ctypes.CDLL | None:
    """Return the library that Python's sqlite3 uses; ``None`` where it cannot be reached."""
    path = getattr(_sqlite3, "__file__", None)
    if path is None:
        return None
    found = ctypes.CDLL(path)
    return found if hasattr(found, "sqlite3_vfs_register") else None


def install(points: Points) -> bool:
    """Let SQLite's operations in this process pass points; return whether that is possible here."""
    sqlite = library()
    if sqlite is None:
        return False
    sqlite.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    usual = sqlite.sqlite3_vfs_find(None)
    ours = _Vfs()
    ctypes.memmove(ctypes.byref(ours), usual, ctypes.sizeof(_Vfs))
    ours.name = b"faulty"
    open_usual = _OPEN(usual.contents.open)
    tables: dict[int, _Methods] = {}

    def faulty_open(_vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        if points.fails("open", "SQLite file"):
            return _CANTOPEN
        code = open_usual(ctypes.addressof(usual.contents), name, file, flags, out)
        methods = _File.from_address(file).methods
        if code == 0 and methods:
            address = ctypes.addressof(methods.contents)
            if address not in tables:
                tables[address] = _table(methods.contents, points)
            _File.from_address(file).methods = ctypes.pointer(tables[address])
        return int(code)

    made = _OPEN(faulty_open)
    ours.open = ctypes.cast(made, _POINTER)
    _kept.extend((ours, made, open_usual, tables))
    return bool(sqlite.sqlite3_vfs_register(ctypes.byref(ours), 1) == 0)


def _table(usual: _Methods, points: Points) -> _Methods:
    """Return a table of methods in which those that change something pass points."""
    table = _Methods()
    ctypes.memmove(ctypes.byref(table), ctypes.byref(usual), ctypes.sizeof(_Methods))
    for name, (kind, arguments, error) in _SIGNATURES.items():
        address = getattr(usual, name)
        if not address:
            continue
        signature = ctypes.CFUNCTYPE(_INT, *arguments)
        ours = signature(_method(signature(address), kind, name, error, points))
        setattr(table, name, ctypes.cast(ours, _POINTER))
        _kept.append(ours)
    _kept.append(table)
    return table


def _method(usual: Callable[..., int], kind: str, name: str, error: int, points: Points) -> Callable[..., int]:
    def method(*arguments: Any) -> int:
        if points.fails(kind, f"SQLite {name}"):
            return _FULL if points.how == "ENOSPC" and kind == "write" else error
        return usual(*arguments)

    return method
