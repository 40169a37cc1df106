"""What changed in ``labels.yaml`` since the last work under another scheme, and how the work would follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import msgspec

from annotator.errors import SchemeError
from annotator.labels import LabelScheme, shape_differences
from annotator.labels.load import read_scheme_text
from annotator.scheme_changes import SchemeHistory, changed_shape
from annotator.store import NotedScheme, noted_schemes
from annotator.store.label_counts import LabelCount, label_counts
from annotator.workflow.reserved_keys import RESERVED_KEYS
from annotator.workflow.schemes.attribute_changes import listed_counts, value_names
from annotator.workflow.workspace import Workspace

_ALIKE = 0.6
"""From which similarity of two entries one is taken for the other under a new name."""


@dataclass(frozen=True, slots=True)
class GuessedRename:
    """A label that is gone, and the new one that is taken for it, with what speaks for that."""

    kind: str
    old: str
    new: str
    why: str


@dataclass(slots=True)
class SchemeDifferences:
    """How ``labels.yaml`` differs from the scheme that was written under before, each difference as a sentence.

    ``since`` is the beginning of that file's digest, empty where there is none; ``renames`` are guesses; ``gone`` are
    the labels that occur in the database and not in the file; ``commands`` would carry that work over.
    """

    since: str = ""
    differences: list[str] = field(default_factory=list)
    renames: list[GuessedRename] = field(default_factory=list)
    gone: list[LabelCount] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


def scheme_differences(workspace: Workspace) -> SchemeDifferences:
    """Compare ``labels.yaml`` with the scheme before it, and the labels that the database uses."""
    store, scheme = workspace.store, workspace.scheme
    history = store.scheme_history()
    found = SchemeDifferences()
    noted = _noted_before(noted_schemes(store), scheme, history)
    before: LabelScheme | None = None
    if noted is not None:
        found.since = noted.stamp.sha256[:12]
        shape = _shape_now(noted, history)
        differences = shape_differences(scheme.shape, shape)
        found.differences = [text.replace(" here", " now").replace(" there", " before") for text in differences]
        before = _scheme_of(noted)
    counts = [
        count
        for count in (*label_counts(store), *listed_counts(store, scheme))
        if count.layer == "gold" or count.layer.startswith("curator:")
    ]
    found.gone = [count for count in counts if count.label not in _labels(scheme, count.kind)]
    for kind in ("entity", "relation"):
        old = list(dict.fromkeys(count.label for count in found.gone if count.kind == kind))
        found.renames += guess_renames(kind, old, scheme, before, {c.label for c in counts})
    found.commands = list(_commands(found))
    return found


def _labels(scheme: LabelScheme, kind: str) -> Mapping[str, Any]:
    if kind in ("attribute", "value"):
        return scheme.attributes if kind == "attribute" else value_names(scheme)
    return scheme.entities if kind == "entity" else scheme.relations


def _noted_before(noted: Iterable[NotedScheme], scheme: LabelScheme, history: SchemeHistory) -> NotedScheme | None:
    """The last scheme written under that is another one than ours, apart from the changes that were carried over.

    One that came of a change that was undone since is none to compare with.
    """
    others = (one for one in noted if _shape_now(one, history) != scheme.shape)
    return next((one for one in others if not _is_undone(one, history)), None)


def _is_undone(noted: NotedScheme, history: SchemeHistory) -> bool:
    """Whether a change that a scheme was written after was undone since."""
    known = history.known(noted.changes)
    return any(event.target in known for digest, event in history.events.items() if digest not in known)


def _shape_now(noted: NotedScheme, history: SchemeHistory) -> dict[str, Any]:
    """The shape of a scheme after the changes that came since."""
    shape: dict[str, Any] = msgspec.json.decode(noted.stamp.shape)
    known = history.known(noted.changes)
    for digest, event in history.effective:
        if digest not in known and event.change is not None:
            shape = changed_shape(shape, event.change)
    return shape


def _scheme_of(noted: NotedScheme) -> LabelScheme | None:
    try:
        return None if noted.stamp.labels is None else read_scheme_text(noted.stamp.labels, RESERVED_KEYS)
    except SchemeError:
        return None


def guess_renames(
    kind: str, old: Iterable[str], scheme: LabelScheme, before: LabelScheme | None, used: set[str]
) -> list[GuessedRename]:
    """Guess which new label is which old one: by hot key, description, model labels, what is linked, and the name.

    A label that is in use already is nobody's new name.
    """
    known = {} if before is None else _labels(before, kind)
    new = [name for name in _labels(scheme, kind) if name not in known and name not in used]
    scored = sorted(
        ((_similarity(name, known.get(name), other, _labels(scheme, kind)[other]), name, other)
         for name in old for other in new),
        key=lambda entry: (-entry[0][0], entry[1:]),
    )  # fmt: skip
    guesses: dict[str, GuessedRename] = {}
    for (score, why), name, other in scored:
        if score >= _ALIKE and name not in guesses and other not in {guess.new for guess in guesses.values()}:
            guesses[name] = GuessedRename(kind, name, other, why)
    return [guesses[name] for name in sorted(guesses)]


def _similarity(old: str, was: Any, new: str, now: Any) -> tuple[float, str]:
    """How alike two entries are, from 0 to 1, and what speaks for it."""
    name = SequenceMatcher(None, old.casefold(), new.casefold()).ratio()
    if was is None:
        return name, "a similar name"
    signs = [(name, "a similar name")]
    if was.description and was.description == now.description:
        signs.append((1.0, "the same description"))
    if was.key == now.key:
        signs.append((0.8, "the same hot key"))
    for what, words in (("model_labels", "the same model labels"), ("head", "linking the same")):
        if getattr(was, what, ()) and getattr(was, what) == getattr(now, what, None):
            signs += [(0.5, words)]
    best = max(signs)
    others = 0.1 * (len([sign for sign in signs if sign[0] >= 0.4]) - 1)
    return min(1.0, best[0] + max(0.0, others)), best[1]


def _commands(found: SchemeDifferences) -> Iterator[str]:
    """The commands that carry the work over, those that are certain to be meant first."""
    renamed = {guess.old: guess for guess in found.renames}
    for guess in found.renames:
        yield f"annotator labels rename {guess.old} {guess.new}"
    for label in dict.fromkeys(count.label for count in found.gone):
        if label not in renamed:
            yield f"annotator labels drop {label}"
