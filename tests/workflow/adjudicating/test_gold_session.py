"""Settling disagreements on a document, and what is on the disk then."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from annotator.errors import StoreError, WorkflowError
from annotator.history import GOLD
from annotator.labels.retired import retired
from annotator.store import check_database
from annotator.workflow.adjudicating.confirmation import UnconfirmedError
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.desk import Desk
from annotator.workflow.editing.editor import Outcome
from tests.workflow.adjudicating.finished_documents import finish, first, gold_state, judge, key_of, kinds
from tests.workspaces import KEY, Bench, range_of, relation_texts, span_texts

ANA, CRUZ, MEXICO = ("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja"), ("GPE", "México")
SECOND, CANADA, MAY = ("GPE", "México", 1), ("GPE", "Canadá"), ("DATE", "mayo")


@pytest.fixture(autouse=True)
def _sound(bench: Bench) -> Iterator[None]:
    yield
    assert list(check_database(bench.store)) == []
    for gold in bench.store.layers(kind=GOLD):
        content = bench.store.annotations(gold.id)
        assert not retired(bench.scheme, content, bench.document().sentences)


def asked_first(step: Callable[[], Outcome], consequence: str) -> Outcome:
    """Take a step that must be asked for twice, and that the first time changes nothing."""
    with pytest.raises(UnconfirmedError) as refused:
        step()
    assert str(refused.value) == f"press again, and {consequence}"
    return step()


class TestKinds:
    def test_what_all_say_is_merged_by_itself(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
        finish(bench, "bo", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
        session = judge(bench)
        assert kinds(session) == []
        assert span_texts(session) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}
        assert relation_texts(session) == {("Ana Ruiz", "works_for", "Cruz Roja")}
        assert gold_state(bench) == "doing"

    def test_nothing_is_suggested_to_gold(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ, MEXICO)
        finish(bench, "bo", ("PERSON", "Ana"), CRUZ, SECOND)
        session = judge(bench)
        for case in session.gold.open:
            session.choose(case.id, "ana")
        assert {i.id for i in session.content.index} == {*session.content.spans}

    def test_every_kind_is_told_apart(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ, MEXICO, SECOND, CANADA, links=(
            (ANA, "works_for", CRUZ), (CRUZ, "located_in", MEXICO), (SECOND, "cooperates_with", CANADA)))  # fmt: skip
        finish(bench, "bo", ("PERSON", "Ana"), CRUZ, ("ORG", "México"), CANADA)
        session = judge(bench)
        assert kinds(session) == ["boundary", "label", "missing"]
        assert session.gold.settlement.waiting_relations == 3

    def test_relations_come_up_once_their_ends_are_settled(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
        finish(bench, "bo", ("PERSON", "Ana"), CRUZ, links=((("PERSON", "Ana"), "leads", CRUZ),))
        session = judge(bench)
        assert kinds(session) == ["boundary"]
        session.choose(first(session).id, "ana")
        assert kinds(session) == ["relation label"]
        session.choose(first(session).id, "bo")
        assert relation_texts(session) == {("Ana Ruiz", "leads", "Cruz Roja")}
        assert kinds(session) == []

    def test_a_turned_relation_is_a_matter_of_direction(self, bench: Bench) -> None:
        finish(bench, "ana", SECOND, CANADA, links=((SECOND, "located_in", CANADA),))
        finish(bench, "bo", SECOND, CANADA, links=((CANADA, "located_in", SECOND),))
        session = judge(bench)
        assert kinds(session) == ["relation direction"]
        session.choose(first(session).id, "bo")
        assert relation_texts(session) == {("Canadá", "located_in", "México")}

    def test_a_symmetric_relation_has_no_direction(self, bench: Bench) -> None:
        finish(bench, "ana", SECOND, CANADA, links=((SECOND, "cooperates_with", CANADA),))
        finish(bench, "bo", SECOND, CANADA, links=((CANADA, "cooperates_with", SECOND),))
        assert kinds(judge(bench)) == []


class TestRelations:
    def test_an_agreed_relation_survives_ends_that_differed(self, bench: Bench) -> None:
        """inception#2037, #1749: relations that all agree on are merged, also where their ends' borders differed."""
        finish(bench, "ana", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
        finish(bench, "bo", ("PERSON", "Ana"), CRUZ, links=((("PERSON", "Ana"), "works_for", CRUZ),))
        session = judge(bench)
        session.choose(first(session).id, "bo")
        assert kinds(session) == []
        assert relation_texts(session) == {("Ana", "works_for", "Cruz Roja")}

    def test_relations_on_one_end_do_not_collide(self, bench: Bench) -> None:
        """inception#1749: two relations that share an end are two, and each is settled by itself."""
        finish(bench, "ana", CRUZ, MEXICO, ANA, links=((CRUZ, "located_in", MEXICO), (ANA, "works_for", CRUZ)))
        finish(bench, "bo", CRUZ, MEXICO, ANA, links=((ANA, "leads", CRUZ), (CRUZ, "located_in", MEXICO)))
        session = judge(bench)
        assert kinds(session) == ["relation label"]
        assert relation_texts(session) == {("Cruz Roja", "located_in", "México")}
        session.choose(first(session).id, "bo")
        assert relation_texts(session) == {("Cruz Roja", "located_in", "México"), ("Ana Ruiz", "leads", "Cruz Roja")}

    def test_two_relations_between_the_same_two_spans_are_two(self, bench: Bench) -> None:
        both = ((ANA, "works_for", CRUZ), (ANA, "leads", CRUZ))
        finish(bench, "ana", ANA, CRUZ, links=both)
        finish(bench, "bo", ANA, CRUZ, links=both[:1])
        session = judge(bench)
        assert kinds(session) == ["relation missing"]
        session.choose(first(session).id, "ana")
        assert len(session.content.relations) == 2

    def test_relations_follow_a_border_that_is_moved_later(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
        finish(bench, "bo", ANA, CRUZ)
        session = judge(bench)
        session.choose(first(session).id, "ana")
        session.move_boundary(str(key_of(bench, ANA)), "end", -1)
        assert relation_texts(session) == {("Ana", "works_for", "Cruz Roja")}
        assert kinds(session) == []

    def test_a_relation_that_no_longer_fits_goes_and_comes_back(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
        finish(bench, "bo", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
        session = judge(bench)
        outcome = session.relabel(str(key_of(bench, CRUZ)), "GPE")
        assert outcome.message == "relabelled to GPE “Cruz Roja”; its works_for went with it"
        assert relation_texts(session) == set()
        session.relabel(str(key_of(bench, ("GPE", "Cruz Roja"))), "ORG")
        assert relation_texts(session) == {("Ana Ruiz", "works_for", "Cruz Roja")}

    def test_an_adjudicators_own_relation(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ)
        finish(bench, "bo", ANA, CRUZ)
        session = judge(bench)
        session.relate(str(key_of(bench, ANA)), str(key_of(bench, CRUZ)), "works_for")
        assert relation_texts(judge(bench)) == {("Ana Ruiz", "works_for", "Cruz Roja")}
        session.retype(next(iter(session.content.relations)), "leads")
        assert relation_texts(judge(bench)) == {("Ana Ruiz", "leads", "Cruz Roja")}
        session.delete(next(iter(session.content.relations)))
        assert relation_texts(judge(bench)) == set()

    def test_it_goes_with_an_end_that_had_a_label_before_that_does_not_fit_it(self, bench: Bench) -> None:
        finish(bench, "ana", CRUZ)
        finish(bench, "bo", CRUZ)
        session = judge(bench)
        start = session.document.text.index("México")
        session.add(start, start + len("México"), "PERSON")
        session.relabel(str(key_of(bench, ("PERSON", "México"))), "GPE")
        session.relate(str(key_of(bench, CRUZ)), str(key_of(bench, MEXICO)), "located_in")
        outcome = session.relabel(str(key_of(bench, CRUZ)), "PERSON")
        assert outcome.message == "relabelled to PERSON “Cruz Roja”; its located_in went with it"
        assert relation_texts(session) == relation_texts(judge(bench)) == set()
        session.undo()
        assert relation_texts(session) == relation_texts(judge(bench)) == {("Cruz Roja", "located_in", "México")}

    def test_it_goes_where_it_was_retyped_to_what_its_curators_ends_do_not_allow(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
        finish(bench, "bo", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
        session = judge(bench)
        session.relabel(str(key_of(bench, ANA)), "ORG")
        session.relabel(str(key_of(bench, CRUZ)), "GPE")
        organisation = str(key_of(bench, ("ORG", "Ana Ruiz")))
        session.relate(organisation, str(key_of(bench, ("GPE", "Cruz Roja"))), "located_in")
        outcome = session.relabel(organisation, "PERSON")
        assert outcome.message == "relabelled to PERSON “Ana Ruiz”; its located_in went with it"
        assert relation_texts(session) == relation_texts(judge(bench)) == set()


class TestDecisions:
    def test_nothing_here_is_a_decision_that_stays(self, bench: Bench) -> None:
        """inception#4774: the adjudicator may decide that nothing is there, and is not asked again."""
        finish(bench, "ana", ANA, CRUZ)
        finish(bench, "bo", CRUZ)
        session = judge(bench)
        session.choose_none(first(session, "missing").id)
        assert span_texts(session) == {("ORG", "Cruz Roja")}
        finish(bench, "carla", ANA, CRUZ)
        again = judge(bench)
        assert kinds(again) == []
        assert span_texts(again) == {("ORG", "Cruz Roja")}

    def test_a_re_merge_keeps_decisions_and_opens_only_what_is_new(self, bench: Bench) -> None:
        """inception#2037: merging again does not discard what was settled."""
        finish(bench, "ana", ANA, CRUZ)
        bo = finish(bench, "bo", ("PERSON", "Ana"), CRUZ)
        session = judge(bench)
        session.choose(first(session).id, "ana")
        session.finish()
        bo.add(*key_of(bench, CANADA))
        assert span_texts(judge(bench)) == span_texts(
            session
        )  # at it again: what bo had finished counts until bo is done
        assert gold_state(bench) == "done"
        bo.finish()
        again = judge(bench)
        assert kinds(again) == ["missing"]
        assert gold_state(bench) == "doing"
        assert span_texts(again) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}

    def test_what_was_agreed_and_no_longer_is_opens(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ)
        finish(bench, "bo", ANA, CRUZ)
        assert settle_finished(bench.workspace, "lead").settled == [KEY]
        finish(bench, "carla", CRUZ)
        again = judge(bench)
        assert kinds(again) == ["missing"]
        assert span_texts(again) == {("ORG", "Cruz Roja")}

    def test_spans_that_cannot_stand_together_are_one_conflict(self, bench: Bench) -> None:
        long = ("ORG", "Cruz Roja en México")
        finish(bench, "ana", long)
        finish(bench, "bo", CRUZ, MEXICO, links=((CRUZ, "located_in", MEXICO),))
        session = judge(bench)
        assert len(session.gold.open) == 1
        session.choose(first(session).id, "bo")
        assert span_texts(session) == {("ORG", "Cruz Roja"), ("GPE", "México")}
        assert kinds(session) == ["relation missing"]
        session.undo()
        session.choose(first(session).id, "ana")
        assert span_texts(session) == {("ORG", "Cruz Roja en México")}
        assert kinds(session) == []

    def test_an_edit_settles_a_conflict(self, bench: Bench) -> None:
        finish(bench, "ana", ("PERSON", "Ana"))
        finish(bench, "bo", ("PERSON", "Ruiz"))
        session = judge(bench)
        assert kinds(session) == ["missing", "missing"]
        asked_first(lambda: session.add(*key_of(bench, ANA)), "PERSON “Ana”, PERSON “Ruiz” give way")
        assert kinds(session) == []
        assert span_texts(session) == {("PERSON", "Ana Ruiz")}
        span = next(iter(session.content.spans.values()))
        assert (span.curator, span.origin) == ("lead", "added")

    def test_another_label_than_anyones(self, bench: Bench) -> None:
        finish(bench, "ana", ("PERSON", "Cruz Roja"))
        finish(bench, "bo", ("GPE", "Cruz Roja"))
        session = judge(bench)
        session.amend(first(session).id, label="ORG")
        assert span_texts(session) == {("ORG", "Cruz Roja")}
        assert next(iter(session.content.spans.values())).origin == "corrected"

    def test_another_border_than_anyones(self, bench: Bench) -> None:
        finish(bench, "ana", ("ORG", "Cruz"), ("PERSON", "Ana"))
        finish(bench, "bo", ("ORG", "Roja"), ("PERSON", "Ana"))
        session = judge(bench)
        outcome = asked_first(lambda: session.amend(first(session).id, side="end", by=1), "ORG “Roja” gives way")
        assert outcome.message == "settled: ORG “Cruz Roja”; ORG “Roja” gave way"
        assert kinds(session) == []
        session.add(*key_of(bench, ("ORG", "Ruiz")))
        with pytest.raises(WorkflowError, match="that would run into PERSON “Ana”"):
            session.move_boundary(str(key_of(bench, ("ORG", "Ruiz"))), "start", -1)

    def test_what_gives_way_is_told(self, bench: Bench) -> None:
        finish(bench, "ana", CRUZ, MEXICO)
        finish(bench, "bo", CRUZ, MEXICO)
        session = judge(bench)
        long = key_of(bench, ("ORG", "Cruz Roja en México"))
        outcome = asked_first(lambda: session.add(*long), "ORG “Cruz Roja”, GPE “México” give way")
        assert outcome.message == "marked ORG “Cruz Roja en México”; ORG “Cruz Roja”, GPE “México” gave way"

    def test_a_line_has_room_for_the_names_of_all_that_gives_way(self, bench: Bench) -> None:
        long = "Cruz Roja en México. México coopera"
        finish(bench, "ana", ("ORG", long), MAY)
        finish(bench, "bo", ("GPE", long), MAY)
        finish(bench, "carla", MAY)
        session = judge(bench)
        everything = key_of(bench, ("PERSON", bench.document().text.strip()))
        asked_first(lambda: session.add(*everything), "GPE/ORG “Cruz Roj…coopera”, DATE “mayo” give way")

    def test_the_favourite(self, bench: Bench) -> None:
        for curator, mention in (("ana", ANA), ("bo", ANA), ("carla", ("PERSON", "Ana"))):
            finish(bench, curator, mention)
        session = judge(bench)
        session.choose_most_common(first(session).id)
        assert span_texts(session) == {("PERSON", "Ana Ruiz")}

    def test_a_tie_has_no_favourite(self, bench: Bench) -> None:
        finish(bench, "ana", ANA)
        finish(bench, "bo", ("PERSON", "Ana"))
        session = judge(bench)
        with pytest.raises(WorkflowError, match="as many say one thing as another: choose a version by its number"):
            session.choose_most_common(first(session).id)

    def test_what_most_say_everywhere_is_one_step(self, bench: Bench) -> None:
        for curator, *mentions in (("ana", ANA, CRUZ), ("bo", ANA, CRUZ), ("carla", ("PERSON", "Ana"), MEXICO)):
            finish(bench, curator, *mentions)
        session = judge(bench)
        outcome = session.choose_majority_everywhere()
        assert outcome.message == "settled 3 as most say; 0 remain"
        assert span_texts(session) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}
        session.undo()
        assert len(session.gold.open) == 3

    def test_everywhere_marks_every_mention(self, bench: Bench) -> None:
        finish(bench, "ana", MEXICO)
        finish(bench, "bo", MEXICO)
        session = judge(bench)
        assert session.everywhere(str(key_of(bench, MEXICO))).message == "GPE on 2 more mentions of “México”"
        assert len(session.content.spans) == 3

    def test_what_all_say_now_waits_where_it_cannot_stand_beside_a_decision(self, bench: Bench) -> None:
        ana, bo = finish(bench, "ana"), finish(bench, "bo")
        judge(bench).add(*key_of(bench, ("ORG", "Cruz Roja en México")))
        for session in (ana, bo):
            session.add(*key_of(bench, MEXICO))
            session.finish()
        again = judge(bench)
        assert kinds(again) == ["agreed"]
        assert span_texts(again) == {("ORG", "Cruz Roja en México")}
        asked_first(lambda: again.choose(first(again).id, "ana"), "ORG “Cruz Roja en México” gives way")
        assert span_texts(again) == {("GPE", "México")}

    def test_a_span_of_the_adjudicators_own_is_changed_and_taken_away(self, bench: Bench) -> None:
        finish(bench, "ana")
        finish(bench, "bo")
        session = judge(bench)
        focus = session.add(*key_of(bench, ("ORG", "Cruz"))).focus or ""
        focus = session.move_boundary(focus, "end", 1).focus or ""
        focus = session.relabel(focus, "GPE").focus or ""
        assert span_texts(judge(bench)) == {("GPE", "Cruz Roja")}
        session.delete(focus)
        assert span_texts(judge(bench)) == set()


class TestWhatGivesWay:
    """Nothing that curators marked leaves gold, or the open conflicts, without a word."""

    NATION, WIDE = ("GPE", "México"), ("ORG", "Roja en México")

    @pytest.fixture(params=["conflict", "agreed"])
    def session(self, bench: Bench, request: pytest.FixtureRequest) -> GoldSession:
        """A border in dispute, and after it what is in dispute too, or what both marked."""
        finish(bench, "ana", CRUZ, self.NATION)
        finish(bench, "bo", ("ORG", "Cruz"), self.NATION if request.param == "agreed" else ("ORG", "México"))
        return judge(bench)

    def test_a_mark_over_a_neighbour_too_is_asked_for_twice(self, bench: Bench, session: GoldSession) -> None:
        case, before = first(session, "boundary"), (kinds(session), span_texts(session))
        wide = key_of(bench, self.WIDE)
        for _ in range(2):  # another step in between, and it is asked again
            with pytest.raises(UnconfirmedError, match=r"and .*GPE(/ORG)? “México”.* (gives|give) way"):
                session.add(*wide, case_id=case.id)
            session.confirmation.forget()
        assert (kinds(session), span_texts(session)) == before
        assert span_texts(judge(bench)) == before[1]
        with pytest.raises(UnconfirmedError):
            session.add(*wide, case_id=case.id)
        assert "“México”" in session.add(*wide, case_id=case.id).message
        assert span_texts(session) == {self.WIDE}
        session.undo()
        assert (kinds(session), span_texts(session)) == before

    def test_a_mark_beside_it_leaves_a_neighbour_as_it_is(self, bench: Bench, session: GoldSession) -> None:
        neighbours = [c for c in session.gold.settlement.cases if c.kind != "boundary"]
        session.add(*key_of(bench, ("ORG", "para Cruz Roja")), case_id=first(session, "boundary").id)
        assert neighbours == [c for c in session.gold.settlement.cases if c.kind in {n.kind for n in neighbours}]
        assert ("ORG", "para Cruz Roja") in span_texts(session)

    def test_a_border_that_is_moved_into_a_neighbour(self, bench: Bench, session: GoldSession) -> None:
        session.choose(first(session, "boundary").id, "ana")
        moved = session.move_boundary(str(key_of(bench, CRUZ)), "end", 1).focus or ""
        with pytest.raises(WorkflowError, match="México"):
            session.move_boundary(moved, "end", 1)
        assert not session.gold.settlement.waiting_relations
        assert ("ORG", "Cruz Roja en") in span_texts(session)


class TestEditsOfOneOfSeveral:
    """Ana has two spans where bo has one; an edit of one of the two is no word on the other."""

    LONG = ("ORG", "Cruz Roja en México")

    def test_a_mark_in_place_of_one_leaves_the_other_open(self, bench: Bench) -> None:
        finish(bench, "ana", CRUZ, MEXICO, links=((CRUZ, "located_in", MEXICO),))
        finish(bench, "bo", self.LONG)
        session = judge(bench)
        session.add(*key_of(bench, ("GPE", "Cruz Roja")), case_id=first(session).id)
        assert kinds(session) == ["missing"]
        assert first(session).versions == {"ana": (key_of(bench, MEXICO),), "bo": ()}
        assert span_texts(session) == {("GPE", "Cruz Roja")}
        session.choose(first(session).id, "ana")
        assert span_texts(judge(bench)) == {("GPE", "Cruz Roja"), MEXICO}
        assert kinds(session) == ["relation missing"]

    def test_nothing_on_the_other_leaves_what_was_marked(self, bench: Bench) -> None:
        finish(bench, "ana", CRUZ, MEXICO)
        finish(bench, "bo", self.LONG)
        session = judge(bench)
        session.add(*key_of(bench, ("GPE", "Cruz Roja")), case_id=first(session).id)
        session.choose_none(first(session).id)
        assert span_texts(judge(bench)) == {("GPE", "Cruz Roja")}

    def test_another_label_for_one_keeps_the_other(self, bench: Bench) -> None:
        finish(bench, "ana", CRUZ, MEXICO)
        finish(bench, "bo", self.LONG)
        session = judge(bench)
        outcome = session.amend(first(session).id, label="PERSON")
        assert outcome.message == "settled: PERSON “Cruz Roja”, GPE “México”"
        assert span_texts(session) == {("PERSON", "Cruz Roja"), MEXICO}
        session.undo()
        session.amend(first(session).id, side="end", by=1)
        assert span_texts(session) == {("ORG", "Cruz Roja en"), MEXICO}
        session.undo()
        with pytest.raises(WorkflowError, match="that would run into GPE “México”"):
            session.amend(first(session).id, side="end", by=2)

    def test_everywhere_leaves_open_what_is_in_dispute(self, bench: Bench) -> None:
        finish(bench, "ana", MEXICO, SECOND)
        finish(bench, "bo", MEXICO, ("ORG", "México", 1))
        session = judge(bench)
        message = session.everywhere(str(key_of(bench, MEXICO))).message
        assert message == "GPE on 1 more mention of “México”; 1 in dispute left open"
        assert kinds(session) == ["label"]


class TestUndo:
    def test_a_decision_is_taken_back_and_brought_back_also_tomorrow(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ)
        finish(bench, "bo", CRUZ)
        session = judge(bench)
        session.choose(first(session).id, "ana")
        session = judge(bench)
        session.undo()
        assert kinds(session) == ["missing"]
        assert span_texts(session) == {("ORG", "Cruz Roja")}
        judge(bench).redo()
        assert span_texts(judge(bench)) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}

    def test_what_follows_from_the_work_is_not_undone(self, bench: Bench) -> None:
        finish(bench, "ana", CRUZ)
        finish(bench, "bo", CRUZ)
        session = judge(bench)
        with pytest.raises(WorkflowError, match="nothing to undo"):
            session.undo()

    def test_undo_reaches_over_a_merge(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ)
        finish(bench, "bo", CRUZ)
        session = judge(bench)
        session.choose_none(first(session).id)
        finish(bench, "carla", CRUZ, MEXICO)
        session = judge(bench)
        session.undo()
        assert kinds(session) == ["missing", "missing"]

    def test_completing_is_undone_too(self, bench: Bench) -> None:
        finish(bench, "ana", CRUZ)
        finish(bench, "bo", CRUZ)
        session = judge(bench)
        session.finish()
        session.undo()
        assert gold_state(bench) == "doing"

    def test_gold_that_was_complete_is_not_while_something_new_is_open(self, bench: Bench) -> None:
        finish(bench, "ana", CRUZ)
        finish(bench, "bo", CRUZ)
        session = judge(bench)
        session.finish()
        session.relabel(str(key_of(bench, CRUZ)), "GPE")
        finish(bench, "carla", CRUZ, ANA)
        session = judge(bench)
        session.undo()
        assert span_texts(session) == {("ORG", "Cruz Roja")}
        assert gold_state(bench) == "doing"


class TestOpening:
    def test_the_document_that_was_open_last_comes_first(self, bench: Bench) -> None:
        bench.add("zeta", "Eva vive en Quito.")
        for key, mention in ((KEY, ANA), ("zeta", ("PERSON", "Eva"))):
            finish(bench, "ana", mention, key=key)
            finish(bench, "bo", key=key)
        desk = Desk(bench.workspace, "lead")
        assert desk.first_to_adjudicate() == KEY
        session = desk.adjudicate("zeta")
        session.bookmark.move_to(3, None)
        session.choose_none(first(session).id)
        assert desk.first_to_adjudicate() == "zeta"
        session.finish()
        assert desk.first_to_adjudicate() == KEY

    def test_flag_and_comments_are_there_again(self, bench: Bench) -> None:
        finish(bench, "ana", ANA)
        finish(bench, "bo", ANA)
        session = judge(bench)
        session.flag()
        session.comment("mirar otra vez")
        again = judge(bench)
        assert again.flagged
        assert [comment.text for comment in again.content.comments.values()] == ["mirar otra vez"]
        again.flag()
        assert not judge(bench).flagged

    def test_nobody_sees_others_work_before_their_own_is_done(self, bench: Bench) -> None:
        finish(bench, "ana", ANA)
        finish(bench, "bo", CRUZ)
        finish(bench, "carla", MEXICO, done=False)
        with pytest.raises(WorkflowError, match="carla has not finished it: finish your own work on it first"):
            judge(bench, "carla")
        judge(bench, "ana")

    def test_two_must_have_finished(self, bench: Bench) -> None:
        with pytest.raises(WorkflowError, match="finished by nobody"):
            judge(bench)
        finish(bench, "ana", ANA)
        finish(bench, "bo", ANA, done=False)
        with pytest.raises(WorkflowError, match="finished by ana only"):
            judge(bench)
        bench.session(curator="bo").finish()
        judge(bench)

    def test_work_that_was_called_done_by_mistake_does_not_count(self, bench: Bench) -> None:
        finish(bench, "ana", ANA)
        finish(bench, "bo", CRUZ).undo()
        with pytest.raises(WorkflowError, match="finished by ana only"):
            judge(bench)

    def test_gold_of_one_curators_work_can_be_reviewed(self, bench: Bench) -> None:
        finish(bench, "ana", ANA)
        settle_finished(bench.workspace, "lead")
        session = judge(bench)
        session.delete(str(key_of(bench, ANA)))
        assert span_texts(judge(bench)) == set()
        assert gold_state(bench) == "doing"

    def test_of_two_adjudicators_the_second_is_told_and_nothing_is_lost(self, bench: Bench) -> None:
        finish(bench, "ana", ANA, CRUZ)
        finish(bench, "bo")
        one, other = judge(bench, "lead"), judge(bench, "chief")
        one.choose(first(one).id, "ana")
        with pytest.raises(StoreError, match="gold on nota was changed by another adjudicator"):
            other.choose_none(first(other).id)
        other.recover()
        assert len(other.gold.open) == 1
        other.choose_none(first(other).id)
        assert span_texts(judge(bench)) == {("PERSON", "Ana Ruiz")}

    def test_what_is_open_cannot_be_called_complete(self, bench: Bench) -> None:
        finish(bench, "ana", ANA)
        finish(bench, "bo")
        session = judge(bench)
        with pytest.raises(WorkflowError, match="nota is not settled: 1 missing: tab goes to the next"):
            session.finish()

    def test_who_finishes_meanwhile_is_heard_before_it_is_complete(self, bench: Bench) -> None:
        finish(bench, "ana", CRUZ)
        finish(bench, "bo", CRUZ)
        session = judge(bench)
        finish(bench, "carla", ANA, CRUZ)
        with pytest.raises(WorkflowError, match="1 missing"):
            session.finish()

    def test_a_replaced_text_is_refused(self, bench: Bench) -> None:
        finish(bench, "ana", ANA)
        finish(bench, "bo", ANA)
        judge(bench).finish()
        assert range_of(bench.document(), "Ana") == (0, 3)
