"""Renaming what the state tables hold: after that, they are what history gives in the names of now."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from functools import partial

from annotator.history import dumps
from annotator.scheme_changes import Names
from annotator.scheme_changes.names import renamed_curators, renamed_fingerprint

_NEW = "(SELECT json_extract(value, '$[1]') FROM json_each(?1) WHERE json_extract(value, '$[0]') = {})"
_OLD = "(SELECT json_extract(value, '$[0]') FROM json_each(?1))"
_MARK = "\x01"
"""Stands before a name that is on its way, which is no name: so two things can change names."""


def rename_rows(connection: sqlite3.Connection, before: Names, after: Names) -> None:
    """Let all rows that hold names go from what was known before to what is known now."""
    documents = _changed(before.documents, after.documents)
    curators = _changed(before.curators, after.curators)
    if documents:
        _put(connection, "document", "key", documents)
        _put_bookmarks(connection, "document", documents)
    if curators:
        _rename_curators(connection, curators)
    _rename_in_plans(connection, documents, curators)


def _rename_in_plans(connection: sqlite3.Connection, documents: Mapping[str, str], curators: Mapping[str, str]) -> None:
    """Rename what assignments are about that were planned and not carried out yet."""
    for number, tasks in connection.execute("SELECT id, tasks FROM planned").fetchall():
        renamed = [
            [documents.get(document, document), curators.get(new, new), blind, curators.get(old, old)]
            for document, new, blind, old in json.loads(tasks)
        ]
        connection.execute("UPDATE planned SET tasks = ? WHERE id = ?", (dumps(renamed), number))


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """What is called otherwise now, by what it was called."""
    names = {before.get(identity, identity): after.get(identity, identity) for identity in {*before, *after}}
    return {old: new for old, new in sorted(names.items()) if old != new}


def _rename_curators(connection: sqlite3.Connection, curators: Mapping[str, str]) -> None:
    for kind in ("curator", "proposals"):
        _put(connection, "layer", "name", {f"{kind}:{old}": f"{kind}:{new}" for old, new in curators.items()})
    connection.execute(
        "UPDATE layer SET author = substr(name, instr(name, ':') + 1)"
        " WHERE (kind = 'curator' OR name LIKE 'proposals:%') AND author <> substr(name, instr(name, ':') + 1)"
    )
    _put_bookmarks(connection, "curator", curators)
    for table in ("assignment", "returned"):
        _put(connection, table, "id", curators)
    for table in ("span", "relation", "ruling"):
        _put(connection, table, "curator", curators, unique=False)
    _rename_in_rulings(connection, curators)
    _rename_in_gold(connection, curators)


def _put_bookmarks(connection: sqlite3.Connection, column: str, names: Mapping[str, str]) -> None:
    """Put new names into bookmarks; a screen may have left some under a name that was nobody's and nothing's."""
    free = sorted(set(names.values()) - names.keys())
    connection.execute(f"DELETE FROM place WHERE {column} IN (SELECT value FROM json_each(?))", (dumps(free),))
    _put(connection, "place", column, names)


def _put(
    connection: sqlite3.Connection, table: str, column: str, names: Mapping[str, str], *, unique: bool = True
) -> None:
    """Put new names in place of old ones in a column, all at once."""
    pairs = dumps(list(names.items()))
    mark = f"'{_MARK}' || " if unique else ""
    new = _NEW.format(f"{table}.{column}")
    connection.execute(f"UPDATE {table} SET {column} = {mark}{new} WHERE {column} IN {_OLD}", (pairs,))
    if unique:
        connection.execute(
            f"UPDATE {table} SET {column} = substr({column}, 2) WHERE {column} >= '{_MARK}' AND {column} < '\x02'"
        )


def _rename_in_rulings(connection: sqlite3.Connection, curators: Mapping[str, str]) -> None:
    """Rename curators where rulings say what each had marked: in the keys of a JSON object, all at once."""
    versions, words = "versions", []
    for old, new in curators.items():
        versions = f"replace({versions}, ?, ?)"
        words += [f"{dumps(old)}:", f'"{_MARK}{dumps(new)[1:]}:']
    named = " OR ".join(["instr(versions, ?)"] * len(curators))
    connection.execute(
        f"UPDATE ruling SET versions = replace({versions}, '\"{_MARK}', '\"') WHERE {named}", (*words, *words[::2])
    )


def _rename_in_gold(connection: sqlite3.Connection, curators: Mapping[str, str]) -> None:
    """Rename curators where gold says whose work it settles, and how far it took that up."""

    def renamed(name: str) -> str:
        return curators.get(name, name)

    for column, rename in (("curators", renamed_curators), ("fingerprint", renamed_fingerprint)):
        connection.create_function("renamed", 1, partial(rename, curator=renamed))
        where = f"EXISTS (SELECT 1 FROM json_each(?) WHERE instr({column}, value))"
        connection.execute(f"UPDATE layer SET {column} = renamed({column}) WHERE {where}", (dumps(list(curators)),))
