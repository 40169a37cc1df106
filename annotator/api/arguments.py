"""What programs give, checked before the workflow is asked."""

from __future__ import annotations

from numbers import Integral, Real

from annotator.errors import WorkflowError
from annotator.history import CORPUS
from annotator.names import layer_problem

JOBS = 1, 1_000_000_000
SEEDS = -(2**63), 2**63 - 1
AGREEMENT_SEEDS = 0, 1_000_000_000
RESAMPLES = 0, 100_000
GAMMA_SECONDS = 0, 86_400


def readable(text: object) -> str:
    """A text that the database can be asked for."""
    if not isinstance(text, str) or any("\ud800" <= char <= "\udfff" for char in text):
        raise WorkflowError(f"{text!r:.60} is no text", "give a string without lone surrogates")
    return text


def one_of(name: str, given: object, known: tuple[str, ...]) -> None:
    """Refuse an argument that is none of the known ones."""
    if given not in known:
        raise WorkflowError(f"{name}: found {given!r:.60}", f"expected one of {', '.join(filter(None, known))}")


def plain_number(given: object) -> int | float | None:
    """A number, also one of NumPy's, as one of Python's; ``None`` for anything else."""
    if isinstance(given, bool) or not isinstance(given, Real):
        return None
    return int(given) if isinstance(given, Integral) else float(given)


def in_range(name: str, given: object, least: int, most: int, kind: type[int | float] = int) -> None:
    """Refuse what is no whole number, or no number at all where that is the ``kind``, in a range."""
    number = plain_number(given)
    if number is None or (kind is int and not isinstance(number, int)) or not least <= number <= most:
        whole = "whole " if kind is int else ""
        raise WorkflowError(f"{name}: found {given!r:.60}", f"expected a {whole}number from {least} to {most}")


def several(values: object, what: str) -> None:
    """Refuse one string where several are meant: each of its letters would count as one."""
    if isinstance(values, str):
        raise WorkflowError(f"{what}: found the string {values!r:.60}", "give a list, also of one alone")


def layer_name(name: object) -> str:
    """The name of a layer of spans and relations."""
    problem = layer_problem(name) if isinstance(name, str) else "is no string"
    if not isinstance(name, str) or problem is not None or name == CORPUS:
        raise WorkflowError(
            f"no layer {name!r}: it {problem or 'holds documents'}",
            "a layer is gold, curator:NAME, suggestions or suggestions:NAME",
        )
    return name
