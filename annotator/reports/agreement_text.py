"""Agreement in words and short numbers, the same in every place that shows it."""

from __future__ import annotations

from annotator.agreement.estimates import LEAST_DOCUMENTS, Estimate
from annotator.agreement.gamma import Gamma, GammaFigure
from annotator.reports.agreement import Agreement, Figure
from annotator.reports.diagnosis import NOTHING
from annotator.wording import plural
from annotator.workflow.comparing.agreement_sample import display_name

KIND_NAMES = {
    "exact": "the same",
    "label": "other label, same borders",
    "boundary": "other borders, same label",
    "overlap": "other borders and label",
    "missed": "only one has it",
    "direction": "the other way round",
    "ends": "same label, other borders of its spans",
}
"""How two items stand to each other, for people."""

RELATION_KIND_NAMES = {**KIND_NAMES, "label": "other label, same ends", "overlap": "other label and borders"}


SHORT = {
    "span.f1": "spans",
    "span.boundary_f1": "borders only",
    "span.type_f1": "any overlap",
    "token.alpha": "token α",
    "unit.alpha": "uα",
    "relation.f1": "relations",
    "relation.relaxed_f1": "aligned ends",
    "attribute.alpha": "α",
    "attribute.observed": "observed",
    "attribute.kappa": "κ",
    "attribute.ac1": "AC1",
    "attribute.coverage": "items compared",
    "group.conll_f1": "CoNLL F1",
    "group.muc_f1": "MUC",
    "group.b3_f1": "B³",
    "group.ceafe_f1": "CEAFe",
    "group.lea_f1": "LEA",
}
"""Measures of parts that tables have room for, by short names; JSON and CSV have all of them."""


LEADING = ("span.f1", "span.boundary_f1", "label.alpha", "relation.f1")
"""What a report leads with: how far layers say the same of spans, of their borders, of their labels, of relations."""


def leading(agreement: Agreement) -> list[Figure]:
    """The figures that a report leads with."""
    return [figure for figure in agreement.overall.figures if figure.measure.name in LEADING]


def number(value: float | None, digits: int = 2) -> str:
    """A figure with two digits, as papers print it: ``.83``, ``1.00``, ``-.04``; a dash when undefined."""
    if value is None:
        return "–"
    text = f"{value:z.{digits}f}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def interval(estimate: Estimate) -> str:
    """The interval in brackets; empty without one."""
    return "" if estimate.low is None else f"{number(estimate.low)} to {number(estimate.high)}"


def gamma_interval(figure: GammaFigure) -> str:
    """The interval of γ and its kin, or why there is none."""
    if figure.low is None or figure.high is None:
        return figure.reason
    return f"{number(figure.low)} to {number(figure.high)}"


def gamma_basis(found: Gamma) -> str:
    """What γ was measured on, and what its intervals are over."""
    documents = f"{found.documents} of {plural(found.available, 'document')}, {plural(found.items, 'span')}"
    over = {
        "documents": "Intervals are over documents, by the jackknife.",
        "random annotations": (
            f"Intervals are over the random annotations that chance is drawn by: fewer than {LEAST_DOCUMENTS} documents"
            " say nothing about others."
        ),
    }
    return f"Measured on {documents}, seed {found.seed}. {over[found.over]}"


def with_interval(estimate: Estimate | None) -> str:
    """The figure with its interval: ``.83 (.79–.87)``."""
    if estimate is None:
        return "–"
    bounds = f" ({number(estimate.low)}–{number(estimate.high)})" if estimate.low is not None else ""
    return number(estimate.value) + bounds


def layer_list(agreement: Agreement) -> str:
    """The layers by the names that people know them by."""
    return ", ".join(map(display_name, agreement.layers)) or "nobody"


def headline(agreement: Agreement) -> str:
    """A sentence on what the headline figure says, with its interval in the same terms."""
    found = agreement.headline
    if agreement.reason or found is None:
        return f"Nothing to compare: {agreement.reason or 'no layers'}."
    if found.value is None:
        return f"Agreement on spans is undefined: {found.reason}."
    names = [display_name(layer) for layer in agreement.layers]
    who = f"{names[0]} or {names[1]} has, the other has" if len(names) == 2 else "one layer has, another has"
    said = f"Of 100 spans that {who} {_of_100(found.value)} exactly the same"
    if found.low is None or found.high is None:
        return f"{said}; {found.reason.removeprefix('no interval: ')}, so there is no interval."
    span = f"{_of_100(found.low)} to {_of_100(found.high)}"
    return (
        f"{said}; over all documents of this kind, {span} (95 % interval from {plural(found.documents, 'document')})."
    )


def _of_100(value: float) -> int:
    """A share as so many of a hundred: the two digits of :func:`number`."""
    return round(100 * round(value, 2))


def differing(agreement: Agreement) -> str:
    """A sentence on where layers differ most; empty when they do not."""
    kinds = {kind: count for kind, count in agreement.kinds.items() if kind != "exact" and count}
    total = sum(kinds.values())
    if not total:
        return ""
    ranked = sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0]))
    parts = [f"{round(100 * count / total)} %: {KIND_NAMES[kind]}" for kind, count in ranked]
    return f"Where they differ, {'; '.join(parts)}."


def nothing_to_do(agreement: Agreement) -> str:
    """What to say where there is no diagnosis: that nothing differs, or that it looks like chance."""
    differs = any(
        count
        for kinds in (agreement.kinds, agreement.relation_kinds)
        for kind, count in kinds.items()
        if kind != "exact"
    )
    return NOTHING if differs else "Nothing differs."


def coverage(agreement: Agreement) -> str:
    """A sentence on which documents count."""
    single = (
        f"; {plural(agreement.single, 'document')} finished in one of these layers alone" if agreement.single else ""
    )
    return f"{agreement.compared:,} of {plural(agreement.total, 'document')} finished in at least two layers{single}."


def caution(agreement: Agreement) -> str:
    """What intervals say, and how they are made."""
    options = agreement.options
    if options.way == "bootstrap":
        way = f"the bootstrap: percentiles of {options.resamples:,} resamples of documents, seed {options.seed}"
    else:
        way = "the jackknife: what the figure is without each document"
    return (
        "Intervals (95 %) are about the figure over all documents of this kind; single documents vary more. The"
        f" curators are taken as they are. Intervals are made by {way}. From fewer than {LEAST_DOCUMENTS} documents"
        " there is none."
    )


def retired_labels(agreement: Agreement) -> str:
    """Which labels count though the label scheme does not have them; empty where there are none."""
    if not agreement.retired:
        return ""
    names = ", ".join(agreement.retired)
    return f"Retired labels are counted as they stand: {names}; `annotator labels diff` says what changed"
