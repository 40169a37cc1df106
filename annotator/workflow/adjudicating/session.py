"""An adjudicator at work on the gold of one document: what each key means.

The actions are those of the annotate screen and a few more, but each of them amounts to rulings; what gold holds then
follows from the finished work and the rulings.  So a decision stays when curators finish anew, and relations follow the
spans that were chosen for their ends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from annotator.annotation import Relation, RelationKey, Ruling, Span, SpanKey
from annotator.errors import WorkflowError
from annotator.labels import LabelScheme
from annotator.labels.retired import retired_spans
from annotator.store import Store
from annotator.text import Document
from annotator.wording import first_few, plural
from annotator.workflow.adjudicating import decisions
from annotator.workflow.adjudicating.attribute_decisions import AttributeDecisions
from annotator.workflow.adjudicating.cases import (
    AnyVersion,
    AttributeCase,
    AttributeVersion,
    Case,
    RelationCase,
    RelationVersion,
    SpanCase,
    SpanVersion,
    kinds_in_words,
    most_common_curator,
)
from annotator.workflow.adjudicating.confirmation import Confirmation
from annotator.workflow.adjudicating.giving_way import SpanDecisions, spans_of_case, standing
from annotator.workflow.adjudicating.gold_editor import GoldEditor
from annotator.workflow.adjudicating.parts import GoldPart
from annotator.workflow.adjudicating.settlement import first_relations, first_spans
from annotator.workflow.description import item_in_words, quote
from annotator.workflow.editing.bookmark import DocumentBookmark
from annotator.workflow.editing.checks import LayerChecks, units_of
from annotator.workflow.editing.content import LayerContent
from annotator.workflow.editing.editor import Outcome


class GoldSession:
    """The actions of the adjudicate screen on a document's ``gold``; ``curator`` is the adjudicator."""

    def __init__(self, store: Store, scheme: LabelScheme, curator: str, document: Document) -> None:
        self.scheme = scheme
        self.curator = curator
        self.document = document
        self.units = units_of(document, scheme.snap)
        self.bookmark = DocumentBookmark(store, curator, document)
        self.gold = GoldEditor(store, scheme, curator, document, self.bookmark)
        self.confirmation = Confirmation()
        self.decisions = SpanDecisions(self.gold, self.confirmation)
        self.attributes = AttributeDecisions(self.gold, lambda item, name: self.checks.attribute_of(item, name))

    @property
    def content(self) -> LayerContent:
        """What gold holds."""
        return self.gold.layer.content

    @property
    def layer_view(self) -> LayerContent:
        """The items that the screen shows: all of gold."""
        return self.content

    @property
    def checks(self) -> LayerChecks:
        """Checks on what may be done to gold."""
        return LayerChecks(self.document, self.units, self.content, self.content)

    @property
    def state(self) -> str:
        """How far the gold is: todo, doing or done."""
        return self.gold.state

    @property
    def flagged(self) -> bool:
        """Whether the gold is flagged."""
        return "flag" in self.content.fields

    def recover(self) -> bool:
        """Read everything anew when gold moved on, or somebody finished since; whether that was so."""
        return self.gold.recover()

    def undo(self) -> Outcome:
        """Take the last step back, also one of an earlier session; one of another adjudicator once it is confirmed."""
        replay = self.gold.editor.next_undo()
        if replay.by != self.curator:
            self.confirmation.require(("undo", replay.target), f"{replay.by}'s step is taken back: {replay.what}")
        return self.gold.undo()

    def redo(self) -> Outcome:
        """Bring back the step that was undone last."""
        return self.gold.redo()

    # Decisions on a case

    def around(self, case: Case) -> GoldPart:
        """The part of gold that a case belongs to."""
        return self.gold.around(*spans_of_case(case))

    def choose(self, case_id: str, curator: str) -> Outcome:
        """Settle a case by a curator's version."""
        case = self.gold.case(case_id)
        if curator not in case.versions:
            raise WorkflowError(f"{curator} has not finished this document", "choose another version")
        return self._settle(case, case.versions[curator], curator)

    def choose_most_common(self, case_id: str) -> Outcome:
        """Settle a case by the version that more curators have than any other."""
        case = self.gold.case(case_id)
        curator = most_common_curator(case.versions)
        if curator is None:
            raise WorkflowError("as many say one thing as another", "choose a version by its number, or x for none")
        return self._settle(case, case.versions[curator], curator)

    def choose_none(self, case_id: str) -> Outcome:
        """Settle a case by nothing: no curator's version stands."""
        return self._settle(self.gold.case(case_id), (), None)

    def choose_majority_everywhere(self) -> Outcome:
        """Settle every open case by the version that more than half of the curators have, as one step."""
        changes: dict[str, Ruling | None] = {}
        count = 0
        for case in self.gold.open:
            curator = most_common_curator(case.versions)
            if curator is None or 2 * list(case.versions.values()).count(case.versions[curator]) <= len(case.versions):
                continue
            version = case.versions[curator]
            if self.version_problem(case, version) is None and self._has_room(case, version):
                changes.update(self._changes(case, version, curator))
                count += 1
        ruled = self.gold.rule("choose what most say", changes)
        remaining = len(self.gold.open)
        remain = "remains" if remaining == 1 else "remain"
        return self.gold.outcome(ruled.step, f"settled {count} as most say; {remaining} {remain}")

    def _has_room(self, case: Case, version: AnyVersion) -> bool:
        """Whether a version of an open case may stand in gold without taking the place of anything there."""
        own = {*map(str, standing(self.gold, case))}
        return all(
            not isinstance(key, SpanKey) or own.issuperset(self.content.clashes(key.start, key.end, excluding=str(key)))
            for key in version
        )

    def _settle(self, case: Case, version: AnyVersion, curator: str | None) -> Outcome:
        if isinstance(case, AttributeCase):
            return self.attributes.settle(case, cast("AttributeVersion", version))
        version = cast("SpanVersion | RelationVersion", version)
        problem = self.version_problem(case, version)
        if isinstance(case, RelationCase) and case.implied and not version:
            raise WorkflowError("other links make them one", "let one of those not stand")
        if problem is not None:
            instead = "= gives it another label" if isinstance(case, SpanCase) else "r at one of its ends makes another"
            raise WorkflowError(problem, f"{instead}, x lets nothing stand")
        claims = first_few(list(map(self._in_words, case.claims)))
        what = ", ".join(map(self._in_words, version)) or f"nothing instead of {claims}"
        changes = self._changes(case, version, curator)
        replaced = {key for key in case.outcome if isinstance(key, SpanKey)}
        outcome = self.decisions.rule(
            "choose", f"settled: {what}", self.around(case), case, changes,
            replaced=replaced, in_question=standing(self.gold, case),
        )  # fmt: skip
        return replace(outcome, focus=str(version[0]) if version else None)

    def retirement(self, case: Case) -> str | None:
        """Why the label scheme does not allow what stands for a case, or a curator's version of it."""
        problems = (self.version_problem(case, version) for version in (case.outcome, *case.versions.values()))
        return next((problem for problem in problems if problem is not None), None)

    def version_problem(self, case: Case, version: AnyVersion) -> str | None:
        """Why the label scheme does not allow a version of a case; ``None`` where it does."""
        if isinstance(case, AttributeCase):
            return self.attributes.problem(case, cast("AttributeVersion", version))
        spans = [(key, str(key)) for key in version if isinstance(key, SpanKey)]
        relations = [key for key in version if isinstance(key, RelationKey)]
        problems = [reason.text for reason in retired_spans(self.scheme, spans).values()]
        problems += filter(None, (self.scheme.relation_problem(key, self.document.sentences) for key in relations))
        return problems[0] if problems else None

    def _changes(self, case: Case, version: AnyVersion, curator: str | None) -> dict[str, Ruling]:
        if isinstance(case, AttributeCase):
            return self.attributes.changes(case, cast("AttributeVersion", version))
        part = self.around(case)
        contents = {curator: part.contents[curator]} if curator else {}
        outcomes = self.gold.span_outcomes(part)
        return decisions.choose(part.settlement, case, version, contents, outcomes, self.gold.next_event)

    def _in_words(self, key: SpanKey | RelationKey) -> str:
        return item_in_words(key, self.document.text)

    # Spans

    def _edit_span(
        self, action: str, message: str, case: SpanCase | None, *, old: SpanKey | None, new: SpanKey | None,
        beside: SpanVersion = (), marked_over: bool = False,
    ) -> Outcome:  # fmt: skip
        """Put ``new`` in place of ``old``; without ``old``, ``new`` is added; without ``new``, ``old`` is removed.

        The spans of ``beside`` are put in gold with it.  ``marked_over`` says that ``old`` was not what was edited.
        """
        replaces = case is not None and case.settled is None and old is None  # all of an open case
        outcome = case.outcome if case and not replaces else ()
        part = self.gold.around(*(key for key in (old, new) if key is not None), *(spans_of_case(case) if case else ()))
        unchanged = [self.content.spans[str(key)] for key in outcome if key not in (old, new)]
        items = unchanged if new is None else [*unchanged, self._own_span(part, case, old, new)]
        items += [self._own_span(part, None, None, key) for key in beside]
        event = self.gold.next_event
        changes = decisions.decide_spans(part.settlement, case, items, self.scheme, event, by_edit=replaces)
        done = self.decisions.rule(
            action, message, part, case, changes,
            replaced=() if marked_over else (*outcome, old),
            in_question=() if marked_over else standing(self.gold, case),
        )  # fmt: skip
        return replace(done, focus=None if new is None else str(new))

    def _own_span(self, part: GoldPart, case: SpanCase | None, old: SpanKey | None, new: SpanKey) -> Span:
        """The span ``new`` as a curator has it, else as the adjudicator's own; corrected where it replaces a span."""
        marked = first_spans(part.contents)
        if new in marked:
            return marked[new]
        base = self.content.spans.get(str(old)) if old is not None else None
        if base is None and case is not None:
            base = next((marked[c] for c in case.claims if c.start < new.end and new.start < c.end), None)
        if base is None:
            return Span(str(new), *new, "added", curator=self.curator)
        return Span(str(new), *new, "corrected", base.source, base.score, self.curator)

    def _span_case(self, span_id: str) -> SpanCase | None:
        case = self.gold.case_of(span_id)
        return case if isinstance(case, SpanCase) else None

    def add(self, start: int, end: int, label: str, *, case_id: str | None = None) -> Outcome:
        """Mark a range; what cannot stand beside it gives way, once that is confirmed.

        ``case_id`` is the case in focus, which a span marked over it settles without a question.
        """
        new = SpanKey(start, end, label)
        self.checks.check_new_span(new)
        message = f"marked {self._in_words(new)}"
        case = self.gold.find(case_id)
        if isinstance(case, SpanCase) and case.settled is None and any(map(new.overlaps, case.claims)):
            return self._edit_span("label", message, case, old=None, new=new)
        clashes = self.content.clashes(start, end)
        if len(clashes) != 1:
            return self._edit_span("label", message, None, old=None, new=new)
        old, own_case = self.content.spans[clashes[0]].key, self._span_case(clashes[0])
        in_focus = own_case is not None and own_case.id == case_id
        return self._edit_span("label", message, own_case, old=old, new=new, marked_over=not in_focus)

    def relabel(self, span_id: str, label: str) -> Outcome:
        """Give a gold span another label."""
        span = self.checks.span(span_id)
        if span.label == label:
            return Outcome(f"{self.checks.name_of(span_id)} has that label already", span_id)
        return self._replace_span("relabel", "relabelled to", span.key, span.key._replace(label=label))

    def move_boundary(self, span_id: str, side: str, by: int) -> Outcome:
        """Move a gold span's ``start`` or ``end`` by whole tokens (or graphemes, as the scheme says)."""
        span = self.checks.span(span_id)
        start, end = self.checks.moved_range(span, side, by)
        self.checks.check_room(start, end, excluding=span_id)
        return self._replace_span("move boundary", "now", span.key, SpanKey(start, end, span.label))

    def _replace_span(self, action: str, verb: str, old: SpanKey, new: SpanKey) -> Outcome:
        self.checks.check_new_span(new)
        message = f"{verb} {self._in_words(new)}"
        return self._edit_span(action, message, self._span_case(str(old)), old=old, new=new)

    def _first_version(self, case: Case) -> SpanVersion:
        """What an edit of an open case starts from: what stands, or is the most common or first version."""
        if isinstance(case, SpanCase):
            most = most_common_curator(case.versions)
            for version in (case.outcome, case.versions[most] if most else (), *case.versions.values()):
                if version:
                    return version
        raise WorkflowError("there is no span here to change", "r relates, a selection and a label's key mark one")

    def amend(self, case_id: str, *, label: str | None = None, side: str = "", by: int = 0) -> Outcome:
        """Settle an open span case by the first version, its first span with another label or one boundary moved."""
        base, *others = self._first_version(self.gold.case(case_id))
        beside = tuple(key for key in others if not self.scheme.apart(key, base))  # all but what is retired with it
        start, end = self.checks.moved_range(Span(str(base), *base), side, by) if side else (base.start, base.end)
        if side:
            self.checks.check_room(start, end)
        new = SpanKey(start, end, label or base.label)
        self.checks.check_label(new.label)
        in_the_way = next((key for key in beside if self.scheme.apart(key, new)), None)
        if in_the_way is not None:
            raise WorkflowError(f"that would run into {self._in_words(in_the_way)}", "select and mark what is to stand")
        case = self.gold.case(case_id)
        assert isinstance(case, SpanCase)
        message = f"settled: {', '.join(map(self._in_words, (new, *beside)))}"
        return self._edit_span("edit", message, case, old=None, new=new, beside=beside)

    def everywhere(self, span_id: str) -> Outcome:
        """Give every identical mention in the document that is free the same label, as one step.

        Where curators differ on a mention it stays open, unless all that they marked there is the same.
        """
        span = self.checks.span(span_id)
        self.checks.check_label(span.label)
        text = self.checks.text_of(span)
        changes: dict[str, Ruling | None] = {}
        count = left = 0
        for start, end in self.checks.mentions(text):
            key = SpanKey(start, end, span.label)
            if not self.content.has_room(key):
                continue
            part = self.gold.around(key)
            claims = [c for case in part.settlement.open if isinstance(case, SpanCase) for c in case.claims]
            if any(self.scheme.apart(key, claim) for claim in claims):
                left += 1
                continue
            item = self._own_span(part, None, None, key)
            changes.update(decisions.decide_spans(part.settlement, None, [item], self.scheme, self.gold.next_event))
            count += 1
        ruled = self.gold.rule("label everywhere", changes)
        message = f"{span.label} on {plural(count, 'more mention')} of {quote(text)}"
        return self.gold.outcome(ruled.step, message + (f"; {left} in dispute left open" if left else ""), span_id)

    def delete(self, item_id: str) -> Outcome:
        """Take a gold span with its relations, or a gold relation, away: nothing stands there."""
        message, case = f"deleted {self.checks.name_of(item_id)}", self.gold.case_of(item_id)
        if case is None:
            raise WorkflowError("that is not in gold", "choose another")
        if isinstance(case, SpanCase):
            return self._edit_span("delete", message, case, old=self.checks.span(item_id).key, new=None)
        ruled = self.gold.rule("delete", self._changes(case, (), None))
        return self.gold.outcome(ruled.step, "; ".join([message, *ruled.notes]))

    # Relations

    def relate(self, head: str, child: str, label: str, *, case_id: str | None = None) -> Outcome:
        """Link two gold spans; symmetric types start at the earlier span.

        ``case_id`` is the case in focus; of several cases between the two spans, the relation settles this one.
        """
        head, child = self.checks.allowed_ends(head, child, label)
        if self.content.relation_between(head, child, label):
            raise WorkflowError("that relation is there already", "choose another type")
        if self.content.groups.are_one(label, head, child):
            raise WorkflowError("they are one already, by way of others", "nothing is to be done")
        key = RelationKey(self.checks.span(head).key, self.checks.span(child).key, label)
        return self._edit_relation("relate", f"related: {self._in_words(key)}", self._open_between(key, case_id), key)

    def _open_between(self, key: RelationKey, focused_case_id: str | None) -> RelationCase | None:
        """The open case between two spans that making this relation settles."""
        cases = [c for c in self.gold.open if isinstance(c, RelationCase) and set(c.ends) == {key.head, key.child}]
        equivalences = self.scheme.equivalences
        cases = [c for c in cases if key.label == c.label or {key.label, c.label}.isdisjoint(equivalences)]
        cases.sort(key=lambda case: (case.id != focused_case_id, not any((key,) == v for v in case.versions.values())))
        return cases[0] if cases else None

    def _edit_relation(self, action: str, message: str, case: RelationCase | None, key: RelationKey) -> Outcome:
        """Put a relation in gold, as the outcome of a case where there is one."""
        part = self.gold.around(key.head, key.child, *(spans_of_case(case) if case else ()))
        outcomes = self.gold.span_outcomes(part)
        ids = (str(key), str(key.head), str(key.child), key.label)
        own = Relation(*ids, "corrected" if case is not None and case.claims else "added", curator=self.curator)
        item = first_relations(part.contents, outcomes).get(key, own)
        event = self.gold.next_event
        if case is None:
            changes = decisions.add_relation(part.settlement, item, key, event)
        else:
            changes = decisions.decide_relation(part.settlement, case, item, key, outcomes, event)
        return self.gold.outcome(self.gold.rule(action, changes).step, message, str(key))

    def retype(self, relation_id: str, label: str, *, reverse: bool = False) -> Outcome:
        """Give a gold relation another type, or turn it round, as its ends allow."""
        relation = self.checks.relation(relation_id)
        ends = (relation.child, relation.head) if reverse else (relation.head, relation.child)
        head, child = self.checks.allowed_ends(*ends, label)
        if self.content.relation_between(head, child, label) not in (None, relation_id):
            raise WorkflowError("that relation is there already", "delete one of them")
        if label != relation.label and not {label, relation.label}.isdisjoint(self.scheme.equivalences):
            raise WorkflowError("what makes mentions one keeps its type", "d takes it away, then r relates")
        found_case = self.gold.case_of(relation_id)
        case = found_case if isinstance(found_case, RelationCase) else None
        key = RelationKey(self.checks.span(head).key, self.checks.span(child).key, label)
        return self._edit_relation("retype", f"retyped: {self._in_words(key)}", case, key)

    # The document

    def comment(self, text: str, target: str | None = None) -> Outcome:
        """Set the adjudicator's comment on a case or on the document; an empty text takes it away."""
        with self.gold.step("comment") as step:
            step.sets_state = True
            step.set_comment(text.strip(), target)
        return self.gold.outcome(step, "comment kept" if text.strip() else "comment taken away")

    def flag(self) -> Outcome:
        """Flag the document for a second look, or take the flag away."""
        flagged = self.flagged
        with self.gold.step("unflag" if flagged else "flag") as step:
            step.set_field("flag", None if flagged else "")
        return self.gold.outcome(step, "flag taken away" if flagged else "flagged for a second look")

    def finish(self) -> Outcome:
        """Call the gold complete; refused while anything is to be settled."""
        self.recover()
        if self.gold.open:
            kinds = kinds_in_words(self.gold.open)
            raise WorkflowError(f"{self.document.key} is not settled: {kinds}", "tab goes to the next")
        with self.gold.step("done") as step:
            self.gold.merge_into(step)
            step.set_field("state", "done")
        return self.gold.outcome(step, f"the gold of {self.document.key} is complete")
