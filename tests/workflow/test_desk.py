"""The queue: what waits for whom, in which order, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from annotator.annotation import Span
from annotator.corpus import Article, build_document
from annotator.history import CORPUS, LayerName, Op
from annotator.store import QueueFilter, QueueRow
from annotator.store.lead_queue import LeadQueue
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.desk import Desk
from tests.workspaces import KEY, Bench, add_document, link, pending_suggestions, proposal, propose, range_of


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench.workspace, "ana")


def row(desk: Desk, key: str = KEY) -> QueueRow:
    return next(row for row in desk.queue.page(QueueFilter(), -1) if row.key == key)


def assign(bench: Bench, key: str, curator: str, *, blind: bool = False) -> None:
    with bench.store.write() as writer:
        op = Op("assignment", curator, None, {"blind": blind})
        writer.append(LayerName(key, CORPUS), "lead", "assign", [op])


@pytest.mark.usefixtures("proposed")
class TestWhatWaits:
    def test_as_many_as_the_workbench_shows(self, bench: Bench, desk: Desk, ana: Span, cruz: Span) -> None:
        session = bench.session()
        assert row(desk).pending == len(pending_suggestions(session)) == 5
        session.accept(link(ana, cruz, "works_for").id)
        stored = [
            identity for identity in pending_suggestions(session) if identity in session.layer.suggestions.stored_spans
        ]
        stored += [
            identity
            for identity in pending_suggestions(session)
            if identity in session.layer.suggestions.stored_relations
        ]
        assert row(desk).pending == len(stored) == 2

    def test_a_relation_whose_end_was_rejected_does_not(self, bench: Bench, desk: Desk, cruz: Span) -> None:
        session = bench.session()
        session.reject(cruz.id)
        assert row(desk).pending == len(pending_suggestions(session)) == 2
        session.finish()
        assert row(desk).pending == 0

    def test_what_two_suggesters_say_alike_counts_once(self, bench: Bench, desk: Desk, ana: Span) -> None:
        propose(bench.store, bench.document(), [ana], name="suggestions:other")
        assert row(desk).pending == 5

    def test_another_curators_verdicts_change_nothing(self, bench: Bench, desk: Desk, ana: Span) -> None:
        bench.session(curator="bo").accept(ana.id)
        assert row(desk).pending == 5

    def test_nothing_waits_on_a_blind_document(self, bench: Bench, desk: Desk) -> None:
        assign(bench, KEY, "ana", blind=True)
        assert row(desk).pending == 0
        assert pending_suggestions(desk.open(KEY)) == []

    def test_the_least_certain_come_first_on_request(self, bench: Bench, desk: Desk) -> None:
        sure = bench.add("a-sure", "Luis Paz volvió.")
        propose(bench.store, sure, [proposal(sure, "Luis Paz", "PERSON", 0.99)])
        keys = [row.key for row in desk.queue.page(QueueFilter(sort="uncertainty"), -1)]
        assert keys == [KEY, "a-sure"]


class TestNextByUncertainty:
    def test_it_is_the_one_that_would_teach_most(self, bench: Bench, desk: Desk) -> None:
        for key, score in (("a", 0.99), ("b", 0.5), ("c", 0.7)):
            document = bench.add(key, f"Luis Paz, {key}.")
            propose(bench.store, document, [proposal(document, "Luis Paz", "PERSON", score)])
        bench.session().finish()
        assert desk.next_open() == "a"
        desk.queue_sort = "uncertainty"
        assert desk.next_open() == "b"
        assert desk.next_open("b") == "c"

    def test_doubt_counts_for_each_token_that_has_to_be_read(self, bench: Bench, desk: Desk) -> None:
        long = bench.add("long", f"Luis Paz, Ana Sol. {'Nada más que leer aquí. ' * 20}")
        short = bench.add("short", "Eva Mar vino.")
        propose(bench.store, long, [proposal(long, name, "PERSON", 0.5) for name in ("Luis Paz", "Ana Sol")])
        propose(bench.store, short, [proposal(short, "Eva Mar", "PERSON", 0.5)])
        bench.session().finish()
        desk.queue_sort = "uncertainty"
        assert desk.next_open() == "short"

    def test_a_near_duplicate_of_the_one_before_is_passed_over(self, bench: Bench, desk: Desk) -> None:
        story = "{} esperaba desde hacía dos horas en la estación vieja cuando llegó con retraso el tren de la tarde."
        for key, text, name, score in (
            ("one", story.format("Luis Paz"), "Luis Paz", 0.5),
            ("same", story.format("Eva Mar"), "Eva Mar", 0.5),
            ("other", f"Ana Sol vino. {'Todo siguió como estaba en el puerto. ' * 3}", "Ana Sol", 0.6),
        ):
            document = bench.add(key, text)
            propose(bench.store, document, [proposal(document, name, "PERSON", score)])
        bench.session().finish()
        desk.queue_sort = "uncertainty"
        assert desk.next_open() == "one"
        bench.session("one").finish()
        following = desk.next_document("one")
        assert following is not None
        assert (following.key, following.why, following.passed) == ("other", "least certain", ("same",))
        assert [following.remark(key) for key in ("other", "same", "one")] == [
            "least certain",
            "like the one before",
            "",
        ]
        bench.session("other").finish()
        assert desk.next_open("other") == "same"

    def test_where_only_near_duplicates_are_left_they_come_after_all(self, bench: Bench, desk: Desk) -> None:
        for key in ("one", "same"):
            document = bench.add(key, "Luis Paz vino a la estación vieja y esperó allí dos horas.")
            propose(bench.store, document, [proposal(document, "Luis Paz", "PERSON", 0.5)])
        bench.session().finish()
        bench.session("one").finish()
        desk.queue_sort = "uncertainty"
        assert desk.next_open("one") == "same"


class TestNext:
    @pytest.fixture(autouse=True)
    def _documents(self, bench: Bench) -> None:
        for key in ("a", "b", "z"):
            bench.add(key, f"Luis Paz, {key}.")

    def test_it_goes_on_behind_a_document_and_round_the_end(self, desk: Desk) -> None:
        assert [desk.next_open(key) for key in (None, "a", "b", KEY, "z")] == ["a", "b", KEY, "z", "a"]

    def test_what_is_done_or_skipped_is_passed_over(self, bench: Bench, desk: Desk) -> None:
        bench.session("b").finish()
        bench.session(KEY).skip()
        assert desk.next_open("a") == "z"
        bench.session("a").finish()
        bench.session("z").finish()
        assert desk.next_open("a") is None

    def test_only_what_is_assigned_once_anything_is(self, bench: Bench) -> None:
        assign(bench, "b", "ana")
        desk = Desk(bench.workspace, "ana")
        assert desk.next_open() == "b"
        assert desk.progress() == {"todo": 1, "total": 1}
        assert Desk(bench.workspace, "bo").progress() == {"todo": 4, "total": 4}

    def test_progress_counts_every_state(self, bench: Bench, desk: Desk) -> None:
        bench.session("a").finish()
        bench.session("b").skip()
        bench.session("z").flag()
        assert desk.progress() == {"todo": 1, "doing": 1, "done": 1, "skipped": 1, "total": 4}

    @pytest.mark.parametrize("state", ["todo", "doing", "done", "skipped"])
    def test_the_queue_can_be_narrowed_to_a_state(self, bench: Bench, desk: Desk, state: str) -> None:
        bench.session("a").finish()
        bench.session("b").skip()
        bench.session("z").flag()
        assert {row.state for row in desk.queue.page(QueueFilter(state=state), -1)} == {state}

    @pytest.mark.parametrize("words", ["nota", "100%", "a_b", "\\", "'", '"', "*", "-", "AND", "ñandú"])
    def test_a_search_finds_what_it_says_whatever_the_signs(self, bench: Bench, desk: Desk, words: str) -> None:
        bench.add("aguja", "Texto.", title=f"Sobre {words} y más")
        assert "aguja" in [row.key for row in desk.queue.page(QueueFilter(text=words), -1)]
        assert "b" not in [row.key for row in desk.queue.page(QueueFilter(text=f"Sobre {words} y"), -1)]

    @pytest.mark.parametrize(
        "words", ["ñandú", "NANDU", "ÑAND", "Nandu\u0301", "élections", "ELEC", "n\u0303andu\u0301"]
    )
    def test_a_search_of_keys_and_titles_takes_no_notice_of_case_and_accents(self, bench: Bench, words: str) -> None:
        bench.add("Ñandú", "Texto.", title="T")
        bench.add("e\u0301lections", "Texto.", title="T")
        bench.add("c", "Texto.", title="El ÑANDÚ y las élections")
        found = {"Ñandú", "c"} if "and" in words.lower() else {"e\u0301lections", "c"}
        for queue in (Desk(bench.workspace, "ana").queue, LeadQueue(bench.store, "")):
            _, rows = queue.search(QueueFilter(text=words), 100)
            assert {row.key for row in rows} == found

    @pytest.mark.parametrize(
        "words", ["Nu\u0301n\u0303ez", "Núñez", "Китай", "がんばれ", "Ελλάδα", "\u095bरूर", "Straße"]
    )
    def test_words_of_texts_are_found_as_they_are_written(self, bench: Bench, words: str) -> None:
        bench.add("c", "Habló Núñez: Китай, がんばれ, Ελλάδα, \u095bरूर, Straße.", title="T")
        _, rows = Desk(bench.workspace, "ana").queue.search(QueueFilter(text=words), 100)
        assert [row.key for row in rows] == ["c"]

    @pytest.mark.parametrize("back", [[], ["a", "z"]])
    def test_a_search_finds_the_same_as_count_and_pages(self, bench: Bench, desk: Desk, back: list[str]) -> None:
        for key in back:
            session = bench.session(key)
            session.finish()
            Desk(bench.workspace, "lead").return_work(key, "ana", "again")
        for which in (QueueFilter(), QueueFilter(text="a"), QueueFilter(text="b"), QueueFilter("doing", sort="title")):
            count, rows = desk.queue.search(which, 2)
            assert count == desk.queue.count(which)
            assert rows == desk.queue.page(which, 2)

    @pytest.mark.parametrize(
        ("words", "numbers"), [("rara", [7, 30]), ("común", range(31)), ("número 1", [1, *range(10, 20)])]
    )
    def test_words_of_few_and_of_many_texts_are_found(self, bench: Bench, words: str, numbers: Iterable[int]) -> None:
        for number in range(30):
            bench.add(f"doc-{number:02}", f"Texto común número {number}.{' Palabra rara.' * (number == 7)}", title="T")
        bench.add("doc-30", "Texto común número 7. Palabra rara.", title="T")
        expected = [f"doc-{number:02}" for number in numbers]
        for queue in (Desk(bench.workspace, "ana").queue, LeadQueue(bench.store, "")):
            count, rows = queue.search(QueueFilter(text=words), 100)
            assert (count, [row.key for row in rows]) == (len(expected), expected)

    def test_pages_follow_each_other(self, desk: Desk) -> None:
        pages = [[row.key for row in desk.queue.page(QueueFilter(), 2, offset)] for offset in (0, 2, 4)]
        assert pages == [["a", "b"], [KEY, "z"], []]


class TestPace:
    def test_there_is_none_before_the_first_document_is_done(self, bench: Bench, desk: Desk) -> None:
        bench.session().flag()
        assert desk.pace() is None

    def test_it_is_the_time_at_work_a_document_long_breaks_left_out(self, bench: Bench, desk: Desk) -> None:
        moments = iter([0.0, 60.0, 60.0 + 3600.0, 60.0 + 3600.0 + 60.0])
        session = AnnotationSession(bench.store, bench.scheme, "ana", bench.document(), clock=lambda: next(moments))
        session.flag()
        session.comment("after lunch")
        session.finish()
        assert desk.pace() == pytest.approx(1 + 5 + 1)


def test_the_queue_sorts_by_the_article_s_date_newest_first_and_undated_last(bench: Bench) -> None:
    for key, date in (("a", "2026-01-02"), ("b", None), ("c", "2026-03-01"), ("d", "2026-01-02")):
        meta = {} if date is None else {"date": date}
        add_document(bench.store, build_document(Article(key, f"Nota {key}.", lang="es", meta=meta), ("es", "en")))
    rows = Desk(bench.workspace, "ana").queue.page(QueueFilter(sort="date"), -1)
    assert [row.key for row in rows] == ["c", "a", "d", "b", "nota"]


def test_mentions_of_a_label_are_those_that_other_documents_have_now(bench: Bench, desk: Desk) -> None:
    lima, quito = bench.add("a", "Lima gana.\n"), bench.add("b", "Quito pierde.\n")
    desk.open(quito.key)
    assert desk.mentions("GPE") == []
    session = bench.session(lima.key)
    session.add(*range_of(lima, "Lima"), "GPE")
    desk.open(quito.key)
    assert desk.mentions("GPE") == ["Lima"]
    session.undo()
    desk.open(quito.key)
    assert desk.mentions("GPE") == []
