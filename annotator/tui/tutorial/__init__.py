"""The tutorial: the annotate screen on a practice article, with a panel that says what to press and waits for it."""

from annotator.tui.tutorial.app import TutorialApp, run_tutorial

__all__ = ["TutorialApp", "run_tutorial"]
