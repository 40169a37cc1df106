"""The side panel that lists the cases of an adjudication, open and settled."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from rich.cells import set_cell_size
from rich.segment import Segment

from annotator.annotation import RelationKey, SpanKey
from annotator.tui.layout.item_text import item_text
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.beside_text import BesideText
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.adjudicating.attributes import version_text
from annotator.workflow.adjudicating.case_list import CaseList
from annotator.workflow.adjudicating.cases import AttributeCase, Case

SIGNS: Mapping[str | None, str] = {None: "?", "agreement": "=", "majority": "≈", "adjudicator": "✓"}
KIND_CELLS = 9
SHORT = {"relation label": "rel.label", "relation direction": "direction", "relation missing": "rel.miss."}
"""Short names of kinds that are too wide for the column."""


def _item_of(case: Case) -> SpanKey | RelationKey | None:
    """What a case is about: what stands, else the first of its versions; ``None`` for the document."""
    if isinstance(case, AttributeCase):
        return case.item
    return next((version[0] for version in (case.outcome, *case.versions.values()) if version), None)


class CasePanel(BesideText, VirtualList):
    """Lists cases in the order of ``tab``: open ``?``, settled by hand ``✓``, agreed ``=``, by majority ``≈``."""

    EDGES = ("│", "")

    DEFAULT_CSS = """
    CasePanel { width: auto; min-width: 36; max-width: 80; padding: 0 0 0 1; }
    """

    def __init__(self, text: str, palette: Palette) -> None:
        super().__init__(palette, id="panel")
        self._document_text = text
        self.cases = CaseList()

    def show_cases(self, cases: CaseList) -> None:
        """List other cases; the next :meth:`choose` shows them."""
        self.cases = cases
        self.update_entries()

    def count(self) -> int:
        """Count the cases."""
        return len(self.cases)

    def cache_key(self, index: int) -> Hashable:
        """All values that the line of a case shows."""
        case = self.cases[index]
        return case.id, case.kind, case.settled, case.outcome, tuple(case.versions.values())

    def item_id(self, index: int) -> str:
        """The id of the case in a line."""
        return self.cases[index].id

    def choose_case(self, case: Case | None) -> None:
        """Choose the line of a case, or none if it is not listed."""
        self.choose(self.cases.place(case))

    def line(self, index: int, width: int) -> list[Segment]:
        """Build the line of a case: state, kind and text."""
        case = self.cases[index]
        is_open = case.settled is None
        key = _item_of(case)
        label = key.label if isinstance(key, SpanKey) and not isinstance(case, AttributeCase) else ""
        mark = Segment(
            f"{SIGNS[case.settled]} ", self.palette.style(self.palette.hint if is_open else None, bold=is_open)
        )
        kind = set_cell_size(SHORT.get(case.kind, case.kind), KIND_CELLS) + " "
        color = self.palette.label(label) if label else None
        nothing = case.settled is not None and not case.outcome and not isinstance(case, AttributeCase)
        cells = max(0, width - KIND_CELLS - (6 if nothing else 3))
        described = "" if key is None else item_text(key, self._document_text, cells)
        if isinstance(case, AttributeCase):
            value = f": {version_text(case.outcome) or 'nothing'}" if case.settled else ""
            described = sanitize(f"{case.name}{value} · {described or 'the document'}")
        text = set_cell_size(described, cells)
        return [
            mark,
            Segment(kind, self.palette.style(self.palette.faint)),
            Segment(f"no {text}" if nothing else text, self.palette.style(color, bold=not is_open, italic=nothing)),
        ]
