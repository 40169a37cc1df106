"""Writing the labels of a file into ``labels.yaml``, and taking them back when the import fails."""

from __future__ import annotations

import os
from pathlib import Path

from annotator.errors import SchemeError
from annotator.labels import LabelScheme
from annotator.labels.extend import extended
from annotator.labels.load import check_scheme
from annotator.workflow.files import writing
from annotator.workflow.import_check import SchemeCheck


class LabelsFile:
    """A workspace's ``labels.yaml``, with a way back."""

    def __init__(self, path: Path, scheme: LabelScheme) -> None:
        self._path = path
        self._scheme = scheme
        self._before: bytes | None = None

    def add(self, check: SchemeCheck, *, dry_run: bool) -> bool:
        """Write the labels that a file brought; every other line and every comment stays.

        Returns whether anything was written; a dry run only sees that it could be.
        """
        entities, relations = check.new_entities, [check.scheme.relations[name] for name in check.new_relations]
        if not entities and not relations:
            return False
        before = self._path.read_bytes()
        after = extended(before.decode("utf-8"), self._scheme, entities, relations).encode("utf-8")
        trial = self._path.with_name(f".{self._path.name}.trial-{os.getpid()}")
        try:
            trial.write_bytes(after)
            problems = check_scheme(trial)
        finally:
            trial.unlink(missing_ok=True)
        if problems:
            names = ", ".join((*entities, *check.new_relations))
            raise SchemeError(f"{self._path}: {names} cannot be added by themselves", "add them by hand")
        if not dry_run:
            self._before = before
            self._write(after)
        return not dry_run

    def restore(self) -> None:
        """Put back what was there before :meth:`add`."""
        if self._before is not None:
            self._write(self._before)

    def _write(self, data: bytes) -> None:
        import io

        with writing(self._path, io.BytesIO()) as stream:
            stream.write(data)
