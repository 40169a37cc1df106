"""The agreement screen: figures with their intervals, each of which opens the disagreements behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import get_current_worker

from annotator.errors import AnnotatorError
from annotator.tui.layout.figures import FigurePage, Fold, Target
from annotator.tui.screens.base import WorkScreen
from annotator.tui.screens.help_topic import HelpTopic
from annotator.tui.widgets.entry_line import EntryLine
from annotator.tui.widgets.figures_view import FiguresView
from annotator.tui.widgets.status_line import StatusLine
from annotator.wording import plural
from annotator.workflow.comparing.agreement_sample import display_name
from annotator.workflow.comparing.disagreements import DisagreementFilter
from annotator.workflow.desk import Desk
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from annotator.reports.agreement import Agreement
    from annotator.reports.work_summary import WorkSummary
    from annotator.workflow.comparing.agreement_sample import AgreementSample

PAGE_KEYS = "123456789"
"""The keys of the pages, in their order."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The figures, what was asked for and the sample that they come from, and the documents that stay hidden."""

    layers: str
    language: str | None
    sample: AgreementSample
    agreement: Agreement
    work: WorkSummary
    hidden: frozenset[str]


class AgreementScreen(WorkScreen):
    """Pages of figures; ``enter`` opens the disagreements behind a figure."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "the disagreements behind the figure, or the document", id="agreement.open"),
        Binding("down,j", "move(1)", "next figure", id="agreement.down"),
        Binding("up,k", "move(-1)", "figure before", id="agreement.up"),
        Binding("right,l", "along(1)", "next figure in the line", id="agreement.right"),
        Binding("left,h", "along(-1)", "figure before in the line", id="agreement.left"),
        Binding("pagedown", "page(1)", "page down", id="agreement.page_down"),
        Binding("pageup", "page(-1)", "page up", id="agreement.page_up"),
        Binding("tab", "turn(1)", "next page", id="agreement.next"),
        Binding("shift+tab", "turn(-1)", "page before", id="agreement.previous"),
        Binding("1", "show(0)", "overview", id="agreement.overview"),
        Binding("2", "show(1)", "pairs", id="agreement.pairs"),
        Binding("3", "show(2)", "labels and relations", id="agreement.labels"),
        Binding("4", "show(3)", "what is taken for what", id="agreement.confusion"),
        Binding("5", "show(4)", "documents, worst first", id="agreement.documents"),
        Binding("6", "show(5)", "languages, time, shown or blind", id="agreement.parts"),
        Binding("7", "show(6)", "verdicts on suggestions, calibration", id="agreement.verdicts"),
        Binding("8", "show(7)", "time a document", id="agreement.time"),
        Binding("9", "show(8)", "what to do", id="agreement.to_do"),
        Binding("slash", "layers", "compare other layers", id="agreement.layers"),
        Binding("f", "language", "count one language alone", id="agreement.language"),
        Binding("a", "fold", "all measures, or the four that lead", id="agreement.fold"),
        Binding("m", "measure", "measure again", id="agreement.measure"),
        Binding("question_mark", "app.help", "what the measure says, and help", id="agreement.help"),
        Binding("escape,q", "close", "back", id="agreement.close"),
    ]

    class MeasurementDone(Message):
        """The worker has measured."""

        def __init__(self, measurement: Measurement) -> None:
            super().__init__()
            self.measurement = measurement

    class MeasurementFailed(Message):
        """The worker met an error that the user can mend."""

        def __init__(self, error: AnnotatorError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.measurement: Measurement | None = None
        self._layers = ""
        self._language: str | None = None
        self._languages: list[str] = []
        self._pages: list[FigurePage] = []
        self._page = 0
        self._unfolded = False
        self._cursors: dict[int, tuple[int, int] | None] = {}

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                StatusLine(palette, id="tabs"),
                FiguresView(palette),
                StatusLine(palette, id="tip"),
                StatusLine(palette, id="keys"),
                EntryLine(id="entry"),
            ]
        )

    @property
    def figures(self) -> FiguresView:
        """The widget that shows the figures."""
        return self.query_one(FiguresView)

    def on_mount(self) -> None:
        """Start to measure."""
        self.query_one("#keys", StatusLine).show(
            ("enter", "bold"), (" the disagreements  ", ""), ("tab", "bold"), (" page  ", ""), ("/", "bold"),
            (" layers  ", ""), ("f", "bold"), (" language  ", ""), ("?", "bold"), (" measure  ", ""),
            ("q", "bold"), (" back", ""),
        )  # fmt: skip
        self.action_measure()

    # Measuring

    def action_measure(self) -> None:
        """Measure in a worker thread."""
        alone = f", {self._language} alone" if self._language else ""
        self._show_header(f"measuring {self._layers or 'all curators'}{alone} …")
        self._measure(self._layers or None, self._language)

    @work(thread=True, exclusive=True, group="measure")
    def _measure(self, layers: str | None, language: str | None) -> None:
        """Measure on a connection of the thread's own, and post the result."""
        from annotator.agreement.estimates import EstimateOptions
        from annotator.reports.agreement import measure
        from annotator.reports.diagnoses import diagnosed
        from annotator.reports.work_summary import summarize_work
        from annotator.workflow.comparing.agreement_sample import (
            layers_to_compare,
            read_sample,
            verdict_counts,
            work_times,
        )
        from annotator.workflow.comparing.disagreements import hidden_documents

        worker = get_current_worker()
        workspace = Workspace(self.desk.workspace.root)
        try:
            sample = read_sample(workspace, layers_to_compare(workspace, layers), lang=language)
            agreement = measure(sample, EstimateOptions(), stop=lambda: worker.is_cancelled)
            work_summary = summarize_work(verdict_counts(workspace, language), work_times(workspace, language))
            hidden = hidden_documents(workspace, self.desk.curator, sample.layers)
            if not worker.is_cancelled:
                agreement = diagnosed(agreement, workspace.store, sample, hidden)
        except AnnotatorError as error:
            self.post_message(self.MeasurementFailed(error))
            return
        finally:
            workspace.close()
        if not worker.is_cancelled:
            self.post_message(
                self.MeasurementDone(Measurement(layers or "", language, sample, agreement, work_summary, hidden))
            )

    def on_agreement_screen_measurement_done(self, event: MeasurementDone) -> None:
        """Show the new figures."""
        self.measurement = event.measurement
        if self._language is None:
            self._languages = [part.name for part in event.measurement.agreement.languages]
        self._lay_out()
        self._show_header(self._measured)

    @property
    def _measured(self) -> str:
        """How many documents the figures are of."""
        return plural(self.measurement.agreement.compared, "document") if self.measurement else "not measured"

    def on_agreement_screen_measurement_failed(self, event: MeasurementFailed) -> None:
        """Report the error; the figures measured before stay, under what they were measured of."""
        self.show_error(event.error)
        before = self.measurement
        self._layers, self._language = ("", None) if before is None else (before.layers, before.language)
        self._show_header(self._measured)
        if before is not None:
            said = f" these figures are of {self._compared}: {event.error.message}"
            self.query_one("#tip", StatusLine).show((said, "alarm"))

    def _show_header(self, state: str) -> None:
        self.query_one("#header", StatusLine).show(
            (" agreement  ", "bold"), (self._compared, ""), right=f"  {state} · {self.desk.curator} "
        )

    @property
    def _compared(self) -> str:
        """The layers and the language that the figures are of; empty while there are none."""
        if self.measurement is None:
            return ""
        language = f" · {self.measurement.language} alone" if self.measurement.language else ""
        return f"{', '.join(map(display_name, self.measurement.sample.layers))}{language}"

    # Pages

    def adapt(self, width: int) -> None:
        """Lay the pages out again for another width."""
        self._lay_out(width)

    def _lay_out(self, width: int | None = None) -> None:
        if self.measurement is None:
            return
        from annotator.tui.layout.agreement_pages import pages

        measurement, room = self.measurement, (width or self.size.width) - 3
        self._pages = pages(measurement.agreement, measurement.work, measurement.sample, room, unfolded=self._unfolded)
        self._show_page()

    def _show_page(self) -> None:
        titles = [f"{key} {page.title}" for key, page in zip(PAGE_KEYS, self._pages, strict=True)]
        if len(" ".join(titles)) > self.size.width:
            titles = [title if number == self._page else title[0] for number, title in enumerate(titles)]
        tabs = [
            (f"{' ' if number else ''}{title}", "bold" if number == self._page else "faint")
            for number, title in enumerate(titles)
        ]
        self.query_one("#tabs", StatusLine).show(*tabs)
        self.figures.show(self._pages[self._page].lines, self._cursors.get(self._page))

    def action_show(self, page: int) -> None:
        """Turn to a page, with the cursor where it was before; while measuring, choose the page to begin with."""
        if self._pages:
            self._cursors[self._page] = self.figures.cursor
        self._page = page
        if self._pages:
            self._show_page()

    def action_turn(self, by: int) -> None:
        """Turn to the page ``by`` pages on, going round."""
        self.action_show((self._page + by) % len(PAGE_KEYS))

    def action_move(self, by: int) -> None:
        """Move down or up to another figure."""
        self.figures.move_lines(by)

    def action_along(self, by: int) -> None:
        """Move right or left to another figure."""
        self.figures.move_along(by)

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self.figures.move_lines(by * max(1, self.figures.size.height - 2))

    def on_figures_view_moved(self) -> None:
        """Explain the figure under the cursor."""
        figure = self.figures.figure
        self.query_one("#tip", StatusLine).show((f" {figure.tip}" if figure is not None else "", "faint"))

    def help_topic(self) -> HelpTopic | None:
        """What is asked for help about: the measure of the figure under the cursor."""
        figure = self.figures.figure
        if figure is None or not figure.measure:
            return super().help_topic()
        from annotator.reports.measure_notes import explanation, measure_named

        measure = measure_named(figure.measure)
        return HelpTopic(measure.title, None, ("agreement.open",), about=tuple(explanation(measure)))

    def action_fold(self) -> None:
        """Show all measures on the overview, or only those that lead."""
        self._unfolded = not self._unfolded
        self._page = 0
        self._lay_out()

    # The disagreements

    def action_open(self) -> None:
        """Show the disagreements behind the figure under the cursor, or open the document there."""
        figure = self.figures.figure
        if figure is not None and figure.target is not None:
            self._open(figure.target)

    def on_figures_view_opened(self, event: FiguresView.Opened) -> None:
        """Show what is behind a figure that was double-clicked."""
        self._open(event.target)

    def _open(self, target: Target) -> None:
        assert self.measurement is not None
        if isinstance(target, Fold):
            self.action_fold()
        elif isinstance(target, DisagreementFilter):
            self.workbench.open_disagreements(self.measurement.sample, target, self.measurement.hidden)
        else:
            to_do = target in self.measurement.hidden  # one's own work on it comes first
            opening = self.workbench.open_document if to_do else self.workbench.open_adjudication
            self.run_or_report(lambda: opening(target))

    # What is compared

    def action_layers(self) -> None:
        """Ask which layers to compare."""
        names = ",".join(map(display_name, self.measurement.sample.layers)) if self.measurement is not None else ""
        self.ask_for_text(
            "curators, gold, suggestions, with commas between; nothing for all curators", names, self._compare
        )

    def _compare(self, typed: str) -> None:
        self._layers = typed.strip()
        self._language, self._cursors = None, {}
        self.action_measure()

    def action_language(self) -> None:
        """Measure the next language alone; after the last one, all again."""
        order: list[str | None] = [None, *self._languages]
        self._language = order[(order.index(self._language) + 1) % len(order)]
        self.action_measure()

    def action_close(self) -> None:
        """Go back to the queue."""
        self.app.pop_screen()
