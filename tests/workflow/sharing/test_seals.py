"""Seals: whatever was changed, cut or removed since is found, also by somebody who can compute every hash anew."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.history import CORPUS, LayerName
from annotator.text import text_sha256
from annotator.workflow.sharing.assignment import assign
from annotator.workflow.sharing.merging import merge
from annotator.workflow.sharing.signatures import sign
from tests.workflow.sharing.forging import defenceless, rehash
from tests.workspaces import KEY, TEXT, Bench, make_bench, range_of

needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen signs")
ANA = LayerName(KEY, "curator:ana")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def worked(bench: Bench) -> Bench:
    session = bench.session()
    for needle in ("Luis Paz", "Ana Ruiz"):
        session.add(*range_of(session.document, needle), "PERSON")
    session.finish()
    bench.add("otro", "Otro texto.")
    return bench


@pytest.fixture
def run(worked: Bench, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in the workspace; return exit status, stdout and stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        worked.workspace.close()
        worked.workspace.__dict__.pop("store", None)
        capfd.readouterr()
        status = main(["-w", str(worked.workspace.root), *map(str, arguments)])
        return status, *capfd.readouterr()

    return run


@pytest.fixture
def seal(run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "seal.json"
    status, out, err = run("seal", "-o", path)
    assert (status, out) == (0, "")
    assert err.startswith(
        "sealed 5 events of 3 layers, and 2 texts\nwarning: not signed: whoever can write the database"
    )
    return path


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("lead", "mallory"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    return folder / "lead", folder / "mallory"


def test_a_seal_lists_every_history_and_text(seal: Path) -> None:
    found = json.loads(seal.read_bytes())
    assert [(one["document"], one["layer"], one["events"]) for one in found["layers"]] == [
        (KEY, CORPUS, 1),
        (KEY, "curator:ana", 3),
        ("otro", CORPUS, 1),
    ]
    assert found["texts"] == sorted([text_sha256(TEXT), text_sha256("Otro texto.")])
    assert seal.read_text(encoding="utf-8").count("\n") == 8  # a line each, to be compared by any tool


def test_it_goes_to_stdout_and_never_over_another(run: Run, seal: Path) -> None:
    status, out, _ = run("seal")
    assert (status, json.loads(out)["layers"]) == (0, json.loads(seal.read_bytes())["layers"])
    status, _, err = run("seal", "-o", seal)
    assert (status, err) == (1, f"annotator: {seal} exists already: choose another name; nothing was changed\n")
    assert run("seal", "--key", "k")[0] == run("doctor", "--signer", "k")[0] == 2


def test_what_came_since_is_no_breach(run: Run, worked: Bench, seal: Path) -> None:
    assert run("doctor", "--seal", seal)[0] == 0
    worked.session().undo()
    worked.add("nuevo")
    status, out, err = run("doctor", "--seal", seal)
    assert (status, out) == (0, "")
    assert err == (
        "warning: the seal is not signed: it shows accidents, not what somebody meant to hide\n"
        "all is well: history and state agree, and all that was sealed is there\n"
    )


BREACHES: dict[str, tuple[Callable[[Path], object], str]] = {
    "all hashes computed anew": (
        lambda path: rehash(path, ANA, [(1, {"pause_ms": 7})]),
        "curator:ana on nota: event 3, or one before it, is not the one that was sealed",
    ),
    "the end cut off": (
        lambda path: cut(path, "DELETE FROM event WHERE seq = 3"),
        "curator:ana on nota: it was sealed with event 3, and ends at event 2",
    ),
    "a layer removed": (
        lambda path: cut(path, "DELETE FROM event WHERE seq > 0 AND layer_id = 2", "DELETE FROM layer WHERE id = 2"),
        "curator:ana on nota: it was sealed with 3 events, and is gone",
    ),
    "a text changed": (
        lambda path: cut(path, "UPDATE text SET content = 'Otro.' WHERE content LIKE 'Otro%'"),
        f"text {text_sha256('Otro texto.')[:12]}: it was sealed, and was changed",
    ),
    "a text removed": (
        lambda path: cut(path, "DELETE FROM text WHERE content LIKE 'Otro%'"),
        f"text {text_sha256('Otro texto.')[:12]}: it was sealed, and is gone",
    ),
}


def cut(path: Path, *statements: str) -> None:
    with defenceless(path) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("case", BREACHES)
def test_what_was_changed_cut_or_removed_is_named(
    run: Run, worked: Bench, seal: Path, tmp_path: Path, case: str
) -> None:
    spoil, line = BREACHES[case]
    spoil(worked.workspace.database_path)
    status, out, _ = run("doctor", "--seal", seal)
    assert status == 1
    assert line in out.splitlines()
    here = make_bench(tmp_path / "here")
    command = ["-w", str(here.workspace.root), "merge", str(worked.workspace.root), "--seal", str(seal)]
    assert main(command) == 1
    assert here.store.document_keys() == []
    here.workspace.close()


def test_a_database_that_took_another_in_keeps_its_seal(run: Run, worked: Bench, seal: Path, tmp_path: Path) -> None:
    there = make_bench(tmp_path / "there")
    there.add(KEY)
    assign(there.workspace, "chief", ["bo"])
    there.workspace.close()
    merge(worked.workspace, there.workspace.root)
    assert run("doctor", "--seal", seal)[0] == 0
    forked = seal.with_name("forked.json")
    assert run("seal", "-o", forked)[0] == 0
    assert run("doctor", "--seal", forked)[0] == 0
    with defenceless(worked.workspace.database_path) as connection:
        connection.execute("DELETE FROM event WHERE actor = 'tester' AND seq = 1 AND layer_id = 1")
    assert "corpus on nota" in run("doctor", "--seal", forked)[1]


def test_a_merge_tells_how_much_came_after_the_seal(
    run: Run, worked: Bench, seal: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    worked.session().undo()
    worked.workspace.close()
    here = make_bench(tmp_path / "here")
    assert main(["-w", str(here.workspace.root), "merge", str(worked.workspace.root), "--seal", str(seal)]) == 0
    assert "1 event there came after the seal, which says nothing of them" in capfd.readouterr().err
    here.workspace.close()


@needs_ssh
class TestSignatures:
    @pytest.fixture
    def signed(self, run: Run, keys: tuple[Path, Path], tmp_path: Path) -> Path:
        path = tmp_path / "signed.json"
        status, _, err = run("seal", "--key", keys[0], "-o", path)
        assert (status, err) == (0, "sealed 5 events of 3 layers, and 2 texts\n")
        return path

    def test_the_signer_is_named_and_can_be_asked_for(self, run: Run, signed: Path, keys: tuple[Path, Path]) -> None:
        status, _, err = run("doctor", "--seal", signed)
        assert status == 0
        assert "is signed with the key SHA256:" in err
        assert run("doctor", "--seal", signed, "--signer", f"{keys[0]}.pub")[0] == 0
        status, _, err = run("doctor", "--seal", signed, "--signer", f"{keys[1]}.pub")
        assert status == 1
        assert f"{signed}: signed with another key than {keys[1]}.pub: ask whose it is" in err

    def test_a_list_of_allowed_signers_will_do(
        self, run: Run, signed: Path, keys: tuple[Path, Path], tmp_path: Path
    ) -> None:
        lines = [f"{key.stem}@example.org {key.with_suffix('.pub').read_text(encoding='utf-8')}" for key in keys]
        (tmp_path / "signers").write_text("# who leads\n" + "".join(lines), encoding="utf-8")
        assert run("doctor", "--seal", signed, "--signer", tmp_path / "signers")[0] == 0

    def test_ssh_itself_can_check_it(self, signed: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
        (tmp_path / "signers").write_text(f"lead {keys[0].with_suffix('.pub').read_text(encoding='utf-8')}")
        command = ["ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "signers"), "-I", "lead", "-n", "annotator-seal"]
        done = subprocess.run([*command, "-s", f"{signed}.sig"], input=signed.read_bytes(), check=False)
        assert done.returncode == 0

    @pytest.mark.parametrize("changed", ["seal", "signature", "garbage"])
    def test_a_change_to_either_is_found(self, run: Run, signed: Path, keys: tuple[Path, Path], changed: str) -> None:
        signature = Path(f"{signed}.sig")
        if changed == "seal":
            signed.write_bytes(signed.read_bytes().replace(b"curator:ana", b"curator:eve"))
        else:
            signature.write_bytes(b"x" if changed == "garbage" else sign(b"something else", keys[0]))
        status, out, err = run("doctor", "--seal", signed)
        assert (status, out) == (1, "")
        assert err == f"annotator: {signed}: its signature does not fit it: it was changed since it was signed\n"

    def test_one_that_is_not_signed_does_for_no_signer(self, run: Run, seal: Path, keys: tuple[Path, Path]) -> None:
        status, _, err = run("doctor", "--seal", seal, "--signer", f"{keys[0]}.pub")
        assert (status, err) == (1, f"annotator: {seal}: not signed: its signature would be in {seal}.sig\n")

    @pytest.mark.parametrize(("key", "line"), [("none", "no such key"), ("labels.yaml", "cannot sign with it")])
    def test_a_key_that_is_none_seals_nothing(
        self, run: Run, worked: Bench, tmp_path: Path, key: str, line: str
    ) -> None:
        status, _, err = run("seal", "--key", worked.workspace.root / key, "-o", tmp_path / "s.json")
        assert status == 1
        assert line in err
        assert not (tmp_path / "s.json").exists()

    def test_without_ssh_keygen_it_says_so(
        self, run: Run, signed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        assert "ssh-keygen is not installed: install OpenSSH" in run("doctor", "--seal", signed)[2]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", "no seal"),
        (b"\xff", "no seal"),
        (b"[]", "no seal"),
        (b"[" * 5000, "no seal"),
        (b'{"schema":"annotator.seal/9","at":"","layers":[],"texts":[]}', "a seal of another kind"),
        (b'{"schema":"annotator.seal/1","at":"","layers":[{}],"texts":[]}', "no seal"),
        (b'{"schema":"annotator.seal/1","at":"","layers":[],"texts":["x"]}', "no seal"),
    ],
)
def test_what_is_no_seal(run: Run, tmp_path: Path, data: bytes, line: str) -> None:
    (tmp_path / "x").write_bytes(data)
    status, out, err = run("doctor", "--seal", tmp_path / "x")
    assert (status, out) == (1, "")
    assert line in err
    assert err.count("\n") == 1 + err.startswith("warning")


def test_a_history_that_is_broken_already_is_not_sealed(run: Run, worked: Bench) -> None:
    with defenceless(worked.workspace.database_path) as connection:
        connection.execute("UPDATE event SET actor = 'eve' WHERE seq = 2")
    status, out, err = run("seal")
    assert (status, out) == (1, "")
    assert "curator:ana on nota: the hash chain breaks at event 2: run `annotator doctor`" in err
