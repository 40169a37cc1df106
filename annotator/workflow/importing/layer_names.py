"""The name that a foreign layer gets here: whose work it is, or whose suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from annotator.annotation import Annotations, Relation, Span
from annotator.errors import WorkflowError
from annotator.formats.protocol import ForeignLayer
from annotator.history import GOLD, SUGGESTIONS, curator_layer
from annotator.names import person_problem
from annotator.wording import first_few
from annotator.workflow.arguments import exchanged_layer_problem

AnyItem = TypeVar("AnyItem", Span, Relation)
_NAME_LENGTH = 64
_SUGGESTED_HINT = "leave --layer out, or name their layer with --layer suggestions:NAME"


class LayerNames:
    """Names the layers of one file.

    ``requested`` is the layer that the user asked for, ``stem`` names suggestions whose model the file does not name,
    ``renames`` gives the curator that an author becomes.
    """

    def __init__(self, requested: str | None, stem: str, renames: Mapping[str, str]) -> None:
        self._requested = requested or ""
        self._stem = stem
        self._renames = renames
        self._met: set[str] = set()
        self._authors: set[str] = set()
        self._author_of_curator: dict[str, str] = {}
        self._suggested = ""
        self._has_work = False

    def renamed(self, foreign: ForeignLayer) -> ForeignLayer:
        """Put the names that people are to have here into a layer; models keep theirs."""
        if not self._renames or foreign.suggested:
            return foreign
        names = {name for name in (foreign.author, *foreign.curators) if name is not None}
        self._met |= names
        if self._renames.keys().isdisjoint(names):
            return foreign
        author = None if foreign.author is None else self._renames.get(foreign.author, foreign.author)
        return replace(
            foreign,
            author=author,
            layer=curator_layer(author) if author and foreign.layer not in (None, GOLD) else foreign.layer,
            curators=tuple(self._renames.get(name, name) for name in foreign.curators),
            content=self._renamed_content(foreign.content),
        )

    def name(self, foreign: ForeignLayer, where: str) -> str:
        """Name a layer; :class:`WorkflowError` where neither the file nor the request says whose it is."""
        kind, _, author = self._requested.partition(":")
        if foreign.suggested or kind == SUGGESTIONS or (not kind and foreign.layer == SUGGESTIONS):
            if foreign.suggested and kind not in ("", SUGGESTIONS):
                self._pass_suggestions(foreign, where)
            source = author if kind == SUGGESTIONS and author else foreign.author or self._stem
            return f"{SUGGESTIONS}:{valid_name(source)}"
        self._has_work = True
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

    def conclude(self) -> None:
        """Refuse what was asked for but is not in the file: work for a layer, an author to be renamed."""
        if self._suggested and not self._has_work:
            raise WorkflowError(
                f"{self._suggested}: the file holds suggestions alone, no work for {self._requested}", _SUGGESTED_HINT
            )
        missing = sorted(self._renames.keys() - self._met)
        if missing:
            known = f"it names {first_few(sorted(self._met), shown=8)}" if self._met else "it names nobody"
            raise WorkflowError(
                f"the file does not name {' or '.join(map(repr, missing))}: {known}", "correct --rename"
            )
        for old, new in self._renames.items():
            if new in self._met and new not in self._renames:
                raise WorkflowError(
                    f"{old!r} would become {new}, whose work the file holds too",
                    f"choose another name, or add --rename {new}={new} if both are one person",
                )

    def _pass_suggestions(self, foreign: ForeignLayer, where: str) -> None:
        """Refuse suggestions where work was asked for, unless they only come along with it."""
        if foreign.layer:
            raise WorkflowError(
                f"{where}: these are the suggestions of {foreign.layer.partition(':')[2] or 'a model'}, "
                f"no work for {self._requested}",
                _SUGGESTED_HINT,
            )
        self._suggested = self._suggested or where

    def _renamed_content(self, content: Annotations) -> Annotations:
        def renamed(item: AnyItem) -> AnyItem:
            name = self._renames.get(item.curator or "")
            return item if name is None else item.replace(curator=name)

        return replace(
            content,
            spans={i: renamed(span) for i, span in content.spans.items()},
            relations={i: renamed(relation) for i, relation in content.relations.items()},
        )

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
                    "give another one with --rename OLD=NEW",
                )

    def _curator(self, author: str, where: str) -> str:
        """Name the curator that an author becomes; two authors become one curator only where both are renamed to it."""
        name = valid_name(author)
        other = self._author_of_curator.setdefault(name, author)
        if other != author:
            raise WorkflowError(
                f"{where}: {other!r} and {author!r} would both be the curator {name}",
                "give one of them another name with --rename OLD=NEW",
            )
        return name

    def _check_one_author(self, foreign: ForeignLayer, where: str) -> None:
        author = foreign.author or foreign.layer
        if author is not None:
            self._authors.add(author)
        if len(self._authors) > 1:
            raise WorkflowError(
                f"{where}: the file holds the work of {' and '.join(sorted(self._authors))}",
                "leave --layer out, and each becomes a curator",
            )


def valid_name(name: str) -> str:
    """Turn a foreign name into one that curators and suggesters may have: letters, digits and ``. _ - @``."""
    valid = "".join(char if char.isalnum() or char in "._-@" else "-" for char in name)[:_NAME_LENGTH]
    return "unknown" if person_problem(valid) else valid
