"""An adjudicator at work on the gold of one document: what each key means.

The verbs are those of the annotate screen and a few more, but each of them amounts to rulings; what gold holds then
follows from the finished work and the rulings.  So a decision stays when curators finish anew, and relations follow the
spans that were chosen for their ends.
"""

from __future__ import annotations

from annotator.annotation import Relation, RelationKey, Ruling, Span, SpanKey
from annotator.errors import WorkflowError
from annotator.workflow.adjudicating import decisions
from annotator.workflow.adjudicating.cases import (
    Case,
    RelationCase,
    RelationVersion,
    SpanCase,
    SpanVersion,
    favourite,
    kinds_in_words,
)
from annotator.workflow.adjudicating.gold_reading import GoldReading
from annotator.workflow.adjudicating.parts import Part
from annotator.workflow.adjudicating.settlement import first_relations, first_spans
from annotator.workflow.description import quote
from annotator.workflow.editing.layer_session import Outcome


class GoldSession(GoldReading):
    """The verbs of the adjudicate screen; ``curator`` is the adjudicator.

    ``case`` is the id of the case that is looked at: what is marked over it settles it.
    """

    case: str | None = None

    # Decisions on a case

    def around(self, case: Case) -> Part:
        """Return all that has to do with a case."""
        return self._around(*_spans_of(case))

    def choose(self, case: str, curator: str) -> Outcome:
        """Let a curator's version stand."""
        found = self._case(case)
        if curator not in found.versions:
            raise WorkflowError(f"{curator} has not finished this document", "choose another version")
        return self._settle(found, found.versions[curator], curator)

    def favoured(self, case: str) -> Outcome:
        """Let stand what more curators say than anything else."""
        found = self._case(case)
        curator = favourite(found.versions)
        if curator is None:
            raise WorkflowError("as many say one thing as another", "choose a version by its number, or x for none")
        return self._settle(found, found.versions[curator], curator)

    def nothing(self, case: str) -> Outcome:
        """Decide that nothing stands here."""
        return self._settle(self._case(case), (), None)

    def favoured_everywhere(self) -> Outcome:
        """Let stand what more than half of the curators say, in every open case, as one step."""
        changes: dict[str, Ruling | None] = {}
        count = 0
        for case in self.open:
            curator = favourite(case.versions)
            if curator is None or 2 * list(case.versions.values()).count(case.versions[curator]) <= len(case.versions):
                continue
            changes.update(self._changes(case, case.versions[curator], curator))
            count += 1
        self._rule("choose what most say", changes)
        return Outcome(f"settled {count} as most say; {len(self.open)} remain")

    def _settle(self, case: Case, version: SpanVersion | RelationVersion, curator: str | None) -> Outcome:
        going = {*self.layer.spans} - {*map(str, case.outcome)}
        notes = self._rule("choose", self._changes(case, version, curator)) + self._gave_way(going)
        what = ", ".join(map(self._said, version)) or "nothing"
        settled = self.find(case.id)
        focus = str(settled.outcome[0]) if settled is not None and settled.outcome else None
        return Outcome("; ".join([f"settled: {what}", *notes]), focus)

    def _changes(self, case: Case, version: SpanVersion | RelationVersion, curator: str | None) -> dict[str, Ruling]:
        part = self.around(case)
        contents = {curator: part.contents[curator]} if curator else {}
        return decisions.choose(part.settlement, case, version, contents, self._standing(part), self._next)

    # Editing

    def _span_edit(self, action: str, case: SpanCase | None, gone: SpanKey | None, come: SpanKey | None) -> list[str]:
        """Let one span stand in place of another, or beside what there is, or take one away."""
        part = self._around(*(key for key in (gone, come) if key is not None), *(_spans_of(case) if case else ()))
        kept = [self.layer.spans[str(key)] for key in (case.outcome if case else ()) if key not in (gone, come)]
        items = kept if come is None else [*kept, self._edited(part, case, gone, come)]
        going = {*self.layer.spans} - {*map(str, case.outcome if case else ()), str(gone)}
        notes = self._rule(action, decisions.decide_spans(part.settlement, case, items, self.scheme, self._next))
        return notes + self._gave_way(going)

    def _gave_way(self, before: set[str]) -> list[str]:
        """Return a note on the spans that could not stand beside what was decided."""
        gone = [span for span in self._former.values() if span.id in before and span.id not in self.layer.spans]
        return [f"{', '.join(self._said(span.key) for span in gone)} gave way"] if gone else []

    def _edited(self, part: Part, case: SpanCase | None, gone: SpanKey | None, come: SpanKey) -> Span:
        """Return a span of the adjudicator's own: corrected where it stands for one that was marked."""
        found = first_spans(part.contents)
        if come in found:
            return found[come]
        base = self.layer.spans.get(str(gone)) if gone is not None else None
        if base is None and case is not None:
            base = next(
                (found[claim] for claim in case.claims if claim.start < come.end and come.start < claim.end), None
            )
        if base is None:
            return Span(str(come), *come, "added", curator=self.curator)
        return Span(str(come), *come, "corrected", base.source, base.score, self.curator)

    def _span_case(self, item: str) -> SpanCase | None:
        case = self.case_of(item)
        return case if isinstance(case, SpanCase) else None

    def add(self, start: int, end: int, label: str) -> Outcome:
        """Mark a range; the case that is looked at is thereby settled, gold spans that cannot stand beside it go."""
        self._check_free(start, end, label)
        come = SpanKey(start, end, label)
        looked_at = self.find(self.case)
        if isinstance(looked_at, SpanCase) and looked_at.settled is None and _overlap(looked_at.range, (start, end)):
            notes = self._span_edit("label", looked_at, None, come)
        else:
            clashes = self.layer.clashes(start, end)
            gone = self.layer.spans[clashes[0]].key if len(clashes) == 1 else None
            notes = self._span_edit("label", self._span_case(clashes[0]) if gone else None, gone, come)
        return Outcome("; ".join([f"marked {self._said(come)}", *notes]), str(come))

    def relabel(self, identity: str, label: str) -> Outcome:
        """Give a gold span another label."""
        span = self._span(identity)
        if span.label == label:
            return Outcome(f"{self.name_of(identity)} has that label already", identity)
        return self._replace("relabel", "relabelled to", span.key, span.key._replace(label=label))

    def move_boundary(self, identity: str, side: str, by: int) -> Outcome:
        """Move a gold span's ``start`` or ``end`` by whole tokens (or graphemes, as the scheme says)."""
        span = self._span(identity)
        start, end = self._moved(span, side, by)
        self._check_room(start, end, but=identity)
        return self._replace("move boundary", "now", span.key, SpanKey(start, end, span.label))

    def _check_room(self, start: int, end: int, but: str = "") -> None:
        clashes = self.layer.clashes(start, end, but=but)
        if clashes:
            raise WorkflowError(f"that would run into {self.name_of(clashes[0])}", "move or delete that one first")

    def _replace(self, action: str, verb: str, old: SpanKey, new: SpanKey) -> Outcome:
        self._check_free(*new)
        notes = self._span_edit(action, self._span_case(str(old)), old, new)
        return Outcome("; ".join([f"{verb} {self._said(new)}", *notes]), str(new))

    def first_version(self, case: str) -> Span:
        """Return the span that an edit of an open case starts from: what most say, else what the first one says."""
        found = self._case(case)
        if isinstance(found, SpanCase):
            most = favourite(found.versions)
            versions = ([found.versions[most]] if most else []) + list(found.versions.values())
            for key in (key for version in versions for key in version):
                return Span(str(key), *key)
        raise WorkflowError("there is no span here to change", "r relates, a selection and a label's key mark one")

    def amend(self, case: str, *, label: str | None = None, side: str = "", by: int = 0) -> Outcome:
        """Settle an open case of spans by a version of one's own: another label, or another border."""
        base = self.first_version(case)
        start, end = self._moved(base, side, by) if side else (base.start, base.end)
        if side:
            self._check_room(start, end)
        come = SpanKey(start, end, label or base.label)
        found = self._case(case)
        assert isinstance(found, SpanCase)
        notes = self._span_edit("edit", found, None, come)
        return Outcome("; ".join([f"settled: {self._said(come)}", *notes]), str(come))

    def everywhere(self, identity: str) -> Outcome:
        """Give every identical mention in the document that is free the same label, as one step."""
        span = self._span(identity)
        text, needle = self.document.text, self.text_of(span)
        changes: dict[str, Ruling | None] = {}
        count, at = 0, text.find(needle)
        while at >= 0:
            key = SpanKey(at, at + len(needle), span.label)
            if self.units.exact(key.start, key.end) and self._free(*key):
                part = self._around(key)
                item = self._edited(part, None, None, key)
                changes.update(decisions.decide_spans(part.settlement, None, [item], self.scheme, self._next))
                count += 1
            at = text.find(needle, key.end)
        self._rule("label everywhere", changes)
        return Outcome(
            f"{span.label} on {count} more {'mention' if count == 1 else 'mentions'} of {quote(needle)}", identity
        )

    def delete(self, identity: str) -> Outcome:
        """Take a gold span with its relations, or a gold relation, away: nothing stands there."""
        said, case = self.name_of(identity), self.case_of(identity)
        if case is None:
            raise WorkflowError("that is not in gold", "choose another")
        if isinstance(case, SpanCase):
            notes = self._span_edit("delete", case, self._span(identity).key, None)
        else:
            notes = self._rule("delete", self._changes(case, (), None))
        return Outcome("; ".join([f"deleted {said}", *notes]))

    def relate(self, head: str, child: str, label: str) -> Outcome:
        """Link two gold spans; symmetric types start at the earlier span."""
        head, child = self._linkable(head, child, label)
        if self.layer.linked(head, child, label):
            raise WorkflowError("that relation is there already", "choose another type")
        key = RelationKey(self._span(head).key, self._span(child).key, label)
        self._relation_edit("relate", self._waiting_for(key), key)
        return Outcome(f"related: {self._said(key)}", str(key))

    def _waiting_for(self, key: RelationKey) -> RelationCase | None:
        """Return the open case between two spans that making this relation settles."""
        found = [
            case for case in self.open if isinstance(case, RelationCase) and set(case.ends) == {key.head, key.child}
        ]
        found.sort(key=lambda case: (case.id != self.case, not any((key,) == v for v in case.versions.values())))
        return found[0] if found else None

    def _relation_edit(self, action: str, case: RelationCase | None, key: RelationKey) -> list[str]:
        part = self._around(key.head, key.child, *(_spans_of(case) if case else ()))
        standing = self._standing(part)
        known = first_relations(part.contents, standing)
        ids = (str(key), str(key.head), str(key.child), key.label)
        origin = "added" if case is None or not case.claims else "corrected"
        own = Relation(*ids, "corrected" if origin == "corrected" else "added", curator=self.curator)
        item = known.get(key, own)
        if case is None:
            changes = decisions.add_relation(part.settlement, item, key, self._next)
        else:
            changes = decisions.decide_relation(part.settlement, case, item, key, standing, self._next)
        return self._rule(action, changes)

    def retype(self, identity: str, label: str, *, reverse: bool = False) -> Outcome:
        """Give a gold relation another type, or turn it round, as its ends allow."""
        relation = self._relation(identity)
        ends = (relation.child, relation.head) if reverse else (relation.head, relation.child)
        head, child = self._linkable(*ends, label)
        if self.layer.linked(head, child, label) not in (None, identity):
            raise WorkflowError("that relation is there already", "delete one of them")
        case = self.case_of(identity)
        key = RelationKey(self._span(head).key, self._span(child).key, label)
        self._relation_edit("retype", case if isinstance(case, RelationCase) else None, key)
        return Outcome(f"retyped: {self._said(key)}", str(key))

    # The rest

    def comment(self, text: str, target: str | None = None) -> Outcome:
        """Set the adjudicator's comment on a case or on the document; an empty text takes it away."""
        existing = next((c for c in self.layer.comments.values() if c.target == target), None)
        with self._step("comment") as step:
            step.settles = True
            step.set_comment(existing, text.strip(), target)
        return Outcome("comment kept" if text.strip() else "comment taken away")

    def finish(self) -> Outcome:
        """Call the gold complete; refused while anything is to be settled."""
        self.recover()
        if self.open:
            kinds = kinds_in_words(self.open)
            raise WorkflowError(f"{self.document.key} is not settled: {kinds}", "tab goes to the next")
        with self._step("done") as step:
            self._merge(step)
            step.set_field("state", "done")
        return Outcome(f"the gold of {self.document.key} is complete")

    def skip(self) -> Outcome:
        """Leave the document as it is."""
        return Outcome(f"{self.document.key}: {len(self.open)} to be settled")


def _spans_of(case: Case) -> tuple[SpanKey, ...]:
    """Return the spans that a case is about: marked, standing, or ends of what is."""
    if isinstance(case, SpanCase):
        return (*case.claims, *case.outcome)
    relations = (*case.claims, *case.outcome)
    return tuple(end for relation in relations for end in (relation.head, relation.child))


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
