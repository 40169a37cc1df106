"""Which mentions are suggested to be one, between mentions that are marked in the text: ``[name|LABEL]``."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.annotation import reading_order
from annotator.labels import LabelScheme, load_scheme
from annotator.suggest.pipeline import SuggestionPipeline
from annotator.suggest.relations.candidates import RelationSuggester
from annotator.suggest.relations.same_mentions import SameMentions
from tests.suggest.relations.conftest import marked_spans
from tests.workspaces import make_document

SCHEME = """
languages: [en, es]
entities:
  PERSON: {key: 1}
  ORG: {key: 2}
  GPE: {key: 3, patterns: [{phrase: Altavilla}]}
relations:
  same_as: {key: s, head: [PERSON, ORG, GPE], child: [PERSON, ORG, GPE], equivalence: true}
  near: {key: n, head: [GPE], child: [GPE], symmetric: true}
"""


@pytest.fixture(scope="module")
def scheme(tmp_path_factory: pytest.TempPathFactory) -> LabelScheme:
    path = tmp_path_factory.mktemp("scheme") / "labels.yaml"
    path.write_text(SCHEME, encoding="utf-8")
    return load_scheme(path, ())


@pytest.mark.parametrize(
    ("marked", "chain"),
    [
        ("[Altavilla|GPE] and [the Altavilla's|GPE] port. [ALTAVILLA|GPE].", [(0, 1), (1, 2)]),
        ("[Eva Luz Prado|PERSON] came. [Prado|PERSON] and [Mr Prado|PERSON] left.", [(0, 1), (1, 2)]),
        ("[Eva Prado|PERSON] and [Ana Prado|PERSON] came. [Prado|PERSON] left.", []),
        ("[Prado|PERSON] came with [Eva Prado|PERSON].", []),
        ("The [Port Workers Union|ORG] ([PWU|ORG]) met. The [PWU|ORG] spoke.", [(0, 1), (1, 2)]),
        ("The [PWU|ORG], or [Port Workers Union|ORG], met.", [(0, 1)]),
        ("[Altavilla|GPE] was taken by [Altavilla|ORG].", []),
        ("[this town|GPE] and [this town|GPE]; [it|GPE], [it|GPE]", []),
        ("[the port|GPE], then [the port|GPE]", [(0, 1)]),
        ("[…|ORG] […|ORG]", []),
    ],
)
def test_a_chain_links_the_mentions_that_names_say_are_one(
    scheme: LabelScheme, marked: str, chain: list[tuple[int, int]]
) -> None:
    document, spans = marked_spans(marked, "en")
    spans = sorted(spans, key=reading_order)
    place = {span.id: number for number, span in enumerate(spans)}
    relations = SameMentions(scheme).relations(document, spans)
    assert [(place[r.head], place[r.child]) for r in relations] == chain
    assert {r.label for r in relations} <= {"same_as"}


def test_what_is_no_name_is_less_likely_to_be_the_same(scheme: LabelScheme) -> None:
    document, spans = marked_spans("[Altavilla|GPE], [Altavilla|GPE], [the port|GPE], [the port|GPE]", "en")
    names, words = SameMentions(scheme).relations(document, sorted(spans, key=reading_order))
    assert (names.score or 0) > (words.score or 0)


def test_the_pipeline_suggests_the_links_and_the_other_relations_leave_them_alone(
    scheme: LabelScheme, tmp_path: Path
) -> None:
    document = make_document("a", "Altavilla is far. Altavilla is near Altavilla.")
    (layer,) = SuggestionPipeline(scheme, tmp_path).suggest([document])
    assert [r.label for r in layer.relations.values() if r.source == "same-mentions@1"] == ["same_as", "same_as"]
    spans = list(layer.spans.values())
    assert "same_as" not in {r.label for r in RelationSuggester(scheme, "en").relations(document, spans)}
