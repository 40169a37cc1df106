"""Label Studio with its server: a project made with our labelling interface, import and export by its interface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex

import httpx

from tools.interop.environment import RUNNING, Environment
from tools.interop.protocol import Carry, Program, Trip
from tools.interop.server import answer, free_port, process, wait_for


@contextmanager
def running(environment: Environment, folder: Path) -> Iterator[Carry]:
    """Start the server with a database of its own."""
    port, token, place = free_port(), token_hex(20), folder / "server"
    place.mkdir()
    command = [
        str(environment.folder / "bin" / "label-studio"), "start", "--no-browser", "--log-level", "ERROR",
        "--data-dir", str(place), "--internal-host", "127.0.0.1", "--port", str(port),
        "--username", "curator@example.org", "--password", token_hex(8),
        "--user-token", token, "--enable-legacy-api-token",
    ]  # fmt: skip
    quiet = {"COLLECT_ANALYTICS": "False", "LATEST_VERSION_CHECK": "False", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": ""}
    base = f"http://127.0.0.1:{port}"
    with process(command, place, quiet | {"LABEL_STUDIO_BASE_DATA_DIR": str(place)}) as check:
        wait_for(f"{base}/health", check)
        headers = {"Authorization": f"Token {token}"}
        with httpx.Client(base_url=base, headers=headers, timeout=RUNNING, trust_env=False) as client:
            yield partial(_carry, client)


def _carry(client: httpx.Client, trip: Trip, exported: Path, back: Path) -> Path:
    """Import into a new project, as a file, and export."""
    config = exported.with_name(f"{exported.name}.config.xml").read_text(encoding="utf-8")
    made = answer(client.post("/api/projects/", json={"title": "interop", "label_config": config})).json()
    project = f"/api/projects/{made['id']}"
    with exported.open("rb") as stream:
        answer(client.post(f"{project}/import", files={"tasks.json": stream}))
    returned = back / "back.json"
    returned.write_bytes(answer(client.get(f"{project}/export", params={"exportType": trip.mode})).content)
    return returned


PROGRAM = Program(
    "Label Studio",
    ("label-studio==1.23.2",),
    (
        Trip("labelstudio", "server: import, export as `JSON`", "JSON"),
        Trip(
            "labelstudio",
            "server: import, export as `JSON_MIN`",
            "JSON_MIN",
            limits={
                "relations": "JSON_MIN has none",
                "groups": "JSON_MIN has none",
                "attributes": "JSON_MIN does not say of which region they are",
                "document_attributes": "not read from JSON_MIN",
            },
        ),
    ),
    running,
)
