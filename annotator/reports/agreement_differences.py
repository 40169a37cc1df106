"""Which parts of an agreement differ, and whether that is more than chance: in words, as a table, as records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from annotator.agreement.differences import Difference
from annotator.reports.agreement_contrasts import BEFORE, CONDITIONS, OTHERS
from annotator.reports.agreement_text import number
from annotator.reports.sections import Section
from annotator.wording import plural

MOST_ROWS = 12
"""Rows of a family and measure in a table."""

MOST_SENTENCES = 3
"""Differences of a family that are told in sentences."""

TITLE, CLEAR_TITLE = "Differences", "Differences that are more than chance"

SIGNIFICANT = 0.05
"""A corrected p below this counts as more than chance."""

FAMILIES = {
    "pair": "pairs of layers",
    "curator": "each curator against the others",
    "language": "languages",
    "time": "each time against those before",
    "condition": "suggestions shown or not",
}
"""Families of differences, for people."""

MEASURES = {"span.f1": "spans", "relation.f1": "relations", "token.kappa": "token κ"}
"""The measures, for people: strict F1 of spans and of relations, Cohen's κ of tokens."""

NOTE = (
    "Left minus right of strict F1 and token κ, 95 % interval by the jackknife over documents. p: sides swapped within"
    " documents that have both, else documents moved between sides; corrected (Holm) within each family and measure."
    " A difference is not yet a reason: parts may be of other texts or curators."
)


def signed(value: float | None) -> str:
    """A difference with two digits and its sign: ``+.08``."""
    if value is None:
        return "–"
    shown = number(abs(value))
    return shown if shown == ".00" else f"{'+' if value > 0 else '−'}{shown}"


def probability(p: float | None) -> str:
    """A p as papers print it: ``.004``, ``< .001``."""
    if p is None:
        return "–"
    return "< .001" if p < 0.001 else number(p, 3 if p < 0.1 else 2)


def with_bounds(found: Difference) -> str:
    """The difference with its interval: ``+.08 (+.03 to +.13)``."""
    if found.low is None:
        return signed(found.difference)
    return f"{signed(found.difference)} ({signed(found.low)} to {signed(found.high)})"


def is_clear(found: Difference) -> bool:
    """Whether the difference is more than chance, others of its family considered."""
    return found.p_holm is not None and found.p_holm < SIGNIFICANT


def names(found: Difference) -> str:
    """What is compared, shortly: ``ana · bo − ana · carla``."""
    contrast = found.contrast
    return f"{contrast.left} − {contrast.right}"


def sentence(found: Difference) -> str:
    """A sentence on what a difference says; one that may be chance is not called a difference."""
    subject, than = _subjects(found)
    what = {"span.f1": "", "relation.f1": " on relations", "token.kappa": " on tokens (κ)"}[found.measure]
    if found.difference is None:
        return f"{subject}{what}: {found.reason}"
    if found.p is None:
        return f"{subject}{what} against {than}: {signed(found.difference)}; {found.reason}"
    figures = f"p {_equals(found.p)}, corrected {_equals(found.p_holm)}, {_documents(found)}"
    if is_clear(found):
        how = "better" if found.difference > 0 else "worse"
        return f"{subject} agree {how}{what} than {than}: {with_bounds(found)}, {figures}"
    return f"{subject} against {than}{what}: {with_bounds(found)}, which may be chance, {figures}"


def _equals(p: float | None) -> str:
    shown = probability(p)
    return shown if shown.startswith("<") else f"= {shown}"


def _documents(found: Difference) -> str:
    left, right = found.documents
    return plural(left, "document") if found.paired else f"{left:,} and {plural(right, 'document')}"


def _subjects(found: Difference) -> tuple[str, str]:
    left, right = found.contrast.left, found.contrast.right
    if found.contrast.family == "pair":
        return left.replace(" · ", " and "), right.replace(" · ", " and ")
    if found.contrast.family == "curator":
        return f"{left} and others", "the others among themselves"
    if found.contrast.family == "condition":
        return f"Layers with {CONDITIONS[left]}", f"those with {CONDITIONS[right]}"
    what = "Documents of" if found.contrast.family == "time" else "Documents in"
    return f"{what} {left}", {OTHERS: "those in other languages", BEFORE: "those before"}.get(
        right, f"those in {right}"
    )


def told(found: Sequence[Difference]) -> list[Difference]:
    """The differences as tables list them: family by family and measure by measure, the least p first."""
    order = {family: place for place, family in enumerate(FAMILIES)}
    return sorted(
        found,
        key=lambda one: (
            order[one.contrast.family],
            list(MEASURES).index(one.measure),
            2.0 if one.p is None else one.p,
        ),
    )


def clearest(found: Sequence[Difference], family: str) -> list[Difference]:
    """The differences of a family that are more than chance and told in sentences."""
    return [one for one in told(found) if one.contrast.family == family and is_clear(one)][:MOST_SENTENCES]


def clear_section(found: Sequence[Difference]) -> Section:
    """How many differences are more than chance, then a sentence on the clearest of each family."""
    tested = [one for one in found if one.p is not None]
    clear = sum(map(is_clear, tested))
    kept = [sentence(one) for family in FAMILIES for one in clearest(found, family)]
    if not found:
        return Section(CLEAR_TITLE, (), ())
    untested = f"; {len(found) - len(tested):,} could not be tested" if len(found) > len(tested) else ""
    lines = [f"{clear:,} of {plural(len(tested), 'difference')} that {_were(len(tested))} tested{untested}."]
    lines += [f"   {said}." for said in kept]
    lines += [f"   And {clear - len(kept):,} more."] if clear > len(kept) else []
    return Section(CLEAR_TITLE, (), (), paragraphs=tuple(lines))


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def section(found: Sequence[Difference]) -> Section:
    """The differences as a table; of each family and measure the rows with the least p."""
    rows = []
    shown: dict[tuple[str, str], int] = {}
    for one in told(found):
        key = one.contrast.family, one.measure
        shown[key] = shown.get(key, 0) + 1
        if one.difference is not None and shown[key] <= MOST_ROWS:
            rows.append(
                (
                    *(FAMILIES[one.contrast.family], names(one), MEASURES[one.measure], with_bounds(one)),
                    *(probability(one.p), probability(one.p_holm), _documents(one)),
                    one.reason or ("more than chance" if is_clear(one) else "may be chance"),
                )
            )
    columns = ("", "left − right", "of", "difference", "p", "corrected", "documents", "which is")
    more = sum(max(0, count - MOST_ROWS) for count in shown.values())
    note = f"{NOTE} {more} more are in the JSON." if more else NOTE
    return Section(TITLE, columns, rows, ("p", "corrected"), note, cut="left − right")


def records(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """The differences as JSON values."""
    return [
        {
            "family": one.contrast.family,
            "left": one.contrast.left,
            "right": one.contrast.right,
            "measure": one.measure,
            "left_value": one.left,
            "right_value": one.right,
            "difference": one.difference,
            "low": one.low,
            "high": one.high,
            "p": one.p,
            "p_holm": one.p_holm,
            "documents": one.documents[0] if one.paired else sum(one.documents),
            "left_documents": one.documents[0],
            "right_documents": one.documents[1],
            "paired": one.paired,
            "method": one.method,
            "reason": one.reason or None,
            "sentence": sentence(one),
        }
        for one in found
    ]


def figure_records(found: Sequence[Difference]) -> Iterator[dict[str, Any]]:
    """Yield the differences as lines of the CSV, whose scope is ``difference`` and whose name is the family."""
    for record in records(found):
        yield {
            **record,
            "scope": "difference",
            "name": record["family"],
            "level": record["measure"].partition(".")[0],
            "value": record["difference"],
        }
