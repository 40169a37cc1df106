"""Files that run away, and settings that nobody could have meant: one line with file and line, in no time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.errors import AnnotatorError, InputError
from annotator.inputs import files_under, load_json, read_text
from annotator.labels import check_scheme, load_scheme
from annotator.redaction import redact
from annotator.suggest.chat.configuration import load_configuration
from annotator.workflow.settings import load_preferences
from annotator.yaml_input import load_yaml
from tests.cli.test_hostile_arguments import FUZZ_SECONDS
from tests.workspaces import LABELS

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
SPOILT: dict[str, tuple[str | bytes, str]] = {
    "a date that is none": ("accept_threshold: 2020-99-99", "found '2020-99-99': expected a number"),
    "a number of 5,000 digits": (f"accept_threshold: {'9' * 5000}", r"yaml:1: found '9{40}'"),
    "the same in hex": (f"accept_threshold: 0x{'f' * 5000}", "yaml:1: found a number of more than 30 digits"),
    "900 brackets": ("[" * 900, "yaml:1: found lists or mappings nested too deeply"),
    "a billion laughs": (BOMB, r"yaml:7: found more than 1,000,000 values"),
    "an alias inside of itself": ("keys: &a\n  b: *a", r"yaml:2: found \*a inside of what it stands for"),
    "a made-up tag": ("theme: !!python/object:os.system x", "yaml:1: found a value that YAML cannot build"),
    "a list as a key": ("? [a, b]\n: c", "yaml:1: found a value that YAML cannot build"),
    "bytes that are no UTF-8": (b"theme: caf\xe9", "byte 10 is not UTF-8"),
    "a bell": ("theme: \x07", "yaml:1: found the character U.0007"),
    "a number in place of a whole": ("!!int x", "yaml:1: found a single value"),
    "an !!int that is none": ("accept_threshold: !!int x", "yaml:1: found 'x', a value that YAML cannot build"),
    "a float beyond measure": ("accept_threshold: 1e999", "accept_threshold: found "),
    "what is no number": ("accept_threshold: .nan", "accept_threshold: found nan"),
}
READERS: dict[str, Callable[[Path], object]] = {
    "settings.yaml": load_preferences,
    "chat.yaml": load_configuration,
    "labels.yaml": load_scheme,
}


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("case", SPOILT)
def test_spoilt_settings_are_one_line(tmp_path: Path, case: str) -> None:
    content, said = SPOILT[case]
    with pytest.raises(AnnotatorError, match=said) as raised:
        load_preferences(put(tmp_path, "settings.yaml", content))
    assert "\n" not in str(raised.value)
    for name in ("chat.yaml", "labels.yaml"):
        with pytest.raises(AnnotatorError, match=name):
            READERS[name](put(tmp_path, name, content))


@pytest.mark.parametrize("name", READERS)
def test_only_a_file_is_read(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(AnnotatorError, match="not a regular file"):
        READERS[name](tmp_path / name)
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises(AnnotatorError, match="not a regular file"):
        READERS[name](tmp_path / name)
    (tmp_path / name).unlink()
    with (tmp_path / name).open("wb") as sparse:
        sparse.truncate(1 << 40)
    with pytest.raises(AnnotatorError, match="larger than 16 MB"):
        READERS[name](tmp_path / name)


def test_no_settings_are_settings_too(tmp_path: Path) -> None:
    assert load_preferences(Path(os.devnull)) == load_preferences(tmp_path / "absent")
    assert load_yaml(put(tmp_path, "a.yaml", "# nothing\n")) is None
    assert load_yaml(put(tmp_path, "b.yaml", "")) is None


def test_aliases_that_say_something_are_welcome(tmp_path: Path) -> None:
    path = put(tmp_path, "labels.yaml", LABELS.replace("{key: 1}", "{key: 1, model_labels: &m [PER]}").replace(
        "{key: 2}", "{key: 2, model_labels: *m}"))  # fmt: skip
    assert load_scheme(path).entities["ORG"].model_labels == ("PER",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", ":1: not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5000, "a number of too many digits"),
        (b"\xff", "byte 0 is not UTF-8"),
    ],
)
def test_spoilt_json_is_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_json(put(tmp_path, "card.json", content))


class TestFolders:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "news"
        (folder / "sub").mkdir(parents=True)
        for name in ("a.txt", "sub/b.txt", ".hidden.txt", "c.md"):
            put(folder, name, name)
        put(tmp_path, "secret.txt", "s3cret")
        return folder

    def found(self, folder: Path) -> list[str]:
        return [str(path.relative_to(folder)) for path in files_under(folder, lambda name: name.endswith(".txt"))]

    def test_files_of_all_subfolders_by_path(self, folder: Path) -> None:
        assert self.found(folder) == ["a.txt", "sub/b.txt"]

    @pytest.mark.parametrize("target", ["../secret.txt", "/etc/passwd"])
    def test_a_link_that_leads_out_is_refused(self, folder: Path, target: str) -> None:
        (folder / "sub" / "x.txt").symlink_to(Path("..", target) if target.startswith(".") else target)
        with pytest.raises(InputError, match=r"x.txt: a link that leads out of the folder"):
            self.found(folder)

    def test_so_is_a_folder_that_leads_out(self, folder: Path) -> None:
        (folder / "up").symlink_to("..")
        with pytest.raises(InputError, match="up: a link that leads out"):
            self.found(folder)

    def test_what_is_not_wanted_may_lead_anywhere_and_links_inside_are_files(self, folder: Path) -> None:
        (folder / "x.pdf").symlink_to("../secret.txt")
        (folder / "again.txt").symlink_to("a.txt")
        (folder / "sub2").symlink_to("sub")
        assert self.found(folder) == ["a.txt", "again.txt", "sub/b.txt"]

    def test_the_folder_itself_may_be_a_link(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "alias").symlink_to(folder)
        assert self.found(tmp_path / "alias") == ["a.txt", "sub/b.txt"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to http://ana:s3cret@host:8/v1?key=s3cret now", "to http://…@host:8/v1?… now"),
        ("https://s3cret@index.example/simple/", "https://…@index.example/simple/"),
        ("https://u:s3/cret@host/x", "https://…@host/x"),
        ("https://u:s3@cret@host/x", "https://…@host/x"),
        ("proxy ana:s3cret@host:3128", "proxy …@host:3128"),
        ("Authorization: Bearer s3crets3cret", "Authorization: …"),
        ("bearer s3crets3cret was refused", "bearer … was refused"),
        ("api_key=s3cret", "api_key=…"),
        ("a token pattern of X", "a token pattern of X"),
        ("write to ana@example.com", "write to ana@example.com"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
    ],
)
def test_nothing_secret_is_shown(text: str, shown: str) -> None:
    assert redact(text) == shown


_WRITTEN = """theme keys url entities key head PERSON patterns regex (a+)+$ [ ] { } : - &a *a <<: !!int !!set !!binary
2020-99-99 0x1f .nan 1e999 ~ ' " | > # --- ... ? yes 1:60:60 = @ ` %YAML"""
PIECES = st.sampled_from([*_WRITTEN.split(), "\n", "  ", "\t", "\u2028", ": ", "- ", "9" * 40])


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=int(FUZZ_SECONDS * 100) or 300)
@given(pieces=st.lists(PIECES, max_size=25), cut=st.integers(0, len(LABELS)))
def test_whatever_a_file_says_it_is_read_or_refused(
    name: str, pieces: list[str], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    written = "".join(pieces)
    path.write_text(LABELS[:cut] + written + LABELS[cut:] if name == "labels.yaml" else written, encoding="utf-8")
    message = name
    try:
        READERS[name](path)
    except AnnotatorError as error:
        message = str(error)
    assert name in message


@settings(max_examples=int(FUZZ_SECONDS * 10) or 150)
@given(value=st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
                    max_leaves=8))  # fmt: skip
def test_any_value_may_stand_anywhere_in_a_scheme(value: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    for line in LABELS.splitlines():
        key, colon, _ = line.partition(": ")
        if colon:
            path.write_text(LABELS.replace(line, f"{key}: {json.dumps(value)}"), encoding="utf-8")
            assert all(problem.count("\n") == 0 for problem in check_scheme(path))


def test_a_byte_order_mark_is_no_part_of_a_text(tmp_path: Path) -> None:
    assert read_text(put(tmp_path, "a", b"\xef\xbb\xbfx")) == "x"


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match=str(tmp_path)):
        read_text(tmp_path)
