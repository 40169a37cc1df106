"""The lists that may stand beside a document's text."""

from __future__ import annotations

from annotator.tui.widgets.case_panel import CasePanel
from annotator.tui.widgets.item_panel import ItemPanel

SidePanel = ItemPanel | CasePanel
"""A list whose entries have ids, by which a screen can choose one."""
