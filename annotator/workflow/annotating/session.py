"""A curator at work on one document: what each key means.

Every action is one step of history, written before it is shown; it returns a sentence that says what happened and
what to focus next.
"""

from __future__ import annotations

from annotator.annotation import Span, SpanKey
from annotator.errors import WorkflowError
from annotator.labels import RelationType
from annotator.workflow.description import quote
from annotator.workflow.editing.layer_session import LayerSession, Outcome
from annotator.workflow.editing.step import StepDraft


class Session(LayerSession):
    """The verbs of the annotate screen."""

    def partners(self, identity: str) -> list[tuple[str, RelationType, bool]]:
        """Return, for a span, the spans it could be related to: id, type, and whether the partner is the head.

        Only types that the scheme allows, within the sentence where the type asks for it, and not yet there;
        those that a waiting suggestion links first, then the nearest.
        """
        span = self._span(identity)
        sentences = self.document.sentences.overlapping(span.start, span.end)
        first, last = self.document.sentences[sentences[0]], self.document.sentences[sentences[-1]]
        found: list[tuple[int, str, RelationType, bool]] = []
        wide = any(r.within == "document" for r in self.scheme.relations.values())
        around = (0, len(self.document.text)) if wide else (first.start, last.end)
        near = self.layer.index.overlapping(*around) + self.layer.pending_spans.overlapping(*around)
        for other in (self._span(i.id) for i in near if i.id != identity):
            inside = first.start <= other.start and other.end <= last.end
            distance = max(other.start - span.end, span.start - other.end, 0)
            for kind, reverse in self.scheme.relations_between(span.label, other.label):
                head, child = (other.id, identity) if reverse else (identity, other.id)
                if (inside or kind.within == "document") and not self.layer.linked(head, child, kind.name):
                    found.append((distance, other.id, kind, reverse))
        expected = {end for r in self.layer.relations_of(identity) for end in (r.head, r.child) if end != identity}
        found.sort(key=lambda f: (f[1] not in expected, f[0], f[1]))
        return [(other, kind, reverse) for _, other, kind, reverse in found]

    # Verdicts

    def accept(self, identity: str) -> Outcome:
        """Accept a pending suggestion; a relation takes its pending ends with it."""
        with self._step("accept") as step:
            item = self._accept(step, identity)
        return Outcome(f"accepted {self.name_of(item)}", item)

    def _accept(self, step: StepDraft, identity: str) -> str:
        if not self.layer.is_pending(identity):
            raise WorkflowError("nothing to accept here", "tab goes to the next suggestion")
        if identity in self.layer.suggested_spans:
            return step.take_span(identity)
        return self._take_relation(step, identity)

    def _take_relation(self, step: StepDraft, identity: str) -> str:
        suggestion = self._relation(identity)
        ends = self._ordered(suggestion.head, suggestion.child, suggestion.label)
        head, child = (self._settled_end(step, end) for end in ends)
        return step.take_relation(identity, head, child)

    def _ordered(self, head: str, child: str, label: str) -> tuple[str, str]:
        """Return the ends of a relation, the earlier one first where the type is symmetric."""
        one, other = self._span(head), self._span(child)
        turned = self.scheme.relations[label].symmetric and (other.start, other.end) < (one.start, one.end)
        return (child, head) if turned else (head, child)

    def _settled_end(self, step: StepDraft, end: str) -> str:
        if end in self.layer.spans:
            return end
        if not self.layer.is_pending(end):
            raise WorkflowError("its ends may not stand beside each other", "mark one of them anew first")
        return step.take_span(end)

    def reject(self, identity: str) -> Outcome:
        """Reject a pending suggestion; the relations suggested at it go with it."""
        if not self.layer.is_pending(identity):
            raise WorkflowError("nothing to reject here", "d deletes your own span or relation")
        said = self.name_of(identity)
        with self._step("reject") as step:
            step.decide(identity, "rejected")
        return Outcome(f"rejected {said}")

    def accept_all(self, threshold: float | None = None) -> Outcome:
        """Accept every pending suggestion whose score reaches the threshold (or the scheme's), as one step."""
        threshold = self.scheme.accept_threshold if threshold is None else threshold
        count = 0
        with self._step("accept all") as step:
            for identity in [i.id for i in self.layer.pending_spans]:
                if self.layer.is_pending(identity) and (self._span(identity).score or 0) >= threshold:
                    step.take_span(identity)
                    count += 1
            for identity in [i.id for i in self.layer.pending if i.id in self.layer.suggested_relations]:
                if not self.layer.is_pending(identity):
                    continue
                relation = self._relation(identity)
                ends_stand = relation.head in self.layer.spans and relation.child in self.layer.spans
                if ends_stand and (relation.score or 0) >= threshold:
                    self._take_relation(step, identity)
                    count += 1
        return Outcome(f"accepted {count} suggestions at or above {threshold:.2f}; {len(self.layer.pending)} remain")

    def reject_all(self) -> Outcome:
        """Reject every pending suggestion, as one step."""
        pending = [i.id for i in self.layer.pending]
        with self._step("reject all") as step:
            for identity in pending:
                step.decide(identity, "rejected")
        return Outcome(f"rejected {len(pending)} suggestions")

    # Spans

    def add(self, start: int, end: int, label: str) -> Outcome:
        """Mark a range; own spans that may not stand beside it give way, suggestions under it are thereby corrected."""
        with self._step("label") as step:
            identity, notes = self._mark(step, start, end, label)
        return Outcome("; ".join([f"marked {self.name_of(identity)}", *notes]), identity)

    def _mark(self, step: StepDraft, start: int, end: int, label: str) -> tuple[str, list[str]]:
        self._check_free(start, end, label)
        exact = str(SpanKey(start, end, label))
        if exact in self.layer.suggested_spans and self.layer.is_pending(exact):
            return step.take_span(exact), []
        clashes = self.layer.clashes(start, end)
        if len(clashes) == 1:
            return clashes[0], step.change_span(clashes[0], start=start, end=end, label=label)
        notes = [note for clash in clashes for note in step.drop_span(clash, self.document.text)]
        covered = self.layer.suggested_over(start, end) if self.scheme.overlap == "flat" else []
        return step.new_span(start, end, label, covered), notes

    def _check_free(self, start: int, end: int, label: str) -> None:
        """Refuse what is no stretch of text, no label, or there already."""
        problem = self.scheme.span_problem(SpanKey(start, end, label))
        if problem is None and end > len(self.document.text):
            problem = f"{label} {start}-{end} reaches beyond the text"
        if problem is not None:
            raise WorkflowError(problem, "choose another")
        if self.layer.same(SpanKey(start, end, label)) is not None:
            raise WorkflowError(f"{quote(self.document.text[start:end])} is {label} already", "choose another label")

    def relabel(self, identity: str, label: str) -> Outcome:
        """Give a span another label; a suggestion is thereby accepted as corrected."""
        span = self._span(identity)
        if span.label == label:
            if self.layer.is_pending(identity):
                return self.accept(identity)
            return Outcome(f"{self.name_of(identity)} has that label already", identity)
        self._check_free(span.start, span.end, label)
        with self._step("relabel") as step:
            identity, notes = self._alter(step, identity, label=label)
        return Outcome("; ".join([f"relabelled to {self.name_of(identity)}", *notes]), identity)

    def _alter(
        self,
        step: StepDraft,
        identity: str,
        *,
        start: int | None = None,
        end: int | None = None,
        label: str | None = None,
    ) -> tuple[str, list[str]]:
        if self.layer.is_pending(identity):
            return step.take_span(identity, start=start, end=end, label=label), []
        return identity, step.change_span(identity, start=start, end=end, label=label)

    def move_boundary(self, identity: str, side: str, by: int) -> Outcome:
        """Move a span's ``start`` or ``end`` by whole tokens (or graphemes, as the scheme says)."""
        span = self._span(identity)
        start, end = self._moved(span, side, by)
        clashes = [self._span(i) for i in self.layer.clashes(start, end, but=identity)]
        if clashes:
            raise WorkflowError(f"that would run into {self.name_of(clashes[0].id)}", "move or delete that one first")
        if self.layer.same(SpanKey(start, end, span.label)):
            raise WorkflowError("the same span is there already", "delete one of them")
        with self._step("move boundary") as step:
            identity, notes = self._alter(step, identity, start=start, end=end)
        return Outcome("; ".join([f"now {self.name_of(identity)}", *notes]), identity)

    def _moved(self, span: Span, side: str, by: int) -> tuple[int, int]:
        units = self.units
        touched = units.overlapping(span.start, span.end)
        if not touched:
            raise WorkflowError("there is no token here to move by", "mark the span anew")
        first, last = touched[0], touched[-1]
        if side == "start":
            first += by
        else:
            last += by
        if not 0 <= first <= last < len(units):
            raise WorkflowError("the span cannot get smaller" if first > last else "the text ends here", "d deletes it")
        start = units[first].start if side == "start" else span.start
        end = units[last].end if side == "end" else span.end
        return start, end

    def everywhere(self, identity: str) -> Outcome:
        """Give every identical mention in the document the same label, as one step."""
        span = self._span(identity)
        text, needle = self.document.text, self.text_of(span)
        count = 0
        with self._step("label everywhere") as step:
            if self.layer.is_pending(identity):
                identity = step.take_span(identity)
            at = text.find(needle)
            while at >= 0:
                end = at + len(needle)
                if self.units.exact(at, end) and self._free(at, end, span.label):
                    self._mark(step, at, end, span.label)
                    count += 1
                at = text.find(needle, end)
        plural = "mention" if count == 1 else "mentions"
        return Outcome(f"{span.label} on {count} more {plural} of {quote(needle)}", identity)

    def _free(self, start: int, end: int, label: str) -> bool:
        return self.layer.same(SpanKey(start, end, label)) is None and not self.layer.clashes(start, end)

    # Relations

    def relate(self, head: str, child: str, label: str) -> Outcome:
        """Link two spans; pending ends are accepted with it, symmetric types start at the earlier span."""
        head, child = self._linkable(head, child, label)
        with self._step("relate") as step:
            identity = self._relate(step, head, child, label)
        return Outcome(f"related: {self.name_of(identity)}", identity)

    def _linkable(self, head: str, child: str, label: str) -> tuple[str, str]:
        """Return the ends of a relation in order; refuse what the scheme refuses."""
        problem = self.layer.link_problem(label, self._span(head), self._span(child))
        if problem is not None:
            raise WorkflowError(problem, "? says what each relation links")
        return self._ordered(head, child, label)

    def _relate(self, step: StepDraft, head: str, child: str, label: str) -> str:
        suggested = self._suggested_relation(head, child, label)
        head, child = self._settled_end(step, head), self._settled_end(step, child)
        if self.layer.linked(head, child, label):
            raise WorkflowError("that relation is there already", "choose another type")
        if suggested is not None and self.layer.is_pending(suggested):
            return step.take_relation(suggested, head, child)
        return step.new_relation(head, child, label)

    def _suggested_relation(self, head: str, child: str, label: str) -> str | None:
        for interval in self.layer.pending:
            suggestion = self.layer.suggested_relations.get(interval.id)
            if suggestion is not None and suggestion.label == label and self.layer.proposes(suggestion, head, child):
                return interval.id
        return None

    def retypings(self, identity: str) -> list[tuple[RelationType, bool]]:
        """Return what else a relation could be: each type that fits its ends, and whether it would be turned round."""
        relation = self._relation(identity)
        head, child = self._span(relation.head), self._span(relation.child)
        fitting = self.scheme.relations_between(head.label, child.label)
        return [(kind, reverse) for kind, reverse in fitting if (kind.name, reverse) != (relation.label, False)]

    def retype(self, identity: str, label: str, *, reverse: bool = False) -> Outcome:
        """Give a relation another type, or turn it round, as its ends allow; a suggestion is thereby corrected."""
        relation = self._relation(identity)
        if reverse:
            relation = relation.replace(head=relation.child, child=relation.head)
        head, child = self._linkable(relation.head, relation.child, label)
        if self.layer.linked(head, child, label) not in (None, identity):
            raise WorkflowError("that relation is there already", "delete one of them")
        own = self.layer.relations.get(identity)
        if own is not None and (own.head, own.child, own.label) == (head, child, label):
            return Outcome(f"{self.name_of(identity)} is of that type already", identity)
        with self._step("retype") as step:
            if own is None:
                head, child = (self._settled_end(step, end) for end in (head, child))
                identity = step.take_relation(identity, head, child, label=label)
            else:
                step.change_relation(identity, head=head, child=child, label=label)
        return Outcome(f"retyped: {self.name_of(identity)}", identity)

    # The rest

    def delete(self, identity: str) -> Outcome:
        """Delete an own span with its relations, or an own relation; a suggestion is rejected."""
        if self.layer.is_pending(identity):
            return self.reject(identity)
        said = self.name_of(identity)
        with self._step("delete") as step:
            if identity in self.layer.spans:
                notes = step.drop_span(identity, self.document.text)
            else:
                self._relation(identity)
                step.drop_relation(identity, "rejected")
                notes = []
        return Outcome("; ".join([f"deleted {said}", *notes]))

    def comment(self, text: str, target: str | None = None) -> Outcome:
        """Set the comment on an own span or relation, or on the document; an empty text takes it away."""
        if target is not None and self.layer.is_pending(target):
            raise WorkflowError("a suggestion cannot be commented", "accept it first, or comment the document")
        if target is not None and target not in self.layer:
            raise WorkflowError("that is no longer there", "choose another, or comment the document")
        existing = next((c for c in self.layer.comments.values() if c.target == target), None)
        with self._step("comment") as step:
            step.set_comment(existing, text.strip(), target)
        return Outcome("comment kept" if text.strip() else "comment taken away", target)

    def flag(self) -> Outcome:
        """Flag the document for a second look, or take the flag away."""
        flagged = self.flagged
        with self._step("unflag" if flagged else "flag") as step:
            step.set_field("flag", None if flagged else "")
        return Outcome("flag taken away" if flagged else "flagged for a second look")

    def finish(self) -> Outcome:
        """Mark the document done; what is still undecided counts as ignored."""
        with self._step("done") as step:
            step.settles = True
            for interval in list(self.layer.pending):
                step.decide(interval.id, "ignored")
            step.set_field("state", "done")
        return Outcome(f"{self.document.key} is done")

    def skip(self) -> Outcome:
        """Put the document aside, undecided."""
        with self._step("skip") as step:
            step.settles = True
            step.set_field("state", "skipped")
        return Outcome(f"{self.document.key} skipped")
