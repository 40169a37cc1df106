"""The goals of the label scheme held against what was measured: reached, not reached, or not yet known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from annotator.agreement.estimates import Estimate
from annotator.agreement.planning import MOST_DOCUMENTS, TOO_MANY, Needed
from annotator.errors import WorkflowError
from annotator.labels import LabelScheme
from annotator.reports.agreement import Agreement, Figure
from annotator.reports.agreement_text import number
from annotator.wording import plural

GoalState = Literal["reached", "not_reached", "unknown"]

IN_WORDS: dict[GoalState, str] = {"reached": "reached", "not_reached": "not reached", "unknown": "not yet known"}

OF_ALL: dict[GoalState, str] = {
    "reached": "All {} goals are reached.",
    "not_reached": "None of the {} goals is reached.",
    "unknown": "Whether the {} goals are reached is not yet known.",
}
"""The verdict where all goals are in one state."""


@dataclass(frozen=True, slots=True)
class GoalResult:
    """A goal, the figure that is to reach it, and whether it does.

    It is reached where the whole interval lies at or above the goal, and not reached where it lies below; ``needed`` is
    about how many compared documents would tell where it is not known yet.
    """

    figure: Figure
    goal: float
    state: GoalState
    needed: Needed | None

    @property
    def estimate(self) -> Estimate:
        """What was measured."""
        return self.figure.estimate

    @property
    def more(self) -> int | None:
        """About how many more documents would tell; ``None`` where that is known already, or cannot be said."""
        if self.needed is None or self.needed.documents is None:
            return None
        return max(1, self.needed.documents - self.estimate.documents)


def goal_results(agreement: Agreement) -> list[GoalResult]:
    """Every goal with its state, in the order of ``labels.yaml``; none while there is nothing to compare."""
    figures = {figure.measure.name: figure for figure in agreement.overall.figures}
    return [_result(agreement, figures[name], goal) for name, goal in agreement.goals.items() if name in figures]


def _result(agreement: Agreement, figure: Figure, goal: float) -> GoalResult:
    found = figure.estimate
    if found.low is not None and found.low >= goal:
        return GoalResult(figure, goal, "reached", None)
    if found.high is not None and found.high < goal:
        return GoalResult(figure, goal, "not_reached", None)
    return GoalResult(figure, goal, "unknown", agreement.outlook(figure).until_beyond(goal))


def overall_state(results: Sequence[GoalResult]) -> GoalState:
    """The worst state of some goals."""
    states = {result.state for result in results}
    return "not_reached" if "not_reached" in states else "unknown" if "unknown" in states else "reached"


def verdict(results: Sequence[GoalResult]) -> str:
    """All goals in a sentence, such as ``Of 2 goals 1 is reached, 1 is not yet known``; empty without any."""
    if not results:
        return ""
    many = len(results)
    counts = {state: sum(result.state == state for result in results) for state in IN_WORDS}
    if many == 1:
        return f"The goal is {IN_WORDS[results[0].state]}."
    if max(counts.values()) == many:
        return OF_ALL[overall_state(results)].format(many)
    parts = [f"{count} {_is(count)} {IN_WORDS[state]}" for state, count in counts.items() if count]
    return f"Of {many} goals {', '.join(parts)}."


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def goal_sentence(result: GoalResult) -> str:
    """What is to be said of a goal, with the interval that decides."""
    found, name = result.estimate, result.figure.measure.title
    aim = f"{name}, goal {exactly(result.goal)}: {IN_WORDS[result.state]}"
    if found.value is None or found.low is None or found.high is None:
        value = "" if found.value is None else f"{number(found.value)}, "
        return f"{aim}: {value}{found.reason.removeprefix('no interval: ')}."
    low, high = (_beside(result.goal, end) for end in (found.low, found.high))
    value = f"{number(found.value)} ({low}–{high})"
    if result.state == "reached":
        return f"{aim}: {value}, the whole interval lies at or above it."
    if result.state == "not_reached":
        return f"{aim}: {value}, the whole interval lies below it."
    return f"{aim} from {plural(found.documents, 'document')}: {value}; {_what_would_tell(result)}."


def _what_would_tell(result: GoalResult) -> str:
    needed, more = result.needed, result.more
    if needed is None or more is None:
        reason = "" if needed is None else needed.reason
        if reason == TOO_MANY:
            return f"not even {MOST_DOCUMENTS:,} documents would tell, should the figure stay so near to the goal"
        return f"how many more would tell cannot be said: {reason}"
    return f"about {plural(more, 'more document')}{_range(result)} would tell, should the figure stay as it is"


def _range(result: GoalResult) -> str:
    needed = result.needed
    if needed is None or needed.low is None or needed.low == needed.high:
        return ""
    low = max(1, needed.low - result.estimate.documents)
    high = "more" if needed.high is None else f"{needed.high - result.estimate.documents:,}"
    return f" ({low:,} to {high})"


def exactly(goal: float) -> str:
    """A goal as it was given, such as ``.855``."""
    return f"{goal:g}".replace("0.", ".", 1)


def _beside(goal: float, end: float) -> str:
    """The end of an interval, with as many digits as tell it from the goal."""
    digits = next((digits for digits in range(2, 7) if round(end, digits) != round(goal, digits)), 2)
    return number(end, digits)


class GoalMissedError(WorkflowError):
    """A goal of the label scheme is not reached."""


class GoalUnknownError(WorkflowError):
    """Whether a goal is reached cannot be said from so few documents."""

    exit_code = 3


def require_goals(scheme: LabelScheme) -> None:
    """Refuse a label scheme without a goal."""
    if not scheme.goals:
        raise WorkflowError(
            "labels.yaml has no goal for agreement", "add one, for example `agreement: {span_f1: 0.85}`"
        )


def check_goals(agreement: Agreement) -> None:
    """Raise :class:`GoalMissedError` where a goal is not reached, else :class:`GoalUnknownError` where that is open."""
    if agreement.reason:
        raise GoalUnknownError(f"no goal can be checked: {agreement.reason}")
    results = goal_results(agreement)
    state = overall_state(results)
    said = " ".join(goal_sentence(result) for result in results if result.state == state).rstrip(".")
    if state == "not_reached":
        raise GoalMissedError(said)
    if state == "unknown":
        raise GoalUnknownError(said)
