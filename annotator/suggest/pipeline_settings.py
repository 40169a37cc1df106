"""What a pipeline is built from, as plain values, so that another process can build the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from annotator.labels import LabelScheme, Pattern
from annotator.labels.scheme import EntityType, RelationType
from annotator.suggest.ledger import Ledger

Kind = TypeVar("Kind", EntityType, RelationType)


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """The label scheme, the folder of models, that of the learned version, if any, and whether nothing may be sent.

    ``processes`` is how many share the work, and the budget of what they send; ``process`` which of them this is, from
    0; the ``ledger`` keeps it.  It can be pickled.  The folders are absolute.
    """

    scheme: LabelScheme
    models_dir: Path
    learned: Path | None = None
    offline: bool = False
    processes: int = 1
    process: int = 0
    ledger: Ledger | None = None

    @classmethod
    def of(
        cls,
        scheme: LabelScheme,
        models_dir: Path,
        learned: Path | None = None,
        *,
        offline: bool = False,
        ledger: Ledger | None = None,
    ) -> PipelineSettings:
        """Settings whose scheme can be pickled, and whose folders do not depend on the current one."""
        plain = _plain_scheme(scheme)
        return cls(plain, models_dir.resolve(), learned and learned.resolve(), offline, ledger=ledger)


def _plain_scheme(scheme: LabelScheme) -> LabelScheme:
    """The scheme with ordinary dictionaries in place of read-only views, which cannot be pickled."""
    entities = {name: _plain_type(entity) for name, entity in scheme.entities.items()}
    relations = {name: _plain_type(relation) for name, relation in scheme.relations.items()}
    return replace(scheme, entities=entities, relations=relations)


def _plain_type(kind: Kind) -> Kind:
    return replace(
        kind,
        description=dict(kind.description),
        examples=dict(kind.examples),
        patterns=tuple(map(_plain_pattern, kind.patterns)),
    )


def _plain_pattern(pattern: Pattern) -> Pattern:
    if isinstance(pattern.value, str):
        return pattern
    return replace(pattern, value=tuple(dict(token) for token in pattern.value))
