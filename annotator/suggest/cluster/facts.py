"""What decides on the suggestions of a machine: versions, models and what was learned, to compare two machines."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import annotator
from annotator.suggest import custom_models
from annotator.suggest.models import folder_digest, in_use, path_of
from annotator.suggest.pinned_models import PINNED
from annotator.suggest.pipeline import SuggestionPipeline
from annotator.suggest.pipeline_settings import PipelineSettings

PACKAGES = ("distributed", "spacy", "thinc", "numpy", "regex", "python-crfsuite")
"""The packages by which suggestions could differ, and the one that carries them."""
SUM = "all together"
"""What a digest over everything else is called: it is told only where nothing else tells the difference."""
SHOWN = 12
"""Digits of a digest that are shown: enough to tell two apart."""


@cache
def software() -> Mapping[str, str]:
    """The versions of Python, of this package (with a digest of its files) and of those that it computes with."""
    found = {
        "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "annotator": f"{annotator.__version__} ({_source_digest()})",
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    return found


def parts(settings: PipelineSettings, pipeline: SuggestionPipeline) -> dict[str, str]:
    """The models, other suggesters and learned version of a pipeline, each with a digest of its files."""
    found = {}
    for lang in filter(PINNED.__contains__, settings.scheme.languages):
        model = in_use(lang, settings.models_dir)
        path = path_of(model, settings.models_dir) if model is not None else None
        found[f"model for {lang}"] = "none" if path is None else f"{path.name} {folder_digest(path)[:SHOWN]}"
    for own in custom_models.installed(settings.models_dir):
        if own.lang in settings.scheme.languages:
            folder = settings.models_dir / custom_models.FOLDER / own.name
            found[f"model {own.name}"] = f"{own.version} {folder_digest(folder)[:SHOWN]}"
    found["suggesters"] = ", ".join(pipeline.added) or "none"
    found["learned version"] = pipeline.learned.fingerprint if pipeline.learned is not None else "none"
    found["label scheme"] = settings.scheme.sha256[:SHOWN]
    found[SUM] = pipeline.fingerprint[:SHOWN]
    return found


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """Say in a few words where two machines differ."""
    found = {
        name: f"{name} is {there.get(name, 'none')} there and {here.get(name, 'none')} here"
        for name in dict.fromkeys((*here, *there))
        if here.get(name, "none") != there.get(name, "none")
    }
    return [said for name, said in found.items() if name != SUM or len(found) == 1]


def _source_digest() -> str:
    package = Path(annotator.__file__).parent
    digest = sha256()
    words = (path for ending in ("*.json", "*.toml") for path in (package / "suggest").rglob(ending))
    for file in sorted((*package.rglob("*.py"), *words)):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:SHOWN]
