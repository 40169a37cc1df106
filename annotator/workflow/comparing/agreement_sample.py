"""What agreement is measured on: which layers of which documents count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from annotator.agreement.layers import Content, DocumentLayers, LabelNumbers, Vocabulary
from annotator.annotation import Annotations
from annotator.errors import WorkflowError
from annotator.history import GOLD, SUGGESTIONS, curator_layer
from annotator.labels import AttributeType
from annotator.store import DocumentFacts, Finished, FinishedLayer, VerdictCount, WorkTime
from annotator.tuning import collector_paused
from annotator.workflow.workspace import Workspace

RelationColumns = tuple[list[int], list[int], list[str]]
Condition = Literal["shown", "blind", "mixed"]
"""Whether both layers of a comparison are by curators who saw suggestions, neither is, or one of them.

Gold is blind where all curators were who finished the document.
"""


@dataclass(frozen=True, slots=True)
class BesideLabels:
    """What the label scheme has beside labels, and what layers say of it.

    ``layers`` has, for each document that is compared, its layers by name; none where the scheme has neither
    ``attributes`` nor ``equivalences``, which is where reading them would be for nothing.
    """

    attributes: tuple[AttributeType, ...] = ()
    equivalences: tuple[str, ...] = ()
    symmetric: frozenset[str] = frozenset()
    layers: Sequence[Mapping[str, Annotations]] = ()


@dataclass(frozen=True, slots=True)
class AgreementSample:
    """Finished layers of documents, and what there is to know about them.

    ``layers`` are names as history has them (``curator:ana``); ``documents`` those that at least two layers have;
    ``total`` counts the documents of the corpus, or of the one language that is measured, ``single`` those that one of
    the layers has alone.  ``finished_at`` is when the last step in a document's layers was taken; ``blind`` holds
    document and layer where no suggestions were shown; ``goals`` are what the label scheme says that measures are to
    reach; ``lengths`` those of the documents counted, in tokens; ``beside`` is what layers say beside labels.
    """

    layers: tuple[str, ...]
    vocabulary: Vocabulary
    documents: tuple[DocumentLayers, ...]
    facts: Mapping[str, DocumentFacts]
    finished_at: Mapping[str, str]
    blind: frozenset[tuple[str, str]]
    total: int
    single: int
    goals: Mapping[str, float] = field(default_factory=dict)
    lengths: Sequence[int] = ()
    beside: BesideLabels = BesideLabels()

    def condition(self, document: str, left: str, right: str) -> Condition | None:
        """Whether a comparison is of work with or without suggestions; ``None`` of suggestions with suggestions."""
        blind = [(document, name) in self.blind for name in (left, right) if not name.startswith(SUGGESTIONS)]
        if not blind:
            return None
        return "blind" if all(blind) else "mixed" if any(blind) else "shown"


def display_name(layer: str) -> str:
    """A layer's name for people: a curator by their own name."""
    return layer.removeprefix("curator:")


def layers_to_compare(workspace: Workspace, given: str | None) -> list[str]:
    """The layers named in a list with commas; without one, those of all curators who finished documents.

    A name is ``gold``, ``suggestions``, a curator's name, ``curator:NAME`` or ``suggestions:NAME``.  Raises
    :class:`WorkflowError` for a name that no layer has, and for fewer than two.
    """
    if given is None:
        return [curator_layer(name) for name in Finished(workspace.store).curators()]
    known = workspace.store.layer_names()
    names: list[str] = []
    for part in (part.strip() for part in given.split(",")):
        is_layer = part in (GOLD, SUGGESTIONS) or part.startswith(("curator:", f"{SUGGESTIONS}:"))
        name = part if is_layer else curator_layer(part)
        if name not in known:
            there = ", ".join(map(display_name, sorted(known))) or "no layers yet"
            raise WorkflowError(f"no layer {part!r} in {workspace.database_path}", f"there are {there}")
        if name not in names:
            names.append(name)
    if len(names) < 2:
        raise WorkflowError(f"one layer alone agrees with nobody: {given}", "name two or more, for example ana,bo")
    return names


def read_sample(workspace: Workspace, layers: Sequence[str], *, lang: str | None = None) -> AgreementSample:
    """Read the layers that count: finished, and on the document's present text; of one language where asked.

    Raises :class:`WorkflowError` for a language that the workspace does not have.
    """
    scheme, equivalences = workspace.scheme, workspace.scheme.equivalences
    if lang is not None and lang not in scheme.languages:
        raise WorkflowError(f"no language {lang!r} in labels.yaml", f"there are {', '.join(scheme.languages)}")
    finished = Finished(workspace.store)
    with workspace.store.snapshot(), collector_paused():
        rows = finished.layers(layers) if layers else []
        having = Counter(row.document for row in rows)
        facts = {f.key: f for f in finished.documents(list(having)) if lang in (None, f.lang)}
        shared = {key for key, count in having.items() if count > 1 and key in facts}
        contents: dict[str, dict[str, Content]] = {key: {} for key in sorted(shared)}
        at = dict.fromkeys(contents, "")
        counted = [row for row in rows if row.document in shared]
        numbers = LabelNumbers(), LabelNumbers()
        for row, columns in zip(counted, finished.contents([row.id for row in counted]), strict=True):
            spans, relations = columns
            if equivalences:
                relations = _without(relations, equivalences)
            contents[row.document][row.name] = Content.of_columns(spans, relations, numbers)
            at[row.document] = max(at[row.document], row.at)
        beside = _beside_labels(workspace, contents, counted)
        lengths = finished.lengths(lang)
    return AgreementSample(
        layers=tuple(layers),
        vocabulary=Vocabulary(
            tuple(scheme.entities),
            tuple(name for name in scheme.relations if name not in equivalences),
            scheme.symmetric,
        ),
        documents=tuple(DocumentLayers(k, facts[k].length, facts[k].tokens, c) for k, c in contents.items()),
        facts=facts,
        finished_at=at,
        blind=frozenset((row.document, row.name) for row in rows if row.blind),
        total=len(lengths),
        single=sum(count == 1 for key, count in having.items() if key in facts),
        goals=scheme.goals,
        lengths=lengths,
        beside=beside,
    )


def _without(relations: RelationColumns, labels: Collection[str]) -> RelationColumns:
    """The columns of relations (head, child, label) without those of some labels."""
    kept = [row for row in zip(*relations, strict=True) if row[2] not in labels]
    return [head for head, _, _ in kept], [child for _, child, _ in kept], [label for _, _, label in kept]


def _beside_labels(workspace: Workspace, documents: Collection[str], rows: Iterable[FinishedLayer]) -> BesideLabels:
    """Read what layers say beside labels, where the scheme has anything of the kind."""
    scheme = workspace.scheme
    if not scheme.attributes and not scheme.equivalences:
        return BesideLabels()
    layers: dict[str, dict[str, Annotations]] = {key: {} for key in documents}
    for row in rows:
        layers[row.document][row.name] = workspace.store.annotations(row.id)
    equivalences = tuple(name for name in scheme.relations if name in scheme.equivalences)
    return BesideLabels(tuple(scheme.attributes.values()), equivalences, scheme.symmetric, tuple(layers.values()))


def verdict_counts(workspace: Workspace, lang: str | None = None) -> list[VerdictCount]:
    """The verdicts on suggestions in finished work, all or in one language, by curator, source and score."""
    return Finished(workspace.store).verdicts(lang)


def work_times(workspace: Workspace, lang: str | None = None) -> list[WorkTime]:
    """How long curators worked on each document, or each in one language, that they finished, breaks left out."""
    return Finished(workspace.store).times(lang)
