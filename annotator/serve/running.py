"""Running a server: from what was asked for to links, programs and a socket."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

from annotator.errors import WorkflowError
from annotator.piped_process import module_path
from annotator.serve.links import Links, PublicAddress, read_links, write_links
from annotator.serve.server import Door, WorkbenchServer, run_server
from annotator.serve.sessions import Sessions
from annotator.serve.terminal import ProgramTerminal, TerminalSize
from annotator.workflow.served import ROLE_VARIABLE, Person, served_settings
from annotator.workflow.settings import SETTINGS_VARIABLE

_PASSED_ON = ("PATH", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What the programs get of the server's environment, with all that begins with ``LC_``: nothing that may be secret."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to serve: a workspace's ``root`` to ``people``, on ``host`` and ``port``.

    ``most`` sessions may be open at a time, ``most_each`` of one person; ``public_url`` is where browsers find the
    server behind a proxy, ``links_path`` the file that keeps the links.
    """

    root: Path
    people: Sequence[Person]
    host: str
    port: int
    most: int
    most_each: int
    public_url: str | None = None
    links_path: Path | None = None


def serve(plan: Plan, tell: Callable[[str], None], give: Callable[[str], None]) -> None:
    """Serve until a signal; ``tell`` gets a line for whatever happens, ``give`` each link.

    Raises :class:`WorkflowError` when the address cannot be listened on, :class:`InputError` for a file of links that
    cannot be used.
    """
    public = None if plan.public_url is None else PublicAddress.of(plan.public_url)
    kept = {} if plan.links_path is None else read_links(plan.links_path)
    with _listen(plan.host, plan.port) as listening:
        port = listening.getsockname()[1]
        address = public or PublicAddress(f"http://{_in_url(plan.host)}:{port}")
        links = Links.made([person.name for person in plan.people], kept)
        door = Door(links, address, f"annotator-{port}", behind_proxy=public is not None)
        programs = Programs(plan.root, plan.people)
        stamped = _stamping(tell)
        sessions = Sessions(programs.start, plan.most, plan.most_each, stamped)
        for line in _warnings(plan, address):
            tell(f"warning: {line}")
        if plan.links_path is None:
            for line in links.lines(address):
                give(line)
        else:
            write_links(plan.links_path, links, kept, address)
            tell(f"the links are in {plan.links_path}")
        where = "" if public is None else f", on port {port}"
        tell(f"serving {plan.root} at {address.origin}{address.prefix}/ until ctrl+c{where}")
        asyncio.run(run_server(WorkbenchServer(door, sessions, stamped), sessions, listening, stamped))


class Programs:
    """Starts the workbench of each person, in the workspace, with an environment of its own."""

    def __init__(self, root: Path, people: Sequence[Person]) -> None:
        self._root = root.resolve()
        self._roles = {person.name: person.role for person in people}

    async def start(self, name: str, size: TerminalSize) -> ProgramTerminal:
        """Start a person's workbench on a terminal of a size."""
        command = [sys.executable, "-P", "-m", "annotator", "-w", str(self._root), "annotate", "--as", name]
        return await ProgramTerminal.start(command, self.environment(name, os.environ), self._root, size)

    def environment(self, name: str, own: Mapping[str, str]) -> dict[str, str]:
        """The environment of a person's workbench: of the server's own only what programs need to run."""
        passed_on = {key: value for key, value in own.items() if key in _PASSED_ON or key.startswith("LC_")}
        return {
            **passed_on,
            "HOME": str(self._root),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "PYTHONPATH": module_path(),
            ROLE_VARIABLE: self._roles[name],
            SETTINGS_VARIABLE: str(served_settings(self._root, name)),
        }


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens."""
    listening: socket.socket | None = None
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(where)
        listening.listen(128)
    except OSError as error:
        if listening is not None:
            listening.close()
        is_taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        hint = "choose another with --port N, 0 for any that is free" if is_taken else "give an address of this machine"
        raise WorkflowError(f"{host}:{port}: {(error.strerror or str(error)).lower()}", hint) from error
    return listening


def _in_url(host: str) -> str:
    """A host as it stands in an address; for all addresses, this machine's name."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return socket.getfqdn()
    return f"[{host}]" if ":" in host else host


def _warnings(plan: Plan, address: PublicAddress) -> list[str]:
    """What is not safe about a plan."""
    if address.is_secure or (plan.public_url is None and _is_local(plan.host)):
        return []
    return [
        f"{address.origin} is not encrypted: links and all that is typed can be read on the network; "
        "put a reverse proxy with TLS before it (docs/serving.md)"
    ]


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _stamping(tell: Callable[[str], None]) -> Callable[[str], None]:
    return lambda line: tell(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {line}")
