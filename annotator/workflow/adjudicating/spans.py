"""Builds the cases of spans: what curators marked at the same place in the text."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from itertools import zip_longest

from msgspec.structs import replace

from annotator.agreement.alignment import align, align_layers
from annotator.annotation import Settled, SpanKey
from annotator.disjoint_sets import DisjointSets
from annotator.intervals import IntervalIndex
from annotator.labels import LabelScheme
from annotator.labels.retired import retired_spans
from annotator.workflow.adjudicating.cases import SpanCase, SpanVersion, span_kind, vote

SpanSuccessors = dict[SpanKey, SpanKey | None]
"""The gold span that stands for each marked span; ``None`` where nothing does."""
AlignedSpans = tuple[SpanKey | None, ...]
"""What each curator marked in one place."""


def span_cases(spans: Mapping[str, Collection[SpanKey]], ruled: Mapping[SpanKey, SpanKey | None],
               scheme: LabelScheme) -> list[SpanCase]:  # fmt: skip
    """The cases of spans, in reading order.

    ``spans`` are those that each curator marked, ``ruled`` what an adjudicator decided on a claim.  A case is settled
    when every claim in it was decided on, or stands in gold anyway; open when only some were; by vote when none was
    and the vote's outcome may stand beside what was decided.  What the scheme does not allow settles nothing.  Claims
    for which a decision on their neighbours left room are a case of their own.
    """
    ruled_spans = sorted({outcome for outcome in ruled.values() if outcome is not None})
    ruled_index = IntervalIndex((s.start, s.end, str(i)) for i, s in enumerate(ruled_spans))
    decided = {**{span: span for span in ruled_spans}, **ruled}
    retired = {ruled_spans[int(i)] for i in retired_spans(scheme, ((s, str(i)) for i, s in enumerate(ruled_spans)))}
    curators = sorted(spans)
    layers = [set(spans[curator]) for curator in curators]
    agreed = _agreed_alone(layers)
    touched = {s for s in agreed if s in decided or ruled_index.overlapping(s.start, s.end)} if decided else set()
    unanimous = vote(dict.fromkeys(curators, ()), scheme.settle) if curators else None
    cases = _agreed_cases(agreed - touched, curators, scheme, unanimous[1] if unanimous is not None else None)
    undecided = _agreed_cases(touched, curators, scheme, None)
    undecided += _undecided_cases(curators, [layer - agreed for layer in layers], decided, scheme)
    for case in undecided:
        near = [ruled_spans[int(i.id)] for i in ruled_index.overlapping(*case.range)] if ruled_spans else []
        cases.append(_reopened_on_clash(_settled(case, decided, retired, scheme), near, scheme))
    return sorted([*cases, *_added(cases, curators, ruled, retired)], key=lambda case: (case.position, case.id))


def successors(versions: Iterable[SpanVersion], outcome: SpanVersion) -> SpanSuccessors:
    """The span of ``outcome`` that each span of some versions is aligned with; ``None`` where there is none."""
    distinct = set(versions)
    if distinct == {outcome}:
        return dict(zip(outcome, outcome, strict=True))
    aligned: SpanSuccessors = {}
    for version in sorted(distinct):
        for match in align(version, outcome):
            if match.left is not None and aligned.get(match.left) is None:
                aligned[match.left] = match.right
    return aligned


def _undecided_cases(
    curators: Sequence[str], layers: Sequence[set[SpanKey]], decided: Mapping[SpanKey, SpanKey | None],
    scheme: LabelScheme,
) -> list[SpanCase]:  # fmt: skip
    """The cases, as if none were settled: aligned spans, and those that cannot stand beside them."""
    cases = []
    rows = [row for group in align_layers(layers) for row in _divided(group.spans, decided)]
    for members in _joined([{s for s in row if s is not None} for row in rows], decided, scheme):
        spans = [rows[member] for member in members]
        versions = {
            c: tuple(sorted(span for row in spans if (span := row[i]) is not None)) for i, c in enumerate(curators)
        }
        claims = tuple(sorted({span for version in versions.values() for span in version}))
        kind = span_kind(versions.values())
        if kind == "agreed" and not allowed_together(scheme, claims):
            kind = "retired"
        cases.append(SpanCase(str(claims[0]), kind, versions, claims=claims))
    return cases


def _agreed_cases(
    spans: Iterable[SpanKey], curators: Sequence[str], scheme: LabelScheme, settled: Settled | None
) -> list[SpanCase]:
    """The cases of spans that every curator has and that share no text with any other: ``settled``, where allowed."""
    cases = []
    for span in spans:
        version = (span,)
        versions = dict.fromkeys(curators, version)
        if scheme.span_problem(span) is not None:
            cases.append(SpanCase(str(span), "retired", versions, claims=version))
        elif settled is None:
            cases.append(SpanCase(str(span), "agreed", versions, claims=version))
        else:
            cases.append(SpanCase(str(span), "agreed", versions, settled, version, version))
    return cases


def _agreed_alone(layers: Sequence[set[SpanKey]]) -> set[SpanKey]:
    """The spans that every layer has and that share no text with any other; most are, and need no alignment."""
    everywhere = set[SpanKey].intersection(*layers) if layers else set()
    spans = sorted(set[SpanKey]().union(*layers))
    alone = set()
    reached = 0
    for span, following in zip_longest(spans, spans[1:]):
        if reached <= span.start and (following is None or span.end <= following.start) and span in everywhere:
            alone.add(span)
        reached = max(reached, span.end)
    return alone


def _divided(row: AlignedSpans, decided: Mapping[SpanKey, SpanKey | None]) -> list[AlignedSpans]:
    """Aligned spans, in two rows where what was decided on some of them left room for the others."""
    outcomes = [o for span in row if span is not None and (o := decided.get(span)) is not None]
    left = {s for s in row if s is not None and s not in decided and not any(map(s.overlaps, outcomes))}
    if not outcomes or not left:
        return [row]
    return [tuple(s if (s in left) == is_left else None for s in row) for is_left in (False, True)]


def _joined(
    groups: Sequence[set[SpanKey]], decided: Mapping[SpanKey, SpanKey | None], scheme: LabelScheme
) -> list[list[int]]:
    """Join groups whose spans the scheme does not let stand beside one another; gives their indexes."""
    sets = DisjointSets(range(len(groups)))
    near: list[tuple[SpanKey, int]] = []
    for span, group in sorted((span, index) for index, spans in enumerate(groups) for span in spans):
        near = [(other, index) for other, index in near if other.end > span.start]
        for other, index in near:
            if sets.find(index) == sets.find(group) or _left_room(span, other, decided):
                continue
            if scheme.apart(span, other):
                sets.join(index, group)
        near.append((span, group))
    joined: dict[int, list[int]] = {}
    for group in range(len(groups)):
        joined.setdefault(sets.find(group), []).append(group)
    return list(joined.values())


def _left_room(one: SpanKey, other: SpanKey, decided: Mapping[SpanKey, SpanKey | None]) -> bool:
    """Whether only one of two spans is decided on, and what stands for it does not touch the other."""
    if (one in decided) == (other in decided):
        return False
    outcome, undecided = (decided[one], other) if one in decided else (decided[other], one)
    return outcome is not None and not outcome.overlaps(undecided)


def allowed_together(scheme: LabelScheme, spans: Iterable[SpanKey]) -> bool:
    """Whether the scheme lets spans stand beside one another."""
    return not retired_spans(scheme, ((span, str(span)) for span in spans))


def _settled(
    case: SpanCase, decided: Mapping[SpanKey, SpanKey | None], retired: Container[SpanKey], scheme: LabelScheme
) -> SpanCase:
    is_decided = [claim in decided for claim in case.claims]
    if all(is_decided):
        outcome = tuple(sorted({o for claim in case.claims if (o := decided[claim]) is not None}))
        return replace(case, outcome=outcome, settled=_by_hand(outcome, retired))
    chosen = None if any(is_decided) else vote(case.versions, scheme.settle)
    if chosen is None or not (case.kind == "agreed" or allowed_together(scheme, chosen[0])):
        return case
    outcome, settled = chosen
    return replace(case, outcome=outcome, settled=settled)


def _by_hand(outcome: SpanVersion, retired: Container[SpanKey]) -> Settled | None:
    """How a case is settled that an adjudicator decided: not at all, where the outcome is ``retired``."""
    return None if any(span in retired for span in outcome) else "adjudicator"


def _reopened_on_clash(case: SpanCase, ruled_spans: list[SpanKey], scheme: LabelScheme) -> SpanCase:
    """The case, open where its vote's outcome cannot stand beside what an adjudicator decided."""
    if case.settled in (None, "adjudicator"):
        return case
    clash = any(scheme.apart(span, other) for span in case.outcome for other in ruled_spans)
    return replace(case, settled=None, outcome=()) if clash else case


def _added(cases: Iterable[SpanCase], curators: Sequence[str],
           ruled: Mapping[SpanKey, SpanKey | None], retired: Container[SpanKey]) -> list[SpanCase]:  # fmt: skip
    """Cases for the spans that stand by decision alone, because no curator has them (any more)."""
    if not ruled:
        return []
    claimed = {claim for case in cases for claim in case.claims}
    in_gold = {span for case in cases for span in case.outcome}
    in_gold |= {outcome for claim, outcome in ruled.items() if claim in claimed and outcome is not None}
    nobody: dict[str, SpanVersion] = dict.fromkeys(curators, ())
    added: dict[SpanKey, SpanCase] = {}
    for claim in sorted(ruled):
        outcome = ruled[claim]
        if claim not in claimed and outcome is not None and outcome not in in_gold:
            case = SpanCase(str(claim), "added", nobody, _by_hand((outcome,), retired), (outcome,))
            added.setdefault(outcome, case)
    return list(added.values())
