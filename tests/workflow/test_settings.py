"""What a person sets once: read where it is said to be, and every mistake named."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.workflow.settings import Preferences, SettingsError, load_preferences, settings_path


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_preferences(tmp_path / "settings.yaml") == Preferences()


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}"])
def test_an_empty_file_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.yaml").write_text(text, encoding="utf-8")
    assert load_preferences(tmp_path / "settings.yaml") == Preferences()


def test_everything_that_can_be_set(tmp_path: Path) -> None:
    text = "theme: nord\nmode: plain\naccept_threshold: 1\nkeys:\n  suggestion.accept: 'y,enter'\n"
    (tmp_path / "settings.yaml").write_text(text, encoding="utf-8")
    expected = Preferences("nord", "plain", 1.0, {"suggestion.accept": "y,enter"})
    assert load_preferences(tmp_path / "settings.yaml") == expected


def test_without_a_threshold_the_workspace_decides(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("mode: plain\n", encoding="utf-8")
    assert load_preferences(tmp_path / "settings.yaml").accept_threshold is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tema: nord", "tema: unknown: did you mean theme"),
        ("colours: no", r"colours: unknown: expected one of theme, mode"),
        ("mode: brackets", "mode: found 'brackets': expected one of lanes, compact, plain"),
        ("mode: [plain]", "mode: found"),
        ("accept_threshold: 75", "accept_threshold: found 75: expected a number from 0 to 1"),
        ("accept_threshold: true", "accept_threshold: found True"),
        ("theme: 7", "theme: found 7: expected a theme's name"),
        ("keys: [a]", "keys: found"),
        ("keys: {accept: 1}", "expected binding ids with keys, both in quotes"),
        ("- theme", "found a list, expected keys with values"),
        ("theme: [", "found broken YAML"),
        ("\x07", "found the character U.0007"),
        ("mode: plain\nmode: lanes", "found a second 'mode', expected each key once"),
        ("keys:\n  queue.sort: x\n  queue.sort: y", "found a second 'queue.sort', expected each key once"),
    ],
)
def test_a_mistake_is_named_with_what_was_expected(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said) as raised:
        load_preferences(path)
    line = text.count("\n") + 1
    assert str(raised.value).startswith(f"{path}:{line}: ")
    assert len(str(raised.value).splitlines()) == 1


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"theme: caf\xe9")
    for path, said in ((tmp_path, "is a directory"), (tmp_path / "latin.yaml", "byte 10 is not UTF-8")):
        with pytest.raises(SettingsError, match=said):
            load_preferences(path)


def test_where_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert settings_path() == tmp_path / ".config" / "annotator" / "settings.yaml"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "conf"))
    assert settings_path() == tmp_path / "conf" / "annotator" / "settings.yaml"
    monkeypatch.setenv("ANNOTATOR_SETTINGS", str(tmp_path / "mine.yaml"))
    assert settings_path() == tmp_path / "mine.yaml"


def test_somebody_without_a_home_has_settings_at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HOME", "XDG_CONFIG_HOME", "ANNOTATOR_SETTINGS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    assert settings_path() == Path("/.config/annotator/settings.yaml")
