"""Secret links: whose they are, and the file that keeps them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from annotator.errors import InputError
from annotator.serve.links import Links, PublicAddress, read_links, write_links

ADDRESS = PublicAddress("http://127.0.0.1:8000")


def test_every_start_gives_other_tokens_of_at_least_128_bits() -> None:
    first, second = Links.made(["ana", "bo"]), Links.made(["ana", "bo"])
    tokens = [*first.tokens.values(), *second.tokens.values()]
    assert len(set(tokens)) == 4
    assert all(len(token) * 6 >= 128 for token in tokens)


def test_a_token_opens_its_owners_and_nothing_else_does() -> None:
    links = Links.made(["ana", "bo"])
    assert links.owner(links.tokens["bo"]) == "bo"
    for wrong in ("", "ana", links.tokens["ana"][:-1], links.tokens["ana"] + "x", "ñ", "\ud800"):
        assert links.owner(wrong) is None


def test_a_file_keeps_tokens_and_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "links"
    first = Links.made(["ana", "bo"], read_links(path))
    write_links(path, first, {}, ADDRESS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = read_links(path)
    second = Links.made(["ana", "carla"], kept)
    write_links(path, second, kept, PublicAddress("https://news.example", "/desk"))
    assert second.tokens["ana"] == first.tokens["ana"]
    assert read_links(path) == {**first.tokens, **second.tokens}
    assert f"ana\thttps://news.example/desk/?token={first.tokens['ana']}\n" in path.read_text(encoding="utf-8")


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "links"
    write_links(path, Links.made(["ana"]), {}, ADDRESS)
    path.chmod(0o644)
    with pytest.raises(InputError, match="can be read by others: `chmod 600"):
        read_links(path)


@pytest.mark.parametrize(("name", "token"), [("ana", "b" * 43), ("bo", "a" * 43)])
def test_a_name_or_a_link_that_stands_there_twice_is_told(tmp_path: Path, name: str, token: str) -> None:
    """Else the link would open as one of two people, or a link that was given out would not open any more."""
    path = tmp_path / "links"
    path.write_text(f"ana\thttp://x/?token={'a' * 43}\n{name}\thttp://x/?token={token}\n", encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(InputError, match="links, line 2: its name or its link stands there twice"):
        read_links(path)


@pytest.mark.parametrize(
    "line", ["ana", "ana\thttp://x/", "ana\thttp://x/?token=short", "\thttp://x/?token=" + "a" * 43]
)
def test_a_line_that_is_no_link_is_named_without_what_it_holds(tmp_path: Path, line: str) -> None:
    path = tmp_path / "links"
    path.write_text(f"# head\n{line}\n", encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(InputError, match="links, line 2: is no link") as raised:
        read_links(path)
    assert "token=" not in str(raised.value)


@pytest.mark.parametrize("place", [".", "pipe", os.devnull])
def test_a_folder_a_pipe_or_a_device_keeps_no_links(tmp_path: Path, place: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=f"{tmp_path / place}: not a regular file: give a file"):
        read_links(tmp_path / place)


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    path = tmp_path / "links"
    path.symlink_to("elsewhere")
    links = Links.made(["ana"])
    write_links(path, links, {}, ADDRESS)
    assert path.is_symlink()
    assert read_links(tmp_path / "elsewhere") == links.tokens


@pytest.mark.parametrize(
    ("url", "origin", "prefix"),
    [
        ("https://news.example", "https://news.example", ""),
        ("https://news.example:443/", "https://news.example", ""),
        ("https://news.example:8443/desk/", "https://news.example:8443", "/desk"),
        ("http://[::1]:8000/a b", "http://[::1]:8000", "/a%20b"),
    ],
)
def test_a_public_address_is_taken_apart_as_browsers_do(url: str, origin: str, prefix: str) -> None:
    assert PublicAddress.of(url) == PublicAddress(origin, prefix)


@pytest.mark.parametrize(
    "url", ["news.example", "ftp://news.example", "https://", "https://x/?a=b", "https://a:b@x", "https://x:y"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="--public-url"):
        PublicAddress.of(url)
