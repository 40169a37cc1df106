"""Bring articles in from a table: python examples/ingest_table.py WORKSPACE.

The rows are what ``frame.to_dict("records")`` gives of a pandas DataFrame.
"""

from __future__ import annotations

import sys

from annotator.api import open_workspace

ROWS = [
    {
        "id": "puerto-1",
        "text": "La alcaldesa Ana Ruiz visitó el puerto de Veracruz el 5 de mayo de 2024.",
        "lang": "es",
    },
    {"id": "puerto-2", "text": "La Cruz Roja abrió una oficina en Veracruz.", "lang": "es", "url": "wire/2"},
    {"id": "harbor-3", "text": "Mayor Ruth Calder met Luis Paz in Houston on 6 May 2024.", "lang": "en"},
]


def main(folder: str) -> None:
    """Take the rows in; what is there already stays as it is."""
    with open_workspace(folder, curator="loader") as workspace:
        report = workspace.ingest(ROWS)
        print(f"{report['added']} new, {report['unchanged']} there already")
        print(*(document.key for document in workspace.documents()))


if __name__ == "__main__":
    main(sys.argv[1])
