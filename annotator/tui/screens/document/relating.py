"""Asking which spans to relate and how: hints on the possible partners, then the types by their keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from annotator.labels import RelationType
from annotator.tui.layout.hints import ALPHABET
from annotator.tui.screens.document.prompts import Prompts
from annotator.workflow.editing.checks import LayerChecks


def ask_for_relation(
    prompts: Prompts, checks: LayerChecks, span_id: str, then: Callable[[str, str, str], None]
) -> bool:
    """Ask for the partner of a span and a type; ``then`` gets head, child and label.

    Gives whether there is anything to ask.
    """
    partners: dict[str, int] = {}
    for other, _, _ in checks.partners(span_id):
        partners.setdefault(other, checks.span(other).start)
    if not partners:
        return False

    def relate(other: str, kind: RelationType, reverse: bool) -> None:
        head, child = (other, span_id) if reverse else (span_id, other)
        then(head, child, kind.name)

    def choose_type(other: str) -> None:
        fitting = [(kind, reverse) for partner, kind, reverse in checks.partners(span_id) if partner == other]
        if len(fitting) == 1:
            relate(other, *fitting[0])
        else:
            _ask_for_type(prompts, fitting, partial(relate, other))

    places = [(start, other) for other, start in partners.items()]
    prompts.ask_where(f"relate {checks.name_of(span_id)} to which?", places, choose_type)
    return True


def ask_for_retyping(
    prompts: Prompts, checks: LayerChecks, relation_id: str, then: Callable[[str, bool], None]
) -> bool:
    """Ask for another type or direction of a relation; ``then`` gets the label, and whether to turn it round."""
    choices = checks.retypings(relation_id)
    if choices:
        _ask_for_type(prompts, choices, lambda kind, reverse: then(kind.name, reverse))
    return bool(choices)


def _ask_for_type(
    prompts: Prompts, fitting: Sequence[tuple[RelationType, bool]], then: Callable[[RelationType, bool], None]
) -> None:
    """Ask which type it is to be, by the types' keys; what shares one gets its capital, or any free letter."""
    options: dict[str, Callable[[], None]] = {}
    names: list[str] = []
    for kind, reverse in fitting:
        key = next(k for k in (kind.key, kind.key.swapcase(), *ALPHABET) if k not in options)
        options[key] = partial(then, kind, reverse)
        names.append(f"{key} {kind.name}{' ←' if reverse else ''}")
    prompts.ask("which?  " + "  ".join(names), options)
