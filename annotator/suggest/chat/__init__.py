"""A suggester that asks a chat model over HTTP, for servers that speak OpenAI's chat completions, local ones included.

It takes part only where ``models/chat.yaml`` says whom to ask.  A question holds the guideline and some numbered
sentences; the answer is JSON that quotes what it marks.  Nothing of the answer is believed: quotes are looked up in the
text, labels and relations are held against the scheme, and what does not fit is left out and counted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from annotator.labels import LabelScheme

if TYPE_CHECKING:
    from annotator.suggest.chat.suggester import ChatSuggester

FILE = "chat.yaml"
"""The configuration's name in the models folder."""
ANSWERS = "chat-answers"
"""The folder in the models folder that caches answers."""


def make(scheme: LabelScheme, models_dir: Path) -> ChatSuggester | None:
    """The suggester that the models folder configures, ``None`` where it configures none.

    Raises ``ModelError`` for a mistake in the configuration.
    """
    path = models_dir / FILE
    if not path.exists():
        return None
    from annotator.suggest.chat.configuration import load_configuration
    from annotator.suggest.chat.suggester import ChatSuggester

    return ChatSuggester(scheme, load_configuration(path), models_dir / ANSWERS)
