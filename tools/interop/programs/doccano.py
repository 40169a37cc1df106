"""doccano with its server and its queue of tasks: a project with our label types, upload and download.

Its own command listens on every address of the machine, so its application is served by gunicorn here.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx

from tools.interop.environment import RUNNING, Environment, InteropError, run
from tools.interop.protocol import Carry, Program, Trip
from tools.interop.server import answer, free_port, process, wait_for

USER = "curator"
_JSONL = {"format": "JSONL", "encoding": "utf_8"}
_RELATIONS = {**_JSONL, "task": "RelationExtraction"}
_SPANS = {**_JSONL, "task": "SequenceLabeling", "column_data": "text", "column_label": "label"}
_UPLOADS = {"relations": _RELATIONS, "spans": _SPANS}
"""How a file is taken in, by the mode of a trip."""


@contextmanager
def running(environment: Environment, folder: Path) -> Iterator[Carry]:
    """Make a database with one user, and start the server and the queue."""
    place, port, password = folder / "server", free_port(), token_hex(8)
    place.mkdir()
    variables = {
        "DOCCANO_HOME": str(place),
        "DATABASE_URL": f"sqlite:///{place}/db.sqlite3",
        "MEDIA_ROOT": str(place / "media"),
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "STANDALONE": "True",
        "HOME": str(place),
    }
    doccano = str(environment.folder / "bin" / "doccano")
    run([doccano, "init"], RUNNING, variables=variables)
    run([doccano, "createuser", "--username", USER, "--password", password], RUNNING, variables=variables)
    (code,) = environment.folder.glob("lib/python*/site-packages/backend")
    serve = [
        str(environment.python), "-m", "gunicorn", "--workers", "1", "--threads", "2", "--chdir", str(code),
        "--bind", f"127.0.0.1:{port}", "config.wsgi",
    ]  # fmt: skip
    queue = [doccano, "task", "--concurrency", "1"]
    with process(serve, place, variables) as check, process(queue, place, variables):
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/v1/projects", check)
        with httpx.Client(base_url=base, timeout=RUNNING, trust_env=False) as client:
            answer(client.post("/v1/auth/login/", json={"username": USER, "password": password}))
            client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
            yield partial(_carry, client)


def _carry(client: httpx.Client, trip: Trip, exported: Path, back: Path) -> Path:
    """Upload into a new project, and download."""
    how = _UPLOADS[trip.mode]
    project = _make_project(client, how is _RELATIONS)
    for kind in ("span", "relation"):
        types = exported.with_name(f"{exported.name}.{kind}-labels.json")
        if types.exists() and (kind == "span" or how is _RELATIONS):
            answer(client.post(f"{project}/{kind}-type-upload", files={"file": types.open("rb")}))
    upload = answer(client.post("/v1/fp/process/", files={"filepond": (exported.name, exported.open("rb"))})).text
    task = answer(client.post(f"{project}/upload", json={**how, "uploadIds": [upload]})).json()["task_id"]
    errors = _wait_for_task(client, task)["result"]["error"]
    if errors:
        raise InteropError(f"{len(errors)} errors, the first: {errors[0]}")
    return _download(client, project, back)


def _make_project(client: httpx.Client, with_relations: bool) -> str:
    wanted = {
        "name": "interop",
        "description": "interop",
        "project_type": "SequenceLabeling",
        "resourcetype": "SequenceLabelingProject",
        "allow_overlapping": True,
        "use_relation": with_relations,
    }
    return f"/v1/projects/{answer(client.post('/v1/projects', json=wanted)).json()['id']}"


def _wait_for_task(client: httpx.Client, task: str) -> Mapping[str, Any]:
    """Wait until the queue has done a task, and return its status."""
    end = time.monotonic() + RUNNING
    while time.monotonic() < end:
        status: Mapping[str, Any] = answer(client.get(f"/v1/tasks/status/{task}")).json()
        if status["error"]:
            raise InteropError(status["error"]["text"])
        if status["ready"]:
            return status
        time.sleep(0.5)
    raise InteropError(f"a task was not done within {RUNNING} seconds")


def _download(client: httpx.Client, project: str, back: Path) -> Path:
    """Download the archive of a project, and unpack the file of its one user."""
    wanted = {"format": "JSONL", "exportApproved": False}
    task = answer(client.post(f"{project}/download", json=wanted)).json()["task_id"]
    _wait_for_task(client, task)
    archive = answer(client.get(f"{project}/download", params={"taskId": task})).content
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return Path(files.extract(files.namelist()[0], back))


PROGRAM = Program(
    "doccano",
    ("doccano==1.8.4", "marshmallow==3.26.1", "numpy==1.26.4"),
    (
        Trip("doccano", "server: upload into a project with relations, download", "relations"),
        Trip(
            "doccano",
            "server: upload into a project without, download",
            "spans",
            out_options=("relations=no",),
            limits={"relations": "the project has none", "groups": "the project has none"},
        ),
    ),
    running,
)
