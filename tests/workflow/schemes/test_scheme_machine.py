"""Any course of a project: work, labels changed by command and by hand, merges, adjudication, export, undo."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from annotator.errors import AnnotatorError
from annotator.formats.registry import load_format
from annotator.labels import check_scheme
from annotator.scheme_changes.change import Action
from annotator.store import check_database
from annotator.store.tables import read_state
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.exporting.export import ExportRequest, export
from annotator.workflow.schemes.changing import ChangeReport, change_labels, label_change, undo_change
from annotator.workflow.schemes.moved import scheme_differences
from annotator.workflow.schemes.stats import label_stats
from annotator.workflow.sharing.merging import merge
from tests.workflow.schemes.test_merging_changes import Sites, work
from tests.workspaces import Bench

LABELS = ("PERSON", "ORG", "GPE", "DATE", "BODY", "PLACE", "works_for", "leads", "located_in", "employed_by")
STEPS = st.lists(st.integers(0, 60), min_size=1, max_size=6)
HERE = st.booleans()


class Project(RuleBasedStateMachine):
    """A lead with ana here, and bo with a copy there; what cannot be done is refused, and changes nothing."""

    sites: Sites
    here: Bench
    there: Bench

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()

    @initialize()
    def begin(self) -> None:
        self.sites = Sites(Path(self.folder.name))
        self.here = self.sites.base
        self.there = self.sites.copy(self.here)

    def site(self, here: bool) -> Bench:
        return self.here if here else self.there

    def attempt(self, bench: Bench, action: Callable[[], object]) -> bool:
        """Do something, or be refused with everything as it was; return whether it was done."""
        before = everything(bench)
        try:
            action()
        except AnnotatorError:
            assert everything(bench) == before
            return False
        return True

    # Work

    @rule(here=HERE, steps=STEPS)
    def annotate(self, here: bool, steps: list[int]) -> None:
        work(self.site(here), "ana" if here else "bo", steps)

    @rule(here=HERE, redo=st.booleans())
    def undo_work(self, here: bool, redo: bool) -> None:
        bench = self.site(here)
        session = bench.session(curator="ana" if here else "bo")
        self.attempt(bench, session.redo if redo else session.undo)

    @rule()
    def adjudicate(self) -> None:
        before = counts(self.here, "curator:")
        self.attempt(self.here, lambda: settle_finished(self.here.workspace, "lea"))
        assert counts(self.here, "curator:") == before

    @rule(here=HERE, layer=st.sampled_from(("gold", "curator:ana", "curator:bo", "suggestions")))
    def write_out(self, here: bool, layer: str) -> None:
        bench = self.site(here)
        request = ExportRequest(layer)
        self.attempt(bench, lambda: export(bench.workspace, load_format("jsonl"), request, None, BytesIO()))

    # The label scheme

    @rule(here=HERE, action=st.sampled_from(("rename", "merge", "split", "drop")), names=st.permutations(LABELS))
    def change(self, here: bool, action: Action, names: list[str]) -> None:
        bench = self.site(here)
        old, new = {"rename": (1, 1), "merge": (2, 1), "split": (1, 2), "drop": (1, 0)}[action]
        before = counts(bench)
        reports: list[ChangeReport] = []

        def carry_out() -> None:
            change = label_change(bench.workspace, action, names[:old], names[old : old + new])
            reports.append(change_labels(bench.workspace, change, "lea"))

        if self.attempt(bench, carry_out):
            self.told(before, counts(bench), reports[0])

    @rule(here=HERE)
    def undo_change(self, here: bool) -> None:
        bench = self.site(here)
        before = counts(bench)
        reports: list[ChangeReport] = []
        if self.attempt(bench, lambda: reports.append(undo_change(bench.workspace, "lea"))):
            self.told(before, counts(bench), reports[0])

    def told(self, before: Counter[str], after: Counter[str], report: ChangeReport) -> None:
        """Check that no item is gone that the report does not tell of."""
        assert before["span"] - after["span"] == report.spans
        assert before["relation"] - after["relation"] == report.relations

    @rule(here=HERE, old=st.sampled_from(LABELS), new=st.sampled_from(("BODY", "PLACE", "EXTRA", "employed_by", "")))
    def edit_by_hand(self, here: bool, old: str, new: str) -> None:
        """Rename a label in the file, or take its line out."""
        bench = self.site(here)
        text = bench.workspace.labels_path.read_text()
        lines = [line for line in text.splitlines(keepends=True) if new or not line.strip().startswith(f"{old}:")]
        self.save(bench, "".join(lines).replace(old, new) if new else "".join(lines))

    @rule(here=HERE, option=st.sampled_from(("flat", "nested", "any")))
    def edit_overlap(self, here: bool, option: str) -> None:
        bench = self.site(here)
        lines = bench.workspace.labels_path.read_text().splitlines(keepends=True)
        changed = [f"overlap: {option}\n" if line.startswith("overlap:") else line for line in lines]
        self.save(bench, "".join(changed))

    @rule(here=HERE)
    def turn_a_relation_round(self, here: bool) -> None:
        bench = self.site(here)
        text = bench.workspace.labels_path.read_text()
        for relation in bench.workspace.scheme.relations.values():
            if set(relation.head) != set(relation.child):
                line = next(line for line in text.splitlines() if line.strip().startswith(f"{relation.name}:"))
                turned = line.replace("head:", "tail:").replace("child:", "head:").replace("tail:", "child:")
                self.save(bench, text.replace(line, turned))
                return

    def save(self, bench: Bench, text: str) -> None:
        """Save the file as an editor would; a text that is no scheme is not kept."""
        path = bench.workspace.labels_path
        former, before = path.read_text(), everything(bench)
        path.write_text(text)
        if check_scheme(path):
            path.write_text(former)
        bench.workspace.forget_scheme()
        assert everything(bench) == before

    # Two databases

    @rule(here=HERE, any_scheme=st.booleans())
    def unite(self, here: bool, any_scheme: bool) -> None:
        target, source = self.site(here), self.site(not here)
        changes = target.store.scheme_history().heads
        before = counts(target, f"curator:{'ana' if here else 'bo'}")
        root = source.workspace.root
        done = self.attempt(target, lambda: merge(target.workspace, root, any_scheme=any_scheme))
        if done and target.store.scheme_history().heads == changes:
            assert counts(target, f"curator:{'ana' if here else 'bo'}") == before

    # What holds at any time

    @invariant()
    def history_and_state_agree(self) -> None:
        for bench in (self.here, self.there):
            assert list(check_database(bench.store)) == []

    @invariant()
    def everything_can_be_looked_at(self) -> None:
        for bench in (self.here, self.there):
            scheme_differences(bench.workspace)
            label_stats(bench.workspace, 2)
            for curator in ("ana", "bo"):
                bench.session(curator=curator)

    def teardown(self) -> None:
        self.sites.close()
        self.folder.cleanup()


def everything(bench: Bench) -> dict[str, object]:
    """Return what all layers hold."""
    return {str(info.name): read_state(bench.store.connection, info.id) for info in bench.store.layers()}


def counts(bench: Bench, name: str = "") -> Counter[str]:
    """Count the records of the layers whose names begin with ``name``."""
    layers = [info for info in bench.store.layers() if info.name.name.startswith(name)]
    return Counter(table for info in layers for table, _ in read_state(bench.store.connection, info.id))


TestProject = Project.TestCase
TestProject.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)
