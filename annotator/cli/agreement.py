"""``annotator agreement``: how far layers say the same, and how far that can be trusted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from annotator.cli.common import (
    COUNT,
    GlobalOptions,
    Share,
    force_option,
    json_option,
    narrate,
    print_json,
    table_text,
    tell_moved,
    workspace_option,
)
from annotator.reports.printable import printable

if TYPE_CHECKING:
    from annotator.agreement.estimates import Way
    from annotator.files.outputs import Outputs
    from annotator.reports.agreement import Agreement
    from annotator.reports.work_summary import WorkSummary
    from annotator.workflow.comparing.agreement_sample import AgreementSample
    from annotator.workflow.workspace import Workspace

INTERVALS = ("jackknife", "bootstrap")
FORMATS = ("table", "md", "json", "csv", "html")


@click.command("agreement")
@click.option(
    "--layers",
    metavar="A,B,…",
    help="Which layers: curators' names, gold, suggestions (default: all curators who finished documents).",
)
@click.option(
    "--format", "kind", type=click.Choice(FORMATS), default="table", show_default=True, help="How to write it."
)
@json_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to write (- or none: stdout)."
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Print the further tables too: every measure, all differences that were tested … (other formats have them).",
)
@click.option("--lang", metavar="LANG", help="Count the articles in one language alone.")
@click.option("--gamma", type=Share(0, 86_400), metavar="SECONDS", help="Measure γ too, for as long as this.")
@click.option(
    "--intervals",
    type=click.Choice(INTERVALS),
    default="jackknife",
    show_default=True,
    help="How intervals are made.",
)
@click.option(
    "--resamples",
    type=click.IntRange(0, 100_000),
    default=2000,
    show_default=True,
    help="Resamples of the bootstrap; 0: no intervals.",
)
@click.option("--seed", type=COUNT, default=0, show_default=True, help="Seed of the resamples and of γ.")
@click.option(
    "--gate",
    is_flag=True,
    help="For scripts: exit code 0 where all goals in labels.yaml are reached, 1 where one is not, 3 where that is not"
    " yet known.",
)
@force_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    layers: str | None,
    kind: str,
    as_json: bool,
    output: Path | None,
    everything: bool,
    lang: str | None,
    gamma: float | None,
    intervals: Way,
    resamples: int,
    seed: int,
    gate: bool,
    force: bool,
    folder: Path | None,
) -> None:
    """Measure how far layers agree, in the documents that their authors finished.

    Intervals are 95 %, over documents. What is undefined is null, with the reason.
    """
    from annotator.agreement.estimates import EstimateOptions
    from annotator.reports.agreement import measure
    from annotator.reports.agreement_goals import check_goals, require_goals
    from annotator.reports.diagnoses import diagnosed
    from annotator.reports.work_summary import summarize_work
    from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample, verdict_counts, work_times

    if as_json and kind not in ("table", "json"):
        raise click.UsageError(f"either --json or --format {kind}")
    workspace = global_options.workspace(folder)
    if gate:
        require_goals(workspace.scheme)
    sample = read_sample(workspace, layers_to_compare(workspace, layers), lang=lang)
    agreement = measure(sample, EstimateOptions(resamples, seed, intervals), gamma_seconds=gamma)
    agreement = diagnosed(agreement, workspace.store, sample)
    done = summarize_work(verdict_counts(workspace, lang), work_times(workspace, lang))
    outputs = workspace.outputs(force=force)
    _tell_retired(workspace, sample)
    path = None if output in (None, Path("-")) else output
    _deliver(agreement, done, "json" if as_json else kind, path, outputs, everything=everything)
    if gate:
        check_goals(agreement)


def _tell_retired(workspace: Workspace, sample: AgreementSample) -> None:
    """Say how much of what is compared the label scheme no longer allows, where, and what mends it."""
    from annotator.workflow.retired_work import mending, places, retired_work, summary, total

    compared = {(document.key, name) for document in sample.documents for name in document.layers}
    layers = [layer for layer in retired_work(workspace, quick=True) if layer.name in compared]
    counts = total(layers)
    if counts:
        where = places(layer.name for layer in layers)
        narrate(f"counted as it stands: {summary(counts)} in {where}; {mending(counts)}")


def _deliver(
    agreement: Agreement, done: WorkSummary, kind: str, path: Path | None, outputs: Outputs, *, everything: bool
) -> None:
    """Write the report to a file, or print it."""
    from annotator.reports.agreement_marks import MARKS, marked

    if path is None and kind == "json":
        from annotator.reports.agreement_records import as_json

        print_json(as_json(agreement, done))
        return
    if kind == "table":
        text = _tables(agreement, done, terminal=path is None and sys.stdout.isatty(), everything=everything)
    else:
        text = _text(agreement, done, kind)
    with outputs.file(path, sys.stdout.buffer, mark=MARKS[kind]) as stream:
        stream.write((text if path is None else marked(text, kind)).encode("utf-8"))
    tell_moved(outputs)
    if path is not None:
        from annotator.reports.agreement_text import layer_list

        narrate(f"agreement of {layer_list(agreement)} as {kind} to {path}")


def _text(agreement: Agreement, done: WorkSummary, kind: str) -> str:
    """The report in one of the formats but tables."""
    if kind == "json":
        from annotator.reports.agreement_records import as_json

        return json.dumps(as_json(agreement, done), ensure_ascii=False, indent=2) + "\n"
    if kind == "csv":
        from annotator.reports.agreement_records import as_csv

        return as_csv(agreement)
    if kind == "html":
        from annotator.reports.agreement_html import as_html

        return as_html(agreement, done)
    from annotator.reports.agreement_tables import opening, sections
    from annotator.reports.sections import as_markdown

    title, *paragraphs = opening(agreement)
    return as_markdown(title, paragraphs, sections(agreement, done))


def _tables(agreement: Agreement, done: WorkSummary, *, terminal: bool, everything: bool) -> str:
    """The report as tables under headings: all, or those that it leads with."""
    from annotator.reports.agreement_tables import further_sections, leading_sections, opening

    def prose(paragraphs: Iterable[str], hanging: str = "") -> list[str]:
        return [line for paragraph in paragraphs for line in _wrapped(paragraph, hanging, terminal=terminal)]

    parts = ["\n".join(prose(opening(agreement)))]
    further = list(further_sections(agreement, done))
    for section in (*leading_sections(agreement, done), *(further if everything else ())):
        if terminal:
            section = section.within(get_terminal_size().columns)
        lines = prose(section.paragraphs, "   ")
        if section.rows:
            columns, rows, numbers = section.columns, section.rows, section.numbers
            lines.append(table_text(columns, rows, numbers=numbers, cut=section.cut, terminal=terminal))
        lines += prose([section.note]) if section.note else []
        parts.append("\n".join([section.title.upper(), *lines]))
    if further and not everything:
        left_out = "; ".join(section.title for section in further)
        parts.append("\n".join(prose([f"Further tables, with --all: {left_out}."])))
    return "\n\n".join(parts) + "\n"


def _wrapped(paragraph: str, hanging: str, *, terminal: bool) -> list[str]:
    """A paragraph in lines as wide as the terminal; one line where there is none."""
    indent = " " * (len(paragraph) - len(paragraph.lstrip()))
    shown = printable(paragraph)
    width = get_terminal_size().columns if terminal else len(shown) + len(indent) + 1
    return wrap(shown, max(width, 40), initial_indent=indent, subsequent_indent=indent or hanging)
