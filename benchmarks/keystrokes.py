"""Keys per gold item: from given suggestions (or from nothing) to a given target layer, and the same in SLATE.

    python -m benchmarks.keystrokes [--target FILE] [--suggestions cold|learned|none] [--verify] [--why] [--prudent]
    python -m benchmarks.keystrokes --news [--set es-news|es-news-2|en-news] [--corpora FOLDER]
                                    [--suggestions cold|learned]
    python -m benchmarks.keystrokes --attributes

The target is a gold JSONL; by default what a person marked by hand in the sample articles before seeing any suggestion.
``--news`` takes the nineteen news articles of ``targets/es-news.jsonl``, or another set, whose texts lie in a corpora
folder, by default that of ``ANNOTATOR_CORPORA``; both cold and learned, unless one is chosen.  ``--attributes`` counts
keys per attribute, link and group instead (see :mod:`benchmarks.keystrokes_attributes`).

Suggestions come from the real pipeline, in a temporary workspace, with this checkout's models if they are there;
``cold`` in a new workspace, ``learned`` for each document in one where all others are gold and trained on.
The *planner* tries several policies on every document through the real key handling, each pressing at every moment the
documented keys that pay best; the cheapest is taken.  So every count was really typed, and the layer it made is checked
against the target; but the search is greedy: a shorter way may exist.  The planner knows the target; the *plain* policy
does what a person can: it goes through the suggestions, accepts or rejects each (together with those that ask the same,
where the screen counts them), then adds what is missing from left to right.  Every key counts, hint letters and ``esc``
too; ``alt`` with a key is one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from annotator.annotation import Annotations
from annotator.formats.jsonl import read_records
from annotator.history import LayerName, Op, curator_layer
from annotator.labels import LabelScheme, load_scheme
from annotator.workflow.layer_diff import differences
from annotator.workflow.settings import Preferences
from annotator.workflow.workspace import Workspace
from benchmarks import keystrokes_attributes
from benchmarks.keystrokes_plans import Policy
from benchmarks.keystrokes_player import SIZE, Tally, replay, replay_keys
from benchmarks.keystrokes_slate import keys_for
from benchmarks.keystrokes_state import Goal
from benchmarks.report import annotator, heading, line
from benchmarks.targets_reader import TEXTS, VARIABLE, Target, news_target

TOP = Path(__file__).resolve().parent.parent
TARGET = TOP / "benchmarks" / "targets" / "seeds.jsonl"
BUDGET = {"cold": 2.0, "learned": 1.3, "none": None}
NEWS_BUDGET = {("cold", "planner"): 0.8, ("learned", "planner"): 0.65}
PLAIN_BUDGET = 1.4
POLICIES = [
    Policy("A, rest at first visibility", 7.0, 8.0),
    Policy("A, rest in passing", 5.0, 6.0),
    Policy("A, rest soon", 4.0, 5.0),
    Policy("A, rest at the end", 3.0, 4.0),
    Policy("A, rest at all costs at first visibility", 9.0, 10.0),
    Policy("A, spans at first visibility", 7.0, 4.0),
    Policy("A, relations at first visibility", 3.0, 7.0),
    Policy("mend, A, rest at first visibility", 7.0, 8.0, repair_first=True),
    Policy("mend, A, relations at first visibility", 3.0, 7.0, repair_first=True),
    Policy("mend, A, rest in passing", 5.0, 6.0, repair_first=True),
    Policy("mend, A, rest soon", 4.0, 5.0, repair_first=True),
    Policy("mend, A, rest at the end", 3.0, 4.0, repair_first=True),
]
PRUDENT = [
    Policy("each by itself, rest in passing", 5.0, 6.0, accept_all=False),
    Policy("each by itself, rest at the end", 3.0, 4.0, accept_all=False),
]
PLAIN = [Policy("plain", 5.0, 6.0, plain=True)]
POLICIES_OF = {"planner": POLICIES, "plain": PLAIN}
KINDS = {
    "accept": "accept (a A +)",
    "reject": "reject (x X - d)",
    "boundary": "boundary ([ ] { })",
    "label": "label (a label's key on a span)",
    "add span": "add span (label, alt+label, hint, select, *)",
    "add relation": "add relation (r, alt+r, hint, type)",
    "move": "move (tab ; arrows esc page .)",
    "done": "done (space)",
}


@contextmanager
def workspace_for(articles: Sequence[Target], *, suggest: bool) -> Iterator[Workspace]:
    """Yield a new workspace with the target's articles, and suggestions where asked for."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "news"
        command(root, "init", str(root))
        shutil.copy(TOP / "labels.yaml", root / "labels.yaml")
        for model in (TOP / "models").iterdir() if (TOP / "models").is_dir() else ():
            if model.name != "learned":
                (root / "models" / model.name).symlink_to(model)
        for document, _ in articles:
            path = root / "seeds" / f"{document.key}.txt"
            path.write_text(document.text, encoding="utf-8", newline="")
        command(root, "ingest")
        if suggest:
            command(root, "suggest")
        with closing(Workspace(root)) as workspace:
            yield workspace


def teach(workspace: Workspace, articles: Sequence[Target]) -> None:
    """Make gold of some articles, as if one curator had finished them, and train on it."""
    for document, target in articles:
        name = LayerName(document.key, curator_layer("teacher"))
        own = {i: s.replace(origin="added", source=None, score=None) for i, s in target.spans.items()}
        links = target.relations.items()
        content = Annotations(own, {i: r.replace(origin="added", source=None, score=None) for i, r in links})
        fields = {"text": document.sha256, "state": "done"}
        ops = [Op("layer", field, None, {"value": value}) for field, value in fields.items()]
        with workspace.store.write() as writer:
            writer.append(name, "teacher", "import", [*ops, *differences(Annotations(), content)])
    for verb in (["adjudicate", "--auto"], ["train"], ["suggest"]):
        command(workspace.root, *verb)


def command(root: Path, *arguments: str) -> None:
    """Run this checkout's annotator on a workspace."""
    place = () if arguments[0] == "init" else ("-w", str(root))
    subprocess.run(annotator(*place, *arguments), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def shortest(
    workspace: Workspace, goals: dict[str, Goal], policies: list[Policy], preferences: Preferences
) -> dict[str, tuple[Policy, Tally]]:
    """Return, for every document, the policy that needs the fewest keys, and those keys."""
    found: dict[str, tuple[Policy, Tally]] = {}
    for document, goal in goals.items():
        for policy in policies:
            curator = f"p{(POLICIES + PRUDENT + PLAIN).index(policy)}"
            tally = await replay(workspace, curator, document, goal, policy, preferences)
            if document not in found or len(tally.keys) < len(found[document][1].keys):
                found[document] = (policy, tally)
    return found


def tell_documents(goals: dict[str, Goal], found: dict[str, tuple[Policy, Tally]]) -> None:
    """Print a row a document."""
    print(f"\n{'document':<24}{'spans':>7}{'relations':>11}{'keys':>7}{'per item':>10}  policy")
    for document, (policy, tally) in found.items():
        goal = goals[document]
        rate = len(tally.keys) / len(goal)
        print(
            f"{document[:23]:<24}{len(goal.spans):>7}{len(goal.relations):>11}{len(tally.keys):>7}{rate:>10.2f}"
            f"  {policy.name}"
        )


def total_of(found: dict[str, tuple[Policy, Tally]]) -> Tally:
    """Return the keys of all documents together."""
    total = Tally()
    for _, tally in found.values():
        total.add(tally)
    return total


def tell_breakdown(total: Tally, items: int, *, why: bool) -> None:
    """Print where the keys went: by what they are, and with ``why`` by what they were pressed for."""
    print(f"\n{'keys by kind':<44}{'keys':>9} {'per item':>10}{'share':>8}")
    for kind, name in KINDS.items():
        count = total.kinds[kind]
        print(f"  {name:<42}{count:>9} {count / items:>10.3f}{count / len(total.keys):>8.0%}")
    if why:
        print(f"\n{'keys by plan':<44}{'times':>9} {'keys':>10}{'each':>8}")
        for plan, count in total.spent.most_common():
            times = total.plans[plan]
            print(f"  {plan:<42}{times:>9} {count:>10}{count / times:>8.2f}")
        print(f"\n{'keys by what would spare them':<44}{'keys':>9} {'per item':>10}")
        for cause, count in total.causes.most_common():
            print(f"  {cause:<42}{count:>9} {count / items:>10.3f}")
        print(f"  plans that did not come out as reckoned: {total.slips}")


def tell_rates(goals: dict[str, Goal], total: Tally, budget: float | None) -> bool:
    """Print keys per gold item, per span and per relation; keys for the whole document are shared out evenly."""
    spans, relations = (sum(len(getattr(goal, what)) for goal in goals.values()) for what in ("spans", "relations"))
    shared = total.about["document"] / (spans + relations)
    within = line("keys per gold item", len(total.keys) / (spans + relations), budget, "keys")
    if spans:
        line("keys per gold span", total.about["span"] / spans + shared, None, "keys")
    if relations:
        line("keys per gold relation", total.about["relation"] / relations + shared, None, "keys")
    return within


def tell_slate(articles: Sequence[Target], goals: dict[str, Goal]) -> None:
    """Print what SLATE needs for the spans alone."""
    keys = sum(keys_for(document, goals[document.key].spans) for document, _ in articles)
    spans = sum(len(goal.spans) for goal in goals.values())
    print("\nSLATE, the same spans from scratch, the fewest of its documented keys, reckoned")
    line("keys per gold span", keys / spans, None, "keys", "relations: n/a, it has no typed relations")


Found = dict[str, tuple[Policy, Tally]]
"""The keys of each document, and the policy that needs them."""


def cold(articles: Sequence[Target], policies: dict[str, list[Policy]], preferences: Preferences) -> dict[str, Found]:
    """Replay all articles in one new workspace, by each group of policies."""
    with workspace_for(articles, suggest=True) as workspace:
        goals = goals_of(articles, workspace.scheme)
        return {name: asyncio.run(shortest(workspace, goals, p, preferences)) for name, p in policies.items()}


def learned(
    articles: Sequence[Target], policies: dict[str, list[Policy]], preferences: Preferences
) -> dict[str, Found]:
    """Replay each article where all others are learned from, by each group of policies."""
    found: dict[str, Found] = {name: {} for name in policies}
    for article in articles:
        with workspace_for(articles, suggest=False) as workspace:
            teach(workspace, [other for other in articles if other is not article])
            goal = goals_of([article], workspace.scheme)
            for name, group in policies.items():
                found[name] |= asyncio.run(shortest(workspace, goal, group, preferences))
    return found


def goals_of(articles: Sequence[Target], scheme: LabelScheme) -> dict[str, Goal]:
    """Return what each article is to look like, by its key."""
    return {document.key: Goal.of(target, scheme) for document, target in articles}


def measure(articles: Sequence[Target], options: argparse.Namespace) -> bool:
    """Replay and print what it took; return whether it is within the budget."""
    policies = PRUDENT if options.prudent or options.suggestions == "none" else POLICIES
    preferences = Preferences(mode=options.mode, accept_threshold=options.threshold)
    scheme = load_scheme(TOP / "labels.yaml")
    goals = goals_of(articles, scheme)
    if options.suggestions == "learned":
        found = learned(articles, {"planner": policies}, preferences)["planner"]
        total = total_of(found)
        within = tell_rates(goals, total, BUDGET["learned"])
        tell_documents(goals, found)
        tell_breakdown(total, sum(map(len, goals.values())), why=options.why)
        return within
    with workspace_for(articles, suggest=options.suggestions == "cold") as workspace:
        found = asyncio.run(shortest(workspace, goals, policies, preferences))
        total = total_of(found)
        within = tell_rates(goals, total, BUDGET[options.suggestions])
        tell_documents(goals, found)
        tell_breakdown(total, sum(map(len, goals.values())), why=options.why)
        if options.verify:
            asyncio.run(replay_keys(workspace, "verifier", total.keys, goals, preferences))
            print(f"\nverified: the same {len(total.keys)} keys in one sitting make the target in every document")
    tell_slate(articles, goals)
    return within


def measure_news(articles: Sequence[Target], options: argparse.Namespace) -> bool:
    """Replay the news cold and learned, planned and plain; print the rates and the keys by kind of work."""
    preferences = Preferences(mode=options.mode, accept_threshold=options.threshold)
    goals = goals_of(articles, load_scheme(TOP / "labels.yaml"))
    items = sum(map(len, goals.values()))
    ways = {"cold": cold, "learned": learned}
    chosen = [options.suggestions] if options.suggestions in ways else list(ways)
    totals: dict[tuple[str, str], Tally] = {}
    within = True
    for suggestions in chosen:
        for name, found in ways[suggestions](articles, POLICIES_OF, preferences).items():
            totals[suggestions, name] = total_of(found)
            budget = NEWS_BUDGET.get((suggestions, name), PLAIN_BUDGET)
            rate = len(totals[suggestions, name].keys) / items
            within &= line(f"keys per gold item, {suggestions}, {name}", rate, budget, "keys")
            if options.why:
                tell_documents(goals, found)
                tell_breakdown(totals[suggestions, name], items, why=True)
    columns = "".join(f"{suggestions + ' ' + name:>17}" for suggestions, name in totals)
    print(f"\n{'keys per gold item by kind of work':<40}{columns}")
    for kind, name in KINDS.items():
        figures = "".join(f"{total.kinds[kind] / items:>17.3f}" for total in totals.values())
        print(f"  {name:<38}{figures}")
    return within


def main() -> int:
    """Plan, replay and print; 1 when over the budget."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--news", action="store_true", help="news articles, cold and learned")
    parser.add_argument("--attributes", action="store_true", help="attributes, links and groups of a made-up article")
    parser.add_argument("--set", default="es-news", choices=[*TEXTS], help="which news articles (es-news)")
    parser.add_argument("--corpora", type=Path, default=os.environ.get(VARIABLE))
    parser.add_argument("--suggestions", choices=["cold", "learned", "none"])
    parser.add_argument("--verify", action="store_true", help="press the keys found once more, in one sitting")
    parser.add_argument("--why", action="store_true", help="also say what the keys were pressed for")
    parser.add_argument("--prudent", action="store_true", help="without A: every suggestion gets its own verdict")
    parser.add_argument("--threshold", type=float, default=None, help="accept_threshold of the settings")
    parser.add_argument("--mode", default="lanes", help="mode of the settings: lanes, compact or plain")
    options = parser.parse_args()
    if options.attributes:
        return 0 if keystrokes_attributes.measure() else 1
    if options.news:
        heading(f"keystrokes on news, {options.set}; screen {SIZE[0]}×{SIZE[1]}, side panel closed")
        if options.corpora is None or not options.corpora.is_dir():
            print(f"skipped: no corpora folder; name it with --corpora or {VARIABLE}")
            return 0
        articles = news_target(options.set, options.corpora, load_scheme(TOP / "labels.yaml"))
        return 0 if measure_news(articles, options) else 1
    options.suggestions = options.suggestions or "cold"
    with options.target.open(encoding="utf-8") as lines:
        records = list(read_records(lines, str(options.target)))
    heading(f"keystrokes, suggestions: {options.suggestions}; screen {SIZE[0]}×{SIZE[1]}, side panel closed")
    return 0 if measure([(record.document, record.annotations) for record in records], options) else 1


if __name__ == "__main__":
    sys.exit(main())
