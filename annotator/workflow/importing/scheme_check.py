"""Checking the layers of a file against the label scheme, and collecting the labels that the file would add to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import dataclass, field, replace

from annotator.annotation import AttributeValue, Relation, RelationKey, Span, reading_order
from annotator.errors import WorkflowError
from annotator.formats.protocol import ForeignAttribute
from annotator.labels import EntityType, LabelScheme, RelationType
from annotator.labels.attributes import AttributeType
from annotator.labels.extend import extend_scheme
from annotator.labels.scheme import in_one_sentence
from annotator.text import Segmentation
from annotator.wording import did_you_mean
from annotator.workflow.importing.new_attributes import NewAttributes
from annotator.workflow.importing.normalized_layer import NormalizedLayer
from annotator.workflow.reserved_keys import RESERVED_KEYS

_MOST_LISTED = 8


@dataclass(slots=True)
class SchemeCheck:
    """Checks incoming layers one by one, and refuses the file at the end.

    With ``extend`` unknown labels are added to ``scheme`` (see ``new_entities`` and ``new_relations``), and unknown
    attributes collected in ``new_attributes``; with ``set_aside`` items that the scheme does not allow become extras of
    the format ``form``.  Otherwise ``unknown`` counts unknown labels, ``problems`` everything else, of which ``first``
    is the message for the first.
    """

    scheme: LabelScheme
    form: str
    extend: bool = False
    set_aside: bool = False
    new_entities: list[str] = field(default_factory=list)
    new_relations: list[str] = field(default_factory=list)
    new_attributes: NewAttributes = field(default_factory=NewAttributes)
    unknown: Counter[str] = field(default_factory=Counter)
    problems: int = 0
    first: str = ""

    @property
    def adds_labels(self) -> bool:
        """Whether the file brings labels or attributes that are to be added to ``labels.yaml``."""
        return bool(self.new_entities or self.new_relations or self.new_attributes)

    def extended(self, text: str) -> str:
        """The text of ``labels.yaml`` with what the file brings; every other line stays as it is."""
        relations = [self.scheme.relations[name] for name in self.new_relations]
        return extend_scheme(text, self.scheme, self.new_entities, relations, RESERVED_KEYS, self.new_attributes)

    def attribute_for(self, said: ForeignAttribute, label: str | None) -> AttributeType | None:
        """The attribute of an item of a label, or (``None``) of the document, that holds what is said.

        An entry may be said by the name of its catalog.
        """
        entry = self.scheme.entry_attribute(said.name, label) if said.kind == "catalog" else None
        attribute = self.scheme.attributes.get(said.name)
        if entry is not None or attribute is not None:
            return entry or (attribute if attribute in self.scheme.attributes_of(label) else None)
        return self.new_attributes.attribute(said, label) if self.extend else None

    def canonical(self, name: str, values: list[str]) -> AttributeValue:
        """Write several values of an attribute as they are stored."""
        attribute = self.scheme.attributes.get(name)
        return attribute.canonical(values) if attribute is not None else sorted(set(values))

    def knows_equivalence(self, label: str) -> bool:
        """Tell whether the scheme has a label as an equivalence; with ``extend`` one that it lacks is added."""
        relations = self.scheme.relations
        if label in self.scheme.equivalences:
            return True
        if not self.extend or label in self.scheme.entities or (label in relations and label not in self.new_relations):
            return False
        ends = tuple(dict.fromkeys((*relations[label].head, *relations[label].child))) if label in relations else ()
        new = RelationType(label, "", ends, ends, symmetric=True, within="document", equivalence=True)
        if label not in relations:
            self.new_relations.append(label)
        self.scheme = replace(self.scheme, relations={**relations, label: new})
        return True

    @property
    def refuses(self) -> bool:
        """Whether the file will be refused."""
        return bool(self.unknown or self.problems)

    def check_work(self, incoming: NormalizedLayer, where: str, sentences: Callable[[], Segmentation]) -> None:
        """Check a curator's work or gold: labels, how spans overlap, what relations link."""
        for span_id, problem in self._span_problems(incoming.spans.values()):
            self._refuse_span(incoming, span_id, where, problem)
        if incoming.relations:
            for relation_id, problem in self._relation_problems(incoming, sentences()):
                self._refuse_relation(incoming, relation_id, where, problem)

    def check_labels(self, incoming: NormalizedLayer, where: str, sentences: Callable[[], Segmentation]) -> None:
        """Check that the scheme knows the labels of suggestions; the workbench ignores those that do not fit."""
        for span in list(incoming.spans.values()):
            if not self._knows_entity(span.label):
                self._refuse_span(incoming, span.id, where, None)
        for relation in list(incoming.relations.values()):
            if not self._knows_relation(incoming, relation, sentences()):
                self._refuse_relation(incoming, relation.id, where, None)

    def conclude(self) -> None:
        """Raise :class:`WorkflowError` if anything was refused: unknown labels first, each with its count."""
        if self.unknown:
            listed = [f"{label} ({n})" for label, n in self.unknown.most_common(_MOST_LISTED)]
            more = f" and {len(self.unknown) - _MOST_LISTED} more" if len(self.unknown) > _MOST_LISTED else ""
            commonest = self.unknown.most_common(1)[0][0]
            hint = did_you_mean(commonest, [*self.scheme.entities, *self.scheme.relations])
            ours = self.scheme.entity_for_model_label(commonest) or "OURS"
            raise WorkflowError(
                f"labels that the scheme lacks: {', '.join(listed)}{more}{hint}",
                f"map each with --map {commonest}={ours}, add all to labels.yaml with --labels-from-data, "
                "or keep what bears them aside with --set-aside",
            )
        if self.problems:
            more = f" (and {self.problems - 1} more)" if self.problems > 1 else ""
            raise WorkflowError(
                f"{self.first}{more}", "change labels.yaml, or keep what it does not allow aside with --set-aside"
            )

    def _span_problems(self, spans: Collection[Span]) -> list[tuple[str, str | None]]:
        """List the ids of spans that may not stand beside those before them, with the reason.

        The reason of an unknown label is ``None``: such labels are counted.
        """
        problems: list[tuple[str, str | None]] = []
        reach = -1
        live: list[Span] = []
        known = self.scheme.entities.keys()
        if _stand_apart(spans, known):
            return problems
        for span in sorted(spans, key=reading_order):
            if span.label not in known and not self._knows_entity(span.label):
                problems.append((span.id, None))
                continue
            if span.start < reach:
                live = [other for other in live if other.end > span.start]
                problem = self.scheme.span_problem(span.key, [other.key for other in live])
                if problem is not None:
                    problems.append((span.id, problem))
                    continue
            live.append(span)
            reach = max(reach, span.end)
        return problems

    def _relation_problems(self, incoming: NormalizedLayer, sentences: Segmentation) -> list[tuple[str, str | None]]:
        problems: list[tuple[str, str | None]] = []
        between: dict[frozenset[str], list[RelationKey]] = {}
        content = incoming.content
        for relation in incoming.relations.values():
            if not self._knows_relation(incoming, relation, sentences):
                problems.append((relation.id, None))
                continue
            key = content.relation_key(relation)
            others = between.setdefault(frozenset((relation.head, relation.child)), [])
            problem = self.scheme.relation_problem(key, sentences, others)
            if problem is not None:
                problems.append((relation.id, problem))
            else:
                others.append(key)
        return problems

    def _knows_entity(self, label: str) -> bool:
        if label in self.scheme.entities:
            return True
        if not self.extend or label in self.scheme.relations:
            return False
        self.new_entities.append(label)
        self.scheme = replace(self.scheme, entities={**self.scheme.entities, label: EntityType(label, "")})
        return True

    def _knows_relation(self, incoming: NormalizedLayer, relation: Relation, sentences: Segmentation) -> bool:
        """Tell whether the scheme has a relation's label; a new label comes to allow all ends that it is seen with."""
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
        both = [key.head.label, key.child.label]
        heads, children = (both, both) if old.equivalence else (both[:1], both[1:])
        new = replace(
            old,
            head=tuple(dict.fromkeys((*old.head, *heads))),
            child=tuple(dict.fromkeys((*old.child, *children))),
            within=old.within if in_one_sentence(sentences, key.head, key.child) else "document",
        )
        if new != old:
            self.scheme = replace(self.scheme, relations={**self.scheme.relations, label: new})
        return True

    def _refuse_span(self, incoming: NormalizedLayer, span_id: str, where: str, problem: str | None) -> None:
        if self.set_aside:
            incoming.set_span_aside(span_id, self.form)
        else:
            self._count(incoming.spans[span_id].label, where, problem)

    def _refuse_relation(self, incoming: NormalizedLayer, relation_id: str, where: str, problem: str | None) -> None:
        if self.set_aside:
            incoming.set_relation_aside(relation_id, self.form)
        else:
            self._count(incoming.relations[relation_id].label, where, problem)

    def _count(self, label: str, where: str, problem: str | None) -> None:
        if problem is None:
            self.unknown[label] += 1
            return
        self.refuse(f"{where}: {problem}")

    def refuse(self, problem: str) -> None:
        """Count something that the scheme does not allow, told with its place."""
        self.problems += 1
        self.first = self.first or problem


def _stand_apart(spans: Iterable[Span], known: Container[str]) -> bool:
    """Tell whether spans have known labels, and each begins where the one before has ended: most are written so."""
    reach = 0
    for span in spans:
        if span.start < reach or span.label not in known:
            return False
        reach = span.end
    return True
