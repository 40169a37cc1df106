"""Changes of the label scheme and merges in any order: what is left does not depend on which came first."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.errors import AnnotatorError, SchemeError
from annotator.history import LayerState
from annotator.scheme_changes import LabelChange, SchemeEvent, SchemeHistory, changed_shape
from annotator.scheme_changes.change import Action
from annotator.store import check_database
from annotator.store.tables import read_state
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.schemes.changing import change_labels, label_change, undo_change
from annotator.workflow.schemes.label_text import MOST_OTHERS, text_without
from annotator.workflow.sharing.merging import MergeConflictError, merge
from tests.workspaces import KEY, Bench, link, make_bench, pending_suggestions, proposal, propose, sql_dump

Change = tuple[Action, tuple[str, ...], tuple[str, ...]]
Site = Callable[[str], Bench]

CHANGES: tuple[Change, ...] = (
    ("rename", ("ORG",), ("BODY",)),
    ("rename", ("works_for",), ("employed_by",)),
    ("merge", ("ORG", "GPE"), ("PLACE",)),
    ("merge", ("GPE",), ("ORG",)),
    ("merge", ("works_for", "leads"), ("works_for",)),
    ("split", ("GPE",), ("COUNTRY", "CITY")),
    ("split", ("works_for",), ("employed_by", "runs")),
    ("drop", ("ORG",), ()),
    ("drop", ("works_for",), ()),
)


def change(bench: Bench, one: Change) -> None:
    action, old, new = one
    change_labels(bench.workspace, label_change(bench.workspace, action, old, new), "lea")


def states(bench: Bench) -> dict[str, LayerState]:
    """Return what every layer holds."""
    return {str(info.name): read_state(bench.store.connection, info.id) for info in bench.store.layers()}


def marked(bench: Bench) -> LayerState:
    """Return ana's spans, relations and comments."""
    state = states(bench)[f"curator:ana on {KEY}"]
    return {key: record for key, record in state.items() if key[0] in ("span", "relation", "comment")}


def findings(bench: Bench) -> list[str]:
    return list(check_database(bench.store))


class Sites:
    """Workspaces that begin alike and go on apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.benches: list[Bench] = []
        self.base = self.keep(make_bench(folder / "base", overlap="any"))
        document = self.base.add()
        person, org = proposal(document, "Ana Ruiz", "PERSON"), proposal(document, "Cruz Roja", "ORG")
        both, gpe = proposal(document, "Cruz Roja", "GPE", 0.5), proposal(document, "México", "GPE")
        relations = [link(person, org, "works_for"), link(person, org, "leads", 0.4), link(org, gpe, "located_in")]
        propose(self.base.store, document, [person, org, both, gpe], relations)
        self.base.session(curator="ana").accept(org.id)

    def keep(self, bench: Bench) -> Bench:
        self.benches.append(bench)
        return bench

    def copy(self, bench: Bench) -> Bench:
        """Return the workspace as it stands, in another folder."""
        other = self.keep(make_bench(self.folder / f"site{len(self.benches)}"))
        bench.store.backup(other.workspace.database_path)
        shutil.copyfile(bench.workspace.labels_path, other.workspace.labels_path)
        return other

    def close(self) -> None:
        for bench in self.benches:
            bench.workspace.close()


@contextmanager
def sites_apart() -> Iterator[Sites]:
    """Workspaces in a folder of their own, for one example."""
    with tempfile.TemporaryDirectory() as folder, closing(Sites(Path(folder))) as sites:
        yield sites


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    with closing(Sites(tmp_path)) as sites:
        yield sites


def bring(source: Bench, target: Bench) -> None:
    merge(target.workspace, source.workspace.root)


def choice(step: int, among: Iterable[str]) -> str:
    names = list(among)
    return names[step // 10 % len(names)]


def work(bench: Bench, curator: str, steps: list[int]) -> None:
    """Let a curator take some steps; what cannot be done is left."""
    session = bench.session(curator=curator)
    for step in steps:
        pending = pending_suggestions(session)
        own = [*session.content.spans, *session.content.relations]
        try:
            if step % 10 < 3 and pending:
                session.accept(pending[step % len(pending)])
            elif step % 10 == 3 and pending:
                session.reject(pending[step % len(pending)])
            elif step % 10 == 4 and own:
                session.comment(f"¿{step}?", own[step % len(own)])
            elif step % 10 == 5 and own:
                session.delete(own[step % len(own)])
            elif step % 10 == 6:
                session.undo()
            elif step % 10 == 7 and session.content.spans:
                session.move_boundary(choice(step, session.content.spans), "end", step % 3 - 1)
            elif step % 10 == 8 and session.content.spans:
                session.relabel(choice(step, session.content.spans), choice(step, session.scheme.entities))
            elif step % 10 == 9 and session.content.relations:
                session.retype(choice(step, session.content.relations), choice(step, session.scheme.relations))
        except AnnotatorError:
            continue
    if sum(steps) % 2:
        session.finish()


steps = st.lists(st.integers(0, 60), max_size=7)


own_steps = steps.map(lambda numbers: [10 * number + kind for number, kind in zip(numbers, cycle((7, 8, 4, 9, 6)))])


@given(st.sampled_from(["ORG", "PERSON", "GPE", "works_for", "located_in"]), own_steps, own_steps, own_steps)
@settings(max_examples=25, deadline=None)
def test_work_between_a_rename_and_its_undoing_is_as_if_there_had_been_none(
    label: str, before: list[int], between: list[int], after: list[int]
) -> None:
    """The new name stands in the order of the alphabet where the old one did: the same steps meet the same items."""
    with sites_apart() as sites:
        here = sites.base
        here.session(curator="ana").accept_all(0)
        work(here, "ana", before)
        plain = sites.copy(here)
        change(here, ("rename", (label,), (f"{label}s",)))
        work(here, "ana", between)
        undo_change(here.workspace, "lea")
        work(plain, "ana", between)
        assert marked(here) == marked(plain)
        work(here, "ana", after)
        assert findings(here) == []


@given(st.sampled_from(CHANGES), steps, steps, steps, st.booleans())
@settings(max_examples=12, deadline=None)
def test_a_change_before_a_merge_gives_what_it_gives_after_it(
    one: Change, ours: list[int], theirs: list[int], more: list[int], gold: bool
) -> None:
    with sites_apart() as sites:
        here, there = sites.base, sites.copy(sites.base)
        work(here, "ana", ours)
        work(there, "bo", theirs)
        work(there, "cy", more)
        if gold:
            settle_finished(here.workspace, "lea")
        first, last = sites.copy(here), sites.copy(here)
        change(first, one)
        other = sites.copy(there)
        bring(first, other)
        bring(there, first)
        bring(there, last)
        change(last, one)
        assert states(first) == states(last) == states(other)
        assert first.scheme.shape == last.scheme.shape == other.workspace.scheme.shape
        assert findings(first) == findings(last) == findings(other) == []


@given(st.sampled_from(CHANGES), steps, steps, steps)
@settings(max_examples=8, deadline=None)
def test_undoing_a_change_leaves_what_would_be_there_without_it(
    one: Change, ours: list[int], theirs: list[int], more: list[int]
) -> None:
    with sites_apart() as sites:
        here, there = sites.base, sites.copy(sites.base)
        work(here, "ana", ours)
        work(there, "bo", theirs)
        text = here.workspace.labels_path.read_text()
        plain = sites.copy(here)
        change(here, one)
        bring(there, here)
        undo_change(here.workspace, "lea")
        bring(there, plain)
        assert states(here) == states(plain)
        assert here.workspace.labels_path.read_text() == text
        work(here, "cy", more)
        bring(here, there)
        assert states(here) == states(there)
        assert findings(here) == findings(there) == []


@given(st.sampled_from(CHANGES), steps, steps, steps)
@settings(max_examples=8, deadline=None)
def test_work_goes_on_after_a_change_and_undo_reaches_behind_it(
    one: Change, before: list[int], after: list[int], theirs: list[int]
) -> None:
    with sites_apart() as sites:
        here, there = sites.base, sites.copy(sites.base)
        work(here, "ana", before)
        change(here, one)
        work(here, "ana", after)
        work(there, "bo", theirs)
        session = here.session(curator="ana")
        while session.editor._undo.done:
            session.undo()
        assert not session.content.spans
        assert not session.content.relations
        while session.editor._undo.undone:
            session.redo()
        bring(here, there)
        bring(there, here)
        assert states(here) == states(there)
        assert findings(here) == findings(there) == []


@given(st.sampled_from(CHANGES[:5]), st.sampled_from(CHANGES), steps, steps, steps, st.booleans())
@settings(max_examples=12, deadline=None)
def test_of_two_changes_of_one_label_one_is_undone_and_the_other_holds(
    one: Change, other: Change, ours: list[int], theirs: list[int], more: list[int], known: bool
) -> None:
    """Also where work was done under the one that is undone, and whichever was made first."""
    with sites_apart() as sites:
        here, there = sites.base, sites.copy(sites.base)
        work(here, "ana", ours)
        if known:
            change(there, other)
            change(here, one)
        else:
            change(here, one)
            change(there, other)
        work(there, "bo", theirs)
        undo_change(there.workspace, "lea")
        work(there, "cy", more)
        plain = sites.copy(here)
        bring(there, here)
        bring(plain, there)
        assert states(here) == states(there)
        assert here.scheme.shape == there.workspace.scheme.shape == plain.scheme.shape
        assert findings(here) == findings(there) == []
        if one[0] != "split":
            gone = set(one[1]) - set(one[2])
            used = {record["label"] for state in states(here).values() for key, record in state.items()
                    if key[0] in ("span", "relation")}  # fmt: skip
            assert not gone & used


def test_the_same_change_made_in_two_places_is_one_also_for_undo(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    before, text = states(here), here.workspace.labels_path.read_text()
    change(here, CHANGES[0])
    change(there, CHANGES[0])
    bring(here, there)
    undo_change(there.workspace, "lea")
    assert states(there) == before
    assert there.workspace.labels_path.read_text() == text
    bring(there, here)
    assert states(here) == before
    assert here.workspace.labels_path.read_text() == text
    assert findings(here) == findings(there) == []


def test_the_same_change_made_in_two_places_is_one(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    change(here, CHANGES[0])
    change(there, CHANGES[0])
    bring(here, there)
    bring(there, here)
    assert states(here) == states(there)
    assert "BODY" in here.scheme.entities
    assert findings(here) == findings(there) == []


def test_changes_of_other_labels_go_together(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    change(here, CHANGES[0])
    change(there, CHANGES[5])
    bring(here, there)
    bring(there, here)
    assert states(here) == states(there)
    assert {"BODY", "COUNTRY", "CITY"} <= here.scheme.entities.keys() == there.workspace.scheme.entities.keys()


OTHERS: tuple[Change, ...] = (
    ("rename", ("located_in",), ("lies_in",)),
    ("rename", ("PERSON",), ("HUMAN",)),
    ("drop", ("DATE",), ()),
)


@pytest.mark.parametrize("undone", CHANGES, ids=str)
@pytest.mark.parametrize("made", [*CHANGES, *OTHERS], ids=str)
def test_a_change_here_and_the_undoing_of_another_there_go_together(sites: Sites, undone: Change, made: Change) -> None:
    """What the undoing puts back goes by the names that the other change gave, and is not what that took away."""
    here = sites.base
    shape = here.scheme.shape
    change(here, undone)
    there = sites.copy(here)
    labels = {*undone[1], *undone[2]}
    if not {*made[1]} <= here.scheme.entities.keys() | here.scheme.relations.keys():
        return  # a relation type whose last head or child went, too
    change(here, made)
    undo_change(there.workspace, "lea")
    assert there.scheme.shape == shape
    if labels & {*made[1], *made[2]}:
        with pytest.raises(MergeConflictError) as caught:
            bring(there, here)
        assert len(caught.value.conflicts) == 1
        return
    bring(there, here)
    bring(here, there)
    (_, made_there), *_ = here.store.scheme_history().effective
    assert made_there.change is not None
    assert here.scheme.shape == there.scheme.shape == changed_shape(shape, made_there.change)
    assert states(here) == states(there)
    assert findings(here) == findings(there) == []


def test_so_many_other_changes_as_only_somebody_forges_are_refused(sites: Sites) -> None:
    change(sites.base, CHANGES[0])
    (target,) = sites.base.store.scheme_history().events.values()
    one = LabelChange("rename", "entity", ("DATE",), ("DAY",))
    at = [f"2026-01-01T00:00:00.{number:03}Z" for number in range(MOST_OTHERS + 1)]
    others = [SchemeEvent((), moment, "eve", "rename", one) for moment in at]
    history = SchemeHistory([target, *others])
    with pytest.raises(SchemeError, match="201 changes were made beside rename ORG BODY"):
        text_without(target.after, target.hash, history, history.events)


def test_two_names_for_one_label_are_refused_until_one_is_undone(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    change(here, CHANGES[0])
    change(there, ("rename", ("ORG",), ("FIRM",)))
    before = sql_dump(here.store.path)
    with pytest.raises(MergeConflictError) as caught:
        bring(there, here)
    assert "rename ORG BODY here (lea, " in caught.value.conflicts[0]
    assert "rename ORG FIRM there (lea, " in caught.value.conflicts[0]
    assert "`annotator labels undo` takes one of them back" in caught.value.conflicts[0]
    assert sql_dump(here.store.path) == before


def test_a_new_name_that_is_a_label_of_its_own_elsewhere_is_refused(sites: Sites) -> None:
    here, there = sites.base, sites.copy(sites.base)
    change(here, CHANGES[0])
    labels = there.workspace.labels_path
    labels.write_text(labels.read_text().replace("DATE: {key: 4}", "DATE: {key: 4}\n  BODY: {key: 5}"))
    there.workspace.forget_scheme()
    work(there, "bo", [1])
    with pytest.raises(MergeConflictError) as caught:
        bring(there, here)
    assert any("BODY is a label of its own there" in conflict for conflict in caught.value.conflicts)
