"""What could be done next on the annotate screen, by the documented keys, and what each way costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from annotator.annotation import RelationKey, SpanKey
from annotator.text import Segment
from annotator.tui.layout.caret import Caret
from annotator.tui.layout.hints import codes
from benchmarks.keystrokes_state import Situation, Step, Steps, cost_of, question


@dataclass(frozen=True, slots=True)
class Policy:
    """What a missing span or relation is reckoned to cost if it is left for later, and whether ``A`` may be used.

    High prices make the replay leave the walk for them at first visibility, low ones leave them for the end;
    ``repair_first`` puts right what ``A`` would accept wrongly before pressing it.
    """

    name: str
    span: float
    relation: float
    accept_all: bool = True
    repair_first: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Some keys and what they are worth: ``gain`` is what the same would cost at another time.

    ``about`` is what the keys are for: a span, a relation or the document; ``onward`` says that the next suggestion is
    in focus afterwards.
    """

    name: str
    about: str
    steps: Steps
    gain: float
    at: int
    onward: bool = False

    def value(self, *, walking: bool) -> float:
        """Return gain less cost, the way back to the walk included."""
        return self.gain - cost_of(self.steps) - (walking and not self.onward)


def plans(now: Situation, policy: Policy) -> Iterator[Plan]:
    """Yield everything that could be done next."""
    if policy.repair_first and now.wrong_at_once:
        yield from _mending(now, policy)
        return
    if policy.accept_all:
        yield from _accept_all(now)
    yield from _verdicts(now, policy)
    yield from _everywhere(now, policy)
    for missing in now.missing:
        if now.in_view(missing):
            yield from _additions(now, missing, policy)
    for relation in now.missing_relations:
        yield from _relations(now, relation, policy)
    yield from _deletions(now, policy)


# Verdicts


def _mending(now: Situation, policy: Policy) -> Iterator[Plan]:
    """Yield what keeps ``A`` from accepting something wrong: marking what is right over it, or rejecting it."""
    for key in now.wrong_at_once:
        if isinstance(key, RelationKey):
            for end in (key.head, key.child):
                yield from _at_relation(now, key, end, Step("reject", "x"), 1)
            continue
        for missing in now.missing:
            if missing.start < key.end and key.start < missing.end and now.in_view(missing):
                yield from _additions(now, missing, policy)
        way = now.reach(key)
        if way is not None:
            yield Plan("reject", "span", (*way, Step("reject", "x")), 1, key.start, onward=True)


def _accept_all(now: Situation) -> Iterator[Plan]:
    """Yield ``A``, valued by what it would accept."""
    spans, relations = now.accepted_at_once
    wrong = len(now.wrong_at_once)
    right = len(spans) + len(relations) - wrong
    if right > 1:
        yield Plan("accept all", "document", (Step("accept", "A"),), right - 2 * wrong, 0, onward=True)


def _verdicts(now: Situation, policy: Policy) -> Iterator[Plan]:
    """Yield what can be said to the suggestion in focus; without one, the way to the next."""
    focus = now.screen.item_id
    at = now.screen.caret.offset
    if focus is None or not now.layer.order.is_pending(focus):
        if now.walking:
            yield Plan("go on", "document", (Step("move", "tab"),), 0, at, onward=True)
        return
    key = now.focused_span
    right, wrong = now.alike
    if right > 1:
        kind = "span" if key is not None else "relation"
        yield Plan("accept alike", kind, (Step("accept", "+"),), right - 2 * wrong, at, onward=True)
    if key is not None:
        if key in now.goal.spans:
            yield Plan("accept", "span", (Step("accept", "a"),), 1, at, onward=True)
        elif now.walking:
            yield Plan("reject", "span", (Step("reject", "x"),), 0, at, onward=True)
        return
    relation = now.relation_key(focus)
    if relation in now.goal.relations:
        ends = sum(end in now.waiting for end in (relation.head, relation.child))
        yield Plan("accept", "relation", (Step("accept", "a"),), 1 + ends, at, onward=True)
        return
    yield from _retyping(now, focus, policy)
    if now.walking:
        yield Plan("reject", "relation", (Step("reject", "x"),), 0, at, onward=True)


def _retyping(now: Situation, focus: str, policy: Policy) -> Iterator[Plan]:
    keys = question(now.session.checks.retypings(focus))
    relation = now.relation_key(focus)
    for (label, reverse), key in keys.items():
        head, child = (relation.child, relation.head) if reverse else (relation.head, relation.child)
        if RelationKey(head, child, label) in now.missing_relations:
            steps = (Step("add relation", "r"), Step("add relation", key))
            yield Plan("retype", "relation", steps, policy.relation, now.screen.caret.offset)


def _everywhere(now: Situation, policy: Policy) -> Iterator[Plan]:
    """``*`` on the span in focus, where it would mark nothing wrong."""
    focused = now.focused_span
    if focused is None or focused not in now.goal.spans:
        return
    text, needle = now.document.text, now.document.text[focused.start : focused.end]
    gain, at = float(focused in now.waiting), text.find(needle)
    while at >= 0:
        key = SpanKey(at, at + len(needle), focused.label)
        free = (
            key != focused and now.document.tokens.exact(key.start, key.end) and not now.layer.content.clashes(*key[:2])
        )
        if free and key not in now.goal.spans:
            return
        gain += (1 if key in now.waiting else policy.span) if free else 0
        at = text.find(needle, key.end)
    if gain > 1:
        yield Plan("everywhere", "span", (Step("add span", "*"),), gain, focused.start)


# Spans


def _additions(now: Situation, missing: SpanKey, policy: Policy) -> Iterator[Plan]:
    """Yield the ways to mark a span: label first, by selecting, or out of a span that is nearly it."""
    label = now.scheme.entities[missing.label].key
    ways: list[tuple[str, Steps]] = []
    ways += [("label first", steps) for steps in _label_first(now, missing, label)]
    ways += [("select", steps) for steps in _selecting(now, missing, label)]
    covered = sum(key.start < missing.end and missing.start < key.end for key in now.own)
    waits = now.layer.order.is_pending(now.screen.item_id or "")
    for name, steps in ways:
        onward = waits and name == "label first" and steps[0].key != "escape"
        yield Plan(name, "span", steps, policy.span * (1 + covered), missing.start, onward=onward)
    yield from _reshaping(now, missing, label, policy)


def _label_first(now: Situation, missing: SpanKey, label: str) -> Iterator[Steps]:
    """Yield: the label's key (with ``alt`` where it would relabel what is in focus), then a hint.

    What waits for a verdict stays in focus after ``alt``; a phrase that is to be mended needs the focus, so ``esc``.
    """
    waits = now.layer.order.is_pending(now.screen.item_id or "")
    relabels = now.focused_span is not None and now.screen.item_id != now.screen.marking.just_marked
    for turns, phrases in enumerate(now.offers(missing.label)):
        others = tuple(Step("add span", "tab") for _ in range(turns))
        for phrase, code in phrases.items():
            keys = _boundary_keys(now, phrase, missing)
            if keys is None:
                continue
            free: Steps = (Step("move", "escape"),) if waits and keys else ()
            key = f"alt+{label}" if (waits or relabels) and not free else label
            yield (*free, Step("add span", key), *others, Step("add span", hint=phrase.start, cost=len(code)), *keys)


def _boundary_keys(now: Situation, phrase: Segment, wanted: SpanKey) -> Steps | None:
    """Return the boundary keys from a phrase to the wanted span, if no other right span is in the way."""
    tokens = now.document.tokens
    have, want = tokens.exact(*phrase), tokens.exact(wanted.start, wanted.end)
    if have is None or want is None or phrase.end <= wanted.start or wanted.end <= phrase.start:
        return None
    low, high = min(phrase.start, wanted.start), max(phrase.end, wanted.end)
    others = (key for key in now.goal.spans | now.own.keys() if key != wanted and key[:2] != phrase)
    if any(key.start < high and low < key.end for key in others):
        return None
    ends, starts = want[1] - have[1], want[0] - have[0]
    keys = ("]" if ends > 0 else "[") * abs(ends) + ("}" if starts > 0 else "{") * abs(starts)
    return tuple(Step("boundary", key) for key in keys)


def _selecting(now: Situation, missing: SpanKey, label: str) -> Iterator[Steps]:
    """Yield: to one end, then ``shift`` with arrows to the other; or ``v`` and a jump to the other."""
    tokens = now.tokens(missing.start, missing.end)
    first, last, size = tokens[0].start, tokens[-1].start, len(tokens)
    here = now.screen.caret.offset
    ways = dict(now.landings)
    ways[here] = ()
    for start, arrow in ((first, "shift+right"), (last, "shift+left")):
        if start in ways:
            arrows = tuple(Step("add span", arrow) for _ in range(size - 1)) or (Step("add span", "v"),)
            yield (*ways[start], *arrows, Step("add span", label))
    if first in ways and last in now.jumps() and size > 2:
        leap = (Step("add span", "v"), Step("add span", ";"), Step("add span", hint=last, cost=2))
        yield (*ways[first], *leap, Step("add span", label))


def _reshaping(now: Situation, missing: SpanKey, label: str, policy: Policy) -> Iterator[Plan]:
    """Yield the ways to make a span out of a wrong one that lies over it."""
    for key, identity in [*now.own.items(), *now.waiting.items()]:
        way = now.reach(key)
        if key in now.goal.spans or way is None or key.end <= missing.start or missing.end <= key.start:
            continue
        keys = _boundary_keys(now, Segment(key.start, key.end), missing)
        if keys is None:
            continue
        named = () if key.label == missing.label else (Step("label", label),)
        onward = not keys and now.layer.order.is_pending(identity)
        saved = policy.span + (key in now.own) * policy.span
        yield Plan("reshape", "span", (*way, *keys, *named), saved, missing.start, onward=onward)


# Relations


def _relations(now: Situation, key: RelationKey, policy: Policy) -> Iterator[Plan]:
    """Yield ``r`` from either end, its hint, and the type's key where one is asked for; without a focus, two hints."""
    ends = sum(e in now.waiting for e in (key.head, key.child))
    for end, other in ((key.head, key.child), (key.child, key.head)):
        identity, partner = now.identity(end), now.identity(other)
        if identity is None or not (now.in_view(end) and now.in_view(other)):
            continue
        partners = dict.fromkeys(found for found, _, _ in now.session.checks.partners(identity))
        code = dict(zip(partners, codes(len(partners)), strict=False)).get(partner or "")
        if code is None:
            continue
        hint = Step("add relation", hint=other.start, cost=len(code))
        last = (hint, *now.type_key(key.head, key.child, key.label, end))
        way = now.reach(end)
        ways = [] if way is None else [(*way, Step("add relation", "r"), *last)]
        first = now.relatable.get(identity)
        if first is not None:
            asked = Step("add relation", hint=end.start, cost=len(first))
            ways.append((Step("add relation", "alt+r"), asked, *last))
        waits = now.layer.order.is_pending(now.screen.item_id or "")
        for steps in ways:
            onward = waits and steps[0].key == "alt+r"
            gain, at = policy.relation + ends, max(key.head, key.child).start
            yield Plan("relate", "relation", steps, gain, at, onward=onward)


# Taking away


def _deletions(now: Situation, policy: Policy) -> Iterator[Plan]:
    for key in now.wrong:
        way = now.reach(key)
        if way is not None:
            yield Plan("delete", "span", (*way, Step("reject", "d")), policy.span, key.start)
    for relation in now.wrong_relations:
        for end in (relation.head, relation.child):
            yield from _at_relation(now, relation, end, Step("reject", "d"), policy.relation)


def _at_relation(now: Situation, key: RelationKey, end: SpanKey, last: Step, gain: float) -> Iterator[Plan]:
    """Yield the way to a relation over one of its ends, and one more key there."""
    way, identity = now.reach(end), now.identity(end)
    wanted = now.own_relations.get(key) or now.waiting_relations.get(key)
    if way is None or identity is None:
        return
    ids = [relation.id for relation in now.layer.relations_of(identity)]
    if wanted in ids:
        turns = tuple(Step("move", ".") for _ in range(ids.index(wanted) + 1))
        yield Plan("to a relation", "relation", (*way, *turns, last), gain, end.start)


# Getting about


def scrolling(now: Situation, places: list[int], barred: set[tuple[str, int]]) -> Plan:
    """Return the key that brings work into view, or nearest to it, moving as little as it takes.

    A key that was pressed at the same place before is ``barred``: it did not help.
    """
    view, here = now.screen.view, now.screen.caret.offset
    rows = view.rows
    first, last = rows.row_of(now.visible.start), rows.row_of(now.visible.end)
    work = [rows.row_of(offset) for offset in places]

    def weight(offset: int) -> tuple[int, int]:
        row = rows.row_of(offset)
        top = min(row, max(first, row - (last - first)))
        missed = min(max(top - target, target - top - (last - first), 0) for target in work)
        return missed, min(abs(target - row) for target in work)

    landings = {
        "pagedown": view.page_from(here, 1),
        "pageup": view.page_from(here, -1),
        "g": 0,
        "G": len(now.document.text),
        **{key: move(here) for key, move in now.moves.items()},
    }
    landings = {key: Caret(now.document, offset).offset for key, offset in landings.items()}
    keys = [k for k, offset in landings.items() if offset != here and (f"scroll by {k}", here) not in barred]
    key = min(keys, key=lambda k: weight(landings[k]))
    return Plan(f"scroll by {key}", "document", (Step("move", key),), 0, here)


def best(now: Situation, policy: Policy, barred: set[tuple[str, int]]) -> Plan:
    """Return the plan of most value, the nearest of equals."""
    if policy.plain:
        return plain(now, policy, barred)
    walking = now.walking
    found = [plan for plan in plans(now, policy) if (plan.name, plan.at) not in barred]
    if not found:
        mending = policy.repair_first and bool(now.wrong_at_once)
        return scrolling(now, now.places_at_once() if mending else now.places_of_work(), barred)
    here = now.screen.caret.offset
    return max(found, key=lambda p: (p.value(walking=walking), p.onward, -abs(p.at - here)))


def plain(now: Situation, policy: Policy, barred: set[tuple[str, int]]) -> Plan:
    """Return what somebody does next who goes through the suggestions, then adds what is missing left to right.

    Where the screen says that others ask the same, they get the same answer, right or wrong.
    """
    focus, at = now.screen.item_id, now.screen.caret.offset
    if focus is not None and now.layer.order.is_pending(focus):
        span = now.focused_span
        right = span in now.goal.spans if span is not None else now.relation_key(focus) in now.goal.relations
        together = sum(now.alike) > 1
        key = ("+" if together else "a") if right else ("-" if together else "x")
        step = Step("accept" if right else "reject", key)
        name = f"{step.kind} alike" if together else step.kind
        return Plan(name, "relation" if span is None else "span", (step,), int(right), at, onward=True)
    if now.layer.order.pending:
        return Plan("go on", "document", (Step("move", "tab"),), 0, at, onward=True)
    found: list[Plan] = []
    if now.missing:
        place = now.missing[0].start
        found = list(_additions(now, now.missing[0], policy)) if now.in_view(now.missing[0]) else []
    elif now.missing_relations:
        place = now.missing_relations[0].head.start
        found = list(_relations(now, now.missing_relations[0], policy))
    else:
        place = (now.wrong or [k.head for k in now.wrong_relations])[0].start
        found = list(_deletions(now, policy))
    return min(found, key=lambda plan: cost_of(plan.steps)) if found else scrolling(now, [place], barred)
