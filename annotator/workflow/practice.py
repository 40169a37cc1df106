"""The practice article of the tutorial: a workspace of its own with fixed suggestions, from data in the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from annotator.annotation import Annotations, SpanKey, suggested_span
from annotator.corpus import Article, build_document
from annotator.history import CORPUS, SUGGESTIONS, LayerName, Op
from annotator.store import document_record
from annotator.tokenization import TOKENIZER
from annotator.workflow.desk import Desk
from annotator.workflow.layer_diff import differences
from annotator.workflow.setup import make_workspace
from annotator.workflow.workspace import Workspace
from annotator.yaml_input import load_yaml

LANGUAGES = ("es", "en")
KEY = "tutorial"
"""The key of the practice article."""
_SOURCE = "tutorial@1"


@dataclass(frozen=True)
class Practice:
    """The tutorial in one language: the article, its mentions by name, and the texts of the steps.

    ``mentions`` are what is suggested and what is to be marked; ``scores`` says which of them are suggested.
    """

    lang: str
    text: str
    mentions: Mapping[str, SpanKey]
    scores: Mapping[str, float]
    steps: Mapping[str, str]
    panel: Mapping[str, str]
    closing: str

    def make_desk(self, folder: Path, curator: str) -> Desk:
        """Make a workspace with the article in an empty folder, and a desk there."""
        make_workspace(folder, "news")
        workspace = Workspace(folder)
        document = build_document(Article(KEY, self.text, lang=self.lang), workspace.scheme.languages)
        spans = [suggested_span(*self.mentions[name], _SOURCE, score) for name, score in self.scores.items()]
        ops = differences(Annotations(), Annotations.of(spans, ()))
        with workspace.store.write() as writer:
            writer.put_text(document, TOKENIZER)
            record = document_record(document, document.sha256)
            writer.append(LayerName(KEY, CORPUS), curator, "ingest", [Op("document", KEY, None, record)])
            kept = Op("layer", "text", None, {"value": document.sha256})
            writer.append(LayerName(KEY, SUGGESTIONS), "annotator", "suggest", [kept, *ops])
        return Desk(workspace, curator)


def load_practice(lang: str) -> Practice:
    """The tutorial in a language, which is one of :data:`LANGUAGES`."""
    found = load_yaml(Path(str(files("annotator"))) / "templates" / "tutorial.yaml")
    assert found is not None
    data: Mapping[str, Any] = found.values
    text = data["article"][lang]
    suggested, unmarked = data["suggestions"], data["unmarked"]

    def place(mention: Mapping[str, Any]) -> SpanKey:
        start = text.index(mention[lang])
        return SpanKey(start, start + len(mention[lang]), mention["label"])

    return Practice(
        lang=lang,
        text=text,
        mentions={name: place(mention) for name, mention in (suggested | unmarked).items()},
        scores={name: mention["score"] for name, mention in suggested.items()},
        steps={name: texts[lang].strip() for name, texts in data["steps"].items()},
        panel={name: texts[lang] for name, texts in data["panel"].items()},
        closing=data["closing"][lang],
    )


def language_of(locale: str) -> str:
    """The language of the tutorial for a locale such as ``es_MX.UTF-8``: English for those that it does not have."""
    lang = locale.partition("_")[0].partition(".")[0].lower()
    return lang if lang in LANGUAGES else "en"
