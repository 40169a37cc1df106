"""A page of the docs as it is told: prose, and between it commands and screens as the program showed them."""

from __future__ import annotations

from textwrap import fill

AS_IT_IS = ("#", "|", "![", "<!--", "```")
"""What is not wrapped begins so: headings, tables, pictures, comments, and what the program showed."""


class ToldPage:
    """The parts of a page, in order."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def say(self, text: str) -> None:
        """Add paragraphs, wrapped to the width of the docs where they are prose."""
        for part in text.split("\n\n"):
            self.parts.append(part if part.startswith(AS_IT_IS) else fill(part, 120, break_on_hyphens=False))

    def show(self, kind: str, text: str) -> None:
        """Add a block of a kind, such as ``console`` or ``text``, with what the program showed."""
        self.parts.append(f"```{kind}\n{text}\n```")

    def page(self) -> str:
        """The text of the page."""
        return "\n\n".join(self.parts) + "\n"
