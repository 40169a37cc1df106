"""Checking whether a history that somebody else wrote is one that our own code could have written."""

from __future__ import annotations

from annotator.validation.examination import LayerExamination, Replacement, examine_history, name_problem

__all__ = ["LayerExamination", "Replacement", "examine_history", "name_problem"]
