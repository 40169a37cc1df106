"""Uniting the work of databases that were apart: all of it, or nothing and every reason by name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from annotator.errors import SchemeError, WorkflowError
from annotator.history import CORPUS, Event, LayerName, curator_layer, rename_author, text_digests
from annotator.labels import LabelScheme
from annotator.labels.retired import retired
from annotator.scheme_changes import Changes, Names, SchemeConflictError
from annotator.scheme_changes.renamings import two_of_one_name
from annotator.store import (
    ForkedLayerError,
    LayerInfo,
    Writer,
    all_keys,
    check_layers,
    ever_in_charge,
    held_together,
    layers_with_news,
    people,
)
from annotator.store.foreign import NO_LIMITS, ForeignDatabase, Limits, open_foreign
from annotator.tokenization import TOKENIZER, TOKENS_OF_A_FILE
from annotator.wording import plural
from annotator.workflow.backups import back_up_before
from annotator.workflow.labels_file import LabelsFile
from annotator.workflow.sharing.evidence import Examiner, cut
from annotator.workflow.sharing.foreign_files import DATABASE_IN_WORKSPACE, found_database
from annotator.workflow.sharing.forks import Fork
from annotator.workflow.sharing.scheme_union import SchemeUnion, unite_schemes
from annotator.workflow.sharing.seals import Contents, Seal, breaches, unsealed_events
from annotator.workflow.workspace import Workspace, scheme_stamp

__all__ = ["DATABASE_IN_WORKSPACE", "NO_LIMITS", "Limits", "MergeConflictError", "MergeReport", "merge"]


class MergeConflictError(WorkflowError):
    """The databases cannot be united as they are; ``conflicts`` are all the reasons, one line each."""

    def __init__(self, path: Path, conflicts: list[str]) -> None:
        super().__init__(f"{path}: {plural(len(conflicts), 'conflict')}, nothing was merged", "mend the lines above")
        self.conflicts = conflicts


@dataclass(slots=True)
class MergeReport:
    """What a merge brought: documents that are new, have another text or were removed, and by layer how many events.

    ``renamed`` has the layers that came in under another curator's name, ``given_away`` those here that are another
    curator's there, each with what it is called now; ``guidelines_differ`` says that the schemes
    fit each other, but the files are not the same.  ``outside`` counts by layer what came that the label scheme does
    not allow; ``recut`` texts came cut by another tokenizer and were cut anew; ``unsealed`` events there are not
    covered by the seal that was given.  ``scheme_changes`` are the changes of the label scheme that came, in words;
    ``labels_aside`` is where ``labels.yaml`` is kept if somebody edited it meanwhile.  ``backup`` is where the database
    was copied to before anything was written.
    """

    documents: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    events: dict[LayerName, int] = field(default_factory=dict)
    renamed: list[LayerName] = field(default_factory=list)
    given_away: list[tuple[LayerName, LayerName]] = field(default_factory=list)
    guidelines_differ: bool = False
    outside: dict[LayerName, list[str]] = field(default_factory=dict)
    recut: int = 0
    unsealed: int = 0
    scheme_changes: list[str] = field(default_factory=list)
    labels_aside: Path | None = field(default=None, compare=False)
    backup: Path | None = field(default=None, compare=False)

    def by_layer(self) -> list[tuple[str, int, int]]:
        """Layer, documents and events, in order of the layer's name."""
        documents = Counter(name.name for name in self.events)
        events: Counter[str] = Counter()
        for name, count in self.events.items():
            events[name.name] += count
        return [(name, documents[name], events[name]) for name in sorted(documents)]


def merge(
    workspace: Workspace,
    path: Path,
    *,
    renames: Mapping[str, str] | None = None,
    documents: Mapping[str, str] | None = None,
    follow_names: bool = False,
    without: Collection[str] = (),
    trusted: Collection[str] = (),
    seal: Seal | None = None,
    any_scheme: bool = False,
    dry_run: bool = False,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> MergeReport:
    """Take over everything that another database knows and this one does not.

    ``path`` is the database, its workspace's folder, or a bundle; nothing in it is believed that does not prove to be
    what annotator writes.  ``renames`` gives, by curator, the name under which their work comes in where it was carried
    on in both places, ``documents`` by document the key under which it comes in; ``follow_names`` gives a line of work
    here the curator's name that it was given there.  ``without`` are documents to leave out; ``trusted`` people whose
    imports into the layers of others are taken; ``seal`` is what the other database must still hold; ``any_scheme``
    takes work under another label scheme, as far as it fits this one.

    Raises :class:`MergeConflictError` when anything stands in the way; then nothing is written.
    """
    with found_database(path, limits) as (file, told):
        if file.exists() and workspace.database_path.exists() and file.samefile(workspace.database_path):
            raise WorkflowError(f"{path} is this workspace's own database", "give another one")
        with open_foreign(file, told, limits) as other, held_together(told):
            merging = _Merge(workspace, other, path, dict(renames or {}), without, trusted)
            merging.follow_names = follow_names
            if seal is not None:
                merging.hold_against(seal)
            if documents:
                other.rename_documents(documents)
            return merging.run(any_scheme, dry_run)


class _Merge:
    """One merge, step by step: what comes is examined first, then taken over and examined again as it stands here."""

    def __init__(
        self,
        workspace: Workspace,
        other: ForeignDatabase,
        path: Path,
        renames: dict[str, str],
        without: Collection[str],
        trusted: Collection[str],
    ) -> None:
        self.workspace = workspace
        self.scheme: LabelScheme = workspace.scheme
        self.labels = LabelsFile(workspace.labels_path)
        self.store = workspace.store
        self.other = other
        self.path = path
        self.renames = renames
        self.without = without
        self.report = MergeReport()
        self.conflicts: list[str] = []
        self.texts: list[str] = []
        self.trusted = trusted
        self.names = Names()
        self.follow_names = False

    def hold_against(self, seal: Seal) -> None:
        """Refuse a database in which not all is as it was sealed; count what came since."""
        contents = Contents.of(self.other)
        broken = list(breaches(seal, contents))
        if broken:
            raise MergeConflictError(self.path, broken)
        self.report.unsealed = unsealed_events(seal, contents)

    def run(self, any_scheme: bool, dry_run: bool) -> MergeReport:
        self.union = self._unite_schemes(any_scheme)
        self.names = self.union.changes.renamings.names
        self.renames = {
            self.names.actor_identity(old): self.names.curator_identity(new) for old, new in self.renames.items()
        }
        self.examiner = Examiner(
            self.store,
            self.other,
            renames=self.renames,
            without=self._left_out(),
            trusted=self.trusted,
            changes=self.union.changes,
        )
        self.evidence = self.examiner.check_database(layers_with_news(self.store, self.other))
        self.conflicts += self.evidence.conflicts
        self.refused = set(self.evidence.refused)
        anything = bool(self.store.rows("SELECT 1 FROM event LIMIT 1"))
        try:
            with self.store.write(dry_run=dry_run) as writer:
                self._write(writer)
                if (self.report.events or self.report.scheme_changes) and not dry_run and anything:
                    self.report.backup = back_up_before(self.workspace, "merge")
        except BaseException:
            self.labels.fail(self.store.scheme())
            raise
        if dry_run:
            self.labels.discard()
        else:
            self.report.labels_aside = self.labels.publish()
        self.workspace.forget_scheme()
        return self.report

    def _write(self, writer: Writer) -> None:
        """Take over all that is new; raises when anything stands in the way."""
        self._take_scheme(writer)
        for layer in self.evidence.layers:
            if layer.name.document in self.refused:
                continue
            if layer.name.name == CORPUS:
                self._take_corpus(writer, layer)
            else:
                self._take(writer, layer)
        self._check_two_of_one_name()
        for key in sorted({name.document for name in self.report.events}):
            self._check_result(writer, key, fits=self.union.fits)
        if not self.conflicts:
            given = {new for _, new in self.report.given_away}
            self.conflicts += check_layers(self.store, self.report.events.keys() | given, self.texts)
        if self.conflicts:
            raise MergeConflictError(self.path, sorted(set(self.conflicts)))
        self.other.check_unchanged()

    def _unite_schemes(self, any_scheme: bool) -> SchemeUnion:
        other, ours = self.other, Changes(self.store.scheme_history(), self.store.renamings())
        theirs, stamp = other.scheme_events(), other.scheme()
        try:
            union = unite_schemes(self.scheme, ours, theirs, stamp, told=other.told, any_scheme=any_scheme)
        except SchemeConflictError as error:  # what was written under changes of both cannot be examined then
            raise MergeConflictError(self.path, [f"{error.message}: {error.hint}"]) from error
        self.conflicts += union.conflicts
        self.report.guidelines_differ = union.guidelines_differ
        self.report.scheme_changes = list(union.told())
        return union

    def _take_scheme(self, writer: Writer) -> None:
        """Take over the changes of labels and names, and carry the work here over them."""
        if self._check_two_of_one_name():
            raise MergeConflictError(self.path, sorted(set(self.conflicts)))
        writer.note_changes(self.union.renamed)
        if not self.union.news:
            return
        writer.note_changes(self.union.news)
        if self.union.text is not None and not self.conflicts:
            if self.labels.read() != self.scheme.text:
                raise SchemeError(f"{self.workspace.labels_path} was changed meanwhile", "run the command again")
            self.scheme = self.labels.stage(self.union.text)
        writer.set_scheme(scheme_stamp(self.scheme))
        writer.carry_layers()

    def _left_out(self) -> set[str]:
        """The identities of the documents that are left out, which go by the names to come, or else by those here."""
        there = {layer.name.document for layer in self.other.layers()}
        called = {names.document(identity): identity for names in (self.store.names, self.names) for identity in there}
        here = self.store.document_digests()
        for key in self.without:
            if key not in called and key not in here:
                raise WorkflowError(
                    f"--except {key}: there is no such document, neither here nor there", "name another"
                )
        return {called[key] for key in self.without if key in called}

    def _check_two_of_one_name(self) -> bool:
        """Whether two documents or two curators would have one name, which is a conflict."""
        if self.names.unchanged:
            return False
        layers = [layer.name for layer in self.other.layers()]
        ours = self.store.names
        documents = {*map(ours.document_identity, all_keys(self.store)), *self.names.documents}
        documents |= {name.document for name in layers}
        curators = {*map(ours.curator_identity, people(self.store)), *ever_in_charge(self.store)}
        curators |= {*self.names.curators, *(name.author for name in layers if name.personal)}
        found = [
            *(f"the document {name!r}" for name in two_of_one_name(self.names.document, documents)),
            *(f"the curator {name}" for name in two_of_one_name(self.names.curator, curators)),
        ]
        self.conflicts += [
            f"names: {what} here and the one there are not the same: `annotator rename` one of them first"
            for what in found
        ]
        return bool(found)

    def _take_corpus(self, writer: Writer, layer: LayerInfo) -> None:
        """Take over what a document is; two texts under one key are a conflict, unless one replaced the other."""
        name = self.names.layer(layer.name)
        key = name.document
        here, there = writer.document_digest(key), self.evidence.digests[layer.name.document]
        events = self.other.events(layer)
        ours = writer.layer_info(name)
        hashes = {digest for digest, _ in events}
        related = ours is None or ours.head in hashes or writer.has_event(events[-1][0])
        if here not in (None, there) and not related:
            there_called = self.other.key_there(layer.name.document)
            self.conflicts.append(
                f"{key}: its text is another one there: --rename-document {there_called}=NEW takes it in as another"
                f" document, --except {key} leaves it out"
            )
            self.refused.add(layer.name.document)
            return
        self._unite(writer, name, events)
        now = writer.document_digest(key)
        if now is None:
            self.report.removed += [key] if here is not None else []
        elif here is None:
            self.report.documents.append(key)
        elif now != here:
            self.report.replaced.append(key)

    def _take(self, writer: Writer, layer: LayerInfo) -> None:
        events = self.other.events(layer)
        if self.examiner.name_here(layer.name) != layer.name:
            self._take_renamed(writer, layer, events)
            return
        try:
            self._unite(writer, self.names.layer(layer.name), events)
        except ForkedLayerError as error:
            if layer.name.kind == "curator":
                self._take_fork(writer, layer, events, error)
            else:
                self.conflicts.append(self._explained(error, layer, writer))

    def _take_fork(
        self, writer: Writer, layer: LayerInfo, events: list[tuple[str, Event]], error: ForkedLayerError
    ) -> None:
        """Take a curator's line beside ours: one of the two is another curator's, here or there already, or now."""
        name = self.names.layer(layer.name)
        own = writer.layer_info(name)
        assert own is not None
        ours = self.store.hashed_events(own)
        fork = Fork([event for _, event in ours], [event for _, event in events])
        here = fork.theirs_here(self._hashes_here(name.document))
        there = fork.ours_there(self._hashes_there(layer.name.document))
        gives_away = there is not None and (here is None or not fork.ours_stays)
        if gives_away and not self.follow_names:
            known_as = self.names.curator(there or "")
            self.conflicts.append(
                f"{name}: there it is {known_as}'s, and another line is {name.author}'s:"
                f" --follow-names calls ours {known_as}'s here too, --except {name.document} leaves the document out"
            )
        elif gives_away and there is not None:
            new = self.names.layer(LayerName(layer.name.document, curator_layer(there)))
            renamed = [(event.hash, event) for event in rename_author(fork.ours, there)]
            writer.take_out(own)
            writer.merge_history(new, renamed)
            self._unite(writer, name, events)
            self.report.given_away.append((name, new))
        elif here is not None or layer.name.author in self.renames:
            self._take_renamed(writer, layer, events, here)
        else:
            self.conflicts.append(self._explained(error, layer, writer))

    def _hashes_here(self, key: str) -> dict[str, set[str]]:
        layers = self.store.layers(document=key, kind="curator", removed=True)
        names, hashed = self.names, self.store.hashed_events
        return {names.curator_identity(one.name.author): {digest for digest, _ in hashed(one)} for one in layers}

    def _hashes_there(self, identity: str) -> dict[str, set[str]]:
        layers = self._curators_there.get(identity, ())
        return {one.name.author: {digest for digest, _ in self.other.events(one)} for one in layers}

    @cached_property
    def _curators_there(self) -> dict[str, list[LayerInfo]]:
        found: defaultdict[str, list[LayerInfo]] = defaultdict(list)
        for layer in self.other.layers():
            if layer.name.kind == "curator":
                found[layer.name.document].append(layer)
        return found

    def _take_renamed(
        self, writer: Writer, layer: LayerInfo, events: list[tuple[str, Event]], known_as: str | None = None
    ) -> None:
        new = known_as or self.renames[layer.name.author]
        name = self.names.layer(LayerName(layer.name.document, curator_layer(new)))
        try:
            count = self._unite(writer, name, [(e.hash, e) for e in rename_author([e for _, e in events], new)])
        except ForkedLayerError as error:
            self.conflicts.append(self._explained(error, layer, writer))
            return
        if count or known_as is None:
            self.report.renamed.append(name)

    def _explained(self, error: ForkedLayerError, layer: LayerInfo, writer: Writer) -> str:
        name = self.names.layer(layer.name)
        ours = writer.layer_info(name)
        theirs = self.other.events(layer)[-1][1].at
        until = f"here until {ours.changed_at}, there until {theirs}" if ours else ""
        author, key = name.author, name.document
        mend = f"--rename {author}={author}.2 takes theirs as another curator's, or " if author else ""
        return f"{error.message} ({until}): {mend}--except {key} leaves the document out"

    def _unite(self, writer: Writer, name: LayerName, events: list[tuple[str, Event]]) -> int:
        for digest in sorted(text_digests(event for _, event in events)):
            if not writer.has_text(digest):
                self._take_text(writer, digest)
        count = writer.merge_history(name, events)
        if count:
            self.report.events[name] = count
        return count

    def _take_text(self, writer: Writer, digest: str) -> None:
        """Keep a text that was examined, cut anew where another version of the tokenizer cut it."""
        text = self.other.text(digest) or ""
        tokenizer, tokens, sentences = self.other.segmentation(digest)
        if tokenizer not in (TOKENIZER, TOKENS_OF_A_FILE):
            tokenizer, (tokens, sentences) = TOKENIZER, cut(text, min(self.evidence.languages[digest]))
            self.report.recut += 1
        writer.put_text_row((digest, text, tokenizer, tokens.pack(), sentences.pack()))
        self.texts.append(digest)

    def _check_result(self, writer: Writer, key: str, *, fits: bool) -> None:
        """Look at what came of a document: all work must be about its text, and what came should fit the scheme."""
        digest = writer.document_digest(key)
        for layer in self.store.layers(document=key):
            if layer.name.kind not in ("curator", "gold") or layer.text is None:
                continue
            if layer.text != digest:
                mend = f"take the newer text in on both sides first (ingest --replace), or --except {key}"
                self.conflicts.append(f"{layer.name} is about a text that was replaced in the other place: {mend}")
            elif layer.name in self.report.events:
                misfits = self._misfits(layer)
                if misfits and fits:
                    self.report.outside[layer.name] = misfits
                self.conflicts += [] if fits else [f"{layer.name}: {problem}" for problem in misfits]

    def _misfits(self, layer: LayerInfo) -> list[str]:
        document = self.store.document(layer.name.document)
        assert document is not None
        return retired(self.scheme, self.store.annotations(layer.id), document.sentences).problems
