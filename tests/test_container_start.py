"""What the container does first, with a workspace that is new, old, or not to be written."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.repository import TOP


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder that stands for the image: two models, and an ``annotator`` that notes how it is called."""
    for model in ("uno", "dos"):
        (tmp_path / "models" / model).mkdir(parents=True)
        (tmp_path / "models" / model / "meta.json").write_text(model)
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "annotator"
    program.write_text('#!/bin/sh\nset -e\nmkdir -p "$2"; touch "$2/labels.yaml"\necho "$@"\n')
    program.chmod(0o755)
    return tmp_path


def start(image: Path, workspace: Path, **more: str) -> subprocess.CompletedProcess[str]:
    variables = {
        "PATH": f"{image / 'bin'}:/usr/bin:/bin",
        "ANNOTATOR_WORKSPACE": str(workspace),
        "MODELS_FOLDER": str(image / "models"),
        **more,
    }
    command = ["/bin/sh", str(TOP / "container-start.sh"), "echo", "the command"]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def models(workspace: Path) -> dict[str, str]:
    return {path.parent.name: path.read_text() for path in (workspace / "models").glob("**/meta.json")}


def test_a_new_folder_becomes_a_workspace_with_the_models_of_the_image(image: Path) -> None:
    workspace = image / "a b"
    done = start(image, workspace, TEMPLATE="blank")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"init {workspace} --template blank", "the command"]
    assert models(workspace) == {"uno": "uno", "dos": "dos"}


def test_a_workspace_keeps_what_it_has_and_gets_what_it_lacks(image: Path) -> None:
    workspace = image / "workspace"
    (workspace / "models" / "uno").mkdir(parents=True)
    (workspace / "models" / "uno" / "meta.json").write_text("its own")
    (workspace / "labels.yaml").touch()
    done = start(image, workspace)
    assert (done.returncode, done.stdout, done.stderr) == (0, "the command\n", "")
    assert models(workspace) == {"uno": "its own", "dos": "dos"}
    assert sorted(path.name for path in (workspace / "models").iterdir()) == ["dos", "uno"]


def test_where_models_cannot_be_put_the_command_runs_without_them(image: Path) -> None:
    workspace = image / "workspace"
    workspace.mkdir()
    (workspace / "labels.yaml").touch()
    (workspace / "models").write_text("no folder")
    done = start(image, workspace)
    assert (done.returncode, done.stdout) == (0, "the command\n")
    assert f"going on without the model uno: it cannot be put into {workspace / 'models'}" in done.stderr


def test_without_a_workspace_nothing_is_started(image: Path) -> None:
    (image / "file").touch()
    done = start(image, image / "file" / "workspace")
    assert done.returncode != 0
    assert "the command" not in done.stdout
