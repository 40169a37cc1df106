"""The labels are changed while the workbench is open: by somebody else, and from the palette."""

from __future__ import annotations

from annotator.store import check_database
from annotator.tui.app import AnnotatorApp
from annotator.tui.screens.adjudicate import AdjudicateScreen
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.workflow.desk import Desk
from annotator.workflow.schemes.changing import change_labels, label_change
from annotator.workflow.schemes.renaming import rename_curator, rename_document
from annotator.workflow.workspace import Workspace
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import KEY, Bench, range_of, span_texts, verdicts


def change_elsewhere(bench: Bench, action: str, *names: str) -> None:
    """Change labels in another process, as far as this one can tell."""
    other = Workspace(bench.workspace.root)
    change_labels(other, label_change(other, action, names[:1], names[1:]), "lea")  # type: ignore[arg-type]
    other.close()


def mark(bench: Bench, needle: str, label: str) -> None:
    session = bench.session()
    session.add(*range_of(session.document, needle), label)


def notices(work: WorkbenchDriver) -> str:
    return " ".join(notification.message for notification in work.app._notifications)


async def ask(work: WorkbenchDriver) -> None:
    """Choose the command of the palette that asks for a change of the labels."""
    commands = {command.title: command for command in work.app.get_system_commands(work.app.screen)}
    commands["Change labels"].callback()
    await work.settle()


async def test_a_key_after_somebody_changed_the_labels_shows_the_document_anew(bench: Bench) -> None:
    mark(bench, "México", "GPE")
    async with workbench(bench, KEY) as work:
        await work.press("escape", "g", "w")
        change_elsewhere(bench, "rename", "GPE", "PLACE")
        await work.press("f")
        assert "the labels were changed: rename GPE PLACE by lea" in notices(work)
        assert isinstance(work.app.screen, AnnotateScreen)
        assert span_texts(work.session) == {("PLACE", "México")}
        assert "3 PLACE" in work.text
        assert "flag" not in bench.actions("curator:ana")  # nothing was written under the scheme of before
        await work.press("f")
        assert "flag" in bench.actions("curator:ana")
    assert list(check_database(bench.store)) == []


async def test_an_open_question_keeps_its_letters_when_somebody_changed_the_labels(bench: Bench) -> None:
    async with workbench(bench, KEY) as work:
        await work.press("escape", "1")
        change_elsewhere(bench, "rename", "PERSON", "HUMAN")
        hint = work.hint("Ana Ruiz")
        work.app._follow_scheme_when_idle()
        await work.settle()
        assert work.focus.startswith("PERSON: which phrase?")
        await work.press(*hint)
        assert "the labels were changed: rename PERSON HUMAN by lea" in notices(work)
        assert "1 HUMAN" in work.text
        assert span_texts(work.session) == set()


async def test_an_idle_workbench_follows_by_itself(bench: Bench) -> None:
    mark(bench, "México", "GPE")
    async with workbench(bench, KEY) as work:
        change_elsewhere(bench, "rename", "GPE", "PLACE")
        work.app._follow_scheme_when_idle()
        await work.settle()
        assert "3 PLACE" in work.text


async def test_a_split_label_is_decided_on_with_a_or_with_a_label_s_key(bench: Bench) -> None:
    mark(bench, "México", "GPE")
    session = bench.session()
    session.add(*range_of(session.document, "Canadá"), "GPE")
    session.finish()
    change_elsewhere(bench, "split", "GPE", "COUNTRY", "CITY")
    bench.workspace.follow_scheme()
    async with workbench(bench, KEY) as work:
        assert work.session.state == "doing"
        assert "2†" in work.header
        await work.press("escape", "g", "tab")
        assert "GPE was split into COUNTRY and CITY" in work.message
        assert "a COUNTRY" in work.focus
        await work.press("a")
        assert ("COUNTRY", "México") in span_texts(work.session)
        assert work.focus.startswith("COUNTRY? “México”")  # learned from that, on the other mention
        await work.press("tab")
        assert work.focus.startswith("GPE† “Canadá”")
        city = work.session.scheme.entities["CITY"].key
        await work.press(city)
        assert span_texts(work.session) == {("COUNTRY", "México"), ("CITY", "Canadá")}
        await work.press("u", "u")
        assert span_texts(work.session) == {("GPE", "México"), ("GPE", "Canadá")}


async def test_labels_are_changed_from_the_palette_after_what_that_does_was_shown(bench: Bench) -> None:
    mark(bench, "México", "GPE")
    async with workbench(bench, KEY) as work:
        await ask(work)
        await work.type("rename GPE PLACE")
        assert "rename GPE PLACE: 1 span would be carried over. enter does it" in notices(work)
        assert "PLACE" not in bench.workspace.labels_path.read_text()
        await work.press("enter")
        assert span_texts(work.session) == {("PLACE", "México")}
        assert "PLACE: {key: 3}" in bench.workspace.labels_path.read_text()
        await ask(work)
        await work.type("undo")
        await work.press("enter")
        assert span_texts(work.session) == {("GPE", "México")}
        await ask(work)
        await work.type("rename NADA ALGO")
        assert "'NADA' is no label of labels.yaml" in notices(work)


async def test_what_is_typed_for_the_change_filters_no_queue(news: Bench) -> None:
    async with workbench(news) as work:
        await work.press("slash")
        await work.type("nota")
        listed = work.line("#columns")
        await ask(work)
        await work.press(*"drop")
        assert "drop" in work.text
        assert work.line("#columns") == listed


async def test_what_is_typed_for_the_change_filters_no_comments(news: Bench) -> None:
    session = news.session()
    session.flag()
    session.bookmark.save(opened=False)
    async with workbench(news) as work:
        await work.press("c")
        assert "1 of 1" in work.header
        await ask(work)
        await work.press(*"drop")
        assert "1 of 1" in work.header


async def test_an_edit_by_hand_is_followed_and_a_mistake_in_it_changes_nothing(bench: Bench) -> None:
    mark(bench, "México", "GPE")
    path = bench.workspace.labels_path
    text = path.read_text(encoding="utf-8")
    async with workbench(bench, KEY) as work:
        path.write_text("nonsense", encoding="utf-8")
        work.app._follow_scheme_when_idle()
        await work.settle()
        assert "labels.yaml:1" in notices(work)
        await work.press("f")
        assert "flag" in bench.actions("curator:ana")
        path.write_text(text.replace("GPE", "PLACE"), encoding="utf-8")
        work.app._follow_scheme_when_idle()
        await work.settle()
        assert "the label scheme moved on: 1 retired item" in notices(work)
        assert "GPE†" in work.text
        path.write_text(text + "# a remark\n", encoding="utf-8")
        work.app._follow_scheme_when_idle()
        await work.settle()
        assert "labels.yaml was edited" in notices(work)
        assert "†" not in work.header


async def test_a_scheme_that_was_edited_by_hand_is_told_at_the_start(bench: Bench) -> None:
    mark(bench, "México", "GPE")
    path = bench.workspace.labels_path
    path.write_text(path.read_text().replace("GPE", "PLACE"), encoding="utf-8")
    bench.workspace.forget_scheme()
    async with workbench(bench, KEY) as work:
        assert "the label scheme moved on: 1 retired item" in notices(work)
        assert "annotator labels rename GPE" in notices(work)


async def test_an_open_document_and_its_curator_are_followed_under_other_names(bench: Bench) -> None:
    mark(bench, "México", "GPE")
    async with workbench(bench, KEY) as work:
        await work.press("escape", "g", "w")
        other = Workspace(bench.workspace.root)
        rename_document(other.store, "lea", KEY, "note")
        rename_curator(other.store, "lea", "ana", "zoe")
        other.close()
        await work.press("f")
        assert "rename --curator ana zoe by lea" in notices(work)
        assert (work.session.document.key, work.session.curator) == ("note", "zoe")
        assert span_texts(work.session) == {("GPE", "México")}
        await work.press("f")
        assert "flag" in bench.actions("curator:zoe", "note")
    assert list(check_database(bench.store)) == []


async def test_the_panel_stays_filtered_when_somebody_changed_the_labels(news: Bench) -> None:
    async with workbench(news, "nota", size=(120, 30)) as work:
        await work.press("backslash")
        await work.type(">0.85")
        assert work.annotating.panel.count() == 1
        change_elsewhere(news, "rename", "GPE", "PLACE")
        await work.press("X")
        assert "the labels were changed" in notices(work)
        assert work.annotating.panel.count() == 1
        await work.press("X")
        assert work.message.startswith("rejected")
    assert list(verdicts(news.session()).values()) == ["rejected"]


async def test_a_change_during_the_tutorial_is_followed_on_coming_back(disputed: Bench) -> None:
    desk = Desk(disputed.workspace, "lead")
    change_elsewhere(disputed, "rename", "PERSON", "HUMAN")
    app = AnnotatorApp(desk, "nota", adjudicating=True)  # as after the tutorial, with the desk of before
    async with app.run_test(notifications=True) as pilot:
        work = WorkbenchDriver(app, pilot)
        await work.settle()
        assert isinstance(app.screen, AdjudicateScreen)
        assert "the labels were changed: rename PERSON HUMAN by lea" in notices(work)
        assert "HUMAN" in work.text
    assert app.failure is None
