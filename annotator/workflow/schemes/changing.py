"""Renaming, merging, splitting and dropping labels: in ``labels.yaml`` and in all layers, or in neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

from annotator.errors import SchemeError, WorkflowError
from annotator.labels import LabelScheme
from annotator.labels.edit import edit_labels
from annotator.labels.load import NAME, NAME_RULE, read_scheme_text
from annotator.scheme_changes import UNDO, LabelChange, SchemeEvent, changed_shape
from annotator.scheme_changes.change import Action, ChangeKind, LabelKind
from annotator.store import Store, Writer, carry_layers
from annotator.store.attribute_counts import attribute_counts
from annotator.store.label_counts import LabelCount, hanging_relations, item_totals, label_counts
from annotator.wording import did_you_mean, plural
from annotator.workflow.labels_file import LabelsFile
from annotator.workflow.reserved_keys import RESERVED_KEYS
from annotator.workflow.schemes.attribute_changes import attribute_change, is_attribute, value_names
from annotator.workflow.schemes.label_text import text_without
from annotator.workflow.workspace import Workspace, scheme_stamp

ReportProgress = Callable[[int, int], None]
"""Called with the number of layers that have been carried over, and of all."""

_SMALL = 20_000
"""Items up to which all layers are carried over in the transaction that notes the change."""


@dataclass(slots=True)
class ChangeReport:
    """What a change of the labels did, or would do.

    ``counts`` is how often the old labels occurred; ``hanging`` how many relations ended at spans that were dropped;
    ``spans`` and ``relations`` by how many items all layers have fewer (or, after an undo, more: negative) now;
    ``in_file`` is whether ``labels.yaml`` was changed too, ``labels_aside`` where it is kept if somebody edited it
    meanwhile; ``entries_gone`` are merged labels whose guidelines went with their entries.  ``undone`` says that the
    change was taken back, ``outside`` counts what was marked under its new labels since and that the scheme then does
    not have.
    """

    change: LabelChange
    counts: list[LabelCount] = field(default_factory=list)
    hanging: int = 0
    spans: int = 0
    relations: int = 0
    in_file: bool = True
    undone: bool = False
    outside: list[LabelCount] = field(default_factory=list)
    entries_gone: list[str] = field(default_factory=list)
    labels_aside: Path | None = None

    @property
    def items(self) -> int:
        """How many spans or relations had the old labels."""
        return sum(count.items for count in self.counts)

    @property
    def documents(self) -> int:
        """In how many documents one layer had them, at most."""
        return max((count.documents for count in self.counts), default=0)

    def sentences(self, *, dry_run: bool) -> Iterator[str]:
        """What was done, or would be, in words."""
        would = "would be " if dry_run else ""
        yield self._carried(would)
        for name in self.entries_gone:
            goes = "would go" if dry_run else "went"
            yield f"the guideline of {name} {goes} with its entry; `annotator labels undo` brings it back"
        if self.change.action == "split" and not self.undone:
            yield f"each is undecided again: its curator finds it {would}before them, under its old label"
        gone, back = self._items(1), self._items(-1)
        if gone:
            what = "taken out" if self.change.action == "drop" else "united with others that say the same"
            kept = "" if dry_run else "; history keeps them, `annotator labels undo` brings them back"
            yield f"{gone} {would}{what}{kept}"
        if back:
            yield f"{back} {would}brought back"
        for outside in self.outside:
            yield (
                f"{outside.layer}: {outside.items} marked {outside.label} since, which labels.yaml lacks now:"
                f" `annotator labels merge {outside.label} OTHER` or `labels drop {outside.label}`"
            )
        if self.labels_aside is not None:
            yield f"labels.yaml was edited meanwhile: what it said is in {self.labels_aside}"

    def _carried(self, would: str) -> str:
        """What was changed, and how many items follow."""
        done = f"undoing “{self.change}”" if self.undone else str(self.change)
        if not self.in_file and not self.undone:
            done += " (labels.yaml says it already)"
        if not self.items or self.change.action == "drop":
            return done
        noun = {"entity": "span", "relation": "relation"}.get(self.change.kind, "item")
        return f"{done}: {plural(self.items, noun)} {would}carried over"

    def _items(self, sign: int) -> str:
        """How many items all layers have fewer (with 1) or more (with -1), in words."""
        counts = ((sign * self.spans, "span"), (sign * self.relations, "relation"))
        return " and ".join(plural(count, noun) for count, noun in counts if count > 0)


def label_change(workspace: Workspace, action: Action, old: Sequence[str], new: Sequence[str]) -> LabelChange:
    """Make a change of names, and check it against the scheme and the labels that the database uses.

    Raises :class:`WorkflowError` where it makes no sense: a label that nobody knows, a new name that is taken.
    """
    scheme = workspace.scheme
    if is_attribute(old[0], scheme, workspace.store):
        return attribute_change(scheme, workspace.store, action, old, new)
    used = {(count.kind, count.label) for count in label_counts(workspace.store)}
    kinds = {_kind(name, scheme, used) for name in old}
    kind = next(iter(kinds))
    if len(kinds) > 1:
        raise WorkflowError(f"{' and '.join(old)} are not of one kind: entities and relations", "merge them apart")
    _check_new(action, kind, old, new, scheme)
    if action == "merge":
        old = [name for name in old if name not in new]
        if not old:
            raise WorkflowError(f"{new[0]} alone cannot be merged", "name the labels, and then the one they become")
    symmetric = kind == "relation" and any(
        name in scheme.relations and scheme.relations[name].symmetric for name in (*new, *old)
    )
    change = LabelChange(action, kind, tuple(old), tuple(new), symmetric and action != "split")
    problem = change.problem()
    if problem is not None:
        raise WorkflowError(f"{change}: {problem}", "see `annotator labels --help`")
    left = set(scheme.entities) - set(old) | set(new)
    if kind == "entity" and not left:
        raise WorkflowError(f"{old[0]} is the only entity", "add another one to labels.yaml first")
    return change


def change_of_words(workspace: Workspace, words: Sequence[str]) -> LabelChange:
    """Make a change of words such as ``rename OLD NEW``; :class:`WorkflowError` where they are none."""
    action, *names = words
    if action not in get_args(Action) or len(names) < _FEWEST_NAMES[action]:
        raise WorkflowError(f"{' '.join(words)!r} is no change of the labels", "for example: rename OLD NEW")
    old, new = {
        "rename": (names[:1], names[1:]),
        "merge": (names[:-1], names[-1:]),
        "split": (names[:1], names[1:]),
        "drop": (names, []),
    }[action]
    return label_change(workspace, cast("Action", action), list(dict.fromkeys(old)), list(dict.fromkeys(new)))


_FEWEST_NAMES = {"rename": 2, "merge": 2, "split": 3, "drop": 1}


def _entries(scheme: LabelScheme, kind: ChangeKind) -> Mapping[str, Any]:
    """What of one kind a scheme has, by name."""
    if kind == "value":
        return value_names(scheme)
    return {"entity": scheme.entities, "relation": scheme.relations, "attribute": scheme.attributes}[kind]


def _counts(store: Store, kind: ChangeKind, names: Sequence[str]) -> list[LabelCount]:
    """How often something of one kind occurs."""
    if not names:
        return []
    counts = attribute_counts(store, names) if kind in ("attribute", "value") else label_counts(store, names)
    return [count for count in counts if count.kind == kind]


def _kind(name: str, scheme: LabelScheme, used: set[tuple[str, str]]) -> LabelKind:
    for kind in get_args(LabelKind):
        labels = scheme.entities if kind == "entity" else scheme.relations
        if name in labels:
            return kind  # type: ignore[no-any-return]
    for kind in get_args(LabelKind):
        if (kind, name) in used:
            return kind  # type: ignore[no-any-return]
    known = [*scheme.entities, *scheme.relations, *(label for _, label in used)]
    raise WorkflowError(
        f"{name!r} is no label of labels.yaml, and nothing is marked with it{did_you_mean(name, known)}",
        "`annotator labels stats` lists the labels",
    )


def _check_new(action: Action, kind: LabelKind, old: Sequence[str], new: Sequence[str], scheme: LabelScheme) -> None:
    own, others = scheme.entities.keys(), scheme.relations.keys()
    if kind == "relation":
        own, others = others, own
    for name in new:
        if not NAME.fullmatch(name):
            raise WorkflowError(
                f"{name!r} cannot be a label: {NAME_RULE}",
                "give it another name",
            )
        if name in others:
            raise WorkflowError(
                f"{name} is {'a relation' if kind == 'entity' else 'an entity'} already", "choose another name"
            )
    if action == "rename" and new[0] in own and old[0] in own:
        raise WorkflowError(
            f"{new[0]} is a label already", f"`annotator labels merge {old[0]} {new[0]}` unites the two under {new[0]}"
        )
    if action == "split" and old[0] in new:
        raise WorkflowError(
            f"{old[0]} cannot be one of the labels that it is split into: nobody could tell what was looked at again",
            f"rename {old[0]} first, then split that",
        )


def change_labels(
    workspace: Workspace,
    change: LabelChange,
    actor: str,
    *,
    dry_run: bool = False,
    report_progress: ReportProgress | None = None,
) -> ChangeReport:
    """Change labels in ``labels.yaml`` and in all layers, as one event that can be undone.

    Where ``labels.yaml`` has been edited by hand already, only the work is carried over.  Raises :class:`SchemeError`
    where the file is written in a way that cannot be changed by itself; nothing is changed then.
    """
    labels = LabelsFile(workspace.labels_path)
    before = labels.read()
    entries = _entries(workspace.scheme, change.kind)
    in_file = any(name in entries for name in change.old)
    if not in_file and any(name not in entries for name in change.new):
        raise WorkflowError(
            f"labels.yaml has neither {' nor '.join((*change.old, *change.new))}", "add the new label to it first"
        )
    after = edit_labels(before, change, RESERVED_KEYS) if in_file else before
    _check_changed(workspace, change, after)
    history = workspace.store.scheme_history()
    event = SchemeEvent(
        tuple(history.heads.split()), workspace.store.clock(), actor, change.action, change, None, before, after
    )
    report = ChangeReport(change, _counts(workspace.store, change.kind, change.old), in_file=in_file)
    if change.action == "merge":
        kept = change.new[0] if change.new[0] in entries else change.old[0]
        described = (
            name for name in change.old if name in entries and (entries[name].description or entries[name].examples)
        )
        report.entries_gone = [name for name in described if name != kept]
    if change.action == "drop" and change.kind == "entity":
        report.hanging = hanging_relations(workspace.store, change.old)
    _carry_out(workspace, labels, [event], report, dry_run=dry_run, report_progress=report_progress)
    return report


def _check_changed(workspace: Workspace, change: LabelChange, after: str) -> None:
    """Refuse a text of ``labels.yaml`` that is no scheme any more, or another one than the change makes."""
    problem = f"{change} would change more than that"
    try:
        if read_scheme_text(after, RESERVED_KEYS).shape == changed_shape(workspace.scheme.shape, change):
            return
    except SchemeError as error:
        problem = f"after {change} it would say {error.message}"
    raise SchemeError(
        f"{workspace.labels_path} cannot be changed by itself: {problem}",
        "edit it by hand, then run the command again: it carries the work over",
    )


def _check_restored(workspace: Workspace, change: LabelChange, after: str) -> None:
    """Refuse a text of ``labels.yaml`` that would be no scheme any more."""
    try:
        read_scheme_text(after, RESERVED_KEYS)
    except SchemeError as error:
        raise SchemeError(
            f"{workspace.labels_path}: {change} cannot be taken back by itself: it would say {error.message}",
            "edit what that names by hand, then run the command again",
        ) from error


def undo_change(
    workspace: Workspace, actor: str, *, dry_run: bool = False, report_progress: ReportProgress | None = None
) -> ChangeReport:
    """Take the last change of the labels back, in ``labels.yaml`` and in all layers."""
    history = workspace.store.scheme_history()
    if not history.effective:
        raise WorkflowError("no change of the labels is left to undo", "`annotator labels` lists what there is to do")
    target, made = history.effective[-1]
    change = history.change_of(made)
    labels = LabelsFile(workspace.labels_path)
    before = labels.read()
    after = text_without(before, target, history, history.events)
    _check_restored(workspace, change, after)
    events: list[SchemeEvent] = []
    for twin in history.twins(target):
        parents = (events[-1].hash,) if events else tuple(history.heads.split())
        now = workspace.store.clock()
        events.append(SchemeEvent(parents, now, actor, UNDO, None, twin, after if events else before, after))
    counts = _counts(workspace.store, change.kind, change.new)
    report = ChangeReport(change, counts, in_file=after != before, undone=True)
    _carry_out(workspace, labels, events, report, dry_run=dry_run, report_progress=report_progress)
    scheme = read_scheme_text(after, RESERVED_KEYS)
    if not dry_run:
        unknown = [name for name in change.new if name not in _entries(scheme, change.kind)]
        report.outside = _counts(workspace.store, change.kind, unknown)
    return report


def _carry_out(
    workspace: Workspace,
    labels: LabelsFile,
    events: Sequence[SchemeEvent],
    report: ChangeReport,
    *,
    dry_run: bool,
    report_progress: ReportProgress | None,
) -> None:
    """Note a change, put ``labels.yaml`` in place and carry all layers over."""
    store = workspace.store
    spans, relations = item_totals(store)
    at_once = dry_run or report.items + report.hanging <= _SMALL
    try:
        with store.write(dry_run=dry_run) as writer:
            _note(writer, labels, events)
            if at_once:
                writer.carry_layers()
                _count(store, report, spans, relations)
    except BaseException:
        labels.fail(store.scheme())
        raise
    if dry_run:
        labels.discard()
        return
    report.labels_aside = labels.publish()
    workspace.forget_scheme()
    if not at_once:
        carry_layers(store, report_progress or (lambda _done, _total: None))
        _count(store, report, spans, relations)


def _note(writer: Writer, labels: LabelsFile, events: Sequence[SchemeEvent]) -> None:
    writer.note_changes(events)
    if events[-1].after != events[0].before:
        writer.set_scheme(scheme_stamp(labels.stage(events[-1].after)))


def _count(store: Store, report: ChangeReport, spans: int, relations: int) -> None:
    now = item_totals(store)
    report.spans, report.relations = spans - now[0], relations - now[1]
