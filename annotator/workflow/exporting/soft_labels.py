"""Soft labels: how far each label may be a span's, as the curators' layers have it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from annotator.agreement.alignment import Group, align_layers
from annotator.annotation import SpanKey
from annotator.errors import WorkflowError
from annotator.formats.record import LayerRecord
from annotator.history import curator_layer
from annotator.store import LayerInfo
from annotator.workflow.comparing.agreement_sample import read_sample
from annotator.workflow.visibility import Visibility
from annotator.workflow.workspace import Workspace

WAYS = ("shares", "model")
DIGITS = 4
LEAST_CURATORS = 3
"""Curators below which no model of them can be fitted."""

HIDDEN = "documents without soft labels, because curators' work on them is kept from you"


class SoftLabels:
    """Gives spans their soft labels from the finished layers of all curators who did the document.

    By *shares* a label has the share of the curators whose span there has it; by the *model* the probability that it is
    right, see :mod:`annotator.agreement.competence`.  What is missing to 1 is that no span is there.
    """

    def __init__(self, workspace: Workspace, way: str, reader: str | None) -> None:
        """Read who did what; :class:`WorkflowError` for another way, or too few curators for the model."""
        if way not in WAYS:
            raise WorkflowError(f"{way!r} is no way to make soft labels", f"write {' or '.join(WAYS)}")
        self._store = workspace.store
        self._visibility = None if reader is None else Visibility(workspace.store, reader)
        digests = workspace.store.document_digests()
        self._layers: defaultdict[str, list[LayerInfo]] = defaultdict(list)
        for info in workspace.store.layers(kind="curator"):
            if info.state == "done" and info.text == digests.get(info.name.document):
                self._layers[info.name.document].append(info)
        names = sorted({info.name.author for layers in self._layers.values() for info in layers})
        self._model = _Model(workspace, names) if way == "model" else None

    def of(self, record: LayerRecord, warnings: Counter[str]) -> Mapping[SpanKey, Mapping[str, float] | None]:
        """The soft labels of a record's spans; none where a curator's work is kept from the reader, with a warning."""
        layers = sorted(self._layers[record.document.key], key=lambda info: info.name.author)
        if self._visibility is not None and any(map(self._visibility.why_hidden, layers)):
            warnings[HIDDEN] += 1
            return {}
        if not layers:
            return {}
        spans = [{span.key for span in self._store.annotations(info.id).spans.values()} for info in layers]
        groups = [group for group in align_layers([record.spans(), *spans]) if group.spans[0] is not None]
        if self._model is None:
            found: Iterable[Mapping[str, float]] = (_shares(group.spans[1:]) for group in groups)
        else:
            found = self._model.shares([info.name.author for info in layers], groups)
        return {key: soft for group, soft in zip(groups, found, strict=True) if (key := group.spans[0]) is not None}


def _shares(said: Sequence[SpanKey | None]) -> dict[str, float]:
    counts = Counter(span.label for span in said if span is not None)
    return {label: round(count / len(said), DIGITS) for label, count in sorted(counts.items())}


class _Model:
    """Dawid and Skene's model, fitted to what all curators say."""

    def __init__(self, workspace: Workspace, names: Sequence[str]) -> None:
        from annotator.agreement.competence import fit_table
        from annotator.agreement.places import find_places

        layers = [curator_layer(name) for name in names]
        places = find_places(read_sample(workspace, layers).documents, layers)
        if not len(places.table) or (places.table >= 0).sum(axis=1).max() < LEAST_CURATORS:
            raise WorkflowError(
                "soft=model takes spans in documents that three curators have finished", "write soft=shares"
            )
        self._labels = places.labels
        self._column = {name: column for column, name in enumerate(names)}
        self._fit = fit_table(places.table, len(places.labels) + 1)[1]

    def shares(self, names: Sequence[str], groups: Sequence[Group]) -> list[dict[str, float]]:
        """How likely each label is right where each group is; the first span of a group is nobody's answer.

        Where a label stands that the model was not fitted to, shares.
        """
        import numpy as np

        from annotator.agreement.competence import Answers

        number = {label: code for code, label in enumerate(self._labels, 1)}
        found = [_shares(group.spans[1:]) for group in groups]
        known = [place for place, soft in enumerate(found) if number.keys() >= soft.keys()]
        table = np.full((len(known), len(self._column)), -1)
        for row, place in enumerate(known):
            for name, span in zip(names, groups[place].spans[1:], strict=True):
                table[row, self._column[name]] = 0 if span is None else number[span.label]
        if not known:
            return found
        answers, row_of = Answers.of_table(table, len(self._labels) + 1)
        likely = self._fit.right(answers)[row_of, 1:].round(DIGITS).tolist()
        for place, shares in zip(known, likely, strict=True):
            found[place] = {label: share for label, share in zip(self._labels, shares, strict=True) if share}
        return found
