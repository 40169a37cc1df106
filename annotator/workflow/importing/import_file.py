"""Importing a foreign file: all of it in one transaction, or nothing and a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain

from annotator.errors import FormatError
from annotator.formats.protocol import ForeignDocument, Format
from annotator.formats.source import Source, unpacked
from annotator.tuning import collector_paused, quick_turns
from annotator.workflow.format_options import check_format_options
from annotator.workflow.importing.document_intake import DocumentIntake
from annotator.workflow.importing.import_request import ImportReport, ImportRequest
from annotator.workflow.label_spelling import LabelSpelling
from annotator.workflow.labels_file import LabelsFile
from annotator.workflow.workspace import Workspace, scheme_stamp

_TOLD_EVERY = 1 << 20
"""Bytes after which it is told how far reading is."""

ReportProgress = Callable[[int, int | None], None]
"""Called with the bytes read so far, and the bytes of the whole file (``None`` where unknown)."""


def import_file(
    workspace: Workspace,
    form: Format,
    source: Source,
    request: ImportRequest,
    actor: str,
    report_progress: ReportProgress | None = None,
) -> ImportReport:
    """Read a file of a format and add or match its documents and layers.

    Documents are matched by key and text, else by text; layers that hold the same already are left alone, so that
    importing a file twice changes nothing the second time.  Raises :class:`FormatError` or :class:`WorkflowError` with
    file and line at what cannot be imported; nothing is written then.
    """
    if form.read is None:
        raise FormatError(f"{form.name} can be written, not read", "export from the other program in another format")
    check_format_options(form, request.options)
    with unpacked(source) as unpacked_source:
        return _import(workspace, form, unpacked_source, request, actor, report_progress)


def _import(
    workspace: Workspace,
    form: Format,
    source: Source,
    request: ImportRequest,
    actor: str,
    report_progress: ReportProgress | None,
) -> ImportReport:
    assert form.read is not None
    documents = form.read(source, request.options)
    first = next(documents, None)  # only then the store: what cannot be read leaves no database behind
    if first is None:
        raise FormatError(f"{source.name}: no documents in it", "check that it is the right file")
    request = replace(request, mapping={**LabelSpelling(form, workspace.scheme).names, **request.mapping})
    read = _with_progress(first, documents, source, report_progress)
    return import_documents(workspace, form.name, read, request, actor, stem=source.stem)


def import_documents(
    workspace: Workspace,
    form: str,
    documents: Iterator[ForeignDocument],
    request: ImportRequest,
    actor: str,
    *,
    stem: str = "import",
) -> ImportReport:
    """Add or match documents and their layers as :func:`import_file` does, wherever they come from.

    ``form`` names the format, under which what our model has no place for is kept; ``stem`` the suggestions whose model
    is not named.
    """
    labels, known = LabelsFile(workspace.labels_path), workspace.scheme
    intake = DocumentIntake(workspace, form, request, stem, actor)
    try:
        with collector_paused(), quick_turns(), closing(intake):
            intake.prepare(documents)
            with workspace.store.expecting_many(), workspace.store.write(dry_run=request.dry_run) as writer:
                intake.write(writer)
                if intake.check.adds_labels:
                    scheme = labels.stage(intake.check.extended(labels.read(known)))
                    writer.set_scheme(scheme_stamp(scheme))
    except BaseException:
        labels.fail(workspace.store.scheme())
        raise
    if request.dry_run:
        labels.discard()
    else:
        intake.report.labels_aside = labels.publish()
    workspace.forget_scheme()
    return intake.report


def _with_progress(
    first: ForeignDocument, rest: Iterator[ForeignDocument], source: Source, report_progress: ReportProgress | None
) -> Iterator[ForeignDocument]:
    told = 0
    for document in chain([first], rest):
        yield document
        if report_progress is not None and source.done - told >= _TOLD_EVERY:
            told = source.done
            report_progress(told, source.total or None)
    if report_progress is not None:
        report_progress(source.done, source.total or None)
