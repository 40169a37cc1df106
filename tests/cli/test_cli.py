"""The command line: what goes where, with which exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator import __version__
from annotator.annotation import Span
from annotator.cli.main import VERBS, main
from annotator.formats.validate import validate_lines
from tests.store.test_store import unguarded
from tests.workspaces import KEY, LABELS, Bench, link, range_of, sql_dump, write_labels

ARTICLE = "La embajadora Ana Ruiz viajó a México el 5 de mayo de 2024.\n\nVolvió con Luis Paz.\n"
HOSTILE = "\x1b]0;pwned\x07 \x9b31m \u202eabc\u2066 \x7f \u200b [bold]x[/] \U000e0001"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(bench: Bench, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in the workspace of ``bench``; return exit status, stdout, stderr."""

    def run(*arguments: object, folder: Path | None = None) -> tuple[int, str, str]:
        status = main(["-w", str(folder or bench.workspace.root), *map(str, arguments)])
        out, err = capfd.readouterr()
        return status, out, err

    return run


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A new workspace with two articles in its seeds."""
    root = tmp_path / "fresh"
    write_labels(root)
    (root / "seeds").mkdir()
    (root / "seeds" / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (root / "seeds" / "b.md").write_text("# The visit\n\nAmbassador Ruth Calder arrived on Monday.\n", encoding="utf-8")
    return root


class TestHelp:
    @pytest.mark.parametrize("verb", [*VERBS, "models list", "models install", "labels check"])
    def test_every_verb_explains_itself(self, run: Run, verb: str) -> None:
        status, out, err = run(*verb.split(), "--help")
        assert (status, err) == (0, "")
        assert out.startswith(f"Usage: annotator {verb} ")
        assert len(out.splitlines()) > 4

    def test_the_overview_names_every_verb_with_a_summary(self, run: Run) -> None:
        status, out, _ = run("--help")
        assert status == 0
        listed = dict(line.split(maxsplit=1) for line in out.partition("Commands:\n")[2].splitlines())
        assert tuple(listed) == tuple(VERBS)
        assert all(listed.values())
        assert all(len(f"  {verb:<10}  {summary}") < 80 for verb, summary in listed.items())
        assert not any(summary.endswith("...") for summary in listed.values())

    def test_the_version(self, run: Run) -> None:
        assert run("--version") == (0, f"annotator, version {__version__}\n", "")


class TestWrongUsage:
    def test_an_unknown_verb_is_met_with_the_nearest(self, run: Run) -> None:
        status, out, err = run("statsu")
        assert (status, out) == (2, "")
        assert "No such command 'statsu'. Did you mean status?" in err

    @pytest.mark.parametrize(
        "arguments",
        [
            "status --nope",
            "export",
            "export xml",
            "validate",
            "history",
            "suggest --jobs 0",
            "models install",
            "labels",
        ],
    )
    def test_exit_status_2_and_how_to_call_it(self, run: Run, arguments: str) -> None:
        status, out, err = run(*arguments.split())
        assert (status, out) == (2, "")
        assert "Usage: annotator" in err
        assert "Traceback" not in err


class TestWithoutATerminal:
    def test_a_new_workspace_is_set_up_and_its_queue_printed(self, run: Run, fresh: Path) -> None:
        status, out, err = run(folder=fresh)
        assert status == 0
        assert [line.split()[:3] for line in out.splitlines()[2:]] == [["a", "es", "todo"], ["b", "en", "todo"]]
        assert "The visit" in out
        assert "2 documents added" in err
        assert "no model for es, en: rules and patterns only; `annotator models install es en` gets it" in err
        assert "run `annotator annotate` in one to open the workbench" in err

    def test_a_second_time_changes_nothing(self, run: Run, fresh: Path) -> None:
        _, first, _ = run(folder=fresh)
        before = sql_dump(fresh / "db" / "annotator.db")
        status, second, err = run(folder=fresh)
        assert (status, second) == (0, first)
        assert "added" not in err
        assert sql_dump(fresh / "db" / "annotator.db") == before

    def test_suggesting_again_changes_nothing(self, run: Run, fresh: Path) -> None:
        run(folder=fresh)
        before = sql_dump(fresh / "db" / "annotator.db")
        status, out, err = run("suggest", folder=fresh)
        assert (status, out) == (0, "")
        assert err.startswith("0 documents got 0 spans and 0 relations suggested, 2 had them\n")
        assert sql_dump(fresh / "db" / "annotator.db") == before

    def test_without_seeds_the_queue_is_empty(self, run: Run, tmp_path: Path) -> None:
        write_labels(tmp_path / "bare")
        status, out, _ = run(folder=tmp_path / "bare")
        assert status == 0
        assert len(out.splitlines()) == 2

    def test_annotate_does_the_same_for_a_document(self, run: Run) -> None:
        status, out, err = run("annotate", KEY)
        assert status == 0
        assert KEY in out
        assert "no terminal here" in err

    def test_init_makes_a_workspace_that_works(self, run: Run, tmp_path: Path) -> None:
        status, out, _ = run("init", tmp_path / "mine")
        assert (status, out) == (0, "")
        assert run("labels", "check", folder=tmp_path / "mine")[0] == 0
        (tmp_path / "mine" / "seeds" / "a.txt").write_text(ARTICLE, encoding="utf-8")
        status, out, err = run("ingest", folder=tmp_path / "mine")
        assert (status, out) == (0, "")
        assert err.startswith("1 document added")  # no article came with it

    @pytest.mark.parametrize("template", ["sample", "news", "blank"])
    def test_every_template_is_a_workspace_without_a_mistake(self, run: Run, tmp_path: Path, template: str) -> None:
        status, _, err = run("init", tmp_path / "mine", "--template", template)
        assert (status, len(err.splitlines())) == (0, 1)
        assert run("labels", "check", folder=tmp_path / "mine")[0] == 0

    def test_the_news_template_shows_articles_with_suggestions_at_once(self, run: Run, tmp_path: Path) -> None:
        _, _, err = run("init", tmp_path / "mine", "--template", "news")
        assert "put articles into seeds/" not in err
        status, out, _ = run(folder=tmp_path / "mine")
        assert status == 0
        rows = [line.split() for line in out.splitlines() if "todo" in line]
        assert sorted(row[1] for row in rows) == ["en", "es"]
        assert all(int(row[3]) > 20 for row in rows)

    def test_init_writes_over_no_article(self, run: Run, tmp_path: Path) -> None:
        own = tmp_path / "mine" / "seeds" / "harbor-bridge.txt"
        own.parent.mkdir(parents=True)
        own.write_text("mine", encoding="utf-8")
        status, _, err = run("init", tmp_path / "mine", "--template", "news")
        assert (status, err.count("\n")) == (1, 1)
        assert f"{own} exists already" in err
        assert [path.name for path in own.parent.parent.rglob("*")] == ["seeds", own.name]
        assert own.read_text(encoding="utf-8") == "mine"

    def test_an_unknown_template_is_wrong_usage(self, run: Run, tmp_path: Path) -> None:
        status, _, err = run("init", tmp_path / "mine", "--template", "letters")
        assert status == 2
        assert "'letters' is not one of 'sample', 'news', 'blank'" in err
        assert not (tmp_path / "mine").exists()


class TestTheWholeWay:
    def test_from_work_to_a_valid_file(self, run: Run, bench: Bench, tmp_path: Path) -> None:
        session = bench.session()
        session.add(*range_of(session.document, "Luis Paz"), "PERSON")
        session.finish()
        status, out, err = run("adjudicate", "--auto", "--as", "ana")
        assert (status, out, err) == (0, "", "1 document became gold, 0 were gold already\n")
        path = tmp_path / "gold.jsonl"
        status, out, err = run("export", "jsonl", "-o", path)
        assert (status, out, err) == (0, "", f"1 document, 1 span, 0 relations of gold as jsonl to {path}\n")
        assert run("validate", path) == (0, "", f"{path}: all records are valid\n")
        assert validate_lines(path) == []

    def test_export_to_stdout_is_the_same_bytes_as_to_a_file(self, run: Run, bench: Bench, tmp_path: Path) -> None:
        bench.session().finish()
        path = tmp_path / "work.jsonl"
        run("export", "jsonl", "--layer", "curator:ana", "-o", path)
        for dash in ([], ["-o", "-"]):
            status, out, err = run("export", "jsonl", "--layer", "curator:ana", *dash)
            assert status == 0
            assert out == path.read_text(encoding="utf-8")
            assert err == "1 document, 0 spans, 0 relations of curator:ana as jsonl\n"

    def test_what_is_left_out_is_said(self, run: Run) -> None:
        status, out, err = run("export", "jsonl")
        assert (status, out) == (0, "")
        assert "left out: nota (not gold yet)" in err

    def test_spans_off_token_borders_are_counted(self, run: Run, bench: Bench) -> None:
        session = bench.session()
        session.add(1, 3, "PERSON")
        session.finish()
        _, out, err = run("export", "jsonl", "--layer", "curator:ana")
        assert "warning: 1 span is off token borders, so written with null token fields: nota 1-3 PERSON; move" in err
        assert json.loads(out)["spans"][0]["token_start"] is None

    def test_replacing_lists_what_is_lost(self, run: Run, bench: Bench, tmp_path: Path) -> None:
        session = bench.session()
        session.add(*range_of(session.document, "Luis Paz"), "PERSON")
        (tmp_path / f"{KEY}.txt").write_text("Ana Ruiz.", encoding="utf-8")
        status, out, err = run("ingest", "--replace", tmp_path / f"{KEY}.txt")
        assert (status, out) == (0, "")
        assert "1 replaced" in err
        assert "could not carry over: PERSON 'Luis Paz' of curator:ana on nota" in err

    def test_backup_prints_where_the_copy_is(self, run: Run, bench: Bench, tmp_path: Path) -> None:
        status, out, err = run("backup", tmp_path / "copy.db")
        assert (status, out, err) == (0, f"{tmp_path / 'copy.db'}\n", "")
        assert sql_dump(tmp_path / "copy.db") == sql_dump(bench.store.path)

    def test_doctor_is_content_with_sound_work(self, run: Run) -> None:
        assert run("doctor") == (0, "", "all is well: history and state agree\n")

    def test_doctor_lists_findings_on_stdout(self, run: Run, bench: Bench) -> None:
        bench.store.connection.execute("UPDATE document SET title = 'x'")
        status, out, err = run("doctor")
        assert status == 1
        assert out == "corpus on nota: document nota is not what history gives\n"
        assert err.startswith("annotator: 1 finding: ")

    @pytest.mark.usefixtures("proposed")
    @pytest.mark.parametrize(
        ("damage", "command", "finding"),
        [
            ("UPDATE relation SET head = 'x'", ("export", "jsonl", "--layer", "suggestions"), "database: a row of"),
            ("UPDATE event SET ops = '7'", ("history", KEY), "corpus on nota: the hash chain breaks at event 1"),
        ],
    )
    def test_damage_that_a_command_falls_over_is_told_as_such(
        self, run: Run, bench: Bench, damage: str, command: tuple[str, ...], finding: str
    ) -> None:
        with unguarded(bench.store) as connection:
            connection.execute(damage)
        status, out, err = run(*command)
        assert (status, out) == (1, "")
        assert err.startswith(f"annotator: {bench.store.path} is damaged: {finding}")
        assert ": `annotator doctor` lists all; `annotator restore` brings a backup back (docs/" in err

    @pytest.mark.usefixtures("proposed")
    def test_damage_that_sqlite_falls_over_is_to_be_looked_for(self, run: Run, bench: Bench) -> None:
        with unguarded(bench.store) as connection:
            connection.execute("UPDATE span SET attributes = 'x'")
        said = f"annotator: {bench.store.path}: malformed JSON: `annotator doctor` says whether it is damaged\n"
        assert run("export", "jsonl", "--layer", "suggestions") == (1, "", said)


@pytest.mark.usefixtures("proposed")
class TestJson:
    def test_status(self, run: Run, bench: Bench, ana: Span, cruz: Span) -> None:
        bench.session().accept(link(ana, cruz, "works_for").id)
        status, out, err = run("status", "--json", "--as", "ana")
        assert (status, err) == (0, "")
        found = json.loads(out)
        assert (found["curator"], found["progress"]) == ("ana", {"doing": 1, "total": 1})
        (numbers,) = found["curators"]
        expected = {"curator": "ana", "doing": 1, "done": 0, "skipped": 0, "spans": 2, "relations": 1}
        assert expected.items() <= numbers.items()
        (row,) = found["documents"]
        assert (row["key"], row["state"], row["pending"], row["spans"], row["relations"]) == (KEY, "doing", 2, 2, 1)

    def test_history(self, run: Run, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.accept(ana.id)
        session.undo()
        status, out, err = run("history", KEY, "--json", "--layer", "curator:ana")
        assert (status, err) == (0, "")
        rows = json.loads(out)
        assert [(row["seq"], row["action"], row["target"], row["actor"]) for row in rows] == [
            (1, "accept", None, "ana"),
            (2, "undo", 1, "ana"),
        ]
        assert rows[0]["what"] == "accept PERSON “Ana Ruiz”"

    def test_models(self, run: Run) -> None:
        status, out, err = run("models", "list", "--json")
        assert (status, err) == (0, "")
        listed = [(model["lang"], model["installed"], model["used"]) for model in json.loads(out)]
        assert {lang for lang, _, _ in listed} >= {"es", "en", "fr"}
        assert all(installed is None and not used for _, installed, used in listed)

    def test_tables_say_the_same_for_people(self, run: Run) -> None:
        assert "corpus" in run("history", KEY)[1]
        assert KEY in run("status")[1]
        assert "GPL" in run("models")[1]


class TestWhoIsWorking:
    def test_the_option_comes_before_the_environment(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ANNOTATOR_CURATOR", "bo")
        assert json.loads(run("status", "--json")[1])["curator"] == "bo"
        assert json.loads(run("status", "--json", "--as", "carla")[1])["curator"] == "carla"
        assert json.loads(run("--as", "carla", "status", "--json")[1])["curator"] == "carla"

    def test_the_workspace_is_found_from_the_environment_or_upwards(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        inside = bench.workspace.root / "seeds" / "deep"
        inside.mkdir(parents=True)
        monkeypatch.chdir(inside)
        assert main(["status"]) == 0
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ANNOTATOR_WORKSPACE", str(bench.workspace.root))
        assert main(["status"]) == 0
        assert capfd.readouterr().out.count(KEY) == 2


class TestHostileText:
    @pytest.fixture(autouse=True)
    def _hostile(self, bench: Bench) -> None:
        document = bench.add("raro", f"{HOSTILE} Luis Paz.", title=HOSTILE)
        session = bench.session("raro")
        middle = HOSTILE.index("[bold]")
        session.add(0, middle, "ORG")
        session.add(middle, len(document.text), "ORG")
        session.comment(HOSTILE)

    @pytest.mark.parametrize("verb", ["", "status", "status --json", "history raro", "history raro --json", "annotate"])
    def test_nothing_that_acts_on_a_terminal_reaches_it(self, run: Run, verb: str) -> None:
        status, out, err = run(*verb.split())
        assert status == 0
        assert [c for c in out + err if not c.isprintable() and c != "\n"] == []
        assert "[bold]x[/]" in out

    def test_nor_does_colour_that_was_asked_for_elsewhere(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert "\x1b" not in run("status")[1]

    def test_json_still_says_exactly_what_it_was(self, run: Run) -> None:
        titles = [row["title"] for row in json.loads(run("status", "--json")[1])["documents"]]
        assert HOSTILE in titles

    def test_messages_are_inert_too(self, run: Run, tmp_path: Path) -> None:
        name = "\x1b[31mrojo\x07\u202e.txt"
        (tmp_path / name).touch()
        status, _, err = run("ingest", tmp_path / name)
        assert status == 1
        assert [c for c in err if not c.isprintable() and c != "\n"] == []


class TestFindings:
    def test_labels_check_lists_every_mistake_on_stdout(self, run: Run, bench: Bench) -> None:
        labels = bench.workspace.labels_path
        labels.write_text(LABELS.replace("key: 1", "key: a").replace("head: PERSON", "head: PERSO"), encoding="utf-8")
        status, out, err = run("labels", "check")
        assert status == 1
        assert [line.split(":")[1] for line in out.splitlines()] == ["4", "9", "10"]
        assert err.endswith("3 mistakes: mend the lines above\n")

    def test_labels_check_is_content_with_a_sound_scheme(self, run: Run) -> None:
        status, out, err = run("labels", "check")
        assert (status, out) == (0, "")
        assert "4 entities, 5 relations, all well" in err

    def test_validate_lists_every_problem_on_stdout(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "bad.jsonl").write_text("{}\nno\n", encoding="utf-8")
        status, out, err = run("validate", tmp_path / "bad.jsonl")
        assert status == 1
        assert all(line.startswith(f"{tmp_path / 'bad.jsonl'}:") for line in out.splitlines())
        assert err.startswith(f"annotator: {len(out.splitlines())} problems: ")

    def test_without_disputes_there_is_nothing_to_open(self, run: Run) -> None:
        status, out, err = run("adjudicate")
        assert (status, out) == (1, "")
        assert "no document waits to be adjudicated: two curators must have finished one" in err

    def test_what_is_not_gold_is_said_with_the_reason(self, run: Run) -> None:
        status, out, err = run("adjudicate", "--auto")
        assert (status, out) == (0, "")
        assert "not gold: nota: nobody has worked on it" in err
