"""A workspace: a folder with a label scheme, a database and models."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.errors import AnnotatorError, SchemeError, WorkflowError
from annotator.history import dumps
from annotator.labels import LabelScheme, load_scheme
from annotator.names import person_problem
from annotator.store import SchemeStamp, Store, carry_layers
from annotator.workflow.pending_labels import complete_pending, is_pending
from annotator.workflow.reserved_keys import RESERVED_KEYS

if TYPE_CHECKING:
    from annotator.files.outputs import Outputs

LABELS = "labels.yaml"
WORKSPACE_VARIABLE = "ANNOTATOR_WORKSPACE"
CURATOR_VARIABLE = "ANNOTATOR_CURATOR"


@dataclass(frozen=True)
class Workspace:
    """A workspace by its folder; the scheme is read and the database opened when first asked for.

    ``tell`` is given sentences for the user about the database: where it lies, and whom a write waits for.
    """

    root: Path
    tell: Callable[[str], None] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def find(cls, given: Path | None = None) -> Workspace:
        """The workspace at ``given``, else of the environment, else the nearest upwards with a labels.yaml."""
        named = given or (Path(os.environ[WORKSPACE_VARIABLE]) if os.environ.get(WORKSPACE_VARIABLE) else None)
        if named is not None:
            if not named.is_dir():
                raise WorkflowError(f"{named}: no such folder", "`annotator init DIR` makes a workspace")
            if not (named / LABELS).is_file():
                raise WorkflowError(f"{named}: no {LABELS} there", f"`annotator init {named}` writes one to start from")
            return cls(named)
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / LABELS).is_file():
                return cls(folder)
        raise WorkflowError(
            f"no {LABELS} in {here} or above",
            "give the workspace with -w DIR, or make one with `annotator init DIR`; `annotator tutorial` needs none",
        )

    @property
    def labels_path(self) -> Path:
        """Where the label scheme is."""
        return self.root / LABELS

    @property
    def database_path(self) -> Path:
        """Where the database is."""
        return self.root / "db" / "annotator.db"

    @property
    def seeds(self) -> Path:
        """The folder of articles that a new workspace starts with."""
        return self.root / "seeds"

    @property
    def exports(self) -> Path:
        """The folder for exported files."""
        return self.root / "exports"

    @property
    def models(self) -> Path:
        """The folder of downloaded models."""
        return self.root / "models"

    @property
    def catalogs(self) -> Path:
        """The folder of the files of catalogs."""
        return self.root / "catalogs"

    def outputs(self, *, force: bool = False) -> Outputs:
        """What writes to paths that a user named; the workspace's own files and folders are no such paths."""
        from annotator.files.outputs import Outputs

        reserved = (self.database_path.parent, self.labels_path, self.seeds, self.models, self.catalogs)
        return Outputs(self.root, reserved, force=force)

    @cached_property
    def scheme(self) -> LabelScheme:
        """The label scheme; :class:`SchemeError` when it has a mistake."""
        return self._read_scheme()

    def _read_scheme(self) -> LabelScheme:
        """Read the label scheme, with what took the place of labels that were split."""
        scheme = self._load_scheme()
        if not self.database_path.exists():
            return scheme
        return replace(scheme, successors=self.store.scheme_history().successors())

    def _load_scheme(self) -> LabelScheme:
        """Read ``labels.yaml``, once a change that was interrupted is complete."""
        if is_pending(self.labels_path) and self.database_path.exists():
            stamp = self.store.scheme()
            complete_pending(self.labels_path, None if stamp is None else stamp.sha256)
        return load_scheme(self.labels_path, RESERVED_KEYS)

    def follow_scheme(self) -> None:
        """Go on under the label scheme as the file and the database have it now.

        Raises :class:`SchemeError` where the file has a mistake; the scheme is the one of before then.
        """
        former = self.__dict__.pop("scheme", None)
        self.store.follow_scheme()
        if self.store.lags_behind():
            carry_layers(self.store)
        try:
            self.__dict__["scheme"] = self._read_scheme()
        except SchemeError:
            if former is not None:
                self.__dict__["scheme"] = former
            raise

    def forget_scheme(self) -> None:
        """Let the scheme be read anew: its file was changed."""
        self.__dict__.pop("scheme", None)

    @cached_property
    def store(self) -> Store:
        """The open database."""
        store = Store(self.database_path, scheme=self._stamp, tell=self.tell)
        if store.lags_behind():  # a change of the labels was interrupted, or is under way in another process
            if store.read_only:
                store.close()
                raise WorkflowError(
                    f"{self.database_path} is half way through a change of the labels, and can only be read",
                    "open it once where it can be written",
                )
            if self.tell is not None:
                self.tell("finishing a change of the labels …")
            carry_layers(store)
        return store

    def _stamp(self) -> SchemeStamp:
        """The scheme that is written under: the one in use, else as the file has it now."""
        return scheme_stamp(self.__dict__.get("scheme") or self._load_scheme())

    def close(self) -> None:
        """Close the database if it was opened."""
        if "store" in self.__dict__:
            self.store.close()


def scheme_stamp(scheme: LabelScheme) -> SchemeStamp:
    """A label scheme as a database remembers it."""
    return SchemeStamp(scheme.sha256, dumps(scheme.shape), scheme.text)


def curator_name(given: str | None = None) -> str:
    """Who is working: ``given``, else of the environment, else the login name."""
    name = given or os.environ.get(CURATOR_VARIABLE) or _login_name()
    problem = person_problem(name)
    if problem:
        raise AnnotatorError(
            f"{name[:80]!r} cannot be a curator's name: it {problem}",
            "use letters, digits and . _ - @, for example --as ana",
        )
    return name


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "curator"
