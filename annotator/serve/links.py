"""The secret links: who a token belongs to, and the file that keeps the tokens for the next start."""

from __future__ import annotations

import re
import secrets
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from urllib.parse import quote, urlsplit

from annotator.errors import InputError
from annotator.files.whole import StagedFile, name_errors, publish
from annotator.inputs import read_text

TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,128}")
"""What a token looks like: at least 128 bits in base64."""
_LARGEST_FILE = 1 << 20
_HEAD = (
    "# Secret links to the workbench: whoever has one works as that curator.\n"
    "# `annotator serve --links` keeps them here; a curator whose line is removed gets a new link at the next start.\n"
)


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Where browsers find the server: an ``origin`` such as ``https://news.example`` and a path ``prefix``."""

    origin: str
    prefix: str = ""

    @classmethod
    def of(cls, url: str) -> PublicAddress:
        """The address in ``--public-url``.  Raises :class:`InputError` when it is none."""
        expected = "expected such as https://news.example or https://news.example/workbench"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise InputError(f"--public-url {url}: {error}", expected) from error
        extra = parts.query or parts.fragment or parts.username or parts.password
        if parts.scheme not in ("http", "https") or not parts.hostname or extra:
            raise InputError(f"--public-url {url}: is no address of a server", expected)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        usual = {"http": 80, "https": 443}[parts.scheme]
        shown_port = "" if port in (None, usual) else f":{port}"
        return cls(f"{parts.scheme}://{host}{shown_port}", quote(parts.path.rstrip("/"), safe="/%"))

    @property
    def is_secure(self) -> bool:
        """Whether browsers talk TLS."""
        return self.origin.startswith("https:")

    def secret_link(self, token: str) -> str:
        """The secret link with a token."""
        return f"{self.origin}{self.prefix}/?token={token}"


class Links:
    """The token of each person who is served."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self.tokens = dict(tokens)

    @classmethod
    def made(cls, people: Sequence[str], kept: Mapping[str, str] | None = None) -> Links:
        """Links for some people: with the tokens that were kept, and new ones."""
        return cls({person: (kept or {}).get(person) or secrets.token_urlsafe(TOKEN_BYTES) for person in people})

    def owner(self, token: str) -> str | None:
        """Whose token this is, found in the same time whatever it is; ``None`` for nobody's."""
        given, found = token.encode("utf-8", "replace"), None
        for person, known in self.tokens.items():
            if compare_digest(given, known.encode()):
                found = person
        return found

    def lines(self, address: PublicAddress) -> list[str]:
        """A line for each person: name, tab, link."""
        return [f"{person}\t{address.secret_link(token)}" for person, token in self.tokens.items()]


def read_links(path: Path) -> dict[str, str]:
    """The tokens in a file by person; none where there is no file.

    Raises :class:`InputError` when others can read the file, it is none (a folder, a device), or holds something else.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return {}
    if not stat.S_ISREG(mode):
        raise InputError(f"{path}: not a regular file", "give a file, in which links are kept for the next start")
    if mode & 0o077:
        raise InputError(
            f"{path} can be read by others", f"`chmod 600 {path}`, and remove the lines that they may know"
        )
    tokens: dict[str, str] = {}
    for number, line in enumerate(read_text(path, _LARGEST_FILE).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        person, _, link = line.partition("\t")
        token = link.rpartition("?token=")[2].strip()
        if not person or "?token=" not in link or not _TOKEN.fullmatch(token):
            raise InputError(
                f"{path}, line {number}: is no link", "expected a name, a tab and a link; or remove the line"
            )
        if person in tokens or token in tokens.values():
            raise InputError(
                f"{path}, line {number}: its name or its link stands there twice", "remove one of the two lines"
            )
        tokens[person] = token
    return tokens


def write_links(path: Path, links: Links, kept: Mapping[str, str], address: PublicAddress) -> None:
    """Write the links into a file that only its owner can read, also of people who are not served this time.

    A link to a file stays one.
    """
    everybody = Links({**kept, **links.tokens})
    with name_errors(path):
        staged = StagedFile(path.resolve())
        try:
            staged.stream.write((_HEAD + "".join(f"{line}\n" for line in everybody.lines(address))).encode())
            staged.finish(0o600)
            publish(staged)
        finally:
            staged.discard()
