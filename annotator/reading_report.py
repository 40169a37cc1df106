"""What reading files tells: what was skipped and why, and how much of the text of documents was taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from annotator.documents.extract import Extract
from annotator.wording import first_few, plural

MOST_TOLD = 1000
"""Files, examples and notes of each kind that are kept."""
_TOLD_SINGLY = 5
"""Files of which each is told by itself."""


@dataclass(slots=True)
class Skipped:
    """Files that were skipped for one reason: how many, and the first of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Count a file."""
        self.count += 1
        if len(self.first) < MOST_TOLD:
            self.first.append(name)


@dataclass(slots=True)
class FileExtract:
    """How much of a document's text was taken: ``documents`` made of the file, characters without white space."""

    name: str
    documents: int = 0
    kept: int = 0
    total: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, extract: Extract) -> None:
        """Count one part of the file."""
        self.documents += bool(extract.text)
        self.kept += extract.kept
        self.total += extract.total
        self.left_out.update(extract.left_out)

    def told(self) -> str:
        """Say it in a line."""
        left_out = ", ".join(plural(count, what) for what, count in self.left_out.most_common())
        kept = f"kept {self.kept:,} of {self.total:,} characters of text"
        return f"{self.name}: {kept}" + (f"; left out: {left_out}" if left_out else "")


@dataclass(slots=True)
class ReadingReport:
    """What was read: ``files`` in all, ``extracts`` of documents that are no plain text, ``skipped`` by reason.

    ``whole`` sums up the extracts, of which only the first thousand are kept.  ``notes`` are sentences about what was
    found out or should be looked at.
    """

    files: int = 0
    extracts: list[FileExtract] = field(default_factory=list)
    whole: FileExtract = field(default_factory=lambda: FileExtract("in all"))
    extracted: int = 0
    skipped: dict[str, Skipped] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    more_notes: int = 0

    def skip(self, reason: str, name: str) -> None:
        """Count a file that is skipped."""
        self.skipped.setdefault(reason, Skipped()).add(name)

    def add(self, extract: FileExtract) -> None:
        """Count a document."""
        self.extracted += 1
        whole = self.whole
        whole.documents += extract.documents
        whole.kept += extract.kept
        whole.total += extract.total
        whole.left_out.update(extract.left_out)
        if len(self.extracts) < MOST_TOLD:
            self.extracts.append(extract)

    def note(self, text: str) -> None:
        """Keep a sentence."""
        if len(self.notes) < MOST_TOLD:
            self.notes.append(text)
        else:
            self.more_notes += 1

    def lines(self) -> Iterator[str]:
        """Say what a person should know: each of a few documents, or all summed up; then what was skipped."""
        if self.extracted <= _TOLD_SINGLY:
            yield from (extract.told() for extract in self.extracts)
        else:
            yield f"of {plural(self.extracted, 'file')}, {self.whole.told()}"
        shown = self.notes[:_TOLD_SINGLY]
        yield from shown
        more = len(self.notes) + self.more_notes - len(shown)
        if more:
            yield f"and {plural(more, 'more note')} of the same kinds: --json has them"
        if self.skipped:
            yield f"skipped {self.skipped_told()}"

    def skipped_told(self) -> str:
        """The reasons with counts and examples."""
        reasons = sorted(self.skipped.items(), key=lambda pair: (-pair[1].count, pair[0]))
        return "; ".join(f"{some.count:,} {reason}: {first_few(some.first, some.count)}" for reason, some in reasons)

    def as_json(self) -> dict[str, Any]:
        """The same as values for JSON."""
        return {
            "files": self.files,
            "extracted": {
                "files": self.extracted, "documents": self.whole.documents, "kept": self.whole.kept,
                "total": self.whole.total, "left_out": dict(self.whole.left_out),
                "first": [
                    {"file": e.name, "documents": e.documents, "kept": e.kept, "total": e.total,
                     "left_out": dict(e.left_out)}
                    for e in self.extracts
                ],
            },
            "skipped": {
                reason: {"count": some.count, "first": some.first} for reason, some in sorted(self.skipped.items())
            },
            "notes": self.notes,
        }  # fmt: skip
