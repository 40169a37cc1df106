"""The lines that show the attributes of the document, and the keys that answer a question."""

from __future__ import annotations

from annotator.annotation import Attributes
from annotator.labels import LabelScheme
from annotator.tui.layout.palette import Palette
from annotator.tui.screens.document.prompts import Prompts
from annotator.tui.widgets.document_strip import DocumentStrip
from annotator.tui.widgets.key_menu import KeyMenu
from annotator.workflow.editing.content import LayerContent


class AttributeBars:
    """The strip of the document's attributes, in a list that is empty where there are none, and the menu of keys."""

    def __init__(self, scheme: LabelScheme, palette: Palette) -> None:
        known = scheme.attributes_of(None)
        self.strips = [DocumentStrip(palette, known)] if known else []
        self.menu = KeyMenu(palette)

    def show(self, content: LayerContent, suggested: Attributes, prompts: Prompts) -> None:
        """Show the attributes as they are, and the keys that answer the open question."""
        for strip in self.strips:
            strip.show_attributes(content.document_attributes, suggested)
        self.menu.show_rows(prompts.menu(self.menu.screen.size.width))
