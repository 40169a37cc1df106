"""The name that a foreign layer gets here: whose work it is, or whose suggestions."""

from __future__ import annotations

from annotator.errors import WorkflowError
from annotator.formats.protocol import ForeignLayer
from annotator.history import SUGGESTIONS, curator_layer
from annotator.names import person_problem
from annotator.workflow.arguments import exchanged_layer_problem

_NAME_LENGTH = 64


class LayerNames:
    """Names the layers of one file.

    ``requested`` is the layer that the user asked for, ``stem`` names suggestions whose model the file does not name.
    """

    def __init__(self, requested: str | None, stem: str) -> None:
        self._requested = requested or ""
        self._stem = stem
        self._authors: set[str] = set()
        self._author_of_curator: dict[str, str] = {}

    def name(self, foreign: ForeignLayer, where: str) -> str:
        """Name a layer; :class:`WorkflowError` where neither the file nor the request says whose it is."""
        kind, _, author = self._requested.partition(":")
        if foreign.suggested or kind == SUGGESTIONS or (not kind and foreign.layer == SUGGESTIONS):
            source = author if kind == SUGGESTIONS and author else foreign.author or self._stem
            return f"{SUGGESTIONS}:{valid_name(source)}"
        self._check_names(foreign, where)
        if kind == "curator":
            self._check_one_author(foreign, where)
        if kind or foreign.layer:
            return self._requested or foreign.layer or ""
        if foreign.author is None:
            raise WorkflowError(
                f"{where}: the file does not say whose work it is", "say it with --layer curator:NAME, or --layer gold"
            )
        return curator_layer(self._curator(foreign.author, where))

    def _check_names(self, foreign: ForeignLayer, where: str) -> None:
        """Refuse names of layers and curators that the file may not use."""
        problem = exchanged_layer_problem(foreign.layer) if foreign.layer and not self._requested else None
        if problem is not None:
            raise WorkflowError(
                f"{where}: the file names a layer {foreign.layer!r}{problem}",
                "say whose work it is with --layer curator:NAME, or --layer gold",
            )
        for name in foreign.curators:
            if person_problem(name):
                raise WorkflowError(
                    f"{where}: {name!r} cannot be a curator's name: it {person_problem(name)}",
                    "correct the curators in the file",
                )

    def _curator(self, author: str, where: str) -> str:
        """Name the curator that an author becomes; two authors never become one curator."""
        name = valid_name(author)
        other = self._author_of_curator.setdefault(name, author)
        if other != author:
            raise WorkflowError(
                f"{where}: {other!r} and {author!r} would both be the curator {name}", "rename one of them in the file"
            )
        return name

    def _check_one_author(self, foreign: ForeignLayer, where: str) -> None:
        if foreign.author is not None:
            self._authors.add(foreign.author)
        if len(self._authors) > 1:
            raise WorkflowError(
                f"{where}: the file holds the work of {' and '.join(sorted(self._authors))}",
                "leave --layer out, and each becomes a curator",
            )


def valid_name(name: str) -> str:
    """Turn a foreign name into one that curators and suggesters may have: letters, digits and ``. _ - @``."""
    valid = "".join(char if char.isalnum() or char in "._-@" else "-" for char in name)[:_NAME_LENGTH]
    return "unknown" if person_problem(valid) else valid
