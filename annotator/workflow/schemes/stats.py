"""How often each label is used, by whom, and for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annotator.store.label_counts import LabelCount, LabelExample, label_counts, label_examples
from annotator.workflow.schemes.attribute_changes import listed_counts, value_names
from annotator.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class LabelStats:
    """A label of the scheme, or one that only the database knows: its counts by layer, and some examples."""

    label: str
    kind: str
    in_scheme: bool
    counts: Mapping[str, LabelCount]
    examples: tuple[LabelExample, ...]

    def as_json(self) -> dict[str, object]:
        """The statistics as JSON values: counts by layer, examples with their place."""
        counts = {layer: {"items": c.items, "documents": c.documents} for layer, c in self.counts.items()}
        examples = [example._asdict() for example in self.examples]
        return {"label": self.label, "kind": self.kind, "in_scheme": self.in_scheme, "counts": counts,
                "examples": examples}  # fmt: skip


def label_stats(workspace: Workspace, examples: int) -> list[LabelStats]:
    """Count all labels: those of the scheme in its order, entities first, then those that it lacks.

    Attributes and the values that the scheme lists are counted as well, without examples.
    """
    store, scheme = workspace.store, workspace.scheme
    counts: dict[tuple[str, str], dict[str, LabelCount]] = {}
    for kind, labels in (("entity", scheme.entities), ("relation", scheme.relations)):
        counts.update({(kind, label): {} for label in labels})
    counts.update({("attribute", name): {} for name in scheme.attributes})
    counts.update({("value", name): {} for name in value_names(scheme)})
    known = set(counts)
    for count in (*label_counts(store), *listed_counts(store, scheme)):
        counts.setdefault((count.kind, count.label), {})[count.layer] = count
    return [
        LabelStats(
            label,
            kind,
            (kind, label) in known,
            by_layer,
            tuple(label_examples(store, kind, label, examples))
            if by_layer and examples and kind in ("entity", "relation")
            else (),
        )
        for (kind, label), by_layer in counts.items()
    ]
