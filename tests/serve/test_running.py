"""Starting a server: what keeps it from starting is one line, and what is unsafe about it is said."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from annotator.cli.main import main
from tests.serve.driver import running_server


def line(root: Path, capfd: pytest.CaptureFixture[str], *options: str, status: int = 1) -> str:
    assert main(["-w", str(root), "serve", "--port", "0", *options]) == status
    out, err = capfd.readouterr()
    assert out == ""
    return err.splitlines()[-1]


def test_without_its_packages_it_says_how_to_get_them(
    root: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.serve.find_spec", lambda _name: None)
    said = line(root, capfd, "--curators", "ana")
    assert said.startswith("annotator: serving needs packages that are not installed: run: ")
    assert "textual-serve==" in said


def test_names_are_held_to_the_rule_for_curators(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "'a b' cannot be a curator's name" in line(root, capfd, "--curators", "ana,a b")
    assert "ana is both curator and lead" in line(root, capfd, "--curators", "ana", "--leads", "ana")
    assert "nobody has assignments here: name who gets a link: --curators ana,bo" in line(root, capfd)


def test_a_name_that_was_given_up_is_refused(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["-w", str(root), "assign", "--curators", "ana", "--as", "lead"]) == 0
    assert main(["-w", str(root), "rename", "--curator", "ana", "anna", "--as", "lead"]) == 0
    capfd.readouterr()
    assert "ana is called anna here" in line(root, capfd, "--curators", "ana")


def test_an_address_that_is_taken_or_not_of_this_machine_is_named(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = line(root, capfd, "--curators", "ana", "--port", port)
    assert f"127.0.0.1:{port}: address already in use: choose another with --port N" in said
    said = line(root, capfd, "--curators", "ana", "--host", "203.0.113.9")
    assert said.startswith("annotator: 203.0.113.9:0: cannot assign requested address: give an address of this machine")


def test_what_is_not_encrypted_is_said(root: Path) -> None:
    with running_server(root, "--curators", "ana", "--host", "0.0.0.0") as server:
        assert "links and all that is typed can be read on the network" in server.wait_for_line("warning:")
    with running_server(root, "--curators", "ana") as server:
        assert not any("warning" in said for said in server.err)
