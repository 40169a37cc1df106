"""Every verb that writes, on a small workspace: what is there before, and the command."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from annotator.cli.main import main
from annotator.store import Store
from annotator.suggest.pinned_models import PINNED
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.workspace import Workspace
from tests.older_texts import put_back
from tests.workspaces import KEY, Bench, link, make_bench, proposal, propose, range_of


@dataclass(frozen=True)
class Scenario:
    """A command in a folder that :attr:`prepare` fills; ``{base}`` and ``{work}`` stand for that and the workspace.

    ``repeats`` says whether the same command, after a failure that changed nothing, must do what it would have done.
    ``completes`` says that a process may be killed between two steps, which the same command completes.
    ``keeps`` names files of the user's that are moved: killed between two moves, the process leaves them all the same.
    """

    name: str
    prepare: Callable[[Path], None]
    command: str
    repeats: bool = True
    completes: bool = False
    keeps: tuple[str, ...] = ()

    def run(self, base: Path) -> int:
        """Run the command; return its exit status."""
        arguments = [part.format(base=base, work=base / "work") for part in self.command.split()]
        return main(["-w", str(base / "work"), "--as", "lead", *arguments])


def bench(base: Path) -> Bench:
    """Make a workspace with two documents and suggestions on them."""
    made = make_bench(base / "work")
    for key in (KEY, "zeta"):
        document = made.add(key)
        ana, cruz = proposal(document, "Ana Ruiz", "PERSON"), proposal(document, "Cruz Roja", "ORG", 0.8)
        propose(made.store, document, [ana, cruz], [link(ana, cruz, "works_for")])
    for name in ("seeds", "models", "exports"):
        (base / "work" / name).mkdir()
    (base / "work" / "seeds" / "nueva.txt").write_text("Luis Paz volvió a Canadá.\n", encoding="utf-8")
    (base / "notes.txt").write_text("mine", encoding="utf-8")
    return made


def plain(base: Path) -> None:
    bench(base).workspace.close()


def with_models(base: Path) -> None:
    """Both English models are installed, or look so."""
    plain(base)
    for model in PINNED["en"]:
        folder = base / "work" / "models" / model.folder
        folder.mkdir()
        for name in ("config.cfg", "meta.json"):
            (folder / name).write_text("{}", encoding="utf-8")


def finished(base: Path) -> None:
    """Two have finished a document, differently; of the other, one."""
    made = bench(base)
    for curator, label in (("ana", "GPE"), ("bo", "ORG")):
        session = made.session(curator=curator)
        session.accept_all(0.0)
        session.add(*range_of(session.document, "México"), label)
        session.finish()
    made.session("zeta").accept_all(0.0)
    made.session("zeta").finish()
    made.workspace.close()


def gold(base: Path) -> None:
    finished(base)
    made = Bench(_workspace(base))
    settle_finished(made.workspace, "lead")
    made.workspace.close()


def exported(base: Path) -> None:
    """There are exports of yesterday, and work since."""
    finished(base)
    for command in (
        "export jsonl --layer curator:ana -o {base}/gold.jsonl",
        "export brat --layer curator:ana -o {base}/brat",
    ):
        with redirect_stderr(StringIO()):
            assert Scenario("", plain, command).run(base) == 0
    made = Bench(_workspace(base))
    session = made.session("zeta", "ana")
    session.add(*range_of(session.document, "Luis Paz"), "PERSON")
    session.finish()
    made.workspace.close()


def changed_text(base: Path) -> None:
    finished(base)
    text = (made := Bench(_workspace(base))).document().text.replace("Luis Paz", "Luis Alberto Paz")
    made.workspace.close()
    (base / "work" / "seeds" / f"{KEY}.txt").write_text(text, encoding="utf-8")


def foreign(base: Path) -> None:
    """A file of another program, with a label that the scheme lacks."""
    finished(base)
    row = '{"text": "El río Bravo crece.", "label": [[3, 12, "RIVER"]]}\n'
    (base / "rows.jsonl").write_text(row, encoding="utf-8")
    known = '{"text": "Ana Ruiz volvió.", "label": [[0, 8, "PERSON"]]}\n'
    (base / "known.jsonl").write_text(known, encoding="utf-8")


def imported(base: Path) -> None:
    """A file of another program came in, and says something else now."""
    foreign(base)
    with redirect_stderr(StringIO()):
        assert Scenario("", plain, "import doccano {base}/known.jsonl --layer curator:lead").run(base) == 0
    known = (base / "known.jsonl").read_text(encoding="utf-8")
    (base / "known.jsonl").write_text(known.replace("PERSON", "ORG"), encoding="utf-8")


def apart(base: Path) -> None:
    """Another database has work that this one lacks."""
    gold(base)
    shutil.copytree(base / "work", base / "other")
    other = Bench(_workspace(base, "other"))
    other.add("nueva", "Luis Paz volvió.")
    session = other.session("nueva", "carla")
    session.add(0, 8, "PERSON")
    session.finish()
    other.workspace.close()


def backed_up(base: Path) -> None:
    finished(base)
    made = Bench(_workspace(base))
    made.store.backup(base / "copy.db")
    made.session("zeta", "carla").finish()
    made.workspace.close()


def older(base: Path) -> None:
    """The database is some versions behind: at that before documents were noted as ready."""
    finished(base)
    with Store(base / "work" / "db" / "annotator.db") as store:
        put_back(store.connection)
        for statement in ("DROP INDEX document_ready", "DROP INDEX layer_in_work"):
            store.connection.execute(statement)
        store.connection.execute("ALTER TABLE document DROP COLUMN ready")
        store.connection.execute("DROP TABLE planned")
        for table in ("span", "relation", "verdict", "layer"):
            store.connection.execute(f"ALTER TABLE {table} DROP COLUMN attributes")
        store.connection.execute("PRAGMA user_version = 11")
        store.connection.execute("DELETE FROM _sqlite_migrations WHERE name >= '0012'")


def renamed(base: Path) -> None:
    """A label was renamed."""
    gold(base)
    with redirect_stderr(StringIO()), redirect_stdout(StringIO()):
        assert Scenario("", plain, "labels rename ORG BODY").run(base) == 0


def assigned(base: Path) -> None:
    plain(base)
    with redirect_stderr(StringIO()), redirect_stdout(StringIO()):
        assert Scenario("", plain, "assign --curators carla --seed 1").run(base) == 0


def learnable(base: Path) -> None:
    """There is enough finished work to learn from."""
    finished(base)
    made = Bench(_workspace(base))
    for number in range(3):
        made.add(f"more-{number}", f"Luis Paz y Ana Ruiz vieron Lima el {number} de mayo.")
        session = made.session(f"more-{number}")
        for name, label in (("Luis Paz", "PERSON"), ("Ana Ruiz", "PERSON"), ("Lima", "GPE")):
            session.add(*range_of(session.document, name), label)
        session.finish()
    made.workspace.close()


def _workspace(base: Path, name: str = "work") -> Workspace:
    return Workspace(base / name)


def listed(base: Path) -> None:
    """There is a catalog of places, and more of them."""
    plain(base)
    for path, row in (("work/catalogs/places.csv", "P1,Lima"), ("more.csv", "P2,Quito")):
        (base / path).parent.mkdir(exist_ok=True)
        (base / path).write_text(f"id,name\n{row}\n", encoding="utf-8")


VERBS = (
    Scenario("ingest", plain, "ingest"),
    Scenario("ingest --replace", changed_text, "ingest --replace"),
    Scenario("suggest", plain, "suggest"),
    Scenario("assign", plain, "assign --curators ana,bo,carla --overlap 2 --seed 1"),
    Scenario("assign --reassign", assigned, "assign --reassign carla:ana"),
    Scenario("remove", gold, f"remove {KEY} zeta --yes", repeats=False),
    Scenario("remove for good", gold, f"remove {KEY} --for-good --yes"),
    Scenario("rename", gold, f"rename {KEY} note", repeats=False),
    Scenario("rename --curator", gold, "rename --curator bo bob", repeats=False),
    Scenario("labels rename", gold, "labels rename ORG BODY", repeats=False, completes=True),
    Scenario("labels drop", gold, "labels drop ORG", repeats=False, completes=True),
    Scenario("labels undo", renamed, "labels undo", repeats=False, completes=True),
    Scenario("return", finished, f"return {KEY} --to bo --note again"),
    Scenario("adjudicate --auto", finished, "adjudicate --auto"),
    Scenario("import", foreign, "import doccano {base}/known.jsonl --layer curator:lead"),
    Scenario("import new labels", foreign, "import doccano {base}/rows.jsonl --layer gold --labels-from-data"),
    Scenario("import --replace", imported, "import doccano {base}/known.jsonl --layer curator:lead --replace"),
    Scenario("export a file", finished, "export jsonl --layer curator:ana -o {base}/deep/gold.jsonl", completes=True),
    Scenario("export a file again", exported, "export jsonl --layer curator:ana -o {base}/gold.jsonl", completes=True),
    Scenario("export a folder", finished, "export brat --layer curator:ana -o {base}/deep/brat"),
    Scenario("export a folder again", exported, "export brat --layer curator:ana -o {base}/brat"),
    Scenario(
        "export by force",
        exported,
        "export brat --layer curator:ana --force -o {base}/notes.txt",
        repeats=False,
        keeps=("notes.txt",),
    ),
    Scenario("export a split", finished, "export doccano --layer curator:ana --split 0.5,0.5 -o {base}/split"),
    Scenario("agreement", finished, "agreement --resamples 0 --format html -o {base}/report.html"),
    Scenario("backup", finished, "backup {base}/safe/copy.db"),
    Scenario("restore", backed_up, "restore {base}/copy.db"),
    Scenario("bundle", finished, "bundle --curator ana -o {base}/bundle"),
    Scenario("bundle as an archive", finished, "bundle --curator ana -o {base}/bundle.zip"),
    Scenario("merge", apart, "merge {base}/other"),
    Scenario("train", learnable, "train"),
    Scenario("models use", plain, "models use none"),
    Scenario("models use a model", with_models, "models use en-core-web-md"),
    Scenario("seal", finished, "seal -o {base}/all.seal", repeats=False),
    Scenario("catalog add", listed, "catalog add cities {base}/more.csv", completes=True),
    Scenario("catalog add to one", listed, "catalog add places {base}/more.csv", completes=True),
    Scenario("migrate", older, "doctor"),
    Scenario("init", plain, "init {base}/new"),
    Scenario("init with articles", plain, "init {base}/new --template news", completes=True),
)
