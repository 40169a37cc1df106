"""A made-up project with four problems in it, to see whether the page on agreement names them.

    python -m tools.planted_project FOLDER

Three curators finish forty short reports on trade talks, with slips of every kind.  Beside these, one of them takes
the article along (``dana``), ``MINISTRY`` and ``COUNCIL`` are taken for one another by all, one marks less from a day
on (``emil``), and nobody agrees on what a ``TOPIC`` is.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from annotator.annotation import Annotations, Relation, Span
from annotator.corpus import Article, build_document
from annotator.history import CORPUS, LayerName, Op, curator_layer, field_op
from annotator.store import document_record
from annotator.text import Document
from annotator.tokenization import TOKENIZER
from annotator.workflow.layer_diff import differences
from annotator.workflow.workspace import Workspace

LABELS = """\
# A made-up project: who met whom about what.
languages: [en]
overlap: flat
entities:
  PERSON: {key: 1, description: "A person's name, without title"}
  MINISTRY: {key: 2, description: A ministry by its name}
  COUNCIL: {key: 3, description: A council or board by its name}
  CITY: {key: 4, description: A city}
  TOPIC: {key: 5, description: What was talked about}
relations:
  works_for: {key: w, head: PERSON, child: [MINISTRY, COUNCIL]}
"""
DOCUMENTS = 40
CURATORS = ("carla", "dana", "emil")
FIRST_DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
LESS_FROM = 24
"""The document, and with it the day, from which ``emil`` marks less."""
SLIP = 0.05

PEOPLE = ("Ada Marsh", "Ben Okoro", "Cora Lind", "Dev Rao", "Eve Stone", "Finn Berg")
MINISTRIES = ("Ministry of Trade", "Ministry of Labour", "Ministry of Transport")
COUNCILS = ("Harbour Council", "Grain Board", "Rail Council", "Water Board")
CITIES = ("Leeds", "York", "Turin", "Ghent", "Porto")
TOPICS = ("new tariffs", "lower fares", "grain prices", "port fees", "safer rails", "cheap water")


class Target(NamedTuple):
    """A span as it should be."""

    start: int
    end: int
    label: str


def report(chance: random.Random) -> tuple[str, list[Target]]:
    """Return a text, and its spans as they should be."""
    parts: list[str] = []
    targets: list[Target] = []

    def say(text: str, label: str = "") -> None:
        start = sum(map(len, parts))
        parts.append(text)
        if label:
            targets.append(Target(start, start + len(text), label))

    for _ in range(chance.randint(4, 7)):
        for text, label in (
            (chance.choice(PEOPLE), "PERSON"), (" of the ", ""), (chance.choice(MINISTRIES), "MINISTRY"),
            (" spoke with the ", ""), (chance.choice(COUNCILS), "COUNCIL"), (" in ", ""),
            (chance.choice(CITIES), "CITY"), (" about ", ""), (chance.choice(TOPICS), "TOPIC"), (".\n", ""),
        ):  # fmt: skip
            say(text, label)
    return "".join(parts), targets


def marked(document: Document, targets: list[Target], who: str, number: int, chance: random.Random) -> Iterator[Target]:
    """Yield what a curator marks."""
    late = who == "emil" and number >= LESS_FROM
    for start, end, label in targets:
        if chance.random() < SLIP or (late and label != "TOPIC" and chance.random() < 0.35):
            continue
        given = label
        if label in ("MINISTRY", "COUNCIL"):
            if chance.random() < 0.12:
                given = "COUNCIL" if label == "MINISTRY" else "MINISTRY"
            if who == "dana" and chance.random() < 0.7:
                start -= len("the ")
        elif label == "TOPIC":
            slip = chance.random()
            if slip < 0.45:
                continue
            start += document.text[start:end].index(" ") + 1 if slip < 0.65 else 0
        elif chance.random() < SLIP:
            touched, slip = document.tokens.overlapping(start, end), chance.random()
            if slip < 0.5:
                end = document.tokens[touched[-1] + 1].end
            elif len(touched) > 1:
                start = document.tokens[touched[1]].start
        yield Target(start, end, given)


def content_of(spans: Sequence[Target], text: str) -> Annotations:
    """What a layer says: the spans, and each person related to the body whose name follows."""
    own = [Span(f"s{number}", *target) for number, target in enumerate(spans)]
    relations = [
        Relation(f"r{person.id}", person.id, body.id, "works_for")
        for person, body in pairwise(own)
        if person.label == "PERSON"
        and body.label in ("MINISTRY", "COUNCIL")
        and "spoke" not in text[person.end : body.start]
    ]
    return Annotations.of(own, relations)


def build(folder: Path, documents: int = DOCUMENTS) -> None:
    """Make the workspace."""
    command = [sys.executable, "-m", "annotator", "init", str(folder)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    (folder / "labels.yaml").write_text(LABELS, encoding="utf-8")
    workspace = Workspace(folder)
    chance = random.Random(11)
    for number in range(documents):
        day = (FIRST_DAY + timedelta(days=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        workspace.store.clock = partial(str, day)
        text, targets = report(chance)
        document = build_document(Article(f"talks-{number:02}", text, lang="en"), ("en",))
        with workspace.store.write() as writer:
            sha256 = writer.put_text(document, TOKENIZER)
            made = Op("document", document.key, None, document_record(document, sha256))
            writer.append(LayerName(document.key, CORPUS), "lead", "ingest", [made])
            for who in CURATORS:
                content = content_of(list(marked(document, targets, who, number, chance)), text)
                ops = [field_op("text", None, sha256), field_op("state", None, "done")]
                ops += differences(Annotations(), content)
                writer.append(LayerName(document.key, curator_layer(who)), who, "done", ops)
    workspace.close()


if __name__ == "__main__":
    build(Path(sys.argv[1]))
