"""Web servers before the workbench, set up by the words of the docs with other ports, names and files."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.browser.served import free_port, until
from tests.processes import PATIENCE
from tests.repository import TOP

PAGE = TOP / "docs" / "serving.md"
PREFIX = "/workbench"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CADDY = os.environ.get("CADDY") or shutil.which("caddy")

_NGINX = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/errors.log;
events {{}}
http {{
    access_log off;
    proxy_read_timeout 20s; # more than the time between two signs of life, less than the test waits
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{words}
}}
"""


def words(language: str) -> str:
    """Return what the docs say in a language of configuration."""
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """Return a text with each of these in another's place; all have to be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


class Proxy:
    """A web server on a port of its own, with a certificate of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"https://localhost:{self.port}{PREFIX}"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem"),
            ],
            check=True, capture_output=True,
        )  # fmt: skip

    def start(self, workbench: int) -> None:
        """Start it before a workbench on a port."""
        with (self.folder / "said.log").open("ab") as said:
            self._process = subprocess.Popen(
                self.command(workbench), stdout=said, stderr=said, env={**os.environ, "XDG_DATA_HOME": str(self.folder)}
            )
        until(self._answers, "the web server does not answer")

    def command(self, workbench: int) -> list[str]:
        """Write down how it is set up, and return the command that starts it."""
        raise NotImplementedError

    def logged(self) -> str:
        """Return all that it wrote into logs."""
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.logged()
        with socket.socket() as trying:
            return trying.connect_ex(("127.0.0.1", self.port)) == 0


class Nginx(Proxy):
    """nginx, as the docs have it."""

    def command(self, workbench: int) -> list[str]:
        if NGINX is None:
            pytest.skip("no nginx on this machine")
        told = replaced(
            words("nginx"),
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
            ("news.example;", "localhost;"),
            ("/etc/ssl/news.example.pem", str(self.folder / "certificate.pem")),
            ("/etc/ssl/news.example.key", str(self.folder / "key.pem")),
            ("127.0.0.1:8000", f"127.0.0.1:{workbench}"),
            ("/var/log/nginx", str(self.folder)),
        )
        settings = self.folder / "nginx.conf"
        settings.write_text(_NGINX.format(folder=self.folder, words=told), encoding="utf-8")
        return [NGINX, "-e", str(self.folder / "errors.log"), "-p", str(self.folder), "-c", str(settings)]


class Caddy(Proxy):
    """Caddy, as the docs have it."""

    def command(self, workbench: int) -> list[str]:
        if CADDY is None:
            pytest.skip("no Caddy on this machine")
        site = f"https://localhost:{self.port} {{\n    log\n    tls {self.folder}/certificate.pem {self.folder}/key.pem"
        told = replaced(
            words("caddy"),
            ("{\n    log", "{\n    admin off\n    auto_https off\n    log"),
            ("news.example {", site),
            ("127.0.0.1:8000", f"127.0.0.1:{workbench}"),
        )
        settings = self.folder / "Caddyfile"
        settings.write_text(told, encoding="utf-8")
        return [CADDY, "run", "--config", str(settings), "--adapter", "caddyfile"]
