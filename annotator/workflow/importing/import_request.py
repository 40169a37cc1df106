"""What an import is asked to do, and the report of what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from annotator.wording import Places
from annotator.workflow.importing.records_together import SameText
from annotator.workflow.span_borders import BorderRule


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """The options of an import.

    ``layer`` is gold, curator:NAME, suggestions or suggestions:NAME; without it the file itself must say whose work it
    holds.  ``mapping`` gives our label for a foreign one (empty: leave its spans or relations out).  ``options`` are
    the format's own.  ``labels_from_data`` adds unknown labels to the scheme, ``set_aside`` keeps what the scheme does
    not allow as extras of the format.  ``replace`` lets incoming work replace what differs from it, ``override`` also
    where somebody else did that work.  ``unfinished`` imports curators' work as work in progress.  ``renames`` gives
    the curator that an author of the file becomes, ``same_text`` says what becomes of records that contradict, and
    ``borders`` what becomes of spans whose borders are doubtful.
    """

    layer: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    same_text: SameText = "refuse"
    borders: BorderRule = "keep"
    mapping: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    labels_from_data: bool = False
    set_aside: bool = False
    replace: bool = False
    override: bool = False
    unfinished: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class LayerCounts:
    """What the layers of one name hold that the file is about; ``unchanged`` of them held it already."""

    documents: int = 0
    unchanged: int = 0
    spans: int = 0
    relations: int = 0
    verdicts: int = 0


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do.

    ``new`` and ``known`` count documents, ``layers`` has the counts by layer name, ``repeated`` counts the records that
    were put together with an earlier one of the same layer.  ``aside`` counts by kind what is kept as extras of the
    format, ``lost`` what the format or the request left out, ``notes`` what was read otherwise than it stands there,
    ``overridden`` by layer name the documents on which somebody else's work was replaced.  ``white_space`` and
    ``off_token`` are the spans whose borders are doubtful, ``moved`` counts those that were given other ones.
    ``new_labels`` are the labels and attributes that labels.yaml got, ``without_place`` the attributes and groups of
    the file that it does not have.  ``backup`` is the copy of the database that was made before, ``labels_aside`` the
    place of a ``labels.yaml`` that somebody else edited during the import.
    """

    new: int = 0
    known: int = 0
    layers: dict[str, LayerCounts] = field(default_factory=dict)
    aside: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    new_labels: list[str] = field(default_factory=list)
    without_place: list[str] = field(default_factory=list)
    labels_aside: Path | None = None
    backup: Path | None = None
    overridden: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    white_space: Places = field(default_factory=Places)
    off_token: Places = field(default_factory=Places)
    moved: int = 0
