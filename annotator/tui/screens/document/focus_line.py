"""What the focus line of a document screen says before anything else: the open question, or the selection."""

from __future__ import annotations

from annotator.text import Document
from annotator.tui.key_prompt import KeyPrompt
from annotator.tui.layout.caret import Caret
from annotator.tui.layout.cutting import quote_within
from annotator.tui.widgets.status_line import StatusLine


def show_prompt_or_selection(bar: StatusLine, prompt: KeyPrompt | None, caret: Caret, document: Document) -> bool:
    """Show the question that is open, else the selected text; returns whether there was either."""
    selection = caret.selection
    if prompt is not None:
        bar.show((f" {prompt.line(bar.size.width)} ", "alarm"), ("  esc cancels", "faint"))
    elif selection is not None:
        text = quote_within(document.text[slice(*selection)], 60)
        bar.show((" selected ", "bold"), (text, ""), ("  a label's key marks it", "faint"))
    return prompt is not None or selection is not None
