"""What a label scheme has against a file, gathered over the whole of it, and the labels that the file would add."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from annotator.annotation import Relation, RelationKey, Span, SpanKey
from annotator.errors import WorkflowError
from annotator.labels import EntityType, LabelScheme, RelationType
from annotator.labels.scheme import suggestion
from annotator.text import Segmentation
from annotator.workflow.importing.normalized_layer import NormalizedLayer

_SHOWN = 8


@dataclass(slots=True)
class SchemeCheck:
    """Holds every incoming layer against the scheme.

    ``extend`` adds labels that the scheme lacks to ``scheme``; ``aside`` moves what the scheme does not allow to the
    extras of the format; otherwise :meth:`conclude` refuses the file.
    """

    scheme: LabelScheme
    form: str
    extend: bool = False
    aside: bool = False
    new_entities: list[str] = field(default_factory=list)
    new_relations: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    problems: int = 0
    first: str = ""

    @property
    def refuses(self) -> bool:
        """Return whether the file will be refused."""
        return bool(self.unknown or self.problems)

    def strict(self, incoming: NormalizedLayer, where: str, sentences: Callable[[], Segmentation]) -> None:
        """Check work: labels, how spans lie, what relations link."""
        for identity, problem in self._span_problems(incoming.spans.values()):
            self._refuse_span(incoming, identity, where, problem)
        if incoming.relations:
            for identity, problem in self._relation_problems(incoming, sentences()):
                self._refuse_relation(incoming, identity, where, problem)

    def labels_only(self, incoming: NormalizedLayer, where: str, sentences: Callable[[], Segmentation]) -> None:
        """Check suggestions: the workbench itself passes over those that do not fit, but their labels must be known."""
        for span in list(incoming.spans.values()):
            if not self._knows_entity(span.label):
                self._refuse_span(incoming, span.id, where, None)
        for relation in list(incoming.relations.values()):
            if not self._knows_relation(incoming, relation, sentences()):
                self._refuse_relation(incoming, relation.id, where, None)

    def conclude(self) -> None:
        """Raise :class:`WorkflowError` if anything was refused: unknown labels first, each with its count."""
        if self.unknown:
            listed = [f"{label} ({n})" for label, n in self.unknown.most_common(_SHOWN)]
            more = f" and {len(self.unknown) - _SHOWN} more" if len(self.unknown) > _SHOWN else ""
            near = self.unknown.most_common(1)[0][0]
            hint = suggestion(near, [*self.scheme.entities, *self.scheme.relations])
            ours = self.scheme.entity_for_model_label(near) or "OURS"
            raise WorkflowError(
                f"labels that the scheme lacks: {', '.join(listed)}{more}{hint}",
                f"map each with --map {near}={ours}, add all to labels.yaml with --labels-from-data, "
                "or keep what bears them aside with --set-aside",
            )
        if self.problems:
            more = f" (and {self.problems - 1} more)" if self.problems > 1 else ""
            raise WorkflowError(
                f"{self.first}{more}", "change labels.yaml, or keep what it does not allow aside with --set-aside"
            )

    def _span_problems(self, spans: Iterable[Span]) -> list[tuple[str, str | None]]:
        """Return the ids of spans that may not stand beside those before them, with the reason.

        An unknown label's reason is ``None``: it is counted by itself.
        """
        found: list[tuple[str, str | None]] = []
        reach = -1
        live: list[SpanKey] = []
        known = self.scheme.entities.keys()
        for span in sorted(spans, key=_reading_order):
            if span.label not in known and not self._knows_entity(span.label):
                found.append((span.id, None))
                continue
            if span.start < reach:
                live = [key for key in live if key.end > span.start]
                problem = self.scheme.span_problem(span.key, live)
                if problem is not None:
                    found.append((span.id, problem))
                    continue
            live.append(span.key)
            reach = max(reach, span.end)
        return found

    def _relation_problems(self, incoming: NormalizedLayer, sentences: Segmentation) -> list[tuple[str, str | None]]:
        found: list[tuple[str, str | None]] = []
        between: dict[frozenset[str], list[RelationKey]] = {}
        for relation in incoming.relations.values():
            if not self._knows_relation(incoming, relation, sentences):
                found.append((relation.id, None))
                continue
            key = incoming.content.relation_key(relation)
            others = between.setdefault(frozenset((relation.head, relation.child)), [])
            problem = self.scheme.relation_problem(key, sentences, others)
            if problem is not None:
                found.append((relation.id, problem))
            else:
                others.append(key)
        return found

    def _knows_entity(self, label: str) -> bool:
        if label in self.scheme.entities:
            return True
        if not self.extend or label in self.scheme.relations:
            return False
        self.new_entities.append(label)
        self.scheme = replace(self.scheme, entities={**self.scheme.entities, label: EntityType(label, "")})
        return True

    def _knows_relation(self, incoming: NormalizedLayer, relation: Relation, sentences: Segmentation) -> bool:
        """Return whether the scheme has a relation's label; one that is new grows with what it is seen to link."""
        label = relation.label
        if label in self.scheme.relations and label not in self.new_relations:
            return True
        if not self.extend or label in self.scheme.entities:
            return False
        key = incoming.content.relation_key(relation)
        old = self.scheme.relations.get(label)
        if old is None:
            old = RelationType(label, "", (), ())
            self.new_relations.append(label)
        new = replace(
            old,
            head=tuple(dict.fromkeys((*old.head, key.head.label))),
            child=tuple(dict.fromkeys((*old.child, key.child.label))),
            within="document" if not _in_one_sentence(sentences, key) else old.within,
        )
        if new != old:
            self.scheme = replace(self.scheme, relations={**self.scheme.relations, label: new})
        return True

    def _refuse_span(self, incoming: NormalizedLayer, identity: str, where: str, problem: str | None) -> None:
        if self.aside:
            incoming.set_span_aside(identity, self.form)
        else:
            self._count(incoming.spans[identity].label, where, problem)

    def _refuse_relation(self, incoming: NormalizedLayer, identity: str, where: str, problem: str | None) -> None:
        if self.aside:
            incoming.set_relation_aside(identity, self.form)
        else:
            self._count(incoming.relations[identity].label, where, problem)

    def _count(self, label: str, where: str, problem: str | None) -> None:
        if problem is None:
            self.unknown[label] += 1
            return
        self.problems += 1
        self.first = self.first or f"{where}: {problem}"


def _reading_order(span: Span) -> tuple[int, int, str]:
    return span.start, -span.end, span.label


def _in_one_sentence(sentences: Segmentation, key: RelationKey) -> bool:
    first = sentences.overlapping(key.head.start, key.head.end)
    second = sentences.overlapping(key.child.start, key.child.end)
    return max(first.start, second.start) < min(first.stop, second.stop)
