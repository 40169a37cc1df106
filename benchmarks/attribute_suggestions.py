"""How good suggested attributes and groups are, on documents that nothing was learned from.

python -m benchmarks.attribute_suggestions [--coref FOLDER]

Attributes: made-up articles, one in twelve of whose events has a wrong value, as curators make mistakes; learned from
some, and measured on forty others.  ``topic`` shows in a quarter of the words, ``negated`` and ``certainty`` in the
words before an event, ``entry`` in the name; ``chance`` shows in nothing, so that nothing should be suggested of it.

Groups: CoNLL-U files of a corpus with coreference (such as GUM's), all of whose mentions are given with their kinds.
Most of what they link are pronouns and descriptions, which are not suggested: what counts is that links are right.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from annotator.agreement.groups import SCORES, clusters_of, pair_counts
from annotator.annotation import Annotations, AttributeValue, Span, reading_order, suggested_relation, suggested_span
from annotator.articles import Article
from annotator.corpus import build_document
from annotator.labels.attributes import values_of
from annotator.labels.load import read_scheme_text
from annotator.suggest.learned.attribute_training import train_attributes
from annotator.suggest.learned.training import Example, TrainingSet
from annotator.suggest.phrases import PhraseIndex
from annotator.suggest.relations.same_mentions import SameMentions
from benchmarks.report import heading, line

ATTRIBUTES = """
languages: [en]
entities: {EVENT: {key: 1}, PLACE: {key: 2}}
relations: {}
attributes:
  negated: {of: EVENT, type: flag}
  certainty: {of: EVENT, values: [certain, possible], default: certain}
  entry: {of: PLACE, catalog: places}
  topic: {of: document, values: [economy, health, sport, crime], several: true}
  chance: {of: document, values: [one, other]}
"""
LEARNED, OTHERS = (10, 30, 100), 40
BUDGET = 5.0
"""Seconds of processor time to learn from a hundred documents."""
CUES: Mapping[str, tuple[str, ...]] = {
    "negated": ("no", "never a", "denied the"),
    "certainty": ("perhaps a", "possible", "feared"),
    "": ("a", "the", "big"),
}
VALUES: Mapping[str, Mapping[str, AttributeValue] | None] = {
    "negated": {"negated": True},
    "certainty": {"certainty": "possible"},
    "": None,
}
EVENTS = ("strike", "flood", "vote", "fire", "march", "trial", "raid", "storm", "fall", "rise")
SENTENCES, WORDS, WRONG = 12, 14, 1 / 12
KINDS = ("person", "organization", "place", "event", "object", "abstract", "time", "animal", "plant", "substance")
NAMED = ("person", "organization", "place")


class Writer:
    """Writes made-up articles whose attributes are known."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._common = [self._word() for _ in range(800)]
        self._topics = {topic: [self._word() for _ in range(150)] for topic in ("economy", "health", "sport", "crime")}
        self._places = [(self._word().capitalize(), f"P{number}") for number in range(60)]

    def _word(self) -> str:
        syllables = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]
        return "".join(self._chance.choices(syllables, k=self._chance.randint(2, 4)))

    def _frequent(self, words: Sequence[str], mean: int) -> str:
        return words[min(int(self._chance.expovariate(1 / mean)), len(words) - 1)]

    def article(self, key: str) -> Example:
        """Write an article with its spans and attributes."""
        chance = self._chance
        topics = chance.sample(sorted(self._topics), k=chance.choice((1, 1, 1, 2)))
        text, spans = "", list[Span]()
        for number in range(SENTENCES):
            words = [
                self._frequent(self._topics[chance.choice(topics)], 25)
                if chance.random() < 0.25
                else self._frequent(self._common, 120)
                for _ in range(WORDS)
            ]
            kind = chance.choices(("negated", "certainty", ""), (1, 1, 3))[0]
            said = VALUES["" if kind else "negated"] if chance.random() < WRONG else VALUES[kind]
            text += f"{' '.join(words[: WORDS // 2])} {chance.choice(CUES[kind])} "
            event, (place, entry) = chance.choice(EVENTS), chance.choice(self._places)
            spans.append(Span(f"e{number}", len(text), len(text) + len(event), "EVENT", attributes=said))
            text += f"{event} in "
            spans.append(Span(f"p{number}", len(text), len(text) + len(place), "PLACE", attributes={"entry": entry}))
            text += f"{place} {' '.join(words[WORDS // 2 :])}. "
        about: dict[str, AttributeValue] = {"topic": topics, "chance": chance.choice(("one", "other"))}
        return Example(
            build_document(Article(key, text, lang="en"), ("en",)), Annotations(), Annotations.of(spans, (), about)
        )


def attributes() -> bool:
    """Learn from more and more articles, and print the F1 of every attribute's values on others."""
    scheme, writer = read_scheme_text(ATTRIBUTES), Writer(1)
    others = [writer.article(f"other-{number}") for number in range(OTHERS)]
    examples = [writer.article(f"learned-{number}") for number in range(max(LEARNED))]
    within = True
    for count in LEARNED:
        start = time.process_time()
        model, _ = train_attributes(TrainingSet(scheme, examples[:count]))
        seconds = time.process_time() - start
        right, said, true = Counter[str](), Counter[str](), Counter[str]()
        for example in others:
            index = PhraseIndex(example.document)
            bare = [span.replace(attributes=None) for span in example.truth.spans.values()]
            pairs = [
                (found.attributes or {}, span.attributes or {})
                for found, span in zip(
                    model.with_attributes(scheme, index, bare), example.truth.spans.values(), strict=True
                )
            ]
            pairs.append((model.document_attributes(scheme, index), example.truth.document_attributes))
            for found, truth in pairs:
                for name in scheme.attributes:
                    one, other = set(values_of(found.get(name))), set(values_of(truth.get(name)))
                    right[name] += len(one & other)
                    said[name] += len(one)
                    true[name] += len(other)
        for name in scheme.attributes:
            f1 = 2 * right[name] / (said[name] + true[name])
            line(f"{name}, {count} articles: F1", f1, None, "", f"{said[name]} suggested, {true[name]} true")
        within = line(f"learning from {count} articles", seconds, BUDGET, "s") and within
    return within


def groups(folder: Path) -> None:
    """Print how many suggested links of a corpus are right, and the scores of the groups that they make."""
    keys = "1234567890"
    entities = "".join(f"  {kind.upper()}: {{key: {key}}}\n" for kind, key in zip(KINDS, keys, strict=True))
    labels = ", ".join(kind.upper() for kind in KINDS)
    same = f"relations: {{same_as: {{key: s, head: [{labels}], child: [{labels}], equivalence: true}}}}\n"
    suggester = SameMentions(read_scheme_text(f"languages: [en]\noverlap: nested\nentities:\n{entities}{same}"))
    for what, kinds in (("all mentions", KINDS), ("persons, bodies, places", NAMED)):
        links: defaultdict[float, list[bool]] = defaultdict(list)
        sums = [0.0] * (1 + 4 * len(SCORES))
        for path in sorted(folder.glob("*.conllu")):
            text, entity_of = read_mentions(path, kinds)
            spans = {span.id: span for span in sorted(entity_of, key=reading_order)}
            document = build_document(Article(path.stem, text, lang="en"), ("en",))
            suggested = suggester.relations(document, list(spans.values()))
            entity = {span.id: name for span, name in entity_of.items()}
            for link in suggested:
                links[link.score or 0.0].append(entity[link.head] == entity[link.child])
            last: dict[str, Span] = {}
            truth = []
            for span in spans.values():
                if entity[span.id] in last:
                    truth.append(suggested_relation(last[entity[span.id]], span, "same_as", "gold", 1.0))
                last[entity[span.id]] = span
            counts = pair_counts(
                *(clusters_of(Annotations.of(spans.values(), found), "same_as") for found in (truth, suggested))
            )
            sums = [a + b for a, b in zip(sums, counts, strict=True)]
        for score, right in sorted(links.items(), reverse=True):
            line(f"{what}: links of score {score}, right", sum(right) / len(right), None, "", f"of {len(right)}")
        for place, name in enumerate(SCORES):
            found, of, correct, said = sums[1 + 4 * place : 5 + 4 * place]
            recall, precision = found / of, correct / said
            f1 = 2 * recall * precision / (recall + precision)
            line(f"{what}: {name}, F1", f1, None, "", f"recall {recall:.3f}, precision {precision:.3f}")


def read_mentions(path: Path, kinds: Sequence[str]) -> tuple[str, dict[Span, str]]:
    """Read text and mentions of some kinds, each with its entity, from a file of CorefUD's form of CoNLL-U."""
    text, found = "", dict[Span, str]()
    begun: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in path.read_text(encoding="utf-8").splitlines():
        columns = row.split("\t")
        if row.startswith("# newpar") and text:
            text += "\n"
        elif not row and text[-1:].strip():
            text += " "
        if len(columns) < 10 or not columns[0].isdecimal():
            continue
        start = len(text)
        text += columns[1]
        end = len(text)
        text += "" if "SpaceAfter=No" in columns[9] else " "
        marks = re.search(r"Entity=([^|]*)", columns[9])
        for mark in re.findall(r"\([^()]*\)?|[^()]+\)", marks[1]) if marks else ():
            name, *rest = mark.strip("()").split("-")
            if mark.startswith("("):
                begun[name].append((start, rest[0]))
            if mark.endswith(")"):
                first, kind = begun[name].pop()
                if kind in kinds:
                    found[suggested_span(first, end, kind.upper(), "gold", 1.0)] = name
    return text, found


def main() -> int:
    """Measure; return 1 where learning is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coref", type=Path, metavar="FOLDER", help="CoNLL-U files with coreference.")
    arguments = parser.parse_args()
    heading("Suggested attributes and groups")
    within = attributes()
    if arguments.coref is not None:
        groups(arguments.coref)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
