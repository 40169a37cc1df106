"""The installed models are measured on finished documents; the better one is named, of equal ones the smaller."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import spacy

from annotator.cli.main import main
from annotator.errors import WorkflowError
from annotator.suggest import models
from annotator.suggest.pinned_models import PINNED, PinnedModel
from annotator.workflow.learning.model_comparison import compare_models
from tests.schemas import schema_problems
from tests.workspaces import Bench, make_bench, range_of

NAMES = ("Ximeno", "Yrigo", "Zoilo")
SMALL = PinnedModel("es", "few-names", "1.0", "MIT", 10, "0" * 64)
LARGE = PinnedModel("es", "more-names", "1.0", "MIT", 20, "0" * 64, size_name="md")


def install(folder: Path, model: PinnedModel, names: Sequence[str]) -> None:
    """Put a pipeline that knows some names where a downloaded model would be."""
    nlp = spacy.blank("es")
    nlp.add_pipe("entity_ruler", config={}).add_patterns(  # type: ignore[attr-defined]
        [{"label": "PER", "pattern": name} for name in names]
    )
    folder.mkdir(exist_ok=True)
    nlp.to_disk(folder / model.folder)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A workspace with one finished document, in which three persons are marked, and two models."""
    monkeypatch.setitem(PINNED, "es", (SMALL, LARGE))
    bench = make_bench(tmp_path)
    bench.add("a", "Ayer vino Ximeno a la plaza. También vino Yrigo. Y hoy vino Zoilo.")
    session = bench.session("a")
    for name in NAMES:
        session.add(*range_of(session.document, name), "PERSON")
    session.finish()
    install(bench.workspace.models, SMALL, NAMES[:1])
    install(bench.workspace.models, LARGE, NAMES)
    return bench


def test_the_model_that_finds_more_is_best_though_the_other_is_used(bench: Bench) -> None:
    small, large = compare_models(bench.workspace)
    assert (small.spans.shared, small.spans.right, small.used, small.best) == (1, 3, True, False)
    assert (large.spans.shared, large.spans.right, large.used, large.best) == (3, 3, False, True)
    assert large.seconds_per_1000_tokens > 0


def test_the_command_says_which_to_use_and_how(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    root = ["-w", str(bench.workspace.root)]
    assert main([*root, "models", "compare"]) == 0
    out, err = capfd.readouterr()
    assert "few-names" in out
    assert "for es, use more-names: `annotator models use more-names`" in err
    assert main([*root, "models", "use", "more-names"]) == 0
    assert models.in_use("es", bench.workspace.models) == LARGE
    assert main([*root, "models", "compare", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert schema_problems("models", rows) == []
    assert [(row["name"], row["used"], row["best"]) for row in rows] == [
        ("few-names", False, False),
        ("more-names", True, True),
    ]


def test_of_two_that_find_the_same_the_smaller_is_best(bench: Bench) -> None:
    install(bench.workspace.models, SMALL, NAMES)
    assert [figures.best for figures in compare_models(bench.workspace)] == [True, False]


def test_only_what_is_installed_and_finished_is_measured(bench: Bench) -> None:
    bench.session("a").undo()
    with pytest.raises(WorkflowError, match="no finished document"):
        compare_models(bench.workspace)
