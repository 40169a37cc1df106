"""What to do, as a part of the HTML report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from annotator.reports import svg
from annotator.reports.agreement import Agreement
from annotator.reports.agreement_text import nothing_to_do
from annotator.reports.diagnosis import Diagnosis, example_in_words, surroundings
from annotator.reports.positions_on_a_line import curator_scores, document_scores, ends
from annotator.reports.printable import printable

STYLE = """
ol.causes { padding-left: 1.4rem; margin: .6rem 0; } ol.causes > li { margin: 0 0 1.1rem; break-inside: avoid; }
ol.causes b { font-size: 1.02rem; } .share { color: var(--faint); font-size: .87rem; white-space: nowrap; }
.next { font-weight: 600; } .next::before { content: "→ "; }
.examples { margin: .3rem 0; padding-left: 1rem; border-left: 3px solid var(--line); font-size: .87rem;
  list-style: none; }
"""

_COMMAND = re.compile("`([^`]+)`")


def what_to_do(agreement: Agreement) -> Iterator[str]:
    """Yield the diagnoses as a list, each with a bar for what it explains."""
    if not agreement.looked_into:
        return
    yield "<section class='long'><h2>What to do</h2>"
    if agreement.diagnoses:
        yield "<ol class='causes'>"
        yield from map(_cause, agreement.diagnoses)
        yield "</ol>"
    else:
        yield f"<p>{_shown(nothing_to_do(agreement))}</p>"
    yield "</section>"


def _cause(found: Diagnosis) -> str:
    share = f' <span class="share">{_shown(found.share)}</span>' if found.share else ""
    examples = "".join(
        f"<li>{_shown(example_in_words(example))}<br><span class='note'>{_shown(surroundings(example))}</span></li>"
        for example in found.examples
    )
    listed = f"<ul class='examples'>{examples}</ul>" if examples else ""
    return (
        f"<li><b>{_shown(found.words)}</b>{share}<p>{_shown(found.evidence)}</p>{listed}"
        f"<p class='next'>{_with_commands(found.next_step)}</p></li>"
    )


def _with_commands(text: str) -> str:
    return _COMMAND.sub(r"<code>\1</code>", _shown(text))


def _shown(text: str) -> str:
    return escape(printable(text))


def document_strip(agreement: Agreement) -> str:
    """The documents as points on a scale; nothing for fewer than two."""
    scores = document_scores(agreement)
    if len(scores) < 2:
        return ""
    return svg.strip(scores, agreement.headline.value if agreement.headline else None, "strict span F1 of documents")


def curators_on_a_line(agreement: Agreement) -> str:
    """The curators as points on a line; nothing for two, who would stand in the same place."""
    scores = curator_scores(agreement)
    if not scores:
        return ""
    return svg.on_a_line(scores, *ends([score for _, score in scores]), "mean strict span F1 of curators")
