"""The steps that join a curator's mentions into groups, and take them apart."""

from __future__ import annotations

from annotator.annotation import Span, reading_order
from annotator.errors import WorkflowError
from annotator.labels import RelationType
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.description import quote_name
from annotator.workflow.editing.editor import Outcome


class GroupSteps:
    """Joins mentions in a session: what is stored is a relation of an equivalence between two mentions of a group."""

    def __init__(self, session: AnnotationSession) -> None:
        self._session = session

    def kinds(self, one: Span, other: Span) -> list[RelationType]:
        """The equivalences that may make two mentions one, and have not yet."""
        content, (first, second) = self._session.content, sorted((one, other), key=reading_order)
        return [
            kind
            for kind in self._session.scheme.relations.values()
            if kind.equivalence
            and not content.groups.are_one(kind.name, one.id, other.id)
            and content.link_problem(kind.name, first, second) is None
        ]

    def join(self, span_id: str, other: str, label: str) -> Outcome:
        """Make a mention, with its group, one with another one, with its group; suggested ones are accepted by it.

        It is linked with the nearest mention of the other's group.
        """
        session = self._session
        groups = session.content.groups
        if span_id == other or groups.are_one(label, span_id, other):
            raise WorkflowError("these are one already", "choose another mention")
        if session.layer.suggestions.pending_link(*session.checks.ordered_ends(span_id, other, label), label):
            ends: tuple[str, str] | None = (span_id, other)  # what was suggested is accepted
        else:
            with_its_group = groups.mates(label, other)
            ends = session.layer.nearest_link(label, {span_id}, with_its_group)
        head, child = session.checks.allowed_ends(*(ends or (span_id, other)), label)
        span = session.checks.span(span_id)
        with session.editor.step("group") as step:
            session.edits(step).relate(head, child, label)
        own = session.content.span_id_with(span.key)
        return session.outcome(step, self._told(label, own or span_id), own)

    def _told(self, label: str, span_id: str) -> str:
        content = self._session.content
        mates = sorted(content.groups.mates(label, span_id), key=lambda i: content.spans[i].start)
        names = [quote_name(self._session.checks.text_of(content.spans[i]), 24) for i in mates]
        shown = " = ".join(dict.fromkeys(names if len(names) < 5 else [*names[:3], "…", names[-1]]))
        return f"{len(mates)} mentions are one: {shown}"

    def leave(self, span_id: str, label: str) -> Outcome:
        """Take a mention out of its group; the others stay one."""
        content, name = self._session.content, self._session.checks.name_of(span_id)
        others = len(content.groups.mates(label, span_id)) - 1
        if not others:
            raise WorkflowError(f"{name} is in no group", ", joins it to one")
        with self._session.editor.step("ungroup") as step:
            self._session.edits(step).leave_groups(span_id, {label})
        remaining = f"the other {others} stay one" if others > 1 else "no group is left"
        return self._session.outcome(step, f"{name} stands alone; {remaining}", span_id)
