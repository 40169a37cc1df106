"""Findings in words: a sentence on what is the matter, one on how that is known, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from annotator.agreement.diagnoses.aligned import Finding
from annotator.history import GOLD, SUGGESTIONS
from annotator.wording import plural
from annotator.workflow.comparing.agreement_sample import display_name
from annotator.workflow.description import quote

IN_SHORT = 0.1
"""The part of a finding that a word must have to be named in short."""
IN_PARTICULAR = 0.2
"""The part that the most frequent word must have, or it is about no word in particular."""


class Words(NamedTuple):
    """What is the matter, the evidence, and the next step."""

    words: str
    evidence: str
    next_step: str


def words_of(found: Finding, layers: int) -> Words:
    """Say a finding in words, in a sample with so many layers."""
    facts = dict(found.facts)
    if "who" in facts:
        facts["layer"], facts["who"] = facts["who"], display_name(facts["who"])
    facts["others"] = "the others" if layers > 2 else "the other"
    facts["item"] = "relation" if found.relations else "span"
    facts["explained"] = found.explained
    return _SAID[found.kind](facts)


_MENDING = {
    SUGGESTIONS: "suggestions learn from finished work (`annotator train`)",
    GOLD: "gold is mended by `annotator adjudicate`",
}
"""What mends a layer that is nobody's, whom one could talk to."""


def _verb(facts: dict[str, Any], singular: str) -> str:
    """The verb that goes with the layer's name: ``ana marks``, ``suggestions mark``."""
    if facts["layer"] != SUGGESTIONS:
        return singular
    return "have" if singular == "has" else singular.removesuffix("s")


def _possessive(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _with_whom(facts: dict[str, Any]) -> str:
    """Whom to look at places with: the curator, if the layer is a curator's."""
    return "" if facts["layer"] in _MENDING else f" with {facts['who']}"


def _mending(facts: dict[str, Any]) -> str:
    """What else is to be done where the layer is no curator's; empty where it is."""
    found = _MENDING.get(facts["layer"])
    return f"; {found}" if found else ""


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _quoted(words: Sequence[tuple[str, int]], *, counts: bool = False) -> str:
    return ", ".join(f"{quote(word, 20)}{f' {count:,}' if counts else ''}" for word, count in words)


def _border(facts: dict[str, Any]) -> Words:
    who, side, words, others = facts["who"], facts["side"], facts["words"], facts["others"]
    reach = "further" if facts["takes"] else "less far"
    evidence = (
        f"Of {facts['of']:,} spans whose {side} {who} {_verb(facts, 'draws')} otherwise than somebody else,"
        f" {_possessive(who)} reach {reach} in"
        f" {facts['times']:,}. The words in question: {_quoted(words, counts=True)}."
    )
    if words[0][1] < IN_PARTICULAR * facts["times"]:
        return Words(
            f"{_possessive(who)} spans reach {reach} at the {side} than {_possessive(others)}",
            evidence,
            f"It is no word in particular: look at some of the places{_with_whom(facts)}{_mending(facts)}.",
        )
    shown = _quoted([(word, count) for word, count in words[:3] if count >= IN_SHORT * facts["times"]])
    way = f"{_verb(facts, 'takes')} {shown} into" if facts["takes"] else f"{_verb(facts, 'leaves')} {shown} out of"
    verb, where = ("leave", "out") if facts["takes"] else ("take", "in")
    return Words(
        f"{who} {way} spans at the {side}; {others} {verb}{'' if others.endswith('s') else 's'} it {where}",
        evidence,
        "Decide whether these words belong to a span, write it into the guidelines with an example, and"
        f" go through the places{_with_whom(facts)}{_mending(facts)}.",
    )


def _border_word(facts: dict[str, Any]) -> Words:
    words = facts["words"]
    return Words(
        f"It is not settled whether {_quoted(words[:3])} at the {facts['side']} belongs to a span",
        f"{facts['explained']:,} spans differ by that: {_quoted(words, counts=True)}; {facts['kept']:,} times all agree"
        " where such a word stands. Other words are in dispute less often.",
        "Decide it once, and write it into the guidelines with an example of each.",
    )


def _confused(facts: dict[str, Any]) -> Words:
    one, other = facts["labels"]
    said = sorted(facts["said"].items(), key=lambda entry: (-max(entry[1]), entry[0]))[:3]
    told = "; ".join(f"{display_name(name)}: {a:,} times {one}, {b:,} times {other}" for name, (a, b) in said)
    return Words(
        f"{one} and {other} are taken for one another",
        f"{facts['times']:,} of {plural(facts['of'], facts['item'])} that two layers have and one of them calls {one}"
        f" or {other}, more often than other labels. Where they differ so, {told}.",
        f"Write into the guidelines what tells {one} from {other}, with an example of each; if nobody needs the"
        " difference, `annotator labels merge` makes one label of both.",
    )


def _marks(facts: dict[str, Any]) -> Words:
    more = facts["more"]
    rest = facts["of"] - facts["times"]
    often = ", ".join(f"{label} {count:,}" for label, count in facts["labels"])
    has, lacks = (facts["times"], rest) if more else (rest, facts["times"])
    return Words(
        f"{facts['who']} {_verb(facts, 'marks')} {'more' if more else 'fewer'} {facts['item']}s than {facts['others']}",
        f"{facts['who']} alone {_verb(facts, 'has')} {has:,}, somebody else alone {lacks:,}. Most often it is {often}.",
        f"Look at some of them{_with_whom(facts)}: "
        + ("what should not be marked?" if more else "what is overlooked, and what is left out on purpose?")
        + f" Say in the guidelines what counts as a mention{_mending(facts)}.",
    )


def _drift_of_curator(facts: dict[str, Any]) -> Words:
    return Words(
        f"{facts['who']} {_verb(facts, 'marks')} less since {facts['since']}",
        f"Of the spans that others have, {facts['who']} {_verb(facts, 'lacks')} {_percent(facts['rate'])} since then,"
        f" and {_percent(facts['before'])} before.",
        f"See what has changed since {facts['since']}{_mending(facts)}."
        if facts["layer"] in _MENDING
        else f"Ask {facts['who']} what has changed since {facts['since']}; `annotator return` sends documents back with"
        " a note.",
    )


def _direction(facts: dict[str, Any]) -> Words:
    label = facts["label"]
    return Words(
        f"Head and child of {label} change places",
        f"In {facts['times']:,} of {facts['of']:,} cases two curators have {label} in opposite directions.",
        f"Write into the guideline of {label} which end is the head, with an example; if direction says nothing, make"
        " it symmetric in the label scheme.",
    )


def _apart(facts: dict[str, Any]) -> Words:
    return Words(
        f"{facts['who']} {_verb(facts, 'differs')} from all others",
        f"{_percent(facts['rate'])} of spans differ where {facts['who']} is compared, {_percent(facts['rest'])} between"
        " the others (what is explained above left out).",
        f"See in some documents why{_mending(facts)}."
        if facts["layer"] in _MENDING
        else f"Go through some documents with {facts['who']}; until then, let somebody else see what they finish.",
    )


def _label(facts: dict[str, Any]) -> Words:
    label, item = facts["label"], facts["item"]
    return Words(
        f"Nobody agrees on {label}",
        f"{plural(facts['same'], item)} with this label {'is' if facts['same'] == 1 else 'are'} the same in two layers,"
        f" {facts['explained']:,} differ; {facts['missed']:,} of these only one has. Other labels fare better.",
        f"Rewrite the guideline of {label}: what counts, what does not, with examples of both; or do without it"
        " (`annotator labels drop`).",
    )


def _document(facts: dict[str, Any]) -> Words:
    return Words(
        f"{facts['document']} differs far more than other documents",
        f"{_percent(facts['rate'])} of its spans differ, {_percent(facts['rest'])} in all.",
        "Open it: is it of another kind or language, or was somebody not finished with it? Leave it out, or return it.",
    )


def _drift(facts: dict[str, Any]) -> Words:
    return Words(
        f"Curators differ more since {facts['since']}",
        f"{_percent(facts['rate'])} of spans differ since then, {_percent(facts['before'])} before.",
        "What changed: the articles, the guidelines, who curates? Meet over a few documents of since then.",
    )


def _anchoring(facts: dict[str, Any]) -> Words:
    return Words(
        "Suggestions make curators agree",
        f"{_percent(facts['blind'])} of spans differ where neither saw suggestions"
        f" ({plural(facts['documents'], 'document')}), {_percent(facts['shown'])} where both did.",
        "Report the figure of the blind documents; look at what was accepted too quickly, and go on assigning some"
        " documents blind (`annotator assign --blind`).",
    )


_SAID: dict[str, Callable[[dict[str, Any]], Words]] = {
    "border": _border,
    "border word": _border_word,
    "confused labels": _confused,
    "marks less": lambda facts: _marks({**facts, "more": False}),
    "marks more": lambda facts: _marks({**facts, "more": True}),
    "drift of a curator": _drift_of_curator,
    "direction": _direction,
    "differs from all": _apart,
    "label": _label,
    "document": _document,
    "drift": _drift,
    "anchoring": _anchoring,
}
