"""Learned versions: how they are stored on disk, and which one is in use.

A version is a folder of data files (the formats of crfsuite and spaCy, and JSON, never pickle) with a card that says
what it was trained on and how well it did.  It is used only if its format is known, its files have the digests that the
card names, and it was trained for the labels of the scheme.  ``learned_dir`` is the folder that holds a workspace's
versions and the file that names the one in use.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from annotator.errors import InputError, ModelError
from annotator.files.whole import discard_folder, place_folder, replace_file
from annotator.inputs import load_json
from annotator.labels import LabelScheme
from annotator.suggest.gold_sentences import GoldSentences
from annotator.suggest.learned.added_scores import AddedScores
from annotator.suggest.learned.calibration import Calibration
from annotator.suggest.learned.combining import LearnedSpans
from annotator.suggest.learned.neural_recogniser import NeuralRecogniser
from annotator.suggest.learned.phrase_memory import FrozenMemory
from annotator.suggest.learned.tagger import Tagger
from annotator.suggest.learned.token_features import FeatureSet
from annotator.suggest.relations.classifier import RelationClassifier, RelationScorer

if TYPE_CHECKING:
    from annotator.suggest.attributes.model import AttributeModel

Content = TypeVar("Content")

FORMAT = "annotator.learned/1"
ACTIVE = "active"
LARGEST_FILE = 1 << 28
"""Bytes of the largest file of JSON in a version."""
NONE = "none"
KEPT = 10
"""Versions that are kept: the newest ones, and the one in use."""
CARD, TAGGER, VOTER = "card.json", "tagger.crf", "recogniser.msgpack"
LINKER, CALIBRATION, MEMORY = "linker.json", "calibration.json", "memory.json"
GOLD, ADDED, ATTRIBUTES = "gold_sentences.json", "added_scores.json", "attributes.json"


class _Card(msgspec.Struct):
    """The fields that a card must or may have, with their types; others may stand beside them."""

    version: str
    labels_sha256: str
    files: dict[str, str]
    documents: list[dict[str, str | None]] = []
    uses: dict[str, str] = {}
    figures: dict[str, dict[str, float | None]] = {}
    created_at: str | None = None
    features: FeatureSet = FeatureSet.PLAIN
    trust: dict[str, float] | None = None


@dataclass(frozen=True)
class LearnedVersion:
    """One version: its folder and its card; each file is read when it is first needed."""

    folder: Path
    card: Mapping[str, Any]

    @property
    def version(self) -> str:
        """The version's name."""
        return str(self.card["version"])

    @property
    def fingerprint(self) -> str:
        """The version's name with a digest of its files: it changes whenever its suggestions could."""
        return f"learned@{self.version}:{sha256(json.dumps(self.card['files'], sort_keys=True).encode()).hexdigest()}"

    @cached_property
    def tagger(self) -> Tagger | None:
        """The tagger; ``None`` when it did no better than rules or memory in cross-validation."""
        if TAGGER not in self.card["files"]:
            return None
        feature_set = FeatureSet(self.card.get("features", FeatureSet.PLAIN))
        voter = self._made(VOTER, NeuralRecogniser) if VOTER in self.card["files"] else None
        return self._made(TAGGER, lambda path: Tagger(path, feature_set, self.card.get("trust"), voter))

    @cached_property
    def relation_scorer(self) -> RelationScorer | None:
        """What scores relation candidates; ``None`` when the rules' own scores are to be used as they are."""
        learned = self._read(LINKER, RelationClassifier) if LINKER in self.card["files"] else None
        calibration = self.calibrations.get("relation")
        if learned is None and (calibration is None or not calibration.points):
            return None
        return RelationScorer(learned, calibration or Calibration(), self.version)

    @cached_property
    def memory(self) -> FrozenMemory:
        """The phrase memory of the documents that it was trained on."""
        return self._read(MEMORY, FrozenMemory.from_rows)

    @cached_property
    def gold(self) -> GoldSentences:
        """The sentences of the documents that it was trained on; none in a version of an older edition."""
        return self._read(GOLD, GoldSentences.from_rows) if GOLD in self.card["files"] else GoldSentences()

    @cached_property
    def added_scores(self) -> AddedScores:
        """What moves the scores of added suggesters."""
        return self._read(ADDED, AddedScores) if ADDED in self.card["files"] else AddedScores()

    @cached_property
    def attributes(self) -> AttributeModel | None:
        """What suggests attributes; ``None`` when the scheme had none."""
        if ATTRIBUTES not in self.card["files"]:
            return None
        from annotator.suggest.attributes.model import AttributeModel

        return self._read(ATTRIBUTES, AttributeModel.from_json)

    @cached_property
    def calibrations(self) -> Mapping[str, Calibration]:
        """The calibrations of ``span``, ``relation`` and ``memory`` scores."""
        return self._read(CALIBRATION, lambda kinds: {name: Calibration(points) for name, points in kinds.items()})

    def learned_spans(self, scheme: LabelScheme) -> LearnedSpans:
        """What turns the rules' spans into the spans to suggest."""
        memory = None if self.card.get("uses", {}).get("spans") == "rules" else self.memory or None
        return LearnedSpans(scheme, memory, self.tagger, self.version, self.calibrated)

    def calibrated(self, kind: str, score: float) -> float:
        """The probability that a suggestion with this score is accepted; ``kind`` as in :attr:`calibrations`."""
        calibration = self.calibrations.get(kind)
        return round(calibration(score), 3) if calibration is not None else score

    def _read(self, name: str, make: Callable[[Any], Content]) -> Content:
        return self._made(name, lambda path: make(load_json(path, LARGEST_FILE)))

    def _made(self, name: str, make: Callable[[Path], Content]) -> Content:
        """Make an object from a file; raises :class:`ModelError` for a file of another content, whatever its digest."""
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
    """A version on disk: whether it was chosen, and what stands in the way of using it (empty: nothing)."""

    version: str
    path: Path
    chosen: bool
    problem: str
    card: Mapping[str, Any] = field(default_factory=dict)


def scheme_digest(scheme: LabelScheme) -> str:
    """A digest of what a trained model depends on in the scheme: labels, and which of them may be related."""
    return sha256(json.dumps(scheme.shape, sort_keys=True).encode()).hexdigest()


def list_versions(learned_dir: Path, scheme: LabelScheme) -> list[VersionStatus]:
    """List all versions, oldest first, each with what stands in the way of using it."""
    chosen = chosen_version(learned_dir)
    statuses = []
    for path in sorted(learned_dir.glob("*")) if learned_dir.is_dir() else ():
        if path.is_dir() and not path.name.startswith("."):
            card, problem = _checked_card(path, scheme)
            statuses.append(VersionStatus(path.name, path, path.name == chosen, problem, card))
    return statuses


def active_version(learned_dir: Path, scheme: LabelScheme) -> LearnedVersion | None:
    """The version in use; ``None`` when none was chosen, or the chosen one cannot be used."""
    return load_version(learned_dir, chosen_version(learned_dir), scheme)


def why_unused(learned_dir: Path, scheme: LabelScheme) -> str:
    """Say why the chosen version cannot be used; empty when it can, and when none was chosen."""
    version = chosen_version(learned_dir)
    why = "" if version in ("", NONE) else _checked_card(learned_dir / version, scheme)[1]
    return f"learned version {version} is not used: {why}" if why else ""


def load_version(learned_dir: Path, version: str, scheme: LabelScheme) -> LearnedVersion | None:
    """A version by its name; ``None`` where it is missing, damaged or fits another scheme."""
    if version in ("", NONE):
        return None
    path = learned_dir / version
    card, problem = _checked_card(path, scheme)
    return None if problem else LearnedVersion(path, card)


def chosen_version(learned_dir: Path) -> str:
    """The name of the chosen version: :data:`NONE` for none, empty when nothing was ever chosen."""
    return _choice(learned_dir)[0]


def is_pinned(learned_dir: Path) -> bool:
    """Tell whether a person chose the version, so that training must not put another into use."""
    return _choice(learned_dir)[1:] == ("pinned",)


def use(learned_dir: Path, version: str, scheme: LabelScheme, *, pinned: bool) -> None:
    """Put a version into use, or none of them (:data:`NONE`); ``pinned`` says that a person chose it.

    Raises :class:`ModelError` when there is no such version, or it cannot be used.
    """
    if version != NONE:
        status = next((v for v in list_versions(learned_dir, scheme) if v.version == version), None)
        if status is None:
            raise _missing(version)
        if status.problem:
            raise ModelError(f"learned version {version}: {status.problem}", "`annotator train` makes a new one")
    replace_file(learned_dir / ACTIVE, (f"{version} pinned\n" if pinned else f"{version}\n").encode("utf-8"))


def remove(learned_dir: Path, version: str) -> None:
    """Remove a version; raises :class:`ModelError` for the one in use, and where there is none of that name."""
    if version not in _numbered(learned_dir):
        raise _missing(version)
    if version == chosen_version(learned_dir):
        raise ModelError(f"learned version {version} is in use", "`annotator models use` chooses another, or none")
    discard_folder(learned_dir / version)


def prune(learned_dir: Path, kept: int = KEPT) -> list[str]:
    """Remove all but the ``kept`` newest versions and the one in use; return the names of those removed."""
    chosen = chosen_version(learned_dir)
    old = [version for version in _numbered(learned_dir)[:-kept] if version != chosen]
    for version in old:
        discard_folder(learned_dir / version)
    return old


def next_version(learned_dir: Path) -> str:
    """The name for the next version: the number after the highest one, with four digits or more."""
    return f"{max(map(int, _numbered(learned_dir)), default=0) + 1:04d}"


def _numbered(learned_dir: Path) -> list[str]:
    """The names of all versions, oldest first, whatever state they are in."""
    names = [path.name for path in learned_dir.glob("*")] if learned_dir.is_dir() else []
    return sorted((name for name in names if name.isascii() and name.isdigit()), key=int)


def _missing(version: str) -> ModelError:
    return ModelError(f"no learned version {version!r}", "`annotator models list` shows them")


def install(learned_dir: Path, made: Path, card: Mapping[str, Any]) -> Path:
    """Move a folder of trained files to the place that its card names; return the new path.

    The digests of the files are added to the card.  The card is written last and the folder is moved as a whole, so
    that every version is complete.
    """
    files = {path.name: digest(path) for path in sorted(made.iterdir())}
    (made / CARD).write_text(
        json.dumps({**card, "format": FORMAT, "files": files}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    target = learned_dir / str(card["version"])
    if os.path.lexists(target):
        raise ModelError(f"{target}: is there already", "try again")
    place_folder(made, target)
    return target


def discard(made: Path) -> None:
    """Remove the folder of a training that failed."""
    discard_folder(made)


def digest(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal."""
    return sha256(path.read_bytes()).hexdigest()


def _choice(learned_dir: Path) -> tuple[str, ...]:
    """Read the file that names the version in use: the name, then ``pinned`` where a person chose it."""
    try:
        words = (learned_dir / ACTIVE).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        words = []
    return tuple(words) if words and words[0].isalnum() else ("",)


def _checked_card(path: Path, scheme: LabelScheme) -> tuple[dict[str, Any], str]:
    """Read a version's card, and say why the version cannot be used (empty: it can)."""
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
