"""Running an app in this terminal, until somebody quits or a signal or an exception ends it."""

from __future__ import annotations

from warnings import filterwarnings

from annotator.tui.app import AnnotatorApp, Reopening, WorkbenchError
from annotator.tui.signals import Signals
from annotator.tuning import collect_seldom
from annotator.workflow.desk import Desk
from annotator.workflow.learning.background_training import BackgroundTraining
from annotator.workflow.settings import Preferences


def run(
    desk: Desk,
    document: str | None,
    preferences: Preferences,
    *,
    adjudicating: bool = False,
    offers_tutorial: bool = False,
    served: bool = False,
) -> Reopening | None:
    """Open the workbench in this terminal, to annotate or to adjudicate, until the curator quits.

    Returns what to open after the tutorial where the curator left for that.
    """
    collect_seldom()
    training = None
    if preferences.learn:
        training = BackgroundTraining(desk.workspace.root, desk.curator, network=preferences.network_in_background)
    app = AnnotatorApp(desk, document, preferences, training, adjudicating=adjudicating, served=served)
    app.offers_tutorial = offers_tutorial
    run_app(app)
    if app.signals is not None and app.signals.ended_by is not None:
        desk.workspace.close()
    end_app(app)
    return app.reopening


def run_app(app: AnnotatorApp) -> None:
    """Run an app in this terminal; a signal or an exception that ended it is kept for :func:`end_app`."""
    app.signals = Signals(app)
    with app.signals.handled(), app.uncaught.watched():
        try:
            app.run()
        except SystemExit as end:
            app.failure = app.failure or WorkbenchError.of(end)


def end_app(app: AnnotatorApp) -> None:
    """End the process by the signal that ended an app, or raise the exception that did."""
    if app.signals is not None:
        app.signals.end_process()
    if app.failure is not None:
        filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)  # Textual's own
        raise app.failure
