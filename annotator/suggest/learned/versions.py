"""What was learned, as versions in ``models/learned``: how they lie on the disk, and which one is in use.

A version is a folder of data files (crfsuite's own format and JSON, never pickle) with a card that says what it was
trained on and what it reached.  It is used only where its format, the digests of its files and the scheme's labels
are what they should be.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from annotator.errors import InputError, ModelError
from annotator.files.whole import discard_folder, place_folder, replace_file
from annotator.inputs import load_json
from annotator.labels import LabelScheme
from annotator.suggest.learned.calibration import Calibration
from annotator.suggest.learned.combining import LearnedSpans
from annotator.suggest.learned.phrase_memory import FrozenMemory
from annotator.suggest.learned.tagger import Tagger
from annotator.suggest.relations.classifier import RelationClassifier, RelationScorer

Part = TypeVar("Part")

FORMAT = "annotator.learned/1"
FOLDER = "learned"
ACTIVE = "active"
LARGEST_FILE = 1 << 28
"""Bytes of the largest file of JSON in a version."""
NONE = "none"
CARD, TAGGER, LINKER, CALIBRATION, MEMORY = "card.json", "tagger.crf", "linker.json", "calibration.json", "memory.json"


class _Card(msgspec.Struct):
    """What every card says; more may stand in it."""

    version: str
    labels_sha256: str
    files: dict[str, str]
    documents: list[dict[str, str | None]] = []
    uses: dict[str, str] = {}
    figures: dict[str, dict[str, float | None]] = {}
    created_at: str | None = None
    leaning: bool = False


@dataclass(frozen=True)
class LearnedVersion:
    """One version: its folder and its card; its parts are read when first asked for."""

    folder: Path
    card: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Return the version's name."""
        return str(self.card["version"])

    @property
    def identity(self) -> str:
        """Return what changes whenever what it would suggest does."""
        return f"learned@{self.version}:{sha256(json.dumps(self.card['files'], sort_keys=True).encode()).hexdigest()}"

    @cached_property
    def tagger(self) -> Tagger | None:
        """Return the tagger, ``None`` when it did not do better than what it was stacked on."""
        if TAGGER not in self.card["files"]:
            return None
        leaning = bool(self.card.get("leaning"))
        return self._made(TAGGER, lambda path: Tagger(path, leaning=leaning))

    @cached_property
    def relation_scorer(self) -> RelationScorer | None:
        """Return what weighs pairs beyond the rules; ``None`` when the rules do better and need no calibration."""
        learned = self._read(LINKER, RelationClassifier) if LINKER in self.card["files"] else None
        calibration = self.calibrations.get("relation")
        if learned is None and (calibration is None or not calibration.points):
            return None
        return RelationScorer(learned, calibration or Calibration(), self.version)

    @cached_property
    def memory(self) -> FrozenMemory:
        """Return the phrase memory of the finished documents."""
        return self._read(MEMORY, FrozenMemory.from_rows)

    @cached_property
    def calibrations(self) -> Mapping[str, Calibration]:
        """Return the calibrations of ``span``, ``relation`` and ``memory`` scores."""
        return self._read(CALIBRATION, lambda kinds: {name: Calibration(points) for name, points in kinds.items()})

    def stack(self, scheme: LabelScheme) -> LearnedSpans:
        """Return what stands on top of the layers."""
        memory = self.memory or None
        return LearnedSpans(scheme, memory, self.tagger, self.version, self.calibrated)

    def calibrated(self, kind: str, score: float) -> float:
        """Return the probability that a suggestion of a kind with this score is right."""
        calibration = self.calibrations.get(kind)
        return round(calibration(score), 3) if calibration is not None else score

    def _read(self, name: str, make: Callable[[Any], Part]) -> Part:
        return self._made(name, lambda path: make(load_json(path, LARGEST_FILE)))

    def _made(self, name: str, make: Callable[[Path], Part]) -> Part:
        """Return what a file holds; what is no such file, whatever its digest, is refused."""
        path = self.folder / name
        try:
            return make(path)
        except (OSError, ValueError, TypeError, AttributeError, LookupError, OverflowError, InputError) as error:
            raise ModelError(
                f"{path}: is no {name} of a learned version",
                "`annotator models use` chooses another, `annotator train` makes a new one",
            ) from error


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """A version in the models folder: whether it is in use, and what stands in the way of using it (empty: nothing)."""

    version: str
    path: Path
    active: bool
    problem: str
    card: Mapping[str, Any] = field(default_factory=dict)


def scheme_digest(scheme: LabelScheme) -> str:
    """Return a digest of what a trained model depends on: the labels and what they may be linked to."""
    return sha256(json.dumps(scheme.shape, sort_keys=True).encode()).hexdigest()


def versions(models_dir: Path, scheme: LabelScheme) -> list[VersionStatus]:
    """Return all versions, oldest first."""
    root = models_dir / FOLDER
    chosen = chosen_version(models_dir)
    found = []
    for path in sorted(root.glob("*")) if root.is_dir() else ():
        if path.is_dir() and not path.name.startswith("."):
            card, problem = _checked(path, scheme)
            found.append(VersionStatus(path.name, path, path.name == chosen, problem, card))
    return found


def active(models_dir: Path, scheme: LabelScheme) -> LearnedVersion | None:
    """Return the version in use; ``None`` when there is none, or it does not fit the scheme or is damaged."""
    return named(models_dir, chosen_version(models_dir), scheme)


def why_unused(models_dir: Path, scheme: LabelScheme) -> str:
    """Return why the version that was chosen is not used; empty when it is, and when none was chosen."""
    version = chosen_version(models_dir)
    why = "" if version in ("", NONE) else _checked(models_dir / FOLDER / version, scheme)[1]
    return f"learned version {version} is not used: {why}" if why else ""


def named(models_dir: Path, version: str, scheme: LabelScheme) -> LearnedVersion | None:
    """Return a version by its name; ``None`` as :func:`active` does."""
    if version in ("", NONE):
        return None
    path = models_dir / FOLDER / version
    card, problem = _checked(path, scheme)
    return None if problem else LearnedVersion(path, card)


def chosen_version(models_dir: Path) -> str:
    """Return the name of the version that is to be used, ``none`` when none is, empty when nothing was ever chosen."""
    return _choice(models_dir)[0]


def is_pinned(models_dir: Path) -> bool:
    """Return whether a person chose the version: then training does not put another into use."""
    return _choice(models_dir)[1:] == ("pinned",)


def use(models_dir: Path, version: str, scheme: LabelScheme, *, pinned: bool) -> None:
    """Put a version into use, or none (``none``); raises :class:`ModelError` when it cannot be."""
    root = models_dir / FOLDER
    if version != NONE:
        found = next((v for v in versions(models_dir, scheme) if v.version == version), None)
        if found is None:
            raise ModelError(f"no learned version {version!r}", "`annotator models list` shows them")
        if found.problem:
            raise ModelError(f"learned version {version}: {found.problem}", "`annotator train` makes a new one")
    replace_file(root / ACTIVE, (f"{version} pinned\n" if pinned else f"{version}\n").encode("utf-8"))


def next_version(models_dir: Path) -> str:
    """Return the name that the next version gets: a number, counting up."""
    root = models_dir / FOLDER
    numbers = [int(p.name) for p in root.glob("*") if p.name.isdigit()] if root.is_dir() else []
    return f"{max(numbers, default=0) + 1:04d}"


def install(models_dir: Path, made: Path, card: Mapping[str, Any]) -> Path:
    """Move a folder of trained files into place under its card's version; return where it is now.

    The card is written last and the folder moved whole, so that what is there is complete.
    """
    files = {path.name: digest(path) for path in sorted(made.iterdir())}
    (made / CARD).write_text(
        json.dumps({**card, "format": FORMAT, "files": files}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    target = models_dir / FOLDER / str(card["version"])
    if os.path.lexists(target):
        raise ModelError(f"{target}: is there already", "try again")
    place_folder(made, target)
    return target


def discard(made: Path) -> None:
    """Take away a folder of trained files that came to nothing."""
    discard_folder(made)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def _choice(models_dir: Path) -> tuple[str, ...]:
    """Return what the file that names the version in use says: the version, and whether a person chose it."""
    try:
        words = (models_dir / FOLDER / ACTIVE).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        words = []
    return tuple(words) if words and words[0].isalnum() else ("",)


def _checked(path: Path, scheme: LabelScheme) -> tuple[dict[str, Any], str]:
    """Return a version's card, and why it cannot be used (empty: it can)."""
    try:
        card = load_json(path / CARD)
    except (OSError, InputError):
        return {}, "its card cannot be read"
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        return {}, f"its format is not {FORMAT}"
    try:
        msgspec.convert(card, _Card)
    except msgspec.ValidationError as error:
        return {}, f"its card is none of ours ({error})"
    if card.get("version") != path.name:
        return card, "its card is another version's"
    if card.get("labels_sha256") != scheme_digest(scheme):
        return card, "it was trained under another label scheme"
    for name, expected in card["files"].items():
        file = path / name
        if Path(name).name != name or not file.is_file() or digest(file) != expected:
            return card, f"its file {name} is missing or was changed"
    return card, ""
