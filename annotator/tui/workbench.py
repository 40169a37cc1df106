"""What screens need of the app that shows them, so that no screen imports the app or another screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol

from annotator.annotation import RelationKey, SpanKey
from annotator.tui.layout.painting import Mode
from annotator.tui.layout.palette import Palette
from annotator.workflow.annotating.entry_search import FoundValue
from annotator.workflow.comparing.agreement_sample import AgreementSample
from annotator.workflow.comparing.disagreements import DisagreementFilter
from annotator.workflow.learning.background_training import BackgroundTraining


class LeftDocument(NamedTuple):
    """The document from which the curator came, by its ``key``, and ``how`` they left it: done or skipped.

    ``before`` is the one that was left for that, where nothing else was done there.
    """

    key: str
    how: str
    before: LeftDocument | None = None

    @property
    def told(self) -> str:
        """What was done, and by which key it is taken back."""
        return f"{self.key} is {self.how} · u goes back and takes that back"


class Workbench(Protocol):
    """The app as its screens see it: the view settings that they share, and the way from one screen to another."""

    mode: Mode
    """How spans are shown, on every screen that shows text."""
    line_numbers: bool
    """Whether texts have line numbers."""
    hide_names: bool
    """Whether adjudication shows letters in place of the curators' names."""
    training: BackgroundTraining | None
    """The training that runs beside the workbench, or ``None`` when nothing is to be learned."""
    training_status: str
    """What the training does just now, for the header; empty while it does nothing."""

    offers_tutorial: bool
    """Whether the queue names the tutorial, until the curator has opened a document."""

    @property
    def palette(self) -> Palette:
        """The colours of the current theme."""

    def follow_scheme(self) -> None:
        """Show everything under the label scheme as it is now: somebody changed it."""

    def open_document(
        self,
        key: str,
        needle: str = "",
        item: SpanKey | RelationKey | None = None,
        *,
        left: LeftDocument | None = None,
        why: str = "",
        undo: bool = False,
    ) -> None:
        """Open a document to annotate: on one of the curator's items, or the first occurrence of ``needle``.

        ``left`` is the document that was finished or skipped before, ``why`` says why this one is next; ``undo`` takes
        the last step back on opening.
        """

    def find_document(self, current: str, opening: Callable[[str], object]) -> None:
        """Let a document be chosen, beginning on the one that is open; ``opening`` is given its key."""

    def choose_value(
        self,
        title: str,
        search: Callable[[str], Sequence[FoundValue]],
        present: Collection[str],
        choose: Callable[[str], object],
        *,
        typed: bool,
    ) -> None:
        """Let a value be chosen of those that ``search`` finds; ``present`` are those that hold now.

        With ``typed``, what is typed may be a value itself.
        """

    def open_adjudication(
        self, key: str, item: SpanKey | RelationKey | None = None, *, before: tuple[str, ...] = (), told: str = ""
    ) -> None:
        """Open the conflicts of a document, on the case of an item, or where the adjudicator was.

        ``before`` are the documents that were left for it, ``told`` is what the screen says first.
        """

    def free_document(self) -> None:
        """Free what the document that was left kept in memory, unless another one is open."""

    def open_comments(self) -> None:
        """Open the list of all comments."""

    def open_feedback(self, key: str, curator: str | None = None) -> None:
        """Compare the work of a curator (this one, unless another is named) on a document with its gold."""

    def open_agreement(self) -> None:
        """Open the figures on how far curators agree."""

    def open_disagreements(self, sample: AgreementSample, which: DisagreementFilter, hidden: frozenset[str]) -> None:
        """Open the disagreements behind a figure; those in ``hidden`` documents are left out."""
