"""From nothing: in two domains that no rule and no model knows, suggestions rise with the documents finished."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from annotator.annotation import Annotations
from annotator.labels import EntityType, LabelScheme
from annotator.suggest.learned import learning, versions
from annotator.suggest.learned.cross_validation import f1, span_result
from annotator.suggest.learned.training import Example, TrainingSet
from benchmarks.domain_texts import DOMAINS, texts

HELD_OUT = 12


@pytest.mark.parametrize("name", DOMAINS)
def test_what_is_learned_from_more_documents_finds_more(name: str, tmp_path: Path) -> None:
    """What `annotator train` would put into use, after so many documents, on a dozen others."""
    targets = texts(DOMAINS[name], 16 + HELD_OUT)
    labels = sorted({span.label for _, truth in targets for span in truth.spans.values()})
    scheme = LabelScheme({label: EntityType(label, "") for label in labels}, {}, ("es", "en"), "flat", "token", "")
    examples = [Example(document, Annotations(), truth) for document, truth in targets]
    curve = []
    for size in (2, 4, 8, 16):
        made = tmp_path / ".made"
        made.mkdir()
        card = learning.learn(TrainingSet(scheme, examples[:size]), made)
        card |= {"version": f"{size:04d}", "labels_sha256": versions.scheme_digest(scheme), "documents": []}
        versions.install(tmp_path, made, card)
        version = versions.load_version(tmp_path, f"{size:04d}", scheme)
        assert version is not None
        learned_spans = version.learned_spans(scheme)
        held = [span_result(e, learned_spans.spans(e.document, [])) for e in examples[16:]]
        curve.append(f1(held) or 0.0)
    assert all(later > earlier for earlier, later in pairwise(curve)), curve
    assert curve[0] > 0.3
    assert curve[-1] > 0.8


@pytest.mark.parametrize("name", DOMAINS)
def test_the_texts_are_the_same_every_time_and_their_spans_are_what_they_say(name: str) -> None:
    targets, again = texts(DOMAINS[name], 20), texts(DOMAINS[name], 20)
    assert targets == again
    assert len({document.text for document, _ in targets}) == 20
    for document, truth in targets:
        assert "[" not in document.text
        assert truth.spans
        for span in truth.spans.values():
            assert document.text[span.start : span.end] == document.text[span.start : span.end].strip()
