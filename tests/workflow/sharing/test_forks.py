"""Two went on under one curator's name: once one of the lines has another name, all databases come to be the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.history import LayerName
from annotator.workflow.schemes.renaming import rename_curator
from annotator.workflow.sharing.merging import MergeConflictError, MergeReport, merge
from tests.workflow.schemes.test_merging_changes import Sites, findings, states, work
from tests.workflow.schemes.test_renaming import decide
from tests.workspaces import KEY, Bench, range_of, sql_dump

steps = st.lists(st.integers(0, 60), max_size=6)


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    sites = Sites(tmp_path)
    yield sites
    sites.close()


def mark(bench: Bench, needle: str, curator: str = "ana") -> None:
    session = bench.session(curator=curator)
    session.add(*range_of(session.document, needle), "PERSON")
    session.finish()


def bring(source: Bench, target: Bench, renames: Mapping[str, str] | None = None) -> MergeReport:
    return merge(target.workspace, source.workspace.root, renames=renames, follow_names=True)


def marked(bench: Bench, curator: str) -> set[str]:
    document = bench.document()
    info = bench.store.layer(LayerName(KEY, f"curator:{curator}"))
    assert info is not None
    return {document.text[s.start : s.end] for s in bench.store.annotations(info.id).spans.values()}


def quiet(*benches: Bench) -> None:
    """Check that all are the same and sound, and that nothing is left to bring."""
    assert all(states(bench) == states(benches[0]) for bench in benches)
    assert all(findings(bench) == [] for bench in benches)
    for source in benches:
        for target in benches:
            if source is not target:
                before = sql_dump(target.store.path)
                assert bring(source, target).events == {}
                assert sql_dump(target.store.path) == before


def test_where_the_line_came_from_it_takes_the_new_name_too(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    mark(here, "Luis Paz")
    mark(there, "Ana Ruiz")
    with pytest.raises(MergeConflictError):
        bring(here, there)
    bring(there, here, {"ana": "ana.2"})
    before = sql_dump(there.store.path)
    with pytest.raises(MergeConflictError) as caught:  # nobody's work goes by another name unasked
        merge(there.workspace, here.workspace.root)
    assert "--follow-names calls ours ana.2's here too" in caught.value.conflicts[0]
    assert sql_dump(there.store.path) == before
    report = bring(here, there)
    assert report.given_away == [(LayerName(KEY, "curator:ana"), LayerName(KEY, "curator:ana.2"))]
    for bench in (here, there):
        assert marked(bench, "ana") == {"Cruz Roja", "Luis Paz"}
        assert marked(bench, "ana.2") == {"Cruz Roja", "Ana Ruiz"}
    quiet(here, there)


@given(steps, steps, steps, st.booleans(), st.booleans())
@settings(max_examples=12, deadline=None)
def test_whatever_they_did_before_and_since(
    ours: list[int], theirs: list[int], more: list[int], gold: bool, renamed: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sites = Sites(Path(folder))
        try:
            here, there = sites.base, sites.copy(sites.base)
            mark(here, "Luis Paz")
            mark(there, "Ana Ruiz")
            work(here, "ana", ours)
            work(there, "ana", theirs)
            if gold:
                mark(there, "Luis Paz", "bo")
                decide(there)
            third = sites.copy(there)
            bring(there, here, {"ana": "eva"})
            if renamed:
                rename_curator(here.store, "lea", "eva", "zoe")
                rename_curator(here.store, "lea", "ana", "eva")
            work(there, "ana", more)
            bring(here, there)
            bring(there, here)
            bring(there, third)
            bring(third, there)
            quiet(here, there, third)
        finally:
            sites.close()


def test_a_line_that_is_known_under_another_name_needs_no_second_rename(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    mark(here, "Luis Paz")
    mark(there, "Ana Ruiz")
    bring(there, here, {"ana": "ana.2"})
    there.session().comment("¿seguro?")
    assert bring(there, here).events == {LayerName(KEY, "curator:ana.2"): 1}
    bring(here, there)
    quiet(here, there)


def test_each_renamed_the_other(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    mark(here, "Luis Paz")
    mark(there, "Ana Ruiz")
    was = sites.copy(here)
    bring(there, here, {"ana": "ana.2"})
    bring(was, there, {"ana": "ana.3"})
    bring(here, there)
    bring(there, here)
    bring(here, there)
    quiet(here, there)


def test_a_name_that_was_carried_on_in_both_places_is_refused_again(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    mark(here, "Luis Paz")
    mark(there, "Ana Ruiz")
    bring(there, here, {"ana": "ana.2"})
    here.session(curator="ana.2").comment("aquí")
    there.session().comment("allí")
    before = sql_dump(there.store.path)
    with pytest.raises(MergeConflictError) as caught:
        bring(here, there)
    assert any("curator:ana.2 on nota was carried on in both places" in line for line in caught.value.conflicts)
    assert sql_dump(there.store.path) == before
